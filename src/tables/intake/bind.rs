//! From a table spec to a plan that yields its mapped rows: a projection of a source, or the user's SQL.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Column, Result as EngineResult};
use datafusion::dataframe::DataFrame;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::{SQLOptions, SessionContext};
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::sql::parser::Statement;

use super::super::contract::{Kind, contract_of};
use super::super::names::nearest;
use super::super::query::{Limits, MOST_COLUMNS, MOST_COLUMNS_TAKEN, QueryLimit, Shape, Unread, guarded, read};
use super::super::source::{FILE_COLUMN, ROW_COLUMN, Source, SourceTable};
use super::super::spec::{TableName, TableSpec};
use super::cells::Cells;
use super::check::{Checker, Output, Setting};
use super::date_format::DateFormat;
use super::engine::{Engine, Purpose};
use super::error::{IntakeError, unknown_name};
use super::mapping::{Available, Form, Mapping, resolve, said};
use super::plan::{Bound, Queried};
use super::scale::Watched;
use super::tally::Tally;
use super::times::Times;
use crate::catalogue::AS_OF;
use crate::model::rows::MAX_SIGNALS;

/// What binding needs beside the specs.
pub(super) struct Binder<'a> {
    pub(super) engine: &'a Engine,
    pub(super) sources: &'a BTreeMap<String, Arc<Source>>,
    pub(super) zone: chrono_tz::Tz,
    /// First moment after the night, microseconds since 1970, and as an SQL literal.
    pub(super) end_of_night: i64,
    pub(super) end_of_night_sql: &'a str,
    /// First moment behavior is looked at, microseconds since 1970.
    pub(super) window_start: i64,
    /// The project's currency, a three-letter code.
    pub(super) currency: &'a str,
}

/// What specs are bound for.
pub(super) struct BindingTarget<'a> {
    pub(super) table: TableName,
    /// Whether the configuration lists the specs.
    pub(super) listed: bool,
    /// Cells, for tables of answers.
    pub(super) cells: Option<Arc<Cells>>,
    pub(super) tally: &'a Arc<Tally>,
    /// Shape of checked rows; `None` = what the specs map decides.
    pub(super) output: Option<Output>,
}

/// Where the rows of a spec come from.
enum Raw {
    Source(SourceTable),
    Query(Box<DataFrame>),
}

/// A spec whose names are resolved and whose rows can be had.
struct ResolvedSpec {
    place: String,
    raw: Raw,
    /// Columns there are.
    available: SchemaRef,
    mapping: Mapping,
    decimal: char,
    used: BTreeSet<String>,
}

impl Binder<'_> {
    /// Binds specs of a table, each given with its place in the configuration. Returns them with the sources they read.
    pub(super) fn bind(
        &self,
        specs: &[(usize, &TableSpec)],
        target: BindingTarget<'_>,
    ) -> Result<(Vec<Bound>, BTreeSet<String>), IntakeError> {
        let BindingTarget { table, listed, cells, tally, output } = target;
        let key = format!("tables.{}", table.slug());
        if specs.is_empty() {
            return Err(IntakeError::Spec {
                place: key,
                what: "an empty list; leave the table out instead".to_owned(),
            });
        }
        let mut found = Vec::with_capacity(specs.len());
        for &(i, spec) in specs {
            let place = if listed { format!("{key}[{i}]") } else { key.clone() };
            found.push(self.find(table, spec, place, cells.as_deref(), tally)?);
        }
        let used = found.iter().flat_map(|found| found.used.iter().cloned()).collect();
        let n_cells = cells.as_ref().map_or(0, |cells| cells.names().len());
        let output = output.unwrap_or_else(|| output_of(table, found.iter().map(|found| &found.mapping), n_cells));
        if let Output::Rows { columns, .. } = &output
            && table == TableName::Signals
            && columns.len() > MAX_SIGNALS + 1
        {
            return Err(IntakeError::TooManySignals { found: columns.len() - 1, limit: MAX_SIGNALS });
        }
        let setting = Setting {
            table,
            tally: Arc::clone(tally),
            end_of_night: self.end_of_night,
            window_start: self.window_start,
            currency: self.currency.to_owned(),
            cells,
            output,
        };
        let bounds = found.into_iter().zip(specs);
        let bounds =
            bounds.map(|(found, (i, spec))| self.bound(found, spec, *i, &setting)).collect::<Result<_, _>>()?;
        Ok((bounds, used))
    }

    fn find(
        &self,
        table: TableName,
        spec: &TableSpec,
        place: String,
        cells: Option<&Cells>,
        tally: &Arc<Tally>,
    ) -> Result<ResolvedSpec, IntakeError> {
        let (raw, available, decimal, used) = match (&spec.source, &spec.query) {
            (Some(name), None) => {
                let source = self.source(name, &place)?;
                let raw = Raw::Source(SourceTable::new(Arc::clone(source), Arc::clone(tally) as _));
                (raw, Arc::clone(source.schema()), source.decimal(), BTreeSet::from([name.clone()]))
            }
            (None, Some(sql)) => {
                let (raw, used) = self.query(sql, &place, tally)?;
                let commas = used.iter().filter_map(|name| self.sources.get(name)).any(|s| s.decimal() == ',');
                let available = match &raw {
                    Raw::Query(frame) => Arc::clone(frame.schema().inner()),
                    Raw::Source(table) => table.schema(),
                };
                (raw, available, if commas { ',' } else { '.' }, used)
            }
            _ => {
                let what = "give either `source` or `query`".to_owned();
                return Err(IntakeError::Spec { place, what });
            }
        };
        let own = spec.source.as_ref().and_then(|name| self.sources.get(name));
        let unsaid = self.unsaid(&used);
        let seen = Available { schema: &available, unsaid: &unsaid };
        let mapping = resolve(table, spec, &place, &seen, cells).map_err(|error| ambiguous(error, own))?;
        if let Some(source) = own {
            nothing_hidden(table, source, &mapping, &place)?;
            nothing_ambiguous(table, source, &mapping)?;
        }
        Ok(ResolvedSpec { place, raw, available, mapping, decimal, used })
    }

    /// Names of columns of these sources that may be somebody's data, and what they are called instead.
    fn unsaid(&self, used: &BTreeSet<String>) -> BTreeMap<String, String> {
        let sources = used.iter().filter_map(|name| self.sources.get(name));
        sources.flat_map(|source| source.unsaid().clone()).collect()
    }

    fn source(&self, name: &str, place: &str) -> Result<&Arc<Source>, IntakeError> {
        self.sources.get(name).ok_or_else(|| IntakeError::UnknownSource {
            place: format!("{place}.source"),
            source_name: name.to_owned(),
            nearest: nearest(name, self.sources.keys().map(String::as_str)),
        })
    }

    /// Plans a user's query: one `select` over the sources, nothing that writes, reads files or asks the clock. Gives also the
    /// sources it reads.
    fn query(&self, sql: &str, place: &str, tally: &Arc<Tally>) -> Result<(Raw, BTreeSet<String>), IntakeError> {
        let limit = self.engine.memory_limit();
        let unsaid: BTreeMap<String, String> = self.sources.values().flat_map(|s| s.unsaid().clone()).collect();
        let failed = |error| IntakeError::from_query(error, place, limit).without_names(&unsaid);
        let table = |source: &Arc<Source>| SourceTable::new(Arc::clone(source), Arc::clone(tally) as _);
        let session = self.engine.session(Purpose::UserSql);
        for (name, source) in self.sources {
            session.register_table(Column::from_name(name).name, Arc::new(table(source))).map_err(failed)?;
        }
        let sql = sql.replace(AS_OF, self.end_of_night_sql);
        let widths = self.sources.iter().map(|(name, source)| (name.clone(), source.schema().fields().len()));
        let widths: BTreeMap<String, usize> = widths.collect();
        let planned = self.engine.plan(move |handle| {
            let (statement, shape) = read(&sql, &Limits::QUERY)?;
            // What is a source as it is needs no planner.
            if let Some(name) = shape.whole.as_ref().filter(|name| widths.contains_key(*name)) {
                return Ok(Planned::Source(name.clone()));
            }
            let widest = shape.reads.iter().filter_map(|name| widths.get(name)).copied().max().unwrap_or(0);
            not_too_wide(&shape, widest)?;
            let session = if shape.unnamed && widest > WIDE { of_few_rules(&session) } else { session };
            handle.block_on(frame_of(&session, statement)).map_err(Unread::Sql)
        });
        match planned.map_err(|over| IntakeError::stopped(over, &format!("{place}.query"), limit))? {
            Ok(Planned::Source(name)) => Ok((Raw::Source(table(&self.sources[&name])), BTreeSet::from([name]))),
            Ok(Planned::Query(frame, used)) => Ok((Raw::Query(frame), used)),
            Err(Unread::Limit(limit)) => Err(IntakeError::QueryLimit { place: format!("{place}.query"), limit }),
            // A name that several columns have is not there under it.
            Err(Unread::Sql(error)) => {
                let doubt = unknown_name(&error)
                    .and_then(|name| self.sources.values().find_map(|source| source.doubt_about(&name)));
                Err(doubt.map_or_else(|| failed(error), IntakeError::from))
            }
        }
    }

    fn bound(
        &self,
        found: ResolvedSpec,
        spec: &TableSpec,
        number: usize,
        setting: &Setting,
    ) -> Result<Bound, IntakeError> {
        let ResolvedSpec { place, raw, available, mut mapping, decimal, used } = found;
        let (limit, unsaid) = (self.engine.memory_limit(), self.unsaid(&used));
        let mut wanted: Vec<String> = mapping.inputs.iter().map(|input| input.from.clone()).collect();
        let mut extra = |name: &str| {
            available.column_with_name(name).map(|_| {
                wanted.push(name.to_owned());
                wanted.len() - 1
            })
        };
        let (file_at, row_at) = (extra(FILE_COLUMN), extra(ROW_COLUMN));
        let mut pick = None;
        let (plan, context, query) = match raw {
            Raw::Source(table) => {
                let session = self.engine.session(Purpose::Mapping);
                let plan = table.columns(&wanted, self.engine.tasks());
                let failed = |error| IntakeError::from_engine(error, &place, limit);
                (plan.map_err(failed)?, session.task_ctx(), None)
            }
            Raw::Query(frame) => {
                let (context, whole, guard) = (frame.task_ctx(), (*frame).clone(), self.engine.guard());
                let watch = Arc::clone(&guard);
                pick = picked(&available, &wanted);
                let named = pick.is_none().then_some(wanted);
                let planned = self.engine.plan(move |handle| {
                    let plan = handle.block_on(columns_of(*frame, named.as_deref()))?;
                    guarded(plan, &watch)
                });
                let planned = planned.map_err(|over| IntakeError::stopped(over, &format!("{place}.query"), limit))?;
                let failed = |error| IntakeError::from_query(error, &place, limit).without_names(&unsaid);
                let plan = planned.map_err(failed)?;
                (plan, Arc::new(context), Some(Queried { guard, frame: whole }))
            }
        };
        let format = spec.date_format.as_deref().map(DateFormat::parse).transpose();
        let format = format.map_err(|what| IntakeError::Spec { place: place.clone(), what })?;
        let times = Times { zone: self.zone, format };
        // From here on names are for people alone.
        mapping.inputs.iter_mut().for_each(|input| input.from = said(&unsaid, &input.from));
        let (unused, id) = (mapping.unused.clone(), spec.id.clone());
        let schema = setting.schema(&times);
        let spec = u8::try_from(number).map_err(|_| IntakeError::Spec {
            place: place.clone(),
            what: "more than 256 entries; let one glob or query take several".to_owned(),
        })?;
        let checker = Checker { setting: setting.clone(), mapping, times, decimal, id, spec, file_at, row_at, schema };
        let watched = Arc::new(Mutex::new(Watched::default()));
        Ok(Bound { plan, context, checker: Arc::new(checker), watched, place, unused, query, pick })
    }
}

/// What a query is planned as.
enum Planned {
    /// A source as it is.
    Source(String),
    /// A plan, and the sources it reads.
    Query(Box<DataFrame>, BTreeSet<String>),
}

/// Columns of a source from which on a query that takes them all is planned with few rules.
const WIDE: usize = 500;

/// What a plan cannot do without: the rules that turn what cannot be run into what can.
const RULES: [&str; 6] = [
    "rewrite_set_comparison",
    "replace_distinct_aggregate",
    "decorrelate_predicate_subquery",
    "scalar_subquery_to_join",
    "decorrelate_lateral_join",
    "extract_equijoin_predicate",
];

/// The session with those rules alone: each rule looks for every column among all columns.
fn of_few_rules(session: &SessionContext) -> SessionContext {
    let state = session.state();
    let rules = state.optimizer().rules.iter().filter(|rule| RULES.contains(&rule.name())).cloned().collect();
    SessionContext::new_with_state(SessionStateBuilder::new_from_existing(state).with_optimizer_rules(rules).build())
}

/// Where the columns wanted lie among those of a query, where most of them are wanted: they are then taken as they come, and
/// nothing is gained by asking the planner for them.
fn picked(available: &Schema, wanted: &[String]) -> Option<Vec<usize>> {
    let n = available.fields().len();
    let places: BTreeMap<&str, usize> =
        available.fields().iter().enumerate().map(|(at, field)| (field.name().as_str(), at)).collect();
    if wanted.len() * 2 < n || places.len() < n {
        return None;
    }
    wanted.iter().map(|name| places.get(name.as_str()).copied()).collect()
}

/// Refuses a query whose parts would have too many columns together.
fn not_too_wide(shape: &Shape, widest: usize) -> Result<(), QueryLimit> {
    let all = shape.parts.saturating_mul(widest);
    let (what, seen, allowed) = if widest > MOST_COLUMNS_TAKEN {
        ("columns that `*` takes of a source", widest, MOST_COLUMNS_TAKEN)
    } else {
        ("columns that `*` takes of a source, times selects and tables", all, MOST_COLUMNS)
    };
    if !shape.unnamed || seen <= allowed {
        return Ok(());
    }
    let cure = "name the columns that are needed, or give the table a `source` in place of a query";
    Err(QueryLimit { what, seen: seen as u64, allowed: allowed as u64, cure })
}

/// The rows of a query, and the sources it reads.
async fn frame_of(session: &SessionContext, statement: Statement) -> EngineResult<Planned> {
    let plan = session.state().statement_to_plan(statement).await?;
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false).verify_plan(&plan)?;
    let used = scanned(&plan);
    Ok(Planned::Query(Box::new(session.execute_logical_plan(plan).await?), used))
}

/// The plan that gives these columns of a query; `None`: all.
async fn columns_of(frame: DataFrame, wanted: Option<&[String]>) -> EngineResult<Arc<dyn ExecutionPlan>> {
    let Some(wanted) = wanted else { return frame.create_physical_plan().await };
    let wanted = wanted.iter().enumerate();
    let columns: Vec<Expr> =
        wanted.map(|(i, name)| Expr::Column(Column::new_unqualified(name)).alias(format!("{i}"))).collect();
    frame.select(columns)?.create_physical_plan().await
}

/// What a missing column is where several columns bear its name.
fn ambiguous(error: IntakeError, source: Option<&Arc<Source>>) -> IntakeError {
    let doubt = match &error {
        IntakeError::UnknownColumn { column, .. } => source.and_then(|source| source.doubt_about(column)),
        IntakeError::MissingColumn { column, .. } => source.and_then(|source| source.doubt_about(column)),
        _ => None,
    };
    doubt.map_or(error, IntakeError::from)
}

/// A name that several columns of a file have stands for none of them. Where it is one that would be read, its absence must not
/// pass for an answer.
fn nothing_ambiguous(table: TableName, source: &Source, mapping: &Mapping) -> Result<(), IntakeError> {
    let unmapped =
        contract_of(table).columns.iter().filter(|rule| mapping.inputs.iter().all(|input| input.name != rule.name));
    let wide = matches!(mapping.form, Form::Wide(..));
    match unmapped.filter(|_| !wide).find_map(|rule| source.doubt_about(rule.name)) {
        Some(doubt) => Err(doubt.into()),
        None => Ok(()),
    }
}

/// A nested column is not read. Where it bears the name of one that would be, its absence must not pass for an answer.
fn nothing_hidden(table: TableName, source: &Source, mapping: &Mapping, place: &str) -> Result<(), IntakeError> {
    let contract = contract_of(table);
    let mapped = |name: &str| mapping.inputs.iter().any(|input| input.name == name);
    match source.nested().find(|name| contract.column(name).is_some() && !mapped(name)) {
        Some(name) => {
            let what = format!(
                "column `{name}` of source `{}` is nested and cannot be read; write a plain one",
                source.name()
            );
            Err(IntakeError::Spec { place: place.to_owned(), what })
        }
        None => Ok(()),
    }
}

/// What checked rows of a table look like, given what its specs map.
fn output_of<'a>(table: TableName, mappings: impl Iterator<Item = &'a Mapping> + Clone, n_cells: usize) -> Output {
    let mut wide: BTreeSet<usize> = BTreeSet::new();
    let (mut any_wide, mut any_long) = (false, false);
    for mapping in mappings.clone() {
        match &mapping.form {
            Form::Wide(_, cells) => {
                any_wide = true;
                wide.extend(cells);
            }
            Form::Long(_) => any_long = true,
            Form::Rows => {}
        }
    }
    match (any_wide, any_long) {
        (true, false) => Output::Wide(wide.into_iter().collect()),
        // Single answers beside wide rows become rows with one answer: what is last is decided in one place.
        (true, true) => Output::Wide((0..n_cells).collect()),
        (false, true) => Output::Long,
        (false, false) => rows_of(table, mappings),
    }
}

/// Columns in the order of the contract, then further ones by name.
fn rows_of<'a>(table: TableName, mappings: impl Iterator<Item = &'a Mapping>) -> Output {
    let mut mapped: BTreeMap<&str, Kind> = BTreeMap::new();
    for input in mappings.flat_map(|mapping| &mapping.inputs) {
        mapped.insert(&input.name, input.kind);
    }
    let mut columns = Vec::new();
    for rule in contract_of(table).columns {
        if mapped.remove(rule.name).is_some() {
            columns.push((rule.name.to_owned(), rule.kind));
        }
    }
    columns.extend(mapped.into_iter().map(|(name, kind)| (name.to_owned(), kind)));
    let lines = table == TableName::Orders && columns.iter().any(|(name, _)| name == "order_id");
    Output::Rows { columns, ordered: matches!(table, TableName::Customers | TableName::Signals), lines }
}

/// Names of the tables a plan reads.
fn scanned(plan: &LogicalPlan) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let visit = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            names.insert(scan.table_name.table().to_owned());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    debug_assert!(visit.is_ok(), "the visitor does not fail");
    names
}
