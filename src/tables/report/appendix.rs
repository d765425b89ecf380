//! What a data scientist asks next: method, rivals, coverage, files, versions.

use serde::Serialize;

use super::input::ReportInput;
use super::words::{NOT_KNOWN, count, decimal, percent};
use crate::tables::schema::{CandidateRow, SCHEMA_VERSION};

#[derive(Debug, Serialize)]
pub(super) struct Appendix {
    details: Vec<(String, String)>,
    candidates: Vec<CandidateLine>,
    coverage: Vec<CoverageLine>,
    inputs: Vec<InputLine>,
}

#[derive(Debug, Serialize)]
struct CandidateLine {
    method: String,
    k: u32,
    q: u32,
    ari: String,
    jaccard: String,
    shadow: String,
    bic: String,
    outcome: String,
    smallest: String,
    respondents: String,
    chosen: bool,
    remark: String,
}

#[derive(Debug, Serialize)]
struct CoverageLine {
    name: String,
    slug: &'static str,
    importance: String,
    fulfillment: String,
}

#[derive(Debug, Serialize)]
struct InputLine {
    source: String,
    path: String,
    rows: String,
    bytes: String,
    sha256: String,
}

pub(super) fn appendix(input: &ReportInput<'_>) -> Appendix {
    let mut details = input.details.to_vec();
    let own = [
        ("Catalogue", format!("version {}, {}", input.catalogue.version(), short(input.catalogue.hash()))),
        ("Table layout", format!("version {SCHEMA_VERSION}")),
        ("Program", format!("valueseg {}", env!("CARGO_PKG_VERSION"))),
    ];
    for (label, value) in own {
        if !details.iter().any(|(known, _)| known == label) {
            details.push((label.to_owned(), value));
        }
    }
    let coverage = input.night.everyone.profile.elements.iter().map(|element| CoverageLine {
        name: input.catalogue.element(element.element).name().to_owned(),
        slug: element.element.slug(),
        importance: count(element.importance_answers),
        fulfillment: count(element.fulfillment_answers),
    });
    let inputs = input.inputs.iter().map(|file| InputLine {
        source: file.source.clone(),
        path: file.path.clone(),
        rows: file.rows.map_or_else(|| NOT_KNOWN.to_owned(), count),
        bytes: count(file.bytes),
        sha256: short(&file.sha256),
    });
    Appendix {
        details,
        candidates: input.candidates.iter().map(candidate).collect(),
        coverage: coverage.collect(),
        inputs: inputs.collect(),
    }
}

fn candidate(row: &CandidateRow) -> CandidateLine {
    let number = |value: Option<f64>, places| value.map_or_else(|| "–".to_owned(), |v| decimal(v, places));
    CandidateLine {
        method: row.method.clone(),
        k: row.k,
        q: row.q,
        ari: number(row.ari, 3),
        jaccard: number(row.min_jaccard, 3),
        shadow: number(row.shadow, 2),
        bic: number(row.bic, 0),
        outcome: number(row.outcome_r2, 3),
        smallest: row.smallest_share.map_or_else(|| "–".to_owned(), percent),
        respondents: row.smallest_respondents.map_or_else(|| "–".to_owned(), count),
        chosen: row.chosen,
        remark: row.knocked_out.clone().unwrap_or_default(),
    }
}

/// The first twelve digits of a hash; the manifest has them all.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
