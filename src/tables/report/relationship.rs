//! "How close are they?" Connection, arc, what customers are given and what keeps them, group by group; then whether
//! what others published holds here.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::pathway::{StageRow, pathway, rivals};
use super::quantity::Quantity;
use super::words::{anchor, count, decimal, known, missing, money_range, percent, points, share, unit};
use crate::model::rows::{ArcStage, Estimate};
use crate::model::segment::SegmentNight;
use crate::model::segment::lens::{
    ArcFigures, BalanceFigures, ComplaintFigures, ConnectionFigures, ConsistencyFigures, GroupLens, LoyaltyFigures,
    Regularity, RegularityVerdict, Unit,
};

/// The section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Closeness {
    finding: String,
    rows: Vec<CloseRow>,
    pathway: Vec<StageRow>,
    rivals: Vec<String>,
    stages: Vec<StageWords>,
    regularities: Vec<RegularityRow>,
    limits: Vec<String>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CloseRow {
    name: String,
    anchor: Option<String>,
    score: Quantity,
    asked: Quantity,
    gap: Quantity,
    /// How large the gap is, in a word; empty where it is not known.
    gap_size: String,
    parts: Vec<ArcStretch>,
    arc: String,
    consistency: String,
    debt: String,
    loyalty: String,
    complaints: String,
}

/// A stretch of the stacked bar of arc stages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ArcStretch {
    pub(super) stage: u8,
    pub(super) x: String,
    width: String,
    label: String,
    middle: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct StageWords {
    stage: u8,
    name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RegularityRow {
    published: String,
    source: String,
    own: Quantity,
    /// What `own` counts, where it is no share and no money.
    own_unit: String,
    base: Quantity,
    verdict: String,
    /// Class of the mark.
    mark: String,
}

/// The section.
pub(super) fn closeness(input: &ReportInput<'_>) -> Closeness {
    let everyone = &input.night.everyone;
    let shown = input.night.segments.iter().filter(|segment| !segment.profile.suppressed);
    let mut rows: Vec<CloseRow> = shown.map(|segment| row(segment, Some(anchor(&segment.id)))).collect();
    rows.push(row(everyone, None));
    Closeness {
        finding: finding(&everyone.lens),
        pathway: pathway(&everyone.lens, input.currency),
        rivals: rivals(&everyone.lens),
        rows,
        stages: ArcStage::ALL.map(|stage| StageWords { stage: stage.number(), name: stage.phrase().to_owned() }).into(),
        regularities: input.night.regularities.iter().map(|one| regularity(one, input.currency)).collect(),
        limits: input.night.lens_limits.clone(),
    }
}

fn finding(everyone: &GroupLens) -> String {
    let connection = &everyone.connection;
    let Some(score) = connection.score().estimate() else {
        return "How connected customers feel is not known: too few were asked.".to_owned();
    };
    let gap = match (connection.good_brand_gap.estimate(), connection.gap_size) {
        // What may be no gap at all is left to the table.
        (Some(gap), Some(size)) if gap.low > 0.0 => format!(
            " {} points more call it a good brand without being connected to it: a {} gap.",
            decimal(gap.value * 100.0, 0),
            size.slug()
        ),
        _ => String::new(),
    };
    format!("{} of those asked are fully connected.{gap}", share(Some(score)))
}

fn row(group: &SegmentNight, anchor: Option<String>) -> CloseRow {
    let lens = &group.lens;
    CloseRow {
        name: group.name.clone(),
        anchor,
        score: known(&lens.connection.score()),
        asked: count(lens.connection.score().n()),
        gap: gap(&lens.connection),
        gap_size: lens.connection.gap_size.map_or_else(String::new, |size| size.slug().to_owned()),
        parts: parts(&lens.arc),
        arc: arc_words(&lens.arc),
        consistency: consistency(&lens.consistency),
        debt: debt(&lens.balance),
        loyalty: loyalty(&lens.loyalty),
        complaints: complaints(&lens.complaints),
    }
}

/// By how many points more call it a good brand than are connected to it.
pub(super) fn gap(connection: &ConnectionFigures) -> Quantity {
    let gap = connection.good_brand_gap.estimate();
    gap.map_or_else(|| missing(&connection.good_brand_gap), |gap| points(Some(gap.times(100.0))))
}

pub(super) fn parts(arc: &ArcFigures) -> Vec<ArcStretch> {
    let (mut parts, mut x) = (Vec::new(), 0.0);
    for (stage, figure) in &arc.stages {
        let Some(share) = figure.value().map(|value| value * 100.0) else { continue };
        // The first stage is ground, not a finding: it stays without a number.
        let labeled = share >= 8.0 && *stage != ArcStage::Unknown;
        parts.push(ArcStretch {
            stage: stage.number(),
            x: unit(x),
            width: unit((share - 0.25).max(0.0)),
            label: if labeled { decimal(share, 0).to_string() } else { String::new() },
            middle: unit(x + share / 2.0),
        });
        x += share;
    }
    parts
}

pub(super) fn arc_words(arc: &ArcFigures) -> String {
    let shares = arc
        .stages
        .iter()
        .filter_map(|(stage, figure)| Some(format!("{} {}", stage.phrase(), percent(figure.value()?))));
    let mut words: Vec<String> = shares.collect();
    if let (Some(up), Some(down)) = (arc.up.value(), arc.down.value()) {
        words.push(format!("{} up and {} down since the night before", percent(up), percent(down)));
    }
    if words.is_empty() { Quantity::UNKNOWN.to_string() } else { words.join(", ") }
}

/// The three kinds, the least first to be named, and which are missing.
fn consistency(figures: &ConsistencyFigures) -> String {
    let name = |kind: &str| match kind {
        "journey" => "each step as good as the others",
        "emotional" => "a good feeling that lasts",
        _ => "promises kept",
    };
    let (mut told, mut lacking) = (Vec::new(), Vec::new());
    for (kind, figure) in figures.kinds.iter().filter(|(kind, _)| *kind != "composite") {
        match figure.value() {
            Some(value) => told.push((value, name(kind))),
            None => lacking.push(name(kind)),
        }
    }
    if told.is_empty() {
        return Quantity::UNKNOWN.to_string();
    }
    told.sort_by(|a, b| a.0.total_cmp(&b.0));
    let told: Vec<String> = told.into_iter().map(|(value, name)| format!("{name} {}", decimal(value, 2))).collect();
    let lacking = if lacking.is_empty() { String::new() } else { format!("; not known: {}", lacking.join(", ")) };
    format!("{}{lacking}", told.join(", "))
}

fn debt(figures: &BalanceFigures) -> String {
    let line: Vec<String> = figures
        .in_debt
        .iter()
        .filter_map(|(ratio, figure)| Some(format!("{} at {ratio} to 1", percent(figure.value()?))))
        .collect();
    match figures.debt.value() {
        _ if line.is_empty() => figures.in_debt.first().map_or(Quantity::UNKNOWN, |(_, f)| missing(f)).to_string(),
        Some(debt) => format!("{}; {} good experiences short on average", line.join(", "), decimal(debt, 1)),
        None => line.join(", "),
    }
}

fn loyalty(figures: &LoyaltyFigures) -> String {
    let types: Vec<String> = figures
        .types
        .iter()
        .filter(|(_, figure)| figure.value().is_some_and(|value| value > 0.0))
        .filter_map(|(of, figure)| Some(format!("{} {}", of.slug().replace('_', " "), percent(figure.value()?))))
        .collect();
    if types.is_empty() { Quantity::UNKNOWN.to_string() } else { types.join(", ") }
}

fn complaints(figures: &ComplaintFigures) -> String {
    let [number, answered, resolved, repeated] =
        [figures.number, figures.answered, figures.resolved, figures.repeated].map(|figure| figure.value());
    match (number, answered, resolved, repeated) {
        (Some(number), Some(answered), Some(resolved), Some(repeated)) => format!(
            "{}: {} answered, {} resolved, {} repeated",
            decimal(number, 0),
            percent(answered),
            percent(resolved),
            percent(repeated)
        ),
        (Some(_), ..) => "none".to_owned(),
        _ => missing(&figures.number).to_string(),
    }
}

fn regularity(one: &Regularity, currency: &str) -> RegularityRow {
    let (verdict, mark) = match one.verdict {
        RegularityVerdict::Holds => ("holds", "yes"),
        RegularityVerdict::DoesNot => ("does not", "no"),
        RegularityVerdict::Undecided => ("undecided", ""),
        RegularityVerdict::TooFew => ("too few", ""),
        RegularityVerdict::NotAsked => ("not asked", ""),
    };
    let own_unit = match one.published.unit {
        Unit::Difference | Unit::Points => "points",
        Unit::Multiple => "times",
        Unit::Share | Unit::Money => "",
    };
    RegularityRow {
        published: one.published.text.to_owned(),
        source: one.published.source.to_owned(),
        own: one.own.estimate().map_or(Quantity::UNKNOWN, |estimate| own(estimate, one.published.unit, currency)),
        own_unit: one.own.estimate().map_or_else(String::new, |_| own_unit.to_owned()),
        base: count(one.own.n()),
        verdict: verdict.to_owned(),
        mark: mark.to_owned(),
    }
}

fn own(e: Estimate, unit: Unit, currency: &str) -> Quantity {
    match unit {
        Unit::Share => share(Some(e)),
        Unit::Difference => points(Some(e.times(100.0))),
        Unit::Points => points(Some(e)),
        Unit::Multiple => Quantity::Index { number: e.into(), places: 1, signed: false },
        Unit::Money => money_range(e, currency),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::Figure;
    use crate::model::segment::lens::{Claim, Published};
    use crate::stats::interval::Interval;

    fn figure(value: f64) -> Figure {
        Figure::of(100, 100, Some(Interval { value, low: value - 0.1, high: value + 0.1 }))
    }

    #[test]
    fn consistency_names_the_weakest_first_and_what_is_missing() {
        let kinds = vec![
            ("journey", figure(0.9)),
            ("emotional", Figure::default()),
            ("communication", figure(0.62)),
            ("composite", figure(0.6)),
        ];
        assert_eq!(
            consistency(&ConsistencyFigures { kinds, ..ConsistencyFigures::default() }),
            "promises kept 0.62, each step as good as the others 0.90; not known: a good feeling that lasts"
        );
    }

    #[test]
    fn debt_is_said_with_its_sensitivity() {
        let figures = BalanceFigures { in_debt: vec![(3.0, figure(0.2)), (12.0, figure(0.5))], debt: figure(1.34) };
        let said = debt(&figures);
        assert_eq!(said, "20.0\u{a0}% at 3 to 1, 50.0\u{a0}% at 12 to 1; 1.3 good experiences short on average");
        let none = BalanceFigures { in_debt: vec![(3.0, Figure::default())], debt: Figure::default() };
        assert_eq!(debt(&none), "not known");
    }

    #[test]
    fn a_multiple_that_holds_is_said_in_times() {
        let published = Published {
            id: "recommend_multiple",
            source: "Mori",
            text: "3 times",
            number: 3.0,
            claim: Claim::AtLeast(3.0),
            unit: Unit::Multiple,
        };
        let own = Figure::of(1_200, 1_200, Some(Interval { value: 4.0, low: 3.1, high: 5.25 }));
        let row = regularity(&Regularity { published, own, verdict: RegularityVerdict::Holds }, "EUR");
        let said = (row.own.to_string(), row.own_unit.as_str(), row.base.to_string(), row.verdict.as_str());
        assert_eq!(said, ("4.0 (3.1 to 5.2)".to_owned(), "times", "1,200".to_owned(), "holds"));
    }
}
