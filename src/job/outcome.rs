//! How a run ends when all went well.

use std::path::PathBuf;

use serde::Serialize;

use crate::job::finished::FinishedNight;
use crate::tables::report::{Alert, ReportFile, SUMMARY_NAME};

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A new night is visible.
    Published {
        /// Its folder.
        run: PathBuf,
        /// What it says.
        summary: Summary,
    },
    /// The same night of the same inputs is visible already; nothing was done.
    AlreadyPublished {
        /// Its folder.
        run: PathBuf,
    },
    /// Everything was done but publishing.
    DryRun {
        /// What would have been said.
        summary: Summary,
    },
}

/// A night in a few lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// A few lines, as in `summary.txt`.
    pub text: String,
    /// Customers scored.
    pub customers: u64,
    /// Rows read.
    pub rows_read: u64,
    /// Rows rejected.
    pub rows_rejected: u64,
    /// Model in use.
    pub model_id: String,
    /// Segment id, name and size.
    pub segments: Vec<(String, String, u64)>,
    /// What a reader must know.
    pub limits: Vec<String>,
    /// What somebody should look at, as in `alerts.json`.
    pub alerts: Vec<Alert>,
}

impl Summary {
    pub(super) fn of(night: &FinishedNight<'_>, report: &[ReportFile]) -> Self {
        let groups = &night.described.night;
        let ledger = night.tonight.intake.ledger();
        Self {
            text: report
                .iter()
                .find(|file| file.name == SUMMARY_NAME)
                .map(|file| file.text.clone())
                .unwrap_or_default(),
            customers: groups.everyone.profile.size,
            rows_read: ledger.read(),
            rows_rejected: ledger.rejected(),
            model_id: night.described.model.id().to_owned(),
            segments: groups.segments.iter().map(|s| (s.id.clone(), s.name.clone(), s.profile.size)).collect(),
            limits: groups.limits.clone(),
            alerts: night.alerts.to_vec(),
        }
    }
}
