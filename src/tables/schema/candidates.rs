//! `candidates`: every solution that was tried at the fit, with what decided.

use std::collections::BTreeMap;

use serde::Serialize;

use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource};
use super::{Cell, TableId};

/// A solution that was tried at the fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CandidateRow {
    /// `mixture`, `kmeans` or `kmeans-centered`.
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

/// A candidate with its number among those of its kind.
#[derive(Clone, Copy, Debug)]
pub struct NumberedCandidate<'a> {
    candidate: &'a CandidateRow,
    attempt: u32,
}

/// Rows of `candidates`; solutions of one kind are numbered in the order given.
#[must_use]
pub fn numbered_candidates(candidates: &[CandidateRow]) -> Vec<NumberedCandidate<'_>> {
    let mut attempts = BTreeMap::new();
    let numbered = candidates.iter().map(|candidate| {
        let attempt = attempts.entry((&candidate.method, candidate.k, candidate.q)).or_insert(0u32);
        *attempt += 1;
        NumberedCandidate { candidate, attempt: *attempt }
    });
    numbered.collect()
}

impl TableSource for NumberedCandidate<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Candidates, "candidates", "solution tried at the fit");

    fn columns(t: &mut Columns<Self>) {
        t.key("method", T::Category, "`mixture`, `kmeans` or `kmeans-centered`.", |r| &r.candidate.method);
        t.key("k", T::Int32, "Number of segments.", |r| r.candidate.k);
        t.key("q", T::Int32, "Number of common factors of a mixture; 0 for the other methods.", |r| r.candidate.q);
        t.key(
            "attempt",
            T::Int32,
            "1 for the first solution of this kind, 2 for the next, in the order they were tried.",
            |r| r.attempt,
        );
        t.maybe("rows_fitted", T::Int64, "Rows it was fitted on; null = not told.", |r| r.candidate.rows_fitted);
        t.maybe("ari", T::Float64, "Mean adjusted Rand index over resamples, at most 1; null = not measured.", |r| {
            r.candidate.ari
        });
        t.filled(
            "pairs",
            T::Int32,
            "Pairs of bootstrap samples behind `ari`; 0 = none, or two halves of the sample.",
            |r| r.candidate.pairs,
        );
        t.maybe(
            "min_jaccard",
            T::Float64,
            "Jaccard of its least reproducible segment, 0–1; null = not measured.",
            |r| r.candidate.min_jaccard,
        );
        t.maybe(
            "shadow",
            T::Float64,
            "Mean shadow value, 0 = at the centers of segments, 1 = on their borders; null = not measured.",
            |r| r.candidate.shadow,
        );
        t.maybe(
            "calinski_harabasz",
            T::Float64,
            "Calinski and Harabasz' index on standardized ratings, larger = better separated; null = not \
             measured.",
            |r| r.candidate.calinski_harabasz,
        );
        t.maybe(
            "bic",
            T::Float64,
            "Bayesian information criterion, smaller is better, comparable between equal `rows_fitted` alone; \
             null = not defined for the method.",
            |r| r.candidate.bic,
        );
        t.maybe(
            "outcome_r2",
            T::Float64,
            "Held-out variance of outcomes explained, at most 1; null = no outcome known.",
            |r| r.candidate.outcome_r2,
        );
        t.maybe(
            "only_level",
            T::Float64,
            "Share of customers in segments that are only high or only low raters, 0–1; null = not measured.",
            |r| r.candidate.only_level,
        );
        t.maybe("smallest_share", T::Float64, "Share of the smallest segment, 0–1; null = not measured.", |r| {
            r.candidate.smallest_share
        });
        t.maybe("smallest_respondents", T::Int64, "Respondents in the smallest segment; null = not measured.", |r| {
            r.candidate.smallest_respondents
        });
        t.filled("chosen", T::Bool, "This is the solution in use.", |r| r.candidate.chosen);
        t.maybe("knocked_out", T::Text, "Why it could not be chosen; null = it could.", |r| {
            r.candidate.knocked_out.as_ref()
        });
    }
}
