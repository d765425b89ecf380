//! How often each part of the company keeps its word: the planted chances behind the promises of a demo.

use std::collections::BTreeMap;

use serde::Serialize;

use super::customer::Customer;

/// Mean chance that a promise was kept, over promises of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct KeptRate {
    /// Mean of the chances with which each was made, 0–1: what a share of kept ones estimates.
    pub rate: f64,
    /// Promises.
    pub promises: u64,
}

/// Planted kept rates by key: `all`, `delivery`, `callback`, `channel:<name>`, `site:<name>`, `segment:<hidden segment>`.
///
/// Rates are planted by channel and by site, not by segment: a segment's own rate would show it to anybody who counts
/// late parcels. A person's luck with deliveries still follows what the person got, as all traces do, so that the rates of
/// segments differ a little.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Promises(BTreeMap<String, KeptRate>);

impl Promises {
    /// The rates by key.
    #[must_use]
    pub fn rates(&self) -> &BTreeMap<String, KeptRate> {
        &self.0
    }

    pub(super) fn add(&mut self, customer: &Customer) {
        let segment = customer.person.segment;
        for order in &customer.orders {
            if let Some(chance) = order.kept_chance {
                self.note(chance, "delivery", order.channel, order.site, segment);
            }
        }
        for event in &customer.interactions {
            if let Some(chance) = event.kept_chance {
                self.note(chance, "callback", event.channel, event.site, segment);
            }
        }
    }

    fn note(&mut self, chance: f64, kind: &str, channel: &str, site: Option<&str>, segment: usize) {
        let keys = ["all".to_owned(), kind.to_owned(), format!("channel:{channel}"), format!("segment:{segment}")];
        for key in keys.into_iter().chain(site.map(|site| format!("site:{site}"))) {
            let rate = self.0.entry(key).or_default();
            rate.promises += 1;
            rate.rate += (chance - rate.rate) / rate.promises as f64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;
    use crate::demo::time::{DAY, start_of};
    use crate::demo::world::{SECOND_NIGHT, World};

    #[test]
    fn promises_are_kept_as_often_as_planted_by_channel_and_site() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let mut planted = Promises::default();
        let mut kept: BTreeMap<String, f64> = BTreeMap::new();
        let night = start_of(SECOND_NIGHT);
        for customer in (0..6_000).map(|n| world.customer(n)) {
            planted.add(&customer);
            let mut found = |channel: &str, site: Option<&str>, promise: (Option<i64>, Option<i64>)| {
                let (Some(due), done) = promise else { return };
                let kept_so =
                    f64::from(u8::from(done.is_some_and(|done| done <= due) || (done.is_none() && due > night + DAY)));
                for key in
                    [Some("all".to_owned()), Some(format!("channel:{channel}")), site.map(|s| format!("site:{s}"))]
                {
                    *kept.entry(key.unwrap_or_default()).or_default() += kept_so;
                }
            };
            customer.orders.iter().for_each(|o| found(o.channel, o.site, (o.promised_at, o.delivered_at)));
            customer.interactions.iter().for_each(|e| found(e.channel, e.site, (e.promised_at, e.resolved_at)));
        }
        for (key, kept) in kept.into_iter().filter(|(key, _)| !key.is_empty()) {
            let KeptRate { rate, promises } = planted.rates()[&key];
            let n = promises as f64;
            let error = (rate * (1.0 - rate) / n).sqrt();
            assert!((kept / n - rate).abs() < 4.0 * error + 0.002, "{key}: {} for {rate} ({n})", kept / n);
        }
        let rate = |key: &str| planted.rates()[key].rate;
        assert!(rate("site:lyon") > rate("site:lille") + 0.05);
        assert!(rate("channel:pickup") > rate("channel:marketplace") + 0.1);
    }
}
