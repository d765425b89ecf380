//! Which files a source is made of, in which order.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::super::spec::{Format, SourceSpec};
use super::error::SourceError;
use super::found::{FoundFile, Identity, wait_until_quiet};
use super::globs::{Glob, is_glob};
use crate::tables::plain_file;

/// The files of a source.
#[derive(Debug)]
pub(super) struct Expanded {
    /// Each once, in ascending order of its shown path.
    pub(super) files: Vec<FoundFile>,
    /// Files that are there under several names.
    pub(super) remarks: Vec<String>,
}

/// Expands the files, folders and globs of a source: each file once, in ascending order of its shown path.
///
/// Names starting with `.` or `_` are skipped in folders and globs, as other readers of such folders do. In a folder, those
/// named `key=value` are entered, as deep as they go.
pub(super) fn expand(base: &Path, name: &str, spec: &SourceSpec) -> Result<Expanded, SourceError> {
    let mut found = Expanded { files: Vec::new(), remarks: Vec::new() };
    for pattern in spec.files.as_slice() {
        let before = found.files.len();
        expand_one(base, name, pattern, &mut found)?;
        if found.files.len() == before {
            let there = what_is_there(base, pattern);
            return Err(SourceError::NoFiles { source_name: name.to_owned(), pattern: pattern.clone(), there });
        }
    }
    let Expanded { mut files, mut remarks } = found;
    if files.is_empty() {
        let (pattern, there) = ("(none given)".to_owned(), String::new());
        return Err(SourceError::NoFiles { source_name: name.to_owned(), pattern, there });
    }
    files.sort_by(|a, b| a.shown.cmp(&b.shown));
    files.dedup_by(|a, b| a.shown == b.shown);
    remarks.extend(without_further_names(&mut files));
    wait_until_quiet(&mut files)?;
    Ok(Expanded { files, remarks })
}

/// Takes out files that are there under a shorter name already, through a link, a way round, or a second entry of the file
/// system; says which. The same file in folders that say different things of it is not the same rows.
fn without_further_names(files: &mut Vec<FoundFile>) -> Vec<String> {
    let same = |file: &FoundFile| (file.identity.device, file.identity.inode, file.partitions.clone());
    let mut names: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for file in files.iter() {
        names.entry(same(file)).or_default().push(file.shown.clone());
    }
    // The name without a way round goes before one with.
    names.values_mut().for_each(|names| names.sort_by_key(|name| name.len()));
    let mut remarks = Vec::new();
    files.retain(|file| {
        let kept = &names[&same(file)][0];
        if *kept != file.shown {
            remarks.push(format!("`{}` is the same file as `{kept}`; it is read once", file.shown));
        }
        *kept == file.shown
    });
    remarks
}

fn expand_one(base: &Path, name: &str, pattern: &str, found: &mut Expanded) -> Result<(), SourceError> {
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
        let before = found.files.len();
        let others = enter(base, &path, DEEPEST, &mut found.files)?;
        if found.files.len() == before {
            let (source_name, pattern) = (name.to_owned(), pattern.trim_end_matches('/').to_owned());
            let inside = others.iter().find_map(|folder| data_file_below(folder, DEEPEST));
            let inside = inside.map(|file| glob_of(&pattern, &path, &file));
            return Err(SourceError::NoFilesInFolder { source_name, pattern, inside });
        }
        found.remarks.extend(passed_over(pattern, &others));
    } else if path.exists() {
        found.files.push(look_at(base, path)?);
    } else if is_glob(pattern) {
        let glob = Glob::new(base, pattern).map_err(refuse)?;
        let matches = glob.matches().map_err(|error| io_error(base, &error.folder, error.source))?;
        for path in matches.into_iter().filter(|path| !path.is_dir()) {
            found.files.push(look_at(base, path)?);
        }
    }
    Ok(())
}

/// What lies in a folder beside its data files and may be meant as data.
fn passed_over(pattern: &str, others: &[PathBuf]) -> Option<String> {
    let folders = others.iter().filter(|other| data_file_below(other, DEEPEST).is_some()).count();
    let files = others.iter().filter(|other| !other.is_dir()).count();
    (files + folders > 0).then(|| {
        format!(
            "folder `{pattern}` also holds files whose extension does not tell that they are data ({files}) or folders with data \
             ({folders}); they are not read"
        )
    })
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

/// Takes the data files of a folder and of the folders `key=value` below it; gives what else lies directly in it.
fn enter(base: &Path, folder: &Path, deep: usize, found: &mut Vec<FoundFile>) -> Result<Vec<PathBuf>, SourceError> {
    let io = |source| io_error(base, folder, source);
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if is_hidden(&path) {
            continue;
        }
        if !path.is_dir() {
            if format_of(&path).is_some() {
                found.push(look_at(base, path)?);
            } else {
                others.push(path);
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
    let shown = || entries.iter().filter(|path| !is_hidden(path));
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

/// Whether readers of folders pass over a name.
pub(super) fn is_hidden(path: &Path) -> bool {
    path.file_name().is_none_or(|name| name.as_bytes().starts_with(b".") || name.as_bytes().starts_with(b"_"))
}

fn look_at(base: &Path, path: PathBuf) -> Result<FoundFile, SourceError> {
    let there = plain_file::look_at(&path).map_err(|source| io_error(base, &path, source))?;
    let folders = path.strip_prefix(base).unwrap_or(&path).parent().into_iter().flat_map(Path::components);
    let partitions = folders.filter_map(|folder| partition_of(&folder.as_os_str().to_string_lossy())).collect();
    Ok(FoundFile { shown: shown(base, &path), path, partitions, identity: Identity::of(&there) })
}

/// A path as text from which its bytes can be told: relative to `base` where it lies below it, with `/`. What is no visible
/// UTF-8 is written as `\xE9`, byte by byte, and the backslash itself as two.
pub(super) fn shown(base: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(base).unwrap_or(path);
    let parts: Vec<_> = relative.components().map(|part| escaped(part.as_os_str())).collect();
    parts.join("/").replacen("//", "/", 1)
}

fn escaped(name: &OsStr) -> Cow<'_, str> {
    let strange = |c: char| c == '\\' || c.is_control();
    if let Some(text) = name.to_str().filter(|text| !text.contains(strange)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    // INVARIANT: writing to a text cannot fail.
    let byte = |out: &mut String, byte: &u8| write!(out, "\\x{byte:02X}").expect("a text");
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                _ if c.is_control() => c.to_string().as_bytes().iter().for_each(|part| byte(&mut out, part)),
                _ => out.push(c),
            }
        }
        chunk.invalid().iter().for_each(|part| byte(&mut out, part));
    }
    Cow::Owned(out)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Code, Coded as _};
    use crate::tables::spec::OneOrMany;

    fn expand_in(dir: &Path, files: &[&str]) -> Result<Vec<String>, SourceError> {
        let files = OneOrMany(files.iter().map(|&f| f.to_owned()).collect());
        let spec = SourceSpec { files, format: None, csv: None };
        expand(dir, "crm", &spec).map(|found| found.files.into_iter().map(|file| file.shown).collect())
    }

    #[test]
    fn folders_globs_and_files_give_each_file_once_in_order() {
        let dir = tempfile::tempdir().expect("temp");
        for name in ["b.csv", "a.csv", "_SUCCESS", ".a.csv.tmp", "notes.md", "c.parquet"] {
            std::fs::write(dir.path().join(name), "x").expect("writes");
        }
        assert_eq!(expand_in(dir.path(), &["."]).expect("found"), ["a.csv", "b.csv", "c.parquet"]);
        let spec = SourceSpec { files: OneOrMany(vec![".".to_owned()]), format: None, csv: None };
        let remarks = expand(dir.path(), "crm", &spec).expect("found").remarks;
        assert!(remarks.len() == 1 && remarks[0].contains("are data (1) or folders with data (0)"), "{remarks:?}");
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
        assert_eq!(found.files[0].partitions, [said("dt", "2026-11-18"), said("h", "10:00")]);
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
    fn folders_and_globs_take_the_same_names_and_each_name_is_told_from_every_other() {
        let dir = tempfile::tempdir().expect("temp");
        for name in [&b"caf\xE9.csv"[..], b"caf\xE8.csv", b"tab\t.csv", b"\\xE9.csv", "caf\u{e9}.csv".as_bytes()] {
            std::fs::write(dir.path().join(OsStr::from_bytes(name)), name).expect("writes");
        }
        let names = ["\\\\xE9.csv", "caf\\xE8.csv", "caf\\xE9.csv", "caf\u{e9}.csv", "tab\\x09.csv"];
        assert_eq!(expand_in(dir.path(), &["."]).expect("found"), names);
        assert_eq!(expand_in(dir.path(), &["*.csv"]).expect("found"), names);
    }

    #[test]
    fn a_file_named_twice_by_different_paths_is_read_once_with_a_remark() {
        let dir = tempfile::tempdir().expect("temp");
        let at = |name: &str| dir.path().join(name);
        std::fs::create_dir(at("in")).expect("made");
        std::fs::write(at("in/a.csv"), "x").expect("writes");
        std::fs::hard_link(at("in/a.csv"), at("in/b.csv")).expect("links");
        std::os::unix::fs::symlink("a.csv", at("in/c.csv")).expect("links");
        let files = OneOrMany(["in/*.csv", "./in/a.csv", "in/../in/a.csv"].map(str::to_owned).to_vec());
        let found = expand(dir.path(), "crm", &SourceSpec { files, format: None, csv: None }).expect("found");
        assert_eq!(found.files.iter().map(|file| file.shown.as_str()).collect::<Vec<_>>(), ["in/a.csv"]);
        let same = |name: &str| format!("`{name}` is the same file as `in/a.csv`; it is read once");
        assert_eq!(found.remarks, ["in/../in/a.csv", "in/b.csv", "in/c.csv"].map(same));
        for day in ["dt=1", "dt=2"] {
            std::fs::create_dir_all(at("o").join(day)).expect("made");
            std::fs::hard_link(at("in/a.csv"), at("o").join(day).join("a.csv")).expect("links");
        }
        let days = expand_in(dir.path(), &["o"]).expect("found");
        assert_eq!(days, ["o/dt=1/a.csv", "o/dt=2/a.csv"], "the folders make different rows of them");
    }

    #[test]
    fn a_pipe_or_a_link_to_nothing_in_place_of_a_data_file_is_refused_not_passed_over() {
        let dir = tempfile::tempdir().expect("temp");
        std::fs::write(dir.path().join("a.csv"), "x").expect("writes");
        let pipe = dir.path().join("b.csv");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
        for pattern in [".", "*.csv", "b.csv"] {
            assert_eq!(
                expand_in(dir.path(), &[pattern]).expect_err("refused").code(),
                Code::InputNotAFile,
                "{pattern}"
            );
        }
        std::fs::remove_file(&pipe).expect("removed");
        std::os::unix::fs::symlink("nowhere", &pipe).expect("links");
        for pattern in [".", "*.csv"] {
            let error = expand_in(dir.path(), &[pattern]).expect_err("refused");
            assert_eq!(error.code(), Code::InputUnreadable, "{pattern}");
        }
    }
}
