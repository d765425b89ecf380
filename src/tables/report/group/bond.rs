//! How close a group is: connection, the gap to the best group and to “a good brand”, and what the company has come to mean.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::pathway::rivals;
use super::super::quantity::Quantity;
use super::super::relationship::{ArcStretch, gap, parts};
use super::super::said::{Saying, told};
use super::super::words::{count, known, percent};
use crate::model::rows::ArcStage;
use crate::model::segment::SegmentNight;

/// Closeness of one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Bond {
    /// Share that is fully connected.
    score: Quantity,
    asked: Quantity,
    /// The group that is closest, where it is another one and known.
    best: Option<Saying>,
    /// By how many points more call it a good brand.
    gap: Quantity,
    /// How competitors do among the same people.
    rivals: Vec<String>,
    pub(in super::super) parts: Vec<ArcStretch>,
    pub(in super::super) stages: Vec<BondStage>,
}

/// A stage, and how many are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct BondStage {
    stage: u8,
    name: Saying,
    share: Quantity,
}

/// Closeness of `segment`.
pub(super) fn bond(input: &ReportInput<'_>, segment: &SegmentNight) -> Bond {
    let score = segment.lens.connection.score();
    let of = |group: &SegmentNight| group.lens.connection.score().estimate().map(|e| e.value);
    let shown = input.night.segments.iter().filter(|group| !group.profile.suppressed);
    let best = shown.filter_map(|group| Some((of(group)?, group))).reduce(|a, b| if b.0 > a.0 { b } else { a });
    let best = best.filter(|_| score.value().is_some()).map(|(value, group)| {
        if group.id == segment.id {
            return told("bond.is_best");
        }
        told("bond.best").with("group", group.name.as_str()).with("share", percent(value))
    });
    let stages = segment
        .lens
        .arc
        .stages
        .iter()
        .filter(|(stage, figure)| figure.value().is_some_and(|value| value > 0.0) && *stage != ArcStage::Unknown);
    Bond {
        score: known(&score),
        asked: count(score.n()),
        best,
        gap: gap(&segment.lens.connection),
        rivals: rivals(&segment.lens),
        parts: parts(&segment.lens.arc),
        stages: stages
            .map(|(stage, figure)| BondStage {
                stage: stage.number(),
                name: told(&format!("stage.s{}", stage.number())),
                share: figure.value().map_or(Quantity::UNKNOWN, percent),
            })
            .collect(),
    }
}
