//! The scorer to take along: weights and thresholds as JSON, and the same as one SQL expression.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::score::ApplySettings;
use super::scorer_form::ScorerForm;
use crate::fit::{Model, ModelError, SegmentInfo, cut_columns};
use valueseg_catalogue::ElementId;

/// Format of the scorer file.
pub const SCORER_FORMAT_VERSION: u64 = 2;

/// How to read a scorer file, in plain sentences.
const READING: [&str; 7] = [
    "Answers are on 0 to 10; convert other scales first: 10 * (answer - lowest) / (highest - lowest).",
    "Who answered every question of a form: a score per segment, its constant in `lines` plus, for every question, the \
     weight times the answer.",
    "Who answered some: the scores of `some`, by the formula in the program's documentation and in scorer.sql. Both give \
     the same probabilities where every question was answered.",
    "With fewer than `least_answers` there is no score.",
    "The segment with the highest score is the one; of equals, the first in the list.",
    "Its probability is exp(score) divided by the sum of exp(score) over all segments.",
    "Below the least probability, or with a smaller lead over the runner-up, the job assigns no segment.",
];

/// A model's typing of answers, complete or not, to be used anywhere.
///
/// Exactly what the job finds likeliest for somebody of whom these answers are known and nothing else: no signal, no rating of the
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

    /// The text of `scorer.sql`, or of `scorer_golden.sql` for the golden questions: a header of comments that says whom it
    /// types and how far it agrees with the job, and the expression of [`ScorerForm::to_sql`] with the job's own columns.
    ///
    /// # Errors
    /// [`ModelError::ScorerColumns`]; no form of this file gives one.
    pub fn sql_text(&self, form: &ScorerForm) -> Result<String, ModelError> {
        let (n, least) = (form.questions.len(), form.some.least_answers);
        Ok(format!(
            "-- Segment of anybody who answered {least} or more of {n} questions ({} on 0 to 10, null where not answered); null \
             for all others.\n\
             -- Exact for any answers that are missing: the likeliest segment is the one the job finds for somebody of whom \
             these answers are known\n\
             -- and nothing else. Only where two segments are equally likely to five digits may rounding decide otherwise.\n\
             -- The job types people with signals or other ratings from these too, and keeps back segments with a probability \
             below {}\n\
             -- or a lead below {}: there its answer may differ.\n{}\n",
            self.aspect,
            self.min_probability,
            self.min_margin,
            form.to_sql(&self.names(form))?
        ))
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
        let element = |c: &usize| ElementId::from_index(c % valueseg_catalogue::N_ELEMENTS);
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
