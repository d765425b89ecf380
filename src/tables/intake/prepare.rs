//! What an intake is asked for, and what is opened before the first row is read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;
use serde::Serialize;

use super::super::forgotten::Forgotten;
use super::super::query::{Limits, check_expression};
use super::super::source::{Source, SourceError};
use super::super::spec::{SourceSpec, TableName, TableSpecs};
use super::bind::{Binder, BindingTarget};
use super::cells::Cells;
use super::engine::Engine;
use super::error::IntakeError;
use super::tally::{FileRegistry, Tally};
use super::times::Times;
use crate::catalogue::{AS_OF, Catalogue, count_orders};

/// Days before the end of the night that behavior is looked at.
pub(super) const WINDOW_DAYS: u64 = 365;

/// What an intake is asked for.
pub struct IntakeRequest<'a> {
    /// Folder that relative paths are relative to: the configuration's.
    pub base_dir: &'a Path,
    /// `[sources]`.
    pub sources: &'a BTreeMap<String, SourceSpec>,
    /// `[tables]`.
    pub tables: &'a BTreeMap<TableName, TableSpecs>,
    /// Elements, motivators and signals.
    pub catalogue: &'a Catalogue,
    /// The night: nothing dated later is read.
    pub as_of: NaiveDate,
    /// Language of the texts of `feedback`.
    pub language: &'a str,
    /// Fewest customers who mention an element in texts for it to become a signal.
    pub min_mentioners: u64,
    /// What a day is, and what a time without a zone means.
    pub timezone: Tz,
    /// Currency of amounts, a three-letter code: amounts that bear the sign of another one are rejected.
    pub currency: &'a str,
    /// Largest share of the rows of a table that one customer may have before it is said, 0–1.
    pub max_single_customer_share: f64,
    /// An empty folder to work in. It will hold personal data; the caller removes it.
    pub scratch: &'a Path,
    /// Memory of the whole job, bytes.
    pub memory_limit: u64,
    /// Time that the SQL of one table may take; `None`: as long as it takes.
    pub query_time: Option<Duration>,
    /// Threads. They change how long it takes, never what comes out.
    pub threads: usize,
    /// Customers who are left out of everything.
    pub forgotten: Option<&'a Forgotten>,
    /// Told what is being done, in a few words.
    pub progress: &'a (dyn Fn(&str) + Sync),
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadFile {
    /// Key under `[sources]`.
    pub source: String,
    /// Relative to the configuration where it lies below it.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Rows in it, records that could not be rows included; absent where a query stopped before its end.
    pub rows: Option<u64>,
}

/// Everything that is open while an intake runs.
pub(super) struct Prepared {
    pub(super) engine: Engine,
    pub(super) sources: BTreeMap<String, Arc<Source>>,
    pub(super) registry: Arc<FileRegistry>,
    pub(super) ratings: Arc<Cells>,
    pub(super) attitudes: Arc<Cells>,
    /// Motivators of the catalogue.
    pub(super) motivators: usize,
    pub(super) times: Times,
    /// First moment after the night, microseconds since 1970.
    pub(super) end_of_night: i64,
    /// First moment behavior is looked at.
    window_start: i64,
    currency: String,
    /// The end of the night as an SQL literal: an instant, for users' queries over sources.
    pub(super) end_of_night_sql: String,
    /// The same on the wall clock, for signals.
    pub(super) end_of_night_wall_sql: String,
}

impl Prepared {
    /// Opens every source. `on_bad_source` decides what a source that cannot be opened does.
    pub(super) fn open(
        request: &IntakeRequest<'_>,
        mut on_bad_source: impl FnMut(&str, IntakeError) -> Result<(), IntakeError>,
    ) -> Result<Self, IntakeError> {
        let engine = Engine::start(request.scratch, request.memory_limit, request.threads, request.query_time)?;
        let mut sources = BTreeMap::new();
        for (name, spec) in request.sources {
            match Source::open(request.base_dir, name, spec) {
                Ok(source) => drop(sources.insert(name.clone(), Arc::new(source))),
                Err(error) => on_bad_source(name, error.into())?,
            }
        }
        let registry = Arc::new(FileRegistry::new(sources.values().map(AsRef::as_ref)));
        let times = Times { zone: request.timezone, format: None };
        let end_of_night = times.end_of(request.as_of);
        let first_day = request.as_of.checked_sub_days(Days::new(WINDOW_DAYS)).unwrap_or(NaiveDate::MIN);
        Ok(Self {
            engine,
            sources,
            registry,
            ratings: Arc::new(Cells::ratings()),
            attitudes: Arc::new(Cells::attitudes(request.catalogue)),
            motivators: request.catalogue.motivators().len(),
            end_of_night,
            window_start: times.end_of(first_day),
            currency: request.currency.trim().to_uppercase(),
            end_of_night_sql: moment_sql(end_of_night, &times),
            end_of_night_wall_sql: wall_sql(request.as_of),
            times,
        })
    }

    pub(super) fn binder(&self) -> Binder<'_> {
        Binder {
            engine: &self.engine,
            sources: &self.sources,
            zone: self.times.zone,
            end_of_night: self.end_of_night,
            window_start: self.window_start,
            currency: &self.currency,
            end_of_night_sql: &self.end_of_night_sql,
        }
    }

    /// Binds every table and forgets it again, before any row is read: what does not fit is told at once and in the order in which
    /// `check` tells it, not when all tables before it were read.
    pub(super) fn try_tables(&self, request: &IntakeRequest<'_>) -> Result<(), IntakeError> {
        for (&table, specs) in request.tables {
            let specs: Vec<_> = specs.as_slice().iter().enumerate().collect();
            let (listed, cells, tally) = (specs.len() > 1, self.cells(table).cloned(), &self.tally(table));
            self.binder().bind(&specs, BindingTarget { table, listed, cells, tally, output: None })?;
        }
        Ok(())
    }

    /// The cells of a table of answers.
    pub(super) fn cells(&self, table: TableName) -> Option<&Arc<Cells>> {
        match table {
            TableName::Ratings => Some(&self.ratings),
            TableName::Attitudes => Some(&self.attitudes),
            _ => None,
        }
    }

    /// An empty tally for a table.
    pub(super) fn tally(&self, table: TableName) -> Arc<Tally> {
        Arc::new(Tally::new(table, Arc::clone(&self.registry)))
    }

    /// What goes before an error: that a file has changed while it was read, which may well be its cause.
    pub(super) fn or_changed(&self, error: IntakeError) -> IntakeError {
        let changed = self.sources.values().find_map(|source| source.check_unchanged().err());
        changed.filter(|other| matches!(other, SourceError::Changed { .. })).map_or(error, IntakeError::from)
    }

    /// The sources that were read.
    pub(super) fn read(&self, used: &BTreeSet<String>) -> Vec<Arc<Source>> {
        self.sources.iter().filter(|(name, _)| used.contains(*name)).map(|(_, source)| Arc::clone(source)).collect()
    }

    /// The files of the sources that were read, with their hashes.
    pub(super) fn inputs(&self, used: &BTreeSet<String>, threads: usize) -> Result<Vec<ReadFile>, IntakeError> {
        let sources = self.sources.iter().filter(|(name, _)| used.contains(*name));
        let files: Vec<(&Arc<Source>, usize)> =
            sources.flat_map(|(_, source)| (0..source.n_files()).map(move |file| (source, file))).collect();
        let share = files.len().div_ceil(threads.max(1)).max(1);
        let hash = |&(source, file): &(&Arc<Source>, usize)| {
            Ok(ReadFile {
                source: source.name().to_owned(),
                path: source.shown(file).to_owned(),
                bytes: source.bytes(file),
                sha256: source.sha256(file)?,
                rows: source.rows(file),
            })
        };
        let hashed: Vec<Result<Vec<ReadFile>, IntakeError>> = std::thread::scope(|scope| {
            let tasks: Vec<_> =
                files.chunks(share).map(|files| scope.spawn(move || files.iter().map(hash).collect())).collect();
            tasks.into_iter().map(|task| task.join().expect("hashing does not panic")).collect()
        });
        let mut inputs = Vec::with_capacity(files.len());
        for files in hashed {
            inputs.extend(files?);
        }
        Ok(inputs)
    }
}

/// A moment as an SQL literal of the type moments are kept as.
fn moment_sql(micros: i64, times: &Times) -> String {
    let at = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
    let zone = times.zone.name();
    format!("arrow_cast('{}', 'Timestamp(Microsecond, Some(\"{zone}\"))')", at.format("%Y-%m-%dT%H:%M:%SZ"))
}

/// The midnight that ends a day, as a local time.
fn wall_sql(day: NaiveDate) -> String {
    let next = day.checked_add_days(Days::new(1)).unwrap_or(day);
    format!("arrow_cast('{next}T00:00:00', 'Timestamp(Microsecond, None)')")
}

/// Refuses signals that ask for more than is planned, before anything is read.
pub(super) fn check_signals(catalogue: &Catalogue) -> Result<(), IntakeError> {
    for signal in catalogue.signals() {
        let sql = count_orders(&signal.sql().replace(AS_OF, "0"), true);
        check_expression(&sql, &Limits::SIGNAL).map_err(|limit| {
            let place = format!("signal `{}`", signal.id());
            IntakeError::QueryLimit { place, limit }
        })?;
    }
    Ok(())
}

/// Refuses a base without customers, before anything is read. Whatever else is missing, the night says what it can.
pub fn check_tables(tables: &BTreeMap<TableName, TableSpecs>) -> Result<(), IntakeError> {
    if tables.contains_key(&TableName::Customers) { Ok(()) } else { Err(IntakeError::NoCustomersTable) }
}
