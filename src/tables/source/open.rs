//! Opening a source: its files, their columns, and one schema for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::super::spec::{Format, SourceSpec};
use super::csv_file::{CsvBatches, Dialect, DoubledName};
use super::error::SourceError;
use super::files::{Expanded, expand, format_of};
use super::found::{FoundFile, alone};
use super::magic::{HEAD, Packing, check_text, recognize};
use super::provider::{FILE_COLUMN, ROW_COLUMN};
use super::{decode, json_file, parquet_file};

/// A file whose format was checked and whose columns are known.
#[derive(Debug)]
pub(super) struct SourceFile {
    pub(super) found: FoundFile,
    pub(super) kind: FileKind,
    /// Its usable columns with the type they are stored as.
    pub(super) columns: Vec<(String, DataType)>,
    /// Rows, once known: from the footer, or after a scan.
    rows: AtomicU64,
    /// Names that several of its columns have, with the places of the first two, from 1.
    doubled: Vec<DoubledName>,
    /// Its header line looks like somebody's data.
    data_for_header: bool,
}

/// What is needed to read a file again.
#[derive(Debug)]
pub(super) enum FileKind {
    Parquet(parquet_file::Footer),
    Csv { packing: Packing, tabs: bool },
    Json { packing: Packing },
}

const UNKNOWN_ROWS: u64 = u64::MAX;

/// A source whose files were found and looked at.
#[derive(Debug)]
pub(crate) struct Source {
    name: String,
    pub(super) files: Vec<SourceFile>,
    pub(super) dialect: Dialect,
    schema: SchemaRef,
    decimal: char,
    remarks: Vec<String>,
    /// Names of columns that may be somebody's data, and what they are called instead.
    unsaid: BTreeMap<String, String>,
}

impl Source {
    /// Finds and looks at the files of a source. `base` is the configuration's folder.
    pub(crate) fn open(base: &Path, name: &str, spec: &SourceSpec) -> Result<Self, SourceError> {
        let dialect = Dialect::check(name, spec.csv.as_ref())?;
        let mut files = Vec::new();
        let mut first: Option<Format> = None;
        let Expanded { files: found, remarks } = expand(base, name, spec)?;
        for found in found {
            let format = spec.format.or_else(|| format_of(&found.path)).ok_or_else(|| {
                SourceError::UnknownExtension { file: found.shown.clone(), source_name: name.to_owned() }
            })?;
            if let Some(other) = first.filter(|first| *first != format) {
                let (first, second) = (other.slug(), format.slug());
                return Err(SourceError::MixedFormats { source_name: name.to_owned(), first, second });
            }
            first = Some(format);
            let looked_at = found.clone();
            files.push(open_file(found, format, &dialect).map_err(|error| looked_at.or_changed(error))?);
        }
        let unsaid = unsaid(&files);
        let (schema, of_columns) = unify(&files, &unsaid);
        let remarks = [remarks, of_columns].concat();
        let decimal = spec.csv.as_ref().map_or('.', |csv| csv.decimal);
        Ok(Self { name: name.to_owned(), files, dialect, schema, decimal, remarks, unsaid })
    }

    /// Key under `[sources]`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Columns, `_file` and `_row` last.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What stands before the decimals of a number written as text.
    pub(crate) fn decimal(&self) -> char {
        self.decimal
    }

    /// What a person should know about the files: several names of one, columns that only some have, types that differ.
    pub(crate) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Names of columns that may be somebody's data, because the line with the names seems to be missing, and what they are
    /// called instead: by their place. They are never said.
    pub(crate) fn unsaid(&self) -> &BTreeMap<String, String> {
        &self.unsaid
    }

    /// Columns of its files that are nested and so not read.
    pub(crate) fn nested(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(SourceFile::nested).map(String::as_str)
    }

    /// What is wrong with asking for a column by a name that several columns of a file have; `None` = nothing.
    pub(crate) fn doubt_about(&self, column: &str) -> Option<SourceError> {
        let of = |file: &SourceFile| {
            let own = file.doubled.iter().find(|own| own.name == column)?;
            let file = file.found.shown.clone();
            Some(SourceError::DoubleHeader { file, first: own.first, second: own.second })
        };
        self.files.iter().find_map(of)
    }

    /// Number of files.
    pub(crate) fn n_files(&self) -> usize {
        self.files.len()
    }

    /// Path of a file as shown, relative to the configuration.
    pub(crate) fn shown(&self, file: usize) -> &str {
        &self.files[file].found.shown
    }

    /// Size of a file in bytes.
    pub(crate) fn bytes(&self, file: usize) -> u64 {
        self.files[file].found.identity.bytes
    }

    /// Rows of a file; `None` for a text file that was not read to its end.
    pub(crate) fn rows(&self, file: usize) -> Option<u64> {
        Some(self.files[file].rows.load(Ordering::Relaxed)).filter(|&rows| rows != UNKNOWN_ROWS)
    }

    pub(super) fn set_rows(&self, file: usize, rows: u64) {
        self.files[file].rows.store(rows, Ordering::Relaxed);
    }

    /// SHA-256 of a file, in hex: of the very bytes that were read from it since it was found.
    pub(crate) fn sha256(&self, file: usize) -> Result<String, SourceError> {
        self.files[file].found.sha256()
    }

    /// Looks once more whether every file is what it was when it was found.
    pub(crate) fn check_unchanged(&self) -> Result<(), SourceError> {
        self.files.iter().try_for_each(|file| file.found.check_unchanged())
    }
}

impl SourceFile {
    fn new(found: FoundFile, kind: FileKind, rows: AtomicU64) -> Self {
        Self { found, kind, columns: Vec::new(), rows, doubled: Vec::new(), data_for_header: false }
    }

    /// With its own columns, and behind them what its folders say. A column of the file's own goes before a folder's.
    fn with_columns(mut self, columns: Vec<(String, DataType)>) -> Self {
        self.columns = columns;
        let own = &self.columns;
        self.found.partitions.retain(|(key, _)| !own.iter().any(|(name, _)| name == key));
        let folders = self.found.partitions.iter().map(|(key, _)| (key.clone(), DataType::Utf8));
        self.columns.extend(folders);
        self
    }

    /// Its columns that are nested.
    fn nested(&self) -> &[String] {
        match &self.kind {
            FileKind::Parquet(footer) => &footer.nested,
            FileKind::Csv { .. } | FileKind::Json { .. } => &[],
        }
    }

    /// The text of a CSV or JSON file.
    pub(super) fn text(&self, dialect: &Dialect) -> Result<Box<dyn Read + Send>, SourceError> {
        let (packing, encoding) = match &self.kind {
            FileKind::Csv { packing, .. } => (*packing, dialect.encoding),
            FileKind::Json { packing } => (*packing, encoding_rs::UTF_8),
            FileKind::Parquet(_) => (Packing::Plain, encoding_rs::UTF_8),
        };
        decode::open_text(self.found.open()?, packing, encoding)
            .map_err(|source| SourceError::io(&self.found.shown, source))
    }
}

fn open_file(found: FoundFile, format: Format, dialect: &Dialect) -> Result<SourceFile, SourceError> {
    let name = found.shown.clone();
    let io = |source| SourceError::io(&name, source);
    let mut head = Vec::with_capacity(HEAD);
    let mut raw = found.open()?;
    raw.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(io)?;
    let encoding = if format == Format::Csv { dialect.encoding } else { encoding_rs::UTF_8 };
    let packing = recognize(&name, &head, format, encoding)?;
    if packing == Packing::Gzip {
        let mut inside = Vec::with_capacity(HEAD);
        raw.rewind().map_err(io)?;
        flate2::read::MultiGzDecoder::new(&raw)
            .take(HEAD as u64)
            .read_to_end(&mut inside)
            .map_err(|_| SourceError::Damaged { file: name.clone(), what: "it is not whole gzip".to_owned() })?;
        if inside.is_empty() {
            return Err(SourceError::Empty { file: name });
        }
        recognize(&name, &inside, format, encoding)?;
        check_text(&name, &inside, format, encoding)?;
    }
    let rows = AtomicU64::new(UNKNOWN_ROWS);
    let mut file = match format {
        Format::Parquet => {
            let footer = parquet_file::open(raw, &name)?;
            rows.store(footer.rows(), Ordering::Relaxed);
            let columns = footer.columns.clone();
            return Ok(SourceFile::new(found, FileKind::Parquet(footer), rows).with_columns(columns));
        }
        Format::Csv => {
            let tabs = name.to_ascii_lowercase().trim_end_matches(".gz").ends_with(".tsv");
            SourceFile::new(found, FileKind::Csv { packing, tabs }, rows)
        }
        Format::Json => SourceFile::new(found, FileKind::Json { packing }, rows),
    };
    let text = file.text(dialect)?;
    let names = match file.kind {
        FileKind::Csv { tabs, .. } => {
            let csv = CsvBatches::new(&name, text, dialect, tabs)?;
            file.doubled = csv.doubled;
            file.data_for_header = csv.data_for_header;
            csv.header
        }
        _ => json_file::keys(&name, text)?,
    };
    Ok(file.with_columns(names.into_iter().map(|column| (column, DataType::Utf8)).collect()))
}

/// Names of all columns of a Parquet file that is no part of a source, and the first rows of those that are not nested, at
/// most a batch of them.
pub(crate) fn first_rows(path: &Path, name: &str) -> Result<(Vec<String>, Option<RecordBatch>), SourceError> {
    let found = alone(path, name)?;
    parquet_file::first_rows(|| found.open(), name)
}

/// Names that are not to be said, and what they are called instead: those of a file whose header line looks like data, or
/// that shares no column with the first, as one does that lacks its header line.
fn unsaid(files: &[SourceFile]) -> BTreeMap<String, String> {
    let names = |file: &SourceFile| file.columns.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<String>>();
    let first = files.first().map(names).unwrap_or_default();
    let odd = files.iter().filter(|file| file.data_for_header || names(file).is_disjoint(&first));
    let columns = odd.flat_map(|file| file.columns.iter().enumerate());
    columns.map(|(at, (name, _))| (name.clone(), format!("column_{}", at + 1))).collect()
}

/// One schema for all files: columns in order of first appearance, types widened where they differ.
fn unify(files: &[SourceFile], unsaid: &BTreeMap<String, String>) -> (SchemaRef, Vec<String>) {
    let mut columns: Vec<(String, DataType, usize, bool)> = Vec::new();
    let mut place = BTreeMap::new();
    for file in files {
        for (name, kind) in &file.columns {
            if name == FILE_COLUMN || name == ROW_COLUMN {
                continue;
            }
            let at = *place.entry(name.clone()).or_insert_with(|| {
                columns.push((name.clone(), kind.clone(), 0, false));
                columns.len() - 1
            });
            let column = &mut columns[at];
            column.2 += 1;
            if column.1 != *kind {
                column.1 = widen(&column.1, kind);
                column.3 = true;
            }
        }
    }
    let mut remarks = Vec::new();
    let names = |file: &SourceFile| file.columns.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<String>>();
    let first = files.first().map(names).unwrap_or_default();
    for file in files.iter().filter(|file| names(file).is_disjoint(&first)) {
        let name = &file.found.shown;
        remarks.push(format!("file `{name}` has no column in common with `{}`", files[0].found.shown));
    }
    let nested: BTreeSet<&String> = files.iter().flat_map(SourceFile::nested).collect();
    for name in nested {
        remarks.push(format!("column `{name}` is nested; it is left aside"));
    }
    for file in files {
        for DoubledName { first, second, .. } in &file.doubled {
            remarks.push(format!(
                "columns {first} and {second} of `{}` have the same name; they are there as `column_{first}` and `column_{second}`",
                file.found.shown
            ));
        }
    }
    for file in files.iter().filter(|file| file.data_for_header) {
        remarks.push(format!(
            "the first line of `{}` looks like data, not like names of columns; if it is, set `csv = {{ header = false }}`",
            file.found.shown
        ));
    }
    for (name, kind, n, differs) in &columns {
        if unsaid.contains_key(name) {
            continue;
        }
        if *differs {
            remarks.push(format!("column `{name}` has different types in different files; it is read as {kind}"));
        }
        if *n < files.len() {
            remarks.push(format!("column `{name}` is in {n} of {} files; it is absent elsewhere", files.len()));
        }
    }
    let mut fields: Vec<Field> =
        columns.into_iter().map(|(name, kind, ..)| Field::new(name, plain(kind), true)).collect();
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    fields.push(Field::new(FILE_COLUMN, dictionary, false));
    fields.push(Field::new(ROW_COLUMN, DataType::Int64, false));
    (Arc::new(Schema::new(fields)), remarks)
}

/// The type that holds both without loss: the wider number, the finer time, text as the last resort.
fn widen(a: &DataType, b: &DataType) -> DataType {
    let number = |t: &DataType| t.is_numeric() || *t == DataType::Null;
    let time = |t: &DataType| matches!(t, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64);
    match (a, b) {
        (DataType::Null, other) | (other, DataType::Null) => other.clone(),
        // Of whole numbers, none may be lost: they may be ids.
        _ if a.is_integer() && b.is_integer() => match (a, b) {
            (DataType::UInt64, _) | (_, DataType::UInt64) => DataType::Utf8,
            _ => DataType::Int64,
        },
        _ if number(a) && number(b) => DataType::Float64,
        _ if time(a) && time(b) => {
            let zone = |t: &DataType| if let DataType::Timestamp(_, zone) = t { zone.clone() } else { None };
            match (zone(a), zone(b)) {
                (None, None) => DataType::Timestamp(TimeUnit::Microsecond, None),
                (Some(zone), Some(_)) => DataType::Timestamp(TimeUnit::Microsecond, Some(zone)),
                // As text each says whether it has a zone: without one it is a time of the project's zone.
                _ => DataType::Utf8,
            }
        }
        _ => DataType::Utf8,
    }
}

/// The type a column is handed on as: text stored as bytes or in a rarer layout becomes plain text.
fn plain(kind: DataType) -> DataType {
    match kind {
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_)
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Dictionary(..)
        | DataType::Null => DataType::Utf8,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_widen_to_what_holds_both_and_text_in_the_end() {
        assert_eq!(widen(&DataType::Int32, &DataType::Int64), DataType::Int64);
        assert_eq!(widen(&DataType::Int64, &DataType::Float32), DataType::Float64);
        assert_eq!(widen(&DataType::Null, &DataType::Int8), DataType::Int8);
        assert_eq!(widen(&DataType::Utf8, &DataType::Int8), DataType::Utf8);
        let zoned = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
        let finest = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let other = DataType::Timestamp(TimeUnit::Millisecond, Some("Asia/Tokyo".into()));
        assert_eq!(widen(&zoned, &other), finest);
        assert_eq!(widen(&DataType::Date32, &zoned), DataType::Utf8);
        assert_eq!(widen(&DataType::Date32, &DataType::Date64), DataType::Timestamp(TimeUnit::Microsecond, None));
        assert_eq!(widen(&DataType::Int64, &DataType::UInt64), DataType::Utf8);
        assert_eq!(widen(&DataType::UInt32, &DataType::Int8), DataType::Int64);
    }
}
