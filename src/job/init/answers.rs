//! Questions that the data cannot answer, and answers that were given beforehand.

use std::collections::BTreeMap;
use std::path::Path;

use super::mapped::{Change, Offer, Question};
use super::plan::Planned;
use crate::job::error::JobError;
use crate::job::load::ConfigError;
use crate::model::rows::Aspect;
use crate::tables::plain_file;
use crate::tables::spec::{TableName, TableSpec};

/// Answers by the key of their question.
pub(super) type Given = BTreeMap<String, String>;

/// The key of a question: `orders.shop.date_format`.
pub(super) fn key_of(planned: &Planned, question: &Question) -> String {
    format!("{}.{}.{}", planned.mapped.table.slug(), planned.source, question.key)
}

/// Answers of a TOML file, with or without tables: `"orders.shop.date_format" = "%d/%m/%Y"`.
pub(super) fn read(path: &Path) -> Result<Given, JobError> {
    let text = plain_file::read_text(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
        nearest: None,
    })?;
    let mut given = Given::new();
    flatten("", &table, &mut given);
    Ok(given)
}

fn flatten(above: &str, table: &toml::Table, into: &mut Given) {
    for (key, value) in table {
        let key = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
        match value {
            toml::Value::Table(below) => flatten(&key, below, into),
            toml::Value::String(text) => drop(into.insert(key, text.clone())),
            toml::Value::Array(both) => {
                let words: Vec<String> = both.iter().map(ToString::to_string).collect();
                into.insert(key, words.join(" to "));
            }
            toml::Value::Boolean(yes) => drop(into.insert(key, if *yes { "yes" } else { "no" }.to_owned())),
            other => drop(into.insert(key, other.to_string())),
        }
    }
}

/// Follows answers that were given, and the proposed ones where `yes`. Guesses that nobody confirmed become comments.
///
/// # Errors
/// An answer that is none of those offered, or to a question that was not asked.
pub(super) fn follow(planned: &mut [Planned], given: &Given, yes: bool) -> Result<(), JobError> {
    let asked: Vec<String> =
        planned.iter().flat_map(|one| one.mapped.questions.iter().map(|question| key_of(one, question))).collect();
    for key in given.keys() {
        if !asked.iter().any(|own| own == key || short(own) == *key) {
            let expected = if asked.is_empty() {
                "no answer: nothing is asked".to_owned()
            } else {
                format!("one of {}", asked.join(", "))
            };
            return Err(ConfigError::Value {
                key: key.clone(),
                seen: "a question that is not asked".to_owned(),
                expected,
            }
            .into());
        }
    }
    for one in planned.iter_mut() {
        for question in one.mapped.questions.clone() {
            let key = key_of(one, &question);
            let answer = given.get(&key).or_else(|| given.get(&short(&key)));
            let offer = match answer {
                Some(answer) => Some(offered(&key, &question, answer)?),
                None if yes => question.offers.first().cloned(),
                None => None,
            };
            match offer {
                Some(offer) => change(one, &offer.change),
                None if question.key == "use" => {
                    one.left_out = Some(format!("a guess: answer {key} = \"yes\" to use it, or give --yes"));
                }
                None => {}
            }
        }
    }
    Ok(())
}

/// `orders.shop.date_format` without the source.
fn short(key: &str) -> String {
    let parts: Vec<&str> = key.splitn(3, '.').collect();
    if let [table, _, own] = parts[..] { format!("{table}.{own}") } else { key.to_owned() }
}

fn offered(key: &str, question: &Question, answer: &str) -> Result<Offer, JobError> {
    let found = question.offers.iter().find(|offer| offer.answer.eq_ignore_ascii_case(answer.trim()));
    found.cloned().ok_or_else(|| {
        let offers: Vec<&str> = question.offers.iter().map(|offer| offer.answer.as_str()).collect();
        ConfigError::Value {
            key: key.to_owned(),
            seen: "another answer".to_owned(),
            expected: format!("one of {}", offers.join(", ")),
        }
        .into()
    })
}

fn change(one: &mut Planned, change: &Change) {
    let table = one.mapped.table;
    let spec: &mut TableSpec = &mut one.mapped.spec;
    match change {
        Change::Keep => {}
        Change::DateFormat(format) => spec.date_format.clone_from(format),
        Change::Scale(scale) => match &mut spec.wide {
            Some(wide) => wide.scale = Some(*scale),
            None => spec.scale = Some(*scale),
        },
        Change::Id(column) => match &mut spec.wide {
            Some(wide) => wide.id.clone_from(column),
            None => drop(spec.columns.insert("customer_id".to_owned(), column.clone())),
        },
        Change::Aspect(aspect) if table == TableName::Ratings => {
            if let Some(wide) = &mut spec.wide {
                wide.aspect = Some(*aspect);
            }
        }
        Change::Aspect(Aspect::Importance | Aspect::Fulfillment) => {}
        Change::LeaveOut => one.left_out = Some("as answered".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::init::mapped::{Confidence, MappedTable};

    fn orders() -> Vec<Planned> {
        let offer =
            |format: &str| Offer { answer: format.to_owned(), change: Change::DateFormat(Some(format.to_owned())) };
        let question = Question {
            key: "date_format".to_owned(),
            text: "day first?".to_owned(),
            offers: vec![offer("%d/%m/%Y"), offer("%m/%d/%Y")],
        };
        let mapped = MappedTable {
            table: TableName::Orders,
            spec: TableSpec::default(),
            confidence: Confidence::High,
            reason: String::new(),
            questions: vec![question],
        };
        vec![Planned { mapped, source: "shop".to_owned(), left_out: None }]
    }

    #[test]
    fn an_answer_changes_the_table_and_the_proposed_one_is_taken_where_asked() {
        let given = |key: &str| Given::from([(key.to_owned(), "%m/%d/%Y".to_owned())]);
        for key in ["orders.shop.date_format", "orders.date_format"] {
            let mut planned = orders();
            follow(&mut planned, &given(key), false).expect("fits");
            assert_eq!(planned[0].mapped.spec.date_format.as_deref(), Some("%m/%d/%Y"));
        }
        let mut planned = orders();
        follow(&mut planned, &Given::new(), true).expect("fits");
        assert_eq!(planned[0].mapped.spec.date_format.as_deref(), Some("%d/%m/%Y"));
    }

    #[test]
    fn answers_that_fit_no_question_are_refused_with_those_that_do() {
        let unknown = Given::from([("orders.shop.scale".to_owned(), "1".to_owned())]);
        let error = follow(&mut orders(), &unknown, false).expect_err("refused");
        assert!(error.to_string().contains("orders.shop.date_format"), "{error}");
        let wrong = Given::from([("orders.date_format".to_owned(), "%Y".to_owned())]);
        assert!(follow(&mut orders(), &wrong, false).expect_err("refused").to_string().contains("%m/%d/%Y"));
    }
}
