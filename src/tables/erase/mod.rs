//! Persons taken out of a stored night: whatever of it is about them goes.
//!
//! A manifest is not believed. The night is that of its folder, every file in it is searched, whether it is listed or not,
//! and what was not as it was published before is not made so: its entry stays as it stood, and `verify` goes on to say so.
//! Figures of groups stay, for they carry noise; numbers of people among them are brought to fives.

mod files;
mod table;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use chrono::NaiveDate;

use super::closing::Closing;
use super::figures::STATE_NAME;
use super::forgotten::FORGOTTEN_NAME;
use super::manifest::{Damage, MANIFEST_NAME, Manifest, hash_file};
use super::noise_key::closing_chance;
use super::persons::Persons;
use super::plain_file;
use super::publish::{OutputLock, PublishError, Staging, half_written};
use super::read::ReadError;
use super::write::{WriteError, WrittenFile};
use crate::codes::{Code, Coded};
use files::{Target, copy_without, look};

/// Persons could not be taken out of a night; the night is as it was, or lacks them but for the file named.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// A stored file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The night cannot be put back in its place.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A file names a person and cannot be written again.
    #[error("{} names a customer and is no table or text that could be written without", path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
    },
}

impl Coded for EraseError {
    fn code(&self) -> Code {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::Publish(error) => error.code(),
            Self::Sealed { .. } => Code::Altered,
        }
    }
}

/// A night as it lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredNight {
    /// Its folder.
    pub folder: PathBuf,
    /// The night its folder is named after.
    pub date: NaiveDate,
    /// Whether it was held back.
    pub held: bool,
}

/// What of a night is about the persons asked for.
#[derive(Debug, Default)]
pub struct PersonsFound {
    /// Rows about them, all files together.
    pub rows: u64,
    /// Which of them.
    pub persons: BTreeSet<usize>,
    /// Files that hold such rows, relative to the folder.
    touched: BTreeSet<PathBuf>,
    /// Files that could not be searched, or not be written without a person, relative to the folder.
    pub failed: Vec<(String, EraseError)>,
}

/// Searches every file below a folder. Links and what is no file are not followed.
#[must_use]
pub fn search(night: &Path, persons: &Persons) -> PersonsFound {
    let mut found = PersonsFound::default();
    let entries = match entries(night, true) {
        Ok(entries) => entries,
        Err(source) => {
            found.failed.push((String::new(), ReadError::Open { path: night.to_owned(), source }.into()));
            return found;
        }
    };
    let manifest = Manifest::read(night).ok().flatten();
    for Entry { name, .. } in entries.into_iter().filter(|entry| entry.is_file) {
        let path = night.join(&name);
        let listed =
            manifest.as_ref().and_then(|manifest| manifest.outputs.iter().find(|file| Path::new(&file.name) == name));
        // The manifest itself has no figures that could be taken for ids.
        let ours = || match listed {
            Some(file) => hash_file(&path).is_ok_and(|(bytes, sha256)| bytes == file.bytes && sha256 == file.sha256),
            None => name == Path::new(MANIFEST_NAME),
        };
        match look(&path, persons, &ours) {
            Ok(look) if look.rows == 0 => {}
            Ok(look) => {
                found.rows += look.rows;
                found.persons.extend(look.persons);
                found.touched.insert(name);
            }
            Err(error) => found.failed.push((name.to_string_lossy().into_owned(), error)),
        }
    }
    found
}

/// Persons in a table that outlives nights, beside them in the results folder.
pub struct BesideNights {
    path: PathBuf,
    /// Rows about them.
    pub rows: u64,
    /// Which of them.
    pub persons: BTreeSet<usize>,
}

impl BesideNights {
    /// Searches the table `path`.
    ///
    /// # Errors
    /// [`EraseError`] if it cannot be read.
    pub fn search(path: PathBuf, persons: &Persons) -> Result<Self, EraseError> {
        let found = table::look(&path, persons)?;
        Ok(Self { path, rows: found.rows, persons: found.persons })
    }

    /// Writes the table again without them, beside its place, and moves it there in one step.
    ///
    /// # Errors
    /// [`EraseError`]; the table is as it was.
    pub fn erase(&self, persons: &Persons) -> Result<(), EraseError> {
        if self.rows == 0 {
            return Ok(());
        }
        let failed = |source| PublishError::io("cannot write", &self.path, source);
        let half = half_written(&self.path);
        match fs::remove_file(&half) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error).into()),
            _ => {}
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let name = half.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        table::rows_without(&self.path, &Target { folder, name: &name }, persons)?;
        fs::rename(&half, &self.path).map_err(failed)?;
        Ok(())
    }
}

/// Files outside the nights that name persons, relative to the results folder: they are not ours to write again.
#[must_use]
pub fn named_elsewhere(out: &Path, nights: &[StoredNight], persons: &Persons) -> Vec<String> {
    let inside = |path: &Path| nights.iter().any(|night| path.starts_with(&night.folder));
    let ours = [FORGOTTEN_NAME, "runs", "held", "models"];
    let top = entries(out, false).unwrap_or_default();
    let below = ["runs", "held", "models"].iter().flat_map(|name| {
        let found = entries(&out.join(name), true).unwrap_or_default();
        found.into_iter().map(|entry| Entry { name: Path::new(name).join(entry.name), ..entry })
    });
    let all = top.into_iter().filter(|entry| !ours.iter().any(|name| entry.name == Path::new(name))).chain(below);
    let named = all.filter(|entry| entry.is_file && !inside(&out.join(&entry.name))).filter(|entry| {
        // What cannot be written again without a person names one as well.
        look(&out.join(&entry.name), persons, &|| true)
            .map_or_else(|error| matches!(error, EraseError::Sealed { .. }), |look| look.rows > 0)
    });
    named.map(|entry| entry.name.to_string_lossy().into_owned()).collect()
}

/// Something below a folder that is no folder.
#[derive(Debug)]
struct Entry {
    /// Relative to the folder.
    name: PathBuf,
    /// A regular file: no link, which leads elsewhere, and no pipe, which has no end.
    is_file: bool,
}

/// Everything in a folder that is no folder, ascending by name; `deep`: in the folders in it as well.
fn entries(folder: &Path, deep: bool) -> io::Result<Vec<Entry>> {
    fn walk(folder: &Path, prefix: &Path, deep: bool, found: &mut Vec<Entry>) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (name, kind) = (prefix.join(entry.file_name()), entry.file_type()?);
            match kind.is_dir() {
                true if deep => walk(&entry.path(), &name, deep, found)?,
                true => {}
                false => found.push(Entry { name, is_file: kind.is_file() }),
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    // A night that is a link leads out of the results folder.
    if !fs::symlink_metadata(folder)?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, "it is no folder"));
    }
    walk(folder, Path::new(""), deep, &mut found)?;
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Counts of words that a night keeps for the nights to come, in fives; `None` = another file.
fn words_closed(night: &Path, name: &str, closing: &Closing) -> Option<String> {
    let path = (name == STATE_NAME).then(|| night.join(name))?;
    closing.mixes(&plain_file::read_text(&path).ok()?)
}

/// A night being written again without persons: begun, perhaps changed further, and finished.
pub struct Rewrite<'a> {
    night: &'a StoredNight,
    staging: Staging<'a>,
    manifest: Option<Manifest>,
    before: Vec<Damage>,
}

impl<'a> Rewrite<'a> {
    /// Writes the files of a night beside it, without the persons.
    ///
    /// # Errors
    /// [`EraseError`]; the night is as it was.
    pub fn begin(
        lock: &'a OutputLock,
        night: &'a StoredNight,
        found: &PersonsFound,
        persons: &Persons,
    ) -> Result<Self, EraseError> {
        let manifest = match Manifest::read(&night.folder) {
            Ok(manifest) => manifest,
            Err(PublishError::Damaged { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let before = manifest.as_ref().map_or(Ok(Vec::new()), |manifest| manifest.verify(&night.folder))?;
        let staging = Staging::create(lock, night.date)?;
        let mut this = Self { night, staging, manifest, before };
        let listed: BTreeMap<String, _> = this
            .manifest
            .iter()
            .flat_map(|manifest| manifest.outputs.clone())
            .map(|file| (file.name.clone(), file))
            .collect();
        let odd: BTreeSet<String> = this.before.iter().map(|odd| odd.name.clone()).collect();
        let is_as_listed = |name: &str| listed.contains_key(name) && !odd.contains(name);
        let closing = Closing::by(closing_chance(lock.out())?);
        if let Some(manifest) = &mut this.manifest {
            closing.close(&mut manifest.counts);
            closing.close_figures(&mut manifest.figures);
        }
        let entries = entries(&night.folder, true);
        for Entry { name, .. } in entries.map_err(|source| PublishError::io("cannot list", &night.folder, source))? {
            let shown = name.to_string_lossy().into_owned();
            let is_manifest = name == Path::new(MANIFEST_NAME);
            if is_manifest && this.manifest.is_some() {
                this.restated_manifest(found.touched.contains(&name), persons);
            } else if found.touched.contains(&name) {
                let ours = is_manifest || is_as_listed(&shown);
                this.staging.make_room(&name)?;
                let target = Target { folder: this.staging.folder(), name: &shown };
                let written = copy_without(&night.folder.join(&name), &target, persons, ours)?;
                this.state(written, ours && !is_manifest);
            } else if let Some(table) = Closing::table(&shown).filter(|_| is_as_listed(&shown)) {
                this.staging.make_room(&name)?;
                let target = Target { folder: this.staging.folder(), name: &shown };
                let written = table::counts_closed(&night.folder.join(&name), &target, table, &closing)?;
                this.state(written, true);
            } else if let Some(text) = words_closed(&night.folder, &shown, &closing).filter(|_| is_as_listed(&shown)) {
                let written = this.staging.write(&shown, text.as_bytes())?.clone();
                this.state(written, true);
            } else {
                this.staging.take_over(&night.folder, &name, listed.get(&shown))?;
            }
        }
        Ok(this)
    }

    /// The night in the making, for whatever else follows from persons being gone.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.staging.folder()
    }

    /// Puts the night in the place of the old one in one step, so a reader, and a crash, finds the persons in it or not at
    /// all. Gives what was not as its manifest says before, and is left so.
    ///
    /// # Errors
    /// [`EraseError`]; the night is as it was.
    pub fn finish(self) -> Result<Vec<Damage>, EraseError> {
        let mut before = self.before;
        let odd = |what| Damage { name: MANIFEST_NAME.to_owned(), what };
        match &self.manifest {
            None if self.night.folder.join(MANIFEST_NAME).exists() => before.push(odd("unreadable")),
            None => before.push(odd("missing")),
            Some(manifest) if !manifest.is_at(self.night.date, self.night.held) => before.push(odd("of another night")),
            Some(_) => {}
        }
        self.staging.restate(&self.night.folder, self.manifest.as_ref(), &before)?;
        Ok(before)
    }

    /// Lists a file that was written anew. One that was not as it was listed before keeps its entry.
    fn state(&mut self, written: WrittenFile, ours: bool) {
        let outputs = self.manifest.iter_mut().flat_map(|manifest| &mut manifest.outputs);
        match outputs.into_iter().find(|file| file.name == written.name) {
            Some(entry) if ours => {
                // Only a list tells how many rows its copy has.
                *entry = WrittenFile { rows: entry.rows.and(written.rows), ..written.clone() };
                self.staging.announce(entry.clone());
            }
            Some(_) => {}
            None => self.staging.tolerate(Path::new(&written.name)),
        }
    }

    /// Takes persons out of the words of the manifest, should somebody have written them there.
    fn restated_manifest(&mut self, touched: bool, persons: &Persons) {
        let Some(manifest) = self.manifest.as_mut().filter(|_| touched) else { return };
        let (text, _) = texts::without(&manifest.to_json(), texts::TextLayout::Running, persons, true);
        if let Ok(without) = serde_json::from_str(&text) {
            *manifest = without;
        }
    }
}
