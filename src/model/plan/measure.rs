//! What a line is measured by: its baseline, what a test on the segment can see, and a target within that.

use crate::catalogue::PlayChannel;
use crate::stats::interval::Z95;
use crate::stats::power::{DEFAULT_BASE_RATE, smallest_detectable_difference, smallest_detectable_rise};

use crate::model::rows::Estimate;
use crate::model::segment::{ElementProfile, NeedProfile, Reach, SegmentNight};

/// Spread of single answers on a 0–10 scale, where it is not known. Our judgment, on the wide side.
const RATING_SPREAD: f64 = 2.5;

/// What a metric's value means for a test.
#[derive(Clone, Copy, Debug, PartialEq)]
enum MetricReading {
    /// A share, 0–1.
    Share(f64),
    /// A mean with the spread of single values; the change is told in its own unit relative to it.
    Mean { value: f64, spread: f64, top: f64 },
    /// Points from −100 to 100 with the spread of single answers; relative changes mean nothing.
    Points { value: f64, spread: f64 },
    /// No value known: a response rate of [`DEFAULT_BASE_RATE`] stands in for the test.
    Nothing,
}

/// Figures of a line that depend on metric, channel and hold-out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LineFigures {
    pub(super) baseline: Option<f64>,
    pub(super) target: Option<f64>,
    pub(super) reach: u64,
    pub(super) held_out: u64,
    pub(super) detectable_effect: Option<f64>,
}

/// What a line is about, as far as its metric asks.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) segment: &'a SegmentNight,
    pub(super) element: Option<&'a ElementProfile>,
    pub(super) need: Option<&'a NeedProfile>,
}

/// Baseline, test and target of `metric` on the customers reached by `channel`.
///
/// METHOD: shares are tested from their own level, unless it is 0 or 1 or so near that no test could show more; means
/// of answers and of order value by the difference of two means; a metric without a known value as a response rate of
/// one in ten. Metrics that should fall are treated as if they should rise, which asks for slightly more customers than
/// needed. The target is the baseline moved by exactly what the test can see: less could not be shown, more would be a
/// promise without ground.
pub(super) fn measure(metric: &str, subject: Subject, channel: PlayChannel) -> LineFigures {
    let reach = reached(&subject.segment.profile.reach, channel);
    let held_out = comparable(&subject.segment.profile.reach, reach);
    // Without a level of its own a metric is tested as a response rate, the least one can hope to move.
    let default = || smallest_detectable_rise(DEFAULT_BASE_RATE, reach, held_out);
    let (baseline, detectable_effect, target) = match known(metric, subject) {
        MetricReading::Share(value) => {
            let effect = smallest_detectable_rise(value, reach, held_out);
            (Some(value), effect.or_else(default), effect.map(|e| value * (1.0 + e)))
        }
        MetricReading::Mean { value, spread, top } => {
            let step = smallest_detectable_difference(spread, reach, held_out);
            let effect = step.filter(|_| value > 0.0).map(|step| step / value);
            (Some(value), effect, step.map(|step| (value + step).min(top)))
        }
        MetricReading::Points { value, spread } => {
            let step = smallest_detectable_difference(spread, reach, held_out);
            (Some(value), default(), step.map(|step| (value + step).min(100.0)))
        }
        MetricReading::Nothing => (None, default(), None),
    };
    LineFigures { baseline, target, reach, held_out, detectable_effect }
}

fn known(metric: &str, subject: Subject) -> MetricReading {
    let segment = subject.segment;
    let share = |e: Option<Estimate>| e.map_or(MetricReading::Nothing, |e| MetricReading::Share(e.value));
    let rating = |e: Option<Estimate>| {
        e.map_or(MetricReading::Nothing, |e| MetricReading::Mean { value: e.value, spread: RATING_SPREAD, top: 10.0 })
    };
    match metric {
        "element_high_share" => share(subject.element.and_then(|e| e.high_share)),
        "good_brand_share" => share(segment.profile.good_brand),
        "need_fulfillment" => rating(subject.need.and_then(|n| n.fulfillment)),
        "satisfaction" => rating(segment.profile.satisfaction),
        "nps" => segment.profile.nps.map_or(MetricReading::Nothing, |e| MetricReading::Points {
            value: e.value,
            spread: spread(e, segment.profile.nps_answers),
        }),
        "value_per_customer" => segment.profile.value_mean.map_or(MetricReading::Nothing, |e| MetricReading::Mean {
            value: e.value,
            spread: spread(e, segment.profile.size),
            top: f64::INFINITY,
        }),
        _ => MetricReading::Nothing,
    }
}

/// Spread of single values, read back from the interval of their mean.
fn spread(e: Estimate, n: u64) -> f64 {
    (e.high - e.low) / 2.0 / Z95 * (n as f64).sqrt()
}

/// Customers a channel reaches: by their consent to it, or, where it takes none, all who may be addressed at all.
pub(super) fn reached(reach: &Reach, channel: PlayChannel) -> u64 {
    match channel {
        PlayChannel::Email => reach.email,
        PlayChannel::Sms => reach.sms,
        PlayChannel::Push => reach.push,
        PlayChannel::Phone => reach.phone,
        PlayChannel::Post => reach.post,
        PlayChannel::App | PlayChannel::Web | PlayChannel::Store | PlayChannel::Service | PlayChannel::Product => {
            reach.any
        }
    }
}

/// Held-out customers who could have been reached by the same channel.
///
/// METHOD: the hold-out is drawn at random, so its members agree to a channel as often as the others: the share reached
/// of those reachable is applied to it, rounded down.
fn comparable(reach: &Reach, reached: u64) -> u64 {
    if reach.any == 0 { 0 } else { (u128::from(reach.held_out) * u128::from(reached) / u128::from(reach.any)) as u64 }
}
