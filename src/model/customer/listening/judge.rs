//! From phrases found to mentions: what is judged by which word, and which way round.

use super::Mention;
use super::cut::TextWord;
use super::find::FoundPhrase;
use super::listener::Listener;
use valueseg_catalogue::lexicon::{CueKind, Meaning, MentionWeights, Verdict, Weighing};
use valueseg_catalogue::{ElementId, N_ELEMENTS};

/// A phrase that stands for an element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) element: ElementId,
    pub(super) kind: CueKind,
    pub(super) negates_itself: bool,
    /// Sum of the judgments bound to it; `None` = none is.
    pub(super) worth: Option<f64>,
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
    /// Whether it stands for an element by itself.
    speaks_itself: bool,
}

/// One sentence: words `from..to`, what was found in it, and the clause and weight of each word.
pub(super) struct Sentence<'a> {
    pub(super) from: usize,
    found: &'a [FoundPhrase],
    pub(super) clauses: Vec<usize>,
    pub(super) weights: Vec<f64>,
    reach: usize,
    pub(super) weighing: &'a Weighing,
    pub(super) likelihood: &'a MentionWeights,
}

/// Mentions in all sentences, by sentence, then element. `found` is sorted by first word.
pub(super) fn judge(words: &[TextWord], found: &[FoundPhrase], listener: &Listener) -> Vec<Mention> {
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
        let sentence = Sentence::new(from, sentence, own, listener);
        sentence.mentions(words, &mut mentions);
    }
    mentions
}

impl<'a> Sentence<'a> {
    fn new(from: usize, words: &[TextWord], found: &'a [FoundPhrase], listener: &'a Listener) -> Self {
        let Listener { weighing, likelihood, negation_reach: reach, .. } = listener;
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
        Self { from, found, clauses, weights, reach: *reach, weighing, likelihood }
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

    /// Whether a negator turns round what starts at `word`.
    pub(super) fn negated(&self, word: usize, negates_itself: bool) -> bool {
        let stopped = |last: usize| {
            let stops = |found: &FoundPhrase| found.meaning == Meaning::EndsNegation && found.first > last;
            self.found.iter().any(|found| stops(found) && found.first < word)
        };
        !negates_itself
            && self.found.iter().any(|found| {
                found.meaning == Meaning::Negates
                    && found.last < word
                    && word - found.last <= self.reach
                    && self.clause(found.last) == self.clause(word)
                    && !stopped(found.last)
            })
    }

    pub(super) fn turned_round(&self, word: usize, negates_itself: bool, worth: f64) -> f64 {
        if self.negated(word, negates_itself) { worth * self.weighing.negated } else { worth }
    }

    /// Whether a phrase that stands for an element by itself covers words `first..=last`: "comfortable" says what it
    /// says, and no verdict on the whole.
    fn speaks_itself(&self, first: usize, last: usize) -> bool {
        self.found.iter().any(|found| {
            (found.first, found.last) == (first, last)
                && matches!(found.meaning, Meaning::Cue(_, CueKind::Praise | CueKind::Blame))
        })
    }

    /// Whether what `cue` names only tells which thing is spoken of: the first noun of a compound ("phone" in "phone
    /// battery", "food" in "food selection"), or a part of what stands before ("drinks" in "selection of drinks").
    fn is_modifier(&self, cue: &Cue) -> bool {
        let own_word = cue.first == cue.last;
        self.found.iter().any(|found| {
            let Meaning::Cue(element, kind) = found.meaning else { return false };
            let named = kind != CueKind::Blame && self.clause(found.first) == self.clause(cue.last);
            let heads = own_word && found.first == cue.last + 1 && kind != CueKind::Praise;
            let holds = (found.has_parts && found.last + 1 == cue.first)
                || (found.last + 2 == cue.first && self.is_before(cue.first, Meaning::Belongs, 1));
            named && (heads || holds) && (element != cue.element || cue.kind == CueKind::Thing)
        })
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
            let speaks_itself = self.speaks_itself(found.first, found.last);
            all.push(Judgment { first: found.first, last: found.last, worth, of, feeling, linked, speaks_itself });
        }
        // A word that judges one element in its own way does so before it judges anything in the general way.
        all.sort_by_key(|judgment| (judgment.first, judgment.last, judgment.of.is_none()));
        all
    }

    /// Phrases that stand for elements; of two that overlap and stand for the same, the first.
    pub(super) fn cues(&self) -> Vec<Cue> {
        let mut cues: Vec<Cue> = Vec::new();
        let mut heard_to = [None; N_ELEMENTS];
        for found in self.found {
            let Meaning::Cue(element, kind) = found.meaning else { continue };
            let to = &mut heard_to[element.index()];
            if to.is_none_or(|last| last < found.first) {
                *to = Some(found.last);
                let FoundPhrase { first, last, negates_itself, .. } = *found;
                let cue = Cue { first, last, element, kind, negates_itself, worth: None };
                if matches!(kind, CueKind::Praise | CueKind::Blame) || !self.is_modifier(&cue) {
                    cues.push(cue);
                }
            }
        }
        cues
    }

    /// Binds every judgment to the nearest cue it can judge.
    pub(super) fn bind(&self, cues: &mut [Cue]) {
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
                if !matches!(cue.kind, CueKind::Praise | CueKind::Blame) {
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
            // "The staff at the desk was kind": a verdict that is tied to it may stand farther off.
            CueKind::Judged => {
                let tied = if judgment.linked && !follows { self.weighing.link_gap } else { 0 };
                between <= self.weighing.judged_gap + tied && !judgment.feeling
            }
            CueKind::Own => between <= self.weighing.judged_gap && judgment.of.is_some(),
            CueKind::Thing => {
                let verdict = judgment.of.is_none() && !judgment.feeling && !judgment.speaks_itself;
                let tied = if follows {
                    between <= self.weighing.thing_gap
                } else {
                    between <= self.weighing.judged_gap && judgment.linked
                };
                verdict && tied && self.clause(cue.first) == self.clause(judgment.first)
            }
            // It judges by itself; a word right before it adds nothing to anything else ("awful noise on this plane").
            CueKind::Praise | CueKind::Blame => between == 0 && follows && judgment.of.is_none(),
        };
        let elsewhere = self.clause(cue.first) != self.clause(judgment.first);
        // "Camera is awesome battery is good": a link ties backward, whatever follows more closely.
        let between = if follows && !elsewhere && judgment.linked { between + self.weighing.link_gap } else { between };
        within.then_some((elsewhere, between))
    }

    /// Lets topics side by side share what one of them was given.
    pub(super) fn share(&self, cues: &mut [Cue]) {
        let given: Vec<Cue> = cues.iter().filter(|cue| cue.worth.is_some()).copied().collect();
        for cue in
            cues.iter_mut().filter(|cue| cue.worth.is_none() && matches!(cue.kind, CueKind::Topic | CueKind::Judged))
        {
            let near = |other: &&Cue| {
                let between = cue.first.max(other.first).saturating_sub(cue.last.min(other.last) + 1);
                between <= self.weighing.sharing_gap && self.clause(cue.first) == self.clause(other.first)
            };
            cue.worth = given.iter().find(near).and_then(|other| other.worth);
        }
    }
}
