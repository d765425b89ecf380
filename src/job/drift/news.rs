//! What a night says about its model: rows of `quality`, notes of the report, alerts.

use super::challenge::{Attempt, Verdict};
use super::{Challenge, Judged};
use crate::job::obtain::{Obtained, Origin};
use crate::model::segment::drift::{Drift, DriftRow};
use crate::model::segment::lineage::{Fate, Lineage};
use crate::tables::report::Alert;
use crate::tables::schema::QualityRow;

/// Drifted indicators named, at most.
const NAMED: usize = 3;

/// What happened to the model tonight.
pub(in crate::job) struct News {
    pub(in crate::job) drift: Option<Drift>,
    pub(in crate::job) challenge: Option<Challenge>,
    lineage: Option<Lineage>,
    origin: Origin,
    /// Plain sentences without a place of their own.
    remarks: Vec<String>,
}

impl News {
    /// Gathers the news; gives what still has to be stored back with them.
    pub(in crate::job) fn new(obtained: &Obtained, judged: &Judged, attempt: Attempt) -> Self {
        let mut remarks = obtained.remarks.clone();
        let challenge = match attempt {
            Attempt::None => None,
            Attempt::Made(challenge) => Some(*challenge),
            Attempt::Failed(message) => {
                remarks.push(format!("The model is in doubt, but no challenger could be fitted: {message}."));
                None
            }
        };
        if judged.drift.is_none() {
            remarks.push(
                "Drift is not measured: the model was stored without the distributions of its first night; it is \
                 measured from the next fit on."
                    .to_owned(),
            );
        }
        Self {
            drift: judged.drift.clone(),
            challenge,
            lineage: obtained.lineage.clone(),
            origin: obtained.origin,
            remarks,
        }
    }

    /// Sentences for the report.
    pub(in crate::job) fn notes(&self) -> Vec<String> {
        let mut notes = self.remarks.clone();
        if let Some(lineage) = &self.lineage {
            let how = if self.origin == Origin::TookOver { "A challenger took over" } else { "A new model was fitted" };
            notes.push(format!("{how}: {}.", lineage.cost.sentence()));
            notes.extend(lineage.rows.iter().filter(|row| is_news(row.fate) || row.renamed).map(|row| row.sentence()));
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
            let limit = Some(crate::model::segment::drift::DRIFTED_SHARE);
            let message = capital(&format!("{}.", drift.sentence()));
            rows.push(row("drift", ("warn", drift.fires()), (share, limit), message));
        }
        if let Some(lineage) = &self.lineage {
            let message = format!("{}.", capital(&lineage.cost.sentence()));
            rows.push(row("refit_moved", ("note", false), (Some(lineage.cost.net_share()), None), message));
        }
        if let Some(challenge) = &self.challenge {
            let record = &challenge.record;
            let message = capital(&format!("{}.", record.sentence()));
            let waits = record.verdict == Verdict::Waits;
            rows.push(row("challenger", ("warn", waits), (Some(record.cost.net_share()), None), message));
        }
        rows.extend(self.remarks.iter().map(|text| row("model", ("note", false), (None, None), text.clone())));
        rows
    }

    /// What somebody should look at in the morning.
    pub(in crate::job) fn alerts(&self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        if let Some(drift) = self.drift.as_ref().filter(|drift| drift.fires()) {
            alerts.push(doubt(drift, self.challenge.as_ref()));
        }
        if let Some(lineage) = self.lineage.as_ref().filter(|lineage| !lineage.is_still()) {
            let changed = lineage.rows.iter().filter(|row| is_news(row.fate)).count();
            alerts.push(Alert {
                key: "refit",
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

fn is_news(fate: Fate) -> bool {
    fate != Fate::Continued
}

fn row(
    check: &str,
    (severity, warns): (&str, bool),
    (value, limit): (Option<f64>, Option<f64>),
    message: String,
) -> QualityRow {
    QualityRow {
        input: "night".to_owned(),
        check_id: check.to_owned(),
        severity: severity.to_owned(),
        status: if warns {
            "warn"
        } else if severity == "note" {
            "note"
        } else {
            "ok"
        }
        .to_owned(),
        value,
        limit,
        rows: None,
        message,
    }
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
