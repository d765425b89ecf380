//! `element_scores`: both scores of the 30 elements for each customer, each with its standard error.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float32Array};
use datafusion::arrow::buffer::{BooleanBuffer, NullBuffer};
use ndarray::ArrayView2;

use super::TableId;
use super::arrays::{category, texts};
use super::column::ColumnType as T;
use super::table::{About, CUSTOMER_ID, Columns, TableSource};
use crate::catalogue::ElementId;
use crate::model::rows::{Aspect, Provenance};

/// Customers encoded at once: scores and their standard errors `(n, 60)`, and which of them exist.
#[derive(Clone, Copy)]
pub(in crate::tables) struct ScoreRows<'a> {
    pub(in crate::tables) ids: &'a [String],
    pub(in crate::tables) scores: ArrayView2<'a, f32>,
    pub(in crate::tables) errors: ArrayView2<'a, f32>,
    pub(in crate::tables) scored: &'a [u64],
    /// Rating indicators kept to aggregates.
    pub(in crate::tables) masked: u64,
    /// Scores that are no own answers were read through the catalogue.
    pub(in crate::tables) prior: bool,
}

impl TableSource for ScoreRows<'_> {
    type Value = ArrayRef;

    const ABOUT: About = About::new(TableId::ElementScores, "element_scores", "customer");

    fn columns(t: &mut Columns<Self>) {
        t.key("customer_id", T::Text, CUSTOMER_ID, |rows| texts(rows.ids));
        for element in ElementId::all() {
            for (aspect, words) in
                [(Aspect::Importance, "How much it matters"), (Aspect::Fulfillment, "How well it is delivered")]
            {
                let (name, i) = (format!("{}_{element}", aspect.slug()), aspect.indicator(element));
                let doc = format!("{words}, 0–10 in steps of 0.01; null = see `{name}_provenance`.");
                let from = format!(
                    "Where `{name}` comes from: `survey` the customer's own answer, `learned` from those who answered, \
                     `prior` behavior read through the catalogue (a hypothesis), `withheld` there is one and it is kept to \
                     groups; null = no evidence, so no score."
                );
                let se = format!("Standard error of `{name}`, 0 = the customer's own answer; null as `{name}`.");
                t.maybe(name.clone(), T::Float32, doc, move |rows| rows.indicator(i, rows.scores));
                t.maybe(format!("{name}_se"), T::Float32, se, move |rows| rows.indicator(i, rows.errors));
                t.maybe(format!("{name}_provenance"), T::Category, from, move |rows| rows.provenance(i));
            }
        }
    }
}

impl ScoreRows<'_> {
    /// Where the scores of one rating indicator come from.
    fn provenance(&self, i: usize) -> ArrayRef {
        let learned = if self.prior { Provenance::Prior } else { Provenance::Learned };
        let withheld = self.masked >> i & 1 == 1;
        let of = |score: f32, error: f32| match (withheld, error == 0.0) {
            _ if !score.is_finite() => None,
            (true, _) => Some(Provenance::Withheld as i32),
            (false, true) => Some(Provenance::Survey as i32),
            (false, false) => Some(learned as i32),
        };
        let cells = self.scores.column(i).into_iter().zip(self.errors.column(i)).zip(self.scored);
        let keys = cells.map(|((score, error), bits)| if bits >> i & 1 == 1 { of(*score, *error) } else { None });
        category(&texts(Provenance::ALL.map(Provenance::slug)), keys)
    }

    /// Scores, or standard errors, of one rating indicator.
    fn indicator(&self, i: usize, cells: ArrayView2<'_, f32>) -> ArrayRef {
        let nobody = || self.scored.iter().all(|bits| bits >> i & 1 == 0);
        if self.masked >> i & 1 == 1 || nobody() {
            return Arc::new(Float32Array::new_null(self.ids.len()));
        }
        let values: Vec<f32> = cells.column(i).to_vec();
        let known =
            BooleanBuffer::collect_bool(values.len(), |row| self.scored[row] >> i & 1 == 1 && values[row].is_finite());
        let nulls = Some(NullBuffer::new(known)).filter(|nulls| nulls.null_count() > 0);
        Arc::new(Float32Array::new(values.into(), nulls))
    }
}
