//! Which ready-made group by recency, frequency and monetary value is a customer in? A yardstick beside the segments.
//!
//! METHOD: five classes each for recency, frequency and value, by quintiles of those who bought or by the company's own
//! cut points (Hughes, Strategic Database Marketing, 1994; Fader, Hardie and Lee, Journal of Marketing Research 42, 2005,
//! on what they hold). The nine groups, after recency (5–4, 3, 2–1) and the mean of the two others (4 and more, 2.5 and
//! more, less), and their names are our own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::{History, RfmGroup};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Mean class of frequency and value from which on somebody buys often and for much, and from which on in between.
const MUCH_FROM: f64 = 4.0;
const SOME_FROM: f64 = 2.5;

/// Cut points of one of the three, ascending: four, each the upper end of a class.
pub type RfmCutPoints = [f64; 4];

/// `[rfm]`. Each is four ascending upper ends of classes; when absent, quintiles of those who bought in the year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RfmSettings {
    /// Days since the last purchase: up to the first is the best class.
    pub recency_days: Option<RfmCutPoints>,
    /// Purchases in the year: up to the first is the lowest class.
    pub frequency: Option<RfmCutPoints>,
    /// Net order value in the year, in the project's currency: up to the first is the lowest class.
    pub monetary: Option<RfmCutPoints>,
}

impl RfmSettings {
    /// The key of cut points that do not ascend, and the points.
    #[must_use]
    pub fn unsorted(&self) -> Option<(&'static str, RfmCutPoints)> {
        let all = [("recency_days", self.recency_days), ("frequency", self.frequency), ("monetary", self.monetary)];
        let cuts = all.into_iter().filter_map(|(key, cuts)| Some((key, cuts?)));
        cuts.into_iter().find(|(_, cuts)| !cuts.is_sorted_by(|a, b| a < b) || cuts.iter().any(|cut| !cut.is_finite()))
    }
}

/// Cut points of all three.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RfmCuts {
    /// Days since the last purchase.
    pub recency_days: RfmCutPoints,
    /// Purchases in the year.
    pub frequency: RfmCutPoints,
    /// Net order value in the year.
    pub monetary: RfmCutPoints,
}

impl RfmCuts {
    /// The company's, and quintiles where it has none.
    #[must_use]
    pub fn of(settings: &RfmSettings, quintiles: Self) -> Self {
        Self {
            recency_days: settings.recency_days.unwrap_or(quintiles.recency_days),
            frequency: settings.frequency.unwrap_or(quintiles.frequency),
            monetary: settings.monetary.unwrap_or(quintiles.monetary),
        }
    }

    /// The group of a customer as of `now`, the first moment after a night; orders from `now` on do not count.
    ///
    /// A refund is no purchase, and takes from the value. Where no amount of a buyer is known, frequency stands alone.
    #[must_use]
    pub fn group(&self, history: &History, now: i64) -> RfmGroup {
        let before = || history.orders.iter().filter(|order| order.at < now);
        let bought = || before().filter(|order| order.amount.is_none_or(|amount| amount > 0.0));
        let Some(last) = bought().map(|order| order.at).max() else { return RfmGroup::NoPurchase };
        let class = |cuts: &RfmCutPoints, x: f64| cuts.iter().filter(|cut| **cut < x).count();
        let recency = class(&self.recency_days, ((now - last) / DAY) as f64);
        let frequency = 1.0 + class(&self.frequency, bought().count() as f64) as f64;
        let known: Vec<f64> = before().filter_map(|order| order.amount).collect();
        let monetary = (!known.is_empty()).then(|| 1.0 + class(&self.monetary, known.iter().sum()) as f64);
        let volume = monetary.map_or(frequency, |monetary| f64::midpoint(frequency, monetary));
        let row = match recency {
            0 | 1 => 0,
            2 => 1,
            _ => 2,
        };
        let column = match volume {
            volume if volume >= MUCH_FROM => 0,
            volume if volume >= SOME_FROM => 1,
            _ => 2,
        };
        RfmGroup::ALL[3 * row + column]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Order;

    const CUTS: RfmCuts = RfmCuts {
        recency_days: [30.0, 60.0, 120.0, 240.0],
        frequency: [1.0, 2.0, 4.0, 8.0],
        monetary: [50.0, 100.0, 200.0, 400.0],
    };

    fn bought(orders: &[(i64, f64)]) -> History {
        let order = |(day, amount): &(i64, f64)| Order {
            at: day * DAY,
            amount: Some(*amount),
            discounted: None,
            rewarded: None,
            promise: None,
            returned: false,
            channel: None,
            site: None,
            category: None,
        };
        History { orders: orders.iter().map(order).collect(), ..History::default() }
    }

    #[test]
    fn groups_follow_recency_and_the_mean_of_frequency_and_value() {
        let group = |orders: &[(i64, f64)]| CUTS.group(&bought(orders), 365 * DAY);
        // 5 purchases (class 4) for 500 (class 5), the last 10 days ago
        let often: Vec<(i64, f64)> = (0..5).map(|i| (355 - i, 100.0)).collect();
        assert_eq!(group(&often), RfmGroup::Core);
        // one for 20, class 1 each: 5 days ago, 100 and 300
        assert_eq!(
            [360, 265, 65].map(|day| group(&[(day, 20.0)])),
            [RfmGroup::Fresh, RfmGroup::Occasional, RfmGroup::Asleep]
        );
        // two (class 2) for 150 (class 3): 2.5
        assert_eq!(group(&[(260, 100.0), (255, 50.0)]), RfmGroup::Regular);
        // A refund is no purchase and takes from the value: 600 − 590 is class 1, with class 1 for one purchase.
        assert_eq!(group(&[(360, 600.0), (361, -590.0)]), RfmGroup::Fresh);
        assert_eq!(group(&[(361, -5.0)]), RfmGroup::NoPurchase);
        // What came after does not count.
        assert_eq!(CUTS.group(&bought(&[(10, 20.0), (360, 20.0)]), 20 * DAY), RfmGroup::Fresh);
    }

    #[test]
    fn own_cut_points_must_ascend() {
        let with = |frequency| RfmSettings { frequency: Some(frequency), ..RfmSettings::default() };
        assert_eq!(with([1.0, 2.0, 3.0, 4.0]).unsorted(), None);
        assert_eq!(with([1.0, 2.0, 2.0, 4.0]).unsorted().map(|(key, _)| key), Some("frequency"));
        assert!(with([1.0, 2.0, 3.0, f64::NAN]).unsorted().is_some());
        assert_eq!(RfmCuts::of(&with([5.0, 6.0, 7.0, 8.0]), CUTS).frequency, [5.0, 6.0, 7.0, 8.0]);
        assert_eq!(RfmCuts::of(&with([5.0, 6.0, 7.0, 8.0]), CUTS).monetary, CUTS.monetary);
    }
}
