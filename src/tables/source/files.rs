//! Which files a source is made of, in which order, and what their bytes hash to.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::spec::{Format, SourceSpec};
use super::error::SourceError;
use crate::catalogue::hex;

/// A file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FoundFile {
    /// Relative to the configuration's folder where it lies below it, with `/`.
    pub(super) shown: String,
    /// Where to open it.
    pub(super) path: PathBuf,
    /// Its size in bytes.
    pub(super) bytes: u64,
}

/// Expands the files, folders and globs of a source: each file once, in ascending order of its shown path.
///
/// Names starting with `.` or `_` are skipped in folders and globs, as other readers of such folders do.
pub(super) fn expand(base: &Path, name: &str, spec: &SourceSpec) -> Result<Vec<FoundFile>, SourceError> {
    let mut found = Vec::new();
    for pattern in spec.files.as_slice() {
        let before = found.len();
        expand_one(base, name, pattern, &mut found)?;
        if found.len() == before {
            let (there, instead) = what_is_there(base, pattern);
            return Err(SourceError::NoFiles {
                source_name: name.to_owned(),
                pattern: pattern.clone(),
                there,
                instead,
            });
        }
    }
    if found.is_empty() {
        let (pattern, there) = ("(none given)".to_owned(), String::new());
        return Err(SourceError::NoFiles { source_name: name.to_owned(), pattern, there, instead: None });
    }
    found.sort_by(|a, b| a.shown.cmp(&b.shown));
    found.dedup_by(|a, b| a.shown == b.shown);
    Ok(found)
}

fn expand_one(base: &Path, name: &str, pattern: &str, found: &mut Vec<FoundFile>) -> Result<(), SourceError> {
    let refuse = |reason: &str| SourceError::Pattern {
        source_name: name.to_owned(),
        pattern: pattern.to_owned(),
        reason: reason.to_owned(),
    };
    if pattern.contains("://") {
        return Err(refuse("object stores are not read; mount the bucket or copy the files"));
    }
    let path = base.join(pattern);
    if path.is_dir() {
        let entries = std::fs::read_dir(&path).map_err(|source| io_error(base, &path, source))?;
        for entry in entries {
            let file = entry.map_err(|source| io_error(base, &path, source))?.path();
            if !hidden(&file) && file.is_file() && format_of(&file).is_some() {
                found.push(look_at(base, file)?);
            }
        }
    } else if path.is_file() {
        found.push(look_at(base, path)?);
    } else if pattern.contains(['*', '?', '[']) {
        let full = if Path::new(pattern).is_absolute() {
            pattern.to_owned()
        } else {
            format!("{}/{pattern}", glob::Pattern::escape(&base.to_string_lossy()))
        };
        for file in glob::glob(&full).map_err(|error| refuse(error.msg))? {
            let file = file.map_err(|error| {
                let path = error.path().to_owned();
                io_error(base, &path, error.into())
            })?;
            if !hidden(&file) && file.is_file() {
                found.push(look_at(base, file)?);
            }
        }
    }
    Ok(())
}

/// What lies where a pattern that matches nothing points to, and what would match instead.
fn what_is_there(base: &Path, pattern: &str) -> (String, Option<String>) {
    let path = base.join(pattern);
    if path.is_dir() {
        return in_folder(&path, pattern.trim_end_matches('/'));
    }
    // The part before the first sign of a glob, as far as it is a folder.
    let plain = pattern.split(['*', '?', '[']).next().unwrap_or_default();
    let folder = if plain.len() == pattern.len() {
        Path::new(plain).parent().map(|parent| parent.to_string_lossy().into_owned()).unwrap_or_default()
    } else {
        plain.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
    };
    if folder.is_empty() || base.join(&folder).is_dir() {
        return (String::new(), None);
    }
    (format!("there is no folder `{folder}`"), None)
}

/// A folder without a data file directly in it: what it holds, and the pattern of the data files one folder deeper.
fn in_folder(path: &Path, pattern: &str) -> (String, Option<String>) {
    let entries = |path: &Path| -> Vec<PathBuf> {
        let found = std::fs::read_dir(path).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
        let mut found: Vec<PathBuf> = found.filter(|path| !hidden(path)).collect();
        found.sort();
        found
    };
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries(path).into_iter().partition(|path| path.is_dir());
    let deeper = folders.iter().flat_map(|folder| entries(folder)).find(|file| format_of(file).is_some());
    let extension = deeper.and_then(|file| {
        let name = file.file_name()?.to_string_lossy().into_owned();
        name.split_once('.').map(|(_, extension)| extension.to_owned())
    });
    let there = format!(
        "it is a folder, and no data file lies directly in it ({} folders, {} files of other kinds)",
        folders.len(),
        files.len()
    );
    (there, extension.map(|extension| format!("{pattern}/*/*.{extension}")))
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.to_string_lossy().starts_with(['.', '_']))
}

fn look_at(base: &Path, path: PathBuf) -> Result<FoundFile, SourceError> {
    let bytes = path.metadata().map_err(|source| io_error(base, &path, source))?.len();
    Ok(FoundFile { shown: shown(base, &path), path, bytes })
}

fn shown(base: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(base).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/").replacen("//", "/", 1)
}

fn io_error(base: &Path, path: &Path, source: std::io::Error) -> SourceError {
    SourceError::io(&shown(base, path), source)
}

/// The format a file's name promises, and `None` where it promises nothing.
pub(super) fn format_of(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
    let packed = name.strip_suffix(".gz");
    let stem = packed.unwrap_or(&name);
    let (_, extension) = stem.rsplit_once('.')?;
    match extension {
        "parquet" | "pq" if packed.is_none() => Some(Format::Parquet),
        "csv" | "tsv" | "txt" => Some(Format::Csv),
        "jsonl" | "ndjson" | "json" => Some(Format::Json),
        _ => None,
    }
}

/// SHA-256 of a file in lower-case hex, read in pieces.
pub(super) fn digest(file: &FoundFile) -> Result<String, SourceError> {
    let failed = |source| SourceError::io(&file.shown, source);
    let mut reader = File::open(&file.path).map_err(failed)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 18];
    loop {
        let n = reader.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
    }
    Ok(hex(&hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Code, Coded as _};
    use crate::tables::spec::OneOrMany;

    fn expand_in(dir: &Path, files: &[&str]) -> Result<Vec<String>, SourceError> {
        let files = OneOrMany(files.iter().map(|&f| f.to_owned()).collect());
        let spec = SourceSpec { files, format: None, csv: None };
        expand(dir, "crm", &spec).map(|found| found.into_iter().map(|file| file.shown).collect())
    }

    #[test]
    fn folders_globs_and_files_give_each_file_once_in_order() {
        let dir = tempfile::tempdir().expect("temp");
        for name in ["b.csv", "a.csv", "_SUCCESS", ".a.csv.tmp", "notes.md", "c.parquet"] {
            std::fs::write(dir.path().join(name), "x").expect("writes");
        }
        assert_eq!(expand_in(dir.path(), &["."]).expect("found"), ["a.csv", "b.csv", "c.parquet"]);
        assert_eq!(expand_in(dir.path(), &["*.csv", "a.csv"]).expect("found"), ["a.csv", "b.csv"]);
    }

    #[test]
    fn a_pattern_without_a_file_is_an_error_even_beside_one_that_has() {
        let dir = tempfile::tempdir().expect("temp");
        std::fs::write(dir.path().join("a.csv"), "x").expect("writes");
        let error = expand_in(dir.path(), &["a.csv", "b-*.csv"]).expect_err("refused");
        assert_eq!(error.code(), Code::NoFiles);
    }

    #[test]
    fn a_folder_without_data_is_called_a_folder_and_what_lies_deeper_is_offered() {
        let dir = tempfile::tempdir().expect("temp");
        std::fs::create_dir_all(dir.path().join("in/2026")).expect("makes");
        std::fs::write(dir.path().join("in/readme.md"), "x").expect("writes");
        let error = expand_in(dir.path(), &["in"]).expect_err("refused");
        assert!(error.to_string().contains("it is a folder, and no data file lies directly in it (1 folders, 1 files"));
        std::fs::write(dir.path().join("in/2026/a.csv.gz"), "x").expect("writes");
        let error = expand_in(dir.path(), &["in"]).expect_err("refused");
        assert_eq!(error.to_do(), "write sources.crm.files = \"in/*/*.csv.gz\"");
        let error = expand_in(dir.path(), &["out/*.csv"]).expect_err("refused");
        assert!(error.to_string().ends_with("there is no folder `out`"), "{error}");
    }

    #[test]
    fn the_extension_decides_the_format() {
        assert_eq!(format_of(Path::new("in/A.CSV.gz")), Some(Format::Csv));
        assert_eq!(format_of(Path::new("a.ndjson")), Some(Format::Json));
        assert_eq!(format_of(Path::new("a.parquet.gz")), None);
        assert_eq!(format_of(Path::new("a.xlsx")), None);
    }

    #[test]
    fn the_digest_is_sha_256_in_hex() {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("a.csv");
        std::fs::write(&path, "abc").expect("writes");
        let found = FoundFile { shown: "a.csv".to_owned(), path, bytes: 3 };
        // FIPS 180-2, appendix B.1.
        assert_eq!(digest(&found).expect("reads"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
