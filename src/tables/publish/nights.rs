//! Nights that are published: which there are, and which of them is the latest.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Deserialize;

use super::PublishError;
use super::manifest::{MANIFEST_NAME, Manifest, RunIdentity, files_in};

/// The link to the latest night.
pub const LATEST: &str = "latest";

/// Why a folder without a manifest is no night.
pub const NO_MANIFEST: &str = "has no manifest";

/// Folder of a published night.
#[must_use]
pub fn run_folder(out: &Path, run_date: NaiveDate) -> PathBuf {
    out.join("runs").join(run_date.to_string())
}

/// Folder of a night that was held back.
#[must_use]
pub fn held_folder(out: &Path, run_date: NaiveDate) -> PathBuf {
    out.join("held").join(run_date.to_string())
}

/// Manifest of a published night; `None` if that night is not published.
///
/// # Errors
/// [`PublishError::Damaged`], [`PublishError::Later`] or [`PublishError::Io`] if there is one that cannot be read.
pub fn existing_manifest(out: &Path, run_date: NaiveDate) -> Result<Option<Manifest>, PublishError> {
    Manifest::read(&run_folder(out, run_date))
}

/// Whether the night is published and a run of `identity` would publish the same again.
///
/// # Errors
/// As [`existing_manifest`].
pub fn is_published(out: &Path, run_date: NaiveDate, identity: &RunIdentity) -> Result<bool, PublishError> {
    Ok(existing_manifest(out, run_date)?.is_some_and(|manifest| manifest.is_of(identity)))
}

/// Published nights, oldest first: folders that are called as their date is written and hold its manifest.
///
/// # Errors
/// [`PublishError::Io`] if `out/runs` exists and cannot be listed.
pub fn published_nights(out: &Path) -> Result<Vec<NaiveDate>, PublishError> {
    Ok(entries_of(&out.join("runs"))?.nights)
}

/// Nights that were held back and not published since, oldest first. They are no history: nothing reads them but people,
/// `verify` and `forget`.
///
/// # Errors
/// [`PublishError::Io`] if `out/held` exists and cannot be listed.
pub fn held_nights(out: &Path) -> Result<Vec<NaiveDate>, PublishError> {
    Ok(entries_of(&out.join("held"))?.nights)
}

/// What lies in `runs` and `held` and is taken for no night.
///
/// # Errors
/// As [`published_nights`] and [`held_nights`].
pub fn strays(out: &Path) -> Result<Vec<Stray>, PublishError> {
    let mut strays = Vec::new();
    for folder in ["runs", "held"] {
        strays.extend(entries_of(&out.join(folder))?.strays);
    }
    strays.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(strays)
}

/// Something among the nights that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Where it lies.
    pub path: PathBuf,
    /// The night it would be, if its name is that of one; then it is a night that was damaged.
    pub night: Option<NaiveDate>,
    /// Why it is none.
    pub why: &'static str,
}

/// Nights as a run sees them: those that count, and those that lie so far ahead that they are mistakes.
///
/// A night made by a mistyped date or under a wrong clock must not be the newest for ever. So what lies after tomorrow, by
/// the clock and by the night being made, does not count. Where most nights lie there, it is the clock that is wrong: then
/// all of them count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nights {
    /// Nights that count, oldest first.
    pub counted: Vec<NaiveDate>,
    /// Nights ahead, oldest first.
    pub ahead: Vec<NaiveDate>,
    /// Whether they are more than the others, so that the clock is not believed and they count all the same.
    pub clock_doubted: bool,
}

impl Nights {
    /// Sorts `published` nights, oldest first, for the night `as_of`. `today`: what the clock says; `None` = nobody looked,
    /// and all nights count.
    #[must_use]
    pub fn of(published: &[NaiveDate], as_of: NaiveDate, today: Option<NaiveDate>) -> Self {
        let tomorrow = today.map_or(NaiveDate::MAX, |today| today.succ_opt().unwrap_or(today));
        let last = tomorrow.max(as_of);
        let (counted, ahead): (Vec<_>, Vec<_>) = published.iter().partition(|night| **night <= last);
        if ahead.len() > counted.len().max(1) {
            return Self { counted: published.to_vec(), ahead, clock_doubted: true };
        }
        Self { counted, ahead, clock_doubted: false }
    }

    /// The newest that counts.
    #[must_use]
    pub fn newest(&self) -> Option<NaiveDate> {
        self.counted.last().copied()
    }
}

/// The night that `latest` points to; the newest one where it points to none. `None` = no night is published.
///
/// # Errors
/// As [`published_nights`].
pub fn latest_night(out: &Path) -> Result<Option<NaiveDate>, PublishError> {
    let nights = published_nights(out)?;
    let linked = pointed_at(out).filter(|night| nights.contains(night));
    Ok(linked.or(nights.last().copied()))
}

/// The night that the link `latest` names, published or not.
#[must_use]
pub fn pointed_at(out: &Path) -> Option<NaiveDate> {
    let target = fs::read_link(out.join(LATEST)).ok()?;
    night_named(target.strip_prefix("runs").ok()?.to_str()?)
}

/// The night a folder of this name would hold: the name is the date as it is written, to the letter.
pub(super) fn night_named(name: &str) -> Option<NaiveDate> {
    name.parse::<NaiveDate>().ok().filter(|night| night.to_string() == name)
}

/// A file in the folder of a night that its manifest does not list: somebody put it there, and it must not go with the
/// night. `None` = there is none, or the manifest cannot be read.
pub(super) fn file_of_others(night: &Path) -> Result<Option<PathBuf>, PublishError> {
    let Ok(Some(manifest)) = Manifest::read(night) else { return Ok(None) };
    let files = files_in(night).map_err(|source| PublishError::io("cannot list", night, source))?;
    let ours = |name: &str| name == MANIFEST_NAME || manifest.outputs.iter().any(|file| file.name == name);
    Ok(files.into_iter().find(|(name, _)| !ours(name)).map(|(name, _)| night.join(name)))
}

/// What lies in a folder of nights.
#[derive(Default)]
struct Entries {
    nights: Vec<NaiveDate>,
    strays: Vec<Stray>,
}

fn entries_of(folder: &Path) -> Result<Entries, PublishError> {
    let failed = |source| PublishError::io("cannot list", folder, source);
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Entries::default()),
        Err(source) => return Err(failed(source)),
    };
    let mut entries = Entries::default();
    for entry in listed {
        let entry = entry.map_err(failed)?;
        let (path, night) = (entry.path(), entry.file_name().to_str().and_then(night_named));
        let is_folder = entry.file_type().map_err(failed)?.is_dir();
        match (night, why_no_night(&path, night, is_folder)) {
            (Some(night), None) => entries.nights.push(night),
            (night, why) => {
                let night = night.filter(|_| is_folder);
                entries.strays.push(Stray { path, night, why: why.unwrap_or_default() });
            }
        }
    }
    entries.nights.sort_unstable();
    Ok(entries)
}

/// The one key of a manifest that tells which night it is of.
#[derive(Deserialize)]
struct Head {
    run_date: Option<String>,
}

/// Why an entry is no night; `None` = it is one. A manifest that cannot be read is damage to a night, which whoever uses
/// it meets.
fn why_no_night(path: &Path, night: Option<NaiveDate>, is_folder: bool) -> Option<&'static str> {
    let Some(night) = night else { return Some("is not called as a night is") };
    if !is_folder {
        return Some("is no folder");
    }
    let manifest = path.join(MANIFEST_NAME);
    if !fs::symlink_metadata(&manifest).is_ok_and(|data| data.is_file()) {
        return Some(NO_MANIFEST);
    }
    let head = fs::read_to_string(&manifest).ok().and_then(|text| serde_json::from_str::<Head>(&text).ok());
    let of = head.and_then(|head| head.run_date);
    of.is_some_and(|of| of != night.to_string()).then_some("holds the manifest of another night")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_folder_called_as_its_night_that_holds_its_manifest_is_a_night() {
        let out = tempfile::tempdir().unwrap();
        let runs = out.path().join("runs");
        let manifest = |name: &str, text: &str| {
            fs::create_dir_all(runs.join(name)).unwrap();
            fs::write(runs.join(name).join(MANIFEST_NAME), text).unwrap();
        };
        manifest("2026-11-20", "{\"run_date\": \"2026-11-20\"}");
        manifest("2026-11-21", "cut of");
        for name in ["+2026-11-22", " 2026-11-22", "2026-11-22 ", "2026-11-22.bak", "20261122", "2026-1-22"] {
            manifest(name, "{\"run_date\": \"2026-11-22\"}");
        }
        manifest("2026-11-23", "{\"run_date\": \"2026-11-20\"}");
        fs::create_dir(runs.join("2026-11-24")).unwrap();
        fs::write(runs.join("2026-11-25"), "").unwrap();
        symlink(runs.join("2026-11-20"), runs.join("2026-11-26")).unwrap();
        assert_eq!(published_nights(out.path()).unwrap(), ["2026-11-20", "2026-11-21"].map(day));
        let damaged: Vec<_> = strays(out.path()).unwrap().into_iter().filter_map(|stray| stray.night).collect();
        assert_eq!(damaged, ["2026-11-23", "2026-11-24"].map(day));
        assert_eq!(strays(out.path()).unwrap().len(), 10);
    }

    #[test]
    fn a_night_far_ahead_does_not_count_unless_it_is_the_one_being_made() {
        let (real, typo) = (["2026-11-20", "2026-11-21"].map(day), day("2062-11-21"));
        let published = [real[0], real[1], typo];
        let today = Some(day("2026-11-22"));
        let nights = Nights::of(&published, day("2026-11-22"), today);
        assert_eq!((nights.counted.as_slice(), nights.ahead.as_slice()), (&real[..], &[typo][..]));
        assert_eq!(Nights::of(&published, typo, today).newest(), Some(typo));
        assert_eq!(Nights::of(&[typo], day("2026-11-22"), today).newest(), None, "a first night mistyped");
        assert_eq!(Nights::of(&published, day("2026-11-22"), None).newest(), Some(typo), "nobody looked at a clock");
        let tomorrow = day("2026-11-23");
        assert!(Nights::of(&[tomorrow], real[0], today).ahead.is_empty(), "zones differ by a day");
    }

    #[test]
    fn a_clock_that_most_nights_contradict_is_not_believed() {
        let published = ["2026-11-19", "2026-11-20"].map(day);
        let nights = Nights::of(&published, day("1969-12-31"), Some(day("1970-01-01")));
        assert!(nights.clock_doubted);
        assert_eq!(nights.newest(), Some(published[1]));
    }
}
