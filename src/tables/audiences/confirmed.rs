//! Which uploads somebody confirmed: `audiences.json` in the results folder, a night for each audience.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::error::AudienceError;
use crate::tables::plain_file;
use crate::tables::publish::{OutputLock, write_private};

/// Name of the file.
pub const CONFIRMATIONS_NAME: &str = "audiences.json";

/// Layout of the file.
const SCHEMA: &str = "valueseg.audiences.1";

/// Nights whose lists were uploaded, by audience, all of them: of a night that is made again earlier ones count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmations {
    nights: BTreeMap<String, Vec<NaiveDate>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredConfirmations {
    confirmed: BTreeMap<String, Vec<String>>,
    schema: String,
}

impl Confirmations {
    /// Those of a results folder; none where nothing was confirmed.
    ///
    /// # Errors
    /// [`AudienceError::Confirmations`] if the file cannot be used, [`AudienceError::Disk`].
    pub fn read(out: &Path) -> Result<Self, AudienceError> {
        let path = out.join(CONFIRMATIONS_NAME);
        let text = match plain_file::read_text(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Self::default());
            }
            Err(source) => return Err(AudienceError::Disk { path, source }),
        };
        let refuse = |what: String| AudienceError::Confirmations { path: path.clone(), what };
        let stored: StoredConfirmations = serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        if stored.schema != SCHEMA {
            return Err(refuse(format!("its layout is `{}`, this program reads `{SCHEMA}`", stored.schema)));
        }
        let mut nights = BTreeMap::new();
        for (audience, confirmed) in stored.confirmed {
            let days: Result<Vec<NaiveDate>, _> = confirmed.iter().map(|night| night.parse()).collect();
            nights.insert(audience, days.map_err(|_| refuse("a night is no date".to_owned()))?);
        }
        Ok(Self { nights })
    }

    /// The newest confirmed night of an audience before `night`; `None` = none was.
    #[must_use]
    pub fn before(&self, audience: &str, night: NaiveDate) -> Option<NaiveDate> {
        self.nights.get(audience)?.iter().copied().filter(|confirmed| *confirmed < night).max()
    }

    /// The newest confirmed night of an audience.
    #[must_use]
    pub fn newest(&self, audience: &str) -> Option<NaiveDate> {
        self.nights.get(audience)?.iter().copied().max()
    }

    /// Nights that later changes are told against: the newest of each audience that is `meant`.
    pub fn newest_where(&self, meant: impl Fn(&str) -> bool) -> Vec<NaiveDate> {
        let of =
            |(audience, nights): (&String, &Vec<NaiveDate>)| nights.iter().copied().max().filter(|_| meant(audience));
        self.nights.iter().filter_map(of).collect()
    }

    /// Confirms the upload of a night.
    ///
    /// # Errors
    /// [`AudienceError::Publish`] if the file cannot be written.
    pub fn confirm(&mut self, lock: &OutputLock, audience: &str, night: NaiveDate) -> Result<(), AudienceError> {
        let nights = self.nights.entry(audience.to_owned()).or_default();
        if !nights.contains(&night) {
            nights.push(night);
            nights.sort_unstable();
        }
        let confirmed = self
            .nights
            .iter()
            .map(|(audience, nights)| (audience.clone(), nights.iter().map(ToString::to_string).collect::<Vec<_>>()));
        let stored = StoredConfirmations { confirmed: confirmed.collect(), schema: SCHEMA.to_owned() };
        // INVARIANT: texts alone, so serialization cannot fail.
        let text = serde_json::to_string_pretty(&stored).expect("plain data") + "\n";
        Ok(write_private(&lock.out().join(CONFIRMATIONS_NAME), text.as_bytes())?)
    }
}
