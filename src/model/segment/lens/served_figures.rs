//! How easily a group was served, as published.

use super::super::profile::sums::CENTI;
use super::compare::{sample, share_of};
use super::group::WithheldGroup;
use super::pair::Pair;
use super::served_sums::{Felt, Had, Pooled, WithSatisfaction};
use crate::rows::Figure;
use valueseg_catalogue::ElementId;
use valueseg_stats::comparison::{mean_difference, share_difference};
use valueseg_stats::interval::Interval;

/// How easily a group was served. Each figure is unknown where nothing of its kind is recorded of anybody.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServedFigures {
    /// By the name of the measure; `data/schema/README.md` says what each is.
    pub measures: Vec<(&'static str, Figure)>,
    /// Mean fulfillment of those who were promised the element minus that of the others, in points of 0–10; elements that
    /// were promised to somebody. Base = those promised it who rated it.
    pub kept: Vec<(ElementId, Figure)>,
}

impl ServedFigures {
    /// The figure of a measure; unknown for a name that is none.
    #[must_use]
    pub fn figure(&self, measure: &str) -> Figure {
        self.measures.iter().find(|(name, _)| *name == measure).map_or_else(Figure::default, |(_, figure)| *figure)
    }

    /// What is said and kept of an element; unknown where nobody was promised it.
    #[must_use]
    pub fn kept_on(&self, element: ElementId) -> Figure {
        self.kept.iter().find(|(of, _)| *of == element).map_or_else(Figure::default, |(_, figure)| *figure)
    }
}

impl WithheldGroup<'_> {
    pub(super) fn served(&self) -> ServedFigures {
        let mut measures = vec![
            ("refusal_rate", self.part(Pooled::Refused, Pair::share)),
            ("failed_self_service", self.part(Pooled::Failed, Pair::share)),
            ("first_contact_resolution", self.part(Pooled::Settled, Pair::share)),
            ("transfer_rate", self.part(Pooled::Transferred, Pair::share)),
            ("same_agent", self.part(Pooled::Same, Pair::share)),
            ("searched_in_vain", self.had(Had::SearchedInVain)),
            ("search_lost", if self.sources.orders { self.part(Pooled::Lost, Pair::share) } else { Figure::default() }),
            ("wrote_public", self.had(Had::WrotePublic)),
            ("public_answered", self.part(Pooled::Answered, Pair::share)),
            ("public_voice", self.part(Pooled::Voice, |pair| pair.mean(CENTI).map(|mean| mean.within(0.0, 1.0)))),
            ("back_after_solved", self.had(Had::BackSolved)),
            ("back_after_unsolved", self.had(Had::BackUnsolved)),
            ("back_difference", self.back_difference()),
            ("experience_peak", self.felt(Felt::Peak)),
            ("experience_end", self.felt(Felt::End)),
            ("effort", self.felt(Felt::Effort)),
            ("expected", self.felt(Felt::Expected)),
        ];
        // What goes with what is told of everybody alone, as with spend.
        let with = |which: WithSatisfaction| {
            if self.everyone {
                self.pair(|s| &s.served.with_satisfaction[which as usize], Pair::correlation)
            } else {
                Figure::Unknown { n: self.full.served.with_satisfaction[which as usize].count() }
            }
        };
        measures.push(("peak_end_satisfaction", with(WithSatisfaction::PeakAndEnd)));
        measures.push(("mean_satisfaction", with(WithSatisfaction::Mean)));
        let promised = ElementId::all().filter(|element| self.recorded.promised >> element.index() & 1 == 1);
        ServedFigures { measures, kept: promised.map(|element| (element, self.kept(element))).collect() }
    }

    fn part(&self, kind: Pooled, interval: impl Fn(&Pair) -> Option<Interval>) -> Figure {
        if !self.recorded.pooled(kind) {
            return Figure::default();
        }
        self.pair(|sums| &sums.served.pooled[kind as usize], interval)
    }

    fn had(&self, what: Had) -> Figure {
        if self.recorded.had(what) { self.share(|sums| &sums.served.had[what as usize]) } else { Figure::default() }
    }

    fn felt(&self, what: Felt) -> Figure {
        self.mean(CENTI, [0.0, 10.0], |sums| &sums.served.felt[what as usize])
    }

    /// Share that came back after a solved complaint minus that after an unsolved one.
    fn back_difference(&self) -> Figure {
        if !self.recorded.had(Had::BackSolved) {
            return Figure::default();
        }
        let [full, shown] = [self.full, self.shown].map(|sums| &sums.served.had);
        let [solved, unsolved] = [Had::BackSolved as usize, Had::BackUnsolved as usize];
        let difference =
            share_of(&shown[solved]).zip(share_of(&shown[unsolved])).and_then(|(a, b)| share_difference(a, b));
        let withheld = shown[solved].count() == 0 || shown[unsolved].count() == 0;
        let n = full[solved].count() + full[unsolved].count();
        Figure::of(n, if withheld { 0 } else { n }, difference)
    }

    fn kept(&self, element: ElementId) -> Figure {
        let at = element.index();
        let [full, shown] = [self.full, self.shown].map(|sums| &sums.served);
        let groups = sample(&shown.said[at], CENTI).zip(sample(&shown.unsaid[at], CENTI));
        let difference = groups.and_then(|(said, unsaid)| mean_difference(said, unsaid));
        Figure::of(full.said[at].count(), shown.said[at].count().min(shown.unsaid[at].count()), difference)
    }
}
