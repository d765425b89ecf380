//! What somebody bought, when, and what it cost.

use std::collections::BTreeSet;

use super::key::KeyPlace;
use super::look::Find;
use super::mapped::{Confidence, MappedTable};
use super::rows::{Draft, Filled, name, own};
use super::shape::Shape;
use super::survey::shown;
use super::tokens::{Speaks, any, is_id_name, plain, speaks_of};
use super::when::{date_question, format_of, moment};
use super::wish::{CONTACT, ORDER, Wanted, column, dated, flags_and_dates, is_money, speaks_of_any, undated, wanted};
use crate::tables::spec::TableName;

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

/// The orders of a file, if it holds any.
pub(super) fn orders(draft: &Draft<'_>, used: &mut BTreeSet<String>) -> Option<MappedTable> {
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
    // A log of views, carts and purchases is one of events.
    let log = find.usable().any(|shape| any(&shape.tokens, &["event"]) && (2..=200).contains(&shape.words.len()));
    let contact = (log || speaks_of_any(find, &CONTACT)) && !any(&find.stem, &ORDER);
    let (amount, how) = amount(draft, &taken);
    // One row a person is a customer, not an order, whatever it spent.
    let one_a_person = matches!(&draft.key.place, KeyPlace::Column(id) if find.shape(id).is_some_and(Shape::unique));
    if contact || !(speaks || amount.is_some()) || (one_a_person && !any(&find.stem, &ORDER) && !speaks) {
        return None;
    }
    let mut columns = vec![("ordered_at".to_owned(), moment(at)?)];
    let order_id = find.usable().find(|shape| {
        (is_id_name(&shape.tokens) || shape.tokens.len() == 1 && shape.distinct > 1)
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
        let paid = |find: &Find| any(&find.stem, &["payment", "payments"]);
        let mut others: Vec<&Find> = draft.finds.iter().filter(|other| other.name != draft.find.name).collect();
        others.sort_by_key(|other| !paid(other));
        for other in others {
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
