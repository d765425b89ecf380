//! Sentences about the data that a person should read.

use super::super::ledger::{Ledger, Note, TableLedger};
use super::super::spec::TableName;
use super::lines::are_totals;
use super::spellings::Spelled;
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

/// What a rule does to rows, in words.
pub(super) fn rule_in_words(rule: &str) -> &'static str {
    RULES.iter().find(|(own, _)| *own == rule).map_or("set aside", |(_, says)| *says)
}

/// A note.
pub(super) fn note(table: Option<TableName>, topic: &'static str, count: u64, text: String) -> Note {
    Note { table, topic, count, text }
}

/// What staging a table has shown.
pub(super) fn of_table(staged: &Staged, ledger: &TableLedger, notes: &mut Vec<Note>) {
    let table = staged.table;
    let name = table.slug();
    let mut add = |topic, count, text: String| notes.push(note(Some(table), topic, count, text));
    for (rule, &count) in &ledger.set_aside {
        let says = rule_in_words(rule);
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
    if staged.dated_lines > 0 {
        let n = staged.dated_lines;
        add("order_dates", n, format!("{n} rows of `{name}` have no date of their own; they have that of their order"));
    }
    let (orders, same) = staged.repeated;
    if are_totals(orders, same) {
        let text = format!(
            "in {same} of {orders} orders of several lines in `{name}` all lines have the same amount: if it is the total of \
             the order, it is added up once a line; map the amount of the line, or take one row an order in a `query`"
        );
        add("order_totals", same, text);
    }
    if staged.spellings.addresses > 0 {
        let Spelled { addresses, stricter, erased } = staged.spellings;
        let text = format!(
            "{addresses} e-mail addresses of `{name}` stand there in several spellings (capitals, Unicode form): the \
             strictest flags of all spellings of an address count for each; {stricter} customers became stricter by it, \
             {erased} were left out. Nothing else of them is put together: one id should be spelled one way"
        );
        add("spellings", addresses, text);
    }
    if staged.not_applicable > 0 {
        let n = staged.not_applicable;
        add("not_applicable", n, format!("{n} answers of `{name}` say that the question does not apply"));
    }
    for doubt in &staged.doubts {
        add("scale", 0, format!("{doubt}: is this the right scale?"));
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

/// What follows from the base as a whole.
pub(super) fn of_base(ledger: &mut Ledger, has_consent_profiling: bool) {
    if !has_consent_profiling {
        let text = "`customers` has no column `consent_profiling`: everybody is scored".to_owned();
        ledger.notes.push(note(Some(TableName::Customers), "no_consent_column", 0, text));
    }
}
