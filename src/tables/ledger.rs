//! What became of every row that was read: read = accepted + rejected, per table and per file, with reasons.

use std::collections::BTreeMap;

use serde::Serialize;

use super::spec::TableName;

/// Why a row was rejected or a cell left absent. Codes are stable; a code is never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RejectCode {
    /// A required value is absent.
    Missing,
    /// Not a number.
    NotANumber,
    /// Neither yes nor no.
    NotAFlag,
    /// An answer outside its scale.
    OffScale,
    /// Not a date or time in the expected form.
    NotADate,
    /// Not one of the 30 elements.
    UnknownElement,
    /// Neither importance nor fulfillment.
    UnknownAspect,
    /// Not one of the allowed words.
    UnknownWord,
    /// Not an attitude question.
    UnknownQuestion,
    /// A number outside the column's range.
    OutOfRange,
    /// Infinite or not a number at all.
    NotFinite,
    /// Two rows of one customer that disagree.
    Conflict,
    /// A number with decimals where an id belongs.
    NotAnId,
    /// A line with too many or too few fields.
    FieldCount,
    /// Bytes that are not valid in the encoding.
    NotUtf8,
    /// A line that is not one JSON object.
    NotAnObject,
    /// A cell of more than 1 MiB.
    CellTooLong,
}

impl RejectCode {
    /// Every code, ascending.
    pub const ALL: [Self; 17] = [
        Self::Missing,
        Self::NotANumber,
        Self::NotAFlag,
        Self::OffScale,
        Self::NotADate,
        Self::UnknownElement,
        Self::UnknownAspect,
        Self::UnknownWord,
        Self::UnknownQuestion,
        Self::OutOfRange,
        Self::NotFinite,
        Self::Conflict,
        Self::NotAnId,
        Self::FieldCount,
        Self::NotUtf8,
        Self::NotAnObject,
        Self::CellTooLong,
    ];

    /// Stable code, `R0101` and up.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "R0101",
            Self::NotANumber => "R0102",
            Self::NotAFlag => "R0103",
            Self::OffScale => "R0104",
            Self::NotADate => "R0105",
            Self::UnknownElement => "R0106",
            Self::UnknownAspect => "R0107",
            Self::UnknownWord => "R0108",
            Self::UnknownQuestion => "R0109",
            Self::OutOfRange => "R0110",
            Self::NotFinite => "R0111",
            Self::Conflict => "R0112",
            Self::NotAnId => "R0113",
            Self::FieldCount => "R0121",
            Self::NotUtf8 => "R0122",
            Self::NotAnObject => "R0123",
            Self::CellTooLong => "R0124",
        }
    }

    /// Short kind, as in files.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::NotANumber => "not_a_number",
            Self::NotAFlag => "not_a_flag",
            Self::OffScale => "off_scale",
            Self::NotADate => "not_a_date",
            Self::UnknownElement => "unknown_element",
            Self::UnknownAspect => "unknown_aspect",
            Self::UnknownWord => "unknown_word",
            Self::UnknownQuestion => "unknown_question",
            Self::OutOfRange => "out_of_range",
            Self::NotFinite => "not_finite",
            Self::Conflict => "conflicting_duplicate",
            Self::NotAnId => "not_an_id",
            Self::FieldCount => "wrong_number_of_fields",
            Self::NotUtf8 => "not_utf8",
            Self::NotAnObject => "not_a_json_object",
            Self::CellTooLong => "cell_too_long",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Missing => "a required value is absent",
            Self::NotANumber => "not a number",
            Self::NotAFlag => "neither yes nor no",
            Self::OffScale => "an answer outside its scale",
            Self::NotADate => "not a date or time in the expected form",
            Self::UnknownElement => "not one of the 30 elements",
            Self::UnknownAspect => "neither importance nor fulfillment",
            Self::UnknownWord => "not one of the allowed words",
            Self::UnknownQuestion => "not a known attitude question",
            Self::OutOfRange => "a number outside the range of its column",
            Self::NotFinite => "infinite, or not a number",
            Self::Conflict => "rows of one customer that disagree",
            Self::NotAnId => "a number with decimals where an id belongs",
            Self::FieldCount => "a line with too many or too few fields",
            Self::NotUtf8 => "bytes that are not valid in the encoding",
            Self::NotAnObject => "a line that is not one JSON object",
            Self::CellTooLong => "a cell of more than 1 MiB",
        }
    }

    /// One thing to do about it.
    #[must_use]
    pub fn to_do(self) -> &'static str {
        match self {
            Self::Missing => "fill the column at its origin, or leave such rows out by `query`",
            Self::NotANumber | Self::NotFinite => {
                "correct the cells at their origin, or list what stands for \"no value\" in `nulls`"
            }
            Self::NotAFlag => "write yes or no, true or false, 1 or 0; until then the careful reading counts",
            Self::OffScale => "correct the answers, or the `scale` of the table",
            Self::NotADate => "write dates as 2026-11-21, with or without a time",
            Self::UnknownElement => "use the ids that `valueseg explain element` knows, or map the column in `wide`",
            Self::UnknownAspect => "write importance or fulfillment",
            Self::UnknownWord => "use one of the words that `valueseg schema tables` lists for the column",
            Self::UnknownQuestion => "use the question ids of `valueseg schema tables`",
            Self::OutOfRange => "correct the cells; `valueseg schema tables` gives the range",
            Self::Conflict => "keep one row per customer, for instance the newest, by `query`",
            Self::NotAnId => "map the column that holds the customer number as whole numbers or text",
            Self::FieldCount => "quote fields that hold the delimiter, or correct the cut-off line",
            Self::NotUtf8 => "set `encoding` of the source, for instance windows-1252",
            Self::NotAnObject => "write one JSON object a line",
            Self::CellTooLong => "look for a quote that is never closed",
        }
    }
}

impl Serialize for RejectCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

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
}

/// Rows of one file that went into one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileCount {
    /// Key under `[sources]`; empty for rows made by SQL that does not select `_file`.
    pub source: String,
    /// The file, relative to the configuration; empty as above.
    pub file: String,
    /// Rows read: `accepted + rejected`.
    pub read: u64,
    /// Rows that passed every check, the ones set aside by a rule included.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
}

/// One canonical table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableLedger {
    /// The table.
    pub table: TableName,
    /// Rows read: `accepted + rejected`.
    pub read: u64,
    /// Rows that passed every check.
    pub accepted: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// Cells left absent because they could not be read, in rows that were accepted.
    pub bad_cells: u64,
    /// Accepted rows that a stated rule sets aside (dated after the night, exact copies, erasure requests …), by rule.
    pub set_aside: BTreeMap<&'static str, u64>,
    /// Per file, in order of source and path.
    pub files: Vec<FileCount>,
    /// Per column and code.
    pub faults: Vec<FaultCount>,
}

impl TableLedger {
    /// Share of the rows read that was rejected; 0 where nothing was read.
    #[must_use]
    pub fn rejected_share(&self) -> f64 {
        if self.read == 0 { 0.0 } else { self.rejected as f64 / self.read as f64 }
    }

    /// Whether rows read = accepted + rejected, for the table, for each file, and between them.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let sum = |count: fn(&FileCount) -> u64| self.files.iter().map(count).sum::<u64>();
        self.read == self.accepted + self.rejected
            && self.files.iter().all(|file| file.read == file.accepted + file.rejected)
            && sum(|file| file.read) == self.read
            && sum(|file| file.rejected) == self.rejected
    }
}

impl Note {
    /// Whether it is a doubt about answers that a reader of any figure must know: a scale, or an item against all others.
    #[must_use]
    pub fn is_doubt(&self) -> bool {
        [SCALE, ITEMS].contains(&self.topic)
    }
}

/// Topic of doubts about scales.
pub const SCALE: &str = "scale";

/// Topic of what single items have shown against all others.
pub const ITEMS: &str = "items";

/// Something a person should know about the data, in a sentence. Holds counts and column names, never a value or id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The table it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<TableName>,
    /// Stable word for what it is: `orphans`, `scale_hint`, `copies` …
    pub topic: &'static str,
    /// How many rows, answers or customers.
    pub count: u64,
    /// The sentence.
    pub text: String,
}

/// What became of every row of a night's inputs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// The tables that were given, in the order of [`TableName::ALL`].
    pub tables: Vec<TableLedger>,
    /// What a person should know.
    pub notes: Vec<Note>,
}

impl Ledger {
    /// The ledger of a table that was given.
    #[must_use]
    pub fn table(&self, table: TableName) -> Option<&TableLedger> {
        self.tables.iter().find(|ledger| ledger.table == table)
    }

    /// Rows read over all tables.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.tables.iter().map(|table| table.read).sum()
    }

    /// Rows rejected over all tables.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.tables.iter().map(|table| table.rejected).sum()
    }

    /// The largest share of rejected rows of a table, 0 where nothing was read: what a gate compares.
    #[must_use]
    pub fn worst_rejected_share(&self) -> f64 {
        self.tables.iter().map(TableLedger::rejected_share).fold(0.0, f64::max)
    }

    /// Whether every table's rows add up.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        self.tables.iter().all(TableLedger::adds_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(read: u64, accepted: u64, rejected: u64) -> TableLedger {
        let file = FileCount { source: "crm".to_owned(), file: "a.csv".to_owned(), read, accepted, rejected };
        let (bad_cells, set_aside, faults) = (0, BTreeMap::new(), Vec::new());
        let files = vec![file];
        TableLedger { table: TableName::Orders, read, accepted, rejected, bad_cells, set_aside, files, faults }
    }

    #[test]
    fn a_ledger_that_lost_a_row_does_not_add_up() {
        assert!(ledger(10, 8, 2).adds_up());
        assert!(!ledger(10, 8, 1).adds_up());
    }

    #[test]
    fn the_gate_sees_the_worst_table_and_an_empty_one_counts_as_clean() {
        let ledger = Ledger { tables: vec![ledger(10, 8, 2), ledger(0, 0, 0)], notes: Vec::new() };
        assert!((ledger.worst_rejected_share() - 0.2).abs() < 1e-12);
        assert!(ledger.adds_up());
    }
}
