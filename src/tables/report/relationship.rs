//! "How close are they?" Connection, arc, what customers are given and what keeps them, group by group; then whether
//! what others published holds here.

use serde::Serialize;

use super::cards::anchor;
use super::input::ReportInput;
use super::needs::unit;
use super::pathway::{StageRow, pathway, rivals};
use super::words::{NOT_KNOWN, count, decimal, money, percent, points, share};
use crate::model::rows::{ArcStage, Estimate};
use crate::model::segment::lens::{
    BalanceFigures, ConnectionFigures, ConsistencyFigures, Figure, GroupLens, LoyaltyFigures, Regularity, Unit, Verdict,
};

/// The section.
#[derive(Debug, Serialize)]
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
#[derive(Debug, Serialize)]
struct CloseRow {
    name: String,
    anchor: Option<String>,
    score: String,
    asked: String,
    gap: String,
    parts: Vec<Part>,
    arc: String,
    consistency: String,
    debt: String,
    loyalty: String,
    complaints: String,
}

/// A stretch of the stacked bar of arc stages.
#[derive(Debug, Serialize)]
struct Part {
    stage: u8,
    x: String,
    width: String,
    label: String,
    middle: String,
}

#[derive(Debug, Serialize)]
struct StageWords {
    stage: u8,
    name: &'static str,
}

#[derive(Debug, Serialize)]
struct RegularityRow {
    published: &'static str,
    source: &'static str,
    own: String,
    base: String,
    verdict: &'static str,
    /// Class of the mark.
    mark: &'static str,
}

fn stage_name(stage: ArcStage) -> &'static str {
    match stage {
        ArcStage::Unknown => "no dealings known",
        ArcStage::Exists => "knows it exists",
        ArcStage::Opinion => "has an opinion",
        ArcStage::Meaning => "sees a meaning in it",
        ArcStage::PartOfLife => "part of life",
        ArcStage::Indispensable => "indispensable",
    }
}

/// The section; `None` where nothing was computed.
pub(super) fn closeness(input: &ReportInput<'_>) -> Option<Closeness> {
    let lens = input.lens?;
    let name = |id: &str| input.profiles.segments.iter().find(|one| one.segment_id == id && !one.suppressed);
    let mut rows: Vec<CloseRow> = lens
        .segments
        .iter()
        .filter(|group| !group.suppressed)
        .filter_map(|group| Some(row(group, &name(&group.group)?.name, Some(anchor(&group.group)))))
        .collect();
    rows.push(row(&lens.everyone, "Everybody", None));
    Some(Closeness {
        finding: finding(&lens.everyone),
        pathway: pathway(&lens.everyone, input.currency),
        rivals: rivals(&lens.everyone),
        rows,
        stages: ArcStage::ALL.map(|stage| StageWords { stage: stage.number(), name: stage_name(stage) }).into(),
        regularities: input.regularities.iter().map(|one| regularity(one, input.currency)).collect(),
        limits: lens.limits.clone(),
    })
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

fn row(group: &GroupLens, name: &str, anchor: Option<String>) -> CloseRow {
    CloseRow {
        name: name.to_owned(),
        anchor,
        score: known(&group.connection.score()),
        asked: count(group.connection.score().base),
        gap: gap(&group.connection),
        parts: parts(group),
        arc: arc_words(group),
        consistency: consistency(&group.consistency),
        debt: debt(&group.balance),
        loyalty: loyalty(&group.loyalty),
        complaints: complaints(group),
    }
}

/// A share with its interval, or why there is none.
pub(super) fn known(figure: &Figure) -> String {
    match figure.value {
        Some(value) => figure.estimate().map_or_else(|| percent(value), |estimate| share(Some(estimate))),
        None => missing(figure),
    }
}

fn missing(figure: &Figure) -> String {
    if figure.suppressed { "too few to show".to_owned() } else { NOT_KNOWN.to_owned() }
}

fn hundredfold(figure: &Figure) -> Option<Estimate> {
    figure.estimate().map(|e| Estimate { value: 100.0 * e.value, low: 100.0 * e.low, high: 100.0 * e.high })
}

fn gap(connection: &ConnectionFigures) -> String {
    match (hundredfold(&connection.good_brand_gap), connection.gap_size) {
        (Some(gap), Some(size)) => format!("{}, {}", points(Some(gap)), size.slug()),
        _ => missing(&connection.good_brand_gap),
    }
}

fn parts(group: &GroupLens) -> Vec<Part> {
    let (mut parts, mut x) = (Vec::new(), 0.0);
    for (stage, figure) in &group.arc.stages {
        let Some(share) = figure.value.map(|value| value * 100.0) else { continue };
        // The first stage is ground, not a finding: it stays without a number.
        let labelled = share >= 8.0 && *stage != ArcStage::Unknown;
        parts.push(Part {
            stage: stage.number(),
            x: unit(x),
            width: unit((share - 0.25).max(0.0)),
            label: if labelled { decimal(share, 0) } else { String::new() },
            middle: unit(x + share / 2.0),
        });
        x += share;
    }
    parts
}

fn arc_words(group: &GroupLens) -> String {
    let shares = group
        .arc
        .stages
        .iter()
        .filter_map(|(stage, figure)| Some(format!("{} {}", stage_name(*stage), percent(figure.value?))));
    let mut words: Vec<String> = shares.collect();
    if let (Some(up), Some(down)) = (group.arc.up.value, group.arc.down.value) {
        words.push(format!("{} up and {} down since the night before", percent(up), percent(down)));
    }
    if words.is_empty() { NOT_KNOWN.to_owned() } else { words.join(", ") }
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
        match figure.value {
            Some(value) => told.push((value, name(kind))),
            None => lacking.push(name(kind)),
        }
    }
    if told.is_empty() {
        return NOT_KNOWN.to_owned();
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
        .filter_map(|(ratio, figure)| Some(format!("{} at {ratio} to 1", percent(figure.value?))))
        .collect();
    match figures.debt.value {
        _ if line.is_empty() => figures.in_debt.first().map_or_else(|| NOT_KNOWN.to_owned(), |(_, f)| missing(f)),
        Some(debt) => format!("{}; {} good experiences short on average", line.join(", "), decimal(debt, 1)),
        None => line.join(", "),
    }
}

fn loyalty(figures: &LoyaltyFigures) -> String {
    let types: Vec<String> = figures
        .types
        .iter()
        .filter(|(_, figure)| figure.value.is_some_and(|value| value > 0.0))
        .filter_map(|(of, figure)| Some(format!("{} {}", of.slug().replace('_', " "), percent(figure.value?))))
        .collect();
    if types.is_empty() { NOT_KNOWN.to_owned() } else { types.join(", ") }
}

fn complaints(group: &GroupLens) -> String {
    let figures = &group.complaints;
    match (figures.number.value, figures.answered.value, figures.resolved.value, figures.repeated.value) {
        (Some(number), Some(answered), Some(resolved), Some(repeated)) => format!(
            "{}: {} answered, {} resolved, {} repeated",
            decimal(number, 0),
            percent(answered),
            percent(resolved),
            percent(repeated)
        ),
        (Some(_), ..) => "none".to_owned(),
        _ => missing(&figures.number),
    }
}

fn regularity(one: &Regularity, currency: &str) -> RegularityRow {
    let estimate = match (one.value, one.low, one.high) {
        (Some(value), Some(low), Some(high)) => Some(Estimate { value, low, high }),
        _ => None,
    };
    let (verdict, mark) = match one.verdict {
        Verdict::Holds => ("holds", "yes"),
        Verdict::DoesNot => ("does not", "no"),
        Verdict::Undecided => ("undecided", ""),
        Verdict::TooFew => ("too few", ""),
        Verdict::NotAsked => ("not asked", ""),
    };
    RegularityRow {
        published: one.published,
        source: one.source,
        own: estimate.map_or_else(|| NOT_KNOWN.to_owned(), |estimate| own(estimate, one.unit, currency)),
        base: count(one.base),
        verdict,
        mark,
    }
}

fn own(e: Estimate, unit: Unit, currency: &str) -> String {
    let hundred = Estimate { value: 100.0 * e.value, low: 100.0 * e.low, high: 100.0 * e.high };
    match unit {
        Unit::Share => share(Some(e)),
        Unit::Difference => format!("{} points", points(Some(hundred))),
        Unit::Points => format!("{} points", points(Some(e))),
        Unit::Multiple => {
            format!("{} times ({} to {})", decimal(e.value, 1), decimal(e.low, 1), decimal(e.high, 1))
        }
        Unit::Money => {
            format!("{} ({} to {})", money(e.value, currency), money(e.low, currency), money(e.high, currency))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::segment::lens::{Claim, ConsistencyFigures};

    fn figure(value: Option<f64>) -> Figure {
        Figure { value, low: value.map(|v| v - 0.1), high: value.map(|v| v + 0.1), base: 100, suppressed: false }
    }

    #[test]
    fn consistency_names_the_weakest_first_and_what_is_missing() {
        let kinds =
            [("journey", Some(0.9)), ("emotional", None), ("communication", Some(0.62)), ("composite", Some(0.6))];
        let figures = ConsistencyFigures {
            kinds: kinds.map(|(kind, value)| (kind, figure(value))).into(),
            promises_kept: Figure::default(),
            good_contacts: Figure::default(),
            poor_in_six: Figure::default(),
            all_good: Figure::default(),
            between_channels: Figure::default(),
            between_sites: Figure::default(),
        };
        assert_eq!(
            consistency(&figures),
            "promises kept 0.62, each step as good as the others 0.90; not known: a good feeling that lasts"
        );
    }

    #[test]
    fn debt_is_said_with_its_sensitivity() {
        let figures = BalanceFigures {
            in_debt: vec![(3.0, figure(Some(0.2))), (12.0, figure(Some(0.5)))],
            debt: figure(Some(1.34)),
        };
        let said = debt(&figures);
        assert_eq!(said, "20.0\u{a0}% at 3 to 1, 50.0\u{a0}% at 12 to 1; 1.3 good experiences short on average");
        let none = BalanceFigures { in_debt: vec![(3.0, Figure::default())], debt: Figure::default() };
        assert_eq!(debt(&none), "not known");
    }

    #[test]
    fn a_withheld_share_is_not_called_unknown() {
        assert_eq!(known(&Figure { base: 4, suppressed: true, ..Figure::default() }), "too few to show");
        assert_eq!(known(&Figure::default()), "not known");
        assert_eq!(known(&figure(Some(0.3))), "30.0\u{a0}% (20.0 to 40.0)");
    }

    #[test]
    fn a_multiple_that_holds_is_said_in_times() {
        let row = regularity(
            &Regularity {
                id: "recommend_multiple",
                source: "Mori",
                published: "3 times",
                published_value: 3.0,
                claim: Claim::AtLeast(3.0),
                unit: Unit::Multiple,
                value: Some(4.0),
                low: Some(3.1),
                high: Some(5.25),
                base: 1_200,
                verdict: Verdict::Holds,
            },
            "EUR",
        );
        assert_eq!((row.own.as_str(), row.base.as_str(), row.verdict), ("4.0 times (3.1 to 5.2)", "1,200", "holds"));
    }
}
