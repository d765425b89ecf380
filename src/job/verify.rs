//! `valueseg verify`: are the files of stored nights still the bytes that were published?

use std::fmt;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::job::error::JobError;
use crate::job::load::{Loaded, nearest};
use crate::tables::manifest::{Damage, MANIFEST_NAME, Manifest};
use crate::tables::publish::{PublishError, held_folder, held_nights, published_nights, run_folder};

/// Which nights to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest published one, and that `latest` points to it.
    Latest,
    /// The published one of this date.
    Of(NaiveDate),
    /// Every one, published or held back, and `latest`.
    All,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Nights looked at: published ones, then held ones, each oldest first.
    pub nights: Vec<NightVerified>,
    /// What is wrong with the link `latest`; `None` = it points to the newest night, or was not looked at.
    pub latest: Option<&'static str>,
}

/// A night held against its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NightVerified {
    /// The night, `YYYY-MM-DD`.
    pub night: String,
    /// Whether it was held back.
    pub held: bool,
    /// Files its manifest lists.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Differences; empty = every byte is as it was published.
    pub damages: Vec<Damage>,
}

/// Reads every file of the nights asked for and holds it against its manifest: size, content, files missing or unlisted.
///
/// # Errors
/// [`JobError::NoNight`] or [`JobError::Unknown`] if there is no such night; errors of listing folders. A difference is no
/// error: it is in the answer.
pub fn verify(loaded: &Loaded, which: Which) -> Result<Verified, JobError> {
    let out = &loaded.settings.output(&loaded.base);
    let published = published_nights(out)?;
    let Some(newest) = published.last().copied() else { return Err(JobError::NoNight { out: out.clone() }) };
    let (mut nights, mut latest) = (Vec::new(), None);
    match which {
        Which::Latest => nights.push(night(&run_folder(out, newest), newest, false)?),
        Which::Of(date) if published.contains(&date) => nights.push(night(&run_folder(out, date), date, false)?),
        Which::Of(date) => {
            let names: Vec<String> = published.iter().map(NaiveDate::to_string).collect();
            let nearest = nearest(&date.to_string(), names.iter().map(String::as_str));
            return Err(JobError::Unknown { kind: "night", seen: date.to_string(), nearest });
        }
        Which::All => {
            for date in published {
                nights.push(night(&run_folder(out, date), date, false)?);
            }
            for date in held_nights(out)? {
                nights.push(night(&held_folder(out, date), date, true)?);
            }
        }
    }
    if !matches!(which, Which::Of(_)) {
        latest = match std::fs::read_link(out.join("latest")) {
            Ok(target) if target == Path::new("runs").join(newest.to_string()) => None,
            Ok(_) => Some("does not point to the newest night"),
            Err(_) => Some("missing"),
        };
    }
    Ok(Verified { nights, latest })
}

fn night(folder: &Path, date: NaiveDate, held: bool) -> Result<NightVerified, JobError> {
    let mut verified = NightVerified { night: date.to_string(), held, files: 0, bytes: 0, damages: Vec::new() };
    let damage = |what| Damage { name: MANIFEST_NAME.to_owned(), what };
    match Manifest::read(folder) {
        Ok(Some(manifest)) => {
            verified.files = manifest.outputs.len() as u64;
            verified.bytes = manifest.outputs.iter().map(|file| file.bytes).sum();
            verified.damages = manifest.verify(folder)?;
            if !manifest.is_at(date, held) {
                verified.damages.push(damage("of another night"));
            }
        }
        Ok(None) => verified.damages.push(damage("missing")),
        Err(PublishError::Damaged { .. }) => verified.damages.push(damage("unreadable")),
        Err(error) => return Err(error.into()),
    }
    Ok(verified)
}

impl Verified {
    /// Every difference in words, with the night and the file.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let of_night = |night: &NightVerified| -> Vec<String> {
            let place = if night.held { "held/" } else { "" };
            night
                .damages
                .iter()
                .map(|damage| format!("{place}{}/{} is {}", night.night, damage.name, damage.what))
                .collect()
        };
        let link = self
            .latest
            .map(|what| if what == "missing" { "latest is missing".to_owned() } else { format!("latest {what}") });
        self.nights.iter().flat_map(of_night).chain(link).collect()
    }

    /// The differences as an error; `None` = there are none.
    #[must_use]
    pub fn error(&self) -> Option<JobError> {
        let differences = self.differences();
        (!differences.is_empty()).then_some(JobError::Altered { differences })
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for night in &self.nights {
            let held = if night.held { ", held back" } else { "" };
            let state = if night.damages.is_empty() { "every byte as published" } else { "NOT as published" };
            writeln!(f, "{}{held}: {} files, {} bytes: {state}", night.night, night.files, night.bytes)?;
        }
        self.differences().iter().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
