//! Why, in plain words: a customer, a segment, an element, a table of the inputs, an error code.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::Serialize;

use crate::catalogue::{Catalogue, ElementId, N_ELEMENTS, NeedTier};
use crate::codes::Code;
use crate::job::closeness;
use crate::job::error::JobError;
use crate::job::lineage::{model_folder, read_model};
use crate::job::load::{Loaded, nearest};
use crate::job::project::open_catalogue;
use crate::model::rows::Aspect;
use crate::model::segment::naming::nameable;
use crate::tables::contract::{TABLES, contract_of};
use crate::tables::contract_page::{example_of, kind_words};
use crate::tables::ledger::RejectCode;
use crate::tables::manifest::Manifest;
use crate::tables::publish::run_folder;
use crate::tables::read::{RowMap, all_rows, rows_where};
use crate::tables::spec::TableName;

/// An explanation: a title and what there is to say, one line each.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// What is explained.
    pub title: String,
    /// Plain lines.
    pub lines: Vec<String>,
}

/// Scores listed for a customer, at most.
const SCORES_SHOWN: usize = 5;

/// Why a customer is where they are in the night `run` (the latest when absent).
pub fn customer(loaded: &Loaded, id: &str, run: Option<NaiveDate>) -> Result<Explanation, JobError> {
    let catalogue = open_catalogue(loaded)?;
    let folder = night(loaded, run)?;
    let row = one(&folder.join("tables/customers.parquet"), "customer_id", id)?.ok_or_else(no_such_customer)?;
    let names = segment_names(&folder)?;
    let mut lines = vec![format!("Night of {}.", text(&row, "run_date").unwrap_or_default())];
    if let Some(reason) = text(&row, "suppressed_reason") {
        lines.push(format!("Left out of scoring and of every audience: {}.", reason.replace('_', " ")));
        return Ok(Explanation { title: format!("Customer {id}"), lines });
    }
    lines.push(placement(&row, &names));
    lines.extend(reasons(&row, &catalogue));
    lines.push(evidence(&row));
    lines.push(need(&row));
    lines.extend(closeness::sentences(&row, &catalogue));
    lines.extend(next_play(&row));
    if let Some(scores) = one(&folder.join("tables/element_scores.parquet"), "customer_id", id)? {
        lines.extend(highest(&scores, &catalogue, Aspect::Importance, "Matters most"));
        lines.extend(highest(&scores, &catalogue, Aspect::Fulfillment, "Best delivered"));
    }
    if row.get("holdout").and_then(serde_json::Value::as_bool) == Some(true) {
        lines.push(
            "In the permanent random hold-out: gets no campaign, so that the effect of campaigns can be read."
                .to_owned(),
        );
    }
    Ok(Explanation { title: format!("Customer {id}"), lines })
}

/// Said of an id that the night does not hold; the id itself is not repeated.
pub(super) fn no_such_customer() -> JobError {
    JobError::Unknown { kind: "customer with that id in this night", seen: "…".to_owned(), nearest: None }
}

/// What makes a segment different in the night `run`.
pub fn segment(loaded: &Loaded, id: &str, run: Option<NaiveDate>) -> Result<Explanation, JobError> {
    let catalogue = open_catalogue(loaded)?;
    let folder = night(loaded, run)?;
    let names = segment_names(&folder)?;
    let unknown = || JobError::Unknown {
        kind: "segment",
        seen: id.to_owned(),
        nearest: nearest(id, names.iter().map(|(id, _)| id.as_str())),
    };
    let row = one(&folder.join("tables/segments.parquet"), "segment_id", id)?.ok_or_else(unknown)?;
    let mut lines = Vec::new();
    if let (Some(size), Some(share)) = (number(&row, "size"), number(&row, "share")) {
        lines.push(format!("{size:.0} customers, {:.1} % of those scored.", share * 100.0));
    }
    lines.extend(text(&row, "description"));
    for aspect in [Aspect::Importance, Aspect::Fulfillment] {
        lines.extend(standing_out(&folder, id, &catalogue, aspect)?);
    }
    lines.extend(rules(loaded, &folder, id, &catalogue)?);
    lines.push(format!("What to do: {}", folder.join("plans").join(format!("{id}.md")).display()));
    let name = names.iter().find(|(other, _)| other == id).map(|(_, name)| name.clone()).unwrap_or_default();
    Ok(Explanation { title: format!("{id} {name}"), lines })
}

/// What an element means in a project, with the company's own additions to the catalogue.
pub fn element_of(loaded: &Loaded, slug: &str) -> Result<Explanation, JobError> {
    element(&open_catalogue(loaded)?, slug)
}

/// What an element means, and what the job reads as a trace of it.
pub fn element(catalogue: &Catalogue, slug: &str) -> Result<Explanation, JobError> {
    let id = ElementId::parse(slug).ok_or_else(|| JobError::Unknown {
        kind: "element",
        seen: slug.to_owned(),
        nearest: nearest(slug, ElementId::all().map(ElementId::slug)),
    })?;
    let element = catalogue.element(id);
    let mut lines = vec![format!("{} ({} level).", element.definition(), element.level().name().to_lowercase())];
    let weights = catalogue.needs().weights(id);
    let needs: Vec<String> = NeedTier::ALL
        .iter()
        .filter(|tier| weights[tier.index()] > 0.0)
        .map(|tier| format!("{} {:.0} %", tier.name().to_lowercase(), weights[tier.index()] * 100.0))
        .collect();
    lines.push(format!("Serves the needs: {}.", needs.join(", ")));
    if let Some(reason) = element.withheld() {
        lines.push(format!(
            "Kept out of rows about single customers unless [privacy] withhold says otherwise: {reason}."
        ));
    }
    if !nameable(element.sensitivity()) {
        lines.push("Sensitive: never part of a segment's name or a message.".to_owned());
    }
    for (says, loadings) in [("it matters", Aspect::Importance), ("it is delivered", Aspect::Fulfillment)] {
        let traces: Vec<String> = catalogue
            .signals()
            .iter()
            .filter_map(|signal| {
                let list = if loadings == Aspect::Importance { signal.importance() } else { signal.fulfillment() };
                let weight = list.iter().find(|(other, _)| *other == id)?.1;
                Some(format!("{} ({weight:+.1})", signal.name()))
            })
            .collect();
        if !traces.is_empty() {
            lines.push(format!("Traces that {says}: {}.", traces.join("; ")));
        }
    }
    Ok(Explanation { title: element.name().to_owned(), lines })
}

/// The elements by level, each with its id and what it is.
#[must_use]
pub fn elements(catalogue: &Catalogue) -> Explanation {
    let lines = ElementId::all().map(|id| {
        let element = catalogue.element(id);
        format!("{:<28} {} ({})", id.slug(), element.name(), element.level().slug())
    });
    let title = format!("The {N_ELEMENTS} elements of value; `valueseg explain element ID` says more of each");
    Explanation { title, lines: lines.collect() }
}

/// A canonical table of the inputs: its columns, what they hold, what is required, what absence means, and an example.
pub fn table(name: &str) -> Result<Explanation, JobError> {
    let known = TableName::ALL.map(TableName::slug);
    let Some(table) = TableName::parse(&name.to_lowercase()) else {
        let nearest = nearest(name, known.into_iter());
        return Err(JobError::Unknown { kind: "table", seen: name.to_owned(), nearest });
    };
    let contract = contract_of(table);
    let mut lines = vec![format!("{} One row per {}.", contract.doc, contract.grain)];
    for rule in contract.columns {
        let must = if rule.required { ", required" } else { "" };
        lines.push(format!("{} ({}{must}): {}", rule.name, kind_words(rule.kind), rule.doc));
    }
    let example = example_of(table);
    lines.push("For example:".to_owned());
    lines.extend(example.rows.lines().chain(example.mapping.lines()).map(|line| format!("  {line}")));
    Ok(Explanation { title: table.slug().to_owned(), lines })
}

/// The canonical tables, each with what it is for.
#[must_use]
pub fn tables() -> Explanation {
    let lines = TABLES.iter().map(|contract| {
        let required: Vec<&str> = contract.columns.iter().filter(|rule| rule.required).map(|rule| rule.name).collect();
        format!("{:<14} {} Required: {}.", contract.name.slug(), contract.doc, required.join(", "))
    });
    let title = "Tables that can be read; `valueseg explain table NAME` says more of each".to_owned();
    Explanation { title, lines: lines.collect() }
}

/// What an error code means and what to do.
pub fn error(code: &str) -> Result<Explanation, JobError> {
    let title = code.to_uppercase();
    if let Some(code) = Code::ALL.iter().find(|code| code.id() == title) {
        let lines = [code.meaning(), &format!("Cause: {}", code.cause()), &format!("Do: {}", code.to_do())];
        let exit = format!("Exit code: {}", code.exit() as u8);
        return Ok(Explanation { title, lines: lines.map(str::to_owned).into_iter().chain([exit]).collect() });
    }
    if let Some(reject) = RejectCode::ALL.into_iter().find(|reject| reject.code() == title) {
        let meaning = format!("A row or cell of the inputs was rejected: {}.", reject.meaning());
        return Ok(Explanation { title, lines: vec![meaning, format!("Do: {}", reject.to_do())] });
    }
    let known = Code::ALL.iter().map(|code| code.id()).chain(RejectCode::ALL.map(RejectCode::code));
    Err(JobError::Unknown { kind: "error code", seen: code.to_owned(), nearest: nearest(&title, known) })
}

/// Every error code with its meaning.
#[must_use]
pub fn errors() -> Explanation {
    let lines = Code::ALL.iter().map(|code| format!("{code}  {}", code.meaning()));
    let rejects =
        RejectCode::ALL.map(|reject| format!("{}  A row or cell was rejected: {}.", reject.code(), reject.meaning()));
    Explanation { title: "Error codes".to_owned(), lines: lines.chain(rejects).collect() }
}

/// Short rules for a segment, from the model of the night; none where the model is not on file any more.
fn rules(loaded: &Loaded, night: &Path, id: &str, catalogue: &Catalogue) -> Result<Vec<String>, JobError> {
    let Some(manifest) = Manifest::read(night)? else { return Ok(Vec::new()) };
    let path = model_folder(&loaded.settings.output(&loaded.base), &manifest.model_id).join("model.json");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let model = read_model(&path)?;
    let of_segment = |at: usize| model.segments().get(at).filter(|segment| segment.id == id);
    let rules = model.report().rules.iter();
    Ok(rules
        .filter_map(|rule| of_segment(rule.segment).map(|segment| rule.sentence(&segment.name, catalogue)))
        .collect())
}

pub(super) fn night(loaded: &Loaded, run: Option<NaiveDate>) -> Result<PathBuf, JobError> {
    let out = loaded.settings.output(&loaded.base);
    let folder = run.map_or_else(|| out.join("latest"), |date| run_folder(&out, date));
    let manifest = folder.join("manifest.json");
    match std::fs::metadata(&manifest) {
        Ok(data) if data.is_file() => Ok(folder),
        // A night that is closed to others is there all the same.
        Err(source) if source.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(JobError::Io { doing: "cannot read", path: manifest, source })
        }
        _ => Err(JobError::NoNight { out }),
    }
}

pub(super) fn one(path: &Path, key: &str, value: &str) -> Result<Option<RowMap>, JobError> {
    Ok(rows_where(path, key, value)?.into_iter().next())
}

pub(super) fn segment_names(folder: &Path) -> Result<Vec<(String, String)>, JobError> {
    let rows = all_rows(&folder.join("tables/segments.parquet"))?;
    Ok(rows.iter().filter_map(|row| Some((text(row, "segment_id")?, text(row, "name").unwrap_or_default()))).collect())
}

fn text(row: &RowMap, column: &str) -> Option<String> {
    row.get(column).and_then(serde_json::Value::as_str).map(str::to_owned)
}

fn number(row: &RowMap, column: &str) -> Option<f64> {
    row.get(column).and_then(serde_json::Value::as_f64)
}

fn placement(row: &RowMap, names: &[(String, String)]) -> String {
    let named = |id: &str| {
        let name = names.iter().find(|(other, _)| other == id).map_or("", |(_, name)| name.as_str());
        format!("{id} {name}").trim_end().to_owned()
    };
    let chance = |column| number(row, column).map_or(String::new(), |p| format!(" ({:.0} %)", p * 100.0));
    let runner_up = text(row, "runner_up_id")
        .map_or(String::new(), |id| format!("; next would be {}{}", named(&id), chance("runner_up_probability")));
    match text(row, "segment_id") {
        Some(id) => format!("In {}{}{runner_up}.", named(&id), chance("segment_probability")),
        None => {
            let why = text(row, "unassigned_reason").unwrap_or_default().replace('_', " ");
            let raw = text(row, "segment_raw_id").map_or(String::new(), |id| {
                format!("; likeliest {}{}{runner_up}", named(&id), chance("segment_probability"))
            });
            format!("Without a segment: {why}{raw}. Gets the neutral plan.")
        }
    }
}

/// An indicator in words.
fn indicator_words(slug: &str, catalogue: &Catalogue) -> String {
    let element = |prefix: &str| {
        let id = ElementId::parse(slug.strip_prefix(prefix)?)?;
        Some(catalogue.element(id).name().to_lowercase())
    };
    if let Some(name) = element("importance_") {
        return format!("how much it matters to them: {name}");
    }
    if let Some(name) = element("fulfillment_") {
        return format!("how well they find it delivered: {name}");
    }
    let bare = slug.strip_prefix("signal_").unwrap_or(slug);
    let signal = catalogue.signals().iter().find(|signal| signal.id() == bare);
    signal.map_or_else(|| bare.replace('_', " "), |signal| signal.name().to_owned())
}

fn reasons(row: &RowMap, catalogue: &Catalogue) -> Vec<String> {
    let mut lines = Vec::new();
    let spoke: Vec<String> = ["reason_1", "reason_2", "reason_3"]
        .iter()
        .filter_map(|column| text(row, column))
        .map(|slug| indicator_words(&slug, catalogue))
        .collect();
    if !spoke.is_empty() {
        lines.push(format!("Spoke most for it, against the next: {}.", spoke.join("; ")));
    }
    if let Some(slug) = text(row, "reason_against") {
        lines.push(format!("Spoke most against it: {}.", indicator_words(&slug, catalogue)));
    }
    lines
}

fn evidence(row: &RowMap) -> String {
    let basis = text(row, "basis").unwrap_or_default();
    let words = match basis.as_str() {
        "survey" => "own answers",
        "mixed" => "own answers and behavior",
        "behavior" => "behavior, weighed as learned from customers who answered",
        "prior" => "behavior read through the catalogue; nobody has been asked, so this is a hypothesis",
        _ => "nothing known",
    };
    format!("Evidence: {words}.")
}

fn need(row: &RowMap) -> String {
    let tier = text(row, "need_tier");
    match (text(row, "need_state").as_deref(), tier) {
        (Some("deficit"), Some(tier)) => format!("Need to serve next: {tier} (wanted more than it is served by us)."),
        (Some("growth"), Some(tier)) => format!("Need to serve next: {tier}; the others are served."),
        (Some("balanced"), _) => "Needs are balanced: no gap, no pull.".to_owned(),
        (_, Some(tier)) => format!("Need that matters most: {tier}; how well it is served is not known."),
        _ => match (text(row, "need_candidate_1"), text(row, "need_candidate_2")) {
            (Some(first), Some(second)) => format!("Need tier: not sure, {first} or {second}."),
            _ => "Need tier: not known.".to_owned(),
        },
    }
}

/// The line of the plan that is next, and why.
fn next_play(row: &RowMap) -> Option<String> {
    let why = text(row, "next_play_reason")?.replace('_', " ");
    Some(match text(row, "next_play") {
        Some(play) => format!("Next for the play {play}, because of: {why}."),
        None => format!("Next for no play, because of: {why}."),
    })
}

fn highest(scores: &RowMap, catalogue: &Catalogue, aspect: Aspect, title: &str) -> Option<String> {
    let mut known: Vec<(f64, f64, ElementId)> = ElementId::all()
        .filter_map(|id| {
            let column = format!("{}_{}", aspect.slug(), id.slug());
            Some((number(scores, &column)?, number(scores, &format!("{column}_se"))?, id))
        })
        .collect();
    if known.is_empty() {
        return None;
    }
    known.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.cmp(&b.2)));
    let listed: Vec<String> = known
        .iter()
        .take(SCORES_SHOWN)
        .map(|(score, error, id)| {
            let sure = if *error == 0.0 { "answered".to_owned() } else { format!("± {error:.1}") };
            format!("{} {score:.1} ({sure})", catalogue.element(*id).name().to_lowercase())
        })
        .collect();
    Some(format!("{title}, of {} known of {N_ELEMENTS}: {}.", known.len(), listed.join(", ")))
}

fn standing_out(folder: &Path, id: &str, catalogue: &Catalogue, aspect: Aspect) -> Result<Option<String>, JobError> {
    let rows = rows_where(&folder.join("tables/segment_elements.parquet"), "segment_id", id)?;
    let column = format!("{}_difference", aspect.slug());
    let mut known: Vec<(f64, String)> = rows
        .iter()
        .filter_map(|row| {
            let element = ElementId::parse(&text(row, "element_id")?)?;
            Some((number(row, &column)?, catalogue.element(element).name().to_lowercase()))
        })
        .collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let list = |part: &[(f64, String)]| {
        part.iter().map(|(d, name)| format!("{name} ({d:+.2})")).collect::<Vec<_>>().join(", ")
    };
    if known.len() < 6 {
        return Ok(None);
    }
    let low: Vec<_> = known.iter().rev().take(3).cloned().collect();
    Ok(Some(format!(
        "{} against everybody else, in standard deviations: highest {}; lowest {}.",
        if aspect == Aspect::Importance { "What matters" } else { "What is delivered" },
        list(&known[..3]),
        list(&low)
    )))
}
