//! How tables lie in Parquet: row groups, encodings, compression and the metadata of a file.

use chrono::NaiveDate;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::tables::schema::{Column, ColumnType, SCHEMA_VERSION, TableId};

/// Rows encoded at once: a block of customers.
pub const CHUNK_ROWS: usize = crate::model::rows::BLOCK_ROWS;

/// Rows in a row group: 15 chunks, and the unit that common engines hand to a thread.
pub const ROW_GROUP_ROWS: usize = 15 * CHUNK_ROWS;

/// Rows in a data page: 3 chunks. A dictionary encoder keeps 8 bytes a value until its page is full, so this bounds
/// the memory of a table with many columns.
const PAGE_ROWS: usize = 3 * CHUNK_ROWS;

/// Who wrote the file, in the form that readers parse.
const CREATED_BY: &str = concat!("valueseg version ", env!("CARGO_PKG_VERSION"));

/// What a file says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableMeta {
    /// The night.
    pub run_date: NaiveDate,
    /// Id of the model in use.
    pub model_id: String,
}

impl TableMeta {
    /// The night as days since 1970-01-01, the value of `run_date`.
    #[must_use]
    pub fn run_day(&self) -> i32 {
        day_number(self.run_date)
    }
}

/// Days since 1970-01-01.
fn day_number(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// Writer settings of a table.
///
/// zstd at level 1: level 3 was measured to be slower and no smaller on such columns.
pub(super) fn properties(table: TableId, meta: &TableMeta) -> WriterProperties {
    let sorted = (1..=table.key().len() as i32)
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: false })
        .collect();
    let builder = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(CHUNK_ROWS)
        .set_sorting_columns(Some(sorted))
        .set_key_value_metadata(Some(key_values(table, meta)));
    table.columns().iter().fold(builder, |builder, column| encode(builder, table, column)).build()
}

/// Encoding of one column. METHOD: chosen by measurement on a million customers (`data/schema/README.md`).
fn encode(builder: WriterPropertiesBuilder, table: TableId, column: &Column) -> WriterPropertiesBuilder {
    let path = ColumnPath::from(column.name());
    match column.kind() {
        // Scores and their errors come in steps of 0.01: about a thousand different values.
        ColumnType::Float32 if table == TableId::ElementScores => builder.set_column_dictionary_enabled(path, true),
        ColumnType::Float32 | ColumnType::Float64 => builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::BYTE_STREAM_SPLIT),
        // Ascending ids share their beginnings.
        ColumnType::Text if column.name() == "customer_id" => builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BYTE_ARRAY),
        _ => builder.set_column_dictionary_enabled(path, true),
    }
}

/// Key-value metadata: no clock, no host, no path, or equal rows would not make equal bytes.
fn key_values(table: TableId, meta: &TableMeta) -> Vec<KeyValue> {
    [
        ("valueseg.table", table.slug().to_owned()),
        ("valueseg.schema_version", SCHEMA_VERSION.to_owned()),
        ("valueseg.model_id", meta.model_id.clone()),
        ("valueseg.as_of", meta.run_date.to_string()),
        ("valueseg.docs", table.docs_json()),
    ]
    .into_iter()
    .map(|(key, value)| KeyValue::new(key.to_owned(), value))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_counted_from_1970() {
        let day = |y, m, d| day_number(NaiveDate::from_ymd_opt(y, m, d).unwrap());
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(1970, 1, 2), 1);
        // 56 years with 14 leap days, then January to October and 20 days: 20440 + 14 + 304 + 20.
        assert_eq!(day(2026, 11, 21), 20_778);
    }
}
