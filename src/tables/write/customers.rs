//! `customers`: the decision on each customer with its evidence, written as it comes.

use std::path::Path;

use super::WriteError;
use super::held_customers::{HeldCustomers, KeptProspects};
use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::table_file::TableFile;
use crate::model::plan::Prospect;
use crate::model::rows::{
    Assignment, Basis, CustomerBlock, CustomerFlags, CustomerNeeds, CustomerNight, ScoredBlock, Stay, SuppressedReason,
};
use crate::tables::schema::{CustomerLabels, CustomerRows, CustomerWords, TableId, TableSource as _};

/// Writes `customers`, all but what each customer is next for: plans are made when everybody is known. Memory does not grow
/// with the number of customers.
pub struct CustomersWriter {
    file: TableFile,
    prospects: KeptProspects,
    meta: TableMeta,
    words: CustomerWords,
    order: AscendingIds,
    waiting: WaitingCustomers,
}

/// Rows that do not fill a chunk yet.
#[derive(Default)]
struct WaitingCustomers {
    ids: Vec<String>,
    assignments: Vec<Assignment>,
    basis: Vec<Basis>,
    needs: Vec<CustomerNeeds>,
    value: Vec<Option<f64>>,
    holdout: Vec<bool>,
    suppressed: Vec<Option<SuppressedReason>>,
    flags: Vec<CustomerFlags>,
    nights: Vec<CustomerNight>,
}

impl CustomersWriter {
    /// Creates what is written before plans are made inside `work`, a folder for work.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(work: &Path, meta: &TableMeta, labels: &CustomerLabels<'_>) -> Result<Self, WriteError> {
        let table = TableId::Customers;
        Ok(Self {
            file: HeldCustomers::begin(work, meta)?,
            prospects: KeptProspects::create(work)?,
            meta: meta.clone(),
            words: CustomerWords::new(labels),
            order: AscendingIds::new(table),
            waiting: WaitingCustomers::default(),
        })
    }

    /// Appends a block of any size; ids ascend within and over blocks. What is not known is null.
    ///
    /// # Errors
    /// [`WriteError::Block`], [`WriteError::Order`] or [`WriteError::Label`] for a block that cannot be right; errors
    /// of the disk.
    pub fn write(
        &mut self,
        customers: &CustomerBlock,
        scored: &ScoredBlock,
        nights: &[CustomerNight],
        prospects: &[Prospect],
    ) -> Result<(), WriteError> {
        let Self { file, words, order, waiting, prospects: kept, .. } = self;
        let rows = rows_of(customers, scored, nights, words)?;
        if prospects.len() != rows.ids.len() {
            let (customers, scored) = (rows.ids.len(), prospects.len());
            return Err(WriteError::Block { table: TableId::Customers.slug(), customers, scored });
        }
        check(words, rows.assignments)?;
        check_stays(words, nights)?;
        order.check(rows.ids)?;
        kept.keep(&customers.ids, &customers.flags, prospects)?;
        let mut from = 0;
        while from < rows.ids.len() {
            let take = (CHUNK_ROWS - waiting.ids.len()).min(rows.ids.len() - from);
            let part = span(rows, from, take);
            if take == CHUNK_ROWS {
                encode(file, part)?;
            } else {
                waiting.push(part);
                if waiting.ids.len() == CHUNK_ROWS {
                    encode(file, std::mem::take(waiting).rows(words))?;
                }
            }
            from += take;
        }
        Ok(())
    }

    /// Writes what waits. The table is complete with [`HeldCustomers::complete`].
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn finish(mut self) -> Result<HeldCustomers, WriteError> {
        encode(&mut self.file, self.waiting.rows(&self.words))?;
        HeldCustomers::of(self.file, self.prospects, self.meta, self.words)
    }
}

/// The declaration is made anew for each chunk: some sixty constants beside functions without state.
fn encode(file: &mut TableFile, rows: CustomerRows<'_>) -> Result<(), WriteError> {
    let table = CustomerRows::table();
    file.append(rows.ids.len(), |i| table.columns()[i].fill().map(|fill| fill(rows)))
}

/// Refuses positions that name nothing.
fn check(words: &CustomerWords, assignments: &[Assignment]) -> Result<(), WriteError> {
    let (segments, indicators) = (words.segments.len(), words.indicators.len());
    for row in assignments {
        for position in [row.segment, row.runner_up, row.raw].into_iter().flatten().map(usize::from) {
            within("segments", position, segments)?;
        }
        for position in row.reasons.iter().chain([&row.reason_against]).flatten().map(|i| usize::from(*i)) {
            within("indicators", position, indicators)?;
        }
    }
    Ok(())
}

/// Refuses stays in segments nobody has heard of.
fn check_stays(words: &CustomerWords, nights: &[CustomerNight]) -> Result<(), WriteError> {
    let pending = |stay: &Stay| stay.pending.map(|(place, _)| place);
    let places = nights.iter().flat_map(|night| [night.stay.previous, pending(&night.stay)]).flatten();
    places.map(usize::from).try_for_each(|place| within("segments", place, words.segments.len()))
}

fn within(what: &'static str, position: usize, known: usize) -> Result<(), WriteError> {
    if position < known {
        return Ok(());
    }
    Err(WriteError::Label { table: TableId::Customers.slug(), what, position, known })
}

impl WaitingCustomers {
    fn push(&mut self, rows: CustomerRows<'_>) {
        self.ids.extend_from_slice(rows.ids);
        self.assignments.extend_from_slice(rows.assignments);
        self.basis.extend_from_slice(rows.basis);
        self.needs.extend_from_slice(rows.needs);
        self.value.extend_from_slice(rows.value);
        self.holdout.extend_from_slice(rows.holdout);
        self.suppressed.extend_from_slice(rows.suppressed);
        self.flags.extend_from_slice(rows.flags);
        self.nights.extend_from_slice(rows.nights);
    }

    fn rows<'a>(&'a self, words: &'a CustomerWords) -> CustomerRows<'a> {
        CustomerRows {
            ids: &self.ids,
            assignments: &self.assignments,
            basis: &self.basis,
            needs: &self.needs,
            value: &self.value,
            holdout: &self.holdout,
            suppressed: &self.suppressed,
            flags: &self.flags,
            nights: &self.nights,
            next: &[],
            words,
        }
    }
}

fn rows_of<'a>(
    customers: &'a CustomerBlock,
    scored: &'a ScoredBlock,
    nights: &'a [CustomerNight],
    words: &'a CustomerWords,
) -> Result<CustomerRows<'a>, WriteError> {
    let rows = customers.len();
    let parts = [
        scored.assignments.len(),
        scored.basis.len(),
        scored.needs.len(),
        scored.holdout.len(),
        scored.suppressed.len(),
        customers.value_365d.len(),
        customers.flags.len(),
        nights.len(),
    ];
    if let Some(wrong) = parts.into_iter().find(|part| *part != rows) {
        return Err(WriteError::Block { table: TableId::Customers.slug(), customers: rows, scored: wrong });
    }
    Ok(CustomerRows {
        ids: &customers.ids,
        assignments: &scored.assignments,
        basis: &scored.basis,
        needs: &scored.needs,
        value: &customers.value_365d,
        holdout: &scored.holdout,
        suppressed: &scored.suppressed,
        flags: &customers.flags,
        nights,
        next: &[],
        words,
    })
}

fn span(rows: CustomerRows<'_>, from: usize, take: usize) -> CustomerRows<'_> {
    let span = from..from + take;
    CustomerRows {
        ids: &rows.ids[span.clone()],
        assignments: &rows.assignments[span.clone()],
        basis: &rows.basis[span.clone()],
        needs: &rows.needs[span.clone()],
        value: &rows.value[span.clone()],
        holdout: &rows.holdout[span.clone()],
        suppressed: &rows.suppressed[span.clone()],
        flags: &rows.flags[span.clone()],
        nights: &rows.nights[span],
        next: &[],
        words: rows.words,
    }
}
