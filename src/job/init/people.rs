//! Who the customers are: what a file of people tells of them, and everybody who appears anywhere.

use std::collections::BTreeSet;

use super::consent::consent;
use super::exports::{PeopleRows, everybody as one_row_each};
use super::key::{KeyPlace, share_in, values};
use super::look::Find;
use super::mapped::{Change, Confidence, MappedTable, Offer, Question};
use super::rows::{Draft, Filled, own};
use super::shape::Shape;
use super::tokens::{Speaks, any, is_id_name, slug, speaks_of};
use super::when::{date_question, format_of, readable};
use crate::tables::contract::contract_of;
use crate::tables::names::slip_of;
use crate::tables::spec::{TableName, TableSpec};

/// Most descriptors of one file. Our judgment: beyond them somebody should choose.
const DESCRIPTORS: usize = 10;
/// Most different words of a descriptor.
const CHOICES: usize = 25;
/// Share of the ids of other files that a file of people must hold, so that it is all there are.
const COVERS: f64 = 0.9;

/// Words of columns that tell who somebody is: never copied into a table of customers.
pub(super) const PRIVATE: [&str; 30] = [
    "name",
    "first",
    "firstname",
    "last",
    "lastname",
    "surname",
    "email",
    "mail",
    "phone",
    "mobile",
    "address",
    "street",
    "zip",
    "postcode",
    "postal",
    "ip",
    "latitude",
    "longitude",
    "lat",
    "lon",
    "lng",
    "birth",
    "birthday",
    "dob",
    "ssn",
    "iban",
    "token",
    "password",
    "url",
    "photo",
];

/// What a file tells of customers, as columns of the canonical table.
pub(super) fn told(find: &Find, used: &BTreeSet<String>) -> Vec<(String, Filled)> {
    let mut columns: Vec<(String, Filled)> = Vec::new();
    let push = |columns: &mut Vec<(String, Filled)>, canonical: &str, filled: Filled| {
        if columns.iter().all(|(own, _)| own != canonical) {
            columns.push((canonical.to_owned(), filled));
        }
    };
    for shape in find.usable().filter(|shape| !used.contains(&shape.name)) {
        if let Some((canonical, filled)) = consent(shape) {
            push(&mut columns, canonical, filled);
        }
    }
    if let Some(shape) = since(find) {
        push(&mut columns, "signup_date", Filled::Column(shape.name.clone()));
    }
    let wish = ["leave_alone", "wave", "guest", "friend", "inner_circle"];
    let country = find
        .usable()
        .find(|shape| matches!(shape.tokens.join(" ").as_str(), "country" | "country code") && !shape.is_number());
    if let Some(shape) = country {
        push(&mut columns, "country", Filled::Column(shape.name.clone()));
    }
    for (canonical, words) in [("email", ["email", "mail"]), ("phone", ["phone", "mobile"])] {
        let fits = |shape: &&Shape| {
            any(&shape.tokens, &words)
                && shape.tokens.len() <= 2
                && consent(shape).is_none()
                && !any(&shape.tokens, &["verified", "status", "consent"])
                && shape.distinct > 2
        };
        if let Some(shape) = find.usable().find(fits) {
            push(&mut columns, canonical, Filled::Column(shape.name.clone()));
        }
    }
    let household = find.usable().find(|shape| {
        let name = shape.tokens.join(" ");
        matches!(name.as_str(), "household" | "household id" | "household key" | "household number")
            && !used.contains(&shape.name)
            && shape.distinct > 2
    });
    if let Some(shape) = household {
        push(&mut columns, "household_id", Filled::Column(shape.name.clone()));
    }
    let wished = find
        .usable()
        .find(|shape| !shape.words.is_empty() && shape.words.iter().all(|(word, _)| wish.contains(&word.as_str())));
    if let Some(shape) = wished {
        push(&mut columns, "relationship_wish", Filled::Column(shape.name.clone()));
    }
    let weight = |shape: &&Shape| {
        shape.name == "weight" && shape.numbers.as_ref().is_some_and(|n| n.share > 0.99 && n.low > 0.0 && n.high < 50.0)
    };
    if let Some(shape) = find.usable().find(weight) {
        push(&mut columns, "weight", Filled::Column(shape.name.clone()));
    }
    let taken: Vec<String> = columns
        .iter()
        .filter_map(|(_, filled)| if let Filled::Column(column) = filled { Some(column.clone()) } else { None })
        .collect();
    let mut described = 0;
    for shape in
        find.usable().filter(|shape| !taken.contains(&shape.name) && !used.contains(&shape.name) && describes(shape))
    {
        if described < DESCRIPTORS {
            let canonical =
                further_name(&shape.name, TableName::Customers, columns.iter().map(|(own, _)| own.as_str()));
            columns.push((canonical, Filled::Column(shape.name.clone())));
            described += 1;
        }
    }
    columns
}

/// The day somebody became a customer. Of a file of answers or events, a day of creation is another matter.
fn since(find: &Find) -> Option<&Shape> {
    let surely = ["signup", "since", "registered", "registration", "joined", "join", "enrolled", "hire", "member"];
    let perhaps = ["created", "start", "opened", "first"];
    let not = ["updated", "last", "birth", "order", "modified", "end", "synced", "purchase", "survey", "surveyed"];
    let dated = || find.usable().filter(|shape| readable(shape) && !any(&shape.tokens, &not));
    let people = speaks_of(&find.stem) == Speaks::Person;
    let customer = |shape: &&Shape| shape.tokens == ["dt", "customer"] || shape.tokens == ["signup", "date"];
    let sure = dated().find(|shape| any(&shape.tokens, &surely) || customer(shape));
    sure.or_else(|| dated().find(|shape| people && any(&shape.tokens, &perhaps)))
}

/// Whether a column sorts people into a few kinds.
fn describes(shape: &Shape) -> bool {
    (2..=CHOICES).contains(&shape.words.len())
        && !shape.is_number()
        && shape.dates.is_none()
        && shape.length <= 40.0
        && shape.addresses == 0.0
        && !any(&shape.tokens, &PRIVATE)
        && consent(shape).is_none()
        && !is_id_name(&shape.tokens)
        && shape.filled * 2 >= shape.rows
        && (shape.rows < 50 || shape.words.len() * 4 <= shape.filled)
}

/// A name for a descriptor or signal that is no canonical name and no slip of one.
pub(super) fn further_name<'a>(column: &str, table: TableName, taken: impl Iterator<Item = &'a str> + Clone) -> String {
    let known = || contract_of(table).columns.iter().map(|rule| rule.name);
    let base = slug(column, "column");
    let candidates =
        [base.clone(), format!("own_{base}")].into_iter().chain((2..10_000).map(|n| format!("{base}_{n}_own")));
    let free = |name: &String| slip_of(name, known()).is_none() && taken.clone().all(|own| own != name);
    candidates.into_iter().find(free).unwrap_or(base)
}

/// What is known of a file as a place where people appear.
pub(super) struct Appearance<'a> {
    /// How to read it.
    pub(super) draft: Draft<'a>,
    /// Columns read as something else.
    pub(super) used: BTreeSet<String>,
    /// Whether anything is read of it.
    pub(super) read: bool,
    /// Whether its rows are answers or events, not people.
    pub(super) events: bool,
}

/// The table of customers: a file of people, where there is one, and everybody else who appears.
pub(super) fn customers(appearances: &[Appearance<'_>]) -> Option<MappedTable> {
    let ids = |appearance: &Appearance<'_>| match &appearance.draft.key.place {
        KeyPlace::Column(id) => Some(id.clone()),
        _ => None,
    };
    let is_list = |appearance: &&Appearance<'_>| {
        ids(appearance).is_some_and(|id| appearance.draft.find.shape(&id).is_some_and(Shape::nearly_unique))
    };
    let worth = |appearance: &Appearance<'_>| {
        let find = appearance.draft.find;
        let consents = find.usable().filter(|shape| consent(shape).is_some()).count();
        let people = speaks_of(&find.stem) == Speaks::Person;
        3 * usize::from(people) + 2 * consents.min(3) + usize::from(!appearance.events)
    };
    let list = appearances.iter().filter(is_list).rev().max_by_key(|appearance| worth(appearance));
    let others: Vec<&Appearance<'_>> = appearances
        .iter()
        .filter(|appearance| {
            appearance.read && list.is_none_or(|list| list.draft.find.name != appearance.draft.find.name)
        })
        .filter(|appearance| !matches!(appearance.draft.key.place, KeyPlace::Through { .. }))
        .collect();
    match list {
        Some(list) => Some(listed(list, &others, &ids(list)?)),
        None if others.is_empty() => None,
        None => Some(everybody(&others)),
    }
}

fn listed(list: &Appearance<'_>, others: &[&Appearance<'_>], id: &str) -> MappedTable {
    let find = list.draft.find;
    let columns = told(find, &list.used);
    let here: BTreeSet<&str> = values(find, id);
    let normal = |id: &str| list.draft.key.normals.iter().fold(id.to_owned(), |id, normal| normal.apply(&id));
    let here_normal: BTreeSet<String> = here.iter().map(|id| normal(id)).collect();
    let covered = |other: &&&Appearance<'_>| {
        let KeyPlace::Column(id) = &other.draft.key.place else { return false };
        let there = values(other.draft.find, id);
        let there: BTreeSet<String> = there
            .iter()
            .map(|id| other.draft.key.normals.iter().fold((*id).to_owned(), |id, normal| normal.apply(&id)))
            .collect();
        let known: BTreeSet<&str> = here_normal.iter().map(String::as_str).collect();
        share_in(&there.iter().map(String::as_str).collect(), &known) >= COVERS
    };
    let strangers: Vec<&&Appearance<'_>> = others.iter().filter(|other| find.peek.whole && !covered(other)).collect();
    let mut questions = consent_question(&columns);
    let signup = columns.iter().find(|(canonical, _)| canonical == "signup_date");
    let signup =
        signup.and_then(|(_, filled)| if let Filled::Column(column) = filled { find.shape(column) } else { None });
    questions.extend(signup.and_then(date_question));
    let why = &list.draft.key.reason;
    let mut reason =
        format!("each row of `{}` is another customer by `{}` ({why})", find.name, super::survey::shown(id));
    for normal in &list.draft.key.normals {
        reason.extend(["; ids meet ", &normal.words()]);
    }
    let mut spec = list.draft.rows(TableName::Customers, &columns, Vec::new());
    if !strangers.is_empty() || here_normal.len() < here.len() {
        spec = with_strangers(list, &columns, &strangers);
        if !strangers.is_empty() {
            reason.extend(["; ", &strangers.len().to_string(), " other file(s) name further people"]);
        }
        if here_normal.len() < here.len() {
            reason.push_str("; rows of one person are taken together, and what protects in one of them holds");
        }
    }
    spec.date_format = signup.and_then(format_of);
    let people = speaks_of(&find.stem) == Speaks::Person;
    let confidence =
        if people || others.iter().any(|other| covered(&other)) { Confidence::High } else { Confidence::Medium };
    MappedTable { table: TableName::Customers, spec, confidence, reason, questions }
}

/// Everybody of the list and of the files that name others, once each; what the list tells is absent for those.
fn with_strangers(list: &Appearance<'_>, columns: &[(String, Filled)], strangers: &[&&Appearance<'_>]) -> TableSpec {
    let rows = |draft: &Draft<'_>| PeopleRows::new(draft.id(), draft.from(), draft.named());
    let mut parts = vec![rows(&list.draft)];
    for (canonical, filled) in columns.iter().filter(|(canonical, _)| !matches!(canonical.as_str(), "email" | "phone"))
    {
        let sql = match filled {
            Filled::Column(column) => own(column),
            Filled::Sql(sql) => sql.clone(),
        };
        parts = parts.into_iter().map(|part| part.with(canonical, sql.clone())).collect();
    }
    parts.extend(strangers.iter().map(|other| rows(&other.draft)));
    one_row_each(&parts)
}

/// Everybody who appears in a file, where no file lists people.
fn everybody(appearances: &[&Appearance<'_>]) -> MappedTable {
    let anonymous = appearances.iter().all(|appearance| appearance.draft.key.place == KeyPlace::Rows);
    let (table, confidence) = (TableName::Customers, Confidence::Medium);
    if anonymous && let [only] = appearances {
        let columns = told(only.draft.find, &only.used);
        let mut questions = consent_question(&columns);
        questions.insert(
            0,
            keep(
                "id",
                "no column names the customer, so every row is taken for another one. Is there an id somewhere?",
            ),
        );
        let spec = TableSpec {
            date_format: since(only.draft.find).and_then(format_of),
            ..only.draft.rows(table, &columns, Vec::new())
        };
        let reason =
            format!("each row of `{}` is taken for another customer, as nothing in it names one", only.draft.find.name);
        return MappedTable { table, spec, confidence, reason, questions };
    }
    let parts: Vec<String> = appearances.iter().map(|appearance| appearance.draft.people()).collect();
    // `union` leaves each id once.
    let sql =
        if parts.len() == 1 { parts[0].replacen("select ", "select distinct ", 1) } else { parts.join("\nunion\n") };
    let spec = TableSpec { query: Some(sql), ..TableSpec::default() };
    let mut questions = vec![keep(
        "list",
        "no file lists customers, so everybody who appears is one. Is there a list, with consents and sign-up dates?",
    )];
    questions.extend(consent_question(&[]));
    let reason = "everybody who appears in a file is taken for a customer".to_owned();
    MappedTable { table, spec, confidence, reason, questions }
}

pub(super) fn consent_question(columns: &[(String, Filled)]) -> Vec<Question> {
    let has = |start: &str| columns.iter().any(|(canonical, _)| canonical.starts_with(start));
    if has("consent_") {
        return Vec::new();
    }
    vec![keep(
        "consent",
        "no consent columns were found: everybody is scored and nobody can be reached. Are consents kept elsewhere?",
    )]
}

fn keep(key: &str, text: &str) -> Question {
    Question {
        key: key.to_owned(),
        text: text.to_owned(),
        offers: vec![Offer { answer: "no".to_owned(), change: Change::Keep }],
    }
}
