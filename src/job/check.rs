//! What is there, what is missing, and what that costs: reads, and leaves nothing behind.

use std::fmt;

use chrono::NaiveDate;
use serde::Serialize;

use crate::catalogue::{Catalogue, ElementId, N_ELEMENTS};
use crate::codes::Coded as _;
use crate::job::error::JobError;
use crate::job::inputs::InputFindings;
use crate::job::load::Loaded;
use crate::job::project::Project;
use crate::job::read::request;
use crate::job::scratch::Scratch;
use crate::job::{forget, remembered, state};
use crate::model::rows::Aspect;
use crate::tables::intake::{Coverage, Hindrance, Intake, Look, SourceLook, look};
use crate::tables::ledger::{FaultCount, Ledger};
use crate::tables::plain_file;
use crate::tables::report::Alert;
use crate::tables::spec::TableName;

/// Bytes of memory a night takes whatever the size of the base. Our measurement, rounded up.
const MEMORY: u64 = 512 << 20;

/// What `init` marks a guess with.
const MARK: &str = "# CHECK";

/// What to check.
#[derive(Clone, Copy, Debug)]
pub struct CheckRequest {
    /// The night.
    pub as_of: NaiveDate,
    /// Read every row instead of looking.
    pub deep: bool,
}

/// A problem that would stop the night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// Its code.
    pub code: &'static str,
    /// Exit code of a night that ends with it.
    pub exit_code: u8,
    /// What it is, and where.
    pub message: String,
    /// One thing to do.
    pub to_do: String,
}

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// The night, `YYYY-MM-DD`.
    pub as_of: String,
    /// Sources: files, rows where they are known, columns.
    pub sources: Vec<SourceLook>,
    /// Tables that are mapped.
    pub tables: Vec<TableName>,
    /// Everything that would stop the night, or hold it back as far as that can be told without scoring anybody.
    pub problems: Vec<Problem>,
    /// What a night would be published with and tell of.
    pub alerts: Vec<Alert>,
    /// Lines of the configuration that are still marked for somebody to look at.
    pub to_review: Vec<String>,
    /// What is missing and what that costs, in plain sentences.
    pub missing: Vec<String>,
    /// Rows read, accepted and rejected; only after a deep check.
    pub ledger: Option<Ledger>,
    /// Faults over all tables; only after a deep check.
    pub faults: Vec<FaultCount>,
    /// Everything that stands between the rows and segments, with counts; only after a deep check.
    pub hindrances: Vec<Hindrance>,
    /// Answers per element; only after a deep check.
    pub coverage: Option<Coverage>,
    /// Memory the night is expected to take, bytes.
    pub memory_expected: u64,
}

/// What was found, and what a night would end with.
#[derive(Debug)]
pub struct Checked {
    /// What was found.
    pub found: Found,
    /// What the night would end with: the first problem; `None` = nothing seen would stop or hold it.
    pub error: Option<JobError>,
}

/// Looks at everything a night would read, and holds it against the gates: after a deep check all gates over inputs,
/// else those that the configuration alone tells of.
///
/// # Errors
/// [`JobError`] where the machine or the catalogue is at fault. What is wrong with configuration or inputs is in
/// [`Checked::error`].
pub fn check(loaded: &Loaded, wanted: &CheckRequest) -> Result<Checked, JobError> {
    let mut problems: Vec<JobError> = remembered::check(loaded, false).err().into_iter().collect();
    problems.extend(state::check(&loaded.settings.output(&loaded.base), None).err());
    let project = Project::open(loaded, wanted.as_of)?;
    let forgotten = forget::read_list(loaded)?;
    let scratch = Scratch::elsewhere()?;
    let seen = look(&request(&project, &scratch, &forgotten), wanted.deep);
    let seen = seen.map_err(JobError::from).and_then(|mut seen| {
        problems.extend(seen.problems.drain(..).map(JobError::from));
        let inputs = match &seen.deep {
            Some(intake) => Some(InputFindings::of(&project, intake)?),
            None if problems.is_empty() => Some(InputFindings::foreseen(&project, &seen.tables)?),
            None => None,
        };
        // While scratch is there: some of it is read once more.
        Ok((found(&project, seen)?, inputs))
    });
    drop(scratch);
    let (found, inputs) = seen?;
    let (reasons, alerts) = inputs.map(|inputs| (inputs.gated.reasons, inputs.alerts)).unwrap_or_default();
    if !reasons.is_empty() {
        problems.push(JobError::WouldHold { reasons });
    }
    let found = Found { alerts, problems: problems.iter().map(problem).collect(), ..found };
    Ok(Checked { found, error: problems.into_iter().next() })
}

fn problem(error: &JobError) -> Problem {
    let code = error.code();
    Problem { code: code.id(), exit_code: code.exit() as u8, message: error.to_string(), to_do: error.to_do() }
}

/// Everything but problems and alerts.
fn found(project: &Project, seen: Look) -> Result<Found, JobError> {
    let deep = seen.deep.as_ref();
    let hindrances = deep.map(Intake::hindrances).transpose()?.unwrap_or_default();
    let faults = deep.map(|intake| intake.ledger().tables.iter().flat_map(|table| table.faults.clone()).collect());
    Ok(Found {
        as_of: project.as_of().to_string(),
        missing: missing(project.catalogue(), &seen),
        tables: seen.tables.iter().map(|table| table.table).collect(),
        ledger: deep.map(|intake| intake.ledger().clone()),
        coverage: deep.map(|intake| intake.coverage().clone()),
        faults: faults.unwrap_or_default(),
        hindrances: hindrances.causes,
        sources: seen.sources,
        problems: Vec::new(),
        alerts: Vec::new(),
        to_review: to_review(project.loaded()),
        memory_expected: MEMORY.min(project.settings().run.memory_limit.0),
    })
}

/// Lines of the configuration that carry the mark of a guess, with their numbers.
fn to_review(loaded: &Loaded) -> Vec<String> {
    let text = plain_file::read_text(&loaded.path).unwrap_or_default();
    let name = loaded.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Lines that are comments as a whole are not in force yet.
    let marked =
        text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#') && line.contains(MARK));
    marked.map(|(place, line)| format!("{name}, line {}: {}", place + 1, line.trim())).collect()
}

/// What is missing and what that costs.
fn missing(catalogue: &Catalogue, seen: &Look) -> Vec<String> {
    let has = |table: TableName| seen.tables.iter().any(|look| look.table == table);
    let mut said = Vec::new();
    let costs = [
        (TableName::Ratings, "ratings: nobody is asked what matters, so segments are hypotheses read from behavior"),
        (TableName::Attitudes, "attitudes: no satisfaction, recommendation or brand figures per segment"),
        (TableName::Orders, "orders: no value per segment, and fewer signals to place people who were not asked"),
        (TableName::Interactions, "interactions: no complaints and contacts, and fewer signals"),
        (TableName::Feedback, "feedback: nothing is heard in people's own words"),
    ];
    said.extend(costs.iter().filter(|(table, _)| !has(*table)).map(|(_, cost)| format!("no {cost}")));
    if let Some(customers) = seen.tables.iter().find(|look| look.table == TableName::Customers) {
        let lacks = |name: &str| customers.not_mapped.contains(&name);
        if lacks("consent_profiling") {
            said.push("no consent_profiling: everybody is scored; make sure that you may".to_owned());
        }
        let channels = ["consent_email", "consent_sms", "consent_push", "consent_phone", "consent_post"];
        if channels.iter().all(|name| lacks(name)) {
            said.push("no channel consent: nobody can be reached, so every plan has a reach of 0".to_owned());
        }
    }
    let signals = catalogue.signals().len();
    let lost = seen.missing_signals.len();
    said.push(format!(
        "{} of {signals} catalogue signals can be computed from what is mapped",
        signals - lost.min(signals)
    ));
    said
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Night of {}", self.as_of)?;
        writeln!(f, "\nSources")?;
        for source in &self.sources {
            let bytes: u64 = source.files.iter().map(|(_, bytes)| bytes).sum();
            let rows = source.rows.map_or_else(String::new, |rows| format!(", {rows} rows"));
            writeln!(
                f,
                "  {:<14} {} file(s), {} kB{rows}, {} columns",
                source.name,
                source.files.len(),
                bytes.div_ceil(1000),
                source.columns.len()
            )?;
            for remark in &source.remarks {
                writeln!(f, "  {:<14} note: {remark}", "")?;
            }
        }
        let tables: Vec<&str> = self.tables.iter().map(|table| table.slug()).collect();
        writeln!(f, "\nTables          {}", tables.join(", "))?;
        self.write_depth(f)?;
        if !self.problems.is_empty() {
            writeln!(f, "\nWould stop the night")?;
            for problem in &self.problems {
                let Problem { code, exit_code, message, to_do } = problem;
                writeln!(f, "  {code} (exit {exit_code}): {message}\n    do: {to_do}")?;
            }
        }
        if !self.alerts.is_empty() {
            writeln!(f, "\nWould be told")?;
            for alert in &self.alerts {
                writeln!(f, "  {}\n    do: {}", alert.what, alert.to_do)?;
            }
        }
        if !self.to_review.is_empty() {
            writeln!(f, "\nStill to be looked at")?;
            for line in &self.to_review {
                writeln!(f, "  {line}")?;
            }
        }
        writeln!(f, "\nMissing, and what that costs")?;
        for missing in &self.missing {
            writeln!(f, "  {missing}")?;
        }
        write!(f, "\nExpect about {} MB of memory, whatever the number of customers.", self.memory_expected >> 20)
    }
}

impl Found {
    /// Faults in order of table and column, with what the cells look like; a cure that serves several in a row once.
    fn write_faults(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.faults.iter().enumerate() {
            writeln!(f, "  {:<14} {}", fault.code.code(), fault.sentence())?;
            let cure = fault.cure();
            if self.faults.get(i + 1).is_none_or(|next| next.code != fault.code || next.cure() != cure) {
                writeln!(f, "  {:<14}   do: {cure}", "")?;
            }
        }
        Ok(())
    }

    fn write_depth(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(ledger), Some(coverage)) = (&self.ledger, &self.coverage) else {
            return writeln!(f, "                (add --deep to read every row)");
        };
        for table in &ledger.tables {
            writeln!(
                f,
                "  {:<14} {} rows read, {} accepted, {} rejected",
                table.table.slug(),
                table.read,
                table.accepted,
                table.rejected
            )?;
        }
        self.write_faults(f)?;
        for note in &ledger.notes {
            writeln!(f, "  {:<14} {}", "note", note.text)?;
        }
        if !self.hindrances.is_empty() {
            writeln!(f, "\nBetween these rows and segments")?;
        }
        for hindrance in &self.hindrances {
            writeln!(f, "  {}", hindrance.text)?;
        }
        for aspect in [Aspect::Importance, Aspect::Fulfillment] {
            let asked: Vec<String> = ElementId::all()
                .filter(|element| coverage.answers(aspect, *element) > 0)
                .map(|element| format!("{element} {}", coverage.answers(aspect, element)))
                .collect();
            writeln!(f, "\nAnswers on {}: {} of {N_ELEMENTS} elements", aspect.slug(), asked.len())?;
            if !asked.is_empty() {
                writeln!(f, "  {}", asked.join(", "))?;
            }
        }
        Ok(())
    }
}
