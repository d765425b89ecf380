//! What one customer did in a window of days.

use std::collections::BTreeMap;

use super::experiment::EffectMetric;
use crate::rows::{History, Nature};

/// Hundredths of the currency.
pub(super) const CENTS: f64 = 100.0;

/// A window of one customer: it begins with the lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// First moment, microseconds since 1970.
    pub(super) start: i64,
    /// Its length, microseconds.
    pub(super) length: i64,
}

/// What is counted of one customer, 0 or 1, or hundredths of the currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// In the window.
    pub(super) after: i64,
    /// In as many days before the lot.
    pub(super) before: i64,
    /// In the first third of the window.
    pub(super) early: i64,
    /// In the last third.
    pub(super) late: i64,
}

impl Window {
    /// What was counted; `None` = the customer is none of those whom the metric is of, which the lot has no part in.
    pub(super) fn counted(self, metric: EffectMetric, history: &History, cap: Option<i64>) -> Option<Counted> {
        let Self { start, length } = self;
        let third = length / 3;
        let of = |from: i64, to: i64| {
            let value = value(metric, history, from, to);
            cap.map_or(value, |cap| value.min(cap))
        };
        let before = of(start - length, start);
        if metric == EffectMetric::RetentionRate && before == 0 {
            return None;
        }
        Some(Counted {
            after: of(start, start + length),
            before,
            early: of(start, start + third),
            late: of(start + length - third, start + length),
        })
    }
}

fn value(metric: EffectMetric, history: &History, from: i64, to: i64) -> i64 {
    let within = from..to;
    // A refund is no purchase.
    let bought = || {
        let orders = history.orders.iter().filter(|order| within.contains(&order.at));
        orders.filter(|order| order.amount.is_none_or(|amount| amount > 0.0))
    };
    let contacts = || history.contacts.iter().filter(|contact| within.contains(&contact.at));
    match metric {
        EffectMetric::RepeatRate | EffectMetric::RetentionRate => i64::from(bought().next().is_some()),
        EffectMetric::ValuePerCustomer => {
            let amounts = history.orders.iter().filter(|order| within.contains(&order.at));
            amounts.filter_map(|order| order.amount).map(|amount| (amount * CENTS).round() as i64).sum()
        }
        EffectMetric::ComplaintRate => i64::from(contacts().any(|contact| contact.nature == Nature::Complaint)),
        EffectMetric::RepeatContactRate => {
            let mut cases: BTreeMap<u64, u32> = BTreeMap::new();
            contacts().filter_map(|contact| contact.case).for_each(|case| *cases.entry(case).or_default() += 1);
            i64::from(cases.values().any(|contacts| *contacts > 1))
        }
        EffectMetric::ReturnRate => i64::from(bought().any(|order| order.returned)),
    }
}
