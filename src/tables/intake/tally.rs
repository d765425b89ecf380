//! Counting, while rows stream by on several tasks, what becomes of them. Nothing here depends on the order in which
//! tasks report: counts add up, and of the faults the first by file and row are the ones kept for the list.

use std::collections::{BTreeMap, BinaryHeap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::ledger::{ColumnCells, FaultCount, FileCount, LISTED, RejectCode, Scope, TableLedger};
use super::super::source::{RowFaults, Source};
use super::super::spec::TableName;
use super::evidence::{Evidence, Shapes};

/// The id that shops give to whoever orders without an account.
pub(super) const GUEST: &str = "0";

/// What tasks note about ids, by these words.
pub(super) const CAPITALS: &str = "ids_with_capitals";
pub(super) const SMALL_LETTERS: &str = "ids_with_small_letters";
/// Ids written as the text of a spreadsheet, `="00123"`.
pub(super) const AS_TEXT: &str = "ids_as_text";
/// Cells that hold NaN.
pub(super) const NAN: &str = "nan";
/// Amounts written with the other decimal sign than the configured one.
pub(super) const OTHER_DECIMAL: &str = "other_decimal";
/// Customers since more than a century ago, and customers from a day more than a year away.
pub(super) const LONG_AGO: &str = "since_long_ago";
pub(super) const FAR_AWAY: &str = "since_far_away";

/// Number of a file over all sources, in order of source and path.
pub(super) type FileId = u32;

/// Stands for rows made by SQL that does not say where they come from.
pub(super) const NO_FILE: FileId = (1 << 20) - 1;

/// Every file of every source, numbered.
#[derive(Debug)]
pub(super) struct FileRegistry {
    files: Vec<(String, String)>,
    first: BTreeMap<String, FileId>,
    by_path: BTreeMap<String, FileId>,
}

impl FileRegistry {
    /// Numbers the files of `sources`, which come in order of name.
    pub(super) fn new<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Self {
        let (mut files, mut first, mut by_path) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        for source in sources {
            first.insert(source.name().to_owned(), files.len() as FileId);
            for file in 0..source.n_files() {
                let path = source.shown(file).to_owned();
                by_path.entry(path.clone()).or_insert(files.len() as FileId);
                files.push((source.name().to_owned(), path));
            }
        }
        Self { files, first, by_path }
    }

    /// The number of a file of a source.
    pub(super) fn id(&self, source: &str, file: usize) -> FileId {
        self.first.get(source).map_or(NO_FILE, |first| (first + file as FileId).min(NO_FILE))
    }

    /// The number of the file with this path; where two sources share it, the first source's.
    pub(super) fn by_path(&self, path: &str) -> FileId {
        self.by_path.get(path).map_or(NO_FILE, |&file| file.min(NO_FILE))
    }

    /// Source and path of a file; empty for rows without one.
    pub(super) fn name(&self, id: FileId) -> (&str, &str) {
        self.files.get(id as usize).map_or(("", ""), |(source, path)| (source, path))
    }
}

/// A fault at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FaultKey {
    pub(super) column: String,
    pub(super) code: RejectCode,
    pub(super) scope: Scope,
}

/// A listed fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) file: FileId,
    pub(super) row: u64,
    pub(super) key: FaultKey,
}

/// How often one fault was met, and where first.
#[derive(Debug, Default)]
pub(super) struct Fault {
    count: u64,
    /// The largest on top, so that a smaller one can take its place.
    first: BinaryHeap<(FileId, u64)>,
    /// What the cells look like.
    pub(super) evidence: Evidence,
}

impl Fault {
    /// One more.
    pub(super) fn add(&mut self, file: FileId, row: u64) {
        self.count += 1;
        self.list(file, row);
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        other.first.into_iter().for_each(|(file, row)| self.list(file, row));
        self.evidence.merge(other.evidence);
    }

    fn list(&mut self, file: FileId, row: u64) {
        if self.first.len() < LISTED {
            self.first.push((file, row));
        } else if self.first.peek().is_some_and(|last| (file, row) < *last) {
            self.first.pop();
            self.first.push((file, row));
        }
    }
}

/// Rows of one id, where they stand and how many there are in each file.
#[derive(Debug, Default)]
pub(super) struct Guests {
    fault: Fault,
    files: BTreeMap<FileId, u64>,
}

impl Guests {
    /// One more row.
    pub(super) fn add(&mut self, file: FileId, row: u64) {
        self.fault.add(file, row);
        *self.files.entry(file).or_default() += 1;
    }

    fn merge(&mut self, other: Self) {
        self.fault.merge(other.fault);
        for (file, n) in other.files {
            *self.files.entry(file).or_default() += n;
        }
    }
}

/// A column that is mapped: canonical name, then the source's.
pub(super) type ColumnKey = (String, String);

/// Cells of one column; see [`ColumnCells`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CellCount {
    pub(super) answers: bool,
    pub(super) read: u64,
    pub(super) missing: u64,
    pub(super) unreadable: u64,
    pub(super) off_scale: u64,
}

impl CellCount {
    /// Takes back what [`CellCount::bad`] has counted.
    pub(super) fn take_back(&mut self, code: RejectCode) {
        let mut one = Self::default();
        one.bad(code);
        self.read -= one.read;
        self.missing -= one.missing;
        self.unreadable -= one.unreadable;
        self.off_scale -= one.off_scale;
    }

    /// A cell at fault. What is absent was not read.
    pub(super) fn bad(&mut self, code: RejectCode) {
        match code {
            RejectCode::Missing | RejectCode::NothingId => self.missing += 1,
            RejectCode::OffScale | RejectCode::OutOfRange => {
                self.read += 1;
                self.off_scale += 1;
            }
            _ => {
                self.read += 1;
                self.unreadable += 1;
            }
        }
    }

    /// Adds what was counted elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        self.answers |= other.answers;
        self.read += other.read;
        self.missing += other.missing;
        self.unreadable += other.unreadable;
        self.off_scale += other.off_scale;
    }
}

/// What one task has counted; merged into its table's [`Tally`] when the task is done.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Accepted and rejected rows by file.
    files: BTreeMap<FileId, (u64, u64)>,
    faults: BTreeMap<FaultKey, Fault>,
    columns: BTreeMap<ColumnKey, CellCount>,
    /// Rows handed on whose customer is [`GUEST`], by column: until all rows are counted nobody knows whether these are guests.
    guests: BTreeMap<String, Guests>,
    /// What the ids of customers look like.
    id_shapes: Shapes,
    set_aside: BTreeMap<&'static str, u64>,
    noted: BTreeMap<&'static str, u64>,
}

impl Counts {
    /// Rows of a file that passed and that did not.
    pub(super) fn rows(&mut self, file: FileId, accepted: u64, rejected: u64) {
        let counts = self.files.entry(file).or_default();
        counts.0 += accepted;
        counts.1 += rejected;
    }

    /// A fault; a rejected row is also to be counted by [`Counts::rows`].
    pub(super) fn fault(&mut self, key: FaultKey, file: FileId, row: u64) {
        self.faults.entry(key).or_default().add(file, row);
    }

    /// Faults counted elsewhere.
    pub(super) fn faults(&mut self, key: FaultKey, fault: Fault) {
        self.faults.entry(key).or_default().merge(fault);
    }

    /// Rows whose customer is [`GUEST`], `column` the one that says so.
    pub(super) fn guests(&mut self, column: String, guests: Guests) {
        self.guests.entry(column).or_default().merge(guests);
    }

    /// What ids of customers look like.
    pub(super) fn id_shapes(&mut self, shapes: Shapes) {
        self.id_shapes.merge(shapes);
    }

    /// Cells of a column.
    pub(super) fn cells(&mut self, key: ColumnKey, cells: &CellCount) {
        self.columns.entry(key).or_default().merge(cells);
    }

    /// Accepted rows that the rule sets aside.
    pub(super) fn set_aside(&mut self, rule: &'static str, n: u64) {
        if n > 0 {
            *self.set_aside.entry(rule).or_default() += n;
        }
    }

    /// Something else worth a count.
    pub(super) fn noted(&mut self, topic: &'static str, n: u64) {
        if n > 0 {
            *self.noted.entry(topic).or_default() += n;
        }
    }

    fn merge(&mut self, other: Self) {
        for (file, (accepted, rejected)) in other.files {
            self.rows(file, accepted, rejected);
        }
        for (key, fault) in other.faults {
            self.faults(key, fault);
        }
        for (key, cells) in other.columns {
            self.cells(key, &cells);
        }
        self.id_shapes(other.id_shapes);
        for (column, guests) in other.guests {
            self.guests(column, guests);
        }
        for (rule, n) in other.set_aside {
            self.set_aside(rule, n);
        }
        for (topic, n) in other.noted {
            self.noted(topic, n);
        }
    }
}

/// The counts of one canonical table, shared by the tasks that read it.
#[derive(Debug)]
pub(super) struct Tally {
    table: TableName,
    registry: Arc<FileRegistry>,
    counts: Mutex<Counts>,
}

impl Tally {
    pub(super) fn new(table: TableName, registry: Arc<FileRegistry>) -> Self {
        Self { table, registry, counts: Mutex::new(Counts::default()) }
    }

    /// The files whose numbers are used.
    pub(super) fn registry(&self) -> &Arc<FileRegistry> {
        &self.registry
    }

    /// Adds what a task has counted.
    pub(super) fn add(&self, counts: Counts) {
        self.lock().merge(counts);
    }

    /// Turns rows that were counted as accepted into rejected ones: what only a look at several rows can tell.
    pub(super) fn reject(&self, key: &FaultKey, rows: impl IntoIterator<Item = (FileId, u64)>) {
        let mut counts = self.lock();
        for (file, row) in rows {
            if let Some(own) = counts.files.get_mut(&file) {
                own.0 = own.0.saturating_sub(1);
                own.1 += 1;
            }
            counts.fault(key.clone(), file, row);
        }
    }

    /// Turns rows of the id 0 into rejected ones if it has more than the share `limit` of at least `least` rows; `true` = it
    /// has. To be asked when all rows were counted.
    pub(super) fn reject_guests(&self, least: u64, limit: f64) -> bool {
        let mut counts = self.lock();
        let accepted: u64 = counts.files.values().map(|(accepted, _)| accepted).sum();
        let rows = accepted.saturating_sub(counts.set_aside.values().sum());
        let of_guests: u64 = counts.guests.values().map(|guests| guests.fault.count).sum();
        if rows < least || of_guests as f64 <= limit * rows as f64 {
            return false;
        }
        for (column, guests) in std::mem::take(&mut counts.guests) {
            for (file, n) in guests.files {
                if let Some(own) = counts.files.get_mut(&file) {
                    own.0 = own.0.saturating_sub(n);
                    own.1 += n;
                }
            }
            counts.faults(FaultKey { column, code: RejectCode::GuestId, scope: Scope::Row }, guests.fault);
        }
        true
    }

    /// Whether rows were rejected as those of guests.
    pub(super) fn has_guests(&self) -> bool {
        self.lock().faults.keys().any(|key| key.code == RejectCode::GuestId)
    }

    /// The ledger of the table.
    pub(super) fn ledger(&self) -> TableLedger {
        let counts = self.lock();
        let mut files: Vec<FileCount> = Vec::with_capacity(counts.files.len());
        for (&id, &(accepted, rejected)) in &counts.files {
            let (source, file) = self.registry.name(id);
            let (source, file) = (source.to_owned(), file.to_owned());
            files.push(FileCount { source, file, read: accepted + rejected, accepted, rejected });
        }
        // Codes such as 98 and 99 are those of a survey, not of one question.
        let mut off_scale = Evidence::default();
        let of_scale = counts.faults.iter().filter(|(key, _)| key.code == RejectCode::OffScale);
        of_scale.for_each(|(_, fault)| off_scale.merge(fault.evidence.clone()));
        let off_codes = |code| if code == RejectCode::OffScale { off_scale.off_codes() } else { Vec::new() };
        let faults = counts.faults.iter().map(|(key, fault)| FaultCount {
            column: key.column.clone(),
            code: key.code,
            scope: key.scope,
            count: fault.count,
            shapes: fault.evidence.shapes(),
            forms: fault.evidence.forms().clone(),
            off_codes: off_codes(key.code),
        });
        let columns = counts.columns.iter().map(|((canonical, column), cells)| ColumnCells {
            column: column.clone(),
            canonical: canonical.clone(),
            answers: cells.answers,
            read: cells.read,
            missing: cells.missing,
            unreadable: cells.unreadable,
            off_scale: cells.off_scale,
        });
        let cells =
            counts.faults.iter().filter(|(key, _)| key.scope == Scope::Cell).map(|(_, fault)| fault.count).sum();
        TableLedger {
            table: self.table,
            read: files.iter().map(|file| file.read).sum(),
            accepted: files.iter().map(|file| file.accepted).sum(),
            rejected: files.iter().map(|file| file.rejected).sum(),
            bad_cells: cells,
            set_aside: counts.set_aside.clone(),
            faults: faults.collect(),
            columns: columns.collect(),
            files,
        }
    }

    /// Accepted rows whose id does not look like that of the most.
    pub(super) fn ids_unlike_most(&self) -> u64 {
        let counts = self.lock();
        let accepted: u64 = counts.files.values().map(|(accepted, _)| accepted).sum();
        let most = counts.id_shapes.most();
        if most == 0 { 0 } else { accepted.saturating_sub(most) }
    }

    /// How often something else was noted.
    pub(super) fn times(&self, topic: &str) -> u64 {
        self.lock().noted.get(topic).copied().unwrap_or(0)
    }

    /// The listed faults in order of file, row and column.
    pub(super) fn listed(&self) -> Vec<Listed> {
        let counts = self.lock();
        let mut listed = Vec::new();
        for (key, fault) in &counts.faults {
            listed.extend(fault.first.iter().map(|&(file, row)| Listed { file, row, key: key.clone() }));
        }
        listed.sort_by(|a, b| (a.file, a.row, &a.key).cmp(&(b.file, b.row, &b.key)));
        listed
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        // Counts are whole after every statement: a panic elsewhere does not spoil them.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RowFaults for Tally {
    fn left_out(&self, source: &str, file: usize, row: u64, code: RejectCode) {
        let file = self.registry.id(source, file);
        let mut counts = self.lock();
        counts.rows(file, 0, 1);
        counts.fault(FaultKey { column: String::new(), code, scope: Scope::Row }, file, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(column: &str) -> FaultKey {
        FaultKey { column: column.to_owned(), code: RejectCode::OffScale, scope: Scope::Cell }
    }

    fn tally() -> Tally {
        let registry = FileRegistry { files: Vec::new(), first: BTreeMap::new(), by_path: BTreeMap::new() };
        Tally::new(TableName::Ratings, Arc::new(registry))
    }

    #[test]
    fn the_first_faults_are_listed_whoever_reports_first() {
        let list = |order: &[u64]| {
            let tally = tally();
            for &start in order {
                let mut counts = Counts::default();
                for row in start..start + 8_000 {
                    counts.fault(key("Q1"), 0, row);
                }
                tally.add(counts);
            }
            (tally.listed(), tally.ledger().bad_cells)
        };
        let (listed, count) = list(&[8_000, 0]);
        assert_eq!(count, 16_000);
        assert_eq!(listed.len(), LISTED);
        assert_eq!(listed.last().expect("some").row, LISTED as u64 - 1);
        assert_eq!(list(&[0, 8_000]).0, listed);
    }

    #[test]
    fn rejecting_an_accepted_row_moves_it_and_keeps_the_sum() {
        let tally = tally();
        let mut counts = Counts::default();
        counts.rows(0, 3, 0);
        tally.add(counts);
        tally.reject(&key("id"), [(0, 1), (0, 2)]);
        let ledger = tally.ledger();
        assert_eq!((ledger.read, ledger.accepted, ledger.rejected), (3, 1, 2));
        assert!(ledger.adds_up());
    }
}
