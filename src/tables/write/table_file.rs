//! One Parquet file being written chunk by chunk, columns side by side.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, new_null_array};
use datafusion::arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::arrow::{ArrowSchemaConverter, add_encoded_arrow_schema_to_metadata};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::layout::{CHUNK_ROWS, ROW_GROUP_ROWS, TableMeta, properties};
use super::{OutputFile, WriteError, WrittenFile};
use crate::tables::schema::TableId;

/// A table being written. Memory: one row group in encoded form.
pub(super) struct TableFile {
    table: TableId,
    schema: SchemaRef,
    run_day: i32,
    file: SerializedFileWriter<OutputFile>,
    factory: ArrowRowGroupWriterFactory,
    group: Vec<ArrowColumnWriter>,
    group_index: usize,
    group_rows: usize,
    rows: u64,
}

impl TableFile {
    /// Creates the table's file inside the run folder, whose subfolders exist.
    pub(super) fn create(run_folder: &Path, table: TableId, meta: &TableMeta) -> Result<Self, WriteError> {
        Self::create_as(run_folder, &table.path(), table, meta)
    }

    /// Creates the table's file under another name.
    pub(super) fn create_as(folder: &Path, name: &str, table: TableId, meta: &TableMeta) -> Result<Self, WriteError> {
        let schema = table.arrow_schema();
        let output = OutputFile::create(folder, name)?;
        let path = output.path().to_owned();
        let started = (|| {
            let mut properties = properties(table, meta);
            let parquet_schema = ArrowSchemaConverter::new().schema_root("schema").convert(&schema)?;
            add_encoded_arrow_schema_to_metadata(&schema, &mut properties);
            SerializedFileWriter::new(output, parquet_schema.root_schema_ptr(), Arc::new(properties))
        })();
        let file = started.map_err(|source| WriteError::encode(&path, source))?;
        let factory = ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema));
        let (group, run_day) = (Vec::new(), meta.run_day());
        Ok(Self { table, schema, run_day, file, factory, group, group_index: 0, group_rows: 0, rows: 0 })
    }

    /// Appends a chunk of `rows` ≤ [`CHUNK_ROWS`] rows, only the last one shorter: that is what keeps page borders,
    /// and so the bytes, independent of the batches that arrived. `column` makes the array of one declared column, 0 =
    /// the first after `run_date`, or nothing where it is reserved; it is called on the thread that encodes the column,
    /// while the array is still in that core's cache.
    pub(super) fn append(
        &mut self,
        rows: usize,
        column: impl Fn(usize) -> Option<ArrayRef> + Sync,
    ) -> Result<(), WriteError> {
        debug_assert!(rows <= CHUNK_ROWS && self.group_rows.is_multiple_of(CHUNK_ROWS), "chunks are cut by the caller");
        if rows == 0 {
            return Ok(());
        }
        self.encode(rows, column).map_err(|source| self.failed(source))?;
        self.group_rows += rows;
        self.rows += rows as u64;
        if self.group_rows >= ROW_GROUP_ROWS {
            self.close_group().map_err(|source| self.failed(source))?;
        }
        Ok(())
    }

    /// Closes the file and waits for the disk.
    pub(super) fn finish(mut self) -> Result<WrittenFile, WriteError> {
        if self.group_rows > 0 {
            self.close_group().map_err(|source| self.failed(source))?;
        }
        let path = self.file.inner().path().to_owned();
        let output = self.file.into_inner().map_err(|source| WriteError::encode(&path, source))?;
        output.finish(&self.table.path(), Some(self.rows))
    }

    /// Closes a file that is read again before the night ends, and gives its path.
    pub(super) fn close(mut self) -> Result<PathBuf, WriteError> {
        if self.group_rows > 0 {
            self.close_group().map_err(|source| self.failed(source))?;
        }
        let path = self.file.inner().path().to_owned();
        self.file.into_inner().map_err(|source| WriteError::encode(&path, source))?.close()
    }

    /// Takes over all rows of `half`, a file of the same table: its columns byte by byte but for the last `fresh`, which
    /// `column` makes of what `next` gives for the next so many rows. Row groups and pages stay as they are cut.
    pub(super) fn adopt<T: Sync, E: From<WriteError>>(
        &mut self,
        half: &EncodedTable,
        fresh: usize,
        column: impl Fn(&[T], usize) -> Option<ArrayRef> + Sync,
        mut next: impl FnMut(usize) -> Result<Vec<T>, E>,
    ) -> Result<(), E> {
        let old = self.schema.fields().len() - fresh;
        for group in 0..half.metadata.num_row_groups() {
            let rows = half.metadata.row_group(group).num_rows() as usize;
            let writers = self.factory.create_column_writers(self.group_index).map_err(|source| self.failed(source))?;
            let mut writers: Vec<ArrowColumnWriter> = writers.into_iter().skip(old).collect();
            for from in (0..rows).step_by(CHUNK_ROWS) {
                let chunk = next(CHUNK_ROWS.min(rows - from))?;
                let fields = self.schema.fields();
                let written = writers.iter_mut().enumerate().try_for_each(|(i, writer)| {
                    let field = &fields[old + i];
                    // Declared columns begin after `run_date`.
                    let array = column(&chunk, old + i - 1);
                    let array = array.unwrap_or_else(|| new_null_array(field.data_type(), chunk.len()));
                    compute_leaves(field, &array)?.iter().try_for_each(|leaf| writer.write(leaf))
                });
                written.map_err(|source| self.failed(source))?;
            }
            self.splice(half, group, old, writers).map_err(|source| self.failed(source))?;
            self.rows += rows as u64;
        }
        Ok(())
    }

    fn splice(
        &mut self,
        half: &EncodedTable,
        group: usize,
        old: usize,
        fresh: Vec<ArrowColumnWriter>,
    ) -> Result<(), ParquetError> {
        let mut into = self.file.next_row_group()?;
        for column in 0..old {
            into.append_column(&half.file, half.closed(group, column)?)?;
        }
        for writer in fresh {
            writer.close()?.append_to_row_group(&mut into)?;
        }
        into.close()?;
        self.group_index += 1;
        Ok(())
    }

    fn failed(&self, source: ParquetError) -> WriteError {
        WriteError::encode(self.file.inner().path(), source)
    }

    /// Each column goes to its own encoder, so the order in which threads take them cannot matter.
    fn encode(&mut self, rows: usize, column: impl Fn(usize) -> Option<ArrayRef> + Sync) -> Result<(), ParquetError> {
        if self.group.is_empty() {
            self.group = self.factory.create_column_writers(self.group_index)?;
        }
        let (fields, day) = (self.schema.fields(), self.run_day);
        let array = |i: usize| match i.checked_sub(1) {
            None => Arc::new(Date32Array::from(vec![day; rows])),
            Some(declared) => column(declared).unwrap_or_else(|| new_null_array(fields[i].data_type(), rows)),
        };
        self.group.par_iter_mut().enumerate().try_for_each(|(i, writer)| {
            compute_leaves(&fields[i], &array(i))?.iter().try_for_each(|leaf| writer.write(leaf))
        })
    }

    fn close_group(&mut self) -> Result<(), ParquetError> {
        let writers = std::mem::take(&mut self.group);
        let chunks = writers.into_par_iter().map(ArrowColumnWriter::close).collect::<Result<Vec<_>, _>>()?;
        let mut group = self.file.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close()?;
        self.group_index += 1;
        self.group_rows = 0;
        Ok(())
    }
}

/// An encoded file of a table, to be taken over without decoding it.
pub(super) struct EncodedTable {
    file: File,
    metadata: ParquetMetaData,
}

impl EncodedTable {
    /// Reads where everything lies.
    pub(super) fn open(path: &Path) -> Result<Self, WriteError> {
        let file = File::open(path).map_err(|source| WriteError::io(path, source))?;
        let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = reader.parse_and_finish(&file);
        let metadata = metadata.map_err(|source| WriteError::Read { path: path.to_owned(), source })?;
        Ok(Self { file, metadata })
    }

    /// One column of one row group, as if it had just been written.
    fn closed(&self, group: usize, column: usize) -> Result<ColumnCloseResult, ParquetError> {
        let row_group = self.metadata.row_group(group);
        let chunk = row_group.column(column).clone();
        let missing = || ParquetError::General("a page index is missing".to_owned());
        Ok(ColumnCloseResult {
            bytes_written: chunk.compressed_size() as u64,
            rows_written: row_group.num_rows() as u64,
            column_index: Some(self.metadata.column_index().ok_or_else(missing)?[group][column].clone()),
            offset_index: Some(self.metadata.offset_index().ok_or_else(missing)?[group][column].clone()),
            bloom_filter: None,
            metadata: chunk,
        })
    }
}
