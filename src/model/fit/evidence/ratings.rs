//! What the partition is found on, and the sample of it that candidates are tried on.

use ndarray::{Array1, Axis};

use super::super::error::ModelError;
use super::outcome::Outcomes;
use super::prepare::Prepared;
use crate::rows::Aspect;
use valueseg_stats::mixture::category_scores;
use valueseg_stats::observed::Observed;
use valueseg_stats::reduced_rank::ReducedRank;

/// Rows candidates are tried on. METHOD: enough to rank solutions; the chosen one sees all rows.
const SCREEN_ROWS: usize = 1_600;

/// The evidence of a partition.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// Standardized ratings cut on, those of few steps as normal scores of their answers, then the signal scores that predict them: `(rows, ratings + directions)`.
    pub(in crate::fit) data: Observed,
    /// Ratings among the columns.
    pub(in crate::fit) ratings: usize,
    /// Share of the ratings' variance that signals predict.
    pub(in crate::fit) predicted: f64,
    /// Rows of the sample (respondents, or everybody where nobody was asked) behind the rows of `data`.
    pub(in crate::fit) rows: Vec<usize>,
    /// What the same people say or do that does not shape the segments.
    pub(in crate::fit) outcomes: Outcomes,
}

impl Evidence {
    /// Ratings of `aspect` beside the signal directions that predict them; without outcomes.
    pub(in crate::fit) fn of(prepared: &Prepared, aspect: Aspect) -> Result<Self, ModelError> {
        let ratings = category_scores(&prepared.cut_table(aspect)?.effective());
        let rows = prepared.aspect(aspect).rows.clone();
        let signals = prepared.respondent_signals.values().select(Axis(0), &rows);
        let columns = ratings.n_columns();
        let bare = |data, predicted| Self { data, ratings: columns, predicted, rows, outcomes: Outcomes::default() };
        if signals.ncols() == 0 {
            return Ok(bare(ratings, 0.0));
        }
        // METHOD: centered answers, so that what generous raters have in common does not lead the directions.
        let found = ReducedRank::learn(signals.view(), &ratings.row_centered());
        let data = if found.directions.ncols() == 0 {
            ratings
        } else {
            ratings.beside(&Observed::complete(found.scores(signals.view()))?)?
        };
        Ok(bare(data, found.predicted_share))
    }

    /// A sample of some 1,600 rows, drawn evenly over the sum of weights; all rows where that is little more.
    ///
    /// METHOD: systematic sampling with probability by weight. A drawn row counts as often as it was drawn, so a row of
    /// weight 2 is what two rows are, here as everywhere.
    pub(in crate::fit) fn screen(&self) -> Self {
        let Some((rows, counts)) = drawn(self.data.weights(), SCREEN_ROWS) else { return self.clone() };
        let part = self.data.select(&rows);
        let data = Observed::try_new(part.values().to_owned(), part.present().to_owned(), counts.into());
        Self {
            data: data.expect("rows of a checked table, drawn at least once"),
            ratings: self.ratings,
            predicted: self.predicted,
            rows: rows.iter().map(|at| self.rows[*at]).collect(),
            outcomes: self.outcomes.select(&rows),
        }
    }

    /// Signal directions among the columns.
    pub(in crate::fit) fn directions(&self) -> usize {
        self.data.n_columns() - self.ratings
    }
}

/// Rows drawn at `wanted` even steps of the sum of `weights`, and how often each; `None` where the weights sum to little
/// more than is wanted.
fn drawn(weights: &Array1<f64>, wanted: usize) -> Option<(Vec<usize>, Vec<f64>)> {
    let total = weights.sum();
    if total <= wanted as f64 * 1.25 {
        return None;
    }
    let (mut rows, mut counts): (Vec<usize>, Vec<f64>) = (Vec::new(), Vec::new());
    let (mut row, mut end) = (0, weights[0]);
    for draw in 0..wanted {
        let at = draw as f64 * total / wanted as f64;
        while at >= end && row + 1 < weights.len() {
            row += 1;
            end += weights[row];
        }
        if rows.last() == Some(&row) {
            *counts.last_mut().expect("as many counts as rows") += 1.0;
        } else {
            rows.push(row);
            counts.push(1.0);
        }
    }
    Some((rows, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_are_all_taken() {
        assert_eq!(drawn(&Array1::ones(2_000), 1_600), None);
    }

    #[test]
    fn rows_of_weight_one_are_drawn_at_even_steps() {
        let (rows, counts) = drawn(&Array1::ones(10), 4).unwrap();
        assert_eq!(rows, [0, 2, 5, 7]);
        assert_eq!(counts, [1.0; 4]);
    }

    #[test]
    fn a_row_of_weight_two_is_drawn_as_two_equal_rows_are() {
        let weights: Array1<f64> = (0..40).map(|i| if i % 3 == 0 { 2.0 } else { 1.0 }).collect();
        let twice: Vec<usize> = (0..40).flat_map(|i| if i % 3 == 0 { vec![i, i] } else { vec![i] }).collect();
        let (rows, counts) = drawn(&weights, 17).unwrap();
        let (apart, _) = drawn(&Array1::ones(twice.len()), 17).unwrap();
        let weighted: Vec<usize> = rows.iter().zip(&counts).flat_map(|(r, n)| vec![*r; *n as usize]).collect();
        assert_eq!(weighted, apart.iter().map(|at| twice[*at]).collect::<Vec<_>>());
    }
}
