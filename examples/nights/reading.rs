//! What a published night said of each customer.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::NaiveDate;
use valueseg::tables::read::all_rows;

use crate::base::Base;

/// Segments of a night.
pub(crate) struct Told {
    segments: BTreeMap<String, String>,
    /// Hidden segment to the segment that most of its people are in.
    homes: BTreeMap<usize, String>,
}

impl Told {
    pub(crate) fn read(folder: &Path, date: NaiveDate, base: &Base) -> Result<Self, Box<dyn Error>> {
        let path = folder.join("out/runs").join(date.to_string()).join("tables/customers.parquet");
        let mut segments = BTreeMap::new();
        let mut votes: BTreeMap<usize, BTreeMap<String, usize>> = BTreeMap::new();
        for row in all_rows(&path)? {
            let id = row["customer_id"].as_str().ok_or("an id")?.to_owned();
            let Some(segment) = row["segment_id"].as_str() else { continue };
            if let Some(hidden) = base.segment(&id) {
                *votes.entry(hidden).or_default().entry(segment.to_owned()).or_default() += 1;
            }
            segments.insert(id, segment.to_owned());
        }
        let home = |votes: BTreeMap<String, usize>| votes.into_iter().max_by_key(|(_, n)| *n).map(|(id, _)| id);
        let homes = votes.into_iter().filter_map(|(hidden, votes)| Some((hidden, home(votes)?))).collect();
        Ok(Self { segments, homes })
    }

    /// Segments that anybody is in, by id.
    pub(crate) fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.segments.values().cloned().collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Segment of a customer; `None` = in none.
    pub(crate) fn segment(&self, id: &str) -> Option<&str> {
        self.segments.get(id).map(String::as_str)
    }

    /// Where a customer belongs by the hidden truth.
    pub(crate) fn home_of(&self, base: &Base, id: &str) -> String {
        base.segment(id).and_then(|hidden| self.homes.get(&hidden)).cloned().unwrap_or_default()
    }

    /// Of customers in a segment on this night and the next whose truth did not change of late: how many moved, and how
    /// many there are.
    pub(crate) fn moved_without_cause(&self, next: &Self, base: &Base) -> (u64, u64) {
        let (mut moved, mut all) = (0, 0);
        for (id, segment) in &self.segments {
            if let Some(now) = next.segment(id).filter(|_| !base.changed_lately(id)) {
                all += 1;
                moved += u64::from(now != segment);
            }
        }
        (moved, all)
    }
}
