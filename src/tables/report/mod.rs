//! What people read in the morning: one HTML page, eight lines of text, and a page per plan.
//!
//! The page is a single file without scripts and without anything fetched from elsewhere, readable in a mail, on paper
//! and in the dark. Its size follows the number of groups, never the number of customers. Everything that came from
//! data (names, file paths, catalogue texts) is escaped by the template engine or by [`plan_page`]; nothing is marked
//! as safe but our own style sheet, whose hash is the only style the page's policy lets in.

mod alerts;
mod appendix;
mod cards;
mod front;
mod history;
mod input;
mod needs;
mod overview;
mod page;
mod pathway;
mod plan_page;
mod plan_view;
mod pyramid;
mod relationship;
mod sentences;
mod summary;
mod words;
mod worth;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod lens_fixture;
#[cfg(test)]
mod tests;

pub use alerts::{Alert, MOST_ALERTS, alerts_json};
pub use history::{GroupFigures, GroupMove, NightFigures, ReportHistory};
pub use input::{ReportInput, TableHealth};
pub use page::{ReportError, one_pager, render};
pub use plan_page::{plan_page, plans_json};
pub use sentences::{Sentence, sentences};
pub use summary::{summary_json, summary_text};
