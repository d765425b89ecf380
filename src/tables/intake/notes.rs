//! Sentences about the data that a person should read.

use std::collections::BTreeSet;

use super::super::ledger::{ITEMS, Ledger, Note, SCALE, TableLedger};
use super::super::spec::TableName;
use super::doubts::named;
use super::rows::Rows;
use super::stage::Staged;
use super::tally::LISTED;

/// What rules set rows aside, and how to say so.
const RULES: [(&str, &str); 9] = [
    ("after_the_night", "dated after the night; left out"),
    ("older_than_a_year", "older than 365 days; left out of signals"),
    ("not_yet_customer", "signed up after the night; not yet customers"),
    ("erasure_requested", "of customers who asked to be erased; left out of everything"),
    ("forgotten", "of customers who are to be forgotten; left out of everything"),
    ("exact_copies", "exact copies of another row; dropped"),
    ("other_brand", "about other brands; not used for scores"),
    ("not_asked", "of questions that were not asked; no answer"),
    ("unanswered", "without an answer"),
];

/// A note.
pub(super) fn note(table: Option<TableName>, topic: &'static str, count: u64, text: String) -> Note {
    Note { table, topic, count, text }
}

/// What staging a table has shown.
pub(super) fn of_table(staged: &Staged, ledger: &TableLedger, notes: &mut Vec<Note>) {
    let table = staged.table;
    let name = table.slug();
    // One survey may feed two tables: what is said of its respondents is said once.
    let mut add = |topic, count, text: String| {
        if topic != ITEMS || notes.iter().all(|note| note.text != text) {
            notes.push(note(Some(table), topic, count, text));
        }
    };
    for (rule, &count) in &ledger.set_aside {
        let says = RULES.iter().find(|(own, _)| own == rule).map_or("set aside", |(_, says)| *says);
        add(rule, count, format!("{count} rows of `{name}` {says}"));
    }
    if staged.replaced > 0 {
        let n = staged.replaced;
        add("replaced", n, format!("{n} answers of `{name}` replaced by a later answer to the same question"));
    }
    if staged.copies > 0 {
        let n = staged.copies;
        add("copies", n, format!("{n} rows of `{name}` are exact copies of another row; they count as they stand"));
    }
    if staged.not_applicable > 0 {
        let n = staged.not_applicable;
        add("not_applicable", n, format!("{n} answers of `{name}` say that the question does not apply"));
    }
    for doubt in &staged.doubts {
        add(SCALE, 0, format!("{doubt}."));
    }
    for &(people, median, fast) in staged.speeders.iter().filter(|(.., fast)| *fast > 0) {
        let share = 100.0 * fast as f64 / people as f64;
        let text = format!(
            "{fast} of {people} respondents ({share:.0} %) took less than a third of the median time ({median} \
             seconds): they can hardly have read the questions. Their answers are used."
        );
        add(ITEMS, fast, text);
    }
    for column in &staged.unused {
        add("unused_column", 0, format!("column `{column}` of the query for `{name}` is not used"));
    }
    for fault in ledger.faults.iter().filter(|fault| fault.count > LISTED as u64) {
        let text = format!(
            "{} times {} in column `{}` of `{name}`; the first {LISTED} are listed",
            fault.count,
            fault.code.meaning(),
            fault.column
        );
        add("list_cut", fault.count, text);
    }
}

/// People in other tables who are not customers.
pub(super) fn of_orphans(table: TableName, count: u64, notes: &mut Vec<Note>) {
    let name = table.slug();
    let what = match table {
        TableName::Ratings | TableName::Attitudes => "people who answered",
        _ => "rows",
    };
    let text = format!("{count} {what} in `{name}` belong to nobody in `customers`; left out");
    notes.push(note(Some(table), "orphans", count, text));
}

/// What single items have shown against all others.
pub(super) fn of_items(ledger: &mut Ledger, said: Vec<(u64, String)>) {
    ledger.notes.extend(said.into_iter().map(|(count, text)| note(None, ITEMS, count, text)));
}

/// Columns of wide tables that nobody answered.
pub(super) fn of_unanswered(ledger: &mut Ledger, asked: &BTreeSet<String>, rows: &Rows) {
    let empty = |name: &&String| rows.names.iter().position(|own| own == *name).is_some_and(|at| rows.known[at] == 0);
    let names: Vec<&str> = asked.iter().filter(empty).map(String::as_str).collect();
    if !names.is_empty() {
        let text = format!("Nobody answered {}: nothing is known about it, for anybody.", named(&names));
        ledger.notes.push(note(None, ITEMS, 0, text));
    }
}

/// What follows from the base as a whole.
pub(super) fn of_base(ledger: &mut Ledger, has_consent_profiling: bool) {
    if !has_consent_profiling {
        let text = "`customers` has no column `consent_profiling`: everybody is scored".to_owned();
        ledger.notes.push(note(Some(TableName::Customers), "no_consent_column", 0, text));
    }
}
