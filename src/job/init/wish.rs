//! What a column must be called, and be like, to fill a canonical one; and how what happened is dated.

use std::collections::BTreeSet;

use super::dates::DateForm;
use super::look::Find;
use super::rows::{Filled, own};
use super::shape::Shape;
use super::tokens::{Speaks, any, is_id_name, plain, speaks_of};
use super::when::{is_serial, moment};

/// Words of purchases.
pub(super) const ORDER: [&str; 24] = [
    "deal",
    "deals",
    "order",
    "orders",
    "invoice",
    "invoices",
    "basket",
    "transaction",
    "transactions",
    "purchase",
    "purchases",
    "sale",
    "sales",
    "booking",
    "bookings",
    "charge",
    "charges",
    "receipt",
    "payment",
    "payments",
    "retail",
    "cart",
    "checkout",
    "bestellung",
];
/// Words of contacts.
pub(super) const CONTACT: [&str; 22] = [
    "ticket",
    "tickets",
    "case",
    "cases",
    "event",
    "events",
    "call",
    "calls",
    "interaction",
    "interactions",
    "visit",
    "visits",
    "session",
    "sessions",
    "complaint",
    "complaints",
    "conversation",
    "chat",
    "chats",
    "redemptions",
    "incident",
    "support",
];

/// Words of written feedback.
pub(super) const WRITTEN: [&str; 15] = [
    "text",
    "comment",
    "comments",
    "review",
    "reviews",
    "content",
    "verbatim",
    "feedback",
    "message",
    "body",
    "description",
    "note",
    "opinion",
    "remarks",
    "answer",
];

/// Of these, those that mean the words of customers and nothing else.
pub(super) const VERBATIM: [&str; 8] =
    ["text", "comment", "comments", "review", "reviews", "verbatim", "feedback", "message"];

/// A column that was wanted: the canonical name, words that speak of it, in order of their worth.
pub(super) struct Wanted {
    pub(super) canonical: &'static str,
    pub(super) words: &'static [&'static str],
    pub(super) not: &'static [&'static str],
}

pub(super) const fn wanted(
    canonical: &'static str,
    words: &'static [&'static str],
    not: &'static [&'static str],
) -> Wanted {
    Wanted { canonical, words, not }
}

pub(super) fn speaks_of_any(find: &Find, list: &[&str]) -> bool {
    // A contact is somebody in a CRM and something that happens elsewhere: of columns, those that name people say nothing.
    let thing = |shape: &Shape| is_id_name(&shape.tokens) && speaks_of(&shape.tokens) != Speaks::Person;
    any(&find.stem, list) || find.usable().any(|shape| thing(shape) && any(&shape.tokens, list))
}

/// The column that dates what happened; numbers since 1970 count.
pub(super) fn dated<'a>(find: &'a Find, words: &[&str]) -> Option<&'a Shape> {
    let other = [
        "birth",
        "birthday",
        "dob",
        "updated",
        "modified",
        "synced",
        "due",
        "expires",
        "expiration",
        "last",
        "flown",
        "signup",
        "joined",
    ];
    let late = [
        "resolved",
        "closed",
        "answered",
        "replied",
        "responded",
        "delivered",
        "promised",
        "shipped",
        "end",
        "ended",
        "delivery",
        "estimated",
        "approved",
    ];
    let fits = || {
        find.usable()
            .filter(move |shape| moment(shape).is_some() && shape.missing() < 0.9 && !any(&shape.tokens, &other))
    };
    let early = || fits().filter(move |shape| !any(&shape.tokens, &late));
    let read = || early().filter(|shape| !is_serial(shape));
    let told = || read().find(|shape| any(&shape.tokens, words)).or_else(|| read().next());
    told()
        .or_else(|| early().find(|shape| any(&shape.tokens, words)))
        .or_else(|| early().next())
        .or_else(|| fits().next())
}

/// The best column for a wish; `fits` says what it must be like.
pub(super) fn column<'a>(
    find: &'a Find,
    wish: &Wanted,
    used: &BTreeSet<String>,
    fits: impl Fn(&Shape) -> bool,
) -> Option<&'a Shape> {
    let exact = find
        .usable()
        .find(|shape| plain(&shape.name) == plain(wish.canonical) && fits(shape) && !used.contains(&shape.name));
    let free =
        || find.usable().filter(|shape| fits(shape) && !used.contains(&shape.name) && !any(&shape.tokens, wish.not));
    exact.or_else(|| wish.words.iter().find_map(|word| free().find(|shape| shape.tokens.iter().any(|own| own == word))))
}

/// Money is a number that is no id and no flag.
pub(super) fn is_money(shape: &Shape) -> bool {
    let numbers = shape.numbers.as_ref();
    numbers.is_some_and(|n| n.share >= 0.8 && (n.high > 1.0 || !n.whole))
        && shape.dates.is_none()
        && !is_id_name(&shape.tokens)
        && !any(&shape.tokens, &["year", "month", "age", "zip"])
}

/// Dates under their canonical names that are written as the dating column is, and flags under theirs.
pub(super) fn flags_and_dates(
    find: &Find,
    at: &Shape,
    dates: &[&str],
    flags: &[&str],
    taken: &mut BTreeSet<String>,
    columns: &mut Vec<(String, Filled)>,
) {
    let alike = |shape: &Shape| {
        let written = |shape: &Shape| shape.dates.as_ref().map(|dates| dates.form.clone());
        written(shape) == written(at) && matches!(written(shape), Some(DateForm::Iso | DateForm::Format(_)))
    };
    for canonical in dates {
        let word = canonical.trim_end_matches("_at");
        let fits = |shape: &&Shape| {
            alike(shape)
                && shape.name != at.name
                && !any(&shape.tokens, &["estimated", "carrier"])
                && (plain(&shape.name) == plain(canonical) || any(&shape.tokens, &[word]))
        };
        if let Some(shape) = find.usable().find(fits) {
            columns.push(((*canonical).to_owned(), Filled::Column(shape.name.clone())));
            taken.insert(shape.name.clone());
        }
    }
    for canonical in flags {
        let fits = |shape: &&Shape| {
            plain(&shape.name) == plain(canonical) && shape.words.iter().all(|(word, _)| is_flag(word))
        };
        if let Some(shape) = find.usable().find(fits) {
            columns.push(((*canonical).to_owned(), Filled::Column(shape.name.clone())));
            taken.insert(shape.name.clone());
        }
    }
}

/// Words that the intake reads as yes or no.
pub(super) fn is_flag(word: &str) -> bool {
    ["true", "t", "yes", "y", "1", "1.0", "ja", "j", "false", "f", "no", "n", "0", "0.0", "nein"]
        .contains(&word.trim().to_lowercase().as_str())
}

/// Rows without a date are left out where there are any: they date nothing.
pub(super) fn undated(at: &Shape) -> Vec<String> {
    if at.missing() > 0.0 { vec![format!("trim(cast({} as varchar)) <> ''", own(&at.name))] } else { Vec::new() }
}
