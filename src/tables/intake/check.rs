//! Judging a batch of mapped rows: every cell cast to what its column holds, every row accepted or rejected with a
//! reason. The same code serves `run` and `check`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, new_null_array,
};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Field, Float32Type, Float64Type, Int64Type, Schema, SchemaRef, TimestampMicrosecondType,
};
use datafusion::common::Result;

use super::super::contract::{Kind, LEAST_AMOUNT, LEAST_WEIGHT, MOST_NUMBER, MOST_WEIGHT, OnBad};
use super::super::ledger::{RejectCode, Scope};
use super::super::spec::{IdForm, TableName};
use super::cast::{Bad, as_text, blank, elements, flags, is_text, no_numbers, numbers, texts};
use super::cells::Cells;
use super::evidence::id_shape;
use super::ids::{IdReading, ids, written_as_text};
use super::lines::{SeenLines, hidden_fields};
use super::mapping::{Form, Input, Mapping};
use super::money::{Marks, amounts, otherwise_written};
use super::places::{Notes, Places, content_order};
use super::rivals::BRAND;
use super::tally::{AS_TEXT, CellCount, FAR_AWAY, LONG_AGO, NAN, OTHER_DECIMAL, Tally};
use super::times::{Times, shared};

/// The column that breaks ties between rows of a customer.
pub(super) const ORDER: &str = "_order";

/// The column that tells which answer a row of a table of answers holds.
pub(super) const CELL: &str = "_cell";

/// The column that holds that answer.
pub(super) const ANSWER: &str = "_answer";

/// Days of a hundred years, and of one.
const CENTURY: i64 = 36_525;
const YEAR: i64 = 366;

/// What every checker of a table has in common.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) table: TableName,
    pub(super) tally: Arc<Tally>,
    /// First moment after the night, microseconds since 1970.
    pub(super) end_of_night: i64,
    /// First moment behavior is looked at.
    pub(super) window_start: i64,
    /// The project's currency.
    pub(super) currency: String,
    /// Cells, for tables of answers.
    pub(super) cells: Option<Arc<Cells>>,
    /// What checked rows look like: the same for all specs of a table.
    pub(super) output: Output,
}

/// The shape of checked rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Output {
    /// These columns, then [`ORDER`].
    Rows {
        /// Name and kind of each column.
        columns: Vec<(String, Kind)>,
        /// Whether [`ORDER`] follows the order rows were written in; else it follows what they hold.
        ordered: bool,
        /// Rows are lines of orders: hidden columns and other orders, see [`lines`](super::lines).
        lines: bool,
    },
    /// One answer per row: id, date, [`ORDER`], [`CELL`], [`ANSWER`].
    Long,
    /// One respondent per row: id, date, [`ORDER`], then these cells.
    Wide(Vec<usize>),
    /// As [`Output::Long`], of the rows about competitors alone, with the competitor.
    Rivals,
}

impl Setting {
    /// Schema of checked rows.
    pub(super) fn schema(&self, times: &Times) -> SchemaRef {
        let moment = times.moment_type();
        let mut fields = match &self.output {
            Output::Rows { columns, .. } => {
                columns.iter().map(|(name, kind)| Field::new(name, stored_as(*kind, times), true)).collect()
            }
            Output::Long | Output::Wide(_) | Output::Rivals => {
                vec![Field::new("customer_id", DataType::Utf8, true), Field::new("asked_at", moment, true)]
            }
        };
        if matches!(self.output, Output::Rows { lines: true, .. }) {
            fields.extend(hidden_fields());
        }
        fields.push(Field::new(ORDER, DataType::Int64, false));
        match &self.output {
            Output::Long | Output::Rivals => {
                fields.push(Field::new(CELL, DataType::Int32, false));
                fields.push(Field::new(ANSWER, DataType::Float32, true));
                if self.output == Output::Rivals {
                    fields.push(Field::new(BRAND, DataType::Utf8, true));
                }
            }
            Output::Wide(cells) => {
                let names = self.cells.as_ref().expect("answers have cells");
                fields.extend(cells.iter().map(|&cell| Field::new(names.name(cell), DataType::Float32, true)));
            }
            Output::Rows { .. } => {}
        }
        Arc::new(Schema::new(fields))
    }
}

/// The type a kind is kept as.
pub(super) fn stored_as(kind: Kind, times: &Times) -> DataType {
    match kind {
        Kind::Number { .. } | Kind::Amount { .. } | Kind::Measure | Kind::Positive => DataType::Float64,
        Kind::Flag => DataType::Boolean,
        Kind::Day => DataType::Date32,
        Kind::Moment => times.moment_type(),
        Kind::Rating => DataType::Float32,
        _ => DataType::Utf8,
    }
}

/// Checks the rows of one spec.
pub(super) struct Checker {
    pub(super) setting: Setting,
    pub(super) mapping: Mapping,
    pub(super) times: Times,
    /// What stands before the decimals of numbers written as text.
    pub(super) decimal: char,
    /// How the customer's id is brought to one form.
    pub(super) id: Option<IdForm>,
    /// Number of the spec within its table.
    pub(super) spec: u8,
    /// Columns of the mapped plan that hold file and row.
    pub(super) file_at: Option<usize>,
    pub(super) row_at: Option<usize>,
    /// Schema of checked rows.
    pub(super) schema: SchemaRef,
}

/// A batch being judged.
pub(super) struct Judged {
    pub(super) n: usize,
    pub(super) places: Places,
    /// Rejected rows with the first column at fault.
    pub(super) rejected: BTreeMap<usize, (usize, RejectCode)>,
    /// Cells at fault.
    pub(super) cells: Vec<(usize, usize, RejectCode)>,
    /// Accepted rows that are not handed on, and the rule.
    pub(super) aside: BTreeMap<usize, &'static str>,
    /// Cells per input.
    pub(super) columns: Vec<CellCount>,
    /// Rows rejected or set aside that are handed on all the same, for what they tell about others; they are counted, and
    /// told by their place in the order.
    pub(super) linger: BTreeSet<usize>,
}

impl Judged {
    /// Counts the cells of a column that was cast, and notes its faults and, where it is required, its gaps.
    pub(super) fn column(&mut self, at: usize, input: &Input, array: &dyn Array, bad: Bad) {
        let n_bad = bad.len();
        self.columns[at].read += (array.len() - array.null_count()) as u64;
        self.faults(at, bad, input.bad);
        if input.required {
            self.columns[at].missing += array.null_count().saturating_sub(n_bad) as u64;
            self.require(at, array);
        }
    }

    /// Notes the faults of a column.
    pub(super) fn faults(&mut self, column: usize, bad: Bad, on_bad: OnBad) {
        for (i, code) in bad {
            self.columns[column].bad(code);
            if on_bad == OnBad::Row {
                self.rejected.entry(i).or_insert((column, code));
            } else {
                self.cells.push((i, column, code));
            }
        }
    }

    /// Rejects a row for a cell that was read and is not understood.
    pub(super) fn not_understood(&mut self, i: usize, column: usize, code: RejectCode) {
        self.columns[column].unreadable += 1;
        self.rejected.entry(i).or_insert((column, code));
    }

    /// Notes that cells of a required column are absent.
    fn require(&mut self, column: usize, array: &dyn Array) {
        if array.null_count() > 0 {
            for i in (0..array.len()).filter(|&i| array.is_null(i)) {
                self.rejected.entry(i).or_insert((column, RejectCode::Missing));
            }
        }
    }

    /// Sets a row aside by a rule.
    pub(super) fn set_aside(&mut self, i: usize, rule: &'static str) {
        self.aside.entry(i).or_insert(rule);
    }

    /// Hands on rejected rows whose id can be read, because what they forbid about a customer holds all the same. Gives
    /// the orders, in which they are told by a negative number.
    fn hand_on_rejected(&mut self, ids: &ArrayRef, order: ArrayRef) -> ArrayRef {
        self.linger = self.rejected.keys().copied().filter(|&i| ids.is_valid(i)).collect();
        if self.linger.is_empty() {
            return order;
        }
        let orders = order.as_primitive::<Int64Type>().values().iter().enumerate();
        let told = orders.map(|(i, &order)| if self.linger.contains(&i) { !order } else { order });
        Arc::new(Int64Array::from_iter_values(told))
    }

    /// Cells in lines of headings and totals, which are about nobody, are not cells of their columns.
    fn forget_headings(&mut self) {
        let nobody =
            |code: RejectCode| matches!(code, RejectCode::Missing | RejectCode::NothingId | RejectCode::HeaderRepeated);
        for &(i, column, code) in &self.cells {
            if self.rejected.get(&i).is_some_and(|(at, code)| *at == 0 && nobody(*code)) {
                self.columns[column].take_back(code);
            }
        }
    }

    /// Counts everything and takes out what is not handed on. `raw` is the batch as it was mapped.
    pub(super) fn finish(mut self, raw: &RecordBatch, batch: RecordBatch, notes: &mut Notes) -> Result<RecordBatch> {
        self.forget_headings();
        self.places.count(self.n, &self.rejected, &mut notes.counts);
        notes.cells(&self.columns);
        notes.counts.noted(NAN, (0..self.columns.len()).map(|at| nans(raw.column(at))).sum());
        let place = |i: usize| (self.places.file(i), self.places.row(i));
        let out = |i: &usize| self.rejected.contains_key(i) || self.aside.contains_key(i);
        let ids = batch.column(0).as_string::<i32>().iter().enumerate();
        notes.ids(ids.map(|(i, id)| id.filter(|_| !out(&i))), &self.places);
        let mut texts: BTreeMap<usize, StringArray> = BTreeMap::new();
        let rows = self.rejected.iter().map(|(&i, &(column, code))| (i, column, code, Scope::Row));
        let cells = self.cells.iter().filter(|(i, ..)| !self.rejected.contains_key(i));
        for (i, column, code, scope) in rows.chain(cells.map(|&(i, column, code)| (i, column, code, Scope::Cell))) {
            let text = texts.entry(column).or_insert_with(|| as_text(raw.column(column)));
            let cell = text.is_valid(i).then(|| text.value(i));
            notes.fault((column, code, scope), place(i), cell);
        }
        for (i, rule) in &self.aside {
            if !self.rejected.contains_key(i) {
                notes.counts.set_aside(rule, 1);
            }
        }
        if self.rejected.is_empty() && self.aside.is_empty() {
            return Ok(batch);
        }
        let gone = |i: usize| self.rejected.contains_key(&i) || self.aside.contains_key(&i);
        let keep: BooleanArray = (0..self.n).map(|i| Some(self.linger.contains(&i) || !gone(i))).collect();
        Ok(filter_record_batch(&batch, &keep)?)
    }
}

impl Checker {
    /// Judges a batch of the mapped plan.
    pub(super) fn check(&self, batch: &RecordBatch, notes: &mut Notes) -> Result<RecordBatch> {
        let n = batch.num_rows();
        let ids = self.mapping.inputs.iter().enumerate().filter(|(_, input)| input.kind == Kind::Id);
        notes.counts.noted(AS_TEXT, ids.map(|(at, _)| written_as_text(batch.column(at))).sum());
        let judged = Judged {
            n,
            places: Places::of(batch, self.file_at, self.row_at, self.setting.tally.registry()),
            rejected: BTreeMap::new(),
            cells: Vec::new(),
            aside: BTreeMap::new(),
            columns: vec![CellCount::default(); self.mapping.inputs.len()],
            linger: BTreeSet::new(),
        };
        match &self.mapping.form {
            Form::Rows => self.check_rows(batch, judged, notes),
            Form::Long(scale) => self.check_long(batch, scale, judged, notes),
            Form::Wide(scale, cells) => self.check_wide(batch, scale, cells, judged, notes),
        }
    }

    fn check_rows(&self, batch: &RecordBatch, mut judged: Judged, notes: &mut Notes) -> Result<RecordBatch> {
        let mut read: BTreeMap<&str, ArrayRef> = BTreeMap::new();
        let dated = super::super::contract::contract_of(self.setting.table).dated_by();
        let Output::Rows { columns, ordered, lines } = &self.setting.output else { unreachable!("rows give rows") };
        let mut seen = SeenLines::default();
        for (at, input) in self.mapping.inputs.iter().enumerate() {
            let (array, bad) = self.cast(batch.column(at), input);
            let set = (input.bad == OnBad::Protect && !bad.is_empty()).then(|| protect(&array, &bad));
            if *lines && input.name == "amount" {
                seen.unread.extend(bad.iter().map(|(i, _)| *i));
            }
            // A line of an order takes the date of its order.
            let required = input.required && !(*lines && dated == Some(input.name.as_str()));
            judged.column(at, &Input { required, ..input.clone() }, &array, bad);
            let array = match set {
                Some(set) => set,
                None if is_still_to_come(self.setting.table, &input.name) => self.without_future(&array),
                None => array,
            };
            if matches!(input.kind, Kind::Amount { .. } | Kind::Measure) {
                notes.counts.noted(OTHER_DECIMAL, otherwise_written(batch.column(at), self.decimal));
            }
            if self.is_of_customers() && input.name == "signup_date" {
                self.note_far_days(&array, notes);
            }
            read.insert(&input.name, array);
        }
        if *lines {
            self.see_undated(&read, &mut judged, &mut seen);
        }
        if let Some(moments) = dated.and_then(|name| read.get(name)).filter(|_| !self.is_of_customers()) {
            self.set_dated_aside(moments, &mut judged);
        }
        if self.is_of_customers() {
            Self::note_id_shapes(read["customer_id"].as_string(), &judged, notes);
        }
        let mut arrays: Vec<ArrayRef> = columns
            .iter()
            .map(|(name, kind)| {
                let absent = || new_null_array(&stored_as(*kind, &self.times), judged.n);
                read.get(name.as_str()).map_or_else(absent, Arc::clone)
            })
            .collect();
        if *lines {
            return self.finish_lines(batch, arrays, &seen, judged, notes);
        }
        let order = match ordered {
            true => judged.places.order(self.spec, &arrays)?,
            false => content_order(&arrays)?,
        };
        arrays.push(if self.is_of_customers() { judged.hand_on_rejected(&arrays[0], order) } else { order });
        judged.finish(batch, RecordBatch::try_new(Arc::clone(&self.schema), arrays)?, notes)
    }

    fn note_id_shapes(ids: &StringArray, judged: &Judged, notes: &mut Notes) {
        let accepted = ids.iter().enumerate().filter(|(i, _)| !judged.rejected.contains_key(i));
        for id in accepted.filter_map(|(_, id)| id) {
            notes.id_shapes.add(id_shape(id), 1);
        }
    }

    /// Customers are set aside by day and only after their rows were compared.
    fn is_of_customers(&self) -> bool {
        self.setting.table == TableName::Customers
    }

    /// Moments up to the end of the night; what is dated later has not happened yet.
    fn without_future(&self, moments: &ArrayRef) -> ArrayRef {
        let known = moments.as_primitive_opt::<TimestampMicrosecondType>();
        let Some(known) = known else { return Arc::clone(moments) };
        let future = |i: &usize| known.is_valid(*i) && known.value(*i) >= self.setting.end_of_night;
        blank(moments, (0..known.len()).filter(future))
    }

    /// Counts customers since more than a century ago, and since a day more than a year away: what 1900-01-01 and 9999-12-31
    /// stand for is "not known".
    fn note_far_days(&self, days: &ArrayRef, notes: &mut Notes) {
        let Some(days) = days.as_primitive_opt::<Date32Type>() else { return };
        let tonight = self.setting.end_of_night.div_euclid(super::iso::DAY);
        let since = || days.iter().flatten().map(|day| tonight - i64::from(day));
        notes.counts.noted(LONG_AGO, since().filter(|days| *days > CENTURY).count() as u64);
        notes.counts.noted(FAR_AWAY, since().filter(|days| *days < -YEAR).count() as u64);
    }

    /// Sets aside rows dated after the night, and behavior older than the window.
    pub(super) fn set_dated_aside(&self, moments: &ArrayRef, judged: &mut Judged) {
        use TableName::{Feedback, Interactions, Orders};
        let setting = &self.setting;
        let behavior = matches!(setting.table, Orders | Interactions | Feedback);
        let start = if behavior { setting.window_start } else { i64::MIN };
        if let Some(moments) = moments.as_primitive_opt::<TimestampMicrosecondType>() {
            for (i, moment) in moments.iter().enumerate() {
                match moment {
                    Some(moment) if moment >= setting.end_of_night => judged.set_aside(i, "after_the_night"),
                    Some(moment) if moment < start => judged.set_aside(i, "older_than_a_year"),
                    _ => {}
                }
            }
        }
    }

    /// A column as its kind, and the cells that are not.
    pub(super) fn cast(&self, array: &ArrayRef, input: &Input) -> (ArrayRef, Bad) {
        let marks = |percent| Marks { decimal: self.decimal, currency: &self.setting.currency, percent };
        match input.kind {
            Kind::Id => {
                let form = self.id.as_ref().filter(|_| input.name == "customer_id");
                shared_with(ids(array, IdReading { column: &input.from, form }))
            }
            Kind::Amount { .. } | Kind::Number { .. } | Kind::Positive if array.as_boolean_opt().is_some() => {
                shared_with(no_numbers(array))
            }
            Kind::Amount { low, high } => {
                let (numbers, bad) = amounts(array, marks(false));
                // What is left over of a difference of doubles, such as 7e-15, is nothing; what is written so is not.
                let written = is_text(array.data_type()) || array.data_type().is_decimal();
                let fits = |x: f64| low <= x && x <= high && (!written || x == 0.0 || x.abs() >= LEAST_AMOUNT);
                in_range(numbers, bad, fits)
            }
            Kind::Measure => {
                let (numbers, bad) = amounts(array, marks(true));
                in_range(numbers, bad, |x| x.abs() <= MOST_NUMBER)
            }
            Kind::Number { low, high } => {
                let (numbers, bad) = numbers(array, self.decimal);
                in_range(numbers, bad, |x| low <= x && x <= high)
            }
            Kind::Positive => {
                let (numbers, bad) = numbers(array, self.decimal);
                in_range(numbers, bad, |x| (LEAST_WEIGHT..=MOST_WEIGHT).contains(&x))
            }
            Kind::Flag => shared_with(flags(array)),
            Kind::Day => shared_with(self.times.days(array)),
            Kind::Moment => shared_with(self.times.moments(array)),
            Kind::Choice(words) => {
                let (text, bad) = texts(array);
                choice(&text, bad, words)
            }
            Kind::Element if self.setting.table == TableName::Interactions => {
                let (text, bad) = texts(array);
                shared_with(elements(&text, bad))
            }
            Kind::Text | Kind::Address | Kind::Element | Kind::Aspect | Kind::Question | Kind::Rating => {
                shared_with(texts(array))
            }
        }
    }
}

/// Columns that say when something came to its end: a day after the night, such as 9999-12-31, means that it has not.
fn is_still_to_come(table: TableName, column: &str) -> bool {
    matches!(
        (table, column),
        (TableName::Interactions, "resolved_at")
            | (TableName::Orders, "delivered_at")
            | (TableName::Feedback, "answered_at")
    )
}

/// Cells that hold NaN.
fn nans(array: &ArrayRef) -> u64 {
    let single = || Some(array.as_primitive_opt::<Float32Type>()?.iter().flatten().filter(|x| x.is_nan()).count());
    let double = array.as_primitive_opt::<Float64Type>().map(|own| own.iter().flatten().filter(|x| x.is_nan()).count());
    double.or_else(single).unwrap_or(0) as u64
}

fn shared_with(read: (impl Array + 'static, Bad)) -> (ArrayRef, Bad) {
    (shared(read.0), read.1)
}

fn in_range(numbers: Float64Array, mut bad: Bad, fits: impl Fn(f64) -> bool) -> (ArrayRef, Bad) {
    let before = bad.len();
    bad.extend(
        numbers.iter().enumerate().filter_map(|(i, x)| x.filter(|x| !fits(*x)).map(|_| (i, RejectCode::OutOfRange))),
    );
    let array: ArrayRef = Arc::new(numbers);
    if bad.len() == before {
        return (array, bad);
    }
    let blanked = blank(&array, bad[before..].iter().map(|(i, _)| *i));
    (blanked, bad)
}

fn choice(text: &StringArray, mut bad: Bad, words: &[&str]) -> (ArrayRef, Bad) {
    let lower: StringArray = text
        .iter()
        .enumerate()
        .map(|(i, cell)| {
            let cell = cell?.to_lowercase();
            if words.contains(&cell.as_str()) {
                return Some(cell);
            }
            bad.push((i, RejectCode::UnknownWord));
            None
        })
        .collect();
    (Arc::new(lower), bad)
}

/// METHOD (our judgment): a flag that protects a person counts as set where it cannot be read.
fn protect(array: &ArrayRef, bad: &Bad) -> ArrayRef {
    let flags = array.as_boolean();
    let mut set: Vec<Option<bool>> = flags.iter().collect();
    bad.iter().for_each(|(i, _)| set[*i] = Some(true));
    Arc::new(BooleanArray::from(set))
}

/// Days of a checked column.
pub(super) fn day_at(batch: &RecordBatch, name: &str, i: usize) -> Option<i32> {
    let days = batch.column_by_name(name)?.as_primitive_opt::<Date32Type>()?;
    days.is_valid(i).then(|| days.value(i))
}
