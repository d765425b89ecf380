//! Histograms in numbers people can read, and those of the fit as they are stored with the model.

use serde::{Deserialize, Serialize};

use super::super::noise::{GroupNoise, NOISE, Noise};
use super::bins::DriftBins;
use super::state::{DriftState, PROBABILITY_BINS, Place};
use crate::fit::{Indicator, ModelError, stored};
use crate::rows::N_RATINGS;

/// Format of a stored reference.
const FORMAT_VERSION: u64 = 1;

/// What an indicator of drift is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftKind {
    /// What customers answered.
    Rating,
    /// What customers did.
    Signal,
    /// What the model made of it: segment mix, probability, share without a segment.
    Fit,
}

impl DriftKind {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Signal => "signal",
            Self::Fit => "fit",
        }
    }
}

/// The distribution of one indicator over the customers of a night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Histogram {
    /// Indicator, as in other tables; `segment_mix`, `segment_probability`, `unassigned_share` for the fit.
    pub(super) indicator: String,
    pub(super) kind: DriftKind,
    /// Weight in each category. A signal's last category is "no value".
    pub(super) weights: Vec<f64>,
    /// Customers behind it.
    pub(super) customers: u64,
    /// Their effective number.
    pub(super) effective: f64,
    /// Share of everybody without a value; `None` where the question makes no sense.
    pub(super) missing: Option<f64>,
    /// Mean in the unit of the indicator; `None` = nobody has a value, or there is no order.
    pub(super) mean: Option<f64>,
}

/// Distributions of everything on one night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftFigures {
    /// Customers scored.
    pub(super) customers: u64,
    pub(super) histograms: Vec<Histogram>,
}

impl Histogram {
    fn release(&mut self, noise: &mut GroupNoise) {
        let all: f64 = self.weights.iter().sum();
        let made_of: Vec<i128> = self.weights.iter().map(|weight| i128::from(weight.to_bits())).collect();
        // What one customer weighs.
        let one = if self.effective > 0.0 { all / self.effective } else { return };
        for weight in &mut self.weights {
            let Some([push, _]) = noise.draw(made_of.iter().copied()) else { return };
            *weight = (*weight + push * NOISE * one).max(0.0);
        }
        let Some([push, other]) = noise.draw(made_of) else { return };
        if let Some(mean) = &mut self.mean {
            let (most, ends) = match self.kind {
                DriftKind::Rating => (10.0, [0.0, 10.0]),
                DriftKind::Fit => (1.0, [0.0, 1.0]),
                DriftKind::Signal => (10.0 * mean.abs(), [f64::NEG_INFINITY, f64::INFINITY]),
            };
            *mean = (*mean + push * NOISE * most / self.effective).clamp(ends[0], ends[1]);
        }
        self.missing = self.missing.map(|share| (share + other * NOISE / self.effective).clamp(0.0, 1.0));
    }
}

impl DriftFigures {
    /// Figures of a pass with these bins.
    ///
    /// # Panics
    /// If the pass was not made with these bins.
    #[must_use]
    pub fn of(state: &DriftState, bins: &DriftBins) -> Self {
        assert_eq!(state.signals(), bins.signals.len(), "the bins are those of the pass");
        let mut histograms = fit(state);
        let everybody = state.weight();
        let missing = |without: f64, of: f64| (of > 0.0).then(|| (without / of).clamp(0.0, 1.0));
        let (drawn, drawn_weight, drawn_effective) = state.with_signals();
        // Effective per head: of the few who answered one question Σw² is not counted apart.
        let ratio = if state.customers() > 0 { state.effective() / state.customers() as f64 } else { 0.0 };
        for (rating, indicator) in Indicator::all(&[]).iter().enumerate().take(N_RATINGS) {
            let (customers, weights, mean) = state.rating(rating);
            let answered: f64 = weights.iter().sum();
            histograms.push(Histogram {
                indicator: indicator.slug(),
                kind: DriftKind::Rating,
                weights,
                customers,
                effective: customers as f64 * ratio,
                missing: missing(everybody - answered, everybody),
                mean,
            });
        }
        for (signal, id) in bins.signals.iter().enumerate() {
            let (mut weights, without, mean) = state.signal(signal, bins.edges[signal].len() + 1);
            weights.push(without);
            histograms.push(Histogram {
                indicator: Indicator::Signal(id.clone()).slug(),
                kind: DriftKind::Signal,
                weights,
                customers: drawn,
                effective: drawn_effective,
                missing: missing(without, drawn_weight),
                mean,
            });
        }
        Self { customers: state.customers(), histograms }
    }

    /// The same with noise on every number of customers in a category, on every mean and on every share without a value;
    /// the same customers get the same noise on both nights.
    ///
    /// METHOD: a customer is in one category, so the noise on each is that of one customer, as in [`NOISE`]. Of a signal
    /// the farthest customer is taken to lie ten means off: our judgment.
    #[must_use]
    pub fn released(mut self, noise: &Noise) -> Self {
        for histogram in &mut self.histograms {
            histogram.release(&mut noise.of("drift", &histogram.indicator));
        }
        // As the reference is kept, or the same night twice would differ in the last bits.
        self.stored()
    }

    /// The figures as they will be read back from a file.
    fn stored(mut self) -> Self {
        for histogram in &mut self.histograms {
            histogram.weights.iter_mut().for_each(|weight| *weight = stored(*weight));
            histogram.effective = stored(histogram.effective);
            histogram.missing = histogram.missing.map(stored);
            histogram.mean = histogram.mean.map(stored);
        }
        self
    }

    fn is_sound(&self) -> bool {
        let good = |x: &f64| x.is_finite() && *x >= 0.0;
        self.histograms.iter().all(|h| {
            h.weights.iter().all(good)
                && good(&h.effective)
                && h.missing.is_none_or(|share| (0.0..=1.0).contains(&share))
                && h.mean.is_none_or(f64::is_finite)
        })
    }
}

/// What the model made of the night.
fn fit(state: &DriftState) -> Vec<Histogram> {
    let unassigned = state.at(Place::Unassigned);
    let mix: Vec<f64> = (0..state.classes()).map(|segment| state.at(Place::Segment(segment))).collect();
    let assigned: f64 = mix.iter().sum();
    let share = (assigned + unassigned > 0.0).then(|| unassigned / (assigned + unassigned));
    let probability = (0..PROBABILITY_BINS).map(|bin| state.at(Place::Probability(bin))).collect();
    let histogram = |indicator: &str, weights, mean| Histogram {
        indicator: indicator.to_owned(),
        kind: DriftKind::Fit,
        weights,
        customers: state.customers(),
        effective: state.effective(),
        missing: None,
        mean,
    };
    vec![
        histogram("segment_mix", mix, None),
        histogram("segment_probability", probability, state.mean_probability()),
        histogram("unassigned_share", vec![assigned, unassigned], share),
    ]
}

/// What a model's night of birth looked like: bins, and the distribution of everything over everybody scored that
/// night (signals: over the draw of the night's pass, see [`super::DriftFold::new`]). Stored beside the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriftReference {
    format_version: u64,
    model_id: String,
    /// The night of the fit, `YYYY-MM-DD`.
    night: String,
    bins: DriftBins,
    figures: DriftFigures,
}

impl DriftReference {
    /// The reference of model `model_id`, fitted on `night`, from the `figures` of that night's pass with these bins.
    #[must_use]
    pub fn new(model_id: &str, night: &str, bins: DriftBins, figures: DriftFigures) -> Self {
        let figures = figures.stored();
        Self { format_version: FORMAT_VERSION, model_id: model_id.to_owned(), night: night.to_owned(), bins, figures }
    }

    /// Bins to make the pass of a night with.
    #[must_use]
    pub fn bins(&self) -> &DriftBins {
        &self.bins
    }

    /// The night of the fit, `YYYY-MM-DD`.
    #[must_use]
    pub fn night(&self) -> &str {
        &self.night
    }

    /// Customers scored that night.
    #[must_use]
    pub fn customers(&self) -> u64 {
        self.figures.customers
    }

    pub(super) fn figures(&self) -> &DriftFigures {
        &self.figures
    }

    /// As JSON.
    ///
    /// # Errors
    /// [`ModelError::Json`]; no reference made here gives one.
    pub fn to_json(&self) -> Result<String, ModelError> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads the reference of model `model_id`.
    ///
    /// # Errors
    /// [`ModelError::Format`] for another version, [`ModelError::Json`] for what is no reference,
    /// [`ModelError::Damaged`] for numbers that cannot be, or the reference of another model.
    pub fn from_json(text: &str, model_id: &str) -> Result<Self, ModelError> {
        let any: serde_json::Value = serde_json::from_str(text)?;
        if let Some(found) = any.get("format_version").and_then(serde_json::Value::as_u64)
            && found != FORMAT_VERSION
        {
            return Err(ModelError::Format { found, expected: FORMAT_VERSION });
        }
        let reference: Self = serde_json::from_str(text)?;
        if reference.model_id != model_id {
            let what = format!("it is the reference of model {}, not of {model_id}", reference.model_id);
            return Err(ModelError::Damaged { what });
        }
        if !(reference.bins.is_sound() && reference.figures.is_sound()) {
            return Err(ModelError::Damaged { what: "the reference holds a number that cannot be".to_owned() });
        }
        Ok(reference)
    }
}
