//! The supervised step: with the classes held, everything observed learns what it looks like in each.

use ndarray::{Array1, Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::super::evidence::prepare::Prepared;
use super::super::link::{SignalLinks, within_given_signals};
use super::super::temperature::Temperature;
use super::super::unasked::UnaskedPrior;
use super::check::{Hidden, hide, predict};
use super::signals::SignalLearner;
use super::typing::Crossed;
use super::within::{Respondents, less_told};
use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::mixture::{
    Attach, FactorMixture, Kernel, TILE, Tile, TilePosterior, attach, model_from, normalize, own_floors,
};
use valueseg_stats::observed::Observed;

/// Numbers of factors tried for the ratings.
const RATING_FACTORS: [usize; 5] = [0, 1, 2, 4, 6];

/// Rows on which the number of rating factors is chosen.
const CHOICE_ROWS: usize = 3_000;

/// Gain in hidden answers' squared error under which one more factor is not worth it.
const WORTH: f64 = 0.005;

/// Observations' worth of pull of a class mean of a rating to its overall mean.
const MEAN_PULL: f64 = 3.0;

/// Ridge on loadings, in observations.
const LOADING_PULL: f64 = 2.0;

/// Iterations of the supervised step.
const ITERATIONS: usize = 40;

/// Iterations of it where only a little has changed.
const RELEARN_ITERATIONS: usize = 2;

/// Both blocks of the measurement model, standardized.
#[derive(Clone, Debug)]
pub(in crate::fit) struct Measured {
    /// `(K,)` shares.
    pub(in crate::fit) weights: Array1<f64>,
    /// 60 ratings given the class, whatever the signals.
    pub(in crate::fit) ratings: FactorMixture,
    /// Signals.
    pub(in crate::fit) signals: FactorMixture,
    /// What signals say about ratings within classes.
    pub(in crate::fit) links: SignalLinks,
    /// Where probabilities start from when signals are read; `None` = from `weights`.
    pub(in crate::fit) unasked: Option<UnaskedPrior>,
    /// How far either block is believed.
    pub(in crate::fit) temperature: Temperature,
}

/// Some columns of a table.
pub(super) fn pick(table: &Observed, columns: &[usize]) -> Observed {
    let values = table.values().select(Axis(1), columns);
    let present = table.present().select(Axis(1), columns);
    Observed::try_new(values, present, table.weights().clone()).expect("columns of a checked table")
}

/// Learns the ratings in each class, `q` factors, with `given` held; unknown ratings have mean 0, variance 1.
pub(in crate::fit) fn learn_ratings(ratings: &Observed, given: ArrayView2<'_, f64>, q: usize) -> FactorMixture {
    let iterations = if q == 0 { 2 } else { ITERATIONS };
    attached(ratings, given, q, iterations, |known, _| model_from(known, given, q, MEAN_PULL))
}

/// Learns the ratings anew from what `start` knows, a little way: for data that differ little from those it was learned from.
fn relearn_ratings(ratings: &Observed, given: ArrayView2<'_, f64>, start: &FactorMixture) -> FactorMixture {
    attached(ratings, given, start.n_factors(), RELEARN_ITERATIONS, |_, columns| FactorMixture {
        class_weights: start.class_weights.clone(),
        means: start.means.select(Axis(1), columns),
        loadings: start.loadings.select(Axis(0), columns),
        uniqueness: start.uniqueness.select(Axis(0), columns),
    })
}

/// The ratings attached to the classes `given`, from where `start` begins with the columns that have answers.
fn attached(
    ratings: &Observed,
    given: ArrayView2<'_, f64>,
    q: usize,
    iterations: usize,
    start: impl Fn(&Observed, &[usize]) -> FactorMixture,
) -> FactorMixture {
    let columns: Vec<usize> =
        (0..ratings.n_columns()).filter(|c| ratings.present().column(*c).iter().any(|p| *p)).collect();
    // Columns without an answer would have no variance to start from.
    let known = pick(ratings, &columns);
    let j = columns.len();
    let what = Attach {
        free: vec![true; j],
        loads: Array2::from_elem((j, q), true),
        mean_pull: MEAN_PULL,
        loading_pull: LOADING_PULL,
        psi_floor: own_floors(&known),
        iterations,
    };
    let learned = attach(&known, given, start(&known, &columns), &what);
    let mut model = FactorMixture {
        class_weights: learned.class_weights,
        means: Array2::zeros((given.ncols(), ratings.n_columns())),
        loadings: Array2::zeros((ratings.n_columns(), q)),
        uniqueness: Array1::ones(ratings.n_columns()),
    };
    for (from, to) in columns.into_iter().enumerate() {
        model.means.column_mut(to).assign(&learned.means.column(from));
        model.loadings.row_mut(to).assign(&learned.loadings.row(from));
        model.uniqueness[to] = learned.uniqueness[from];
    }
    model
}

/// Number of rating factors that predicts hidden answers best, the fewest within [`WORTH`] of it.
///
/// METHOD: factors serve to predict answers not given, so they are judged by just that; likelihood would go on adding.
pub(in crate::fit) fn rating_factors(ratings: &Observed, given: ArrayView2<'_, f64>, most: usize, seed: u64) -> usize {
    let n = ratings.n_rows();
    let rows: Vec<usize> =
        if n <= CHOICE_ROWS { (0..n).collect() } else { (0..CHOICE_ROWS).map(|i| i * n / CHOICE_ROWS).collect() };
    let (part, given) = (ratings.select(&rows), given.select(Axis(0), &rows));
    // One hiding for all numbers of factors: they are compared on the same answers.
    let (kept, hidden) = hide(&part, seed);
    let asked = (0..part.n_columns()).filter(|c| part.present().column(*c).iter().any(|p| *p)).count();
    let errors: Vec<(usize, f64)> = RATING_FACTORS
        .into_iter()
        .filter(|q| *q <= most && (*q == 0 || asked >= 3 * q))
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|q| (q, hidden_error(&kept, &hidden, given.view(), q)))
        .collect();
    // In the order of the constant, so the first within reach of the best has the fewest factors.
    let least = errors.iter().map(|e| e.1).fold(f64::INFINITY, f64::min);
    errors.iter().find(|(_, e)| *e <= least * (1.0 + WORTH)).map_or(0, |(q, _)| *q)
}

/// Mean squared error of hidden answers with classes given.
fn hidden_error(kept: &Observed, hidden: &[Hidden], given: ArrayView2<'_, f64>, q: usize) -> f64 {
    let model = learn_ratings(kept, given, q);
    let predicted = predict(&model, kept, given, hidden);
    let squares = hidden.iter().zip(&predicted).map(|(h, p)| (h.value - p.mean).powi(2));
    squares.sum::<f64>() / hidden.len().max(1) as f64
}

impl Measured {
    /// Both blocks with these shares, taken at their word.
    pub(in crate::fit) fn new(weights: Array1<f64>, ratings: FactorMixture, signals: FactorMixture) -> Self {
        Self {
            weights,
            ratings,
            signals,
            links: SignalLinks::default(),
            unasked: None,
            temperature: Temperature::default(),
        }
    }

    /// The same with the signals learned anew by `learner`.
    pub(super) fn with_signals(self, prepared: &Prepared, learner: &SignalLearner) -> Self {
        let signals = &prepared.respondent_signals;
        let given = self.probabilities(Some(&prepared.ratings), signals);
        Self { signals: learner.learn(signals, given.view(), &self.weights), ..self }
    }

    /// The same with ratings, and what signals say about them within classes, learned from `respondents`.
    pub(in crate::fit) fn learned_from(&self, respondents: &Respondents<'_>) -> Self {
        let (ratings, links) = respondents.learn(self.own_factors());
        Self { ratings, links, ..self.clone() }
    }

    /// The ratings' block learned anew a little way, with what signals say within classes as it is.
    pub(in crate::fit) fn relearned(
        &self,
        ratings: &Observed,
        signals: &Observed,
        given: ArrayView2<'_, f64>,
    ) -> FactorMixture {
        let Some(link) = &self.links.beside else { return relearn_ratings(ratings, given, &self.ratings) };
        let rest = less_told(ratings, &link.told(signals.values()));
        link.given_class(&relearn_ratings(&rest, given, &link.given_signals(&self.ratings)))
    }

    /// Common factors of the ratings that signals say nothing about.
    pub(in crate::fit) fn own_factors(&self) -> usize {
        self.ratings.n_factors() - self.links.beside.as_ref().map_or(0, |link| link.rank())
    }

    /// `(n, K)` log densities of answers given the class and the signals, up to a part that all classes of a row share.
    pub(in crate::fit) fn answer_densities(&self, ratings: &Observed, signals: &Observed) -> Array2<f64> {
        let Some(link) = &self.links.beside else { return self.ratings.log_densities(ratings) };
        let rest = less_told(ratings, &link.told(signals.values()));
        let mut all = link.given_signals(&self.ratings).log_densities(&rest);
        // Without any signal the answers speak for themselves.
        let silent: Vec<usize> =
            (0..all.nrows()).filter(|r| !signals.present().row(*r).iter().any(|known| *known)).collect();
        let densities = self.ratings.log_densities(&ratings.select(&silent));
        for (row, density) in silent.into_iter().zip(densities.rows()) {
            all.row_mut(row).assign(&density);
        }
        all
    }

    /// `(n, 60)` expected ratings and their variances of people of whom signals alone are known, with class probabilities
    /// `given`: `Σ_k p_k (μ_kj − G_j·m_k) + G_j·d` and the variance within and between classes.
    pub(in crate::fit) fn by_signals(&self, signals: &Observed, given: &Array2<f64>) -> [Array2<f64>; 2] {
        let ratings = &self.ratings;
        let (means, told) = match &self.links.alone {
            Some(link) => (link.means_less_told(ratings), link.told(signals.values())),
            None => (ratings.means.clone(), Array2::zeros((signals.n_rows(), ratings.n_indicators()))),
        };
        let within: Array1<f64> = (0..ratings.n_indicators())
            .map(|j| {
                let common: f64 = ratings.loadings.row(j).iter().map(|l| l * l).sum();
                within_given_signals(ratings.uniqueness[j] + common, self.links.alone.as_ref(), j)
            })
            .collect();
        let rest = given.dot(&means);
        let between = given.dot(&(&means * &means)) - &rest * &rest;
        [rest + told, between.mapv(|v| v.max(0.0)) + within]
    }

    /// The same, believed as far as `crossed` found best; at its word where nothing was found.
    pub(in crate::fit) fn tempered_by(self, crossed: Option<&Crossed>) -> Self {
        let temperature = crossed.map_or_else(Temperature::default, Crossed::temperature);
        Self { temperature, unasked: crossed.map(Crossed::unasked), ..self }
    }

    /// `(K,)` log weights that evidence is added to: of people with or without `own` answers, with or without `signals`.
    pub(in crate::fit) fn log_prior(&self, own: bool, signals: bool) -> Array1<f64> {
        let logs = self.weights.mapv(|w| w.max(f64::MIN_POSITIVE).ln());
        match &self.unasked {
            Some(unasked) if !own => unasked.logs().into(),
            Some(unasked) if signals => logs + &Array1::from(unasked.tilt.clone()),
            _ => logs,
        }
    }

    /// `(n, K)` class probabilities from ratings and signals of the same rows.
    pub(in crate::fit) fn probabilities(&self, ratings: Option<&Observed>, signals: &Observed) -> Array2<f64> {
        let k = self.weights.len();
        let signal_kernel = Kernel::new(&self.signals);
        let by_answers = ratings.map(|ratings| self.answer_densities(ratings, signals));
        // With answers, with or without signals; without answers there is nothing but signals.
        let own = ratings.is_some();
        let priors = [false, true].map(|heard| self.log_prior(own, heard || !own).mapv(|x| x as f32));
        let starts: Vec<usize> = (0..signals.n_rows()).step_by(TILE).collect();
        let parts: Vec<Array2<f32>> = starts
            .par_iter()
            .map(|start| {
                let tile = Tile::of_rows(signals, *start);
                let mut out = TilePosterior::new(k, self.signals.n_factors());
                signal_kernel.evidence(&tile, &mut out);
                out.scores *= (1.0 / self.temperature.signals) as f32;
                if let Some(own) = &by_answers {
                    let own = own.slice(s![*start..*start + tile.rows, ..]).mapv(|x| x as f32);
                    let mut scores = out.scores.slice_mut(s![.., ..tile.rows]);
                    scores.scaled_add((1.0 / self.temperature.answers) as f32, &own.t());
                }
                for r in 0..tile.rows {
                    let heard = tile.present.column(r).iter().any(|p| *p > 0.0);
                    let mut row = out.scores.column_mut(r);
                    row += &priors[usize::from(heard)];
                }
                normalize(&out.scores, &mut out.classes, &mut out.log_likelihood);
                out.classes
            })
            .collect();
        let mut all = Array2::zeros((signals.n_rows(), k));
        for (start, part) in starts.iter().zip(&parts) {
            let rows = TILE.min(signals.n_rows() - start);
            all.slice_mut(s![*start..start + rows, ..]).assign(&part.slice(s![.., ..rows]).t().mapv(f64::from));
        }
        all
    }

    /// The same model with its classes in the order `order`.
    pub(in crate::fit) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |m: &FactorMixture| FactorMixture {
            class_weights: m.class_weights.select(Axis(0), order),
            means: m.means.select(Axis(0), order),
            ..m.clone()
        };
        Self {
            weights: self.weights.select(Axis(0), order),
            ratings: pick(&self.ratings),
            signals: pick(&self.signals),
            links: self.links.reordered(order),
            unasked: self.unasked.as_ref().map(|unasked| unasked.reordered(order)),
            temperature: self.temperature,
        }
    }
}

/// A block of 60 ratings that says nothing: nobody was asked.
pub(in crate::fit) fn silent_ratings(weights: &Array1<f64>) -> FactorMixture {
    FactorMixture {
        class_weights: weights.clone(),
        means: Array2::zeros((weights.len(), 2 * N_ELEMENTS)),
        loadings: Array2::zeros((2 * N_ELEMENTS, 0)),
        uniqueness: Array1::ones(2 * N_ELEMENTS),
    }
}
