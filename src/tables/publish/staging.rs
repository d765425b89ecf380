//! A night in the making, and the step that makes it visible.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{OutputLock, PublishError, published_nights, run_folder};
use crate::tables::manifest::{MANIFEST_NAME, Manifest, RunFacts, files_in, is_inside};
use crate::tables::write::{OutputFile, WrittenFile};

/// Folder inside the output folder where nights are made.
const STAGING: &str = ".staging";

/// Ending of a night set aside while its replacement moves in.
const ASIDE: &str = ".old";

/// A night in the making. Dropped unpublished, it leaves nothing behind.
#[derive(Debug)]
pub struct Staging<'a> {
    lock: &'a OutputLock,
    run_date: NaiveDate,
    folder: PathBuf,
    files: BTreeMap<String, WrittenFile>,
    published: bool,
}

impl<'a> Staging<'a> {
    /// Makes an empty run folder under `out/.staging`, after clearing what an earlier crash left there.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn create(lock: &'a OutputLock, run_date: NaiveDate) -> Result<Self, PublishError> {
        let staging = lock.out().join(STAGING);
        recover(lock.out(), &staging)?;
        let folder = staging.join(run_date.to_string());
        make_folder(&staging, 0o700)?;
        make_folder(&folder, 0o777)?;
        for (name, mode) in [("tables", 0o777), ("plans", 0o777), ("rejected", 0o700)] {
            make_folder(&folder.join(name), mode)?;
        }
        Ok(Self { lock, run_date, folder, files: BTreeMap::new(), published: false })
    }

    /// The folder to write into; table writers take it as their run folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The night.
    #[must_use]
    pub fn run_date(&self) -> NaiveDate {
        self.run_date
    }

    /// Announces a file that a table writer has finished.
    pub fn announce(&mut self, file: WrittenFile) {
        self.files.insert(file.name.clone(), file);
    }

    /// Files announced so far, ascending by name.
    pub fn files(&self) -> impl Iterator<Item = &WrittenFile> {
        self.files.values()
    }

    /// Writes a whole file and announces it. A `private` file, and any folder made for it, is for its owner alone.
    ///
    /// # Errors
    /// [`PublishError::Outside`] for a name that leaves the folder; errors of the disk.
    pub fn write(&mut self, name: &str, content: &[u8], private: bool) -> Result<&WrittenFile, PublishError> {
        if !is_inside(name) {
            return Err(PublishError::Outside { name: name.to_owned() });
        }
        if let Some(parent) = Path::new(name).parent() {
            let mut folder = self.folder.clone();
            for part in parent.components() {
                folder.push(part);
                make_folder(&folder, if private { 0o700 } else { 0o777 })?;
            }
        }
        let mut file = OutputFile::create(&self.folder, name, private)?;
        file.write_all(content).map_err(|source| PublishError::io("cannot write", &self.folder.join(name), source))?;
        let written = file.finish(name, None)?;
        Ok(self.files.entry(name.to_owned()).or_insert(written))
    }

    /// Checks the folder against what was announced, writes the manifest, and makes the night visible. An existing
    /// night of the same date is replaced. Returns the run folder and its manifest.
    ///
    /// # Errors
    /// [`PublishError::Unannounced`] if the folder holds other files than announced; errors of the disk. Whatever the
    /// error, the last night is as it was.
    pub fn publish(mut self, facts: RunFacts) -> Result<(PathBuf, Manifest), PublishError> {
        self.check()?;
        let manifest = Manifest::new(self.run_date, facts, self.files.values().cloned().collect());
        let mut file = OutputFile::create(&self.folder, MANIFEST_NAME, false)?;
        let path = file.path().to_owned();
        file.write_all(manifest.to_json().as_bytes())
            .map_err(|source| PublishError::io("cannot write", &path, source))?;
        file.finish(MANIFEST_NAME, None)?;
        sync_folders(&self.folder).map_err(|source| PublishError::io("cannot sync", &self.folder, source))?;

        let out = self.lock.out();
        let runs = out.join("runs");
        make_folder(&runs, 0o777)?;
        let target = run_folder(out, self.run_date);
        swap_in(&self.folder, &target)?;
        self.published = true;
        sync(&runs).map_err(|source| PublishError::io("cannot sync", &runs, source))?;
        point_latest(out)?;
        sync(out).map_err(|source| PublishError::io("cannot sync", out, source))?;
        Ok((target, manifest))
    }

    /// Files present = files announced, with their sizes.
    fn check(&self) -> Result<(), PublishError> {
        let present = files_in(&self.folder);
        let present = present.map_err(|source| PublishError::io("cannot list", &self.folder, source))?;
        let announced: Vec<(String, u64)> = self.files.values().map(|file| (file.name.clone(), file.bytes)).collect();
        let odd = present.iter().find(|file| !announced.contains(file));
        match odd.or_else(|| announced.iter().find(|file| !present.contains(file))) {
            Some((name, _)) => Err(PublishError::Unannounced { name: name.clone() }),
            None => Ok(()),
        }
    }
}

impl Drop for Staging<'_> {
    fn drop(&mut self) {
        if !self.published {
            // What cannot be removed now is cleared by the next run.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Clears `.staging`. We hold the lock, so whatever is there belongs to a run that died. A night set aside by a
/// replacement that never moved in goes back to its place.
fn recover(out: &Path, staging: &Path) -> Result<(), PublishError> {
    let failed = |source| PublishError::io("cannot clear", staging, source);
    let entries = match fs::read_dir(staging) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(failed(source)),
    };
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let night = name.to_str().and_then(|name| name.strip_suffix(ASIDE)?.parse::<NaiveDate>().ok());
        match night.map(|night| run_folder(out, night)) {
            Some(target) if !target.exists() => fs::rename(entry.path(), target).map_err(failed)?,
            _ if entry.file_type().map_err(failed)?.is_dir() => fs::remove_dir_all(entry.path()).map_err(failed)?,
            _ => fs::remove_file(entry.path()).map_err(failed)?,
        }
    }
    Ok(())
}

/// Moves the new night into place; an existing one is set aside first and removed afterwards. Between the two renames
/// the night is missing for an instant; `recover` closes that gap after a crash.
fn swap_in(new: &Path, target: &Path) -> Result<(), PublishError> {
    let failed = |source| PublishError::io("cannot publish", target, source);
    if !target.exists() {
        return fs::rename(new, target).map_err(failed);
    }
    let mut aside = new.as_os_str().to_owned();
    aside.push(ASIDE);
    let aside = PathBuf::from(aside);
    fs::rename(target, &aside).map_err(failed)?;
    if let Err(source) = fs::rename(new, target) {
        // Back to how it was; if even that fails, the next run does it.
        let _ = fs::rename(&aside, target);
        return Err(failed(source));
    }
    // The old night is out of sight already; what stays behind is cleared by the next run.
    let _ = fs::remove_dir_all(&aside);
    Ok(())
}

/// Points `latest` at the newest night, in one step. Making an older night again does not move it back.
fn point_latest(out: &Path) -> Result<(), PublishError> {
    let Some(newest) = published_nights(out)?.pop() else { return Ok(()) };
    let (latest, fresh) = (out.join("latest"), out.join(STAGING).join("latest"));
    let failed = |source| PublishError::io("cannot point", &latest, source);
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    symlink(Path::new("runs").join(newest.to_string()), &fresh).map_err(failed)?;
    fs::rename(&fresh, &latest).map_err(failed)
}

/// Makes a folder unless it exists.
fn make_folder(path: &Path, mode: u32) -> Result<(), PublishError> {
    match DirBuilder::new().mode(mode).create(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(PublishError::io("cannot make", path, error)),
        _ => Ok(()),
    }
}

/// Forces the entries of a folder to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// [`sync`] for a folder and all below it, deepest first.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync(folder)
}
