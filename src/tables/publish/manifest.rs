//! The manifest: what a night was made of, what it holds, and whether it still holds it.
//!
//! `manifest.json` is the last file of a run folder. Its keys are sorted, its paths are relative, and it names no
//! clock and no host, so the same inputs make the same manifest, byte by byte, on any machine.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Component, Path};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PublishError;
use crate::catalogue::hex;
use crate::tables::figures::Figures;
use crate::tables::plain_file;
use crate::tables::schema::SCHEMA_VERSION;
use crate::tables::write::WrittenFile;

/// Name of the file in a run folder.
pub const MANIFEST_NAME: &str = "manifest.json";

/// Layout of the manifest itself.
const MANIFEST_SCHEMA: &str = "valueseg.manifest.1";

/// An input file, as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    /// Size in bytes.
    pub bytes: u64,
    /// Path relative to the configuration, or the URL without credentials.
    pub path: String,
    /// Rows read; `None` = not counted.
    pub rows: Option<u64>,
    /// SHA-256 of the content, 64 lower-case hex digits.
    pub sha256: String,
    /// Source it belongs to.
    pub source: String,
}

/// Everything the results of a night follow from. Two runs of one identity publish the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunIdentity {
    /// Hash of the catalogue's texts.
    pub catalogue_hash: String,
    /// Version the catalogue gives itself.
    pub catalogue_version: String,
    /// Hash of every setting that can change a result.
    pub config_fingerprint: String,
    /// Files read, ascending.
    pub inputs: Vec<InputFile>,
    /// Version of the program.
    pub tool_version: String,
}

/// The content of `manifest.json`. Fields stand in the order of their names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Keys of figures of the inputs that somebody was told of; left out of the file on a quiet night.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<String>,
    /// Counts worth keeping: customers, segments, rows read, …
    pub counts: BTreeMap<String, u64>,
    /// Figures of the inputs that later nights are held against; left out where an earlier version wrote the night.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub figures: Figures,
    /// Why a gate held this night back, in plain words; empty and left out of the file for a published night.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// What the results follow from.
    pub identity: RunIdentity,
    /// What a reader must know, in plain sentences.
    pub limits: Vec<String>,
    /// Model in use.
    pub model_id: String,
    /// Every other file of the run folder, ascending by name.
    pub outputs: Vec<WrittenFile>,
    /// The night, `YYYY-MM-DD`.
    pub run_date: String,
    /// Layout of this file.
    pub schema: String,
    /// Layout of the tables.
    pub table_schema_version: String,
}

/// What of a manifest tells whether this program can read it.
#[derive(Deserialize)]
struct Layouts {
    schema: Option<String>,
    table_schema_version: Option<String>,
}

/// What a caller knows about the night; the rest of the manifest is made from the files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunFacts {
    /// What the results follow from.
    pub identity: RunIdentity,
    /// Model in use.
    pub model_id: String,
    /// Counts worth keeping.
    pub counts: BTreeMap<String, u64>,
    /// Figures of the inputs.
    pub figures: Figures,
    /// Keys of those that somebody is told of.
    pub alerts: Vec<String>,
    /// What a reader must know.
    pub limits: Vec<String>,
}

/// A difference between a run folder and its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damage {
    /// File, relative to the run folder.
    pub name: String,
    /// What is wrong: `missing`, `changed`, `unlisted` or `unreadable`.
    pub what: &'static str,
}

impl Manifest {
    /// Puts the manifest of a night together; inputs and outputs are sorted.
    #[must_use]
    pub fn new(run_date: NaiveDate, mut facts: RunFacts, mut outputs: Vec<WrittenFile>) -> Self {
        facts.identity.inputs.sort();
        outputs.sort_by(|a, b| a.name.cmp(&b.name));
        Self {
            alerts: facts.alerts,
            counts: facts.counts,
            figures: facts.figures,
            held: Vec::new(),
            identity: facts.identity,
            limits: facts.limits,
            model_id: facts.model_id,
            outputs,
            run_date: run_date.to_string(),
            schema: MANIFEST_SCHEMA.to_owned(),
            table_schema_version: SCHEMA_VERSION.to_owned(),
        }
    }

    /// Whether a run of `identity` would publish what is published already.
    #[must_use]
    pub fn is_of(&self, identity: &RunIdentity) -> bool {
        let mut inputs = identity.inputs.clone();
        inputs.sort();
        self.table_schema_version == SCHEMA_VERSION && self.identity == RunIdentity { inputs, ..identity.clone() }
    }

    /// Whether it is that of the night in this place: of this date, and held back or not.
    #[must_use]
    pub fn is_at(&self, night: NaiveDate, held: bool) -> bool {
        self.run_date == night.to_string() && self.held.is_empty() != held
    }

    /// The file's text.
    #[expect(clippy::missing_panics_doc, reason = "a manifest is plain data: serialization cannot fail")]
    #[must_use]
    pub fn to_json(&self) -> String {
        // INVARIANT: all keys are strings and all numbers finite, so serialization cannot fail.
        let mut text = serde_json::to_string_pretty(self).expect("a manifest is plain data");
        text.push('\n');
        text
    }

    /// Reads the manifest of a run folder; `None` if the folder or the file does not exist.
    ///
    /// # Errors
    /// [`PublishError::Io`] if it cannot be read, [`PublishError::Later`] if a later version wrote it,
    /// [`PublishError::Damaged`] if it is no manifest of this program.
    pub fn read(run_folder: &Path) -> Result<Option<Self>, PublishError> {
        let path = run_folder.join(MANIFEST_NAME);
        let text = match plain_file::read_text(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(PublishError::io("reading", &path, source)),
        };
        let damaged = |message: String| PublishError::Damaged { path: path.clone(), message };
        // The layouts first: a later file may have keys this program does not know.
        let layouts: Layouts = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        for (what, found, expected) in [
            ("its layout", layouts.schema, MANIFEST_SCHEMA),
            ("the layout of its tables", layouts.table_schema_version, SCHEMA_VERSION),
        ] {
            if let Some(found) = found.filter(|found| is_later(found, expected)) {
                return Err(PublishError::Later { path, what, found, expected });
            }
        }
        let manifest: Self = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if manifest.schema != MANIFEST_SCHEMA {
            return Err(damaged(format!(
                "its layout is `{}`, this program reads `{MANIFEST_SCHEMA}`",
                manifest.schema
            )));
        }
        if let Some(stray) = manifest.outputs.iter().find(|file| !is_inside(&file.name)) {
            return Err(damaged(format!("`{}` points outside the run folder", stray.name)));
        }
        Ok(Some(manifest))
    }

    /// Compares every file of the run folder with this manifest, content and all. Empty = nothing is wrong.
    ///
    /// # Errors
    /// [`PublishError::Io`] if the folder cannot be listed.
    pub fn verify(&self, run_folder: &Path) -> Result<Vec<Damage>, PublishError> {
        let mut damages = Vec::new();
        for file in &self.outputs {
            let what = match hash_file(&run_folder.join(&file.name)) {
                Ok((bytes, sha256)) if bytes == file.bytes && sha256 == file.sha256 => continue,
                Ok(_) => "changed",
                Err(error) if error.kind() == ErrorKind::NotFound => "missing",
                Err(_) => "unreadable",
            };
            damages.push(Damage { name: file.name.clone(), what });
        }
        for (name, _) in files_in(run_folder).map_err(|source| PublishError::io("listing", run_folder, source))? {
            if name != MANIFEST_NAME && !self.outputs.iter().any(|file| file.name == name) {
                damages.push(Damage { name, what: "unlisted" });
            }
        }
        Ok(damages)
    }
}

/// Whether `found` is the layout `expected` with a higher number at its end.
fn is_later(found: &str, expected: &str) -> bool {
    let split = |layout: &str| -> Option<(String, u64)> {
        let (name, number) = layout.rsplit_once('.').unwrap_or(("", layout));
        Some((name.to_owned(), number.parse().ok()?))
    };
    match (split(found), split(expected)) {
        (Some((name, number)), Some((own, known))) => name == own && number > known,
        _ => false,
    }
}

/// Size and SHA-256 of a file, read in pieces.
///
/// # Errors
/// Whatever the file system says.
pub fn hash_file(path: &Path) -> io::Result<(u64, String)> {
    let mut file = plain_file::open(path)?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0u64, vec![0u8; 1 << 18]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        hash.update(&piece[..read]);
        bytes += read as u64;
    }
}

/// Whether a name stays inside its folder: relative, without `..`.
pub(in crate::tables) fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// Every file below a folder with its size, names relative with `/`, ascending. Links are listed, not followed.
pub(in crate::tables) fn files_in(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<(String, u64)>) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                walk(&entry.path(), &format!("{name}/"), found)?;
            } else {
                found.push((name, entry.metadata()?.len()));
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

#[cfg(test)]
pub(in crate::tables) mod tests {
    use super::*;

    /// Facts of an invented night.
    pub(in crate::tables) fn facts() -> RunFacts {
        let input = |source: &str, path: &str| InputFile {
            bytes: 10,
            path: path.to_owned(),
            rows: Some(3),
            sha256: "ab".repeat(32),
            source: source.to_owned(),
        };
        RunFacts {
            identity: RunIdentity {
                catalogue_hash: "cd".repeat(32),
                catalogue_version: "1".to_owned(),
                config_fingerprint: "ef".repeat(32),
                inputs: vec![input("survey", "in/s.csv"), input("crm", "in/c.parquet")],
                tool_version: "0.1.0".to_owned(),
            },
            model_id: "m-1".to_owned(),
            counts: [("customers".to_owned(), 3), ("segments".to_owned(), 2)].into(),
            figures: [("rows:orders".to_owned(), 12.0), ("bad_cells:orders.amount".to_owned(), 0.333_333)].into(),
            alerts: vec!["bad_cells:orders.amount".to_owned()],
            limits: vec!["Nobody was surveyed.".to_owned()],
        }
    }

    fn night() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
    }

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let text = Manifest::new(night(), facts(), Vec::new()).to_json();
        // The keys of a BTreeMap are sorted: printing through one is the reference.
        let sorted: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string_pretty(&sorted).unwrap() + "\n", text);
        let identity: BTreeMap<String, serde_json::Value> = serde_json::from_value(sorted["identity"].clone()).unwrap();
        let printed = serde_json::to_string(&facts().identity).unwrap();
        let input: BTreeMap<String, serde_json::Value> = serde_json::from_value(identity["inputs"][0].clone()).unwrap();
        for keys in [identity.keys().collect::<Vec<_>>(), input.keys().collect()] {
            let places: Vec<usize> = keys.iter().map(|key| printed.find(&format!("\"{key}\":")).unwrap()).collect();
            assert!(places.is_sorted(), "{keys:?}");
        }
    }

    #[test]
    fn a_manifest_comes_back_as_it_was_and_unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), None);
        let manifest = Manifest::new(night(), facts(), Vec::new());
        std::fs::write(folder.path().join(MANIFEST_NAME), manifest.to_json()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), Some(manifest.clone()));
        let more = manifest.to_json().replacen('{', "{\"clock\": 1,", 1);
        std::fs::write(folder.path().join(MANIFEST_NAME), more).unwrap();
        let error = Manifest::read(folder.path()).unwrap_err();
        assert!(matches!(error, PublishError::Damaged { .. }), "{error}");
    }

    #[test]
    fn the_manifest_of_a_later_version_is_told_from_a_damaged_one() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            std::fs::write(folder.path().join(MANIFEST_NAME), text).unwrap();
            Manifest::read(folder.path()).unwrap_err()
        };
        let text = Manifest::new(night(), facts(), Vec::new()).to_json();
        let later = text.replacen('{', "{\"clock\": 1,", 1).replace("valueseg.manifest.1", "valueseg.manifest.2");
        let error = read(&later);
        assert!(matches!(&error, PublishError::Later { found, .. } if found == "valueseg.manifest.2"), "{error}");
        let error = read(&text.replace("\"table_schema_version\": \"1\"", "\"table_schema_version\": \"2\""));
        assert!(matches!(error, PublishError::Later { .. }), "{error}");
        let error = read(&text.replace("valueseg.manifest.1", "others.manifest.2"));
        assert!(matches!(error, PublishError::Damaged { .. }), "{error}");
    }

    #[test]
    fn the_same_inputs_in_another_order_are_the_same_work_and_a_changed_byte_is_not() {
        let manifest = Manifest::new(night(), facts(), Vec::new());
        let mut identity = facts().identity;
        assert!(manifest.is_of(&identity));
        identity.inputs.reverse();
        assert!(manifest.is_of(&identity));
        identity.inputs[0].sha256 = "00".repeat(32);
        assert!(!manifest.is_of(&identity));
        let other = RunIdentity { config_fingerprint: "11".to_owned(), ..facts().identity };
        assert!(!manifest.is_of(&other));
    }

    #[test]
    fn names_that_leave_the_folder_are_seen() {
        assert!(is_inside("tables/customers.parquet"));
        for name in ["", "/etc/passwd", "../x", "tables/../../x", "./x"] {
            assert!(!is_inside(name), "{name}");
        }
    }
}
