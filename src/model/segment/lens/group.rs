//! One group's figures, made of its sums.

use super::super::profile::finish::mean;
use super::super::profile::sums::{CENTI, FINE, MONEY, Moments};
use super::pair::Pair;
use super::settings::LensSettings;
use super::sums::GroupSums;
use super::types::{
    ArcFigures, BalanceFigures, ComplaintFigures, ConnectionFigures, ConsistencyFigures, Figure, GapSize, GroupLens,
    ListeningFigures, LoyaltyFigures, MotivatorFigures, StageFigures,
};
use crate::catalogue::{Catalogue, ElementId};
use crate::model::rows::{ArcStage, ConnectionStage, LevelReason, LoyaltyType, RelationshipLevel, Sources};
use crate::stats::comparison::{Share, mean_ratio};
use crate::stats::interval::{Group, Interval, nps, wilson};

/// Contacts in the journey of the published arithmetic: six at 95 % each leave 26.5 % with a poor one.
const JOURNEY: i32 = 6;

/// Values whose variance is corrected for their number, as a group to compare; `None` with one effective value or
/// fewer.
pub(super) fn sample(moments: &Moments, per_unit: f64) -> Option<Group> {
    let n = moments.effective_n();
    let (mean, variance) = (moments.mean(per_unit)?, moments.variance(per_unit)?);
    (n > 1.0).then(|| Group { mean, variance: variance * n / (n - 1.0), n })
}

/// A share to compare; `None` without answers.
pub(super) fn share_of(moments: &Moments) -> Option<Share> {
    Some(Share { share: moments.mean(1.0)?.clamp(0.0, 1.0), n: moments.effective_n() })
}

/// Difference of two shares of the same people, −1..1, of whom `one` share is in the first alone and `other` in the
/// second alone.
///
/// METHOD: that is a difference of two shares of one multinomial sample, like a Net Promoter Score, and gets its
/// interval.
pub(super) fn paired_difference(one: &Moments, other: &Moments) -> Option<Interval> {
    let points = nps(one.mean(1.0)?, other.mean(1.0)?, one.effective_n())?;
    Some(Interval { value: points.value / 100.0, low: points.low / 100.0, high: points.high / 100.0 })
}

/// One group before and after withholding.
pub(super) struct Seen<'a> {
    pub(super) full: &'a GroupSums,
    pub(super) shown: &'a GroupSums,
    pub(super) catalogue: &'a Catalogue,
    pub(super) sources: Sources,
    pub(super) settings: &'a LensSettings,
    /// Whether this is everybody.
    pub(super) everyone: bool,
}

impl Seen<'_> {
    /// Base, and whether it was withheld, of what a function picks.
    pub(super) fn base(&self, pick: impl Fn(&GroupSums) -> &Moments) -> Figure {
        Figure::of(pick(self.full).count(), pick(self.shown).count())
    }

    pub(super) fn share(&self, pick: impl Fn(&GroupSums) -> &Moments) -> Figure {
        let interval = share_of(pick(self.shown)).and_then(|s| wilson(s.share, s.n));
        self.base(pick).with(interval)
    }

    /// A mean without an interval where there is but one customer.
    pub(super) fn mean(&self, per_unit: f64, pick: impl Fn(&GroupSums) -> &Moments) -> Figure {
        let moments = pick(self.shown);
        match mean(moments, per_unit) {
            Some(interval) => self.base(pick).with(Some(interval)),
            None => self.base(&pick).plain(moments.mean(per_unit)),
        }
    }

    fn unit_mean(&self, pick: impl Fn(&GroupSums) -> &Moments) -> Figure {
        let figure = self.mean(FINE, pick);
        Figure { low: figure.low.map(|low| low.max(0.0)), high: figure.high.map(|high| high.min(1.0)), ..figure }
    }

    fn pair(&self, pick: impl Fn(&GroupSums) -> &Pair, interval: impl Fn(&Pair) -> Option<Interval>) -> Figure {
        self.base(|sums| &pick(sums).x).with(interval(pick(self.shown)))
    }

    pub(super) fn pooled(&self, pick: impl Fn(&GroupSums) -> &Pair) -> Figure {
        self.pair(pick, Pair::share)
    }

    pub(super) fn group(&self, id: &str, min_cell: u64) -> GroupLens {
        let size = self.full.members.count();
        GroupLens {
            group: id.to_owned(),
            size,
            suppressed: size < min_cell,
            connection: self.connection(),
            motivators: self.motivators(),
            arc: self.arc(),
            consistency: self.consistency(),
            balance: self.balance(),
            loyalty: self.loyalty(),
            levels: numbered(&RelationshipLevel::ALL, |i| self.share(|s| &s.level[i])),
            reasons: numbered(&LevelReason::ALL, |i| self.share(|s| &s.reason[i])),
            listening: self.listening(),
            complaints: self.complaints(),
            rivals: self.rivals(),
        }
    }

    fn connection(&self) -> ConnectionFigures {
        let value = |stage: ConnectionStage| sample(&self.shown.stage_value[stage as usize], MONEY);
        let satisfied = value(ConnectionStage::HighlySatisfied);
        let ratio = |stage: ConnectionStage| match stage {
            ConnectionStage::HighlySatisfied => {
                satisfied.filter(|s| s.mean > 0.0).map(|_| Interval { value: 1.0, low: 1.0, high: 1.0 })
            }
            _ => mean_ratio(value(stage)?, satisfied?),
        };
        let stages = ConnectionStage::ALL.map(|stage| StageFigures {
            stage,
            share: self.share(|s| &s.stage[stage as usize]),
            value: self.mean(MONEY, |s| &s.stage_value[stage as usize]),
            value_ratio: self.base(|s| &s.stage_value[stage as usize]).with(ratio(stage)),
        });
        let gap = paired_difference(&self.shown.good_alone, &self.shown.connected_alone);
        ConnectionFigures {
            stages: stages.into(),
            contradictory: self.share(|s| &s.contradictory),
            good_brand: self.share(|s| &s.good_brand),
            good_brand_gap: self.base(|s| &s.good_brand).with(gap),
            gap_size: gap.map(|gap| GapSize::of(gap.value, self.settings.gaps)),
        }
    }

    fn motivators(&self) -> Vec<MotivatorFigures> {
        let one = |(i, motivator): (usize, &crate::catalogue::Motivator)| MotivatorFigures {
            motivator: motivator.id().to_owned(),
            wanted: self.share(|s| &s.motivators[i].wanted),
            helped: self.share(|s| &s.motivators[i].helped),
            spend: if self.everyone {
                self.pair(|s| &s.motivators[i].spend, Pair::correlation)
            } else {
                Figure { base: self.full.motivators[i].spend.count(), ..Figure::default() }
            },
        };
        self.catalogue.motivators().iter().enumerate().map(one).collect()
    }

    fn arc(&self) -> ArcFigures {
        ArcFigures {
            stages: numbered(&ArcStage::ALL, |i| self.share(|s| &s.arc[i])),
            up: self.share(|s| &s.arc_up),
            down: self.share(|s| &s.arc_down),
        }
    }

    fn consistency(&self) -> ConsistencyFigures {
        let good = self.pooled(|s| &s.contacts);
        let poor = |p: f64| 1.0 - p.powi(JOURNEY);
        let kinds = ["journey", "emotional", "communication", "composite"];
        ConsistencyFigures {
            kinds: numbered(&kinds, |i| self.unit_mean(|s| &s.consistency[i])),
            promises_kept: self.pooled(|s| &s.promises),
            good_contacts: good,
            poor_in_six: Figure {
                value: good.value.map(poor),
                low: good.high.map(poor),
                high: good.low.map(poor),
                ..good
            },
            all_good: self.share(|s| &s.all_good),
            between_channels: Figure::default(),
            between_sites: Figure::default(),
        }
    }

    fn balance(&self) -> BalanceFigures {
        let debt = self.mean(CENTI, |s| &s.debt);
        BalanceFigures {
            in_debt: numbered(&self.settings.ratios, |i| self.share(|s| &s.in_debt[i])),
            debt: Figure { low: debt.low.map(|low| low.max(0.0)), ..debt },
        }
    }

    fn loyalty(&self) -> LoyaltyFigures {
        LoyaltyFigures {
            types: numbered(&LoyaltyType::ALL, |i| self.share(|s| &s.loyalty[i])),
            reward_dependence: self.unit_mean(|s| &s.reward_share),
            week_ratio: {
                let ratio = self.mean(FINE, |s| &s.week_ratio);
                Figure { low: ratio.low.map(|low| low.max(0.0)), ..ratio }
            },
        }
    }

    fn listening(&self) -> ListeningFigures {
        let told = |figure: Figure| if self.sources.texts { figure } else { Figure::default() };
        let elements = ElementId::all().map(|element| {
            let i = element.index();
            (element, told(self.share(|s| &s.named[i])), told(self.share(|s| &s.praised[i])))
        });
        ListeningFigures { wrote: told(self.share(|s| &s.wrote)), elements: elements.collect() }
    }

    fn complaints(&self) -> ComplaintFigures {
        let base = self.base(|s| &s.answered.x);
        // None at all is a finding where contacts are known, and nothing else is.
        let number = self.sources.contacts && !base.suppressed;
        ComplaintFigures {
            number: base.plain(number.then(|| self.shown.answered.total())),
            answered: self.pooled(|s| &s.answered),
            resolved: self.pooled(|s| &s.resolved),
            repeated: self.pooled(|s| &s.repeated),
            days: {
                let days = self.pair(|s| &s.days, |pair| pair.mean(CENTI));
                // One customer's complaints have a mean, but nothing is known of its error.
                let value = self.shown.days.ratio().map(|ratio| ratio / CENTI);
                Figure { value, low: days.low.map(|low| low.max(0.0)), ..days }
            },
        }
    }
}

/// A figure for each of a list, by its place.
fn numbered<T: Copy>(list: &[T], figure: impl Fn(usize) -> Figure) -> Vec<(T, Figure)> {
    list.iter().enumerate().map(|(i, of)| (*of, figure(i))).collect()
}
