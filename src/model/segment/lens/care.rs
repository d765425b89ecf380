//! How a group is cared for: what is open, how long an answer takes, what went well, who hears nothing, what was lived lately.

use super::super::noise::{GroupNoise, Span};
use super::super::profile::sums::{CENTI, Moments, Part};
use super::group::WithheldGroup;
use super::lived::{Care, LIVED_STEPS, Lived, LivedStep, SILENCES};
use super::measures::LensMeasure;
use super::pair::Pair;
use crate::rows::{Figure, LevelReason, OpenCounts};
use valueseg_catalogue::{MatterKind, StoryKind};

/// Sums over a group. Shares count 1 and 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CareSums {
    /// Anything open; by kind, in the order of [`MatterKind::ALL`].
    open: Moments,
    open_kinds: [Moments; MatterKind::ALL.len()],
    /// By reason, in the order of [`SILENCES`].
    silence: [Moments; SILENCES.len()],
    /// In the order of [`StoryKind::ALL`]; of all members, so that the share is one of the group.
    stories: [Moments; StoryKind::ALL.len()],
    /// In the order of [`Lived::all_steps`].
    lived: [Moments; LIVED_STEPS],
    /// Hours from a complaint until its first answer, in steps of 0.01.
    hours: Pair,
}

impl CareSums {
    pub(super) fn add(&mut self, w: Part, care: &Care, open: OpenCounts) {
        self.open.add(w, i64::from(open.any()));
        for (cell, kind) in self.open_kinds.iter_mut().zip(MatterKind::ALL) {
            cell.add(w, i64::from(open.of(kind) > 0));
        }
        for (place, cell) in self.silence.iter_mut().enumerate() {
            cell.add(w, i64::from(care.silence == Some(place)));
        }
        for (cell, story) in self.stories.iter_mut().zip(care.stories) {
            cell.add(w, i64::from(story == Some(true)));
        }
        for (place, step) in Lived::all_steps() {
            self.lived[place].add(w, i64::from(care.lived[step.lived as usize] >= u32::from(step.times)));
        }
        self.hours.add_part(w, care.hours, care.answered);
    }

    /// Every figure, in a fixed order.
    pub(super) fn figures_mut(&mut self) -> impl Iterator<Item = &mut Moments> {
        let Self { open, open_kinds, silence, stories, lived, hours } = self;
        let shares = [open].into_iter().chain(open_kinds).chain(silence).chain(stories).chain(lived);
        shares.chain(hours.moments_mut())
    }

    pub(super) fn release(&mut self, noise: &mut GroupNoise) {
        let Self { open, open_kinds, silence, stories, lived, hours } = self;
        let shares = [open].into_iter().chain(open_kinds).chain(silence).chain(stories).chain(lived);
        shares.for_each(|share| *share = share.released(Span::Share, noise));
        hours.release(noise);
    }
}

/// How a group is cared for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CareFigures {
    /// Share of members with anything open.
    pub open: Figure,
    /// Share with matters of each kind.
    pub open_kinds: Vec<(MatterKind, Figure)>,
    /// Share of members to whom nothing is sent, by reason.
    pub silence: Vec<(LevelReason, Figure)>,
    /// Share of members with each story of the last 90 days.
    pub stories: Vec<(StoryKind, Figure)>,
    /// Share of members who lived through something at least so often in the last 90 days.
    pub lived: Vec<(LivedStep, Figure)>,
    /// Mean hours from a complaint to its first answer, of those that got one.
    pub first_answer_hours: Figure,
}

impl CareFigures {
    /// All figures, to be rounded.
    pub(super) fn figures_mut(&mut self) -> Vec<&mut Figure> {
        let Self { open, open_kinds, silence, stories, lived, first_answer_hours } = self;
        let mut all = vec![open, first_answer_hours];
        all.extend(open_kinds.iter_mut().map(|(_, share)| share));
        all.extend(silence.iter_mut().map(|(_, share)| share));
        all.extend(stories.iter_mut().map(|(_, share)| share));
        all.extend(lived.iter_mut().map(|(_, share)| share));
        all
    }

    /// What the median member lived through: the largest number of times told apart that at least half reach, 0 = fewer than
    /// half did at all; `None` = not known.
    #[must_use]
    pub fn median(&self, lived: Lived) -> Option<u8> {
        let known = self.lived.iter().filter(|(step, _)| step.lived == lived);
        let mut known = known.filter_map(|(step, share)| Some((step.times, share.value()?))).peekable();
        known.peek()?;
        Some(known.filter(|(_, share)| *share >= 0.5).map(|(times, _)| times).max().unwrap_or(0))
    }

    /// Share of members who lived through something at least so often.
    #[must_use]
    pub fn share(&self, lived: Lived, times: u8) -> Figure {
        let step = LivedStep { lived, times };
        self.lived.iter().find(|(own, _)| *own == step).map_or_else(Figure::default, |(_, share)| *share)
    }

    pub(super) fn measures(&self) -> Vec<LensMeasure> {
        let of = |measure, key: String, figure: Figure| LensMeasure { measure, key, figure };
        let mut measures = vec![
            of("open_matters", String::new(), self.open),
            of("first_answer_hours", String::new(), self.first_answer_hours),
        ];
        measures.extend(self.open_kinds.iter().map(|(kind, share)| of("open_matters", kind.slug().to_owned(), *share)));
        measures.extend(self.silence.iter().map(|(why, share)| of("left_in_peace", why.slug().to_owned(), *share)));
        measures.extend(self.stories.iter().map(|(kind, share)| of("story", kind.slug().to_owned(), *share)));
        let key = |step: &LivedStep| format!("{}:{}", step.lived.slug(), step.times);
        measures.extend(self.lived.iter().map(|(step, share)| of("lived_lately", key(step), *share)));
        measures
    }
}

impl WithheldGroup<'_> {
    /// What no table could tell is not known, not even that there was none.
    pub(super) fn care(&self) -> CareFigures {
        let sources = self.sources;
        let known = |there: bool, figure: Figure| if there { figure } else { Figure::default() };
        let promises = sources.deliveries || sources.resolutions;
        let anything = sources.orders || sources.contacts;
        let kinds = MatterKind::ALL.map(|kind| {
            let there = match kind {
                MatterKind::Complaint => sources.resolutions,
                MatterKind::Promise => promises,
                MatterKind::Return => sources.orders,
                MatterKind::Case => true,
            };
            (kind, known(there, self.share(|s| &s.care.open_kinds[kind as usize])))
        });
        let stories = StoryKind::ALL.map(|kind| {
            let there = if kind == StoryKind::PromiseKept { sources.deliveries } else { sources.resolutions };
            (kind, known(there && anything, self.share(|s| &s.care.stories[kind as usize])))
        });
        let lived = Lived::all_steps().map(|(place, step)| {
            let there = match step.lived {
                Lived::Ordered | Lived::Returned => sources.orders,
                Lived::Contacted | Lived::Complained => sources.contacts,
                Lived::Late => promises,
            };
            (step, known(there, self.share(|s| &s.care.lived[place])))
        });
        let hours = |pair: &Pair| pair.mean(CENTI).map(|hours| hours.within(0.0, f64::INFINITY));
        CareFigures {
            open: self.share(|s| &s.care.open),
            open_kinds: kinds.into(),
            silence: SILENCES.iter().enumerate().map(|(i, why)| (*why, self.share(|s| &s.care.silence[i]))).collect(),
            stories: stories.into(),
            lived: lived.collect(),
            first_answer_hours: known(sources.contacts, self.pair(|s| &s.care.hours, hours)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{DAY, Person, lens, order, person};
    use super::*;
    use crate::rows::Vocabulary;

    fn buying(times: i64, n: usize) -> Vec<Person> {
        let mut one = person();
        one.history.orders = (0..times).map(|i| order((300 + i) * DAY, 9.0)).collect();
        vec![one; n]
    }

    #[test]
    fn the_median_member_is_told_from_shares_and_of_too_few_nothing() {
        let people = [buying(0, 30), buying(2, 40), buying(7, 30)].concat();
        let told = lens(&people, &Vocabulary::default(), 20).segments.remove(0).care;
        assert_eq!(told.median(Lived::Ordered), Some(2), "70 of 100 twice or more, 30 three times");
        assert_eq!(told.median(Lived::Late), Some(0));
        assert!((told.share(Lived::Ordered, 5).value().unwrap() - 0.3).abs() < 1e-9);
        let few = lens(&buying(2, 10), &Vocabulary::default(), 20).segments.remove(0).care;
        assert_eq!(few.median(Lived::Ordered), None);
    }

    #[test]
    fn what_is_open_is_a_share_of_the_members() {
        let mut one = person();
        one.says.open.add(MatterKind::Promise);
        let people = [vec![one; 25], vec![person(); 75]].concat();
        let told = lens(&people, &Vocabulary::default(), 20).segments.remove(0).care;
        let open = told.open.estimate().unwrap();
        assert!((open.value - 0.25).abs() < 1e-9 && open.low > 0.15 && open.high < 0.36, "{open:?}");
        assert_eq!(told.open_kinds[MatterKind::Promise as usize].1.value(), Some(0.25));
        assert_eq!(told.open_kinds[MatterKind::Complaint as usize].1.value(), Some(0.0));
        assert_eq!(told.silence[0].1.value(), Some(0.25), "and nothing is sent to them");
    }
}
