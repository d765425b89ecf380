//! Sentences about the data that a person should read.

use super::super::ledger::{ITEMS, LISTED, Ledger, Note, RejectCode, SCALE, TableLedger};
use super::super::spec::TableName;
use super::lines::are_totals;
use super::spellings::Spelled;
use super::stage::Staged;
use super::tally::{AS_TEXT, FAR_AWAY, LONG_AGO, NAN, OTHER_DECIMAL};
use crate::model::rows::percent_of;

/// What rules set rows aside, and how to say so.
const RULES: [(&str, &str); 10] = [
    ("after_the_night", "dated after the night; left out"),
    ("older_than_a_year", "older than 365 days; left out of signals"),
    ("not_yet_customer", "signed up after the night; not yet customers"),
    ("erasure_requested", "of customers who asked to be erased; left out of everything"),
    ("guests", "with the id 0, which stands for guests; left out of everything"),
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

/// Fewest ids of which some can be called unlike the others; and of how many, at most, this is said: a few, or one in fifty. Our
/// judgment: more are another way of numbering.
const ODD_AMONG: u64 = 50;
const FEW_ODD: u64 = 3;

fn is_odd(unlike: u64, all: u64) -> bool {
    all >= ODD_AMONG && unlike <= FEW_ODD.max(all / 50)
}

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
        add(SCALE, 0, format!("{doubt}."));
    }
    for &(people, median, fast) in staged.speeders.iter().filter(|(.., fast)| *fast > 0) {
        let share = percent_of(fast, people);
        let text = format!(
            "{fast} of {people} respondents ({share}) took less than a third of the median time ({median} \
             seconds): they can hardly have read the questions. Their answers are used."
        );
        add(ITEMS, fast, text);
    }
    for column in &staged.unanswered {
        add(
            "no_answers",
            0,
            format!("column `{column}` of `{name}` holds no answer that can be used: nobody has that score"),
        );
    }
    for column in &staged.unused {
        add("unused_column", 0, format!("column `{column}` of the query for `{name}` is not used"));
    }
    of_ids(staged, ledger, notes);
    of_values(staged, notes);
    let mut add = |topic, count, text: String| notes.push(note(Some(table), topic, count, text));
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

/// Ids that may stand for nobody or for many.
fn of_ids(staged: &Staged, ledger: &TableLedger, notes: &mut Vec<Note>) {
    let table = staged.table;
    let name = table.slug();
    let mut add = |topic, count, text: String| notes.push(note(Some(table), topic, count, text));
    if let Some((own, all)) = staged.outstanding {
        let share = percent_of(own, all);
        let text = format!(
            "1 customer has {share} of the rows of `{name}` ({own} of {all}); if this id stands for guests or tests, leave it \
             out by `query`"
        );
        add("single_customer", own, text);
    }
    let guests =
        ledger.faults.iter().filter(|fault| fault.code == RejectCode::GuestId).map(|fault| fault.count).sum::<u64>();
    if guests > 0 {
        let share = percent_of(guests, ledger.read);
        let text = format!(
            "{guests} rows of `{name}` ({share}) have the customer id 0, which stands for guests; they belong to nobody and are \
             left out"
        );
        add("guests", guests, text);
    }
    let as_text = staged.tally.times(AS_TEXT);
    if as_text > 0 {
        let text = format!(
            "`{name}` has ids written as the text of a spreadsheet, =\"99\" ({as_text} of them); they are read without those signs"
        );
        add(AS_TEXT, as_text, text);
    }
    let unlike = if table == TableName::Customers { staged.tally.ids_unlike_most() } else { 0 };
    if unlike > 0 && is_odd(unlike, ledger.accepted) {
        let text = format!(
            "{unlike} ids of `{name}` look unlike all others; if these rows are totals or remarks, leave them out by `query`"
        );
        add("ids_unlike_others", unlike, text);
    }
}

/// Values that are read in a way one should know of.
fn of_values(staged: &Staged, notes: &mut Vec<Note>) {
    let name = staged.table.slug();
    let mut add = |topic, count, text: String| notes.push(note(Some(staged.table), topic, count, text));
    let times = |topic| staged.tally.times(topic);
    if times(NAN) > 0 {
        let n = times(NAN);
        add("nan", n, format!("{n} cells of `{name}` hold NaN, which is read as nothing there"));
    }
    if times(OTHER_DECIMAL) > 0 {
        let n = times(OTHER_DECIMAL);
        let text = format!(
            "{n} amounts of `{name}` are written with the other decimal sign than `decimal` of the source says; those that hold \
             one sign alone, as 1.234, are read as it says: if that is wrong, set csv = {{ decimal = \",\" }} (or \".\")"
        );
        add("other_decimal", n, text);
    }
    if times(LONG_AGO) > 0 {
        let n = times(LONG_AGO);
        let text = format!(
            "{n} rows of `{name}` say customer since more than 100 years ago; if such a day, as 1900-01-01, stands for \"not \
             known\", list it in `nulls` of the source"
        );
        add("since_long_ago", n, text);
    }
    if times(FAR_AWAY) > 0 {
        let n = times(FAR_AWAY);
        let text = format!(
            "{n} rows of `{name}` say customer from a day more than a year away, so they are not scored; if such a day, as \
             9999-12-31, stands for \"not known\", list it in `nulls` of the source"
        );
        add("since_far_away", n, text);
    }
}

/// Ids that differ only in case, over all tables and in `customers` alone.
pub(super) fn of_case_twins(count: u64, of_customers: u64, notes: &mut Vec<Note>) {
    let within = if of_customers > 0 { format!(", {of_customers} of them within `customers`") } else { String::new() };
    let text = format!(
        "{count} ids differ from another one only in case{within}; they count as different people. If they are not, write \
         id = {{ lower = true }} in every table"
    );
    notes.push(note(None, "case_twins", count, text));
}

/// What single items have shown against all others.
pub(super) fn of_items(ledger: &mut Ledger, said: Vec<(u64, String)>) {
    ledger.notes.extend(said.into_iter().map(|(count, text)| note(None, ITEMS, count, text)));
}

/// What follows from the base as a whole.
pub(super) fn of_base(ledger: &mut Ledger, has_consent_profiling: bool) {
    if !has_consent_profiling {
        let text = "`customers` has no column `consent_profiling`: everybody is scored".to_owned();
        ledger.notes.push(note(Some(TableName::Customers), "no_consent_column", 0, text));
    }
}
