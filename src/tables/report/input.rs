//! What a report is made of.

use chrono::NaiveDate;

use super::alerts::Alert;
use super::history::ReportHistory;
use super::texts::ReportLanguage;
use super::words::is_sure;
use crate::catalogue::Catalogue;
use crate::model::effect::EffectFinding;
use crate::model::fit::Structure;
use crate::model::plan::PlanSet;
use crate::model::rows::{Aspect, Estimate};
use crate::model::segment::SegmentNights;
use crate::tables::manifest::InputFile;
use crate::tables::schema::CandidateRow;

/// Rows of one input table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableHealth {
    /// Table, as people know it: `ratings`, `orders`, …
    pub name: String,
    /// Rows read = accepted + rejected.
    pub read: u64,
    /// Rows that passed every check.
    pub accepted: u64,
    /// Rows that did not.
    pub rejected: u64,
}

/// Everything a report says; borrowed, nothing about single customers.
#[derive(Clone, Copy, Debug)]
pub struct ReportInput<'a> {
    /// Language of the report's own words.
    pub language: ReportLanguage,
    /// Name of the project, as in its configuration.
    pub project: &'a str,
    /// The night.
    pub run_date: NaiveDate,
    /// Currency of all amounts.
    pub currency: &'a str,
    /// Names of elements, levels, metrics.
    pub catalogue: &'a Catalogue,
    /// Segments and what is said of them.
    pub night: &'a SegmentNights,
    /// What to do.
    pub plans: &'a PlanSet,
    /// What earlier nights published.
    pub history: &'a ReportHistory,
    /// What trials of plays have shown.
    pub effects: &'a [EffectFinding],
    /// Whether each campaign has a list of its own, in a folder below `audiences/`.
    pub lists: bool,
    /// Rows read per input table.
    pub health: &'a [TableHealth],
    /// What somebody should look at first; empty on a quiet night.
    pub alerts: &'a [Alert],
    /// What a reader should know about the data, beyond [`SegmentNights::limits`]; plain sentences.
    pub notes: &'a [String],
    /// Solutions tried at the fit.
    pub candidates: &'a [CandidateRow],
    /// Files read.
    pub inputs: &'a [InputFile],
    /// Label and value of what else belongs into the appendix: model id, method, seed, …, shown in this order.
    pub details: &'a [(String, String)],
}

impl ReportInput<'_> {
    /// The question whose differences between groups the report shows: importance where it is known of any group, else
    /// fulfillment; `None` where neither is.
    #[must_use]
    pub fn shown(&self) -> Option<Aspect> {
        let elements = || self.night.segments.iter().flat_map(|segment| &segment.profile.elements);
        if elements().any(|element| element.importance_difference.is_some()) {
            Some(Aspect::Importance)
        } else if elements().any(|element| element.fulfillment_difference.is_some()) {
            Some(Aspect::Fulfillment)
        } else {
            None
        }
    }

    /// Whether a difference between groups leaves its direction open no longer. Of cuts in a continuum nothing is sure.
    pub(super) fn is_sure(&self, difference: Estimate) -> bool {
        self.night.structure != Some(Structure::Constructive) && is_sure(difference)
    }

    /// Customers scored.
    pub(super) fn scored(&self) -> u64 {
        self.night.everyone.profile.size
    }

    /// Customers in a segment.
    pub(super) fn assigned(&self) -> u64 {
        self.night.assigned()
    }

    /// Customers not scored, for whatever reason.
    pub(super) fn left_out(&self) -> u64 {
        self.night.left_out.iter().map(|(_, count)| count).sum()
    }
}
