//! What a column is: a name, one of nine types, whether it may be null, and a sentence.

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

/// One column of an output table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: Cow<'static, str>,
    kind: ColumnType,
    nullable: bool,
    doc: Cow<'static, str>,
}

impl Column {
    /// A column whose name and sentence are made at run time (the 120 columns of `element_scores`).
    pub(super) fn made(name: String, kind: ColumnType, doc: String) -> Self {
        Self { name: name.into(), kind, nullable: true, doc: doc.into() }
    }

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
        self.nullable
    }

    /// One sentence: what it is, its unit and range, and what null means where null is possible.
    #[must_use]
    pub fn doc(&self) -> &str {
        &self.doc
    }

    /// The Arrow field, with the sentence as its `description`.
    #[must_use]
    pub fn field(&self) -> Field {
        Field::new(self.name.as_ref(), self.kind.arrow(), self.nullable)
            .with_metadata([("description".to_owned(), self.doc.to_string())].into())
    }
}

/// A column that is always filled, as a constant.
pub(super) const fn filled(name: &'static str, kind: ColumnType, doc: &'static str) -> Column {
    Column { name: Cow::Borrowed(name), kind, nullable: false, doc: Cow::Borrowed(doc) }
}

/// A column that may be null, as a constant.
pub(super) const fn maybe(name: &'static str, kind: ColumnType, doc: &'static str) -> Column {
    Column { name: Cow::Borrowed(name), kind, nullable: true, doc: Cow::Borrowed(doc) }
}

/// The date of the night, first in every table.
pub(super) const RUN_DATE: Column =
    filled("run_date", ColumnType::Date, "The night the row belongs to, as a day in the project's time zone.");

/// A segment, or one of the two groups that are not segments.
pub(super) const SEGMENT_ID: Column = filled(
    "segment_id",
    ColumnType::Category,
    "Segment id (`S01`, `S02`, …), `ALL` for everybody scored, `NONE` for scored customers without a segment.",
);
