//! Files nobody would write on purpose, and what `init` makes of them.

use std::error::Error;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use tempfile::TempDir;
use valueseg::codes::Coded as _;
use valueseg::job::init::{self, InitRequest};
use valueseg::job::settings::Settings;

use crate::dice::Dice;

/// What became of the files.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Files shown to `init`.
    pub(crate) shown: usize,
    /// A configuration came out that parses, and what is live in it was called ready.
    pub(crate) parses: usize,
    /// The file was refused with a code and no configuration was left behind.
    pub(crate) refused: usize,
    /// Anything else: the seeds of the first few, to look at.
    pub(crate) wrong: Vec<String>,
}

/// The night that `init` checks for.
const NIGHT: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 20) {
    Some(day) => day,
    None => panic!("a calendar day"),
};

/// Parts headers are made of: names that mean something, names that mean trouble.
const PARTS: [&str; 56] = [
    "id",
    "customer_id",
    "Customer ID",
    "email",
    "E-Mail",
    "order_date",
    "amount",
    "Total",
    "quality",
    "importance_saves_time",
    "Q1",
    "Q1: It saves me time?",
    "consent_email",
    "Name",
    "Timestamp",
    "V1",
    "#",
    "rating",
    "element",
    "text",
    "at",
    "kind",
    "value",
    "null",
    "NaN",
    "select",
    "from",
    "\"",
    "\"\"",
    "'",
    "''",
    "'''",
    "\"\"\"",
    "\\",
    "\\u0000",
    "{source}",
    "{id}",
    "[x]",
    "[[tables]]",
    "= 3",
    "# x",
    "a.b",
    "a\nb",
    "a\r\nb",
    "\t",
    " ",
    "",
    "\u{feff}",
    "\u{202e}",
    "é",
    "名前",
    "🦀",
    "1",
    "1.5",
    "-",
    "_row",
];

/// Cells of all kinds.
const CELLS: [&str; 40] = [
    "",
    "1",
    "2",
    "5",
    "10",
    "97",
    "0",
    "-1",
    "3,5",
    "1.234,56",
    "1e9",
    "1.23E+15",
    "NaN",
    "null",
    "\\N",
    "n/a",
    "yes",
    "no",
    "SUBSCRIBED",
    "2026-11-01",
    "01/02/2026",
    "13/02/2026",
    "2026-11-01 10:00:00 +0200",
    "46000",
    "1767225600",
    "ada@example.com",
    "C00001",
    "00017",
    "=\"00017\"",
    "'17",
    "Very satisfied",
    "not at all",
    "a;b",
    "a,b",
    "a\"b",
    "a\nb",
    "é",
    "名前",
    "0035g00000Ab000AAB",
    "{\"ImportId\":\"QID1\"}",
];

/// Shows `init` files of one random header line and a row or two.
pub(crate) fn headers(count: usize, seed: u64) -> Result<Outcome, Box<dyn Error>> {
    all(count, |number| {
        let mut dice = Dice::new(seed, number, 11);
        let names: Vec<String> = (0..=dice.below(12)).map(|_| name(&mut dice)).collect();
        let rows = 1 + dice.below(2);
        let cells = |dice: &mut Dice| names.iter().map(|_| dice.one_of(&CELLS).to_owned()).collect();
        let rows: Vec<Vec<String>> = (0..rows).map(|_| cells(&mut dice)).collect();
        vec![("header.csv".to_owned(), text(&names, &rows, b',').into_bytes())]
    })
}

/// Shows `init` one to three random small files at once: other delimiters, encodings, line ends, ragged and cut rows.
pub(crate) fn files(count: usize, seed: u64) -> Result<Outcome, Box<dyn Error>> {
    all(count, |number| {
        let mut dice = Dice::new(seed, number, 12);
        (0..=dice.below(3)).map(|i| (format!("file {i}.csv"), bytes(&mut dice))).collect()
    })
}

fn name(dice: &mut Dice) -> String {
    (0..=dice.below(3)).map(|_| dice.one_of(&PARTS)).collect::<Vec<_>>().join(if dice.chance(0.5) { "" } else { " " })
}

fn bytes(dice: &mut Dice) -> Vec<u8> {
    let names: Vec<String> = (0..=dice.below(8)).map(|_| name(dice)).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for _ in 0..dice.below(40) {
        let width = if dice.chance(0.05) { dice.below(10) } else { names.len() };
        rows.push((0..width).map(|_| dice.one_of(&CELLS).to_owned()).collect());
    }
    let mut text = text(&names, &rows, dice.one_of(b",;\t|"));
    if dice.chance(0.2) {
        text = text.replace('\n', "\r\n");
    }
    let mut bytes = match dice.below(5) {
        0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect(),
        2 => [&b"\xEF\xBB\xBF"[..], text.as_bytes()].concat(),
        _ => text.into_bytes(),
    };
    if dice.chance(0.1) {
        bytes.truncate(dice.below(bytes.len() + 1));
    }
    if dice.chance(0.05) && !bytes.is_empty() {
        let place = dice.below(bytes.len());
        bytes[place] = dice.below(256) as u8;
    }
    bytes
}

fn text(names: &[String], rows: &[Vec<String>], delimiter: u8) -> String {
    let mut out = csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
    for record in std::iter::once(names).chain(rows.iter().map(Vec::as_slice)) {
        // INVARIANT: memory takes every record.
        let _ = out.write_record(record);
    }
    String::from_utf8_lossy(&out.into_inner().unwrap_or_default()).into_owned()
}

fn all(count: usize, mut made: impl FnMut(u64) -> Vec<(String, Vec<u8>)>) -> Result<Outcome, Box<dyn Error>> {
    let mut outcome = Outcome::default();
    for number in 0..count as u64 {
        let folder = TempDir::new()?;
        let mut paths = Vec::new();
        for (name, bytes) in made(number) {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes)?;
            paths.push(path);
        }
        outcome.shown += 1;
        match started(&folder.path().join("project"), &paths) {
            Started::Parses => outcome.parses += 1,
            Started::Refused => outcome.refused += 1,
            Started::Wrong(what) if outcome.wrong.len() < 10 => outcome.wrong.push(format!("{number}: {what}")),
            Started::Wrong(_) => outcome.wrong.push(String::new()),
        }
    }
    Ok(outcome)
}

enum Started {
    Parses,
    Refused,
    Wrong(String),
}

/// The one call of `init`: everything above does not know how it is asked.
fn started(project: &Path, paths: &[PathBuf]) -> Started {
    let request = InitRequest { dir: project, from: paths, answers: None, exports: None, yes: false, as_of: NIGHT };
    match init::start(&request) {
        Ok(started) => parses(&started),
        Err(error) if project.join("valueseg.toml").exists() => {
            Started::Wrong(format!("refused ({}) and yet written", error.code()))
        }
        Err(_) => Started::Refused,
    }
}

/// Whether the file parses, and nothing in it is live that was not reviewed.
fn parses(started: &init::Started) -> Started {
    let text = match std::fs::read_to_string(&started.config) {
        Ok(text) => text,
        Err(error) => return Started::Wrong(error.to_string()),
    };
    match toml::from_str::<Settings>(&text) {
        Ok(settings) => match settings.tables.keys().find(|table| !started.ready.contains(table)) {
            Some(table) => Started::Wrong(format!("`{}` is live and was not called ready", table.slug())),
            None => Started::Parses,
        },
        Err(error) => Started::Wrong(error.message().to_owned()),
    }
}
