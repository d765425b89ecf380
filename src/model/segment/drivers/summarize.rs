//! Figures and the same with people left out → estimates, drawn toward the whole, tested, classified.

use valueseg_catalogue::{ElementId, NeedTier};
use valueseg_stats::drivers::jackknife::{interval, own_voices, p_value, standard_error};
use valueseg_stats::drivers::johnson::chance_of;
use valueseg_stats::multiple::benjamini_hochberg;

use super::super::profile::types::{Profiles, SegmentProfile};
use super::cell::{Cell, column};
use super::classify::{Kano, Quadrant, StatedDerived};
use super::solve::{DriverFigures, OutcomeDesign};
use super::types::{ElementDriver, Explained, NeedDriver, Refusal};
use crate::rows::Estimate;

/// One outcome: figures of everybody and each segment, and the same with each group of people left out.
pub(super) struct Replicates<'a> {
    pub(super) plan: &'a OutcomeDesign,
    pub(super) full: &'a [Option<DriverFigures>],
    pub(super) without: Vec<&'a [Option<DriverFigures>]>,
}

/// Results of one outcome for everybody and each segment; where chance decided on the halo, `other` are the figures
/// with the other treatment, and intervals reach over both.
pub(super) fn summarize(
    replicates: &Replicates,
    other: Option<&Replicates>,
    groups: &[Cell],
    profiles: Option<&Profiles>,
) -> Vec<Result<Explained, Refusal>> {
    let mut results = one_way(replicates, groups, profiles);
    let others = other.map_or_else(Vec::new, |other| one_way(other, groups, profiles));
    for (result, other) in results.iter_mut().zip(&others) {
        if let (Ok(explained), Ok(other)) = (result, other) {
            explained.widened_by(other);
        }
    }
    adjust(&mut results);
    results
}

/// Results with one treatment of the halo.
fn one_way(replicates: &Replicates, groups: &[Cell], profiles: Option<&Profiles>) -> Vec<Result<Explained, Refusal>> {
    let whole = replicates.group(0);
    (0..groups.len())
        .map(|g| {
            // The refusal of the whole stands for all: a segment is read against it.
            let (whole, own) = (whole.as_ref().map_err(|refusal| *refusal)?, replicates.group(g)?);
            let profile = profiles.and_then(|p| if g == 0 { Some(&p.everyone) } else { p.segments.get(g - 1) });
            Summary { plan: replicates.plan, own: &own, whole, cell: &groups[g], profile, everybody: g == 0 }
                .explained()
        })
        .collect()
}

impl Replicates<'_> {
    fn group(&self, g: usize) -> Result<DriverReplicates<'_>, Refusal> {
        let n = self.plan.sizes[g]?;
        let full = self.full[g].as_ref().ok_or(Refusal::NothingVaries)?;
        let without: Option<Vec<&DriverFigures>> = self.without.iter().map(|replicate| replicate[g].as_ref()).collect();
        let group = DriverReplicates { n, full, without: without.ok_or(Refusal::NothingVaries)? };
        // Tested before anything is said: shares of an R² that chance would give sum to 1 as well.
        let chance = chance_of(full.link.r_squared, n, self.plan.elements.len());
        if chance.is_none_or(|chance| chance >= self.plan.settings.max_chance) {
            return Err(Refusal::NothingExplained);
        }
        match group.turned(self.plan) {
            Some(refusal) if g == 0 => Err(refusal),
            _ => Ok(group),
        }
    }
}

/// Share of the elements that go with less of an outcome from which it is taken for turned. Our judgment: with more than
/// a quarter the other way, single elements may be turned instead.
const LEAST_TURNED: f64 = 0.75;

/// Figures of one group, with replicates.
struct DriverReplicates<'a> {
    n: f64,
    full: &'a DriverFigures,
    without: Vec<&'a DriverFigures>,
}

impl DriverReplicates<'_> {
    /// Whether high answers to an outcome go with low ratings throughout; `None` = not so.
    ///
    /// METHOD: how well elements are delivered may say little of an outcome, but hardly goes with *less* of it one and
    /// all. Where the mean of their correlations lies below 0 by more than its error, and nearly all of them do, either
    /// side is coded so that high is bad, and every direction, penalty and reward would be the wrong way round. Our
    /// judgment; whoever knows better says so ([`DriverContext::settled`](super::DriverContext)).
    fn turned(&self, plan: &OutcomeDesign) -> Option<Refusal> {
        let (mean, error) = self.with_error(|figures| figures.mean_correlation)?;
        let (below, of) = (self.full.below, plan.elements.len());
        let turned = interval(mean, error)?.high < 0.0 && below as f64 >= LEAST_TURNED * of as f64;
        (turned && !plan.settled).then_some(Refusal::Turned { below, of })
    }

    /// A figure with its standard error.
    fn with_error(&self, figure: impl Fn(&DriverFigures) -> f64) -> Option<(f64, f64)> {
        let without: Vec<f64> = self.without.iter().map(|replicate| figure(replicate)).collect();
        Some((figure(self.full), standard_error(&without)?))
    }

    /// A figure that lies from `low` to 1, over `n` customers.
    fn estimate(&self, low: f64, n: u64, figure: impl Fn(&DriverFigures) -> f64) -> Option<Estimate> {
        let (value, error) = self.with_error(figure)?;
        Some(Estimate::of(interval(value.clamp(low, 1.0), error)?.within(low, 1.0), n))
    }
}

/// Shares of a group with their intervals, drawn toward the whole.
struct Shares {
    own_voice: f64,
    estimates: Vec<Estimate>,
    /// Difference from the whole and its standard error.
    differences: Vec<(f64, f64)>,
}

struct Summary<'a> {
    plan: &'a OutcomeDesign,
    own: &'a DriverReplicates<'a>,
    whole: &'a DriverReplicates<'a>,
    cell: &'a Cell,
    profile: Option<&'a SegmentProfile>,
    everybody: bool,
}

impl Summary<'_> {
    fn explained(&self) -> Result<Explained, Refusal> {
        let (own, p) = (self.own, self.plan.elements.len() as f64);
        let link = &own.full.link;
        let shares = self.shares(|figures| &figures.shares).ok_or(Refusal::NothingVaries)?;
        let plain = |r_squared: f64| 1.0 - (1.0 - r_squared) * (own.n - 1.0) / (own.n - p - 1.0);
        Ok(Explained {
            r_squared: own.estimate(0.0, self.respondents(), |f| f.link.r_squared).ok_or(Refusal::NothingVaries)?,
            adjusted_r_squared: plain(link.r_squared.min(1.0)),
            halo: own.full.halo.then_some(link.halo * link.halo),
            own_voice: (!self.everybody).then_some(shares.own_voice),
            elements: (0..self.plan.elements.len()).filter_map(|i| self.element(i, &shares)).collect(),
            needs: self.needs(),
        })
    }

    /// METHOD: `share = v·own + (1 − v)·whole`, then divided by the sum so that shares sum to 1 again, with v as in
    /// [`own_voices`]; a share may differ from the whole's in proportion to the mean of the whole's share and an even one.
    /// Its variance is taken as `v·Var(own) + (1 − v)·Var(whole)`, the posterior variance of a normal model plus what the
    /// whole is unsure of. Source: Morris, Journal of the American Statistical Association 78 (1983).
    fn shares<'s>(&'s self, of: impl Fn(&'s DriverFigures) -> &'s Vec<f64>) -> Option<Shares> {
        let p = of(self.own.full).len();
        let own: Vec<(f64, f64)> = (0..p).map(|i| spread(&of, self.own, i)).collect::<Option<_>>()?;
        let whole: Vec<(f64, f64)> = (0..p).map(|i| spread(&of, self.whole, i)).collect::<Option<_>>()?;
        let difference = |i: usize| {
            let without = self.own.without.iter().zip(&self.whole.without);
            let without: Vec<f64> = without.map(|(a, b)| of(a)[i] - of(b)[i]).collect();
            Some((own[i].0 - whole[i].0, standard_error(&without)?))
        };
        let differences: Vec<(f64, f64)> = (0..p).map(difference).collect::<Option<_>>()?;
        let (d, errors): (Vec<f64>, Vec<f64>) = differences.iter().copied().unzip();
        let scales: Vec<f64> = whole.iter().map(|(share, _)| f64::midpoint(*share, 1.0 / p as f64)).collect();
        let voices = if self.everybody { vec![1.0; p] } else { own_voices(&d, &errors, &scales) };
        // Drawing toward the whole leaves a sum near 1, not at it: shares are divided by it below.
        let drawn = |i: usize| voices[i] * own[i].0 + (1.0 - voices[i]) * whole[i].0;
        let total: f64 = (0..p).map(drawn).sum();
        let estimate = |i: usize| {
            let error = (voices[i] * own[i].1.powi(2) + (1.0 - voices[i]) * whole[i].1.powi(2)).sqrt();
            Some(Estimate::of(interval(drawn(i) / total, error)?.within(0.0, 1.0), self.respondents()))
        };
        let estimates: Vec<Estimate> = (0..p).map(estimate).collect::<Option<_>>()?;
        let own_voice = estimates.iter().zip(&voices).map(|(share, voice)| share.value * voice).sum();
        Some(Shares { own_voice, estimates, differences })
    }

    /// Customers with a rating and the outcome.
    fn respondents(&self) -> u64 {
        let y = column(self.plan.outcome);
        self.cell.cross.pair(y, y).rows()
    }

    fn element(&self, i: usize, shares: &Shares) -> Option<ElementDriver> {
        let (own, e) = (self.own, self.plan.elements[i]);
        let element = ElementId::from_index(e)?;
        let answers = self.cell.cross.pair(e, column(self.plan.outcome)).rows();
        let correlation = own.estimate(-1.0, answers, |f| f.link.correlations[i])?;
        let share = Estimate { n: answers, ..shares.estimates[i] };
        let even = 1.0 / self.plan.elements.len() as f64;
        // METHOD: where the interval spans an even share, the crosshair of both classes, they might as well be others: none is told.
        let derived_high = (!spans(share, even)).then_some(share.value > even);
        let (difference, error) = shares.differences[i];
        let sides = self.asymmetry(i, answers);
        let kano = sides.and_then(|sides| Kano::decide(sides, &self.plan.settings));
        let [penalty, reward, _] = sides.map_or([None; 3], |sides| sides.map(Some));
        Some(ElementDriver {
            element,
            share,
            own_share: own.full.shares[i],
            weight: own.full.link.weights[i],
            correlation,
            direction: direction(correlation),
            differs_p: if self.everybody { None } else { p_value(difference, error) },
            answers,
            penalty,
            reward,
            kano,
            stated: self.stated_high(element).zip(derived_high).map(|(stated, high)| StatedDerived::of(stated, high)),
            quadrant: self.served_high(element).zip(derived_high).map(|(served, high)| Quadrant::of(high, served)),
        })
    }

    /// Penalty, reward and their difference; `None` where they cannot be computed, or not without some people.
    fn asymmetry(&self, i: usize, answers: u64) -> Option<[Estimate; 3]> {
        let full = self.own.full.asymmetries[i]?;
        let without: Vec<_> = self.own.without.iter().map(|f| f.asymmetries[i]).collect::<Option<_>>()?;
        let sides: [fn(&valueseg_stats::drivers::penalty::Asymmetry) -> f64; 3] =
            [|a| a.penalty, |a| a.reward, |a| a.penalty - a.reward];
        let mut out = [Estimate { value: 0.0, low: 0.0, high: 0.0, n: answers }; 3];
        for (slot, side) in out.iter_mut().zip(sides) {
            let values: Vec<f64> = without.iter().map(side).collect();
            *slot = Estimate::of(interval(side(&full), standard_error(&values)?)?, answers);
        }
        Some(out)
    }

    fn needs(&self) -> Vec<NeedDriver> {
        let known = |group: &DriverReplicates| {
            !group.full.needs.is_empty() && group.without.iter().all(|replicate| !replicate.needs.is_empty())
        };
        if !(known(self.own) && known(self.whole)) {
            return Vec::new();
        }
        let shares = self.shares(|figures| &figures.needs).map(|shares| shares.estimates).unwrap_or_default();
        NeedTier::ALL.into_iter().zip(shares).map(|(tier, share)| NeedDriver { tier, share }).collect()
    }

    /// Whether an element's stated importance lies above the mean of the elements in the plan.
    fn stated_high(&self, element: ElementId) -> Option<bool> {
        self.above_mean(element, |profile, id| profile.element(id).importance)
    }

    fn served_high(&self, element: ElementId) -> Option<bool> {
        self.above_mean(element, |profile, id| profile.element(id).fulfillment)
    }

    fn above_mean(
        &self,
        element: ElementId,
        of: impl Fn(&SegmentProfile, ElementId) -> Option<Estimate>,
    ) -> Option<bool> {
        let profile = self.profile?;
        let ids = self.plan.elements.iter().filter_map(|&e| ElementId::from_index(e));
        let known: Vec<f64> = ids.filter_map(|id| Some(of(profile, id)?.value)).collect();
        let own = of(profile, element)?.value;
        Some(own > known.iter().sum::<f64>() / known.len() as f64)
    }
}

fn spread<'s>(
    of: &impl Fn(&'s DriverFigures) -> &'s Vec<f64>,
    group: &'s DriverReplicates<'_>,
    i: usize,
) -> Option<(f64, f64)> {
    let without: Vec<f64> = group.without.iter().map(|replicate| of(replicate)[i]).collect();
    Some((of(group.full)[i], standard_error(&without)?))
}

impl Explained {
    /// Intervals that hold those of the other treatment too, and what follows from intervals.
    fn widened_by(&mut self, other: &Self) {
        let even = 1.0 / self.elements.len() as f64;
        for (mine, theirs) in self.elements.iter_mut().zip(&other.elements) {
            mine.share = over_both(mine.share, theirs.share);
            mine.correlation = over_both(mine.correlation, theirs.correlation);
            mine.direction = direction(mine.correlation);
            if spans(mine.share, even) {
                (mine.stated, mine.quadrant) = (None, None);
            }
            mine.differs_p = mine.differs_p.zip(theirs.differs_p).map(|(mine, theirs)| mine.max(theirs));
        }
        for (mine, theirs) in self.needs.iter_mut().zip(&other.needs) {
            mine.share = over_both(mine.share, theirs.share);
        }
    }
}

fn over_both(mine: Estimate, theirs: Estimate) -> Estimate {
    Estimate { low: mine.low.min(theirs.low), high: mine.high.max(theirs.high), ..mine }
}

fn spans(share: Estimate, even: f64) -> bool {
    share.low <= even && even <= share.high
}

fn direction(correlation: Estimate) -> Option<i8> {
    if correlation.low > 0.0 {
        Some(1)
    } else if correlation.high < 0.0 {
        Some(-1)
    } else {
        None
    }
}

/// Adjusts the p-values of all segments × elements of the outcome.
fn adjust(results: &mut [Result<Explained, Refusal>]) {
    let elements = |results: &mut [Result<Explained, Refusal>], each: &mut dyn FnMut(&mut ElementDriver)| {
        results.iter_mut().flatten().flat_map(|explained| &mut explained.elements).for_each(each);
    };
    let mut plain = Vec::new();
    elements(results, &mut |element| plain.push(element.differs_p));
    let mut adjusted = benjamini_hochberg(&plain).into_iter();
    elements(results, &mut |element| element.differs_p = adjusted.next().flatten());
}
