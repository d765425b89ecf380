//! From phrases found to mentions: what is judged by which word, and which way round.

use super::cut::Word;
use super::find::Found;
use super::{Mention, Polarity};
use crate::catalogue::lexicon::{CueKind, Meaning, Verdict};
use crate::catalogue::{ElementId, N_ELEMENTS};

/// Most words between a judgement and what it judges, in its clause or, where its clause holds nothing to judge, outside.
const BINDING_GAP: usize = 6;
/// As [`BINDING_GAP`], for what is mentioned only where it is judged.
const JUDGED_GAP: usize = 3;
/// Most words between two topics that share a judgement ("sound and the picture are good").
const SHARING_GAP: usize = 2;
/// Words before a judgement among which a word of strength may stand.
const STRENGTH_GAP: usize = 2;
/// Words before a judgement among which a link ("is") may stand.
const LINK_GAP: usize = 3;
/// METHOD: what negation leaves of a judgement: "not good" is milder than "bad". -0.74 as measured by Hutto & Gilbert (VADER,
/// ICWSM 2014).
const NEGATED: f64 = -0.74;
/// METHOD: a word of strength beside a judgement ("very", "a bit"). Our judgement; only where several judgements meet does
/// the size matter.
const STRENGTHENED: f64 = 1.5;
/// As [`STRENGTHENED`].
const WEAKENED: f64 = 0.5;
/// METHOD: what follows "but" weighs one and a half times, what stands before it, and after "although", half: the weights
/// of VADER (Hutto & Gilbert 2014).
const AFTER_TURN: f64 = 1.5;
/// As [`AFTER_TURN`].
const CONCEDED: f64 = 0.5;
/// Worth of a phrase that praises or blames by itself, between "good" and "very good".
const PHRASE_WORTH: f64 = 1.5;
/// Worth of naming what is said not to be there ("no headrest").
const ABSENT_WORTH: f64 = -1.0;
/// A sum nearer to 0 than this praises and blames in balance.
const BALANCED: f64 = 0.25;

/// What a mention rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Evidence {
    /// A phrase that praises or blames.
    Phrase,
    /// A topic with a judgement, or said not to be there.
    Judged,
    /// A topic alone.
    Named,
}

impl Evidence {
    /// METHOD: share of such mentions in which the reader of the 200 sentences labelled after the lexicon was finished saw
    /// the element, too: 79 of 94, 53 of 65, 9 of 17 (`tests/fixtures/listening`, part `unseen`). English reviews of
    /// flights and devices; elsewhere it is a guess.
    fn confidence(self) -> f32 {
        match self {
            Self::Phrase => 0.84,
            Self::Judged => 0.82,
            Self::Named => 0.53,
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
    /// Sum of the judgements bound to it; `None` = none is.
    worth: Option<f64>,
}

/// A word that judges.
#[derive(Clone, Copy, Debug)]
struct Judgement {
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
    found: &'a [Found],
    clauses: Vec<usize>,
    weights: Vec<f64>,
    reach: usize,
}

/// Mentions in all sentences, by sentence, then element. `found` is sorted by first word.
pub(super) fn judge(words: &[Word], found: &[Found], reach: usize) -> Vec<Mention> {
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
        let sentence = Sentence::new(from, sentence, own, reach);
        sentence.mentions(words, &mut mentions);
    }
    mentions
}

impl<'a> Sentence<'a> {
    fn new(from: usize, words: &[Word], found: &'a [Found], reach: usize) -> Self {
        let mut clauses = Vec::with_capacity(words.len());
        let mut weights = Vec::with_capacity(words.len());
        let starts = |word: usize, meaning: Meaning| found.iter().any(|f| f.first == word && f.meaning == meaning);
        let (mut clause, mut turned, mut conceded) = (0, 1.0, 1.0);
        for (i, word) in words.iter().enumerate() {
            let (turns, concedes) = (starts(from + i, Meaning::Turns), starts(from + i, Meaning::Concedes));
            if word.starts_clause || turns || concedes {
                clause += 1;
                conceded = if concedes { CONCEDED } else { 1.0 };
            }
            if turns {
                turned = AFTER_TURN;
                weights.iter_mut().for_each(|weight| *weight = CONCEDED);
            }
            clauses.push(clause);
            weights.push(turned * conceded);
        }
        Self { from, found, clauses, weights, reach }
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
        if turned { worth * NEGATED } else { worth }
    }

    fn judgements(&self) -> Vec<Judgement> {
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
            if self.is_before(found.first, Meaning::Strengthens, STRENGTH_GAP) {
                worth *= STRENGTHENED;
            } else if self.is_before(found.first, Meaning::Weakens, STRENGTH_GAP) {
                worth *= WEAKENED;
            }
            let worth = self.turned_round(found.first, found.negates_itself, worth);
            let linked = self.is_before(found.first, Meaning::Links, LINK_GAP);
            all.push(Judgement { first: found.first, last: found.last, worth, of, feeling, linked });
        }
        // A word that judges one element in its own way does so before it judges anything in the general way.
        all.sort_by_key(|judgement| (judgement.first, judgement.last, judgement.of.is_none()));
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
                let Found { first, last, negates_itself, .. } = *found;
                cues.push(Cue { first, last, element, kind, negates_itself, worth: None });
            }
        }
        cues
    }

    /// Binds every judgement to the nearest cue it can judge.
    fn bind(&self, cues: &mut [Cue]) {
        let mut bound_to_own: Option<(usize, usize)> = None;
        for judgement in &self.judgements() {
            let words = (judgement.first, judgement.last);
            if judgement.of.is_none() && bound_to_own == Some(words) {
                continue;
            }
            let gaps: Vec<Option<(bool, usize)>> = cues.iter().map(|cue| self.gap(judgement, cue)).collect();
            let Some(nearest) = gaps.iter().flatten().min().copied() else { continue };
            if judgement.of.is_some() {
                bound_to_own = Some(words);
            }
            for (cue, _) in cues.iter_mut().zip(&gaps).filter(|(_, gap)| **gap == Some(nearest)) {
                if matches!(cue.kind, CueKind::Topic | CueKind::Judged) {
                    *cue.worth.get_or_insert(0.0) += judgement.worth;
                }
            }
        }
    }

    /// Whether `cue` is in another clause than `judgement`, and words between them; `None` = not for it to judge.
    fn gap(&self, judgement: &Judgement, cue: &Cue) -> Option<(bool, usize)> {
        if judgement.of.is_some_and(|element| element != cue.element) {
            return None;
        }
        let (between, follows) = if cue.first > judgement.last {
            (cue.first - judgement.last - 1, true)
        } else if cue.last < judgement.first {
            (judgement.first - cue.last - 1, false)
        } else {
            return None;
        };
        let within = match cue.kind {
            CueKind::Topic => between <= BINDING_GAP,
            CueKind::Judged => between <= JUDGED_GAP && !judgement.feeling,
            // It judges by itself; a word right before it adds nothing to anything else ("awful noise on this plane").
            CueKind::Praise | CueKind::Blame => between == 0 && follows && judgement.of.is_none(),
        };
        let elsewhere = self.clause(cue.first) != self.clause(judgement.first);
        // "Camera is awesome battery is good": a link ties backward, whatever follows more closely.
        let between = if follows && !elsewhere && judgement.linked { between + LINK_GAP } else { between };
        within.then_some((elsewhere, between))
    }

    /// Lets topics side by side share what one of them was given.
    fn share(&self, cues: &mut [Cue]) {
        let given: Vec<Cue> = cues.iter().filter(|cue| cue.worth.is_some()).copied().collect();
        for cue in cues.iter_mut().filter(|cue| cue.worth.is_none()) {
            let near = |other: &&Cue| {
                let between = cue.first.max(other.first).saturating_sub(cue.last.min(other.last) + 1);
                between <= SHARING_GAP && self.clause(cue.first) == self.clause(other.first)
            };
            cue.worth = given.iter().find(near).and_then(|other| other.worth);
        }
    }

    /// What a cue comes to, and what that rests on; `None` = it needs a judgement and has none.
    fn weigh(&self, cue: &Cue) -> Option<(f64, Evidence)> {
        let (worth, evidence) = match (cue.kind, cue.worth) {
            (CueKind::Praise, _) => (self.turned_round(cue.first, cue.negates_itself, PHRASE_WORTH), Evidence::Phrase),
            (CueKind::Blame, _) => (self.turned_round(cue.first, cue.negates_itself, -PHRASE_WORTH), Evidence::Phrase),
            (_, Some(worth)) => (worth, Evidence::Judged),
            (CueKind::Judged, None) => return None,
            (CueKind::Topic, None) if self.is_before(cue.first, Meaning::Negates, self.reach) => {
                (ABSENT_WORTH, Evidence::Judged)
            }
            (CueKind::Topic, None) => (0.0, Evidence::Named),
        };
        Some((worth * self.weights[cue.first - self.from], evidence))
    }

    /// Appends one mention per element.
    fn mentions(&self, words: &[Word], into: &mut Vec<Mention>) {
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
                confidence: evidence.confidence(),
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
        into.extend(slots.into_iter().flatten().map(|(sum, mut mention)| {
            mention.polarity = match sum {
                praise if praise >= BALANCED => Polarity::Positive,
                blame if blame <= -BALANCED => Polarity::Negative,
                _ => Polarity::Neutral,
            };
            mention
        }));
    }
}
