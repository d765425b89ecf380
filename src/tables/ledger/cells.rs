//! Cells, column by column: what a gate over unreadable cells compares.

use serde::Serialize;

/// What became of the cells of one column of one table.
///
/// Every cell of every row that came to be judged is counted once, whatever became of its row. Blank cells are counted only
/// where the column is required, and then as missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ColumnCells {
    /// Column of the source or query, as rejects name it.
    pub column: String,
    /// Canonical column it is mapped to; of answers in wide tables, the cell such as `importance_saves_time`.
    pub canonical: String,
    /// Whether it holds answers on a scale: only these are answers, dates beside them are not.
    pub answers: bool,
    /// Cells that held something, readable or not.
    pub read: u64,
    /// Cells that held nothing, or a word for nothing, though a value is required.
    pub missing: u64,
    /// Of the cells read, those that are not what the column holds: no number, no date, no known word, no id.
    pub unreadable: u64,
    /// Of the cells read, numbers off the scale of answers or outside the range of the column.
    pub off_scale: u64,
}

impl ColumnCells {
    /// Cells read that cannot be used: unreadable or off the scale.
    #[must_use]
    pub fn bad(&self) -> u64 {
        self.unreadable + self.off_scale
    }

    /// Share of the cells read that cannot be used; 0 where nothing was read.
    #[must_use]
    pub fn bad_share(&self) -> f64 {
        if self.read == 0 { 0.0 } else { self.bad() as f64 / self.read as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_bad_cells_is_of_those_read_and_an_unread_column_has_none() {
        let cells = ColumnCells { read: 8, unreadable: 1, off_scale: 1, missing: 5, ..ColumnCells::default() };
        assert!((cells.bad_share() - 0.25).abs() < 1e-12);
        assert!(ColumnCells::default().bad_share().abs() < 1e-12);
    }
}
