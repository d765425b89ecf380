//! What a night says about its model: rows of `quality`, notes of the report, alerts.

use super::Judged;
use super::challenge::{Attempt, Challenge};
use crate::job::challengers::Verdict;
use crate::job::error::JobError;
use crate::job::lineage::write_model_files;
use crate::job::obtain::{ObtainedModel, Origin};
use crate::job::project::Project;
use crate::job::quality::note;
use crate::job::tonight::Tonight;
use crate::model::fit::Model;
use crate::model::segment::drift::{DRIFTED_SHARE, Drift, DriftReference, DriftRow};
use crate::model::segment::lineage::Fate;
use crate::tables::report::Alert;
use crate::tables::schema::QualityRow;

/// Drifted indicators named, at most.
const NAMED: usize = 3;

/// What happened to the model tonight.
pub(in crate::job) struct DriftFindings<'a> {
    /// Tonight held against the night of the fit; `None` = there is nothing to hold it against.
    pub(in crate::job) drift: Option<Drift>,
    reference: Option<DriftReference>,
    challenge: Option<Challenge>,
    obtained: &'a ObtainedModel,
    /// Plain sentences without a place of their own.
    remarks: Vec<String>,
}

impl<'a> DriftFindings<'a> {
    /// Gathers what was found.
    pub(super) fn new(tonight: &'a Tonight<'_>, judged: Judged, attempt: Attempt) -> Self {
        let Judged { drift, reference } = judged;
        let mut remarks = tonight.obtained.remarks.clone();
        let challenge = match attempt {
            Attempt::None => None,
            Attempt::Made(challenge) => Some(*challenge),
            Attempt::Failed(message) => {
                remarks.push(format!("The model is in doubt, but no challenger could be fitted: {message}."));
                None
            }
        };
        if drift.is_none() {
            remarks.push(
                "Drift is not measured: the model was stored without the distributions of its first night; it is \
                 measured from the next fit on."
                    .to_owned(),
            );
        }
        Self { drift, reference, challenge, obtained: &tonight.obtained, remarks }
    }

    /// Stores what the night adds: the reference of a new model, and a challenger.
    pub(in crate::job) fn store(&self, project: &Project, model: &Model) -> Result<(), JobError> {
        if let Some(reference) = &self.reference {
            write_model_files(&project.out(), model.id(), &[("drift.json", reference.to_json()?)])?;
        }
        self.challenge.as_ref().map_or(Ok(()), |challenge| challenge.store(project))
    }

    /// Sentences for the report.
    pub(in crate::job) fn notes(&self) -> Vec<String> {
        let mut notes = self.remarks.clone();
        if let Some(lineage) = &self.obtained.lineage {
            let how = if self.obtained.origin == Origin::TookOver {
                "A challenger took over"
            } else {
                "A new model was fitted"
            };
            notes.push(format!("{how}: {}.", lineage.cost.sentence()));
            notes.extend(lineage.rows.iter().filter(|row| is_told(row.fate) || row.renamed).map(|row| row.sentence()));
        }
        if let Some(drift) = self.drift.as_ref().filter(|drift| drift.drifted > 0 || drift.fires()) {
            notes.push(format!("{}.", drift.sentence()));
            notes.extend(drift.doubts.iter().cloned());
            if drift.data_suspected() {
                notes.push("An input or a column seems to have stopped coming: check it before the model.".to_owned());
            }
        }
        notes.extend(self.challenge.iter().map(|challenge| capital(&format!("{}.", challenge.record.sentence()))));
        notes
    }

    /// Rows of `quality`.
    pub(in crate::job) fn quality(&self) -> Vec<QualityRow> {
        let mut rows = Vec::new();
        if let Some(drift) = &self.drift {
            let share = (drift.tested > 0).then(|| drift.drifted as f64 / drift.tested as f64);
            let message = capital(&format!("{}.", drift.sentence()));
            rows.push(QualityRow { limit: Some(DRIFTED_SHARE), ..warning("drift", drift.fires(), share, message) });
        }
        if let Some(lineage) = &self.obtained.lineage {
            let message = format!("{}.", capital(&lineage.cost.sentence()));
            let value = Some(lineage.cost.net_share());
            rows.push(QualityRow { value, ..note("night", "refit_moved", message) });
        }
        if let Some(Challenge { record, .. }) = &self.challenge {
            let message = capital(&format!("{}.", record.sentence()));
            let waits = record.verdict == Verdict::Waits;
            rows.push(warning("challenger", waits, Some(record.cost.net_share()), message));
        }
        rows.extend(self.remarks.iter().map(|text| note("night", "model", text.clone())));
        rows
    }

    /// What somebody should look at in the morning.
    pub(in crate::job) fn alerts(&self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        if let Some(drift) = self.drift.as_ref().filter(|drift| drift.fires()) {
            alerts.push(doubt(drift, self.challenge.as_ref()));
        }
        if let Some(lineage) = self.obtained.lineage.as_ref().filter(|lineage| !lineage.is_still()) {
            let changed = lineage.rows.iter().filter(|row| is_told(row.fate)).count();
            alerts.push(Alert {
                key: "refit",
                severity: "alert",
                what: format!("A new model is in use; {changed} segments began, ended, split or merged."),
                how_big: lineage.cost.sentence(),
                since: None,
                likely_cause: "model",
                to_do: "look at `valueseg segments lineage`, and at audiences and rules that name a segment".to_owned(),
            });
        }
        alerts
    }

    /// Lines for the appendix of the report.
    pub(in crate::job) fn details(&self) -> Vec<(String, String)> {
        let drift = self.drift.as_ref().map_or_else(|| "not measured".to_owned(), Drift::sentence);
        let challenger =
            self.challenge.as_ref().map(|challenge| ("Challenger".to_owned(), challenge.record.sentence()));
        [("Drift".to_owned(), drift)].into_iter().chain(challenger).collect()
    }
}

fn doubt(drift: &Drift, challenge: Option<&Challenge>) -> Alert {
    let farthest = drift.farthest();
    let names: Vec<String> = farthest.iter().take(NAMED).map(|row| change(row)).collect();
    let to_do = match challenge.map(|challenge| &challenge.record) {
        _ if drift.data_suspected() => "check whether an input or a column stopped coming".to_owned(),
        Some(record) => match record.verdict {
            Verdict::TakesOver => "nothing: the challenger takes over, the change is small".to_owned(),
            Verdict::Waits => format!(
                "`valueseg diff {} {}` shows the change; `valueseg run --refit` if it is wanted",
                record.champion, record.challenger
            ),
            Verdict::Same => "nothing: a new fit finds the same segments".to_owned(),
        },
        None => "look at the indicators, then `valueseg run --refit` if the change is real".to_owned(),
    };
    Alert {
        key: "model_doubt",
        severity: "alert",
        what: drift.doubts.join(" "),
        how_big: if names.is_empty() { drift.sentence() } else { format!("farthest: {}", names.join("; ")) },
        since: Some(drift.since.clone()),
        likely_cause: if drift.data_suspected() { "data" } else { "customers" },
        to_do,
    }
}

/// One indicator, then and now.
fn change(row: &DriftRow) -> String {
    let means = row.mean_reference.zip(row.mean_now);
    let means = means.map_or_else(String::new, |(then, now)| format!(", mean {then:.2} then, {now:.2} now"));
    format!("{} (distance {:.3}{means})", row.indicator, row.distance.unwrap_or(0.0))
}

fn is_told(fate: Fate) -> bool {
    fate != Fate::Continued
}

/// A row of `quality` that may warn.
fn warning(check: &str, warns: bool, value: Option<f64>, message: String) -> QualityRow {
    let status = if warns { "warn" } else { "ok" }.to_owned();
    QualityRow { severity: "warn".to_owned(), status, value, ..note("night", check, message) }
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
