//! `candidates`: every solution that was tried at the fit, with what decided.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};

/// A solution that was tried at the fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CandidateRow {
    /// How the cut was found: a method as `model.method` names it.
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
    /// Largest share of a rating's variance between the segments; `None` = not measured.
    pub most_of_one: Option<f64>,
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
        columns! { t, r =>
            /// How the cut was found: a method as `model.method` names it.
            key "method": Category = &r.candidate.method;
            /// Number of segments.
            key "k": Int32 = r.candidate.k;
            /// Number of common factors of a mixture; 0 for the other methods.
            key "q": Int32 = r.candidate.q;
            /// 1 for the first solution of this kind, 2 for the next, in the order they were tried.
            key "attempt": Int32 = r.attempt;
            /// Rows it was fitted on; null = not told.
            maybe "rows_fitted": Int64 = r.candidate.rows_fitted;
            /// Mean adjusted Rand index over resamples, at most 1; null = not measured.
            maybe "ari": Float64 = r.candidate.ari;
            /// Pairs of bootstrap samples behind `ari`; 0 = none, or two halves of the sample.
            filled "pairs": Int32 = r.candidate.pairs;
            /// Jaccard of its least reproducible segment, 0–1; null = not measured.
            maybe "min_jaccard": Float64 = r.candidate.min_jaccard;
            /// Mean shadow value, 0 = at the centers of segments, 1 = on their borders; null = not measured.
            maybe "shadow": Float64 = r.candidate.shadow;
            /// Calinski and Harabasz' index on standardized ratings, larger = better separated; null = not measured.
            maybe "calinski_harabasz": Float64 = r.candidate.calinski_harabasz;
            /// Bayesian information criterion, smaller is better, comparable between equal `rows_fitted` alone; null =
            /// not defined for the method.
            maybe "bic": Float64 = r.candidate.bic;
            /// Held-out variance of outcomes explained, at most 1; null = no outcome known.
            maybe "outcome_r2": Float64 = r.candidate.outcome_r2;
            /// Share of customers in segments that are only high or only low raters, 0–1; null = not measured.
            maybe "only_level": Float64 = r.candidate.only_level;
            /// Largest share of one rating's variance that lies between the segments (η²), 0–1; above 0.7 they are that
            /// rating in disguise, unless many ratings go along; null = not measured.
            maybe "most_of_one": Float64 = r.candidate.most_of_one;
            /// Share of the smallest segment, 0–1; null = not measured.
            maybe "smallest_share": Float64 = r.candidate.smallest_share;
            /// Respondents in the smallest segment; null = not measured.
            people_or_null "smallest_respondents" = r.candidate.smallest_respondents;
            /// This is the solution in use.
            filled "chosen": Bool = r.candidate.chosen;
            /// Why it could not be chosen, reasons separated by semicolons; null = it could.
            maybe "knocked_out": Text = r.candidate.knocked_out.as_ref();
        }
    }
}
