//! A single look at a file nobody has described yet: how it is written, its columns, and values of each.
//!
//! Only `init` looks; a night never guesses.

mod dialect;
mod header;
mod text;
mod typed;

pub(in crate::tables) use dialect::delimiter_of;

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::codes::{Code, Coded};
use crate::tables::plain_file;
use crate::tables::spec::Format;

/// Bytes of a text file looked at, unpacked.
const LOOKED_AT: u64 = 16 << 20;
/// Rows looked at.
const ROWS: usize = 50_000;
/// Cells looked at: of wide files fewer rows.
const CELLS: usize = 1_500_000;

/// A file that cannot be looked at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeekError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// It is not what its name says.
    #[error("{} is not a readable {expected} file: {found}", path.display())]
    NotTheFormat {
        /// The file.
        path: PathBuf,
        /// What its name says.
        expected: &'static str,
        /// What was found instead.
        found: String,
    },
}

impl Coded for PeekError {
    fn code(&self) -> Code {
        match self {
            Self::Io { .. } | Self::NotTheFormat { .. } => Code::InitFile,
        }
    }
}

/// What a look at a file showed.
#[derive(Clone, Debug, PartialEq)]
pub struct Peek {
    /// What the file holds.
    pub format: Format,
    /// CSV only: the character between fields.
    pub delimiter: char,
    /// CSV only: the encoding's label.
    pub encoding: &'static str,
    /// CSV only: what stands before decimals.
    pub decimal: char,
    /// CSV only: texts that stand for nothing in columns of numbers or dates, beyond the empty one.
    pub nulls: Vec<String>,
    /// CSV only: whether the first line names the columns. Without it they are `column_1`, `column_2` …
    pub header: bool,
    /// CSV only: the line data starts on, where further header lines stand between the header and it.
    pub data_from: Option<u64>,
    /// Columns in file order.
    pub columns: Vec<PeekColumn>,
    /// Rows looked at.
    pub rows: usize,
    /// Whether these are all rows of the file.
    pub whole: bool,
}

impl Default for Peek {
    fn default() -> Self {
        Self {
            format: Format::Csv,
            delimiter: ',',
            encoding: "utf-8",
            decimal: '.',
            nulls: Vec::new(),
            header: true,
            data_from: None,
            columns: Vec::new(),
            rows: 0,
            whole: true,
        }
    }
}

/// One column of a [`Peek`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeekColumn {
    /// Its name.
    pub name: String,
    /// What a second header line, or a codebook, says of it.
    pub label: Option<String>,
    /// Whether another column has the same name, so that it cannot be named in a configuration.
    pub ambiguous: bool,
    /// Values seen, as text, empty ones left out.
    pub values: Vec<String>,
}

/// Looks at `path` once.
///
/// # Errors
/// [`PeekError`] where it cannot be read or is not what its name says.
pub fn peek(path: &Path) -> Result<Peek, PeekError> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    match plain.rsplit_once('.').map(|(_, extension)| extension) {
        Some("parquet" | "pq") => typed::peek_parquet(path),
        Some("json" | "jsonl" | "ndjson") => typed::peek_json(path, &head(path)?),
        _ => text::peek_csv(path, &head(path)?),
    }
}

/// How many rows are kept of a file with so many columns.
fn rows_kept(columns: usize) -> usize {
    (CELLS / columns.max(1)).clamp(50, ROWS)
}

fn head(path: &Path) -> Result<Vec<u8>, PeekError> {
    let io = |source| PeekError::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    plain_file::open(path).map_err(io)?.take(LOOKED_AT).read_to_end(&mut bytes).map_err(io)?;
    if !bytes.starts_with(b"\x1F\x8B") {
        return Ok(bytes);
    }
    // By its bytes, as a night reads it; a part of a member that was cut off is no matter.
    let mut unpacked = Vec::new();
    let file = plain_file::open(path).map_err(io)?;
    match MultiGzDecoder::new(file).take(LOOKED_AT).read_to_end(&mut unpacked) {
        Err(source) if unpacked.is_empty() => Err(io(source)),
        _ => Ok(unpacked),
    }
}
