//! What the model expects of the members of a segment who did not answer.

use super::sums::ProfileSums;
use crate::fit::Model;
use crate::rows::N_RATINGS;

/// Expected rating of each indicator, 0–10; `None` = the model does not know it.
pub(super) type Expectation = [Option<f64>; N_RATINGS];

/// Expectations for each segment and for everybody else.
pub(super) struct Expected {
    /// Each segment, then what the others are expected to give.
    segments: Vec<[Expectation; 2]>,
}

impl Expected {
    /// What `model` expects of the segments whose sums are `groups`.
    pub(super) fn of(model: Option<&Model>, groups: &[ProfileSums]) -> Self {
        let nothing = [[None; N_RATINGS]; 2];
        let mut segments = vec![nothing; groups.len()];
        // One segment is everybody, whose scores say all there is.
        let Some(model) = model.filter(|_| groups.len() > 1) else { return Self { segments } };
        let weights: Vec<f64> = groups.iter().map(|group| group.members.w as f64).collect();
        let total: f64 = weights.iter().sum();
        for indicator in 0..N_RATINGS {
            let Some(means) = model.segment_means(indicator) else { continue };
            let sum: f64 = means.iter().zip(&weights).map(|(mean, w)| mean * w).sum();
            for (k, [own, others]) in segments.iter_mut().enumerate() {
                let rest = total - weights[k];
                own[indicator] = Some(means[k]);
                others[indicator] = (rest > 0.0).then(|| (sum - means[k] * weights[k]) / rest);
            }
        }
        Self { segments }
    }

    /// Of segment `k`, and of all others.
    pub(super) fn of_segment(&self, k: usize) -> &[Expectation; 2] {
        &self.segments[k]
    }
}
