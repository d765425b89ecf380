//! Earlier nights, as far as inputs are held against them.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::job::error::JobError;
use crate::job::lineage::read_if_there;
use crate::job::project::Project;
use crate::tables::figures::{Figures, Mixes, STATE_NAME, StoredMixes};
use crate::tables::manifest::Manifest;
use crate::tables::publish::{published_nights, run_folder};

/// Earlier nights looked at: two weeks, so that a weekly rhythm is in it twice.
const NIGHTS: usize = 14;

/// Fewest earlier nights of which a middle is taken; with fewer the night before stands alone.
const FEWEST: usize = 3;

/// Fewest earlier nights after which it is known how old the newest row of a table usually is: a week, the rhythm of feeds.
const RHYTHM: usize = 7;

/// An earlier night.
pub(super) struct EarlierNight {
    /// Its date.
    pub(super) date: NaiveDate,
    /// Its manifest.
    pub(super) manifest: Manifest,
}

/// Earlier nights, the newest first.
#[derive(Default)]
pub(super) struct Past {
    nights: Vec<EarlierNight>,
    /// Of the newest.
    mixes: Mixes,
}

impl Past {
    /// The published nights before this one.
    pub(super) fn of(project: &Project) -> Result<Self, JobError> {
        let out = project.out();
        let earlier = published_nights(&out)?.into_iter().rev().filter(|night| *night < project.as_of());
        let mut nights = Vec::new();
        for date in earlier.take(NIGHTS) {
            nights.extend(Manifest::read(&run_folder(&out, date))?.map(|manifest| EarlierNight { date, manifest }));
        }
        let mixes = match nights.first() {
            Some(newest) => read_if_there(&run_folder(&out, newest.date).join(STATE_NAME))?,
            None => None,
        };
        Ok(Self { mixes: mixes.and_then(|text| StoredMixes::from_json(&text)).unwrap_or_default(), nights })
    }

    /// The night before.
    pub(super) fn newest(&self) -> Option<&EarlierNight> {
        self.nights.first()
    }

    /// Its figures; empty where it has none.
    pub(super) fn before(&self) -> &Figures {
        static NONE: Figures = Figures::new();
        self.nights.first().map_or(&NONE, |night| &night.manifest.figures)
    }

    /// Its mixes of words.
    pub(super) fn mixes(&self) -> &Mixes {
        &self.mixes
    }

    /// The middle of a figure over the nights that have it; `None` = too few nights to have one.
    ///
    /// METHOD: a median over two weeks does not follow one odd night, and follows a season; a change has to show against
    /// both it and the night before. Our judgment.
    pub(super) fn usual(&self, key: &str) -> Option<f64> {
        let mut values: Vec<f64> = self.values(key).collect();
        if values.len() < FEWEST {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        Some(if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) })
    }

    /// The largest of a figure over nights on which nothing was told of it; `None` = too few nights.
    pub(super) fn usual_most(&self, key: &str) -> Option<f64> {
        let quiet = self.nights.iter().filter(|night| !night.manifest.alerts.iter().any(|told| told == key));
        let values: Vec<f64> = quiet.filter_map(|night| night.manifest.figures.get(key).copied()).collect();
        (self.values(key).count() >= RHYTHM).then(|| values.into_iter().fold(f64::NEG_INFINITY, f64::max))
    }

    fn values(&self, key: &str) -> impl Iterator<Item = f64> {
        self.nights.iter().filter_map(move |night| night.manifest.figures.get(key).copied())
    }

    /// Subjects that earlier nights know of, with those of tonight.
    pub(super) fn keys<'a>(&'a self, tonight: &'a Figures) -> BTreeSet<&'a str> {
        self.before().keys().chain(tonight.keys()).map(String::as_str).collect()
    }
}

#[cfg(test)]
impl Past {
    /// Nights with these figures, the newest first; the mixes are those of the newest.
    pub(super) fn invented(figures: Vec<Figures>, mixes: Mixes) -> Self {
        use crate::tables::manifest::RunFacts;
        let newest = NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
        let night = |(ago, figures): (usize, Figures)| {
            let date = newest - chrono::Days::new(ago as u64);
            let facts = RunFacts { figures, ..RunFacts::default() };
            EarlierNight { date, manifest: Manifest::new(date, facts, Vec::new()) }
        };
        Self { nights: figures.into_iter().enumerate().map(night).collect(), mixes }
    }
}
