//! What customer rows are joined from: answers, sums of events, own signals; and which column of the rows is what.

use std::collections::BTreeMap;

use super::super::spec::TableName;
use super::blocks::{HOUSEHOLD, Layout, SignalColumn, WISH};
use super::coverage::Coverage;
use super::error::IntakeError;
use super::hear::Heard;
use super::prepare::Prepared;
use super::rows::{CustomerPart, Rows};
use super::scratch::ScratchTable;
use super::signals::{MissingSignal, VALUE, count_column, missing_signals, signal_column, sums};
use super::stage::Staged;
use super::weights::WEIGHT;
use crate::catalogue::{Catalogue, NoRows, SignalTable};
use crate::model::rows::MAX_SIGNALS;

/// Prefix of signals that a user's `signals` table brings.
const OWN: &str = "own_";

/// What customer rows are joined from.
pub(super) struct JoinBase {
    pub(super) parts: Vec<CustomerPart>,
    pub(super) signal_ids: Vec<String>,
    /// Column, and the column that counts rows where none means 0, per signal.
    signal_columns: Vec<(String, Option<String>)>,
    pub(super) missing: Vec<MissingSignal>,
}

impl JoinBase {
    pub(super) fn new(
        catalogue: &Catalogue,
        prepared: &Prepared,
        staged: &BTreeMap<TableName, Staged>,
        heard: Option<&Heard>,
    ) -> Result<Self, IntakeError> {
        let sheet = |table: SignalTable| {
            let name = TableName::parse(table.name()).expect("signal tables are canonical tables");
            staged.get(&name).map(|staged| &staged.sheets[0])
        };
        let mut parts = Vec::new();
        let mut columns: Vec<(usize, String, Option<String>)> = Vec::new();
        for table in SignalTable::ALL {
            let sums = sheet(table).and_then(|rows| {
                sums(catalogue, table, &rows.on_the_wall(prepared.times.zone), &prepared.end_of_night_wall_sql)
            });
            if let Some(sums) = sums {
                for &(place, no_rows) in &sums.signals {
                    let zero = (no_rows == NoRows::Zero).then(|| count_column(table));
                    columns.push((place, signal_column(place), zero));
                }
                parts.push(CustomerPart::Sums(sums));
            }
        }
        columns.sort_by_key(|(place, ..)| *place);
        let mut signal_ids: Vec<String> =
            columns.iter().map(|(place, ..)| catalogue.signals()[*place].id().to_owned()).collect();
        let mut signal_columns: Vec<_> = columns.into_iter().map(|(_, column, zero)| (column, zero)).collect();
        if let Some(own) = staged.get(&TableName::Signals) {
            for field in own.sheets[0].columns().fields().iter().skip(1) {
                signal_ids.push(format!("{OWN}{}", field.name()));
                signal_columns.push((format!("{OWN}{}", field.name()), None));
            }
            parts.push(CustomerPart::Sheet { table: own.sheets[0].clone(), prefix: OWN });
        }
        if let Some(mentions) = heard.and_then(|heard| heard.signals.as_ref()) {
            for field in mentions.columns().fields().iter().skip(1) {
                signal_ids.push(field.name().clone());
                signal_columns.push((field.name().clone(), None));
            }
            parts.push(CustomerPart::Sheet { table: mentions.clone(), prefix: "" });
        }
        if signal_ids.len() > MAX_SIGNALS {
            return Err(IntakeError::TooManySignals { found: signal_ids.len(), limit: MAX_SIGNALS });
        }
        for table in [TableName::Attitudes, TableName::Ratings] {
            let sheets = staged.get(&table).into_iter().flat_map(|staged| &staged.sheets);
            parts.extend(sheets.map(|sheet| CustomerPart::Sheet { table: sheet.clone(), prefix: "" }));
        }
        let missing = missing_signals(catalogue, |table| sheet(table).map(ScratchTable::names));
        Ok(Self { parts, signal_ids, signal_columns, missing })
    }

    pub(super) fn layout(
        &self,
        rows: &Rows,
        staged: &BTreeMap<TableName, Staged>,
        prepared: &Prepared,
    ) -> (Layout, Coverage) {
        let customers = &staged[&TableName::Customers].sheets[0];
        let at = |name: &str| rows.names.iter().position(|own| own == name);
        let mut coverage = Coverage::of(customers.rows());
        coverage.respondents = rows.respondents;
        coverage.tables = staged.keys().copied().collect();
        let customer_names = customers.columns().fields().iter().map(|field| field.name().clone());
        coverage.customer_columns = customer_names.skip(1).collect();
        let mut layout = Layout::default();
        for (indicator, name) in prepared.ratings.names().iter().enumerate() {
            if let Some(column) = at(name).filter(|&column| rows.known[column] > 0) {
                layout.ratings.push((indicator, column));
                coverage.answers[indicator] = rows.known[column];
            }
        }
        for (place, name) in prepared.attitudes.names().iter().enumerate() {
            if let Some(column) = at(name).filter(|&column| rows.known[column] > 0) {
                layout.attitudes.push((place, column));
                coverage.attitudes.insert(name.clone(), rows.known[column]);
            }
        }
        for (id, (column, zero)) in self.signal_ids.iter().zip(&self.signal_columns) {
            let column = at(column).expect("the join has every signal");
            coverage.signals.insert(id.clone(), rows.known[column]);
            layout.signals.push(SignalColumn { column, zero_without: zero.as_deref().and_then(at) });
        }
        layout.motivators = prepared.motivators;
        // METHOD (our judgment): nobody is worth 0 where no amount of anybody is known.
        let value = at(VALUE).filter(|&column| rows.known[column] > 0);
        layout.value =
            value.map(|column| SignalColumn { column, zero_without: at(&count_column(SignalTable::Orders)) });
        layout.has_consent_profiling = coverage.has_customer_column("consent_profiling");
        let wanted = |name: &str, flag: bool| ["customer_id", WEIGHT, WISH, HOUSEHOLD].contains(&name) || flag;
        let fields = customers.columns().fields().iter().enumerate();
        let flag = datafusion::arrow::datatypes::DataType::Boolean;
        layout.customer_columns =
            fields.filter(|(_, f)| wanted(f.name(), *f.data_type() == flag)).map(|(i, _)| i).collect();
        (layout, coverage)
    }
}
