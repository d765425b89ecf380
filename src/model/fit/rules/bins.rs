//! Numbers cut into few steps, and the plain numbers between the steps.

/// Most steps of a column.
const MOST_BINS: usize = 24;

/// How far a border may lie from its quantile, in steps.
const LEEWAY: f64 = 0.3;

/// Digits after (or, negative, before) the decimal point that a plain number may have, tried in this order.
const DIGITS: std::ops::RangeInclusive<i32> = -9..=12;

/// Steps of one column: border `b` lies between the values of step `b` and those of step `b + 1`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bins {
    /// For each border the greatest value below and the smallest above it.
    borders: Vec<(f64, f64)>,
}

impl Bins {
    /// Cuts finite values: between all of them where there are few different ones, else into [`MOST_BINS`] steps of about
    /// equal count, each border at the plainest number near its quantile.
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let mut distinct = values.clone();
        distinct.dedup();
        if distinct.len() <= MOST_BINS {
            return Self { borders: distinct.windows(2).map(|pair| (pair[0], pair[1])).collect() };
        }
        let quantile =
            |step: f64| values[((step / MOST_BINS as f64 * values.len() as f64) as usize).min(values.len() - 1)];
        let mut borders: Vec<(f64, f64)> = Vec::with_capacity(MOST_BINS);
        for step in 1..MOST_BINS {
            let (low, high) = (quantile(step as f64 - LEEWAY), quantile(step as f64 + LEEWAY));
            // A border need not be at its quantile, only plain: "20 or more" is remembered, "19.37 or more" is not.
            let Some(plain) = plainest(|scale| (high * scale).floor() / scale, |t| low < t && t <= high) else {
                continue;
            };
            let at = distinct.partition_point(|value| *value < plain);
            let between = at > 0 && at < distinct.len();
            // Two quantiles may have the same plain number near them; borders rise strictly.
            if between && borders.last().is_none_or(|last| distinct[at] > last.1) {
                borders.push((distinct[at - 1], distinct[at]));
            }
        }
        Self { borders }
    }

    /// Whether there is anything to cut.
    pub(super) fn vary(&self) -> bool {
        !self.borders.is_empty()
    }

    /// Step of a value.
    pub(super) fn step(&self, value: f64) -> usize {
        self.borders.partition_point(|(_, above)| *above <= value)
    }

    /// The plainest number `t` with "`t` or more" true above `border` and false below it.
    pub(super) fn at_least(&self, border: usize) -> f64 {
        let (low, high) = self.borders[border];
        plainest(|scale| (high * scale).floor() / scale, |t| low < t && t <= high).unwrap_or(high)
    }

    /// The plainest number `t` with "`t` or less" true below `border` and false above it.
    pub(super) fn at_most(&self, border: usize) -> f64 {
        let (low, high) = self.borders[border];
        plainest(|scale| (low * scale).ceil() / scale, |t| low <= t && t < high).unwrap_or(low)
    }
}

/// The first of `number(10^digits)` that is good, from few digits to many.
fn plainest(number: impl Fn(f64) -> f64, good: impl Fn(f64) -> bool) -> Option<f64> {
    DIGITS.map(|digits| number(10f64.powi(digits))).find(|t| good(*t))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn borders_between_whole_points_are_whole_points() {
        let bins = Bins::of(vec![3.0, 6.0, 7.0, 7.0, 10.0]);
        assert_eq!(bins.step(6.0), 1);
        assert_eq!(bins.step(7.0), 2);
        assert_eq!((bins.at_most(1), bins.at_least(1)), (6.0, 7.0));
        assert_eq!((bins.at_most(2), bins.at_least(2)), (7.0, 10.0));
    }

    #[test]
    fn borders_between_measures_are_the_plainest_numbers_that_part_them() {
        let bins = Bins::of(vec![118.3, 121.7]);
        assert_eq!((bins.at_most(0), bins.at_least(0)), (120.0, 120.0));
        let bins = Bins::of(vec![0.3, 1.0 / 3.0]);
        assert_eq!((bins.at_most(0), bins.at_least(0)), (0.3, 0.33));
        let bins = Bins::of(vec![-4.4, -0.2]);
        assert_eq!((bins.at_most(0), bins.at_least(0)), (-4.0, -1.0));
    }

    #[test]
    fn many_measures_are_cut_at_plain_numbers() {
        let bins = Bins::of((0..2_000).map(|i| f64::from(i) / 2_000.0 + 0.000_123).collect());
        assert!((20..MOST_BINS).contains(&bins.borders.len()), "{}", bins.borders.len());
        assert!(bins.borders.iter().enumerate().all(|(b, _)| (bins.at_least(b) * 1_000.0).fract() == 0.0));
    }

    #[test]
    fn what_does_not_vary_has_no_border() {
        assert!(!Bins::of(vec![2.0, 2.0]).vary());
        assert!(!Bins::of(Vec::new()).vary());
    }

    proptest! {
        #[test]
        fn conditions_cut_exactly_where_the_steps_do(
            values in prop::collection::vec(prop_oneof![-50.0..50.0f64, (0..12).prop_map(f64::from)], 1..200)
        ) {
            let bins = Bins::of(values.clone());
            prop_assert!(bins.borders.len() < MOST_BINS.max(2));
            for border in 0..bins.borders.len() {
                for value in &values {
                    prop_assert_eq!(*value >= bins.at_least(border), bins.step(*value) > border);
                    prop_assert_eq!(*value <= bins.at_most(border), bins.step(*value) <= border);
                }
            }
        }
    }
}
