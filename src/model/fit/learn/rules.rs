//! Short rules for the segments, from the answers of respondents and from the signals of everybody.

use ndarray::Array2;
use rayon::prelude::*;

use super::super::FitRequest;
use super::super::evidence::prepare::Prepared;
use super::super::indicator::Indicator;
use super::super::measurement::Measurement;
use super::super::rules::{Absent, Ground, RuleBasis, SegmentRule, completed};
use super::super::sample::MIN_ANSWERS;
use super::super::typing::cut_columns;
use super::measure::Measured;
use crate::rows::Aspect;
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::observed::Observed;

/// Rules on the ratings cut on (where anybody was asked), then rules on signals, by segment each.
pub(in crate::fit) fn rules(
    request: &FitRequest<'_>,
    prepared: &Prepared,
    aspect: Option<Aspect>,
    measured: &Measured,
    measurement: &Measurement,
) -> Vec<SegmentRule> {
    if measured.weights.len() < 2 {
        return Vec::new();
    }
    let mut rules = aspect.map_or_else(Vec::new, |aspect| on_answers(request, prepared, aspect, measured, measurement));
    rules.extend(on_signals(request, prepared, measured));
    rules
}

fn on_answers(
    request: &FitRequest<'_>,
    prepared: &Prepared,
    aspect: Aspect,
    measured: &Measured,
    m: &Measurement,
) -> Vec<SegmentRule> {
    let columns = cut_columns(m, aspect);
    let answered = |row: &usize| {
        let given = columns.iter().filter(|c| prepared.ratings.present()[(*row, **c)]).count();
        given >= MIN_ANSWERS as usize
    };
    // Respondents with few answers on these ratings are mostly filled in, and rules would describe the filling.
    let rows: Vec<usize> = (0..prepared.ratings.n_rows()).filter(answered).collect();
    let ratings = prepared.ratings.select(&rows);
    let known = measured.probabilities(Some(&ratings), &prepared.respondent_signals.select(&rows));
    let steps: Vec<f64> = prepared.ratings.steps().iter().zip(&m.spread).map(|(step, spread)| step * spread).collect();
    let seed = mixed_seed(request.settings.seed, 3);
    let filled = completed(m, &ratings, known.view(), &columns, &steps, seed);
    let present = ratings.present().select(ndarray::Axis(1), &columns);
    let Ok(table) = Observed::try_new(filled.clone(), present, ratings.weights().clone()) else { return Vec::new() };
    let all = Indicator::all(&[]);
    let indicators: Vec<Indicator> = columns.iter().map(|c| all[*c].clone()).collect();
    let ground = Ground {
        basis: RuleBasis::Answers,
        table: &table,
        filled: &filled,
        known: known.view(),
        indicators: &indicators,
        absent: Absent::NotCounted,
    };
    ground.rules()
}

fn on_signals(request: &FitRequest<'_>, prepared: &Prepared, measured: &Measured) -> Vec<SegmentRule> {
    let base = &request.sample.base;
    let shape = (base.len(), prepared.lines.len());
    let read = |s: usize| prepared.lines[s].line.is_some();
    let known = |i: usize, s: usize| read(s) && base.signalled[i] >> s & 1 == 1 && base.signals[(i, s)].is_finite();
    let present = Array2::from_shape_fn(shape, |(i, s)| known(i, s));
    let values = base.signals.clone();
    let Ok(table) = Observed::try_new(values, present, base.weight.clone().into()) else { return Vec::new() };
    let filled = hot_deck(&table, mixed_seed(request.settings.seed, 4));
    let probabilities = measured.probabilities(None, &prepared.base_signals);
    let indicators: Vec<Indicator> = request.signal_ids.iter().cloned().map(Indicator::Signal).collect();
    let ground = Ground {
        basis: RuleBasis::Signals,
        table: &table,
        filled: &filled,
        known: probabilities.view(),
        indicators: &indicators,
        absent: Absent::NotCaught,
    };
    ground.rules()
}

/// The table with each absent cell taken from a random row that knows it (0 where none does): says nothing about the row.
fn hot_deck(table: &Observed, seed: u64) -> Array2<f64> {
    let columns: Vec<Vec<f64>> = (0..table.n_columns())
        .into_par_iter()
        .map(|c| {
            let (values, present) = (table.values().column(c).to_vec(), table.present().column(c).to_vec());
            let donors: Vec<f64> = values.iter().zip(&present).filter(|(_, is)| **is).map(|(v, _)| *v).collect();
            let donor = |row: usize| {
                let item = (row * table.n_columns() + c) as u64;
                donors.get((mixed_seed(seed, item) % donors.len().max(1) as u64) as usize).copied().unwrap_or(0.0)
            };
            (0..values.len()).map(|row| if present[row] { values[row] } else { donor(row) }).collect()
        })
        .collect();
    Array2::from_shape_fn((table.n_rows(), table.n_columns()), |(r, c)| columns[c][r])
}
