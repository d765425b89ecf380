//! Numbers as they will be read back from a file.

/// Significant digits a stored number keeps. Few enough that every JSON reader gets the same double back.
const STORED_DIGITS: usize = 11;

/// Smallest size of a stored number; anything nearer to 0 is stored as 0.
const STORED_LEAST: f64 = 1e-9;

/// The number as it will be read back from a file.
pub(crate) fn stored(x: f64) -> f64 {
    if x.abs() < STORED_LEAST {
        return 0.0;
    }
    format!("{x:.digits$e}", digits = STORED_DIGITS - 1).parse().unwrap_or(x)
}

/// How many times what one respondent can add to a stored mean its steps are wide.
///
/// METHOD: a model stays when people are erased, and its means times their number, minus what all others answered, would
/// give an answer back. With steps of four times what one can add nothing between 0 and 10 is told apart in three cases of
/// four, and hardly ever more than halves. Our judgment.
const STEPS_OF_ONE: f64 = 4.0;

/// A mean or spread over `n` respondents, of whom one can move it by `most`/n, in whole steps of [`STEPS_OF_ONE`] times
/// that, and of no more than `widest`. Steps are 1, 2 or 5 times a power of ten.
pub(crate) fn coarse(x: f64, n: f64, most: f64, widest: f64) -> f64 {
    coarse_step(n, most, widest).map_or(x, |step| stored((x / step).round() * step))
}

/// Width of the steps of [`coarse`].
pub(crate) fn coarse_step(n: f64, most: f64, widest: f64) -> Option<f64> {
    let least = (STEPS_OF_ONE * most / n.max(1.0)).min(widest);
    let ten = 10_f64.powi(least.log10().floor() as i32);
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * ten).find(|step| *step >= least * (1.0 - 1e-9))
}

/// Ascending values that were taken from single customers, such as quantiles, so that they are nobody's: the middle one to
/// a tenth of the spread, the others to two digits of their distance from it. Some may fall together.
///
/// METHOD: a quantile of 300 customers is the value of one of them, and whoever knows the others knows whose. Our judgment.
pub(crate) fn nobodys(values: &[f64]) -> Vec<f64> {
    let Some(middle) = values.get(values.len() / 2) else { return Vec::new() };
    let (quarter, last) = (values.len() / 4, values.len() - 1);
    let spreads = [values[last - quarter] - values[quarter], values[last] - values[0]];
    let Some(spread) = spreads.into_iter().find(|spread| *spread > 0.0) else { return values.to_vec() };
    let middle = two_digits(*middle, spread);
    // No distance is told finer than the spread, or the middle one would be told by what rounding left of it.
    let told = |distance: f64| two_digits(distance, distance.abs().max(spread));
    values.iter().map(|value| stored(middle + told(value - middle))).collect()
}

/// A value to a tenth of the power of ten in `size`.
fn two_digits(value: f64, size: f64) -> f64 {
    if size == 0.0 || !size.is_finite() {
        return value;
    }
    let step = 10_f64.powi(size.abs().log10().floor() as i32 - 1);
    (value / step).round() * step
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mean_keeps_no_more_steps_than_hide_one_respondent() {
        // 4·10/300 = 0.13: steps of 0.2
        assert_eq!(coarse(6.47, 300.0, 10.0, 1.0), 6.4);
        // 4·10/5,000 = 0.008: steps of 0.01
        assert_eq!(coarse(6.4789, 5_000.0, 10.0, 1.0), 6.48);
        // Too few to tell anything: no wider than allowed
        assert_eq!(coarse(6.47, 3.0, 10.0, 1.0), 6.0);
        // Whatever one answer was, the mean is told alike unless a step lies between.
        let told: Vec<f64> = (0..=10).map(|x| coarse((1_900.0 + f64::from(x)) / 300.0, 300.0, 10.0, 1.0)).collect();
        assert!(told.windows(2).filter(|pair| pair[0] != pair[1]).count() <= 1, "{told:?}");
    }

    #[test]
    fn quantiles_of_customers_are_nobodys_and_small_whole_numbers_stay() {
        let told = nobodys(&[0.0, 12.34, 41.07, 97.55, 1_234.56]);
        // The middle to a tenth of ten (the quarters lie 85 apart), the others to two digits from there.
        assert_eq!(told, [0.0, 12.0, 41.0, 98.0, 1_241.0]);
        assert_eq!(nobodys(&[0.0, 1.0]), [0.0, 1.0]);
        assert_eq!(nobodys(&[0.0, 1.0, 2.0, 3.0, 7.0]), [0.0, 1.0, 2.0, 3.0, 7.0]);
        assert_eq!(nobodys(&[5.0, 5.0]), [5.0, 5.0]);
        assert!(nobodys(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn values_that_are_nobodys_still_ascend(mut values in prop::collection::vec(-1e6..1e6f64, 1..40)) {
            values.sort_by(f64::total_cmp);
            prop_assert!(nobodys(&values).windows(2).all(|pair| pair[0] <= pair[1]));
        }

        #[test]
        fn a_stored_number_is_read_back_exactly(x in prop_oneof![-1e12..1e12f64, -1.0..1.0f64, -1e-6..1e-6f64]) {
            let kept = stored(x);
            let back: f64 = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            prop_assert_eq!(kept.to_bits(), back.to_bits());
            prop_assert!((kept - x).abs() <= x.abs() * 1e-10 + STORED_LEAST);
            prop_assert_eq!(stored(kept).to_bits(), kept.to_bits());
        }
    }
}
