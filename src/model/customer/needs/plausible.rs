//! Need maps, orders of tiers and errors of scores that may be true, drawn once a night and the same for everybody.
//!
//! A person's tier depends on three things nobody knows exactly: the scores, the need map and how strong the order of tiers
//! is. All three are drawn [`NEED_MAPS`] times, jointly. Maps and orders are the same for all customers, so that groups can
//! be summed map by map; errors of scores come in [`BANKS`] banks, of which a customer's id picks one, so that in a group
//! they are as good as independent.

use ndarray::Array2;
use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;

use super::assessor::TIERS;
use super::settings::NeedSettings;
use crate::rows::{Aspect, N_RATINGS, NEED_MAPS};
use valueseg_catalogue::{Catalogue, ElementId, N_ELEMENTS, NeedTier};
use valueseg_stats::draw::{gamma, mixed_seed, normal};

/// Banks of errors. The share of a group in which all are alike has a standard error of at most `½/√(32·64)` = 0.011.
pub(super) const BANKS: usize = 64;

/// Weight of a tier in the soft order, lowest tier first, raised to `5·lambda`. Our judgment.
const ORDER: [f64; TIERS] = [1.00, 0.95, 0.90, 0.85, 0.80];

/// Seed of all draws here. Fixed: tiers of a night do not change with the seed of a fit.
const SEED: u64 = 0x7155_0001;

/// Columns of the tables of one aspect: a lane of maps for each tier, and with importance one for the mean of all.
pub(super) const SERVED_LANES: usize = TIERS * NEED_MAPS;
pub(super) const WANTED_LANES: usize = (TIERS + 1) * NEED_MAPS;

/// How errors of scores hang together.
#[derive(Clone, Debug)]
pub(in crate::customer) struct ScoreErrors {
    /// `[60]` the part of a score's error that is its own, standard deviation on 0–10: the largest it can be.
    pub(in crate::customer) own: [f32; N_RATINGS],
    /// `(r, 60)` directions in which the rest moves together; `r` = 0: no score's error has to do with another's.
    pub(in crate::customer) common: Array2<f64>,
}

impl ScoreErrors {
    /// All errors are their scores' own.
    pub(in crate::customer) fn independent() -> Self {
        Self { own: [f32::INFINITY; N_RATINGS], common: Array2::zeros((0, N_RATINGS)) }
    }
}

/// What was drawn.
#[derive(Clone, Debug)]
pub(super) struct Plausible {
    /// `(30, lanes)` weights of importance and of fulfillment, lane `t·NEED_MAPS + m`; the last lanes of importance are 1.
    pub(super) weights: [Array2<f32>; 2],
    /// The soft order under each map.
    pub(super) order: [[f32; NEED_MAPS]; TIERS],
    /// Errors, by bank.
    pub(super) banks: Vec<Bank>,
}

/// Weights times one draw of standardized errors for each map, by aspect.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    /// To be multiplied with the standard deviations of the scores' own errors.
    pub(super) own: [Array2<f32>; 2],
    /// To be multiplied with those of the common part.
    pub(super) common: [Array2<f32>; 2],
}

impl Plausible {
    /// Draws everything.
    ///
    /// METHOD: a row of the need map is drawn from the Dirichlet distribution with parameters `map_votes` times the
    /// catalogue's weights: its mean is the row, an element never serves a tier that the catalogue says it does not, and a
    /// weight `w` has the variance `w(1 − w)/(map_votes + 1)`. The strength of the order is spread evenly over 0 to twice
    /// `lambda`, at most 1: from no order at all to one twice as strong. Our judgment.
    pub(super) fn draw(catalogue: &Catalogue, settings: NeedSettings, errors: &ScoreErrors) -> Self {
        let maps: Vec<[[f64; TIERS]; N_ELEMENTS]> =
            (0..NEED_MAPS).map(|m| map(catalogue, settings.map_votes, mixed_seed(SEED, m as u64))).collect();
        let lane = |element: usize, lane: usize| {
            let (t, m) = (lane / NEED_MAPS, lane % NEED_MAPS);
            if t < TIERS { maps[m][element][t] as f32 } else { 1.0 }
        };
        let weights = [WANTED_LANES, SERVED_LANES]
            .map(|lanes| Array2::from_shape_fn((N_ELEMENTS, lanes), |(element, at)| lane(element, at)));
        let strongest = (2.0 * settings.lambda).min(1.0);
        let order = std::array::from_fn(|t| {
            std::array::from_fn(|m| {
                let step = order_step(m) as f64 + 0.5;
                ORDER[t].powf(TIERS as f64 * strongest * step / NEED_MAPS as f64) as f32
            })
        });
        let banks = (0..BANKS).map(|bank| Bank::draw(&weights, errors, mixed_seed(!SEED, bank as u64))).collect();
        Self { weights, order, banks }
    }
}

/// How strong the order of tiers is under a map, from 0 for the weakest on. 13 has no divisor in common with the number of
/// maps: each step once, out of order.
fn order_step(map: usize) -> usize {
    map * 13 % NEED_MAPS
}

/// Whether the order of tiers under a map is of the stronger half.
pub(crate) fn strong_order(map: usize) -> bool {
    order_step(map) >= NEED_MAPS / 2
}

/// One plausible need map.
fn map(catalogue: &Catalogue, votes: f64, seed: u64) -> [[f64; TIERS]; N_ELEMENTS] {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut map = [[0.0; TIERS]; N_ELEMENTS];
    for element in ElementId::all() {
        let row = &mut map[element.index()];
        for tier in NeedTier::ALL {
            let weight = catalogue.needs().weight(element, tier);
            if weight > 0.0 {
                row[tier.index()] = gamma(&mut rng, votes * weight);
            }
        }
        let total: f64 = row.iter().sum();
        // Rows of the catalogue sum to 1, so some weight is positive; of gammas only those of tiny shape can vanish.
        if total > 0.0 {
            row.iter_mut().for_each(|w| *w /= total);
        } else {
            *row = catalogue.needs().weights(element);
        }
    }
    map
}

impl Bank {
    fn draw(weights: &[Array2<f32>; 2], errors: &ScoreErrors, seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let own = Array2::from_shape_simple_fn((N_RATINGS, NEED_MAPS), || normal(&mut rng));
        let drawn = Array2::from_shape_simple_fn((errors.common.nrows(), NEED_MAPS), || normal(&mut rng));
        let mut common = errors.common.t().dot(&drawn);
        for (mut row, direction) in common.rows_mut().into_iter().zip(errors.common.columns()) {
            let length = direction.dot(&direction).sqrt();
            row.mapv_inplace(|x| if length > 0.0 { x / length } else { 0.0 });
        }
        // A score without a common direction keeps its whole error to itself.
        for j in 0..N_RATINGS {
            if common.row(j).iter().all(|x| *x == 0.0) {
                let own = own.row(j).to_owned();
                common.row_mut(j).assign(&own);
            }
        }
        let spread = |noise: &Array2<f64>, aspect: Aspect| {
            let first = aspect.mask().trailing_zeros() as usize;
            let of = &weights[usize::from(aspect == Aspect::Fulfillment)];
            Array2::from_shape_fn(of.dim(), |(e, at)| of[(e, at)] * noise[(first + e, at % NEED_MAPS)] as f32)
        };
        let both = |noise: &Array2<f64>| [Aspect::Importance, Aspect::Fulfillment].map(|aspect| spread(noise, aspect));
        Self { own: both(&own), common: both(&common) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_keep_what_the_catalogue_rules_out_and_scatter_as_many_votes_would() {
        let catalogue = Catalogue::embedded();
        let sound = ElementId::parse("informs").unwrap();
        // The row of `informs` is one half safety, one half growth.
        let drawn: Vec<f64> = (0..4_000).map(|m| map(&catalogue, 20.0, mixed_seed(7, m))[sound.index()][1]).collect();
        let mean = drawn.iter().sum::<f64>() / 4_000.0;
        let sd = (drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 4_000.0).sqrt();
        // √(½·½/21) = 0.1091; standard errors 0.0017 and 0.0012.
        assert!((mean - 0.5).abs() < 0.006 && (sd - 0.1091).abs() < 0.004, "{mean} {sd}");
        for m in 0..20 {
            let map = map(&catalogue, 20.0, m);
            for element in ElementId::all() {
                let row = map[element.index()];
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                for (drawn, own) in row.iter().zip(catalogue.needs().weights(element)) {
                    assert!(own > 0.0 || *drawn == 0.0, "{element}");
                }
            }
        }
    }

    #[test]
    fn the_order_runs_from_none_to_twice_as_strong_and_each_step_comes_once() {
        let settings = NeedSettings::default();
        let drawn = Plausible::draw(&Catalogue::embedded(), settings, &ScoreErrors::independent());
        let mut top: Vec<f32> = drawn.order[4].to_vec();
        top.sort_by(f32::total_cmp);
        // 0.8^(5·0.6·31.5/32) to 0.8^(5·0.6·0.5/32).
        assert!((top[0] - 0.517_6).abs() < 1e-3 && (top[31] - 0.989_6).abs() < 1e-3, "{} {}", top[0], top[31]);
        assert!(top.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(drawn.order[0], [1.0; NEED_MAPS]);
    }
}
