//! Everything of a night but the two customer tables, written into its staging folder.

use std::collections::BTreeMap;

use crate::job::audiences;
use crate::job::earlier_nights::{SLIDES, slides_json};
use crate::job::error::JobError;
use crate::job::finished::FinishedNight;
use crate::job::inputs::{CUSTOMERS, RESPONDENTS, SIGNALS};
use crate::job::quality::note;
use crate::job::report::ReportFacts;
use crate::job::room::Room;
use crate::job::tonight::Tonight;
use crate::job::watch::Words;
use crate::tables::figures::{STATE_NAME, StoredMixes, told};
use crate::tables::manifest::{RunFacts, RunIdentity};
use crate::tables::publish::Staging;
use crate::tables::report::{ReportFile, alerts_json, plan_page, plans_json};
use crate::tables::schema::{
    Cell, EarlierSizes, QualityRow, RejectedRow, Since, TableId, TableSource, arc_transition_rows, distinct_rejected,
    driver_rows, numbered_candidates, numbered_checks, plan_rows, relationship_rows, segment_element_rows,
    segment_need_rows, segment_rows, transition_rows,
};
use crate::tables::workbook::{WORKBOOK_NAME, WorkbookFacts, workbook};
use crate::tables::write::{TableMeta, write_rows};

impl Words for RunFacts {
    fn words(&self) -> String {
        let open = TableId::ALL.iter().filter(|table| !table.private()).count();
        format!("{open} tables, report, plans")
    }
}

/// Writes tables, report, summaries and plans; gives what the manifest has to know.
pub(super) fn night(
    night: &FinishedNight<'_>,
    report: &ReportFacts<'_>,
    pages: &[ReportFile],
    identity: &RunIdentity,
    room: &mut Room<'_>,
) -> Result<RunFacts, JobError> {
    let Room { staging, scratch } = room;
    let Tonight { project, intake, .. } = night.tonight;
    tables(night, report, staging)?;
    for file in pages {
        staging.write(&file.name, file.text.as_bytes())?;
    }
    staging.write("alerts.json", alerts_json(night.alerts).as_bytes())?;
    staging.write("plans/plans.json", plans_json(night.plans).as_bytes())?;
    for plan in night.plans.all() {
        let mut page = plan_page(plan, night.plans, project.catalogue(), project.as_of());
        page.extend(audiences::on_page(night, plan));
        staging.write(&format!("plans/{}.md", plan.segment_id), page.as_bytes())?;
    }
    audiences::write(night, &meta(night), scratch, staging)?;
    rejected(night, staging)?;
    let facts = WorkbookFacts {
        project: &project.settings().project.name,
        run_date: project.as_of(),
        currency: &project.settings().project.currency,
        catalogue: project.catalogue(),
        noise: night.noise,
    };
    staging.write(WORKBOOK_NAME, &workbook(staging.folder(), &facts)?)?;
    staging.write(STATE_NAME, StoredMixes::new(night.inputs.mixes.clone()).to_json().as_bytes())?;
    staging.write(SLIDES, slides_json(&night.applied.flows.arc).as_bytes())?;
    let groups = &night.described.night;
    let ledger = intake.ledger();
    let counts = [
        (CUSTOMERS, intake.n_customers()),
        ("rows_read", ledger.read()),
        ("rows_rejected", ledger.rejected()),
        (RESPONDENTS, intake.coverage().respondents),
        (SIGNALS, intake.signal_ids().len() as u64),
        ("scored", groups.everyone.profile.size),
        ("segments", groups.segments.len() as u64),
        ("unassigned", groups.unassigned.profile.size),
    ];
    Ok(RunFacts {
        identity: identity.clone(),
        model_id: night.described.model.id().to_owned(),
        counts: counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect::<BTreeMap<_, _>>(),
        figures: told(&night.inputs.figures, night.noise),
        alerts: night.inputs.told.clone(),
        limits: groups.limits.clone(),
    })
}

fn tables(night: &FinishedNight<'_>, report: &ReportFacts<'_>, staging: &mut Staging<'_>) -> Result<(), JobError> {
    let groups = &night.described.night;
    let Tonight { project, earlier, .. } = night.tonight;
    let sizes = EarlierSizes { short: earlier.sizes(earlier.before)?, long: earlier.sizes(earlier.long_ago)? };
    let flows = &night.applied.flows;
    let since = [Since { nights: 1, flows: &flows.short }, Since { nights: 30, flows: &flows.long }];
    let (meta, min_cell) = (&meta(night), night.tonight.min_cell());
    let level = |element| project.catalogue().element(element).level();
    table(staging, meta, segment_rows(groups, &sizes, min_cell))?;
    table(staging, meta, segment_element_rows(groups, min_cell, level))?;
    table(staging, meta, segment_need_rows(groups))?;
    table(staging, meta, driver_rows(groups, min_cell))?;
    table(staging, meta, &relationship_rows(groups))?;
    table(staging, meta, &groups.crosstabs.cells)?;
    table(staging, meta, &groups.rfm.shares)?;
    table(staging, meta, &groups.regularities)?;
    table(staging, meta, transition_rows(&since, &flows.noise, &earlier.names, min_cell))?;
    table(staging, meta, arc_transition_rows(&flows.arc[0], &flows.arc[1], min_cell))?;
    table(staging, meta, plan_rows(night.plans))?;
    table(staging, meta, numbered_candidates(&report.candidates))?;
    table(staging, meta, numbered_checks(&quality(night)))?;
    table(staging, meta, night.findings.drift.iter().flat_map(|drift| &drift.rows))?;
    table(staging, meta, &night.measured.findings)
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
fn rejected(night: &FinishedNight<'_>, staging: &mut Staging<'_>) -> Result<(), JobError> {
    let rows = night.tonight.intake.rejects_path().map(RejectedRow::read_all).transpose()?.unwrap_or_default();
    table(staging, &meta(night), distinct_rejected(&rows))
}

fn meta(night: &FinishedNight<'_>) -> TableMeta {
    TableMeta { run_date: night.tonight.project.as_of(), model_id: night.described.model.id().to_owned() }
}

/// Checks of the gates, findings about the model, then what intake counted and remarked.
fn quality(night: &FinishedNight<'_>) -> Vec<QualityRow> {
    let mut rows = night.gated.checks.clone();
    rows.extend(night.findings.quality());
    let ledger = night.tonight.intake.ledger();
    for table in &ledger.tables {
        let slug = table.table.slug();
        for (rule, count) in &table.set_aside {
            let message = format!("{count} rows set aside: {}", rule.replace('_', " "));
            rows.push(QualityRow { rows: Some(*count), ..note(slug, rule, message) });
        }
        for fault in &table.faults {
            let check = format!("{}:{}", fault.code.code(), fault.column);
            let message = format!("{}. To do: {}", fault.sentence(), fault.cure());
            rows.push(QualityRow { rows: Some(fault.count), ..note(slug, &check, message) });
        }
    }
    for (number, told) in ledger.notes.iter().enumerate() {
        let input = told.table.map_or("night", |table| table.slug());
        let row = note(input, &format!("{}_{number:02}", told.topic), told.text.clone());
        rows.push(QualityRow { rows: Some(told.count), ..row });
    }
    rows
}
