//! Everything of a night but the two customer tables, written into its staging folder.

use std::collections::BTreeMap;

use crate::catalogue::Catalogue;
use crate::job::appendix::details;
use crate::job::apply::Applied;
use crate::job::describe::Described;
use crate::job::drift::News;
use crate::job::error::JobError;
use crate::job::gates::{CUSTOMERS, RESPONDENTS, SIGNALS};
use crate::job::past::{Past, SLIDES, slides_json};
use crate::job::project::Project;
use crate::job::read::inputs;
use crate::job::watch::Words;
use crate::model::fit::{FitReport, Model};
use crate::model::plan::PlanSet;
use crate::tables::intake::Intake;
use crate::tables::manifest::{RunFacts, RunIdentity};
use crate::tables::publish::Staging;
use crate::tables::report::{
    ReportInput, TableHealth, Trace, alerts_json, plan_page, plans_json, render, summary_json, summary_text,
};
use crate::tables::schema::{
    CandidateRow, Cell, EarlierSizes, EffectRow, QualityRow, RejectedRow, Since, SolutionFacts, TableId, TableSource,
    arc_transition_rows, distinct_rejected, driver_rows, numbered_candidates, numbered_checks, plan_rows,
    relationship_rows, segment_element_rows, segment_need_rows, segment_rows, transition_rows,
};
use crate::tables::write::{TableMeta, write_rows};

/// A finished night, not yet written.
pub(super) struct Night<'a> {
    pub(super) project: &'a Project<'a>,
    pub(super) intake: &'a Intake,
    pub(super) described: &'a Described,
    /// Who went where.
    pub(super) applied: &'a Applied,
    /// Earlier nights.
    pub(super) past: &'a Past,
    pub(super) plans: &'a PlanSet,
    /// What the gates found.
    pub(super) checks: &'a [QualityRow],
    /// What happened to the model.
    pub(super) news: &'a News,
}

impl Words for RunFacts {
    fn words(&self) -> String {
        let open = TableId::ALL.iter().filter(|table| !table.private()).count();
        format!("{open} tables, report, plans")
    }
}

/// Distance from the mean customer, in standard deviations, from which behavior is worth a line. Source: Cohen's
/// "small" to "medium" effect.
const TRACE_STANDS_OUT: f64 = 0.3;

/// Lines about behavior, per segment.
const TRACES_SHOWN: usize = 4;

/// Writes tables, report, summaries and plans; gives what the manifest has to know.
pub(super) fn night(
    night: &Night<'_>,
    identity: &RunIdentity,
    staging: &mut Staging<'_>,
) -> Result<RunFacts, JobError> {
    tables(night, staging)?;
    let catalogue = night.project.catalogue();
    night.with_report_input(|input| -> Result<(), JobError> {
        staging.write("report.html", render(input)?.as_bytes(), false)?;
        staging.write("summary.txt", summary_text(input).as_bytes(), false)?;
        staging.write("summary.json", summary_json(input).as_bytes(), false)?;
        staging.write("alerts.json", alerts_json(&night.news.alerts()).as_bytes(), false)?;
        staging.write("plans/plans.json", plans_json(night.plans).as_bytes(), false)?;
        for plan in night.plans.plans.iter().chain([&night.plans.neutral]) {
            staging.write(
                &format!("plans/{}.md", plan.segment_id),
                plan_page(plan, catalogue, night.project.as_of()).as_bytes(),
                false,
            )?;
        }
        Ok(())
    })?;
    rejected(night, staging)?;
    staging.write(SLIDES, slides_json(&night.applied.ways).as_bytes(), true)?;
    let profiles = &night.described.profiles;
    let ledger = night.intake.ledger();
    let counts = [
        (CUSTOMERS, night.intake.n_customers()),
        ("rows_read", ledger.read()),
        ("rows_rejected", ledger.rejected()),
        (RESPONDENTS, night.intake.coverage().respondents),
        (SIGNALS, night.intake.signal_ids().len() as u64),
        ("scored", profiles.everyone.size),
        ("segments", profiles.segments.len() as u64),
        ("unassigned", profiles.unassigned.size),
    ];
    Ok(RunFacts {
        identity: identity.clone(),
        model_id: night.described.model.id().to_owned(),
        counts: counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect::<BTreeMap<_, _>>(),
        limits: profiles.limits.clone(),
    })
}

fn tables(night: &Night<'_>, staging: &mut Staging<'_>) -> Result<(), JobError> {
    let Described { profiles, drivers, model, lens, regularities } = night.described;
    let past = night.past;
    let earlier = EarlierSizes { short: past.sizes(past.before)?, long: past.sizes(past.long_ago)? };
    let (ways, solution) = (&night.applied.ways, solution(model.report()));
    let since = [Since { nights: 1, flows: &ways.short }, Since { nights: 30, flows: &ways.long }];
    let (meta, min_cell) = (&night.meta(), night.project.settings().privacy.min_cell);
    let catalogue = night.project.catalogue();
    let level = |element| catalogue.element(element).level();
    table(staging, meta, segment_rows(profiles, lens, &solution, &earlier))?;
    table(staging, meta, segment_element_rows(profiles, drivers, min_cell, level))?;
    table(staging, meta, segment_need_rows(profiles, drivers))?;
    table(staging, meta, driver_rows(drivers, min_cell))?;
    table(staging, meta, &relationship_rows(lens))?;
    table(staging, meta, regularities)?;
    table(staging, meta, transition_rows(&since, &ways.noise, &past.names, min_cell))?;
    table(staging, meta, arc_transition_rows(&ways.arc[0], &ways.arc[1], min_cell))?;
    table(staging, meta, plan_rows(night.plans))?;
    table(staging, meta, numbered_candidates(&candidates(model.report())))?;
    table(staging, meta, numbered_checks(&night.quality()))?;
    table(staging, meta, night.news.drift.iter().flat_map(|drift| &drift.rows))?;
    table::<EffectRow>(staging, meta, [])
}

fn table<R: TableSource<Value = Cell>>(
    staging: &mut Staging<'_>,
    meta: &TableMeta,
    rows: impl IntoIterator<Item = R>,
) -> Result<(), JobError> {
    staging.announce(write_rows(rows, staging.folder(), meta)?);
    Ok(())
}

/// Rejected rows and cells: file, row, column and code, never a value. For the owner alone.
fn rejected(night: &Night<'_>, staging: &mut Staging<'_>) -> Result<(), JobError> {
    let rows = night.intake.rejects_path().map(RejectedRow::read_all).transpose()?.unwrap_or_default();
    table(staging, &night.meta(), distinct_rejected(&rows))
}

/// How good the segmentation is.
fn solution(report: &FitReport) -> SolutionFacts {
    SolutionFacts {
        label: report.structure().map(|structure| structure.slug().to_owned()),
        jaccard: report.segment_stability.iter().copied().map(Some).collect(),
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
            smallest_share: Some(candidate.smallest_share),
            smallest_respondents: Some(candidate.smallest_respondents.round() as u64),
            chosen: candidate.chosen,
            knocked_out: candidate.knocked_out.clone(),
        })
        .collect()
}

impl Night<'_> {
    fn meta(&self) -> TableMeta {
        TableMeta { run_date: self.project.as_of(), model_id: self.described.model.id().to_owned() }
    }

    /// Checks of the gates, news of the model, then what intake counted and remarked.
    fn quality(&self) -> Vec<QualityRow> {
        let mut rows = self.checks.to_vec();
        rows.extend(self.news.quality());
        for table in &self.intake.ledger().tables {
            for (rule, count) in &table.set_aside {
                rows.push(remark(
                    table.table.slug(),
                    rule,
                    *count,
                    format!("{count} rows set aside: {}", rule.replace('_', " ")),
                ));
            }
            for fault in &table.faults {
                let check = format!("{}:{}", fault.code.code(), fault.column);
                let what =
                    format!("{} {}s in `{}`: {}", fault.count, fault.scope.slug(), fault.column, fault.code.meaning());
                rows.push(remark(table.table.slug(), &check, fault.count, what));
            }
        }
        for (number, note) in self.intake.ledger().notes.iter().enumerate() {
            let input = note.table.map_or("night", |table| table.slug());
            rows.push(remark(input, &format!("{}_{number:02}", note.topic), note.count, note.text.clone()));
        }
        rows
    }

    /// Hands `use_it` everything a report says.
    pub(super) fn with_report_input<T>(&self, use_it: impl FnOnce(&ReportInput<'_>) -> T) -> T {
        let Described { profiles, model, lens, regularities, .. } = self.described;
        let settings = self.project.settings();
        let ledger = self.intake.ledger();
        let health: Vec<TableHealth> = ledger
            .tables
            .iter()
            .map(|table| TableHealth {
                name: table.table.slug().to_owned(),
                read: table.read,
                accepted: table.accepted,
                rejected: table.rejected,
            })
            .collect();
        let mut notes = self.news.notes();
        notes.extend(ledger.notes.iter().map(|note| note.text.clone()));
        let candidates = candidates(model.report());
        let inputs = inputs(self.intake);
        let details = details(self);
        use_it(&ReportInput {
            project: &settings.project.name,
            run_date: self.project.as_of(),
            currency: &settings.project.currency,
            catalogue: self.project.catalogue(),
            profiles,
            plans: self.plans,
            lens: Some(lens),
            regularities,
            solution: &solution(model.report()),
            traces: &traces(model, self.project.catalogue()),
            health: &health,
            notes: &notes,
            candidates: &candidates,
            inputs: &inputs,
            details: &details,
        })
    }
}

/// What members of each segment do more or less than others, strongest first. What was heard in texts is left to
/// `relationship`: few of a segment write, and the mean over those few would stand for all.
pub(super) fn traces(model: &Model, catalogue: &Catalogue) -> Vec<Vec<Trace>> {
    let name = |id: &str| catalogue.signal(id).map_or_else(|| id.replace('_', " "), |signal| signal.name().to_owned());
    let heard = |id: &str| id.starts_with("mention_") || id.starts_with("praise_");
    let of_segment = |means: &Vec<f64>| {
        let mut found: Vec<Trace> = model
            .signal_ids()
            .iter()
            .zip(means)
            .filter(|(id, mean)| mean.abs() >= TRACE_STANDS_OUT && !heard(id))
            .map(|(id, mean)| Trace { name: name(id), difference: *mean })
            .collect();
        found.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()).then_with(|| a.name.cmp(&b.name)));
        found.truncate(TRACES_SHOWN);
        found
    };
    model.signal_means().iter().map(of_segment).collect()
}

fn remark(input: &str, check_id: &str, rows: u64, message: String) -> QualityRow {
    QualityRow {
        input: input.to_owned(),
        check_id: check_id.to_owned(),
        severity: "note".to_owned(),
        status: "note".to_owned(),
        value: None,
        limit: None,
        rows: Some(rows),
        message,
    }
}
