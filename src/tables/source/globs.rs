//! Globs over names of any bytes: the library matches a name, the way through the folders is our own, for the library passes
//! over names that are not UTF-8.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use glob::Pattern;

use super::files::is_hidden;

/// A part of a glob between two `/`.
enum Part {
    /// A name without wildcards.
    Name(String),
    /// A name with wildcards, and whether it asks for names that folders pass over.
    Like(Pattern, bool),
    /// `**`: folders to any depth.
    AnyDepth,
}

/// A glob, checked.
pub(super) struct Glob {
    start: PathBuf,
    parts: Vec<Part>,
}

/// A folder that could not be listed.
pub(super) struct NotListed {
    pub(super) folder: PathBuf,
    pub(super) source: io::Error,
}

/// Whether a text is meant as a glob.
pub(super) fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

impl Glob {
    /// A glob relative to `base`, unless it is absolute. The error says what is wrong with it.
    pub(super) fn new(base: &Path, text: &str) -> Result<Self, &'static str> {
        let start = if text.starts_with('/') { PathBuf::from("/") } else { base.to_owned() };
        let part = |text: &str| match text {
            "**" => Ok(Part::AnyDepth),
            _ if is_glob(text) => {
                Pattern::new(text).map(|like| Part::Like(like, text.starts_with(['.', '_']))).map_err(|error| error.msg)
            }
            _ => Ok(Part::Name(text.to_owned())),
        };
        let parts = text.split('/').filter(|text| !matches!(*text, "" | ".")).map(part).collect::<Result<_, _>>()?;
        Ok(Self { start, parts })
    }

    /// Everything there that matches, in no order; links are followed.
    pub(super) fn matches(&self) -> Result<Vec<PathBuf>, NotListed> {
        let mut found = Vec::new();
        walk(&self.start, &self.parts, &mut found)?;
        Ok(found)
    }
}

fn walk(folder: &Path, parts: &[Part], found: &mut Vec<PathBuf>) -> Result<(), NotListed> {
    let Some((part, rest)) = parts.split_first() else { return Ok(()) };
    let take = |path: PathBuf, found: &mut Vec<PathBuf>| {
        if rest.is_empty() {
            found.push(path);
            Ok(())
        } else if path.is_dir() {
            walk(&path, rest, found)
        } else {
            Ok(())
        }
    };
    match part {
        Part::Name(name) => {
            let path = folder.join(name);
            if path.symlink_metadata().is_ok() { take(path, found) } else { Ok(()) }
        }
        Part::Like(like, hidden) => {
            let fits = |path: &PathBuf| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                like.matches(&name) && (*hidden || !is_hidden(path))
            };
            list(folder)?.into_iter().filter(fits).try_for_each(|path| take(path, found))
        }
        Part::AnyDepth => {
            walk(folder, rest, found)?;
            let below = list(folder)?.into_iter().filter(|path| !is_hidden(path) && path.is_dir());
            below.filter(|path| !leads_back(folder, path)).try_for_each(|path| walk(&path, parts, found))
        }
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, NotListed> {
    let failed = |source| NotListed { folder: folder.to_owned(), source };
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

/// Whether a link leads to a folder on the way to it: it would be walked for ever.
fn leads_back(folder: &Path, path: &Path) -> bool {
    path.is_symlink()
        && match (folder.canonicalize(), path.canonicalize()) {
            (Ok(folder), Ok(target)) => folder.starts_with(target),
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    fn found(base: &Path, text: &str) -> Vec<String> {
        let glob = Glob::new(base, text).expect("a glob");
        let found = glob.matches().unwrap_or_else(|error| panic!("{}: {}", error.folder.display(), error.source));
        let shown = |path: &PathBuf| path.strip_prefix(base).expect("below").to_string_lossy().into_owned();
        let mut found: Vec<String> = found.iter().map(shown).collect();
        found.sort();
        found
    }

    #[test]
    fn names_of_any_bytes_are_matched_and_hidden_ones_only_where_they_are_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("a/_tmp")).expect("made");
        for name in [&b"caf\xE9.csv"[..], b"b.csv", b"b.txt", b"_c.csv", b"a/d.csv", b"a/_tmp/e.csv"] {
            fs::write(folder.path().join(OsStr::from_bytes(name)), "x").expect("written");
        }
        assert_eq!(found(folder.path(), "*.csv"), ["b.csv", "caf\u{FFFD}.csv"]);
        assert_eq!(found(folder.path(), "./caf?.csv"), ["caf\u{FFFD}.csv"]);
        assert_eq!(found(folder.path(), "_*.csv"), ["_c.csv"]);
        assert_eq!(found(folder.path(), "**/*.csv"), ["a/d.csv", "b.csv", "caf\u{FFFD}.csv"]);
        assert_eq!(found(folder.path(), "a/_tmp/[d-f].csv"), ["a/_tmp/e.csv"]);
        assert!(Glob::new(folder.path(), "a**/b").is_err());
    }

    #[test]
    fn a_link_that_leads_back_is_walked_once() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("a")).expect("made");
        fs::write(folder.path().join("a/b.csv"), "x").expect("written");
        std::os::unix::fs::symlink("..", folder.path().join("a/up")).expect("a link");
        assert_eq!(found(folder.path(), "**/*.csv"), ["a/b.csv"]);
    }
}
