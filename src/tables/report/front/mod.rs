//! The first page: how the night is, what to do today, who the groups are, what changed, what is wanted against what is got,
//! whether plays worked, and how sure all of it is. One screen, one sheet.

mod changes;
mod groups;
mod status;
mod sure;
#[cfg(test)]
mod tests;
mod today;
mod wants;

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::said::Saying;
use changes::Change;
pub(super) use changes::place;
use groups::GroupRow;
pub(super) use groups::{Trend, called, trend};
use status::Status;
use sure::Worked;
use today::Today;
use wants::Fix;
pub(super) use wants::WantsChart;

/// Everything the first page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Front {
    status: Status,
    /// What to do today, three cards at most; empty where something has to be put right first.
    today: Vec<Today>,
    groups: Vec<GroupRow>,
    /// Whether there are so many groups that their table is set smaller.
    dense: bool,
    changes: Vec<Change>,
    pub(super) wants: Option<WantsChart>,
    fixes: Vec<Fix>,
    worked: Vec<Worked>,
    sure: Vec<Saying>,
}

/// The first page of a night.
pub(super) fn front(input: &ReportInput<'_>) -> Front {
    let status = status::status(input);
    Front {
        today: if status.is_red() { Vec::new() } else { today::today(input) },
        groups: groups::rows(input),
        dense: groups::is_dense(input),
        changes: changes::changes(input),
        wants: wants::chart(input),
        fixes: wants::fixes(input),
        worked: sure::worked(input),
        sure: sure::sure(input),
        status,
    }
}
