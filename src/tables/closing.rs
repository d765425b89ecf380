//! Numbers of people in tables of groups, closed when somebody among them is erased: brought to fives by chance that is
//! not kept, so that a number minus the rows that are left does not tell where the person was.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::error::ArrowError;

use super::figures::{Figures, STATE_NAME, StoredMixes, figure_kind, parts};
use super::noise_key::NoiseKey;
use super::schema::TableId;
use crate::model::segment::Noise;

/// Counts of a manifest that are numbers of people.
const PEOPLE: [&str; 4] = ["customers", "respondents", "scored", "unassigned"];

/// Closes numbers of people.
pub(super) struct Closing {
    chance: Noise,
}

impl Closing {
    /// Closing by this chance.
    pub(super) fn by(chance: NoiseKey) -> Self {
        Self { chance: Noise::keyed(chance) }
    }

    /// The table of a run folder in the file `name`, if it counts people of groups.
    pub(super) fn table(name: &str) -> Option<TableId> {
        let counts = |table: &TableId| table.columns().iter().any(|column| column.counts_people());
        TableId::ALL.into_iter().filter(counts).find(|table| Path::new(&table.path()) == Path::new(name))
    }

    /// The rows with every number of people in fives; losses as gains.
    pub(super) fn closed(&self, table: TableId, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let schema = batch.schema();
        let people = |name: &str| table.columns().iter().any(|column| column.counts_people() && column.name() == name);
        let column = |place: usize| -> ArrayRef {
            let (field, column) = (schema.field(place), batch.column(place));
            match column.as_primitive_opt::<Int64Type>().filter(|_| people(field.name())) {
                Some(counts) => {
                    let fives = counts.iter().map(|count| count.map(|count| self.five(table, field.name(), count)));
                    Arc::new(fives.collect::<Int64Array>())
                }
                None => Arc::clone(column),
            }
        };
        RecordBatch::try_new(Arc::clone(&schema), (0..schema.fields().len()).map(column).collect())
    }

    /// The counts of words that a night keeps for the nights to come, in fives; `None` = the text is none of that kind.
    pub(super) fn mixes(&self, text: &str) -> Option<String> {
        StoredMixes::told(text, |rows| self.chance.in_fives(STATE_NAME, rows))
    }

    /// Numbers of customers among the figures of the inputs, in fives.
    pub(super) fn close_figures(&self, figures: &mut Figures) {
        let customers = |name: &str| figure_kind(parts(name).0).is_some_and(|kind| kind.unit == "customers");
        for (name, people) in figures.iter_mut().filter(|(name, _)| customers(name)) {
            *people = self.chance.in_fives(name, people.max(0.0) as u64) as f64;
        }
    }

    /// The counts of a manifest with those of people in fives.
    pub(super) fn close(&self, counts: &mut BTreeMap<String, u64>) {
        for (name, count) in counts.iter_mut().filter(|(name, _)| PEOPLE.contains(&name.as_str())) {
            *count = self.chance.in_fives(name, *count);
        }
    }

    fn five(&self, table: TableId, column: &str, count: i64) -> i64 {
        let fives = self.chance.in_fives(&format!("{}.{column}", table.slug()), count.unsigned_abs());
        i64::try_from(fives).unwrap_or(i64::MAX) * count.signum()
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::{Array, StringArray};
    use datafusion::arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    #[test]
    fn numbers_of_people_come_to_fives_and_all_else_stays() {
        let fields = [("segment_id", DataType::Utf8), ("size", DataType::Int64), ("size_change_1d", DataType::Int64)];
        let fields: Vec<Field> = fields.into_iter().map(|(name, kind)| Field::new(name, kind, true)).collect();
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["S01", "S02", "S03"])),
            Arc::new(Int64Array::from(vec![57, 40, 0])),
            Arc::new(Int64Array::from(vec![Some(-23), None, Some(20)])),
        ];
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        let closed = Closing::by([9; 32]).closed(TableId::Segments, &batch).unwrap();
        assert_eq!(closed.column(0), batch.column(0));
        let sizes = closed.column(1).as_primitive::<Int64Type>();
        assert!([55, 60].contains(&sizes.value(0)) && sizes.value(1) == 40 && sizes.value(2) == 0);
        let changes = closed.column(2).as_primitive::<Int64Type>();
        assert!([-20, -25].contains(&changes.value(0)) && changes.is_valid(2) && !changes.is_valid(1));
    }

    #[test]
    fn people_in_a_manifest_come_to_fives_and_rows_and_segments_stay() {
        let counts = [("customers", 1_203), ("rows_read", 4_321), ("segments", 8)];
        let mut counts: BTreeMap<String, u64> = counts.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
        Closing::by([9; 32]).close(&mut counts);
        assert!([1_200, 1_205].contains(&counts["customers"]));
        assert_eq!((counts["rows_read"], counts["segments"]), (4_321, 8));
    }

    #[test]
    fn tables_that_count_people_are_known_by_their_file_and_tables_of_customers_are_none_of_them() {
        assert_eq!(Closing::table("tables/segments.parquet"), Some(TableId::Segments));
        assert_eq!(Closing::table("tables/customers.parquet"), None);
        assert_eq!(Closing::table("report.html"), None);
    }
}
