//! Files that people upload: a header and rows, cut into parts before a limit of the tool is reached.

use std::io::Write as _;
use std::path::Path;

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::error::AudienceError;
use super::spec::Audience;
use crate::tables::publish::Staging;
use crate::tables::write::{OutputFile, WrittenFile};

/// A file being written, part by part.
pub(super) struct PartWriter<'a> {
    audience: &'a Audience,
    folder: String,
    what: &'static str,
    open: Option<(OutputFile, String)>,
    /// Rows and bytes of the part that is open.
    size: (u64, u64),
    done: Vec<WrittenFile>,
    /// Rows of all parts.
    pub(super) rows: u64,
}

impl<'a> PartWriter<'a> {
    /// `what` is `full`, `delta`, `add` or `remove`; the first part is made with the first row.
    pub(super) fn new(audience: &'a Audience, folder: &str, what: &'static str) -> Self {
        Self { audience, folder: folder.to_owned(), what, open: None, size: (0, 0), done: Vec::new(), rows: 0 }
    }

    /// Writes a row.
    pub(super) fn write(&mut self, staging: &Staging<'_>, cells: &[String]) -> Result<(), AudienceError> {
        let line = self.line(cells.iter().map(String::as_str))?;
        let layout = &self.audience.template.file;
        let full = self.size.0 >= layout.max_rows || self.size.1.saturating_add(line.len() as u64) > layout.max_bytes;
        if full {
            self.close()?;
        }
        if self.open.is_none() {
            let name = format!("{}/{}-{:03}.csv", self.folder, self.what, self.done.len() + 1);
            staging.make_room(Path::new(&name))?;
            let header = self.line(self.audience.headers())?;
            let mut file = OutputFile::create(staging.folder(), &name)?;
            Self::put(&mut file, &header)?;
            self.size = (0, header.len() as u64);
            self.open = Some((file, name));
        }
        if let Some((file, _)) = &mut self.open {
            Self::put(file, &line)?;
        }
        self.size = (self.size.0 + 1, self.size.1 + line.len() as u64);
        self.rows += 1;
        Ok(())
    }

    /// Closes the last part and announces all of them. Their names inside the folder of the audience, with their rows.
    pub(super) fn finish(mut self, staging: &mut Staging<'_>) -> Result<Vec<(String, u64)>, AudienceError> {
        self.close()?;
        let inside =
            |file: &WrittenFile| (file.name.rsplit('/').next().unwrap_or_default().to_owned(), file.rows.unwrap_or(0));
        let names = self.done.iter().map(inside).collect();
        self.done.into_iter().for_each(|file| staging.announce(file));
        Ok(names)
    }

    fn close(&mut self) -> Result<(), AudienceError> {
        if let Some((file, name)) = self.open.take() {
            self.done.push(file.finish(&name, Some(self.size.0))?);
        }
        Ok(())
    }

    fn line<'c>(&self, cells: impl Iterator<Item = &'c str>) -> Result<Vec<u8>, AudienceError> {
        let terminator =
            if self.audience.template.file.newline == "\n" { Terminator::Any(b'\n') } else { Terminator::CRLF };
        let mut writer =
            WriterBuilder::new().terminator(terminator).quote_style(QuoteStyle::Necessary).from_writer(Vec::new());
        let path = Path::new(&self.folder);
        writer.write_record(cells).map_err(AudienceError::csv(path))?;
        // INVARIANT: a vector takes everything.
        Ok(writer.into_inner().expect("written to memory"))
    }

    fn put(file: &mut OutputFile, bytes: &[u8]) -> Result<(), AudienceError> {
        let path = file.path().to_owned();
        file.write_all(bytes).map_err(AudienceError::disk(&path))
    }
}
