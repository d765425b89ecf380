//! From paths to sources: which files are data, which belong together, which only describe others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::codebook::attach_codebooks;
use super::shape::Shape;
use super::tokens::{any, plain, slug, tokens};
use crate::job::error::JobError;
use crate::tables::peek::{Peek, PeekColumn, PeekError, peek};

/// Endings of files that hold data; each text format also with `.gz`.
const DATA: [&str; 8] = ["parquet", "pq", "csv", "tsv", "txt", "jsonl", "ndjson", "json"];

/// Share of columns in common from which two files of like names are one source. Our judgment.
const IN_COMMON: f64 = 0.7;

/// Words in names of files that keep files with the same columns apart.
const APART: [&str; 12] = [
    "importance",
    "important",
    "satisfaction",
    "fulfillment",
    "fulfilment",
    "performance",
    "refunds",
    "returns",
    "returned",
    "cancelled",
    "canceled",
    "competitor",
];

/// A source to be: files that belong together, and one look at them.
#[derive(Clone, Debug)]
pub(super) struct Find {
    /// Name of the source.
    pub(super) name: String,
    /// Its files, as found.
    pub(super) files: Vec<PathBuf>,
    /// The pattern to write in their place: folders that are partitions are read by one.
    pub(super) pattern: Option<PathBuf>,
    /// The look.
    pub(super) peek: Peek,
    /// What its columns are like, in the order of the file.
    pub(super) shapes: Vec<Shape>,
    /// The words of its name.
    pub(super) stem: Vec<String>,
}

impl Find {
    /// The column of that name.
    pub(super) fn shape(&self, name: &str) -> Option<&Shape> {
        self.shapes.iter().find(|shape| shape.usable && shape.name == name)
    }

    /// Columns that can be named in a configuration and hold anything.
    pub(super) fn usable(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(|shape| shape.usable && shape.filled > 0)
    }

    /// Values of a column.
    pub(super) fn values(&self, name: &str) -> &[String] {
        self.peek.columns.iter().find(|column| column.name == name).map_or(&[], |column| column.values.as_slice())
    }

    /// The first file, for messages.
    pub(super) fn shown(&self) -> String {
        let first = self.pattern.as_ref().or_else(|| self.files.first());
        first
            .and_then(|path| path.file_name())
            .map_or_else(|| self.name.clone(), |name| name.to_string_lossy().into_owned())
    }
}

/// What was found below the paths given.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// Sources to be, in order of their names.
    pub(super) finds: Vec<Find>,
    /// What was left aside, each with the reason.
    pub(super) skipped: Vec<String>,
}

/// A file, and the folder whose partitions it is part of.
struct Candidate {
    path: PathBuf,
    partitioned: Option<PathBuf>,
    asked_for: bool,
}

/// Looks at every path given, and at what lies in folders.
///
/// # Errors
/// A file that was asked for by name and cannot be opened. What holds no rows, and what merely lies in a folder, is left aside
/// with the reason: the other files are looked at all the same.
pub(super) fn collect(from: &[PathBuf]) -> Result<Collected, JobError> {
    let mut collected = Collected::default();
    let mut candidates = Vec::new();
    for path in from {
        if path.is_dir() {
            folder(path, 0, &mut candidates, &mut collected.skipped)?;
        } else {
            candidates.push(Candidate { path: path.clone(), partitioned: None, asked_for: true });
        }
    }
    let mut looked: Vec<(Candidate, Peek)> = Vec::new();
    for candidate in candidates {
        match peek(&candidate.path) {
            Ok(seen) => looked.push((candidate, seen)),
            Err(error @ PeekError::Io { .. }) if candidate.asked_for => return Err(error.into()),
            Err(error) => collected.skipped.push(error.to_string()),
        }
    }
    for (candidate, seen) in looked {
        place(candidate, seen, &mut collected.finds);
    }
    name_all(&mut collected.finds);
    let described = attach_codebooks(&mut collected.finds);
    collected.skipped.extend(described);
    for find in &mut collected.finds {
        find.shapes = find.peek.columns.iter().map(|column| Shape::of(column, &find.peek)).collect();
    }
    Ok(collected)
}

pub(super) fn is_data(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    plain.rsplit_once('.').is_some_and(|(_, ending)| DATA.contains(&ending))
}

/// What lies directly in a folder, in order.
fn entries_of(path: &Path) -> Result<Vec<PathBuf>, JobError> {
    let io = |source| JobError::Io { doing: "cannot read the folder", path: path.to_owned(), source };
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        entries.push(entry.map_err(io)?.path());
    }
    entries.sort();
    Ok(entries)
}

/// Files of a folder, and one level of folders below it; folders named `key=value` are partitions of one source.
fn folder(path: &Path, depth: usize, into: &mut Vec<Candidate>, skipped: &mut Vec<String>) -> Result<(), JobError> {
    for entry in entries_of(path)? {
        let name = entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(['.', '_']) {
            skipped.push(format!("{}: hidden", entry.display()));
        } else if entry.is_dir() && name.contains('=') {
            partition(path, &entry, 0, into)?;
        } else if entry.is_dir() && depth == 0 {
            folder(&entry, 1, into, skipped)?;
        } else if entry.is_dir() {
            skipped.push(format!("{}: a folder in a folder in the folder; name it with --from", entry.display()));
        } else if is_data(&entry) {
            into.push(Candidate { path: entry, partitioned: None, asked_for: false });
        } else {
            skipped.push(format!("{}: no data file by its name", entry.display()));
        }
    }
    Ok(())
}

fn partition(root: &Path, path: &Path, depth: usize, into: &mut Vec<Candidate>) -> Result<(), JobError> {
    for entry in entries_of(path)? {
        let name = entry.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if entry.is_dir() && name.contains('=') && depth < 4 {
            partition(root, &entry, depth + 1, into)?;
        } else if is_data(&entry) && !name.starts_with(['.', '_']) {
            into.push(Candidate { path: entry, partitioned: Some(root.to_owned()), asked_for: false });
        }
    }
    Ok(())
}

/// Puts a file to those it belongs to, or makes it a source of its own.
fn place(candidate: Candidate, seen: Peek, finds: &mut Vec<Find>) {
    let stem_path = candidate.partitioned.as_ref().unwrap_or(&candidate.path);
    let stem = stem_of(stem_path);
    let pattern = candidate.partitioned.as_ref().map(|root| pattern_of(root, &candidate.path));
    let home = finds.iter_mut().find(|find| match (&find.pattern, &pattern) {
        (Some(a), Some(b)) => a == b,
        (None, None) => belong(find, &seen, &stem),
        _ => false,
    });
    match home {
        Some(find) => {
            find.files.push(candidate.path);
            merge(&mut find.peek, seen);
        }
        None => finds.push(Find {
            name: String::new(),
            files: vec![candidate.path],
            pattern,
            peek: seen,
            shapes: Vec::new(),
            stem,
        }),
    }
}

/// `root/*/*.parquet`, with as many stars as there are folders between.
fn pattern_of(root: &Path, file: &Path) -> PathBuf {
    let between = file.strip_prefix(root).map_or(1, |rest| rest.components().count().saturating_sub(1));
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = name.split_once('.').map_or("*".to_owned(), |(_, ending)| format!("*.{ending}"));
    let ending =
        if ending.matches('.').count() > 2 { format!("*.{}", name.rsplit('.').next().unwrap_or("*")) } else { ending };
    let mut pattern = root.to_owned();
    pattern.extend(std::iter::repeat_n("*", between));
    pattern.push(ending);
    pattern
}

fn stem_of(path: &Path) -> Vec<String> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    tokens(name.split('.').next().unwrap_or_default())
}

/// Whether a file has the same columns, or nearly so, and a name that says nothing against it.
fn belong(find: &Find, seen: &Peek, stem: &[String]) -> bool {
    let own = &find.peek;
    let alike = own.format == seen.format
        && own.delimiter == seen.delimiter
        && own.encoding == seen.encoding
        && own.header == seen.header
        && own.data_from.is_some() == seen.data_from.is_some();
    if !alike || !own.header {
        return false;
    }
    let names = |peek: &Peek| -> Vec<String> { peek.columns.iter().map(|column| column.name.clone()).collect() };
    let (ours, theirs) = (names(own), names(seen));
    let shared = ours.iter().filter(|name| theirs.contains(name)).count();
    let all = ours.len() + theirs.len() - shared;
    let words = |stem: &[String]| -> Vec<String> {
        stem.iter().filter(|word| word.len() > 1 && !word.bytes().any(|b| b.is_ascii_digit())).cloned().collect()
    };
    let (a, b) = (words(&find.stem), words(stem));
    let apart = APART.iter().any(|word| any(&a, &[word]) != any(&b, &[word]));
    let named_alike = a.is_empty() || b.is_empty() || a.iter().any(|word| b.contains(word));
    !apart
        && named_alike
        && shared > 0
        && (shared == all || shared as f64 >= IN_COMMON * all as f64 && a.first() == b.first())
}

fn merge(into: &mut Peek, from: Peek) {
    into.rows += from.rows;
    into.whole &= from.whole;
    // A number that is grouped here and has decimals there: commas win, as fewer are mistaken for them.
    if from.decimal == ',' {
        into.decimal = ',';
    }
    if into.data_from != from.data_from {
        into.data_from = None;
    }
    for word in from.nulls {
        if !into.nulls.contains(&word) {
            into.nulls.push(word);
        }
    }
    let mut places: BTreeMap<String, usize> =
        into.columns.iter().enumerate().map(|(i, column)| (column.name.clone(), i)).collect();
    for column in from.columns {
        match places.get(&column.name) {
            Some(place) => {
                let own: &mut PeekColumn = &mut into.columns[*place];
                own.ambiguous |= column.ambiguous;
                own.label = own.label.take().or(column.label);
                own.values.extend(column.values);
            }
            None => {
                places.insert(column.name.clone(), into.columns.len());
                into.columns.push(column);
            }
        }
    }
}

/// Names sources after their files: plain words, each another.
fn name_all(finds: &mut [Find]) {
    let mut taken: Vec<String> = Vec::new();
    for find in finds {
        let first = find.files.first().cloned().unwrap_or_default();
        let path = match &find.pattern {
            Some(pattern) => {
                pattern.ancestors().find(|path| !path.to_string_lossy().contains('*')).unwrap_or(&first).to_owned()
            }
            None => first,
        };
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let words = slug(file.split('.').next().unwrap_or_default(), "source");
        let many = find.files.len() > 1 && find.pattern.is_none();
        let base =
            if many { words.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_').to_owned() } else { words };
        let base = if base.is_empty() { "source".to_owned() } else { base };
        // One of `n + 1` names is not among `n`.
        let numbered = (2..taken.len() + 3).map(|number| format!("{base}_{number}"));
        let name = std::iter::once(base.clone()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(base);
        taken.push(name.clone());
        find.name = name;
    }
}

/// Whether two names are the same but for case, blanks and signs.
pub(super) fn same_name(a: &str, b: &str) -> bool {
    a == b || !plain(a).is_empty() && plain(a) == plain(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<(String, usize)> {
        let collected = collect(&[dir.to_owned()]).expect("read");
        collected.finds.into_iter().map(|find| (find.name, find.files.len())).collect()
    }

    #[test]
    fn files_of_one_kind_become_one_source_and_other_files_are_said_to_be_skipped() {
        let dir = tempfile::tempdir().expect("temp");
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().expect("below")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        write("orders-2026-01.csv", "customer_id,total\nA1,3\n");
        write("orders-2026-02.csv", "customer_id,total\nA2,4\n");
        write("importance.csv", "customer_id,quality\nA1,4\n");
        write("satisfaction.csv", "customer_id,quality\nA1,4\n");
        write("README.md", "words");
        write(".hidden.csv", "a\n1\n");
        write("visits/dt=2026-01-01/a.csv", "customer_id,at\nA1,2026-01-01\n");
        write("visits/dt=2026-01-02/b.csv", "customer_id,at\nA2,2026-01-02\n");
        let expected = [
            ("importance".to_owned(), 1),
            ("orders".to_owned(), 2),
            ("satisfaction".to_owned(), 1),
            ("visits".to_owned(), 2),
        ];
        assert_eq!(names(dir.path()), expected);
        let collected = collect(&[dir.path().to_owned()]).expect("read");
        assert_eq!(collected.skipped.len(), 2, "{:?}", collected.skipped);
        assert!(collected.finds[3].pattern.as_ref().is_some_and(|pattern| pattern.ends_with("visits/*/*.csv")));
    }

    #[test]
    fn two_files_of_one_name_become_two_sources() {
        let dir = tempfile::tempdir().expect("temp");
        for (folder, text) in [("a", "id,x\n1,2\n"), ("b", "number,city\n1,Bonn\n")] {
            std::fs::create_dir(dir.path().join(folder)).expect("made");
            std::fs::write(dir.path().join(folder).join("x.csv"), text).expect("written");
        }
        assert_eq!(names(dir.path()), [("x".to_owned(), 1), ("x_2".to_owned(), 1)]);
    }
}
