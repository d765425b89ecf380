//! The ledger of segments and the models beside the nights, as files.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::job::error::JobError;
use crate::model::fit::Model;
use crate::model::segment::lineage::{Lineage, SegmentLedger};
use crate::tables::plain_file;
use crate::tables::publish::{LEDGER_NAME, write_sealed};

/// A model, in its folder.
pub(super) const MODEL: &str = "model.json";

/// What a model did to the segments of the one before, in the model's folder.
pub(super) const LINEAGE: &str = "lineage.json";

/// The ledger of an output folder; empty where there is none yet.
pub(super) fn read_ledger(out: &Path) -> Result<SegmentLedger, JobError> {
    let path = out.join(LEDGER_NAME);
    let Some(text) = read_if_there(&path)? else { return Ok(SegmentLedger::default()) };
    SegmentLedger::parse(&text).map_err(|source| JobError::Ledger { path, source })
}

/// Seals and writes the ledger, whole or not at all; gives its path. The caller holds the lock of `out`.
pub(super) fn write_ledger(out: &Path, ledger: &SegmentLedger) -> Result<PathBuf, JobError> {
    write_sealed(out, LEDGER_NAME, ledger.to_toml().as_bytes())?;
    Ok(out.join(LEDGER_NAME))
}

/// Folder of a model.
pub(super) fn model_folder(out: &Path, id: &str) -> PathBuf {
    out.join("models").join(id)
}

/// A stored model.
pub(super) fn read_model(path: &Path) -> Result<Model, JobError> {
    let refused = |message: String| JobError::StoredModel { path: path.to_owned(), message };
    let text = plain_file::read_text(path).map_err(|error| refused(error.to_string()))?;
    Model::from_json(&text).map_err(|error| refused(error.to_string()))
}

/// A stored model that lies in the folder called as its id: else it was put there by somebody.
pub(super) fn read_own_model(path: &Path) -> Result<Model, JobError> {
    let model = read_model(path)?;
    let folder = path.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    if folder.as_deref() != Some(model.id()) {
        let message = format!("it is the model {}, which belongs in another folder", model.id());
        return Err(JobError::StoredModel { path: path.to_owned(), message });
    }
    Ok(model)
}

/// What a stored model did, or would do, to the segments of the one before; `None` = nothing is on file.
pub(super) fn stored_lineage(out: &Path, id: &str) -> Result<Option<Lineage>, JobError> {
    let path = model_folder(out, id).join(LINEAGE);
    let Some(text) = read_if_there(&path)? else { return Ok(None) };
    let lineage = serde_json::from_str(&text);
    lineage.map(Some).map_err(|error| JobError::StoredModel { path, message: error.to_string() })
}

/// A file's text; `None` if there is none.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>, JobError> {
    match plain_file::read_text(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(JobError::Io { doing: "cannot read", path: path.to_owned(), source }),
    }
}

/// Writes files of a model, each whole or not at all; the same model stored twice is the same files. The model itself is
/// sealed. The caller holds the lock of `out`.
pub(super) fn write_model_files(out: &Path, id: &str, files: &[(&str, String)]) -> Result<(), JobError> {
    let folder = model_folder(out, id);
    let failed = |source| JobError::Io { doing: "cannot store the model in", path: folder.clone(), source };
    fs::create_dir_all(&folder).map_err(failed)?;
    for (name, text) in files {
        if *name == MODEL {
            write_sealed(out, &format!("models/{id}/{name}"), text.as_bytes())?;
        } else {
            write_whole(&folder.join(name), text)?;
        }
    }
    fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Writes a file beside its place, forces it to the disk, and moves it there in one step. One that was there hands its
/// permissions on.
pub(super) fn write_whole(path: &Path, text: &str) -> Result<(), JobError> {
    Ok(crate::tables::publish::write_whole(path, text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_without_a_ledger_has_an_empty_one_and_a_broken_one_is_named() {
        let out = tempfile::tempdir().expect("a folder");
        assert_eq!(read_ledger(out.path()).expect("empty"), SegmentLedger::default());
        let mut ledger = SegmentLedger::default();
        ledger.rename("S01", "Savers").expect("a name");
        let path = write_ledger(out.path(), &ledger).expect("written");
        assert_eq!(read_ledger(out.path()).expect("read"), ledger);
        fs::write(&path, "format = [").expect("written");
        assert!(matches!(read_ledger(out.path()), Err(JobError::Ledger { path: at, .. }) if at == path));
    }
}
