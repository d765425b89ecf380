//! A look at sources and tables without reading their rows: what `check` shows.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::contract::contract_of;
use super::super::source::{FILE_COLUMN, ROW_COLUMN};
use super::super::spec::TableName;
use super::bind::BindingTarget;
use super::engine::with_stack;
use super::error::IntakeError;
use super::mapping::said;
use super::prepare::{IntakeRequest, Prepared, check_signals, check_tables};
use super::run::{Intake, run};
use super::signals::MissingSignal;
use crate::catalogue::{Catalogue, SignalTable};

/// A source, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceLook {
    /// Key under `[sources]`.
    pub name: String,
    /// Its files, relative to the configuration, with their sizes in bytes.
    pub files: Vec<(String, u64)>,
    /// Rows, where the files say so without being read (Parquet).
    pub rows: Option<u64>,
    /// Columns with their types.
    pub columns: Vec<(String, String)>,
    /// What a person should know about the files.
    pub remarks: Vec<String>,
}

/// A canonical table, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableLook {
    /// The table.
    pub table: TableName,
    /// Per spec: its key in the configuration, and canonical column ← source column.
    pub specs: Vec<(String, Vec<(String, String)>)>,
    /// Optional columns of the contract that no spec maps.
    pub not_mapped: Vec<&'static str>,
}

/// What was seen.
pub struct Look {
    /// Sources that could be opened.
    pub sources: Vec<SourceLook>,
    /// Tables whose names all resolve.
    pub tables: Vec<TableLook>,
    /// Catalogue signals that cannot be computed from what is mapped.
    pub missing_signals: Vec<MissingSignal>,
    /// Everything that would stop a night, not only the first.
    pub problems: Vec<IntakeError>,
    /// The full intake, where it was asked for and nothing stands in its way.
    pub deep: Option<Intake>,
}

/// Looks at everything a night would read; `deep` also reads it all.
///
/// # Errors
/// [`IntakeError`] where the machine is at fault. What is wrong with configuration or inputs is in
/// [`Look::problems`].
pub fn look(request: &IntakeRequest<'_>, deep: bool) -> Result<Look, IntakeError> {
    with_stack(|| look_here(request, deep))
}

fn look_here(request: &IntakeRequest<'_>, deep: bool) -> Result<Look, IntakeError> {
    let mut problems = Vec::new();
    problems.extend(check_tables(request.tables).err());
    problems.extend(check_signals(request.catalogue).err());
    let mut broken: BTreeSet<String> = BTreeSet::new();
    let prepared = Prepared::open(request, |name, error| {
        broken.insert(name.to_owned());
        problems.push(error);
        Ok(())
    })?;
    let sources = prepared.sources.values().map(|source| {
        let fields = source.schema().fields().iter();
        let columns = fields.filter(|field| field.name() != FILE_COLUMN && field.name() != ROW_COLUMN);
        SourceLook {
            name: source.name().to_owned(),
            files: (0..source.n_files()).map(|file| (source.shown(file).to_owned(), source.bytes(file))).collect(),
            rows: (0..source.n_files()).map(|file| source.rows(file)).sum(),
            columns: columns
                .map(|field| (said(source.unsaid(), field.name()), field.data_type().to_string()))
                .collect(),
            remarks: source.remarks().to_vec(),
        }
    });
    let sources = sources.collect();
    let mut tables = Vec::new();
    let binder = prepared.binder();
    for (&table, specs) in request.tables {
        let cells = prepared.cells(table).cloned();
        let numbered: Vec<_> = specs.as_slice().iter().enumerate().collect();
        let (listed, tally) = (numbered.len() > 1, &prepared.tally(table));
        match binder.bind(&numbered, BindingTarget { table, listed, cells, tally, output: None }) {
            Ok((bounds, _)) => {
                let specs = bounds.iter().map(|bound| {
                    let inputs = bound.checker.mapping.inputs.iter();
                    (bound.place.clone(), inputs.map(|input| (input.name.clone(), input.from.clone())).collect())
                });
                tables.push(table_look(table, specs.collect()));
            }
            // A table over a source that could not be opened has been complained about already.
            Err(IntakeError::UnknownSource { source_name, .. }) if broken.contains(&source_name) => {}
            Err(error) => problems.push(error),
        }
    }
    let missing_signals = missing(request.catalogue, &tables);
    let deep = if deep && problems.is_empty() {
        match run(request) {
            Ok(intake) => Some(intake),
            Err(error) => {
                problems.push(error);
                None
            }
        }
    } else {
        None
    };
    Ok(Look { sources, tables, missing_signals, problems, deep })
}

fn table_look(table: TableName, specs: Vec<(String, Vec<(String, String)>)>) -> TableLook {
    let mapped = |name: &str| specs.iter().any(|(_, columns)| columns.iter().any(|(canonical, _)| canonical == name));
    let read = contract_of(table).columns.iter().map(|rule| rule.name);
    let not_mapped = read.filter(|name| !mapped(name)).collect();
    TableLook { table, specs, not_mapped }
}

fn missing(catalogue: &Catalogue, tables: &[TableLook]) -> Vec<MissingSignal> {
    super::signals::missing_signals(catalogue, |wanted: SignalTable| {
        let look = tables.iter().find(|look| look.table.slug() == wanted.name())?;
        let names = look.specs.iter().flat_map(|(_, columns)| columns.iter().map(|(canonical, _)| canonical.clone()));
        Some(names.collect::<BTreeSet<String>>())
    })
}
