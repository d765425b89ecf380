//! The sentences customers write, parsed from the file beside this one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalogue::{ElementId, N_ELEMENTS};

/// Hand-written praise and blame.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sentences {
    pub(super) praise: Vec<String>,
    pub(super) blame: Vec<String>,
}

/// All sentences: one entry an element in catalogue order, then small talk.
#[derive(Debug)]
pub(super) struct Texts {
    by_element: Vec<Sentences>,
    small_talk: Sentences,
}

impl Texts {
    /// Sentences about an element, by its index; small talk for `None`.
    pub(super) fn about(&self, element: Option<usize>) -> &Sentences {
        element.map_or(&self.small_talk, |e| &self.by_element[e])
    }
}

/// The sentences of `sentences.toml`, compiled in and parsed once.
pub(super) static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    let mut topics: BTreeMap<String, Sentences> =
        toml::from_str(include_str!("sentences.toml")).expect("the compiled-in sentences parse");
    let mut take = |topic: &str| topics.remove(topic).expect("the compiled-in sentences cover every element");
    let by_element: Vec<Sentences> = ElementId::all().map(|e| take(e.slug())).collect();
    debug_assert_eq!(by_element.len(), N_ELEMENTS);
    Texts { by_element, small_talk: take("small_talk") }
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_has_praise_and_blame_and_no_sentence_stands_twice() {
        let mut all: Vec<&String> = Vec::new();
        for topic in (0..N_ELEMENTS).map(Some).chain([None]) {
            let sentences = TEXTS.about(topic);
            assert!(sentences.praise.len() >= 2 && sentences.blame.len() >= 2, "{topic:?}");
            all.extend(sentences.praise.iter().chain(&sentences.blame));
        }
        let n = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), n);
        assert!(n > 200, "{n} sentences");
    }
}
