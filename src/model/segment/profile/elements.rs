//! The 30 elements in one segment: means, gaps, the "delivered" rule, differences from the rest.

use valueseg_catalogue::{ElementId, N_ELEMENTS};
use valueseg_stats::interval::{Interval, standardized_difference, standardized_difference_se, two_sided_p, wilson};
use valueseg_stats::multiple::benjamini_hochberg;

use super::expected::Expectation;
use super::score_mean::{ScoreEvidence, ScoreMean, score_mean};
use super::sums::{CENTI, Moments, ProfileSums};
use super::types::{Contrast, Delivered, ElementProfile, SegmentProfile};
use crate::rows::{Aspect, Estimate};

/// Share of high answers from which an element counts as delivered (Bain).
const DELIVERED_FROM: f64 = 0.5;

/// Center and spread of all scores of an aspect in the base, over customers and elements.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    center: f64,
    spread: f64,
}

/// What the elements of a group are compared with.
pub(super) struct Base {
    scales: [Option<Scale>; 2],
}

impl Base {
    /// The base as everybody's scores show it.
    pub(super) fn new(everyone: &ProfileSums) -> Self {
        Self { scales: [Aspect::Importance, Aspect::Fulfillment].map(|aspect| scale(everyone, aspect)) }
    }

    fn scale(&self, aspect: Aspect) -> Option<Scale> {
        self.scales[aspect as usize]
    }
}

fn scale(everyone: &ProfileSums, aspect: Aspect) -> Option<Scale> {
    let known: Vec<_> =
        ElementId::all().filter_map(|element| everyone.scores.figures(aspect.indicator(element))).collect();
    let n = known.len() as f64;
    let center = known.iter().map(|f| f.mean).sum::<f64>() / n;
    let variance = known.iter().map(|f| f.variance() + (f.mean - center).powi(2)).sum::<f64>() / n;
    (variance > 0.0).then(|| Scale { center, spread: variance.sqrt() })
}

/// Mean of a group on one indicator, with what it is worth; `expected` is what the model expects of its members who did not
/// answer, else their scores stand for them.
///
/// METHOD: a member who did not answer is expected to give the segment's mean, and counts by the probability of being a
/// member: `(Σ_answered w·p·v + μ_k·Σ_others w·p) / Σ w·p`, the expectation of the members' mean. A mean of scores would not
/// be: the score of somebody who may be in two segments is a mean of both, and segments would look more alike than they are.
pub(super) fn indicator_mean(sums: &ProfileSums, indicator: usize, expected: Option<f64>) -> Option<ScoreMean> {
    let figures = sums.scores.figures(indicator)?;
    let (own, members) = (&sums.ratings[indicator], sums.members.w as f64);
    let mean = match expected.filter(|_| members > 0.0) {
        Some(expected) => {
            let answered = (own.w as f64 / members).min(1.0);
            own.mean(CENTI).map_or(expected, |given| answered * given + (1.0 - answered) * expected)
        }
        None => figures.mean,
    };
    score_mean(ScoreEvidence {
        mean,
        between: figures.between,
        error: figures.error,
        scored: figures.n * kish_ratio(&sums.members),
        answers: sums.answers[indicator].effective_n(),
    })
}

/// Effective customers per customer, 0–1: what weighting costs.
pub(super) fn kish_ratio(members: &Moments) -> f64 {
    if members.n > 0 { members.effective_n() / members.customers() } else { 0.0 }
}

/// Share of 1s among moments that count 0 and 1, Wilson interval; `None` without answers.
pub(crate) fn share(moments: &Moments) -> Option<Estimate> {
    wilson(moments.mean(1.0)?.clamp(0.0, 1.0), moments.effective_n()).map(|share| Estimate::of(share, moments.count()))
}

/// What one group's elements are computed from.
pub(super) struct ElementView<'a> {
    /// Sums of the group after withholding.
    pub(super) shown: &'a ProfileSums,
    /// Sums of the group before, for the counts of answers.
    pub(super) full: &'a ProfileSums,
    /// Sums of everybody else; `None` where there is no difference to speak of: for everybody and the unassigned.
    pub(super) rest: Option<&'a ProfileSums>,
    /// What is expected of those of the group, and of everybody else, who did not answer.
    pub(super) expected: &'a [Expectation; 2],
    /// The base.
    pub(super) base: &'a Base,
}

impl ElementView<'_> {
    /// Profiles of the 30 elements, their p-values not yet adjusted.
    pub(super) fn profiles(&self) -> Vec<ElementProfile> {
        ElementId::all().map(|element| self.profile(element)).collect()
    }

    fn profile(&self, element: ElementId) -> ElementProfile {
        let [i, f] = [Aspect::Importance, Aspect::Fulfillment].map(|aspect| aspect.indicator(element));
        let [wanting, served] = [i, f].map(|indicator| self.shown.scored(indicator));
        let [importance, fulfillment] = [i, f].map(|at| indicator_mean(self.shown, at, self.expected[0][at]));
        let high_share = share(&self.shown.answers[f]);
        // Scores and answers are emptied apart: either may be too few where the other is not.
        let withheld = |indicator: usize| {
            self.full.scores.n[indicator] > self.shown.scores.n[indicator]
                || self.full.answers[indicator].n > self.shown.answers[indicator].n
        };
        ElementProfile {
            element,
            importance: importance.map(|mean| on_scale(mean, wanting)),
            fulfillment: fulfillment.map(|mean| on_scale(mean, served)),
            gap: self.gap(importance, fulfillment).map(|gap| Estimate::of(gap, wanting.min(served))),
            high_share,
            delivered: delivered(high_share),
            importance_difference: self.difference(i, importance),
            fulfillment_difference: self.difference(f, fulfillment),
            importance_answers: self.full.answers[i].count(),
            fulfillment_answers: self.full.answers[f].count(),
            suppressed: withheld(i) || withheld(f),
        }
    }

    /// METHOD: both means are placed among all scores of their aspect in the base (over customers *and* elements), so
    /// that the two scales, and the two habits of rating, become comparable and 0 means "delivered as much as wanted,
    /// relative to everything else". Standardizing within the element would make the gap of everybody 0 by
    /// construction. The two errors are taken as independent; those who want more and rate higher make the interval
    /// somewhat too wide. Source: our judgment.
    fn gap(&self, importance: Option<ScoreMean>, fulfillment: Option<ScoreMean>) -> Option<Interval> {
        let (wanted, served) = (self.base.scale(Aspect::Importance)?, self.base.scale(Aspect::Fulfillment)?);
        let (importance, fulfillment) = (importance?, fulfillment?);
        let place = |mean: ScoreMean, scale: Scale| (mean.group.mean - scale.center) / scale.spread;
        let half = |mean: ScoreMean, scale: Scale| (mean.interval.high - mean.interval.value) / scale.spread;
        Interval::symmetric(
            place(importance, wanted) - place(fulfillment, served),
            half(importance, wanted).hypot(half(fulfillment, served)),
        )
    }

    fn difference(&self, indicator: usize, own: Option<ScoreMean>) -> Option<Contrast> {
        let others = self.rest?;
        let (own, rest) = (own?.group, indicator_mean(others, indicator, self.expected[1][indicator])?.group);
        let d = standardized_difference(own, rest)?;
        let p = two_sided_p(d.value / standardized_difference_se(d.value, own.n, rest.n));
        let n = self.shown.scored(indicator) + others.scored(indicator);
        Some(Contrast { d: Estimate::of(d, n), p_adjusted: p })
    }
}

fn on_scale(mean: ScoreMean, n: u64) -> Estimate {
    Estimate::of(mean.interval.within(0.0, 10.0), n)
}

/// What a share of high answers says of delivery.
pub(in crate::segment) fn delivered(high_share: Option<Estimate>) -> Delivered {
    match high_share {
        None => Delivered::Unknown,
        Some(share) if share.low >= DELIVERED_FROM => Delivered::Yes,
        Some(share) if share.high < DELIVERED_FROM => Delivered::No,
        Some(_) => Delivered::Uncertain,
    }
}

/// Adjusts the p-values of all segments × elements of each aspect; takes them away from the aspect that shaped the
/// segments.
///
/// METHOD: a test of the variables that cut the groups asks whether the cut cut, and always says yes.
pub(super) fn adjust_differences(segments: &mut [SegmentProfile], shaped_by: Aspect) {
    for aspect in [Aspect::Importance, Aspect::Fulfillment] {
        // Segments first, elements within: the order in which they are dealt back below.
        let plain: Vec<Option<f64>> = segments
            .iter()
            .flat_map(|segment| &segment.elements)
            .map(|e| if aspect == shaped_by { None } else { contrast(e, aspect).and_then(|c| c.p_adjusted) })
            .collect();
        let adjusted = benjamini_hochberg(&plain);
        for (segment, adjusted) in segments.iter_mut().zip(adjusted.chunks(N_ELEMENTS)) {
            for (element, p) in segment.elements.iter_mut().zip(adjusted) {
                let slot = match aspect {
                    Aspect::Importance => &mut element.importance_difference,
                    Aspect::Fulfillment => &mut element.fulfillment_difference,
                };
                if let Some(contrast) = slot {
                    contrast.p_adjusted = *p;
                }
            }
        }
    }
}

/// Difference of an element on one aspect.
fn contrast(element: &ElementProfile, aspect: Aspect) -> Option<Contrast> {
    match aspect {
        Aspect::Importance => element.importance_difference,
        Aspect::Fulfillment => element.fulfillment_difference,
    }
}
