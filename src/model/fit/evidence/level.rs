//! Are the segments only people who rate high and people who rate low, or one rating in disguise?

use ndarray::{Array2, Axis, s};

use super::super::report::{SegmentLevel, StandsFor};
use super::ratings::Evidence;

/// Share of a distance that is level from which it is only a level: of a segment from the mean customer, and of all segments
/// together. Our judgment: four fifths.
pub(in crate::fit) const ONLY_LEVEL_SHARE: f64 = 0.80;

/// Distance of a segment's level from the mean, in standard deviations of a rating, under which level is no trait of it.
/// Our judgment: Cohen's "small" to "medium" effect.
const LEAST_LEVEL: f64 = 0.3;

/// Share of what sets the segments apart that is level, 0 = all shape, 1 = all level; `None` where nothing does.
///
/// `Σ_k π_k level_k² / Σ_k π_k (level_k² + shape_k²)` over the segments' shares `π`, sampling noise taken out of the shape.
///
/// METHOD (our measure): of the difference *between* segments, not of the variance of the rating level, most of which lies
/// between any groups that are perfectly apart, however much their profiles differ.
pub(in crate::fit) fn level_share(evidence: &Evidence, given: &Array2<f64>) -> Option<f64> {
    let weights = evidence.data.weights();
    let sizes = given.t().dot(weights) / weights.sum();
    let (mut level, mut all) = (0.0, 0.0);
    for (apart, size) in distances(evidence, given).iter().zip(&sizes) {
        level += size * apart.level * apart.level;
        all += size * (apart.level * apart.level + apart.shape);
    }
    (all > 0.0).then(|| level / all)
}

/// How far a segment is from the mean customer.
struct Apart {
    /// Mean distance of its ratings, in standard deviations of a rating.
    level: f64,
    /// Mean squared distance from that level, sampling noise taken out, ≥ 0.
    shape: f64,
}

/// How much of each segment is only a level.
pub(crate) fn segment_levels(evidence: &Evidence, given: &Array2<f64>) -> Vec<SegmentLevel> {
    let of = |Apart { level, shape }: Apart| {
        let share = if level == 0.0 { 0.0 } else { level * level / (level * level + shape) };
        let only = share >= ONLY_LEVEL_SHARE && level.abs() >= LEAST_LEVEL;
        let stands_for = only.then_some(if level > 0.0 { StandsFor::HighRaters } else { StandsFor::LowRaters });
        SegmentLevel { level, share, stands_for }
    };
    distances(evidence, given).into_iter().map(of).collect()
}

fn distances(evidence: &Evidence, given: &Array2<f64>) -> Vec<Apart> {
    let AnswerSums { counts, totals, squares } = AnswerSums::of(evidence, given);
    let overall = &totals.sum_axis(Axis(0)) / &counts.sum_axis(Axis(0)).mapv(|n| n.max(f64::MIN_POSITIVE));
    (0..given.ncols())
        .map(|segment| {
            let answered: Vec<usize> = (0..evidence.ratings).filter(|c| counts[(segment, *c)] > 1.0).collect();
            let mean = |c: usize| totals[(segment, c)] / counts[(segment, c)];
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
            Apart { level, shape }
        })
        .collect()
}

/// Sums over the answers of each segment, `(segments, ratings)` each; people count with their weight and probability.
struct AnswerSums {
    counts: Array2<f64>,
    totals: Array2<f64>,
    squares: Array2<f64>,
}

impl AnswerSums {
    fn of(evidence: &Evidence, given: &Array2<f64>) -> Self {
        let columns = s![.., ..evidence.ratings];
        let (values, present) = (evidence.data.values(), evidence.data.present());
        let present = present.slice(columns).mapv(f64::from);
        // What was not answered may hold anything.
        let values = &values.slice(columns) * &present;
        let weighted = given * &evidence.data.weights().view().insert_axis(Axis(1));
        let (counts, totals) = (weighted.t().dot(&present), weighted.t().dot(&values));
        Self { counts, totals, squares: weighted.t().dot(&values.mapv(|v| v * v)) }
    }
}

/// Share of each rating's variance that lies between the segments (η²), 0 to 1, over those who answered it; 0 without
/// spread.
///
/// `η²_c = Σ_k n_kc (m_kc − m_c)² / Σ_i w_i (x_ic − m_c)²`, people by their probabilities (Fisher's correlation ratio).
pub(in crate::fit) fn shares_between(evidence: &Evidence, given: &Array2<f64>) -> Vec<f64> {
    let AnswerSums { counts, totals, squares } = AnswerSums::of(evidence, given);
    (0..evidence.ratings)
        .map(|c| {
            let (n, sum) = (counts.column(c).sum(), totals.column(c).sum());
            let all = squares.column(c).sum() - sum * sum / n.max(f64::MIN_POSITIVE);
            let own = counts.column(c).into_iter().zip(totals.column(c)).filter(|(n, _)| **n > 0.0);
            let between = own.map(|(n, sum)| sum * sum / n).sum::<f64>() - sum * sum / n.max(f64::MIN_POSITIVE);
            if all > 0.0 { (between / all).clamp(0.0, 1.0) } else { 0.0 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Outcomes;
    use super::*;
    use valueseg_stats::observed::Observed;

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
    fn segments_that_differ_in_level_and_shape_are_not_only_level() {
        let (evidence, given) = evidence();
        // Distances from means 1/3 and −1/3 of the halves: levels 1, −1, 0; shapes 1/9, 1/9, 4/9 around them.
        let share = level_share(&evidence, &given).unwrap();
        assert!((share - 2.0 / (2.0 + 6.0 / 9.0)).abs() < 1e-12, "{share}");
        // Without the third segment, high and low raters alone.
        let two = Array2::from_shape_fn((12, 2), |(i, k)| f64::from(u8::from(i / 4 == k)));
        assert!((level_share(&evidence, &two).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(level_share(&evidence, &Array2::ones((12, 1))), None);
    }

    #[test]
    fn a_rating_that_the_segments_tell_apart_lies_between_them_and_one_they_share_does_not() {
        let values = ndarray::array![[0.0, 1.0, 9.0], [0.0, 3.0, 0.0], [2.0, 1.0, 0.0], [2.0, 3.0, 4.0]];
        let present = ndarray::array![[true, true, false], [true, true, true], [true, true, true], [true, true, true]];
        let data = Observed::try_new(values, present, ndarray::Array1::ones(4)).unwrap();
        let rows = (0..4).collect();
        let evidence = Evidence { data, ratings: 3, predicted: 0.0, rows, outcomes: Outcomes::default() };
        let given = ndarray::array![[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
        let found = shares_between(&evidence, &given);
        // Third rating, answers 0 | 0 and 4: means 0 and 2, of all 4/3; between 16/9 + 2·4/9 = 24/9, all 32/3 = 96/9.
        assert!((found[0] - 1.0).abs() < 1e-12 && found[1].abs() < 1e-12 && (found[2] - 0.25).abs() < 1e-12);
    }
}
