//! Are the segments only people who rate high and people who rate low?

use ndarray::{Array1, Array2, Axis, s};

use super::super::report::{SegmentLevel, StandsFor};
use super::ratings::Evidence;

/// Share of the variance of the rating level between segments above which they are levels, not segments. Our judgment.
pub(in crate::model::fit) const ONLY_LEVEL: f64 = 0.60;

/// Share of a segment's distance from the mean customer that is level from which the segment is only a level. Our
/// judgment: four fifths.
pub(in crate::model::fit) const ONLY_LEVEL_SHARE: f64 = 0.80;

/// Distance of a segment's level from the mean, in standard deviations of a rating, under which level is no trait of it.
/// Our judgment: Cohen's "small" to "medium" effect.
const LEAST_LEVEL: f64 = 0.3;

/// Share of the variance of the respondents' own mean rating that lies between segments; `None` without spread.
pub(in crate::model::fit) fn rating_level_between(evidence: &Evidence, given: &Array2<f64>) -> Option<f64> {
    let (values, present) = (evidence.data.values(), evidence.data.present());
    // A row's level is the mean of what it rated; who rated nothing stands at the mean of all, 0.
    let level: Array1<f64> = (0..evidence.data.n_rows())
        .map(|i| {
            let answered = (0..evidence.ratings).filter(|c| present[(i, *c)]);
            let (sum, n) = answered.fold((0.0, 0.0), |(sum, n), c| (sum + values[(i, c)], n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        })
        .collect();
    let w = evidence.data.weights();
    let total = w.sum();
    let mean = level.dot(w) / total;
    let variance = level.iter().zip(w).map(|(l, w)| w * (l - mean).powi(2)).sum::<f64>() / total;
    let known = variance > 0.0;
    known.then(|| {
        let weighted = given * &w.view().insert_axis(Axis(1));
        let sizes = weighted.sum_axis(Axis(0));
        let sums = weighted.t().dot(&level);
        let between = sizes.iter().zip(&sums).filter(|(n, _)| **n > 0.0).map(|(n, s)| n * (s / n - mean).powi(2));
        (between.sum::<f64>() / total / variance).clamp(0.0, 1.0)
    })
}

pub(in crate::model) fn segment_levels(evidence: &Evidence, given: &Array2<f64>) -> Vec<SegmentLevel> {
    let columns = s![.., ..evidence.ratings];
    let (values, present) = (evidence.data.values(), evidence.data.present());
    let (values, present) = (values.slice(columns), present.slice(columns).mapv(f64::from));
    let weighted = given * &evidence.data.weights().view().insert_axis(Axis(1));
    let counts = weighted.t().dot(&present);
    let sums = weighted.t().dot(&values);
    let squares = weighted.t().dot(&values.mapv(|v| v * v));
    let overall = &sums.sum_axis(Axis(0)) / &counts.sum_axis(Axis(0)).mapv(|n| n.max(f64::MIN_POSITIVE));
    (0..given.ncols())
        .map(|segment| {
            let answered: Vec<usize> = (0..evidence.ratings).filter(|c| counts[(segment, *c)] > 1.0).collect();
            let mean = |c: usize| sums[(segment, c)] / counts[(segment, c)];
            let distance = |c: usize| mean(c) - overall[c];
            let n = answered.len().max(1) as f64;
            let level = answered.iter().map(|c| distance(*c)).sum::<f64>() / n;
            let spread = answered.iter().map(|c| (distance(*c) - level).powi(2)).sum::<f64>() / n;
            // A mean of few answers differs from the rest by chance alone; what chance explains is no shape.
            let noise = |c: usize| {
                let n = counts[(segment, c)];
                (squares[(segment, c)] / n - mean(c).powi(2)).max(0.0) / n
            };
            let shape = (spread - answered.iter().map(|c| noise(*c)).sum::<f64>() / n).max(0.0);
            let share = if level == 0.0 { 0.0 } else { level * level / (level * level + shape) };
            let only = share >= ONLY_LEVEL_SHARE && level.abs() >= LEAST_LEVEL;
            let stands_for = only.then_some(if level > 0.0 { StandsFor::HighRaters } else { StandsFor::LowRaters });
            SegmentLevel { level, share, stands_for }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Outcomes;
    use super::*;
    use crate::stats::observed::Observed;

    /// Four people a segment: one rates all 2 higher, one all 2 lower, one likes the first half and not the second.
    fn evidence() -> (Evidence, Array2<f64>) {
        let value = |i: usize, c: usize| match i / 4 {
            0 => 1.0,
            1 => -1.0,
            _ if c < 2 => 1.0,
            _ => -1.0,
        };
        let data = Observed::complete(Array2::from_shape_fn((12, 4), |(i, c)| value(i, c))).unwrap();
        let given = Array2::from_shape_fn((12, 3), |(i, k)| f64::from(u8::from(i / 4 == k)));
        let rows = (0..12).collect();
        (Evidence { data, ratings: 4, predicted: 0.0, rows, outcomes: Outcomes::default() }, given)
    }

    #[test]
    fn a_segment_is_a_level_if_it_is_higher_everywhere_and_not_if_it_differs_in_shape() {
        let (evidence, given) = evidence();
        let found = segment_levels(&evidence, &given);
        // Means of all: (1 − 1 + 1)/3 for the first two ratings, (1 − 1 − 1)/3 for the others.
        assert!((found[0].level - 1.0).abs() < 1e-12 && (found[1].level + 1.0).abs() < 1e-12);
        assert!((found[0].share - 1.0 / (1.0 + 1.0 / 9.0)).abs() < 1e-12);
        assert_eq!(found[0].stands_for, Some(StandsFor::HighRaters));
        assert_eq!(found[1].stands_for, Some(StandsFor::LowRaters));
        assert_eq!((found[2].share, found[2].stands_for), (0.0, None));
    }

    #[test]
    fn rating_level_lies_between_segments_that_are_levels() {
        let (evidence, given) = evidence();
        assert!((rating_level_between(&evidence, &given).unwrap() - 1.0).abs() < 1e-12);
        let one = Array2::ones((12, 1));
        assert!(rating_level_between(&evidence, &one).unwrap().abs() < 1e-12);
    }
}
