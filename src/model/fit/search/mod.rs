//! Which partition: the way in to every search, and what it comes back with.

mod cut;
pub(in crate::model::fit) mod dual;
mod judge;
mod null;
mod quick;
mod rivals;
mod rule;
mod samples;
mod settle;
#[cfg(test)]
mod tests;
mod thorough;

use ndarray::{Array2, Axis};

use super::error::ModelError;
use super::evidence::evidence::Evidence;
use super::report::{Candidate, NullComparison};
use super::settings::{FitSettings, Method, Search, SegmentCount};

/// The partition used.
#[derive(Clone, Debug)]
pub(in crate::model) struct Found {
    pub(in crate::model) method: Method,
    pub(in crate::model) factors: Option<usize>,
    /// `(rows, K)` probabilities of the evidence's rows.
    pub(in crate::model) given: Array2<f64>,
    pub(in crate::model) candidates: Vec<Candidate>,
    /// Why this one.
    pub(in crate::model) choice: String,
    pub(in crate::model) stability: Option<f64>,
    /// Of each segment; empty = not tested.
    pub(in crate::model) jaccard: Vec<f64>,
    pub(in crate::model) null: Option<NullComparison>,
}

impl Found {
    /// A partition about which nothing else is known yet.
    pub(in crate::model) fn new(method: Method, given: Array2<f64>, candidates: Vec<Candidate>) -> Self {
        let choice = String::new();
        Self { method, factors: None, given, candidates, choice, stability: None, jaccard: Vec::new(), null: None }
    }

    /// The same with its segments in the order `order`.
    pub(in crate::model) fn reordered(mut self, order: &[usize]) -> Self {
        self.given = self.given.select(Axis(1), order);
        if !self.jaccard.is_empty() {
            self.jaccard = order.iter().map(|at| self.jaccard[*at]).collect();
        }
        self
    }
}

pub(in crate::model) fn search(evidence: &Evidence, settings: &FitSettings) -> Result<Found, ModelError> {
    match (settings.search, settings.method) {
        (Search::Thorough, _) => thorough::search(evidence, settings),
        (Search::Quick, Method::Kmeans | Method::KmeansCentred) => rivals::kmeans_only(evidence, settings),
        (Search::Quick, Method::Mixture) => Ok(quick::mixture(evidence, settings)?.found()),
        (Search::Quick, Method::Auto) => rivals::compare(evidence, settings, quick::mixture(evidence, settings)?),
    }
}

/// Why a solution is too thin to be chosen; a pinned number of segments always may.
pub(in crate::model) fn knocked_out(
    settings: &FitSettings,
    segments: usize,
    share: f64,
    respondents: f64,
) -> Option<String> {
    if segments == 1 && !settings.counts().contains(&1) {
        return Some("the settings ask for more segments".to_owned());
    }
    if segments == 1 || matches!(settings.segments, SegmentCount::Exactly(_)) {
        return None;
    }
    if share < settings.min_share {
        return Some(format!(
            "its smallest segment has {:.1} % of customers, less than min_share = {:.1} %",
            100.0 * share,
            100.0 * settings.min_share
        ));
    }
    if respondents < settings.min_respondents as f64 {
        return Some(format!(
            "its smallest segment rests on {respondents:.0} respondents, less than min_respondents = {}",
            settings.min_respondents
        ));
    }
    None
}
