//! From rows of customers to class probabilities, a tile at a time.

use std::ops::Range;

use ndarray::{Array2, s};

use super::ApplySettings;
use super::reasons::{BlockReasons, Reasons, RowCells};
use crate::model::fit::{CutOn, Model, SignalLine};
use crate::model::rows::{Assignment, Basis, CustomerBlock, N_RATINGS, UnassignedReason};
use crate::stats::mixture::{FactorMixture, Kernel, TILE, Tile, TilePosterior, normalize};
use crate::stats::normal_scores::SCORE_LANES;

/// Tables of a model that turn indicators into class probabilities and reasons.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) classes: usize,
    /// Ratings the model knows.
    pub(super) asked: u64,
    /// From the first to the last of them: where one aspect was never asked, its half of the work is saved.
    pub(super) span: Range<usize>,
    pub(super) rating_factors: usize,
    pub(super) signal_factors: usize,
    lines: Vec<SignalLine>,
    center: Vec<f32>,
    inverse_spread: Vec<f32>,
    rating_kernel: Kernel,
    signal_kernel: Kernel,
    pub(super) rating_reasons: BlockReasons,
    pub(super) signal_reasons: BlockReasons,
    /// What the log odds of signals and of answers are multiplied by: one over their temperatures.
    belief: [f32; 2],
    /// Scores that are no own answers are read through the catalogue.
    pub(super) prior: bool,
    /// Everybody is in the one segment, whatever is known of them, and nothing is inferred about anybody.
    pub(super) whole: bool,
}

/// A tile's indicators row by row, for what looks at one row at a time.
#[derive(Debug)]
pub(super) struct RowMajor {
    width: usize,
    values: Vec<f32>,
    present: Vec<f32>,
}

impl RowMajor {
    fn new(width: usize) -> Self {
        Self { width, values: vec![0.0; width * TILE], present: vec![0.0; width * TILE] }
    }

    /// Row `r`.
    pub(super) fn row(&self, r: usize) -> RowCells<'_> {
        let cells = r * self.width..(r + 1) * self.width;
        RowCells { values: &self.values[cells.clone()], present: &self.present[cells] }
    }
}

/// Room for one tile, used again for the next.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) ratings: Tile,
    pub(super) signals: Tile,
    pub(super) rating_posterior: TilePosterior,
    pub(super) signal_posterior: TilePosterior,
    /// The same row by row.
    pub(super) rating_rows: RowMajor,
    pub(super) signal_rows: RowMajor,
    /// Signals known of each row.
    pub(super) signals_known: [u16; TILE],
    /// `(TILE, 60)` scores and standard errors, row by row.
    pub(super) mean: Array2<f32>,
    pub(super) error: Array2<f32>,
    /// Products for rows with own answers, see [`super::scores`].
    pub(super) second: Array2<f32>,
    pub(super) first: Array2<f32>,
}

impl Work {
    pub(super) fn new(tables: &Tables) -> Self {
        let (k, q) = (tables.classes, tables.rating_factors);
        Self {
            ratings: Tile::empty(tables.span.len()),
            signals: Tile::empty(tables.lines.len()),
            rating_rows: RowMajor::new(tables.span.len()),
            signal_rows: RowMajor::new(tables.lines.len()),
            rating_posterior: TilePosterior::new(k, q),
            signal_posterior: TilePosterior::new(k, tables.signal_factors),
            signals_known: [0; TILE],
            mean: Array2::zeros((TILE, N_RATINGS)),
            error: Array2::zeros((TILE, N_RATINGS)),
            second: Array2::zeros((k + k * q + q * (q + 1) / 2, TILE)),
            first: Array2::zeros((k + q, TILE)),
        }
    }

    /// Copies the rows' known indicators into the tiles, standardized.
    pub(super) fn fill(
        &mut self,
        tables: &Tables,
        columns: &[Option<usize>],
        block: &CustomerBlock,
        rows: &[usize],
        own: bool,
    ) {
        self.signals.rows = rows.len();
        self.signals_known = [0; TILE];
        let width = tables.lines.len();
        let held = block.signals.ncols();
        let raw = block.signals.as_slice().expect("rows of a block are contiguous");
        // A few rows at a time, so that their signals are read from the nearest cache.
        for (part, some) in rows.chunks(SCORE_LANES).enumerate() {
            let first = part * SCORE_LANES;
            for (s, (line, column)) in tables.lines.iter().zip(columns).enumerate() {
                let (mut values, mut known) = ([0.0; SCORE_LANES], [false; SCORE_LANES]);
                if let Some(column) = column.filter(|c| *c < held && line.line.is_some()) {
                    for (i, row) in some.iter().enumerate() {
                        let value = raw[row * held + column];
                        known[i] = (block.signalled[*row] >> column & 1 == 1) & value.is_finite();
                        values[i] = value;
                    }
                }
                let scores = line.score_lanes(&values, &known);
                let present = known.map(|known| f32::from(u8::from(known)));
                let cells = s * TILE + first..s * TILE + first + SCORE_LANES;
                contiguous(&mut self.signals.values)[cells.clone()].copy_from_slice(&scores);
                contiguous(&mut self.signals.present)[cells].copy_from_slice(&present);
                for i in 0..some.len() {
                    self.signal_rows.values[(first + i) * width + s] = scores[i];
                    self.signal_rows.present[(first + i) * width + s] = present[i];
                    self.signals_known[first + i] += u16::from(known[i]);
                }
            }
        }
        if own {
            self.fill_ratings(tables, block, rows);
        }
    }

    fn fill_ratings(&mut self, tables: &Tables, block: &CustomerBlock, rows: &[usize]) {
        self.ratings.rows = rows.len();
        let (first, width) = (tables.span.start, tables.span.len());
        for (r, row) in rows.iter().enumerate() {
            let known = (block.rated[*row] & tables.asked) >> first;
            let raw = block.ratings.slice(s![*row, tables.span.clone()]);
            for (c, raw) in raw.iter().enumerate() {
                let is = known >> c & 1 == 1;
                let value = (raw - tables.center[first + c]) * tables.inverse_spread[first + c];
                let (value, present) = (if is { value } else { 0.0 }, f32::from(u8::from(is)));
                self.ratings.present[(c, r)] = present;
                self.ratings.values[(c, r)] = value;
                self.rating_rows.present[r * width + c] = present;
                self.rating_rows.values[r * width + c] = value;
            }
        }
    }

    /// Class probabilities of the rows, in `signal_posterior.classes`.
    pub(super) fn type_rows(&mut self, tables: &Tables, own: bool) {
        tables.signal_kernel.evidence(&self.signals, &mut self.signal_posterior);
        let posterior = &mut self.signal_posterior;
        let [signals, answers] = tables.belief;
        posterior.scores *= signals;
        if own {
            tables.rating_kernel.evidence(&self.ratings, &mut self.rating_posterior);
            posterior.scores.scaled_add(answers, &self.rating_posterior.scores);
        }
        for (mut scores, prior) in posterior.scores.rows_mut().into_iter().zip(tables.signal_kernel.log_class()) {
            scores += *prior;
        }
        normalize(&posterior.scores, &mut posterior.classes, &mut posterior.log_likelihood);
    }
}

/// From the first to the last bit of a mask.
pub(super) fn span(mask: u64) -> Range<usize> {
    if mask == 0 { 0..0 } else { mask.trailing_zeros() as usize..(u64::BITS - mask.leading_zeros()) as usize }
}

/// Some columns of a block.
fn columns(block: &FactorMixture, span: &Range<usize>) -> FactorMixture {
    FactorMixture {
        class_weights: block.class_weights.clone(),
        means: block.means.slice(s![.., span.clone()]).to_owned(),
        loadings: block.loadings.slice(s![span.clone(), ..]).to_owned(),
        uniqueness: block.uniqueness.slice(s![span.clone()]).to_owned(),
    }
}

fn contiguous(table: &mut Array2<f32>) -> &mut [f32] {
    table.as_slice_mut().expect("tile arrays are contiguous")
}

impl Tables {
    pub(super) fn new(model: &Model) -> Self {
        let m = model.measurement();
        let span = span(m.asked);
        let (ratings, signals) = (columns(&m.ratings.mixture(&m.weights), &span), m.signals.mixture(&m.weights));
        Self {
            classes: m.weights.len(),
            asked: m.asked,
            span: span.clone(),
            rating_factors: ratings.n_factors(),
            signal_factors: signals.n_factors(),
            lines: model.lines().to_vec(),
            center: m.center.iter().map(|x| *x as f32).collect(),
            inverse_spread: m.spread.iter().map(|x| (1.0 / x) as f32).collect(),
            rating_kernel: Kernel::new(&ratings),
            signal_kernel: Kernel::new(&signals),
            rating_reasons: BlockReasons::new(&ratings, span.start, m.temperature.answers),
            signal_reasons: BlockReasons::new(&signals, N_RATINGS, m.temperature.signals),
            belief: [m.temperature.signals, m.temperature.answers].map(|t| (1.0 / t) as f32),
            prior: model.cut_on() == CutOn::Prior,
            whole: model.cut_on() == CutOn::Nothing,
        }
    }

    /// What a row rests on.
    pub(super) fn basis(&self, answered: bool, signalled: bool) -> Basis {
        match (answered, signalled) {
            (true, true) => Basis::Mixed,
            (true, false) => Basis::Survey,
            (false, true) if self.prior => Basis::Prior,
            (false, true) => Basis::Behavior,
            (false, false) => Basis::None,
        }
    }

    /// The segment of row `r`, and why.
    pub(super) fn assign(&self, work: &Work, r: usize, own: bool, settings: &ApplySettings) -> Assignment {
        let classes = work.signal_posterior.classes.column(r);
        let (mut top, mut next) = (0, None);
        for class in 1..self.classes {
            if classes[class] > classes[top] {
                next = Some(top);
                top = class;
            } else if next.is_none_or(|n: usize| classes[class] > classes[n]) {
                next = Some(class);
            }
        }
        let probability = classes[top];
        let lead = probability - next.map_or(0.0, |n| classes[n]);
        let sure = f64::from(probability) >= settings.min_probability && f64::from(lead) >= settings.min_margin;
        let mut reasons = Reasons::default();
        if let Some(next) = next {
            let row = work.signal_rows.row(r);
            self.signal_reasons.collect(row, &work.signal_posterior, r, (top, next), &mut reasons);
            if own {
                let row = work.rating_rows.row(r);
                self.rating_reasons.collect(row, &work.rating_posterior, r, (top, next), &mut reasons);
            }
        }
        let (reasons, reason_against) = reasons.found();
        Assignment {
            segment: sure.then_some(top as u8),
            probability: Some(probability),
            runner_up: next.map(|n| n as u8),
            runner_up_probability: next.map(|n| classes[n]),
            raw: Some(top as u8),
            unassigned: (!sure).then_some(UnassignedReason::TooClose),
            reasons,
            reason_against,
        }
    }
}
