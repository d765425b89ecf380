//! Several recognized exports of one folder: whom they have in common, and what one tells of another's rows.

use super::fingerprint::{ExportTable, IdColumn};
use super::people::{PeopleRows, everybody};
use super::recognized::{AnswerRows, Recognized};
use super::rows::{Identity, spec};
use super::template::Companion;
use crate::job::init::mapped::{Confidence, MappedTable};
use crate::tables::spec::TableName;

/// What names the customer across exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdChoice {
    /// The e-mail address where exports of several vendors have one: their own ids differ. Else the first id of each.
    Auto,
    /// The e-mail address wherever there is one.
    Address,
    /// The first of each export's [`ids`](Recognized::ids).
    First,
}

/// A canonical table that exports fill.
#[derive(Clone, Debug, PartialEq)]
pub struct CombinedTable {
    /// Place of the export it is mostly made of; `None` = of all together.
    pub of: Option<usize>,
    /// The mapping.
    pub mapped: MappedTable,
}

/// What several exports come to together.
#[derive(Clone, Debug, PartialEq)]
pub struct Combined {
    /// Canonical tables, sources named; `customers`, if anybody is named, is one and comes first.
    pub tables: Vec<CombinedTable>,
    /// What `customers` is made of.
    pub customers: Vec<PeopleRows>,
    /// What each export knows of people, in the order given; `None` = nobody is named in it.
    pub people: Vec<Option<PeopleRows>>,
    /// Rows of answers of each export, in the order given.
    pub answers: Vec<Option<AnswerRows>>,
    /// Whether people are told apart by their e-mail address.
    pub by_address: bool,
}

/// Puts exports together. Each must have the name of its source: [`Recognized::named`].
#[must_use]
pub fn combine(found: &[Recognized], choice: IdChoice) -> Combined {
    debug_assert!(found.iter().all(|one| !one.unnamed()), "sources are named before exports are combined");
    let by_address = match choice {
        IdChoice::Address => true,
        IdChoice::First => false,
        IdChoice::Auto => {
            let mut vendors: Vec<&str> =
                found.iter().filter(|one| address_of(one, found).is_some()).map(|one| one.vendor.as_str()).collect();
            vendors.sort_unstable();
            vendors.dedup();
            vendors.len() > 1
        }
    };
    let identities: Vec<Option<Identity>> = found
        .iter()
        .map(|one| by_address.then(|| address_of(one, found)).flatten().or_else(|| one.identity()))
        .collect();
    let with_identity = || found.iter().zip(&identities).map(|(one, identity)| (one, identity.as_ref()));
    let people: Vec<_> =
        with_identity().map(|(one, identity)| identity.map(|identity| one.people_by(identity))).collect();
    let answers =
        with_identity().map(|(one, identity)| identity.and_then(|identity| one.answers_by(identity))).collect();

    let mut tables = Vec::new();
    let (customers, names) = customers(found, &people, by_address);
    if !customers.is_empty() {
        let reason = format!("everybody in {}, once each; consent holds where no export denies it", names.join(", "));
        let (spec, confidence) = (everybody(&customers), Confidence::High);
        let mapped = MappedTable { table: TableName::Customers, spec, confidence, reason, questions: Vec::new() };
        tables.push(CombinedTable { of: None, mapped });
    }
    for (i, one) in found.iter().enumerate() {
        for table in one.fingerprint.tables.iter().filter(|table| table.is != TableName::Customers) {
            if !told_better(one, table, found) {
                tables
                    .extend(table_of(i, table, found, &identities).map(|mapped| CombinedTable { of: Some(i), mapped }));
            }
        }
    }
    Combined { tables, customers, people, answers, by_address }
}

/// The table of the `i`-th export; `None` = a column, another export or a name for people is missing.
fn table_of(
    i: usize,
    table: &ExportTable,
    found: &[Recognized],
    identities: &[Option<Identity>],
) -> Option<MappedTable> {
    let one = &found[i];
    let nobody = Identity::default();
    let (identity, other) = match &table.with {
        None => (identities[i].as_ref()?, None),
        Some(key) => {
            let at = place_of(key, one, found)?;
            let id = identities[at].as_ref().map_or("", |identity| identity.sql.as_str());
            (identities[i].as_ref().unwrap_or(&nobody), Some(companion(&found[at], id)))
        }
    };
    Some(one.mapped(table, spec(table, identity, &one.filling(identity, other))?))
}

/// What is known of customers, and the names of the exports that know it.
fn customers(found: &[Recognized], people: &[Option<PeopleRows>], by_address: bool) -> (Vec<PeopleRows>, Vec<String>) {
    let named = || found.iter().zip(people).filter_map(|(one, people)| Some((one, people.as_ref()?)));
    // Visitors under an id of their own are no customers, unless nobody else is.
    let sure = |one: &Recognized| knows_customers(one) || (by_address && address_of(one, found).is_some());
    let any = named().any(|(one, _)| sure(one));
    named().filter(|(one, _)| !any || sure(one)).map(|(one, people)| (people.clone(), one.export.clone())).unzip()
}

/// Whether those an export names are customers: it lists them, they bought, or they answered.
fn knows_customers(one: &Recognized) -> bool {
    let fills = |table: &ExportTable| matches!(table.is, TableName::Customers | TableName::Orders);
    one.fingerprint.answers.is_some() || one.fingerprint.tables.iter().any(fills)
}

/// The e-mail address of an export, its own or as another of the folder gives it.
fn address_of(one: &Recognized, found: &[Recognized]) -> Option<Identity> {
    let made = |id: &IdColumn| {
        let column = one.header.find(&id.column)?;
        match &id.through {
            None => Some(Identity::direct(id, column, &one.source)),
            Some(through) => {
                let at = place_of(&through.export, one, found)?;
                Identity::through(id, column, &one.source, companion(&found[at], ""))
            }
        }
    };
    // An address that stands in the file itself needs no join.
    let (own, looked_up): (Vec<_>, Vec<_>) =
        one.fingerprint.ids.iter().filter(|id| id.address).partition(|id| id.through.is_none());
    own.into_iter()
        .filter(|id| one.addresses.iter().any(|name| one.header.find(&id.column) == Some(name)))
        .chain(looked_up)
        .find_map(made)
}

fn place_of(key: &str, one: &Recognized, found: &[Recognized]) -> Option<usize> {
    found.iter().position(|other| other.key == key && other.source != one.source)
}

fn companion<'a>(other: &'a Recognized, id: &'a str) -> Companion<'a> {
    Companion { key: &other.key, header: &other.header, source: &other.source, id }
}

/// Whether another export of the folder fills the same table with this one's help.
fn told_better(one: &Recognized, table: &ExportTable, found: &[Recognized]) -> bool {
    let takes = |other: &ExportTable| other.is == table.is && other.with.as_deref() == Some(one.key.as_str());
    table.with.is_none() && found.iter().any(|other| other.key != one.key && other.fingerprint.tables.iter().any(takes))
}
