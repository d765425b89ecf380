//! Tables about the night itself: candidates and quality.

use std::collections::BTreeMap;

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
    /// Rows it was fitted on; `None` = not told.
    pub rows_fitted: Option<u64>,
    /// Mean adjusted Rand index over resamples; `None` = not measured.
    pub ari: Option<f64>,
    /// Pairs of bootstrap samples behind it; 0 = none, or two halves of the sample.
    pub pairs: u32,
    /// Jaccard of the least reproducible segment; `None` = not measured.
    pub min_jaccard: Option<f64>,
    /// Mean shadow value; `None` = not measured.
    pub shadow: Option<f64>,
    /// Calinski and Harabasz' index; `None` = not measured.
    pub calinski_harabasz: Option<f64>,
    /// Bayesian information criterion, smaller is better; `None` = not defined.
    pub bic: Option<f64>,
    /// Held-out variance of outcomes explained; `None` = no outcome known.
    pub outcome_r2: Option<f64>,
    /// Share of customers in segments that are only high or only low raters; `None` = not measured.
    pub only_level: Option<f64>,
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

/// `candidates`; solutions of one kind are numbered in the order given.
///
/// # Errors
/// [`WriteError::Column`] for a number beyond the range of its column.
pub fn candidates_table(candidates: &[CandidateRow]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Candidates);
    let mut attempts = BTreeMap::new();
    for candidate in candidates {
        let attempt = attempts.entry((&candidate.method, candidate.k, candidate.q)).or_insert(0u32);
        *attempt += 1;
        table.push(
            Row::new()
                .set("method", &candidate.method)
                .set("k", candidate.k)
                .set("q", candidate.q)
                .set("attempt", *attempt)
                .set("rows_fitted", candidate.rows_fitted)
                .set("ari", candidate.ari)
                .set("pairs", candidate.pairs)
                .set("min_jaccard", candidate.min_jaccard)
                .set("shadow", candidate.shadow)
                .set("calinski_harabasz", candidate.calinski_harabasz)
                .set("bic", candidate.bic)
                .set("outcome_r2", candidate.outcome_r2)
                .set("only_level", candidate.only_level)
                .set("smallest_share", candidate.smallest_share)
                .set("smallest_respondents", candidate.smallest_respondents)
                .set("chosen", candidate.chosen)
                .set("knocked_out", candidate.knocked_out.as_ref()),
        )?;
    }
    Ok(table)
}

/// `quality`; a second finding of one check about one input is called `<check>#2`, a third `#3`, in the order given.
///
/// # Errors
/// None for rows as documented.
pub fn quality_table(checks: &[QualityRow]) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Quality);
    let mut findings = BTreeMap::new();
    for check in checks {
        let finding = findings.entry((&check.input, &check.check_id)).or_insert(0u32);
        *finding += 1;
        let check_id = if *finding == 1 { check.check_id.clone() } else { format!("{}#{finding}", check.check_id) };
        table.push(
            Row::new()
                .set("input", &check.input)
                .set("check_id", check_id)
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
