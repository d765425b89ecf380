//! What a group of customers adds up to: integers, exact whatever the order.

use std::collections::BTreeMap;

use super::super::profile::sums::Moments;
use super::care::CareSums;
use super::pair::Pair;
use super::served_sums::ServedSums;
use crate::rows::{ArcStage, ConnectionStage, LevelReason, LoyaltyType, RelationshipLevel};
use valueseg_catalogue::N_ELEMENTS;

/// Kinds of consistency told per customer: journey, emotional, communication, and the least of those known.
pub(super) const KINDS: usize = 4;

/// What a group adds up to about one motivator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MotivatorSums {
    /// `x` is 1 if it is wanted; of those who said.
    pub(super) wanted: Moments,
    /// `x` is 1 if it is helped with; of those who want it and said.
    pub(super) helped: Moments,
    /// How much it is helped with in steps of 0.01, and the logarithm of spend in steps of 0.0001.
    pub(super) spend: Pair,
}

/// Everything a group of customers adds up to. Shares count 1 and 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LensSums {
    pub(super) members: Moments,
    /// By connection stage, of those asked.
    pub(super) stage: [Moments; ConnectionStage::ALL.len()],
    pub(super) contradictory: Moments,
    /// Order value by stage.
    pub(super) stage_value: [Moments; ConnectionStage::ALL.len()],
    /// Of those asked for both: says "a good brand"; says so and is not connected; is connected and does not say so.
    pub(super) good_brand: Moments,
    pub(super) good_alone: Moments,
    pub(super) connected_alone: Moments,
    pub(super) motivators: Vec<MotivatorSums>,
    pub(super) arc: [Moments; ArcStage::ALL.len()],
    /// Of those whose stage of the night before is known.
    pub(super) arc_up: Moments,
    pub(super) arc_down: Moments,
    /// Consistency by kind, in steps of 0.0001.
    pub(super) consistency: [Moments; KINDS],
    /// Promises kept of those due, good contacts of those rated, feelings (in steps of 0.0001) of texts that have one.
    pub(super) promises: Pair,
    pub(super) contacts: Pair,
    pub(super) feelings: Pair,
    /// All contacts were good; of customers with two or more.
    pub(super) all_good: Moments,
    /// In debt at each ratio of the sensitivity line; debt at the ratio set, in steps of 0.01.
    pub(super) in_debt: Vec<Moments>,
    pub(super) debt: Moments,
    pub(super) loyalty: [Moments; LoyaltyType::ALL.len()],
    /// In steps of 0.0001.
    pub(super) reward_share: Moments,
    pub(super) week_ratio: Moments,
    pub(super) level: [Moments; RelationshipLevel::ALL.len()],
    pub(super) reason: [Moments; LevelReason::ALL.len()],
    pub(super) wrote: Moments,
    /// Of those who wrote.
    pub(super) named: [Moments; N_ELEMENTS],
    /// Of those who named the element.
    pub(super) praised: [Moments; N_ELEMENTS],
    /// Complaints answered, resolved and repeated of all complaints; days until those resolved were, in steps of 0.01.
    pub(super) answered: Pair,
    pub(super) resolved: Pair,
    pub(super) repeated: Pair,
    pub(super) days: Pair,
    /// Bought again lately, of those who had bought before; of those who had just before. Complained lately, of all.
    pub(super) reordered: Moments,
    pub(super) stayed: Moments,
    pub(super) complained: Moments,
    /// Orders that came back, of all; cases of more than one contact, of all.
    pub(super) returned: Pair,
    pub(super) recontacted: Pair,
    pub(super) care: CareSums,
    /// How easily they were served.
    pub(super) served: ServedSums,
    /// By competitor.
    pub(super) rivals: BTreeMap<String, RivalSums>,
}

/// What the same people said of a competitor and of the company.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct RivalSums {
    /// Own minus competitor's answer in steps of 0.01, by column of the attitudes.
    pub(super) lead: BTreeMap<usize, Moments>,
    /// Of those whose connection to both can be told: connected to the company, to the competitor, to one of them
    /// alone.
    pub(super) own: Moments,
    pub(super) rival: Moments,
    pub(super) own_alone: Moments,
    pub(super) rival_alone: Moments,
}

impl RivalSums {
    pub(super) fn merge(&mut self, other: &Self) {
        for (column, moments) in &other.lead {
            self.lead.entry(*column).or_default().merge(moments);
        }
        self.connections_mut().into_iter().zip(other.clone().connections_mut()).for_each(|(a, b)| a.merge(b));
    }

    pub(super) fn connections_mut(&mut self) -> [&mut Moments; 4] {
        [&mut self.own, &mut self.rival, &mut self.own_alone, &mut self.rival_alone]
    }
}

impl LensSums {
    /// Sums over nobody, for a sensitivity line of so many ratios.
    pub(super) fn zero(ratios: usize) -> Self {
        let (none, pair) = (Moments::default(), Pair::default());
        Self {
            members: none,
            stage: [none; ConnectionStage::ALL.len()],
            contradictory: none,
            stage_value: [none; ConnectionStage::ALL.len()],
            good_brand: none,
            good_alone: none,
            connected_alone: none,
            motivators: Vec::new(),
            arc: [none; ArcStage::ALL.len()],
            arc_up: none,
            arc_down: none,
            consistency: [none; KINDS],
            promises: pair,
            contacts: pair,
            feelings: pair,
            all_good: none,
            in_debt: vec![none; ratios],
            debt: none,
            loyalty: [none; LoyaltyType::ALL.len()],
            reward_share: none,
            week_ratio: none,
            level: [none; RelationshipLevel::ALL.len()],
            reason: [none; LevelReason::ALL.len()],
            wrote: none,
            named: [none; N_ELEMENTS],
            praised: [none; N_ELEMENTS],
            answered: pair,
            resolved: pair,
            repeated: pair,
            days: pair,
            reordered: none,
            stayed: none,
            complained: none,
            returned: pair,
            recontacted: pair,
            care: CareSums::default(),
            served: ServedSums::zero(),
            rivals: BTreeMap::new(),
        }
    }

    /// Makes room for this many motivators.
    pub(super) fn widen(&mut self, motivators: usize) {
        if self.motivators.len() < motivators {
            self.motivators.resize(motivators, MotivatorSums::default());
        }
    }

    /// The same customers, taken for no more than `most` effective ones in every figure but those about competitors.
    pub(super) fn at_most(&mut self, most: f64) {
        self.figures_mut().for_each(|moments| moments.at_most(most));
    }

    /// Every published figure but those about competitors, in a fixed order, the same for groups of one width.
    pub(super) fn figures_mut(&mut self) -> impl Iterator<Item = &mut Moments> {
        let single = [
            &mut self.contradictory,
            &mut self.good_brand,
            &mut self.good_alone,
            &mut self.connected_alone,
            &mut self.arc_up,
            &mut self.arc_down,
            &mut self.all_good,
            &mut self.debt,
            &mut self.reward_share,
            &mut self.week_ratio,
            &mut self.wrote,
            &mut self.reordered,
            &mut self.stayed,
            &mut self.complained,
        ];
        let pairs = [
            &mut self.promises,
            &mut self.contacts,
            &mut self.feelings,
            &mut self.answered,
            &mut self.resolved,
            &mut self.repeated,
            &mut self.days,
            &mut self.returned,
            &mut self.recontacted,
        ];
        (single.into_iter())
            .chain(pairs.into_iter().flat_map(Pair::moments_mut))
            .chain(&mut self.stage)
            .chain(&mut self.stage_value)
            .chain(&mut self.arc)
            .chain(&mut self.consistency)
            .chain(&mut self.in_debt)
            .chain(&mut self.loyalty)
            .chain(&mut self.level)
            .chain(&mut self.reason)
            .chain(&mut self.named)
            .chain(&mut self.praised)
            .chain(self.care.figures_mut())
            .chain(self.motivators.iter_mut().flat_map(|m| {
                let [x, y, sum] = m.spend.moments_mut();
                [&mut m.wanted, &mut m.helped, x, y, sum]
            }))
            .chain(self.served.figures_mut())
    }

    /// Adds the sums of other customers.
    pub(super) fn merge(&mut self, mut other: Self) {
        let width = self.motivators.len().max(other.motivators.len());
        self.widen(width);
        other.widen(width);
        self.members.merge(&other.members);
        for (mine, theirs) in self.figures_mut().zip(other.figures_mut()) {
            mine.merge(theirs);
        }
        for (name, theirs) in &other.rivals {
            self.rivals.entry(name.clone()).or_default().merge(theirs);
        }
    }
}
