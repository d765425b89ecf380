//! One file of JSON lines: an object a line, its top-level keys as text columns.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::super::ledger::RejectCode;
use super::decode::RECORD_LIMIT;
use super::error::SourceError;
use super::text::{CELL_LIMIT, RowFault, TextBatch, TextBuilder};

/// Most different keys a file may use.
const KEY_LIMIT: usize = 10_000;

/// Reads lines, at most [`RECORD_LIMIT`] bytes each.
struct JsonLines {
    name: String,
    text: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    number: u64,
    /// The line ended in CR: an LF that follows belongs to it.
    after_cr: bool,
}

impl JsonLines {
    fn new(name: &str, text: Box<dyn Read + Send>) -> Self {
        let text = BufReader::with_capacity(128 << 10, text);
        Self { name: name.to_owned(), text, line: Vec::new(), number: 0, after_cr: false }
    }

    /// Reads the next line that is not blank; `false` at the end.
    fn advance(&mut self) -> Result<bool, SourceError> {
        loop {
            self.line.clear();
            if !self.read_line().map_err(|source| SourceError::io(&self.name, source))? {
                return Ok(false);
            }
            self.number += 1;
            if self.line.len() as u64 > RECORD_LIMIT {
                return Err(SourceError::EndlessRecord {
                    file: self.name.clone(),
                    line: self.number,
                    limit: RECORD_LIMIT,
                });
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(true);
            }
        }
    }

    /// Reads up to the end of a line, be it LF, CR LF or CR alone, or beyond the limit; `false` = there is no more.
    fn read_line(&mut self) -> io::Result<bool> {
        loop {
            let buffer = match self.text.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            let Some(first) = buffer.first() else { return Ok(!self.line.is_empty()) };
            if std::mem::take(&mut self.after_cr) && *first == b'\n' {
                self.text.consume(1);
                continue;
            }
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let n = end.map_or(buffer.len(), |end| end + 1);
            self.line.extend_from_slice(&buffer[..n]);
            self.after_cr = end.is_some_and(|end| buffer[end] == b'\r');
            self.text.consume(n);
            if end.is_some() || self.line.len() as u64 > RECORD_LIMIT {
                return Ok(true);
            }
        }
    }
}

/// Every key used in a file, in alphabetical order: one pass, nothing kept of the values.
pub(super) fn keys(name: &str, text: Box<dyn Read + Send>) -> Result<Vec<String>, SourceError> {
    let mut lines = JsonLines::new(name, text);
    let mut keys: BTreeMap<String, ()> = BTreeMap::new();
    let mut any = false;
    while lines.advance()? {
        any = true;
        if let Ok(object) = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&lines.line) {
            for (key, _) in object {
                keys.entry(key).or_default();
            }
            if keys.len() > KEY_LIMIT {
                return Err(SourceError::Limit {
                    file: name.to_owned(),
                    what: "number of different keys".to_owned(),
                    limit: KEY_LIMIT as u64,
                });
            }
        }
    }
    if any { Ok(keys.into_keys().collect()) } else { Err(SourceError::Empty { file: name.to_owned() }) }
}

/// Reads the objects of a file.
pub(super) struct JsonBatches {
    lines: JsonLines,
}

impl JsonBatches {
    pub(super) fn new(name: &str, text: Box<dyn Read + Send>) -> Self {
        Self { lines: JsonLines::new(name, text) }
    }

    /// The next batch of the values under `keys`; `report` hears of lines that are not an object.
    pub(super) fn next_batch(
        &mut self,
        keys: &[String],
        report: &mut dyn FnMut(RowFault),
    ) -> Result<Option<TextBatch>, SourceError> {
        let mut builder = TextBuilder::new(keys.len());
        while !builder.is_full() {
            if !self.lines.advance()? {
                break;
            }
            let row = self.lines.number;
            let mut line = serde_json::Deserializer::from_slice(&self.lines.line);
            let read = Wanted(keys).deserialize(&mut line).and_then(|cells| line.end().map(|()| cells));
            let Ok(cells) = read else {
                builder.skip();
                report(RowFault { row, code: RejectCode::NotAnObject });
                continue;
            };
            if cells.iter().flatten().any(|cell| cell.len() > CELL_LIMIT) {
                builder.skip();
                report(RowFault { row, code: RejectCode::CellTooLong });
                continue;
            }
            builder.push(row, cells.iter().map(Option::as_deref));
        }
        Ok(builder.finish_if_any())
    }
}

/// Reads the values under these keys out of an object, as text; nothing is kept of the others. A key that stands twice is no
/// object: which of the two is meant nobody can tell.
struct Wanted<'k>(&'k [String]);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Vec<Option<String>>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<Option<String>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![None; self.0.len()];
        let mut seen = vec![false; self.0.len()];
        while let Some(key) = object.next_key::<String>()? {
            let Some(place) = self.0.iter().position(|wanted| *wanted == key) else {
                object.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut seen[place], true) {
                return Err(serde::de::Error::custom("a key twice"));
            }
            cells[place] = text_of(object.next_value()?);
        }
        Ok(cells)
    }
}

/// Whole numbers below this have no neighbor that a double keeps as the same.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value as text: strings as they are, null as nothing, the rest as JSON. Of numbers, a whole one is its plain digits; one too
/// large to be kept exactly is written with an exponent, by which an id knows that it is none.
fn text_of(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(x) if x.fract() == 0.0 && x.abs() < EXACT => Some(format!("{x:.0}")),
            Some(x) if x.abs() >= EXACT => Some(exponential(x)),
            _ => Some(number.to_string()),
        },
        other => Some(other.to_string()),
    }
}

fn exponential(x: f64) -> String {
    let text = format!("{x:e}");
    if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::AsArray;

    fn reader(text: &'static str) -> Box<dyn Read + Send> {
        Box::new(text.as_bytes())
    }

    fn first_cells(text: &'static str) -> (Vec<String>, usize) {
        let (keys, mut faults) = (["b".to_owned()], 0);
        let batch = JsonBatches::new("a.jsonl", reader(text)).next_batch(&keys, &mut |_| faults += 1).expect("read");
        let cells = batch.map(|b| b.columns[0].as_string::<i32>().iter().flatten().map(str::to_owned).collect());
        (cells.unwrap_or_default(), faults)
    }

    #[test]
    fn a_whole_number_is_its_digits_and_one_too_large_to_be_exact_does_not_look_like_an_id() {
        let text =
            "{\"b\":7.0}\n{\"b\":-2e3}\n{\"b\":18446744073709551615}\n{\"b\":1000000000000000000000001}\n{\"b\":0.5}";
        let (cells, faults) = first_cells(text);
        assert_eq!(cells, ["7", "-2000", "18446744073709551615", "1.0e24", "0.5"]);
        assert_eq!(faults, 0);
    }

    #[test]
    fn a_key_that_stands_twice_and_what_follows_an_object_make_it_none() {
        assert_eq!(first_cells("{\"b\":1,\"b\":2}\n{\"b\":1} x\n{\"a\":1,\"a\":2,\"b\":3}"), (vec!["3".to_owned()], 2));
    }

    #[test]
    fn keys_of_all_lines_become_columns() {
        let text = "{\"b\":1}\n\n{\"a\":null,\"b\":2}\nnot json\n";
        assert_eq!(keys("a.jsonl", reader(text)).expect("read"), ["a", "b"]);
    }

    #[test]
    fn values_are_text_and_bad_lines_are_reported_with_their_number() {
        let mut batches = JsonBatches::new("a.jsonl", reader("{\"b\":1.5}\n[1]\n\n{\"b\":{\"x\":1}}\n{\"b\":\"t\"}"));
        let mut faults = Vec::new();
        let keys = ["b".to_owned()];
        let batch = batches.next_batch(&keys, &mut |fault| faults.push(fault)).expect("read").expect("some");
        let column = batch.columns[0].as_string::<i32>();
        assert_eq!(column.iter().flatten().collect::<Vec<_>>(), ["1.5", "{\"x\":1}", "t"]);
        assert_eq!(batch.rows.values(), &[1, 4, 5]);
        assert_eq!(faults, [RowFault { row: 2, code: RejectCode::NotAnObject }]);
        assert!(batches.next_batch(&keys, &mut |_| ()).expect("read").is_none());
    }

    #[test]
    fn lines_are_numbered_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["{\"b\":1}", "", "[1]", "{\"b\":2}"].join(end);
            let (keys, mut faults) = (["b".to_owned()], Vec::new());
            let mut batches = JsonBatches::new("a.jsonl", Box::new(io::Cursor::new(text)));
            let batch = batches.next_batch(&keys, &mut |fault| faults.push(fault)).expect("read").expect("some");
            assert_eq!(batch.rows.values(), &[1, 4], "{end:?}");
            assert_eq!(faults, [RowFault { row: 3, code: RejectCode::NotAnObject }], "{end:?}");
        }
    }
}
