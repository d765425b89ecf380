//! What holds a night back: yesterday stays live, and the reason is said in plain words.

use crate::job::error::JobError;
use crate::job::obtain::{Obtained, newest_before};
use crate::job::project::Project;
use crate::job::settings::Refit;
use crate::model::Profiles;
use crate::tables::intake::Intake;
use crate::tables::manifest::Manifest;
use crate::tables::write::QualityRow;

/// Name under which the manifest counts the customers of a night.
pub(super) const CUSTOMERS: &str = "customers";

/// What the gates found: one row a check, and the reasons to hold the night.
pub(super) struct Gated {
    /// Rows for the `quality` table.
    pub(super) checks: Vec<QualityRow>,
    /// Reasons in plain words; empty = the night may be published.
    pub(super) reasons: Vec<String>,
}

/// Holds the night against every gate.
pub(super) fn check(project: &Project, intake: &Intake, profiles: &Profiles) -> Result<Gated, JobError> {
    let mut gated = Gated { checks: Vec::new(), reasons: Vec::new() };
    rejected(project, intake, &mut gated);
    population(project, intake, &mut gated)?;
    segments(profiles, &mut gated);
    Ok(gated)
}

impl Gated {
    fn gate(&mut self, input: &str, check_id: &str, (value, limit): (f64, f64), rows: u64, message: String) {
        let failed = value > limit;
        self.checks.push(QualityRow {
            input: input.to_owned(),
            check_id: check_id.to_owned(),
            severity: "gate".to_owned(),
            status: if failed { "fail" } else { "ok" }.to_owned(),
            value: Some(value),
            limit: Some(limit),
            rows: Some(rows),
            message: message.clone(),
        });
        if failed {
            self.reasons.push(message);
        }
    }
}

/// With `refit = "always"` nobody looks at a new model before it is used, so the share of customers it moves, net of
/// label noise, is held to `gates.max_moved_share`. A refit that a person `asked` for is not held back.
pub(super) fn refit(project: &Project, obtained: &Obtained, asked: bool, gated: &mut Gated) {
    let Some(lineage) = obtained.lineage.as_ref().filter(|_| project.settings().model.refit == Refit::Always) else {
        return;
    };
    if asked {
        return;
    }
    let (net, limit) = (lineage.cost.net_share(), project.settings().gates.max_moved_share);
    let message = format!(
        "tonight's fit would move {:.1} % of customers net of label noise (limit {:.1} %)",
        net * 100.0,
        limit * 100.0
    );
    let moved = net * lineage.cost.customers as f64;
    gated.gate("night", "refit_moved_share", (net, limit), moved.round() as u64, message);
}

fn rejected(project: &Project, intake: &Intake, gated: &mut Gated) {
    let limit = project.settings().gates.max_rejected_share;
    for table in &intake.ledger().tables {
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
        gated.gate(table.table.slug(), "rejected_share", (share, limit), table.rejected, message);
    }
}

/// Compares the number of customers with that of the last night before this one.
fn population(project: &Project, intake: &Intake, gated: &mut Gated) -> Result<(), JobError> {
    let Some(eve) = project.as_of().pred_opt() else { return Ok(()) };
    let Some(folder) = newest_before(&project.out(), eve)? else { return Ok(()) };
    let before = Manifest::read(&folder)?.and_then(|manifest| manifest.counts.get(CUSTOMERS).copied());
    let Some(before) = before.filter(|before| *before > 0) else { return Ok(()) };
    let limit = project.settings().gates.max_population_change;
    let now = intake.n_customers();
    let change = (now as f64 - before as f64).abs() / before as f64;
    let message = format!(
        "{before} customers on the night before, {now} tonight ({:+.1} %, limit {:.1} %)",
        (now as f64 / before as f64 - 1.0) * 100.0,
        limit * 100.0
    );
    gated.gate("customers", "population_change", (change, limit), now, message);
    Ok(())
}

fn segments(profiles: &Profiles, gated: &mut Gated) {
    let scored = profiles.everyone.size;
    if scored == 0 {
        gated.reasons.push("nobody may be scored: every customer is suppressed".to_owned());
        return;
    }
    let share = profiles.unassigned.size as f64 / scored as f64;
    gated.checks.push(QualityRow {
        input: "night".to_owned(),
        check_id: "unassigned_share".to_owned(),
        severity: "note".to_owned(),
        status: "ok".to_owned(),
        value: Some(share),
        limit: None,
        rows: Some(profiles.unassigned.size),
        message: format!("{} of {scored} scored customers stay without a segment", profiles.unassigned.size),
    });
}
