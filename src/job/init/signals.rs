//! Numbers per customer: signals of the company's own.

use std::collections::BTreeSet;

use super::consent::consent;
use super::key::{KeyPlace, may_be_id};
use super::likert::answers;
use super::mapped::{Confidence, MappedTable};
use super::people::{PRIVATE, further_name};
use super::rows::{Draft, Filled, own};
use super::shape::Shape;
use super::tokens::{Speaks, any, is_id_name, speaks_of};
use crate::tables::spec::{Answer, TableName};

/// Most own signals of one file. Our judgment: beyond them somebody should choose.
const SIGNALS: usize = 60;

/// Numbers per customer that nothing else reads.
pub(super) fn signals(draft: &Draft<'_>, used: &BTreeSet<String>, also: &BTreeSet<String>) -> Option<MappedTable> {
    let find = draft.find;
    let unique = match &draft.key.place {
        KeyPlace::Rows => true,
        KeyPlace::Column(id) => find.peek.whole && find.shape(id).is_some_and(Shape::unique),
        KeyPlace::Through { .. } => false,
    };
    let is_key = |shape: &Shape| matches!(&draft.key.place, KeyPlace::Column(id) if *id == shape.name);
    let tells = |shape: &&Shape| {
        let numbers = shape.numbers.as_ref();
        numbers.is_some_and(|n| n.share >= 0.95 && n.low < n.high)
            && shape.dates.is_none()
            && !is_key(shape)
            && (!used.contains(&shape.name) || also.contains(&shape.name))
            && !any(&shape.tokens, &PRIVATE)
            && (!may_be_id(shape) || speaks_of(&shape.tokens) == Speaks::Nothing && shape.distinct * 2 < shape.filled)
            && !any(&shape.tokens, &["id", "index", "row", "rownumber", "timestamp", "year", "code"])
            && shape.filled * 4 >= shape.rows
            && consent(shape).is_none()
            && !(shape.unique()
                && shape.rows > 20
                && numbers.is_some_and(|n| n.whole && n.high - n.low + 1.0 == shape.rows as f64))
    };
    let chosen: Vec<&Shape> = find.usable().filter(tells).take(SIGNALS).collect();
    if chosen.is_empty() {
        return None;
    }
    let mut columns: Vec<(String, Filled)> = Vec::new();
    for shape in &chosen {
        let canonical = further_name(&shape.name, TableName::Signals, columns.iter().map(|(own, _)| own.as_str()));
        let filled = match (unique, codes(shape)) {
            (true, None) => Filled::Column(shape.name.clone()),
            (true, Some(number)) => Filled::Sql(number),
            (false, codes) => Filled::Sql(format!(
                "avg({})",
                codes.unwrap_or_else(|| format!("try_cast({} as double)", own(&shape.name)))
            )),
        };
        columns.push((canonical, filled));
    }
    let mut spec = draft.rows(TableName::Signals, &columns, Vec::new());
    if !unique {
        spec.query = spec.query.map(|query| format!("{query}\ngroup by {}", draft.id()));
    }
    let reason = format!(
        "{} columns are numbers per customer{}",
        chosen.len(),
        if unique { "" } else { ", averaged over the rows of each" }
    );
    Some(MappedTable { table: TableName::Signals, spec, confidence: Confidence::Medium, reason, questions: Vec::new() })
}

/// SQL of a number without the codes that mean no answer; `None` = it has none.
fn codes(shape: &Shape) -> Option<String> {
    let codes: Vec<String> = answers(shape)?
        .not_applicable
        .iter()
        .filter_map(|code| if let Answer::Number(x) = code { Some(x.to_string()) } else { None })
        .collect();
    let number = format!("try_cast({} as double)", own(&shape.name));
    (!codes.is_empty()).then(|| format!("case when {number} in ({}) then null else {number} end", codes.join(", ")))
}

/// Numbers of a file of a few rows, whatever they are: better a night of one number than none.
pub(super) fn numbers_of_answers(draft: &Draft<'_>, used: &BTreeSet<String>) -> Option<MappedTable> {
    let find = draft.find;
    let fits = |shape: &&Shape| {
        shape.is_number() && shape.dates.is_none() && !any(&shape.tokens, &PRIVATE) && !is_id_name(&shape.tokens)
    };
    let shape =
        find.usable().find(|shape| fits(shape) && used.contains(&shape.name)).or_else(|| find.usable().find(fits))?;
    let canonical = further_name(&shape.name, TableName::Signals, std::iter::empty());
    let filled = Filled::Sql(format!("avg(try_cast({} as double))", own(&shape.name)));
    let mut spec = draft.rows(TableName::Signals, &[(canonical, filled)], Vec::new());
    spec.query = spec.query.map(|query| format!("{query}\ngroup by {}", draft.id()));
    let reason = "nothing else can be scored, so one number is taken for a signal".to_owned();
    Some(MappedTable { table: TableName::Signals, spec, confidence: Confidence::Medium, reason, questions: Vec::new() })
}
