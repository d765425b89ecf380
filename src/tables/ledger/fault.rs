//! Faults, counted by column and code, with what is needed to mend them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::RejectCode;

/// Most places that are listed of one fault, the first by file and row: per table, column, code and scope. Counts are exact
/// beyond it.
pub const LISTED: usize = 10_000;

/// What a fault cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The row.
    Row,
    /// The cell only: it is absent, or a protective flag counts as set.
    Cell,
}

impl Scope {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Cell => "cell",
        }
    }
}

/// How often one thing was wrong with one column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FaultCount {
    /// Column of the source; empty for faults of the whole row.
    pub column: String,
    /// What was wrong.
    pub code: RejectCode,
    /// What it cost.
    pub scope: Scope,
    /// How often. Exact, whatever the number listed row by row.
    pub count: u64,
    /// What such cells look like: up to three masks, the most frequent first. Empty for absent cells and whole rows.
    pub shapes: Vec<CellShape>,
    /// What cells may be meant as: words for nothing, numbers that count time, orders of day and month; see [`CellForm`].
    pub forms: BTreeMap<CellForm, u64>,
    /// Numbers off the scale over all answers of the table, the most frequent first, where they are few.
    pub off_codes: Vec<String>,
}

/// The look of a cell: digits as 9, letters as A and a, at most 20 characters. Never the cell itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellShape {
    /// The mask, such as `9999-99-99`.
    pub shape: String,
    /// Cells that look so.
    pub count: u64,
}

/// What a cell at fault may be meant as. None of these is guessed while reading: each has a cure that says how to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CellForm {
    /// Days since the end of 1899, as spreadsheets count them: 46123.
    SpreadsheetDays,
    /// Seconds since 1970.
    Seconds,
    /// Thousandths of a second since 1970.
    Millis,
    /// Millionths of a second since 1970.
    Micros,
    /// Billionths of a second since 1970.
    Nanos,
    /// Eight digits that are a day: 20261102.
    EightDigits,
    /// Day and month before the year, and only the day can come first.
    DayFirst,
    /// Day and month before the year, and only the month can come first.
    MonthFirst,
    /// Day and month before the year, and either may come first.
    EitherFirst,
    /// A year of two digits behind day and month, or one before the year 1000: what a year of two digits becomes where it is read
    /// as one of four.
    ShortYear,
    /// A word for nothing, such as `NULL`, or the day 0000-00-00.
    Nothing,
}
