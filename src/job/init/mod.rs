//! A starter configuration from one look at files and folders. What is guessed says so; nothing is guessed again later.
//!
//! Files become sources (`look`), columns are looked at by their values (`shape`), keys found by what files have in common
//! (`key`); each file is recognized by itself, all together make a `plan`, and what does not pass the check of a night is
//! written as a comment (`settle`).

mod answers;
mod codebook;
mod consent;
mod dates;
mod elements;
mod events;
pub mod exports;
mod key;
mod known;
mod likert;
mod look;
pub mod mapped;
mod normal;
mod orders;
mod people;
mod plan;
mod rows;
mod settle;
mod shape;
mod signals;
mod survey;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod toml_text;
mod when;
mod wish;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;

use self::answers::{Given, follow, key_of};
use self::exports::ExportLibrary;
use self::look::collect;
use self::plan::{Planned, plan};
use self::settle::{Settled, settle};
use self::text::{Page, write};
use crate::job::error::JobError;
use crate::job::settings::Settings;
use crate::tables::plain_file;
use crate::tables::spec::TableName;

/// What `init` is asked to do.
#[derive(Clone, Debug)]
pub struct InitRequest<'a> {
    /// Folder of the project.
    pub dir: &'a Path,
    /// Files and folders to look at.
    pub from: &'a [PathBuf],
    /// A TOML file with answers to questions.
    pub answers: Option<&'a Path>,
    /// A folder with fingerprints of the company's own exports.
    pub exports: Option<&'a Path>,
    /// Whether the proposed answers are taken where none is given.
    pub yes: bool,
    /// The night to check for.
    pub as_of: NaiveDate,
}

/// A question left for a person, with the line to edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenQuestion {
    /// Its key in a file of answers.
    pub key: String,
    /// The question.
    pub text: String,
    /// The answers there are, the proposed one first.
    pub offers: Vec<String>,
    /// The line of the configuration it is about, from 1.
    pub line: usize,
}

/// What `init` did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Started {
    /// The configuration written.
    pub config: PathBuf,
    /// Canonical tables that are read.
    pub ready: Vec<TableName>,
    /// Canonical tables that stand there as comments, each with the reason.
    pub left_out: Vec<(TableName, String)>,
    /// Questions a person has to answer.
    pub questions: Vec<OpenQuestion>,
    /// What was left aside, each with the reason.
    pub skipped: Vec<String>,
    /// Customers that the check counted; `None` = the check did not read every row.
    pub customers: Option<u64>,
    /// Why no night is possible; `None` = one is, or nothing was to be looked at.
    pub problem: Option<String>,
}

/// Writes `valueseg.toml`, its JSON Schema and a `.gitignore` into `dir`; refuses to overwrite a configuration.
///
/// # Errors
/// [`JobError::Exists`]; a file named that cannot be read; answers that fit no question; what cannot be written.
pub fn start(request: &InitRequest<'_>) -> Result<Started, JobError> {
    let config = request.dir.join("valueseg.toml");
    if config.exists() {
        return Err(JobError::Exists { path: config });
    }
    let given = request.answers.map(answers::read).transpose()?.unwrap_or_default();
    let library = match request.exports {
        None => ExportLibrary::embedded(),
        Some(folder) => ExportLibrary::embedded().with_folder(folder)?,
    };
    let mut collected = collect(request.from)?;
    let io = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| JobError::Io { doing, path, source }
    };
    let mut planned = planned(&collected.finds, &library, &given, request.yes)?;
    std::fs::create_dir_all(request.dir).map_err(io("cannot make the folder", request.dir))?;
    let schema = request.dir.join("valueseg.schema.json");
    plain_file::write(&schema, &config_schema()).map_err(io("cannot write", &schema))?;
    let ignore = request.dir.join(".gitignore");
    if !ignore.exists() {
        plain_file::write(&ignore, "out/\n").map_err(io("cannot write", &ignore))?;
    }
    if collected.finds.is_empty() {
        let page = Page { dir: request.dir, finds: &[], planned: &[], skipped: &collected.skipped, gate: None };
        plain_file::write(&config, &write(&page).text).map_err(io("cannot write", &config))?;
        let problem = (!request.from.is_empty()).then(|| "no data file was found".to_owned());
        return Ok(Started { skipped: collected.skipped, problem, ..Started::empty(config) });
    }
    loop {
        let settled = settle(&config, request.as_of, &collected.finds, &mut planned, &collected.skipped)?;
        let (before, mut broken) = (collected.finds.len(), settled.broken.clone());
        collected.finds.retain(|find| !broken.iter().any(|(name, _)| *name == find.name));
        if collected.finds.len() == before || collected.finds.is_empty() {
            return Ok(started(config, settled, &planned, collected.skipped));
        }
        collected.skipped.extend(broken.drain(..).map(|(name, reason)| format!("{name}: {reason}")));
        planned = self::planned(&collected.finds, &library, &given, request.yes)?;
    }
}

fn planned(finds: &[look::Find], library: &ExportLibrary, given: &Given, yes: bool) -> Result<Vec<Planned>, JobError> {
    let mut planned = plan(finds, library);
    follow(&mut planned, given, yes)?;
    Ok(planned)
}

impl Started {
    fn empty(config: PathBuf) -> Self {
        Self {
            config,
            ready: Vec::new(),
            left_out: Vec::new(),
            questions: Vec::new(),
            skipped: Vec::new(),
            customers: None,
            problem: None,
        }
    }
}

fn started(config: PathBuf, settled: Settled, planned: &[Planned], skipped: Vec<String>) -> Started {
    let live = |table: TableName| planned.iter().any(|one| one.mapped.table == table && one.left_out.is_none());
    let line = |key: &str| settled.written.lines.iter().find(|(own, _)| own == key).map_or(1, |(_, line)| *line);
    let questions = planned.iter().flat_map(|one| one.mapped.questions.iter().map(move |question| (one, question)));
    let questions = questions.map(|(one, question)| {
        let key = key_of(one, question);
        let offers = question.offers.iter().map(|offer| offer.answer.clone()).collect();
        OpenQuestion { line: line(&key), key, text: question.text.clone(), offers }
    });
    let left_out = planned.iter().filter_map(|one| Some((one.mapped.table, one.left_out.clone()?)));
    let broken = settled.broken.first().map(|(_, reason)| reason.clone());
    let nobody = (!live(TableName::Customers)).then(|| "no file tells who the customers are".to_owned());
    let customers = settled.found.as_ref().and_then(|found| found.coverage.as_ref()).map(|coverage| coverage.customers);
    Started {
        ready: TableName::ALL.into_iter().filter(|table| live(*table)).collect(),
        left_out: left_out.collect(),
        questions: questions.collect(),
        skipped,
        customers,
        problem: settled.problem.or(broken).or(nobody),
        config,
    }
}

/// JSON Schema of `valueseg.toml`, made from the types.
#[must_use]
pub fn config_schema() -> String {
    let schema = schemars::schema_for!(Settings);
    serde_json::to_string_pretty(&schema).expect("a schema is plain data") + "\n"
}
