//! What a refit did to the segments, row by row.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a segment at a refit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Goes on under its id.
    Continued,
    /// New, and most of its members come from one old segment of which it took a large part.
    Split,
    /// Gone, and most of its members are in one segment now.
    Merged,
    /// New, and from no one old segment.
    Born,
    /// Gone, and its members are scattered.
    Retired,
}

impl Fate {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Continued => "continued",
            Self::Split => "split",
            Self::Merged => "merged",
            Self::Born => "born",
            Self::Retired => "retired",
        }
    }
}

/// One line of a lineage. Every new segment is `new` of exactly one row that is continued, split or born; every old one
/// is `old` of exactly one row that is continued, merged or retired.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LineageRow {
    /// What happened.
    pub fate: Fate,
    /// Segment before; `None` for a birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Segment now; `None` for a segment that retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// Share of `old` that is in `new` now, 0–1; `None` unless both are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_old: Option<f64>,
    /// Share of `new` that was in `old`, 0–1; `None` unless both are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_new: Option<f64>,
    /// Jaccard coefficient of the two, 0–1; `None` unless both are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jaccard: Option<f64>,
    /// How alike the two are in what sets them apart, −1 to 1; `None` unless continued and comparable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<f64>,
    /// Goes on, but means something else now, so that a name made by the job was taken back. A name given by people
    /// stays.
    #[serde(default)]
    pub renamed: bool,
}

impl LineageRow {
    /// The row in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        let (old, new) = (self.old.as_deref().unwrap_or("?"), self.new.as_deref().unwrap_or("?"));
        let percent = |share: Option<f64>| share.map_or_else(String::new, |s| format!("{:.0} %", s * 100.0));
        let (of_old, of_new) = (percent(self.share_of_old), percent(self.share_of_new));
        match self.fate {
            Fate::Continued => {
                let renamed = if self.renamed { "; it means something else now and was named anew" } else { "" };
                format!("{old} goes on: {of_old} of its members stay and make up {of_new} of it{renamed}.")
            }
            Fate::Split => format!("{new} split off from {old}: it took {of_old} of {old}'s members."),
            Fate::Merged => format!("{old} merged into {new}, with {of_old} of its members."),
            Fate::Born => format!("{new} is new; its members come from several segments."),
            Fate::Retired => format!("{old} is gone; its members are spread over several segments."),
        }
    }
}

/// What a refit costs in customers who change segment. Shares are of the customers compared, weighted, 0–1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoveCost {
    /// Customers compared: those of the sample of whom both models know something.
    pub customers: u64,
    /// Share whose segment id changes.
    pub moved_share: f64,
    /// Part of `moved_share` that is label noise: customers between two segments, whose label changed and whose
    /// probabilities hardly did.
    pub noise_share: f64,
}

impl MoveCost {
    /// `moved_share` less `noise_share`.
    #[must_use]
    pub fn net_share(&self) -> f64 {
        (self.moved_share - self.noise_share).max(0.0)
    }

    /// The cost in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "{:.1} % of {} customers compared change segment, of which {:.1} points are label noise: customers between \
             two segments",
            self.moved_share * 100.0,
            self.customers,
            self.noise_share * 100.0
        )
    }
}

/// What a refit did to the segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Lineage {
    /// Model before.
    pub from_model: String,
    /// Model now.
    pub to_model: String,
    /// What became of each segment, by old id, births last.
    pub rows: Vec<LineageRow>,
    /// What it costs.
    pub cost: MoveCost,
}

impl Lineage {
    /// All segments go on and nobody moves.
    #[must_use]
    pub fn is_still(&self) -> bool {
        self.cost.moved_share == 0.0 && self.rows.iter().all(|row| row.fate == Fate::Continued)
    }
}
