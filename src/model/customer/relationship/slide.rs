//! Who is about to slide down the arc?

use super::settings::AnticipationSettings;
use crate::rows::{ArcStage, Estimate};
use valueseg_stats::interval::wilson;

/// Stages from which one can slide.
const STAGES: usize = ArcStage::ALL.len() - 1;

/// What was seen from one night to the next at one stage, with or without trouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SlideTally {
    customer_nights: u64,
    slides: u64,
}

/// Counts of customers from one night to the next: how many stood at a stage, and how many of them stood lower the night
/// after. Sums of parts are the same in any order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlideCounts([[SlideTally; 2]; STAGES]);

impl SlideCounts {
    /// Notes one customer over one night. `before` and `trouble` are of the first night, `after` is the stage of the next. At
    /// [`ArcStage::Unknown`] there is nothing to slide from, and nothing is noted.
    pub fn add(&mut self, before: ArcStage, trouble: bool, after: ArcStage) {
        self.add_many(before, trouble, 1, u64::from(after < before));
    }

    /// Notes counts of a stored night: customers at a stage, and how many of them slid.
    pub fn add_many(&mut self, stage: ArcStage, trouble: bool, customer_nights: u64, slides: u64) {
        if let Some(place) = usize::from(stage.number()).checked_sub(1) {
            let seen = &mut self.0[place][usize::from(trouble)];
            seen.customer_nights = seen.customer_nights.saturating_add(customer_nights);
            seen.slides = seen.slides.saturating_add(slides);
        }
    }

    /// Adds the counts of other customers or nights.
    pub fn merge(&mut self, other: &Self) {
        for stage in ArcStage::ALL {
            for trouble in [false, true] {
                let (customer_nights, slides) = other.counts(stage, trouble);
                self.add_many(stage, trouble, customer_nights, slides);
            }
        }
    }

    /// Customers times nights at a stage, and slides among them; 0 at [`ArcStage::Unknown`].
    #[must_use]
    pub fn counts(&self, stage: ArcStage, trouble: bool) -> (u64, u64) {
        let seen = usize::from(stage.number()).checked_sub(1).map(|place| self.0[place][usize::from(trouble)]);
        seen.map_or((0, 0), |seen| (seen.customer_nights, seen.slides))
    }

    /// Chance of at least one step down within `horizon_nights`, 0–1, with its 95 % interval: `1 − (1 − h)^n` with h the
    /// share of customers who slid from one night to the next. `None` until `min_customer_nights` and `min_slides` were
    /// seen at the stage.
    ///
    /// METHOD: the chance of a night is taken as the same on all nights of the horizon, and the nights as witnesses of their
    /// own; Wilson's bounds of h are carried through, as the formula rises with h. Nights of one customer are alike, so the
    /// true interval is wider. A stage held for a minimum time makes slides rarer after a change than the mean says.
    #[must_use]
    pub fn risk(&self, stage: ArcStage, trouble: bool, settings: &AnticipationSettings) -> Option<Estimate> {
        let (nights, slides) = self.counts(stage, trouble);
        if nights < settings.min_customer_nights.max(1) || slides < settings.min_slides {
            return None;
        }
        let hazard = wilson(slides as f64 / nights as f64, nights as f64)?;
        let horizon = f64::from(settings.horizon_nights);
        let within = |h: f64| -f64::exp_m1(horizon * f64::ln_1p(-h));
        Some(Estimate { value: within(hazard.value), low: within(hazard.low), high: within(hazard.high), n: nights })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ArcStage::{Exists, Indispensable, Meaning, Opinion, Unknown};

    fn of(stage: ArcStage, nights: u64, slides: u64) -> Option<Estimate> {
        let mut counts = SlideCounts::default();
        counts.add_many(stage, false, nights, slides);
        counts.risk(stage, false, &AnticipationSettings::default())
    }

    #[test]
    fn the_risk_of_a_month_is_that_of_thirty_nights_in_a_row() {
        // h = 0.01: 1 − 0.99^30 = 0.260300. Wilson of 0.01 with n = 10,000: 0.008229336 to 0.012146982.
        let risk = of(Meaning, 10_000, 100).unwrap();
        assert!((risk.value - 0.260_299_6).abs() < 1e-6);
        assert!((risk.low - 0.219_563_2).abs() < 1e-6);
        assert!((risk.high - 0.306_941_4).abs() < 1e-6);
        assert!(risk.low < risk.value && risk.value < risk.high);
    }

    #[test]
    fn nothing_is_said_before_enough_was_seen() {
        assert_eq!(of(Meaning, 999, 500), None);
        assert!(of(Meaning, 1000, 30).is_some());
        assert_eq!(of(Meaning, 1_000_000, 29), None);
        assert_eq!(of(Unknown, 1_000_000, 1_000), None, "nothing to slide from");
        assert_eq!(SlideCounts::default().risk(Opinion, true, &AnticipationSettings::default()), None);
    }

    #[test]
    fn everybody_sliding_every_night_is_certain() {
        let risk = of(Opinion, 2000, 2000).unwrap();
        assert_eq!((risk.value, risk.high), (1.0, 1.0));
        assert!(risk.low > 0.99 && risk.low <= 1.0);
    }

    #[test]
    fn trouble_is_counted_apart_and_only_steps_down_are_slides() {
        let mut counts = SlideCounts::default();
        counts.add(Meaning, true, Opinion);
        counts.add(Meaning, true, Meaning);
        counts.add(Meaning, false, Indispensable);
        counts.add(Exists, false, Unknown);
        counts.add(Unknown, false, Exists);
        assert_eq!(counts.counts(Meaning, true), (2, 1));
        assert_eq!(counts.counts(Meaning, false), (1, 0));
        assert_eq!((counts.counts(Exists, false), counts.counts(Unknown, false)), ((1, 1), (0, 0)));
        let mut twice = counts;
        twice.merge(&counts);
        assert_eq!((twice.counts(Meaning, true), twice.counts(Exists, false)), ((4, 2), (2, 2)));
    }
}
