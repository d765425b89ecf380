//! Files that are known exports: mapped by their fingerprints, beside what is found by evidence in the others.

use std::collections::BTreeSet;

use super::exports::{Combined, ExportLibrary, IdChoice, PeopleRows, Recognized, combine, everybody, recognize};
use super::key::{Key, KeyPlace, rows_key, share_in, values};
use super::look::Find;
use super::mapped::{Confidence, MappedTable};
use super::normal::Normal;
use super::people::{Appearance, consent_question, told};
use super::plan::Planned;
use super::rows::{Filled, own};
use super::when::format_of;
use crate::tables::spec::TableName;

/// Share of an id's values that another file must hold, so that the id is chosen for it. Our judgment.
const SHARED: f64 = 0.2;

/// The known exports among the files.
pub(super) struct KnownFiles<'a> {
    finds: &'a [Find],
    /// Place of each among the files.
    places: Vec<usize>,
    found: Vec<Recognized>,
    combined: Combined,
}

impl<'a> KnownFiles<'a> {
    /// Looks for exports; `keys` are what evidence says of the files, where the others are concerned.
    pub(super) fn of(finds: &'a [Find], keys: &[Option<Key>], library: &ExportLibrary) -> Self {
        let mut places = Vec::new();
        let mut found = Vec::new();
        for (i, find) in finds.iter().enumerate() {
            if let Some(one) = recognize(&find.peek, &find.name, library)
                && (one.people().is_some() || one.note.is_some())
            {
                places.push(i);
                found.push(one);
            }
        }
        let mut choice = IdChoice::Auto;
        for (one, place) in found.iter_mut().zip(&places) {
            let Some((column, share)) = met(one, &finds[*place], finds, keys, &places) else { continue };
            if share >= SHARED {
                let address = one.addresses.contains(&column);
                choice = if address { IdChoice::Address } else { IdChoice::First };
                *one = one.with_id(&column, address).unwrap_or_else(|| one.clone());
            }
        }
        let combined = combine(&found, choice);
        Self { finds, places, found, combined }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    fn place(&self, find: usize) -> Option<usize> {
        self.places.iter().position(|place| *place == find)
    }

    /// Whether a file is one.
    pub(super) fn has(&self, find: usize) -> bool {
        self.place(find).is_some()
    }

    /// Whether its fingerprint says all there is to say of it: it asks nothing whose wording only the company knows.
    pub(super) fn maps(&self, find: usize) -> bool {
        self.place(find).is_some_and(|place| self.combined.answers[place].is_none())
    }

    /// What names the customer in each file that is one, in place of what evidence says.
    pub(super) fn correct(&self, keys: &mut [Option<Key>]) {
        for (place, find) in self.places.iter().enumerate() {
            keys[*find] = self.key(place);
        }
    }

    fn key(&self, place: usize) -> Option<Key> {
        let (one, find) = (&self.found[place], &self.finds[self.places[place]]);
        let by_address = one.addresses.first().filter(|_| self.combined.by_address);
        let column = by_address.or_else(|| one.ids.first())?;
        let normals = if one.addresses.contains(column) { vec![Normal::Lower] } else { Vec::new() };
        Some(Key {
            place: KeyPlace::Column(column.clone()),
            reason: format!("known from {}", one.export),
            missing: find.shape(column).map_or(0.0, super::shape::Shape::missing),
            normals,
            ..rows_key()
        })
    }

    /// A table of answers that evidence found in a file: read from the rows that hold answers, dated as the export says.
    pub(super) fn answered(&self, find: usize, mut mapped: MappedTable) -> MappedTable {
        let answers = self.place(find).and_then(|place| self.combined.answers[place].as_ref());
        if let Some(answers) = answers
            && let Some(wide) = mapped.spec.wide.take()
        {
            mapped.spec = answers.table(wide, mapped.spec.date_format.take());
            if answers.dated {
                mapped.questions.retain(|question| question.key != "date_format");
            }
        }
        mapped
    }

    /// Tables of the fingerprints, customers left out.
    pub(super) fn tables(&self) -> impl Iterator<Item = Planned> {
        let tables = self.combined.tables.iter().filter(|made| made.mapped.table != TableName::Customers);
        tables.map(|made| {
            let source = made.of.map_or("all", |place| self.finds[self.places[place]].name.as_str());
            Planned { mapped: made.mapped.clone(), source: source.to_owned(), left_out: None }
        })
    }

    /// Everybody in the exports and in the other files.
    pub(super) fn customers(&self, appearances: &[Appearance<'_>]) -> Option<MappedTable> {
        let customers = self.combined.tables.iter().find(|made| made.mapped.table == TableName::Customers);
        let others = appearances.iter().filter(|one| {
            !self.finds.iter().enumerate().any(|(i, find)| self.has(i) && find.name == one.draft.find.name)
        });
        let others: Vec<PeopleRows> = others.filter_map(rows_of).collect();
        let mut mapped = match customers {
            Some(made) if others.is_empty() => made.mapped.clone(),
            _ => {
                let rows: Vec<PeopleRows> =
                    self.combined.customers.iter().cloned().chain(others.iter().cloned()).collect();
                if rows.is_empty() {
                    return None;
                }
                let known = customers.map(|made| made.mapped.reason.clone());
                let reason = known.into_iter().chain([format!("{} other file(s) name people too", others.len())]);
                MappedTable {
                    table: TableName::Customers,
                    spec: everybody(&rows),
                    confidence: Confidence::Medium,
                    reason: reason.collect::<Vec<_>>().join("; "),
                    questions: Vec::new(),
                }
            }
        };
        let consents = mapped.spec.query.iter().any(|sql| sql.contains("as \"consent_"));
        if !consents {
            mapped.questions.extend(consent_question(&[]));
        }
        Some(mapped)
    }
}

/// The id of an export that most values of the keys of other files are found in, with that share.
fn met(one: &Recognized, find: &Find, finds: &[Find], keys: &[Option<Key>], places: &[usize]) -> Option<(String, f64)> {
    let lower = |find: &Find, column: &str| -> BTreeSet<String> {
        values(find, column).into_iter().map(|value| value.trim().trim_start_matches('\'').to_lowercase()).collect()
    };
    let mut best: Option<(String, f64)> = None;
    for (other, key) in finds.iter().zip(keys).enumerate().filter(|(i, _)| !places.contains(i)).map(|(_, pair)| pair) {
        let Some(KeyPlace::Column(theirs)) = key.as_ref().map(|key| &key.place) else { continue };
        let there = lower(other, theirs);
        let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
        for id in &one.ids {
            let here = lower(find, id);
            let share = share_in(&there, &here.iter().map(String::as_str).collect());
            if best.as_ref().is_none_or(|(_, most)| share > *most) {
                best = Some((id.clone(), share));
            }
        }
    }
    best
}

/// The people of a file that is no export; a list of them tells more than their ids.
fn rows_of(appearance: &Appearance<'_>) -> Option<PeopleRows> {
    let draft = &appearance.draft;
    let KeyPlace::Column(id) = &draft.key.place else { return None };
    let unique = draft.find.shape(id).is_some_and(super::shape::Shape::unique);
    let list = unique && !appearance.events;
    if !list && !appearance.read {
        return None;
    }
    let mut rows = PeopleRows::new(draft.id(), draft.from(), draft.named());
    for (canonical, filled) in if list { told(draft.find, &appearance.used) } else { Vec::new() } {
        // Addresses are not read, and dates of several forms do not go into one column.
        let plain = |column: &str| draft.find.shape(column).is_none_or(|shape| format_of(shape).is_none());
        match filled {
            Filled::Column(column) if !matches!(canonical.as_str(), "email" | "phone") && plain(&column) => {
                rows = rows.with(&canonical, own(&column));
            }
            Filled::Sql(sql) => rows = rows.with(&canonical, sql),
            Filled::Column(_) => {}
        }
    }
    Some(rows)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use chrono::NaiveDate;

    use crate::job::init::{InitRequest, Started, start};
    use crate::tables::spec::TableName;

    /// `init` over made-up samples of exports, and further files of `name` and text.
    fn init(exports: &[&str], further: &[(&str, &str)]) -> (Started, String) {
        let folder = tempfile::tempdir().expect("temp");
        let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/exports/samples");
        let mut from: Vec<PathBuf> = exports.iter().map(|name| samples.join(name)).collect();
        for (name, text) in further {
            std::fs::write(folder.path().join(name), text).expect("writes");
            from.push(folder.path().join(name));
        }
        let as_of = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
        let dir = folder.path().join("out");
        let request = InitRequest { dir: &dir, from: &from, answers: None, exports: None, yes: true, as_of };
        let started = start(&request).expect("starts");
        let text = std::fs::read_to_string(&started.config).expect("written");
        // As SQL has it, not as TOML writes it.
        (started, text.replace("\\\"", "\""))
    }

    #[test]
    fn the_exports_of_four_vendors_become_one_base_by_address_without_a_line_by_hand() {
        let files = ["shopify_orders.csv", "klaviyo_profiles.csv", "qualtrics.csv", "zendesk_tickets.csv"];
        let (started, text) = init(&files, &[]);
        assert_eq!(started.problem, None, "{text}");
        assert_eq!(started.customers, Some(12), "{text}");
        for table in [TableName::Customers, TableName::Orders, TableName::Interactions, TableName::Ratings] {
            assert!(started.ready.contains(&table), "{table:?}\n{text}");
        }
        assert!(text.contains("lower(trim(\"Requester email\"))") && text.contains("\"consent_sms\""), "{text}");
    }

    #[test]
    fn an_own_file_of_customers_decides_which_id_of_an_export_counts() {
        let rows: String = (0..12).map(|i| format!("70000{i:02},{}\n", ["gold", "silver"][i % 2])).collect();
        let own = format!("customer_id,status\n{rows}");
        let (started, text) = init(&["shopify_customers.csv"], &[("members.csv", &own)]);
        assert!(text.contains("\"Customer ID\" as varchar"), "{text}");
        assert!(!text.contains("lower(trim(\"Email\"))"), "{text}");
        assert!(started.ready.contains(&TableName::Customers), "{text}");
    }

    #[test]
    fn an_order_is_counted_once_where_payments_and_lines_lie_beside_it() {
        let jaffle = ["jaffle_customers.csv", "jaffle_orders.csv", "jaffle_payments.csv"];
        let (started, text) = init(&jaffle, &[]);
        assert_eq!((started.problem, started.customers), (None, Some(12)), "{text}");
        assert_eq!(text.matches("\n[tables.orders]").count(), 1, "{text}");
        assert!(text.contains("/ 100.0"), "{text}");
    }
}
