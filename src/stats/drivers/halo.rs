//! The factor that all ratings share, and what is left of them without it.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::common::{Commonness, common_factor};
use super::johnson::Orthogonal;
use super::pairwise::{Pairwise, constant, repaired};
use super::shapley::{MAX_GROUPS, r_squared, shapley};

/// Fewest ratings of which a halo is taken out; with fewer it stays, and shares are exact ([`Link::weights`]).
///
/// METHOD: a halo is told from what matters by the ratings that do not matter ([`ANCHOR`]). Of seven or nine ratings
/// there may be none: one that goes with the outcome is then set to nothing, links of others turn their sign, and a
/// factor of few ratings is largely the strongest of them. With fifteen on, exact shares would cost too much as well
/// ([`MAX_GROUPS`]). Our judgment; `examples/drivers` prints how far both ways come out from what was planted.
pub const FEWEST: usize = MAX_GROUPS + 1;

/// Quantile, 0–1, of the predictors at which the halo's link is set: the predictor there has no link of its own.
pub const ANCHOR: f64 = 0.05;

/// Whether the factor common to all ratings is taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Halo {
    /// Taken out where there is one ([`Commonness::is_general`]).
    #[default]
    TakenOut,
    /// Taken out, whatever it is like.
    AlwaysOut,
    /// Left in: shares of the ratings as they are.
    Kept,
}

/// How a group's ratings hang together: a common factor, and the rest made ready for regressions.
///
/// `R = λλᵀ + D·S·D`, `D² = 1 − λ²`; without a factor λ is 0 and `S = R`.
#[derive(Clone, Debug)]
pub struct Structure {
    /// `R`, `(p, p)`.
    among: Array2<f64>,
    /// `λ`, `(p)`.
    loadings: Array1<f64>,
    /// Of the factor found, taken out or not.
    common: Commonness,
    /// `S`, `(p, p)`: correlations without the common factor.
    rest: Array2<f64>,
    orthogonal: Orthogonal,
}

/// What an outcome goes with in one group of people: each rating for itself, and the halo.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// `(p)` weights ≥ 0, parts of the outcome's variance; the halo's part is not among them. Exact shares (LMG) of at
    /// most [`MAX_GROUPS`] ratings whose halo is kept, else relative weights.
    pub weights: Array1<f64>,
    /// `(p)` correlations with the outcome of what each rating has beyond the halo, in spreads of the whole outcome.
    pub correlations: Array1<f64>,
    /// Correlation of the halo with the outcome, ≥ 0; 0 where none is taken out.
    pub halo: f64,
    /// The part of the ratings' common link with the outcome that is the halo's, 0–1.
    pub halo_part: f64,
    /// R² of all ratings as they are, halo and all; ≥ 0, and beyond 1 only by noise.
    pub r_squared: f64,
}

/// Where the halo's link with an outcome comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Anchor {
    /// From the weakest ratings of the group itself; used for all people together.
    Weakest,
    /// As large a part of the common link, 0–1, as among all people ([`Link::halo_part`]); used for a part of them.
    Part(f64),
}

impl Structure {
    /// The structure of the ratings of all people together.
    ///
    /// METHOD: of 30 × 30 correlations at a few hundred rows each, most is noise. One common factor is fitted and kept;
    /// what it leaves is drawn toward its mean as far as it is noise ([`Pairwise::drawn_to`]).
    ///
    /// # Examples
    /// By hand: correlations `λᵢ·λⱼ` of loadings 0.8, 0.8, 0.6, 0.6 are one factor and nothing else, so what it leaves
    /// is 0.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::drivers::halo::{Halo, Structure};
    /// use valueseg_stats::drivers::pairwise::Pairwise;
    ///
    /// let l = array![0.8, 0.8, 0.6, 0.6];
    /// let r = Array2::from_shape_fn((4, 4), |(i, j)| if i == j { 1.0 } else { l[i] * l[j] });
    /// let pairs = Pairwise { r, n: Array2::from_elem((4, 4), 1_000.0) };
    /// let structure = Structure::of_whole(&pairs, Halo::TakenOut);
    /// assert!(structure.has_halo() && structure.rest()[(0, 1)].abs() < 1e-6);
    /// assert!(!Structure::of_whole(&pairs, Halo::Kept).has_halo());
    /// ```
    #[must_use]
    pub fn of_whole(pairs: &Pairwise, halo: Halo) -> Self {
        let p = pairs.r.nrows();
        let found = common_factor(pairs.r.view(), pairs.n.view());
        let common = Commonness::of(&found);
        let out = match halo {
            Halo::TakenOut => common.is_general(),
            Halo::AlwaysOut => true,
            Halo::Kept => false,
        };
        let loadings = if out { found } else { Array1::zeros(p) };
        let rest = Pairwise { r: without_factor(pairs.r.view(), &loadings), n: pairs.n.clone() };
        let target = constant(p, rest.mean());
        // METHOD: of few ratings, each pair at many rows, little is noise: they keep the correlations they have, so that
        // shares are those of the survey. Only a pair that is not known takes the mean of the others.
        let rest = if p < FEWEST { rest.filled_from(target.view()) } else { rest.drawn_to(target.view()) };
        Self::new(loadings, common, repaired(rest))
    }

    /// The structure of a part of the people, drawn toward that of the `whole` as far as it is noise.
    ///
    /// # Examples
    /// By hand: a part of 20 people with correlations of 0.5 where the whole has 0.36. The distances 6·0.14² = 0.1176
    /// are less than the noise 6·0.75²/19 = 0.1776, so the part takes the correlations of the whole, and its R² with
    /// them: 0.25·s/(1 + s), s = 4·0.36/0.64 = 2.25, or 0.173077.
    ///
    /// ```
    /// use ndarray::{Array1, Array2};
    /// use valueseg_stats::drivers::halo::{Anchor, Halo, Structure};
    /// use valueseg_stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let pairs = |r: f64, n: f64| Pairwise { r: constant(4, r), n: Array2::from_elem((4, 4), n) };
    /// let whole = Structure::of_whole(&pairs(0.36, 1_000.0), Halo::TakenOut);
    /// let part = Structure::of_part(&pairs(0.5, 20.0), &whole);
    /// let link = part.link(Array1::from_elem(4, 0.3).view(), Anchor::Weakest);
    /// assert!((link.r_squared - 0.173_077).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn of_part(pairs: &Pairwise, whole: &Self) -> Self {
        let p = pairs.r.nrows();
        let among = pairs.drawn_to(whole.among.view());
        let loadings =
            if whole.has_halo() { common_factor(among.view(), Array2::ones((p, p)).view()) } else { Array1::zeros(p) };
        let rest = repaired(without_factor(among.view(), &loadings));
        Self::new(loadings, whole.common, rest)
    }

    fn new(loadings: Array1<f64>, common: Commonness, rest: Array2<f64>) -> Self {
        let own = own_spread(&loadings);
        let among = Array2::from_shape_fn(rest.dim(), |(i, j)| {
            if i == j { 1.0 } else { loadings[i] * loadings[j] + own[i] * own[j] * rest[(i, j)] }
        });
        Self { among, loadings, common, orthogonal: Orthogonal::of(rest.view()), rest }
    }

    /// Whether a common factor is taken out.
    ///
    /// # Examples
    /// By hand: ratings that all correlate by 0.36 have loadings of 0.6, above the least of a halo; without
    /// correlations there is no factor.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::drivers::halo::{Halo, Structure};
    /// use valueseg_stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let of = |r: f64| Pairwise { r: constant(4, r), n: Array2::from_elem((4, 4), 1_000.0) };
    /// assert!(Structure::of_whole(&of(0.36), Halo::TakenOut).has_halo());
    /// assert!(!Structure::of_whole(&of(0.0), Halo::TakenOut).has_halo());
    /// ```
    #[must_use]
    pub fn has_halo(&self) -> bool {
        self.loadings.iter().any(|l| *l != 0.0)
    }

    /// How far the common factor of all people together is a halo, taken out or not.
    ///
    /// # Examples
    /// By hand: correlations of 0.36 are loadings of 0.6, their square 0.36.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::drivers::halo::{Halo, Structure};
    /// use valueseg_stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let pairs = Pairwise { r: constant(4, 0.36), n: Array2::from_elem((4, 4), 1_000.0) };
    /// let common = Structure::of_whole(&pairs, Halo::Kept).common();
    /// assert!((common.strength - 0.36).abs() < 1e-6 && (common.reach - 0.6).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn common(&self) -> Commonness {
        self.common
    }

    /// `S`, `(p, p)`: correlations of what the ratings have beyond the common factor.
    ///
    /// # Examples
    /// By hand: left in, the halo stays in the correlations, 0.36; taken out, nothing is left of them.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::drivers::halo::{Halo, Structure};
    /// use valueseg_stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let pairs = Pairwise { r: constant(4, 0.36), n: Array2::from_elem((4, 4), 1_000.0) };
    /// assert!((Structure::of_whole(&pairs, Halo::Kept).rest()[(0, 1)] - 0.36).abs() < 1e-12);
    /// assert!(Structure::of_whole(&pairs, Halo::TakenOut).rest()[(0, 1)].abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn rest(&self) -> ArrayView2<'_, f64> {
        self.rest.view()
    }

    /// What an outcome goes with, given its correlations `r` `(p)` with the ratings, each −1..1.
    ///
    /// METHOD: ratings `x = λh + D·z` share a halo h that has nothing to do with any one element. Left in, it makes all
    /// weights alike. But from ratings and outcome alone nobody can tell how much of their common link is the halo's
    /// (κ) and how much comes from elements that all matter a little: any κ fits equally well. Taking the person's mean
    /// out of everything gives the halo all of it; weak elements then get negative links, and squares rank them among
    /// the strong (in simulations of 20,000 people rank correlations with planted weights of 0.0 to 0.2, where this way
    /// gives 0.8 to 0.95). So κ is set where the weakest twentieth of the elements has no link of its own, and neither
    /// below 0 nor above the whole common link. Where weak elements do matter a little, the shares of strong ones come
    /// out somewhat too large; their order is not affected. Source: our judgment; planted weights come back through a
    /// halo in the tests of `model::drivers`.
    ///
    /// # Examples
    /// By hand: loadings 0.8, 0.8, 0.6, 0.6, and an outcome that goes with the halo by 0.5 and with what the first
    /// rating has of its own (spread 0.6) by 0.3: r = (0.5·0.8 + 0.6·0.3, 0.4, 0.3, 0.3). The weight of the first is
    /// 0.3² = 0.09.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::drivers::halo::{Anchor, Halo, Structure};
    /// use valueseg_stats::drivers::pairwise::Pairwise;
    ///
    /// let l = array![0.8, 0.8, 0.6, 0.6];
    /// let r = Array2::from_shape_fn((4, 4), |(i, j)| if i == j { 1.0 } else { l[i] * l[j] });
    /// let pairs = Pairwise { r, n: Array2::from_elem((4, 4), 1_000.0) };
    /// let structure = Structure::of_whole(&pairs, Halo::TakenOut);
    /// let link = structure.link(array![0.58, 0.4, 0.3, 0.3].view(), Anchor::Weakest);
    /// assert!((link.halo - 0.5).abs() < 1e-6 && (link.correlations[0] - 0.3).abs() < 1e-6);
    /// assert!((link.weights[0] - 0.09).abs() < 1e-6 && link.weights[1] < 1e-6);
    /// ```
    #[must_use]
    pub fn link(&self, r: ArrayView1<'_, f64>, anchor: Anchor) -> Link {
        let own = own_spread(&self.loadings);
        let common = self.common_link(r);
        // Coefficients are linear in r, so those of r − κλ are these two put together: κ can be chosen after the
        // decomposition.
        let plain = self.orthogonal.coefficients((&r / &own).view());
        let of_halo = self.orthogonal.coefficients((&self.loadings / &own).view());
        let halo = match anchor {
            _ if common == 0.0 => 0.0,
            Anchor::Part(part) => part * common,
            Anchor::Weakest => weakest(&plain, &of_halo).map_or(0.0, |halo| halo.clamp(0.0, common)),
        };
        let coefficients = plain - of_halo * halo;
        let all: Vec<usize> = (0..r.len()).collect();
        Link {
            weights: self.exact(r).unwrap_or_else(|| self.orthogonal.weights(coefficients.view())),
            correlations: (&r - &self.loadings * halo) / &own,
            halo,
            halo_part: if common > 0.0 { halo / common } else { 0.0 },
            r_squared: r_squared(self.among.view(), r, &all),
        }
    }

    /// Shares over all orders of entry, where no halo is taken out and the ratings are few.
    ///
    /// METHOD: relative weights stand in for these shares where there are too many subsets to go through. Where there
    /// are not, nothing needs to stand in.
    fn exact(&self, r: ArrayView1<'_, f64>) -> Option<Array1<f64>> {
        if self.has_halo() || r.len() > MAX_GROUPS {
            return None;
        }
        let singles: Vec<Vec<usize>> = (0..r.len()).map(|i| vec![i]).collect();
        let shares = shapley(self.among.view(), r, &singles).ok()?;
        Some(shares.into_iter().map(|share| share.max(0.0)).collect())
    }

    /// The link of the common factor with the outcome if the ratings had no other: `λᵀr/λᵀλ`, drawn in to 0–1.
    fn common_link(&self, r: ArrayView1<'_, f64>) -> f64 {
        let size = self.loadings.dot(&self.loadings);
        if size > 0.0 { (self.loadings.dot(&r) / size).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// `D`: spread of what each rating has of its own.
fn own_spread(loadings: &Array1<f64>) -> Array1<f64> {
    loadings.mapv(|l| (1.0 - l * l).sqrt())
}

fn without_factor(r: ArrayView2<'_, f64>, loadings: &Array1<f64>) -> Array2<f64> {
    let own = own_spread(loadings);
    Array2::from_shape_fn(r.dim(), |(i, j)| {
        // Correlations over different rows need not fit one factor; what it leaves is drawn in to what can be.
        if i == j { 1.0 } else { ((r[(i, j)] - loadings[i] * loadings[j]) / (own[i] * own[j])).clamp(-0.99, 0.99) }
    })
}

/// The link of the halo at which the weakest predictors (quantile [`ANCHOR`]) have none of their own.
fn weakest(plain: &Array1<f64>, of_halo: &Array1<f64>) -> Option<f64> {
    // Coefficient u − κ·v is 0 at κ = u/v.
    let mut turns: Vec<f64> = plain.iter().zip(of_halo).filter(|(_, v)| **v > 1e-6).map(|(u, v)| u / v).collect();
    turns.sort_by(f64::total_cmp);
    let last = turns.len().checked_sub(1)?;
    let at = ANCHOR * last as f64;
    let (low, share) = (at.floor() as usize, at.fract());
    Some(turns[low] + share * (turns[(low + 1).min(last)] - turns[low]))
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    fn pairs(r: Array2<f64>) -> Pairwise {
        let n = Array2::from_elem(r.dim(), 1e12);
        Pairwise { r, n }
    }

    /// Five ratings of one factor with these loadings, nothing else in common.
    fn one_factor(loadings: &Array1<f64>) -> Array2<f64> {
        let p = loadings.len();
        Array2::from_shape_fn((p, p), |(i, j)| if i == j { 1.0 } else { loadings[i] * loadings[j] })
    }

    #[test]
    fn planted_links_beyond_a_halo_are_found_exactly() {
        // x = λh + √(1−λ²)·z, y = 0.5h + Σ b z with b = (0.4, 0.2, 0.1, 0, 0): weights are b², the halo's link 0.5.
        let loadings = array![0.7, 0.6, 0.5, 0.6, 0.7];
        let own = own_spread(&loadings);
        let b = array![0.4, 0.2, 0.1, 0.0, 0.0];
        let r = &loadings * 0.5 + &own * &b;
        let structure = Structure::of_whole(&pairs(one_factor(&loadings)), Halo::TakenOut);
        let link = structure.link(r.view(), Anchor::Weakest);
        assert!((link.halo - 0.5).abs() < 1e-4, "{link:?}");
        for (weight, b) in link.weights.iter().zip(&b) {
            assert!((weight - b * b).abs() < 1e-4, "{link:?}");
        }
        let same = structure.link(r.view(), Anchor::Part(link.halo_part));
        assert!((same.halo - link.halo).abs() < 1e-12);
        assert!(link.r_squared < 0.25 + 0.21 && link.r_squared > 0.21, "{link:?}");
    }

    #[test]
    fn a_halo_that_the_outcome_does_not_share_is_still_taken_out_of_the_ratings() {
        let loadings = Array1::from_elem(5, 0.7);
        let own = own_spread(&loadings);
        let b = array![0.6, 0.3, 0.2, 0.0, 0.0];
        let structure = Structure::of_whole(&pairs(one_factor(&loadings)), Halo::TakenOut);
        let link = structure.link((&own * &b).view(), Anchor::Weakest);
        assert!(link.halo.abs() < 1e-4, "{link:?}");
        assert!(link.weights.iter().zip(&b).all(|(w, b)| (w - b * b).abs() < 1e-3), "{link:?}");
    }

    #[test]
    fn with_the_halo_kept_the_weights_of_two_are_those_of_johnson_and_of_shapley() {
        let r = array![0.5, 0.3];
        let structure = Structure::of_whole(&pairs(array![[1.0, 0.6], [0.6, 1.0]]), Halo::Kept);
        let link = structure.link(r.view(), Anchor::Weakest);
        assert!((link.weights[0] - 0.205).abs() < 1e-9 && (link.weights[1] - 0.045).abs() < 1e-9, "{link:?}");
        assert!((link.r_squared - 0.25).abs() < 1e-9);
        assert_eq!((link.halo, structure.has_halo()), (0.0, false));
    }

    #[test]
    fn with_the_halo_kept_the_weights_of_few_are_exact_shares_and_those_of_many_relative_weights() {
        // Ratings of one factor with loadings of 0.6, the first two linked with the outcome beyond it.
        let of = |p: usize| {
            let among = one_factor(&Array1::from_elem(p, 0.6));
            let r = Array1::from_shape_fn(p, |i| if i < 2 { 0.5 } else { 0.3 });
            (Structure::of_whole(&pairs(among.clone()), Halo::Kept).link(r.view(), Anchor::Weakest), among, r)
        };
        let (link, among, r) = of(7);
        let singles: Vec<Vec<usize>> = (0..7).map(|i| vec![i]).collect();
        let exact = shapley(among.view(), r.view(), &singles).unwrap();
        assert!(link.weights.iter().zip(exact).all(|(got, wanted)| (got - wanted).abs() < 1e-12), "{link:?}");
        assert!((link.weights.sum() - link.r_squared).abs() < 1e-12);
        let (link, among, r) = of(MAX_GROUPS + 1);
        let johnson = super::super::johnson::relative_weights(among.view(), r.view()).unwrap().weights;
        assert!((&link.weights - &johnson).iter().all(|d| d.abs() < 1e-9), "{link:?}");
    }

    #[test]
    fn a_factor_that_is_no_halo_is_taken_out_only_where_it_is_asked_for() {
        let weak = pairs(constant(20, 0.05));
        let has = |halo| Structure::of_whole(&weak, halo).has_halo();
        assert_eq!([has(Halo::TakenOut), has(Halo::AlwaysOut), has(Halo::Kept)], [false, true, false]);
    }

    #[test]
    fn ratings_with_little_in_common_keep_it() {
        let structure = Structure::of_whole(&pairs(constant(5, 0.05)), Halo::TakenOut);
        assert!(!structure.has_halo());
    }

    #[test]
    fn a_theme_of_some_ratings_is_no_halo() {
        // Four of eight ratings share a strong factor, the others nothing.
        let loadings = array![0.9, 0.9, 0.8, 0.8, 0.0, 0.0, 0.0, 0.0];
        assert!(!Structure::of_whole(&pairs(one_factor(&loadings)), Halo::TakenOut).has_halo());
        assert!(Structure::of_whole(&pairs(one_factor(&Array1::from_elem(8, 0.5))), Halo::TakenOut).has_halo());
    }

    proptest! {
        #[test]
        fn any_correlations_give_weights_that_sum_to_their_coefficients(
            cells in prop::collection::vec(-1.0..1.0f64, 36),
            r in prop::collection::vec(-1.0..1.0f64, 6),
            n in 12.0..5_000.0f64,
        ) {
            let raw = Array2::from_shape_vec((6, 6), cells).unwrap();
            let r_xx = Array2::from_shape_fn((6, 6), |(i, j)| if i == j { 1.0 } else { f64::midpoint(raw[(i, j)], raw[(j, i)]) });
            let pairs = Pairwise { r: r_xx, n: Array2::from_elem((6, 6), n) };
            let whole = Structure::of_whole(&pairs, Halo::TakenOut);
            let r = Array1::from(r);
            let link = whole.link(r.view(), Anchor::Weakest);
            prop_assert!(link.weights.iter().all(|w| w.is_finite() && *w >= 0.0));
            prop_assert!((0.0..=1.0).contains(&link.halo_part) && link.r_squared.is_finite());
            let part = Structure::of_part(&pairs, &whole).link(r.view(), Anchor::Part(link.halo_part));
            prop_assert!(part.weights.iter().all(|w| w.is_finite() && *w >= 0.0));
        }
    }
}
