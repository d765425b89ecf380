//! What the report, the summaries and the tables tell of a finished night, gathered once.

use crate::job::appendix::details;
use crate::job::audiences::lists_of_campaigns;
use crate::job::error::JobError;
use crate::job::finished::FinishedNight;
use crate::job::read::inputs;
use crate::job::tonight::Tonight;
use crate::model::fit::FitReport;
use crate::tables::manifest::InputFile;
use crate::tables::report::{ReportFile, ReportHistory, ReportInput, ReportView, TableHealth, VIEW_NAME};
use crate::tables::schema::CandidateRow;

/// Everything a report says that is not part of the night as it stands.
pub(super) struct ReportFacts<'a> {
    night: &'a FinishedNight<'a>,
    /// Solutions tried at the fit.
    pub(super) candidates: Vec<CandidateRow>,
    health: Vec<TableHealth>,
    notes: Vec<String>,
    inputs: Vec<InputFile>,
    details: Vec<(String, String)>,
    history: ReportHistory,
}

impl<'a> ReportFacts<'a> {
    /// Gathers them.
    ///
    /// # Errors
    /// [`JobError`] if an earlier night cannot be read.
    pub(super) fn of(night: &'a FinishedNight<'a>) -> Result<Self, JobError> {
        let intake = &night.tonight.intake;
        let ledger = intake.ledger();
        let model = &night.described.model;
        let health = ledger.tables.iter().map(|table| TableHealth {
            name: table.table.slug().to_owned(),
            read: table.read,
            accepted: table.accepted,
            rejected: table.rejected,
        });
        let mut notes = night.findings.notes();
        // Doubts about answers stand among the limits.
        notes.extend(ledger.notes.iter().filter(|note| !note.is_doubt()).map(|note| note.text.clone()));
        let Tonight { project, earlier, .. } = night.tonight;
        let history = earlier.history(project.as_of(), &night.applied.flows.short, night.tonight.min_cell())?;
        Ok(Self {
            night,
            candidates: candidates(model.report()),
            health: health.collect(),
            notes,
            inputs: inputs(intake),
            details: details(night),
            history,
        })
    }

    /// Every file that the report consists of, and the view they are made of.
    ///
    /// # Errors
    /// [`JobError::Report`], which is a bug.
    pub(super) fn files(&self) -> Result<Vec<ReportFile>, JobError> {
        let stored = ReportFile { name: VIEW_NAME.to_owned(), text: ReportView::of(&self.input()).to_json() };
        // Made of what is stored, as it will be made again.
        let mut files = ReportView::from_json(&stored.text)?.files()?;
        files.push(stored);
        Ok(files)
    }

    /// The same as the report takes it.
    fn input(&self) -> ReportInput<'_> {
        let project = &self.night.tonight.project;
        ReportInput {
            language: project.settings().project.language,
            project: &project.settings().project.name,
            run_date: project.as_of(),
            currency: &project.settings().project.currency,
            catalogue: project.catalogue(),
            night: &self.night.described.told,
            plans: self.night.plans,
            history: &self.history,
            effects: &self.night.measured.findings,
            lists: lists_of_campaigns(self.night),
            health: &self.health,
            alerts: self.night.alerts,
            notes: &self.notes,
            candidates: &self.candidates,
            inputs: &self.inputs,
            details: &self.details,
        }
    }
}

/// Solutions tried at the fit, as a table.
fn candidates(report: &FitReport) -> Vec<CandidateRow> {
    report
        .candidates
        .iter()
        .map(|candidate| CandidateRow {
            method: candidate.method.slug().to_owned(),
            k: candidate.segments as u32,
            q: candidate.factors.unwrap_or(0) as u32,
            rows_fitted: Some(candidate.rows),
            ari: candidate.stability,
            pairs: candidate.pairs as u32,
            min_jaccard: candidate.min_jaccard(),
            shadow: candidate.shadow,
            calinski_harabasz: candidate.calinski_harabasz,
            bic: candidate.bic,
            outcome_r2: candidate.outcome_r2,
            only_level: candidate.only_level,
            most_of_one: candidate.most_of_one,
            smallest_share: Some(candidate.smallest_share),
            smallest_respondents: Some(candidate.smallest_respondents.round() as u64),
            chosen: candidate.chosen,
            knocked_out: candidate.knocked_out.clone(),
        })
        .collect()
}
