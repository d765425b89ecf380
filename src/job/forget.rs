//! `valueseg forget`: customers erased from everything that is stored, and kept out of every later night.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::job::error::JobError;
use crate::job::lineage::{read_if_there, write_whole};
use crate::job::load::Loaded;
use crate::job::remembered;
use crate::job::scratch::Scratch;
use crate::model::segment::{COUNT_STEP, NOISE};
use crate::tables::erase::erase;
use crate::tables::forgotten::Forgotten;
use crate::tables::noise_key::change_key;
use crate::tables::publish::{OutputLock, clear_leftovers, held_folder, held_nights, published_nights, run_folder};

/// The receipts, one JSON document a line, in the output folder. Counts and nights, never an id.
const RECEIPTS: &str = "erasures.jsonl";

/// First line of a file of ids that may be there and is no id.
const HEADER: &str = "customer_id";

/// What was done; also the receipt. It tells of one call: what an earlier call that was cut short had done is not counted
/// again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forgot {
    /// Newest published night at the time, `YYYY-MM-DD`: the only clock there is. `None` = none is published.
    pub as_of: Option<String>,
    /// Different ids in the file.
    pub asked: u64,
    /// Of those, ids that were not blocked before.
    pub newly_blocked: u64,
    /// Rows erased, all nights together.
    pub rows: u64,
    /// Nights rewritten.
    pub nights: Vec<NightErased>,
    /// What became of figures of groups in those nights.
    pub figures: String,
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
}

/// What is said of figures of groups.
fn of_figures() -> String {
    format!(
        "kept: they carry noise of {NOISE} times what one customer can add, so that no value of one follows; numbers of people \
         were brought to multiples of {COUNT_STEP} by chance that is not kept"
    )
}

/// Blocks the customers whose ids stand in `ids_file`, one a line, then erases them from every stored night, published or
/// held. Figures of groups stay: they carry noise, and numbers of people come in fives from then on. So do the models, which hold no
/// rows of customers. A call that is cut short has
/// blocked them; the same call again does the rest.
///
/// # Errors
/// [`JobError::NoIds`] for a file without ids, errors of the lock and of the disk. A night that cannot be rewritten is an
/// error at the end: all others are done before.
pub fn forget(loaded: &Loaded, ids_file: &Path) -> Result<Forgot, JobError> {
    let ids = read_ids(ids_file)?;
    let out = loaded.settings.output(&loaded.base);
    if !out.is_dir() {
        return Err(JobError::NoNight { out });
    }
    remembered::check(loaded, false)?;
    let lock = OutputLock::acquire(&out)?;
    let mut list = read_list(loaded)?;
    let newly_blocked = list.add(ids.iter().map(String::as_str))?;
    write_list(loaded, &lock, &list)?;
    // What a run that died left behind holds rows of customers, too.
    clear_leftovers(&lock)?;
    Scratch::clear(&out)?;

    let published = published_nights(&out)?;
    let as_of = published.last().map(ToString::to_string);
    let places = published.into_iter().map(|night| (night, false, run_folder(&out, night)));
    let held = held_nights(&out)?.into_iter().map(|night| (night, true, held_folder(&out, night)));
    let (mut nights, mut failed) = (Vec::new(), None);
    for (night, held, folder) in places.chain(held) {
        match erase(&lock, &folder, &ids) {
            Ok(0) => {}
            Ok(rows) => nights.push(NightErased { night: night.to_string(), held, rows }),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    let rows = nights.iter().map(|night| night.rows).sum();
    // Last of all: until then a call that was cut short goes on with the same chance.
    if failed.is_none() {
        change_key(&lock, &list.fingerprint().unwrap_or_default())?;
    }
    let forgot = Forgot { as_of, asked: ids.len() as u64, newly_blocked, rows, nights, figures: of_figures() };
    add_receipt(&out, &forgot)?;
    failed.map_or(Ok(forgot), |error| Err(error.into()))
}

/// Another place of the list, where the configuration names one.
fn other_place(loaded: &Loaded) -> Option<PathBuf> {
    loaded.settings.privacy.forgotten.as_ref().map(|path| loaded.base.join(path))
}

/// Who is to be forgotten: everybody on the list of the results folder, and on its copy in another place.
pub(super) fn read_list(loaded: &Loaded) -> Result<Forgotten, JobError> {
    let list = Forgotten::read(&loaded.settings.output(&loaded.base))?;
    match other_place(loaded) {
        Some(path) => Ok(list.with(Forgotten::read_at(&path)?, &path)?),
        None => Ok(list),
    }
}

/// Writes the list wherever it is kept.
fn write_list(loaded: &Loaded, lock: &OutputLock, list: &Forgotten) -> Result<(), JobError> {
    list.write(lock)?;
    if let Some(path) = other_place(loaded) {
        list.write_at(&path)?;
    }
    Ok(())
}

/// Brings both places of the list to the same, where they are not.
pub(super) fn keep_in_step(loaded: &Loaded, lock: &OutputLock, list: &Forgotten) -> Result<(), JobError> {
    let Some(path) = other_place(loaded) else { return Ok(()) };
    if list.is_empty() || (Forgotten::read(lock.out())? == *list && Forgotten::read_at(&path)? == *list) {
        return Ok(());
    }
    write_list(loaded, lock, list)
}

/// The ids of a file: one a line, blanks around them dropped as intake does, a header and empty lines passed over.
fn read_ids(path: &Path) -> Result<BTreeSet<String>, JobError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|source| JobError::Io { doing: "cannot read", path: path.to_owned(), source })?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).enumerate();
    let ids: BTreeSet<String> = lines
        .filter(|(place, line)| !line.is_empty() && (*place > 0 || *line != HEADER))
        .map(|(_, line)| line.to_owned())
        .collect();
    if ids.is_empty() { Err(JobError::NoIds { path: path.to_owned() }) } else { Ok(ids) }
}

/// Adds a line to the receipts, whole or not at all.
fn add_receipt(out: &Path, forgot: &Forgot) -> Result<PathBuf, JobError> {
    let path = out.join(RECEIPTS);
    let mut text = read_if_there(&path)?.unwrap_or_default();
    // INVARIANT: counts and texts, so serialization cannot fail.
    text.push_str(&serde_json::to_string(forgot).expect("plain data"));
    text.push('\n');
    write_whole(&path, &text)?;
    Ok(path)
}

impl fmt::Display for Forgot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} customers are blocked from every later night ({} of them new).",
            self.asked, self.newly_blocked
        )?;
        for night in &self.nights {
            let held = if night.held { ", held back" } else { "" };
            writeln!(f, "  {}{held}: {} rows erased", night.night, night.rows)?;
        }
        writeln!(
            f,
            "{} rows erased in {} nights. Copies made elsewhere, backups too, are not reached.",
            self.rows,
            self.nights.len()
        )?;
        writeln!(f, "Figures of groups were {}.", self.figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_one_a_line_with_or_without_a_header() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ids.txt");
        let read = |text: &str| {
            std::fs::write(&path, text).expect("written");
            read_ids(&path).map(|ids| ids.into_iter().collect::<Vec<_>>())
        };
        assert_eq!(read("\u{feff}customer_id\r\n K2 \r\n\r\nK1\nK2").expect("ids"), ["K1", "K2"]);
        assert_eq!(read("K1\ncustomer_id\n").expect("ids"), ["K1", "customer_id"]);
        assert!(matches!(read("customer_id\n \n"), Err(JobError::NoIds { .. })));
    }
}
