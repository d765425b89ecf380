//! The factor that all ratings share, and what is left of them without it.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::johnson::Orthogonal;
use super::pairwise::{Pairwise, constant, repaired};
use super::shapley::r_squared;

/// Mean squared loading from which the common factor is taken for halo. Below, there is little to take out, and where
/// the factor's link with the outcome lies could not be told. Our judgment.
pub const LEAST_COMMON: f64 = 0.1;

/// Loading that a rating of the halo has at least, and the share of the ratings that must have it. A halo colors all
/// ratings of a person; a factor that leaves a part of them alone is a theme of the others, and stays in. Our judgment.
const LEAST_LOADING: f64 = 0.2;
const LEAST_REACH: f64 = 0.9;

/// Quantile, 0–1, of the predictors at which the halo's link is set: the predictor there has no link of its own.
pub const ANCHOR: f64 = 0.05;

/// Largest loading: every rating keeps something of its own.
const MOST_LOADING: f64 = 0.95;

/// Rounds of the search for loadings; it comes to rest in ten to thirty.
const ROUNDS: usize = 100;

/// Whether the factor common to all ratings is taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Halo {
    /// Taken out where there is one: strong ([`LEAST_COMMON`]), and common to nine ratings in ten.
    #[default]
    TakenOut,
    /// Left in: relative weights of the ratings as they are.
    Kept,
}

/// Loadings of one common factor: the `λ` that make `Σ n_ij (r_ij − λ_i λ_j)²` over `i ≠ j` least, `n` the weight of
/// each pair. `(p)`, sum ≥ 0, at most 0.95 in size.
///
/// Source: minimum residuals, Harman and Jones, Psychometrika 31 (1966), for one factor.
///
/// # Examples
/// By hand (Spearman's triad): correlations 0.72, 0.63 and 0.56 are those of loadings √(0.72·0.63/0.56) = 0.9, 0.8,
/// 0.7.
///
/// ```
/// use ndarray::{Array2, array};
/// use valueseg::stats::drivers::halo::common_factor;
///
/// let r = array![[1.0, 0.72, 0.63], [0.72, 1.0, 0.56], [0.63, 0.56, 1.0]];
/// let found = common_factor(r.view(), Array2::ones((3, 3)).view());
/// assert!(found.iter().zip([0.9, 0.8, 0.7]).all(|(got, wanted)| (got - wanted).abs() < 1e-6));
/// ```
#[must_use]
pub fn common_factor(r: ArrayView2<'_, f64>, n: ArrayView2<'_, f64>) -> Array1<f64> {
    let p = r.nrows();
    // All alike and positive: the search sets out from what all ratings share, not from a contrast between them.
    let mut loadings = Array1::from_elem(p, 0.5f64);
    for _ in 0..ROUNDS {
        let mut moved = 0.0f64;
        for i in 0..p {
            let (mut up, mut down) = (0.0, 0.0);
            for j in (0..p).filter(|j| *j != i) {
                up += n[(i, j)] * r[(i, j)] * loadings[j];
                down += n[(i, j)] * loadings[j] * loadings[j];
            }
            // The least-squares loading given all others (Harman and Jones). Clamped: a Heywood case would leave the
            // rating nothing of its own, and what follows divides by that.
            let new = if down > 0.0 { (up / down).clamp(-MOST_LOADING, MOST_LOADING) } else { 0.0 };
            moved = moved.max((new - loadings[i]).abs());
            loadings[i] = new;
        }
        if moved < 1e-9 {
            break;
        }
    }
    if loadings.sum() < 0.0 { -loadings } else { loadings }
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
    /// `S`, `(p, p)`: correlations without the common factor.
    rest: Array2<f64>,
    orthogonal: Orthogonal,
}

/// What an outcome goes with in one group of people: each rating for itself, and the halo.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// `(p)` relative weights ≥ 0, parts of the outcome's variance; the halo's part is not among them.
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
    /// use valueseg::stats::drivers::halo::{Halo, Structure};
    /// use valueseg::stats::drivers::pairwise::Pairwise;
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
        let loadings = if is_general(&found) && halo == Halo::TakenOut { found } else { Array1::zeros(p) };
        let rest = Pairwise { r: without_factor(pairs.r.view(), &loadings), n: pairs.n.clone() };
        let rest = repaired(rest.drawn_to(constant(p, rest.mean()).view()));
        Self::new(loadings, rest)
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
    /// use valueseg::stats::drivers::halo::{Anchor, Halo, Structure};
    /// use valueseg::stats::drivers::pairwise::{Pairwise, constant};
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
        Self::new(loadings, rest)
    }

    fn new(loadings: Array1<f64>, rest: Array2<f64>) -> Self {
        let own = own_spread(&loadings);
        let among = Array2::from_shape_fn(rest.dim(), |(i, j)| {
            if i == j { 1.0 } else { loadings[i] * loadings[j] + own[i] * own[j] * rest[(i, j)] }
        });
        Self { among, loadings, orthogonal: Orthogonal::of(rest.view()), rest }
    }

    /// Whether a common factor is taken out.
    ///
    /// # Examples
    /// By hand: ratings that all correlate by 0.36 have loadings of 0.6, above the least of a halo; without
    /// correlations there is no factor.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg::stats::drivers::halo::{Halo, Structure};
    /// use valueseg::stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let of = |r: f64| Pairwise { r: constant(4, r), n: Array2::from_elem((4, 4), 1_000.0) };
    /// assert!(Structure::of_whole(&of(0.36), Halo::TakenOut).has_halo());
    /// assert!(!Structure::of_whole(&of(0.0), Halo::TakenOut).has_halo());
    /// ```
    #[must_use]
    pub fn has_halo(&self) -> bool {
        self.loadings.iter().any(|l| *l != 0.0)
    }

    /// `S`, `(p, p)`: correlations of what the ratings have beyond the common factor.
    ///
    /// # Examples
    /// By hand: left in, the halo stays in the correlations, 0.36; taken out, nothing is left of them.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg::stats::drivers::halo::{Halo, Structure};
    /// use valueseg::stats::drivers::pairwise::{Pairwise, constant};
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
    /// use valueseg::stats::drivers::halo::{Anchor, Halo, Structure};
    /// use valueseg::stats::drivers::pairwise::Pairwise;
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
            weights: self.orthogonal.weights(coefficients.view()),
            correlations: (&r - &self.loadings * halo) / &own,
            halo,
            halo_part: if common > 0.0 { halo / common } else { 0.0 },
            r_squared: r_squared(self.among.view(), r, &all),
        }
    }

    /// The link of the common factor with the outcome if the ratings had no other: `λᵀr/λᵀλ`, drawn in to 0–1.
    fn common_link(&self, r: ArrayView1<'_, f64>) -> f64 {
        let size = self.loadings.dot(&self.loadings);
        if size > 0.0 { (self.loadings.dot(&r) / size).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// Whether a common factor is strong, and common to nearly all ratings, so that it may pass for halo.
fn is_general(loadings: &Array1<f64>) -> bool {
    let p = loadings.len();
    let reached = loadings.iter().filter(|l| **l >= LEAST_LOADING).count();
    let strong = loadings.mapv(|l| l * l).mean().is_some_and(|mean| mean >= LEAST_COMMON);
    p > 2 && strong && reached as f64 >= LEAST_REACH * p as f64
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
    fn the_loadings_of_one_factor_are_found() {
        let truth = array![0.9, 0.8, 0.7, 0.6, 0.5];
        let r = one_factor(&truth);
        let found = common_factor(r.view(), Array2::ones(r.dim()).view());
        assert!((&found - &truth).iter().all(|d| d.abs() < 1e-6), "{found}");
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
    fn with_the_halo_kept_the_weights_are_johnsons() {
        let r = array![0.5, 0.3];
        let structure = Structure::of_whole(&pairs(array![[1.0, 0.6], [0.6, 1.0]]), Halo::Kept);
        let link = structure.link(r.view(), Anchor::Weakest);
        assert!((link.weights[0] - 0.205).abs() < 1e-9 && (link.weights[1] - 0.045).abs() < 1e-9, "{link:?}");
        assert!((link.r_squared - 0.25).abs() < 1e-9);
        assert_eq!((link.halo, structure.has_halo()), (0.0, false));
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
