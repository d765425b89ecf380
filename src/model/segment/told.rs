//! Figures of a night as they are told: with no more digits than their interval deserves, and with numbers of people in
//! fives where an answer decides on them.

use super::drivers::{Explained, GroupDrivers};
use super::lens::GroupLens;
use super::night::{SegmentNight, SegmentNights};
use super::noise::{GroupNoise, Noise};
use super::profile::elements::delivered;
use super::profile::types::{ElementProfile, SegmentProfile};
use crate::rows::{Estimate, Figure};

/// Digits of a figure of whose error nothing is known.
const DIGITS: i32 = 3;

/// Digits of a chance.
const CHANCE_DIGITS: i32 = 2;

impl SegmentNights {
    /// The night with figures rounded: a value and the ends of its interval to the second digit of the half-width, the
    /// ends outward; figures without interval to three digits, chances to two. Numbers of people behind figures of the lens
    /// come in fives, because who stands behind them follows from answers; all others stay. Without noise everything does.
    #[must_use]
    pub fn rounded(mut self, noise: &Noise) -> Self {
        if noise.is_none() {
            return self;
        }
        each(&mut self, &mut |group| Precision.group(group));
        each(&mut self, &mut |group| lens(&mut group.lens, &mut Fives::of(noise, &group.id)));
        self.rest(&mut Precision);
        self.rest(&mut Fives::of(noise, "ALL"));
        self
    }

    /// The night with all numbers of people in fives, for sentences: they are kept when people are erased, and must not
    /// tell who was.
    #[must_use]
    pub fn in_fives(&self, noise: &Noise) -> Self {
        let mut told = self.clone();
        each(&mut told, &mut |group| Fives::of(noise, &group.id).group(group));
        let mut fives = Fives::of(noise, "ALL");
        told.left_out.iter_mut().for_each(|(_, people)| fives.count(people));
        told
    }

    /// What is said of no single group.
    fn rest(&mut self, touch: &mut impl Touch) {
        self.places.iter_mut().for_each(|place| touch.figure(&mut place.figure));
        self.crosstabs.figures_mut().for_each(|figure| touch.figure(figure));
        self.rfm.shares.iter_mut().for_each(|share| touch.figure(&mut share.share));
        self.crosstabs.people_mut().for_each(|people| touch.count(people));
        for regularity in &mut self.regularities {
            touch.figure(&mut regularity.own);
            if let Figure::Known(own) = regularity.own {
                regularity.verdict = regularity.published.claim.judge(own.low, own.high);
            }
        }
    }
}

fn each(night: &mut SegmentNights, touch: &mut dyn FnMut(&mut SegmentNight)) {
    [&mut night.everyone, &mut night.unassigned].into_iter().chain(&mut night.segments).for_each(touch);
}

/// What is done to every figure.
trait Touch {
    fn estimate(&mut self, estimate: &mut Estimate);
    fn figure(&mut self, figure: &mut Figure);
    /// A value without interval, with as many digits as it deserves.
    fn bare(&mut self, _value: &mut f64, _digits: i32) {}
    fn count(&mut self, _people: &mut u64) {}
    /// How many a group has: the same number is told of all groups alike.
    fn size(&mut self, people: &mut u64) {
        self.count(people);
    }

    fn maybe(&mut self, estimate: &mut Option<Estimate>) {
        if let Some(estimate) = estimate {
            self.estimate(estimate);
        }
    }

    fn maybe_bare(&mut self, value: &mut Option<f64>, digits: i32) {
        if let Some(value) = value {
            self.bare(value, digits);
        }
    }

    fn group(&mut self, group: &mut SegmentNight)
    where
        Self: Sized,
    {
        profile(&mut group.profile, self);
        lens(&mut group.lens, self);
        drivers(&mut group.drivers, self);
        group.traces.iter_mut().for_each(|trace| self.bare(&mut trace.difference, CHANCE_DIGITS));
    }
}

/// Rounds values.
struct Precision;

impl Touch for Precision {
    fn estimate(&mut self, estimate: &mut Estimate) {
        let half = f64::midpoint(estimate.high - estimate.value, estimate.value - estimate.low);
        let Some(places) = places(half, CHANCE_DIGITS) else { return self.bare(&mut estimate.value, DIGITS) };
        *estimate = Estimate {
            value: to(estimate.value, places, f64::round),
            low: to(estimate.low, places, f64::floor),
            high: to(estimate.high, places, f64::ceil),
            n: estimate.n,
        };
    }

    fn figure(&mut self, figure: &mut Figure) {
        match figure {
            Figure::Known(estimate) => self.estimate(estimate),
            Figure::Bare { value, .. } => self.bare(value, DIGITS),
            Figure::Withheld { .. } | Figure::Unknown { .. } => {}
        }
    }

    fn bare(&mut self, value: &mut f64, digits: i32) {
        if let Some(places) = places(value.abs(), digits) {
            *value = to(*value, places, f64::round);
        }
    }
}

/// Brings numbers of people to fives.
struct Fives {
    sizes: GroupNoise,
    others: GroupNoise,
}

impl Fives {
    fn of(noise: &Noise, group: &str) -> Self {
        Self { sizes: noise.of("sizes", ""), others: noise.of("told", group) }
    }
}

impl Touch for Fives {
    fn estimate(&mut self, estimate: &mut Estimate) {
        self.count(&mut estimate.n);
    }

    fn figure(&mut self, figure: &mut Figure) {
        match figure {
            Figure::Known(Estimate { n, .. })
            | Figure::Bare { n, .. }
            | Figure::Withheld { n }
            | Figure::Unknown { n } => self.count(n),
        }
    }

    fn count(&mut self, people: &mut u64) {
        *people = self.others.count(*people);
    }

    fn size(&mut self, people: &mut u64) {
        *people = self.sizes.count(*people);
    }
}

/// Decimal places at which a number of this size has so many digits, negative before the point; `None` = it has no size.
fn places(size: f64, digits: i32) -> Option<i32> {
    (size.is_finite() && size > 0.0).then(|| digits - 1 - size.log10().floor() as i32)
}

/// A value at so many decimal places: the nearest double to that decimal.
fn to(value: f64, places: i32, whole: fn(f64) -> f64) -> f64 {
    // A number that lies on the grid already must not be pushed to the next line by the last bit of a product.
    let on_grid = |scaled: f64| if (scaled - scaled.round()).abs() < 1e-7 { scaled.round() } else { whole(scaled) };
    let rounded = match places {
        0.. => on_grid(value * 10_f64.powi(places)) / 10_f64.powi(places),
        _ => on_grid(value / 10_f64.powi(-places)) * 10_f64.powi(-places),
    };
    if rounded.is_finite() { rounded } else { value }
}

fn profile(profile: &mut SegmentProfile, touch: &mut impl Touch) {
    let SegmentProfile { share, value_mean, nps, satisfaction, good_brand, .. } = profile;
    [share, value_mean, nps, satisfaction, good_brand].into_iter().for_each(|estimate| touch.maybe(estimate));
    let SegmentProfile { value_total, value_share, value_equal_sharers, mean_probability, .. } = profile;
    [value_total, value_share, value_equal_sharers, mean_probability]
        .into_iter()
        .for_each(|value| touch.maybe_bare(value, DIGITS));
    let SegmentProfile { size, members, respondents, value_known, nps_answers, reach, .. } = profile;
    [size, members].into_iter().for_each(|people| touch.size(people));
    [respondents, value_known, nps_answers].into_iter().for_each(|people| touch.count(people));
    let reach = [&mut reach.any, &mut reach.email, &mut reach.sms, &mut reach.push, &mut reach.phone, &mut reach.post]
        .into_iter()
        .chain([&mut reach.held_out]);
    reach.for_each(|people| touch.count(people));
    profile.elements.iter_mut().for_each(|element| self::element(element, touch));
    for need in &mut profile.needs {
        [&mut need.share, &mut need.fulfillment, &mut need.importance]
            .into_iter()
            .for_each(|estimate| touch.maybe(estimate));
    }
}

fn element(element: &mut ElementProfile, touch: &mut impl Touch) {
    let ElementProfile { importance, fulfillment, gap, high_share, .. } = element;
    [importance, fulfillment, gap, high_share].into_iter().for_each(|estimate| touch.maybe(estimate));
    element.delivered = delivered(element.high_share);
    for contrast in [&mut element.importance_difference, &mut element.fulfillment_difference].into_iter().flatten() {
        touch.estimate(&mut contrast.d);
        touch.maybe_bare(&mut contrast.p_adjusted, CHANCE_DIGITS);
    }
    [&mut element.importance_answers, &mut element.fulfillment_answers]
        .into_iter()
        .for_each(|people| touch.count(people));
}

fn drivers(drivers: &mut GroupDrivers, touch: &mut impl Touch) {
    for outcome in &mut drivers.outcomes {
        touch.count(&mut outcome.respondents);
        let Ok(explained) = &mut outcome.result else { continue };
        let Explained { r_squared, adjusted_r_squared, halo, own_voice, elements, needs } = explained;
        touch.estimate(r_squared);
        touch.bare(adjusted_r_squared, DIGITS);
        [halo, own_voice].into_iter().for_each(|value| touch.maybe_bare(value, DIGITS));
        needs.iter_mut().for_each(|need| touch.estimate(&mut need.share));
        for driver in elements {
            [&mut driver.share, &mut driver.correlation].into_iter().for_each(|estimate| touch.estimate(estimate));
            [&mut driver.penalty, &mut driver.reward].into_iter().for_each(|estimate| touch.maybe(estimate));
            [&mut driver.own_share, &mut driver.weight].into_iter().for_each(|value| touch.bare(value, DIGITS));
            touch.maybe_bare(&mut driver.differs_p, CHANCE_DIGITS);
            touch.count(&mut driver.answers);
        }
    }
}

fn lens(lens: &mut GroupLens, touch: &mut impl Touch) {
    lens.figures_mut().into_iter().for_each(|figure| touch.figure(figure));
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{night, segment};
    use super::*;

    fn rounded(value: f64, low: f64, high: f64) -> (f64, f64, f64) {
        let mut estimate = Estimate { value, low, high, n: 300 };
        Precision.estimate(&mut estimate);
        (estimate.value, estimate.low, estimate.high)
    }

    #[test]
    fn a_figure_has_two_digits_of_its_half_width_and_its_ends_go_outward() {
        // half-width 0.155: to the hundredth
        assert_eq!(rounded(7.434_9, 7.279_9, 7.589_9), (7.43, 7.27, 7.59));
        // half-width 24: to the whole one
        assert_eq!(rounded(612.6, 588.6, 636.6), (613.0, 588.0, 637.0));
        // half-width 2,400: to the hundred
        assert_eq!(rounded(61_260.0, 58_860.0, 63_660.0), (61_300.0, 58_800.0, 63_700.0));
        // ends on the grid stay, and so does what has no width
        assert_eq!(rounded(0.97, 0.9, 1.0), (0.97, 0.9, 1.0));
        assert_eq!(rounded(1.0, 1.0, 1.0), (1.0, 1.0, 1.0));
        let mut bare = 1_234_567.0;
        Precision.bare(&mut bare, DIGITS);
        assert_eq!(bare, 1_230_000.0);
    }

    #[test]
    fn numbers_of_people_come_in_fives_for_sentences_and_stay_for_tables() {
        let mut one = segment("S01");
        one.profile.size = 5_003;
        one.profile.elements[0].importance_answers = 312;
        let noise = Noise::keyed([5; 32]);
        let exact = night(vec![one]).rounded(&noise);
        assert_eq!(exact.segments[0].profile.size, 5_003);
        let told = exact.in_fives(&noise);
        assert!([5_000, 5_005].contains(&told.segments[0].profile.size));
        assert!([310, 315].contains(&told.segments[0].profile.elements[0].importance_answers));
        assert_eq!(told.segments[0].profile.size, noise.told_size(5_003));
        assert_eq!(told.segments[0].profile.elements[0].importance_answers, noise.told_count("S01", 312));
        assert_eq!(told.segments[0].profile.elements[0].gap.map(|gap| gap.value), Some(0.0));
    }
}
