//! A fitted model: what a night needs to score anybody, and what it tells about itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::ModelError;
use super::indicator::Indicator;
use super::measurement::Measurement;
use super::need_tier_check::NeedTierCheck;
use super::of_segments;
use super::report::{Candidate, CutOn, FitReport};
use super::settings::MAX_SEGMENTS;
use super::transform::{SignalLine, SignalLineFile};
use crate::rows::{MAX_SIGNALS, N_RATINGS};
use valueseg_catalogue::hex;

/// Format of the model file. Raised whenever an older program could misread it.
pub const FORMAT_VERSION: u64 = 3;

/// Hexadecimal digits of a model's id.
const ID_DIGITS: usize = 12;

/// A segment of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentInfo {
    /// `S01`, `S02`, …, by falling size when the model was made.
    pub id: String,
    /// Name for people; the id until one is given.
    pub name: String,
}

impl SegmentInfo {
    /// Whether a text can be the id of a segment: `S` and at least two digits. What stands for everybody or nobody cannot.
    #[must_use]
    pub fn is_id(text: &str) -> bool {
        text.strip_prefix('S')
            .is_some_and(|digits| (2..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
    }
}

/// A fitted model. Immutable but for the names of its segments; made by [`fit()`](crate::fit::fit()) or read from JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    id: String,
    cut_on: CutOn,
    signal_ids: Vec<String>,
    indicators: Vec<Indicator>,
    segments: Vec<SegmentInfo>,
    lines: Vec<SignalLine>,
    measurement: Measurement,
    report: FitReport,
}

/// The parts of a new model.
pub(crate) struct Parts {
    pub(crate) cut_on: CutOn,
    pub(crate) signal_ids: Vec<String>,
    pub(crate) lines: Vec<SignalLine>,
    pub(crate) measurement: Measurement,
    pub(crate) report: FitReport,
}

/// The model file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    format_version: u64,
    model_id: String,
    segments: Vec<SegmentInfo>,
    content: Content,
}

/// What the id is a hash of: everything but the names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    cut_on: CutOn,
    signals: Vec<String>,
    lines: Vec<SignalLineFile>,
    measurement: Measurement,
    report: FitReport,
}

impl Content {
    /// Leading hexadecimal digits of the SHA-256 of the content's JSON.
    fn id(&self) -> Result<String, ModelError> {
        let digest = Sha256::digest(serde_json::to_vec(self)?);
        Ok(hex(&digest)[..ID_DIGITS].to_owned())
    }
}

impl Model {
    /// Puts a model together and gives it its id.
    pub(crate) fn new(parts: Parts) -> Result<Self, ModelError> {
        let content = Content {
            cut_on: parts.cut_on,
            signals: parts.signal_ids,
            lines: parts.lines.iter().map(SignalLineFile::from).collect(),
            measurement: parts.measurement,
            report: parts.report,
        };
        let id = content.id()?;
        let segments = (1..=content.measurement.weights.len())
            .map(|n| SegmentInfo { id: format!("S{n:02}"), name: format!("S{n:02}") })
            .collect();
        Self::checked(ModelFile { format_version: FORMAT_VERSION, model_id: id, segments, content })
    }

    /// The same model, knowing how well signals alone tell need tiers: `None` = it cannot be told. As what a model says of
    /// itself is part of it, the model gets another id; segments keep theirs.
    ///
    /// # Errors
    /// [`ModelError`] where the model cannot be written.
    pub fn with_need_tiers(self, check: Option<NeedTierCheck>) -> Result<Self, ModelError> {
        let segments = self.segments;
        let report = FitReport { need_tiers: check.map(NeedTierCheck::stored), ..self.report };
        let (cut_on, signal_ids, lines) = (self.cut_on, self.signal_ids, self.lines);
        Self::new(Parts { cut_on, signal_ids, lines, measurement: self.measurement, report })?.with_segments(segments)
    }

    /// Leading digits of the hash of the model's content (names excepted): the same content, the same id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Segments, by falling size when the model was made.
    #[must_use]
    pub fn segments(&self) -> &[SegmentInfo] {
        &self.segments
    }

    /// 60 ratings, then the signals in the order of [`Model::signal_ids`].
    #[must_use]
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// What shaped the segments.
    #[must_use]
    pub fn cut_on(&self) -> CutOn {
        self.cut_on
    }

    /// Signals the model reads, in the order it reads them.
    #[must_use]
    pub fn signal_ids(&self) -> &[String] {
        &self.signal_ids
    }

    /// How the fit went.
    #[must_use]
    pub fn report(&self) -> &FitReport {
        &self.report
    }

    /// What a reader must know, in plain sentences: of the fit as a whole, and of single segments under their ids.
    #[must_use]
    pub fn limits(&self) -> Vec<String> {
        let mut said = self.report.limits.clone();
        said.extend(of_segments(&self.report, &self.segments));
        said.extend(self.report.need_tiers.as_ref().map(NeedTierCheck::sentence));
        if self.report.need_tiers.is_none() && self.cut_on == CutOn::Prior {
            said.push(
                "Need tiers are counted in groups and not told of single customers: nobody was asked, so signals could \
                 not be tested against answers."
                    .to_owned(),
            );
        }
        said
    }

    /// Mean rating, 0–10, of each segment on rating `indicator` (`0..60`) as the model knows it; `None` where it was
    /// not asked.
    #[must_use]
    pub fn segment_means(&self, indicator: usize) -> Option<Vec<f64>> {
        let m = &self.measurement;
        let asked = indicator < N_RATINGS && m.asked >> indicator & 1 == 1;
        asked.then(|| {
            let mean = |row: &Vec<f64>| (m.center[indicator] + m.spread[indicator] * row[indicator]).clamp(0.0, 10.0);
            m.ratings.means.iter().map(mean).collect()
        })
    }

    /// Mean of each signal in each segment as a normal score, where 0 is the mean of the base and 1 its spread:
    /// `[segment][signal]`, signals in the order of [`Model::signal_ids`]. A signal that says nothing has 0 everywhere.
    #[must_use]
    pub fn signal_means(&self) -> &[Vec<f64>] {
        &self.measurement.signals.means
    }

    /// The same model with these names, in the order of [`Model::segments`]; segments beyond the names keep theirs.
    #[must_use]
    pub fn with_names(mut self, names: Vec<String>) -> Self {
        for (segment, name) in self.segments.iter_mut().zip(names) {
            segment.name = name;
        }
        self
    }

    /// The same model with these segments: ids and names, in the order of [`Model::segments`]. The id of the model does
    /// not change.
    ///
    /// # Errors
    /// [`ModelError::Damaged`] unless they are as many as before and no two share an id.
    pub fn with_segments(mut self, segments: Vec<SegmentInfo>) -> Result<Self, ModelError> {
        let twin = segments.iter().enumerate().find(|(i, s)| segments[..*i].iter().any(|other| other.id == s.id));
        if segments.len() != self.segments.len() || twin.is_some() {
            let what = format!("{} segments were to be labeled, each with an id of its own", self.segments.len());
            return Err(ModelError::Damaged { what });
        }
        self.segments = segments;
        Ok(self)
    }

    /// Share of each segment in the base as the model knows it, 0–1, sum 1; in the order of [`Model::segments`].
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        let weights = &self.measurement.weights;
        match &self.measurement.unasked {
            Some(unasked) => unasked.of_everybody(weights),
            None => {
                let total: f64 = weights.iter().sum();
                weights.iter().map(|weight| weight / total).collect()
            }
        }
    }

    /// Customers who, drawn by chance and known for sure, would tell the share of segment `k` as well as the model does:
    /// `s(1 − s)/Var(s)`; `None` = nothing is known of its error.
    #[must_use]
    pub fn share_worth(&self, k: usize) -> Option<f64> {
        let (share, error) = (*self.shares().get(k)?, self.report.fit_error.as_ref()?.of_share(k));
        let worth = share * (1.0 - share) / (error * error);
        (worth.is_finite() && worth > 0.0).then_some(worth)
    }

    /// Mean and spread of each rating over the base, importance of the 30 elements, then fulfillment; a spread of 0 = not
    /// asked.
    #[must_use]
    pub fn rating_standards(&self) -> [(f64, f64); N_RATINGS] {
        let m = &self.measurement;
        let asked = |i: usize| m.asked >> i & 1 == 1;
        std::array::from_fn(|i| if asked(i) { (m.center[i], m.spread[i]) } else { (0.0, 0.0) })
    }

    /// Whether everybody is one group only for want of evidence: nothing was cut, or nobody was asked and every division by
    /// behavior was ruled out.
    #[must_use]
    pub fn is_stopgap(&self) -> bool {
        let allowed = |c: &Candidate| c.segments > 1 && c.knocked_out.is_none();
        let ruled_out = self.segments.len() == 1 && !self.report.candidates.iter().any(allowed);
        self.cut_on == CutOn::Nothing || (self.cut_on == CutOn::Prior && ruled_out)
    }

    /// Whether the model rests on something that `other`, a stopgap, does not: evidence to cut segments on, or ratings or
    /// signals `other` does not know.
    #[must_use]
    pub fn knows_more_than(&self, other: &Self) -> bool {
        let new_signal = self.signal_ids.iter().any(|id| !other.signal_ids.contains(id));
        let new_rating = self.measurement.asked & !other.measurement.asked != 0;
        !self.is_stopgap() || (self.cut_on != other.cut_on && self.cut_on != CutOn::Nothing) || new_rating || new_signal
    }

    pub(crate) fn lines(&self) -> &[SignalLine] {
        &self.lines
    }

    pub(crate) fn measurement(&self) -> &Measurement {
        &self.measurement
    }

    /// The model as JSON.
    ///
    /// # Errors
    /// [`ModelError::Json`]; no model made here gives one.
    pub fn to_json(&self) -> Result<String, ModelError> {
        let file = ModelFile {
            format_version: FORMAT_VERSION,
            model_id: self.id.clone(),
            segments: self.segments.clone(),
            content: Content {
                cut_on: self.cut_on,
                signals: self.signal_ids.clone(),
                lines: self.lines.iter().map(SignalLineFile::from).collect(),
                measurement: self.measurement.clone(),
                report: self.report.clone(),
            },
        };
        Ok(serde_json::to_string_pretty(&file)?)
    }

    /// Reads a model.
    ///
    /// # Errors
    /// [`ModelError::Format`] for another format version, [`ModelError::Json`] for what is no model file,
    /// [`ModelError::Damaged`] for tables or numbers that do not fit together or do not give the id.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        // The version first: a newer file may have keys this program does not know.
        let any: serde_json::Value = serde_json::from_str(text)?;
        if let Some(found) = any.get("format_version").and_then(serde_json::Value::as_u64)
            && found != FORMAT_VERSION
        {
            return Err(ModelError::Format { found, expected: FORMAT_VERSION });
        }
        let file: ModelFile = serde_json::from_str(text)?;
        let id = file.content.id()?;
        if id != file.model_id {
            let what = format!("its content gives the id {id}, it says {}", file.model_id);
            return Err(ModelError::Damaged { what });
        }
        // Numbers of more digits than a model keeps may be read as their neighbors, and under another id the next time.
        let again: Content = serde_json::from_slice(&serde_json::to_vec(&file.content)?)?;
        if again.id()? != id {
            return Err(ModelError::Damaged { what: "a number has more digits than a model keeps".to_owned() });
        }
        Self::checked(file)
    }

    fn checked(file: ModelFile) -> Result<Self, ModelError> {
        let damaged = |what: &str| Err(ModelError::Damaged { what: what.to_owned() });
        let ModelFile { model_id: id, segments, content, .. } = file;
        let (k, p) = (segments.len(), content.signals.len());
        if !(1..=MAX_SEGMENTS).contains(&k) {
            return damaged("the number of segments is out of range");
        }
        for (place, segment) in segments.iter().enumerate() {
            let (id, name) = (&segment.id, &segment.name);
            if !SegmentInfo::is_id(id) {
                return Err(ModelError::Damaged {
                    what: format!("segment {} has the id `{id}`, which is none", place + 1),
                });
            }
            if segments[..place].iter().any(|other| other.id == *id) {
                return Err(ModelError::Damaged { what: format!("two segments have the id {id}") });
            }
            if name.trim().is_empty() || name.chars().any(char::is_control) {
                return Err(ModelError::Damaged { what: format!("the name of segment {id} is none") });
            }
        }
        if p > MAX_SIGNALS {
            return Err(ModelError::TooManySignals { got: p, most: MAX_SIGNALS });
        }
        content.measurement.check(k, p)?;
        if content.lines.len() != p {
            return damaged("signals and their lines are not as many");
        }
        if content.report.answers.len() != N_RATINGS {
            return damaged("the report does not count the answers to 60 ratings");
        }
        let Some(lines) = content.lines.into_iter().map(SignalLineFile::read).collect() else {
            return damaged("the knots of a signal do not ascend");
        };
        Ok(Self {
            id,
            cut_on: content.cut_on,
            indicators: Indicator::all(&content.signals),
            signal_ids: content.signals,
            segments,
            lines,
            measurement: content.measurement,
            report: content.report,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fixture::Invented;
    use super::super::settings::{FitSettings, SegmentCount};
    use super::super::{FitRequest, fit};
    use super::*;

    fn model() -> Model {
        let world = Invented { customers: 800, ..Invented::default() }.world();
        let (catalogue, sample) = (valueseg_catalogue::Catalogue::embedded(), world.sample());
        let settings = FitSettings { segments: SegmentCount::Exactly(2), ..FitSettings::default() };
        let ids = &world.signal_ids;
        fit(&FitRequest { catalogue: &catalogue, signal_ids: ids, sample: &sample, settings: &settings }).unwrap()
    }

    #[test]
    fn a_model_survives_its_file_and_keeps_its_id_under_new_names() {
        let model = model();
        assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model);
        let named = model.clone().with_names(vec!["Savers".to_owned()]);
        assert_eq!(named.segments()[0].name, "Savers");
        assert_eq!(named.segments()[1].name, "S02");
        assert_eq!(named.id(), model.id());
        assert_eq!(Model::from_json(&named.to_json().unwrap()).unwrap(), named);
    }

    #[test]
    fn segments_are_labeled_anew_only_by_as_many_distinct_ids() {
        let model = model();
        let info = |id: &str| SegmentInfo { id: id.to_owned(), name: "Savers".to_owned() };
        let labeled = model.clone().with_segments(vec![info("S07"), info("S02")]).unwrap();
        assert_eq!(labeled.segments()[0].id, "S07");
        assert_eq!(labeled.id(), model.id());
        assert_eq!(Model::from_json(&labeled.to_json().unwrap()).unwrap(), labeled);
        assert!(model.clone().with_segments(vec![info("S07")]).is_err());
        assert!(model.clone().with_segments(vec![info("S07"), info("S07")]).is_err());
        assert!((model.shares().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_number_that_would_be_read_differently_the_next_time_is_refused() {
        let model = model();
        let mut file: ModelFile = serde_json::from_str(&model.to_json().unwrap()).unwrap();
        // Found by fuzzing: a number of 17 digits may be taken for its neighbor, and that for another one.
        let read = |x: f64| -> f64 { serde_json::from_str(&serde_json::to_string(&x).unwrap()).unwrap() };
        let numbers = (0..20_000).map(|i| 1e200 / 3.0 * (1.0 + f64::from(i) * 1e-7));
        let unsteady = numbers.map(read).find(|x| read(*x).to_bits() != x.to_bits());
        file.content.measurement.weights[0] = unsteady.expect("one of many is misread");
        let misread: ModelFile = serde_json::from_str(&serde_json::to_string(&file).unwrap()).unwrap();
        let again: ModelFile = serde_json::from_str(&serde_json::to_string(&misread).unwrap()).unwrap();
        assert_ne!(misread.content.id().unwrap(), again.content.id().unwrap());
        file.model_id = misread.content.id().unwrap();
        let text = serde_json::to_string(&file).unwrap();
        let refused = Model::from_json(&text).unwrap_err().to_string();
        assert!(refused.contains("more digits than a model keeps"), "{refused}");
    }

    #[test]
    fn another_format_version_is_refused_by_name() {
        let text = model().to_json().unwrap().replace("\"format_version\": 3", "\"format_version\": 4");
        let refused = Model::from_json(&text);
        assert!(matches!(refused, Err(ModelError::Format { found: 4, expected: FORMAT_VERSION })), "{refused:?}");
    }

    #[test]
    fn a_number_that_was_changed_shows_in_the_id() {
        let text = model().to_json().unwrap();
        let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
        file["content"]["measurement"]["weights"][0] = serde_json::json!(0.123);
        assert!(matches!(Model::from_json(&file.to_string()), Err(ModelError::Damaged { .. })));
    }

    #[test]
    fn tables_that_do_not_fit_are_refused_even_under_a_right_id() {
        let text = model().to_json().unwrap();
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let broken = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut file = file.clone();
            change(&mut file["content"]);
            let content: Content = serde_json::from_value(file["content"].clone()).unwrap();
            file["model_id"] = serde_json::json!(content.id().unwrap());
            matches!(Model::from_json(&file.to_string()), Err(ModelError::Damaged { .. }))
        };
        assert!(broken(&|c| c["measurement"]["weights"] = serde_json::json!([1.0])));
        assert!(broken(&|c| c["measurement"]["ratings"]["uniqueness"][3] = serde_json::json!(-1.0)));
        assert!(broken(&|c| c["measurement"]["signals"]["means"][0] = serde_json::json!([])));
        assert!(broken(&|c| c["lines"] = serde_json::json!([])));
        assert!(broken(&|c| c["lines"][0]["knots"] = serde_json::json!([2.0, 1.0])));
        assert!(broken(&|c| c["report"]["answers"] = serde_json::json!([1])));
    }

    #[test]
    fn an_id_that_is_none_or_is_given_twice_and_an_empty_name_are_refused() {
        let text = model().to_json().unwrap();
        for (place, key, value) in
            [(0, "id", "ALL"), (0, "id", "NONE"), (1, "id", "S01"), (0, "id", "S1"), (0, "id", ""), (1, "name", " ")]
        {
            let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
            file["segments"][place][key] = serde_json::json!(value);
            let refused = Model::from_json(&file.to_string());
            assert!(matches!(refused, Err(ModelError::Damaged { .. })), "{key} {value}: {refused:?}");
        }
    }

    #[test]
    fn what_is_said_of_a_segment_names_the_id_it_has_now() {
        let mut model = model();
        model.report.segment_stability = vec![0.9, 0.4];
        assert!(model.limits().iter().any(|limit| limit.ends_with("to be trusted: S02.")), "{:?}", model.limits());
        model.segments[1].id = "S07".to_owned();
        assert!(model.limits().iter().any(|limit| limit.ends_with("to be trusted: S07.")), "{:?}", model.limits());
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "\\PC{0,200}") {
            prop_assert!(Model::from_json(&text).is_err());
        }
    }
}
