//! From a sample to a model.
//!
//! ```text
//! sample → prepared                       standardized ratings, normal-scored signals
//!        → evidence                       the ratings cut on, the signals that predict them, outcomes
//!        → search                         the partition of those who answered
//!        → measure                        the measurement model of everything
//!        → within                         what signals say of ratings within segments
//!        → typing                         who is typed right, how far to believe it
//!        → check                          hidden answers
//!        → replicates                     how far off the fit itself may be: shares without some of the respondents
//!        → questions, rules, limits       what a reader gets to know
//!        → Model with its report          assemble
//! ```
//!
//! | file | is |
//! |---|---|
//! | `search`, `outcome` | ways to cut, judged by evidence; how much is spent on it is a profile |
//! | `level`, `dual` | segments that are only a use of the scale; what raw k-means would have cut |
//! | `prior`, `loadings` | the catalogue's loadings where nobody was asked, and beside what was learned |
//! | `signals`, `unasked` | what signals look like in a segment; how frequent segments are among those who did not answer |
//! | `carelessness` | answers that customers are not typed by |
//!
//! METHOD: only the ratings cut on, helped by the few signal combinations that predict them, shape the partition. The
//! other ratings and all signals are attached afterwards with the classes held, so strong structure in behavior that
//! has nothing to do with what people want cannot become a segment (`docs/method.md#who-shapes-and-who-types`).

mod carelessness;
mod error;
mod evidence;
mod fit_error;
mod fitted;
#[cfg(test)]
mod fixture;
mod indicator;
mod learn;
mod link;
mod measurement;
mod need_tier_check;
mod null;
mod report;
mod rules;
mod sample;
mod search;
mod settings;
mod stored;
mod structure;
mod temperature;
mod transform;
mod typing;
mod unasked;

pub(crate) use carelessness::Carelessness;
pub use error::ModelError;
pub use fit_error::FitError;
pub use fitted::{FORMAT_VERSION, Model, SegmentInfo};
#[cfg(test)]
pub(crate) use fixture::{Invented, SEGMENTS, World};
pub use indicator::Indicator;
pub(crate) use learn::prior::say;
pub(crate) use link::{SignalLink, within_given_signals};
pub(crate) use measurement::Measurement;
pub use need_tier_check::{LEAST_COMPARED, NEEDED_GAIN, NeedTierCheck};
pub use null::{NullComparison, Step};
pub use report::{
    Candidate, CutOn, FitReport, HeldContrast, HeldOut, LearnedLoading, LoadingVerdict, SegmentLevel, SignalUse,
    StandsFor,
};
pub use rules::{Condition, RuleBasis, SegmentRule};
pub use sample::{BASE_CAP, MIN_ANSWERS, RESPONDENT_CAP, Sample, SampleCollector};
pub use search::Method;
pub use settings::{
    DEFAULT_MAX_FACTORS, DEFAULT_MAX_SEGMENTS, DEFAULT_MIN_RESPONDENTS, DEFAULT_MIN_SEGMENTS, DEFAULT_MIN_SHARE,
    DEFAULT_STARTS, FitSettings, MAX_SEGMENTS, QUICK_MAX_SEGMENTS, SearchEffort, SegmentCount,
};
pub(crate) use stored::{nobodys, stored};
pub use structure::Structure;
pub use temperature::Temperature;
pub(crate) use transform::SignalLine;
pub use typing::{
    ElementHold, GOLDEN_QUESTIONS, GoldenCheck, GoldenLength, GoldenQuestions, MOST_GOLDEN, OwnAnswersCheck,
    QuestionReport, ReliabilityLine, TypedSegment, TypingCheck,
};
pub(crate) use typing::{LinearScores, cut_columns};

use crate::rows::{Aspect, MAX_SIGNALS};
use evidence::prepare::Prepared;
use learn::{assemble, everybody::everybody, limits::of_segments, prior};
use valueseg_catalogue::Catalogue;

/// Everything a fit needs.
#[derive(Clone, Copy, Debug)]
pub struct FitRequest<'a> {
    /// Elements and signals.
    pub catalogue: &'a Catalogue,
    /// Ids of the signal columns of the sample, in order; those the catalogue does not know are read as normal scores.
    pub signal_ids: &'a [String],
    /// The customers.
    pub sample: &'a Sample,
    /// How to fit.
    pub settings: &'a FitSettings,
}

/// Fits a model.
///
/// Segments are cut on importance when enough customers rated it, else on fulfillment; when nobody was surveyed, on
/// importance as the catalogue reads it from signals (basis `prior`). A setting that pins the ratings is obeyed or
/// refused. Where there is too little evidence of any kind, everybody is one segment, and the report says what would bring
/// more. The result depends on the request alone: the same bits at any number of threads.
///
/// # Errors
/// [`ModelError`]: a setting out of range, nobody who may be scored, or too little of the evidence that was pinned.
pub fn fit(request: &FitRequest<'_>) -> Result<Model, ModelError> {
    request.settings.check()?;
    check_shape(request)?;
    let prepared = Prepared::new(request)?;
    match aspect_to_cut(&prepared, request.settings) {
        Some(aspect) => assemble::surveyed(request, &prepared, aspect),
        None if prior::possible(request, &prepared) => assemble::unsurveyed(request, &prepared),
        None => match request.settings.cut_on {
            Some(pinned) => Err(ModelError::TooLittleEvidence {
                respondents: prepared.aspect(pinned).rows.len(),
                needed: request.settings.min_respondents,
            }),
            None => everybody(request),
        },
    }
}

/// The ratings segments are cut on: the pinned ones, else importance, else fulfillment, each only with enough
/// respondents.
fn aspect_to_cut(prepared: &Prepared, settings: &FitSettings) -> Option<Aspect> {
    let enough = |aspect: &Aspect| prepared.aspect(*aspect).rows.len() >= settings.min_respondents;
    match settings.cut_on {
        Some(pinned) => Some(pinned).filter(enough),
        None => [Aspect::Importance, Aspect::Fulfillment].into_iter().find(enough),
    }
}

fn check_shape(request: &FitRequest<'_>) -> Result<(), ModelError> {
    let named = request.signal_ids.len();
    if named > MAX_SIGNALS {
        return Err(ModelError::TooManySignals { got: named, most: MAX_SIGNALS });
    }
    if request.sample.base.is_empty() {
        return Err(ModelError::NoCustomers);
    }
    for block in [&request.sample.base, &request.sample.respondents] {
        if !block.is_empty() && block.signals.ncols() != named {
            return Err(ModelError::SignalCount { named, held: block.signals.ncols() });
        }
    }
    Ok(())
}
