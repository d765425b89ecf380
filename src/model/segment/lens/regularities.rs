//! "Did Mori and Bain hold here?" Published regularities beside the company's own figures.
//!
//! All of them are associations, there and here.

use super::super::drivers::Drivers;
use super::super::profile::sums::{CENTI, MONEY, Moments};
use super::claim::RegularityVerdict;
use super::compare::{paired_difference, sample, share_of};
use super::published::{self, Published};
use super::settings::LensSettings;
use super::state::{LensState, RegularSums};
use super::sums::LensSums;
use crate::rows::{ConnectionStage, Estimate, Figure};
use valueseg_stats::comparison::{difference, fieller, mean_difference, mean_ratio, share_difference, share_ratio};
use valueseg_stats::interval::{Group, Interval, Z95, nps, wilson};

/// One published regularity beside the company's own figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Regularity {
    /// What was published.
    pub published: Published,
    /// The own figure, in the unit of the published one.
    pub own: Figure,
    /// Whether it holds.
    pub verdict: RegularityVerdict,
}

/// What there is to hold against a regularity.
#[derive(Clone, Copy, Debug)]
struct RegularityEvidence {
    /// Customers in all the groups compared.
    base: u64,
    /// Customers in the smallest of them.
    least: u64,
    interval: Option<Interval>,
}

impl RegularityEvidence {
    fn of(groups: &[&Moments], interval: Option<Interval>) -> Self {
        let counts = groups.iter().map(|moments| moments.count());
        Self { base: counts.clone().sum(), least: counts.min().unwrap_or(0), interval }
    }

    fn against(self, published: Published, min_cell: u64) -> Regularity {
        let own = match self.interval {
            _ if self.base > 0 && self.least < min_cell.max(1) => Figure::Withheld { n: self.base },
            Some(interval) if self.base > 0 => Figure::Known(Estimate::of(interval, self.base)),
            _ => Figure::Unknown { n: self.base },
        };
        let verdict = match own {
            Figure::Withheld { .. } => RegularityVerdict::TooFew,
            Figure::Known(own) => published.claim.judge(own.low, own.high),
            Figure::Unknown { n: 0 } => RegularityVerdict::NotAsked,
            Figure::Unknown { .. } | Figure::Bare { .. } => RegularityVerdict::Undecided,
        };
        Regularity { published, own, verdict }
    }
}

impl LensState {
    /// Published regularities beside the figures of everybody scored, in a fixed order, all of them whether known or
    /// not. `drivers` = `None` where nothing was derived; `settings` are those of the pass.
    #[must_use]
    pub fn regularities(&self, drivers: Option<&Drivers>, settings: &LensSettings, min_cell: u64) -> Vec<Regularity> {
        let mut whole = LensSums::zero(self.groups[0].in_debt.len());
        self.groups.iter().for_each(|group| whole.merge(group.clone()));
        let sums = &self.regular;
        let evidence = [
            (published::RECOMMEND, multiple(&sums.promoters)),
            (published::REPURCHASE, multiple(&sums.reordered)),
            (published::SHOP_AROUND, engaged(&sums.rarely_looks)),
            (published::DISCOUNT, engaged(&sums.dear_to_switch)),
            (published::FOUR_OVER_ONE, score_step(sums, 3, 1)),
            (published::ONE_OVER_NONE, score_step(sums, 1, 0)),
            (published::FOUR_TIMES_ONE, score_multiple(sums, settings.regularities.min_score)),
            (published::QUALITY, quality(drivers)),
            (published::VALUE_RISES, value_rises(&whole)),
            (published::VALUE_STEPS, value_steps(&whole)),
            (published::VALUE_CONNECTED, value_connected(&whole)),
            (published::SCORE, engaged(&whole.stage)),
            (published::GOOD_BRAND, good_brand(&whole)),
            (published::LADDER, ladder(&sums.promoters)),
            (published::TRUST, trust(&sums.trust)),
        ];
        evidence.into_iter().map(|(published, evidence)| evidence.against(published, min_cell)).collect()
    }
}

/// Sums by stage of the connection.
type ByStage = [Moments; ConnectionStage::ALL.len()];

/// Lowest and highest stage, and the one that values are compared with.
const LOWEST: usize = ConnectionStage::NotConnected as usize;
const SATISFIED: usize = ConnectionStage::HighlySatisfied as usize;
const HIGHEST: usize = ConnectionStage::FullyConnected as usize;

/// How many times as often at the highest stage as at the lowest.
fn multiple(stages: &ByStage) -> RegularityEvidence {
    let (one, other) = (&stages[HIGHEST], &stages[LOWEST]);
    let ratio = share_of(one).zip(share_of(other)).and_then(|(one, other)| share_ratio(one, other));
    RegularityEvidence::of(&[one, other], ratio)
}

/// How often at the highest stage.
fn engaged(stages: &ByStage) -> RegularityEvidence {
    let one = &stages[HIGHEST];
    RegularityEvidence::of(&[one], share_of(one).and_then(|s| wilson(s.share, s.n)))
}

fn score(sums: &RegularSums, class: usize) -> Option<Interval> {
    let (promoters, detractors) = (&sums.high_promoters[class], &sums.high_detractors[class]);
    nps(promoters.mean(1.0)?, detractors.mean(1.0)?, promoters.effective_n())
}

fn score_step(sums: &RegularSums, one: usize, other: usize) -> RegularityEvidence {
    let step = score(sums, one).zip(score(sums, other)).map(|(one, other)| difference(one, other));
    RegularityEvidence::of(&[&sums.high_promoters[one], &sums.high_promoters[other]], step)
}

fn score_multiple(sums: &RegularSums, min_score: f64) -> RegularityEvidence {
    let ratio = score(sums, 3).zip(score(sums, 1)).and_then(|(one, other)| {
        let clear = one.value > min_score && other.value > min_score;
        let variance = |i: Interval| ((i.high - i.low) / (2.0 * Z95)).powi(2);
        if clear { fieller((one.value, variance(one)), (other.value, variance(other)), 0.0) } else { None }
    });
    RegularityEvidence::of(&[&sums.high_promoters[3], &sums.high_promoters[1]], ratio)
}

/// METHOD: shares of derived importance sum to 1, so what one gains others lose. Their half-widths are added, which is
/// as if they were fully opposed: an interval no narrower than the true one.
fn quality(drivers: Option<&Drivers>) -> RegularityEvidence {
    let none = RegularityEvidence { base: 0, least: 0, interval: None };
    let Some(drivers) = drivers else { return none };
    let respondents = drivers.everyone.outcomes.iter().map(|outcome| outcome.respondents).max().unwrap_or(0);
    let Some((outcome, explained)) = drivers.everyone.leading() else {
        // Asked, but of too few to derive anything.
        return RegularityEvidence { base: respondents, least: 0, interval: None };
    };
    let asked = drivers.everyone.outcomes.iter().find(|o| o.outcome == outcome).map_or(0, |o| o.respondents);
    let quality = explained.elements.iter().find(|driver| driver.element.slug() == "quality");
    let others = explained.elements.iter().filter(|driver| driver.element.slug() != "quality");
    let best = others.max_by(|a, b| a.share.value.total_cmp(&b.share.value));
    let lead = quality.zip(best).map(|(quality, best)| {
        let (one, other) = (quality.share, best.share);
        let value = one.value - other.value;
        let below = (one.value - one.low) + (other.high - other.value);
        let above = (one.high - one.value) + (other.value - other.low);
        Interval { value, low: value - below, high: value + above }
    });
    RegularityEvidence { base: if quality.is_some() { asked } else { 0 }, least: asked, interval: lead }
}

fn value_of(whole: &LensSums, stage: usize) -> Option<Group> {
    sample(&whole.stage_value[stage], MONEY)
}

fn every(stages: &ByStage) -> Vec<&Moments> {
    stages.iter().collect()
}

/// The step that decides whether all rise: one that surely falls, else the one that may be least. `None` if a step is
/// not known.
fn deciding_step(steps: impl Iterator<Item = Option<Interval>>) -> Option<Interval> {
    let steps: Option<Vec<Interval>> = steps.collect();
    let steps = steps?;
    let falls = steps.iter().copied().filter(|step| step.high <= 0.0).min_by(|a, b| a.high.total_cmp(&b.high));
    falls.or_else(|| steps.iter().copied().min_by(|a, b| a.low.total_cmp(&b.low)))
}

fn value_rises(whole: &LensSums) -> RegularityEvidence {
    let steps = (LOWEST..HIGHEST).map(|stage| mean_difference(value_of(whole, stage + 1)?, value_of(whole, stage)?));
    RegularityEvidence::of(&every(&whole.stage_value), deciding_step(steps))
}

fn value_steps(whole: &LensSums) -> RegularityEvidence {
    let ratio = || {
        let (low, middle, high) = (value_of(whole, LOWEST)?, value_of(whole, SATISFIED)?, value_of(whole, HIGHEST)?);
        let [a, b, c] = [low, middle, high].map(|group| group.variance / group.n);
        // Both steps share the satisfied: their errors go against each other.
        fieller((high.mean - middle.mean, c + b), (middle.mean - low.mean, b + a), -b)
    };
    let groups = [LOWEST, SATISFIED, HIGHEST].map(|stage| &whole.stage_value[stage]);
    RegularityEvidence::of(&groups, ratio())
}

fn value_connected(whole: &LensSums) -> RegularityEvidence {
    let ratio = value_of(whole, HIGHEST).zip(value_of(whole, SATISFIED)).and_then(|(a, b)| mean_ratio(a, b));
    RegularityEvidence::of(&[&whole.stage_value[HIGHEST], &whole.stage_value[SATISFIED]], ratio)
}

fn good_brand(whole: &LensSums) -> RegularityEvidence {
    let gap = paired_difference(&whole.good_alone, &whole.connected_alone);
    RegularityEvidence::of(&[&whole.good_brand], gap)
}

fn ladder(promoters: &ByStage) -> RegularityEvidence {
    let mut middle = promoters[SATISFIED];
    middle.merge(&promoters[ConnectionStage::Differentiated as usize]);
    let rungs = [&promoters[LOWEST], &middle, &promoters[HIGHEST]];
    let steps = rungs.windows(2).map(|pair| share_difference(share_of(pair[1])?, share_of(pair[0])?));
    RegularityEvidence::of(&rungs, deciding_step(steps))
}

/// METHOD: quarters are cut at whole steps of 0.01 of consistency, so that they come out the same however customers
/// were split; a step that holds many customers makes a quarter larger. Where the two would meet there is nothing to
/// compare.
fn trust(bins: &[Moments]) -> RegularityEvidence {
    let total: i128 = bins.iter().map(|bin| bin.w).sum();
    let quarter = |bins: &mut dyn Iterator<Item = (usize, &Moments)>| {
        let (mut sums, mut last) = (Moments::default(), None);
        for (place, bin) in bins {
            if 4 * sums.w >= total {
                break;
            }
            sums.merge(bin);
            last = if bin.n > 0 { Some(place) } else { last };
        }
        (sums, last)
    };
    let (low, least) = quarter(&mut bins.iter().enumerate());
    let (high, most) = quarter(&mut bins.iter().enumerate().rev());
    let apart = least.zip(most).is_some_and(|(least, most)| least < most);
    let ratio =
        if apart { sample(&high, CENTI).zip(sample(&low, CENTI)).and_then(|(a, b)| mean_ratio(a, b)) } else { None };
    RegularityEvidence::of(&[&high, &low], ratio)
}
