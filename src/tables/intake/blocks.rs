//! Customer rows as blocks for the model, read from scratch as often as needed.

use std::ops::Range;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, Float32Array, Float64Array, RecordBatch};
use datafusion::arrow::datatypes::{Float32Type, Float64Type, Int64Type};
use ndarray::Array2;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowSelection};

use super::error::IntakeError;
use super::households::{Households, hash};
use super::scratch::ScratchTable;
use super::weights::{WEIGHT, Weights};
use crate::model::rows::{Attitudes, BLOCK_ROWS, CustomerBlock, CustomerFlags, N_RATINGS, RelationshipLevel};

/// Column of `customers` that holds what relationship they asked for.
pub(super) const WISH: &str = "relationship_wish";

/// Column of `customers` that holds the household.
pub(super) const HOUSEHOLD: &str = "household_id";

/// Where a signal stands in the customer rows.
#[derive(Clone, Debug)]
pub(super) struct SignalColumn {
    /// Its column.
    pub(super) column: usize,
    /// The column that counts the rows it sums up, where no rows mean 0.
    pub(super) zero_without: Option<usize>,
}

/// Which column of the customer rows is what.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// Columns of `customers` that blocks need, in the order of the file.
    pub(super) customer_columns: Vec<usize>,
    /// Columns that hold a rating: its indicator, then its columns; of several the first that answers counts.
    pub(super) ratings: Vec<(usize, usize)>,
    pub(super) signals: Vec<SignalColumn>,
    /// Columns that hold an attitude: its place in [`Attitudes`], then its column.
    pub(super) attitudes: Vec<(usize, usize)>,
    /// Motivators of the catalogue.
    pub(super) motivators: usize,
    /// The net value of orders: 0 without an order, absent where it is not known of all; `None` = of nobody.
    pub(super) value: Option<SignalColumn>,
    /// The base says who may be profiled.
    pub(super) has_consent_profiling: bool,
    /// What weights are held against; `None` = no customer has one, and all count the same.
    pub(super) weights: Option<Weights>,
    /// Who is not contacted because another of the household is.
    pub(super) households: Households,
}

/// Row groups of `customers`, the rows about them, and the row groups of these.
type RunGroups<'a> = (Range<usize>, &'a ScratchTable, Range<usize>);

/// Blocks of customers, in order of id.
pub struct Blocks<'a> {
    layout: &'a Layout,
    customers: &'a ScratchTable,
    /// Rows wanted, counted from the first of the row groups; `None`: all.
    rows: Option<RowSelection>,
    /// Runs still to be read.
    runs: std::vec::IntoIter<RunGroups<'a>>,
    /// Customers and rows of the run being read; no rows where nothing is joined to customers.
    open: Option<(ParquetRecordBatchReader, Option<ParquetRecordBatchReader>)>,
    done: bool,
}

impl<'a> Blocks<'a> {
    /// Reads the row groups `groups` of `customers` and the rows about them.
    pub(super) fn open(
        layout: &'a Layout,
        customers: &'a ScratchTable,
        runs: &'a [(Range<usize>, ScratchTable)],
        groups: Range<usize>,
    ) -> Result<Self, IntakeError> {
        let within = |(run, rows): &'a (Range<usize>, ScratchTable)| {
            let (start, end) = (run.start.max(groups.start), run.end.min(groups.end));
            (start < end).then(|| (start..end, rows, start - run.start..end - run.start))
        };
        let runs: Vec<RunGroups<'a>> = runs.iter().filter_map(within).collect();
        Self { layout, customers, rows: None, runs: runs.into_iter(), open: None, done: false }.opened()
    }

    /// Reads those customers of row group `group` whose id is `wanted`; of the others no more than the id.
    pub(super) fn open_where(
        layout: &'a Layout,
        customers: &'a ScratchTable,
        runs: &'a [(Range<usize>, ScratchTable)],
        group: usize,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, IntakeError> {
        let mut this = Self::open(layout, customers, runs, group..group)?;
        let mut choices = Vec::new();
        for batch in customers.read(&layout.customer_columns[..1], Some(group..group + 1))? {
            let batch = batch.map_err(|error| broken(error.to_string()))?;
            let ids = batch.column(0).as_string::<i32>();
            choices.push(ids.iter().map(|id| id.map(&wanted)).collect::<BooleanArray>());
        }
        this.rows = Some(RowSelection::from_filters(&choices));
        let own = runs.iter().find(|(run, _)| run.contains(&group));
        let own = own.map(|(run, rows)| (group..group + 1, rows, group - run.start..group - run.start + 1));
        this.runs = own.into_iter().collect::<Vec<_>>().into_iter();
        this.opened()
    }

    fn opened(mut self) -> Result<Self, IntakeError> {
        self.advance()?;
        Ok(self)
    }

    /// Opens the next run.
    fn advance(&mut self) -> Result<(), IntakeError> {
        self.open = None;
        if let Some((groups, rows, own)) = self.runs.next() {
            let all = rows.columns_but_id();
            let rows = if all.is_empty() { None } else { Some(rows.read_rows(&all, Some(own), self.rows.clone())?) };
            let customers = self.customers.read_rows(&self.layout.customer_columns, Some(groups), self.rows.clone())?;
            self.open = Some((customers, rows));
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Option<CustomerBlock>, IntakeError> {
        while let Some((customers, rows)) = &mut self.open {
            let customers = customers.next().transpose().map_err(|error| broken(error.to_string()))?;
            let (rows, bare) = match rows {
                Some(rows) => (rows.next().transpose().map_err(|error| broken(error.to_string()))?, false),
                None => (customers.as_ref().map(|batch| RecordBatch::new_empty(batch.schema())), true),
            };
            match (customers, rows) {
                (Some(customers), Some(rows)) if bare || rows.num_rows() == customers.num_rows() => {
                    return Ok(Some(block(self.layout, &customers, &rows)));
                }
                (None, None) => self.advance()?,
                _ => return Err(broken("customers and their rows do not agree".to_owned())),
            }
        }
        Ok(None)
    }
}

fn broken(what: String) -> IntakeError {
    IntakeError::Engine { stage: "reading customer rows".to_owned(), what }
}

impl Iterator for Blocks<'_> {
    type Item = Result<CustomerBlock, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.read();
        self.done = !matches!(next, Ok(Some(_)));
        next.transpose()
    }
}

fn block(layout: &Layout, customers: &RecordBatch, rows: &RecordBatch) -> CustomerBlock {
    let n = customers.num_rows();
    debug_assert!(n <= BLOCK_ROWS, "batches are blocks");
    let ids = customers.column(0).as_string::<i32>();
    let weight = match customers.column_by_name(WEIGHT).zip(layout.weights) {
        Some((own, all)) => own.as_primitive::<Float64Type>().iter().map(|weight| all.relative(weight)).collect(),
        None => vec![1.0; n],
    };
    let (ratings, rated) = ratings_of(layout, rows, n);
    let (signals, signalled) = signals_of(layout, rows, n);
    CustomerBlock {
        ids: (0..n).map(|i| ids.value(i).to_owned()).collect(),
        weight,
        ratings,
        rated,
        signals,
        signalled,
        flags: flags_of(layout, customers, n),
        attitudes: attitudes_of(layout, rows, n),
        value_365d: values_of(layout, rows, n),
    }
}

fn ratings_of(layout: &Layout, rows: &RecordBatch, n: usize) -> (Array2<f32>, Vec<u64>) {
    let mut ratings = Array2::<f32>::zeros((n, N_RATINGS));
    let mut rated = vec![0u64; n];
    for &(indicator, column) in &layout.ratings {
        let answers: &Float32Array = rows.column(column).as_primitive::<Float32Type>();
        let out = ratings.as_slice_mut().expect("rows are contiguous");
        let (bit, values) = (1u64 << indicator, answers.values());
        for i in 0..n {
            if answers.is_valid(i) {
                out[i * N_RATINGS + indicator] = values[i];
                rated[i] |= bit;
            }
        }
    }
    (ratings, rated)
}

fn attitudes_of(layout: &Layout, rows: &RecordBatch, n: usize) -> Attitudes {
    let mut attitudes = Attitudes::unasked(n, if layout.attitudes.is_empty() { 0 } else { layout.motivators });
    for &(place, column) in &layout.attitudes {
        let answers: &Float32Array = rows.column(column).as_primitive::<Float32Type>();
        for (i, answer) in answers.iter().enumerate() {
            if let Some(answer) = answer {
                attitudes.set(i, place, answer);
            }
        }
    }
    attitudes
}

fn signals_of(layout: &Layout, rows: &RecordBatch, n: usize) -> (Array2<f64>, Vec<u128>) {
    let p = layout.signals.len();
    let mut signals = Array2::<f64>::zeros((n, p));
    let mut signalled = vec![0u128; n];
    for (j, signal) in layout.signals.iter().enumerate() {
        let values: &Float64Array = rows.column(signal.column).as_primitive::<Float64Type>();
        let counts = signal.zero_without.map(|column| rows.column(column).as_primitive::<Int64Type>());
        let out = signals.as_slice_mut().expect("rows are contiguous");
        for i in 0..n {
            // A ratio whose denominator is 0 is not a number: not known.
            let own = (values.is_valid(i) && values.value(i).is_finite()).then(|| values.value(i) + 0.0);
            let known = own.or_else(|| counts.filter(|counts| counts.is_null(i)).map(|_| 0.0));
            if let Some(x) = known {
                out[i * p + j] = x;
                signalled[i] |= 1 << j;
            }
        }
    }
    (signals, signalled)
}

fn values_of(layout: &Layout, rows: &RecordBatch, n: usize) -> Vec<Option<f64>> {
    let Some(value) = &layout.value else { return vec![None; n] };
    let values: &Float64Array = rows.column(value.column).as_primitive::<Float64Type>();
    let orders = value.zero_without.map(|column| rows.column(column).as_primitive::<Int64Type>());
    // An amount so large that the sum is no number is not known.
    let known = values.iter().map(|value| value.filter(|v| v.is_finite()).map(|v| v + 0.0));
    let none = |i: usize| orders.filter(|orders| orders.is_null(i)).map(|_| 0.0);
    known.enumerate().map(|(i, value)| value.or_else(|| none(i))).collect()
}

/// The level a customer asked for, by its word.
fn wish_of(word: &str) -> Option<RelationshipLevel> {
    RelationshipLevel::ALL.into_iter().find(|level| level.word() == word)
}

/// Consent and protection of the rows of `customers`, whose first column is the id.
pub(super) fn flags_of(layout: &Layout, customers: &RecordBatch, n: usize) -> Vec<CustomerFlags> {
    let column = |name: &str| customers.column_by_name(name).and_then(|column| column.as_boolean_opt()).cloned();
    let is_set = |flags: &Option<BooleanArray>, i: usize| flags.as_ref().is_some_and(|f| f.is_valid(i) && f.value(i));
    let [profiling, email, sms, push, phone, post] =
        ["profiling", "email", "sms", "push", "phone", "post"].map(|channel| column(&format!("consent_{channel}")));
    let [objection, minor, vulnerable, deceased, open_case, close_kindly] =
        ["objection_marketing", "minor", "vulnerable", "deceased", "open_case", "close_kindly"].map(column);
    let ids = customers.column(0).as_string::<i32>();
    let households = customers.column_by_name(HOUSEHOLD).and_then(|column| column.as_string_opt::<i32>()).cloned();
    let wishes = customers.column_by_name(WISH).and_then(|column| column.as_string_opt::<i32>()).cloned();
    (0..n)
        .map(|i| CustomerFlags {
            consent_profiling: !layout.has_consent_profiling || is_set(&profiling, i),
            consent_email: is_set(&email, i),
            consent_sms: is_set(&sms, i),
            consent_push: is_set(&push, i),
            consent_phone: is_set(&phone, i),
            consent_post: is_set(&post, i),
            objection_marketing: is_set(&objection, i),
            minor: is_set(&minor, i),
            vulnerable: is_set(&vulnerable, i),
            deceased: is_set(&deceased, i),
            open_case: is_set(&open_case, i),
            close_kindly: is_set(&close_kindly, i),
            wish: wishes.as_ref().filter(|w| w.is_valid(i)).and_then(|w| wish_of(w.value(i))),
            household: households.as_ref().filter(|h| h.is_valid(i)).map(|h| hash(h.value(i))),
            household_silent: layout.households.silences(ids.value(i)),
        })
        .collect()
}
