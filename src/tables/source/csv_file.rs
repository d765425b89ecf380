//! One CSV file: its header, then its records as batches of text. Records that cannot be a row are reported with
//! their line and left out.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};
use encoding_rs::Encoding;

use super::super::headings::looks_like_data;
use super::super::ledger::RejectCode;
use super::super::spec::CsvDialect;
use super::decode::{Guarded, RECORD_LIMIT};
use super::error::SourceError;
use super::lines::CountedLines;
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

/// A name that stands twice in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DoubledName {
    pub(super) name: String,
    pub(super) first: usize,
    pub(super) second: usize,
}

/// A record that was read ahead.
struct Ahead {
    /// As [`CsvBatches::read`] gives it.
    outcome: Option<bool>,
    record: StringRecord,
    /// The line it starts on, from 1.
    line: u64,
    /// It is one of several lines of headings.
    heading: bool,
}

/// Reads the records of a file.
pub(super) struct CsvBatches {
    name: String,
    reader: Reader<CountedLines<Guarded<Box<dyn Read + Send>>>>,
    since: Arc<AtomicU64>,
    /// Names of the columns, in the order of the file.
    pub(super) header: Vec<String>,
    /// Names that stand twice in the header line.
    pub(super) doubled: Vec<DoubledName>,
    /// The header line looks like somebody's data, so its names are not said.
    pub(super) data_for_header: bool,
    /// The header line as it stands there: a record that repeats it is none.
    repeated: Option<StringRecord>,
    /// Records that were read ahead.
    pending: VecDeque<Ahead>,
    /// The line that the last record starts on, from 1.
    line: u64,
    nulls: Vec<String>,
    /// Room for the next record.
    spare: StringRecord,
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
        let (text, said) = without_separator_line(text).map_err(|source| SourceError::io(name, source))?;
        let end: Box<dyn Read + Send> = Box::new(text.chain(std::io::Cursor::new(format!("\n{END}\n"))));
        let (text, since) = Guarded::new(end);
        let delimiter = dialect.delimiter.or(said).unwrap_or(if tabs { b'\t' } else { b',' });
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .quote(dialect.quote)
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(64 << 10)
            .from_reader(CountedLines::new(text, 1 + u64::from(said.is_some())));
        let nulls = dialect.nulls.clone();
        let mut this = Self {
            name: name.to_owned(),
            reader,
            since,
            header: Vec::new(),
            doubled: Vec::new(),
            data_for_header: false,
            repeated: None,
            pending: VecDeque::new(),
            line: 0,
            nulls,
            spare: StringRecord::new(),
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
        let line = this.line;
        if dialect.header {
            (this.header, this.doubled) = header_of(name, &first)?;
            this.repeated = Some(first);
            this.look_for_more_headings()?;
            this.data_for_header = looks_like_data(&this.header, &this.read_ahead());
        } else {
            this.header = (1..=first.len()).map(|i| format!("column_{i}")).collect();
            this.pending.push_back(Ahead { outcome: Some(true), record: first, line, heading: false });
        }
        Ok(this)
    }

    /// Qualtrics writes three lines of headings: names, questions, and a third that gives it away.
    fn look_for_more_headings(&mut self) -> Result<(), SourceError> {
        for _ in 0..2 {
            let mut record = StringRecord::new();
            let (outcome, line) = (self.read(&mut record)?, self.line);
            self.pending.push_back(Ahead { outcome, record, line, heading: false });
            if outcome == Some(false) {
                break;
            }
        }
        let third = self.pending.get(1).filter(|ahead| ahead.outcome == Some(true));
        if third.is_some_and(|ahead| ahead.record.iter().any(|field| field.trim_start().starts_with(IMPORT_ID))) {
            self.pending.iter_mut().for_each(|ahead| ahead.heading = true);
        }
        Ok(())
    }

    /// Fields of the records read ahead that are as wide as the header.
    fn read_ahead(&self) -> Vec<Vec<String>> {
        let rows = self.pending.iter().filter(|ahead| ahead.outcome == Some(true) && !ahead.heading);
        let rows = rows.map(|ahead| ahead.record.iter().map(str::to_owned).collect::<Vec<String>>());
        rows.filter(|row| row.len() == self.header.len()).collect()
    }

    /// The next record, read ahead or not; see [`CsvBatches::read`].
    fn next_record(&mut self) -> Result<Ahead, SourceError> {
        if let Some(ahead) = self.pending.pop_front() {
            return Ok(ahead);
        }
        let mut record = std::mem::take(&mut self.spare);
        let (outcome, line) = (self.read(&mut record)?, self.line);
        let heading = outcome == Some(true) && self.repeated.as_ref().is_some_and(|header| repeats(header, &record));
        Ok(Ahead { outcome, record, line, heading })
    }

    /// `None`: the record is not UTF-8. `Some(false)`: the file ends.
    ///
    /// INVARIANT: a file ends with [`END`] as a record of its own and nothing behind it. Where it ends in any other way, an open
    /// quote has swallowed it, be it in a record that is text or in one that is none.
    fn read(&mut self, record: &mut StringRecord) -> Result<Option<bool>, SourceError> {
        let outcome = self.reader.read_record(record);
        let end = self.reader.position().byte();
        let line = self.reader.get_mut().of_record(end);
        self.line = line;
        self.since.store(0, Ordering::Relaxed);
        let open_quote = |line| SourceError::OpenQuote { file: self.name.clone(), line };
        match outcome {
            Ok(true) if self.ended => Err(open_quote(line)),
            Ok(true) if record.len() == 1 && &record[0] == END => {
                self.ended = true;
                self.read(record)
            }
            Ok(true) if record.iter().next_back().is_some_and(|last| last.trim_end().ends_with(END)) => {
                Err(open_quote(line))
            }
            Ok(false) if !self.ended => Err(open_quote(self.not_text.unwrap_or(line))),
            Ok(more) => Ok(Some(more)),
            Err(error) => match error.into_kind() {
                ErrorKind::Utf8 { .. } => {
                    self.not_text = Some(line);
                    Ok(None)
                }
                ErrorKind::Io(source) if source.kind() == std::io::ErrorKind::FileTooLarge => {
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
        while !builder.is_full() {
            let Ahead { outcome, record, line: at, heading } = self.next_record()?;
            let fault = match outcome {
                Some(false) => return Ok(builder.finish_if_any()),
                None => Some(RejectCode::NotUtf8),
                Some(true) if heading => Some(RejectCode::HeaderRepeated),
                Some(true) if record.len() != self.header.len() => Some(RejectCode::FieldCount),
                Some(true) if record.as_slice().len() > CELL_LIMIT && record.iter().any(|f| f.len() > CELL_LIMIT) => {
                    Some(RejectCode::CellTooLong)
                }
                Some(true) => None,
            };
            if let Some(code) = fault {
                builder.skip();
                report(RowFault { row: at, code });
                self.spare = record;
                continue;
            }
            builder.push(
                at,
                columns.iter().map(|column| {
                    let field = column.and_then(|i| record.get(i))?;
                    (!self.nulls.iter().any(|null| null == field)).then_some(field)
                }),
            );
            self.spare = record;
        }
        Ok(builder.finish_if_any())
    }
}

/// Names of the columns. One without a name, and those that share one, are called by their place: `column_3`.
fn header_of(name: &str, record: &StringRecord) -> Result<(Vec<String>, Vec<DoubledName>), SourceError> {
    let fields: Vec<String> = record.iter().map(on_one_line).collect();
    let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut doubled: Vec<DoubledName> = Vec::new();
    for (i, field) in fields.iter().enumerate().filter(|(_, field)| !field.is_empty()) {
        let first = *first_of.entry(field).or_insert(i);
        if first != i && doubled.iter().all(|own| own.name != *field) {
            doubled.push(DoubledName { name: field.clone(), first: first + 1, second: i + 1 });
        }
    }
    let mut header: Vec<String> = Vec::with_capacity(fields.len());
    let mut known = BTreeMap::new();
    for (i, field) in fields.iter().enumerate() {
        let by_place = field.is_empty() || doubled.iter().any(|own| own.name == *field);
        let column = if by_place { format!("column_{}", i + 1) } else { field.clone() };
        if let Some(first) = known.insert(column.clone(), i + 1) {
            return Err(SourceError::DoubleHeader { file: name.to_owned(), first, second: i + 1 });
        }
        header.push(column);
    }
    Ok((header, doubled))
}

/// A name as it is used: trimmed, and where it holds line breaks, each of them and the blanks around it as one blank.
pub(crate) fn on_one_line(name: &str) -> String {
    let name = name.trim();
    if !name.contains(['\n', '\r']) {
        return name.to_owned();
    }
    name.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a record is the header line once more, as where files were put one behind the other, each with its byte-order mark.
fn repeats(header: &StringRecord, record: &StringRecord) -> bool {
    fn bare(name: &str) -> &str {
        name.trim_start_matches('\u{FEFF}').trim()
    }
    header.len() == record.len()
        && header.len() > 1
        && header.iter().zip(record).all(|(name, cell)| bare(name) == bare(cell))
}

/// What the third line of headings of a Qualtrics export holds.
const IMPORT_ID: &str = "{\"ImportId\"";

/// Takes off a first line `sep=;`, which spreadsheets read and do not show; gives the separator it names.
fn without_separator_line(mut text: Box<dyn Read + Send>) -> std::io::Result<(Box<dyn Read + Send>, Option<u8>)> {
    const START: &[u8] = b"sep=";
    let mut head = Vec::with_capacity(16);
    text.by_ref().take(9).read_to_end(&mut head)?;
    let quoted = head.first() == Some(&b'"');
    let line = if quoted { &head[1..] } else { &head[..] };
    let said = line.get(..4).filter(|start| start.eq_ignore_ascii_case(START)).and_then(|_| line.get(4)).copied();
    let rest = line.get(5..).and_then(|rest| if quoted { rest.strip_prefix(b"\"") } else { Some(rest) });
    let rest = rest.and_then(|rest| {
        rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).or_else(|| rest.strip_prefix(b"\r"))
    });
    let (said, kept) = match (said.filter(|byte| byte.is_ascii() && !matches!(byte, b'\n' | b'\r')), rest) {
        (Some(said), Some(rest)) => (Some(said), rest.to_vec()),
        _ => (None, head),
    };
    Ok((Box::new(std::io::Cursor::new(kept).chain(text)), said))
}
