//! Sums of products of each pair of columns over the rows that have both, as whole numbers.

/// Steps of a weight of 1: weights are kept as whole multiples of 2⁻¹².
pub const WEIGHT_ONE: f64 = 4_096.0;

/// Steps of a value of 1: values are kept as whole multiples of 0.01.
pub const VALUE_ONE: f64 = 100.0;

/// Largest weight told apart, in steps: a weight of 2²⁰.
const WEIGHT_MOST: f64 = 4_294_967_295.0;

/// Sums of a pair: rows, Σw, Σw², Σwx, Σwy, Σwx², Σwy², Σwxy.
const PER_PAIR: usize = 8;

/// A row weight as a whole number of steps of 1/[`WEIGHT_ONE`], from 1 to 2³² − 1; 1 for NaN.
///
/// # Examples
/// By hand: 1.5·2¹² = 6,144.
///
/// ```
/// use valueseg_stats::drivers::cross::weight_steps;
///
/// assert_eq!((weight_steps(1.0), weight_steps(1.5), weight_steps(f64::NAN)), (4_096, 6_144, 1));
/// ```
#[must_use]
pub fn weight_steps(weight: f64) -> i64 {
    // `max` turns NaN to 1, so no weight can break a pass.
    (weight * WEIGHT_ONE).round().clamp(0.0, WEIGHT_MOST).max(1.0) as i64
}

/// A value as a whole number of steps of 1/[`VALUE_ONE`]. Callers keep values within ±35 so that the sums of
/// [`CrossSums`] hold.
///
/// # Examples
/// By hand: 7.254 is 725 steps of 0.01.
///
/// ```
/// use valueseg_stats::drivers::cross::value_steps;
///
/// assert_eq!(value_steps(7.254), 725);
/// ```
#[must_use]
pub fn value_steps(value: f64) -> i64 {
    (value * VALUE_ONE).round() as i64
}

/// Cross sums of `columns` columns, for each pair over the rows that have both.
///
/// INVARIANT: sums are whole numbers, so merging is exact, associative and commutative: any split of the rows, merged
/// in any order, gives the same bits. They are exact while, in one of these, the squared weights sum to less than
/// 5·10¹¹ and the weights to less than 1.8·10⁸ (beyond, 64 bits wrap without a panic and the figures are wrong).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossSums {
    columns: usize,
    cells: Vec<i64>,
}

impl CrossSums {
    /// Sums over no rows, for `columns` columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns, cells: vec![0; columns * (columns + 1) / 2 * PER_PAIR] }
    }

    /// Number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Adds a row of weight `w` (in steps, ≥ 1): the columns it has, in rising order, with values in steps.
    ///
    /// # Panics
    /// If a column is not there.
    ///
    /// # Examples
    /// By hand: of three rows two have both columns.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::{CrossSums, value_steps, weight_steps};
    ///
    /// let mut sums = CrossSums::new(2);
    /// sums.add(&[(0, value_steps(1.0)), (1, value_steps(2.0))], weight_steps(1.0));
    /// sums.add(&[(0, value_steps(3.0)), (1, value_steps(6.0))], weight_steps(1.0));
    /// sums.add(&[(0, value_steps(9.0))], weight_steps(1.0));
    /// assert_eq!(sums.pair(0, 1).means(), Some((2.0, 4.0)));
    /// assert_eq!((sums.pair(0, 1).rows(), sums.pair(0, 0).rows()), (2, 3));
    /// ```
    pub fn add(&mut self, row: &[(usize, i64)], w: i64) {
        let square = w * w;
        // INVARIANT: columns rise within a row, so i ≤ j: the packed lower triangle, x always of the smaller column.
        for (place, &(j, y)) in row.iter().enumerate() {
            let first = j * (j + 1) / 2;
            let wy = w * y;
            for &(i, x) in &row[..=place] {
                let at = (first + i) * PER_PAIR;
                let wx = w * x;
                let cell = &mut self.cells[at..at + PER_PAIR];
                for (sum, term) in cell.iter_mut().zip([1, w, square, wx, wy, wx * x, wy * y, wx * y]) {
                    // Wrapping: beyond the bounds of the type's documentation figures are wrong, but no pass ends in a
                    // panic.
                    *sum = sum.wrapping_add(term);
                }
            }
        }
    }

    /// All sums: the packed lower triangle of pairs, each as rows, Σw, Σw², Σwx, Σwy, Σwx², Σwy², Σwxy in steps.
    #[must_use]
    pub fn cells(&self) -> &[i64] {
        &self.cells
    }

    /// The same sums as [`CrossSums::cells`], to be written over by stored ones.
    pub fn cells_mut(&mut self) -> &mut [i64] {
        &mut self.cells
    }

    /// Adds the sums over other rows.
    ///
    /// # Panics
    /// If the other has not as many columns.
    ///
    /// # Examples
    /// By hand: two rows and one row are three, of mean (1 + 3 + 5)/3.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::{CrossSums, value_steps};
    ///
    /// let (mut left, mut right) = (CrossSums::new(1), CrossSums::new(1));
    /// [1.0, 3.0].iter().for_each(|x| left.add(&[(0, value_steps(*x))], 4_096));
    /// right.add(&[(0, value_steps(5.0))], 4_096);
    /// left.merge(&right);
    /// assert_eq!((left.pair(0, 0).rows(), left.pair(0, 0).means()), (3, Some((3.0, 3.0))));
    /// ```
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.columns, other.columns, "sums of one pass have the same columns");
        self.cells.iter_mut().zip(&other.cells).for_each(|(mine, theirs)| *mine = mine.wrapping_add(*theirs));
    }

    /// The sums of the pair of columns `i` and `j` in either order; `x` is the column of the smaller number.
    ///
    /// # Examples
    /// By hand: both columns vary, and only the order of the names is another.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::CrossSums;
    ///
    /// let mut sums = CrossSums::new(2);
    /// [(100, 200), (300, 600)].iter().for_each(|(x, y)| sums.add(&[(0, *x), (1, *y)], 4_096));
    /// assert_eq!(sums.pair(0, 1).means(), Some((2.0, 4.0)));
    /// assert_eq!(sums.pair(1, 0).means(), Some((2.0, 4.0)));
    /// ```
    #[must_use]
    pub fn pair(&self, i: usize, j: usize) -> Pair<'_> {
        let (i, j) = (i.min(j), i.max(j));
        let at = (j * (j + 1) / 2 + i) * PER_PAIR;
        Pair(&self.cells[at..at + PER_PAIR])
    }
}

/// The sums of one pair of columns, over the rows that have both.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a>(&'a [i64]);

impl Pair<'_> {
    /// Number of rows that have both columns.
    #[must_use]
    pub fn rows(&self) -> u64 {
        u64::try_from(self.0[0]).unwrap_or(0)
    }

    /// Effective number of rows (Kish): `(Σw)²/Σw²`; 0 without rows.
    ///
    /// # Examples
    /// By hand, weights 1, 1 and 2: 4²/6.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::{CrossSums, weight_steps};
    ///
    /// let mut sums = CrossSums::new(1);
    /// [1.0, 1.0, 2.0].iter().for_each(|w| sums.add(&[(0, 100)], weight_steps(*w)));
    /// assert!((sums.pair(0, 0).effective_n() - 16.0 / 6.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn effective_n(&self) -> f64 {
        crate::interval::effective_n(self.0[1] as f64, self.0[2] as f64).unwrap_or(0.0)
    }

    /// Means of the two columns over these rows; `None` without rows.
    ///
    /// # Examples
    /// By hand, weights 1 and 3: (1·1 + 3·5)/4 = 4 and (1·2 + 3·6)/4 = 5.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::{CrossSums, weight_steps};
    ///
    /// let mut sums = CrossSums::new(2);
    /// sums.add(&[(0, 100), (1, 200)], weight_steps(1.0));
    /// sums.add(&[(0, 500), (1, 600)], weight_steps(3.0));
    /// assert_eq!(sums.pair(0, 1).means(), Some((4.0, 5.0)));
    /// ```
    #[must_use]
    pub fn means(&self) -> Option<(f64, f64)> {
        let w = self.0[1] as f64;
        (w > 0.0).then(|| (self.0[3] as f64 / w / VALUE_ONE, self.0[4] as f64 / w / VALUE_ONE))
    }

    /// Weighted variances (divisor Σw) of the two columns and their covariance; `None` without rows.
    ///
    /// # Examples
    /// `cov([1, 2, 3], [2, 2, 5], bias=True)` of numpy 2.4.6: variances 2/3 and 2, covariance 1.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::CrossSums;
    ///
    /// let mut sums = CrossSums::new(2);
    /// [(100, 200), (200, 200), (300, 500)].iter().for_each(|(x, y)| sums.add(&[(0, *x), (1, *y)], 4_096));
    /// let found = sums.pair(0, 1).covariance().unwrap();
    /// assert!(found.iter().zip([2.0 / 3.0, 2.0, 1.0]).all(|(got, wanted)| (got - wanted).abs() < 1e-12));
    /// ```
    #[must_use]
    pub fn covariance(&self) -> Option<[f64; 3]> {
        let [_, w, _, x, y, xx, yy, xy] = std::array::from_fn(|i| i128::from(self.0[i]));
        if w <= 0 {
            return None;
        }
        // Whole numbers up to here: the difference of two large numbers loses nothing.
        let scale = (w as f64).powi(2) * VALUE_ONE * VALUE_ONE;
        Some([w * xx - x * x, w * yy - y * y, w * xy - x * y].map(|moment| moment as f64 / scale))
    }

    /// Correlation over these rows, −1..1; `None` if one of the columns does not vary over them.
    ///
    /// # Examples
    /// `corrcoef([1, 2, 3], [2, 2, 5])` of numpy 2.4.6: 0.86602540.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::CrossSums;
    ///
    /// let mut sums = CrossSums::new(2);
    /// [(100, 200), (200, 200), (300, 500)].iter().for_each(|(x, y)| sums.add(&[(0, *x), (1, *y)], 4_096));
    /// assert!((sums.pair(0, 1).correlation().unwrap() - 0.866_025_40).abs() < 1e-8);
    /// assert_eq!(CrossSums::new(2).pair(0, 1).correlation(), None);
    /// ```
    #[must_use]
    pub fn correlation(&self) -> Option<f64> {
        let [xx, yy, xy] = self.covariance()?;
        (xx > 0.0 && yy > 0.0).then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(rows: &[(f64, Option<f64>, f64)]) -> CrossSums {
        let mut sums = CrossSums::new(2);
        for &(x, y, w) in rows {
            let row: Vec<_> =
                [Some(x), y].into_iter().enumerate().filter_map(|(i, v)| Some((i, value_steps(v?)))).collect();
            sums.add(&row, weight_steps(w));
        }
        sums
    }

    #[test]
    fn a_correlation_worked_by_hand() {
        // x 1 2 3, y 2 2 5 (the fourth row has no y): cov 1, var x 2/3, var y 2; r = 1/√(4/3) = 0.8660254
        let sums = sums(&[(1.0, Some(2.0), 1.0), (2.0, Some(2.0), 1.0), (3.0, Some(5.0), 1.0), (9.0, None, 1.0)]);
        let pair = sums.pair(0, 1);
        assert_eq!(pair.rows(), 3);
        assert!((pair.correlation().unwrap() - 0.75f64.sqrt()).abs() < 1e-12);
        assert_eq!(pair.means().unwrap(), (2.0, 3.0));
        assert_eq!(sums.pair(1, 0).rows(), 3);
        assert_eq!(sums.pair(0, 0).rows(), 4);
    }

    #[test]
    fn a_weight_of_two_is_the_row_twice_but_not_a_second_witness() {
        let once = sums(&[(1.0, Some(4.0), 2.0), (5.0, Some(3.0), 1.0), (2.0, Some(9.0), 1.0)]);
        let twice = sums(&[(1.0, Some(4.0), 1.0), (1.0, Some(4.0), 1.0), (5.0, Some(3.0), 1.0), (2.0, Some(9.0), 1.0)]);
        let (once, twice) = (once.pair(0, 1), twice.pair(0, 1));
        assert_eq!(once.correlation(), twice.correlation());
        assert!((once.effective_n() - 16.0 / 6.0).abs() < 1e-12);
        assert!((twice.effective_n() - 4.0).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        assert_eq!(sums(&[(1.0, Some(4.0), 1.0), (5.0, Some(4.0), 1.0)]).pair(0, 1).correlation(), None);
        assert_eq!(CrossSums::new(2).pair(0, 1).correlation(), None);
        assert_eq!(CrossSums::new(2).pair(0, 1).means(), None);
    }

    #[test]
    fn no_weight_breaks_a_pass() {
        assert_eq!(weight_steps(1.0), 4_096);
        assert_eq!(weight_steps(0.0), 1);
        assert_eq!(weight_steps(f64::NAN), 1);
        assert_eq!(weight_steps(f64::INFINITY), 4_294_967_295);
    }

    proptest! {
        #[test]
        fn any_split_and_order_of_the_rows_gives_the_same_sums(
            rows in prop::collection::vec((-10.0..10.0f64, prop::option::of(-10.0..10.0f64), 0.1..9.0f64), 1..40),
            cut in 0usize..40,
        ) {
            let cut = cut.min(rows.len());
            let (mut left, right) = (sums(&rows[cut..]), sums(&rows[..cut]));
            left.merge(&right);
            let whole = sums(&rows);
            prop_assert_eq!(&left, &whole);
            let r = left.pair(0, 1).correlation();
            prop_assert!(r.is_none_or(|r| (-1.0..=1.0).contains(&r)));
        }
    }
}
