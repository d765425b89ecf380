//! What holds a night back: yesterday stays live, and the reason is said in plain words.

use crate::codes::Code;
use crate::job::apply::Applied;
use crate::job::drift::DriftFindings;
use crate::job::error::JobError;
use crate::job::inputs::{EarlierNight, InputFindings};
use crate::job::obtain::Origin;
use crate::job::project::Project;
use crate::job::quality::note;
use crate::job::settings::{DriftGate, Refit};
use crate::job::tonight::Tonight;
use crate::model::segment::SegmentNights;
use crate::model::segment::drift::Drift;
use crate::tables::intake::Intake;
use crate::tables::ledger::{ColumnCells, SCALE, Scope, TableLedger};
use crate::tables::manifest::Manifest;
use crate::tables::report::Alert;
use crate::tables::schema::{QualityRow, Whereabouts};

/// Name under which the manifest counts the customers of a night.
pub(super) const CUSTOMERS: &str = "customers";

/// Names under which it counts those who rated something, and the signals that could be computed.
pub(super) const RESPONDENTS: &str = "respondents";
pub(super) const SIGNALS: &str = "signals";

/// What the gates found: one row a check, and the reasons to hold the night.
#[derive(Clone, Default)]
pub(super) struct Gated {
    /// Rows for the `quality` table.
    pub(super) checks: Vec<QualityRow>,
    /// Reasons in plain words; empty = the night may be published.
    pub(super) reasons: Vec<String>,
}

/// Holds the scored night against the gates that its inputs alone do not tell. `asked`: a person asked for a new model.
pub(super) fn check(
    tonight: &Tonight<'_>,
    applied: &Applied,
    groups: &SegmentNights,
    drift: Option<&Drift>,
    asked: bool,
) -> Result<Gated, JobError> {
    let mut gated = Gated::default();
    segments(groups, &mut gated);
    if !asked && !tonight.obtained.replaces_one_group {
        refit(tonight, &mut gated);
    }
    changes(tonight, applied, &mut gated)?;
    let hold = tonight.project.settings().gates.drift == DriftGate::Hold;
    gated.reasons.extend(drift.filter(|drift| hold && drift.fires()).map(Drift::sentence));
    Ok(gated)
}

/// What somebody should look at in the morning: why the night is held, what happened to the model, what to the inputs.
pub(super) fn alerts(gated: &Gated, findings: &DriftFindings<'_>, inputs: &InputFindings) -> Vec<Alert> {
    let held = (!gated.reasons.is_empty()).then(|| Alert {
        key: "held",
        severity: "hold",
        what: format!("The night was held back: {}.", gated.reasons.join("; ")),
        how_big: format!("{} gates", gated.reasons.len()),
        since: None,
        likely_cause: "data",
        to_do: Code::HeldBack.to_do().to_owned(),
    });
    held.into_iter().chain(findings.alerts()).chain(inputs.alerts.iter().cloned()).collect()
}

impl Gated {
    /// Holds the inputs against every gate that needs no score. `eve`: the night before, if there is one.
    pub(super) fn of_inputs(project: &Project, intake: &Intake, eve: Option<&EarlierNight>) -> Result<Self, JobError> {
        let mut gated = Self::default();
        rejected(project, intake, &mut gated);
        cells(project, intake, &mut gated);
        answers(project, intake, &mut gated);
        if let Some(eve) = eve {
            against_last_night(project, intake, &eve.manifest, &mut gated);
        }
        Ok(gated)
    }

    /// Both together.
    pub(super) fn and(mut self, mut other: Self) -> Self {
        self.checks.append(&mut other.checks);
        self.reasons.append(&mut other.reasons);
        self
    }

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

fn rejected(project: &Project, intake: &Intake, gated: &mut Gated) {
    let limit = project.settings().gates.max_rejected_share;
    for table in &intake.ledger().tables {
        if table.read == 0 {
            continue;
        }
        let share = table.rejected_share();
        let message = format!(
            "{}: {} of {} rows were rejected ({:.2} %, limit {:.2} %){}",
            table.table.slug(),
            table.lost(),
            table.read,
            share * 100.0,
            limit * 100.0,
            most_rejects(table),
        );
        gated.gate(table.table.slug(), "rejected_share", share, limit, table.rejected, message);
    }
}

/// What most rows were rejected for, and its cure.
fn most_rejects(table: &TableLedger) -> String {
    let of_rows = table.faults.iter().filter(|fault| fault.scope == Scope::Row);
    let most = of_rows.reduce(|most, next| if next.count > most.count { next } else { most });
    most.map_or_else(String::new, |fault| {
        format!("; most for {}: {}; to do: {}", fault.code.code(), fault.sentence(), fault.cure())
    })
}

/// Cells that cannot be used, column by column of every table.
fn cells(project: &Project, intake: &Intake, gated: &mut Gated) {
    let limit = project.settings().gates.max_bad_cells;
    for table in &intake.ledger().tables {
        // Answers have a gate of their own, over all questions together.
        for cells in table.columns.iter().filter(|cells| !cells.answers && cells.bad() > 0) {
            let share = cells.bad_share();
            let column = named(cells);
            let message = format!(
                "{}: {} of {} cells of {column} cannot be used ({:.1} %, limit {:.1} %){}",
                table.table.slug(),
                cells.bad(),
                cells.read,
                share * 100.0,
                limit * 100.0,
                kinds_and_cure(table, &[cells]),
            );
            gated.gate(
                table.table.slug(),
                &format!("bad_cells:{}", cells.canonical),
                share,
                limit,
                cells.bad(),
                message,
            );
        }
    }
}

/// The column as people know it: the source's, and what it is mapped to.
fn named(cells: &ColumnCells) -> String {
    if cells.column == cells.canonical || cells.canonical.is_empty() {
        format!("`{}`", cells.column)
    } else {
        format!("`{}` (read as `{}`)", cells.column, cells.canonical)
    }
}

/// How many cells of some columns are at fault in which way, what the most frequent fault looks like, and its cure.
fn kinds_and_cure(table: &TableLedger, columns: &[&ColumnCells]) -> String {
    let sum = |count: fn(&ColumnCells) -> u64| columns.iter().map(|cells| count(cells)).sum::<u64>();
    let kinds = [
        (sum(|cells| cells.missing), "missing"),
        (sum(|cells| cells.unreadable), "unreadable"),
        (sum(|cells| cells.off_scale), "off scale or out of range"),
    ];
    let kinds: Vec<String> =
        kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
    let faults = columns.iter().flat_map(|cells| table.faults_of(&cells.column));
    let worst = faults.reduce(|worst, next| if next.count > worst.count { next } else { worst });
    let worst = worst.map_or_else(String::new, |fault| {
        format!("; {}: {}; to do: {}", fault.code.code(), fault.sentence(), fault.cure())
    });
    format!(": {}{worst}", kinds.join(", "))
}

/// Answers that cannot be read, table by table.
fn answers(project: &Project, intake: &Intake, gated: &mut Gated) {
    let limit = project.settings().gates.max_bad_answers;
    for table in &intake.ledger().tables {
        let (read, bad) = table.answers().fold((0, 0), |(read, bad), cells| (read + cells.read, bad + cells.bad()));
        if bad == 0 {
            continue;
        }
        let share = bad as f64 / read as f64;
        let doubts = intake.ledger().notes.iter().filter(|note| note.table == Some(table.table) && note.topic == SCALE);
        let doubts: String = doubts.map(|note| format!(" {}", note.text.trim_end_matches('.'))).collect();
        let message = format!(
            "{}: {bad} of {read} answers cannot be read ({:.1} %, limit {:.1} %); has the scale changed?{doubts}{}",
            table.table.slug(),
            share * 100.0,
            limit * 100.0,
            kinds_and_cure(table, &table.answers().filter(|cells| cells.bad() > 0).collect::<Vec<_>>()),
        );
        gated.gate(table.table.slug(), "bad_answers", share, limit, bad, message);
    }
}

/// Compares customers, respondents and signals with those of the last night before this one.
fn against_last_night(project: &Project, intake: &Intake, manifest: &Manifest, gated: &mut Gated) {
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
