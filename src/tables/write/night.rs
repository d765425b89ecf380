//! Tables about the night itself: candidates, quality, rejected rows.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Row, TableRows, WriteError};
use crate::tables::schema::TableId;

/// A solution that was tried at the fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CandidateRow {
    /// `mixture`, `kmeans` or `kmeans-centred`.
    pub method: String,
    /// Segments.
    pub k: u32,
    /// Common factors of a mixture; 0 for the other methods.
    pub q: u32,
    /// Mean adjusted Rand index over resamples; `None` = not measured.
    pub ari: Option<f64>,
    /// Jaccard of the least reproducible segment; `None` = not measured.
    pub min_jaccard: Option<f64>,
    /// Mean silhouette; `None` = not measured.
    pub silhouette: Option<f64>,
    /// Bayesian information criterion, smaller is better; `None` = not defined.
    pub bic: Option<f64>,
    /// Held-out variance of outcomes explained; `None` = no outcome known.
    pub outcome_r2: Option<f64>,
    /// Share of the smallest segment.
    pub smallest_share: Option<f64>,
    /// Respondents in the smallest segment.
    pub smallest_respondents: Option<u64>,
    /// This is the solution in use.
    pub chosen: bool,
    /// Why it could not be chosen; `None` = it could.
    pub knocked_out: Option<String>,
}

/// A check of the night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QualityRow {
    /// Table or source checked; `night` for checks of the whole.
    pub input: String,
    /// The check.
    pub check_id: String,
    /// What a miss means: `note`, `warn` or `gate`.
    pub severity: String,
    /// `ok`, `note`, `warn` or `fail`.
    pub status: String,
    /// Figure checked; `None` = the check is not about a number.
    pub value: Option<f64>,
    /// Figure it was held against.
    pub limit: Option<f64>,
    /// Rows concerned.
    pub rows: Option<u64>,
    /// The finding in one sentence, without personal data.
    pub message: String,
}

/// An input row that was not accepted. The place is named, the value is not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RejectedRow {
    /// Table or source the row was read for.
    pub input: String,
    /// Input file, relative to the project.
    pub file: String,
    /// Row or line in that file, 1 = first; 0 = the file as a whole.
    pub row_number: u64,
    /// Column at fault; empty = the row as a whole.
    pub column_name: String,
    /// Code of the rule broken.
    pub code: String,
    /// What was found, as a kind of value.
    pub kind: String,
}

/// `candidates`.
///
/// # Errors
/// [`WriteError::Column`] for a number beyond the range of its column.
pub fn candidates_table(candidates: &[CandidateRow]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Candidates);
    for candidate in candidates {
        table.push(
            Row::new()
                .set("method", &candidate.method)
                .set("k", candidate.k)
                .set("q", candidate.q)
                .set("ari", candidate.ari)
                .set("min_jaccard", candidate.min_jaccard)
                .set("silhouette", candidate.silhouette)
                .set("bic", candidate.bic)
                .set("outcome_r2", candidate.outcome_r2)
                .set("smallest_share", candidate.smallest_share)
                .set("smallest_respondents", candidate.smallest_respondents)
                .set("chosen", candidate.chosen)
                .set("knocked_out", candidate.knocked_out.as_ref()),
        )?;
    }
    Ok(table)
}

/// `quality`.
///
/// # Errors
/// None for rows as documented.
pub fn quality_table(checks: &[QualityRow]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Quality);
    for check in checks {
        table.push(
            Row::new()
                .set("input", &check.input)
                .set("check_id", &check.check_id)
                .set("severity", &check.severity)
                .set("status", &check.status)
                .set("value", check.value)
                .set("limit", check.limit)
                .set("rows", check.rows)
                .set("message", &check.message),
        )?;
    }
    Ok(table)
}

/// `rejected/rows`; the same finding told twice is written once.
///
/// # Errors
/// None for rows as documented.
pub fn rejected_table(rejected: &[RejectedRow]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::RejectedRows);
    for row in rejected.iter().collect::<BTreeSet<_>>() {
        table.push(
            Row::new()
                .set("input", &row.input)
                .set("file", &row.file)
                .set("row_number", row.row_number)
                .set("column_name", &row.column_name)
                .set("code", &row.code)
                .set("kind", &row.kind),
        )?;
    }
    Ok(table)
}
