//! Need tiers: five bars in a card, and all groups side by side.

use serde::Serialize;

use super::cards::anchor;
use super::input::ReportInput;
use super::words::{decimal, percent, share};
use crate::catalogue::NeedTier;
use crate::model::segment::{NeedProfile, SegmentProfile};

/// Need tiers of one group, top tier first.
#[derive(Debug, Serialize)]
pub(super) struct NeedBars {
    bars: Vec<NeedBar>,
    /// Shares are shown where any is known.
    with_share: bool,
    /// Fulfilment is shown where any is known.
    with_fulfilment: bool,
}

#[derive(Debug, Serialize)]
struct NeedBar {
    name: &'static str,
    tier: &'static str,
    /// Length, 0–100 of the longest; absent where the share is not known.
    length: Option<String>,
    share: String,
    fulfilment: String,
    /// Whether `fulfilment` is a figure.
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
    parts: Vec<Part>,
    shares: Vec<String>,
}

/// A stretch of the stacked bar.
#[derive(Debug, Serialize)]
struct Part {
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
    let needs = input.profiles.segments.iter().flat_map(|segment| &segment.needs);
    needs.filter_map(|need| need.share).map(|share| share.value).fold(0.0, f64::max)
}

/// Bars of one group, `longest` being the share that fills a bar; `None` where nothing is known of its needs.
pub(super) fn need_bars(segment: &SegmentProfile, longest: f64) -> Option<NeedBars> {
    let known = |need: &NeedProfile| need.share.is_some() || need.fulfilment.is_some();
    if !segment.needs.iter().any(known) {
        return None;
    }
    let bars = segment.needs.iter().rev().map(|need| NeedBar {
        name: need.tier.name(),
        tier: need.tier.slug(),
        length: need.share.filter(|_| longest > 0.0).map(|s| unit(s.value / longest * 100.0)),
        share: need.share.map_or_else(|| "not known".to_owned(), |s| percent(s.value)),
        fulfilment: need.fulfilment.map_or_else(|| "not known".to_owned(), |f| decimal(f.value, 1)),
        served: need.fulfilment.is_some(),
    });
    let with_fulfilment = segment.needs.iter().any(|need| need.fulfilment.is_some());
    let with_share = segment.needs.iter().any(|need| need.share.is_some());
    Some(NeedBars { bars: bars.collect(), with_share, with_fulfilment })
}

/// All groups side by side, everybody last; `None` where no group's needs are known.
pub(super) fn needs_overview(input: &ReportInput<'_>) -> Option<NeedsOverview> {
    let groups = input.profiles.segments.iter().filter(|segment| !segment.suppressed);
    let known = |segment: &&SegmentProfile| segment.needs.iter().any(|need| need.share.is_some());
    let mut rows: Vec<NeedsRow> = groups.filter(known).map(|segment| row(segment, true)).collect();
    if rows.is_empty() {
        return None;
    }
    if known(&&input.profiles.everyone) {
        rows.push(row(&input.profiles.everyone, false));
    }
    let tiers = NeedTier::ALL.map(|tier| TierWords { name: tier.name(), tier: tier.slug(), about: about(tier) });
    Some(NeedsOverview { rows, tiers: tiers.into(), finding: finding(input) })
}

fn row(segment: &SegmentProfile, is_group: bool) -> NeedsRow {
    let (mut parts, mut x) = (Vec::new(), 0.0);
    for need in &segment.needs {
        let Some(share) = need.share.map(|s| s.value * 100.0) else { continue };
        let label = if share >= 8.0 { decimal(share, 0) } else { String::new() };
        let width = (share - 0.25).max(0.0);
        parts.push(Part {
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
        anchor: is_group.then(|| anchor(&segment.segment_id)),
        parts,
        shares: segment.needs.iter().map(|need| share(need.share)).collect(),
    }
}

/// The tier that most customers are to be served on next.
fn finding(input: &ReportInput<'_>) -> String {
    let needs = &input.profiles.everyone.needs;
    let largest = needs
        .iter()
        .filter_map(|need| Some((need.share?.value, need)))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    largest.map_or_else(String::new, |(value, need)| {
        let served = need.fulfilment.map(|f| format!(", served at {} of 10", decimal(f.value, 1))).unwrap_or_default();
        format!(
            "Most often the tier to serve next is {} ({}{served}).",
            need.tier.name().to_lowercase(),
            percent(value)
        )
    })
}

/// A coordinate: two decimals at most, no trailing zeros.
pub(super) fn unit(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!([0.0, 12.5, 3.456_78, 100.0].map(unit), ["0", "12.5", "3.46", "100"]);
    }
}
