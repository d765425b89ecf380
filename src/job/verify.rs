//! `valueseg verify`: are the files of stored nights still the bytes that were published?

use std::fmt;
use std::path::Path;

use chrono::NaiveDate;
use serde::Serialize;

use crate::job::error::JobError;
use crate::job::load::{Loaded, nearest};
use crate::job::state::{in_words, is_manifest};
use crate::tables::manifest::{Damage, MANIFEST_NAME, Manifest};
use crate::tables::publish::{
    BrokenSeal, LATEST, NO_MANIFEST, Nights, PublishError, broken_seals, held_folder, held_nights, pointed_at,
    published_nights, run_folder, set_aside_nights, strays,
};

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
    /// What is wrong with the link `latest`; `None` = it points to the latest night, the next run mends it, or it was not
    /// looked at.
    pub latest: Option<&'static str>,
    /// What of ledger and models is not what the program wrote, in words; looked at unless one night was asked for.
    pub state: Vec<String>,
    /// What a run that died left half done and the next run mends, in words: no damage.
    pub unfinished: Vec<String>,
    /// What lies among the nights and is none of ours, in words; it is left alone.
    pub strays: Vec<String>,
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

/// Reads every file of the nights asked for and holds it against its manifest: size, content, files missing or unlisted;
/// and ledger and models against what the program wrote.
///
/// # Errors
/// [`JobError::NoNight`] or [`JobError::Unknown`] if there is no such night; errors of listing folders. A difference is no
/// error: it is in the answer.
pub fn verify(loaded: &Loaded, which: Which) -> Result<Verified, JobError> {
    let out = &loaded.settings.output(&loaded.base);
    let (published, set_aside) = (published_nights(out)?, set_aside_nights(out)?);
    let oldest = published.first().copied().unwrap_or_default();
    let Some(newest) = Nights::of(&published, oldest, loaded.today).newest().or(published.last().copied()) else {
        return Err(JobError::NoNight { out: out.clone() });
    };
    let broken = broken_seals(out)?;
    let mut nights = Vec::new();
    match which {
        Which::Latest => nights.push(night(out, newest, false, &broken)?),
        Which::Of(date) if published.contains(&date) => nights.push(night(out, date, false, &broken)?),
        Which::Of(date) => {
            let names: Vec<String> = published.iter().map(NaiveDate::to_string).collect();
            let nearest = nearest(&date.to_string(), names.iter().map(String::as_str));
            return Err(JobError::Unknown { kind: "night", seen: date.to_string(), nearest });
        }
        Which::All => {
            for date in &published {
                nights.push(night(out, *date, false, &broken)?);
            }
            for date in held_nights(out)? {
                nights.push(night(out, date, true, &broken)?);
            }
        }
    }
    let mut verified = Verified { nights, latest: None, state: Vec::new(), unfinished: Vec::new(), strays: Vec::new() };
    if !matches!(which, Which::Of(_)) {
        verified.look_at_latest(out, &published, newest)?;
        let beside: Vec<BrokenSeal> = broken.into_iter().filter(|seal| !is_manifest(seal)).collect();
        verified.state = in_words(&beside);
        let missing = set_aside.into_iter().filter(|night| !published.contains(night));
        let words =
            missing.map(|night| format!("{night} was set aside while it was replaced; the next run puts it back"));
        verified.unfinished.extend(words);
    }
    if which == Which::All {
        verified.look_at_strays(out)?;
    }
    Ok(verified)
}

impl Verified {
    /// What `latest` points to. A run that died between the night and the link leaves it at the night before, or, after
    /// the first night, missing: the next run mends that.
    fn look_at_latest(&mut self, out: &Path, published: &[NaiveDate], newest: NaiveDate) -> Result<(), JobError> {
        let alone = published.len() == 1 && strays(out)?.iter().all(|stray| stray.night.is_none());
        let mends = |text: String| format!("{text}; the next run mends it");
        match (std::fs::symlink_metadata(out.join(LATEST)), pointed_at(out)) {
            (_, Some(night)) if night == newest => {}
            (_, Some(night)) if published.contains(&night) => {
                self.unfinished.push(mends(format!("latest points to {night}, and {newest} is published")));
            }
            (_, Some(_)) => self.latest = Some("points to a night that is not there"),
            (Ok(_), None) => self.latest = Some("is not the link of a night"),
            (Err(_), None) if alone => {
                self.unfinished.push(mends(format!("latest is not there yet, and {newest} is published")));
            }
            (Err(_), None) => self.latest = Some("is missing"),
        }
        Ok(())
    }

    /// What lies among the nights and is none: a night that lost its manifest or has another's is damage, anything else is
    /// somebody's.
    fn look_at_strays(&mut self, out: &Path) -> Result<(), JobError> {
        for stray in strays(out)? {
            let place = stray.path.strip_prefix(out).unwrap_or(&stray.path).display().to_string();
            match stray.night {
                Some(night) => self.nights.push(NightVerified {
                    night: night.to_string(),
                    held: place.starts_with("held"),
                    files: 0,
                    bytes: 0,
                    damages: vec![Damage {
                        name: MANIFEST_NAME.to_owned(),
                        what: if stray.why == NO_MANIFEST { "missing" } else { "of another night" },
                    }],
                }),
                None => self.strays.push(format!("{place} {}: not a night, left alone", stray.why)),
            }
        }
        Ok(())
    }
}

fn night(out: &Path, date: NaiveDate, held: bool, broken: &[BrokenSeal]) -> Result<NightVerified, JobError> {
    let folder = if held { held_folder(out, date) } else { run_folder(out, date) };
    let mut verified = NightVerified { night: date.to_string(), held, files: 0, bytes: 0, damages: Vec::new() };
    let damage = |what| Damage { name: MANIFEST_NAME.to_owned(), what };
    match Manifest::read(&folder) {
        Ok(Some(manifest)) => {
            verified.files = manifest.outputs.len() as u64;
            verified.bytes = manifest.outputs.iter().map(|file| file.bytes).sum();
            verified.damages = manifest.verify(&folder)?;
            if !manifest.is_at(date, held) {
                verified.damages.push(damage("of another night"));
            }
            let name = folder.strip_prefix(out).unwrap_or(&folder).join(MANIFEST_NAME);
            if broken.iter().any(|seal| Path::new(&seal.name) == name) {
                verified.damages.push(damage("changed"));
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
        let link = self.latest.map(|what| format!("latest {what}"));
        self.nights.iter().flat_map(of_night).chain(link).chain(self.state.iter().cloned()).collect()
    }

    /// The differences as an error; `None` = there are none.
    #[must_use]
    pub fn error(&self) -> Option<JobError> {
        let differences = self.differences();
        let beside_alone = differences.len() == self.state.len();
        (!differences.is_empty()).then_some(if beside_alone {
            JobError::Edited { differences }
        } else {
            JobError::Altered { differences }
        })
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for night in &self.nights {
            let held = if night.held { ", held back" } else { "" };
            let state = if night.damages.is_empty() { "every byte as published" } else { "NOT as published" };
            writeln!(f, "{}{held}: {} files, {} bytes: {state}", night.night, night.files, night.bytes)?;
        }
        self.differences().iter().try_for_each(|line| writeln!(f, "  {line}"))?;
        self.unfinished.iter().chain(&self.strays).try_for_each(|line| writeln!(f, "  note: {line}"))
    }
}
