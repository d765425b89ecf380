//! One file of JSON lines: an object a line, its top-level keys as text columns.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::ledger::RejectCode;
use super::decode::RECORD_LIMIT;
use super::error::SourceError;
use super::text::{CELL_LIMIT, RowFault, TextBatch, TextBuilder};

/// Most different keys a file may use.
const KEY_LIMIT: usize = 10_000;

/// Reads lines, at most [`RECORD_LIMIT`] bytes each.
struct Lines {
    name: String,
    text: BufReader<Box<dyn Read + Send>>,
    line: Vec<u8>,
    number: u64,
}

impl Lines {
    fn new(name: &str, text: Box<dyn Read + Send>) -> Self {
        let text = BufReader::with_capacity(128 << 10, text);
        Self { name: name.to_owned(), text, line: Vec::new(), number: 0 }
    }

    /// Reads the next line that is not blank; `false` at the end.
    fn advance(&mut self) -> Result<bool, SourceError> {
        loop {
            self.line.clear();
            let mut limited = self.text.by_ref().take(RECORD_LIMIT + 1);
            let n = limited.read_until(b'\n', &mut self.line).map_err(|source| match source.kind() {
                std::io::ErrorKind::UnexpectedEof => {
                    SourceError::Damaged { file: self.name.clone(), what: "it was cut off".to_owned() }
                }
                _ => SourceError::io(&self.name, source),
            })?;
            if n == 0 {
                return Ok(false);
            }
            self.number += 1;
            if n as u64 > RECORD_LIMIT {
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
}

/// Every key used in a file, in alphabetical order: one pass, nothing kept of the values.
pub(super) fn keys(name: &str, text: Box<dyn Read + Send>) -> Result<Vec<String>, SourceError> {
    let mut lines = Lines::new(name, text);
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
    lines: Lines,
}

impl JsonBatches {
    pub(super) fn new(name: &str, text: Box<dyn Read + Send>) -> Self {
        Self { lines: Lines::new(name, text) }
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
            let Ok(object) = serde_json::from_slice::<serde_json::Map<String, Value>>(&self.lines.line) else {
                builder.skip();
                report(RowFault { row, code: RejectCode::NotAnObject });
                continue;
            };
            let cells: Vec<Option<String>> = keys.iter().map(|key| object.get(key).and_then(text_of)).collect();
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

/// A value as text: strings as they are, null as nothing, the rest as JSON.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::AsArray;

    fn reader(text: &'static str) -> Box<dyn Read + Send> {
        Box::new(text.as_bytes())
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
}
