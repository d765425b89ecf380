//! What happened: orders, contacts, written feedback, treatments.

use std::collections::BTreeSet;

use super::dates::DateForm;
use super::key::KeyPlace;
use super::look::Find;
use super::mapped::{Confidence, MappedTable, Question};
use super::rows::{Draft, Filled, name, own, text};
use super::shape::Shape;
use super::survey::shown;
use super::tokens::{Speaks, any, is_id_name, plain, speaks_of};
use super::when::{date_question, format_of, moment};
use crate::tables::spec::TableName;

/// Words of purchases.
const ORDER: [&str; 22] = [
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
const CONTACT: [&str; 24] = [
    "ticket",
    "tickets",
    "case",
    "cases",
    "event",
    "events",
    "call",
    "calls",
    "contact",
    "contacts",
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
const WRITTEN: [&str; 15] = [
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

/// A column that was wanted: the canonical name, words that speak of it, in order of their worth.
struct Wanted {
    canonical: &'static str,
    words: &'static [&'static str],
    not: &'static [&'static str],
}

const fn wanted(canonical: &'static str, words: &'static [&'static str], not: &'static [&'static str]) -> Wanted {
    Wanted { canonical, words, not }
}

/// Money, the most telling first; none of it is one of many prices in a line.
const AMOUNT: Wanted = wanted(
    "amount",
    &[
        "net", "amount", "total", "revenue", "sales", "spend", "paid", "value", "price", "subtotal", "betrag",
        "umsatz", "gmv",
    ],
    &[
        "tax",
        "discount",
        "shipping",
        "qty",
        "quantity",
        "count",
        "tip",
        "id",
        "items",
        "refunded",
        "fee",
        "outstanding",
        "currency",
        "freight",
    ],
);

/// Looks for what happened in a file: at most one table of each kind.
pub(super) fn happened(draft: &Draft<'_>, surveyed: bool, used: &mut BTreeSet<String>) -> Vec<MappedTable> {
    let mut tables = Vec::new();
    tables.extend(treatments(draft));
    if tables.is_empty() {
        tables.extend(feedback(draft, used));
    }
    let anonymous = draft.key.place == KeyPlace::Rows;
    if tables.is_empty() || speaks_of_any(draft.find, &CONTACT) {
        let bought = if anonymous || surveyed { None } else { orders(draft, used) };
        match bought {
            Some(table) => tables.push(table),
            None if !surveyed || speaks_of_any(draft.find, &CONTACT) => tables.extend(interactions(draft, used)),
            None => {}
        }
    }
    tables
}

fn speaks_of_any(find: &Find, list: &[&str]) -> bool {
    any(&find.stem, list) || find.usable().any(|shape| is_id_name(&shape.tokens) && any(&shape.tokens, list))
}

/// The column that dates what happened; numbers since 1970 count.
fn dated<'a>(find: &'a Find, words: &[&str]) -> Option<&'a Shape> {
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
    let late =
        ["resolved", "closed", "delivered", "promised", "shipped", "end", "ended", "delivery", "estimated", "approved"];
    let fits = || {
        find.usable()
            .filter(move |shape| moment(shape).is_some() && shape.missing() < 0.9 && !any(&shape.tokens, &other))
    };
    let early = || fits().filter(move |shape| !any(&shape.tokens, &late));
    early().find(|shape| any(&shape.tokens, words)).or_else(|| early().next()).or_else(|| fits().next())
}

/// The best column for a wish; `fits` says what it must be like.
fn column<'a>(
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
fn is_money(shape: &Shape) -> bool {
    let numbers = shape.numbers.as_ref();
    numbers.is_some_and(|n| n.share >= 0.8 && (n.high > 1.0 || !n.whole))
        && shape.dates.is_none()
        && !is_id_name(&shape.tokens)
        && !any(&shape.tokens, &["year", "month", "age", "zip"])
}

fn orders(draft: &Draft<'_>, used: &mut BTreeSet<String>) -> Option<MappedTable> {
    let find = draft.find;
    let at = dated(
        find,
        &[
            "order",
            "ordered",
            "purchase",
            "invoice",
            "transaction",
            "placed",
            "created",
            "sale",
            "booking",
            "processed",
        ],
    )?;
    let mut taken = used.clone();
    taken.insert(at.name.clone());
    let speaks = speaks_of_any(find, &ORDER);
    let contact = speaks_of_any(find, &CONTACT) && !any(&find.stem, &ORDER);
    let (amount, how) = amount(draft, &taken);
    // One row a person is a customer, not an order, whatever it spent.
    let one_a_person = matches!(&draft.key.place, KeyPlace::Column(id) if find.shape(id).is_some_and(Shape::unique));
    if contact || !(speaks || amount.is_some()) || (one_a_person && !any(&find.stem, &ORDER) && !speaks) {
        return None;
    }
    let mut columns = vec![("ordered_at".to_owned(), moment(at)?)];
    let order_id = find.usable().find(|shape| {
        is_id_name(&shape.tokens)
            && any(&shape.tokens, &ORDER)
            && !any(&shape.tokens, &["customer", "user", "line", "item", "checkout", "payment"])
    });
    let bare = || {
        find.usable().find(|shape| {
            plain(&shape.name) == "id" && any(&find.stem, &ORDER) && speaks_of(&shape.tokens) == Speaks::Nothing
        })
    };
    let key = |shape: &&Shape| !matches!(&draft.key.place, KeyPlace::Column(id) if *id == shape.name);
    if let Some(shape) = order_id.filter(key).or_else(|| bare().filter(key)) {
        columns.push(("order_id".to_owned(), Filled::Column(shape.name.clone())));
        taken.insert(shape.name.clone());
    }
    columns.extend(amount.map(|filled| ("amount".to_owned(), filled)));
    let discount =
        wanted("discount", &["discount", "discounts", "disc", "rebate"], &["code", "codes", "type", "percent", "pct"]);
    if let Some(shape) =
        column(find, &discount, &taken, |shape| is_money(shape) && shape.numbers.as_ref().is_some_and(|n| n.low >= 0.0))
    {
        columns.push(("discount".to_owned(), Filled::Column(shape.name.clone())));
    }
    for wish in [
        wanted("channel", &["channel", "source"], &["id", "name", "rel"]),
        wanted("site", &["site", "store", "branch", "warehouse"], &["name", "url"]),
        wanted("category", &["category", "department", "kategorie"], &["id"]),
        wanted("return_reason", &[], &[]),
    ] {
        if let Some(shape) = column(find, &wish, &taken, |shape| shape.distinct <= 500 && shape.dates.is_none()) {
            columns.push((wish.canonical.to_owned(), Filled::Column(shape.name.clone())));
            taken.insert(shape.name.clone());
        }
    }
    flags_and_dates(find, at, &["promised_at", "delivered_at"], &["reward_used", "returned"], &mut taken, &mut columns);
    let wheres = undated(at);
    let mut spec = draft.rows(TableName::Orders, &columns, wheres);
    spec.date_format = format_of(at);
    if let Some(joined) = how.joined(draft) {
        spec.query = spec.query.map(|query| joined.into_query(&query));
    }
    used.extend(taken);
    let reason = format!("`{}` dates what somebody bought{}", shown(&at.name), how.words());
    let confidence = if speaks && (columns.len() > 2) { Confidence::High } else { Confidence::Medium };
    Some(MappedTable {
        table: TableName::Orders,
        spec,
        confidence,
        reason,
        questions: date_question(at).into_iter().collect(),
    })
}

/// Dates under their canonical names that are written as the dating column is, and flags under theirs.
fn flags_and_dates(
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
                && !any(&shape.tokens, &["estimated"])
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
fn undated(at: &Shape) -> Vec<String> {
    if at.missing() > 0.0 { vec![format!("trim(cast({} as varchar)) <> ''", own(&at.name))] } else { Vec::new() }
}

/// Where amounts come from.
enum AmountFrom {
    Own,
    Product,
    Payments { source: String, order: String, own: String, amount: String },
    Nowhere,
}

impl AmountFrom {
    fn words(&self) -> String {
        match self {
            Self::Own => ", with what it cost".to_owned(),
            Self::Product => "; price times quantity is what it cost".to_owned(),
            Self::Payments { source, .. } => format!("; what it cost is the sum of `{source}`"),
            Self::Nowhere => "; no column says what it cost".to_owned(),
        }
    }

    fn joined(&self, _: &Draft<'_>) -> Option<PaymentsJoin> {
        match self {
            Self::Payments { source, order, own, amount } => Some(PaymentsJoin {
                source: source.clone(),
                order: order.clone(),
                own: own.clone(),
                amount: amount.clone(),
            }),
            _ => None,
        }
    }
}

/// The sum of another file's amounts per order.
struct PaymentsJoin {
    source: String,
    order: String,
    own: String,
    amount: String,
}

impl PaymentsJoin {
    fn into_query(self, query: &str) -> String {
        let join = format!(
            "left join (select cast({order} as varchar) as order_key, sum(try_cast({amount} as double)) as amount from {source} group by 1) p on p.order_key = cast({own} as varchar)",
            order = name(&self.order),
            amount = name(&self.amount),
            source = name(&self.source),
            own = own(&self.own),
        );
        match query.split_once("\nwhere ") {
            Some((head, tail)) => format!("{head}\n{join}\nwhere {tail}"),
            None => format!("{query}\n{join}"),
        }
    }
}

fn amount(draft: &Draft<'_>, taken: &BTreeSet<String>) -> (Option<Filled>, AmountFrom) {
    let find = draft.find;
    let price = find.usable().find(|shape| {
        is_money(shape) && any(&shape.tokens, &["price", "unitprice"]) && !any(&shape.tokens, &["total", "subtotal"])
    });
    let quantity = find.usable().find(|shape| shape.is_number() && any(&shape.tokens, &["quantity", "qty", "units"]));
    let total =
        column(find, &AMOUNT, taken, |shape| is_money(shape) && !any(&shape.tokens, &["unit", "unitprice", "per"]));
    if let (Some(price), Some(quantity)) = (price, quantity)
        && total.is_none_or(|total| total.name == price.name || any(&total.tokens, &["quantity"]))
    {
        let sql = format!("try_cast({} as double) * try_cast({} as double)", own(&quantity.name), own(&price.name));
        return (Some(Filled::Sql(sql)), AmountFrom::Product);
    }
    if let Some(total) = total {
        return (Some(Filled::Column(total.name.clone())), AmountFrom::Own);
    }
    match payments(draft) {
        Some(from) => (Some(Filled::Sql("p.amount".to_owned())), from),
        None => (None, AmountFrom::Nowhere),
    }
}

/// Another file that tells amounts by order.
fn payments(draft: &Draft<'_>) -> Option<AmountFrom> {
    let ids = draft.find.usable().filter(|shape| shape.unique() && is_id_name(&shape.tokens));
    let bare = |shape: &Shape| shape.tokens.len() == 1 || any(&shape.tokens, &ORDER);
    for id in ids.filter(|shape| bare(shape)) {
        let here = super::key::values(draft.find, &id.name);
        for other in draft.finds.iter().filter(|other| other.name != draft.find.name) {
            let refers = |shape: &&Shape| {
                any(&shape.tokens, &["order", "orders", "invoice", "basket", "transaction"])
                    && is_id_name(&shape.tokens)
            };
            let Some(order) = other.usable().find(refers) else { continue };
            let Some(amount) = column(other, &AMOUNT, &BTreeSet::new(), is_money) else { continue };
            if super::key::share_in(&super::key::values(other, &order.name), &here) >= 0.5 {
                let (source, order, amount) = (other.name.clone(), order.name.clone(), amount.name.clone());
                return Some(AmountFrom::Payments { source, order, own: id.name.clone(), amount });
            }
        }
    }
    None
}

fn interactions(draft: &Draft<'_>, used: &mut BTreeSet<String>) -> Option<MappedTable> {
    let find = draft.find;
    let at = dated(find, &["created", "at", "opened", "time", "timestamp", "date", "datetime"])?;
    let one_a_person = matches!(&draft.key.place, KeyPlace::Column(id) if find.shape(id).is_some_and(Shape::unique));
    let speaks = speaks_of_any(find, &CONTACT);
    let anonymous = draft.key.place == KeyPlace::Rows;
    if (one_a_person || anonymous) && !speaks {
        return None;
    }
    let mut taken = used.clone();
    taken.insert(at.name.clone());
    let kinds = wanted(
        "kind",
        &["kind", "event", "type", "category", "reason", "topic", "action", "activity"],
        &["id", "date", "time", "timestamp", "ts", "name2"],
    );
    let few = |shape: &Shape| {
        (1..=200).contains(&shape.distinct) && shape.dates.is_none() && !shape.is_number() && shape.length <= 60.0
    };
    let constant = draft
        .find
        .stem
        .iter()
        .find(|word| CONTACT.contains(&word.as_str()))
        .map_or_else(|| find.name.clone(), |word| word.trim_end_matches('s').to_owned());
    let kind = column(find, &kinds, &taken, few);
    let filled = match kind {
        Some(shape) if shape.missing() == 0.0 => Filled::Column(shape.name.clone()),
        Some(shape) => Filled::Sql(format!(
            "coalesce(nullif(trim(cast({} as varchar)), ''), {})",
            own(&shape.name),
            text(&constant)
        )),
        None => Filled::Sql(text(&constant)),
    };
    taken.extend(kind.map(|shape| shape.name.clone()));
    let mut columns = vec![("at".to_owned(), moment(at)?), ("kind".to_owned(), filled)];
    for wish in
        [wanted("channel", &["channel", "medium"], &["id"]), wanted("site", &["site", "branch"], &["id", "url"])]
    {
        if let Some(shape) =
            column(find, &wish, &taken, |shape| shape.distinct <= 500 && shape.dates.is_none() && !shape.is_number())
        {
            columns.push((wish.canonical.to_owned(), Filled::Column(shape.name.clone())));
            taken.insert(shape.name.clone());
        }
    }
    let case = find
        .usable()
        .find(|shape| is_id_name(&shape.tokens) && any(&shape.tokens, &["ticket", "case", "conversation", "incident"]));
    let bare = || {
        find.usable()
            .find(|shape| plain(&shape.name) == "id" && any(&find.stem, &["ticket", "tickets", "case", "cases"]))
    };
    columns.extend(case.or_else(bare).map(|shape| ("case_id".to_owned(), Filled::Column(shape.name.clone()))));
    for (canonical, low, high) in [("rating", 0.0, 10.0), ("severity", 0.0, 100.0)] {
        let fits = |shape: &&Shape| {
            plain(&shape.name) == canonical
                && shape.numbers.as_ref().is_some_and(|n| n.share > 0.9 && n.low >= low && n.high <= high)
        };
        columns
            .extend(find.usable().find(fits).map(|shape| (canonical.to_owned(), Filled::Column(shape.name.clone()))));
    }
    flags_and_dates(find, at, &["resolved_at", "promised_at"], &[], &mut taken, &mut columns);
    let mut spec = draft.rows(TableName::Interactions, &columns, undated(at));
    spec.date_format = format_of(at);
    used.extend(taken);
    let told = kind.map_or_else(
        || "nothing tells what kind it was".to_owned(),
        |shape| format!("`{}` tells what it was", shown(&shape.name)),
    );
    let reason = format!("`{}` dates contacts; {told}", shown(&at.name));
    let confidence = if kind.is_some() && (speaks || !anonymous) { Confidence::High } else { Confidence::Medium };
    Some(MappedTable {
        table: TableName::Interactions,
        spec,
        confidence,
        reason,
        questions: date_question(at).into_iter().collect(),
    })
}

fn feedback(draft: &Draft<'_>, used: &mut BTreeSet<String>) -> Option<MappedTable> {
    let find = draft.find;
    let wrote = wanted("text", &WRITTEN, &["id", "url", "title", "author", "count"]);
    let words = column(find, &wrote, used, Shape::is_text)?;
    let at = dated(find, &["written", "submitted", "created", "date", "at"])?;
    let mut columns = vec![("at".to_owned(), moment(at)?), ("text".to_owned(), Filled::Column(words.name.clone()))];
    let rated = |shape: &&Shape| {
        any(&shape.tokens, &["rating", "score", "stars"])
            && shape.numbers.as_ref().is_some_and(|n| n.share > 0.9 && n.low >= 0.0 && n.high <= 10.0 && n.high > 5.0)
    };
    columns.extend(find.usable().find(rated).map(|shape| ("rating".to_owned(), Filled::Column(shape.name.clone()))));
    let channel = find.usable().find(|shape| any(&shape.tokens, &["channel"]) && shape.distinct <= 100);
    columns.extend(channel.map(|shape| ("channel".to_owned(), Filled::Column(shape.name.clone()))));
    let mut wheres = undated(at);
    if words.missing() > 0.0 {
        wheres.push(format!("trim(cast({} as varchar)) <> ''", own(&words.name)));
    }
    let mut spec = draft.rows(TableName::Feedback, &columns, wheres);
    spec.date_format = format_of(at);
    used.insert(words.name.clone());
    let reason = format!("`{}` holds what people wrote", shown(&words.name));
    let questions: Vec<Question> = date_question(at).into_iter().collect();
    Some(MappedTable { table: TableName::Feedback, spec, confidence: Confidence::High, reason, questions })
}

fn treatments(draft: &Draft<'_>) -> Option<MappedTable> {
    let find = draft.find;
    let play = find.usable().find(|shape| any(&shape.tokens, &["play", "play_id"]) && !shape.is_text())?;
    let at = dated(find, &["treated", "sent", "at", "on"])?;
    let mut columns =
        vec![("play_id".to_owned(), Filled::Column(play.name.clone())), ("treated_at".to_owned(), moment(at)?)];
    let arm = find.usable().find(|shape| {
        any(&shape.tokens, &["arm"])
            && shape.words.iter().all(|(word, _)| matches!(word.as_str(), "treated" | "control"))
    });
    columns.extend(arm.map(|shape| ("arm".to_owned(), Filled::Column(shape.name.clone()))));
    let mut spec = draft.rows(TableName::Treatments, &columns, undated(at));
    spec.date_format = format_of(at);
    let reason = format!("`{}` names plays, and `{}` when they were carried out", shown(&play.name), shown(&at.name));
    Some(MappedTable {
        table: TableName::Treatments,
        spec,
        confidence: Confidence::High,
        reason,
        questions: date_question(at).into_iter().collect(),
    })
}
