//! Files that people upload, cut into parts before a limit of the tool is reached.

use std::path::Path;

use super::error::AudienceError;
use super::format::ListFile;
use super::spec::Audience;
use crate::tables::publish::Staging;
use crate::tables::write::WrittenFile;

/// A file being written, part by part.
pub(super) struct PartWriter<'a> {
    audience: &'a Audience,
    folder: String,
    what: &'static str,
    open: Option<(ListFile, String)>,
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
        let (audience, format) = (self.audience, self.audience.format);
        let line = format.row(audience, cells);
        let layout = &audience.template.file;
        let full = self.size.0 >= layout.max_rows || self.size.1.saturating_add(line.len() as u64) > layout.max_bytes;
        if full {
            self.close()?;
        }
        if self.open.is_none() {
            let name = format!("{}/{}-{:03}.{}", self.folder, self.what, self.done.len() + 1, format.ending());
            staging.make_room(Path::new(&name))?;
            let file = ListFile::create(audience, staging.folder(), &name)?;
            self.size = (0, format.header(audience).map_or(0, |header| header.len() as u64));
            self.open = Some((file, name));
        }
        if let Some((file, _)) = &mut self.open {
            file.write(&line, cells)?;
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
            self.done.push(file.finish(&name, self.size.0)?);
        }
        Ok(())
    }
}
