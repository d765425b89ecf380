//! From phrases found to mentions: what is judged by which word, and which way round.

use super::cut::TextWord;
use super::find::FoundPhrase;
use super::{Mention, Polarity};
use crate::catalogue::lexicon::{CueKind, Meaning, Verdict, Weighing};
use crate::catalogue::{ElementId, N_ELEMENTS};

/// What a mention rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum MentionBasis {
    /// A phrase that praises or blames.
    Phrase,
    /// A topic with a judgment, or said not to be there.
    Judged,
    /// A topic alone.
    Named,
}

impl MentionBasis {
    fn confidence(self, weighing: &Weighing) -> f32 {
        match self {
            Self::Phrase => weighing.sure_of_phrase as f32,
            Self::Judged => weighing.sure_of_judged as f32,
            Self::Named => weighing.sure_of_named as f32,
        }
    }
}

/// A phrase that stands for an element.
#[derive(Clone, Copy, Debug)]
struct Cue {
    first: usize,
    last: usize,
    element: ElementId,
    kind: CueKind,
    negates_itself: bool,
    /// Sum of the judgments bound to it; `None` = none is.
    worth: Option<f64>,
}

/// A word that judges.
#[derive(Clone, Copy, Debug)]
struct Judgment {
    first: usize,
    last: usize,
    worth: f64,
    of: Option<ElementId>,
    feeling: bool,
    /// Whether a link before it ties it to what stands before.
    linked: bool,
}

/// One sentence: words `from..to`, what was found in it, and the clause and weight of each word.
struct Sentence<'a> {
    from: usize,
    found: &'a [FoundPhrase],
    clauses: Vec<usize>,
    weights: Vec<f64>,
    reach: usize,
    weighing: &'a Weighing,
}

/// Mentions in all sentences, by sentence, then element. `found` is sorted by first word.
pub(super) fn judge(words: &[TextWord], found: &[FoundPhrase], reach: usize, weighing: &Weighing) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut rest = found;
    for sentence in words.chunk_by(|a, b| a.sentence == b.sentence) {
        let Some(first) = rest.first() else { break };
        let number = sentence[0].sentence;
        if words[first.first].sentence != number {
            continue;
        }
        let (own, later) = rest.split_at(rest.partition_point(|found| words[found.first].sentence == number));
        rest = later;
        let from = words.partition_point(|word| word.sentence < number);
        let sentence = Sentence::new(from, sentence, own, reach, weighing);
        sentence.mentions(words, &mut mentions);
    }
    mentions
}

impl<'a> Sentence<'a> {
    fn new(from: usize, words: &[TextWord], found: &'a [FoundPhrase], reach: usize, weighing: &'a Weighing) -> Self {
        let mut clauses = Vec::with_capacity(words.len());
        let mut weights = Vec::with_capacity(words.len());
        let starts = |word: usize, meaning: Meaning| found.iter().any(|f| f.first == word && f.meaning == meaning);
        let (mut clause, mut turned, mut conceded) = (0, 1.0, 1.0);
        for (i, word) in words.iter().enumerate() {
            let (turns, concedes) = (starts(from + i, Meaning::Turns), starts(from + i, Meaning::Concedes));
            if word.starts_clause || turns || concedes {
                clause += 1;
                conceded = if concedes { weighing.conceded } else { 1.0 };
            }
            if turns {
                turned = weighing.after_turn;
                weights.iter_mut().for_each(|weight| *weight = weighing.conceded);
            }
            clauses.push(clause);
            weights.push(turned * conceded);
        }
        Self { from, found, clauses, weights, reach, weighing }
    }

    fn clause(&self, word: usize) -> usize {
        self.clauses[word - self.from]
    }

    /// Whether a phrase of this meaning ends within `gap` words before `word`, in its clause.
    fn is_before(&self, word: usize, meaning: Meaning, gap: usize) -> bool {
        self.found.iter().any(|found| {
            found.meaning == meaning
                && found.last < word
                && word - found.last <= gap
                && self.clause(found.last) == self.clause(word)
        })
    }

    fn turned_round(&self, word: usize, negates_itself: bool, worth: f64) -> f64 {
        let turned = !negates_itself && self.is_before(word, Meaning::Negates, self.reach);
        if turned { worth * self.weighing.negated } else { worth }
    }

    fn judgments(&self) -> Vec<Judgment> {
        let mut all = Vec::new();
        for found in self.found {
            let (verdict, of, feeling) = match found.meaning {
                Meaning::Judges(verdict) => (verdict, None, false),
                Meaning::Feels(verdict) => (verdict, None, true),
                Meaning::JudgesElement(element, verdict) => (verdict, Some(element), false),
                _ => continue,
            };
            let mut worth = match verdict {
                Verdict::VeryBad => -2.0,
                Verdict::Bad => -1.0,
                Verdict::Okay => 0.0,
                Verdict::Good => 1.0,
                Verdict::VeryGood => 2.0,
            };
            if self.is_before(found.first, Meaning::Strengthens, self.weighing.strength_gap) {
                worth *= self.weighing.strengthened;
            } else if self.is_before(found.first, Meaning::Weakens, self.weighing.strength_gap) {
                worth *= self.weighing.weakened;
            }
            let worth = self.turned_round(found.first, found.negates_itself, worth);
            let linked = self.is_before(found.first, Meaning::Links, self.weighing.link_gap);
            all.push(Judgment { first: found.first, last: found.last, worth, of, feeling, linked });
        }
        // A word that judges one element in its own way does so before it judges anything in the general way.
        all.sort_by_key(|judgment| (judgment.first, judgment.last, judgment.of.is_none()));
        all
    }

    /// Phrases that stand for elements; of two that overlap and stand for the same, the first.
    fn cues(&self) -> Vec<Cue> {
        let mut cues: Vec<Cue> = Vec::new();
        let mut heard_to = [None; N_ELEMENTS];
        for found in self.found {
            let Meaning::Cue(element, kind) = found.meaning else { continue };
            let to = &mut heard_to[element.index()];
            if to.is_none_or(|last| last < found.first) {
                *to = Some(found.last);
                let FoundPhrase { first, last, negates_itself, .. } = *found;
                cues.push(Cue { first, last, element, kind, negates_itself, worth: None });
            }
        }
        cues
    }

    /// Binds every judgment to the nearest cue it can judge.
    fn bind(&self, cues: &mut [Cue]) {
        let mut bound_to_own: Option<(usize, usize)> = None;
        for judgment in &self.judgments() {
            let words = (judgment.first, judgment.last);
            if judgment.of.is_none() && bound_to_own == Some(words) {
                continue;
            }
            let gaps: Vec<Option<(bool, usize)>> = cues.iter().map(|cue| self.gap(judgment, cue)).collect();
            let Some(nearest) = gaps.iter().flatten().min().copied() else { continue };
            if judgment.of.is_some() {
                bound_to_own = Some(words);
            }
            for (cue, _) in cues.iter_mut().zip(&gaps).filter(|(_, gap)| **gap == Some(nearest)) {
                if matches!(cue.kind, CueKind::Topic | CueKind::Judged) {
                    *cue.worth.get_or_insert(0.0) += judgment.worth;
                }
            }
        }
    }

    /// Whether `cue` is in another clause than `judgment`, and words between them; `None` = not for it to judge.
    fn gap(&self, judgment: &Judgment, cue: &Cue) -> Option<(bool, usize)> {
        if judgment.of.is_some_and(|element| element != cue.element) {
            return None;
        }
        let (between, follows) = if cue.first > judgment.last {
            (cue.first - judgment.last - 1, true)
        } else if cue.last < judgment.first {
            (judgment.first - cue.last - 1, false)
        } else {
            return None;
        };
        let within = match cue.kind {
            CueKind::Topic => between <= self.weighing.binding_gap,
            CueKind::Judged => between <= self.weighing.judged_gap && !judgment.feeling,
            // It judges by itself; a word right before it adds nothing to anything else ("awful noise on this plane").
            CueKind::Praise | CueKind::Blame => between == 0 && follows && judgment.of.is_none(),
        };
        let elsewhere = self.clause(cue.first) != self.clause(judgment.first);
        // "Camera is awesome battery is good": a link ties backward, whatever follows more closely.
        let between = if follows && !elsewhere && judgment.linked { between + self.weighing.link_gap } else { between };
        within.then_some((elsewhere, between))
    }

    /// Lets topics side by side share what one of them was given.
    fn share(&self, cues: &mut [Cue]) {
        let given: Vec<Cue> = cues.iter().filter(|cue| cue.worth.is_some()).copied().collect();
        for cue in cues.iter_mut().filter(|cue| cue.worth.is_none()) {
            let near = |other: &&Cue| {
                let between = cue.first.max(other.first).saturating_sub(cue.last.min(other.last) + 1);
                between <= self.weighing.sharing_gap && self.clause(cue.first) == self.clause(other.first)
            };
            cue.worth = given.iter().find(near).and_then(|other| other.worth);
        }
    }

    /// What a cue comes to, and what that rests on; `None` = it needs a judgment and has none.
    fn weigh(&self, cue: &Cue) -> Option<(f64, MentionBasis)> {
        let phrase = self.weighing.phrase;
        let (worth, evidence) = match (cue.kind, cue.worth) {
            (CueKind::Praise, _) => (self.turned_round(cue.first, cue.negates_itself, phrase), MentionBasis::Phrase),
            (CueKind::Blame, _) => (self.turned_round(cue.first, cue.negates_itself, -phrase), MentionBasis::Phrase),
            (_, Some(worth)) => (worth, MentionBasis::Judged),
            (CueKind::Judged, None) => return None,
            (CueKind::Topic, None) if self.is_before(cue.first, Meaning::Negates, self.reach) => {
                (self.weighing.absent, MentionBasis::Judged)
            }
            (CueKind::Topic, None) => (0.0, MentionBasis::Named),
        };
        Some((worth * self.weights[cue.first - self.from], evidence))
    }

    /// Appends one mention per element.
    fn mentions(&self, words: &[TextWord], into: &mut Vec<Mention>) {
        let mut cues = self.cues();
        if cues.is_empty() {
            return;
        }
        self.bind(&mut cues);
        self.share(&mut cues);
        let mut slots: [Option<(f64, Mention)>; N_ELEMENTS] = std::array::from_fn(|_| None);
        for cue in &cues {
            let Some((worth, evidence)) = self.weigh(cue) else { continue };
            let mention = Mention {
                element: cue.element,
                polarity: Polarity::Neutral,
                confidence: evidence.confidence(self.weighing),
                span: words[cue.first].start..words[cue.last].end,
                sentence: words[cue.first].sentence,
            };
            match &mut slots[cue.element.index()] {
                Some((sum, known)) => {
                    *sum += worth;
                    if mention.confidence > known.confidence {
                        *known = mention;
                    }
                }
                empty => *empty = Some((worth, mention)),
            }
        }
        let balanced = self.weighing.balanced;
        into.extend(slots.into_iter().flatten().map(|(sum, mut mention)| {
            mention.polarity = match sum {
                praise if praise >= balanced => Polarity::Positive,
                blame if blame <= -balanced => Polarity::Negative,
                _ => Polarity::Neutral,
            };
            mention
        }));
    }
}
