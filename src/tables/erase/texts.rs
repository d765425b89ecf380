//! Persons taken out of a text: records of a list, lines of JSON, and their ids wherever else they stand.

use serde_json::Value;

use super::files::Mentions;
use crate::tables::headings::names_ids;
use crate::tables::peek::delimiter_of;
use crate::tables::persons::Persons;

/// What stands where an id stood in running text.
const ERASED: &str = "[erased]";

/// How a text is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextLayout {
    /// Records of fields.
    Csv,
    /// A JSON object on every line.
    JsonLines,
    /// Anything else.
    Running,
}

impl TextLayout {
    /// As the name of a file and its text say.
    pub(super) fn of(name: &str, text: &str) -> Self {
        let name = name.to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        if ends(&[".csv", ".tsv"]) {
            Self::Csv
        } else if ends(&[".json", ".jsonl", ".ndjson"]) && text.lines().nth(1).is_some() && lines.all(is_object) {
            Self::JsonLines
        } else {
            Self::Running
        }
    }
}

fn is_object(line: &str) -> bool {
    line.starts_with('{') && serde_json::from_str::<Value>(line).is_ok()
}

/// The text without `persons`. `sure`: running text is one of our own pages as it was published, in which figures and words
/// stand, so only ids that can be neither are looked for.
pub(super) fn without(text: &str, layout: TextLayout, persons: &Persons, sure: bool) -> (String, Mentions) {
    let mut look = Mentions::default();
    let pieces = match layout {
        TextLayout::Csv => records(text, persons),
        TextLayout::JsonLines => {
            text.split_inclusive('\n').map(|line| (line, whom_json(line, persons))).collect::<Vec<_>>()
        }
        TextLayout::Running => vec![(text, None)],
    };
    let mut kept = String::with_capacity(text.len());
    for (piece, person) in pieces {
        match person {
            Some(person) => look.add(person),
            None => kept.push_str(piece),
        }
    }
    // Whatever a list holds beside its cells, and all of another text.
    let named = persons.find_in(&kept, sure && layout == TextLayout::Running);
    let (mut out, mut done) = (String::with_capacity(kept.len()), 0);
    for place in named {
        look.add(place.person);
        out.push_str(&kept[done..place.start]);
        out.push_str(ERASED);
        done = place.end;
    }
    out.push_str(&kept[done..]);
    (out, look)
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter_of(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
}

/// Rows of a CSV text: its records but the first, which is the header.
pub(super) fn rows_of(text: &str) -> u64 {
    u64::saturating_sub(reader(text).into_byte_records().count() as u64, 1)
}

/// Records of a CSV text with the person each is about.
fn records<'a>(text: &'a str, persons: &Persons) -> Vec<(&'a str, Option<usize>)> {
    let bytes = text.as_bytes();
    let mut reader = reader(text);
    let (mut record, mut found, mut start) = (csv::ByteRecord::new(), Vec::new(), 0);
    let mut keyed = Vec::new();
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        // The reader takes the second byte of a Windows line end for the start of the next record.
        let end = if bytes[..end].ends_with(b"\r") && bytes[end..].starts_with(b"\n") { end + 1 } else { end };
        let cells: Vec<&str> = record.iter().map(|cell| std::str::from_utf8(cell).unwrap_or_default().trim()).collect();
        if found.is_empty() {
            keyed = cells.iter().map(|name| names_ids(name)).collect();
        }
        // A list without such a name is one of ids alone as likely as not.
        let is_key = |at: usize| !keyed.contains(&true) || keyed.get(at) == Some(&true);
        let whom = cells
            .iter()
            .enumerate()
            .find_map(|(at, cell)| if is_key(at) { persons.find(cell) } else { persons.find_anywhere(cell) });
        // INVARIANT: records end at line ends and at the end, which are borders of letters.
        found.push((&text[start..end], whom));
        start = end;
    }
    found.push((&text[start..], None));
    found
}

/// Whom a line of JSON is about: by a key that is called as ids are, or by any text in it.
fn whom_json(line: &str, persons: &Persons) -> Option<usize> {
    fn whom(value: &Value, keyed: bool, persons: &Persons) -> Option<usize> {
        match value {
            Value::Object(object) => object.iter().find_map(|(key, value)| whom(value, names_ids(key), persons)),
            Value::Array(values) => values.iter().find_map(|value| whom(value, keyed, persons)),
            Value::String(text) if keyed => persons.find(text.trim()),
            Value::String(text) => persons.find_anywhere(text.trim()),
            Value::Number(number) if keyed => persons.find(&number.to_string()),
            _ => None,
        }
    }
    whom(&serde_json::from_str(line).ok()?, false, persons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleared(name: &str, text: &str, ids: &[&str], sure: bool) -> (String, u64) {
        let (text, look) = without(text, TextLayout::of(name, text), &Persons::named(ids), sure);
        (text, look.rows)
    }

    #[test]
    fn records_of_a_list_go_with_their_line_ends_and_quotes_do_not_hide_them() {
        let text = "id,note\r\nK1,\"two\nlines\"\r\n\"K2\",x\r\nK10,K3\n";
        let kept = "id,note\r\nK1,\"two\nlines\"\r\n".to_owned();
        assert_eq!(cleared("list.csv", text, &["K2", "K3"], true), (kept, 2));
        let by_key = cleared("list.csv", "customer_id;n\n7;8\n8;7\n", &["7"], true);
        assert_eq!(by_key, ("customer_id;n\n8;7\n".to_owned(), 1), "beside a column of ids a short number is a count");
        assert_eq!(cleared("list.csv", "7\n8\n", &["7"], true), ("8\n".to_owned(), 1));
    }

    #[test]
    fn a_quote_that_is_never_closed_hides_nobody() {
        let (text, rows) = cleared("list.csv", "id\nK1\n\"open\nK00007\n", &["K00007"], true);
        assert_eq!((text.as_str(), rows), ("id\nK1\n\"open\n[erased]\n", 1));
    }

    #[test]
    fn lines_of_json_go_and_a_document_keeps_its_form() {
        let lines = "{\"id\":7}\n{\"a\":{\"who\":[\"K0007\"]}}\n{\"id\":8,\"n\":7}\n";
        assert_eq!(cleared("x.jsonl", lines, &["7", "K0007"], true), ("{\"id\":8,\"n\":7}\n".to_owned(), 2));
        let document = "{\n \"who\": \"K0007\"\n}\n";
        assert_eq!(cleared("x.json", document, &["K0007"], true).0, "{\n \"who\": \"[erased]\"\n}\n");
    }

    #[test]
    fn figures_and_words_of_our_own_pages_are_not_taken_for_ids() {
        let page = "<p>123456 in Berlin: K0007</p>";
        assert_eq!(
            cleared("report.html", page, &["123456", "Berlin", "K0007"], true).0,
            "<p>123456 in Berlin: [erased]</p>"
        );
        assert_eq!(cleared("notes.txt", page, &["123456", "Berlin", "K0007"], false).1, 3);
    }
}
