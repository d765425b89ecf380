//! How indicators are cut into bins: learned at the fit, the same on every night after it.

use serde::{Deserialize, Serialize};

use crate::fit::{ModelError, nobodys};
use crate::rows::CustomerBlock;
use valueseg_stats::drift::quantile_edges;

/// Bins of a signal.
pub(super) const SIGNAL_BINS: usize = 10;

/// Bins of each signal of a model: values that begin the second, third, … bin, strictly ascending, at most nine.
///
/// Values are compared in single precision, on the night of the fit as on every other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftBins {
    /// Signals, in the model's order.
    pub(super) signals: Vec<String>,
    /// For each signal the edges of its bins; none = nobody had a value.
    pub(super) edges: Vec<Vec<f32>>,
}

impl DriftBins {
    /// Cuts each of the model's signals `signals` at the tenths of its distribution over `customers` (a sample of
    /// everybody, weights honored), whose columns are `columns`. Equal values stay in one bin, so signals with many
    /// zeros have fewer bins. A signal that did not vary gets three: below, equal, above.
    #[must_use]
    pub fn learn(customers: &CustomerBlock, columns: &[String], signals: &[String]) -> Self {
        let edges = signals.iter().map(|id| {
            let Some(column) = columns.iter().position(|other| other == id) else { return Vec::new() };
            let known = |row: &usize| {
                customers.signalled[*row] >> column & 1 == 1 && customers.signals[(*row, column)].is_finite()
            };
            let rows: Vec<usize> = (0..customers.len()).filter(known).collect();
            let values: Vec<f64> = rows.iter().map(|row| single(customers.signals[(*row, column)])).collect();
            let weights: Vec<f64> = rows.iter().map(|row| customers.weight[*row]).collect();
            let edges = quantile_edges(&values, &weights, SIGNAL_BINS);
            match values.first() {
                Some(only) if edges.is_empty() => vec![*only as f32, (*only as f32).next_up()],
                _ => {
                    let mut edges: Vec<f32> = nobodys(&edges).into_iter().map(|edge| edge as f32).collect();
                    edges.dedup();
                    edges
                }
            }
        });
        Self { edges: edges.collect(), signals: signals.to_vec() }
    }

    /// As JSON.
    ///
    /// # Errors
    /// [`ModelError::Json`]; no bins made here give one.
    pub fn to_json(&self) -> Result<String, ModelError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads bins.
    ///
    /// # Errors
    /// [`ModelError::Json`] for what is no bins, [`ModelError::Damaged`] for edges that make none.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let bins: Self = serde_json::from_str(text)?;
        if bins.is_sound() {
            return Ok(bins);
        }
        Err(ModelError::Damaged { what: "the edges of the bins do not ascend".to_owned() })
    }

    /// Whether the edges make bins: as many lists as signals, each finite, ascending and short enough.
    pub(super) fn is_sound(&self) -> bool {
        self.edges.len() == self.signals.len()
            && self.edges.iter().all(|edges| {
                edges.len() < SIGNAL_BINS
                    && edges.windows(2).all(|pair| pair[0] < pair[1])
                    && edges.iter().all(|edge| edge.is_finite())
            })
    }
}

/// A value as it is compared with edges.
fn single(value: f64) -> f64 {
    f64::from((value as f32).clamp(f32::MIN, f32::MAX))
}
