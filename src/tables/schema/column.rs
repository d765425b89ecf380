//! What a column is: a name, one of nine types, whether it may be null, a sentence, and what fills it.

use std::borrow::Cow;

use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};

/// The only types an output column may have: those that pandas, Polars, `DuckDB` and Spark all read alike. No unsigned
/// integers, no nanoseconds, no decimals, nothing nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColumnType {
    /// `bool`.
    Bool,
    /// 32-bit signed integer.
    Int32,
    /// 64-bit signed integer.
    Int64,
    /// 32-bit float: scores and probabilities of single customers.
    Float32,
    /// 64-bit float: money and statistics of groups.
    Float64,
    /// UTF-8 string with many different values.
    Text,
    /// UTF-8 string with few different values, stored as `dictionary<int32, utf8>`.
    Category,
    /// Day without a time, `date32`.
    Date,
    /// Instant in microseconds, UTC.
    Timestamp,
}

impl ColumnType {
    /// All types.
    pub const ALL: [Self; 9] = [
        Self::Bool,
        Self::Int32,
        Self::Int64,
        Self::Float32,
        Self::Float64,
        Self::Text,
        Self::Category,
        Self::Date,
        Self::Timestamp,
    ];

    /// The Arrow type it is written as.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Text => DataType::Utf8,
            Self::Category => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        }
    }

    /// The word used in the documentation of columns.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Text => "string",
            Self::Category => "dictionary<int32, string>",
            Self::Date => "date32",
            Self::Timestamp => "timestamp(us, UTC)",
        }
    }
}

/// Whether a value may be absent. Absent means not known, never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// A value in every row, part of what names the row.
    Key,
    /// A value in every row.
    Always,
    /// A value, or null.
    Maybe,
}

/// One column of an output table. `F` is what fills it; without one the column alone is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column<F = ()> {
    pub(super) name: Cow<'static, str>,
    pub(super) kind: ColumnType,
    pub(super) holds: Holds,
    pub(super) doc: Cow<'static, str>,
    /// `None` = reserved: the name is taken, nothing fills it yet.
    pub(super) fill: Option<F>,
    /// It counts people of a group.
    pub(super) people: bool,
}

impl<F> Column<F> {
    /// Name: `snake_case` ASCII.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Type.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Whether a value may be absent. Absent means not known, never 0.
    #[must_use]
    pub fn nullable(&self) -> bool {
        self.holds == Holds::Maybe
    }

    /// Whether the column is part of the key.
    #[must_use]
    pub fn is_key(&self) -> bool {
        self.holds == Holds::Key
    }

    /// One sentence: what it is, its unit and range, and what null means where null is possible.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// Whether the name is only taken and nothing fills the column yet.
    #[must_use]
    pub fn reserved(&self) -> bool {
        self.fill.is_none()
    }

    /// Whether it counts people of a group: brought to fives when somebody among them is erased.
    #[must_use]
    pub fn counts_people(&self) -> bool {
        self.people
    }

    /// What fills it; `None` = reserved.
    pub(in crate::tables) fn fill(&self) -> Option<&F> {
        self.fill.as_ref()
    }

    /// The column without what fills it.
    pub(super) fn described(self) -> Column {
        let Self { name, kind, holds, doc, fill, people } = self;
        Column { name, kind, holds, doc, fill: fill.map(drop), people }
    }

    /// The Arrow field, with the sentence as its `description`.
    #[must_use]
    pub fn field(&self) -> Field {
        Field::new(self.name.as_ref(), self.kind.arrow(), self.nullable())
            .with_metadata([("description".to_owned(), self.doc.to_string())].into())
    }
}
