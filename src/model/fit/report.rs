//! What a fit tells about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fit_error::FitError;
use super::need_tier_check::NeedTierCheck;
use super::null::NullComparison;
use super::rules::SegmentRule;
use super::search::Method;
use super::stored::stored;
use super::structure::Structure;
use super::typing::{QuestionReport, TypingCheck};
use crate::rows::Aspect;
use valueseg_catalogue::ElementId;

/// What shaped the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutOn {
    /// Importance ratings.
    Importance,
    /// Fulfillment ratings: segments differ in how they are served, not in what they want.
    Fulfillment,
    /// Nobody was asked; importance was read from signals through the catalogue's loadings. Hypotheses.
    Prior,
    /// There was too little evidence to cut anything: everybody is one group.
    Nothing,
}

impl CutOn {
    /// The ratings that shaped the segments; `None` = nobody was asked.
    #[must_use]
    pub fn aspect(self) -> Option<Aspect> {
        match self {
            Self::Importance => Some(Aspect::Importance),
            Self::Fulfillment => Some(Aspect::Fulfillment),
            Self::Prior | Self::Nothing => None,
        }
    }

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Importance => "importance",
            Self::Fulfillment => "fulfillment",
            Self::Prior => "prior",
            Self::Nothing => "nothing",
        }
    }
}

impl From<Aspect> for CutOn {
    fn from(aspect: Aspect) -> Self {
        match aspect {
            Aspect::Importance => Self::Importance,
            Aspect::Fulfillment => Self::Fulfillment,
        }
    }
}

/// One solution that was tried, with everything it was judged by.
///
/// Figures are those of the rows it was fitted on; they compare between candidates of equal `rows`. Shares, agreements and
/// variances weigh people by their row weights; respondents are counted as people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Candidate {
    /// How it was found.
    pub method: Method,
    /// Number of segments.
    pub segments: usize,
    /// Common factors; `None` for k-means.
    pub factors: Option<usize>,
    /// Rows it was fitted on.
    pub rows: u64,
    /// Bayesian information criterion on those rows, smaller is better, comparable only between equal rows; `None`
    /// for k-means.
    pub bic: Option<f64>,
    /// Mean adjusted Rand index of solutions of two bootstrap samples (in a quick search: of two halves), at most 1;
    /// `None` = not tested.
    pub stability: Option<f64>,
    /// Pairs of bootstrap samples behind `stability`; 0 = none, or two halves.
    pub pairs: u64,
    /// Mean Jaccard coefficient of each segment with its best match in bootstrap solutions, 0 to 1, in the order of the
    /// solution's own segments; empty = not tested. Below 0.60 a segment should not be trusted, from 0.75 on it is found
    /// again, from 0.85 on very surely (Hennig 2007).
    pub jaccard: Vec<f64>,
    /// Mean shadow value `2·d1/(d1 + d2)` of distances to the nearest and second nearest segment mean: 0 = at the
    /// centers, 1 = on the borders; `None` with one segment.
    pub shadow: Option<f64>,
    /// Calinski and Harabasz' ratio of the variance between and within segments of the standardized ratings, larger is
    /// better; `None` with one segment.
    pub calinski_harabasz: Option<f64>,
    /// Share of the variance of outcomes that were not clustered on which segments predict in people they were not
    /// learned from, mean over the outcomes, at most 1, below 0 where they mislead; `None` without an outcome or with one
    /// segment.
    pub outcome_r2: Option<f64>,
    /// Share of customers in segments that are only people who rate high or only people who rate low, 0 to 1; `None` with
    /// one segment.
    pub only_level: Option<f64>,
    /// Largest share of a rating's variance that lies between the segments (η²), 0 to 1; `None` with one segment. Near 1
    /// the segments are that rating in disguise.
    pub most_of_one: Option<f64>,
    /// Share of the smallest segment.
    pub smallest_share: f64,
    /// Respondents in the smallest segment.
    pub smallest_respondents: f64,
    /// The solution used.
    pub chosen: bool,
    /// Why it could not be chosen, in words; `None` = it could.
    pub knocked_out: Option<String>,
}

impl Candidate {
    /// Jaccard coefficient of the least reproducible segment; `None` = not tested.
    #[must_use]
    pub fn min_jaccard(&self) -> Option<f64> {
        self.jaccard.iter().copied().reduce(f64::min)
    }
}

/// What a segment that is no more than a use of the rating scale stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandsFor {
    /// People who rate everything higher than others.
    HighRaters,
    /// People who rate everything lower than others.
    LowRaters,
}

/// How much of what sets a segment apart is the level of its ratings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SegmentLevel {
    /// Distance of the segment's mean rating from that of all, in standard deviations of a rating.
    pub level: f64,
    /// Share of the segment's squared distance from the mean customer that is level, 0 = all shape, 1 = all level.
    pub share: f64,
    /// Set where the segment is nothing but a level: an alarm.
    pub stands_for: Option<StandsFor>,
}

/// How an element sets a segment apart in people the segment was not found on.
///
/// The chosen way cuts bootstrap samples of the respondents; in each, those who were not drawn are typed by that cut, and
/// members are compared with the others among them. So what is largest by chance in those who were drawn is not large again.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldContrast {
    /// Element, on the ratings cut on.
    #[schemars(with = "String")]
    pub element: ElementId,
    /// Mean standardized difference (Cohen's d) of members from the others among those who were not drawn.
    pub d: f64,
    /// Share of the samples in which it stood out, 0 to 1: a fifth of a spread above the others, also above the segment's
    /// mean difference.
    pub kept: f64,
}

/// How well answers that were hidden from the model were predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldOut {
    /// Which answers.
    pub aspect: Aspect,
    /// Whether other answers of the same customer were known; else signals alone.
    pub own_answers_known: bool,
    /// Answers predicted.
    pub answers: u64,
    /// Root mean squared error, on 0–10.
    pub rmse: f64,
    /// The same for the element's mean.
    pub rmse_of_mean: f64,
    /// Share of answers inside their 90 % interval, with the standard errors as published.
    pub coverage_90: f64,
}

/// What became of a loading of the catalogue once answers were there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadingVerdict {
    /// Same sign, at least two standard errors from 0.
    Confirmed,
    /// Within two standard errors of 0: the answers neither confirm nor refute it.
    Unclear,
    /// Opposite sign, at least two standard errors from 0. What was learned is used, not the catalogue.
    WrongSign,
}

/// A loading of the catalogue beside what the answers say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LearnedLoading {
    /// Signal.
    pub signal: String,
    /// Element.
    #[schemars(with = "String")]
    pub element: ElementId,
    /// Importance or fulfillment.
    pub aspect: Aspect,
    /// The catalogue's loading, -1 to 1.
    pub catalogue: f64,
    /// Correlation of the signal's normal score with the rating, centered within the person; -1 to 1.
    pub learned: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Answers behind it.
    pub answers: u64,
    /// What follows.
    pub verdict: LoadingVerdict,
}

/// What a signal contributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignalUse {
    /// Signal.
    pub signal: String,
    /// Share of the base for whom it is known.
    pub known: f64,
    /// Share of its variance that lies between segments, 0 = it types nobody.
    pub between: f64,
}

/// What a fit tells about itself: how segments were chosen, how sure they and the scores are, what it could not do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FitReport {
    /// Respondents whose ratings cut the segments.
    pub respondents: u64,
    /// Respondents who most likely answered at random (probability above one half, in fives): they hardly shape segments, and
    /// are typed like anybody; 0 = none, or not to be told.
    #[serde(default)]
    pub careless_random: u64,
    /// Respondents who gave the same answer to everything asked (in fives): they shape no segments.
    #[serde(default)]
    pub careless_straight: u64,
    /// Customers in the sample of everybody.
    pub base: u64,
    /// Answers in the sample, in the order of the 60 ratings.
    pub answers: Vec<u64>,
    /// What found the partition.
    pub method: Method,
    /// Common factors of the partition; `None` for k-means.
    pub factors: Option<usize>,
    /// Common factors of ratings and of signals in the measurement model.
    pub measurement_factors: [usize; 2],
    /// Directions in signal space that were let in while the segments were found.
    pub signal_directions: usize,
    /// Share of the answers' variance that signals predict, cross-validated.
    pub predicted_by_signals: f64,
    /// Everything tried.
    pub candidates: Vec<Candidate>,
    /// Why this one, in one sentence.
    #[serde(default)]
    pub choice: String,
    /// Mean adjusted Rand index of solutions of two bootstrap samples (in a quick search: of two halves) for the chosen
    /// way; `None` = not tested.
    pub stability: Option<f64>,
    /// Mean best-match Jaccard coefficient of each segment in bootstrap solutions, in the order of the model's segments;
    /// empty = not tested.
    #[serde(default)]
    pub segment_stability: Vec<f64>,
    /// The chosen way on tables with nothing to find; `None` = not tried (one segment, or a quick search).
    #[serde(default)]
    pub null: Option<NullComparison>,
    /// Outcomes behind `outcome_r2` of the candidates.
    #[serde(default)]
    pub outcomes: Vec<String>,
    /// Agreement with k-means on raw ratings, 0 to 1: the dual run.
    pub agreement_with_raw: Option<f64>,
    /// Share of respondents who would be in another segment if k-means on raw ratings had cut, segments matched as well
    /// as can be, 0 to 1.
    #[serde(default)]
    pub moved_with_raw: Option<f64>,
    /// How much of each segment is rating level, in the order of the model's segments; empty where nobody was asked.
    #[serde(default)]
    pub segment_levels: Vec<SegmentLevel>,
    /// Share of what sets the segments apart that is level, 0 to 1; near 1 the segments are only "people who rate high".
    pub level_share: Option<f64>,
    /// What sets each segment apart in people it was not found on, in the order of the model's segments, elements that
    /// stood out at least once, in catalogue order; empty where that was not measured.
    #[serde(default)]
    pub held_contrasts: Vec<Vec<HeldContrast>>,
    /// Predictions of hidden answers.
    pub held_out: Vec<HeldOut>,
    /// Typing by signals alone.
    pub typing: Option<TypingCheck>,
    /// Need tiers by signals alone beside those by own answers; `None` = nobody was asked, or no signal is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_tiers: Option<NeedTierCheck>,
    /// How far off shares may be because of the fit itself; `None` = nobody was asked, or too few to leave any out.
    #[serde(default)]
    pub fit_error: Option<FitError>,
    /// The few questions that suffice and the elements that hold the solution up; absent where nobody was asked and with
    /// one segment.
    pub questions: Option<QuestionReport>,
    /// Short rules for the segments that have one: first on ratings, then on signals.
    #[serde(default)]
    pub rules: Vec<SegmentRule>,
    /// Catalogue loadings beside learned ones; empty where nobody was asked.
    pub loadings: Vec<LearnedLoading>,
    /// Signals in the model's order.
    pub signals: Vec<SignalUse>,
    /// What a reader must know, in plain sentences.
    pub limits: Vec<String>,
    /// Different patterns of answers, where there were so few that they were counted instead of searched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patterns: Option<u64>,
    /// What would bring segments, in plain sentences, where there was too little evidence to look for any and everybody is
    /// one group; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lacking: Vec<String>,
}

/// Agreement from which segments count as found again beyond doubt. Our judgment: `docs/domain.md#agreement-bands`.
pub(crate) const STRONG_AGREEMENT: f64 = 0.80;

/// Agreement under which segments do not count as found again. Our judgment: `docs/domain.md#agreement-bands`.
pub(crate) const POOR_AGREEMENT: f64 = 0.60;

impl FitReport {
    /// What the segments are as groups; `None` with one segment or where stability was not tested.
    ///
    /// | | found again | better than a continuum | so many |
    /// |---|---|---|---|
    /// | natural | stability 0.80 or more, above that of every shuffled table | gain above 0 and clearly above those of shuffled and of continuum tables | the last segment gains, one more would not |
    /// | reproducible | stability 0.60 or more, above that of every shuffled table | the same | – |
    /// | constructive | else | – | – |
    ///
    /// METHOD: the three words are those of Dolnicar and Leisch (2010), Marketing Letters 21, the comparison with
    /// permuted columns is theirs in spirit; the continuum is added because ratings on few steps let any mixture gain
    /// over one normal group, and the step to the neighbors ([`NullComparison::is_number`]) because groups that are there
    /// may be cut in too few or too many. Segments that are patterns of answers, the same within and others without, are
    /// natural: nothing lies between them. Without a null comparison (a quick search) segments are at most reproducible,
    /// and so are those of k-means where no mixture was tried that could be held against the continuum.
    #[must_use]
    pub fn structure(&self) -> Option<Structure> {
        let chosen = self.candidates.iter().find(|c| c.chosen).filter(|c| c.segments > 1)?;
        if self.patterns == Some(chosen.segments as u64) {
            return Some(Structure::Natural);
        }
        let stability = self.stability?;
        let Some(null) = &self.null else {
            let again = stability >= STRONG_AGREEMENT;
            return Some(if again { Structure::Reproducible } else { Structure::Constructive });
        };
        let again = stability >= POOR_AGREEMENT && null.shuffled_stability.iter().all(|s| stability > *s);
        if !again || null.is_gain() == Some(false) {
            return Some(Structure::Constructive);
        }
        let natural = null.is_gain() == Some(true) && stability >= STRONG_AGREEMENT && null.is_number(chosen.segments);
        Some(if natural { Structure::Natural } else { Structure::Reproducible })
    }

    /// The report with all numbers as they will be read back from a file.
    pub(crate) fn stored(mut self) -> Self {
        let keep = |x: &mut f64| *x = stored(*x);
        let keep_some = |x: &mut Option<f64>| *x = x.filter(|x| x.is_finite()).map(stored);
        keep(&mut self.predicted_by_signals);
        for candidate in &mut self.candidates {
            keep_some(&mut candidate.bic);
            keep_some(&mut candidate.stability);
            keep_some(&mut candidate.shadow);
            keep_some(&mut candidate.calinski_harabasz);
            keep_some(&mut candidate.outcome_r2);
            keep_some(&mut candidate.only_level);
            keep_some(&mut candidate.most_of_one);
            candidate.jaccard.iter_mut().for_each(keep);
            keep(&mut candidate.smallest_share);
            keep(&mut candidate.smallest_respondents);
        }
        keep_some(&mut self.stability);
        self.segment_stability.iter_mut().for_each(keep);
        self.null = self.null.map(NullComparison::stored);
        keep_some(&mut self.agreement_with_raw);
        keep_some(&mut self.moved_with_raw);
        for level in &mut self.segment_levels {
            keep(&mut level.level);
            keep(&mut level.share);
        }
        keep_some(&mut self.level_share);
        for held in self.held_contrasts.iter_mut().flatten() {
            keep(&mut held.d);
            keep(&mut held.kept);
        }
        for held in &mut self.held_out {
            keep(&mut held.rmse);
            keep(&mut held.rmse_of_mean);
            keep(&mut held.coverage_90);
        }
        self.typing = self.typing.map(TypingCheck::stored);
        self.need_tiers = self.need_tiers.map(NeedTierCheck::stored);
        self.fit_error = self.fit_error.map(FitError::stored);
        self.rules = self.rules.into_iter().map(SegmentRule::stored).collect();
        self.questions = self.questions.map(QuestionReport::stored);
        for loading in &mut self.loadings {
            keep(&mut loading.catalogue);
            keep(&mut loading.learned);
            keep(&mut loading.standard_error);
        }
        for signal in &mut self.signals {
            keep(&mut signal.known);
            keep(&mut signal.between);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::null::Step;
    use super::*;

    fn report(segments: usize, stability: Option<f64>, null: Option<NullComparison>) -> FitReport {
        let chosen = Candidate { method: Method::Mixture, segments, chosen: true, ..Candidate::default() };
        FitReport { candidates: vec![chosen], stability, null, ..FitReport::default() }
    }

    fn null(gain: f64, shuffled_stability: f64, continuum_gain: f64) -> NullComparison {
        NullComparison {
            gain: Some(gain),
            shuffled_stability: vec![0.1, shuffled_stability],
            shuffled_gain: vec![-300.0],
            continuum_gain: vec![continuum_gain, -20.0],
            last: Some(Step { gain: 60.0, drawn: vec![-80.0, -70.0], before: Some(90.0) }),
            further: Some(Step { gain: -75.0, drawn: vec![-80.0, -70.0], before: Some(90.0) }),
            smallest_criterion: Some(3),
        }
    }

    #[test]
    fn segments_are_natural_only_if_found_again_and_better_than_a_continuum() {
        let of = |stability, null| report(3, Some(stability), Some(null)).structure();
        assert_eq!(of(0.9, null(90.0, 0.3, 20.0)), Some(Structure::Natural));
        assert_eq!(of(0.7, null(90.0, 0.3, 20.0)), Some(Structure::Reproducible));
        assert_eq!(of(0.9, NullComparison { gain: None, ..null(0.0, 0.3, 0.0) }), Some(Structure::Reproducible));
        assert_eq!(of(0.5, null(90.0, 0.3, 20.0)), Some(Structure::Constructive));
        assert_eq!(of(0.7, null(90.0, 0.8, 20.0)), Some(Structure::Constructive));
    }

    #[test]
    fn segments_no_better_than_where_there_are_none_are_constructive_however_often_found_again() {
        let of = |null| report(3, Some(0.99), Some(null)).structure();
        assert_eq!(of(null(90.0, 0.3, 95.0)), Some(Structure::Constructive));
        assert_eq!(of(null(-5.0, 0.3, -40.0)), Some(Structure::Constructive));
        // 144 on the answers, 1,219 on answers that have nothing to do with each other.
        let shuffled = NullComparison { shuffled_gain: vec![1_219.0], ..null(144.0, 0.3, 20.0) };
        assert_eq!(of(shuffled), Some(Structure::Constructive));
    }

    #[test]
    fn groups_that_are_there_are_natural_only_in_their_number() {
        let of = |null| report(3, Some(0.9), Some(null)).structure();
        let step = |gain| Some(Step { gain, drawn: vec![-80.0, -70.0], before: Some(90.0) });
        let good = || null(90.0, 0.3, 20.0);
        // One segment fewer describes the answers as well, on the answers or where the third is only drawn into them.
        assert_eq!(of(NullComparison { last: step(-1.0), ..good() }), Some(Structure::Reproducible));
        let drawn = Some(Step { gain: 60.0, drawn: vec![50.0, 61.0], before: None });
        assert_eq!(of(NullComparison { last: drawn, ..good() }), Some(Structure::Reproducible));
        // A fourth gains more than it would by chance, if by the criterion not enough: 10 beyond the most is chance.
        assert_eq!(of(NullComparison { further: step(-61.0), ..good() }), Some(Structure::Natural));
        assert_eq!(of(NullComparison { further: step(-59.0), ..good() }), Some(Structure::Reproducible));
        // A tenth of what the steps before gained is more than a mend, less is not.
        assert_eq!(of(NullComparison { further: step(8.9), ..good() }), Some(Structure::Natural));
        assert_eq!(of(NullComparison { further: step(9.1), ..good() }), Some(Structure::Reproducible));
        assert_eq!(of(NullComparison { last: step(8.9), ..good() }), Some(Structure::Reproducible));
        // Another number would have been chosen, had nothing spoken against it.
        assert_eq!(of(NullComparison { smallest_criterion: Some(4), ..good() }), Some(Structure::Reproducible));
        // Nothing known of the neighbors.
        assert_eq!(of(NullComparison { last: None, ..good() }), Some(Structure::Reproducible));
        assert_eq!(of(NullComparison { further: None, ..good() }), Some(Structure::Reproducible));
    }

    #[test]
    fn without_a_null_comparison_segments_are_at_most_reproducible() {
        assert_eq!(report(3, Some(0.9), None).structure(), Some(Structure::Reproducible));
        assert_eq!(report(3, Some(0.7), None).structure(), Some(Structure::Constructive));
        assert_eq!(report(3, None, None).structure(), None);
    }

    #[test]
    fn one_segment_has_no_structure() {
        assert_eq!(report(1, Some(1.0), Some(null(1.0, 0.0, 0.0))).structure(), None);
    }
}
