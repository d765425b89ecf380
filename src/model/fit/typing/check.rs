//! How well people who were not asked are typed: the figures, and their words.

use ndarray::{Array2, ArrayView2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::stored::stored;
use super::super::temperature::Temperature;
use valueseg_stats::agreement::adjusted_rand_index;
use valueseg_stats::calibration::Reliability;
use valueseg_stats::interval::{effective_n, wilson};
use valueseg_stats::mixture::likeliest;

/// Parts of equal size by which respondents are weighted to those who were not asked.
const STRATA: usize = 10;

/// Respondents a part should have at least.
const LEAST_IN_STRATUM: usize = 20;

/// Gain over guessing the largest segment under which signals hardly type anybody. Our judgment.
const LEAST_GAIN: f64 = 0.05;

/// Points by which printed probabilities may be off without a warning. Our judgment: twice what sampling alone makes
/// of a few hundred respondents.
const MOST_OFF: f64 = 5.0;

/// How well signals alone find the segment of people who were not asked.
///
/// Respondents are typed by signals alone, by a signal block and by segment shares learned without them, and held
/// against what their answers say.
///
/// METHOD: nobody's segment is known for sure, so a respondent counts for each segment with the probability that
/// answers and signals together give it: the expected number typed right, not the number of agreements with a label
/// taken for true, which would count wrong labels as wrong typing. Signals enter that probability as far as they are
/// believed (their temperature), learned without the respondent.
///
/// METHOD: who answers is often known better than who does not, because the engaged answer more. So respondents are
/// weighted such that they are typed with the same confidence as customers who were not asked (post-stratification on
/// ten parts of the printed probability; Little 1993, JASA 88).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TypingCheck {
    /// Respondents typed by signals alone.
    pub respondents: u64,
    /// Customers without answers they were weighted to; 0 = there were none, and respondents stand for themselves.
    pub unasked: u64,
    /// Expected share of people who were not asked whose likeliest segment is the right one, 0–1.
    pub accuracy: f64,
    /// Lower end of its 95 % interval (Wilson, effective number of respondents).
    pub accuracy_low: f64,
    /// Upper end.
    pub accuracy_high: f64,
    /// The same among respondents as they are.
    pub accuracy_of_respondents: f64,
    /// Share of the largest segment: what guessing it for everybody would reach.
    pub base_rate: f64,
    /// What guessing in proportion to the shares would reach, `Σ s²`.
    pub proportional: f64,
    /// Adjusted Rand index of typing by signals alone and typing by everything, among respondents.
    pub agreement: f64,
    /// Mean probability of the likeliest segment when everything is known: how sure the reference is.
    pub reference_certainty: f64,
    /// `[by everything][by signals alone]`: expected respondents, weighted to people who were not asked.
    pub confusion: Vec<Vec<f64>>,
    /// One line per segment.
    pub segments: Vec<TypedSegment>,
    /// Printed probabilities of the likeliest segment beside the share that was right; bins that hold anybody.
    pub reliability: Vec<ReliabilityLine>,
    /// Expected calibration error of the printed probabilities, 0–1: mean distance of claim and truth over the bins.
    pub calibration_error: f64,
    /// The same had the signals been taken at their word.
    pub calibration_error_untempered: f64,
    /// How far signals and answers are believed.
    pub temperature: Temperature,
    /// The same check for people with answers of their own; `None` with too few answers.
    pub own_answers: Option<OwnAnswersCheck>,
}

/// How well members of one segment are found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TypedSegment {
    /// Share of customers, 0–1.
    pub share: f64,
    /// Share of its members who are typed as such; `None` = no member.
    pub recall: Option<f64>,
    /// Share of right ones among those typed as members; `None` = nobody is.
    pub precision: Option<f64>,
}

/// Predictions that claimed about the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReliabilityLine {
    /// Lower end of the bin, 0–1.
    pub from: f64,
    /// Upper end.
    pub to: f64,
    /// Share of people in it.
    pub share: f64,
    /// Mean printed probability.
    pub claimed: f64,
    /// Share typed right.
    pub found: f64,
}

/// Respondents typed by signals and half of their answers, held against all of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnAnswersCheck {
    /// Respondents.
    pub respondents: u64,
    /// Mean printed probability.
    pub claimed: f64,
    /// Expected share typed right.
    pub found: f64,
    /// Expected calibration error of the printed probabilities.
    pub calibration_error: f64,
}

/// What a check is made of: `n` respondents, `K` segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TypedRows<'a> {
    /// `(n, K)` probabilities by signals alone.
    pub(crate) alone: ArrayView2<'a, f64>,
    /// `(n, K)` probabilities by everything.
    pub(crate) known: ArrayView2<'a, f64>,
    /// Row weights, > 0.
    pub(crate) weights: &'a [f64],
    /// `(m, K)` probabilities by signals alone of customers who were not asked, and their weights.
    pub(crate) unasked: (ArrayView2<'a, f64>, &'a [f64]),
}

impl TypedRows<'_> {
    /// Reliability of the printed probabilities, with the weights given.
    pub(crate) fn reliability(&self, weights: &[f64]) -> Reliability {
        let (claimed, found): (Vec<f64>, Vec<f64>) = self
            .alone
            .rows()
            .into_iter()
            .zip(self.known.rows())
            .map(|(alone, known)| {
                let typed = likeliest(alone);
                (alone[typed], known[typed])
            })
            .unzip();
        Reliability::of(&claimed, &found, weights)
    }

    /// Row weights times what makes the respondents as confidently typed as those who were not asked. Their sum is that
    /// of the row weights.
    pub(crate) fn weights_of_unasked(&self) -> Vec<f64> {
        let (unasked, unasked_weights) = self.unasked;
        let strata = STRATA.min(self.weights.len() / LEAST_IN_STRATUM);
        if unasked.nrows() == 0 || strata < 2 {
            return self.weights.to_vec();
        }
        let confidence = |table: ArrayView2<'_, f64>| -> Vec<f64> {
            table.rows().into_iter().map(|row| row[likeliest(row)]).collect()
        };
        let (own, others) = (confidence(self.alone), confidence(unasked));
        let mut sorted = own.clone();
        sorted.sort_by(f64::total_cmp);
        let borders: Vec<f64> = (1..strata).map(|s| sorted[s * sorted.len() / strata]).collect();
        let stratum = |p: f64| borders.partition_point(|border| *border <= p);
        let sums = |values: &[f64], weights: &[f64]| {
            let mut sums = vec![0.0; strata];
            values.iter().zip(weights).for_each(|(p, w)| sums[stratum(*p)] += w);
            sums
        };
        let (here, there) = (sums(&own, self.weights), sums(&others, unasked_weights));
        // Ties of the borders may leave a part without respondents; then nobody speaks for those in it.
        let spoken: f64 = here.iter().zip(&there).filter(|(h, _)| **h > 0.0).map(|(_, t)| t).sum();
        let total: f64 = self.weights.iter().sum();
        let factor = |p: f64| there[stratum(p)] / here[stratum(p)] * total / spoken;
        own.iter().zip(self.weights).map(|(p, w)| w * factor(*p)).collect()
    }

    /// The figures.
    pub(crate) fn check(
        &self,
        temperature: Temperature,
        untempered: f64,
        own_answers: Option<OwnAnswersCheck>,
    ) -> Option<TypingCheck> {
        let weights = self.weights_of_unasked();
        let confusion = self.confusion(&weights);
        let total = confusion.sum();
        let right = confusion.diag().sum();
        let rows = confusion.sum_axis(ndarray::Axis(1)) / total;
        let columns = confusion.sum_axis(ndarray::Axis(0)) / total;
        let plain = self.confusion(self.weights);
        let n = effective_n(weights.iter().sum(), weights.iter().map(|w| w * w).sum())?;
        let interval = wilson((right / total).min(1.0), n)?;
        let reliability = self.reliability(&weights);
        let share = |part: f64, whole: f64| (whole > 0.0).then(|| (part / whole).min(1.0));
        let segments = (0..rows.len()).map(|k| TypedSegment {
            share: rows[k],
            recall: share(confusion[(k, k)] / total, rows[k]),
            precision: share(confusion[(k, k)] / total, columns[k]),
        });
        let hard = |table: ArrayView2<'_, f64>| -> Vec<usize> { table.rows().into_iter().map(likeliest).collect() };
        let sure = self.known.rows().into_iter().zip(&weights).map(|(row, w)| w * row[likeliest(row)]);
        let scale = self.weights.len() as f64 / total;
        Some(TypingCheck {
            respondents: self.weights.len() as u64,
            unasked: self.unasked.0.nrows() as u64,
            accuracy: interval.value,
            accuracy_low: interval.low,
            accuracy_high: interval.high,
            accuracy_of_respondents: plain.diag().sum() / plain.sum(),
            base_rate: rows.iter().copied().fold(0.0, f64::max),
            proportional: rows.iter().map(|s| s * s).sum(),
            agreement: adjusted_rand_index(&hard(self.known), &hard(self.alone)),
            reference_certainty: sure.sum::<f64>() / total,
            confusion: confusion.rows().into_iter().map(|row| row.iter().map(|x| x * scale).collect()).collect(),
            segments: segments.collect(),
            calibration_error: reliability.error()?,
            calibration_error_untempered: untempered,
            reliability: lines(&reliability),
            temperature,
            own_answers,
        })
    }

    /// `(K, K)` weight of each pair: segment by everything (as probable as it is), typed by signals alone.
    fn confusion(&self, weights: &[f64]) -> Array2<f64> {
        let k = self.alone.ncols();
        let mut confusion = Array2::zeros((k, k));
        for ((alone, known), w) in self.alone.rows().into_iter().zip(self.known.rows()).zip(weights) {
            let typed = likeliest(alone);
            for (class, p) in known.iter().enumerate() {
                confusion[(class, typed)] += w * p;
            }
        }
        confusion
    }
}

fn lines(reliability: &Reliability) -> Vec<ReliabilityLine> {
    let total: f64 = reliability.bins.iter().map(|bin| bin.weight).sum();
    let line = |bin: &valueseg_stats::calibration::ReliabilityBin| ReliabilityLine {
        from: bin.from,
        to: bin.to,
        share: bin.weight / total,
        claimed: bin.claimed,
        found: bin.found,
    };
    reliability.bins.iter().map(line).collect()
}

impl TypingCheck {
    /// The check in one or two plain sentences.
    ///
    /// `Signals alone find the right segment for 82 of 100 people who were not asked (80 to 84); guessing the largest
    /// segment would find 26. …`
    #[must_use]
    pub fn sentence(&self) -> String {
        let whom = if self.unasked > 0 { "people who were not asked" } else { "people like those who answered" };
        let hundred = |x: f64| format!("{:.0}", 100.0 * x);
        let claimed: f64 = self.reliability.iter().map(|line| line.share * line.claimed).sum();
        format!(
            "Signals alone find the right segment for {} of 100 {whom} ({} to {}); guessing the largest segment would \
             find {}. Their printed probability is {} of 100 on average and off by {:.1} points.",
            hundred(self.accuracy),
            hundred(self.accuracy_low),
            hundred(self.accuracy_high),
            hundred(self.base_rate),
            hundred(claimed),
            100.0 * self.calibration_error
        )
    }

    /// What a reader must be warned of: signals that hardly type, or probabilities that do not hold; `None` = nothing.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        if self.accuracy < self.base_rate + LEAST_GAIN {
            return Some(format!(
                "Signals alone hardly tell the segments apart: of people who did not answer they place {:.0} of 100 right, \
                 where the largest segment for everybody would place {:.0}.",
                100.0 * self.accuracy,
                100.0 * self.base_rate
            ));
        }
        let off = 100.0 * self.calibration_error;
        (off > MOST_OFF).then(|| {
            format!("Segment probabilities of people who were not asked are off by {off:.0} points on average.")
        })
    }

    /// The numbers as they will be read back from a file.
    pub(crate) fn stored(mut self) -> Self {
        let keep = |x: &mut f64| *x = stored(*x);
        for x in [
            &mut self.accuracy,
            &mut self.accuracy_low,
            &mut self.accuracy_high,
            &mut self.accuracy_of_respondents,
            &mut self.base_rate,
            &mut self.proportional,
            &mut self.agreement,
            &mut self.reference_certainty,
            &mut self.calibration_error,
            &mut self.calibration_error_untempered,
            &mut self.temperature.signals,
            &mut self.temperature.answers,
        ] {
            keep(x);
        }
        self.confusion.iter_mut().flatten().for_each(keep);
        for segment in &mut self.segments {
            keep(&mut segment.share);
            segment.recall.iter_mut().for_each(keep);
            segment.precision.iter_mut().for_each(keep);
        }
        for line in &mut self.reliability {
            for x in [&mut line.from, &mut line.to, &mut line.share, &mut line.claimed, &mut line.found] {
                keep(x);
            }
        }
        if let Some(own) = &mut self.own_answers {
            for x in [&mut own.claimed, &mut own.found, &mut own.calibration_error] {
                keep(x);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    #[test]
    fn a_doubtful_reference_counts_for_each_segment_as_probable_as_it_is() {
        let alone = array![[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.6, 0.4]];
        let known = array![[1.0, 0.0], [0.5, 0.5], [0.1, 0.9], [0.0, 1.0]];
        let nobody = Array2::zeros((0, 2));
        let rows = TypedRows {
            alone: alone.view(),
            known: known.view(),
            weights: &[1.0, 1.0, 1.0, 2.0],
            unasked: (nobody.view(), &[]),
        };
        let check = rows.check(Temperature::default(), 0.2, None).unwrap();
        // Typed 0, 0, 1, 0. By hand: [1.5, 0.1 | 0.5 + 2, 0.9] of weight 5, shown as 4 respondents.
        near(check.confusion[0][0], 1.5 * 0.8);
        near(check.confusion[0][1], 0.1 * 0.8);
        near(check.confusion[1][0], 2.5 * 0.8);
        near(check.confusion[1][1], 0.9 * 0.8);
        near(check.accuracy, 2.4 / 5.0);
        near(check.base_rate, 3.4 / 5.0);
        near(check.proportional, (3.4f64 / 5.0).powi(2) + (1.6f64 / 5.0).powi(2));
        near(check.segments[1].recall.unwrap(), 0.9 / 3.4);
        near(check.segments[0].precision.unwrap(), 1.5 / 4.0);
        near(check.reference_certainty, (1.0 + 0.5 + 0.9 + 2.0) / 5.0);
        // Claimed 0.9, 0.8, 0.7, 0.6 (twice); found 1, 0.5, 0.9, 0: each in a bin of its own.
        near(check.calibration_error, (0.1 + 0.3 + 0.2 + 2.0 * 0.6) / 5.0);
        assert_eq!(check.unasked, 0);
        assert!(check.accuracy_low < check.accuracy && check.accuracy < check.accuracy_high);
        assert!(check.sentence().starts_with("Signals alone find the right segment for 48 of 100 people like those"));
    }

    #[test]
    fn a_segment_without_members_has_no_recall() {
        let alone = array![[0.9, 0.1], [0.8, 0.2]];
        let known = array![[1.0, 0.0], [1.0, 0.0]];
        let nobody = Array2::zeros((0, 2));
        let rows =
            TypedRows { alone: alone.view(), known: known.view(), weights: &[1.0, 1.0], unasked: (nobody.view(), &[]) };
        let check = rows.check(Temperature::default(), 0.0, None).unwrap();
        assert_eq!((check.segments[1].recall, check.segments[1].precision), (None, None));
        near(check.accuracy, 1.0);
    }

    #[test]
    fn respondents_stand_for_those_who_were_not_asked_and_are_typed_less_surely() {
        // 40 respondents typed surely and rightly, 40 doubtfully and wrongly half the time; of the others 9 in 10 doubtful.
        let sure = |i: usize| i.is_multiple_of(2);
        let typed = |sure: bool, k: usize| if sure { [0.9, 0.1][k] } else { [0.55, 0.45][k] };
        let alone = Array2::from_shape_fn((80, 2), |(i, k)| typed(sure(i), k));
        let first = |i: usize| sure(i) || (i / 2).is_multiple_of(2);
        let known = Array2::from_shape_fn((80, 2), |(i, k)| f64::from(u8::from((k == 0) == first(i))));
        let others = Array2::from_shape_fn((10, 2), |(i, k)| typed(i == 0, k));
        let rows = TypedRows {
            alone: alone.view(),
            known: known.view(),
            weights: &[1.0; 80],
            unasked: (others.view(), &[1.0; 10]),
        };
        let check = rows.check(Temperature::default(), 0.0, None).unwrap();
        near(check.accuracy_of_respondents, 0.75);
        near(check.accuracy, 0.1 + 0.9 * 0.5);
        assert_eq!(check.unasked, 10);
    }

    #[test]
    fn a_weight_of_two_counts_the_respondent_twice() {
        let alone = array![[0.9, 0.1], [0.3, 0.7], [0.3, 0.7]];
        let known = array![[1.0, 0.0], [0.2, 0.8], [0.2, 0.8]];
        let nobody = Array2::zeros((0, 2));
        let of = |rows: usize, weights: &[f64]| {
            let part = |table: &Array2<f64>| table.slice(ndarray::s![..rows, ..]).to_owned();
            let (alone, known) = (part(&alone), part(&known));
            let rows = TypedRows { alone: alone.view(), known: known.view(), weights, unasked: (nobody.view(), &[]) };
            rows.check(Temperature::default(), 0.0, None).unwrap()
        };
        let (twice, weighted) = (of(3, &[1.0; 3]), of(2, &[1.0, 2.0]));
        near(twice.accuracy, weighted.accuracy);
        near(twice.base_rate, weighted.base_rate);
        near(twice.calibration_error, weighted.calibration_error);
    }
}
