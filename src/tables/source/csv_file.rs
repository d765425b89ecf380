//! One CSV file: its header, then its records as batches of text. Records that cannot be a row are reported with
//! their line and left out.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use encoding_rs::Encoding;

use super::super::ledger::RejectCode;
use super::super::spec::CsvDialect;
use super::decode::{Guarded, RECORD_LIMIT};
use super::error::SourceError;
use super::text::{CELL_LIMIT, RowFault, TextBatch, TextBuilder};

/// Most columns a file may have.
const COLUMN_LIMIT: usize = 10_000;

/// A last record of our own, in letters that no text has: where a quote is never closed it is swallowed by the last field,
/// which the record reader itself does not tell.
const END: &str = "\u{F8FF}\u{E000}\u{F8FF}\u{E001}";

/// A dialect whose settings were checked.
#[derive(Clone, Debug)]
pub(super) struct Dialect {
    pub(super) delimiter: Option<u8>,
    pub(super) encoding: &'static Encoding,
    pub(super) nulls: Vec<String>,
    quote: u8,
    header: bool,
}

impl Dialect {
    /// Checks the settings of a source; those of a source without any are the defaults.
    pub(super) fn check(source: &str, spec: Option<&CsvDialect>) -> Result<Self, SourceError> {
        let default = CsvDialect::default();
        let spec = spec.unwrap_or(&default);
        let refuse = |key, value: &str, expected| SourceError::Dialect {
            source_name: source.to_owned(),
            key,
            value: value.to_owned(),
            expected,
        };
        let one_byte = |key, c: char| {
            u8::try_from(c)
                .ok()
                .filter(u8::is_ascii)
                .filter(|b| !matches!(b, b'\n' | b'\r' | 0))
                .ok_or_else(|| refuse(key, &c.to_string(), "one ASCII character other than a line break"))
        };
        if !matches!(spec.decimal, '.' | ',') {
            return Err(refuse("decimal", &spec.decimal.to_string(), "\".\" or \",\""));
        }
        let encoding = Encoding::for_label(spec.encoding.as_bytes())
            .filter(|encoding| *encoding != encoding_rs::REPLACEMENT)
            .ok_or_else(|| refuse("encoding", &spec.encoding, "an encoding label such as utf-8 or windows-1252"))?;
        let delimiter = spec.delimiter.map(|c| one_byte("delimiter", c)).transpose()?;
        let quote = one_byte("quote", spec.quote)?;
        if delimiter == Some(quote) {
            return Err(refuse("quote", &spec.quote.to_string(), "different from the delimiter"));
        }
        Ok(Self { delimiter, encoding, nulls: spec.nulls.clone(), quote, header: spec.header })
    }
}

/// Reads the records of a file.
pub(super) struct CsvBatches {
    name: String,
    reader: Reader<Guarded<Box<dyn Read + Send>>>,
    since: Arc<AtomicU64>,
    /// Names of the columns, in the order of the file.
    pub(super) header: Vec<String>,
    /// A first record that is data, where there is no header line.
    pending: Option<StringRecord>,
    nulls: Vec<String>,
    /// [`END`] was read: nothing has swallowed it.
    ended: bool,
    /// Line of the last record that was not UTF-8.
    not_text: Option<u64>,
}

impl CsvBatches {
    /// Reads the header. `text` is UTF-8 without a byte-order mark; `tabs` says that the file's name ends in `.tsv`.
    pub(super) fn new(
        name: &str,
        text: Box<dyn Read + Send>,
        dialect: &Dialect,
        tabs: bool,
    ) -> Result<Self, SourceError> {
        let end: Box<dyn Read + Send> = Box::new(text.chain(std::io::Cursor::new(format!("\n{END}\n"))));
        let (text, since) = Guarded::new(end);
        let delimiter = dialect.delimiter.unwrap_or(if tabs { b'\t' } else { b',' });
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(dialect.quote)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 << 10)
            .from_reader(text);
        let nulls = dialect.nulls.clone();
        let mut this = Self {
            name: name.to_owned(),
            reader,
            since,
            header: Vec::new(),
            pending: None,
            nulls,
            ended: false,
            not_text: None,
        };
        let mut first = StringRecord::new();
        match this.read(&mut first)? {
            Some(true) => {}
            Some(false) => return Err(SourceError::Empty { file: name.to_owned() }),
            None => return Err(SourceError::HeaderNotUtf8 { file: name.to_owned() }),
        }
        if first.len() > COLUMN_LIMIT {
            let what = format!("number of columns, {},", first.len());
            return Err(SourceError::Limit { file: name.to_owned(), what, limit: COLUMN_LIMIT as u64 });
        }
        if dialect.header {
            this.header = header_of(name, &first)?;
        } else {
            this.header = (1..=first.len()).map(|i| format!("column_{i}")).collect();
            this.pending = Some(first);
        }
        Ok(this)
    }

    /// `None`: the record is not UTF-8. `Some(false)`: the file ends.
    ///
    /// INVARIANT: a file ends with [`END`] as a record of its own and nothing behind it. Where it ends in any other way, an open
    /// quote has swallowed it, be it in a record that is text or in one that is none.
    fn read(&mut self, record: &mut StringRecord) -> Result<Option<bool>, SourceError> {
        let line = self.reader.position().line();
        let outcome = self.reader.read_record(record);
        self.since.store(0, Ordering::Relaxed);
        let open_quote = |line| SourceError::OpenQuote { file: self.name.clone(), line };
        match outcome {
            Ok(true) if self.ended => Err(open_quote(line)),
            Ok(true) if record.len() == 1 && &record[0] == END => {
                self.ended = true;
                self.read(record)
            }
            Ok(true) if record.iter().next_back().is_some_and(|last| last.trim_end().ends_with(END)) => {
                Err(open_quote(record.position().map_or(line, csv::Position::line)))
            }
            Ok(false) if !self.ended => Err(open_quote(self.not_text.unwrap_or(line))),
            Ok(more) => Ok(Some(more)),
            Err(error) => match error.into_kind() {
                ErrorKind::Utf8 { pos, .. } => {
                    self.not_text = Some(pos.map_or(line, |at| at.line()));
                    Ok(None)
                }
                ErrorKind::Io(source) if source.kind() == std::io::ErrorKind::FileTooLarge => {
                    let line = self.reader.position().line();
                    Err(SourceError::EndlessRecord { file: self.name.clone(), line, limit: RECORD_LIMIT })
                }
                ErrorKind::Io(source) => Err(SourceError::io(&self.name, source)),
                other => Err(SourceError::Damaged { file: self.name.clone(), what: format!("{other:?}") }),
            },
        }
    }

    /// The next batch of the fields at `columns`; `report` hears of records that are not rows.
    pub(super) fn next_batch(
        &mut self,
        columns: &[Option<usize>],
        report: &mut dyn FnMut(RowFault),
    ) -> Result<Option<TextBatch>, SourceError> {
        let mut builder = TextBuilder::new(columns.len());
        let mut record = StringRecord::new();
        while !builder.is_full() {
            let line = self.reader.position().line();
            let more = match self.pending.take() {
                Some(first) => {
                    record = first;
                    Some(true)
                }
                None => self.read(&mut record)?,
            };
            let at = record.position().map_or(line, csv::Position::line);
            let fault = match more {
                Some(false) => return Ok(builder.finish_if_any()),
                None => Some(RejectCode::NotUtf8),
                Some(true) if record.len() != self.header.len() => Some(RejectCode::FieldCount),
                Some(true) if record.as_slice().len() > CELL_LIMIT && record.iter().any(|f| f.len() > CELL_LIMIT) => {
                    Some(RejectCode::CellTooLong)
                }
                Some(true) => None,
            };
            if let Some(code) = fault {
                builder.skip();
                report(RowFault { row: at, code });
                continue;
            }
            builder.push(
                at,
                columns.iter().map(|column| {
                    let field = column.and_then(|i| record.get(i))?;
                    (!self.nulls.iter().any(|null| null == field)).then_some(field)
                }),
            );
        }
        Ok(builder.finish_if_any())
    }
}

fn header_of(name: &str, record: &StringRecord) -> Result<Vec<String>, SourceError> {
    let mut header: Vec<String> = Vec::with_capacity(record.len());
    let mut known = BTreeMap::new();
    for (i, field) in record.iter().enumerate() {
        let field = field.trim();
        let column = if field.is_empty() { format!("column_{}", i + 1) } else { field.to_owned() };
        if let Some(first) = known.insert(column.clone(), i + 1) {
            return Err(SourceError::DoubleHeader { file: name.to_owned(), first, second: i + 1 });
        }
        header.push(column);
    }
    Ok(header)
}
