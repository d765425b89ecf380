//! The scorer to take along: weights and thresholds as JSON, and the same as one SQL expression.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::score::ApplySettings;
use crate::catalogue::ElementId;
use crate::model::fit::{LinearScores, Model, ModelError, SegmentInfo, cut_columns, stored};

/// Format of the scorer file.
pub const SCORER_FORMAT_VERSION: u64 = 1;

/// How to read a scorer file, in plain sentences.
const READING: [&str; 6] = [
    "A score per segment: its constant plus, for every question, the weight times the answer.",
    "Answers are on 0 to 10; convert other scales first: 10 * (answer - lowest) / (highest - lowest).",
    "All questions of a form must be answered; with one missing there is no score.",
    "The segment with the highest score is the one; of equals, the first in the list.",
    "Its probability is exp(score) divided by the sum of exp(score) over all segments.",
    "Below the least probability, or with a smaller lead over the runner-up, the job assigns no segment.",
];

/// A model's typing of complete answers, to be used anywhere.
///
/// Exactly what the job gives to somebody of whom these answers are known and nothing else: no signal, no rating of the
/// other kind. Whoever is better known is typed better by the job itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorerFile {
    /// [`SCORER_FORMAT_VERSION`].
    pub format_version: u64,
    /// Id of the model.
    pub model_id: String,
    /// What was rated: `importance` or `fulfillment`.
    pub aspect: String,
    /// Ends of the scale of answers.
    pub scale: [f64; 2],
    /// Ids and names of the segments, in the order of the lines.
    pub segments: Vec<ScorerSegment>,
    /// A customer whose likeliest segment is less probable stays without one.
    pub min_probability: f64,
    /// A customer whose likeliest segment leads the runner-up by less stays without one.
    pub min_margin: f64,
    /// How to read all this.
    pub reading: Vec<String>,
    /// All ratings cut on.
    pub full: ScorerForm,
    /// The golden questions; `None` where none were chosen.
    pub golden: Option<ScorerForm>,
}

/// A segment in a scorer file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorerSegment {
    /// `S01`, `S02`, …
    pub id: String,
    /// Name for people.
    pub name: String,
}

impl From<&SegmentInfo> for ScorerSegment {
    fn from(segment: &SegmentInfo) -> Self {
        Self { id: segment.id.clone(), name: segment.name.clone() }
    }
}

/// Some questions and what their answers weigh.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScorerForm {
    /// Elements in the order of the weights, which is the order to ask them in.
    #[schemars(with = "Vec<String>")]
    pub questions: Vec<ElementId>,
    /// One line per segment.
    pub lines: Vec<ScorerLine>,
}

/// The score of one segment.
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

impl ScorerForm {
    fn of(model: &Model, columns: &[usize], questions: Vec<ElementId>) -> Self {
        let linear = LinearScores::of(model.measurement(), columns);
        let line = |((segment, constant), weights): ((&SegmentInfo, &f64), &Vec<f64>)| ScorerLine {
            segment: segment.id.clone(),
            constant: stored(*constant),
            weights: weights.iter().map(|w| stored(*w)).collect(),
        };
        let lines = model.segments().iter().zip(&linear.constants).zip(&linear.weights).map(line).collect();
        Self { questions, lines }
    }

    /// Place of the segment with the highest score, the first among equals; `None` unless there is one finite answer
    /// (0–10) per question.
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
        let answers: Vec<f64> = answers.iter().copied().collect::<Option<_>>()?;
        let complete = answers.len() == self.questions.len() && answers.iter().all(|x| x.is_finite());
        let score = |l: &ScorerLine| l.constant + l.weights.iter().zip(&answers).map(|(w, x)| w * x).sum::<f64>();
        complete.then(|| self.lines.iter().map(score).collect())
    }

    /// One SQL expression that gives the segment's id, null where an answer is missing.
    ///
    /// `columns` are SQL expressions of the answers on 0–10, one per question and in their order: column names, quoted
    /// if the database wants them quoted, or conversions of another scale. They go into the text as they are. Plain
    /// `CASE` and `greatest`, numbers in exponent form: the same text runs in `DuckDB`, `BigQuery` and Postgres.
    ///
    /// # Errors
    /// [`ModelError::ScorerColumns`] unless there are as many columns as questions.
    pub fn to_sql(&self, columns: &[String]) -> Result<String, ModelError> {
        if columns.len() != self.questions.len() {
            return Err(ModelError::ScorerColumns { got: columns.len(), needed: self.questions.len() });
        }
        let scores: Vec<String> = self.lines.iter().map(|line| line.to_sql(columns)).collect();
        // All scores hold all columns, so one missing answer makes every score null; a null equals nothing, so CASE
        // falls through to null, whether `greatest` passes over nulls or not. Equal text gives equal numbers.
        let mut sql = format!("CASE greatest(\n    {}\n  )\n", scores.join(",\n    "));
        for (line, score) in self.lines.iter().zip(&scores) {
            writeln!(sql, "  WHEN {score}\n    THEN '{}'", line.segment.replace('\'', "''")).expect("a string grows");
        }
        sql.push_str("END");
        Ok(sql)
    }
}

impl ScorerLine {
    fn to_sql(&self, columns: &[String]) -> String {
        let mut sql = format!("({:e}", self.constant);
        for (weight, column) in self.weights.iter().zip(columns) {
            let sign = if *weight < 0.0 { '-' } else { '+' };
            write!(sql, " {sign} {:e} * ({column})", weight.abs()).expect("a string grows");
        }
        sql.push(')');
        sql
    }
}

impl ScorerFile {
    /// Names of the columns of the full form in the job's own words: `importance_saves_time`, …
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.names(&self.full)
    }

    /// The same for the golden questions; empty without them.
    #[must_use]
    pub fn golden_columns(&self) -> Vec<String> {
        self.golden.as_ref().map_or_else(Vec::new, |form| self.names(form))
    }

    fn names(&self, form: &ScorerForm) -> Vec<String> {
        form.questions.iter().map(|element| format!("{}_{element}", self.aspect)).collect()
    }

    /// The file.
    ///
    /// # Errors
    /// [`ModelError::Json`]; no file made here gives one.
    pub fn to_json(&self) -> Result<String, ModelError> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// The full form as SQL; see [`ScorerForm::to_sql`].
    ///
    /// # Errors
    /// [`ModelError::ScorerColumns`] unless there are as many columns as questions.
    pub fn to_sql(&self, columns: &[String]) -> Result<String, ModelError> {
        self.full.to_sql(columns)
    }
}

impl Model {
    /// The scorer to take along: the full form of all ratings cut on, and the golden questions. `None` where nobody was
    /// asked, for then there is no question to answer.
    /// `settings` say from when on the job assigns anybody.
    #[must_use]
    pub fn scorer_file(&self, settings: &ApplySettings) -> Option<ScorerFile> {
        let aspect = self.cut_on().aspect()?;
        let columns = cut_columns(self.measurement(), aspect);
        let element = |c: &usize| ElementId::from_index(c % crate::catalogue::N_ELEMENTS);
        let golden = self.report().questions.as_ref().and_then(|report| report.golden.golden()).map(|golden| {
            let columns: Vec<usize> = golden.questions.iter().map(|e| aspect.indicator(*e)).collect();
            ScorerForm::of(self, &columns, golden.questions.clone())
        });
        Some(ScorerFile {
            format_version: SCORER_FORMAT_VERSION,
            model_id: self.id().to_owned(),
            aspect: aspect.slug().to_owned(),
            scale: [0.0, 10.0],
            segments: self.segments().iter().map(ScorerSegment::from).collect(),
            min_probability: settings.min_probability,
            min_margin: settings.min_margin,
            reading: READING.map(str::to_owned).to_vec(),
            full: ScorerForm::of(self, &columns, columns.iter().filter_map(element).collect()),
            golden,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> ScorerForm {
        let line = |segment: &str, constant, weights: [f64; 2]| ScorerLine {
            segment: segment.to_owned(),
            constant,
            weights: weights.to_vec(),
        };
        ScorerForm {
            questions: ["reduces_cost", "quality"].map(|slug| ElementId::parse(slug).unwrap()).to_vec(),
            lines: vec![line("S01", -1.5, [0.5, 0.0]), line("S02", 1.5, [-0.25, 0.125])],
        }
    }

    #[test]
    fn the_sql_is_one_case_in_which_every_score_reads_every_column() {
        let columns = ["cost".to_owned(), "10.0 * (q - 1) / 4".to_owned()];
        let expected = "CASE greatest(\n    \
             (-1.5e0 + 5e-1 * (cost) + 0e0 * (10.0 * (q - 1) / 4)),\n    \
             (1.5e0 - 2.5e-1 * (cost) + 1.25e-1 * (10.0 * (q - 1) / 4))\n  )\n  \
             WHEN (-1.5e0 + 5e-1 * (cost) + 0e0 * (10.0 * (q - 1) / 4))\n    THEN 'S01'\n  \
             WHEN (1.5e0 - 2.5e-1 * (cost) + 1.25e-1 * (10.0 * (q - 1) / 4))\n    THEN 'S02'\nEND";
        assert_eq!(form().to_sql(&columns).unwrap(), expected);
    }

    #[test]
    fn the_first_among_equals_wins_and_one_missing_answer_gives_nothing() {
        // At cost 4, quality 0: 0.5 and 0.5.
        assert_eq!(form().segment(&[Some(4.0), Some(0.0)]), Some(0));
        assert_eq!(form().segment(&[Some(4.0), Some(1.0)]), Some(1));
        assert_eq!(form().segment(&[Some(4.0), None]), None);
        assert_eq!(form().segment(&[Some(4.0), Some(f64::NAN)]), None);
        assert_eq!(form().probabilities(&[Some(4.0), Some(0.0)]), Some(vec![0.5, 0.5]));
    }
}
