//! What holds a night back for its inputs alone.

use crate::job::gated::Gated;
use crate::job::project::Project;
use crate::tables::contract::{OnBad, contract_of};
use crate::tables::intake::Intake;
use crate::tables::ledger::{ColumnCells, SCALE, Scope, TableLedger};
use crate::tables::manifest::Manifest;
use crate::tables::report::Alert;

use super::past::EarlierNight;

/// Name under which the manifest counts the customers of a night.
pub(in crate::job) const CUSTOMERS: &str = "customers";

/// Names under which it counts those who rated something, and the signals that could be computed.
pub(in crate::job) const RESPONDENTS: &str = "respondents";
pub(in crate::job) const SIGNALS: &str = "signals";

/// Holds the inputs against every gate that needs no score. `eve`: the night before, if there is one.
pub(super) fn of_inputs(project: &Project, intake: &Intake, eve: Option<&EarlierNight>) -> Gated {
    let mut gated = Gated::default();
    rejected(project, intake, &mut gated);
    cells(project, intake, &mut gated);
    answers(project, intake, &mut gated);
    if let Some(eve) = eve {
        against_last_night(project, intake, &eve.manifest, &mut gated);
    }
    gated
}

/// Key of the alert about flags that protect and cannot be read.
pub(super) const UNREAD_PROTECTION: &str = "bad_cells";

/// Alerts about what is left out of every figure anyway: people of no list, and people protected because a flag of theirs
/// cannot be read. They may stand for years, and speak against no model.
pub(super) const LEFT_OUT_ANYWAY: [&str; 2] = [STRANGERS, UNREAD_PROTECTION];

/// What is told of unreadable flags that protect, on any night.
///
/// METHOD: whoever cannot be understood is protected, so nothing that is published is wrong for it, and no gate holds it
/// back; a flag that nobody can read protects everybody, and that is a night in which nobody may be scored. Our judgment.
pub(super) fn unread_protection(project: &Project, intake: &Intake) -> Vec<Alert> {
    let limit = project.settings().gates.max_bad_cells;
    let mut alerts = Vec::new();
    for table in &intake.ledger().tables {
        for cells in table.columns.iter().filter(|cells| protects(table, cells) && cells.bad_share() > limit) {
            alerts.push(Alert {
                key: UNREAD_PROTECTION,
                severity: "alert",
                what: format!("{}: {}.", table.table.slug(), bad_cells(table, cells, limit)),
                how_big: format!("{} cells count as yes, and so protect", cells.bad()),
                since: None,
                likely_cause: "data",
                to_do: "write yes or no, true or false, 1 or 0, or correct the column at its origin".to_owned(),
            });
        }
    }
    alerts
}

/// Key of the alert about tables most of whose rows belong to nobody.
pub(super) const STRANGERS: &str = "orphans";

/// Tables most of whose rows belong to nobody: ids are written otherwise there, or another list of customers is meant. Told on
/// every night, the first one too.
pub(super) fn strangers(intake: &Intake) -> Vec<Alert> {
    let most = intake.coverage().orphans.iter().filter(|(_, orphans)| 2 * orphans.rows > orphans.of);
    let told = most.map(|(&table, orphans)| {
        let notes = &intake.ledger().notes;
        let note = notes.iter().find(|note| note.table == Some(table) && note.topic == "orphans");
        Alert {
            key: STRANGERS,
            severity: "alert",
            what: note.map_or_else(String::new, |note| format!("{}.", note.text.trim_end_matches('.'))),
            how_big: format!("{} of {} rows of {} are left out", orphans.rows, orphans.of, table.slug()),
            since: None,
            likely_cause: "data",
            to_do:
                "bring the ids of both files to one form by `id` or `query`, or map the list of customers that is meant"
                    .to_owned(),
        }
    });
    told.collect()
}

/// Whether an unreadable cell of the column protects somebody.
fn protects(table: &TableLedger, cells: &ColumnCells) -> bool {
    contract_of(table.table).column(&cells.canonical).is_some_and(|rule| rule.bad == OnBad::Protect)
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

/// Cells that cannot be used, column by column of every table. What rows were rejected for, and hold the night as rows, is
/// not said again as cells.
fn cells(project: &Project, intake: &Intake, gated: &mut Gated) {
    let gates = &project.settings().gates;
    let limit = gates.max_bad_cells;
    for table in &intake.ledger().tables {
        let rows_hold = table.rejected_share() > gates.max_rejected_share;
        let is_said = |column: &str| rows_hold && table.faults_of(column).iter().all(|fault| fault.scope == Scope::Row);
        // Answers have a gate of their own, over all questions together.
        for cells in table.columns.iter().filter(|cells| !cells.answers && cells.bad() > 0 && !protects(table, cells)) {
            if is_said(&cells.column) {
                continue;
            }
            let message = format!("{}: {}", table.table.slug(), bad_cells(table, cells, limit));
            let check = format!("bad_cells:{}", cells.canonical);
            gated.gate(table.table.slug(), &check, cells.bad_share(), limit, cells.bad(), message);
        }
    }
}

/// How many cells of a column cannot be used, in which way, and what to do.
fn bad_cells(table: &TableLedger, cells: &ColumnCells, limit: f64) -> String {
    format!(
        "{} of {} cells of {} cannot be used ({:.1} %, limit {:.1} %){}",
        cells.bad(),
        cells.read,
        named(cells),
        cells.bad_share() * 100.0,
        limit * 100.0,
        kinds_and_cure(table, &[cells]),
    )
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
