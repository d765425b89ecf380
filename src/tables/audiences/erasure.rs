//! Persons who are to be forgotten, in lists: the addresses they stand under in files that do not name them, and files by which
//! they are taken off in the tools themselves.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::deliver::FOLDER;
use super::error::AudienceError;
use super::members::MemberReader;
use super::receipt::{DOCUMENT, ListReceipt};
use super::template::Removal;
use crate::tables::persons::Persons;
use crate::tables::plain_file;
use crate::tables::publish::{PublishError, write_private};

/// Folder in the results folder for files of persons to be taken off.
const ERASURES: &str = "erasures";

/// Where persons stand in the lists of a night.
#[derive(Clone, Debug, Default)]
pub struct ListTraces {
    /// Whom an address or its hash means.
    pub aliases: Vec<(usize, String)>,
    /// Of each audience, how its tool is told that they are gone.
    takes: BTreeMap<String, Takes>,
    /// Folders of audiences that could not be read.
    pub unreadable: Vec<PathBuf>,
}

/// Rows that tell a tool that somebody is gone.
#[derive(Clone, Debug, Default)]
struct Takes {
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl ListTraces {
    /// Looks through the lists of a night. A folder that cannot be read is named, and the others go on.
    #[must_use]
    pub fn of(night: &Path, persons: &Persons) -> Self {
        let mut traces = Self::default();
        let entries = std::fs::read_dir(night.join(FOLDER)).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        for folder in folders {
            if traces.look(&folder, persons).is_err() {
                traces.unreadable.push(folder);
            }
        }
        traces
    }

    fn look(&mut self, folder: &Path, persons: &Persons) -> Result<(), AudienceError> {
        let Some(mut reader) = MemberReader::of_audience(folder)? else { return Ok(()) };
        let path = folder.join(DOCUMENT);
        let text = plain_file::read_text(&path).map_err(AudienceError::disk(&path))?;
        let damaged = |error: serde_json::Error| AudienceError::Disk { path, source: std::io::Error::other(error) };
        let receipt: ListReceipt = serde_json::from_str(&text).map_err(damaged)?;
        let headers = reader.headers().to_vec();
        while let Some(member) = reader.next_member()? {
            let Some(person) = persons.find(&member.customer_id) else { continue };
            for (header, cell) in headers.iter().zip(&member.cells) {
                if receipt.addresses.contains(header) && !cell.is_empty() {
                    self.aliases.push((person, cell.clone()));
                }
            }
            if receipt.removal != Removal::Replace {
                let takes = self.takes.entry(receipt.audience.clone()).or_default();
                takes.headers.clone_from(&headers);
                takes.rows.push(receipt.gone_row(&headers, &member.cells));
            }
        }
        Ok(())
    }

    /// Writes a file for each audience, or adds to the one that lies there yet: to be uploaded and deleted. Their paths as seen
    /// from the results folder.
    ///
    /// # Errors
    /// [`AudienceError::Disk`], [`AudienceError::Publish`].
    pub fn write_erasures(&self, out: &Path) -> Result<Vec<String>, AudienceError> {
        let folder = out.join(ERASURES);
        let mut written = Vec::new();
        for (audience, takes) in &self.takes {
            match DirBuilder::new().mode(0o700).create(&folder) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(PublishError::io("cannot make", &folder, error).into());
                }
                _ => {}
            }
            let name = format!("{audience}.csv");
            let path = folder.join(&name);
            let before = match plain_file::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                Err(source) => return Err(AudienceError::Disk { path, source }),
            };
            let mut writer = csv::Writer::from_writer(before.clone());
            if before.is_empty() {
                writer.write_record(&takes.headers).map_err(AudienceError::csv(&path))?;
            }
            takes.rows.iter().try_for_each(|row| writer.write_record(row)).map_err(AudienceError::csv(&path))?;
            // INVARIANT: a vector takes everything.
            write_private(&path, &writer.into_inner().expect("written to memory"))?;
            written.push(format!("{ERASURES}/{name}"));
        }
        Ok(written)
    }
}
