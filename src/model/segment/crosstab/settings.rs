//! Which descriptors are told.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most descriptors that are told. Our judgment: beyond it a table of groups says more about columns than about people.
pub const MOST_DESCRIPTORS: usize = 20;

/// Days since signing up at which customers are told apart, unless set otherwise: a quarter, a year, three years. Our
/// judgment.
const TENURE_DAYS: [u32; 3] = [90, 365, 1095];

/// Parts of names of columns that speak of what the law protects or people keep to themselves (GDPR, Article 9, and age,
/// sex and money beside it): told only where the configuration names the column.
const DELICATE: [&str; 30] = [
    "age",
    "birth",
    "born",
    "dob",
    "sex",
    "gender",
    "salutation",
    "title",
    "health",
    "disab",
    "medic",
    "diagnos",
    "pregnan",
    "relig",
    "faith",
    "church",
    "ethnic",
    "race",
    "nationality",
    "citizenship",
    "politic",
    "party",
    "union",
    "orientation",
    "marital",
    "family",
    "income",
    "salary",
    "credit",
    "debt",
];

/// `[descriptors]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DescriptorSettings {
    /// Columns of `customers` that are told group by group, such as `["country", "tier"]`; `[]` = none. When absent: every
    /// text column there is, but those whose name speaks of age, sex, health, faith, origin, family or money.
    pub columns: Option<Vec<String>>,
    /// Days since signing up at which customers are told apart, ascending; `[]` = tenure is not told.
    pub tenure_days: Vec<u32>,
}

impl Default for DescriptorSettings {
    fn default() -> Self {
        Self { columns: None, tenure_days: TENURE_DAYS.to_vec() }
    }
}

impl DescriptorSettings {
    /// The columns that are told, of those there are.
    #[must_use]
    pub fn told<'a>(&self, there: &[&'a str]) -> Vec<&'a str> {
        let wanted = |name: &&&str| match &self.columns {
            Some(columns) => columns.iter().any(|column| column == **name),
            None => !is_delicate(name),
        };
        there.iter().filter(wanted).copied().take(MOST_DESCRIPTORS).collect()
    }

    /// Columns that were named and are not there.
    #[must_use]
    pub fn missing(&self, there: &[&str]) -> Vec<String> {
        let named = self.columns.iter().flatten();
        named.filter(|column| !there.contains(&column.as_str())).cloned().collect()
    }

    /// Whether the cut points ascend, from 1 on.
    #[must_use]
    pub fn cuts_ascend(&self) -> bool {
        self.tenure_days.first().is_none_or(|first| *first > 0) && self.tenure_days.is_sorted_by(|a, b| a < b)
    }

    /// The words for tenures, shortest first: `0-89`, `90-364`, `365-1094`, `1095+`.
    #[must_use]
    pub(super) fn tenure_words(&self) -> Vec<String> {
        let mut from = 0;
        let mut words: Vec<String> = Vec::new();
        for cut in &self.tenure_days {
            words.push(format!("{from}-{}", cut - 1));
            from = *cut;
        }
        words.push(format!("{from}+"));
        words
    }

    /// The place of a tenure among [`DescriptorSettings::tenure_words`].
    #[must_use]
    pub(super) fn tenure_class(&self, days: u32) -> usize {
        self.tenure_days.partition_point(|cut| *cut <= days)
    }
}

/// Whether a name speaks of what people keep to themselves. A part must stand at the start of a word of the name, and one of
/// three letters be the whole word, so that neither `language` nor `agency` speaks of age.
fn is_delicate(name: &str) -> bool {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric());
    let speaks = |word: &str, part: &str| if part.len() > 3 { word.starts_with(part) } else { word == part };
    words.into_iter().any(|word| DELICATE.iter().any(|part| speaks(word, part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_keep_to_themselves_is_told_only_where_it_is_named() {
        let there = ["age_band", "agency", "country", "gender", "language", "date_of_birth"];
        assert_eq!(DescriptorSettings::default().told(&there), ["agency", "country", "language"]);
        let named = DescriptorSettings {
            columns: Some(vec!["gender".to_owned(), "town".to_owned()]),
            ..DescriptorSettings::default()
        };
        assert_eq!(named.told(&there), ["gender"]);
        assert_eq!(named.missing(&there), ["town"]);
    }

    #[test]
    fn tenures_fall_between_their_cuts() {
        let settings = DescriptorSettings::default();
        assert_eq!(settings.tenure_words(), ["0-89", "90-364", "365-1094", "1095+"]);
        assert_eq!([0, 89, 90, 1094, 1095].map(|days| settings.tenure_class(days)), [0, 0, 1, 2, 3]);
        assert!(settings.cuts_ascend());
        let with = |tenure_days| DescriptorSettings { tenure_days, ..DescriptorSettings::default() };
        assert!(
            !with(vec![90, 90]).cuts_ascend() && !with(vec![0, 90]).cuts_ascend() && with(Vec::new()).cuts_ascend()
        );
    }
}
