//! "Is this still the same segment?" A refit matched to the model before it, and what the change costs.
//!
//! A fit numbers its segments by size, which says nothing about yesterday. Here both models score the same customers;
//! who is in which segment under either decides which segment goes on, splits, merges, is born or retires. What goes on
//! keeps its id, and with it its name; what is born takes an id that was never used before.

mod decide;
mod ids;
mod ledger;
mod meaning;
mod row;
#[cfg(test)]
mod tests;

use ndarray::Array2;

use crate::customer::{ApplySettings, Probabilities, Scorer};
use crate::fit::{Model, ModelError, SegmentInfo};
use crate::rows::CustomerBlock;
use valueseg_catalogue::Catalogue;
use valueseg_stats::matching::Overlap;

pub use decide::{CONTINUES, LARGE_PART, MOST};
pub use ids::IdBook;
pub use ledger::{AcceptRecord, LONGEST_NAME, LedgerError, RefitRecord, SegmentLedger, SegmentRecord};
pub use row::{Fate, Lineage, LineageRow, MoveCost};

/// Correlation of two profiles below which a segment that goes on means something else now, so that a name made by the
/// job is made anew. Our judgment: half of what set the segment apart points elsewhere.
pub const SAME_MEANING: f64 = 0.5;

/// Two models and the customers both score.
#[derive(Clone, Copy, Debug)]
pub struct RefitRequest<'a> {
    /// The catalogue.
    pub catalogue: &'a Catalogue,
    /// The model before.
    pub old: &'a Model,
    /// The model now.
    pub new: &'a Model,
    /// Customers, usually [`crate::fit::Sample::base`]: a draw from everybody.
    pub customers: &'a CustomerBlock,
    /// Signals the customers have, in the order of their columns.
    pub signal_ids: &'a [String],
}

/// Matches `request.new` to `request.old` and gives its segments their ids and names: ids of segments that go on stay,
/// births take the next ids of `book`. Returns the new model so labeled, and what happened.
///
/// A segment that goes on keeps the name it has in the old model, unless its profile correlates with the old one by
/// less than [`SAME_MEANING`] or the two models are cut on different answers: then its name is its id again, until the
/// next profile makes one. Names given by people are kept elsewhere and go over all of this.
///
/// Customers count by their weight; a customer of whom either model knows nothing is not compared. Labels are the
/// likeliest segments, before any rule about doubt.
///
/// # Errors
/// [`ModelError`] of a scorer; none for models that have scored before.
pub fn follow(request: &RefitRequest<'_>, book: &mut IdBook) -> Result<(Model, Lineage), ModelError> {
    let RefitRequest { old, new, .. } = *request;
    let before = probabilities(request, old);
    let now = probabilities(request, new);
    let (mut a, mut b, mut weights, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in 0..request.customers.len() {
        if let (Some(x), Some(y)) = (before.likeliest(row), now.likeliest(row)) {
            a.push(x);
            b.push(y);
            weights.push(request.customers.weight[row]);
            rows.push(row);
        }
    }
    let overlap = Overlap::of(&a, &b, &weights, (old.segments().len(), new.segments().len()));
    let ids: Vec<String> = old.segments().iter().map(|segment| segment.id.clone()).collect();
    let mut decided = decide::decide(&overlap, &ids, book);
    let cost = cost(&Labels { before: &before.table, now: &now.table, rows: &rows, a: &a, b: &b }, &weights, &decided);

    let mut segments = Vec::with_capacity(new.segments().len());
    for (column, id) in decided.ids.iter().enumerate() {
        let name = match decided.continues[column] {
            None => id.clone(),
            Some(row) => {
                let likeness = meaning::likeness(old, new, row, column);
                let other = old.cut_on() != new.cut_on() || likeness.is_some_and(|likeness| likeness < SAME_MEANING);
                let named = old.segments()[row].name != old.segments()[row].id;
                let line =
                    decided.rows.iter_mut().find(|line| line.new.as_ref() == Some(id) && line.old.as_ref() == Some(id));
                if let Some(line) = line {
                    line.likeness = likeness;
                    line.renamed = other && named;
                }
                if other { id.clone() } else { old.segments()[row].name.clone() }
            }
        };
        segments.push(SegmentInfo { id: id.clone(), name });
    }
    let lineage = Lineage { from_model: old.id().to_owned(), to_model: new.id().to_owned(), rows: decided.rows, cost };
    Ok((new.clone().with_segments(segments)?, lineage))
}

fn probabilities(request: &RefitRequest<'_>, model: &Model) -> Probabilities {
    let scorer =
        Scorer::new(model, request.catalogue, ApplySettings::default()).expect("the default settings are usable");
    scorer.for_signals(model, request.signal_ids).probabilities(request.customers)
}

/// Labels and probabilities of the customers compared.
struct Labels<'a> {
    before: &'a Array2<f32>,
    now: &'a Array2<f32>,
    /// Rows of the tables that are compared.
    rows: &'a [usize],
    /// Label before, in the order of `rows`.
    a: &'a [usize],
    /// Label now.
    b: &'a [usize],
}

/// How many move, and how much of that is noise.
///
/// METHOD: a customer whose probabilities were 0.51 and 0.49 and are 0.49 and 0.51 has changed label and hardly anything
/// else. Each move counts as real by the share of the customer's probability that went elsewhere, `½ Σ |p − q|` over
/// segments (total variation, segments identified by their ids), and as noise by the rest. So the noise is 0 where all
/// moves are decided ones, and nobody's move counts for more than a move. Probabilities of an overconfident model make
/// noise look real, never the other way round.
fn cost(labels: &Labels<'_>, weights: &[f64], decided: &decide::Decided) -> MoveCost {
    let (mut moved, mut noise, mut total) = (0.0, 0.0, 0.0);
    for (i, weight) in weights.iter().enumerate() {
        total += weight;
        if decided.continues[labels.b[i]] == Some(labels.a[i]) {
            continue;
        }
        let (p, q) = (labels.before.row(labels.rows[i]), labels.now.row(labels.rows[i]));
        // What stays: for each segment that goes on, the smaller of its two probabilities; 1 − Σ min = ½ Σ |p − q|.
        let stays: f64 = decided
            .continues
            .iter()
            .enumerate()
            .filter_map(|(column, row)| row.map(|row| f64::from(p[row].min(q[column]))))
            .sum();
        moved += weight;
        noise += weight * stays.clamp(0.0, 1.0);
    }
    let share = |part: f64| if total > 0.0 { part / total } else { 0.0 };
    MoveCost { customers: weights.len() as u64, moved_share: share(moved), noise_share: share(noise) }
}
