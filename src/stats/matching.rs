//! Which group of one partition is which group of another: overlap, and the pairing that keeps most customers in place.

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

/// Steps of an overlap (a share of all customers) in whole numbers, which the pairing needs.
const OVERLAP_STEPS: f64 = (1u64 << 30) as f64;

/// Steps of a Jaccard coefficient, the tie-breaker: all of them together stay below one step of an overlap.
const JACCARD_STEPS: f64 = (1u64 << 20) as f64;

/// Room for the tie-breakers of up to 64 pairs below one step of an overlap.
const TIE_ROOM: i64 = 1 << 27;

/// How much two partitions of the same customers have in common, group by group; customers count with their weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    columns: usize,
    cells: Vec<f64>,
    row_totals: Vec<f64>,
    column_totals: Vec<f64>,
    total: f64,
}

impl Overlap {
    /// Counts pairs of labels: customer `i` is in group `a[i]` (`0..sizes.0`) of one partition and in group `b[i]`
    /// (`0..sizes.1`) of the other, and has weight `weights[i]` ≥ 0. The sums are taken in order, so equal rows give
    /// equal bits.
    ///
    /// # Panics
    /// If lengths differ or a label is out of range, which is an error of the caller.
    ///
    /// # Examples
    /// By hand: two customers are in group 0 then and in group 1 now, each of weight 1, of six in all.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let (then, now) = ([0, 0, 0, 1, 1, 2], [1, 1, 0, 0, 0, 2]);
    /// let overlap = Overlap::of(&then, &now, &[1.0; 6], (3, 3));
    /// assert_eq!(overlap.both(0, 1), 2.0);
    /// assert_eq!(overlap.total(), 6.0);
    /// ```
    #[must_use]
    pub fn of(a: &[usize], b: &[usize], weights: &[f64], sizes: (usize, usize)) -> Self {
        assert!(a.len() == b.len() && a.len() == weights.len(), "two partitions of the same customers");
        let (rows, columns) = sizes;
        let mut cells = vec![0.0; rows * columns];
        for ((x, y), weight) in a.iter().zip(b).zip(weights) {
            assert!(*x < rows && *y < columns, "labels are in range");
            cells[x * columns + y] += weight;
        }
        Self::from_cells(columns, cells)
    }

    /// From a table of weights ≥ 0, row by row.
    fn from_cells(columns: usize, cells: Vec<f64>) -> Self {
        let row_totals: Vec<f64> = cells.chunks(columns.max(1)).map(|row| row.iter().sum()).collect();
        let column_totals = (0..columns).map(|c| cells.iter().skip(c).step_by(columns).sum()).collect();
        let total = row_totals.iter().sum();
        Self { columns, cells, row_totals, column_totals, total }
    }

    /// Number of groups of the first partition.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.row_totals.len()
    }

    /// Number of groups of the second partition.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Weight of the customers in group `row` of the first and group `column` of the second partition.
    ///
    /// # Examples
    /// By hand, with weights: the customers of weight 2 and 3 are in group 0 then and in group 1 now.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let overlap = Overlap::of(&[0, 0, 1], &[1, 1, 0], &[2.0, 3.0, 4.0], (2, 2));
    /// assert_eq!((overlap.both(0, 1), overlap.both(1, 0), overlap.both(0, 0)), (5.0, 4.0, 0.0));
    /// ```
    #[must_use]
    pub fn both(&self, row: usize, column: usize) -> f64 {
        self.cells[row * self.columns + column]
    }

    /// Weight of all customers together.
    ///
    /// # Examples
    /// By hand: 2 + 3 + 4.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let overlap = Overlap::of(&[0, 0, 1], &[1, 1, 0], &[2.0, 3.0, 4.0], (2, 2));
    /// assert_eq!((overlap.total(), overlap.rows(), overlap.columns()), (9.0, 2, 2));
    /// ```
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Share of group `row` of the first partition that is in group `column` of the second, 0–1; 0 for an empty group.
    ///
    /// # Examples
    /// By hand: of the three customers of group 0 then, two are in group 1 now.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let overlap = Overlap::of(&[0, 0, 0, 1, 1, 2], &[1, 1, 0, 0, 0, 2], &[1.0; 6], (3, 3));
    /// assert!((overlap.share_of_row(0, 1) - 2.0 / 3.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn share_of_row(&self, row: usize, column: usize) -> f64 {
        ratio(self.both(row, column), self.row_totals[row])
    }

    /// Share of group `column` of the second partition that was in group `row` of the first, 0–1; 0 for an empty group.
    ///
    /// # Examples
    /// By hand: of the three customers of group 0 now, one was in group 0 then.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let overlap = Overlap::of(&[0, 0, 0, 1, 1, 2], &[1, 1, 0, 0, 0, 2], &[1.0; 6], (3, 3));
    /// assert!((overlap.share_of_column(0, 0) - 1.0 / 3.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn share_of_column(&self, row: usize, column: usize) -> f64 {
        ratio(self.both(row, column), self.column_totals[column])
    }

    /// Jaccard coefficient of two groups, `|A ∩ B| / |A ∪ B|`, 0–1; 0 where both are empty.
    ///
    /// # Examples
    /// By hand: groups of 3 and 2 share 2 customers: 2/(3 + 2 − 2) = 2/3.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let overlap = Overlap::of(&[0, 0, 0, 1, 1, 2], &[1, 1, 0, 0, 0, 2], &[1.0; 6], (3, 3));
    /// assert!((overlap.jaccard(0, 1) - 2.0 / 3.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn jaccard(&self, row: usize, column: usize) -> f64 {
        let both = self.both(row, column);
        ratio(both, self.row_totals[row] + self.column_totals[column] - both)
    }

    /// For each group of the first partition its partner in the second: one to one, chosen so that the customers in
    /// partners are as many as can be; among pairings equal in that, the one with the larger sum of Jaccard
    /// coefficients. `None` = no partner, or one without a common customer.
    ///
    /// METHOD: maximum weight matching (Kuhn 1955, Munkres 1957) on the overlap; customers who stay are what a stable
    /// id is for. Weights are rounded to 2⁻³⁰ of the total. Where even the Jaccard coefficients tie, the order decides.
    ///
    /// # Examples
    /// `linear_sum_assignment([[1, 2, 0], [2, 0, 0], [0, 0, 1]], maximize=True)` of scipy 1.17.1 pairs 0 with 1, 1 with
    /// 0 and 2 with 2: five of six customers stay.
    ///
    /// ```
    /// use valueseg_stats::matching::Overlap;
    ///
    /// let overlap = Overlap::of(&[0, 0, 0, 1, 1, 2], &[1, 1, 0, 0, 0, 2], &[1.0; 6], (3, 3));
    /// assert_eq!(overlap.partners(), [Some(1), Some(0), Some(2)]);
    /// ```
    #[must_use]
    pub fn partners(&self) -> Vec<Option<usize>> {
        let (rows, columns) = (self.rows(), self.columns());
        if rows == 0 || columns == 0 {
            return vec![None; rows];
        }
        // INVARIANT: whole numbers, so that no rounding decides between pairings. The Jaccards of 64 pairs sum to at
        // most 64·2²⁰ < 2²⁷, less than one step of an overlap, and overlaps to about 2³⁰·2²⁷, which fits into 64 bits.
        let weight = |row: usize, column: usize| {
            let overlap = (ratio(self.both(row, column), self.total) * OVERLAP_STEPS).round() as i64;
            overlap * TIE_ROOM + (self.jaccard(row, column) * JACCARD_STEPS).round() as i64
        };
        let mut partners = vec![None; rows];
        // The library wants no more rows than columns.
        if rows <= columns {
            let (_, found) = kuhn_munkres(&Matrix::from_fn(rows, columns, |(r, c)| weight(r, c)));
            for (row, column) in found.into_iter().enumerate() {
                partners[row] = Some(column);
            }
        } else {
            let (_, found) = kuhn_munkres(&Matrix::from_fn(columns, rows, |(c, r)| weight(r, c)));
            for (column, row) in found.into_iter().enumerate() {
                partners[row] = Some(column);
            }
        }
        // The matching pairs whom it can, even over an overlap of nothing.
        for (row, partner) in partners.iter_mut().enumerate() {
            *partner = partner.filter(|column| self.both(row, *column) > 0.0);
        }
        partners
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_pairing_keeps_most_customers_in_place_not_the_greatest_single_overlap() {
        // Greedy takes 50 (row 0, column 0), then 10: 60 stay. Crosswise 45 + 40 = 85 stay.
        let overlap = Overlap::from_cells(2, vec![50.0, 45.0, 40.0, 10.0]);
        assert_eq!(overlap.partners(), vec![Some(1), Some(0)]);
        assert!((overlap.total() - 145.0).abs() < 1e-12);
    }

    #[test]
    fn shares_and_jaccard_are_those_worked_by_hand() {
        // A1 = 60 + 20, A2 = 0 + 20; B1 = 60, B2 = 40.
        let overlap = Overlap::from_cells(2, vec![60.0, 20.0, 0.0, 20.0]);
        assert!((overlap.share_of_row(0, 0) - 0.75).abs() < 1e-12);
        assert!((overlap.share_of_column(0, 1) - 0.5).abs() < 1e-12);
        assert!((overlap.jaccard(0, 0) - 0.75).abs() < 1e-12);
        assert!((overlap.jaccard(0, 1) - 0.2).abs() < 1e-12);
        assert!((overlap.jaccard(1, 1) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn more_groups_on_either_side_leave_some_without_a_partner() {
        let wide = Overlap::from_cells(3, vec![10.0, 1.0, 0.0, 0.0, 8.0, 7.0]);
        assert_eq!(wide.partners(), vec![Some(0), Some(1)]);
        let tall = Overlap::from_cells(2, vec![10.0, 0.0, 1.0, 8.0, 0.0, 7.0]);
        assert_eq!(tall.partners(), vec![Some(0), Some(1), None]);
    }

    #[test]
    fn groups_without_a_common_customer_are_no_partners() {
        let overlap = Overlap::from_cells(2, vec![5.0, 0.0, 3.0, 0.0]);
        assert_eq!(overlap.partners(), vec![Some(0), None]);
        assert_eq!(Overlap::from_cells(2, vec![]).partners(), vec![]);
        assert_eq!(Overlap::from_cells(0, vec![]).partners(), vec![]);
    }

    #[test]
    fn among_equal_overlaps_the_more_alike_pair_wins() {
        // Row 0 shares 10 with either column; column 1 is smaller, so it is more alike.
        let overlap = Overlap::from_cells(2, vec![10.0, 10.0, 90.0, 90.0]);
        assert_eq!(overlap.partners().len(), 2);
        let overlap = Overlap::from_cells(2, vec![10.0, 10.0, 50.0, 0.0]);
        assert_eq!(overlap.partners(), vec![Some(1), Some(0)]);
    }

    proptest! {
        #[test]
        fn a_partition_is_its_own_partner_whatever_the_labels_are_called(
            labels in prop::collection::vec(0usize..5, 5..200), shift in 0usize..5,
        ) {
            let renamed: Vec<usize> = labels.iter().map(|l| (l + shift) % 5).collect();
            let weights = vec![1.0; labels.len()];
            let overlap = Overlap::of(&labels, &renamed, &weights, (5, 5));
            for (row, partner) in overlap.partners().into_iter().enumerate() {
                if labels.contains(&row) {
                    prop_assert_eq!(partner, Some((row + shift) % 5));
                    prop_assert!((overlap.jaccard(row, (row + shift) % 5) - 1.0).abs() < 1e-12);
                } else {
                    prop_assert_eq!(partner, None);
                }
            }
        }

        #[test]
        fn no_other_pairing_keeps_more_customers(cells in prop::collection::vec(0u32..50, 9)) {
            let cells: Vec<f64> = cells.into_iter().map(f64::from).collect();
            let overlap = Overlap::from_cells(3, cells);
            let kept = |pairs: &[Option<usize>]| -> f64 {
                pairs.iter().enumerate().filter_map(|(r, c)| c.map(|c| overlap.both(r, c))).sum()
            };
            let best = kept(&overlap.partners());
            for p in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                prop_assert!(kept(&p.map(Some)) <= best + 1e-9);
            }
        }

        #[test]
        fn a_row_of_weight_two_is_the_row_twice(pairs in prop::collection::vec((0usize..3, 0usize..4), 1..50)) {
            let (a, b): (Vec<usize>, Vec<usize>) = pairs.iter().copied().unzip();
            let twice = |v: &[usize]| [v, v].concat();
            let heavy = Overlap::of(&a, &b, &vec![2.0; a.len()], (3, 4));
            prop_assert_eq!(heavy, Overlap::of(&twice(&a), &twice(&b), &vec![1.0; 2 * a.len()], (3, 4)));
        }
    }
}
