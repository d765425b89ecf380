//! In which shares the words of a column come. The words themselves are not kept: a column of words may, by mistake, hold
//! something about people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

/// Name of the file in a run folder that holds the mixes, for the owner alone.
pub const STATE_NAME: &str = "state/inputs.json";

/// Layout of the file.
const SCHEMA: &str = "valueseg.inputs.1";

/// Bins that words fall into. Our judgment: more than columns of kinds and channels have words.
pub const MIX_BINS: usize = 64;

/// Rows of a column by the bin their word falls into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mix(Vec<u64>);

/// Mixes by `table.column`.
pub type Mixes = BTreeMap<String, Mix>;

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredMixes {
    mixes: Mixes,
    schema: String,
}

impl Default for Mix {
    fn default() -> Self {
        Self(vec![0; MIX_BINS])
    }
}

impl Mix {
    /// Counts a row that holds this word.
    pub fn add(&mut self, word: &str) {
        let bin = XxHash64::oneshot(0, word.as_bytes()) as usize % MIX_BINS;
        self.0[bin] += 1;
    }

    /// Rows counted.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Share of rows that hold other words than those of `other`: the total variation distance. `None` = one of them has
    /// no rows, or is of another size.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Option<f64> {
        let (here, there) = (self.rows(), other.rows());
        if here == 0 || there == 0 || self.0.len() != other.0.len() {
            return None;
        }
        let share = |rows: u64, all: u64| rows as f64 / all as f64;
        let apart = self.0.iter().zip(&other.0).map(|(a, b)| (share(*a, here) - share(*b, there)).abs());
        Some(apart.sum::<f64>() / 2.0)
    }
}

impl StoredMixes {
    /// The text of a file with its counts told otherwise; `None` = it is none of this program.
    pub(in crate::tables) fn told(text: &str, told: impl Fn(u64) -> u64) -> Option<String> {
        let mut mixes = Self::from_json(text)?;
        mixes.values_mut().flat_map(|mix| &mut mix.0).for_each(|rows| *rows = told(*rows));
        Some(Self::new(mixes).to_json())
    }

    /// Mixes to be stored.
    #[must_use]
    pub fn new(mixes: Mixes) -> Self {
        Self { mixes, schema: SCHEMA.to_owned() }
    }

    /// The text of the file.
    #[expect(clippy::missing_panics_doc, reason = "counts and names are plain data: serialization cannot fail")]
    #[must_use]
    pub fn to_json(&self) -> String {
        // INVARIANT: counts and names, so serialization cannot fail.
        serde_json::to_string(self).expect("plain data") + "\n"
    }

    /// The mixes of a file; `None` = it is none of this program. Nothing but the comparison is lost without it.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Mixes> {
        let stored: Self = serde_json::from_str(text).ok()?;
        (stored.schema == SCHEMA).then_some(stored.mixes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(words: &[(&str, usize)]) -> Mix {
        let mut mix = Mix::default();
        words.iter().for_each(|(word, rows)| (0..*rows).for_each(|_| mix.add(word)));
        mix
    }

    #[test]
    fn a_word_that_was_renamed_is_as_far_as_its_rows() {
        let before = mix(&[("complaint", 30), ("visit", 70)]);
        assert_eq!(before.distance(&mix(&[("complaint", 60), ("visit", 140)])), Some(0.0));
        let renamed = before.distance(&mix(&[("grievance", 30), ("visit", 70)])).unwrap();
        assert!((renamed - 0.3).abs() < 1e-12);
        assert_eq!(before.distance(&Mix::default()), None);
    }

    #[test]
    fn a_stored_mix_comes_back_and_holds_no_word() {
        let mixes: Mixes = [("interactions.kind".to_owned(), mix(&[("complaint", 3)]))].into();
        let text = StoredMixes::new(mixes.clone()).to_json();
        assert_eq!(StoredMixes::from_json(&text), Some(mixes));
        assert!(!text.contains("complaint"));
        assert_eq!(StoredMixes::from_json("{}"), None);
    }
}
