//! Some questions, and how any answers to some of them type a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fit::{LinearScores, MIN_ANSWERS, Model, SegmentInfo, stored};
use valueseg_catalogue::ElementId;
use valueseg_stats::dense::Cholesky;

/// Some questions and what their answers weigh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorerForm {
    /// Elements in the order of the weights, which is the order to ask them in.
    #[schemars(with = "Vec<String>")]
    pub questions: Vec<ElementId>,
    /// One line per segment, for whoever answered every question.
    pub lines: Vec<ScorerLine>,
    /// What types whoever answered some of them.
    pub some: SomeAnswers,
}

/// The score of one segment when every question was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorerLine {
    /// Segment.
    pub segment: String,
    /// What is added whatever the answers.
    pub constant: f64,
    /// Weight of a point of each question.
    pub weights: Vec<f64>,
}

/// Scores from any answers `x` (0–10) to some questions `O`.
///
/// With one covariance for all segments and common factors `u`, exact for any `O`:
///
/// ```text
/// P = I + Σ_O t_j a_j a_jᵀ      e = Σ_O t_j a_j (x_j − c_j)      g_k = Σ_O t_j a_j δ_kj
/// score_k = ln π_k + [ Σ_O t_j δ_kj (x_j − c_j) − ½ Σ_O t_j δ_kj² − eᵀP⁻¹g_k + ½ g_kᵀP⁻¹g_k ] / T
/// ```
///
/// METHOD: not the lines above with gaps filled by a mean: that takes a gap for an answer, pulls everybody to the middle
/// segments, and is too sure. What was not answered is left out of the density, as the model itself does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SomeAnswers {
    /// Answers below which nobody is typed: with fewer, what people want cannot be told from how they use the scale.
    pub least_answers: usize,
    /// `T`: how far answers are believed, > 0; 1 = at their word.
    pub temperature: f64,
    /// `c`: a middle answer to each question, 0–10.
    pub middle: Vec<f64>,
    /// `t`: one over the variance of each question's own noise.
    pub precision: Vec<f64>,
    /// `a`: points of each question for a step of 1 of each common factor (scale use, halo), `[question][factor]`.
    pub loadings: Vec<Vec<f64>>,
    /// One line per segment.
    pub segments: Vec<SomeAnswersLine>,
}

/// What some answers say about one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SomeAnswersLine {
    /// Segment.
    pub segment: String,
    /// `ln π`: natural logarithm of its share among those who answered.
    pub log_share: f64,
    /// `δ`: mean answer of its members less the middle one, question by question, in points.
    pub above: Vec<f64>,
}

impl ScorerForm {
    pub(super) fn of(model: &Model, columns: &[usize], questions: Vec<ElementId>) -> Self {
        let m = model.measurement();
        let linear = LinearScores::of(m, columns);
        let line = |((segment, constant), weights): ((&SegmentInfo, &f64), &Vec<f64>)| ScorerLine {
            segment: segment.id.clone(),
            constant: stored(*constant),
            weights: weights.iter().map(|w| stored(*w)).collect(),
        };
        let lines = model.segments().iter().zip(&linear.constants).zip(&linear.weights).map(line).collect();
        let total: f64 = m.weights.iter().sum();
        let some = |segment: (usize, &SegmentInfo)| SomeAnswersLine {
            segment: segment.1.id.clone(),
            log_share: stored((m.weights[segment.0] / total).max(f64::MIN_POSITIVE).ln()),
            above: columns.iter().map(|c| stored(m.spread[*c] * m.ratings.means[segment.0][*c])).collect(),
        };
        let some = SomeAnswers {
            least_answers: (MIN_ANSWERS as usize).min(questions.len()),
            temperature: m.temperature.answers,
            middle: columns.iter().map(|c| m.center[*c]).collect(),
            precision: columns
                .iter()
                .map(|c| stored(1.0 / (m.spread[*c].powi(2) * m.ratings.uniqueness[*c])))
                .collect(),
            loadings: columns
                .iter()
                .map(|c| m.ratings.loadings[*c].iter().map(|l| stored(m.spread[*c] * l)).collect())
                .collect(),
            segments: model.segments().iter().enumerate().map(some).collect(),
        };
        Self { questions, lines, some }
    }

    /// Place of the segment with the highest score, the first among equals; `None` unless `answers` has one cell per question
    /// and [`SomeAnswers::least_answers`] of them are finite numbers (0–10).
    #[must_use]
    pub fn segment(&self, answers: &[Option<f64>]) -> Option<usize> {
        let scores = self.scores(answers)?;
        Some((1..scores.len()).fold(0, |best, k| if scores[k] > scores[best] { k } else { best }))
    }

    /// Probabilities `[K]` of the segments; `None` as in [`ScorerForm::segment`].
    #[must_use]
    pub fn probabilities(&self, answers: &[Option<f64>]) -> Option<Vec<f64>> {
        let scores = self.scores(answers)?;
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let total: f64 = scores.iter().map(|s| (s - top).exp()).sum();
        Some(scores.iter().map(|s| (s - top).exp() / total).collect())
    }

    fn scores(&self, answers: &[Option<f64>]) -> Option<Vec<f64>> {
        let given: Vec<(usize, f64)> =
            answers.iter().enumerate().filter_map(|(j, x)| x.filter(|x| x.is_finite()).map(|x| (j, x))).collect();
        if answers.len() != self.questions.len() || given.is_empty() || given.len() < self.some.least_answers {
            return None;
        }
        self.some.scores(&given)
    }
}

impl SomeAnswers {
    fn scores(&self, given: &[(usize, f64)]) -> Option<Vec<f64>> {
        let q = self.loadings.first().map_or(0, Vec::len);
        let mut inner = ndarray::Array2::eye(q);
        let mut common = vec![0.0; q];
        for (j, x) in given {
            for a in 0..q {
                let scaled = self.precision[*j] * self.loadings[*j][a];
                common[a] += scaled * (x - self.middle[*j]);
                for b in 0..q {
                    inner[(a, b)] += scaled * self.loadings[*j][b];
                }
            }
        }
        let root = Cholesky::try_new(inner.view())?;
        root.forward(&mut common);
        let score = |line: &SomeAnswersLine| {
            let mut of_mean = vec![0.0; q];
            let mut sum = 0.0;
            for (j, x) in given {
                let (t, above) = (self.precision[*j], line.above[*j]);
                sum += t * above * (x - self.middle[*j]) - 0.5 * t * above * above;
                of_mean.iter_mut().zip(&self.loadings[*j]).for_each(|(g, a)| *g += t * a * above);
            }
            root.forward(&mut of_mean);
            for (y, z) in common.iter().zip(&of_mean) {
                sum += 0.5 * z * z - y * z;
            }
            line.log_share + sum / self.temperature
        };
        Some(self.segments.iter().map(score).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two questions, one common factor, two segments.
    pub(in crate::customer) fn form() -> ScorerForm {
        let line = |segment: &str, constant, weights: [f64; 2]| ScorerLine {
            segment: segment.to_owned(),
            constant,
            weights: weights.to_vec(),
        };
        let some = |segment: &str, above: [f64; 2]| SomeAnswersLine {
            segment: segment.to_owned(),
            log_share: 0.5f64.ln(),
            above: above.to_vec(),
        };
        ScorerForm {
            questions: ["reduces_cost", "quality"].map(|slug| ElementId::parse(slug).unwrap()).to_vec(),
            lines: vec![line("S01", -1.5, [0.5, 0.0]), line("S02", 1.5, [-0.25, 0.125])],
            some: SomeAnswers {
                least_answers: 1,
                temperature: 2.0,
                middle: vec![5.0, 6.0],
                precision: vec![1.0, 0.5],
                loadings: vec![vec![1.0], vec![2.0]],
                segments: vec![some("S01", [1.0, 0.0]), some("S02", [-1.0, 2.0])],
            },
        }
    }

    #[test]
    fn a_question_that_was_not_answered_is_left_out() {
        // The first question alone, answered 7. By hand with P = 1 + 1 = 2, e = 2, g = ±1:
        // S01: (2 − ½ − 2/2 + ½·1/2)/2 = 0.375; S02: (−2 − ½ + 2/2 + ¼)/2 = −0.625; one point of log odds.
        let p = form().probabilities(&[Some(7.0), None]).unwrap();
        assert!(((p[0] / p[1]).ln() - 1.0).abs() < 1e-12, "{p:?}");
        assert_eq!(form().segment(&[Some(7.0), None]), Some(0));
        assert_eq!(form().segment(&[Some(3.0), None]), Some(1));
    }

    #[test]
    fn too_few_answers_type_nobody() {
        let mut two = form();
        two.some.least_answers = 2;
        assert_eq!(two.segment(&[Some(7.0), None]), None);
        assert!(two.segment(&[Some(7.0), Some(6.0)]).is_some());
        assert_eq!(two.segment(&[Some(7.0), Some(f64::NAN)]), None);
        assert_eq!(two.segment(&[Some(7.0)]), None);
        assert_eq!(form().segment(&[None, None]), None);
    }
}
