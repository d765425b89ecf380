//! From sums to published profiles.

use valueseg_catalogue::{ElementId, NeedTier};
use valueseg_stats::interval::{Interval, mean_interval, nps};
use valueseg_stats::power::{DEFAULT_BASE_RATE, smallest_detectable_rise};

use super::context::ProfileContext;
use super::elements::{Base, ElementView, adjust_differences, kish_ratio, share};
use super::expected::Expected;
use super::limits::limits;
use super::score_mean::{ScoreEvidence, score_mean};
use super::shares::{binomial, counted_share, over_segments, segment_shares, worth};
use super::state::ProfileState;
use super::sums::{CENTI, FINE, HEAD, MONEY, Moments, ProfileSums};
use super::types::{ElementProfile, NeedProfile, Profiles, Reach, SegmentProfile};
use super::withhold::withhold;
use crate::customer::needs::IMPORTANCE_SPAN;
use crate::rows::{Aspect, Estimate, N_RATINGS};

/// Fewest customers behind any published figure, unless set otherwise.
pub const DEFAULT_MIN_CELL: u64 = 20;

/// Place of those who rated anything among [`ProfileSums::respondents`].
const ANSWERED: usize = 2;

/// Answers that a share of tiers rests on at least where nobody answered: the catalogue's judgment counts as one.
const LEAST_WORTH: f64 = 1.0;

impl ProfileState {
    /// The published profiles: small cells withheld, limits said.
    ///
    /// Sizes and reach are plain counts of lists, of which those of the segments and of the unassigned sum to that of
    /// everybody. All else speaks of the members by probability; numbers of answers are to the nearest whole one. Every
    /// figure but sizes and shares needs at least `context.min_cell` customers behind it and is `None` otherwise, as it is
    /// without evidence. Means and shares honor row weights; shares of the segments sum to 1.
    ///
    /// # Panics
    /// If `context.segments` are not as many as the pass counted.
    #[must_use]
    pub fn finish(&self, context: &ProfileContext) -> Profiles {
        assert_eq!(context.segments.len(), self.segments(), "the segments of the pass and of the model are the same");
        let (full, segments) = (&self.groups, self.segments());
        let mut shown = full.clone();
        let total = withhold(&mut shown, context.min_cell);
        // Plain counts of everybody; `total` lacks what withholding took out of it.
        let mut whole = ProfileSums::zero();
        full.iter().for_each(|group| whole.merge(group.clone()));
        // Nobody on the list of the unassigned is missing above, but the list is.
        whole.listed += self.unassigned.listed;
        whole.reach.iter_mut().zip(self.unassigned.reach).for_each(|(all, none)| *all += none);
        // The unassigned count in the segments as well, so their own figures give nobody else's back.
        let mut unassigned = vec![self.unassigned.clone()];
        withhold(&mut unassigned, context.min_cell);

        let (base, expected) = (Base::new(&total), Expected::of(context.model, &full[..segments]));
        let make = |full: &ProfileSums, shown: &ProfileSums, share: Option<Estimate>, elements| {
            ProfiledGroup { full, shown, share, total: &total, whole: &whole, context }.profile(elements)
        };
        let plain = |full: &ProfileSums, shown: &ProfileSums, share: Option<Estimate>| {
            let expected = &[[None; N_RATINGS]; 2];
            let elements = ElementView { shown, full, rest: None, expected, base: &base }.profiles();
            make(full, shown, share, elements)
        };
        let error = context.model.and_then(|model| model.report().fit_error.as_ref());
        let shares = segment_shares(&full[..segments], context);
        let mut segments: Vec<SegmentProfile> = shares
            .into_iter()
            .enumerate()
            .map(|(k, share)| {
                let rest = total.without(&shown[k]);
                let mut shown = shown[k].clone();
                shown.worth_less(error.map_or(1.0, |error| error.effect_of(k)));
                let (full, expected) = (&full[k], expected.of_segment(k));
                let view = ElementView { shown: &shown, full, rest: Some(&rest), expected, base: &base };
                make(full, &shown, share, view.profiles())
            })
            .collect();
        // Only now are all tests of the night known, which the adjustment is over.
        adjust_differences(&mut segments, context.shaped_by());

        let mut everyone = plain(&whole, &total, counted_share(&whole.members, &whole.members));
        for need in &mut everyone.needs {
            let own = &total.tiers[1];
            let n = own.need[need.tier.index()].count();
            need.share = over_segments(&segments, need.tier, (own.spread_of_maps(need.tier), n)).or(need.share);
        }
        let share = counted_share(&self.unassigned.members, &whole.members);
        let unassigned = plain(&self.unassigned, &unassigned[0], share);
        let mut profiles =
            Profiles { everyone, segments, unassigned, suppressed: self.suppressed(), limits: Vec::new() };
        profiles.limits = limits(&profiles, &whole, context);
        profiles
    }
}

/// One group whose profile is made.
struct ProfiledGroup<'a> {
    full: &'a ProfileSums,
    shown: &'a ProfileSums,
    share: Option<Estimate>,
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
            size: u64::try_from(self.full.listed).unwrap_or(0),
            members: self.full.members.count(),
            share: self.share,
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
            suppressed: self.full.members.n < i128::from(self.context.min_cell) * HEAD,
        }
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
        let [all, own] = &self.shown.tiers;
        let share = self.tier_share(tier);
        // Of those who answered, like the share; where nobody was asked, of all.
        let agreement = own.agreement(tier).or_else(|| all.agreement(tier)).filter(|_| share.is_some());
        NeedProfile {
            tier,
            share,
            agreement,
            fulfillment: self.tier_mean(tier, Aspect::Fulfillment, of_own(&own.fulfillment, &all.fulfillment, tier)),
            importance: self.tier_mean(tier, Aspect::Importance, of_own(&own.importance, &all.importance, tier)),
        }
    }

    /// METHOD: the expectation of the tier rule among those who have a tier to serve next, `Σ w·p·q_t / Σ w·p·Σ_t q_t` with
    /// `q_t` the probability that tier `t` is the one, over the members who answered. Where too few did, over all; but of people who did not answer, tiers and
    /// segments are both guessed from the same signals, and the product of the two probabilities makes segments too much
    /// alike. Either way it rests on those who answered, so they are its number: `θ(1−θ)/n` holds what differs between
    /// people, `Var(q)`, and what is not known of each, `E[q(1−q)]`. What the need map leaves open is added: the variance of
    /// the share over plausible maps, the same for everybody.
    fn tier_share(&self, tier: NeedTier) -> Option<Estimate> {
        let [all, own] = &self.shown.tiers;
        let of = |tier| of_own(&own.need, &all.need, tier);
        let (moments, any) = (of(tier), NeedTier::ALL.map(|tier| of(tier).wx.max(0)).iter().sum::<i128>() as f64);
        if any <= 0.0 {
            return None;
        }
        let answered = self.shown.respondents[ANSWERED].effective_n();
        // Those who have a tier at all, of those of whom it can be told.
        let having = (any / (moments.w as f64 * FINE)).min(1.0);
        let n = having * moments.effective_n().min(answered.max(LEAST_WORTH));
        let share = (moments.wx.max(0) as f64 / any).min(1.0);
        // Where a share is told of those who answered, so is what other maps would make of it. Each map draws the scores of
        // everybody anew, which is not the map's doing.
        let drawn = (moments.mean(FINE)? - moments.wxx as f64 / moments.w as f64 / (FINE * FINE)).max(0.0) / n;
        let told_of_own = own.need[tier.index()].n > 0;
        let of_map = if told_of_own { (own.spread_of_maps(tier) - drawn).max(0.0) } else { 0.0 };
        worth(share, binomial(share) / n + of_map).map(|share| Estimate::of(share, moments.count()))
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
            scored: moments.customers() * kish_ratio(&self.full.members),
            answers: self.shown.respondents[aspect as usize].effective_n(),
        };
        score_mean(evidence).map(|mean| Estimate::of(mean.interval.within(0.0, top), moments.count()))
    }
}

/// The sums over those who answered, unless they were too few to be shown.
fn of_own<'a>(own: &'a [Moments; NeedTier::COUNT], all: &'a [Moments; NeedTier::COUNT], tier: NeedTier) -> &'a Moments {
    let t = tier.index();
    if own[t].n > 0 { &own[t] } else { &all[t] }
}

/// Whether the value of every customer of a group is known.
fn knows_all_values(full: &ProfileSums) -> bool {
    full.value.n == full.members.n
}

fn value_total(value: &Moments) -> Option<f64> {
    value.mean(MONEY).map(|mean| mean * value.weight())
}

/// Mean of plain values with the t interval, the variance corrected for the number of values.
pub(crate) fn mean(moments: &Moments, per_unit: f64) -> Option<Interval> {
    let n = moments.effective_n();
    if n > 1.0 { mean_interval(moments.mean(per_unit)?, moments.variance(per_unit)? * n / (n - 1.0), n) } else { None }
}

fn net_promoters(sums: &ProfileSums) -> Option<Estimate> {
    let (promoters, detractors) = (sums.promoters.mean(1.0)?, sums.detractors.mean(1.0)?);
    nps(promoters, detractors, sums.promoters.effective_n()).map(|score| Estimate::of(score, sums.promoters.count()))
}
