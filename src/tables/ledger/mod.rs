//! What became of every row that was read: read = accepted + rejected, per table and per file, with reasons.

use std::collections::BTreeMap;

use serde::Serialize;

use super::spec::TableName;

mod cells;
mod cure;
mod fault;
mod reject;

pub use cells::ColumnCells;
pub use cure::DayOrder;
pub use fault::{CellForm, CellShape, FaultCount, LISTED, Scope};
pub use reject::RejectCode;

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
    /// Cells read and not usable, per column that was mapped; in order of canonical name, then of column.
    pub columns: Vec<ColumnCells>,
}

/// Largest share of rows that may be headings put between files. A third: files of two rows each and their headings. Our judgment.
const MOST_HEADINGS: f64 = 1.0 / 3.0;

/// Headings that say nothing, whatever their share: a small export has three lines of them. Our judgment.
const FEW_HEADINGS: u64 = 10;

impl TableLedger {
    /// Rows rejected that may have been about a customer: all but repeated lines of headings and guests, who belong to nobody.
    /// What a gate compares. Where headings are more than ten and more than a third of the rows, the first
    /// line was no line of headings, and what repeats it are rows.
    #[must_use]
    pub fn lost(&self) -> u64 {
        let of = |code: RejectCode| {
            let own = self.faults.iter().filter(|fault| fault.code == code && fault.scope == Scope::Row);
            own.map(|fault| fault.count).sum::<u64>()
        };
        let headings = of(RejectCode::HeaderRepeated);
        let are_rows = headings > FEW_HEADINGS && headings as f64 > MOST_HEADINGS * self.read as f64;
        let headings = if are_rows { 0 } else { headings };
        self.rejected.saturating_sub(headings + of(RejectCode::GuestId))
    }

    /// Share of the rows read that was [lost](Self::lost); 0 where nothing was read.
    #[must_use]
    pub fn rejected_share(&self) -> f64 {
        if self.read == 0 { 0.0 } else { self.lost() as f64 / self.read as f64 }
    }

    /// Columns that hold answers on a scale: what a gate over unreadable answers compares. Other columns of the table, dates
    /// among them, are no answers.
    pub fn answers(&self) -> impl Iterator<Item = &ColumnCells> {
        self.columns.iter().filter(|column| column.answers)
    }

    /// What was wrong with a column, the most frequent fault first.
    #[must_use]
    pub fn faults_of(&self, column: &str) -> Vec<&FaultCount> {
        let mut faults: Vec<&FaultCount> = self.faults.iter().filter(|fault| fault.column == column).collect();
        faults.sort_by(|a, b| b.count.cmp(&a.count).then(a.code.cmp(&b.code)));
        faults
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
        let (bad_cells, set_aside, faults, columns) = (0, BTreeMap::new(), Vec::new(), Vec::new());
        let files = vec![file];
        TableLedger { table: TableName::Orders, read, accepted, rejected, bad_cells, set_aside, files, faults, columns }
    }

    #[test]
    fn a_ledger_that_lost_a_row_does_not_add_up() {
        assert!(ledger(10, 8, 2).adds_up());
        assert!(!ledger(10, 8, 1).adds_up());
    }

    #[test]
    fn repeated_headings_and_guests_are_rejected_and_lose_nothing() {
        let fault = |code, count| FaultCount {
            column: String::new(),
            code,
            scope: Scope::Row,
            count,
            shapes: Vec::new(),
            forms: BTreeMap::new(),
            off_codes: Vec::new(),
        };
        let mut orders = ledger(10, 4, 6);
        orders.faults =
            vec![fault(RejectCode::Missing, 1), fault(RejectCode::HeaderRepeated, 2), fault(RejectCode::GuestId, 3)];
        assert_eq!((orders.rejected, orders.lost()), (6, 1));
        assert!((orders.rejected_share() - 0.1).abs() < 1e-12);
        // Forty of a hundred rows like the first line: it was none of headings.
        (orders.read, orders.rejected, orders.faults[1].count) = (100, 44, 40);
        assert_eq!(orders.lost(), 41);
        (orders.read, orders.rejected, orders.faults[1].count) = (1_000, 44, 40);
        assert_eq!(orders.lost(), 1);
    }

    #[test]
    fn the_gate_sees_the_worst_table_and_an_empty_one_counts_as_clean() {
        let ledger = Ledger { tables: vec![ledger(10, 8, 2), ledger(0, 0, 0)], notes: Vec::new() };
        assert!((ledger.worst_rejected_share() - 0.2).abs() < 1e-12);
        assert!(ledger.adds_up());
    }
}
