//! Shares of groups of predictors in R², averaged over all orders in which they may enter.

use ndarray::{Array1, ArrayView1, ArrayView2};

use super::error::DriversError;
use super::johnson::check;
use crate::dense::{Cholesky, symmetric_eigen};

/// Largest number of groups: their subsets mean 2¹⁴ regressions, each one step from another, some milliseconds in all.
pub const MAX_GROUPS: usize = 14;

/// Variance left to a predictor given the others below which it is taken for a repetition.
const REPEATED: f64 = 1e-9;

/// Share of each group of predictors in R²: the mean, over all orders of entry, of what R² gains when the group enters.
///
/// `among` is `(p, p)`, the correlations among predictors, `with_outcome` is `(p)`; groups name predictors by position,
/// no predictor twice, and need not name all. Shares sum to the R² of the predictors named and are ≥ 0 for correlations
/// of complete rows. They say what goes with the outcome, not what brings it about.
///
/// `φ_g = Σ_{S ∌ g} |S|!(G−|S|−1)!/G! · (R²(S ∪ g) − R²(S))`, exact over the 2ᴳ subsets.
///
/// # Errors
/// [`DriversError`] unless these are correlations of one set of predictors, and groups at most [`MAX_GROUPS`].
///
/// Source: Shapley (1953); Lindeman, Merenda and Gold (1980), called LMG in the R package relaimpo 2.2 (Grömping,
/// Journal of Statistical Software 17, 2006), where groups of predictors are treated alike.
///
/// # Examples
/// Gains of R² averaged over the six orders of entry by numpy 2.4.6: 0.15956211, 0.07017109 and 0.12587164.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::drivers::shapley::shapley;
///
/// let among = array![[1.0, 0.5, 0.3], [0.5, 1.0, 0.4], [0.3, 0.4, 1.0]];
/// let found = shapley(among.view(), array![0.5, 0.4, 0.45].view(), &[vec![0], vec![1], vec![2]])?;
/// let wanted = [0.159_562_11, 0.070_171_09, 0.125_871_64];
/// assert!(found.iter().zip(wanted).all(|(got, wanted)| (got - wanted).abs() < 1e-8));
/// # Ok::<(), valueseg_stats::drivers::DriversError>(())
/// ```
pub fn shapley(
    among: ArrayView2<'_, f64>,
    with_outcome: ArrayView1<'_, f64>,
    groups: &[Vec<usize>],
) -> Result<Vec<f64>, DriversError> {
    check(among, with_outcome)?;
    check_groups(groups, with_outcome.len())?;
    let g = groups.len();
    // Each subset's R² once: the 2ᴳ regressions serve the shares of all groups.
    let explained = Subsets::explained(among.view(), with_outcome.view(), groups);
    // Weight of a subset of s other groups: s!(G−s−1)!/G! = 1/(G·C(G−1, s)).
    let mut weight = vec![1.0 / g.max(1) as f64; g];
    for s in 1..g {
        weight[s] = weight[s - 1] * s as f64 / (g - s) as f64;
    }
    let share = |group: usize| {
        let without = (0..1usize << g).filter(|subset| subset >> group & 1 == 0);
        without
            .map(|subset| weight[subset.count_ones() as usize] * (explained[subset | 1 << group] - explained[subset]))
            .sum()
    };
    Ok((0..g).map(share).collect())
}

fn check_groups(groups: &[Vec<usize>], p: usize) -> Result<(), DriversError> {
    if groups.len() > MAX_GROUPS {
        return Err(DriversError::TooManyGroups { got: groups.len(), most: MAX_GROUPS });
    }
    let mut taken = vec![false; p];
    for &predictor in groups.iter().flatten() {
        if predictor >= p || std::mem::replace(&mut taken[predictor], true) {
            return Err(DriversError::Group { predictor });
        }
    }
    Ok(())
}

/// R² of all subsets of groups, by way of one regression that predictors are added to and taken from.
///
/// METHOD: a Cholesky factor of the correlations among the predictors so far, and their correlations with the outcome
/// solved along. One more predictor is one more row: `l = L⁻¹r_j`, `d² = 1 − |l|²`, and R² grows by `(z/d)²`, `z` what
/// the outcome has in common with what is left of it. Where `d²` is nothing the predictor repeats the others and R²
/// stays.
struct Subsets<'a> {
    among: ArrayView2<'a, f64>,
    with_outcome: ArrayView1<'a, f64>,
    groups: &'a [Vec<usize>],
    /// Predictors in the regression; for each its row of the factor, the diagonal last.
    members: Vec<usize>,
    factor: Vec<Vec<f64>>,
    /// By member: what it adds of the outcome; squares sum to R².
    gains: Vec<f64>,
    explained: Vec<f64>,
}

impl<'a> Subsets<'a> {
    fn explained(among: ArrayView2<'a, f64>, with_outcome: ArrayView1<'a, f64>, groups: &'a [Vec<usize>]) -> Vec<f64> {
        let explained = vec![0.0; 1 << groups.len()];
        let (members, factor, gains) = (Vec::new(), Vec::new(), Vec::new());
        let mut walk = Self { among, with_outcome, groups, members, factor, gains, explained };
        walk.from(0, 0, 0.0);
        walk.explained
    }

    /// Fills in the subsets that `subset`, of the R² given, is the beginning of; groups from `next` on may be added.
    fn from(&mut self, subset: usize, next: usize, r_squared: f64) {
        self.explained[subset] = r_squared;
        for group in next..self.groups.len() {
            let before = self.members.len();
            let groups = self.groups;
            let gained: f64 = groups[group].iter().map(|&predictor| self.add(predictor)).sum();
            self.from(subset | 1 << group, group + 1, r_squared + gained);
            self.members.truncate(before);
            self.factor.truncate(before);
            self.gains.truncate(before);
        }
    }

    /// Adds a predictor and returns what R² gains.
    fn add(&mut self, predictor: usize) -> f64 {
        let mut row: Vec<f64> = Vec::with_capacity(self.members.len() + 1);
        let (mut left, mut along) = (1.0, self.with_outcome[predictor]);
        for (place, &member) in self.members.iter().enumerate() {
            let above = &self.factor[place];
            let known: f64 = row.iter().zip(above).map(|(a, b)| a * b).sum();
            let entry = (self.among[(predictor, member)] - known) / above[place];
            left -= entry * entry;
            along -= entry * self.gains[place];
            row.push(entry);
        }
        if left <= REPEATED {
            return 0.0;
        }
        let diagonal = left.sqrt();
        row.push(diagonal);
        self.members.push(predictor);
        self.factor.push(row);
        self.gains.push(along / diagonal);
        along * along / left
    }
}

/// R² of the predictors `members` (none twice): `rᵀR⁻¹r` of their correlations; where they repeat each other, of as
/// many directions as there are.
///
/// # Examples
/// By hand: (0.25 + 0.09 − 2·0.6·0.5·0.3)/(1 − 0.36) = 0.25 of both, 0.3² of the second alone.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::drivers::shapley::r_squared;
///
/// let (among, r) = (array![[1.0, 0.6], [0.6, 1.0]], array![0.5, 0.3]);
/// assert!((r_squared(among.view(), r.view(), &[0, 1]) - 0.25).abs() < 1e-12);
/// assert!((r_squared(among.view(), r.view(), &[1]) - 0.09).abs() < 1e-12);
/// ```
#[must_use]
pub fn r_squared(among: ArrayView2<'_, f64>, with_outcome: ArrayView1<'_, f64>, members: &[usize]) -> f64 {
    if members.is_empty() {
        return 0.0;
    }
    let own = among.select(ndarray::Axis(0), members).select(ndarray::Axis(1), members);
    let mut r: Vec<f64> = members.iter().map(|m| with_outcome[*m]).collect();
    if let Some(factor) = Cholesky::try_new(own.view()).filter(|f| f.lower().diag().iter().all(|d| d * d > REPEATED)) {
        factor.forward(&mut r);
        return r.iter().map(|x| x * x).sum();
    }
    let eigen = symmetric_eigen(own.view());
    let along = eigen.vectors.t().dot(&Array1::from(r));
    let kept = eigen.values.iter().zip(&along).filter(|(value, _)| **value > REPEATED);
    kept.map(|(value, x)| x * x / value).sum()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_predictors_worked_by_hand() {
        // r12 = 0.6, r = (0.5, 0.3): R² both = (0.25 + 0.09 − 2·0.6·0.15)/(1 − 0.36) = 0.25; alone 0.25 and 0.09.
        // Shares: (0.25 + 0.25 − 0.09)/2 = 0.205 and (0.09 + 0)/2 = 0.045, as Johnson's weights for two predictors.
        let got = shapley(array![[1.0, 0.6], [0.6, 1.0]].view(), array![0.5, 0.3].view(), &[vec![0], vec![1]]).unwrap();
        assert!((got[0] - 0.205).abs() < 1e-12 && (got[1] - 0.045).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn four_predictors_agree_with_another_program() {
        // numpy 2.4.6, `examples/drivers/reference.py`, factorials instead of the recursion here.
        let among = array![[1.0, 0.5, 0.3, 0.2], [0.5, 1.0, 0.4, 0.1], [0.3, 0.4, 1.0, 0.6], [0.2, 0.1, 0.6, 1.0]];
        let r = array![0.5, 0.4, 0.45, 0.2];
        let near = |groups: &[Vec<usize>], wanted: &[f64]| {
            let got = shapley(among.view(), r.view(), groups).unwrap();
            assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-11), "{got:?} is not {wanted:?}");
        };
        let singles = [0.157_164_635_751, 0.067_775_148_880, 0.120_142_468_494, 0.017_122_262_147];
        near(&[vec![0], vec![1], vec![2], vec![3]], &singles);
        near(&[vec![0, 2], vec![1], vec![3]], &[0.260_753_023_221, 0.080_022_144_707, 0.021_429_347_345]);
    }

    #[test]
    fn the_shares_of_relaimpo_are_found() {
        // Fertility of 47 Swiss provinces, `datasets::swiss` of R (Mosteller and Tukey 1977), on Agriculture,
        // Examination, Education, Catholic and Infant.Mortality: `cor(swiss)` to seven digits, and
        // `calc.relimp(lm(Fertility ~ ., swiss), type = "lmg")` of relaimpo, Grömping (2006): R² 0.706735.
        let among = array![
            [1.0, -0.686_542_2, -0.639_522_5, 0.401_095_1, -0.060_858_61],
            [-0.686_542_2, 1.0, 0.698_415_3, -0.572_741_8, -0.114_021_6],
            [-0.639_522_5, 0.698_415_3, 1.0, -0.153_858_9, -0.099_321_85],
            [0.401_095_1, -0.572_741_8, -0.153_858_9, 1.0, 0.175_495_9],
            [-0.060_858_61, -0.114_021_6, -0.099_321_85, 0.175_495_9, 1.0],
        ];
        let fertility = array![0.353_079_18, -0.645_882_7, -0.663_788_86, 0.463_684_7, 0.416_556_03];
        let singles: Vec<Vec<usize>> = (0..5).map(|i| vec![i]).collect();
        let got = shapley(among.view(), fertility.view(), &singles).unwrap();
        let wanted = [0.057_091_22, 0.171_173_03, 0.260_134_68, 0.105_570_15, 0.112_765_92];
        assert!((got.iter().sum::<f64>() - 0.706_735).abs() < 1e-6, "{got:?}");
        assert!(got.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-7), "{got:?} is not {wanted:?}");
    }

    #[test]
    fn three_predictors_worked_by_hand() {
        // r12 = 0.5, r13 = r23 = 0, r = (0.6, 0.3, 0.4): the third is on its own, 0.16. Of the first two R² is
        // (0.36 + 0.09 − 2·0.5·0.18)/0.75 = 0.36: the second adds nothing to the first. Shares: (0.36 + 0.36 − 0.09)/2
        // = 0.315 and (0.09 + 0)/2 = 0.045.
        let among = array![[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let got = shapley(among.view(), array![0.6, 0.3, 0.4].view(), &[vec![0], vec![1], vec![2]]).unwrap();
        for (got, expected) in got.iter().zip([0.315, 0.045, 0.16]) {
            assert!((got - expected).abs() < 1e-12, "{got} is not {expected}");
        }
    }

    #[test]
    fn a_predictor_that_only_clears_another_has_a_share() {
        // A suppressor: the second has nothing to do with the outcome. R² of both (0.25 − 0)/(1 − 0.36) = 0.390625;
        // shares (0.25 + 0.390625)/2 = 0.3203125 and (0 + 0.140625)/2 = 0.0703125.
        let got = shapley(array![[1.0, 0.6], [0.6, 1.0]].view(), array![0.5, 0.0].view(), &[vec![0], vec![1]]).unwrap();
        assert!((got[0] - 0.320_312_5).abs() < 1e-12 && (got[1] - 0.070_312_5).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn a_predictor_given_twice_and_one_that_says_nothing() {
        let among = array![[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let got = shapley(among.view(), array![0.6, 0.6, 0.0].view(), &[vec![0], vec![1], vec![2]]).unwrap();
        for (got, expected) in got.iter().zip([0.18, 0.18, 0.0]) {
            assert!((got - expected).abs() < 1e-8, "{got} is not {expected}");
        }
    }

    #[test]
    fn groups_that_make_no_sense_are_refused() {
        let (eye, r) = (Array2::<f64>::eye(2), array![0.1, 0.2]);
        let refused = |groups: &[Vec<usize>]| shapley(eye.view(), r.view(), groups).unwrap_err();
        assert_eq!(refused(&[vec![0], vec![0]]), DriversError::Group { predictor: 0 });
        assert_eq!(refused(&[vec![2]]), DriversError::Group { predictor: 2 });
        assert!(matches!(refused(&vec![vec![]; 15]), DriversError::TooManyGroups { got: 15, .. }));
        assert!(shapley(eye.view(), r.view(), &[]).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn shares_sum_to_r_squared_and_are_not_negative(cells in prop::collection::vec(-1.0..1.0f64, 49)) {
            let raw = Array2::from_shape_vec((7, 7), cells).unwrap();
            let product = raw.dot(&raw.t()) + Array2::<f64>::eye(7) * 0.1;
            let spread = product.diag().mapv(f64::sqrt);
            let r = Array2::from_shape_fn((7, 7), |(i, j)| product[(i, j)] / spread[i] / spread[j]);
            let (among, outcome) = (r.slice(ndarray::s![..6, ..6]), r.slice(ndarray::s![..6, 6]));
            let shares = shapley(among, outcome, &[vec![0, 3], vec![1], vec![2, 5, 4]]).unwrap();
            prop_assert!((shares.iter().sum::<f64>() - r_squared(among, outcome, &[0, 1, 2, 3, 4, 5])).abs() < 1e-10);
            prop_assert!(shares.iter().all(|s| *s >= -1e-10));
            // Each subset as a regression of its own.
            let groups = [vec![0, 3], vec![1], vec![2, 5, 4]];
            for (subset, got) in Subsets::explained(among.view(), outcome.view(), &groups).into_iter().enumerate() {
                let members: Vec<usize> = (0..3).filter(|g| subset >> g & 1 == 1).flat_map(|g| groups[g].clone()).collect();
                prop_assert!((got - r_squared(among, outcome, &members)).abs() < 1e-9);
            }
        }
    }
}
