//! From rows of customers to class probabilities, a tile at a time.

use std::ops::Range;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, s};

use super::ApplySettings;
use super::reasons::{BlockReasons, Reasons, RowCells};
use super::suspicion::Suspicion;
use crate::fit::{CutOn, Model, SignalLine, SignalLink};
use crate::rows::{Assignment, Basis, CustomerBlock, N_RATINGS, UnassignedReason};
use valueseg_stats::mixture::{FactorMixture, Kernel, TILE, Tile, TilePosterior, normalize};
use valueseg_stats::normal_scores::SCORE_LANES;
use valueseg_stats::reduced_rank::MAX_RANK;

/// What is known of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// Signals, or nothing.
    Signals,
    /// Own answers to what the model knows, and signals.
    Both,
    /// Own answers alone.
    Answers,
}

impl Known {
    /// All of them, in the order of their tables.
    pub(super) const ALL: [Self; 3] = [Self::Signals, Self::Both, Self::Answers];

    /// Whether there are own answers.
    pub(super) fn own(self) -> bool {
        self != Self::Signals
    }
}

/// Tables that turn answers into evidence.
#[derive(Clone, Debug)]
pub(super) struct AnswerTables {
    pub(super) factors: usize,
    kernel: Kernel,
    pub(super) reasons: BlockReasons,
}

impl AnswerTables {
    fn new(block: &FactorMixture, span: &Range<usize>, temperature: f64) -> Self {
        let block = columns(block, span);
        Self {
            factors: block.n_factors(),
            kernel: Kernel::new(&block),
            reasons: BlockReasons::new(&block, span.start, temperature),
        }
    }

    /// `ln Σ_k π_k N(v | k)` of row `r`, whose evidence is in `posterior`.
    pub(super) fn log_likelihood(&self, posterior: &TilePosterior, r: usize) -> f32 {
        let of = |(score, weight): (&f32, &f32)| score + weight;
        let logs = || posterior.scores.column(r).into_iter().zip(self.kernel.log_class()).map(of);
        let top = logs().fold(f32::NEG_INFINITY, f32::max);
        posterior.log_likelihood[r] + top + logs().map(|log| (log - top).exp()).sum::<f32>().ln()
    }
}

/// What signals say about ratings within segments: `G·D·z`.
#[derive(Clone, Debug)]
struct LinkTables {
    /// `(r, p)`, `D`.
    directions: Array2<f32>,
    /// `(r, 60)`, `G` in standardized ratings.
    loadings: Array2<f32>,
}

impl LinkTables {
    fn new(link: &SignalLink) -> Self {
        let table = |rows: &[Vec<f64>]| Array2::from_shape_fn((link.rank(), rows.len()), |(a, i)| rows[i][a] as f32);
        Self { directions: table(&link.directions), loadings: table(&link.loadings) }
    }
}

/// Tables of a model that turn indicators into class probabilities and reasons.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    pub(super) classes: usize,
    /// Ratings the model knows.
    pub(super) asked: u64,
    /// Which answers are not believed.
    pub(super) suspicion: Option<Suspicion>,
    /// From the first to the last of them: where one aspect was never asked, its half of the work is saved.
    pub(super) span: Range<usize>,
    pub(super) signal_factors: usize,
    lines: Vec<SignalLine>,
    center: Vec<f32>,
    inverse_spread: Vec<f32>,
    signal_kernel: Kernel,
    pub(super) signal_reasons: BlockReasons,
    /// How answers are read with signals beside them, and without.
    pub(super) answers: [AnswerTables; 2],
    /// What signals say within segments to people without answers, and to those with.
    links: [Option<LinkTables>; 2],
    /// For each [`Known`], in its order: logarithms of the weights that evidence is added to.
    log_prior: [Vec<f32>; 3],
    /// Whether signals are read with a tilt, so that rows with and without are told apart.
    tilted: bool,
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
    /// With signals beside the answers, and without.
    pub(super) rating_posteriors: [TilePosterior; 2],
    pub(super) signal_posterior: TilePosterior,
    /// `(TILE, 60)`: what signals say about standardized ratings within segments, row by row.
    pub(super) told: Array2<f32>,
    /// `(r, TILE)`: scores of signals.
    directions: Array2<f32>,
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
        let k = tables.classes;
        let q = tables.answers.iter().map(|answers| answers.factors).max().unwrap_or(0);
        Self {
            ratings: Tile::empty(tables.span.len()),
            signals: Tile::empty(tables.lines.len()),
            rating_rows: RowMajor::new(tables.span.len()),
            signal_rows: RowMajor::new(tables.lines.len()),
            rating_posteriors: tables.answers.each_ref().map(|answers| TilePosterior::new(k, answers.factors)),
            told: Array2::zeros((TILE, N_RATINGS)),
            directions: Array2::zeros((MAX_RANK, TILE)),
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
        known: Known,
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
        if let Some(link) = tables.link(known) {
            self.hear(link, rows.len());
        }
        if known.own() {
            self.fill_ratings(tables, block, rows, tables.link(known).is_some());
        }
    }

    /// What signals say about the ratings of the first `rows` rows.
    fn hear(&mut self, link: &LinkTables, rows: usize) {
        let mut scores = self.directions.slice_mut(s![..link.directions.nrows(), ..rows]);
        general_mat_mul(1.0, &link.directions, &self.signals.values.slice(s![.., ..rows]), 0.0, &mut scores);
        general_mat_mul(1.0, &scores.t(), &link.loadings, 0.0, &mut self.told.slice_mut(s![..rows, ..]));
    }

    /// Standardized answers, less what signals say about them where that was `heard`.
    fn fill_ratings(&mut self, tables: &Tables, block: &CustomerBlock, rows: &[usize], heard: bool) {
        self.ratings.rows = rows.len();
        let (first, width) = (tables.span.start, tables.span.len());
        for (r, row) in rows.iter().enumerate() {
            let known = (block.rated[*row] & tables.asked) >> first;
            let raw = block.ratings.slice(s![*row, tables.span.clone()]);
            for (c, raw) in raw.iter().enumerate() {
                let is = known >> c & 1 == 1;
                let value = (raw - tables.center[first + c]) * tables.inverse_spread[first + c];
                let value = if heard { value - self.told[(r, first + c)] } else { value };
                let (value, present) = (if is { value } else { 0.0 }, f32::from(u8::from(is)));
                self.ratings.present[(c, r)] = present;
                self.ratings.values[(c, r)] = value;
                self.rating_rows.present[r * width + c] = present;
                self.rating_rows.values[r * width + c] = value;
            }
        }
    }

    /// Class probabilities of the rows, in `signal_posterior.classes`.
    pub(super) fn type_rows(&mut self, tables: &Tables, known: Known) {
        tables.signal_kernel.evidence(&self.signals, &mut self.signal_posterior);
        let posterior = &mut self.signal_posterior;
        let [signals, answers] = tables.belief;
        posterior.scores *= signals;
        if let Some(at) = answers_place(known) {
            tables.answers[at].kernel.evidence(&self.ratings, &mut self.rating_posteriors[at]);
            posterior.scores.scaled_add(answers, &self.rating_posteriors[at].scores);
        }
        for (mut scores, prior) in posterior.scores.rows_mut().into_iter().zip(&tables.log_prior[known as usize]) {
            scores += *prior;
        }
        normalize(&posterior.scores, &mut posterior.classes, &mut posterior.log_likelihood);
    }
}

/// Place of the tables of answers among [`Tables::answers`].
pub(super) fn answers_place(known: Known) -> Option<usize> {
    match known {
        Known::Signals => None,
        Known::Both => Some(0),
        Known::Answers => Some(1),
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
        let (ratings, signals) = (m.ratings.mixture(&m.weights), m.signals.mixture(&m.weights));
        let beside = m.links.beside.as_ref().map_or_else(|| ratings.clone(), |link| link.given_signals(&ratings));
        Self {
            classes: m.weights.len(),
            asked: m.asked,
            suspicion: Suspicion::of(m, span.clone()),
            span: span.clone(),
            signal_factors: signals.n_factors(),
            lines: model.lines().to_vec(),
            center: m.center.iter().map(|x| *x as f32).collect(),
            inverse_spread: m.spread.iter().map(|x| (1.0 / x) as f32).collect(),
            signal_kernel: Kernel::new(&signals),
            answers: [beside, ratings].map(|block| AnswerTables::new(&block, &span, m.temperature.answers)),
            links: [&m.links.alone, &m.links.beside].map(|link| link.as_ref().map(LinkTables::new)),
            signal_reasons: BlockReasons::new(&signals, N_RATINGS, m.temperature.signals),
            log_prior: [m.log_prior(false, true), m.log_prior(true, true), m.log_prior(true, false)]
                .map(|logs| logs.into_iter().map(|x| x as f32).collect()),
            tilted: m.unasked.is_some(),
            belief: [m.temperature.signals, m.temperature.answers].map(|t| (1.0 / t) as f32),
            prior: model.cut_on() == CutOn::Prior,
            whole: model.cut_on() == CutOn::Nothing,
        }
    }

    /// What signals say within segments about rows of which so much is known.
    fn link(&self, known: Known) -> Option<&LinkTables> {
        match known {
            Known::Signals => self.links[0].as_ref(),
            Known::Both => self.links[1].as_ref(),
            Known::Answers => None,
        }
    }

    /// Whether signals say something within segments about such rows.
    pub(super) fn is_told(&self, known: Known) -> bool {
        self.link(known).is_some()
    }

    /// What is known of row `row` of `block`, whose column of each signal is `columns`.
    pub(super) fn known(&self, block: &CustomerBlock, row: usize, columns: &[Option<usize>]) -> Known {
        if block.rated[row] & self.asked == 0 {
            return Known::Signals;
        }
        // Where both are read alike nothing has to be looked up.
        let read = |(line, column): (&SignalLine, &Option<usize>)| {
            column.is_some_and(|c| {
                let held = line.line.is_some() && c < block.signals.ncols();
                held && block.signalled[row] >> c & 1 == 1 && block.signals[(row, c)].is_finite()
            })
        };
        let alike = self.links[1].is_none() && !self.tilted;
        if alike || self.lines.iter().zip(columns).any(read) { Known::Both } else { Known::Answers }
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
    pub(super) fn assign(&self, work: &Work, r: usize, known: Known, settings: &ApplySettings) -> Assignment {
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
            if let Some(at) = answers_place(known) {
                let row = work.rating_rows.row(r);
                self.answers[at].reasons.collect(row, &work.rating_posteriors[at], r, (top, next), &mut reasons);
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
