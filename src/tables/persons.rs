//! Persons who are asked for by a file of ids, found by every spelling of their id that the sources may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use datafusion::arrow::array::{Array, ArrayRef, StringArray};

use super::address::found_as;
use super::headings::{bare, id_place};
use super::intake::{IdReading, ids, in_form};
use super::source::{SourceError, column_file};
use super::spec::{IdForm, TableSpecs};

/// A number shorter than this may as well be a count, so alone it names nobody outside a column of ids.
const SHORT_NUMBER: usize = 6;

/// Shortest id that is looked for in running text.
const SHORTEST_IN_TEXT: usize = 5;

/// How the sources of a project write their customers' ids.
#[derive(Clone, Debug, Default)]
pub struct IdWriting {
    /// How ids are brought to one form.
    forms: Vec<IdForm>,
    /// Names of columns that are mapped as the id.
    names: BTreeSet<String>,
}

impl IdWriting {
    /// That of all tables of a configuration.
    pub fn of<'a>(tables: impl Iterator<Item = &'a TableSpecs>) -> Self {
        let mut this = Self::default();
        for spec in tables.flat_map(TableSpecs::as_slice) {
            this.forms.extend(spec.id.iter().filter(|form| !this.forms.contains(form)).cloned().collect::<Vec<_>>());
            let mapped = spec.columns.get("customer_id").or(spec.wide.as_ref().map(|wide| &wide.id));
            this.names.extend(mapped.map(|name| bare(name)));
        }
        this
    }

    /// The place of the column of ids among columns of these names.
    fn place(&self, names: &[String]) -> Option<usize> {
        let mapped = names.iter().position(|name| self.names.contains(&bare(name)));
        mapped.or_else(|| id_place(names))
    }
}

/// A person asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The line of the file, from 1.
    pub line: u64,
    /// The id as the intake would store it, then other spellings it may have.
    spellings: Vec<String>,
}

impl Person {
    /// The id as the intake would store it, then other spellings it may have.
    pub fn spellings(&self) -> impl Iterator<Item = &str> {
        self.spellings.iter().map(String::as_str)
    }
}

/// Those who are asked for.
#[derive(Clone, Debug)]
pub struct Persons {
    asked: Vec<Person>,
    /// Ids of two lines, which may be one id with a line break and no quotes around it; found behind the persons.
    joined: Vec<Joined>,
    by_spelling: BTreeMap<String, usize>,
    forms: Vec<IdForm>,
    /// Spellings looked for in running text, and whom each means.
    in_text: (AhoCorasick, Vec<TextPattern>),
    /// Lines of the file that hold no id, from 1, ascending.
    pub no_ids: Vec<u64>,
    /// Label of the encoding the file was read in.
    pub encoding: &'static str,
    /// Every line of the file has several fields, and no header names the one that is meant.
    pub several: bool,
}

/// Two lines that may be one id.
#[derive(Clone, Debug)]
struct Joined {
    lines: [usize; 2],
    id: String,
}

/// A spelling that is looked for in running text.
#[derive(Clone, Copy, Debug)]
struct TextPattern {
    person: usize,
    /// No word and no number: whatever the text, it means the person.
    sure: bool,
    /// Capitals are not told apart.
    address: bool,
}

/// A place in a text that names a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) person: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Persons {
    /// Reads the ids of a file: one a line, or the column of ids that a header names. They go the way of the ids of the
    /// inputs, and are found as written there as well as in every form of `writing`.
    ///
    /// # Errors
    /// [`SourceError`] if the file cannot be read as text. A file without ids gives nobody.
    pub fn read(path: &Path, writing: &IdWriting) -> Result<Self, SourceError> {
        let file = column_file(path, &|names| writing.place(names))?;
        let cells: ArrayRef = Arc::new(StringArray::from_iter_values(&file.values));
        let column = file.name.as_deref().unwrap_or_default();
        let forms = writing.forms.iter().map(Some).chain([None]);
        let read: Vec<StringArray> = forms.map(|form| ids(&cells, IdReading { column, form }).0).collect();
        let mut found = Vec::new();
        let mut no_ids = file.broken;
        for (row, line) in file.lines.iter().enumerate() {
            let spellings: Vec<&str> = read.iter().filter(|ids| ids.is_valid(row)).map(|ids| ids.value(row)).collect();
            if !spellings.is_empty() {
                found.push((*line, spellings));
            } else if !file.values[row].trim().is_empty() {
                no_ids.push(*line);
            }
        }
        no_ids.sort_unstable();
        let persons = Self::of(found.into_iter(), writing.forms.clone());
        Ok(Self { no_ids, encoding: file.encoding, several: file.several, ..persons })
    }

    /// Each with the line and the spellings of the id.
    fn of<'a>(found: impl Iterator<Item = (u64, Vec<&'a str>)>, forms: Vec<IdForm>) -> Self {
        let mut persons: Vec<Person> = Vec::new();
        let mut by_spelling: BTreeMap<String, usize> = BTreeMap::new();
        for (line, spellings) in found {
            let known = by_spelling.get(spellings[0]).copied();
            let at = known.unwrap_or(persons.len());
            if known.is_none() {
                persons.push(Person { line, spellings: Vec::new() });
            }
            for spelling in spellings {
                for spelling in [spelling.to_owned()].into_iter().chain(found_as(spelling)) {
                    if !persons[at].spellings.contains(&spelling) {
                        persons[at].spellings.push(spelling.clone());
                    }
                    by_spelling.entry(spelling).or_insert(at);
                }
            }
        }
        let in_text = patterns(&by_spelling);
        let joined = joined(&persons);
        for (at, joined) in joined.iter().enumerate() {
            by_spelling.entry(joined.id.clone()).or_insert(persons.len() + at);
        }
        Self {
            asked: persons,
            joined,
            by_spelling,
            forms,
            in_text,
            no_ids: Vec::new(),
            encoding: "utf-8",
            several: false,
        }
    }

    /// Who of those asked for was found, once every place was searched: an id that two lines make together is that of both.
    pub fn settle(&mut self, found: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut settled = BTreeSet::new();
        for at in found {
            let Some(joined) = at.checked_sub(self.asked.len()).map(|at| &self.joined[at]) else {
                settled.insert(*at);
                continue;
            };
            for line in joined.lines {
                self.asked[line].spellings.push(joined.id.clone());
                settled.insert(line);
            }
        }
        settled
    }

    /// Lets persons be found by other names as well: addresses under which they stand in files that do not name them.
    pub fn also_as(&mut self, aliases: impl IntoIterator<Item = (usize, String)>) {
        for (person, alias) in aliases {
            self.by_spelling.entry(alias).or_insert(person);
        }
        self.in_text = patterns(&self.by_spelling);
    }

    /// These ids, as they stand.
    #[cfg(test)]
    pub(super) fn named(ids: &[&str]) -> Self {
        Self::of(ids.iter().enumerate().map(|(i, id)| (i as u64 + 1, vec![*id])), Vec::new())
    }

    /// All of them, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Person] {
        &self.asked
    }

    /// Whom a stored id means.
    ///
    /// METHOD (our judgment): also whom it means by today's case and zeros, for nights stored under another `id` form; not
    /// by today's prefix, which taken off twice could name somebody else.
    pub(in crate::tables) fn find(&self, id: &str) -> Option<usize> {
        let by = |id: &str| self.by_spelling.get(id).copied();
        by(id)
            .or_else(|| found_as(id).and_then(|form| by(&form)))
            .or_else(|| self.forms.iter().find_map(|form| by(&in_form(id.to_owned(), Some(form)))))
    }

    /// Whom a cell of a column means that may hold anything: a short number there may as well be a count.
    pub(super) fn find_anywhere(&self, cell: &str) -> Option<usize> {
        let number = cell.len() < SHORT_NUMBER && cell.bytes().all(|byte| byte.is_ascii_digit());
        if number { None } else { self.find(cell) }
    }

    /// Places of a running text that name persons, in order, none within another. `sure`: by ids alone that are neither
    /// words nor numbers, so that no figure and no word of a report is taken for one.
    pub(super) fn find_in(&self, text: &str, sure: bool) -> Vec<Named> {
        let (finder, patterns) = &self.in_text;
        let mut found: Vec<Named> = Vec::new();
        for hit in finder.find_overlapping_iter(text) {
            let pattern = patterns[hit.pattern().as_usize()];
            let (start, end) = (hit.start(), hit.end());
            let exact = || self.by_spelling.contains_key(&text[start..end]);
            if (pattern.sure || !sure) && (pattern.address || exact()) && stands_alone(text, start, end) {
                found.push(Named { person: pattern.person, start, end });
            }
        }
        // Of those that overlap the first and longest stays; it covers the others' start.
        found.sort_unstable_by_key(|named| (named.start, std::cmp::Reverse(named.end)));
        let mut end = 0;
        found.retain(|named| {
            let free = named.start >= end;
            end = end.max(named.end);
            free
        });
        found
    }
}

/// What each two neighboring lines are together.
fn joined(persons: &[Person]) -> Vec<Joined> {
    let pairs = persons.windows(2).enumerate().filter(|(_, pair)| pair[0].line + 1 == pair[1].line);
    let id = |pair: &[Person]| format!("{}\n{}", pair[0].spellings[0], pair[1].spellings[0]);
    pairs.map(|(at, pair)| Joined { lines: [at, at + 1], id: id(pair) }).collect()
}

/// The spellings that are looked for in running text.
fn patterns(by_spelling: &BTreeMap<String, usize>) -> (AhoCorasick, Vec<TextPattern>) {
    let long = || by_spelling.iter().filter(|(id, _)| id.len() >= SHORTEST_IN_TEXT);
    let patterns = long().map(|(id, person)| {
        let address = id.contains('@');
        let mixed = id.contains(char::is_alphabetic) && id.contains(|c: char| c.is_ascii_digit());
        TextPattern { person: *person, sure: address || mixed, address }
    });
    let finder = AhoCorasick::builder().ascii_case_insensitive(true).build(long().map(|(id, _)| id));
    // INVARIANT: only patterns of more than 2^31 states fail, which a file of ids in memory does not have.
    (finder.expect("ids of a file in memory"), patterns.collect())
}

/// Whether a piece of a text is no part of a longer word or address.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let mut before = text[..start].chars().rev();
    let mut after = text[end..].chars();
    let inner = |first: Option<char>, second: Option<char>| match first {
        Some('@') => true,
        // The full stop at the end of a sentence is no part of a word.
        Some('.') => second.is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric(),
        None => false,
    };
    !inner(before.next(), before.next()) && !inner(after.next(), after.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], writing: &IdWriting) -> Persons {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ids.txt");
        std::fs::write(&path, text).unwrap();
        Persons::read(&path, writing).unwrap()
    }

    #[test]
    fn an_id_is_found_by_every_spelling_the_intake_would_store_it_under() {
        let persons =
            read("7.0\n=\"000005\"\n'0042\n\u{FEFF}C1\u{200B}\nJose\u{301}\n".as_bytes(), &IdWriting::default());
        for (id, at) in [("7", 0), ("000005", 1), ("0042", 2), ("C1", 3), ("Jos\u{e9}", 4), ("Jose\u{301}", 4)] {
            assert_eq!(persons.find(id), Some(at), "{id}");
        }
        assert_eq!((persons.find("c1"), persons.find("5"), persons.all().len()), (None, None, 5));
    }

    #[test]
    fn an_id_is_found_in_every_form_of_the_configuration_and_as_it_is_written() {
        let form = IdForm { lower: true, strip_prefix: Some("C-".to_owned()), pad: Some(5), ..IdForm::default() };
        let writing = IdWriting { forms: vec![form], ..IdWriting::default() };
        let persons = read(b"C-17\nAB\n", &writing);
        for (id, at) in [("00017", 0), ("C-17", 0), ("17", 0), ("ab", 1), ("AB", 1)] {
            assert_eq!(persons.find(id), Some(at), "{id}");
        }
        assert_eq!(persons.all()[0].spellings().collect::<Vec<_>>(), ["00017", "C-17"]);
    }

    #[test]
    fn a_header_names_the_ids_also_as_the_configuration_does_and_what_is_no_id_is_told_by_its_line() {
        let writing = IdWriting { names: [bare("Kunden Nr.")].into(), ..IdWriting::default() };
        for text in ["email;kunden_nr\na@b.org;K1\n;NULL\n", "Customer ID\nK1\nn/a\n"] {
            let persons = read(text.as_bytes(), &writing);
            assert_eq!(
                (persons.find("K1"), persons.all().len(), &persons.no_ids[..]),
                (Some(0), 1, &[3][..]),
                "{text}"
            );
        }
        assert_eq!(read(b"K1\ncustomer_id\n", &writing).all().len(), 2);
        assert!(read(b"customer_id\n \n", &writing).all().is_empty());
        let twice = read(b"K1\n K1 \nK1.\n", &writing);
        assert_eq!(twice.all().iter().map(|person| person.line).collect::<Vec<_>>(), [1, 3]);
    }

    #[test]
    fn two_lines_that_are_one_stored_id_are_that_id() {
        let mut persons = read(b"A\nB\nC\n", &IdWriting::default());
        assert_eq!(persons.all().len(), 3);
        let found = persons.find("A\r\nB").expect("both lines together");
        assert_eq!(persons.settle(&[found].into()), BTreeSet::from([0, 1]));
        assert_eq!(persons.all()[1].spellings().collect::<Vec<_>>(), ["B", "A\nB"]);
        assert_eq!(persons.find("A\nC"), None);
    }

    #[test]
    fn in_running_text_an_id_is_found_where_it_stands_alone() {
        let persons = Persons::named(&["K00007", "Ann@mail.example", "Berlin", "2026"]);
        let found = |text: &str, sure| {
            persons.find_in(text, sure).iter().map(|named| text[named.start..named.end].to_owned()).collect::<Vec<_>>()
        };
        let text = "K00007, ann@MAIL.example. Berlin 2026 K000071 k00007 x.ann@mail.example";
        assert_eq!(found(text, true), ["K00007", "ann@MAIL.example"]);
        assert_eq!(found(text, false), ["K00007", "ann@MAIL.example", "Berlin"]);
        assert_eq!((persons.find_anywhere("2026"), persons.find_anywhere("Berlin")), (None, Some(2)));
    }
}
