//! A CSV file as a table of numbers.

use std::fs;
use std::path::Path;

use ndarray::{Array1, Array2};
use valueseg::stats::observed::Observed;

/// Words for an absent answer.
const ABSENT: [&str; 6] = ["", "na", "n/a", "nan", "null", "."];

/// What was read.
pub(crate) struct Study {
    /// Rows in file order, Yes = 1 and No = 0, all weights 1.
    pub(crate) data: Observed,
    /// The columns used, for people.
    pub(crate) names: String,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    YesNo,
    Number,
    Other,
}

/// Reads the columns `wanted` of a CSV file with a header line; where none is asked for, those of Yes/No, else of numbers.
pub(crate) fn read(file: &Path, wanted: &[String]) -> Result<Study, Box<dyn std::error::Error>> {
    let bytes = fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(format!("{} is a spreadsheet or zip file; save it as CSV first", file.display()).into());
    }
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers: Vec<String> = reader.headers()?.iter().map(|name| name.trim().to_owned()).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>()?;
    let kind = |column: usize| kind_of(rows.iter().map(|row| row.get(column).unwrap_or("")));
    let columns: Vec<usize> = if wanted.is_empty() {
        let all = |kind_wanted: Kind| (0..headers.len()).filter(|c| kind(*c) == kind_wanted).collect::<Vec<_>>();
        let yes_no = all(Kind::YesNo);
        if yes_no.is_empty() { all(Kind::Number) } else { yes_no }
    } else {
        chosen(&headers, wanted)?
    };
    if let Some(column) = columns.iter().find(|c| kind(**c) == Kind::Other) {
        return Err(format!("column {} holds neither Yes and No nor numbers", headers[*column]).into());
    }
    if columns.is_empty() || rows.is_empty() {
        return Err(format!("{} has no rows or no column of Yes and No or of numbers", file.display()).into());
    }
    let cells: Vec<Option<f64>> =
        rows.iter().flat_map(|row| columns.iter().map(|c| number(row.get(*c).unwrap_or("")))).collect();
    let shape = (rows.len(), columns.len());
    let values = Array2::from_shape_vec(shape, cells.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect())?;
    let present = Array2::from_shape_vec(shape, cells.iter().map(Option::is_some).collect())?;
    let names = columns.iter().map(|c| headers[*c].as_str()).collect::<Vec<_>>().join(", ");
    Ok(Study { data: Observed::try_new(values, present, Array1::ones(rows.len()))?, names })
}

/// Places of the columns `wanted`, of which `A..B` means all from A to B.
fn chosen(headers: &[String], wanted: &[String]) -> Result<Vec<usize>, String> {
    let place = |name: &str| {
        let found = headers.iter().position(|header| header == name.trim());
        found.ok_or_else(|| format!("there is no column {name}; there are {}", headers.join(", ")))
    };
    let mut out = Vec::new();
    for name in wanted {
        match name.split_once("..") {
            Some((first, last)) => out.extend(place(first)?..=place(last)?),
            None => out.push(place(name)?),
        }
    }
    Ok(out)
}

fn kind_of<'a>(cells: impl Iterator<Item = &'a str>) -> Kind {
    let mut kinds = cells.filter(|cell| !is_absent(cell)).map(|cell| {
        let is_word = ["yes", "no"].contains(&cell.trim().to_lowercase().as_str());
        if is_word {
            Kind::YesNo
        } else if number(cell).is_some() {
            Kind::Number
        } else {
            Kind::Other
        }
    });
    let Some(first) = kinds.next() else { return Kind::Other };
    if kinds.all(|kind| kind == first) { first } else { Kind::Other }
}

fn is_absent(cell: &str) -> bool {
    ABSENT.contains(&cell.trim().to_lowercase().as_str())
}

fn number(cell: &str) -> Option<f64> {
    match cell.trim().to_lowercase().as_str() {
        "yes" => Some(1.0),
        "no" => Some(0.0),
        text => text.parse::<f64>().ok().filter(|value| value.is_finite()),
    }
}
