//! Every phrase of a lexicon in a text at once, the longer before the shorter.

use aho_corasick::{AhoCorasick, MatchKind};

use super::cut::SpelledText;
use crate::catalogue::lexicon::{LexiconEntry, Meaning};

/// A phrase found: words `first..=last` of the text and what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FoundPhrase {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) meaning: Meaning,
    /// Whether a negator is part of the phrase ("no legroom"): another one before it does not turn it round.
    pub(super) negates_itself: bool,
}

/// The phrases of a lexicon as one automaton.
#[derive(Clone, Debug)]
pub(super) struct Finder {
    automaton: AhoCorasick,
    /// By pattern: whether its last word may go on, and its meanings.
    patterns: Vec<(bool, Vec<Meaning>)>,
}

impl Finder {
    /// `entries` sorted by phrase, as a lexicon keeps them.
    pub(super) fn new(entries: &[LexiconEntry]) -> Self {
        let mut needles: Vec<String> = Vec::new();
        let mut patterns: Vec<(bool, Vec<Meaning>)> = Vec::new();
        for entry in entries {
            let space = |open| if open { "" } else { " " };
            let needle = format!("{}{}{}", space(entry.open_start()), entry.phrase(), space(entry.open_end()));
            if needles.last() != Some(&needle) {
                needles.push(needle);
                patterns.push((entry.open_end(), Vec::new()));
            }
            patterns.last_mut().expect("one was just pushed").1.push(entry.meaning());
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
        for hit in self.automaton.find_overlapping_iter(&cut.written) {
            let (open_end, meanings) = &self.patterns[hit.pattern().as_usize()];
            // Of a closed phrase the first byte is the space before it and the last one the space after it.
            let starts_closed = cut.written.as_bytes()[hit.start()] == b' ';
            let first = word_at(hit.start() + usize::from(starts_closed));
            let last = word_at(hit.end() - if *open_end { 1 } else { 2 });
            found.extend(meanings.iter().map(|&meaning| FoundPhrase { first, last, meaning, negates_itself: false }));
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
            } else if own.meaning == Meaning::Negates {
                let outer = |outer: &&mut FoundPhrase| (outer.first, outer.last) == (last.first, last.last);
                longest.iter_mut().rev().take_while(outer).for_each(|outer| outer.negates_itself = true);
            }
        }
        longest
    }
}
