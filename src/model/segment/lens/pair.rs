//! Two quantities of one customer, summed so that their ratio and their correlation can be told, with what they are
//! worth.

use super::super::profile::sums::{Moments, Part};
use valueseg_stats::comparison::correlation_interval;
use valueseg_stats::interval::{Interval, mean_interval, wilson};

/// Sums of `x`, of `y` and of `x + y` over the customers who have both: squares of the sum give the product back
/// exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) x: Moments,
    pub(super) y: Moments,
    pub(super) sum: Moments,
}

impl Pair {
    /// Adds what a customer counts for with both values, all in steps.
    pub(super) fn add(&mut self, w: impl Into<Part>, x: i64, y: i64) {
        let w = w.into();
        self.x.add(w, x);
        self.y.add(w, y);
        self.sum.add(w, x + y);
    }

    /// The same, unless there is nothing to divide by.
    pub(super) fn add_part(&mut self, w: impl Into<Part>, part: i64, of: i64) {
        if of > 0 {
            self.add(w, part, of);
        }
    }

    pub(super) fn moments_mut(&mut self) -> [&mut Moments; 3] {
        [&mut self.x, &mut self.y, &mut self.sum]
    }

    /// Customers.
    pub(super) fn count(&self) -> u64 {
        self.x.count()
    }

    /// Σw·y as it was given, y being whole numbers.
    pub(super) fn total(&self) -> f64 {
        self.y.mean(1.0).map_or(0.0, |mean| mean * self.y.weight())
    }

    /// Pooled ratio `Σwx/Σwy`; `None` without customers or if `Σwy` is not above 0.
    pub(super) fn ratio(&self) -> Option<f64> {
        (self.y.wx > 0).then(|| self.x.wx as f64 / self.y.wx as f64)
    }

    /// Variance of the pooled ratio; `None` with one effective customer or fewer.
    ///
    /// METHOD: contacts, promises and complaints of one customer are alike, so the customer is the unit drawn, not the
    /// contact. The ratio of two sums over customers is linearized: `e = x − R·y` per customer,
    /// `Var(R) = s²(e)/(n·ȳ²)` with n effective customers. Source: Cochran, Sampling Techniques (1977), section 6.
    fn ratio_variance(&self) -> Option<f64> {
        let (r, n, mean) = (self.ratio()?, self.x.effective_n(), self.y.mean(1.0)?);
        if n <= 1.0 {
            return None;
        }
        // Whole numbers up to here: the product is exact.
        let xy = (self.sum.wxx - self.x.wxx - self.y.wxx) / 2;
        let square = self.x.wxx as f64 - 2.0 * r * xy as f64 + r * r * self.y.wxx as f64;
        let variance = (square / self.x.w as f64).max(0.0) * n / (n - 1.0);
        Some(variance / (n * mean * mean))
    }

    /// Pooled share, 0–1, with its interval; `None` without customers.
    ///
    /// METHOD: Wilson with as many independent answers as would give the clustered variance, and never more than there
    /// are (Korn and Graubard, Survey Methodology 24, 1998, do so with the exact interval; Dean and Pagano, Journal of
    /// Survey Statistics and Methodology 3, 2015, with Wilson's). Where all or none are good nothing is known of the
    /// variance, and each customer counts as one answer.
    pub(super) fn share(&self) -> Option<Interval> {
        let (share, customers) = (self.ratio()?.clamp(0.0, 1.0), self.x.effective_n());
        let most = customers * self.y.mean(1.0)?.max(1.0);
        let worth = match self.ratio_variance() {
            Some(variance) if variance > 0.0 && share > 0.0 && share < 1.0 => share * (1.0 - share) / variance,
            _ => customers,
        };
        wilson(share, worth.min(most))
    }

    /// Pooled mean of `x` per `y` in units of `per_unit` steps, with the t interval; `None` with one effective customer
    /// or fewer.
    pub(super) fn mean(&self, per_unit: f64) -> Option<Interval> {
        let (ratio, n) = (self.ratio()? / per_unit, self.x.effective_n());
        mean_interval(ratio, self.ratio_variance()? * n / (per_unit * per_unit), n)
    }

    /// Correlation of x and y with its interval; `None` if one of them does not vary, or with few customers.
    pub(super) fn correlation(&self) -> Option<Interval> {
        let w = self.x.w;
        let xy = (self.sum.wxx - self.x.wxx - self.y.wxx) / 2;
        // In whole numbers, so that what does not vary has a variance of exactly 0. More than 127 bits is no customer
        // base.
        let cross = |ab: i128, a: i128, b: i128| Some(w.checked_mul(ab)?.checked_sub(a.checked_mul(b)?)? as f64);
        let xx = cross(self.x.wxx, self.x.wx, self.x.wx)?;
        let yy = cross(self.y.wxx, self.y.wx, self.y.wx)?;
        if !(xx > 0.0 && yy > 0.0) {
            return None;
        }
        let r = (cross(xy, self.x.wx, self.y.wx)? / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0);
        correlation_interval(r, self.x.effective_n())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u32 = 65_536;

    fn pair(rows: &[(i64, i64)]) -> Pair {
        let mut pair = Pair::default();
        rows.iter().for_each(|&(x, y)| pair.add(ONE, x, y));
        pair
    }

    #[test]
    fn a_pooled_share_is_clustered_by_customer() {
        // kept/promised 4/4, 0/4, 2/2, 1/2: R = 7/12. e = x − R·y: 5/3, −7/3, 5/6, −1/6; Σe² = 8.944444, s² = 2.981481,
        // ȳ = 3: Var = 2.981481/(4·9) = 0.0828189
        let p = pair(&[(4, 4), (0, 4), (2, 2), (1, 2)]);
        assert!((p.ratio().unwrap() - 7.0 / 12.0).abs() < 1e-12);
        assert!((p.ratio_variance().unwrap() - 0.082_818_9).abs() < 1e-6);
        // worth (7/12·5/12)/0.0828189 = 2.93483 answers, far fewer than the 12 promises
        let expected = wilson(7.0 / 12.0, 2.934_83).unwrap();
        assert!((p.share().unwrap().low - expected.low).abs() < 1e-5);
    }

    #[test]
    fn promises_all_kept_leave_as_much_doubt_as_there_are_customers() {
        let share = pair(&[(10, 10), (10, 10)]).share().unwrap();
        assert_eq!(Some(share), wilson(1.0, 2.0));
        assert_eq!(pair(&[]).share(), None);
    }

    #[test]
    fn a_correlation_worked_by_hand() {
        // (1,1) (2,3) (3,2) (4,4): cov 1, var 1.25 each: r 0.8
        assert!((pair(&[(1, 1), (2, 3), (3, 2), (4, 4)]).correlation().unwrap().value - 0.8).abs() < 1e-12);
        assert_eq!(pair(&[(1, 1), (1, 3), (1, 2), (1, 4)]).correlation(), None);
    }
}
