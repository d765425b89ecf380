//! What all files together come to: each recognized by itself, keys by what they have in common, customers from all of them.

use std::collections::BTreeSet;

use super::elements::Cues;
use super::events::happened;
use super::exports::ExportLibrary;
use super::key::{Key, KeyPlace, keys, rows_key};
use super::known::KnownFiles;
use super::look::Find;
use super::mapped::{Change, Confidence, MappedTable, Offer, Question};
use super::people::{Appearance, customers};
use super::rows::Draft;
use super::signals::{numbers_of_answers, signals};
use super::survey::{Asked, asked};
use super::tokens::any;
use crate::catalogue::Catalogue;
use crate::tables::spec::TableName;

/// A canonical table as it will stand in the configuration.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Planned {
    /// The mapping, with names of sources in it.
    pub(super) mapped: MappedTable,
    /// Name of the source it is mostly made of, and of the question keys.
    pub(super) source: String,
    /// Why it stands there as a comment; `None` = it is read.
    pub(super) left_out: Option<String>,
}

/// Fewest columns that look like answers before a file without ids is taken for a survey. Our judgment.
const FEWEST_ITEMS: usize = 5;

/// All that the files come to, in the order of the canonical tables.
pub(super) fn plan(finds: &[Find], library: &ExportLibrary) -> Vec<Planned> {
    let cues = Cues::of(&Catalogue::embedded());
    let mut known = keys(finds);
    let exports = KnownFiles::of(finds, &known, library);
    exports.correct(&mut known);
    let named = known.iter().any(Option::is_some);
    let nameless: Vec<usize> = (0..finds.len()).filter(|i| known[*i].is_none() && !exports.has(*i)).collect();
    let crowded = named || nameless.len() > 1;
    let row = rows_key();
    let people: Vec<usize> =
        nameless.iter().copied().filter(|i| rows_are_people(finds, *i, &row, &cues, named)).collect();
    let people = most_telling(finds, people, &row, &cues);
    let crowded = crowded && (named || people.len() > 1);
    for i in &people {
        known[*i] = Some(row.clone());
    }
    let mut planned: Vec<Planned> = Vec::new();
    let mut appearances: Vec<Appearance<'_>> = Vec::new();
    for (i, (find, key)) in finds.iter().zip(&known).enumerate() {
        let Some(key) = key.as_ref().filter(|_| !exports.maps(i)) else { continue };
        let draft = Draft { finds, find, key, crowded };
        let (tables, appearance) = of_one(draft, &cues);
        // What a survey tool notes beside the answers, such as a status or seconds, is no signal.
        let noted = |mapped: &MappedTable| exports.has(i) && mapped.table == TableName::Signals;
        let tables = tables.into_iter().filter(|mapped| !noted(mapped)).map(|mapped| exports.answered(i, mapped));
        planned.extend(tables.map(|mapped| Planned { mapped, source: find.name.clone(), left_out: None }));
        appearances.push(appearance);
    }
    planned.extend(exports.tables());
    only_one_of_signals(&mut planned);
    if !planned.iter().any(|one| scores(one.mapped.table)) {
        planned.extend(numbers_at_least(&mut appearances));
    }
    let people = if exports.is_empty() { customers(&appearances) } else { exports.customers(&appearances) };
    if let Some(mapped) = people {
        planned.push(Planned { mapped, source: "all".to_owned(), left_out: None });
    }
    for one in &mut planned {
        ask_whether_to_use(&mut one.mapped);
    }
    planned.sort_by_key(|one| one.mapped.table);
    number(&mut planned);
    planned
}

/// Several tables of one source get a number behind its name: keys of questions differ.
fn number(planned: &mut [Planned]) {
    for i in 0..planned.len() {
        let before = planned[..i].iter().filter(|one| {
            one.mapped.table == planned[i].mapped.table
                && one.source.trim_end_matches(|c: char| c.is_ascii_digit() || c == '#') == planned[i].source
        });
        let before = before.count();
        if before > 0 {
            planned[i].source = format!("{}#{}", planned[i].source, before + 1);
        }
    }
}

/// Whether a night can be made of a table beside customers.
fn scores(table: TableName) -> bool {
    !matches!(table, TableName::Customers | TableName::Attitudes | TableName::Treatments)
}

/// Whether each row of a file that names nobody is somebody: it asks, or it tells of contacts.
fn rows_are_people(finds: &[Find], i: usize, row: &Key, cues: &Cues, named: bool) -> bool {
    let draft = Draft { finds, find: &finds[i], key: row, crowded: true };
    let seen = asked(&draft, cues);
    let ratings = seen.tables.iter().any(|table| table.table == TableName::Ratings);
    if named {
        return ratings && seen.items >= FEWEST_ITEMS;
    }
    let mut used = seen.used;
    !seen.tables.is_empty()
        || seen.items >= FEWEST_ITEMS
        || !happened(&draft, false, &mut used).is_empty()
        || signals(&draft, &used, &BTreeSet::new()).is_some()
}

/// Of several files that name nobody, those that ask something: columns of numbers beside them are no people.
fn most_telling(finds: &[Find], people: Vec<usize>, row: &Key, cues: &Cues) -> Vec<usize> {
    let asks = |i: &usize| !asked(&Draft { finds, find: &finds[*i], key: row, crowded: true }, cues).tables.is_empty();
    let asking: Vec<usize> = people.iter().copied().filter(asks).collect();
    if asking.is_empty() { people } else { asking }
}

fn of_one<'a>(draft: Draft<'a>, cues: &Cues) -> (Vec<MappedTable>, Appearance<'a>) {
    let Asked { mut tables, mut used, items } = asked(&draft, cues);
    let has = |tables: &[MappedTable], table: TableName| tables.iter().any(|own| own.table == table);
    let long = tables.iter().any(|own| own.spec.wide.is_none());
    let surveyed = long
        || has(&tables, TableName::Ratings)
        || items >= FEWEST_ITEMS && !any(&draft.find.stem, &["order", "orders", "transactions", "sales"]);
    if !long {
        tables.extend(happened(&draft, surveyed, &mut used));
    }
    let events =
        has(&tables, TableName::Orders) || has(&tables, TableName::Interactions) || has(&tables, TableName::Treatments);
    let rated = tables.iter().any(|own| own.table == TableName::Ratings && own.confidence == Confidence::High);
    if !long && !events && !rated && !matches!(draft.key.place, KeyPlace::Through { .. }) {
        tables.extend(signals(&draft, &used, &BTreeSet::new()));
    }
    let asks = long || has(&tables, TableName::Ratings) || has(&tables, TableName::Feedback);
    let read = !tables.is_empty();
    (tables, Appearance { draft, used, read, events: events || asks })
}

/// Signals of one customer in two tables would disagree: the richer table is read, the others stand there as comments.
fn only_one_of_signals(planned: &mut [Planned]) {
    let width = |one: &Planned| {
        one.mapped.spec.columns.len() + one.mapped.spec.query.as_ref().map_or(0, |sql| sql.matches(" as \"").count())
    };
    let all: Vec<usize> = (0..planned.len()).filter(|i| planned[*i].mapped.table == TableName::Signals).collect();
    let best = all.iter().rev().max_by_key(|i| width(&planned[**i])).copied();
    for i in all.into_iter().filter(|i| Some(*i) != best) {
        planned[i].left_out = Some("signals are read from one file; join the files in a query to read both".to_owned());
    }
}

/// Where nothing else can be scored, the numbers that were read as answers are signals too: then a night is possible.
fn numbers_at_least(appearances: &mut [Appearance<'_>]) -> Vec<Planned> {
    for appearance in appearances.iter_mut() {
        if matches!(appearance.draft.key.place, KeyPlace::Through { .. }) {
            continue;
        }
        let last = numbers_of_answers(&appearance.draft, &appearance.used);
        if let Some(mapped) = signals(&appearance.draft, &BTreeSet::new(), &appearance.used).or(last) {
            appearance.read = true;
            return vec![Planned { mapped, source: appearance.draft.find.name.clone(), left_out: None }];
        }
    }
    Vec::new()
}

/// A guess is a question.
fn ask_whether_to_use(mapped: &mut MappedTable) {
    if mapped.confidence == Confidence::Low {
        let offers = [("yes", Change::Keep), ("no", Change::LeaveOut)];
        mapped.questions.insert(
            0,
            Question {
                key: "use".to_owned(),
                text: format!("is this right? {}", mapped.reason),
                offers: offers.map(|(answer, change)| Offer { answer: answer.to_owned(), change }).into(),
            },
        );
    }
}
