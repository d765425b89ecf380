//! What a group of customers writes about.

use super::Heard;
use valueseg_catalogue::{ElementId, N_ELEMENTS};

/// Shares of customers who mention an element, among those who wrote. Row weights count a customer as often as they say.
///
/// Blocks are merged in a fixed order by the caller, as everywhere: sums of weights are sums of floats.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MentionRates {
    writers: f64,
    mentioned: [f64; N_ELEMENTS],
    praised: [f64; N_ELEMENTS],
    blamed: [f64; N_ELEMENTS],
}

impl MentionRates {
    /// Adds a customer of row weight `weight`, finite and above 0; one who wrote nothing, or of another weight, is left out.
    pub fn add(&mut self, heard: &Heard, weight: f64) {
        if heard.texts() == 0 || !(weight.is_finite() && weight > 0.0) {
            return;
        }
        self.writers += weight;
        for element in ElementId::all() {
            let e = element.index();
            let some = |count: Option<u32>| if count.is_some_and(|n| n > 0) { weight } else { 0.0 };
            self.mentioned[e] += some(heard.texts_with(element));
            self.praised[e] += some(heard.positive(element));
            self.blamed[e] += some(heard.negative(element));
        }
    }

    /// Adds another block of customers.
    pub fn merge(&mut self, other: &Self) {
        self.writers += other.writers;
        for e in 0..N_ELEMENTS {
            self.mentioned[e] += other.mentioned[e];
            self.praised[e] += other.praised[e];
            self.blamed[e] += other.blamed[e];
        }
    }

    /// Weight of the customers who wrote at least a word.
    #[must_use]
    pub fn writers(&self) -> f64 {
        self.writers
    }

    fn share(&self, sums: &[f64; N_ELEMENTS], element: ElementId) -> Option<f64> {
        Some(sums[element.index()]).filter(|&sum| sum > 0.0).map(|sum| (sum / self.writers).min(1.0))
    }

    /// Weighted share of writers who mention `element`, above 0, at most 1; `None` = nobody does.
    #[must_use]
    pub fn mentioned(&self, element: ElementId) -> Option<f64> {
        self.share(&self.mentioned, element)
    }

    /// Weighted share of writers who praise it at least once, as [`MentionRates::mentioned`].
    #[must_use]
    pub fn praised(&self, element: ElementId) -> Option<f64> {
        self.share(&self.praised, element)
    }

    /// Weighted share of writers who blame it at least once, as [`MentionRates::mentioned`].
    #[must_use]
    pub fn blamed(&self, element: ElementId) -> Option<f64> {
        self.share(&self.blamed, element)
    }
}
