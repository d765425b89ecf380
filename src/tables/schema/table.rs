//! The tables, their keys and where they lie in a run folder.

use std::sync::Arc;

use datafusion::arrow::datatypes::{Schema, SchemaRef};

use super::{Column, customer_tables, night_tables, plan_tables, segment_tables};

/// An output table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableId {
    /// What a night knows about each customer.
    Customers,
    /// Scores of the 30 elements for each customer.
    ElementScores,
    /// Segments, everybody and the unassigned.
    Segments,
    /// Each element in each segment.
    SegmentElements,
    /// Each need tier in each segment.
    SegmentNeeds,
    /// What outcomes go with.
    Drivers,
    /// How close each segment is.
    Relationship,
    /// Published regularities beside own figures.
    Regularities,
    /// Lines of the plans.
    Plans,
    /// Customers who moved.
    Moves,
    /// Counts of moves.
    Transitions,
    /// Counts of ways up and down the arc.
    ArcTransitions,
    /// Solutions tried at the fit.
    Candidates,
    /// Checks.
    Quality,
    /// Inputs against those of the fit.
    Drift,
    /// Whether plays worked.
    Effects,
    /// Input rows that were not accepted.
    RejectedRows,
}

impl TableId {
    /// All tables, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Customers,
        Self::ElementScores,
        Self::Segments,
        Self::SegmentElements,
        Self::SegmentNeeds,
        Self::Drivers,
        Self::Relationship,
        Self::Regularities,
        Self::Plans,
        Self::Moves,
        Self::Transitions,
        Self::ArcTransitions,
        Self::Candidates,
        Self::Quality,
        Self::Drift,
        Self::Effects,
        Self::RejectedRows,
    ];

    /// The word used in metadata and documentation.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::ElementScores => "element_scores",
            Self::Segments => "segments",
            Self::SegmentElements => "segment_elements",
            Self::SegmentNeeds => "segment_needs",
            Self::Drivers => "drivers",
            Self::Relationship => "relationship",
            Self::Regularities => "regularities",
            Self::Plans => "plans",
            Self::Moves => "moves",
            Self::Transitions => "transitions",
            Self::ArcTransitions => "arc_transitions",
            Self::Candidates => "candidates",
            Self::Quality => "quality",
            Self::Drift => "drift",
            Self::Effects => "effects",
            Self::RejectedRows => "rejected_rows",
        }
    }

    /// The table with exactly this word.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.slug() == slug)
    }

    /// Where it lies in a run folder, with `/` as separator.
    #[must_use]
    pub fn path(self) -> String {
        match self {
            Self::RejectedRows => "rejected/rows.parquet".to_owned(),
            table => format!("tables/{}.parquet", table.slug()),
        }
    }

    /// What one row is.
    #[must_use]
    pub fn grain(self) -> &'static str {
        match self {
            Self::Customers | Self::ElementScores => "customer",
            Self::Segments => "segment, plus `ALL` and `NONE`",
            Self::SegmentElements => "segment × element",
            Self::SegmentNeeds => "segment × need tier",
            Self::Drivers => "segment × outcome × element",
            Self::Relationship => "segment × measure × key",
            Self::Regularities => "published regularity",
            Self::Plans => "segment × line of its plan",
            Self::Moves => "customer who moved",
            Self::ArcTransitions => "stage then × stage now × trouble",
            Self::Transitions => "segment then × segment now × horizon",
            Self::Candidates => "solution tried at the fit",
            Self::Quality => "input × check",
            Self::Drift => "indicator",
            Self::Effects => "play × segment",
            Self::RejectedRows => "fault of an input row or cell",
        }
    }

    /// Columns that together name a row, in sort order; they follow `run_date`, which is the same in all rows.
    #[must_use]
    pub fn key(self) -> &'static [&'static str] {
        match self {
            Self::Customers | Self::ElementScores | Self::Moves => &["customer_id"],
            Self::Segments => &["segment_id"],
            Self::SegmentElements => &["segment_id", "element_id"],
            Self::SegmentNeeds => &["segment_id", "need_tier"],
            Self::Drivers => &["segment_id", "outcome", "element_id"],
            Self::Relationship => &["segment_id", "measure", "key"],
            Self::Regularities => &["regularity"],
            Self::Plans => &["segment_id", "rank"],
            Self::Transitions => &["from_segment_id", "to_segment_id", "horizon_days"],
            Self::ArcTransitions => &["from_stage", "to_stage", "trouble"],
            Self::Candidates => &["method", "k", "q", "attempt"],
            Self::Quality => &["input", "check_id"],
            Self::Drift => &["indicator"],
            Self::Effects => &["play_id", "segment_id"],
            Self::RejectedRows => &["input_table", "source", "file", "row_number", "column_name", "code", "scope"],
        }
    }

    /// Its columns in file order.
    #[must_use]
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Customers => customer_tables::CUSTOMERS.to_vec(),
            Self::ElementScores => customer_tables::element_scores(),
            Self::Segments => segment_tables::SEGMENTS.to_vec(),
            Self::SegmentElements => segment_tables::SEGMENT_ELEMENTS.to_vec(),
            Self::SegmentNeeds => segment_tables::SEGMENT_NEEDS.to_vec(),
            Self::Drivers => segment_tables::DRIVERS.to_vec(),
            Self::Relationship => segment_tables::RELATIONSHIP.to_vec(),
            Self::Regularities => segment_tables::REGULARITIES.to_vec(),
            Self::Plans => plan_tables::PLANS.to_vec(),
            Self::Moves => customer_tables::MOVES.to_vec(),
            Self::Transitions => night_tables::TRANSITIONS.to_vec(),
            Self::ArcTransitions => night_tables::ARC_TRANSITIONS.to_vec(),
            Self::Candidates => night_tables::CANDIDATES.to_vec(),
            Self::Quality => night_tables::QUALITY.to_vec(),
            Self::Drift => night_tables::DRIFT.to_vec(),
            Self::Effects => plan_tables::EFFECTS.to_vec(),
            Self::RejectedRows => night_tables::REJECTED_ROWS.to_vec(),
        }
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
            for part in table.key() {
                let column = columns.iter().find(|c| c.name() == *part).expect("key column exists");
                assert!(!column.nullable(), "{}.{part} is part of the key and nullable", table.slug());
            }
            let after: Vec<&str> = columns[1..=table.key().len()].iter().map(Column::name).collect();
            assert_eq!(after, table.key(), "{}", table.slug());
        }
    }

    #[test]
    fn names_are_plain_and_unique_and_every_sentence_says_what_null_means() {
        for table in TableId::ALL {
            let columns = table.columns();
            let mut names: Vec<&str> = columns.iter().map(Column::name).collect();
            for column in &columns {
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
    fn element_scores_hold_two_scores_and_two_errors_for_each_of_thirty_elements() {
        let columns = TableId::ElementScores.columns();
        assert_eq!(columns.len(), 2 + 120);
        assert_eq!(columns[2].name(), "importance_saves_time");
        assert_eq!(columns[3].name(), "importance_saves_time_se");
        assert_eq!(columns[4].name(), "fulfilment_saves_time");
        assert_eq!(columns[121].name(), "fulfilment_self_transcendence_se");
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
            assert_eq!(TableId::parse(table.slug()), Some(table));
        }
        assert_eq!(TableId::parse("customer"), None);
    }
}
