//! Everything that the pages of a night say, in one value: figures with their unit, sentences by their key. It is stored with
//! the night, so that every page can be made again from it. Nothing in it is about a single customer.

use serde::{Deserialize, Serialize};

use super::ReportError;
use super::appendix::{Appendix, appendix};
use super::charts::{FlowChart, ForestChart, flow, forest};
use super::front::{Front, front};
use super::group::{GroupPage, groups};
use super::input::ReportInput;
use super::needs::{NeedsOverview, needs_overview};
use super::overview::{Health, SizeRow, health, sizes};
use super::plan_view::{PlanView, plan_of};
use super::quantity::Quantity;
use super::relationship::{Closeness, closeness};
use super::summary::{SummaryView, summary};
use super::texts::ReportLanguage;
use super::words::date;
use crate::model::rows::HIGH_RULE;

/// Name of the file in a run folder.
pub const VIEW_NAME: &str = "report/view.json";

/// Layout of the file.
const SCHEMA: &str = "valueseg.report.1";

/// What the pages of a night say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportView {
    schema: String,
    pub(super) language: ReportLanguage,
    /// Version of the program that made it.
    version: String,
    pub(super) project: String,
    pub(super) date: Quantity,
    pub(super) iso_date: String,
    /// Page one.
    pub(super) front: Front,
    pub(super) flow: Option<FlowChart>,
    pub(super) forest: Option<ForestChart>,
    pub(super) groups: Vec<GroupPage>,
    /// What the company does once for all.
    company: PlanView,
    /// For everybody without a group.
    neutral: PlanView,
    needs: Option<NeedsOverview>,
    closeness: Closeness,
    health: Health,
    sizes: Vec<SizeRow>,
    /// What the colors of pyramids compare: `importance`, `fulfillment`; empty where nothing is known.
    shown: String,
    /// What "high" means.
    high_rule: String,
    appendix: Appendix,
    pub(super) summary: SummaryView,
}

impl ReportView {
    /// What is to be said of a night.
    #[must_use]
    pub fn of(input: &ReportInput<'_>) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            language: input.language,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            project: input.project.to_owned(),
            date: date(input.run_date),
            iso_date: input.run_date.to_string(),
            front: front(input),
            flow: flow(input),
            forest: forest(input),
            groups: groups(input),
            company: plan_of(input, &input.plans.company),
            neutral: plan_of(input, &input.plans.neutral),
            needs: needs_overview(input),
            closeness: closeness(input),
            health: health(input),
            sizes: sizes(input),
            shown: input.shown().map_or_else(String::new, |aspect| aspect.slug().to_owned()),
            high_rule: HIGH_RULE.to_owned(),
            appendix: appendix(input),
            summary: summary(input),
        }
    }

    /// The text of the stored file.
    #[expect(clippy::missing_panics_doc, reason = "a view is plain data: serialization cannot fail")]
    #[must_use]
    pub fn to_json(&self) -> String {
        // INVARIANT: texts and numbers under text keys; a number that is none becomes null, which reading refuses.
        serde_json::to_string_pretty(self).expect("a view is plain data") + "\n"
    }

    /// A stored view.
    ///
    /// # Errors
    /// [`ReportError::Stored`] if it is none of this program.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        let view: Self = serde_json::from_str(text)?;
        if view.schema == SCHEMA { Ok(view) } else { Err(ReportError::Layout { found: view.schema, expected: SCHEMA }) }
    }
}
