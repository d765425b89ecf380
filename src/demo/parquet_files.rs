//! The Parquet files of the demo: one function a table from customers to a record batch.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::contacts::Interaction;
use super::customer::Customer;
use super::error::DemoError;
use super::nuisance::nuisance_name;
use super::orders::Order;
use super::service::household;
use super::sheet::Sheet;
use super::time::Moment;
use super::world::World;
use crate::tables::plain_file;

/// From customers, in order, to the rows of one table.
pub(super) type Rows = fn(&World, &[Customer]) -> RecordBatch;

/// A Parquet file being written.
pub(super) struct ParquetSheet {
    path: PathBuf,
    rows: Rows,
    writer: ArrowWriter<File>,
}

impl ParquetSheet {
    pub(super) fn create(path: PathBuf, world: &World, rows: Rows) -> Result<Self, DemoError> {
        let file = plain_file::create(&path, 0o666).map_err(DemoError::write(&path))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(file, rows(world, &[]).schema(), Some(properties))
            .map_err(DemoError::parquet(&path))?;
        Ok(Self { path, rows, writer })
    }
}

impl Sheet for ParquetSheet {
    fn path(&self) -> &Path {
        &self.path
    }

    fn write(&mut self, world: &World, customers: &[Customer]) -> Result<(), DemoError> {
        self.writer.write(&(self.rows)(world, customers)).map_err(DemoError::parquet(&self.path))
    }

    fn close(self: Box<Self>) -> Result<(), DemoError> {
        self.writer.close().map(drop).map_err(DemoError::parquet(&self.path))
    }
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .expect("columns of one table are equally long")
}

fn strings<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn flags(values: impl Iterator<Item = Option<bool>>) -> ArrayRef {
    Arc::new(values.collect::<BooleanArray>())
}

fn moments(values: impl Iterator<Item = Option<Moment>>) -> ArrayRef {
    Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
}

fn days(values: impl Iterator<Item = NaiveDate>) -> ArrayRef {
    Arc::new(values.map(|day| Some(day.to_epoch_days())).collect::<Date32Array>())
}

/// `in/customers.parquet`; a dirty customer stands there twice.
pub(super) fn customers(_: &World, customers: &[Customer]) -> RecordBatch {
    let rows: Vec<&Customer> =
        customers.iter().flat_map(|c| std::iter::repeat_n(c, if c.dirt.twice { 2 } else { 1 })).collect();
    let ids: Vec<String> = rows.iter().map(|c| c.person.id()).collect();
    let households: Vec<Option<String>> = rows.iter().map(|c| household(c.person.number)).collect();
    let all = || rows.iter().map(|c| &c.descriptors);
    batch(vec![
        ("customer_no", strings(ids.iter().map(|id| Some(id.as_str())))),
        ("since", days(rows.iter().map(|c| c.person.signup))),
        ("country", strings(all().map(|d| Some(d.country)))),
        ("loyalty_tier", strings(all().map(|d| Some(d.loyalty_tier)))),
        ("prof_ok", flags(all().map(|d| d.consent_profiling))),
        ("newsletter_ok", flags(all().map(|d| d.consent_email))),
        ("consent_sms", flags(all().map(|d| d.consent_sms))),
        ("consent_push", flags(all().map(|d| d.consent_push))),
        ("consent_phone", flags(all().map(|d| d.consent_phone))),
        ("consent_post", flags(all().map(|d| d.consent_post))),
        ("objection_marketing", flags(all().map(|d| Some(d.objection_marketing)))),
        ("minor", flags(all().map(|d| Some(d.minor)))),
        ("vulnerable", flags(all().map(|d| Some(d.vulnerable)))),
        ("deceased", flags(all().map(|d| Some(d.deceased)))),
        ("open_case", flags(rows.iter().map(|c| Some(c.open_case)))),
        ("close_kindly", flags(all().map(|d| Some(d.close_kindly)))),
        ("relationship_wish", strings(all().map(|d| d.relationship_wish))),
        ("erasure_requested", flags(all().map(|d| Some(d.erasure_requested)))),
        ("household_id", strings(households.iter().map(Option::as_deref))),
        ("email", strings(all().map(|d| d.email.as_deref()))),
        ("phone", strings(all().map(|d| d.phone.as_deref()))),
    ])
}

/// `in/orders.parquet`.
pub(super) fn orders(_: &World, customers: &[Customer]) -> RecordBatch {
    let ids: Vec<String> = customers.iter().map(|c| c.person.id()).collect();
    let rows: Vec<(usize, usize, &Order)> = (customers.iter().enumerate())
        .flat_map(|(i, c)| c.orders.iter().enumerate().map(move |(k, order)| (i, k, order)))
        .collect();
    let numbers: Vec<String> =
        rows.iter().map(|&(i, k, _)| format!("{:08}-{:03}", customers[i].person.number + 1, k + 1)).collect();
    let undated = |&(i, k, _): &(usize, usize, &Order)| k == 0 && customers[i].dirt.undated_order;
    let all = || rows.iter().map(|row| row.2);
    batch(vec![
        ("customer_no", strings(rows.iter().map(|row| Some(ids[row.0].as_str())))),
        ("order_no", strings(numbers.iter().map(|number| Some(number.as_str())))),
        ("ordered_at", moments(rows.iter().map(|row| (!undated(row)).then_some(row.2.ordered_at)))),
        ("net_amount", Arc::new(all().map(|o| Some(o.amount_cents as f64 / 100.0)).collect::<Float64Array>())),
        ("discount", Arc::new(all().map(|o| Some(o.discount_cents as f64 / 100.0)).collect::<Float64Array>())),
        ("reward_used", flags(all().map(|o| Some(o.reward_used)))),
        ("channel", strings(all().map(|o| Some(o.channel)))),
        ("site", strings(all().map(|o| o.site))),
        ("category", strings(all().map(|o| Some(o.category)))),
        ("promised_at", moments(all().map(|o| o.promised_at))),
        ("delivered_at", moments(all().map(|o| o.delivered_at))),
        ("returned", flags(all().map(|o| Some(o.returned)))),
        ("return_reason", strings(all().map(|o| o.return_reason))),
    ])
}

/// `in/interactions.parquet`.
pub(super) fn interactions(_: &World, customers: &[Customer]) -> RecordBatch {
    let ids: Vec<String> = customers.iter().map(|c| c.person.id()).collect();
    let rows: Vec<(usize, usize, &Interaction)> = (customers.iter().enumerate())
        .flat_map(|(i, c)| c.interactions.iter().enumerate().map(move |(k, event)| (i, k, event)))
        .collect();
    let cases: Vec<Option<String>> = rows
        .iter()
        .map(|&(i, _, event)| event.case.map(|case| format!("K{:08}-{case:02}", customers[i].person.number + 1)))
        .collect();
    let agents: Vec<Option<String>> = rows.iter().map(|row| row.2.agent.map(|agent| format!("A{agent:02}"))).collect();
    let unnamed = |&(i, k, _): &(usize, usize, &Interaction)| k == 0 && customers[i].dirt.unnamed_event;
    let all = || rows.iter().map(|row| row.2);
    batch(vec![
        ("customer_no", strings(rows.iter().map(|row| Some(ids[row.0].as_str())))),
        ("at", moments(all().map(|e| Some(e.at)))),
        ("event", strings(rows.iter().map(|row| (!unnamed(row)).then_some(row.2.kind)))),
        ("channel", strings(all().map(|e| Some(e.channel)))),
        ("site", strings(all().map(|e| e.site))),
        ("case_id", strings(cases.iter().map(Option::as_deref))),
        ("rating", Arc::new(all().map(|e| e.rating.map(i32::from)).collect::<Int32Array>())),
        ("severity", Arc::new(all().map(|e| e.severity.map(i32::from)).collect::<Int32Array>())),
        ("resolved_at", moments(all().map(|e| e.resolved_at))),
        ("promised_at", moments(all().map(|e| e.promised_at))),
        ("agent", strings(agents.iter().map(Option::as_deref))),
        ("team", strings(all().map(|e| e.team))),
        ("sought", strings(all().map(|e| e.sought.as_deref()))),
    ])
}

/// `in/signals.parquet`: the nuisance columns.
pub(super) fn signals(world: &World, customers: &[Customer]) -> RecordBatch {
    let ids: Vec<String> = customers.iter().map(|c| c.person.id()).collect();
    let values: Vec<Vec<f64>> = customers.iter().map(|c| world.nuisance(&c.person)).collect();
    let names: Vec<String> = (0..world.settings().nuisance_signals).map(nuisance_name).collect();
    let mut columns = vec![("customer_no", strings(ids.iter().map(|id| Some(id.as_str()))))];
    for (j, name) in names.iter().enumerate() {
        let column: Float64Array = values.iter().map(|row| Some(row[j])).collect();
        columns.push((name, Arc::new(column)));
    }
    batch(columns)
}

/// `truth/truth.parquet`: what the job must never see.
pub(super) fn truth(_: &World, customers: &[Customer]) -> RecordBatch {
    let ids: Vec<String> = customers.iter().map(|c| c.person.id()).collect();
    let number = |value: &dyn Fn(&Customer) -> Option<i32>| -> ArrayRef {
        Arc::new(customers.iter().map(value).collect::<Int32Array>())
    };
    let arc = |c: &Customer| i32::from(c.bond.arc_when(c.response.is_some()).number());
    batch(vec![
        ("customer_id", strings(ids.iter().map(|id| Some(id.as_str())))),
        ("segment", number(&|c| Some(c.person.segment as i32))),
        ("surveyed", flags(customers.iter().map(|c| Some(c.response.is_some())))),
        ("wave", number(&|c| c.response.as_ref().map(|r| i32::from(r.wave)))),
        ("connection_stage", strings(customers.iter().map(|c| Some(c.bond.connection.slug())))),
        ("arc_stage", number(&|c| Some(arc(c)))),
        ("loyalty_type", strings(customers.iter().map(|c| Some(c.bond.loyalty.slug())))),
        ("bought", flags(customers.iter().map(|c| Some(c.bond.bought)))),
        ("forgave", flags(customers.iter().map(|c| Some(c.bond.failed)))),
    ])
}
