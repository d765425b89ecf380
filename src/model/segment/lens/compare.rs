//! Sums as shares and means that can be compared.

use super::super::profile::sums::Moments;
use valueseg_stats::comparison::Share;
use valueseg_stats::interval::{Group, Interval, nps};

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
