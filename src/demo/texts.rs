//! The sentences customers write: templates parsed from the file beside this one, and filled in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::dice::Dice;
use crate::catalogue::{ElementId, N_ELEMENTS};

/// Hand-written praise and blame.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sentences {
    pub(super) praise: Vec<Template>,
    pub(super) blame: Vec<Template>,
}

/// A sentence with places where one of several wordings stands; plain text is a place with one wording.
#[derive(Debug, serde::Deserialize)]
#[serde(from = "String")]
pub(super) struct Template(Vec<Vec<String>>);

impl From<String> for Template {
    fn from(written: String) -> Self {
        let mut places = Vec::new();
        for (i, part) in written.split('{').enumerate() {
            let (inside, outside) =
                if i == 0 { (None, part) } else { part.split_once('}').map_or((None, part), |(a, b)| (Some(a), b)) };
            places.extend(inside.map(|wordings| wordings.split('|').map(str::to_owned).collect()));
            if !outside.is_empty() {
                places.push(vec![outside.to_owned()]);
            }
        }
        Self(places)
    }
}

impl Template {
    /// The sentence with one wording at each place.
    pub(super) fn filled(&self, dice: &mut Dice) -> String {
        self.0.iter().map(|wordings| wordings[dice.below(wordings.len())].as_str()).collect()
    }
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
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::Catalogue;
    use crate::catalogue::lexicon::spelling::spelled;
    use crate::model::customer::listening::{Listener, Polarity};

    /// Every sentence a template can come to.
    fn all_of(template: &Template) -> Vec<String> {
        template.0.iter().fold(vec![String::new()], |begun, wordings| {
            begun.iter().flat_map(|start| wordings.iter().map(move |next| format!("{start}{next}"))).collect()
        })
    }

    /// Every sentence, with its topic and whether it praises.
    fn all() -> Vec<(Option<usize>, bool, String)> {
        let mut all = Vec::new();
        for topic in (0..N_ELEMENTS).map(Some).chain([None]) {
            let sentences = TEXTS.about(topic);
            assert!(sentences.praise.len() >= 2 && sentences.blame.len() >= 2, "{topic:?}");
            for (praise, templates) in [(true, &sentences.praise), (false, &sentences.blame)] {
                all.extend(templates.iter().flat_map(all_of).map(|sentence| (topic, praise, sentence)));
            }
        }
        all
    }

    /// Each run of four words.
    fn fours(text: &str) -> Vec<String> {
        let text = spelled(text);
        let words: Vec<&str> = text.split(' ').collect();
        words.windows(4).map(|four| four.join(" ")).collect()
    }

    #[test]
    fn every_element_has_praise_and_blame_and_no_sentence_can_be_written_two_ways() {
        let mut sentences: Vec<String> = all().into_iter().map(|(_, _, sentence)| sentence).collect();
        let n = sentences.len();
        assert!(sentences.iter().all(|sentence| !sentence.contains(['{', '}', '|']) && !sentence.is_empty()));
        sentences.sort();
        sentences.dedup();
        assert_eq!(sentences.len(), n);
        assert!(n > 700, "{n} sentences");
    }

    #[test]
    fn no_four_words_in_a_row_stand_in_a_sentence_and_in_the_lexicon() {
        let catalogue = Catalogue::embedded();
        let lexicon = catalogue.lexicon("en").unwrap();
        let listened_for: BTreeSet<String> = lexicon.entries().iter().flat_map(|entry| fours(entry.phrase())).collect();
        assert!(listened_for.len() > 100, "a lexicon has long phrases");
        let shared: BTreeSet<String> = all()
            .iter()
            .flat_map(|(_, _, sentence)| fours(sentence))
            .filter(|four| listened_for.contains(four))
            .collect();
        assert_eq!(shared, BTreeSet::new());
    }

    #[test]
    fn most_sentences_are_heard_as_they_were_meant_and_some_are_not() {
        let listener = Listener::new(&Catalogue::embedded()).unwrap();
        let (mut meant, mut heard, mut right) = (0, 0, 0);
        for (topic, praise, sentence) in all() {
            let Some(topic) = topic else { continue };
            meant += 1;
            let wanted = if praise { Polarity::Positive } else { Polarity::Negative };
            for mention in &listener.listen(&sentence) {
                if mention.element.index() == topic {
                    heard += 1;
                    right += usize::from(mention.polarity == wanted);
                    break;
                }
            }
        }
        let (recall, polarity) = (f64::from(heard) / f64::from(meant), right as f64 / f64::from(heard));
        assert!((0.6..1.0).contains(&recall), "{recall:.2} of the sentences are heard");
        assert!(polarity > 0.9, "{polarity:.2} of those the right way round");
    }
}
