//! A cell of a small table.

use super::ColumnType;

/// A value of one of the column types, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not known.
    Null,
    /// For `bool`.
    Bool(bool),
    /// For `int32` and `int64`.
    Int(i64),
    /// For `float32` and `float64`; always finite when made by `From`.
    Float(f64),
    /// For strings, stored as they are or as dictionary.
    Text(String),
    /// For `date32`: days since 1970-01-01.
    Day(i32),
}

impl Cell {
    /// Whether a column of this type can hold the cell.
    pub(in crate::tables) fn fits(&self, kind: ColumnType) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) => kind == ColumnType::Bool,
            Self::Int(value) => match kind {
                ColumnType::Int32 => i32::try_from(*value).is_ok(),
                other => other == ColumnType::Int64,
            },
            Self::Float(value) => matches!(kind, ColumnType::Float32 | ColumnType::Float64) && value.is_finite(),
            Self::Text(_) => matches!(kind, ColumnType::Text | ColumnType::Category),
            Self::Day(_) => kind == ColumnType::Date,
        }
    }

    pub(in crate::tables) fn int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    pub(in crate::tables) fn float(&self) -> Option<f64> {
        if let Self::Float(value) = self { Some(*value) } else { None }
    }

    pub(in crate::tables) fn bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub(in crate::tables) fn text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    pub(in crate::tables) fn day(&self) -> Option<i32> {
        if let Self::Day(value) = self { Some(*value) } else { None }
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u64> for Cell {
    /// A count; beyond the range of `int64` there are no counts.
    fn from(value: u64) -> Self {
        Self::Int(i64::try_from(value).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Cell {
    fn from(value: u32) -> Self {
        Self::Int(i64::from(value))
    }
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Cell {
    /// What is no number is not known.
    fn from(value: f64) -> Self {
        if value.is_finite() { Self::Float(value) } else { Self::Null }
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<&String> for Cell {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_becomes_not_known() {
        assert_eq!(Cell::from(f64::NAN), Cell::Null);
        assert_eq!(Cell::from(f64::INFINITY), Cell::Null);
        assert_eq!(Cell::from(None::<f64>), Cell::Null);
        assert_eq!(Cell::from(Some(0.0)), Cell::Float(0.0));
    }

    #[test]
    fn a_cell_fits_only_its_own_kind_of_column() {
        assert!(Cell::Int(1).fits(ColumnType::Int32) && Cell::Int(1).fits(ColumnType::Int64));
        assert!(!Cell::Int(i64::MAX).fits(ColumnType::Int32));
        assert!(!Cell::Int(1).fits(ColumnType::Float64));
        assert!(!Cell::Float(f64::NAN).fits(ColumnType::Float64));
        assert!(Cell::Text(String::new()).fits(ColumnType::Category));
        assert!(ColumnType::ALL.iter().all(|kind| Cell::Null.fits(*kind)));
    }
}
