//! The declaration of a table: where it lies, what a row is, and its columns with what fills each of them.

use std::borrow::Cow;
use std::sync::Arc;

use datafusion::arrow::datatypes::{Schema, SchemaRef};

use super::cell::Cell;
use super::column::{Column, ColumnType, Holds};
use super::{TABLES, TableId};
use crate::model::rows::Estimate;

/// Id of a customer, the key of every table about customers.
pub(super) const CUSTOMER_ID: &str = "Opaque id of the customer as the inputs name it; unique, rows ascend by it.";

/// A segment, or one of the two groups that are not segments.
pub(super) const SEGMENT_ID: &str =
    "Segment id (`S01`, `S02`, …), `ALL` for everybody scored, `NONE` for scored customers without a segment.";

/// An element, part of a key.
pub(super) const ELEMENT_ID: &str = "Element of value, by its slug.";

/// Declares columns, each with its sentence, name, type and what fills it from the row `$row`:
/// `key "segment_id": Category = row.id;`. The sentence is the doc comment above it; its lines are one text.
macro_rules! columns {
    (
        $table:ident, $row:ident =>
        $($(#[doc = $line:literal])+ $holds:ident $name:literal $(: $kind:ident)? = $fill:expr;)+
    ) => {
        $($table.$holds(
            $name,
            $($crate::tables::schema::ColumnType::$kind,)?
            $crate::tables::schema::table::sentence(&[$($line),+]),
            |$row| $fill,
        );)+
    };
}
pub(super) use columns;

/// The lines of a doc comment as one text.
pub(super) fn sentence(lines: &[&'static str]) -> Cow<'static, str> {
    match lines {
        [line] => line.trim().into(),
        lines => lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").into(),
    }
}

/// Makes the value of one column of a `S`.
pub type Fill<S, V> = Box<dyn Fn(S) -> V + Send + Sync>;

/// What stands over the columns of a table.
#[derive(Clone, Copy, Debug)]
pub struct About {
    id: TableId,
    slug: &'static str,
    grain: &'static str,
    /// Where a table lies that only its owner may read.
    private: Option<&'static str>,
}

impl About {
    /// `slug` names the table in metadata and documentation, `grain` says what one row is.
    pub(super) const fn new(id: TableId, slug: &'static str, grain: &'static str) -> Self {
        Self { id, slug, grain, private: None }
    }

    /// A table for its owner alone, at this path of the run folder.
    pub(super) const fn private(id: TableId, slug: &'static str, path: &'static str, grain: &'static str) -> Self {
        Self { id, slug, grain, private: Some(path) }
    }
}

/// What a table is filled from: one row of a small table, whose columns are filled with [`Cell`]s, or a chunk of
/// customers, whose columns are filled with arrays.
pub trait TableSource: Copy {
    /// Value of a column.
    type Value: 'static;

    /// The table.
    const ABOUT: About;

    /// Declares all columns but `run_date`, each together with what fills it, or as reserved.
    fn columns(t: &mut Columns<Self>);

    /// The table as declared.
    #[must_use]
    fn table() -> Columns<Self> {
        let mut table = Table { about: Self::ABOUT, columns: Vec::new() };
        Self::columns(&mut table);
        table
    }
}

/// A table as declared. Without what fills its columns it is what [`TableId`] answers from.
pub struct Table<F = ()> {
    about: About,
    /// All columns but `run_date`, which comes first in every table and is filled by the writer.
    columns: Vec<Column<F>>,
}

/// A table whose columns are filled from `S`.
pub type Columns<S> = Table<Fill<S, <S as TableSource>::Value>>;

impl<F> Table<F> {
    /// Takes a name for later: nothing fills the column yet.
    #[expect(dead_code, reason = "no column waits today; the next one that does is declared by it")]
    pub(super) fn reserved(&mut self, holds: Holds, name: &'static str, kind: ColumnType, doc: &'static str) {
        self.columns.push(Column { name: name.into(), kind, holds, doc: doc.into(), fill: None, people: false });
    }

    /// Which table it is.
    pub(in crate::tables) fn id(&self) -> TableId {
        self.about.id
    }

    /// All columns but `run_date`, in file order.
    pub(in crate::tables) fn columns(&self) -> &[Column<F>] {
        &self.columns
    }

    /// The table without what fills its columns, and with `run_date`.
    pub(super) fn described(self) -> Table {
        let Self { about, columns } = self;
        let run_date = Column {
            name: "run_date".into(),
            kind: ColumnType::Date,
            holds: Holds::Always,
            doc: "The night the row belongs to, as a day in the project's time zone.".into(),
            fill: Some(()),
            people: false,
        };
        let columns = [run_date].into_iter().chain(columns.into_iter().map(Column::described)).collect();
        Table { about, columns }
    }
}

impl<S, V> Table<Fill<S, V>> {
    /// Declares a column of the key: always filled, in sort order before all others.
    pub(in crate::tables) fn key<X: Into<V>>(
        &mut self,
        name: &'static str,
        kind: ColumnType,
        doc: impl Into<Cow<'static, str>>,
        fill: impl Fn(S) -> X + Send + Sync + 'static,
    ) {
        self.column(Holds::Key, name.into(), kind, doc.into(), fill);
    }

    /// Declares a column that is always filled.
    pub(in crate::tables) fn filled<X: Into<V>>(
        &mut self,
        name: &'static str,
        kind: ColumnType,
        doc: impl Into<Cow<'static, str>>,
        fill: impl Fn(S) -> X + Send + Sync + 'static,
    ) {
        self.column(Holds::Always, name.into(), kind, doc.into(), fill);
    }

    /// Declares a column that may be null.
    pub(in crate::tables) fn maybe<X: Into<V>>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        kind: ColumnType,
        doc: impl Into<Cow<'static, str>>,
        fill: impl Fn(S) -> X + Send + Sync + 'static,
    ) {
        self.column(Holds::Maybe, name.into(), kind, doc.into(), fill);
    }

    /// Declares a number of people of a group, always filled. What must not be told apart from a number that one person
    /// changes is declared so.
    pub(super) fn people<X: Into<V>>(
        &mut self,
        name: &'static str,
        doc: impl Into<Cow<'static, str>>,
        fill: impl Fn(S) -> X + Send + Sync + 'static,
    ) {
        self.filled(name, ColumnType::Int64, doc, fill);
        self.columns.last_mut().expect("declared just before").people = true;
    }

    /// The same, where it may be null.
    pub(super) fn people_or_null<X: Into<V>>(
        &mut self,
        name: &'static str,
        doc: impl Into<Cow<'static, str>>,
        fill: impl Fn(S) -> X + Send + Sync + 'static,
    ) {
        self.maybe(name, ColumnType::Int64, doc, fill);
        self.columns.last_mut().expect("declared just before").people = true;
    }

    fn column<X: Into<V>>(
        &mut self,
        holds: Holds,
        name: Cow<'static, str>,
        kind: ColumnType,
        doc: Cow<'static, str>,
        fill: impl Fn(S) -> X + Send + Sync + 'static,
    ) {
        let fill: Fill<S, V> = Box::new(move |source| fill(source).into());
        self.columns.push(Column { name, kind, holds, doc, fill: Some(fill), people: false });
    }
}

impl<S> Table<Fill<S, Cell>> {
    /// Declares a figure and the two ends of its interval: `name`, `name_low` and `name_high`.
    pub(super) fn estimate(
        &mut self,
        name: &'static str,
        doc: impl Into<Cow<'static, str>>,
        fill: impl Fn(S) -> Option<Estimate> + Copy + Send + Sync + 'static,
    ) {
        let end = |which: &str| format!("{which} end of its 95 % interval; null as `{name}`.");
        self.maybe(name, ColumnType::Float64, doc, move |row| fill(row).map(|e| e.value));
        self.maybe(format!("{name}_low"), ColumnType::Float64, end("Lower"), move |row| fill(row).map(|e| e.low));
        self.maybe(format!("{name}_high"), ColumnType::Float64, end("Upper"), move |row| fill(row).map(|e| e.high));
    }
}

impl TableId {
    fn table(self) -> &'static Table {
        &TABLES[self as usize]
    }

    /// The word used in metadata and documentation.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.table().about.slug
    }

    /// The table with exactly this word.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.slug() == slug)
    }

    /// Where it lies in a run folder, with `/` as separator.
    #[must_use]
    pub fn path(self) -> String {
        self.table().about.private.map_or_else(|| format!("tables/{}.parquet", self.slug()), str::to_owned)
    }

    /// Whether it is for its owner alone.
    #[must_use]
    pub fn private(self) -> bool {
        self.table().about.private.is_some()
    }

    /// What one row is.
    #[must_use]
    pub fn grain(self) -> &'static str {
        self.table().about.grain
    }

    /// Columns that together name a row, in sort order; they follow `run_date`, which is the same in all rows.
    #[must_use]
    pub fn key(self) -> Vec<&'static str> {
        self.columns().iter().filter(|column| column.is_key()).map(Column::name).collect()
    }

    /// Its columns in file order.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        &self.table().columns
    }

    /// Whether the whole table is only a name taken for later: nothing fills it yet.
    #[must_use]
    pub fn reserved(self) -> bool {
        self.columns()[1..].iter().all(Column::reserved)
    }

    /// Its Arrow schema, each field with its sentence as `description`.
    #[must_use]
    pub fn arrow_schema(self) -> SchemaRef {
        Arc::new(Schema::new(self.columns().iter().map(Column::field).collect::<Vec<_>>()))
    }

    /// Sentences of its columns as a JSON object `{column: sentence}` in column order, for readers that do not show
    /// field metadata.
    #[must_use]
    pub fn docs_json(self) -> String {
        let entries: Vec<String> =
            self.columns().iter().map(|column| format!("{}:{}", quoted(column.name()), quoted(column.doc()))).collect();
        format!("{{{}}}", entries.join(","))
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::{DataType, TimeUnit};

    use super::*;
    use crate::tables::schema::ColumnType;

    #[test]
    fn every_column_has_a_type_that_all_readers_share() {
        for table in TableId::ALL {
            for field in table.arrow_schema().fields() {
                let allowed = match field.data_type() {
                    DataType::Boolean
                    | DataType::Int32
                    | DataType::Int64
                    | DataType::Float32
                    | DataType::Float64
                    | DataType::Utf8
                    | DataType::Date32 => true,
                    DataType::Dictionary(key, value) => {
                        (key.as_ref(), value.as_ref()) == (&DataType::Int32, &DataType::Utf8)
                    }
                    DataType::Timestamp(unit, zone) => (unit, zone.as_deref()) == (&TimeUnit::Microsecond, Some("UTC")),
                    _ => false,
                };
                assert!(allowed, "{}.{} is {}", table.slug(), field.name(), field.data_type());
            }
        }
    }

    #[test]
    fn the_first_column_is_the_night_and_the_next_ones_are_the_key() {
        for table in TableId::ALL {
            let columns = table.columns();
            assert_eq!((columns[0].name(), columns[0].kind()), ("run_date", ColumnType::Date), "{}", table.slug());
            let after: Vec<&str> = columns[1..=table.key().len()].iter().map(Column::name).collect();
            assert!(!after.is_empty() && after == table.key(), "{}", table.slug());
        }
    }

    #[test]
    fn names_are_plain_and_unique_and_every_sentence_says_what_null_means() {
        for table in TableId::ALL {
            let columns = table.columns();
            let mut names: Vec<&str> = columns.iter().map(Column::name).collect();
            for column in columns {
                let name = column.name();
                assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{name}");
                assert!(column.doc().ends_with('.'), "{}.{name}", table.slug());
                assert_eq!(column.doc().contains("null"), column.nullable(), "{}.{name}", table.slug());
            }
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), columns.len(), "{}", table.slug());
        }
    }

    #[test]
    fn element_scores_hold_two_scores_of_thirty_elements_each_with_error_and_provenance() {
        let columns = TableId::ElementScores.columns();
        assert_eq!(columns.len(), 2 + 180);
        assert_eq!(columns[2].name(), "importance_saves_time");
        assert_eq!(columns[3].name(), "importance_saves_time_se");
        assert_eq!(columns[4].name(), "importance_saves_time_provenance");
        assert_eq!(columns[5].name(), "fulfillment_saves_time");
        assert_eq!(columns[181].name(), "fulfillment_self_transcendence_provenance");
    }

    #[test]
    fn documentation_is_json_in_column_order() {
        let json = TableId::SegmentNeeds.docs_json();
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed.as_object().unwrap().len(), TableId::SegmentNeeds.columns().len());
        assert!(json.starts_with("{\"run_date\":"));
    }

    #[test]
    fn a_table_is_found_by_its_word() {
        for table in TableId::ALL {
            assert_eq!((TableId::parse(table.slug()), table.table().about.id), (Some(table), table));
        }
        assert_eq!(TableId::parse("customer"), None);
    }
}
