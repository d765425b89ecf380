//! What others would reach: a classifier that knows the truth, and the naive way.

use std::error::Error;

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::KMeans;
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array1, Array2, Axis};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;
use valueseg::demo::HIDDEN_SEGMENTS;
use valueseg::model::rows::N_RATINGS;
use valueseg::stats::agreement::adjusted_rand_index;
use valueseg::stats::normal_scores::NormalScores;

use super::Base;

/// Small ridge penalty: the classifier shall be as good as it can.
const PENALTY: f64 = 1.0;

/// ARI, on one half of the base, of a multinomial logistic classifier trained on the true segments of the other.
pub(crate) fn logistic(base: &Base, judged: &[bool]) -> Result<f64, Box<dyn Error>> {
    let signals = normal_signals(base);
    let half = |odd: usize| (0..base.truth.len()).filter(|row| row % 2 == odd).collect::<Vec<usize>>();
    let (train, mut test) = (half(0), half(1));
    test.retain(|row| judged[*row]);
    let truth = |rows: &[usize]| rows.iter().map(|row| base.truth[*row]).collect::<Vec<usize>>();
    let dataset = DatasetBase::new(signals.select(Axis(0), &train), Array1::from(truth(&train)));
    let model = MultiLogisticRegression::default().alpha(PENALTY).max_iterations(200).fit(&dataset)?;
    let placed = model.predict(&signals.select(Axis(0), &test));
    Ok(adjusted_rand_index(&truth(&test), placed.as_slice().ok_or("one dimension")?))
}

/// ARI among the unsurveyed of k-means over everybody, ratings filled with item means.
pub(crate) fn filled_and_clustered(base: &Base, judged: &[bool]) -> Result<f64, Box<dyn Error>> {
    let mut rows = Array2::<f64>::from_elem((base.truth.len(), N_RATINGS), f64::NAN);
    let mut first = 0;
    for block in &base.blocks {
        for row in 0..block.len() {
            for item in (0..N_RATINGS).filter(|item| block.rated[row] >> item & 1 == 1) {
                rows[[first + row, item]] = f64::from(block.ratings[[row, item]]);
            }
        }
        first += block.len();
    }
    for mut item in rows.columns_mut() {
        let known: Vec<f64> = item.iter().copied().filter(|value| value.is_finite()).collect();
        let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
        item.mapv_inplace(|value| if value.is_finite() { value - mean } else { 0.0 });
    }
    let rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let dataset = DatasetBase::from(rows);
    let model = KMeans::params_with_rng(HIDDEN_SEGMENTS, rng).n_runs(4).fit(&dataset)?;
    let placed = model.predict(&dataset);
    let unsurveyed = (0..base.truth.len()).filter(|row| !base.surveyed[*row] && judged[*row]);
    let (truth, found): (Vec<usize>, Vec<usize>) = unsurveyed.map(|row| (base.truth[row], placed[row])).unzip();
    Ok(adjusted_rand_index(&truth, &found))
}

/// Signals as normal scores, an absent one at its middle.
fn normal_signals(base: &Base) -> Array2<f64> {
    let p = base.signal_ids.len();
    let mut signals = Array2::zeros((base.truth.len(), p));
    for signal in 0..p {
        let known: Vec<(usize, f64)> = {
            let mut first = 0;
            let mut known = Vec::new();
            for block in &base.blocks {
                let here = (0..block.len()).filter(|row| block.signalled[*row] >> signal & 1 == 1);
                known.extend(here.map(|row| (first + row, block.signals[[row, signal]])));
                first += block.len();
            }
            known
        };
        let values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
        let Some(scores) = NormalScores::learn(&values, &vec![1.0; values.len()]) else { continue };
        for (row, value) in known {
            signals[[row, signal]] = scores.score(value);
        }
    }
    signals
}
