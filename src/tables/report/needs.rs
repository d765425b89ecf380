//! Need tiers: all groups side by side.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::quantity::Quantity;
use super::words::{decimal, percent, share, unit};
use crate::catalogue::NeedTier;
use crate::model::segment::SegmentNight;

/// Need tiers of all groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct NeedsOverview {
    rows: Vec<NeedsRow>,
    tiers: Vec<TierWords>,
    finding: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NeedsRow {
    name: String,
    parts: Vec<NeedStretch>,
    shares: Vec<Quantity>,
}

/// A stretch of the stacked bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct NeedStretch {
    tier: String,
    x: String,
    width: String,
    /// Printed inside where there is room.
    label: String,
    middle: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct TierWords {
    name: String,
    tier: String,
    about: String,
}

/// What each tier is about, in our own words.
fn about(tier: NeedTier) -> &'static str {
    match tier {
        NeedTier::Physiological => "body, rest, energy",
        NeedTier::Safety => "protection, money, order",
        NeedTier::Belonging => "ties, being cared for",
        NeedTier::Esteem => "respect, recognition",
        NeedTier::Growth => "learning, beauty, meaning",
    }
}

/// All groups side by side, everybody last; `None` where no group's needs are known.
pub(super) fn needs_overview(input: &ReportInput<'_>) -> Option<NeedsOverview> {
    let groups = input.night.segments.iter().filter(|segment| !segment.profile.suppressed);
    let known = |segment: &&SegmentNight| segment.profile.needs.iter().any(|need| need.share.is_some());
    let mut rows: Vec<NeedsRow> = groups.filter(known).map(|segment| row(segment, true)).collect();
    if rows.is_empty() {
        return None;
    }
    if known(&&input.night.everyone) {
        rows.push(row(&input.night.everyone, false));
    }
    let tiers = NeedTier::ALL.map(|tier| TierWords {
        name: tier.name().to_owned(),
        tier: tier.slug().to_owned(),
        about: about(tier).to_owned(),
    });
    Some(NeedsOverview { rows, tiers: tiers.into(), finding: finding(input) })
}

fn row(segment: &SegmentNight, is_group: bool) -> NeedsRow {
    let (mut parts, mut x) = (Vec::new(), 0.0);
    // A hair is taken off each stretch, so that two of one shade stay apart.
    for need in &segment.profile.needs {
        let Some(share) = need.share.map(|s| s.value * 100.0) else { continue };
        let label = if share >= 8.0 { decimal(share, 0).to_string() } else { String::new() };
        let width = (share - 0.25).max(0.0);
        parts.push(NeedStretch {
            tier: need.tier.slug().to_owned(),
            x: unit(x),
            width: unit(width),
            label,
            middle: unit(x + share / 2.0),
        });
        x += share;
    }
    NeedsRow {
        name: if is_group { segment.name.clone() } else { "Everybody".to_owned() },
        parts,
        shares: segment.profile.needs.iter().map(|need| share(need.share)).collect(),
    }
}

/// The tier that most customers are to be served on next.
fn finding(input: &ReportInput<'_>) -> String {
    let needs = &input.night.everyone.profile.needs;
    let largest = needs
        .iter()
        .filter_map(|need| Some((need.share?.value, need)))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    largest.map_or_else(String::new, |(value, need)| {
        let served = need.fulfillment.map(|f| format!(", served at {} of 10", decimal(f.value, 1))).unwrap_or_default();
        format!(
            "Most often the tier to serve next is {} ({}{served}).",
            need.tier.name().to_lowercase(),
            percent(value)
        )
    })
}
