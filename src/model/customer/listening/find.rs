//! Every phrase of a lexicon in a text at once, the longer before the shorter.

use aho_corasick::{AhoCorasick, MatchKind};

use super::cut::SpelledText;
use valueseg_catalogue::lexicon::{LexiconEntry, Meaning};

/// A phrase found: words `first..=last` of the text and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FoundPhrase {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) meaning: Meaning,
    /// Whether a negator is part of the phrase ("no legroom"): another one before it does not turn it round.
    pub(super) negates_itself: bool,
    /// Whether its last word makes what follows a part of it ("range of").
    pub(super) has_parts: bool,
    /// Group of companions it needs and does not have: it stands for nothing, and still hides what is inside it.
    alone: Option<u16>,
}

/// The phrases of a lexicon as one automaton.
#[derive(Clone, Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
}

/// What a pattern of the automaton stands for.
#[derive(Clone, Debug)]
struct Pattern {
    /// Whether its last word may go on.
    open_end: bool,
    /// Meanings, each with the group of companions it needs.
    meanings: Vec<(Meaning, Option<u16>)>,
}

impl Finder {
    /// `entries` sorted by phrase, as a lexicon keeps them.
    pub(super) fn new(entries: &[LexiconEntry]) -> Self {
        let mut needles: Vec<String> = Vec::new();
        let mut patterns: Vec<Pattern> = Vec::new();
        for entry in entries {
            let space = |open| if open { "" } else { " " };
            let needle = format!("{}{}{}", space(entry.open_start()), entry.phrase(), space(entry.open_end()));
            if needles.last() != Some(&needle) {
                needles.push(needle);
                patterns.push(Pattern { open_end: entry.open_end(), meanings: Vec::new() });
            }
            let pattern = patterns.last_mut().expect("one was just pushed");
            pattern.meanings.push((entry.meaning(), entry.beside()));
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&needles)
            .expect("a lexicon's phrases are far fewer than an automaton's states");
        Self { automaton, patterns }
    }

    /// Phrases in `cut`, by place, a phrase inside a longer one left out: "no legroom" is not also "no" and "legroom".
    pub(super) fn find(&self, cut: &SpelledText) -> Vec<FoundPhrase> {
        let word_at = |byte: usize| cut.words.partition_point(|word| word.at <= byte).saturating_sub(1);
        let mut found = Vec::new();
        let mut companions: Vec<(u16, usize, usize)> = Vec::new();
        for hit in self.automaton.find_overlapping_iter(&cut.written) {
            let pattern = &self.patterns[hit.pattern().as_usize()];
            // Of a closed phrase the first byte is the space before it and the last one the space after it.
            let starts_closed = cut.written.as_bytes()[hit.start()] == b' ';
            let first = word_at(hit.start() + usize::from(starts_closed));
            let last = word_at(hit.end() - if pattern.open_end { 1 } else { 2 });
            for &(meaning, beside) in &pattern.meanings {
                match meaning {
                    Meaning::Accompanies(group) => companions.push((group, cut.words[first].sentence, first)),
                    meaning => found.push(FoundPhrase {
                        first,
                        last,
                        meaning,
                        negates_itself: false,
                        has_parts: false,
                        alone: beside,
                    }),
                }
            }
        }
        companions.sort_unstable();
        for own in &mut found {
            let sentence = cut.words[own.first].sentence;
            own.alone = own.alone.filter(|&group| {
                let from = companions.partition_point(|&(of, within, _)| (of, within) < (group, sentence));
                let mut here =
                    companions[from..].iter().take_while(|&&(of, within, _)| (of, within) == (group, sentence));
                !here.any(|(_, _, at)| !(own.first..=own.last).contains(at))
            });
        }
        found.sort_unstable_by_key(|found| (found.first, std::cmp::Reverse(found.last), found.meaning));
        found.dedup();
        let mut longest: Vec<FoundPhrase> = Vec::with_capacity(found.len());
        for own in found {
            let Some(last) = longest.last().filter(|last| own.last <= last.last).copied() else {
                longest.push(own);
                continue;
            };
            if (own.first, own.last) == (last.first, last.last) {
                longest.push(own);
            } else {
                let outer = |outer: &&mut FoundPhrase| (outer.first, outer.last) == (last.first, last.last);
                for outer in longest.iter_mut().rev().take_while(outer) {
                    outer.negates_itself |= own.meaning == Meaning::Negates;
                    outer.has_parts |= own.meaning == Meaning::Belongs && own.last == outer.last;
                }
            }
        }
        longest.retain(|own| own.alone.is_none());
        longest
    }
}
