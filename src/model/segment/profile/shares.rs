//! Shares of segments and of need tiers: sums of probabilities, with everything that may be wrong with them.

use super::context::ProfileContext;
use super::sums::{HEAD, Moments, ProfileSums};
use super::types::SegmentProfile;
use crate::rows::Estimate;
use crate::segment::noise::NOISE;
use valueseg_catalogue::NeedTier;
use valueseg_stats::interval::{Interval, Z95, t95, wilson};

/// Shares nearer to 0 or 1 have the variance of this one: nothing is that sure.
const SUREST: f64 = 1e-6;

/// Share of each segment among the customers of whom a probability is known: `Σw·p / Σw`. `groups` are the sums of the
/// segments, before small cells were emptied: sizes are never withheld, so neither are shares.
///
/// METHOD: the interval is Wilson's for as many customers as would give the variance
///
/// ```text
/// Var = (t·se/z)²  +  Σw²p(1−p)/(Σw)²  +  noise  +  s(1−s)·(1/n − 1/N)
/// ```
///
/// `se` the error of the fit and its misfit ([`FitError::of_share`](crate::fit::FitError::of_share)), `t` with one
/// degree less than there are groups; then that of the classification given the fit, of the noise of the release, and of
/// weights, as if those of more weight stood for others (Kish's `n` for `N` customers). All customers are counted, so nothing
/// else is drawn. Where nothing is known of the fit, the customers count as a sample.
pub(super) fn segment_shares(groups: &[ProfileSums], context: &ProfileContext<'_>) -> Vec<Option<Estimate>> {
    let mut all = Moments::default();
    groups.iter().for_each(|group| all.merge(&group.members));
    let one = |(k, group): (usize, &ProfileSums)| {
        if all.wx <= 0 {
            return None;
        }
        let share = group.members.wx as f64 / all.wx as f64;
        if groups.len() == 1 {
            return Interval::symmetric(1.0, 0.0).map(|whole| Estimate::of(whole, all.count()));
        }
        let (w, n, customers) = (all.w as f64, all.effective_n(), all.customers());
        let heavy = all.w2 as f64 / w;
        let classified = group.doubt as f64 / HEAD as f64 / (w * w);
        let released = (NOISE * heavy / w).powi(2);
        let (fit, drawn) = match context.model.and_then(|model| model.report().fit_error.as_ref()) {
            Some(error) => {
                let wider = t95(error.groups as f64 - 1.0).map_or(1.0, |t| t / Z95);
                ((wider * error.of_share(k)).powi(2), 1.0 / n - 1.0 / customers)
            }
            None => (0.0, 1.0 / n),
        };
        let variance = fit + classified + released + binomial(share) * drawn.max(0.0);
        worth(share, variance).map(|interval| Estimate::of(interval, all.count()))
    };
    groups.iter().enumerate().map(one).collect()
}

/// Share of `part` among `all`, who were counted one by one.
pub(super) fn counted_share(part: &Moments, all: &Moments) -> Option<Estimate> {
    if all.w <= 0 {
        return None;
    }
    let share = (part.w as f64 / all.w as f64).min(1.0);
    if part.w == all.w {
        return Interval::symmetric(share, 0.0).map(|whole| Estimate::of(whole, all.count()));
    }
    wilson(share, all.effective_n()).map(|share| Estimate::of(share, all.count()))
}

/// Share of a tier in everybody: that of each segment by its share.
///
/// METHOD: post-stratification by segment, because who answered is not everybody:
/// `θ = Σ s_k·θ_k`, `Var = Σ s_k²·Var(θ_k) + Σ (θ_k − θ)²·Var(s_k)`, and that of the need map, `of_map`, which is the same for
/// all segments. `n` customers stand behind it; `None` where a segment's is not known.
pub(super) fn over_segments(segments: &[SegmentProfile], tier: NeedTier, (of_map, n): (f64, u64)) -> Option<Estimate> {
    let spread = |estimate: &Estimate| ((estimate.high - estimate.low) / (2.0 * Z95)).powi(2);
    let told: Vec<(Estimate, Estimate)> = segments
        .iter()
        .map(|segment| Some((segment.share?, segment.needs.get(tier.index())?.share?)))
        .collect::<Option<_>>()?;
    let share: f64 = told.iter().map(|(size, tier)| size.value * tier.value).sum();
    let variance: f64 = told
        .iter()
        .map(|(size, tier)| size.value.powi(2) * spread(tier) + (tier.value - share).powi(2) * spread(size))
        .sum();
    worth(share.clamp(0.0, 1.0), variance + of_map).map(|interval| Estimate::of(interval, n))
}

/// Wilson's interval of a share that has this variance.
pub(super) fn worth(share: f64, variance: f64) -> Option<Interval> {
    if variance <= 0.0 {
        return Interval::symmetric(share, 0.0);
    }
    wilson(share, binomial(share) / variance)
}

/// Variance of one draw, nearly 0 at the ends but never quite.
pub(super) fn binomial(share: f64) -> f64 {
    let share = share.clamp(SUREST, 1.0 - SUREST);
    share * (1.0 - share)
}
