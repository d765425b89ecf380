//! The night as a workbook: groups, elements, plans and changes, for people who work in spreadsheets.
//!
//! It is made from the published tables alone, so its figures are theirs; numbers of people are those of the pages, in fives,
//! because a workbook is kept when somebody is erased. What is absent there is an empty cell here. Numbers and days are numbers
//! and days, not text; no cell is a formula.
//!
//! # Examples
//! ```no_run
//! use std::path::Path;
//! use valueseg::catalogue::Catalogue;
//! use valueseg::model::segment::Noise;
//! use valueseg::tables::workbook::{WorkbookFacts, workbook};
//!
//! let facts = WorkbookFacts {
//!     project: "shop",
//!     run_date: "2026-11-20".parse()?,
//!     currency: "EUR",
//!     catalogue: &Catalogue::embedded(),
//!     noise: &Noise::none(),
//! };
//! std::fs::write("report.xlsx", workbook(Path::new("out/runs/2026-11-20"), &facts)?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod sheet;

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use serde_json::Value;

use self::sheet::{CellFormat, SHEETS, Sheet};
use crate::catalogue::Catalogue;
use crate::codes::{Code, Coded};
use crate::model::segment::Noise;
use crate::tables::read::{ReadError, RowMap, all_rows};
use crate::tables::schema::TableId;

/// File name inside a run folder.
pub const WORKBOOK_NAME: &str = "report.xlsx";

/// Characters that a cell can hold.
const CELL_CHARACTERS: usize = 32_767;

/// What the first sheet says, one line each.
const ABOUT: [&str; 5] = [
    "Each sheet is a part of one published table; tables/ holds all columns.",
    "“from” and “to” are the ends of the 95 % interval of the figure before them.",
    "An empty cell is not known, or kept back because too few people stand behind it. It is not 0.",
    "Everybody and those without a group are rows of their own. Do not add them to the groups.",
    "No row is about a single person.",
];

/// What a workbook says of its night beside the tables.
#[derive(Clone, Copy, Debug)]
pub struct WorkbookFacts<'a> {
    /// Name of the project.
    pub project: &'a str,
    /// The night.
    pub run_date: NaiveDate,
    /// Currency of all amounts.
    pub currency: &'a str,
    /// Names of elements.
    pub catalogue: &'a Catalogue,
    /// What brings numbers of people to fives.
    pub noise: &'a Noise,
}

/// A workbook that cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// A table cannot be read.
    #[error(transparent)]
    Table(#[from] ReadError),
    /// A value does not fit into a spreadsheet.
    #[error("the workbook cannot be written")]
    Sheet(#[from] XlsxError),
}

impl Coded for WorkbookError {
    fn code(&self) -> Code {
        match self {
            Self::Table(source) => source.code(),
            Self::Sheet(_) => Code::Report,
        }
    }
}

/// The workbook of the night in `run_folder` as the bytes of an `.xlsx` file: the same tables give the same bytes.
///
/// # Errors
/// [`WorkbookError::Table`] if a table is not there or damaged, [`WorkbookError::Sheet`] if a text is longer than a cell can hold.
pub fn workbook(run_folder: &Path, facts: &WorkbookFacts<'_>) -> Result<Vec<u8>, WorkbookError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(
        facts.run_date.year() as u16,
        facts.run_date.month() as u8,
        facts.run_date.day() as u8,
    )?;
    book.set_properties(&DocProperties::new().set_title(facts.project).set_creation_datetime(&made));
    about(book.add_worksheet(), facts)?;
    let groups = groups(run_folder)?;
    let names = Names { groups, catalogue: facts.catalogue, noise: facts.noise };
    for sheet in &SHEETS {
        let rows = all_rows(&run_folder.join(sheet.table.path()))?;
        fill(book.add_worksheet(), sheet, &rows, &names)?;
    }
    Ok(book.save_to_buffer()?)
}

/// What is shown in place of ids and of numbers of people.
struct Names<'a> {
    groups: BTreeMap<String, String>,
    catalogue: &'a Catalogue,
    noise: &'a Noise,
}

impl Names<'_> {
    fn group<'b>(&'b self, id: &'b str) -> &'b str {
        match id {
            "OUT" => "not scored",
            other => self.groups.get(other).map_or(other, String::as_str),
        }
    }

    /// A number of people of a row, losses as gains.
    fn people(&self, look: CellFormat, row: &RowMap, people: &Value) -> Value {
        let Some(count) = people.as_i64() else { return people.clone() };
        let group = row.get("segment_id").or_else(|| row.get("from_segment_id")).and_then(Value::as_str);
        let told = match look {
            CellFormat::Size => self.noise.told_size(count.unsigned_abs()),
            _ => self.noise.told_count(group.unwrap_or_default(), count.unsigned_abs()),
        };
        i64::try_from(told).map_or(Value::Null, |told| Value::from(told * count.signum()))
    }

    fn element<'b>(&'b self, slug: &'b str) -> &'b str {
        let named = self.catalogue.elements().iter().find(|element| element.id().slug() == slug);
        named.map_or(slug, |element| element.name())
    }
}

/// Names of groups by id. Groups that are called alike keep their ids beside the name.
fn groups(run_folder: &Path) -> Result<BTreeMap<String, String>, ReadError> {
    let rows = all_rows(&run_folder.join(TableId::Segments.path()))?;
    let text = |row: &RowMap, column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all: BTreeMap<String, String> = rows.iter().map(|row| (text(row, "segment_id"), text(row, "name"))).collect();
    let alike = |name: &String| all.values().filter(|other| *other == name).count() > 1;
    Ok(all
        .iter()
        .map(|(id, name)| (id.clone(), if alike(name) { format!("{name} ({id})") } else { name.clone() }))
        .collect())
}

fn about(sheet: &mut Worksheet, facts: &WorkbookFacts<'_>) -> Result<(), XlsxError> {
    sheet.set_name("About")?.set_column_width(0, 100)?;
    sheet.write_with_format(0, 0, facts.project, &Format::new().set_bold())?;
    sheet.write(1, 0, format!("Night of {}. Amounts in {}.", facts.run_date, facts.currency))?;
    for (row, line) in (3..).zip(ABOUT) {
        sheet.write(row, 0, line)?;
    }
    Ok(())
}

fn fill(to: &mut Worksheet, sheet: &Sheet, rows: &[RowMap], names: &Names<'_>) -> Result<(), XlsxError> {
    let heading = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top);
    to.set_name(sheet.name)?.set_freeze_panes(1, 1)?;
    for (at, column) in (0..).zip(sheet.columns) {
        to.set_column_width(at, column.width)?.set_column_format(at, &format_of(column.look))?;
        to.write_with_format(0, at, column.heading, &heading)?;
        let people = sheet.counts_people(column);
        for (line, row) in (1..).zip(rows) {
            let stored = row.get(column.from).unwrap_or(&Value::Null);
            let told = people.then(|| names.people(column.look, row, stored));
            match CellValue::of(told.as_ref().unwrap_or(stored), column.look, names)? {
                CellValue::Absent => &mut *to,
                CellValue::Words(words) => to.write_string(line, at, words)?,
                CellValue::Number(number) => to.write_number(line, at, number)?,
                CellValue::Day(day) => to.write_datetime(line, at, &day)?,
                CellValue::Flag(flag) => to.write_boolean(line, at, flag)?,
            };
        }
    }
    // INVARIANT: small tables; sheets have fewer columns than fit into 16 bits.
    to.autofilter(0, 0, rows.len() as u32, sheet.columns.len() as u16 - 1)?;
    Ok(())
}

/// A value as a cell holds it.
enum CellValue {
    Absent,
    Words(String),
    Number(f64),
    Day(ExcelDateTime),
    Flag(bool),
}

impl CellValue {
    fn of(value: &Value, look: CellFormat, names: &Names<'_>) -> Result<Self, XlsxError> {
        let words = |text: &str| Self::Words(fitting(text));
        Ok(match (value, look) {
            (Value::String(text), CellFormat::Group) => words(names.group(text)),
            (Value::String(text), CellFormat::Element) => words(names.element(text)),
            (Value::String(text), CellFormat::Term) => words(&text.replace('_', " ")),
            (Value::String(text), CellFormat::Day) => Self::Day(ExcelDateTime::parse_from_str(text)?),
            (Value::String(text), _) => words(text),
            (Value::Bool(flag), _) => Self::Flag(*flag),
            (other, _) => other.as_f64().map_or(Self::Absent, Self::Number),
        })
    }
}

/// The text as far as a cell can hold it.
fn fitting(text: &str) -> String {
    if text.chars().count() <= CELL_CHARACTERS {
        return text.to_owned();
    }
    text.chars().take(CELL_CHARACTERS - 1).chain(['…']).collect()
}

fn format_of(look: CellFormat) -> Format {
    let plain = Format::new().set_align(FormatAlign::Top);
    match look {
        CellFormat::Words | CellFormat::Group | CellFormat::Element | CellFormat::Term => plain.set_text_wrap(),
        CellFormat::Size | CellFormat::Count => plain.set_num_format("#,##0"),
        CellFormat::Share => plain.set_num_format("0.0%"),
        CellFormat::Score => plain.set_num_format("0.0"),
        CellFormat::Money => plain.set_num_format("#,##0.00"),
        CellFormat::Index => plain.set_num_format("0.00"),
        CellFormat::Day => plain.set_num_format("yyyy-mm-dd"),
        CellFormat::Flag => plain,
    }
}

#[cfg(test)]
mod tests;
