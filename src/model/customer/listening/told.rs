//! From phrases that were judged to mentions: what they come to, and how probable that is.

use super::cut::TextWord;
use super::judge::{Cue, Sentence};
use super::{Mention, Polarity};
use valueseg_catalogue::N_ELEMENTS;
use valueseg_catalogue::lexicon::{CueKind, MENTION_TRAITS, MentionTrait};

impl Sentence<'_> {
    /// What a cue comes to, and what that rests on; `None` = it needs a judgment and has none.
    fn weigh(&self, cue: &Cue) -> Option<(f64, MentionTrait)> {
        let phrase = self.weighing.phrase;
        let (worth, basis) = match (cue.kind, cue.worth) {
            (CueKind::Praise, _) => (self.turned_round(cue.first, cue.negates_itself, phrase), MentionTrait::Phrase),
            (CueKind::Blame, _) => (self.turned_round(cue.first, cue.negates_itself, -phrase), MentionTrait::Phrase),
            (CueKind::Topic, Some(worth)) => (worth, MentionTrait::Topic),
            (CueKind::Judged | CueKind::Own, Some(worth)) => (worth, MentionTrait::Judged),
            (CueKind::Thing, Some(worth)) => (worth, MentionTrait::Thing),
            (CueKind::Judged | CueKind::Own | CueKind::Thing, None) => return None,
            (CueKind::Topic, None) if self.negated(cue.first, false) => (self.weighing.absent, MentionTrait::Topic),
            (CueKind::Topic, None) => (0.0, MentionTrait::Named),
        };
        Some((worth * self.weights[cue.first - self.from], basis))
    }

    /// Appends one mention per element.
    pub(super) fn mentions(&self, words: &[TextWord], into: &mut Vec<Mention>) {
        let mut cues = self.cues();
        if cues.is_empty() {
            return;
        }
        self.bind(&mut cues);
        self.share(&mut cues);
        let long = flag(MentionTrait::Long, self.clauses.len() > MentionTrait::LONG);
        let mut slots: [Option<(f64, Mention)>; N_ELEMENTS] = std::array::from_fn(|_| None);
        for cue in &cues {
            let Some((worth, basis)) = self.weigh(cue) else { continue };
            let traits = flag(basis, true)
                | flag(MentionTrait::Words, cue.last > cue.first)
                | flag(MentionTrait::Negated, self.negated(cue.first, cue.negates_itself))
                | long;
            let mention = Mention {
                element: cue.element,
                polarity: Polarity::Neutral,
                probability: self.likelihood.probability(traits) as f32,
                traits,
                span: words[cue.first].start..words[cue.last].end,
                sentence: words[cue.first].sentence,
            };
            match &mut slots[cue.element.index()] {
                Some((sum, known)) => {
                    *sum += worth;
                    if mention.probability > known.probability {
                        *known = mention;
                    }
                    known.traits |= flag(MentionTrait::Repeated, true);
                }
                empty => *empty = Some((worth, mention)),
            }
        }
        let crowded = flag(MentionTrait::Crowded, slots.iter().flatten().count() > 1);
        let balanced = self.weighing.balanced;
        into.extend(slots.into_iter().flatten().map(|(sum, mut mention)| {
            mention.traits |= crowded;
            mention.probability = self.likelihood.probability(mention.traits) as f32;
            mention.polarity = match sum {
                praise if praise >= balanced => Polarity::Positive,
                blame if blame <= -balanced => Polarity::Negative,
                _ => Polarity::Neutral,
            };
            mention
        }));
    }
}

/// The bit of a trait, where it is there.
fn flag(which: MentionTrait, there: bool) -> u16 {
    let bit = MENTION_TRAITS.iter().position(|known| *known == which).map_or(0, |bit| 1 << bit);
    if there { bit } else { 0 }
}
