//! The words of a report, by language.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ReportError;
use super::quantity::Quantity;
use super::said::{Part, Saying};

/// Languages a report is written in. What plans, catalogue and data say stays in their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportLanguage {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl ReportLanguage {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::De];

    /// Its code (ISO 639-1).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }
}

/// The texts of a language.
#[derive(Debug)]
pub struct Texts {
    language: ReportLanguage,
    /// Tables of texts, each text under its key.
    table: Value,
}

const EN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/report/en.toml"));
const DE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/report/de.toml"));

impl Texts {
    /// The texts of a language.
    #[must_use]
    pub fn of(language: ReportLanguage) -> &'static Self {
        static ALL: LazyLock<[Texts; 2]> = LazyLock::new(|| {
            [(ReportLanguage::En, EN), (ReportLanguage::De, DE)].map(|(language, text)| {
                // INVARIANT: the files are part of the program, and a test reads them.
                let table = toml::from_str(text).expect("the texts that ship are TOML");
                Texts { language, table }
            })
        });
        match language {
            ReportLanguage::En => &ALL[0],
            ReportLanguage::De => &ALL[1],
        }
    }

    /// All texts, as templates take them.
    pub(super) fn table(&self) -> &Value {
        &self.table
    }

    fn text(&self, key: &str) -> Option<&str> {
        key.split('.').try_fold(&self.table, |table, part| table.get(part))?.as_str()
    }

    /// A text without anything to fill in; a key without a text is shown itself, and a test finds it.
    pub(super) fn plain(&self, key: &str) -> String {
        self.text(key).unwrap_or(key).to_owned()
    }

    /// A sentence in this language.
    ///
    /// # Errors
    /// [`ReportError::Text`] for a key without a text and for a name that nothing fills.
    pub(super) fn said(&self, told: &Saying) -> Result<String, ReportError> {
        let missing = || ReportError::Text { key: told.say.clone() };
        let mut rest = self.text(&told.say).ok_or_else(missing)?;
        let mut said = String::with_capacity(rest.len());
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(missing)?;
            said.push_str(before);
            said.push_str(&self.part(told.with.get(name).ok_or_else(missing)?)?);
            rest = after;
        }
        said.push_str(rest);
        Ok(said)
    }

    fn part(&self, part: &Part) -> Result<String, ReportError> {
        Ok(match part {
            Part::Figure(figure) => figure.in_language(self.language),
            Part::Saying(told) => self.said(told)?,
            Part::List(parts) => parts.iter().map(|part| self.part(part)).collect::<Result<Vec<_>, _>>()?.join(", "),
            Part::Text(text) => text.clone(),
        })
    }

    /// A stored view with every figure and every sentence in place of what they are made of.
    ///
    /// # Errors
    /// [`ReportError::Text`] as [`Texts::said`].
    pub(super) fn in_words(&self, view: Value) -> Result<Value, ReportError> {
        Ok(match view {
            Value::Object(object) if object.contains_key("say") => Value::String(self.said(&read(object)?)?),
            Value::Object(object) if object.contains_key("unit") => {
                Value::String(read::<Quantity>(object)?.in_language(self.language))
            }
            Value::Object(object) => {
                let worded = object.into_iter().map(|(key, value)| Ok((key, self.in_words(value)?)));
                Value::Object(worded.collect::<Result<Map<_, _>, ReportError>>()?)
            }
            Value::Array(values) => {
                Value::Array(values.into_iter().map(|value| self.in_words(value)).collect::<Result<_, _>>()?)
            }
            other => other,
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(object: Map<String, Value>) -> Result<T, ReportError> {
    Ok(serde_json::from_value(Value::Object(object))?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn keys(table: &Value, prefix: &str, found: &mut BTreeSet<(String, BTreeSet<String>)>) {
        for (key, value) in table.as_object().unwrap() {
            let key = format!("{prefix}{key}");
            match value.as_str() {
                Some(text) => {
                    assert!(!text.trim().is_empty(), "{key} is empty");
                    let names = text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned());
                    found.insert((key, names.collect()));
                }
                None => keys(value, &format!("{key}."), found),
            }
        }
    }

    #[test]
    fn every_language_has_every_text_and_fills_the_same_names() {
        let all = ReportLanguage::ALL.map(|language| {
            let mut found = BTreeSet::new();
            keys(Texts::of(language).table(), "", &mut found);
            found
        });
        let lacking: Vec<_> = all[0].symmetric_difference(&all[1]).collect();
        assert!(lacking.is_empty(), "{lacking:?}");
        assert!(all[0].len() > 150);
    }

    #[test]
    fn sentences_of_english_are_short_and_no_text_stands_twice_in_a_section() {
        let mut sentences = Vec::new();
        fn walk(table: &Value, sentences: &mut Vec<String>) {
            for value in table.as_object().unwrap().values() {
                match value.as_str() {
                    Some(text) => sentences.extend(
                        text.split_inclusive(['.', '?', '!'])
                            .filter(|s| s.trim_end().ends_with(['.', '?', '!']) && s.split_whitespace().count() > 3)
                            .map(str::to_owned),
                    ),
                    None => walk(value, sentences),
                }
            }
        }
        walk(Texts::of(ReportLanguage::En).table(), &mut sentences);
        let words: usize = sentences.iter().map(|s| s.split_whitespace().count()).sum();
        assert!(words as f64 / sentences.len() as f64 <= 18.0);
        let distinct: BTreeSet<&str> = sentences.iter().map(|s| s.trim()).collect();
        assert_eq!(distinct.len(), sentences.len(), "a sentence stands twice");
    }
}
