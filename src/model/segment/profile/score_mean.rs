//! How much a mean of scores is worth, when most of the scores were inferred.

use valueseg_stats::interval::{Group, Interval, Z95, t95};

/// What is known about the scores of one group on one thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScoreEvidence {
    /// Mean score.
    pub(super) mean: f64,
    /// Variance between the customers' scores, ≥ 0.
    pub(super) between: f64,
    /// Mean squared standard error of the scores, ≥ 0; 0 where all are the customers' own answers.
    pub(super) error: f64,
    /// Effective number of customers scored.
    pub(super) scored: f64,
    /// Effective number of own answers among them.
    pub(super) answers: f64,
}

/// A mean of scores with what it is worth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScoreMean {
    /// The mean with its 95 % interval.
    pub(super) interval: Interval,
    /// Standard error of the mean, ≥ 0.
    pub(super) se: f64,
    /// Mean, variance of the true values, and the number of plain answers that would give the same standard error.
    pub(super) group: Group,
}

/// The mean of a group's scores, as sure as the answers behind it make it. `None` if nobody is scored.
///
/// METHOD: dividing the spread by √customers would claim a precision that nobody has: an inferred score is a function
/// of the answers it was learned from, and a million of them share the errors of those answers. With
/// `σ² = between + error` (see [`ScoreFigures::variance`](super::sums::ScoreFigures::variance)) two limits hold, and
/// the smaller variance is taken:
///
/// * `σ²/answers`: the mean is at least as good as that of the group's own answers alone;
/// * `error + between/scored`: the scores' errors are one common error, which no number of customers averages out.
///
/// Where everybody answered both are `σ²/n`. Where nobody was asked the second stands, as wide as the catalogue's
/// loadings are weak. Source: our judgment.
pub(super) fn score_mean(evidence: ScoreEvidence) -> Option<ScoreMean> {
    let ScoreEvidence { mean, between, error, scored, answers } = evidence;
    if !(scored > 0.0 && mean.is_finite()) {
        return None;
    }
    let total = between + error;
    let shared = ((error + between / scored).sqrt(), Z95);
    let own = if answers >= 2.0 { t95(answers - 1.0).map(|t| ((total / (answers - 1.0)).sqrt(), t)) } else { None };
    let (se, quantile) = match own {
        Some(own) if own.0 * own.1 < shared.0 * shared.1 => own,
        _ => shared,
    };
    let worth = if se > 0.0 { total / (se * se) } else { scored.max(answers) };
    Some(ScoreMean {
        interval: Interval::symmetric(mean, quantile * se)?,
        se,
        group: Group { mean, variance: total, n: worth.max(1.0) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(scored: f64, answers: f64, error: f64) -> ScoreMean {
        score_mean(ScoreEvidence { mean: 6.0, between: 4.0, error, scored, answers }).unwrap()
    }

    #[test]
    fn own_answers_alone_give_the_ordinary_interval() {
        // variance 4 over 100 answers: se 2/√99 with the sample correction; z is a hair below t and is taken
        let m = evidence(100.0, 100.0, 0.0);
        assert!((m.se - 0.2).abs() < 0.002);
        assert!((m.group.n - 100.0).abs() < 2.0);
    }

    #[test]
    fn a_million_inferred_scores_are_worth_the_answers_they_were_learned_from() {
        let m = evidence(1e6, 400.0, 3.0);
        assert!((m.group.n - 399.0).abs() < 1e-6);
        assert!((m.se - (7.0f64 / 399.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn without_any_answer_the_interval_is_as_wide_as_the_scores_are_unsure() {
        let m = evidence(1e6, 0.0, 4.0);
        assert!((m.se - 2.0).abs() < 1e-5);
        assert!(m.interval.low < 2.1 && m.interval.high > 9.9);
        assert!(m.group.n < 2.1);
    }

    #[test]
    fn a_few_answers_never_make_it_worse_than_none() {
        for answers in [0.0, 1.0, 2.0, 3.0] {
            let m = evidence(1e6, answers, 4.0);
            assert!(m.interval.high - m.interval.low <= 2.0 * Z95 * 2.01, "{answers}");
        }
    }

    #[test]
    fn nobody_scored_has_no_mean() {
        let none = ScoreEvidence { mean: f64::NAN, between: 0.0, error: 0.0, scored: 0.0, answers: 0.0 };
        assert_eq!(score_mean(none), None);
    }
}
