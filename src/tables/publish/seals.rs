//! Seals of what is stored beside and about the nights, so that an edit by hand is noticed before it is believed.
//!
//! `seals.json` in the output folder knows the hash of the ledger of segments, of every model and of every manifest, and
//! enough of their content to say what differs. A hash is entered before its file is written, beside that of the file
//! before, so a crash in between leaves both valid; [`tidy`] keeps the one that came to be. Files that earlier versions
//! wrote are sealed as they are found.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::files::write_whole;
use super::manifest::MANIFEST_NAME;
use super::{OutputLock, PublishError};
use crate::catalogue::hex;
use crate::tables::plain_file;

/// Name of the file in the output folder.
pub const SEALS_NAME: &str = "seals.json";

/// Stands among the hashes of a file that is about to be written for the first time: that it is not there is right, too.
const NO_FILE: &str = "none";

/// Layout of the file.
const SCHEMA: &str = "valueseg.seals.1";

/// Hexadecimal digits that tell one content of a key from another.
const DIGITS: usize = 8;

/// Files beside the nights that are sealed wherever they lie, by the folder they lie in and their name.
const SEALED: [(&str, &str); 3] = [("models", "model.json"), ("runs", MANIFEST_NAME), ("held", MANIFEST_NAME)];

/// The ledger of segments: the one sealed file that must not vanish.
pub const LEDGER_NAME: &str = "segments.toml";

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seals {
    /// By path inside the output folder.
    files: BTreeMap<String, Seal>,
    schema: String,
}

/// What is known of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    /// SHA-256 it may have: one, or two while it is being replaced.
    hashes: BTreeSet<String>,
    /// Its content in lines, as far as differences are told.
    lines: Vec<String>,
}

/// A sealed file that is not what the program wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenSeal {
    /// Path inside the output folder, with `/` as separator.
    pub name: String,
    /// What differs, in a few words.
    pub what: String,
}

/// Enters the content that a file is about to have. The caller holds the lock of `out`.
pub(in crate::tables) fn expect(out: &Path, name: &str, content: &[u8]) -> Result<(), PublishError> {
    let mut seals = read(out)?;
    let seal = seals.files.entry(name.to_owned()).or_default();
    if seal.hashes.is_empty() {
        seal.hashes.insert(content_of(out, name)?.map_or_else(|| NO_FILE.to_owned(), |now| hash(&now)));
    }
    seal.hashes.insert(hash(content));
    seal.lines = lines(name, content);
    write(out, seals)
}

/// As [`expect`], unless the file there is not what was sealed: then its seal stays as it is, and stays broken.
pub(in crate::tables) fn expect_unless_broken(out: &Path, name: &str, content: &[u8]) -> Result<(), PublishError> {
    if broken_seals(out)?.iter().any(|seal| seal.name == name) { Ok(()) } else { expect(out, name, content) }
}

/// Seals files by the content they are about to have, then writes them, each whole or not at all. The caller holds the
/// lock of `out`, and `folder` lies in it.
///
/// # Errors
/// [`PublishError::Io`].
pub fn write_sealed(out: &Path, name: &str, content: &[u8]) -> Result<(), PublishError> {
    expect(out, name, content)?;
    write_whole(&out.join(name), content)
}

/// Keeps of every seal what came to be, forgets files that are gone, and seals files that have none.
///
/// # Errors
/// [`PublishError::Io`].
pub fn tidy(lock: &OutputLock) -> Result<(), PublishError> {
    let out = lock.out();
    let before = read(out)?;
    let mut seals = before.clone();
    for name in sealable(out)? {
        let Some(content) = content_of(out, &name)? else { continue };
        let hash = hash(&content);
        let seal = seals.files.entry(name.clone()).or_default();
        if seal.hashes.is_empty() || seal.hashes.contains(&hash) {
            *seal = Seal { hashes: [hash].into(), lines: lines(&name, &content) };
        }
    }
    seals.files.retain(|name, _| name == LEDGER_NAME || out.join(name).exists());
    if seals == before { Ok(()) } else { write(out, seals) }
}

/// Sealed files that are not what the program wrote, by name. A night or a model that is gone is none of them: it is not
/// believed, it is not there.
///
/// # Errors
/// [`PublishError::Damaged`] if the seals cannot be used, [`PublishError::Io`].
pub fn broken_seals(out: &Path) -> Result<Vec<BrokenSeal>, PublishError> {
    let mut broken = Vec::new();
    for (name, seal) in read(out)?.files {
        match content_of(out, &name)? {
            Some(content) if seal.hashes.contains(&hash(&content)) => {}
            Some(content) => broken.push(BrokenSeal { what: differences(&seal.lines, &lines(&name, &content)), name }),
            None if name == LEDGER_NAME && !seal.hashes.contains(NO_FILE) => {
                let lost = differences(&seal.lines, &[]);
                broken.push(BrokenSeal { what: format!("it is missing; {lost}"), name });
            }
            None => {}
        }
    }
    Ok(broken)
}

/// The content of a file as it was sealed, in lines; `None` = it has no seal.
///
/// # Errors
/// As [`broken_seals`].
pub fn sealed_lines(out: &Path, name: &str) -> Result<Option<Vec<String>>, PublishError> {
    Ok(read(out)?.files.remove(name).map(|seal| seal.lines))
}

/// Seals the files named as they lie there, because a person says so.
///
/// # Errors
/// [`PublishError::Io`].
pub fn accept(lock: &OutputLock, names: &[String]) -> Result<(), PublishError> {
    let out = lock.out();
    let mut seals = read(out)?;
    for name in names {
        match content_of(out, name)? {
            Some(content) => {
                let seal = Seal { hashes: [hash(&content)].into(), lines: lines(name, &content) };
                seals.files.insert(name.clone(), seal);
            }
            None => drop(seals.files.remove(name)),
        }
    }
    write(out, seals)
}

fn read(out: &Path) -> Result<Seals, PublishError> {
    let path = out.join(SEALS_NAME);
    let text = match plain_file::read_text(&path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Seals::default());
        }
        Err(source) => return Err(PublishError::io("cannot read", &path, source)),
    };
    let damaged = |message: String| PublishError::Damaged { path: path.clone(), message };
    let seals: Seals = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if seals.schema != SCHEMA {
        let (path, found) = (path.clone(), seals.schema);
        return Err(PublishError::Later { path, what: "its layout", found, expected: SCHEMA });
    }
    Ok(seals)
}

fn write(out: &Path, seals: Seals) -> Result<(), PublishError> {
    let seals = Seals { schema: SCHEMA.to_owned(), ..seals };
    // INVARIANT: texts alone, so serialization cannot fail.
    let text = serde_json::to_string_pretty(&seals).expect("plain data") + "\n";
    write_whole(&out.join(SEALS_NAME), text.as_bytes())
}

/// Names of the files there are that are to be sealed.
fn sealable(out: &Path) -> Result<Vec<String>, PublishError> {
    let mut names = vec![LEDGER_NAME.to_owned()];
    for (folder, file) in SEALED {
        let path = out.join(folder);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(|source| PublishError::io("cannot list", &path, source))?,
        };
        for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            names.extend(entry.file_name().to_str().map(|name| format!("{folder}/{name}/{file}")));
        }
    }
    Ok(names)
}

/// Content of a sealed file; `None` = there is no such file.
fn content_of(out: &Path, name: &str) -> Result<Option<Vec<u8>>, PublishError> {
    let path = out.join(name);
    // Not a device, a pipe or a link: none of them is ours.
    match fs::symlink_metadata(&path) {
        Ok(data) if data.is_file() => {}
        Ok(_) => return Ok(Some(Vec::new())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(source) => return Err(PublishError::io("cannot read", &path, source)),
    }
    fs::read(&path).map(Some).map_err(|source| PublishError::io("cannot read", &path, source))
}

fn hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

/// What a file says, in lines that can be told: a text as it is; of a JSON document its keys with what tells one content
/// from another, and the segments of a model one by one.
fn lines(name: &str, content: &[u8]) -> Vec<String> {
    if name == LEDGER_NAME {
        return String::from_utf8_lossy(content).lines().map(str::to_owned).collect();
    }
    let Ok(Value::Object(document)) = serde_json::from_slice::<Value>(content) else { return Vec::new() };
    let mut lines = Vec::new();
    for (key, value) in &document {
        match (key.as_str(), value) {
            ("segments", Value::Array(segments)) => {
                lines.extend(segments.iter().enumerate().map(|(place, segment)| {
                    let text = |key: &str| segment[key].as_str().unwrap_or_default().to_owned();
                    format!("segment {}: {} {}", place + 1, text("id"), text("name"))
                }));
            }
            _ => lines.push(format!("{key} {}", &hash(value.to_string().as_bytes())[..DIGITS])),
        }
    }
    lines
}

/// Beginnings of lines that tell a person nothing as long as others differ.
const FRAME: [&str; 5] = ["#", "[", "format = ", "born = ", "model = "];

/// What is gone and what is new, line by line: the frame of a file only where nothing else differs.
fn differences(before: &[String], now: &[String]) -> String {
    let tells = |line: &String| FRAME.iter().all(|frame| !line.starts_with(frame)) && !line.ends_with(" = []");
    let lacks = |one: &[String], other: &[String], all: bool| -> Vec<String> {
        let lacking = one.iter().filter(|line| !other.contains(line) && !line.trim().is_empty());
        lacking.filter(|line| all || tells(line)).map(|line| format!("`{line}`")).collect()
    };
    let all = lacks(before, now, false).is_empty() && lacks(now, before, false).is_empty();
    let (gone, new) = (lacks(before, now, all), lacks(now, before, all));
    match (gone.is_empty(), new.is_empty()) {
        (true, true) => "other bytes, or another order, of the same content".to_owned(),
        (false, true) => format!("gone: {}", gone.join(", ")),
        (true, false) => format!("new: {}", new.join(", ")),
        (false, false) => format!("was: {}; is: {}", gone.join(", "), new.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "models/ab/model.json";

    fn model(ids: [&str; 2]) -> String {
        let segments = ids.map(|id| serde_json::json!({ "id": id, "name": id }));
        serde_json::json!({ "content": { "x": 1 }, "segments": segments }).to_string()
    }

    fn sealed() -> (tempfile::TempDir, OutputLock) {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        fs::create_dir_all(out.path().join("models/ab")).unwrap();
        write_sealed(out.path(), MODEL, model(["S01", "S02"]).as_bytes()).unwrap();
        write_sealed(out.path(), LEDGER_NAME, b"[names]\nS01 = \"Loyal\"\n").unwrap();
        (out, lock)
    }

    #[test]
    fn an_edit_is_noticed_and_said() {
        let (out, lock) = sealed();
        assert_eq!(broken_seals(out.path()).unwrap(), []);
        fs::write(out.path().join(MODEL), model(["S02", "S01"])).unwrap();
        fs::write(out.path().join(LEDGER_NAME), "").unwrap();
        tidy(&lock).unwrap();
        let broken = broken_seals(out.path()).unwrap();
        let of = |name: &str| broken.iter().find(|broken| broken.name == name).map(|broken| broken.what.as_str());
        let swapped = "was: `segment 1: S01 S01`, `segment 2: S02 S02`; is: `segment 1: S02 S02`, `segment 2: S01 S01`";
        assert_eq!(of(MODEL), Some(swapped), "tidying does not accept");
        assert_eq!(of(LEDGER_NAME), Some("gone: `S01 = \"Loyal\"`"));
        accept(&lock, &[MODEL.to_owned(), LEDGER_NAME.to_owned()]).unwrap();
        assert_eq!(broken_seals(out.path()).unwrap(), []);
    }

    #[test]
    fn a_ledger_that_vanished_is_noticed_and_a_model_that_went_is_not() {
        let (out, lock) = sealed();
        tidy(&lock).unwrap();
        fs::remove_file(out.path().join(LEDGER_NAME)).unwrap();
        fs::remove_dir_all(out.path().join("models")).unwrap();
        tidy(&lock).unwrap();
        let broken = broken_seals(out.path()).unwrap();
        assert_eq!(broken.len(), 1);
        assert!(broken[0].name == LEDGER_NAME && broken[0].what.starts_with("it is missing"), "{broken:?}");
    }

    #[test]
    fn a_ledger_that_was_never_written_is_not_missing_after_a_crash_before_its_first_writing() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        expect(out.path(), LEDGER_NAME, b"[names]\n").unwrap();
        tidy(&lock).unwrap();
        assert_eq!(broken_seals(out.path()).unwrap(), []);
        write_sealed(out.path(), LEDGER_NAME, b"[names]\nS01 = \"Loyal\"\n").unwrap();
        tidy(&lock).unwrap();
        fs::remove_file(out.path().join(LEDGER_NAME)).unwrap();
        assert_eq!(broken_seals(out.path()).unwrap().len(), 1, "once written, it must not vanish");
    }

    #[test]
    fn while_a_file_is_replaced_its_old_and_its_new_content_are_valid_and_then_one() {
        let (out, lock) = sealed();
        expect(out.path(), LEDGER_NAME, b"[names]\n").unwrap();
        assert_eq!(broken_seals(out.path()).unwrap(), [], "the old one: a crash before it was replaced");
        fs::write(out.path().join(LEDGER_NAME), "[names]\n").unwrap();
        assert_eq!(broken_seals(out.path()).unwrap(), []);
        tidy(&lock).unwrap();
        fs::write(out.path().join(LEDGER_NAME), "[names]\nS01 = \"Loyal\"\n").unwrap();
        assert_eq!(broken_seals(out.path()).unwrap().len(), 1, "the old one is not valid any more");
    }

    #[test]
    fn what_an_earlier_version_wrote_is_sealed_as_it_is_found() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        fs::write(out.path().join(LEDGER_NAME), "").unwrap();
        assert_eq!(broken_seals(out.path()).unwrap(), []);
        tidy(&lock).unwrap();
        fs::write(out.path().join(LEDGER_NAME), "format = 1\n").unwrap();
        assert_eq!(broken_seals(out.path()).unwrap().len(), 1);
    }
}
