//! What happened beside orders: contacts, written feedback, treatments.

use std::collections::BTreeSet;

use super::key::KeyPlace;
use super::look::Find;
use super::mapped::{Confidence, MappedTable, Question};
use super::orders::orders;
use super::rows::{Draft, Filled, own, text};
use super::shape::Shape;
use super::survey::shown;
use super::tokens::{any, is_id_name, plain};
use super::when::{SERIAL_KEY, date_question, format_of, moment};
use super::wish::{CONTACT, VERBATIM, WRITTEN, column, dated, flags_and_dates, speaks_of_any, undated, wanted};
use crate::tables::spec::TableName;

/// Looks for what happened in a file: at most one table of each kind. What is dated by numbers that only look like days is a
/// guess.
pub(super) fn happened(draft: &Draft<'_>, surveyed: bool, used: &mut BTreeSet<String>) -> Vec<MappedTable> {
    let guessed = |table: &MappedTable| table.questions.iter().any(|question| question.key == SERIAL_KEY);
    let sureness = |table: MappedTable| MappedTable {
        confidence: if guessed(&table) { Confidence::Low } else { table.confidence },
        ..table
    };
    read_as(draft, surveyed, used).into_iter().map(sureness).collect()
}

fn read_as(draft: &Draft<'_>, surveyed: bool, used: &mut BTreeSet<String>) -> Vec<MappedTable> {
    let mut tables = Vec::new();
    tables.extend(treatments(draft));
    if tables.is_empty() {
        tables.extend(feedback(draft, used));
    }
    let anonymous = draft.key.place == KeyPlace::Rows;
    if matches!(draft.key.place, KeyPlace::Through { .. }) {
        // Lines of orders are no further orders.
        return tables;
    }
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
    whereabouts(find, &mut taken, &mut columns);
    let case = find.usable().find(|shape| {
        shape.tokens.len() <= 2
            && is_id_name(&shape.tokens)
            && any(&shape.tokens, &["ticket", "case", "conversation", "incident"])
    });
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

/// Where contacts took place: their channel, and the store or desk.
fn whereabouts(find: &Find, taken: &mut BTreeSet<String>, columns: &mut Vec<(String, Filled)>) {
    let few = |shape: &Shape| shape.distinct <= 500 && shape.dates.is_none() && !shape.is_number();
    for wish in
        [wanted("channel", &["channel", "medium"], &["id"]), wanted("site", &["site", "branch"], &["id", "url"])]
    {
        if let Some(shape) = column(find, &wish, taken, few) {
            columns.push((wish.canonical.to_owned(), Filled::Column(shape.name.clone())));
            taken.insert(shape.name.clone());
        }
    }
}

fn feedback(draft: &Draft<'_>, used: &mut BTreeSet<String>) -> Option<MappedTable> {
    let find = draft.find;
    let wrote = wanted("text", &WRITTEN, &["id", "url", "title", "author", "count"]);
    // A description may be that of a product; what many write alike is a verbatim only where the name says so.
    let by_customers = |shape: &Shape| shape.is_sentences() && any(&shape.tokens, &VERBATIM);
    let words = column(find, &wrote, used, |shape| shape.is_text() || by_customers(shape))?;
    let at = dated(find, &["written", "submitted", "created", "date", "at"])?;
    let mut columns = vec![("at".to_owned(), moment(at)?), ("text".to_owned(), Filled::Column(words.name.clone()))];
    let rated = |shape: &&Shape| {
        any(&shape.tokens, &["rating", "score", "stars"])
            && !any(&shape.tokens, &["average", "avg", "mean", "count", "number"])
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
    let outcome = find.usable().find(|shape| {
        let known = |word: &str| matches!(word, "sent" | "delivered" | "opened" | "clicked" | "bounced" | "failed");
        any(&shape.tokens, &["outcome"]) && shape.words.iter().all(|(word, _)| known(word))
    });
    columns.extend(outcome.map(|shape| ("outcome".to_owned(), Filled::Column(shape.name.clone()))));
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
