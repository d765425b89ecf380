//! Whether a segment still means what it meant: its profile before against its profile now.

use crate::fit::Model;
use crate::rows::N_RATINGS;
use valueseg_catalogue::N_ELEMENTS;

/// Indicators two profiles need in common to be compared.
const LEAST_COMMON: usize = 3;

/// How alike segment `old_segment` of one model and `new_segment` of another are in what sets them apart, −1 to 1.
///
/// METHOD: Pearson correlation of the two profiles over the indicators both models know: the ratings the new model was
/// cut on; where fewer than three of them are known to both, the signals. A profile is the segment's mean minus the mean
/// of its model's segments, weighted by their shares, so that what is high for everybody counts for nothing. `None` =
/// nothing to compare, or one profile is flat.
pub(super) fn likeness(old: &Model, new: &Model, old_segment: usize, new_segment: usize) -> Option<f64> {
    let [before, now] = ratings(old, new, [old_segment, new_segment]);
    if before.len() >= LEAST_COMMON {
        return correlation(&before, &now);
    }
    let [before, now] = signals(old, new, [old_segment, new_segment]);
    if before.len() >= LEAST_COMMON { correlation(&before, &now) } else { None }
}

fn ratings(old: &Model, new: &Model, segments: [usize; 2]) -> [Vec<f64>; 2] {
    let first = new.cut_on().aspect().map_or(0, |aspect| aspect as usize * N_ELEMENTS);
    let mut profiles = [Vec::new(), Vec::new()];
    for indicator in (first..first + N_ELEMENTS).filter(|i| *i < N_RATINGS) {
        if let (Some(before), Some(now)) = (old.segment_means(indicator), new.segment_means(indicator)) {
            profiles[0].push(apart(&before, &old.shares(), segments[0]));
            profiles[1].push(apart(&now, &new.shares(), segments[1]));
        }
    }
    profiles
}

fn signals(old: &Model, new: &Model, segments: [usize; 2]) -> [Vec<f64>; 2] {
    let mut profiles = [Vec::new(), Vec::new()];
    let column =
        |model: &Model, signal: usize| -> Vec<f64> { model.signal_means().iter().map(|means| means[signal]).collect() };
    for (now, id) in new.signal_ids().iter().enumerate() {
        if let Some(before) = old.signal_ids().iter().position(|other| other == id) {
            profiles[0].push(apart(&column(old, before), &old.shares(), segments[0]));
            profiles[1].push(apart(&column(new, now), &new.shares(), segments[1]));
        }
    }
    profiles
}

/// Mean of one segment minus the mean of all.
fn apart(means: &[f64], shares: &[f64], segment: usize) -> f64 {
    means[segment] - means.iter().zip(shares).map(|(mean, share)| mean * share).sum::<f64>()
}

/// Pearson correlation; `None` if either side does not vary.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let n = a.len() as f64;
    let (mean_a, mean_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - mean_a) * (y - mean_b);
        aa += (x - mean_a).powi(2);
        bb += (y - mean_b).powi(2);
    }
    let correlation = ab / (aa * bb).sqrt();
    correlation.is_finite().then(|| correlation.clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_is_that_worked_by_hand() {
        // Deviations −1, 0, 1 and −1, 1, 0: Σab = 1, Σaa = Σbb = 2.
        assert!((correlation(&[1.0, 2.0, 3.0], &[0.0, 2.0, 1.0]).unwrap() - 0.5).abs() < 1e-12);
        assert_eq!(correlation(&[1.0, 1.0, 1.0], &[0.0, 2.0, 1.0]), None);
    }
}
