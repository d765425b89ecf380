//! What a data scientist reads first about the model, label by label.

use crate::job::finished::FinishedNight;
use crate::model::fit::{FitReport, HeldOut, NullComparison};
use crate::model::segment::drivers::reading;

/// Elements named among those that hold the segments up.
const HOLDS_SHOWN: usize = 3;

/// Elements named among those that an outcome goes with.
const DRIVERS_SHOWN: usize = 5;

/// Labels and values for the report's appendix, in order.
pub(super) fn details(night: &FinishedNight<'_>) -> Vec<(String, String)> {
    let model = &night.described.model;
    let report = model.report();
    let factors = report.factors.map_or("none".to_owned(), |q| q.to_string());
    let mut said = vec![
        line("Model", model.id()),
        line("Segments cut on", model.cut_on().slug()),
        line("Method", format!("{}, common factors: {factors}", report.method.slug())),
        line("Respondents the segments were found on", report.respondents.to_string()),
        line("Seed", night.tonight.project.settings().model.seed.to_string()),
    ];
    said.extend(found(report));
    said.extend(typing(night));
    said.extend(report.held_out.iter().map(hidden));
    said.extend(rules(night));
    said.extend(goes_with(night));
    said.extend(night.findings.details());
    said.push(line(
        "Figures of groups",
        "carry noise that hides what any one customer added, and no more digits than their interval deserves; numbers of \
         people are multiples of five here, and exact in the tables",
    ));
    said.push(line("Catalogue", night.tonight.project.catalogue().version()));
    said.push(line("Program", env!("CARGO_PKG_VERSION")));
    said
}

fn line(label: &str, value: impl Into<String>) -> (String, String) {
    (label.to_owned(), value.into())
}

/// Why this solution, whether it is found again, and what the raw ratings would have given.
fn found(report: &FitReport) -> Vec<(String, String)> {
    let mut said = Vec::new();
    if !report.choice.is_empty() {
        said.push(line("Why this solution", report.choice.as_str()));
    }
    if let Some(structure) = report.structure() {
        let stability = report.stability.map_or_else(String::new, |s| format!(", agreement of resamples {s:.2}"));
        said.push(line("As groups", format!("{}{stability}", structure.slug())));
    }
    said.extend(report.null.as_ref().map(|null| line("Held against nothing to find", chance(null))));
    if let Some(agreement) = report.agreement_with_raw {
        let moved = report
            .moved_with_raw
            .map_or_else(String::new, |moved| format!("; {:.0} % would be in another segment", 100.0 * moved));
        said.push(line("Agreement with k-means on raw ratings", format!("{agreement:.2}{moved}")));
    }
    said
}

/// What the first outcome of which something is said goes with most, among everybody.
fn goes_with(night: &FinishedNight<'_>) -> Vec<(String, String)> {
    let Some((outcome, explained)) = night.described.told.everyone.drivers.leading() else { return Vec::new() };
    let min_cell = night.tonight.min_cell();
    let mut drivers: Vec<_> = explained.elements.iter().filter(|driver| driver.answers >= min_cell).collect();
    drivers.sort_by(|a, b| b.share.value.total_cmp(&a.share.value));
    drivers
        .into_iter()
        .take(DRIVERS_SHOWN)
        .map(|driver| {
            let label = format!("What goes with {}", outcome.words());
            (label, reading(night.tonight.project.catalogue(), outcome, explained, driver))
        })
        .collect()
}

/// The null comparison in words.
fn chance(null: &NullComparison) -> String {
    let most = |values: &[f64]| values.iter().copied().reduce(f64::max);
    let mut said = Vec::new();
    if let Some(most) = most(&null.shuffled_stability) {
        said.push(format!("shuffled ratings agree with themselves up to {most:.2}"));
    }
    let continuum = null.shuffled_gain.iter().chain(&null.continuum_gain).copied().reduce(f64::max);
    if let (Some(gain), Some(most)) = (null.gain, continuum) {
        said.push(format!("gain over one group {gain:.0}, at most {most:.0} where there are no groups"));
    }
    if said.is_empty() { "not known".to_owned() } else { said.join("; ") }
}

/// How people are placed who were not asked, which few questions would do, which elements carry the solution.
fn typing(night: &FinishedNight<'_>) -> Vec<(String, String)> {
    let report = night.described.model.report();
    let catalogue = night.tonight.project.catalogue();
    let mut said = Vec::new();
    said.extend(report.typing.as_ref().map(|typing| line("Placing people who were not asked", typing.sentence())));
    if let Some(questions) = &report.questions {
        said.extend(questions.golden.sentence(catalogue).map(|sentence| line("Golden questions", sentence)));
        let holds: Vec<String> =
            questions.holds.iter().take(HOLDS_SHOWN).map(|hold| hold.sentence(catalogue)).collect();
        if !holds.is_empty() {
            said.push(line("What holds the segments up", holds.join(" ")));
        }
    }
    said
}

fn hidden(held: &HeldOut) -> (String, String) {
    let known = if held.own_answers_known { "other answers known" } else { "signals alone" };
    let text = format!(
        "error {:.2} against {:.2} for the item's mean, {:.0} % of {} answers inside their 90 % interval",
        held.rmse,
        held.rmse_of_mean,
        held.coverage_90 * 100.0,
        held.answers
    );
    (format!("Hidden answers on {}, {known}", held.aspect.slug()), text)
}

/// A short rule for each segment that has one.
fn rules(night: &FinishedNight<'_>) -> Vec<(String, String)> {
    let model = &night.described.model;
    let of = |rule: &crate::model::fit::SegmentRule| {
        let segment = model.segments().get(rule.segment)?;
        Some((
            format!("Rule of thumb for {}", segment.id),
            rule.sentence(&segment.name, night.tonight.project.catalogue()),
        ))
    };
    model.report().rules.iter().filter_map(of).collect()
}
