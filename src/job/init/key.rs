//! Which column names the customer: by what names speak of, and by the values files have in common.

use std::collections::BTreeSet;

use super::look::Find;
use super::normal::{Normal, gained};
use super::shape::Shape;
use super::tokens::{Speaks, any, is_id_name, speaks_of};

/// What names the customer in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    /// Where the id stands.
    pub(super) place: KeyPlace,
    /// Why it is taken for the customer's.
    pub(super) reason: String,
    /// How surely: from 0.
    pub(super) score: f64,
    /// What is done to ids before they are compared, in order.
    pub(super) normals: Vec<Normal>,
    /// Share of the rows without an id.
    pub(super) missing: f64,
    /// Words that stand for nobody, as they are in the data.
    pub(super) nobody: Vec<&'static str>,
}

/// Where an id stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum KeyPlace {
    /// In a column of the file.
    Column(String),
    /// Each row is somebody: the file names nobody.
    Rows,
    /// In another file that this one refers to.
    Through {
        /// The column here.
        own: String,
        /// Place of the other file among the sources.
        other: usize,
        /// The same there.
        theirs: String,
        /// The column there that names the customer.
        names: String,
    },
}

/// Words that stand for nobody where an id is expected.
const NOBODY: [&str; 14] =
    ["0", "-1", "nan", "NaN", "NULL", "null", "None", "none", "\\N", "n/a", "N/A", "NA", "guest", "anonymous"];

/// Share of the rows of one file that must find their counterpart for it to be joined. Our judgment.
const JOINED: f64 = 0.5;
/// Share of a file's ids that must be in the list of people for it to be joined by them. Our judgment.
const MEETS: f64 = 0.2;

/// The key of each file, in their order; `None` = nobody is named, and its rows are not people.
pub(super) fn keys(finds: &[Find]) -> Vec<Option<Key>> {
    let agreed = agreed(finds);
    let mut keys: Vec<Option<Key>> = (0..finds.len()).map(|i| best(i, finds, agreed.as_ref())).collect();
    for i in 0..finds.len() {
        if keys[i].is_none() {
            keys[i] = through(i, finds, &keys);
        }
    }
    normalize(finds, &mut keys);
    keys
}

/// The key of a file whose rows are people.
pub(super) fn rows_key() -> Key {
    Key {
        place: KeyPlace::Rows,
        reason: "no column names the customer, so every row is somebody".to_owned(),
        score: 0.0,
        normals: Vec::new(),
        missing: 0.0,
        nobody: Vec::new(),
    }
}

/// The column of a list of people whose values most other files hold: all files then are joined by it.
struct Agreed<'a> {
    values: BTreeSet<&'a str>,
    find: usize,
    column: String,
}

fn agreed(finds: &[Find]) -> Option<Agreed<'_>> {
    let mut best: Option<(f64, Agreed<'_>)> = None;
    for (i, find) in finds.iter().enumerate() {
        for shape in find.usable().filter(|shape| may_be_id(shape) && shape.unique() && !counted_up(shape)) {
            if matches!(speaks_of(&shape.tokens), Speaks::Event | Speaks::Ours) {
                continue;
            }
            let own = values(find, &shape.name);
            let met =
                (0..finds.len()).filter(|j| *j != i).map(|j| meets(&own, &finds[j]).map_or(0.0, |(share, _)| share));
            let met: f64 = met.filter(|share| *share > MEETS).sum();
            if met > 0.0 && best.as_ref().is_none_or(|(most, _)| met > *most) {
                best = Some((met, Agreed { values: own, find: i, column: shape.name.clone() }));
            }
        }
    }
    best.map(|(_, agreed)| agreed)
}

/// The column of a file most of whose values are among `known`, and their share.
fn meets<'a>(known: &BTreeSet<&str>, find: &'a Find) -> Option<(f64, &'a Shape)> {
    let persons = find
        .usable()
        .filter(|shape| may_be_id(shape) && !matches!(speaks_of(&shape.tokens), Speaks::Event | Speaks::Ours));
    let shares = persons.map(|shape| (share_in(&values(find, &shape.name), known), shape));
    let shares: Vec<(f64, &Shape)> = shares.collect();
    shares.into_iter().rev().max_by(|a, b| a.0.total_cmp(&b.0))
}

fn best(i: usize, finds: &[Find], agreed: Option<&Agreed<'_>>) -> Option<Key> {
    let find = &finds[i];
    if let Some(agreed) = agreed {
        let met = if agreed.find == i {
            find.shape(&agreed.column).map(|shape| (1.0, shape))
        } else {
            meets(&agreed.values, find)
        };
        if let Some((share, shape)) = met.filter(|(share, _)| *share > MEETS) {
            let reason = if agreed.find == i {
                "other files hold the same values".to_owned()
            } else {
                format!(
                    "{:.0} % of its values are in `{}` of `{}`",
                    100.0 * share,
                    agreed.column,
                    finds[agreed.find].name
                )
            };
            return Some(key_of(find, shape, 6.0, reason));
        }
    }
    let scored: Vec<(f64, &Shape)> =
        find.usable().filter(|shape| may_be_id(shape)).map(|shape| (score(shape, i, finds), shape)).collect();
    // The first of equals.
    let (score, shape) = scored.into_iter().rev().max_by(|a, b| a.0.total_cmp(&b.0))?;
    if score <= 0.0 {
        return None;
    }
    let shared = (0..finds.len()).filter(|j| *j != i && overlap(shape, i, *j, finds) > 0.2).count();
    let reason = match shared {
        0 => "its name says so".to_owned(),
        n => format!("its name says so, and {n} other file(s) hold the same values"),
    };
    Some(key_of(find, shape, score, reason))
}

fn key_of(find: &Find, shape: &Shape, score: f64, reason: String) -> Key {
    let words = values(find, &shape.name);
    let nobody = NOBODY.into_iter().filter(|word| words.contains(word) && shape.distinct > 3).collect();
    let place = KeyPlace::Column(shape.name.clone());
    Key { place, reason, score, missing: shape.missing(), nobody, ..rows_key() }
}

/// Ids are short, many, and neither dates nor fractions.
pub(super) fn may_be_id(shape: &Shape) -> bool {
    let last_is_person =
        shape.tokens.last().is_some_and(|word| speaks_of(std::slice::from_ref(word)) == Speaks::Person);
    let named = is_id_name(&shape.tokens)
        || last_is_person
        || shape.addresses >= 0.8
        || is_address_name(shape)
        || is_reference(shape);
    let whole = shape.numbers.as_ref().is_none_or(|numbers| numbers.share < 0.9 || numbers.whole);
    let many = shape.distinct >= 2 || shape.rows <= 3;
    let few = shape.rows > 200
        && shape.distinct * 100 < shape.rows
        && !(is_id_name(&shape.tokens) && speaks_of(&shape.tokens) == Speaks::Person);
    named && whole && many && !few && shape.dates.is_none() && shape.length <= 64.0 && shape.blanks < 0.3
}

fn is_address_name(shape: &Shape) -> bool {
    any(&shape.tokens, &["email", "mail"])
        && !any(
            &shape.tokens,
            &[
                "consent",
                "optin",
                "opt",
                "marketing",
                "status",
                "count",
                "clicks",
                "opens",
                "sent",
                "list",
                "via",
                "to",
                "from",
            ],
        )
}

/// What survey tools call the id that was handed to them.
fn is_reference(shape: &Shape) -> bool {
    let plain: String = shape.tokens.concat();
    matches!(plain.as_str(), "externalreference" | "externaldatareference" | "recipientid" | "panelistid" | "respid")
}

fn score(shape: &Shape, i: usize, finds: &[Find]) -> f64 {
    let find = &finds[i];
    let stem = speaks_of(&find.stem);
    let speaks = speaks_of(&shape.tokens);
    let repeated = shape.distinct * 10 < shape.filled * 9;
    let answers = any(&shape.tokens, &["response", "submission", "respondent", "responseid"]);
    let mut score = match speaks {
        _ if is_reference(shape) => 6.0,
        Speaks::Person if is_id_name(&shape.tokens) => 6.0,
        Speaks::Person => 4.5,
        _ if shape.addresses >= 0.5 || is_address_name(shape) => 4.0,
        Speaks::Event if answers && shape.unique() => 0.5,
        Speaks::Event | Speaks::Ours => return -6.0,
        // `id` by itself: whose, the name of the file and the values tell.
        // The id of some other thing: one a row it names the row, repeated it names the thing.
        Speaks::Nothing
            if shape.tokens.len() > 1 && !shape.tokens.iter().all(|word| is_id_name(std::slice::from_ref(word))) =>
        {
            if shape.unique() {
                1.0
            } else {
                -1.0
            }
        }
        Speaks::Nothing if repeated => 3.0,
        Speaks::Nothing => match stem {
            Speaks::Person => 5.0,
            // Of an answer, the id is as good as that of who gave it.
            Speaks::Event if any(&find.stem, &["response", "responses"]) && shape.unique() => 0.5,
            Speaks::Event => -4.0,
            Speaks::Ours | Speaks::Nothing => 2.0,
        },
    };
    score -= 4.0 * shape.missing();
    if stem == Speaks::Person && shape.unique() || stem == Speaks::Event && repeated {
        score += 1.0;
    }
    let shared = (0..finds.len()).filter(|j| *j != i).map(|j| overlap(shape, i, j, finds)).fold(0.0, f64::max);
    score + 3.0 * shared
}

/// Largest share of a column's values that another file holds in a column that may name people.
fn overlap(shape: &Shape, i: usize, j: usize, finds: &[Find]) -> f64 {
    let own = values(&finds[i], &shape.name);
    let others = finds[j].usable().filter(|other| may_be_id(other));
    let others = others.filter(|other| !matches!(speaks_of(&other.tokens), Speaks::Event | Speaks::Ours));
    let share = |other: &Shape| {
        if counted_up(shape) && counted_up(other) {
            // Numbers from one up meet whatever they mean.
            return 0.0;
        }
        share_in(&own, &values(&finds[j], &other.name))
    };
    others.map(share).fold(0.0, f64::max)
}

/// Whether the values are numbers counted from a small one.
fn counted_up(shape: &Shape) -> bool {
    shape.numbers.as_ref().is_some_and(|n| n.share > 0.99 && n.whole && n.high <= 4.0 * shape.distinct as f64 + 50.0)
}

/// The different values of a column.
pub(super) fn values<'a>(find: &'a Find, name: &str) -> BTreeSet<&'a str> {
    find.values(name).iter().map(String::as_str).collect()
}

/// Share of the first that is in the second.
pub(super) fn share_in(own: &BTreeSet<&str>, other: &BTreeSet<&str>) -> f64 {
    if own.is_empty() {
        0.0
    } else {
        own.iter().filter(|value| other.contains(*value)).count() as f64 / own.len() as f64
    }
}

/// A file that names nobody but refers to rows of one that does: lines of orders, payments, reviews of bookings.
fn through(i: usize, finds: &[Find], keys: &[Option<Key>]) -> Option<Key> {
    let refers = |shape: &&Shape| {
        is_id_name(&shape.tokens) && speaks_of(&shape.tokens) != Speaks::Nothing && shape.dates.is_none()
    };
    for own in finds[i].usable().filter(refers) {
        for (j, other) in finds.iter().enumerate() {
            let Some(KeyPlace::Column(names)) = keys[j].as_ref().map(|key| &key.place) else { continue };
            if j == i {
                continue;
            }
            let here = values(&finds[i], &own.name);
            let theirs = other.usable().filter(|shape| shape.unique() && refers_to(own, shape, other));
            for shape in theirs {
                if share_in(&here, &values(other, &shape.name)) >= JOINED {
                    let place = KeyPlace::Through {
                        own: own.name.clone(),
                        other: j,
                        theirs: shape.name.clone(),
                        names: names.clone(),
                    };
                    let reason = format!("its rows refer to those of `{}`, which name the customer", other.name);
                    return Some(Key { place, reason, score: 3.0, ..rows_key() });
                }
            }
        }
    }
    None
}

/// Whether a column may hold ids of another file's rows: it has that column's name, or it is the plain `id` of a file so named.
fn refers_to(own: &Shape, theirs: &Shape, other: &Find) -> bool {
    let named = |word: &String| other.stem.iter().any(|stem| stem.trim_end_matches('s') == word.trim_end_matches('s'));
    own.tokens == theirs.tokens
        || theirs.tokens.len() == 1 && is_id_name(&theirs.tokens) && own.tokens.iter().any(named)
}

/// Finds what must be done to ids so that files meet, and notes it in every key it concerns.
fn normalize(finds: &[Find], keys: &mut [Option<Key>]) {
    let column = |key: &Option<Key>| match key.as_ref().map(|key| &key.place) {
        Some(KeyPlace::Column(name)) => Some(name.clone()),
        _ => None,
    };
    let named: Vec<(usize, String)> = keys.iter().enumerate().filter_map(|(i, key)| Some((i, column(key)?))).collect();
    for (a, own) in &named {
        for (b, other) in named.iter().filter(|(b, _)| b > a) {
            let (own, other) = (values(&finds[*a], own), values(&finds[*b], other));
            let Some(normal) = gained(&own, &other) else { continue };
            for i in [*a, *b] {
                let key = keys[i].as_mut().expect("named keys exist");
                if !key.normals.contains(&normal) {
                    key.normals.push(normal.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::init::tokens::tokens;
    use crate::tables::peek::{Peek, PeekColumn};

    fn find(name: &str, columns: &[(&str, &[&str])]) -> Find {
        let columns: Vec<PeekColumn> = columns
            .iter()
            .map(|(name, values)| PeekColumn {
                name: (*name).to_owned(),
                values: values.iter().map(|value| (*value).to_owned()).collect(),
                ..PeekColumn::default()
            })
            .collect();
        let rows = columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
        let peek = Peek { columns, rows, ..Peek::default() };
        let shapes = peek.columns.iter().map(|column| Shape::of(column, &peek)).collect();
        Find { name: name.to_owned(), files: Vec::new(), pattern: None, peek, shapes, stem: tokens(name) }
    }

    fn column(finds: &[Find], i: usize) -> Option<String> {
        match keys(finds)[i].as_ref().map(|key| key.place.clone()) {
            Some(KeyPlace::Column(name)) => Some(name),
            _ => None,
        }
    }

    #[test]
    fn a_ticket_number_is_never_the_customer() {
        let tickets = find("tickets", &[("ticket_id", &["1", "2", "3"]), ("requester_id", &["77", "77", "91"])]);
        assert_eq!(column(std::slice::from_ref(&tickets), 0).as_deref(), Some("requester_id"));
        let anonymous = find("tickets", &[("ticket_id", &["T-1", "T-2", "T-3"]), ("agent_id", &["5", "5", "6"])]);
        assert_eq!(column(&[anonymous], 0), None);
    }

    #[test]
    fn an_id_by_itself_is_the_customers_only_in_a_file_of_people() {
        let people = find("raw_customers", &[("id", &["1", "2", "3"])]);
        let orders = find("raw_orders", &[("id", &["1", "2", "3"]), ("user_id", &["1", "1", "3"])]);
        let payments = find("raw_payments", &[("id", &["1", "2"]), ("order_id", &["1", "3"])]);
        let finds = [people, orders, payments];
        assert_eq!(column(&finds, 0).as_deref(), Some("id"));
        assert_eq!(column(&finds, 1).as_deref(), Some("user_id"));
        let place = keys(&finds)[2].as_ref().map(|key| key.place.clone());
        let expected = KeyPlace::Through {
            own: "order_id".to_owned(),
            other: 1,
            theirs: "id".to_owned(),
            names: "user_id".to_owned(),
        };
        assert_eq!(place, Some(expected));
    }

    #[test]
    fn values_in_common_outweigh_a_better_name() {
        let crm = find("people", &[("email", &["a@x.org", "b@x.org"]), ("person_id", &["P1", "P2"])]);
        let survey = find("answers", &[("email", &["a@x.org", "b@x.org"]), ("answer", &["1", "2"])]);
        let finds = [crm, survey];
        assert_eq!(column(&finds, 1).as_deref(), Some("email"));
        assert_eq!(column(&finds, 0).as_deref(), Some("email"));
    }
}
