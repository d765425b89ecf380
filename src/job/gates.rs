//! What holds a night back: yesterday stays live, and the reason is said in plain words.

use crate::job::apply::Applied;
use crate::job::error::JobError;
use crate::job::obtain::{Origin, newest_before};
use crate::job::quality::note;
use crate::job::settings::{DriftGate, Refit};
use crate::job::tonight::Tonight;
use crate::model::segment::SegmentNights;
use crate::model::segment::drift::Drift;
use crate::tables::ledger::SCALE;
use crate::tables::manifest::Manifest;
use crate::tables::schema::{QualityRow, Whereabouts};
use crate::tables::spec::TableName;

/// Name under which the manifest counts the customers of a night.
pub(super) const CUSTOMERS: &str = "customers";

/// Names under which it counts those who rated something, and the signals that could be computed.
pub(super) const RESPONDENTS: &str = "respondents";
pub(super) const SIGNALS: &str = "signals";

/// What the gates found: one row a check, and the reasons to hold the night.
pub(super) struct Gated {
    /// Rows for the `quality` table.
    pub(super) checks: Vec<QualityRow>,
    /// Reasons in plain words; empty = the night may be published.
    pub(super) reasons: Vec<String>,
}

/// Holds the night against every gate. `asked`: a person asked for a new model.
pub(super) fn check(
    tonight: &Tonight<'_>,
    applied: &Applied,
    groups: &SegmentNights,
    drift: Option<&Drift>,
    asked: bool,
) -> Result<Gated, JobError> {
    let mut gated = Gated { checks: Vec::new(), reasons: Vec::new() };
    rejected(tonight, &mut gated);
    answers(tonight, &mut gated);
    against_last_night(tonight, &mut gated)?;
    segments(groups, &mut gated);
    if !asked && !tonight.obtained.replaces_one_group {
        refit(tonight, &mut gated);
    }
    changes(tonight, applied, &mut gated)?;
    let hold = tonight.project.settings().gates.drift == DriftGate::Hold;
    gated.reasons.extend(drift.filter(|drift| hold && drift.fires()).map(Drift::sentence));
    Ok(gated)
}

impl Gated {
    fn gate(&mut self, input: &str, check_id: &str, value: f64, limit: f64, rows: u64, message: String) {
        let failed = value > limit;
        self.checks.push(QualityRow {
            severity: "gate".to_owned(),
            status: if failed { "fail" } else { "ok" }.to_owned(),
            value: Some(value),
            limit: Some(limit),
            rows: Some(rows),
            ..note(input, check_id, message.clone())
        });
        if failed {
            self.reasons.push(message);
        }
    }
}

/// With `refit = "always"` nobody looks at a new model before it is used, so the share of customers it moves, net of
/// label noise, is held to `gates.max_moved_share`. A refit that a person asked for is not held back.
fn refit(tonight: &Tonight<'_>, gated: &mut Gated) {
    let settings = tonight.project.settings();
    let Some(lineage) = tonight.obtained.lineage.as_ref().filter(|_| settings.model.refit == Refit::Always) else {
        return;
    };
    let (net, limit) = (lineage.cost.net_share(), settings.gates.max_moved_share);
    let message = format!(
        "tonight's fit would move {:.1} % of customers net of label noise (limit {:.1} %)",
        net * 100.0,
        limit * 100.0
    );
    let moved = net * lineage.cost.customers as f64;
    gated.gate("night", "refit_moved_share", net, limit, moved.round() as u64, message);
}

fn rejected(tonight: &Tonight<'_>, gated: &mut Gated) {
    let limit = tonight.project.settings().gates.max_rejected_share;
    for table in &tonight.intake.ledger().tables {
        if table.read == 0 {
            continue;
        }
        let share = table.rejected as f64 / table.read as f64;
        let message = format!(
            "{}: {} of {} rows were rejected ({:.2} %, limit {:.2} %)",
            table.table.slug(),
            table.rejected,
            table.read,
            share * 100.0,
            limit * 100.0
        );
        gated.gate(table.table.slug(), "rejected_share", share, limit, table.rejected, message);
    }
}

/// Answers that cannot be read, table by table.
fn answers(tonight: &Tonight<'_>, gated: &mut Gated) {
    let Tonight { project, intake, .. } = tonight;
    let limit = project.settings().gates.max_bad_answers;
    let coverage = intake.coverage();
    let known = [
        (TableName::Ratings, coverage.answers.iter().sum::<u64>()),
        (TableName::Attitudes, coverage.attitudes.values().sum::<u64>()),
    ];
    for (table, good) in known {
        let Some(ledger) = intake.ledger().table(table).filter(|ledger| ledger.bad_cells > 0) else { continue };
        let bad = ledger.bad_cells;
        let share = bad as f64 / (bad + good) as f64;
        let doubts = intake.ledger().notes.iter().filter(|note| note.table == Some(table) && note.topic == SCALE);
        let doubts: String = doubts.map(|note| format!(" {}", note.text.trim_end_matches('.'))).collect();
        let message = format!(
            "{}: {bad} of {} answers cannot be read ({:.1} %, limit {:.1} %); has the scale changed?{doubts}",
            table.slug(),
            bad + good,
            share * 100.0,
            limit * 100.0
        );
        gated.gate(table.slug(), "bad_answers", share, limit, bad, message);
    }
}

/// Compares customers, respondents and signals with those of the last night before this one.
fn against_last_night(tonight: &Tonight<'_>, gated: &mut Gated) -> Result<(), JobError> {
    let Tonight { project, intake, .. } = tonight;
    let Some(eve) = project.as_of().pred_opt() else { return Ok(()) };
    let Some(folder) = newest_before(&project.out(), eve)? else { return Ok(()) };
    let Some(manifest) = Manifest::read(&folder)? else { return Ok(()) };
    let before = |name: &str| manifest.counts.get(name).copied().filter(|count| *count > 0);
    if let Some(before) = before(CUSTOMERS) {
        let (limit, now) = (project.settings().gates.max_population_change, intake.n_customers());
        let change = (now as f64 - before as f64).abs() / before as f64;
        let message = format!(
            "{before} customers on the night before, {now} tonight ({:+.1} %, limit {:.1} %)",
            (now as f64 / before as f64 - 1.0) * 100.0,
            limit * 100.0
        );
        gated.gate("customers", "population_change", change, limit, now, message);
    }
    let known = [(RESPONDENTS, intake.coverage().respondents), (SIGNALS, intake.signal_ids().len() as u64)];
    for (what, now) in known {
        let Some(before) = before(what) else { continue };
        let limit = project.settings().gates.max_coverage_loss;
        let lost = 1.0 - now.min(before) as f64 / before as f64;
        let message = format!(
            "{before} {what} on the night before, {now} tonight ({:.0} % lost, limit {:.0} %)",
            lost * 100.0,
            limit * 100.0
        );
        gated.gate("night", &format!("{what}_lost"), lost, limit, now, message);
    }
    Ok(())
}

/// Holds what became of customers against the night before: who moved, who is absent, who stays without a segment.
fn changes(tonight: &Tonight<'_>, applied: &Applied, gated: &mut Gated) -> Result<(), JobError> {
    let Tonight { project, obtained, earlier, .. } = tonight;
    let (gates, flows) = (&project.settings().gates, &applied.flows);
    let (mut stayed, mut moved) = (0, 0);
    for (from, to, customers) in flows.short.iter() {
        match (from, to) {
            (Whereabouts::Segment(a), Whereabouts::Segment(b)) if a == b => stayed += customers,
            (Whereabouts::Segment(_), Whereabouts::Segment(_)) => moved += customers,
            _ => {}
        }
    }
    // What a new model moves is judged by itself, net of label noise, before it takes over.
    if obtained.origin == Origin::Kept && stayed + moved > 0 {
        let share = moved as f64 / (stayed + moved) as f64;
        let message = format!(
            "{moved} of {} customers changed segment since the night before ({:.1} %, limit {:.1} %)",
            stayed + moved,
            share * 100.0,
            gates.max_moved_share * 100.0
        );
        gated.gate("night", "moved_share", share, gates.max_moved_share, moved, message);
    }
    let (before, gone) = (flows.before, flows.absent);
    if before > 0 {
        let (share, limit) = (gone as f64 / before as f64, gates.max_population_change);
        let message = format!(
            "{gone} of the {before} customers of the night before are not in tonight's inputs ({:.1} %, limit {:.1} %); have \
             their ids changed?",
            share * 100.0,
            limit * 100.0
        );
        gated.gate("customers", "customers_gone", share, limit, gone, message);
    }
    let sizes = earlier.sizes(earlier.before)?;
    let size = |id: &str| sizes.get(id).map(|(size, _)| *size as f64);
    // Where everybody was one group, nobody could stay without.
    let real = !obtained.replaces_one_group;
    if let (Some(none), Some(all), true) = (size("NONE"), size("ALL").filter(|all| *all > 0.0), real) {
        let now = applied.sums.unassigned_share().unwrap_or(0.0);
        let message = format!(
            "{:.1} % of scored customers stay without a segment, {:.1} % on the night before (limit {:.0} points more)",
            now * 100.0,
            none / all * 100.0,
            gates.max_unassigned_rise * 100.0
        );
        gated.gate("night", "unassigned_rise", now - none / all, gates.max_unassigned_rise, none as u64, message);
    }
    Ok(())
}

fn segments(night: &SegmentNights, gated: &mut Gated) {
    let (scored, unassigned) = (night.everyone.profile.size, night.unassigned.profile.size);
    if scored == 0 {
        gated.reasons.push("nobody may be scored: every customer is suppressed".to_owned());
        return;
    }
    let share = unassigned as f64 / scored as f64;
    let message = format!("{unassigned} of {scored} scored customers stay without a segment");
    gated.checks.push(QualityRow {
        status: "ok".to_owned(),
        value: Some(share),
        rows: Some(unassigned),
        ..note("night", "unassigned_share", message)
    });
}
