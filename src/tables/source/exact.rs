//! Numbers and moments of a Parquet file that do not fit the type it is read as. The reader itself would cut them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Decimal256Type, DecimalType, Field, Schema, TimeUnit};
use datafusion::arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{LogicalType, Type};
use parquet::errors::ParquetError;

use super::error::SourceError;

/// Refuses decimals of more digits than their column declares: written as text, the last of them would be left out, and two ids
/// could become one.
pub(super) fn check_digits(name: &str, batch: &RecordBatch) -> Result<(), SourceError> {
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let (fit, digits) = match field.data_type() {
            DataType::Decimal128(digits, _) => {
                let numbers = column.as_primitive::<Decimal128Type>();
                (numbers.iter().flatten().all(|x| Decimal128Type::is_valid_decimal_precision(x, *digits)), *digits)
            }
            DataType::Decimal256(digits, _) => {
                let numbers = column.as_primitive::<Decimal256Type>();
                (numbers.iter().flatten().all(|x| Decimal256Type::is_valid_decimal_precision(x, *digits)), *digits)
            }
            _ => continue,
        };
        if !fit {
            return Err(SourceError::Digits { file: name.to_owned(), column: field.name().clone(), digits });
        }
    }
    Ok(())
}

/// Places among the columns of the Parquet schema of those that hold anything, ascending: what the reader makes columns of.
pub(super) fn roots_of(metadata: &ArrowReaderMetadata) -> Vec<usize> {
    let leaves = metadata.parquet_schema();
    let mut roots: Vec<usize> = (0..leaves.num_columns()).map(|leaf| leaves.get_column_root_idx(leaf)).collect();
    roots.dedup();
    roots
}

/// Columns that hold UUIDs: the reader gives their sixteen bytes, people and other files write them as text.
pub(super) fn uuids(metadata: &ArrowReaderMetadata) -> BTreeSet<String> {
    let columns = metadata.parquet_schema().columns().iter();
    let uuids = columns.filter(|column| {
        column.path().parts().len() == 1 && matches!(column.logical_type_ref(), Some(LogicalType::Uuid))
    });
    uuids.map(|column| column.name().to_owned()).collect()
}

/// The same rows with UUIDs as text.
pub(super) fn with_text_uuids(batch: RecordBatch, uuids: &BTreeSet<String>) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    if !schema.fields().iter().any(|field| uuids.contains(field.name())) {
        return Ok(batch);
    }
    let mut fields: Vec<Arc<Field>> = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let bytes = column.as_fixed_size_binary_opt().filter(|_| uuids.contains(field.name()));
        let text = bytes.map(|bytes| bytes.iter().map(|value| value.map(uuid_text)).collect::<StringArray>());
        fields.push(match &text {
            Some(_) => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
            None => Arc::clone(field),
        });
        columns.push(text.map_or_else(|| Arc::clone(column), |text| Arc::new(text) as ArrayRef));
    }
    RecordBatch::try_new(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())), columns)
}

/// A UUID as RFC 9562 writes it, in small letters.
fn uuid_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&i) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The same file with its oldest kind of moments (`INT96`) read as microseconds: as nanoseconds, which is what the reader takes
/// them for, days before 1677 and after 2262 would come out as other days.
pub(super) fn with_far_moments(
    metadata: ArrowReaderMetadata,
    options: ArrowReaderOptions,
) -> Result<ArrowReaderMetadata, ParquetError> {
    let leaves = metadata.parquet_schema();
    let is_old = |root: usize| {
        (0..leaves.num_columns())
            .any(|leaf| leaves.get_column_root_idx(leaf) == root && leaves.column(leaf).physical_type() == Type::INT96)
    };
    let fine = DataType::Timestamp(TimeUnit::Nanosecond, None);
    let old: Vec<bool> = (metadata.schema().fields().iter().zip(roots_of(&metadata)))
        .map(|(field, root)| *field.data_type() == fine && is_old(root))
        .collect();
    if !old.contains(&true) {
        return Ok(metadata);
    }
    let fields: Vec<Arc<Field>> = (metadata.schema().fields().iter().zip(&old))
        .map(|(field, old)| match old {
            true => Arc::new(field.as_ref().clone().with_data_type(DataType::Timestamp(TimeUnit::Microsecond, None))),
            false => Arc::clone(field),
        })
        .collect();
    let schema = Schema::new_with_metadata(fields, metadata.schema().metadata().clone());
    ArrowReaderMetadata::try_new(Arc::clone(metadata.metadata()), options.with_schema(Arc::new(schema)))
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use datafusion::arrow::array::{ArrayRef, Decimal128Array};
    use datafusion::arrow::datatypes::TimestampMicrosecondType;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::data_type::{Int96, Int96Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    #[test]
    fn a_decimal_of_more_digits_than_declared_is_refused_and_one_of_as_many_is_not() {
        let read = |number: i128| {
            let column = Decimal128Array::from(vec![None, Some(number)]).with_precision_and_scale(5, 2).expect("fits");
            let batch = RecordBatch::try_from_iter([("no", Arc::new(column) as ArrayRef)]).expect("a batch");
            check_digits("a.parquet", &batch)
        };
        assert!(read(99_999).is_ok() && read(-99_999).is_ok());
        for number in [100_000, -100_000, i128::MAX] {
            assert!(matches!(read(number), Err(SourceError::Digits { digits: 5, .. })));
        }
    }

    #[test]
    fn the_oldest_kind_of_moments_is_read_whatever_its_year() {
        const DAY: i64 = 86_400_000_000;
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("old.parquet");
        let schema = Arc::new(parse_message_type("message m { required int96 at; }").expect("a schema"));
        let file = File::create(&path).expect("starts");
        let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).expect("starts");
        let mut group = writer.next_row_group().expect("starts");
        // Days since the first of the Julian calendar: 9999-12-31, 1970-01-01, 1500-01-01.
        let moments = [5_373_484, 2_440_588, 2_268_924].map(|day| {
            let mut moment = Int96::new();
            moment.set_data(7_000, 0, day);
            moment
        });
        let mut column = group.next_column().expect("starts").expect("one");
        column.typed::<Int96Type>().write_batch(&moments, None, None).expect("writes");
        column.close().expect("closes");
        group.close().expect("closes");
        writer.close().expect("closes");
        let file = File::open(&path).expect("opens");
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(&file, options.clone()).expect("reads");
        let metadata = with_far_moments(metadata, options).expect("fits");
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata).build().expect("starts");
        let batch = reader.next().expect("one").expect("reads");
        let read = batch.column(0).as_primitive::<TimestampMicrosecondType>();
        assert_eq!(read.values(), &[2_932_896 * DAY + 7, 7, -171_664 * DAY + 7]);
    }
}
