//! Numbers and moments of a Parquet file that do not fit the type it is read as. The reader itself would cut them.

use std::sync::Arc;

use datafusion::arrow::array::{AsArray, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Decimal256Type, DecimalType, Field, Schema, TimeUnit};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Type;
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
    let old: Vec<bool> = (metadata.schema().fields().iter().enumerate())
        .map(|(root, field)| *field.data_type() == fine && is_old(root))
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
    use super::*;
    use datafusion::arrow::array::{ArrayRef, Decimal128Array};

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
}
