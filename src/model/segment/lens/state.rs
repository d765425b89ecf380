//! What the pass leaves behind.

use std::collections::BTreeMap;

use super::super::profile::sums::{Moments, Part};
use super::dealings::{Scope, Tally};
use super::pair::Pair;
use super::served_sums::Recorded;
use super::sums::LensSums;
use crate::rows::ConnectionStage;

/// Words for the places of [`Scope`].
pub(super) const SCOPES: [&str; 3] = ["channel", "site", "team"];

/// Bins of consistency, 0.00 to 1.00.
pub(super) const BINS: usize = 101;

/// Classes of respondents by elements rated high: none, one, two or three, four or more.
pub(super) const HIGH_CLASSES: usize = 4;

/// What happened in one place, whoever it happened to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlaceSums {
    pub(super) journey: Pair,
    pub(super) communication: Pair,
    pub(super) emotional: Pair,
    /// Ratings of single contacts in steps of 0.01.
    pub(super) ratings: Moments,
}

impl PlaceSums {
    pub(super) fn add(&mut self, w: Part, tally: &Tally) {
        self.journey.add_part(w, tally.good, tally.rated);
        self.communication.add_part(w, tally.kept, tally.due);
        self.emotional.add_part(w, tally.feeling, tally.felt);
        tally.ratings.iter().for_each(|&rating| self.ratings.add(w, rating));
    }

    fn merge(&mut self, mut other: Self) {
        let mine = [&mut self.journey, &mut self.communication, &mut self.emotional];
        let theirs = [&mut other.journey, &mut other.communication, &mut other.emotional];
        for (mine, theirs) in mine.into_iter().zip(theirs) {
            mine.moments_mut().into_iter().zip(theirs.moments_mut()).for_each(|(a, b)| a.merge(b));
        }
        self.ratings.merge(&other.ratings);
    }
}

/// Sums over everybody that published regularities are held against. Shares count 1 and 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RegularSums {
    /// By connection stage: promoters (9–10); two orders or more.
    pub(super) promoters: [Moments; ConnectionStage::ALL.len()],
    pub(super) reordered: [Moments; ConnectionStage::ALL.len()],
    /// By connection stage: rarely shops around; would need more than 20 % discount to switch.
    pub(super) rarely_looks: [Moments; ConnectionStage::ALL.len()],
    pub(super) dear_to_switch: [Moments; ConnectionStage::ALL.len()],
    /// By number of elements rated high: promoters and detractors.
    pub(super) high_promoters: [Moments; HIGH_CLASSES],
    pub(super) high_detractors: [Moments; HIGH_CLASSES],
    /// Trust in steps of 0.01, by consistency in steps of 0.01.
    pub(super) trust: Vec<Moments>,
}

impl RegularSums {
    fn zero() -> Self {
        let none = Moments::default();
        Self {
            promoters: [none; ConnectionStage::ALL.len()],
            reordered: [none; ConnectionStage::ALL.len()],
            rarely_looks: [none; ConnectionStage::ALL.len()],
            dear_to_switch: [none; ConnectionStage::ALL.len()],
            high_promoters: [none; HIGH_CLASSES],
            high_detractors: [none; HIGH_CLASSES],
            trust: vec![none; BINS],
        }
    }

    fn cells_mut(&mut self) -> impl Iterator<Item = &mut Moments> {
        (self.promoters.iter_mut())
            .chain(&mut self.reordered)
            .chain(&mut self.rarely_looks)
            .chain(&mut self.dear_to_switch)
            .chain(&mut self.high_promoters)
            .chain(&mut self.high_detractors)
            .chain(&mut self.trust)
    }
}

/// Integer sums of the pass: by segment and for the unassigned, by place, and for the published regularities.
///
/// INVARIANT: merging is exact, associative and commutative, so any split of the customers gives the same bits. Its
/// size follows segments, channels, sites and competitors, not customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LensState {
    /// `K` segments by probability, then the customers of whom no probability is known; together everybody.
    pub(super) groups: Vec<LensSums>,
    /// The customers whom the rule left without a segment, whole.
    pub(super) unassigned: LensSums,
    /// By channel, by site, then by team.
    pub(super) places: [BTreeMap<String, PlaceSums>; SCOPES.len()],
    /// Those who searched in vain, by what they searched for.
    pub(super) terms: BTreeMap<String, Moments>,
    /// What is recorded of anybody.
    pub(super) recorded: Recorded,
    pub(super) regular: RegularSums,
}

impl LensState {
    pub(super) fn zero(segments: usize, ratios: usize) -> Self {
        Self {
            groups: vec![LensSums::zero(ratios); segments + 1],
            unassigned: LensSums::zero(ratios),
            places: [const { BTreeMap::new() }; SCOPES.len()],
            terms: BTreeMap::new(),
            recorded: Recorded::default(),
            regular: RegularSums::zero(),
        }
    }

    /// Number of segments.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.groups.len() - 1
    }

    /// Sums of a place by its name.
    pub(super) fn place(&mut self, scope: Scope, name: &str) -> &mut PlaceSums {
        let places = &mut self.places[scope as usize];
        // Asked first, so that a name is copied only where it is new.
        if !places.contains_key(name) {
            places.insert(name.to_owned(), PlaceSums::default());
        }
        places.get_mut(name).expect("put there if it was missing")
    }

    /// Adds what `other` has seen.
    ///
    /// # Panics
    /// If the two states count different numbers of segments: they come from different passes.
    pub fn merge(&mut self, mut other: Self) {
        assert_eq!(self.groups.len(), other.groups.len(), "states of one pass have the same segments");
        self.regular.cells_mut().zip(other.regular.cells_mut()).for_each(|(mine, theirs)| mine.merge(theirs));
        for (mine, theirs) in self.groups.iter_mut().zip(other.groups) {
            mine.merge(theirs);
        }
        self.unassigned.merge(other.unassigned);
        self.recorded.merge(other.recorded);
        for (name, searched) in other.terms {
            self.terms.entry(name).or_default().merge(&searched);
        }
        for (mine, theirs) in self.places.iter_mut().zip(other.places) {
            for (name, sums) in theirs {
                mine.entry(name).or_default().merge(sums);
            }
        }
    }
}
