//! What a group adds up to about how easily it was served.

use super::super::noise::{GroupNoise, Span};
use super::super::profile::sums::{CENTI, Moments, Part, steps};
use super::pair::Pair;
use super::row::LensRow;
use super::served::{PartOf, Served};
use crate::rows::{Aspect, Question};
use valueseg_catalogue::N_ELEMENTS;

/// Parts of a whole, each pooled over customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooled {
    Refused,
    Failed,
    Settled,
    Transferred,
    Same,
    Lost,
    Answered,
    Voice,
}

/// Shares of customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Had {
    SearchedInVain,
    WrotePublic,
    BackSolved,
    BackUnsolved,
}

/// Means on 0–10, in steps of 0.01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Felt {
    Peak,
    End,
    Effort,
    Expected,
}

/// What goes with satisfaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WithSatisfaction {
    PeakAndEnd,
    Mean,
}

/// Which of the events behind figures somebody has at all: a kind that nobody has is not recorded, and nothing follows from
/// its absence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Recorded {
    /// Bits of [`Pooled`], then of [`Had`].
    events: u32,
    /// Bits of elements that were promised to somebody.
    pub(super) promised: u32,
}

impl Recorded {
    pub(super) fn of(served: &Served, promised: u32) -> Self {
        let seen = |yes: bool, bit: u32| u32::from(yes) << bit;
        let pooled = served.pooled();
        let mut events = 0;
        for (place, kind) in Pooled::ALL.into_iter().enumerate() {
            // What is looked for is the part; where the part is what is lacking, the whole tells that it is recorded.
            let yes = match kind {
                Pooled::Refused | Pooled::Settled | Pooled::Transferred | Pooled::Answered => pooled[place].part > 0,
                Pooled::Failed | Pooled::Same | Pooled::Lost | Pooled::Voice => pooled[place].whole > 0,
            };
            events |= seen(yes, place as u32);
        }
        let had = [served.in_vain, served.has_posts(), served.back_solved.is_some(), served.back_solved.is_some()];
        for (place, yes) in had.into_iter().enumerate() {
            events |= seen(yes, (Pooled::ALL.len() + place) as u32);
        }
        Self { events, promised }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.events |= other.events;
        self.promised |= other.promised;
    }

    pub(super) fn pooled(self, kind: Pooled) -> bool {
        self.events >> kind as u32 & 1 == 1
    }

    pub(super) fn had(self, what: Had) -> bool {
        self.events >> (Pooled::ALL.len() as u32 + what as u32) & 1 == 1
    }
}

impl Pooled {
    pub(super) const ALL: [Self; 8] = [
        Self::Refused,
        Self::Failed,
        Self::Settled,
        Self::Transferred,
        Self::Same,
        Self::Lost,
        Self::Answered,
        Self::Voice,
    ];
}

impl Served {
    /// In the order of [`Pooled::ALL`].
    fn pooled(&self) -> [PartOf; Pooled::ALL.len()] {
        let Self { refused, failed, settled, transferred, same, lost, answered, voice, .. } = self;
        [*refused, *failed, *settled, *transferred, *same, *lost, *answered, *voice]
    }

    fn has_posts(&self) -> bool {
        self.answered.whole + self.voice.whole > 0
    }
}

/// Everything a group adds up to about service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ServedSums {
    pub(super) pooled: [Pair; Pooled::ALL.len()],
    pub(super) had: [Moments; 4],
    pub(super) felt: [Moments; 4],
    pub(super) with_satisfaction: [Pair; 2],
    /// Fulfillment by element, of those who were promised it and of the others, in steps of 0.01.
    pub(super) said: [Moments; N_ELEMENTS],
    pub(super) unsaid: [Moments; N_ELEMENTS],
}

impl ServedSums {
    pub(super) fn zero() -> Self {
        let (none, pair) = (Moments::default(), Pair::default());
        Self {
            pooled: [pair; Pooled::ALL.len()],
            had: [none; 4],
            felt: [none; 4],
            with_satisfaction: [pair; 2],
            said: [none; N_ELEMENTS],
            unsaid: [none; N_ELEMENTS],
        }
    }

    /// Adds what a customer counts for.
    pub(super) fn add(&mut self, row: &LensRow<'_>, served: &Served) {
        let w = row.w;
        for (pair, PartOf { part, whole }) in self.pooled.iter_mut().zip(served.pooled()) {
            pair.add_part(w, part, whole);
        }
        let had = [Some(served.in_vain), Some(served.has_posts()), served.back_solved, served.back_unsolved];
        for (share, yes) in self.had.iter_mut().zip(had) {
            if let Some(yes) = yes {
                share.add(w, i64::from(yes));
            }
        }
        let answer = |question| row.answer(question).map(|answer| steps(f64::from(answer), CENTI));
        let experience = served.experience;
        let felt = [
            experience.map(|e| e.peak),
            experience.map(|e| e.end),
            answer(Question::Effort),
            answer(Question::Expected),
        ];
        for (mean, x) in self.felt.iter_mut().zip(felt) {
            if let Some(x) = x {
                mean.add(w, x);
            }
        }
        if let (Some(e), Some(satisfied)) = (experience, answer(Question::Satisfaction)) {
            let [peak_and_end, mean] = &mut self.with_satisfaction;
            peak_and_end.add(w, i64::midpoint(e.peak, e.end), satisfied);
            mean.add(w, e.mean, satisfied);
        }
        self.add_promised(row, w);
    }

    fn add_promised(&mut self, row: &LensRow<'_>, w: Part) {
        let customers = row.block.customers;
        let mut left = customers.rated[row.at] & Aspect::Fulfillment.mask();
        while left != 0 {
            let indicator = left.trailing_zeros() as usize;
            left &= left - 1;
            let element = indicator - N_ELEMENTS;
            let rating = steps(f64::from(customers.ratings[(row.at, indicator)]), CENTI);
            let told = row.history.promised >> element & 1 == 1;
            (if told { &mut self.said } else { &mut self.unsaid })[element].add(w, rating);
        }
    }

    /// Every sum that becomes a figure, in a fixed order.
    pub(super) fn figures_mut(&mut self) -> impl Iterator<Item = &mut Moments> {
        let pairs = self.pooled.iter_mut().chain(&mut self.with_satisfaction);
        pairs
            .flat_map(Pair::moments_mut)
            .chain(&mut self.had)
            .chain(&mut self.felt)
            .chain(&mut self.said)
            .chain(&mut self.unsaid)
    }

    pub(super) fn release(&mut self, noise: &mut GroupNoise) {
        let rating = Span::Scale(0, 10 * CENTI as i64);
        self.pooled.iter_mut().chain(&mut self.with_satisfaction).for_each(|pair| pair.release(noise));
        self.had.iter_mut().for_each(|share| *share = share.released(Span::Share, noise));
        let ratings = self.felt.iter_mut().chain(&mut self.said).chain(&mut self.unsaid);
        ratings.for_each(|mean| *mean = mean.released(rating, noise));
    }
}
