//! A few rows of a table, laid out for work on several at once.

use ndarray::{Array1, Array2};

use crate::observed::Observed;

/// Rows of a tile. Sums run tile by tile in order, so this number is part of what makes a result reproducible.
pub const TILE: usize = 256;

/// Number of rows worked on side by side.
pub const LANES: usize = 8;

/// Up to [`TILE`] rows, indicator by indicator: column `r` of each array is row `r`.
#[derive(Clone, Debug)]
pub struct Tile {
    /// `(j, TILE)`: 1 = observed, 0 = absent.
    pub present: Array2<f32>,
    /// `(j, TILE)`: the value, 0 where absent.
    pub values: Array2<f32>,
    /// `(TILE)`: row weights; 0 for the padding after the last row.
    pub weights: Array1<f32>,
    /// Number of rows in use, at most [`TILE`].
    pub rows: usize,
}

impl Tile {
    /// A tile without rows for `j` indicators.
    #[must_use]
    pub fn empty(j: usize) -> Self {
        let zeros = Array2::zeros((j, TILE));
        Self { present: zeros.clone(), values: zeros, weights: Array1::zeros(TILE), rows: 0 }
    }

    /// Rows `start..` of a table, as many as fit.
    ///
    /// # Examples
    /// By hand: one row, indicator by indicator, is one column; the absent cell is 0.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::mixture::Tile;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let data = Observed::try_new(array![[4.0, 9.0]], array![[true, false]], array![2.0])?;
    /// let tile = Tile::of_rows(&data, 0);
    /// assert_eq!((tile.rows, tile.values[(0, 0)], tile.weights[0]), (1, 4.0, 2.0));
    /// assert_eq!((tile.present[(1, 0)], tile.values[(1, 0)]), (0.0, 0.0));
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn of_rows(data: &Observed, start: usize) -> Self {
        let mut tile = Self::empty(data.n_columns());
        tile.rows = TILE.min(data.n_rows() - start);
        let (values, present) = (data.values(), data.present());
        for r in 0..tile.rows {
            tile.weights[r] = data.weights()[start + r] as f32;
            for c in 0..data.n_columns() {
                if present[(start + r, c)] {
                    tile.present[(c, r)] = 1.0;
                    tile.values[(c, r)] = values[(start + r, c)] as f32;
                }
            }
        }
        tile
    }
}
