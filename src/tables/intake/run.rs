//! The intake of a night, from request to customer rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::arrow::array::RecordBatch;

use super::super::figures::{Figures, Mixes};
use super::super::ledger::Ledger;
use super::super::source::Source;
use super::super::spec::TableName;
use super::base::JoinBase;
use super::blocks::{Blocks, HOUSEHOLD, Layout, WISH};
use super::buyers::BuyerSpread;
use super::contacts::ContactReader;
use super::coverage::{Coverage, OrphanCount};
use super::crowd::case_twins;
use super::engine::with_stack;
use super::error::IntakeError;
use super::excluded::ADDRESSES;
use super::figures::Counted;
use super::hear::{Heard, hear};
use super::histories::{Events, Histories};
use super::households::Households;
use super::items::{Settled, look_at_items};
use super::orphans::Orphans;
use super::pace::{OrderPace, channel_lines};
use super::prepare::{IntakeRequest, Prepared, ReadFile, check_signals, check_tables};
use super::rows::Join;
use super::scratch::{GROUP_ROWS, ScratchTable};
use super::signals::MissingSignal;
use super::stage::{Stage, Staged};
use super::tally::{CAPITALS, Listed, SMALL_LETTERS};
use super::weights::Weights;
use super::wish::HistoryWish;
use super::{notes, rejects};
use crate::model::customer::listening::Listener;
use crate::model::rows::{BLOCK_ROWS, MAX_SIGNALS, Sources};

/// One row per customer, on scratch, and everything known about how it came to be.
pub struct Intake {
    ledger: Ledger,
    inputs: Vec<ReadFile>,
    sources: Vec<Arc<Source>>,
    signal_ids: Vec<String>,
    missing_signals: Vec<MissingSignal>,
    coverage: Coverage,
    rejects: Option<PathBuf>,
    layout: Layout,
    customers: ScratchTable,
    /// Customers who are known and not kept.
    excluded: Vec<ScratchTable>,
    rows: Vec<(Range<usize>, ScratchTable)>,
    tables: BTreeMap<TableName, ScratchTable>,
    histories: Events,
    /// Zone, day since 1970 and first moment after the night.
    night: (Tz, i32, i64),
    /// Memory of the whole job, bytes.
    memory_limit: u64,
}

impl Intake {
    /// What became of every row read.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The files read, in order of source and path.
    #[must_use]
    pub fn inputs(&self) -> &[ReadFile] {
        &self.inputs
    }

    /// Looks once more whether every file is still the one that was read.
    ///
    /// # Errors
    /// [`IntakeError::Source`] that says which has changed and how.
    pub fn check_unchanged(&self) -> Result<(), IntakeError> {
        Ok(self.sources.iter().try_for_each(|source| source.check_unchanged())?)
    }

    /// Ids of the signals in the blocks, in their order: those of the catalogue that could be computed, then `own_…`.
    #[must_use]
    pub fn signal_ids(&self) -> &[String] {
        &self.signal_ids
    }

    /// Catalogue signals that could not be computed, and what is missing for each.
    #[must_use]
    pub fn missing_signals(&self) -> &[MissingSignal] {
        &self.missing_signals
    }

    /// Customers in the blocks.
    #[must_use]
    pub fn n_customers(&self) -> u64 {
        self.customers.rows()
    }

    /// Blocks there are: all of [`BLOCK_ROWS`] customers but the last.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        usize::try_from(self.customers.rows()).unwrap_or(usize::MAX).div_ceil(BLOCK_ROWS)
    }

    /// How much is known about how many.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The list of rejected rows and unreadable cells, a Parquet file; `None` = there are none.
    #[must_use]
    pub fn rejects_path(&self) -> Option<&Path> {
        self.rejects.as_deref()
    }

    /// The customers in order of id, block by block. May be called again and again.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed.
    pub fn blocks(&self) -> Result<Blocks<'_>, IntakeError> {
        Blocks::open(&self.layout, &self.customers, &self.rows, 0..self.n_parts())
    }

    /// The same, cut into runs that can be read side by side: `part` of [`Intake::n_parts`]. The blocks of all parts,
    /// one after the other, are those of [`Intake::blocks`].
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed.
    pub fn blocks_of_part(&self, part: usize) -> Result<Blocks<'_>, IntakeError> {
        Blocks::open(&self.layout, &self.customers, &self.rows, part..part + 1)
    }

    /// The customers of a part whose id is `wanted`; of the others only the id is read.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] or [`IntakeError::Engine`] if scratch cannot be read.
    pub fn blocks_of_part_where(&self, part: usize, wanted: impl Fn(&str) -> bool) -> Result<Blocks<'_>, IntakeError> {
        Blocks::open_where(&self.layout, &self.customers, &self.rows, part, wanted)
    }

    /// Runs that [`Intake::blocks_of_part`] can read; each is a few blocks long.
    #[must_use]
    pub fn n_parts(&self) -> usize {
        self.customers.n_groups()
    }

    /// Blocks of a part, by their place among all blocks.
    #[must_use]
    pub fn part_blocks(&self, part: usize) -> Range<usize> {
        let per_part = GROUP_ROWS / BLOCK_ROWS;
        (part * per_part).min(self.n_blocks())..((part + 1) * per_part).min(self.n_blocks())
    }

    /// Text columns of `customers` beside ids and wishes: descriptors.
    #[must_use]
    pub fn descriptor_columns(&self) -> Vec<&str> {
        let fields = self
            .customers
            .columns()
            .fields()
            .iter()
            .skip(1)
            .filter(|field| ![WISH, HOUSEHOLD].contains(&field.name().as_str()))
            .filter(|field| !ADDRESSES.contains(&field.name().as_str()));
        let text = fields.filter(|field| *field.data_type() == datafusion::arrow::datatypes::DataType::Utf8);
        text.map(|field| field.name().as_str()).collect()
    }

    /// `customer_id` and some [descriptor columns](Self::descriptor_columns), row by row beside the blocks. Names
    /// that are not there are left out; columns come in the order of `customers`.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed.
    pub fn descriptors(
        &self,
        names: &[&str],
    ) -> Result<impl Iterator<Item = Result<RecordBatch, IntakeError>> + use<>, IntakeError> {
        let fields = self.customers.columns().fields().iter().enumerate();
        let wanted: Vec<usize> =
            fields.filter(|(i, field)| *i == 0 || names.contains(&field.name().as_str())).map(|(i, _)| i).collect();
        let path = self.customers.path().to_path_buf();
        Ok(self.customers.read(&wanted, None)?.map(move |batch| {
            batch.map_err(|error| IntakeError::Scratch {
                path: path.clone(),
                source: std::io::Error::other(error.to_string()),
            })
        }))
    }

    /// Where the customers can be reached and what they agreed to, in order of id, and the same of customers who are known and
    /// not kept. `None` = no source tells any address.
    #[must_use]
    pub fn contacts(&self) -> Option<ContactReader<'_>> {
        let told = ADDRESSES.iter().any(|name| self.customers.names().contains(*name));
        told.then(|| ContactReader::of(&self.layout, &self.customers, &self.excluded))
    }

    /// What the customers did and were given, to be asked for block by block beside [`Intake::blocks`].
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed.
    pub fn histories(&self, wish: HistoryWish) -> Result<Histories, IntakeError> {
        Histories::open(&self.histories, wish, self.night.0, self.night.1, self.memory_limit)
    }

    /// Which kinds of events there are.
    #[must_use]
    pub fn event_sources(&self) -> Sources {
        let (orders, contacts) = (self.histories.orders.as_ref(), self.histories.interactions.as_ref());
        Sources {
            orders: orders.is_some(),
            rewards: orders.is_some_and(|orders| orders.names().contains("reward_used")),
            deliveries: orders.is_some_and(|orders| orders.names().contains("delivered_at")),
            contacts: contacts.is_some(),
            resolutions: contacts.is_some_and(|contacts| contacts.names().contains("resolved_at")),
            texts: self.histories.heard.is_some(),
            attitudes: !self.coverage.attitudes.is_empty(),
        }
    }

    /// How often the base orders; of nobody's orders where there is no such table. Fails as [`Intake::histories`].
    pub fn order_pace(&self) -> Result<OrderPace, IntakeError> {
        let orders = self.histories.orders.as_ref();
        orders.map_or_else(|| Ok(OrderPace::default()), |orders| OrderPace::of(orders, self.night.2))
    }

    /// Order lines by the word of their channel. Fails alike.
    pub fn order_channels(&self) -> Result<BTreeMap<String, u64>, IntakeError> {
        channel_lines(self.histories.orders.as_ref())
    }

    /// How those who bought are spread over recency, frequency and value; over nobody where there is no such table.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed.
    pub fn buyer_spread(&self) -> Result<BuyerSpread, IntakeError> {
        let orders = self.histories.orders.as_ref();
        orders.map_or_else(|| Ok(BuyerSpread::default()), |orders| BuyerSpread::of(orders, self.night.2))
    }

    /// What the next nights are held against: how much there is of what, and in which shares words come.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch was removed.
    pub fn figures(&self) -> Result<(Figures, Mixes), IntakeError> {
        let counted = Counted {
            inputs: &self.inputs,
            ledger: &self.ledger,
            coverage: &self.coverage,
            customers: &self.customers,
            rows: &self.rows,
            events: &self.tables,
            layout: &self.layout,
            signal_ids: &self.signal_ids,
            end_of_night: self.night.2,
        };
        counted.figures()
    }

    /// The first moment after the night, microseconds since 1970.
    #[must_use]
    pub fn end_of_night(&self) -> i64 {
        self.night.2
    }

    /// A checked canonical table, in order of customer, as a Parquet file; `None` for tables of answers, which are
    /// in the blocks, and for tables that were not given.
    #[must_use]
    pub fn canonical(&self, table: TableName) -> Option<&Path> {
        self.tables.get(&table).map(ScratchTable::path)
    }
}

/// Reads, checks and joins everything.
///
/// # Errors
/// [`IntakeError`]: a source or table that cannot be used, no customer left, or trouble with memory or disk. Rows and
/// cells that cannot be used are no error: they are in the ledger.
pub fn run(request: &IntakeRequest<'_>) -> Result<Intake, IntakeError> {
    with_stack(|| run_here(request))
}

fn run_here(request: &IntakeRequest<'_>) -> Result<Intake, IntakeError> {
    check_tables(request.tables)?;
    check_signals(request.catalogue)?;
    let prepared = Prepared::open(request, |_, error| Err(error))?;
    prepared.try_tables(request)?;
    read_all(request, &prepared).map_err(|error| prepared.or_changed(error))
}

fn read_all(request: &IntakeRequest<'_>, prepared: &Prepared) -> Result<Intake, IntakeError> {
    let staged = stage_all(request, prepared)?;
    let customers = &staged[&TableName::Customers];
    if customers.sheets[0].rows() == 0 {
        return Err(customers.nobody_left());
    }
    let weights = Weights::learn(&customers.sheets[0])?;
    let heard = listen(request, &staged)?;
    (request.progress)("joining customer rows");
    let base = JoinBase::new(request.catalogue, prepared, &staged, heard.as_ref())?;
    let join = Join {
        engine: &prepared.engine,
        scratch: request.scratch,
        customers: &customers.sheets[0],
        parts: &base.parts,
        ratings: prepared.ratings.names(),
    };
    let rows = join.run()?;
    let (layout, mut coverage) = base.layout(&rows, &staged, prepared);
    let mut layout = Layout { weights, ..layout };
    layout.households = Households::of(&customers.sheets[0], &layout)?;
    let mut ledger = ledger_of(prepared, &staged, &mut coverage)?;
    let names = [prepared.ratings.names(), prepared.attitudes.names()];
    let settled = Settled::of(request.tables, names[0], names[1]);
    let items = look_at_items(&layout, &customers.sheets[0], &rows, names[0], &settled)?;
    for question in &items.turned {
        layout.attitudes.retain(|(place, _)| *place != *question as usize);
        coverage.attitudes.remove(question.slug());
    }
    notes::of_items(&mut ledger, items.said);
    notes::of_base(&mut ledger, layout.has_consent_profiling);
    let faults: Vec<(TableName, Vec<Listed>)> =
        staged.values().map(|staged| (staged.table, staged.tally.listed())).collect();
    let rejects = rejects::write(request.scratch, &prepared.registry, &faults)?;
    (request.progress)("hashing inputs");
    let used: BTreeSet<String> = staged.values().flat_map(|staged| staged.used.iter().cloned()).collect();
    let inputs = prepared.inputs(&used, request.threads)?;
    let (customers, excluded) = (customers.sheets[0].clone(), customers.excluded.clone());
    let sheet = |table: TableName| staged.get(&table).map(|staged| staged.sheets[0].clone());
    let histories = Events {
        orders: sheet(TableName::Orders),
        interactions: sheet(TableName::Interactions),
        heard: heard.map(|heard| heard.texts),
        rivals: staged.get(&TableName::Attitudes).and_then(|staged| staged.rivals.clone()),
        rival_ratings: staged.get(&TableName::Ratings).and_then(|staged| staged.rivals.clone()),
        treatments: sheet(TableName::Treatments),
        customers: Some(customers.clone()),
    };
    let events = staged.into_iter().filter(|(table, _)| prepared.cells(*table).is_none());
    let tables = events.map(|(table, mut staged)| (table, staged.sheets.swap_remove(0))).collect();
    Ok(Intake {
        ledger,
        inputs,
        sources: prepared.read(&used),
        signal_ids: base.signal_ids,
        missing_signals: base.missing,
        coverage,
        rejects,
        layout,
        customers,
        excluded,
        rows: rows.runs,
        tables,
        histories,
        night: (prepared.times.zone, request.as_of.to_epoch_days(), prepared.end_of_night),
        memory_limit: request.memory_limit,
    })
}

fn stage_all(request: &IntakeRequest<'_>, prepared: &Prepared) -> Result<BTreeMap<TableName, Staged>, IntakeError> {
    let binder = prepared.binder();
    let day = request.as_of.to_epoch_days();
    let max_share = request.max_single_customer_share;
    let (scratch, forgotten) = (request.scratch, request.forgotten);
    let mut stage = Stage { binder: &binder, scratch, day, forgotten, max_share, guests: false };
    let mut staged: BTreeMap<TableName, Staged> = BTreeMap::new();
    // Customers come last: who is a guest, the events show.
    let (customers, others): (Vec<_>, Vec<_>) =
        request.tables.iter().partition(|(table, _)| **table == TableName::Customers);
    for (&table, specs) in others.into_iter().chain(customers) {
        stage.guests = staged.values().any(|staged| staged.tally.has_guests());
        (request.progress)(&format!("reading `{}`", table.slug()));
        let tally = prepared.tally(table);
        staged.insert(table, stage.run(table, specs.as_slice(), prepared.cells(table), tally)?);
    }
    Ok(staged)
}

/// Listens to the feedback, where there is some.
fn listen(request: &IntakeRequest<'_>, staged: &BTreeMap<TableName, Staged>) -> Result<Option<Heard>, IntakeError> {
    let Some(feedback) = staged.get(&TableName::Feedback) else { return Ok(None) };
    (request.progress)("listening to feedback");
    let listener = Listener::in_language(request.catalogue, request.language)
        .map_err(|error| IntakeError::Spec { place: "listening.language".to_owned(), what: error.to_string() })?;
    let own = staged.get(&TableName::Signals).map_or(0, |own| own.sheets[0].names().len() - 1);
    let room = MAX_SIGNALS.saturating_sub(request.catalogue.signals().len() + own);
    hear(&feedback.sheets[0], request.catalogue, &listener, request.scratch, room, request.min_mentioners).map(Some)
}

fn ledger_of(
    prepared: &Prepared,
    staged: &BTreeMap<TableName, Staged>,
    coverage: &mut Coverage,
) -> Result<Ledger, IntakeError> {
    let mut ledger = Ledger::default();
    let customers = &staged[&TableName::Customers];
    let known: Vec<&ScratchTable> = customers.sheets.iter().chain(&customers.excluded).collect();
    for staged in staged.values() {
        let table = staged.tally.ledger();
        notes::of_table(staged, &table, &mut ledger.notes);
        ledger.tables.push(table);
        if staged.table != TableName::Customers {
            let orphans = Orphans::find(&prepared.engine, staged.table, &staged.sheets, &known)?;
            if let Some(sentence) = orphans.sentence() {
                ledger.notes.push(notes::note(Some(staged.table), "orphans", orphans.count, sentence));
                coverage.orphans.insert(staged.table, OrphanCount { rows: orphans.count, of: orphans.total });
            }
        }
    }
    let times = |topic: &str| staged.values().map(|staged| staged.tally.times(topic)).sum::<u64>();
    if times(CAPITALS) > 0 && times(SMALL_LETTERS) > 0 {
        let sheets = staged.values().flat_map(|staged| staged.sheets.iter().chain(&staged.excluded));
        let twins = case_twins(&prepared.engine, &sheets.collect::<Vec<_>>())?;
        if twins > 0 {
            let of_customers = case_twins(&prepared.engine, &known)?;
            notes::of_case_twins(twins, of_customers, &mut ledger.notes);
        }
    }
    for (name, source) in &prepared.sources {
        for remark in source.remarks() {
            ledger.notes.push(notes::note(None, "source", 0, format!("source `{name}`: {remark}")));
        }
    }
    Ok(ledger)
}
