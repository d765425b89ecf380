//! Which column says when, and how.

use chrono::DateTime;

use super::dates::DateForm;
use super::look::Find;
use super::mapped::{Change, Offer, Question};
use super::rows::{Filled, own};
use super::shape::Shape;
use super::tokens::any;

/// 1970-01-01 as a spreadsheet counts days: since 1899-12-30.
const EPOCH_SERIAL: i64 = 25_569;

/// Words of columns that tell another time than that of the row.
const OTHER: [&str; 22] = [
    "birth",
    "birthday",
    "dob",
    "updated",
    "modified",
    "synced",
    "sync",
    "deleted",
    "due",
    "expires",
    "expiration",
    "expiry",
    "end",
    "ended",
    "last",
    "promised",
    "delivered",
    "delivery",
    "resolved",
    "closed",
    "flown",
    "shipped",
];

/// The column that dates a row: one whose name has a wanted word, else the first that tells no other time.
pub(super) fn when<'a>(find: &'a Find, wanted: &[&str]) -> Option<&'a Shape> {
    let dated = || find.usable().filter(|shape| readable(shape) && shape.missing() < 0.5);
    let wished = dated().find(|shape| any(&shape.tokens, wanted));
    wished.or_else(|| dated().find(|shape| !any(&shape.tokens, &OTHER))).or_else(|| dated().next())
}

/// Whether the dates of a column can be read without somebody's word for what they are.
pub(super) fn readable(shape: &Shape) -> bool {
    shape.dates.as_ref().is_some_and(|dates| matches!(dates.form, DateForm::Iso | DateForm::Format(_)))
}

/// The `date_format` of a column; `None` = ISO 8601.
pub(super) fn format_of(shape: &Shape) -> Option<String> {
    match shape.dates.as_ref().map(|dates| &dates.form) {
        Some(DateForm::Format(format)) => Some(format.clone()),
        _ => None,
    }
}

/// What fills a moment from a column: the column, or SQL that reads numbers since 1970 or the days of a spreadsheet.
pub(super) fn moment(shape: &Shape) -> Option<Filled> {
    match &shape.dates.as_ref()?.form {
        DateForm::Iso | DateForm::Format(_) => Some(Filled::Column(shape.name.clone())),
        DateForm::Epoch(unit) => {
            Some(Filled::Sql(format!("{}(try_cast({} as bigint))", unit.function(), own(&shape.name))))
        }
        DateForm::Serial => Some(Filled::Sql(format!(
            "to_timestamp(cast(round((try_cast({} as double) - {EPOCH_SERIAL}) * 86400) as bigint))",
            own(&shape.name)
        ))),
    }
}

/// Whether a column's numbers look like days of a spreadsheet: other numbers do too, so this is asked and never taken as read.
pub(super) fn is_serial(shape: &Shape) -> bool {
    shape.dates.as_ref().is_some_and(|dates| dates.form == DateForm::Serial)
}

/// Key of the question whether numbers are days of a spreadsheet.
pub(super) const SERIAL_KEY: &str = "date_serial";

/// The question of a column whose days could be months, or whose numbers could be days.
pub(super) fn date_question(shape: &Shape) -> Option<Question> {
    let dates = shape.dates.as_ref()?;
    if dates.form == DateForm::Serial {
        return serial_question(shape);
    }
    let (DateForm::Format(format), Some(or)) = (&dates.form, &dates.or) else { return None };
    let offer = |format: &String| Offer { answer: format.clone(), change: Change::DateFormat(Some(format.clone())) };
    Some(Question {
        key: "date_format".to_owned(),
        text: format!("does the day come first ({format}) or the month ({or})? Every value looked at fits both"),
        offers: vec![offer(format), offer(or)],
    })
}

fn serial_question(shape: &Shape) -> Option<Question> {
    let numbers = shape.numbers.as_ref()?;
    let day =
        |serial: f64| DateTime::from_timestamp((serial as i64 - EPOCH_SERIAL) * 86_400, 0).map(|at| at.date_naive());
    let (first, last) = (day(numbers.low)?, day(numbers.high)?);
    let offer = |answer: &str, change| Offer { answer: answer.to_owned(), change };
    Some(Question {
        key: SERIAL_KEY.to_owned(),
        text: format!("are these numbers the days of a spreadsheet? They would lie between {first} and {last}"),
        offers: vec![offer("yes", Change::Keep), offer("no", Change::LeaveOut)],
    })
}
