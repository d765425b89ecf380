//! What people read in the morning: page one with the whole of the report, a page for each group, an appendix, charts as files,
//! a page to mail, lines for a terminal, and a page per plan.
//!
//! All of them but the plans are made of one [`ReportView`], which is stored with the night: typed figures and sentences by their
//! key. Each unit is written in one place ([`Quantity`]), each text stands in `data/report/`. A page is a single file without
//! scripts and without anything fetched from elsewhere, readable in a mail, on paper and in the dark. Its size follows the number
//! of groups, never the number of customers. Everything that came from data (names, file paths, catalogue texts) is escaped by the
//! template engine or by [`plan_page`]; nothing is marked as safe but our own style sheet, whose hash is the only style the page's
//! policy lets in, and links to the glossary.
//!
//! A workbook of the same view (`report.xlsx`) belongs into [`ReportView::files`], beside pages and charts.

mod alerts;
mod appendix;
mod charts;
mod front;
mod group;
mod history;
mod input;
mod needs;
mod overview;
mod pages;
mod pathway;
mod plan_page;
mod plan_view;
mod pyramid;
mod quantity;
mod relationship;
mod said;
mod sentences;
mod summary;
mod texts;
mod view;
mod words;
mod worth;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod lens_fixture;
// Groups made by hand where they are at home: the model's own tests are not compiled for other packages.
#[cfg(test)]
#[expect(dead_code, reason = "pages need some of it, the model all")]
#[path = "../../model/segment/fixture.rs"]
mod segment_fixture;
#[cfg(test)]
mod tests;

pub use alerts::{Alert, MOST_ALERTS, alerts_json};
pub use front::Front;
pub use group::GroupPage;
pub use history::{GroupFigures, GroupMove, NightFigures, ReportHistory};
pub use input::{ReportInput, TableHealth};
pub use pages::{ReportError, ReportFile};
pub use plan_page::{plan_page, plans_json};
pub use plan_view::{LineView, NotDone, PlanView, ServiceView};
pub use quantity::{Quantity, Ranged};
pub use said::{Part, Saying};
pub use sentences::{Sentence, sentences};
pub use summary::{SUMMARY_NAME, SummaryView};
pub use texts::{ReportLanguage, Texts};
pub use view::{ReportView, VIEW_NAME};
