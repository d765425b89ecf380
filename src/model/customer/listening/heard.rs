//! What one customer's texts come to.

use super::{Mentions, Polarity};
use valueseg_catalogue::{ElementId, N_ELEMENTS};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    texts: u32,
    positive: u32,
    neutral: u32,
    negative: u32,
}

/// Mentions of one customer, counted. Adding and merging commute: any order and any division of the texts give the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    texts: u32,
    counts: [Count; N_ELEMENTS],
}

impl Heard {
    /// Adds one text; a text without a word is none.
    pub fn add(&mut self, mentions: &Mentions) {
        if mentions.sentences() == 0 {
            return;
        }
        self.texts += 1;
        let mut in_this_text = [false; N_ELEMENTS];
        for mention in mentions {
            let count = &mut self.counts[mention.element.index()];
            match mention.polarity {
                Polarity::Positive => count.positive += 1,
                Polarity::Neutral => count.neutral += 1,
                Polarity::Negative => count.negative += 1,
            }
            count.texts += u32::from(!std::mem::replace(&mut in_this_text[mention.element.index()], true));
        }
    }

    /// Adds further texts of the same customer, counted elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.texts += other.texts;
        for (own, other) in self.counts.iter_mut().zip(&other.counts) {
            own.texts += other.texts;
            own.positive += other.positive;
            own.neutral += other.neutral;
            own.negative += other.negative;
        }
    }

    /// Texts with at least one word.
    #[must_use]
    pub fn texts(&self) -> u32 {
        self.texts
    }

    fn mentioned(&self, element: ElementId) -> Option<&Count> {
        Some(&self.counts[element.index()]).filter(|count| count.texts > 0)
    }

    /// Texts that mention `element`, at least 1; `None` = never mentioned, which says nothing about its worth.
    #[must_use]
    pub fn texts_with(&self, element: ElementId) -> Option<u32> {
        self.mentioned(element).map(|count| count.texts)
    }

    /// Sentences that praise it, 0 or more; `None` = never mentioned.
    #[must_use]
    pub fn positive(&self, element: ElementId) -> Option<u32> {
        self.mentioned(element).map(|count| count.positive)
    }

    /// Sentences that blame it, 0 or more; `None` = never mentioned.
    #[must_use]
    pub fn negative(&self, element: ElementId) -> Option<u32> {
        self.mentioned(element).map(|count| count.negative)
    }

    /// Sentences that name it without judging, 0 or more; `None` = never mentioned.
    #[must_use]
    pub fn neutral(&self, element: ElementId) -> Option<u32> {
        self.mentioned(element).map(|count| count.neutral)
    }

    /// Mention rate: share of the customer's texts that mention it, above 0, at most 1; `None` = never mentioned.
    #[must_use]
    pub fn rate(&self, element: ElementId) -> Option<f64> {
        self.mentioned(element).map(|count| f64::from(count.texts) / f64::from(self.texts))
    }

    /// Balance of praise and blame within −1 to 1: `(p − n) / (p + n)` of `p` positive and `n` negative sentences;
    /// `None` = nothing judged.
    #[must_use]
    pub fn balance(&self, element: ElementId) -> Option<f64> {
        let count = self.mentioned(element)?;
        let (positive, negative) = (f64::from(count.positive), f64::from(count.negative));
        (positive + negative > 0.0).then(|| (positive - negative) / (positive + negative))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Mention;
    use super::*;

    fn element(slug: &str) -> ElementId {
        ElementId::parse(slug).unwrap()
    }

    fn mentions(said: &[(&str, Polarity, usize)]) -> Mentions {
        let all = said
            .iter()
            .map(|&(slug, polarity, sentence)| Mention {
                element: element(slug),
                polarity,
                probability: 1.0,
                traits: 0,
                span: 0..1,
                sentence,
            })
            .collect();
        Mentions { sentences: 2, all }
    }

    #[test]
    fn sentences_are_counted_by_polarity_and_texts_once() {
        let mut heard = Heard::default();
        heard.add(&mentions(&[("quality", Polarity::Positive, 0), ("quality", Polarity::Negative, 1)]));
        heard.add(&mentions(&[("quality", Polarity::Positive, 0), ("variety", Polarity::Neutral, 1)]));
        heard.add(&mentions(&[]));
        let quality = element("quality");
        assert_eq!(
            (heard.positive(quality), heard.negative(quality), heard.neutral(quality)),
            (Some(2), Some(1), Some(0))
        );
        assert_eq!((heard.texts(), heard.texts_with(quality), heard.rate(quality)), (3, Some(2), Some(2.0 / 3.0)));
        assert_eq!(heard.balance(quality), Some(1.0 / 3.0));
        assert_eq!((heard.neutral(element("variety")), heard.balance(element("variety"))), (Some(1), None));
    }

    #[test]
    fn what_was_not_mentioned_is_absent_and_never_zero() {
        let mut heard = Heard::default();
        heard.add(&mentions(&[("quality", Polarity::Positive, 0)]));
        let other = element("heirloom");
        assert_eq!((heard.positive(other), heard.negative(other), heard.neutral(other)), (None, None, None));
        assert_eq!((heard.texts_with(other), heard.rate(other), heard.balance(other)), (None, None, None));
    }

    #[test]
    fn a_text_without_a_word_does_not_thin_the_rate() {
        let mut heard = Heard::default();
        heard.add(&Mentions::default());
        assert_eq!(heard, Heard::default());
    }
}
