//! What a report is made of.

use chrono::NaiveDate;

use crate::catalogue::Catalogue;
use crate::model::plan::PlanSet;
use crate::model::rows::Aspect;
use crate::model::segment::Profiles;
use crate::model::segment::lens::{Lens, Regularity};
use crate::tables::manifest::InputFile;
use crate::tables::schema::{CandidateRow, SolutionFacts};

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

/// Something members of a group do more or less than others.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// What they do, in the catalogue's words.
    pub name: String,
    /// Mean of the group as a normal score: 0 = the mean of the base, 1 = its spread.
    pub difference: f64,
}

/// Everything a report says; borrowed, nothing about single customers.
#[derive(Clone, Copy, Debug)]
pub struct ReportInput<'a> {
    /// Name of the project, as in its configuration.
    pub project: &'a str,
    /// The night.
    pub run_date: NaiveDate,
    /// Currency of all amounts.
    pub currency: &'a str,
    /// Names of elements, levels, metrics.
    pub catalogue: &'a Catalogue,
    /// Segments and what is known about them.
    pub profiles: &'a Profiles,
    /// What to do.
    pub plans: &'a PlanSet,
    /// How close customers are; `None` = nothing was computed, and the page says nothing of it.
    pub lens: Option<&'a Lens>,
    /// What others published beside the company's own figures; shown with the lens.
    pub regularities: &'a [Regularity],
    /// How good the segmentation is.
    pub solution: &'a SolutionFacts,
    /// What members of each group do more or less than others, in segment order, strongest first.
    pub traces: &'a [Vec<Trace>],
    /// Rows read per input table.
    pub health: &'a [TableHealth],
    /// What a reader should know about the data, beyond [`Profiles::limits`]; plain sentences.
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
    /// fulfilment; `None` where neither is.
    #[must_use]
    pub fn shown(&self) -> Option<Aspect> {
        let elements = || self.profiles.segments.iter().flat_map(|segment| &segment.elements);
        if elements().any(|element| element.importance_difference.is_some()) {
            Some(Aspect::Importance)
        } else if elements().any(|element| element.fulfilment_difference.is_some()) {
            Some(Aspect::Fulfilment)
        } else {
            None
        }
    }

    /// Customers scored.
    pub(super) fn scored(&self) -> u64 {
        self.profiles.everyone.size
    }

    /// Customers in a segment.
    pub(super) fn assigned(&self) -> u64 {
        self.profiles.segments.iter().map(|segment| segment.size).sum()
    }

    /// Customers not scored, for whatever reason.
    pub(super) fn left_out(&self) -> u64 {
        self.profiles.suppressed.iter().map(|(_, count)| count).sum()
    }
}
