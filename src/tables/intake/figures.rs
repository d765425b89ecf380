//! What is counted of a night's inputs: from the ledger, from sums made while scratch was written, and from one look at
//! the dates, words and amounts of events.

use std::collections::BTreeMap;
use std::ops::Range;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Float64Type, TimestampMicrosecondType};

use super::super::contract::{Kind, contract_of};
use super::super::figures::{Figures, Mix, Mixes, key, rounded};
use super::super::ledger::Ledger;
use super::super::spec::TableName;
use super::blocks::Layout;
use super::coverage::Coverage;
use super::error::IntakeError;
use super::iso::DAY;
use super::prepare::ReadFile;
use super::scratch::{ColumnSums, ScratchTable};
use super::weights::WEIGHT;
use crate::catalogue::ElementId;
use crate::model::rows::Aspect;

/// Fewest known cells behind a mean. Our judgment: below it one cell moves the mean, and says something of somebody.
const LEAST_KNOWN: u64 = 30;

/// Channels a customer may agree to be contacted by: the last part of the names of the columns.
const CHANNELS: [&str; 5] = ["email", "sms", "push", "phone", "post"];

/// Flags that protect, and those among them that take a customer out of reach.
const PROTECTIVE: [&str; 6] = ["objection_marketing", "minor", "deceased", "vulnerable", "open_case", "close_kindly"];
const OUT_OF_REACH: [&str; 3] = ["objection_marketing", "minor", "deceased"];

/// A finished intake, as far as it is counted.
pub(super) struct Counted<'a> {
    pub(super) inputs: &'a [ReadFile],
    pub(super) ledger: &'a Ledger,
    pub(super) coverage: &'a Coverage,
    pub(super) customers: &'a ScratchTable,
    pub(super) rows: &'a [(Range<usize>, ScratchTable)],
    /// Tables with a row per event or customer.
    pub(super) events: &'a BTreeMap<TableName, ScratchTable>,
    pub(super) layout: &'a Layout,
    pub(super) signal_ids: &'a [String],
    /// First moment after the night, microseconds since 1970.
    pub(super) end_of_night: i64,
}

/// Known cells of a column of the customer rows, and their sums.
struct Column {
    known: u64,
    sums: ColumnSums,
}

impl Column {
    fn mean(&self) -> f64 {
        self.sums.values / self.known as f64
    }

    fn spread(&self) -> f64 {
        (self.sums.squares / self.known as f64 - self.mean().powi(2)).max(0.0).sqrt()
    }
}

impl Counted<'_> {
    /// Everything counted.
    pub(super) fn figures(&self) -> Result<(Figures, Mixes), IntakeError> {
        let (mut figures, mut mixes) = (Figures::new(), Mixes::new());
        for file in self.inputs {
            *figures.entry(key("files", &file.source)).or_default() += 1.0;
            // A table may be made of several sources: what is missing of one of them can be little of the table.
            *figures.entry(key("bytes", &file.source)).or_default() += file.bytes as f64;
        }
        self.of_ledger(&mut figures);
        self.of_rows(&mut figures);
        for (table, sheet) in self.events {
            of_columns(*table, sheet, &mut figures);
            let mut seen = Seen::new(*table, sheet, self.end_of_night);
            seen.read(sheet)?;
            seen.finish(&mut figures, &mut mixes);
        }
        self.of_flags(&mut figures)?;
        figures.values_mut().for_each(|value| *value = rounded(*value));
        Ok((figures, mixes))
    }

    /// Rows, and what became of them.
    fn of_ledger(&self, figures: &mut Figures) {
        for table in &self.ledger.tables {
            let slug = table.table.slug();
            let told = |topic: &str| {
                let notes = self.ledger.notes.iter().filter(|note| note.table == Some(table.table));
                notes.filter(|note| note.topic == topic).map(|note| note.count).sum::<u64>()
            };
            let aside = |rule: &str| table.set_aside.get(rule).copied().unwrap_or(0);
            figures.insert(key("rows", slug), table.read as f64);
            if table.read == 0 {
                continue;
            }
            let mut share = |kind: &str, rows: u64| {
                figures.insert(key(kind, slug), rows as f64 / table.read as f64);
            };
            share("rejected", table.rejected);
            share("after_night", aside("after_the_night") + aside("not_yet_customer"));
            share("orphans", told("orphans"));
            share("copies", told("copies") + told("replaced") + aside("exact_copies"));
            for cells in &table.columns {
                let subject = format!("{slug}.{}", cells.canonical);
                if cells.bad() > 0 {
                    figures.insert(key("bad_cells", &subject), cells.bad_share());
                }
                // Of events and customers it is counted where they are kept.
                if !cells.answers && !self.events.contains_key(&table.table) {
                    let known = cells.read.saturating_sub(cells.bad());
                    figures.insert(key("known", &subject), known as f64 / table.read as f64);
                }
            }
        }
    }

    /// What is known of customers: answers, signals, value, and who is in which table.
    fn of_rows(&self, figures: &mut Figures) {
        let count = |figures: &mut Figures, kind: &str, subject: &str, known: u64| {
            figures.insert(key(kind, subject), known as f64);
        };
        let ratings = self.layout.ratings.iter().map(|&(place, column)| (rating_name(place), column));
        let questions = self.coverage.attitudes.keys();
        let attitudes = questions.filter_map(|name| Some((name.clone(), self.place_of(name)?)));
        for (name, place) in ratings.chain(attitudes) {
            let column = self.column(place);
            count(figures, "answers", &name, column.known);
            if column.known >= LEAST_KNOWN {
                figures.insert(key("answer_mean", &name), column.mean());
            }
        }
        for (id, signal) in self.signal_ids.iter().zip(&self.layout.signals) {
            let column = self.column(signal.column);
            count(figures, "signal_known", id, column.known);
            if column.known >= LEAST_KNOWN {
                figures.insert(key("signal_mean", id), column.mean());
                figures.insert(key("signal_sd", id), column.spread());
            }
        }
        if let Some(value) = &self.layout.value {
            let value = self.column(value.column);
            figures.insert("value".to_owned(), value.sums.values);
            count(figures, "valued", "", value.known);
        }
        for table in self.events.keys() {
            if let Some(place) = self.place_of(&format!("n_{}", table.slug())) {
                count(figures, "customers_with", table.slug(), self.column(place).known);
            }
        }
    }

    /// Place among the columns of the customer rows.
    fn place_of(&self, name: &str) -> Option<usize> {
        let (_, table) = self.rows.first()?;
        let places = table.columns_but_id();
        places.iter().position(|place| table.columns().field(*place).name() == name)
    }

    /// A column of the customer rows, all runs together.
    fn column(&self, place: usize) -> Column {
        let at = |table: &ScratchTable| table.columns_but_id()[place];
        let known = self.rows.iter().map(|(_, table)| table.known(at(table))).sum();
        let groups = self.rows.iter().flat_map(|(_, table)| table.sums(at(table)).collect::<Vec<_>>());
        Column { known, sums: groups.fold(ColumnSums::default(), ColumnSums::and) }
    }

    /// Who may be contacted, and who is protected.
    fn of_flags(&self, figures: &mut Figures) -> Result<(), IntakeError> {
        let schema = self.customers.columns();
        let flags = schema.fields().iter().enumerate().filter(|(_, field)| *field.data_type() == DataType::Boolean);
        let places: Vec<usize> = flags.map(|(place, _)| place).collect();
        let names = self.customers.names();
        let consents = CHANNELS.map(|channel| format!("consent_{channel}"));
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for (channel, _) in CHANNELS.iter().zip(&consents).filter(|(_, consent)| names.contains(*consent)) {
            counts.insert(key("reach", channel), 0);
        }
        for flag in PROTECTIVE.iter().filter(|flag| names.contains(**flag)) {
            counts.insert(key("protected", flag), 0);
        }
        for batch in self.customers.read(&places, None)? {
            let batch = batch.map_err(|error| scratch_error(self.customers, &error.to_string()))?;
            let flag = |name: &str| batch.column_by_name(name).and_then(|column| column.as_boolean_opt());
            let is_set = |flag: Option<&BooleanArray>, row: usize| {
                flag.is_some_and(|flag| flag.is_valid(row) && flag.value(row))
            };
            let profiling = flag("consent_profiling");
            for row in 0..batch.num_rows() {
                for name in PROTECTIVE.iter().filter(|name| is_set(flag(name), row)) {
                    *counts.entry(key("protected", name)).or_default() += 1;
                }
                let out = OUT_OF_REACH.iter().any(|name| is_set(flag(name), row));
                if out || (profiling.is_some() && !is_set(profiling, row)) {
                    continue;
                }
                for (channel, consent) in CHANNELS.iter().zip(&consents) {
                    if is_set(flag(consent), row) {
                        *counts.entry(key("reach", channel)).or_default() += 1;
                    }
                }
            }
        }
        figures.extend(counts.into_iter().map(|(key, count)| (key, count as f64)));
        Ok(())
    }
}

/// The name of a rating indicator, as columns of tables have it.
fn rating_name(indicator: usize) -> String {
    let of = |aspect: Aspect| ElementId::all().find(|element| aspect.indicator(*element) == indicator);
    let found = [Aspect::Importance, Aspect::Fulfillment].into_iter().find_map(|aspect| Some((aspect, of(aspect)?)));
    found.map_or_else(|| indicator.to_string(), |(aspect, element)| format!("{}_{}", aspect.slug(), element.slug()))
}

fn scratch_error(table: &ScratchTable, what: &str) -> IntakeError {
    IntakeError::Scratch { path: table.path().to_owned(), source: std::io::Error::other(what.to_owned()) }
}

/// How much of each column is there, and the means of numbers.
fn of_columns(table: TableName, sheet: &ScratchTable, figures: &mut Figures) {
    let slug = table.slug();
    if table != TableName::Customers {
        figures.insert(key("in_window", slug), sheet.rows() as f64);
    }
    if sheet.rows() == 0 {
        return;
    }
    for (place, field) in sheet.columns().fields().iter().enumerate().filter(|(place, _)| *place > 0) {
        let (subject, known) = (format!("{slug}.{}", field.name()), sheet.known(place));
        figures.insert(key("known", &subject), known as f64 / sheet.rows() as f64);
        if known < LEAST_KNOWN {
            continue;
        }
        let sum = sheet.sums(place).fold(ColumnSums::default(), ColumnSums::and).values;
        match field.data_type() {
            // What people gave on a scale of ten is judged as answers are.
            DataType::Float64 if field.name() == "rating" => {
                figures.insert(key("answers", &subject), known as f64);
                figures.insert(key("answer_mean", &subject), sum / known as f64)
            }
            // Of weights the ratios count, not in which unit they are given.
            DataType::Float64 if field.name() == WEIGHT => None,
            DataType::Float64 => figures.insert(key("mean", &subject), sum / known as f64),
            DataType::Boolean if table != TableName::Customers => {
                figures.insert(key("yes", &subject), sum / known as f64)
            }
            _ => None,
        };
    }
}

/// Dates, words and amounts of a table, as they stream by.
struct Seen {
    table: TableName,
    end: i64,
    /// Places of the columns that are read.
    places: Vec<usize>,
    dated_by: Option<&'static str>,
    /// Columns of words.
    words: Vec<(String, Mix)>,
    recent: [u64; 2],
    newest: Option<i64>,
    amounts: Histogram,
}

impl Seen {
    fn new(table: TableName, sheet: &ScratchTable, end: i64) -> Self {
        let contract = contract_of(table);
        let dated_by = contract.dated_by().filter(|_| table != TableName::Customers);
        let is_words = |name: &str| {
            let kind = contract.column(name).map_or(contract.further, |rule| Some(rule.kind));
            // What people wrote is no word of a list.
            let written = [(TableName::Feedback, "text"), (TableName::Interactions, "sought")];
            matches!(kind, Some(Kind::Text | Kind::Choice(_))) && !written.contains(&(table, name))
        };
        let (mut places, mut words) = (Vec::new(), Vec::new());
        for (place, field) in sheet.columns().fields().iter().enumerate() {
            let name = field.name();
            if *field.data_type() == DataType::Utf8 && place > 0 && is_words(name) {
                words.push((name.clone(), Mix::default()));
                places.push(place);
            } else if dated_by == Some(name.as_str()) || (table, name.as_str()) == (TableName::Orders, "amount") {
                places.push(place);
            }
        }
        let (recent, newest, amounts) = ([0; 2], None, Histogram::default());
        Self { table, end, places, dated_by, words, recent, newest, amounts }
    }

    fn read(&mut self, sheet: &ScratchTable) -> Result<(), IntakeError> {
        if self.places.is_empty() {
            return Ok(());
        }
        for batch in sheet.read(&self.places, None)? {
            self.see(&batch.map_err(|error| scratch_error(sheet, &error.to_string()))?);
        }
        Ok(())
    }

    fn see(&mut self, batch: &RecordBatch) {
        for (name, mix) in &mut self.words {
            let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
            column.into_iter().flatten().flatten().for_each(|word| mix.add(word));
        }
        let amounts = batch.column_by_name("amount").and_then(|column| column.as_primitive_opt::<Float64Type>());
        amounts.into_iter().flatten().flatten().for_each(|amount| self.amounts.add(amount));
        let Some(dates) = self.dated_by.and_then(|name| batch.column_by_name(name)) else { return };
        for moment in dates.as_primitive_opt::<TimestampMicrosecondType>().into_iter().flatten().flatten() {
            let days = (self.end - 1 - moment).div_euclid(DAY);
            self.recent[0] += u64::from(days < 7);
            self.recent[1] += u64::from(days < 30);
            self.newest = Some(self.newest.map_or(days, |newest| newest.min(days)));
        }
    }

    fn finish(self, figures: &mut Figures, mixes: &mut Mixes) {
        let slug = self.table.slug();
        if self.dated_by.is_some() {
            figures.insert(key("recent_7", slug), self.recent[0] as f64);
            figures.insert(key("recent_30", slug), self.recent[1] as f64);
        }
        if let Some(days) = self.newest {
            figures.insert(key("newest", slug), days as f64);
        }
        if let Some(median) = self.amounts.median() {
            figures.insert(key("median", &format!("{slug}.amount")), median);
        }
        let words = self.words.into_iter().filter(|(_, mix)| mix.rows() >= LEAST_KNOWN);
        mixes.extend(words.map(|(name, mix)| (format!("{slug}.{name}"), mix)));
    }
}

/// Amounts above zero by size: eight bins from one power of two to the next.
///
/// METHOD: a median from bins an eighth of a doubling wide is at most an eighth too low: enough to tell cents from euros,
/// and it takes no memory and no order of rows.
#[derive(Default)]
struct Histogram(BTreeMap<u64, u64>);

impl Histogram {
    /// Bits of a number that are left out of its bin: all but sign, exponent and the first three of the fraction.
    const BELOW: u32 = 49;

    fn add(&mut self, amount: f64) {
        if amount > 0.0 {
            *self.0.entry(amount.to_bits() >> Self::BELOW).or_default() += 1;
        }
    }

    /// Lower edge of the bin of the middle one; `None` = too few.
    fn median(&self) -> Option<f64> {
        let all: u64 = self.0.values().sum();
        if all < LEAST_KNOWN {
            return None;
        }
        let mut below = 0;
        let middle = self.0.iter().find(|(_, count)| {
            below += **count;
            2 * below >= all
        });
        middle.map(|(bin, _)| f64::from_bits(bin << Self::BELOW))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_amounts_is_found_within_an_eighth() {
        let mut amounts = Histogram::default();
        (1..=99).for_each(|amount| amounts.add(f64::from(amount)));
        let median = amounts.median().expect("enough");
        assert!((44.0..=50.0).contains(&median), "{median}");
        let mut cents = Histogram::default();
        (1..=99).for_each(|amount| cents.add(f64::from(amount) * 128.0));
        assert_eq!(cents.median(), Some(median * 128.0));
        assert_eq!(Histogram::default().median(), None);
    }

    #[test]
    fn an_indicator_is_named_as_its_column() {
        let element = ElementId::parse("saves_time").expect("an element");
        assert_eq!(rating_name(Aspect::Fulfillment.indicator(element)), "fulfillment_saves_time");
    }
}
