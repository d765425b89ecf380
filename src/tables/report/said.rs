//! Sentences that a report makes: which one, and what stands in it. Which words it is made of, a language says.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::quantity::Quantity;
use super::texts::{ReportLanguage, Texts};
use super::words::count;

/// A sentence, or a part of one: the key of its text and what fills it. `Display` says it in English.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saying {
    /// Key in `data/report/*.toml`, such as `changes.people`.
    pub say: String,
    /// What stands in place of each `{name}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub with: BTreeMap<String, Part>,
}

/// What fills a sentence. INVARIANT: texts and lists come first, or a stored list would be read as the fields of what follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// Words from data or the catalogue, as they are.
    Text(String),
    /// Several, with commas between.
    List(Vec<Part>),
    /// A figure.
    Figure(Quantity),
    /// Another text.
    Saying(Saying),
}

/// The text of that key.
pub(super) fn told(key: &str) -> Saying {
    Saying { say: key.to_owned(), with: BTreeMap::new() }
}

/// `one customer`, `3 customers`.
pub(super) fn customers(n: u64) -> Saying {
    if n == 1 { told("people.one") } else { told("people.more").with("n", count(n)) }
}

/// Something that is shown as it is: a text of data, or of another part of the program.
pub(super) fn plain(text: impl Into<String>) -> Saying {
    told("as_is").with("text", text.into())
}

impl Saying {
    /// With something in place of `{name}`.
    pub(super) fn with(mut self, name: &str, part: impl Into<Part>) -> Self {
        self.with.insert(name.to_owned(), part.into());
        self
    }
}

impl From<Quantity> for Part {
    fn from(figure: Quantity) -> Self {
        Self::Figure(figure)
    }
}

impl From<Saying> for Part {
    fn from(told: Saying) -> Self {
        Self::Saying(told)
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<P: Into<Part>> From<Vec<P>> for Part {
    fn from(parts: Vec<P>) -> Self {
        Self::List(parts.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A key without a text is a bug, which the page made beside this one reports.
        f.write_str(&Texts::of(ReportLanguage::En).said(self).unwrap_or_else(|_| self.say.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_fills_a_sentence_comes_back_from_the_store_as_what_it_was() {
        let parts: [Part; 5] = [
            "text".into(),
            count(3).into(),
            customers(1).into(),
            vec!["one".to_owned()].into(),
            vec![customers(2), plain("x")].into(),
        ];
        for part in parts {
            let text = serde_json::to_string(&part).expect("JSON");
            assert_eq!(serde_json::from_str::<Part>(&text).expect("a part"), part, "{text}");
        }
    }
}
