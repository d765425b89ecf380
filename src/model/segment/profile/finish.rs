//! From sums to published profiles.

use crate::catalogue::{ElementId, NeedTier};
use crate::stats::interval::{Interval, mean_interval, nps, wilson};
use crate::stats::power::{DEFAULT_BASE_RATE, smallest_detectable_rise};

use super::context::ProfileContext;
use super::elements::{Base, ElementView, adjust_differences, kish_ratio, share};
use super::limits::limits;
use super::score_mean::{ScoreEvidence, score_mean};
use super::state::ProfileState;
use super::sums::{CENTI, FINE, MONEY, Moments, ProfileSums};
use super::types::{ElementProfile, NeedProfile, Profiles, Reach, SegmentProfile};
use super::withhold::withhold;
use crate::model::customer::needs::IMPORTANCE_SPAN;
use crate::model::rows::{Aspect, Estimate};

/// Fewest customers behind any published figure, unless set otherwise.
pub const DEFAULT_MIN_CELL: u64 = 20;

impl ProfileState {
    /// The published profiles: small cells withheld, limits said.
    ///
    /// Sizes, counts of answers and reach are plain counts of customers; every other figure needs at least
    /// `context.min_cell` customers behind it and is `None` otherwise, as it is without evidence. Means and shares
    /// honor row weights. Sizes of the segments and of the unassigned sum to that of everybody.
    ///
    /// # Panics
    /// If `context.segments` are not as many as the pass counted.
    #[must_use]
    pub fn finish(&self, context: &ProfileContext) -> Profiles {
        assert_eq!(context.segments.len(), self.segments(), "the segments of the pass and of the model are the same");
        let full = &self.groups;
        let mut shown = full.clone();
        let total = withhold(&mut shown, context.min_cell);
        // Plain counts of everybody; `total` lacks what withholding took out of it.
        let mut whole = ProfileSums::zero();
        for group in full {
            whole.merge(group.clone());
        }

        let base = Base::new(&total);
        let make = |full: &ProfileSums, shown: &ProfileSums, rest: Option<&ProfileSums>| {
            let elements = ElementView { shown, full, rest, base: &base }.profiles();
            ProfiledGroup { full, shown, total: &total, whole: &whole, context }.profile(elements)
        };
        let mut segments: Vec<SegmentProfile> =
            (0..self.segments()).map(|k| make(&full[k], &shown[k], Some(&total.without(&shown[k])))).collect();
        // Only now are all tests of the night known, which the adjustment is over.
        adjust_differences(&mut segments, context.shaped_by());

        let mut profiles = Profiles {
            everyone: make(&whole, &total, None),
            segments,
            unassigned: make(&full[self.segments()], &shown[self.segments()], None),
            suppressed: self.suppressed(),
            limits: Vec::new(),
        };
        profiles.limits = limits(&profiles, &whole, context);
        profiles
    }
}

/// One group whose profile is made.
struct ProfiledGroup<'a> {
    full: &'a ProfileSums,
    shown: &'a ProfileSums,
    total: &'a ProfileSums,
    /// Everybody, before small cells were emptied.
    whole: &'a ProfileSums,
    context: &'a ProfileContext<'a>,
}

impl ProfiledGroup<'_> {
    fn profile(&self, elements: Vec<ElementProfile>) -> SegmentProfile {
        let shown = self.shown;
        let reach = self.reach();
        let slot = self.context.cut_on.map_or(2, |aspect| aspect as usize);
        SegmentProfile {
            size: self.full.members.count(),
            share: self.share_of_base(),
            respondents: self.full.respondents[slot].count(),
            value_known: self.full.value.count(),
            value_total: value_total(&shown.value).filter(|_| knows_all_values(self.full)),
            value_share: self.value_share(),
            value_mean: mean(&shown.value, MONEY).map(|mean| Estimate::of(mean, shown.value.count())),
            value_equal_sharers: shown.value.equal_sharers(),
            mean_probability: shown.probability.mean(FINE),
            nps: net_promoters(shown),
            nps_answers: self.full.promoters.count(),
            satisfaction: mean(&shown.satisfaction, CENTI)
                .map(|mean| Estimate::of(mean.within(0.0, 10.0), shown.satisfaction.count())),
            good_brand: share(&shown.good_brand),
            elements,
            needs: NeedTier::ALL.into_iter().map(|tier| self.need(tier)).collect(),
            reach,
            detectable_effect: smallest_detectable_rise(DEFAULT_BASE_RATE, reach.any, reach.held_out),
            suppressed: self.full.members.count() < self.context.min_cell,
        }
    }

    /// Weighted share of everybody scored.
    fn share_of_base(&self) -> Option<Estimate> {
        let all = &self.total.members;
        if all.w <= 0 {
            return None;
        }
        // Sizes are never withheld, so neither is the share: it is of the sums before small cells were emptied.
        let share = self.full.members.w as f64 / all.w as f64;
        wilson(share.min(1.0), all.effective_n()).map(|share| Estimate::of(share, all.count()))
    }

    fn value_share(&self) -> Option<f64> {
        let all = value_total(&self.total.value).filter(|all| *all > 0.0 && knows_all_values(self.whole))?;
        Some(value_total(&self.shown.value)? / all)
    }

    fn reach(&self) -> Reach {
        let [any, email, sms, push, phone, post, held_out] = self.full.reach.map(|n| u64::try_from(n).unwrap_or(0));
        Reach { any, email, sms, push, phone, post, held_out }
    }

    fn need(&self, tier: NeedTier) -> NeedProfile {
        let t = tier.index();
        NeedProfile {
            tier,
            share: share(&self.shown.need[t]),
            fulfillment: self.tier_mean(tier, Aspect::Fulfillment, &self.shown.tier_fulfillment[t]),
            importance: self.tier_mean(tier, Aspect::Importance, &self.shown.tier_importance[t]),
        }
    }

    /// METHOD: a tier's score is a weighted mean of element scores; its squared standard error is taken as the same
    /// mean of theirs, as if their errors were fully common. That is the most it can be, and safe.
    fn tier_mean(&self, tier: NeedTier, aspect: Aspect, moments: &Moments) -> Option<Estimate> {
        let (per_unit, span, top) = match aspect {
            Aspect::Importance => (FINE, f64::from(IMPORTANCE_SPAN), 1.0),
            Aspect::Fulfillment => (CENTI, 1.0, 10.0),
        };
        let (mut error, mut weight) = (0.0, 0.0);
        for element in ElementId::all() {
            let w = self.context.catalogue.needs().weight(element, tier);
            if let Some(figures) = self.shown.scores.figures(aspect.indicator(element)) {
                error += w * figures.error;
                weight += w;
            }
        }
        let evidence = ScoreEvidence {
            mean: moments.mean(per_unit)?,
            between: moments.variance(per_unit)?,
            error: if weight > 0.0 { error / weight / (span * span) } else { 0.0 },
            scored: moments.n as f64 * kish_ratio(&self.full.members),
            answers: self.full.respondents[aspect as usize].effective_n(),
        };
        score_mean(evidence).map(|mean| Estimate::of(mean.interval.within(0.0, top), moments.count()))
    }
}

/// Whether the value of every customer of a group is known.
fn knows_all_values(full: &ProfileSums) -> bool {
    full.value.n == full.members.n
}

fn value_total(value: &Moments) -> Option<f64> {
    value.mean(MONEY).map(|mean| mean * value.weight())
}

/// Mean of plain values with the t interval, the variance corrected for the number of values.
pub(in crate::model) fn mean(moments: &Moments, per_unit: f64) -> Option<Interval> {
    let n = moments.effective_n();
    if n > 1.0 { mean_interval(moments.mean(per_unit)?, moments.variance(per_unit)? * n / (n - 1.0), n) } else { None }
}

fn net_promoters(sums: &ProfileSums) -> Option<Estimate> {
    let (promoters, detractors) = (sums.promoters.mean(1.0)?, sums.detractors.mean(1.0)?);
    nps(promoters, detractors, sums.promoters.effective_n()).map(|score| Estimate::of(score, sums.promoters.count()))
}
