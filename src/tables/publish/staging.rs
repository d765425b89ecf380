//! A night in the making, and the step that makes it visible.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::folders::{make_folder, open_like, open_to, staging, swap_in, sync, sync_folders};
use super::manifest::{Damage, MANIFEST_NAME, Manifest, RunFacts, files_in, is_inside};
use super::nights::file_of_others;
use super::work::{WorkFolder, undisturbed};
use super::{OutputLock, PublishError, held_folder, run_folder, seals, settle};
use crate::tables::access::set_mode;
use crate::tables::write::{OutputFile, WrittenFile};

/// A night in the making. Dropped unpublished, it leaves nothing behind.
#[derive(Debug)]
pub struct Staging<'a> {
    lock: &'a OutputLock,
    run_date: NaiveDate,
    folder: PathBuf,
    files: BTreeMap<String, WrittenFile>,
    /// Files that the manifest does not list and that stay all the same.
    strangers: BTreeSet<String>,
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
        make_folder(&folder)?;
        for name in ["tables", "plans", "rejected"] {
            make_folder(&folder.join(name))?;
        }
        Ok(Self { lock, run_date, folder, files: BTreeMap::new(), strangers: BTreeSet::new(), _work: work })
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

    /// Writes a whole file and announces it.
    ///
    /// # Errors
    /// [`PublishError::Outside`] for a name that leaves the folder; errors of the disk.
    pub fn write(&mut self, name: &str, content: &[u8]) -> Result<&WrittenFile, PublishError> {
        if !is_inside(name) {
            return Err(PublishError::Outside { name: name.to_owned() });
        }
        self.make_room(Path::new(name))?;
        let mut file = OutputFile::create(&self.folder, name)?;
        file.write_all(content).map_err(|source| PublishError::io("cannot write", &self.folder.join(name), source))?;
        let written = file.finish(name, None)?;
        Ok(self.files.entry(name.to_owned()).or_insert(written))
    }

    /// Takes over a file of a stored night, without copying its content where the file system can link. `file` is what the
    /// manifest says of it; `None` = it does not list it.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn take_over(&mut self, night: &Path, name: &Path, file: Option<&WrittenFile>) -> Result<(), PublishError> {
        let (from, to) = (night.join(name), self.folder.join(name));
        let failed = |source| PublishError::io("cannot copy", &from, source);
        self.make_room(name)?;
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(&from, &to).map_err(failed)?;
            sync(&to).map_err(failed)?;
        }
        match file {
            Some(file) => self.announce(file.clone()),
            None => self.tolerate(name),
        }
        Ok(())
    }

    /// Lets a file stay that the manifest does not list.
    pub fn tolerate(&mut self, name: &Path) {
        self.strangers.insert(name.to_string_lossy().into_owned());
    }

    /// Makes the folders above a file.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn make_room(&self, name: &Path) -> Result<(), PublishError> {
        let mut folder = self.folder.clone();
        for part in name.parent().into_iter().flat_map(Path::components) {
            folder.push(part);
            make_folder(&folder)?;
        }
        Ok(())
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

    /// Puts the night in the place of the stored one in `night`, held or published, which says the same but for its files
    /// and may be read by the same people. `manifest` is what it is to say of its files, `None` = it has none that could be
    /// written again. Whatever was not as its manifest says before may be so still, nothing else. The old files are gone
    /// when this returns.
    ///
    /// # Errors
    /// As [`Staging::publish`], and [`PublishError::Io`] if the old files cannot be removed.
    pub fn restate(self, night: &Path, manifest: Option<&Manifest>, before: &[Damage]) -> Result<(), PublishError> {
        self.check(manifest.map_or(&[], |manifest| manifest.outputs.as_slice()))?;
        if let Some(manifest) = manifest {
            let text = self.state(manifest, before)?;
            // A manifest that was altered by hand is not made good by being written again.
            seals::expect_unless_broken(self.lock.out(), &self.sealed_name(night), text.as_bytes())?;
        }
        open_like(&self.folder, night).map_err(|source| PublishError::io("cannot open", &self.folder, source))?;
        sync_folders(&self.folder).map_err(|source| PublishError::io("cannot sync", &self.folder, source))?;
        if let Some(old) = self.move_in(night)? {
            fs::remove_dir_all(&old).map_err(|source| PublishError::io("cannot remove", &old, source))?;
        }
        seals::tidy(self.lock)
    }

    /// Files present = files announced; then the manifest and its seal, all of it read back, open to whom it may concern and
    /// on the disk, before it moves to `target`.
    fn seal(&self, manifest: &Manifest, target: &Path) -> Result<(), PublishError> {
        self.check(&[])?;
        let text = self.state(manifest, &[])?;
        seals::expect(self.lock.out(), &self.sealed_name(target), text.as_bytes())?;
        let mode = self.lock.mode();
        open_to(&self.folder, mode).map_err(|source| PublishError::io("cannot open", &self.folder, source))?;
        sync_folders(&self.folder).map_err(|source| PublishError::io("cannot sync", &self.folder, source))
    }

    /// Writes the manifest and reads every file back; `known` is what need not be as it says. Gives the text of the manifest.
    fn state(&self, manifest: &Manifest, known: &[Damage]) -> Result<String, PublishError> {
        let mut file = OutputFile::create(&self.folder, MANIFEST_NAME)?;
        let (path, text) = (file.path().to_owned(), manifest.to_json());
        file.write_all(text.as_bytes()).map_err(|source| PublishError::io("cannot write", &path, source))?;
        file.finish(MANIFEST_NAME, None)?;
        match manifest.verify(&self.folder)?.into_iter().find(|damage| !known.contains(damage)) {
            Some(damage) => Err(PublishError::Unannounced { name: damage.name }),
            None => Ok(text),
        }
    }

    /// Name under which the manifest of the night in `folder` is sealed.
    fn sealed_name(&self, folder: &Path) -> String {
        let out = self.lock.out();
        folder.strip_prefix(out).unwrap_or(folder).join(MANIFEST_NAME).to_string_lossy().into_owned()
    }

    /// Moves the sealed night to `target`; gives where the one it replaced lies now.
    fn move_in(&self, target: &Path) -> Result<Option<PathBuf>, PublishError> {
        let parent = target.parent().unwrap_or(Path::new("."));
        make_folder(parent)?;
        // One that belongs to somebody else stays as it is; the nights in it are closed by themselves.
        let _ = set_mode(parent, self.lock.mode().folder());
        let old = undisturbed(|| swap_in(&self.folder, target))?;
        sync(parent).map_err(|source| PublishError::io("cannot sync", parent, source))?;
        Ok(old)
    }

    /// Files present = files announced, with their sizes; strangers may be there, and files `listed` need not be as they are
    /// listed.
    fn check(&self, listed: &[WrittenFile]) -> Result<(), PublishError> {
        let present = files_in(&self.folder);
        let present = present.map_err(|source| PublishError::io("cannot list", &self.folder, source))?;
        let announced: Vec<(String, u64)> = self.files.values().map(|file| (file.name.clone(), file.bytes)).collect();
        let known = |name: &String| self.strangers.contains(name) || listed.iter().any(|file| file.name == *name);
        let odd = present.iter().find(|file| !announced.contains(file) && !known(&file.0));
        match odd.or_else(|| announced.iter().find(|file| !present.contains(file) && !known(&file.0))) {
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
