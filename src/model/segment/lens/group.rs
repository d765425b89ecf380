//! One group's figures, made of its sums.

use super::super::profile::finish::mean;
use super::super::profile::sums::{CENTI, FINE, MONEY, Moments};
use super::compare::{paired_difference, sample, share_of};
use super::pair::Pair;
use super::rivals::rival;
use super::served_sums::Recorded;
use super::settings::LensSettings;
use super::sums::LensSums;
use super::types::{
    ArcFigures, BalanceFigures, ComplaintFigures, ConnectionFigures, ConsistencyFigures, GapSize, GroupLens,
    HeardFigures, ListeningFigures, LoyaltyFigures, MotivatorFigures, RateFigures, RivalFigures, StageFigures,
};
use crate::rows::{ArcStage, ConnectionStage, Estimate, Figure, LevelReason, LoyaltyType, RelationshipLevel, Sources};
use valueseg_catalogue::{Catalogue, ElementId};
use valueseg_stats::comparison::mean_ratio;
use valueseg_stats::interval::{Interval, wilson};

/// Contacts in the journey of the published arithmetic: six at 95 % each leave 26.5 % with a poor one.
const JOURNEY: i32 = 6;

/// Where the ends of an interval may lie.
const NOT_BELOW_ZERO: [f64; 2] = [0.0, f64::INFINITY];
const ANYTHING: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];

/// One group before and after withholding.
pub(super) struct WithheldGroup<'a> {
    pub(super) full: &'a LensSums,
    pub(super) shown: &'a LensSums,
    pub(super) catalogue: &'a Catalogue,
    pub(super) sources: Sources,
    pub(super) settings: &'a LensSettings,
    /// What is recorded of anybody.
    pub(super) recorded: Recorded,
    /// Whether this is everybody.
    pub(super) everyone: bool,
}

impl WithheldGroup<'_> {
    /// The figure of what a function picks, withheld where small cells were emptied.
    fn figure(&self, pick: impl Fn(&LensSums) -> &Moments, interval: Option<Interval>) -> Figure {
        Figure::of(pick(self.full).count(), pick(self.shown).count(), interval)
    }

    pub(super) fn share(&self, pick: impl Fn(&LensSums) -> &Moments) -> Figure {
        let interval = share_of(pick(self.shown)).and_then(|s| wilson(s.share, s.n));
        self.figure(pick, interval)
    }

    /// A mean whose interval is drawn in to `within`; without an interval where there is but one customer.
    pub(super) fn mean(&self, per_unit: f64, within: [f64; 2], pick: impl Fn(&LensSums) -> &Moments) -> Figure {
        let moments = pick(self.shown);
        let interval = mean(moments, per_unit).map(|mean| mean.within(within[0], within[1]));
        self.figure(&pick, interval).or_bare(moments.mean(per_unit))
    }

    fn unit_mean(&self, pick: impl Fn(&LensSums) -> &Moments) -> Figure {
        self.mean(FINE, [0.0, 1.0], pick)
    }

    pub(super) fn pair(
        &self,
        pick: impl Fn(&LensSums) -> &Pair,
        interval: impl Fn(&Pair) -> Option<Interval>,
    ) -> Figure {
        self.figure(|sums| &pick(sums).x, interval(pick(self.shown)))
    }

    pub(super) fn pooled(&self, pick: impl Fn(&LensSums) -> &Pair) -> Figure {
        self.pair(pick, Pair::share)
    }

    pub(super) fn group(&self) -> GroupLens {
        GroupLens {
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
            rates: self.rates(),
            care: self.care(),
            served: self.served(),
            rivals: self.rivals(),
        }
    }

    fn connection(&self) -> ConnectionFigures {
        let value = |stage: ConnectionStage| sample(&self.shown.stage_value[stage as usize], MONEY);
        let satisfied = value(ConnectionStage::HighlySatisfied);
        // The highly satisfied are the yardstick: exactly once themselves, whatever the error of their mean.
        let ratio = |stage: ConnectionStage| match stage {
            ConnectionStage::HighlySatisfied => {
                satisfied.filter(|s| s.mean > 0.0).map(|_| Interval { value: 1.0, low: 1.0, high: 1.0 })
            }
            _ => mean_ratio(value(stage)?, satisfied?),
        };
        let stages = ConnectionStage::ALL.map(|stage| StageFigures {
            stage,
            share: self.share(|s| &s.stage[stage as usize]),
            value: self.mean(MONEY, ANYTHING, |s| &s.stage_value[stage as usize]),
            value_ratio: self.figure(|s| &s.stage_value[stage as usize], ratio(stage)),
        });
        let gap = paired_difference(&self.shown.good_alone, &self.shown.connected_alone);
        ConnectionFigures {
            stages: stages.into(),
            contradictory: self.share(|s| &s.contradictory),
            good_brand: self.share(|s| &s.good_brand),
            good_brand_gap: self.figure(|s| &s.good_brand, gap),
            gap_size: gap.map(|gap| GapSize::of(gap.value, self.settings)),
        }
    }

    fn motivators(&self) -> Vec<MotivatorFigures> {
        let one = |(i, motivator): (usize, &valueseg_catalogue::Motivator)| MotivatorFigures {
            motivator: motivator.id().to_owned(),
            wanted: self.share(|s| &s.motivators[i].wanted),
            helped: self.share(|s| &s.motivators[i].helped),
            // What goes with spend is told of everybody alone: in a segment too few have both to tell ten of them apart.
            spend: if self.everyone {
                self.pair(|s| &s.motivators[i].spend, Pair::correlation)
            } else {
                Figure::Unknown { n: self.full.motivators[i].spend.count() }
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
            // The more contacts are good the fewer journeys have a poor one: the ends change places.
            poor_in_six: match good {
                Figure::Known(e) => {
                    Figure::Known(Estimate { value: poor(e.value), low: poor(e.high), high: poor(e.low), ..e })
                }
                other => other,
            },
            all_good: self.share(|s| &s.all_good),
            between_channels: Figure::default(),
            between_sites: Figure::default(),
        }
    }

    fn balance(&self) -> BalanceFigures {
        BalanceFigures {
            in_debt: numbered(&self.settings.ratios, |i| self.share(|s| &s.in_debt[i])),
            debt: self.mean(CENTI, NOT_BELOW_ZERO, |s| &s.debt),
        }
    }

    fn loyalty(&self) -> LoyaltyFigures {
        LoyaltyFigures {
            types: numbered(&LoyaltyType::ALL, |i| self.share(|s| &s.loyalty[i])),
            reward_dependence: self.unit_mean(|s| &s.reward_share),
            week_ratio: self.mean(FINE, NOT_BELOW_ZERO, |s| &s.week_ratio),
        }
    }

    fn listening(&self) -> ListeningFigures {
        // Without a table of texts nobody wrote, and that is no finding.
        let told = |figure: Figure| if self.sources.texts { figure } else { Figure::default() };
        let elements = ElementId::all().map(|element| {
            let i = element.index();
            HeardFigures {
                element,
                named: told(self.share(|s| &s.named[i])),
                praised: told(self.share(|s| &s.praised[i])),
            }
        });
        ListeningFigures { wrote: told(self.share(|s| &s.wrote)), elements: elements.collect() }
    }

    fn complaints(&self) -> ComplaintFigures {
        // None at all is a finding where contacts are known, and nothing else is.
        let number = self.sources.contacts.then(|| self.shown.answered.total());
        // One customer's complaints have a mean, but nothing is known of its error.
        let days = self.shown.days.ratio().map(|ratio| ratio / CENTI);
        let days_interval = |pair: &Pair| pair.mean(CENTI).map(|days| days.within(0.0, f64::INFINITY));
        ComplaintFigures {
            number: self.figure(|s| &s.answered.x, None).or_bare(number),
            answered: self.pooled(|s| &s.answered),
            resolved: self.pooled(|s| &s.resolved),
            repeated: self.pooled(|s| &s.repeated),
            days: self.pair(|s| &s.days, days_interval).or_bare(days),
        }
    }

    fn rates(&self) -> RateFigures {
        let known = |there: bool, figure: Figure| if there { figure } else { Figure::default() };
        RateFigures {
            reordered: known(self.sources.orders, self.share(|s| &s.reordered)),
            stayed: known(self.sources.orders, self.share(|s| &s.stayed)),
            returned: known(self.sources.orders, self.pooled(|s| &s.returned)),
            complained: known(self.sources.contacts, self.share(|s| &s.complained)),
            recontacted: known(self.sources.contacts, self.pooled(|s| &s.recontacted)),
        }
    }

    /// Competitors by name.
    fn rivals(&self) -> Vec<RivalFigures> {
        let names: Vec<&str> = self.catalogue.motivators().iter().map(|motivator| motivator.id()).collect();
        self.full.rivals.iter().map(|(brand, full)| rival(brand, full, &self.shown.rivals[brand], &names)).collect()
    }
}

/// A figure for each of a list, by its place.
fn numbered<T: Copy>(list: &[T], figure: impl Fn(usize) -> Figure) -> Vec<(T, Figure)> {
    list.iter().enumerate().map(|(i, of)| (*of, figure(i))).collect()
}
