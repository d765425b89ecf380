//! Need tiers: five bars in a card, and all groups side by side.

use serde::Serialize;

use super::input::ReportInput;
use super::words::{NOT_KNOWN, anchor, decimal, percent, share, unit};
use crate::catalogue::NeedTier;
use crate::model::segment::{NeedProfile, SegmentNight};

/// Need tiers of one group, top tier first.
#[derive(Debug, Serialize)]
pub(super) struct NeedBars {
    bars: Vec<NeedBar>,
    /// Shares are shown where any is known.
    with_share: bool,
    /// Fulfillment is shown where any is known.
    with_fulfillment: bool,
}

#[derive(Debug, Serialize)]
struct NeedBar {
    name: &'static str,
    tier: &'static str,
    /// Length, 0–100 of the longest; absent where the share is not known.
    length: Option<String>,
    share: String,
    fulfillment: String,
    /// Whether `fulfillment` is a figure.
    served: bool,
}

/// Need tiers of all groups.
#[derive(Debug, Serialize)]
pub(super) struct NeedsOverview {
    rows: Vec<NeedsRow>,
    tiers: Vec<TierWords>,
    finding: String,
}

#[derive(Debug, Serialize)]
struct NeedsRow {
    name: String,
    anchor: Option<String>,
    parts: Vec<NeedStretch>,
    shares: Vec<String>,
}

/// A stretch of the stacked bar.
#[derive(Debug, Serialize)]
struct NeedStretch {
    tier: &'static str,
    x: String,
    width: String,
    /// Printed inside where there is room.
    label: String,
    middle: String,
}

#[derive(Debug, Serialize)]
struct TierWords {
    name: &'static str,
    tier: &'static str,
    about: &'static str,
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

/// Largest share of a tier in any group: the bars of all cards have one scale.
pub(super) fn longest_share(input: &ReportInput<'_>) -> f64 {
    let needs = input.night.segments.iter().flat_map(|segment| &segment.profile.needs);
    needs.filter_map(|need| need.share).map(|share| share.value).fold(0.0, f64::max)
}

/// Bars of one group, `longest` being the share that fills a bar; `None` where nothing is known of its needs.
pub(super) fn need_bars(segment: &SegmentNight, longest: f64) -> Option<NeedBars> {
    let known = |need: &NeedProfile| need.share.is_some() || need.fulfillment.is_some();
    if !segment.profile.needs.iter().any(known) {
        return None;
    }
    let bars = segment.profile.needs.iter().rev().map(|need| NeedBar {
        name: need.tier.name(),
        tier: need.tier.slug(),
        length: need.share.filter(|_| longest > 0.0).map(|s| unit(s.value / longest * 100.0)),
        share: need.share.map_or_else(|| NOT_KNOWN.to_owned(), |s| percent(s.value)),
        fulfillment: need.fulfillment.map_or_else(|| NOT_KNOWN.to_owned(), |f| decimal(f.value, 1)),
        served: need.fulfillment.is_some(),
    });
    let with_fulfillment = segment.profile.needs.iter().any(|need| need.fulfillment.is_some());
    let with_share = segment.profile.needs.iter().any(|need| need.share.is_some());
    Some(NeedBars { bars: bars.collect(), with_share, with_fulfillment })
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
    let tiers = NeedTier::ALL.map(|tier| TierWords { name: tier.name(), tier: tier.slug(), about: about(tier) });
    Some(NeedsOverview { rows, tiers: tiers.into(), finding: finding(input) })
}

fn row(segment: &SegmentNight, is_group: bool) -> NeedsRow {
    let (mut parts, mut x) = (Vec::new(), 0.0);
    // A hair is taken off each stretch, so that two of one shade stay apart.
    for need in &segment.profile.needs {
        let Some(share) = need.share.map(|s| s.value * 100.0) else { continue };
        let label = if share >= 8.0 { decimal(share, 0) } else { String::new() };
        let width = (share - 0.25).max(0.0);
        parts.push(NeedStretch {
            tier: need.tier.slug(),
            x: unit(x),
            width: unit(width),
            label,
            middle: unit(x + share / 2.0),
        });
        x += share;
    }
    NeedsRow {
        name: if is_group { segment.name.clone() } else { "Everybody".to_owned() },
        anchor: is_group.then(|| anchor(&segment.id)),
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
