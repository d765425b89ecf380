//! Which element holds the solution up: respondents typed again without it.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::measurement::Measurement;
use super::super::stored::stored;
use valueseg_catalogue::{Catalogue, ElementId, N_ELEMENTS};
use valueseg_stats::agreement::adjusted_rand_index;
use valueseg_stats::calibration::ClassEvidence;
use valueseg_stats::mixture::likeliest;
use valueseg_stats::observed::Observed;

/// Respondents typed again at most, evenly spaced.
const MOST_ROWS: usize = 2_500;

/// Answers to an element from which it is looked at. Our judgment: a share is then known to ten points.
const LEAST_ANSWERS: usize = 100;

/// What becomes of those who answered for an element when that answer is taken away. Typed by the ratings cut on alone,
/// the same model throughout.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ElementHold {
    /// The element left out.
    #[schemars(with = "String")]
    pub element: ElementId,
    /// Respondents who had answered for it.
    pub respondents: u64,
    /// Share of them who are then typed as members of another segment, 0–1.
    pub moved: f64,
    /// Adjusted Rand index of their segments with and without it.
    pub agreement: f64,
}

impl ElementHold {
    /// `Without "Saves time" 12 of 100 of those who rated it would be in another segment.`
    #[must_use]
    pub fn sentence(&self, catalogue: &Catalogue) -> String {
        format!(
            "Without “{}” {:.0} of 100 of those who rated it would be in another segment.",
            catalogue.element(self.element).name(),
            100.0 * self.moved
        )
    }

    /// The numbers as they will be read back from a file.
    pub(crate) fn stored(self) -> Self {
        Self { moved: stored(self.moved), agreement: stored(self.agreement), ..self }
    }
}

/// Leaves out each of the ratings `columns` (`0..60`) in turn; `ratings` are standardized, `(n, 60)`. By falling share
/// moved, equals in catalogue order; elements with fewer than 100 answers are left out.
pub(crate) fn holds(m: &Measurement, ratings: &Observed, columns: &[usize]) -> Vec<ElementHold> {
    let n = ratings.n_rows();
    let rows: Vec<usize> =
        if n <= MOST_ROWS { (0..n).collect() } else { (0..MOST_ROWS).map(|i| i * n / MOST_ROWS).collect() };
    let cut = masked(&ratings.select(&rows), |_, column| columns.contains(&column));
    // Once for all columns: what is compared is the same people with one answer less.
    let with = typed(m, &cut);
    let mut found: Vec<ElementHold> = columns
        .par_iter()
        .filter_map(|column| {
            let answered: Vec<usize> = (0..rows.len()).filter(|r| cut.present()[(*r, *column)]).collect();
            if answered.len() < LEAST_ANSWERS {
                return None;
            }
            let part = cut.select(&answered);
            let without = typed(m, &masked(&part, |_, c| c != *column));
            let with: Vec<usize> = answered.iter().map(|r| with[*r]).collect();
            let moved = part.weights().iter().zip(with.iter().zip(&without)).filter(|(_, (a, b))| a != b);
            Some(ElementHold {
                element: ElementId::from_index(column % N_ELEMENTS)?,
                respondents: answered.len() as u64,
                moved: moved.map(|(w, _)| w).sum::<f64>() / part.total_weight(),
                agreement: adjusted_rand_index(&with, &without),
            })
        })
        .collect();
    // Stable, so equals stay in catalogue order.
    found.sort_by(|a, b| b.moved.total_cmp(&a.moved));
    found
}

/// The table with only the cells that `keep`.
pub(crate) fn masked(table: &Observed, keep: impl Fn(usize, usize) -> bool) -> Observed {
    let present = Array2::from_shape_fn(table.present().dim(), |(r, c)| table.present()[(r, c)] && keep(r, c));
    Observed::try_new(table.values().to_owned(), present, table.weights().clone()).expect("cells of a checked table")
}

/// `(n, K)` probabilities by answers alone.
pub(crate) fn by_answers(m: &Measurement, ratings: &Observed) -> Array2<f64> {
    let evidence = m.ratings.mixture(&m.weights).log_densities(ratings);
    let prior = Array2::from_shape_fn(evidence.dim(), |(_, k)| m.weights[k].max(f64::MIN_POSITIVE).ln());
    ClassEvidence { prior: prior.view(), evidence: evidence.view() }.at(m.temperature.answers)
}

fn typed(m: &Measurement, ratings: &Observed) -> Vec<usize> {
    let p = by_answers(m, ratings);
    let p: ArrayView2<'_, f64> = p.view();
    p.rows().into_iter().map(likeliest).collect()
}
