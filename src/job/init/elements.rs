//! Which element of value a question speaks of, and what it asks about it: by the words of the catalogue.

use super::tokens::{plain, tokens};
use crate::catalogue::lexicon::{CueKind, Meaning};
use crate::catalogue::{Catalogue, ElementId};
use crate::model::rows::Aspect;

/// How a question was found to speak of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Evidence {
    /// A word that customers use when they speak of it.
    Word,
    /// A cue of the catalogue.
    Cue,
    /// Its id or its name.
    Name,
}

/// What a question speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// The element.
    pub(super) element: ElementId,
    /// How it was found.
    pub(super) evidence: Evidence,
    /// Whether the word blames: who agrees to it has less of the element.
    pub(super) turned: bool,
    /// Letters of the words that were recognized: the longer, the surer.
    pub(super) letters: usize,
}

/// The phrases that speak of elements.
pub(super) struct Cues {
    phrases: Vec<Phrase>,
    names: Vec<(String, ElementId)>,
}

struct Phrase {
    words: Vec<String>,
    open: bool,
    spoken: Spoken,
}

impl Cues {
    /// The phrases of a catalogue: names, cues, and the words of its English lexicon.
    pub(super) fn of(catalogue: &Catalogue) -> Self {
        let mut cues = Self { phrases: Vec::new(), names: Vec::new() };
        for element in ElementId::all() {
            let own = catalogue.element(element);
            for name in [element.slug(), own.name()] {
                cues.push(name, element, Evidence::Name, false);
                cues.names.push((plain(name), element));
            }
            own.cues_positive().iter().for_each(|cue| cues.push(cue, element, Evidence::Cue, false));
            own.cues_negative().iter().for_each(|cue| cues.push(cue, element, Evidence::Cue, true));
        }
        for entry in catalogue.lexicon("en").map_or(&[][..], |lexicon| lexicon.entries()) {
            let Meaning::Cue(element, kind) = entry.meaning() else { continue };
            let open = entry.open_end();
            // Praise and blame are said of everything; a question names a topic.
            if kind == CueKind::Topic && !entry.open_start() {
                cues.push(entry.phrase(), element, Evidence::Word, false);
                if let Some(last) = cues.phrases.last_mut() {
                    last.open = open;
                }
            }
        }
        cues
    }

    fn push(&mut self, phrase: &str, element: ElementId, evidence: Evidence, turned: bool) {
        let words = tokens(phrase);
        let letters = words.iter().map(String::len).sum();
        if letters >= 3 {
            self.phrases.push(Phrase { words, open: false, spoken: Spoken { element, evidence, turned, letters } });
        }
    }

    /// What a question in these words speaks of; names go before cues, cues before words, long before short.
    pub(super) fn speaks(&self, name: &str, label: Option<&str>) -> Option<Spoken> {
        let own = tokens(name);
        let mut found: Vec<Spoken> = self.in_words(&own);
        if let Some(label) = label {
            found.extend(self.in_words(&tokens(label)));
        }
        // `imp[savestime]`, `Q1savestime`: nothing parts the words.
        let glued = plain(name);
        for (name, element) in self.names.iter().filter(|(name, _)| name.len() >= 5 && glued.ends_with(name.as_str())) {
            found.push(Spoken { element: *element, evidence: Evidence::Name, turned: false, letters: name.len() });
        }
        // The first of equals.
        found.into_iter().rev().max_by_key(|spoken| (spoken.evidence, spoken.letters))
    }

    fn in_words(&self, words: &[String]) -> Vec<Spoken> {
        let fits = |phrase: &Phrase, at: usize| {
            let Some(here) = words.get(at..at + phrase.words.len()) else { return false };
            let last = phrase.words.len() - 1;
            here.iter().zip(&phrase.words).enumerate().all(|(i, (word, own))| {
                same_word(word, own) || (i == last && phrase.open && word.starts_with(own.as_str()))
            })
        };
        let long = words.len() > SHORT;
        let found = self.phrases.iter().filter(|phrase| (0..words.len()).any(|at| fits(phrase, at)));
        let weighed = found.filter_map(|phrase| match phrase.spoken.evidence {
            // In a whole sentence a word may mean anything: "the quality of the air".
            Evidence::Name if long && phrase.words.len() == 1 => {
                Some(Spoken { evidence: Evidence::Cue, ..phrase.spoken })
            }
            Evidence::Cue if long && phrase.words.len() == 1 && phrase.spoken.turned => None,
            Evidence::Word if long => None,
            _ => Some(phrase.spoken),
        });
        weighed.collect()
    }
}

/// Most words of a question in which one word names a topic. Our judgment.
const SHORT: usize = 6;

/// The same word, in one number or the other.
fn same_word(a: &str, b: &str) -> bool {
    a == b || a.len() >= 4 && b.len() >= 4 && a.trim_end_matches('s') == b.trim_end_matches('s')
}

/// Beginnings of words that ask how much something matters.
const IMPORTANCE: [&str; 10] =
    ["importan", "matter", "wichtig", "essential", "priorit", "expect", "want", "wish", "desire", "prefer"];
/// Beginnings of words that ask how well it is done.
const FULFILLMENT: [&str; 15] = [
    "satisf",
    "fulfil",
    "deliver",
    "perform",
    "experience",
    "zufrieden",
    "erfüll",
    "agree",
    "rate",
    "rating",
    "quality",
    "happy",
    "excellent",
    "csat",
    "well",
];

/// What is asked: importance or fulfillment; `None` = the words do not say.
pub(super) fn aspect(name: &str, label: Option<&str>) -> Option<Aspect> {
    let words: Vec<String> = tokens(name);
    let begins =
        |words: &[String], list: &[&str]| words.iter().any(|word| list.iter().any(|start| word.starts_with(start)));
    let first = words.first().map_or("", String::as_str);
    match first {
        "imp" | "i" if words.len() > 1 => return Some(Aspect::Importance),
        "ful" | "sat" | "perf" | "f" | "s" if words.len() > 1 => return Some(Aspect::Fulfillment),
        _ => {}
    }
    for words in [words, label.map(tokens).unwrap_or_default()] {
        if begins(&words, &IMPORTANCE) {
            return Some(Aspect::Importance);
        }
        if begins(&words, &FULFILLMENT) {
            return Some(Aspect::Fulfillment);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speaks(name: &str, label: Option<&str>) -> Option<(String, Evidence, bool)> {
        let cues = Cues::of(&Catalogue::embedded());
        cues.speaks(name, label).map(|s| (s.element.slug().to_owned(), s.evidence, s.turned))
    }

    #[test]
    fn an_element_is_found_behind_prefixes_of_any_length() {
        for name in [
            "saves_time",
            "importance_saves_time",
            "imp[savestime]",
            "Q1 Saves time",
            "ImportanceSavesTime",
            "sat_q17_saves_time",
        ] {
            let found = speaks(name, None).map(|(slug, evidence, _)| (slug, evidence));
            assert_eq!(found, Some(("saves_time".to_owned(), Evidence::Name)), "{name}");
        }
    }

    #[test]
    fn a_question_is_understood_by_its_wording_where_the_name_says_nothing() {
        let found = speaks("Q7", Some("How satisfied are you that it saves time?"));
        assert_eq!(found.map(|(slug, ..)| slug).as_deref(), Some("saves_time"));
        assert_eq!(speaks("Q7", Some("Which branch do you go to?")), None);
    }

    #[test]
    fn words_that_blame_are_turned() {
        let (slug, _, turned) = speaks("Was it slow?", None).expect("a cue");
        assert_eq!((slug.as_str(), turned), ("saves_time", true));
    }

    #[test]
    fn stems_and_prefixes_tell_importance_from_fulfillment() {
        assert_eq!(aspect("importance_saves_time", None), Some(Aspect::Importance));
        assert_eq!(aspect("imp_quality", None), Some(Aspect::Importance));
        assert_eq!(aspect("sat_quality", None), Some(Aspect::Fulfillment));
        assert_eq!(aspect("Q3", Some("How important is it to you that …")), Some(Aspect::Importance));
        assert_eq!(aspect("Q3", Some("How satisfied are you with …")), Some(Aspect::Fulfillment));
        assert!(aspect("quality_x", Some("…")).is_some());
        assert_eq!(aspect("saves_time", None), None);
    }
}
