//! Both tails longer than a normal variable's: noise that throws single values far out, to either side.

/// Values from which the tails of a sample are judged: the outer half percent of either side then holds five of them.
const LEAST_VALUES: f64 = 1_000.0;

/// Normal quantile of 0.995, where tails are looked at.
const FAR: f64 = 2.575_829;

/// Normal quantile of 0.75, where the middle ends.
const MIDDLE: f64 = 0.674_490;

/// How much further out than from a normal variable's middle both tails must lie. METHOD: our judgment; a normal variable has
/// 1, Student's with three degrees of freedom 2, with ten 1.16, half normal and half of three degrees about 1.4. A long tail
/// on one side alone is the shape of an amount, not noise.
const LONG: f64 = 1.15;

/// Where a value stops to tell more, in spreads of the middle. METHOD: Huber (1964), Annals of Mathematical Statistics 35:
/// between 1 and 2 little is lost where values are normal, and much won where they are not.
const BOUND: f64 = 1.5;

/// The middle of a sample with long tails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Middle {
    median: f64,
    /// Spread of a normal variable with these quartiles, above 0.
    scale: f64,
}

impl Middle {
    /// The middle, if both tails are long. `ranked` are distinct values, ascending, with their weight and normal score;
    /// `effective` is how many values the weights leave.
    pub(super) fn of_long_tails(ranked: &[(f64, f64, f64)], effective: f64) -> Option<Self> {
        if effective < LEAST_VALUES {
            return None;
        }
        let [low, first, median, third, high] = quantiles(ranked, [0.005, 0.25, 0.5, 0.75, 0.995]);
        let long = |far: f64, quartile: f64| far / quartile * MIDDLE / FAR > LONG;
        // A lump at the median has no middle; quartiles apart from it are asked for on both sides.
        let apart = first < median && median < third;
        let both = long(median - low, median - first) && long(high - median, third - median);
        let scale = (third - first) / (2.0 * MIDDLE);
        (apart && both && scale.is_finite()).then_some(Self { median, scale })
    }

    /// Two knots and their scores: straight in the middle, flat beyond.
    pub(super) fn line(self) -> (Vec<f64>, Vec<f64>) {
        let reach = BOUND * self.scale;
        (vec![self.median - reach, self.median + reach], vec![-BOUND, BOUND])
    }
}

/// The values at which these shares of the weight, ascending, are reached.
fn quantiles<const N: usize>(ranked: &[(f64, f64, f64)], shares: [f64; N]) -> [f64; N] {
    let total: f64 = ranked.iter().map(|(_, weight, _)| weight).sum();
    let (mut at, mut reached) = (0, ranked[0].1);
    shares.map(|share| {
        while reached < share * total && at + 1 < ranked.len() {
            at += 1;
            reached += ranked[at].1;
        }
        ranked[at].0
    })
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

    use super::super::NormalScores;

    /// 2,000 values spread evenly over a distribution.
    fn drawn(inverse: impl Fn(f64) -> f64) -> NormalScores {
        let values: Vec<f64> = (0..2_000).map(|i| inverse((f64::from(i) + 0.5) / 2_000.0)).collect();
        NormalScores::learn(&values, &[1.0; 2_000]).unwrap()
    }

    #[test]
    fn far_values_tell_no_more_where_both_tails_are_long() {
        let student = StudentsT::new(0.0, 1.0, 3.0).unwrap();
        let line = drawn(|p| student.inverse_cdf(p));
        // Quartiles of Student's t with three degrees of freedom: ∓0.764892 (scipy 1.17.1); 1.5·0.764892/0.674490 = 1.70105.
        assert!(line.knots().iter().zip([-1.701_05, 1.701_05]).all(|(knot, wanted)| (knot - wanted).abs() < 5e-3));
        assert_eq!(line.score(2.0), line.score(40.0));
    }

    #[test]
    fn a_normal_variable_keeps_its_ranks_and_so_does_one_long_tail() {
        let normal = Normal::standard();
        assert!(drawn(|p| normal.inverse_cdf(p)).knots().len() > 2);
        // Exponential: a half further out to the right than normal, 0.44 as far to the left.
        assert!(drawn(|p| -(1.0 - p).ln()).knots().len() > 2);
    }

    #[test]
    fn few_values_do_not_show_their_tails() {
        let student = StudentsT::new(0.0, 1.0, 3.0).unwrap();
        let values: Vec<f64> = (0..500).map(|i| student.inverse_cdf((f64::from(i) + 0.5) / 500.0)).collect();
        assert!(NormalScores::learn(&values, &[1.0; 500]).unwrap().knots().len() > 2);
    }

    #[test]
    fn most_values_equal_have_no_middle() {
        let values: Vec<f64> = (0..2_000).map(|i| if i % 10 == 0 { f64::from(i) - 1_000.0 } else { 0.0 }).collect();
        assert!(NormalScores::learn(&values, &[1.0; 2_000]).unwrap().knots().len() > 2);
    }
}
