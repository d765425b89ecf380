//! One row of answers per customer: of several answers to the same question, the last counts.
//!
//! Rows come sorted by customer, date and the order they were written in, batch by batch.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Float32Builder, RecordBatch, StringBuilder, UInt32Array, UInt32Builder,
};
use datafusion::arrow::compute::{concat_batches, take};
use datafusion::arrow::datatypes::{DataType, Field, Float32Type, Int32Type, Schema, SchemaRef};
use datafusion::common::Result;

use super::check::Output;
use super::unique::group_starts;

/// Columns of checked answers before the cells: id, date, order.
const KEYS: usize = 3;

/// Folds answers into one row per customer.
pub(super) struct Fold {
    schema: SchemaRef,
    form: FoldForm,
    /// Answers that a later one replaced.
    pub(super) replaced: u64,
}

enum FoldForm {
    /// Sparse rows; the last of the customers seen, already folded, waits for the next batch.
    Wide { open: Option<RecordBatch> },
    /// One answer per row; the answers of the last customer seen.
    Long { id: Option<String>, cells: Vec<Option<f32>> },
}

impl Fold {
    /// `checked` is the schema of checked rows, `names` the names of all cells of the table.
    pub(super) fn new(output: &Output, checked: &SchemaRef, names: &[String]) -> Self {
        let id = Arc::clone(&checked.fields()[0]);
        let mut fields = vec![id];
        let form = if *output == Output::Long {
            fields.extend(names.iter().map(|name| Arc::new(Field::new(name, DataType::Float32, true))));
            FoldForm::Long { id: None, cells: vec![None; names.len()] }
        } else {
            fields.extend(checked.fields().iter().skip(KEYS).cloned());
            FoldForm::Wide { open: None }
        };
        Self { schema: Arc::new(Schema::new(fields)), form, replaced: 0 }
    }

    /// Columns of folded rows: id, then cells.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes a batch; gives the customers that are complete.
    pub(super) fn push(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let schema = Arc::clone(&self.schema);
        match &mut self.form {
            FoldForm::Wide { open } => {
                let mut columns = vec![0];
                columns.extend(KEYS..batch.num_columns());
                let mut all = batch.project(&columns)?;
                if let Some(open) = open.take() {
                    all = concat_batches(&schema, [&open, &all])?;
                }
                let folded = fold_wide(&all, &mut self.replaced)?;
                let complete = folded.num_rows().saturating_sub(1);
                *open = (folded.num_rows() > 0).then(|| folded.slice(complete, 1));
                Ok(folded.slice(0, complete))
            }
            FoldForm::Long { id, cells } => {
                let ids = batch.column(0).as_string::<i32>();
                let numbers = batch.column(KEYS).as_primitive::<Int32Type>();
                let answers = batch.column(KEYS + 1).as_primitive::<Float32Type>();
                let mut rows = LongRows::new(cells.len());
                for i in 0..batch.num_rows() {
                    if id.as_deref() != Some(ids.value(i)) {
                        rows.close(id.as_deref(), cells);
                        *id = Some(ids.value(i).to_owned());
                    }
                    let cell = &mut cells[numbers.value(i) as usize];
                    self.replaced += u64::from(cell.is_some());
                    *cell = answers.is_valid(i).then(|| answers.value(i));
                }
                rows.finish(schema)
            }
        }
    }

    /// The last customer.
    pub(super) fn finish(&mut self) -> Result<Option<RecordBatch>> {
        let schema = Arc::clone(&self.schema);
        match &mut self.form {
            FoldForm::Wide { open } => Ok(open.take()),
            FoldForm::Long { id, cells } => {
                let mut rows = LongRows::new(cells.len());
                rows.close(id.take().as_deref(), cells);
                rows.finish(schema).map(Some)
            }
        }
    }
}

/// Rows under construction from single answers.
struct LongRows {
    ids: StringBuilder,
    cells: Vec<Float32Builder>,
}

impl LongRows {
    fn new(n_cells: usize) -> Self {
        Self { ids: StringBuilder::new(), cells: (0..n_cells).map(|_| Float32Builder::new()).collect() }
    }

    fn close(&mut self, id: Option<&str>, cells: &mut [Option<f32>]) {
        if let Some(id) = id {
            self.ids.append_value(id);
            for (column, cell) in self.cells.iter_mut().zip(cells) {
                column.append_option(cell.take());
            }
        }
    }

    fn finish(mut self, schema: SchemaRef) -> Result<RecordBatch> {
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.ids.finish())];
        columns.extend(self.cells.iter_mut().map(|cells| Arc::new(cells.finish()) as ArrayRef));
        Ok(RecordBatch::try_new(schema, columns)?)
    }
}

/// Of each cell, the last answer of each customer.
fn fold_wide(all: &RecordBatch, replaced: &mut u64) -> Result<RecordBatch> {
    let starts = group_starts(all.column(0).as_string::<i32>());
    if starts.len() == all.num_rows() {
        return Ok(all.clone());
    }
    let ends = || starts.iter().skip(1).copied().chain([all.num_rows()]);
    let firsts = UInt32Array::from_iter_values(starts.iter().map(|&start| start as u32));
    let mut columns = vec![take(all.column(0), &firsts, None)?];
    for cell in &all.columns()[1..] {
        let mut picks = UInt32Builder::with_capacity(starts.len());
        for (&start, end) in starts.iter().zip(ends()) {
            let mut answered = (start..end).rev().filter(|&i| cell.is_valid(i));
            picks.append_option(answered.next().map(|i| i as u32));
            *replaced += answered.count() as u64;
        }
        columns.push(take(cell, &picks.finish(), None)?);
    }
    Ok(RecordBatch::try_new(all.schema(), columns)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{Float32Array, Int32Array, Int64Array, StringArray, TimestampMicrosecondArray};
    use datafusion::arrow::datatypes::TimeUnit;

    fn keys() -> Vec<Field> {
        let moment = DataType::Timestamp(TimeUnit::Microsecond, None);
        let id = Field::new("customer_id", DataType::Utf8, false);
        vec![id, Field::new("asked_at", moment, true), Field::new("_order", DataType::Int64, false)]
    }

    fn wide(rows: &[(&str, Option<f32>, Option<f32>)]) -> RecordBatch {
        let mut fields = keys();
        fields.extend(["a", "b"].map(|name| Field::new(name, DataType::Float32, true)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(rows.iter().map(|r| r.0))),
            Arc::new(TimestampMicrosecondArray::new_null(rows.len())),
            Arc::new(Int64Array::from_iter_values(0..rows.len() as i64)),
            Arc::new(rows.iter().map(|r| r.1).collect::<Float32Array>()),
            Arc::new(rows.iter().map(|r| r.2).collect::<Float32Array>()),
        ];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("fits")
    }

    fn rows(batches: &[RecordBatch]) -> Vec<(String, Option<f32>, Option<f32>)> {
        let mut out = Vec::new();
        for batch in batches {
            let (a, b) = (batch.column(1).as_primitive::<Float32Type>(), batch.column(2).as_primitive::<Float32Type>());
            for (i, id) in batch.column(0).as_string::<i32>().iter().enumerate() {
                let cell = |c: &Float32Array| c.is_valid(i).then(|| c.value(i));
                out.push((id.expect("there").to_owned(), cell(a), cell(b)));
            }
        }
        out
    }

    #[test]
    fn the_last_answer_to_each_question_counts_also_across_batches() {
        let data = [
            ("x", Some(1.0), None),
            ("x", None, Some(2.0)),
            ("x", Some(3.0), None),
            ("y", None, None),
            ("z", Some(4.0), Some(5.0)),
            ("z", Some(6.0), None),
        ];
        let want = vec![
            ("x".to_owned(), Some(3.0), Some(2.0)),
            ("y".to_owned(), None, None),
            ("z".to_owned(), Some(6.0), Some(5.0)),
        ];
        for cut in 0..=data.len() {
            let checked = wide(&data).schema();
            let mut fold = Fold::new(&Output::Wide(vec![0, 1]), &checked, &[]);
            let mut out = vec![fold.push(&wide(&data[..cut])).expect("folds")];
            out.push(fold.push(&wide(&data[cut..])).expect("folds"));
            out.extend(fold.finish().expect("folds"));
            assert_eq!(rows(&out), want, "cut at {cut}");
            assert_eq!(fold.replaced, 2);
        }
    }

    #[test]
    fn single_answers_become_rows_and_does_not_apply_takes_an_answer_back() {
        let mut fields = keys();
        fields.push(Field::new("_cell", DataType::Int32, false));
        fields.push(Field::new("_answer", DataType::Float32, true));
        let schema = Arc::new(Schema::new(fields));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["x", "x", "x", "y"])),
            Arc::new(TimestampMicrosecondArray::new_null(4)),
            Arc::new(Int64Array::from(vec![0, 1, 2, 3])),
            Arc::new(Int32Array::from(vec![0, 1, 0, 1])),
            Arc::new(Float32Array::from(vec![Some(1.0), Some(2.0), None, Some(4.0)])),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).expect("fits");
        let mut fold = Fold::new(&Output::Long, &schema, &["a".to_owned(), "b".to_owned()]);
        let mut out = vec![fold.push(&batch).expect("folds")];
        out.extend(fold.finish().expect("folds"));
        let want = vec![("x".to_owned(), None, Some(2.0)), ("y".to_owned(), None, Some(4.0))];
        assert_eq!(rows(&out), want);
        assert_eq!(fold.replaced, 1);
    }
}
