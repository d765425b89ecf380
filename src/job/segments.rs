//! `valueseg segments`: ids are the job's, names are people's, and the ledger remembers both.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use crate::job::error::JobError;
use crate::job::lineage::{read_ledger, write_ledger};
use crate::job::load::{Loaded, nearest};
use crate::job::state;
use crate::model::segment::lineage::{AcceptRecord, RefitRecord, SegmentLedger};
use crate::tables::publish::{OutputLock, latest_night, run_folder, tidy_seals};
use crate::tables::read::all_rows;
use crate::tables::schema::TableId;

/// Segments of a project, in use and gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentList {
    /// The night whose sizes these are, `YYYY-MM-DD`; `None` = none is published.
    pub night: Option<String>,
    /// Segments in use, then those gone, each by id.
    pub segments: Vec<ListedSegment>,
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ListedSegment {
    /// Id.
    pub id: String,
    /// Name: people's, else the job's of the latest night; `None` = gone without one given by people.
    pub name: Option<String>,
    /// Whether people gave the name.
    pub named_by_people: bool,
    /// Customers on the latest night; `None` = not in it.
    pub size: Option<u64>,
    /// First night; `None` = before there was a ledger.
    pub born: Option<String>,
    /// First night without it; `None` = in use.
    pub retired: Option<String>,
    /// Segment it split off from.
    pub split_from: Option<String>,
    /// Segment it merged into.
    pub merged_into: Option<String>,
}

/// A segment renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// The segment.
    pub id: String,
    /// Its name as stored.
    pub name: String,
    /// The ledger.
    pub ledger: PathBuf,
}

/// What refits did, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineageList {
    /// Refits.
    pub refits: Vec<RefitRecord>,
    /// Edits by hand that a person accepted.
    pub accepted: Vec<AcceptRecord>,
}

/// Every segment that is or was.
///
/// # Errors
/// [`JobError::NoNight`] if there is neither a night nor a ledger; errors of reading.
pub fn list(loaded: &Loaded) -> Result<SegmentList, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let ledger = read_ledger(&out)?;
    let latest = latest(loaded)?;
    if latest.is_none() && ledger.segments().is_empty() {
        return Err(JobError::NoNight { out });
    }
    let (night, in_use) = latest.map_or((None, Vec::new()), |(night, rows)| (Some(night), rows));
    let mut segments: Vec<ListedSegment> = in_use
        .iter()
        .map(|(id, name, size)| listed(&ledger, id, Some((name, *size))))
        .chain(
            ledger
                .segments()
                .iter()
                .filter(|record| in_use.iter().all(|(id, ..)| *id != record.id))
                .map(|record| listed(&ledger, &record.id, None)),
        )
        .collect();
    segments.sort_by(|a, b| (a.size.is_none(), &a.id).cmp(&(b.size.is_none(), &b.id)));
    Ok(SegmentList { night, segments })
}

fn listed(ledger: &SegmentLedger, id: &str, tonight: Option<(&String, u64)>) -> ListedSegment {
    let record = ledger.segments().iter().find(|record| record.id == id);
    let given = ledger.names().get(id);
    ListedSegment {
        id: id.to_owned(),
        name: given.cloned().or_else(|| tonight.map(|(name, _)| name.clone())),
        named_by_people: given.is_some(),
        size: tonight.map(|(_, size)| size),
        born: record.map(|record| record.born.clone()),
        retired: record.and_then(|record| record.retired.clone()).filter(|_| tonight.is_none()),
        split_from: record.and_then(|record| record.split_from.clone()),
        merged_into: record.and_then(|record| record.merged_into.clone()).filter(|_| tonight.is_none()),
    }
}

/// The latest night, and id, name and size of its segments.
#[expect(clippy::type_complexity, reason = "three columns of a table, read once")]
fn latest(loaded: &Loaded) -> Result<Option<(String, Vec<(String, String, u64)>)>, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let Some(night) = latest_night(&out)? else { return Ok(None) };
    let rows = all_rows(&run_folder(&out, night).join(TableId::Segments.path()))?;
    let found = rows
        .iter()
        .filter(|row| row.get("kind").and_then(serde_json::Value::as_str) == Some("segment"))
        .filter_map(|row| {
            let text = |column: &str| row.get(column)?.as_str().map(str::to_owned);
            Some((text("segment_id")?, text("name")?, row.get("size")?.as_u64()?))
        })
        .collect();
    Ok(Some((night.to_string(), found)))
}

/// Gives a segment a name, from the next night on. Waits for nobody: while a run is at work, it is refused.
///
/// # Errors
/// [`JobError::Unknown`] for a segment that never was, [`JobError::SegmentName`] for a name that cannot be one, errors
/// of the lock and of the disk.
pub fn rename(loaded: &Loaded, id: &str, name: &str) -> Result<Renamed, JobError> {
    let out = loaded.settings.output(&loaded.base);
    if !out.is_dir() {
        return Err(JobError::NoNight { out });
    }
    let lock = OutputLock::acquire(&out)?;
    state::check(lock.out(), None)?;
    let mut ledger = read_ledger(lock.out())?;
    let listed = list(loaded)?.segments;
    if !listed.iter().any(|segment| segment.id == id) {
        let nearest = nearest(id, listed.iter().map(|segment| segment.id.as_str()));
        return Err(JobError::Unknown { kind: "segment", seen: id.to_owned(), nearest });
    }
    ledger.rename(id, name).map_err(|source| JobError::SegmentName { id: id.to_owned(), source })?;
    let path = write_ledger(lock.out(), &ledger)?;
    tidy_seals(&lock)?;
    Ok(Renamed { id: id.to_owned(), name: ledger.names()[id].clone(), ledger: path })
}

/// What refits did to the segments.
///
/// # Errors
/// Errors of reading the ledger.
pub fn lineage(loaded: &Loaded) -> Result<LineageList, JobError> {
    let ledger = read_ledger(&loaded.settings.output(&loaded.base))?;
    Ok(LineageList { refits: ledger.refits().to_vec(), accepted: ledger.accepted().to_vec() })
}

impl fmt::Display for SegmentList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.night {
            Some(night) => writeln!(f, "Segments on the night of {night}")?,
            None => writeln!(f, "No night is published.")?,
        }
        for segment in &self.segments {
            let name = segment.name.as_deref().unwrap_or("");
            let by = if segment.named_by_people { " *" } else { "" };
            let size = segment.size.map_or_else(|| "–".to_owned(), |size| size.to_string());
            let mut past = Vec::new();
            past.extend(segment.born.as_ref().map(|night| format!("since {night}")));
            past.extend(segment.split_from.as_ref().map(|id| format!("split from {id}")));
            past.extend(segment.retired.as_ref().map(|night| format!("gone since {night}")));
            past.extend(segment.merged_into.as_ref().map(|id| format!("merged into {id}")));
            let text = format!("  {:<5} {:<40} {size:>10}  {}", segment.id, format!("{name}{by}"), past.join(", "));
            writeln!(f, "{}", text.trim_end())?;
        }
        if self.segments.iter().any(|segment| segment.named_by_people) {
            writeln!(f, "  * named by people")?;
        }
        Ok(())
    }
}

impl fmt::Display for LineageList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.refits.is_empty() {
            writeln!(f, "The first model is still in use: no segment ever changed.")?;
        }
        for refit in &self.refits {
            let lineage = &refit.lineage;
            writeln!(f, "{}  model {} follows {}", refit.night, lineage.to_model, lineage.from_model)?;
            writeln!(f, "  {}.", lineage.cost.sentence())?;
            lineage.rows.iter().try_for_each(|row| writeln!(f, "  {}", row.sentence()))?;
        }
        for record in &self.accepted {
            writeln!(f, "{}  edits by hand were accepted", record.night)?;
            record.differences.iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        }
        Ok(())
    }
}
