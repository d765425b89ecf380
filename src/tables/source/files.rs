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
    /// What folders named `key=value` on the way to it say, outermost first; a value of `None` = said to be absent.
    pub(super) partitions: Vec<(String, Option<String>)>,
}

/// Expands the files, folders and globs of a source: each file once, in ascending order of its shown path.
///
/// Names starting with `.` or `_` are skipped in folders and globs, as other readers of such folders do. In a folder, those
/// named `key=value` are entered, as deep as they go.
pub(super) fn expand(base: &Path, name: &str, spec: &SourceSpec) -> Result<Vec<FoundFile>, SourceError> {
    let mut found = Vec::new();
    for pattern in spec.files.as_slice() {
        let before = found.len();
        expand_one(base, name, pattern, &mut found)?;
        if found.len() == before {
            let there = what_is_there(base, pattern);
            return Err(SourceError::NoFiles { source_name: name.to_owned(), pattern: pattern.clone(), there });
        }
    }
    if found.is_empty() {
        let (pattern, there) = ("(none given)".to_owned(), String::new());
        return Err(SourceError::NoFiles { source_name: name.to_owned(), pattern, there });
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
        let before = found.len();
        let others = enter(base, &path, DEEPEST, found)?;
        if found.len() == before {
            let (source_name, pattern) = (name.to_owned(), pattern.trim_end_matches('/').to_owned());
            let inside = others.iter().find_map(|folder| data_file_below(folder, DEEPEST));
            let inside = inside.map(|file| glob_of(&pattern, &path, &file));
            return Err(SourceError::NoFilesInFolder { source_name, pattern, inside });
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

/// What is missing where a pattern that matches nothing points to; empty = the folder it names is there.
fn what_is_there(base: &Path, pattern: &str) -> String {
    // The part before the first sign of a glob, as far as it is a folder.
    let plain = pattern.split(['*', '?', '[']).next().unwrap_or_default();
    let folder = if plain.len() == pattern.len() {
        Path::new(plain).parent().map(|parent| parent.to_string_lossy().into_owned()).unwrap_or_default()
    } else {
        plain.rsplit_once('/').map(|(folder, _)| folder.to_owned()).unwrap_or_default()
    };
    if folder.is_empty() || base.join(&folder).is_dir() {
        String::new()
    } else {
        format!("there is no folder `{folder}`")
    }
}

/// How deep folders are entered.
const DEEPEST: usize = 16;

/// Takes the data files of a folder and of the folders `key=value` below it; gives the other folders directly in it.
fn enter(base: &Path, folder: &Path, deep: usize, found: &mut Vec<FoundFile>) -> Result<Vec<PathBuf>, SourceError> {
    let io = |source| io_error(base, folder, source);
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if hidden(&path) {
            continue;
        }
        if path.is_file() {
            if format_of(&path).is_some() {
                found.push(look_at(base, path)?);
            }
        } else if deep > 0 && path.file_name().is_some_and(|name| partition_of(&name.to_string_lossy()).is_some()) {
            enter(base, &path, deep - 1, found)?;
        } else {
            others.push(path);
        }
    }
    others.sort();
    Ok(others)
}

/// A data file somewhere below a folder, the first by name.
fn data_file_below(folder: &Path, deep: usize) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let shown = || entries.iter().filter(|path| !hidden(path));
    let here = shown().find(|path| path.is_file() && format_of(path).is_some()).cloned();
    here.or_else(|| shown().filter(|path| deep > 0 && path.is_dir()).find_map(|path| data_file_below(path, deep - 1)))
}

/// The glob that finds a file and those beside it, from the folder a pattern names.
fn glob_of(pattern: &str, folder: &Path, file: &Path) -> String {
    let between = file.strip_prefix(folder).map_or(1, |rest| rest.components().count().saturating_sub(1));
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let extension = name.split_once('.').map_or("", |(_, extension)| extension);
    format!("{pattern}/{}*.{extension}", "*/".repeat(between))
}

/// Key and value of a folder named `key=value`, as Hive and Spark write them; their word for "absent" is `None`.
fn partition_of(name: &str) -> Option<(String, Option<String>)> {
    let (key, value) = name.split_once('=').filter(|(key, _)| !key.is_empty())?;
    let value = (value != "__HIVE_DEFAULT_PARTITION__" && !value.is_empty()).then(|| unescaped(value));
    Some((unescaped(key), value))
}

/// Takes back `%3A` and its like; what is no such thing stays.
fn unescaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.filter(|_| first == b'%').and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &after[2..];
            }
            None => {
                out.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.to_string_lossy().starts_with(['.', '_']))
}

fn look_at(base: &Path, path: PathBuf) -> Result<FoundFile, SourceError> {
    let bytes = path.metadata().map_err(|source| io_error(base, &path, source))?.len();
    let shown = shown(base, &path);
    let folders = shown.rsplit_once('/').map_or("", |(folders, _)| folders);
    let partitions = folders.split('/').filter_map(partition_of).collect();
    Ok(FoundFile { shown, path, bytes, partitions })
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
    fn folders_named_key_and_value_are_entered_and_others_are_told_with_the_glob_that_finds_their_files() {
        let dir = tempfile::tempdir().expect("temp");
        for name in
            ["o/dt=2026-11-18/h=10%3A00/a.parquet", "o/dt=2026-11-19/b.parquet", "o/_tmp/c.parquet", "p/x/y/d.csv.gz"]
        {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("below")).expect("makes folders");
            std::fs::write(path, "x").expect("writes");
        }
        std::fs::create_dir(dir.path().join("empty")).expect("makes a folder");
        assert_eq!(
            expand_in(dir.path(), &["o"]).expect("found"),
            ["o/dt=2026-11-18/h=10%3A00/a.parquet", "o/dt=2026-11-19/b.parquet"]
        );
        let files = OneOrMany(vec!["o/dt=*/*.parquet".to_owned(), "o".to_owned()]);
        let found = expand(dir.path(), "crm", &SourceSpec { files, format: None, csv: None }).expect("found");
        let said = |key: &str, value: &str| (key.to_owned(), Some(value.to_owned()));
        assert_eq!(found[0].partitions, [said("dt", "2026-11-18"), said("h", "10:00")]);
        assert_eq!(partition_of("dt=__HIVE_DEFAULT_PARTITION__"), Some(("dt".to_owned(), None)));
        let error = expand_in(dir.path(), &["p/"]).expect_err("refused");
        assert!(error.to_do().contains("`p/*/*/*.csv.gz`"), "{}", error.to_do());
        let error = expand_in(dir.path(), &["empty"]).expect_err("refused");
        assert!(error.to_string().contains("folder `empty`"), "{error}");
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
        let found = FoundFile { shown: "a.csv".to_owned(), path, bytes: 3, partitions: Vec::new() };
        // FIPS 180-2, appendix B.1.
        assert_eq!(digest(&found).expect("reads"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
