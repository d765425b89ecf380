//! The inputs of a night held against those of earlier nights: what is lost, doubled, re-coded or stale.
//!
//! Everything here is known before a model is looked at, so that none is fitted to inputs in doubt, and so that `check`
//! can say it without scoring anybody.

mod gates;
mod judge;
mod past;
mod words;

use crate::job::error::JobError;
use crate::job::gated::Gated;
use crate::job::project::Project;
use crate::tables::figures::{Figures, Mixes, parts};
use crate::tables::intake::{Intake, TableLook};
use crate::tables::report::Alert;
use crate::tables::spec::TableName;

pub(super) use gates::{CUSTOMERS, RESPONDENTS, SIGNALS};
use judge::Judge;
use past::Past;

/// What was found about the inputs of a night.
pub(super) struct InputFindings {
    /// What the next nights are held against.
    pub(super) figures: Figures,
    /// The same of words.
    pub(super) mixes: Mixes,
    /// Checks for the `quality` table and reasons to hold the night.
    pub(super) gated: Gated,
    /// What is told though the night is published.
    pub(super) alerts: Vec<Alert>,
    /// Keys of the figures that are told.
    pub(super) told: Vec<String>,
}

impl InputFindings {
    /// Counts the inputs, and holds them against every gate over inputs and against earlier nights.
    pub(super) fn of(project: &Project, intake: &Intake) -> Result<Self, JobError> {
        let (figures, mixes) = intake.figures()?;
        let past = Past::of(project)?;
        let mut gated = gates::of_inputs(project, intake, past.newest());
        let judge = Judge { gates: &project.settings().gates, past: &past };
        let changes = judge.changes(&figures, &mixes);
        let config_changed = past
            .newest()
            .is_some_and(|night| night.manifest.identity.config_fingerprint != project.loaded().fingerprint());
        let said = words::say(&changes, config_changed);
        gated.checks.extend(said.checks);
        gated.reasons.extend(said.reasons);
        let mut alerts = gates::unread_protection(project, intake);
        alerts.extend(gates::strangers(intake));
        alerts.extend(said.alerts);
        Ok(Self { figures, mixes, gated, alerts, told: said.told })
    }

    /// What can be told before anything is read: tables and columns that the night before had and that are not mapped any
    /// more.
    pub(super) fn foreseen(project: &Project, tables: &[TableLook]) -> Result<Self, JobError> {
        let past = Past::of(project)?;
        let is_lost = |table: &str, column: &str| {
            let look = tables.iter().find(|look| look.table.slug() == table);
            look.is_none_or(|look| look.not_mapped.contains(&column))
        };
        let kept = |key: &str| {
            let (kind, subject) = parts(key);
            match (kind, subject.split_once('.')) {
                ("reach", _) => !is_lost("customers", &format!("consent_{subject}")),
                ("protected", _) => !is_lost("customers", subject),
                ("value" | "valued", _) => !is_lost("orders", "amount"),
                (_, Some((table, column))) => !is_lost(table, column),
                (_, None) => TableName::parse(subject).is_none_or(|_| !is_lost(subject, "")),
            }
        };
        let figures: Figures =
            past.before().iter().filter(|(key, _)| kept(key)).map(|(key, value)| (key.clone(), *value)).collect();
        let changes = Judge { gates: &project.settings().gates, past: &past }.changes(&figures, &Mixes::new());
        let said = words::say(&changes, false);
        let gated = Gated { checks: said.checks, reasons: said.reasons };
        Ok(Self { figures, mixes: Mixes::new(), gated, alerts: said.alerts, told: said.told })
    }

    /// Why there is no model: inputs that hold the night are the cause where they do, not what is left of them.
    pub(super) fn behind(&self, error: JobError) -> JobError {
        match error {
            JobError::Model(error) if !self.gated.reasons.is_empty() => {
                let no_model = format!("and from what is left no model can be fitted: {error}");
                let reasons = self.gated.reasons.iter().cloned().chain([no_model]).collect();
                JobError::Held { reasons, kept: None }
            }
            error => error,
        }
    }

    /// Whether nothing speaks against learning from these inputs. `asked`: a person insists, and answers for what is told;
    /// not for what holds the night. What is in no figure, on this night or any, is not learned from and does not count.
    pub(super) fn may_be_learned_from(&self, asked: bool) -> bool {
        self.gated.reasons.is_empty()
            && (asked || self.alerts.iter().all(|alert| gates::LEFT_OUT_ANYWAY.contains(&alert.key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &'static str) -> InputFindings {
        let words = String::new;
        let (severity, likely_cause) = ("alert", "data");
        let alert = Alert { key, severity, what: words(), how_big: words(), since: None, likely_cause, to_do: words() };
        let (figures, mixes) = (Figures::new(), Mixes::new());
        InputFindings { figures, mixes, gated: Gated::default(), alerts: vec![alert], told: Vec::new() }
    }

    #[test]
    fn who_is_left_out_every_night_does_not_keep_a_model_from_being_fitted_and_a_change_does() {
        assert!(gates::LEFT_OUT_ANYWAY.iter().all(|key| told(key).may_be_learned_from(false)));
        assert!(!told("rows").may_be_learned_from(false) && told("rows").may_be_learned_from(true));
    }
}
