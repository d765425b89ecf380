//! How the files of a list are written: as lines of text, or as a table.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use csv::{QuoteStyle, Terminator, WriterBuilder};
use datafusion::arrow::array::{ArrayRef, Date32Array, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::AudienceError;
use super::spec::Audience;
use super::template::ListColumn;
use crate::tables::write::{OutputFile, WriteError, WrittenFile};

/// Rows of a table that are encoded at once.
const CHUNK: usize = 8_192;

/// How the files of a list are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ListFormat {
    /// A header and rows, a comma between cells; an absent cell is empty.
    #[default]
    Csv,
    /// One JSON object a line, keys in the order of the columns; an absent cell is null.
    Jsonl,
    /// A Parquet table; an absent cell is null.
    Parquet,
}

impl ListFormat {
    /// Ending of the names of its files, and the word for it.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
        }
    }

    /// What stands before the first row; `None` = the format has no such line.
    pub(super) fn header(self, audience: &Audience) -> Option<Vec<u8>> {
        (self == Self::Csv).then(|| csv_line(audience, audience.headers()))
    }

    /// A row as bytes; of a table about as many as it takes.
    pub(super) fn row(self, audience: &Audience, cells: &[String]) -> Vec<u8> {
        match self {
            Self::Csv | Self::Parquet => csv_line(audience, cells.iter().map(String::as_str)),
            Self::Jsonl => json_line(audience, cells),
        }
    }
}

fn csv_line<'c>(audience: &Audience, cells: impl Iterator<Item = &'c str>) -> Vec<u8> {
    let terminator = if audience.template.file.newline == "\n" { Terminator::Any(b'\n') } else { Terminator::CRLF };
    let mut writer =
        WriterBuilder::new().terminator(terminator).quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
    // INVARIANT: a vector takes everything.
    writer.write_record(cells).expect("written to memory");
    writer.into_inner().expect("written to memory")
}

fn json_line(audience: &Audience, cells: &[String]) -> Vec<u8> {
    let mut line = b"{".to_vec();
    // INVARIANT: texts alone, and a vector takes everything.
    let text = |line: &mut Vec<u8>, text: &str| serde_json::to_writer(line, text).expect("a text");
    for (at, (column, cell)) in audience.columns.iter().zip(cells).enumerate() {
        if at > 0 {
            line.push(b',');
        }
        text(&mut line, &column.header);
        line.push(b':');
        match (cell.is_empty(), holds(column)) {
            (true, _) => line.extend(b"null"),
            (false, DataType::Int32) => line.extend(cell.bytes()),
            (false, _) => text(&mut line, cell),
        }
    }
    line.push(b'}');
    line.extend(audience.template.file.newline.bytes());
    line
}

/// What a column holds in a table.
fn holds(column: &ListColumn) -> DataType {
    match column.from.schema_type() {
        "date" if column.make.is_empty() => DataType::Date32,
        "integer" if column.make.is_empty() => DataType::Int32,
        _ => DataType::Utf8,
    }
}

/// A file in the making.
pub(super) enum ListFile {
    /// Lines of text.
    Lines(OutputFile),
    /// A table.
    Table(Box<ParquetPart>),
}

impl ListFile {
    pub(super) fn create(audience: &Audience, folder: &Path, name: &str) -> Result<Self, AudienceError> {
        let mut file = OutputFile::create(folder, name)?;
        if audience.format == ListFormat::Parquet {
            return Ok(Self::Table(Box::new(ParquetPart::new(audience, file)?)));
        }
        if let Some(header) = audience.format.header(audience) {
            put(&mut file, &header)?;
        }
        Ok(Self::Lines(file))
    }

    /// Adds a row; `line` is the same as bytes.
    pub(super) fn write(&mut self, line: &[u8], cells: &[String]) -> Result<(), AudienceError> {
        match self {
            Self::Lines(file) => put(file, line),
            Self::Table(table) => table.write(cells),
        }
    }

    pub(super) fn finish(self, name: &str, rows: u64) -> Result<WrittenFile, AudienceError> {
        let file = match self {
            Self::Lines(file) => file,
            Self::Table(table) => table.finish()?,
        };
        Ok(file.finish(name, Some(rows))?)
    }
}

fn put(file: &mut OutputFile, bytes: &[u8]) -> Result<(), AudienceError> {
    let path = file.path().to_owned();
    file.write_all(bytes).map_err(AudienceError::disk(&path))
}

/// A Parquet table in the making.
pub(super) struct ParquetPart {
    path: std::path::PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<OutputFile>,
    waiting: Vec<Vec<String>>,
}

impl ParquetPart {
    fn new(audience: &Audience, file: OutputFile) -> Result<Self, AudienceError> {
        let path = file.path().to_owned();
        let field = |column: &ListColumn| ArrowField::new(&column.header, holds(column), true);
        let schema: SchemaRef = Arc::new(Schema::new(audience.columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_created_by(concat!("valueseg version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(encode(&path))?;
        Ok(Self { path, schema, writer, waiting: Vec::new() })
    }

    fn write(&mut self, cells: &[String]) -> Result<(), AudienceError> {
        self.waiting.push(cells.to_vec());
        if self.waiting.len() == CHUNK { self.encode() } else { Ok(()) }
    }

    fn encode(&mut self) -> Result<(), AudienceError> {
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        let column = |(at, field): (usize, &Arc<ArrowField>)| -> ArrayRef {
            let cells = rows.iter().map(|row| Some(row[at].as_str()).filter(|cell| !cell.is_empty()));
            match field.data_type() {
                DataType::Date32 => Arc::new(cells.map(|cell| days(cell?)).collect::<Date32Array>()),
                DataType::Int32 => Arc::new(cells.map(|cell| cell?.parse().ok()).collect::<Int32Array>()),
                _ => Arc::new(cells.collect::<StringArray>()),
            }
        };
        let columns = self.schema.fields().iter().enumerate().map(column).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        let batch = batch.map_err(|error| encode(&self.path)(ParquetError::External(Box::new(error))))?;
        self.writer.write(&batch).map_err(encode(&self.path))
    }

    fn finish(mut self) -> Result<OutputFile, AudienceError> {
        self.encode()?;
        self.writer.into_inner().map_err(encode(&self.path))
    }
}

/// A day as days since 1970; `None` = it is none.
fn days(cell: &str) -> Option<i32> {
    cell.parse::<chrono::NaiveDate>().ok().map(|day| day.to_epoch_days())
}

fn encode(path: &Path) -> impl FnOnce(ParquetError) -> AudienceError {
    let path = path.to_owned();
    move |source| AudienceError::Write(WriteError::encode(&path, source))
}
