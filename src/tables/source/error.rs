//! What can be wrong with a source before any row of it is judged.

use std::sync::Arc;

use super::super::spec::Format;
use crate::codes::{Code, Coded};
use crate::tables::plain_file::{NotAFile, not_a_file};

/// A source that cannot be read. Each variant says which file and what was expected.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A pattern matched nothing.
    #[error("sources.{source_name}: no file matches `{pattern}`{}", because(.there))]
    NoFiles {
        /// Key under `[sources]`.
        source_name: String,
        /// The pattern, file or folder as written.
        pattern: String,
        /// What is missing there, such as the folder; empty = nothing is known of it.
        there: String,
    },
    /// A folder that is there holds no data file.
    #[error(
        "sources.{source_name}: folder `{pattern}` is there, and no file whose extension tells that it is data lies directly in it"
    )]
    NoFilesInFolder {
        /// Key under `[sources]`.
        source_name: String,
        /// The folder as written.
        pattern: String,
        /// The glob that finds files in its subfolders, where there are some.
        inside: Option<String>,
    },
    /// A pattern cannot be used.
    #[error("sources.{source_name}: `{pattern}` cannot be used: {reason}")]
    Pattern {
        /// Key under `[sources]`.
        source_name: String,
        /// The pattern as written.
        pattern: String,
        /// What the layer below says of it.
        reason: String,
    },
    /// The operating system refuses.
    #[error("{file}: cannot be read")]
    Io {
        /// The file, relative to the configuration.
        file: String,
        /// What the system says.
        source: Arc<std::io::Error>,
    },
    /// A pipe, a device, a socket or the like.
    #[error("{file}: it is {what}, not a file")]
    NotAFile {
        /// Where it stands, relative to the configuration.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// It is not what the night began to read.
    #[error("{file}: changed while the night read it: {what}")]
    Changed {
        /// The file, relative to the configuration.
        file: String,
        /// What happened to it.
        what: &'static str,
    },
    /// The extension says nothing.
    #[error("{file}: the extension does not tell what this file holds")]
    UnknownExtension {
        /// The file.
        file: String,
        /// The source it belongs to.
        source_name: String,
    },
    /// A source mixes formats.
    #[error("sources.{source_name}: {first} files and {second} files in one source")]
    MixedFormats {
        /// Key under `[sources]`.
        source_name: String,
        /// One format.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// The first bytes belong to something else.
    #[error("{file}: expected {} but this is {found}", .expected.slug())]
    NotTheFormat {
        /// The file.
        file: String,
        /// What its name or the configuration promised.
        expected: Format,
        /// What its first bytes say.
        found: &'static str,
        /// The way from what was found to what was expected.
        advice: &'static str,
    },
    /// Nothing in it.
    #[error("{file}: the file is empty")]
    Empty {
        /// The file.
        file: String,
    },
    /// Damaged: cut off, overwritten, or never valid.
    #[error("{file}: damaged: {what}")]
    Damaged {
        /// The file.
        file: String,
        /// What was found. Never a value.
        what: String,
    },
    /// A decimal of more digits than its column declares.
    #[error("{file}: column `{column}` declares decimals of {digits} digits and holds one of more")]
    Digits {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// Digits declared.
        digits: u8,
    },
    /// Well-formed, but it declares more than any honest file needs.
    #[error("{file}: {what} is above the limit of {limit}")]
    Limit {
        /// The file.
        file: String,
        /// What is too large.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// A small file that unpacks to a huge one.
    #[error("{file}: unpacks to more than any honest file of its size")]
    Unpacks {
        /// The file.
        file: String,
    },
    /// The `csv` settings do not make sense.
    #[error("sources.{source_name}.csv.{key}: `{value}` is not {expected}")]
    Dialect {
        /// Key under `[sources]`.
        source_name: String,
        /// Key under `csv`.
        key: &'static str,
        /// As written.
        value: String,
        /// What would do.
        expected: &'static str,
    },
    /// Two columns of one name, which a table asks for. The name is not said: where the header line is missing, it is somebody's data.
    #[error("{file}: columns {first} and {second} have the same name")]
    DoubleHeader {
        /// The file.
        file: String,
        /// The first of them, counted from 1.
        first: usize,
        /// The second.
        second: usize,
    },
    /// A quote that nothing closes: all that follows it would be one cell.
    #[error("{file}, line {line}: a quote that is never closed")]
    OpenQuote {
        /// The file.
        file: String,
        /// Where its record starts.
        line: u64,
    },
    /// The line with the names is not UTF-8.
    #[error("{file}, line 1: bytes that are not valid in the encoding")]
    HeaderNotUtf8 {
        /// The file.
        file: String,
    },
    /// One record without an end.
    #[error("{file}, line {line}: a record of more than {limit} bytes")]
    EndlessRecord {
        /// The file.
        file: String,
        /// Where it starts.
        line: u64,
        /// The limit in bytes.
        limit: u64,
    },
}

fn because(there: &str) -> String {
    if there.is_empty() { String::new() } else { format!(": {there}") }
}

impl SourceError {
    /// What the operating system says about a file, or our own reader of packed ones.
    pub(super) fn io(file: &str, source: std::io::Error) -> Self {
        if let Some(NotAFile { what }) = not_a_file(&source) {
            return Self::NotAFile { file: file.to_owned(), what };
        }
        if source.kind() == std::io::ErrorKind::QuotaExceeded {
            return Self::Unpacks { file: file.to_owned() };
        }
        // What unpackers say; the system itself says neither of a read.
        let what = match source.kind() {
            std::io::ErrorKind::UnexpectedEof => Some("it was cut off"),
            std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => {
                Some("what is packed in it is altered")
            }
            _ => None,
        };
        if let Some(what) = what {
            return Self::Damaged { file: file.to_owned(), what: what.to_owned() };
        }
        Self::Io { file: file.to_owned(), source: Arc::new(source) }
    }
}

impl Coded for SourceError {
    fn code(&self) -> Code {
        match self {
            Self::NoFiles { .. } | Self::NoFilesInFolder { .. } => Code::NoFiles,
            Self::Pattern { .. } => Code::Pattern,
            Self::Io { .. } => Code::InputUnreadable,
            Self::NotAFile { .. } => Code::InputNotAFile,
            Self::Changed { .. } => Code::InputChanged,
            Self::UnknownExtension { .. } => Code::UnknownExtension,
            Self::MixedFormats { .. } => Code::MixedFormats,
            Self::NotTheFormat { .. } => Code::NotTheFormat,
            Self::Empty { .. } => Code::EmptyFile,
            Self::Damaged { .. } => Code::DamagedInput,
            Self::Digits { .. } => Code::TooManyDigits,
            Self::Limit { .. } | Self::Unpacks { .. } => Code::Oversized,
            Self::Dialect { .. } => Code::CsvSetting,
            Self::DoubleHeader { .. } => Code::DoubleHeader,
            Self::EndlessRecord { .. } | Self::OpenQuote { .. } => Code::EndlessRecord,
            Self::HeaderNotUtf8 { .. } => Code::HeaderEncoding,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotTheFormat { advice, .. } => Some((*advice).to_owned()),
            Self::NoFilesInFolder { inside: Some(glob), .. } => {
                Some(format!("its subfolders hold files; write `{glob}`"))
            }
            Self::NoFilesInFolder { .. } => Some(
                "check the folder; data files end in .parquet, .csv, .tsv, .txt, .jsonl, .ndjson or .json".to_owned(),
            ),
            Self::DoubleHeader { first, second, .. } => {
                Some(format!("name the one that is meant by its place, `column_{first}` or `column_{second}`"))
            }
            Self::UnknownExtension { source_name, .. } => {
                Some(format!("set sources.{source_name}.format to \"parquet\", \"csv\" or \"json\""))
            }
            _ => None,
        }
    }
}

impl From<SourceError> for datafusion::error::DataFusionError {
    fn from(error: SourceError) -> Self {
        Self::External(Box::new(error))
    }
}
