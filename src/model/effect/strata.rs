//! Figures of a play in a group: customers drawn at one share are a stratum, strata are put together by their size.

use std::collections::BTreeMap;

use super::experiment::EffectMetric;
use super::finding::ArmPair;
use super::outcome::CENTS;
use super::state::{LotCounts, LotSums};
use super::whole_sums::WholeSums;
use crate::segment::{NOISE, Noise};
use valueseg_stats::arms::{
    ArmSums, Contrast, RelativeLift, SampleRatio, cuped, post_stratified, reached_only, relative_lift, sample_ratio,
    welch,
};
use valueseg_stats::interval::Group;

/// Customers of a play in a group, by bits of the share drawn; `None` = not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Strata {
    pub(super) lots: BTreeMap<Option<u64>, LotCounts>,
    pub(super) sums: BTreeMap<(EffectMetric, Option<u64>), LotSums>,
}

/// Two arms of a stratum with noise on what they add up to.
#[derive(Clone, Copy, Debug)]
struct ReleasedArms {
    arms: [ArmSums; 2],
    /// Variance that the noise adds to the difference.
    paid: f64,
}

/// Figures of a metric.
#[derive(Clone, Debug)]
pub(super) struct MetricFigures {
    pub(super) mean: ArmPair<f64>,
    pub(super) contrast: Contrast,
    pub(super) relative: Option<RelativeLift>,
    /// The adjusted difference and the share of variance that is gone.
    pub(super) adjusted: Option<(Contrast, f64)>,
    pub(super) reached: Option<Contrast>,
    /// In the first and the last third of the window.
    pub(super) thirds: Option<[Contrast; 2]>,
}

impl Strata {
    /// Adds what fell under one lot.
    pub(super) fn add(&mut self, share: Option<u64>, counts: &LotCounts) {
        self.lots.entry(share).or_default().merge(counts);
    }

    pub(super) fn add_sums(&mut self, metric: EffectMetric, share: Option<u64>, sums: &LotSums) {
        self.sums.entry((metric, share)).or_default().merge(sums);
    }

    /// Counts of all strata.
    pub(super) fn counts(&self) -> LotCounts {
        let mut all = LotCounts::default();
        self.lots.values().for_each(|counts| all.merge(counts));
        all
    }

    /// Sums of a metric over all strata: for counts and for what was before the lot, never for a difference.
    pub(super) fn all(&self, metric: EffectMetric) -> LotSums {
        let mut all = LotSums::default();
        self.of(metric).for_each(|(_, sums)| all.merge(sums));
        all
    }

    /// Share of the control in the largest stratum of which it is known, else among all drawn; `None` = nobody was.
    pub(super) fn share(&self) -> Option<f64> {
        let drawn = self.lots.iter().filter_map(|(share, counts)| Some((f64::from_bits((*share)?), counts)));
        let largest =
            drawn.filter(|(share, _)| *share > 0.0).max_by_key(|(_, counts)| counts.assigned.iter().sum::<u64>());
        largest.map(|(share, _)| share).or_else(|| {
            let [treated, control] = self.counts().assigned;
            (treated > 0 && control > 0).then(|| control as f64 / (treated + control) as f64)
        })
    }

    /// The less probable of two sample ratios: of all drawn, and of those whose window is over.
    pub(super) fn sample_ratio(&self) -> Option<SampleRatio> {
        let of = |arms: fn(&LotCounts) -> [u64; 2]| {
            let (mut seen, mut due) = ([0.0; 2], [0.0; 2]);
            for (share, counts) in &self.lots {
                let share = f64::from_bits((*share)?);
                if share > 0.0 {
                    let [treated, control] = arms(counts).map(|n| n as f64);
                    seen = [seen[0] + treated, seen[1] + control];
                    due = [due[0] + (treated + control) * (1.0 - share), due[1] + (treated + control) * share];
                }
            }
            sample_ratio(&[(seen[0], due[0]), (seen[1], due[1])])
        };
        let both = [of(|counts| counts.assigned), of(|counts| counts.matured)];
        both.into_iter().flatten().min_by(|a, b| a.p.total_cmp(&b.p))
    }

    /// Figures of a metric; `name` tells the noise of this group from that of others, `most` is what one customer can add.
    pub(super) fn figures(&self, metric: EffectMetric, name: &str, most: f64, noise: &Noise) -> Option<MetricFigures> {
        let unit = if metric.is_share() { 1.0 } else { CENTS };
        let told = |what: &str, pick: fn(&LotSums) -> &[WholeSums; 2], beside: f64| -> Vec<ReleasedArms> {
            let strata = self.of(metric).map(|(share, sums)| {
                let arms = [0, 1].map(|arm| pick(sums)[arm].in_units(unit, beside));
                released(arms, &format!("effects/{name}/{share:?}/{what}"), most, metric.is_share(), noise)
            });
            strata.collect()
        };
        let plain = told("y", |sums| &sums.plain, unit);
        let contrast = combined(&plain, |[t, c]| welch(t.outcome()?, c.outcome()?))?;
        let [treated, control] = [0, 1].map(|arm| together(&plain, arm));
        let (treated, control) = (treated?, control?);
        let mut gone = Vec::new();
        let adjusted = combined(&plain, |[t, c]| {
            let found = cuped(t, c)?;
            gone.push(found.variance_reduction);
            Some(found.contrast)
        });
        let reached = combined(&told("y", |sums| &sums.reached, 1.0), |[t, c]| reached_only(t, c));
        let third = |what: &str, pick: fn(&LotSums) -> &[WholeSums; 2]| {
            combined(&told(what, pick, 1.0), |[t, c]| welch(t.outcome()?, c.outcome()?))
        };
        let thirds = third("early", |sums| &sums.early).zip(third("late", |sums| &sums.late));
        Some(MetricFigures {
            mean: ArmPair { treated: treated.mean, control: control.mean },
            relative: relative_lift(treated, control),
            adjusted: adjusted.map(|adjusted| (adjusted, gone.iter().sum::<f64>() / gone.len() as f64)),
            reached,
            thirds: thirds.map(|(early, late)| [early, late]),
            contrast,
        })
    }

    fn of(&self, metric: EffectMetric) -> impl Iterator<Item = (Option<u64>, &LotSums)> {
        self.sums.iter().filter(move |((own, _), _)| *own == metric).map(|((_, share), sums)| (*share, sums))
    }
}

/// Noise on the sums of both arms, from which everything told is then read.
///
/// METHOD: as of all figures of groups (`docs/method.md#release-of-figures`): of two nights that differ by one customer,
/// the difference tells nothing of that customer. The noise is paid for in the standard error.
fn released(arms: [ArmSums; 2], name: &str, most: f64, share: bool, noise: &Noise) -> ReleasedArms {
    if noise.is_none() {
        return ReleasedArms { arms, paid: 0.0 };
    }
    let mut place = 0;
    let arms = arms.map(|mut arm| {
        let shifted = noise.shifted(&format!("{name}/{place}"), arm.y, most);
        place += 1;
        arm.y = if share { shifted.clamp(0.0, arm.n) } else { shifted };
        arm.yy = if share { arm.y } else { arm.yy };
        arm
    });
    let paid = arms.iter().filter(|arm| arm.n > 0.0).map(|arm| (NOISE * most / arm.n).powi(2)).sum();
    ReleasedArms { arms, paid }
}

/// The difference of two arms of a share, the treated first, with the noise of the night.
pub(super) fn released_difference(arms: &[WholeSums; 2], name: &str, noise: &Noise) -> Option<Contrast> {
    let arms = [0, 1].map(|arm: usize| arms[arm].in_units(1.0, 1.0));
    let stratum = released(arms, name, 1.0, true, noise);
    combined(&[stratum], |[t, c]| welch(t.outcome()?, c.outcome()?))
}

/// A figure of each stratum in which both arms have it, put together.
fn combined(strata: &[ReleasedArms], mut of: impl FnMut([&ArmSums; 2]) -> Option<Contrast>) -> Option<Contrast> {
    let told = strata.iter().filter_map(|stratum| {
        let [t, c] = &stratum.arms;
        let contrast = of([t, c])?;
        let se = (contrast.se * contrast.se + stratum.paid).sqrt();
        Some((t.n + c.n, Contrast { se, ..contrast }))
    });
    post_stratified(&told.collect::<Vec<_>>())
}

/// An arm of all strata in which both arms have more than one customer, weighted as [`combined`] does.
fn together(strata: &[ReleasedArms], arm: usize) -> Option<Group> {
    let both = |stratum: &&ReleasedArms| stratum.arms.iter().all(|arm| arm.n > 1.0);
    let total: f64 = strata.iter().filter(both).map(|stratum| stratum.arms[0].n + stratum.arms[1].n).sum();
    let (mut mean, mut variance, mut n) = (0.0, 0.0, 0.0);
    for stratum in strata.iter().filter(both) {
        let weight = (stratum.arms[0].n + stratum.arms[1].n) / total;
        let group = stratum.arms[arm].outcome()?;
        mean += weight * group.mean;
        variance += weight * weight * group.variance / group.n;
        n += group.n;
    }
    (n > 1.0).then_some(Group { mean, variance: variance * n, n })
}
