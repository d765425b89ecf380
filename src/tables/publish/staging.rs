//! A night in the making, and the step that makes it visible.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::folders::{folder_mode, make_folder, staging, swap_in, sync, sync_folders};
use super::manifest::{MANIFEST_NAME, Manifest, RunFacts, files_in, is_inside};
use super::nights::file_of_others;
use super::work::{WorkFolder, undisturbed};
use super::{OutputLock, PublishError, held_folder, run_folder, seals, settle};
use crate::tables::write::{OutputFile, WrittenFile};

/// A night in the making. Dropped unpublished, it leaves nothing behind.
#[derive(Debug)]
pub struct Staging<'a> {
    lock: &'a OutputLock,
    run_date: NaiveDate,
    folder: PathBuf,
    files: BTreeMap<String, WrittenFile>,
    /// What `folder` lies in; gone with this.
    _work: WorkFolder,
}

impl<'a> Staging<'a> {
    /// Makes an empty run folder under `out/.staging`, after clearing what an earlier crash left there.
    ///
    /// # Errors
    /// [`PublishError::NotOurs`] if somebody else's folder lies there, [`PublishError::Io`].
    pub fn create(lock: &'a OutputLock, run_date: NaiveDate) -> Result<Self, PublishError> {
        let work = staging(lock.out())?;
        let folder = work.path().join(run_date.to_string());
        make_folder(&folder, 0o777)?;
        for (name, mode) in [("tables", 0o777), ("plans", 0o777), ("rejected", 0o700)] {
            make_folder(&folder.join(name), mode)?;
        }
        Ok(Self { lock, run_date, folder, files: BTreeMap::new(), _work: work })
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

    /// Takes over a file of a stored night, whose entry in its manifest is `file`, without copying its content where the
    /// file system can link.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn take_over(&mut self, night: &Path, file: &WrittenFile) -> Result<(), PublishError> {
        let (from, to) = (night.join(&file.name), self.folder.join(&file.name));
        let failed = |source| PublishError::io("cannot copy", &from, source);
        self.make_parents(&from, &file.name)?;
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).map_err(failed)?;
            sync(&to).map_err(failed)?;
        }
        self.announce(file.clone());
        Ok(())
    }

    /// Makes the folders above `name`, with the modes of those above `like`.
    fn make_parents(&self, like: &Path, name: &str) -> Result<(), PublishError> {
        let depth = Path::new(name).components().count();
        let models: Vec<PathBuf> = like.ancestors().skip(1).take(depth - 1).map(Path::to_owned).collect();
        let mut folder = self.folder.clone();
        for (part, model) in Path::new(name).components().zip(models.into_iter().rev()) {
            folder.push(part);
            make_folder(&folder, folder_mode(&model))?;
        }
        Ok(())
    }

    /// Makes room for a file that will take the place of `name` of the stored `night`.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn make_room(&self, night: &Path, name: &str) -> Result<(), PublishError> {
        self.make_parents(&night.join(name), name)
    }

    /// Checks the folder against what was announced, writes the manifest, reads everything back, and makes the night
    /// visible. An existing night of the same date is replaced in one step, and one of that date that was held back is
    /// removed. `latest` points to the night `latest` afterwards. Returns the run folder and its manifest.
    ///
    /// # Errors
    /// [`PublishError::Unannounced`] if the folder holds other files than announced; [`PublishError::NotOurs`] if the night
    /// to be replaced holds files of others; errors of the disk. Whatever the error, readers find the last night as it was,
    /// or the new one whole.
    pub fn publish(self, facts: RunFacts, latest: NaiveDate) -> Result<(PathBuf, Manifest), PublishError> {
        let manifest = Manifest::new(self.run_date, facts, self.files.values().cloned().collect());
        let (lock, run_date) = (self.lock, self.run_date);
        let target = run_folder(lock.out(), run_date);
        spare_others(&target)?;
        self.seal(&manifest, &target)?;
        // What cannot be removed is out of sight already, and is cleared by the next run.
        let _ = self.move_in(&target)?.map(fs::remove_dir_all);
        drop(self);
        settle(lock, run_date, latest)?;
        Ok((target, manifest))
    }

    /// Puts the night where nobody takes it for a published one: `out/held/<date>`, whole, its manifest marked with the
    /// `reasons`. One held back before is replaced. Returns its folder.
    ///
    /// # Errors
    /// As [`Staging::publish`]; published nights and `latest` are not touched.
    pub fn hold(self, facts: RunFacts, reasons: &[String]) -> Result<PathBuf, PublishError> {
        let mut manifest = Manifest::new(self.run_date, facts, self.files.values().cloned().collect());
        manifest.held = reasons.to_vec();
        let target = held_folder(self.lock.out(), self.run_date);
        spare_others(&target)?;
        self.seal(&manifest, &target)?;
        let _ = self.move_in(&target)?.map(fs::remove_dir_all);
        seals::tidy(self.lock)?;
        Ok(target)
    }

    /// Puts the night in the place of a stored one, held or published, that says the same but for its files: `manifest`
    /// is that of the stored night. The old files are gone when this returns.
    ///
    /// # Errors
    /// As [`Staging::publish`], and [`PublishError::Io`] if the old files cannot be removed.
    pub fn restate(self, mut manifest: Manifest) -> Result<PathBuf, PublishError> {
        manifest.outputs = self.files.values().cloned().collect();
        let place = if manifest.held.is_empty() { run_folder } else { held_folder };
        let target = place(self.lock.out(), self.run_date);
        self.seal(&manifest, &target)?;
        if let Some(old) = self.move_in(&target)? {
            fs::remove_dir_all(&old).map_err(|source| PublishError::io("cannot remove", &old, source))?;
        }
        seals::tidy(self.lock)?;
        Ok(target)
    }

    /// Files present = files announced; then the manifest, all of it read back and on the disk, and its seal, before it
    /// moves to `target`.
    fn seal(&self, manifest: &Manifest, target: &Path) -> Result<(), PublishError> {
        self.check()?;
        let mut file = OutputFile::create(&self.folder, MANIFEST_NAME, false)?;
        let (path, text) = (file.path().to_owned(), manifest.to_json());
        file.write_all(text.as_bytes()).map_err(|source| PublishError::io("cannot write", &path, source))?;
        file.finish(MANIFEST_NAME, None)?;
        if let Some(damage) = manifest.verify(&self.folder)?.into_iter().next() {
            return Err(PublishError::Unannounced { name: damage.name });
        }
        sync_folders(&self.folder).map_err(|source| PublishError::io("cannot sync", &self.folder, source))?;
        let name = target.strip_prefix(self.lock.out()).unwrap_or(target).join(MANIFEST_NAME);
        seals::expect(self.lock.out(), &name.to_string_lossy(), text.as_bytes())
    }

    /// Moves the sealed night to `target`; gives where the one it replaced lies now.
    fn move_in(&self, target: &Path) -> Result<Option<PathBuf>, PublishError> {
        let parent = target.parent().unwrap_or(Path::new("."));
        make_folder(parent, if parent.ends_with("held") { 0o700 } else { 0o777 })?;
        let old = undisturbed(|| swap_in(&self.folder, target))?;
        sync(parent).map_err(|source| PublishError::io("cannot sync", parent, source))?;
        Ok(old)
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

/// Refuses to replace a night whose folder holds files of others.
fn spare_others(night: &Path) -> Result<(), PublishError> {
    match file_of_others(night)? {
        Some(path) => Err(PublishError::NotOurs { path, what: "is not a file of the night that would be replaced" }),
        None => Ok(()),
    }
}
