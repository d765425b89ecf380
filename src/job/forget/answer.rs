//! What `forget` did, for whoever asked and for the receipt.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::job::error::JobError;
use crate::job::lineage::{read_if_there, write_whole};
use crate::tables::erase::EraseError;

/// The receipts, one JSON document a line, in the output folder. Counts and nights, never an id.
const RECEIPTS: &str = "erasures.jsonl";

/// Most lines of the file of ids that are named in the text; the document names all.
const LINES_SHOWN: usize = 20;

/// What was done; also the receipt. It tells of one call: what an earlier call that was cut short had done is not counted
/// again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forgot {
    /// Newest published night at the time, `YYYY-MM-DD`: the only clock there is. `None` = none is published.
    pub as_of: Option<String>,
    /// Different ids in the file.
    pub asked: u64,
    /// Of those, ids of whom a stored night held rows, now or when they were asked for before.
    pub matched: u64,
    /// Of those, ids of nobody. They are blocked all the same.
    pub not_found: u64,
    /// Of those asked for, ids that were not blocked before.
    pub newly_blocked: u64,
    /// Rows erased, all nights together.
    pub rows: u64,
    /// Nights rewritten.
    pub nights: Vec<NightErased>,
    /// Rows erased from the ledger of assignments: from then on they are missing in every comparison of treated and untreated.
    pub assignments: u64,
    /// What became of figures of groups in those nights.
    pub figures: String,
    /// Files of nights that could not be cleared, each with its place in the results folder.
    pub failed: Vec<String>,
    /// Files outside the nights that name the customers, as seen from the results folder. They are not ours and stay.
    pub elsewhere: Vec<String>,
    /// What of the file of ids is not in the receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<IdsFile>,
}

/// The file of ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdsFile {
    /// The file.
    pub path: PathBuf,
    /// Label of the encoding it was read in.
    pub encoding: &'static str,
    /// Its lines, from 1, whose id is that of nobody.
    pub lines_not_found: Vec<u64>,
    /// Its lines that hold no id.
    pub lines_without_id: Vec<u64>,
    /// Its lines have several fields, and no header names the id.
    pub several_fields: bool,
}

/// A night that was rewritten.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NightErased {
    /// The night, `YYYY-MM-DD`.
    pub night: String,
    /// Whether it was held back.
    pub held: bool,
    /// Rows erased.
    pub rows: u64,
    /// What was not as its manifest says before, in plain words; it is so still.
    pub differences: Vec<String>,
}

/// What was done, and what stands in the way of the rest.
#[derive(Debug)]
pub struct Forgetting {
    /// What was done.
    pub forgot: Forgot,
    /// Why the first of the files that failed did.
    pub(super) error: Option<EraseError>,
}

impl Forgetting {
    /// What the command ends with, if it did not do what was asked: a night that cannot be cleared, or nobody found.
    #[must_use]
    pub fn split(self) -> (Forgot, Option<JobError>) {
        let Self { forgot, error } = self;
        let nobody = || {
            let file = forgot.file.as_ref().filter(|_| forgot.matched == 0)?;
            let (path, several) = (file.path.clone(), file.several_fields);
            Some(JobError::NobodyFound { path, asked: forgot.asked, several })
        };
        let failed = error.map(|source| JobError::Erase { nights: forgot.failed.clone(), source });
        let error = failed.or_else(nobody);
        (forgot, error)
    }
}

impl Forgot {
    /// Adds a line to the receipts, whole or not at all.
    pub(super) fn add_receipt(&self, out: &Path) -> Result<(), JobError> {
        let path = out.join(RECEIPTS);
        let mut text = read_if_there(&path)?.unwrap_or_default();
        // INVARIANT: counts and texts, so serialization cannot fail.
        text.push_str(&serde_json::to_string(&Self { file: None, ..self.clone() }).expect("plain data"));
        text.push('\n');
        write_whole(&path, &text)
    }
}

impl IdsFile {
    fn told(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        if self.encoding == "windows-1252" {
            writeln!(f, "{path} is no UTF-8; it was read as Windows-1252.")?;
        }
        for (lines, what) in [
            (&self.lines_not_found, "name nobody of a stored night; they are blocked as not found"),
            (&self.lines_without_id, "hold no id and block nobody"),
        ] {
            if !lines.is_empty() {
                let shown: Vec<String> = lines.iter().take(LINES_SHOWN).map(ToString::to_string).collect();
                let more = if lines.len() > LINES_SHOWN { " …" } else { "" };
                writeln!(f, "{} lines of {path} {what}: line {}{more}", lines.len(), shown.join(", "))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Forgot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} customers are blocked from every later night ({} of them new); {} of them were found.",
            self.asked, self.newly_blocked, self.matched
        )?;
        self.file.as_ref().map_or(Ok(()), |file| file.told(f))?;
        for night in &self.nights {
            let held = if night.held { ", held back" } else { "" };
            writeln!(f, "  {}{held}: {} rows erased", night.night, night.rows)?;
            for difference in &night.differences {
                writeln!(f, "    {difference}, as before; `valueseg verify` says so")?;
            }
        }
        if self.assignments > 0 {
            let rows = self.assignments;
            writeln!(
                f,
                "  assignments.parquet: {rows} rows erased; whether plays worked is told without them from the next night on"
            )?;
        }
        self.failed.iter().try_for_each(|file| writeln!(f, "  {file}: NOT cleared"))?;
        self.elsewhere
            .iter()
            .try_for_each(|file| writeln!(f, "  {file} names them, is no part of a night, and stays"))?;
        writeln!(
            f,
            "{} rows erased in {} nights. Copies made elsewhere, backups too, are not reached.",
            self.rows,
            self.nights.len()
        )?;
        writeln!(f, "Figures of groups were {}.", self.figures)
    }
}
