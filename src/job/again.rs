//! `valueseg report` and `valueseg open`: the pages of a stored night, made again from what is stored with it, and where they lie.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Serialize;

use crate::job::error::JobError;
use crate::job::load::{Loaded, nearest};
use crate::tables::plain_file;
use crate::tables::publish::{OutputLock, latest_night, published_nights, renew, run_folder};
use crate::tables::report::{ReportView, VIEW_NAME};

/// Page one of a night, in its folder.
const REPORT: &str = "report.html";

/// Where the report of a night lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportPlace {
    /// The night, `YYYY-MM-DD`.
    pub night: String,
    /// Its first page.
    pub report: PathBuf,
}

/// What was made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportAgain {
    /// Where it lies.
    #[serde(flatten)]
    pub place: ReportPlace,
    /// Files made, relative to the night.
    pub files: u64,
    /// Those that were not so before; none where every byte was the same.
    pub changed: Vec<String>,
}

/// Where the report of a night lies; `None` = the latest.
///
/// # Errors
/// [`JobError::NoNight`] or [`JobError::Unknown`] if there is no such night.
pub fn place(loaded: &Loaded, run: Option<NaiveDate>) -> Result<ReportPlace, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let night = night(&out, run)?;
    Ok(ReportPlace { night: night.to_string(), report: run_folder(&out, night).join(REPORT) })
}

/// Makes pages, charts and summaries of a published night again from the view stored with it. By the program that made the night
/// every byte is the same; a later one writes them as it would today, and states them in the manifest.
///
/// # Errors
/// As [`place`]; [`JobError::Report`] for a night whose view cannot be read or that has none; errors of the disk, and the night is
/// as it was.
pub fn again(loaded: &Loaded, run: Option<NaiveDate>) -> Result<ReportAgain, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let lock = OutputLock::acquire(&out)?.readable(loaded.settings.run.file_mode)?;
    let place = place(loaded, run)?;
    let date = night(&out, run)?;
    let folder = run_folder(&out, date);
    let path = folder.join(VIEW_NAME);
    let text = plain_file::read_text(&path).map_err(|source| JobError::Io { doing: "cannot read", path, source })?;
    let files: BTreeMap<String, String> =
        ReportView::from_json(&text)?.files()?.into_iter().map(|file| (file.name, file.text)).collect();
    let changed = renew(&lock, date, &folder, &files)?;
    Ok(ReportAgain { place, files: files.len() as u64, changed })
}

fn night(out: &std::path::Path, run: Option<NaiveDate>) -> Result<NaiveDate, JobError> {
    let published = published_nights(out)?;
    match run {
        Some(night) if published.contains(&night) => Ok(night),
        Some(night) => {
            let (seen, known) = (night.to_string(), published.iter().map(ToString::to_string).collect::<Vec<_>>());
            Err(JobError::Unknown { kind: "night", nearest: nearest(&seen, known.iter().map(String::as_str)), seen })
        }
        None => latest_night(out)?.ok_or_else(|| JobError::NoNight { out: out.to_owned() }),
    }
}

impl fmt::Display for ReportPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.report.display())
    }
}

impl fmt::Display for ReportAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (files, night) = (self.files, &self.place.night);
        match self.changed.len() {
            0 => writeln!(f, "{files} files of the night of {night} made again: every byte as it was")?,
            n => writeln!(f, "{files} files of the night of {night} made again, {n} of them not as they were")?,
        }
        write!(f, "Report: {}", self.place)
    }
}
