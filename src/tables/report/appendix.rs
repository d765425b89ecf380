//! What a data scientist asks next: method, rivals, coverage, files, versions.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::quantity::Quantity;
use super::words::{count, decimal, percent};
use crate::tables::schema::{CandidateRow, SCHEMA_VERSION};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Appendix {
    details: Vec<(String, String)>,
    candidates: Vec<CandidateLine>,
    coverage: Vec<CoverageLine>,
    inputs: Vec<InputLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CandidateLine {
    method: String,
    k: u32,
    q: u32,
    ari: Option<Quantity>,
    jaccard: Option<Quantity>,
    shadow: Option<Quantity>,
    bic: Option<Quantity>,
    outcome: Option<Quantity>,
    smallest: Option<Quantity>,
    respondents: Option<Quantity>,
    chosen: bool,
    remark: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct CoverageLine {
    name: String,
    slug: String,
    importance: Quantity,
    fulfillment: Quantity,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct InputLine {
    source: String,
    path: String,
    rows: Quantity,
    bytes: Quantity,
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
        slug: element.element.slug().to_owned(),
        importance: count(element.importance_answers),
        fulfillment: count(element.fulfillment_answers),
    });
    let inputs = input.inputs.iter().map(|file| InputLine {
        source: file.source.clone(),
        path: file.path.clone(),
        rows: file.rows.map_or(Quantity::UNKNOWN, count),
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
    let number = |value: Option<f64>, places| value.map(|v| decimal(v, places));
    CandidateLine {
        method: row.method.clone(),
        k: row.k,
        q: row.q,
        ari: number(row.ari, 3),
        jaccard: number(row.min_jaccard, 3),
        shadow: number(row.shadow, 2),
        bic: number(row.bic, 0),
        outcome: number(row.outcome_r2, 3),
        smallest: row.smallest_share.map(percent),
        respondents: row.smallest_respondents.map(count),
        chosen: row.chosen,
        remark: row.knocked_out.clone().unwrap_or_default(),
    }
}

/// The first twelve digits of a hash; the manifest has them all.
fn short(hash: &str) -> String {
    hash.chars().take(12).collect()
}
