//! What is kept of an arm: counts and sums of an outcome and of something measured beside it.

use crate::interval::Group;

/// Sums over the customers of one arm: an outcome `y` and a second number `x`, such as the outcome in as many days
/// before the lot, or whether the customer was reached.
///
/// Sums are added in the order they come: whoever needs the same bits adds blocks in a fixed order.
///
/// # Examples
/// By hand, outcomes 1, 2 and 3: mean 2, variance ((−1)² + 0² + 1²)/2 = 1.
///
/// ```
/// use valueseg_stats::arms::ArmSums;
///
/// let mut arm = ArmSums::default();
/// [1.0, 2.0, 3.0].into_iter().for_each(|y| arm.add(y, 0.0));
/// let group = arm.outcome().unwrap();
/// assert_eq!((group.n, group.mean, group.variance), (3.0, 2.0, 1.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ArmSums {
    /// Customers.
    pub n: f64,
    /// Σ y.
    pub y: f64,
    /// Σ y².
    pub yy: f64,
    /// Σ x.
    pub x: f64,
    /// Σ x².
    pub xx: f64,
    /// Σ x·y.
    pub xy: f64,
}

impl ArmSums {
    /// Takes in one customer.
    pub fn add(&mut self, y: f64, x: f64) {
        self.n += 1.0;
        self.y += y;
        self.yy += y * y;
        self.x += x;
        self.xx += x * x;
        self.xy += x * y;
    }

    /// Takes in the sums of others.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.y += other.y;
        self.yy += other.yy;
        self.x += other.x;
        self.xx += other.xx;
        self.xy += other.xy;
    }

    /// Sums of both.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }

    /// Mean and variance (over n − 1) of the outcome; `None` = fewer than two customers.
    #[must_use]
    pub fn outcome(&self) -> Option<Group> {
        self.group(self.y, self.yy)
    }

    /// The same of the number beside it.
    #[must_use]
    pub fn beside(&self) -> Option<Group> {
        self.group(self.x, self.xx)
    }

    /// Covariance (over n − 1) of the two; `None` = fewer than two customers.
    #[must_use]
    pub fn covariance(&self) -> Option<f64> {
        let value = (self.xy - self.x * self.y / self.n) / (self.n - 1.0);
        (self.n > 1.0 && value.is_finite()).then_some(value)
    }

    /// Mean and variance of `y − slope·x`; `None` = fewer than two customers.
    #[must_use]
    pub(super) fn residual(&self, slope: f64) -> Option<Group> {
        let (y, x) = (self.outcome()?, self.beside()?);
        let variance = y.variance + slope * slope * x.variance - 2.0 * slope * self.covariance()?;
        // Rounding may take a hair off where the two go together entirely.
        Some(Group { mean: y.mean - slope * x.mean, variance: variance.max(0.0), n: self.n })
    }

    fn group(&self, sum: f64, squares: f64) -> Option<Group> {
        let variance = (squares - sum * sum / self.n) / (self.n - 1.0);
        (self.n > 1.0 && variance.is_finite()).then(|| Group {
            mean: sum / self.n,
            variance: variance.max(0.0),
            n: self.n,
        })
    }
}
