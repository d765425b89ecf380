//! A look at JSON lines and Parquet.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;

use super::{LOOKED_AT, Peek, PeekColumn, PeekError, ROWS, rows_kept};
use crate::tables::source::first_rows;
use crate::tables::spec::Format;

pub(super) fn peek_json(path: &Path, bytes: &[u8]) -> Result<Peek, PeekError> {
    let mut columns: Vec<PeekColumn> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = 0;
    let mut cells = 0;
    for line in BufReader::new(bytes).lines().take(ROWS).map_while(Result::ok) {
        let Ok(serde_json::Value::Object(object)) = serde_json::from_str(line.trim_start_matches('\u{FEFF}')) else {
            continue;
        };
        rows += 1;
        cells += object.len();
        for (name, value) in object {
            let place = *places.entry(name.clone()).or_insert_with(|| {
                columns.push(PeekColumn { name, ..PeekColumn::default() });
                columns.len() - 1
            });
            match value {
                serde_json::Value::Null => {}
                serde_json::Value::String(text) if text.trim().is_empty() => {}
                serde_json::Value::String(text) => columns[place].values.push(text.trim().to_owned()),
                other => columns[place].values.push(other.to_string()),
            }
        }
        if cells > super::CELLS {
            break;
        }
    }
    if rows == 0 {
        let found = "no line holds a JSON object".to_owned();
        return Err(PeekError::NotTheFormat { path: path.to_owned(), expected: "JSON lines", found });
    }
    let whole = (bytes.len() as u64) < LOOKED_AT && rows < ROWS && cells <= super::CELLS;
    Ok(Peek { format: Format::Json, columns, rows, whole, ..Peek::default() })
}

pub(super) fn peek_parquet(path: &Path) -> Result<Peek, PeekError> {
    let refuse = |error: &dyn std::fmt::Display| PeekError::NotTheFormat {
        path: path.to_owned(),
        expected: "Parquet",
        found: error.to_string(),
    };
    // The same door that a night goes through, with all its checks.
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (names, batch) = first_rows(path, &name).map_err(|error| refuse(&error))?;
    let kept = rows_kept(names.len());
    let rows = batch.as_ref().map_or(0, |batch| batch.num_rows().min(kept));
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let mut column = PeekColumn { name, ..PeekColumn::default() };
        let array = batch.as_ref().and_then(|batch| batch.column_by_name(&column.name));
        // What cannot be shown as text is known by its name alone.
        if let Some(Ok(texts)) = array.map(|array| cast(&array.slice(0, rows), &DataType::Utf8)) {
            let texts = texts.as_string::<i32>();
            let texts = texts.iter().flatten().map(str::trim).filter(|text| !text.is_empty());
            column.values.extend(texts.map(str::to_owned));
        }
        columns.push(column);
    }
    // One batch is looked at; what lies behind it is not known.
    let whole = batch.as_ref().is_none_or(|batch| batch.num_rows() < 8192 && rows == batch.num_rows());
    Ok(Peek { format: Format::Parquet, columns, rows, whole, ..Peek::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_lines_give_the_union_of_their_keys() {
        let seen = peek_json(Path::new("a.jsonl"), b"{\"a\":1}\n{\"a\":2,\"b\":\"x\"}\n").expect("readable");
        assert_eq!(seen.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
