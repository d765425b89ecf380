//! Ratings on a common scale, signals as normal scores.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::super::FitRequest;
use super::super::carelessness::Carelessness;
use super::super::error::ModelError;
use super::super::sample::{MIN_ANSWERS, Sample};
use super::super::stored::coarse;
use super::super::transform::SignalLine;
use crate::rows::{Aspect, CustomerBlock, N_RATINGS};
use valueseg_catalogue::{N_ELEMENTS, Transform};
use valueseg_stats::mixture::Attention;
use valueseg_stats::normal_scores::SCORE_LANES;
use valueseg_stats::observed::Observed;

/// Answers below which a rating is not known to the model: its mean in a segment would be a guess.
pub(in crate::fit) const MIN_ITEM_ANSWERS: u64 = 30;

/// Answers of one aspect from which the same answer everywhere is a use of the scale. Our judgment: with four or fewer it
/// happens by chance.
pub(in crate::fit) const STRAIGHT_ANSWERS: u32 = 5;

/// Different answers to an aspect's ratings from which the same one everywhere is a use of the scale. Our judgment: where
/// people may only say yes or no, or choose among three, to say the same everywhere is an answer.
const STRAIGHT_STEPS: usize = 4;

/// Probability of being attentive from which a respondent shapes segments at all; above, they count by it. Our judgment:
/// beneath, whatever the answers add is noise.
const LEAST_ATTENTIVE: f64 = 0.1;

/// Least share of its weight that a row keeps, so that no weight is 0.
const LEAST_CARE: f64 = 1e-3;

/// Width of the scale of ratings.
const SCALE: f64 = 10.0;

/// Widest steps of the mean and of the spread of a rating, and its least spread, so that few respondents do not make one
/// rating count for more than another by rounding.
const WIDEST_MEAN: f64 = 1.0;
const WIDEST_SPREAD: f64 = 0.2;
const LEAST_SPREAD: f64 = 0.1;

/// Whether a row gave one and the same answer to all of at least [`STRAIGHT_ANSWERS`] ratings of `mask`.
fn is_straight(block: &CustomerBlock, row: usize, mask: u64) -> bool {
    (block.rated[row] & mask).count_ones() >= STRAIGHT_ANSWERS && block.answers_alike(row, mask)
}

/// Whether the ratings of `mask` were answered on enough steps for [`is_straight`] to say anything, or all of them on one, which
/// tells of nobody.
fn has_steps(block: &CustomerBlock, mask: u64) -> bool {
    let mut seen: Vec<f32> = Vec::new();
    for (row, rated) in block.rated.iter().enumerate() {
        let mut left = rated & mask;
        while left != 0 {
            let answer = block.ratings[(row, left.trailing_zeros() as usize)];
            if !seen.contains(&answer) {
                seen.push(answer);
                if seen.len() >= STRAIGHT_STEPS {
                    return true;
                }
            }
            left &= left - 1;
        }
    }
    seen.len() == 1
}

/// Respondents of a sample who gave the same answer to everything asked of an aspect.
pub(in crate::fit) fn straight_rows(sample: &Sample, aspect: Aspect) -> usize {
    let block = &sample.respondents;
    let steps = has_steps(block, aspect.mask());
    (0..block.len()).filter(|row| steps && is_straight(block, *row, aspect.mask())).count()
}

/// Ratings of one aspect, and the respondents who gave enough of them to be cut on.
#[derive(Clone, Debug)]
pub(in crate::fit) struct AspectData {
    /// Rows of [`Prepared::ratings`] with at least [`MIN_ANSWERS`] answers of this aspect that are not all the same and not
    /// most likely given at random.
    pub(in crate::fit) rows: Vec<usize>,
    /// Columns of [`Prepared::ratings`] of this aspect that are known to the model.
    pub(in crate::fit) columns: Vec<usize>,
}

/// Respondents who look careless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::fit) struct Careless {
    /// Answers as if at random: with a probability above one half.
    pub(in crate::fit) random: usize,
    /// The same answer to everything asked, of either aspect.
    pub(in crate::fit) straight: usize,
}

/// The sample as numbers.
#[derive(Clone, Debug)]
pub(in crate::fit) struct Prepared {
    /// How each signal is read.
    pub(in crate::fit) lines: Vec<SignalLine>,
    /// Respondents × 60, standardized by `center` and `spread`; unknown ratings are absent. Rows weigh as much as they are
    /// likely to be attentive, in Kish's effective number of rows.
    pub(in crate::fit) ratings: Observed,
    /// Respondents who most likely answered without reading: at random, or the same everywhere.
    pub(in crate::fit) careless: Careless,
    /// What careless answers look like.
    pub(in crate::fit) carelessness: Carelessness,
    /// Respondents who most likely answered with care.
    pub(in crate::fit) believed: Vec<usize>,
    /// Mean of each rating, 0–10.
    pub(in crate::fit) center: Vec<f64>,
    /// Spread of each rating.
    pub(in crate::fit) spread: Vec<f64>,
    /// Answers to each rating.
    pub(in crate::fit) answers: Vec<u64>,
    /// Bit `i`: rating `i` is known to the model.
    pub(in crate::fit) asked: u64,
    /// Respondents × signals, normal scores.
    pub(in crate::fit) respondent_signals: Observed,
    /// Everybody × signals, normal scores.
    pub(in crate::fit) base_signals: Observed,
    pub(in crate::fit) importance: AspectData,
    pub(in crate::fit) fulfillment: AspectData,
}

impl Prepared {
    pub(in crate::fit) fn new(request: &FitRequest<'_>) -> Result<Self, ModelError> {
        let sample = request.sample;
        let lines = learn_lines(request);
        let raw = raw_ratings(&sample.respondents)?;
        let answers: Vec<u64> =
            raw.present().columns().into_iter().map(|c| c.iter().filter(|p| **p).count() as u64).collect();
        let mut moments = raw.column_moments();
        // Rounded before anything rests on them: a model read back must score the same, and nothing is lost by it, for class
        // means are learned around whatever the center is.
        let mut asked = 0;
        for at in 0..N_RATINGS {
            let (mean, spread, n) = (moments.mean[at], moments.spread[at], answers[at] as f64);
            moments.mean[at] = coarse(mean, n, SCALE, WIDEST_MEAN);
            if spread > 0.0 {
                moments.spread[at] = coarse(spread, n, SCALE / 2.0, WIDEST_SPREAD).max(LEAST_SPREAD);
            }
            let known = answers[at] >= MIN_ITEM_ANSWERS && moments.spread[at] > 0.0;
            if known {
                asked |= 1 << at;
            } else {
                // Any spread but 0 will do: the rating is absent in every row.
                moments.spread[at] = 1.0;
            }
        }
        let present = Array2::from_shape_fn(raw.present().dim(), |(i, j)| raw.present()[(i, j)] && asked >> j & 1 == 1);
        // Standardized after the unknown ratings are gone, so that they reach no mean of a row.
        let known = Observed::try_new(raw.values().to_owned(), present, raw.weights().clone())?;
        let ratings = known.standardized(&moments);
        let attention = Attention::of(&ratings.effective());
        let aspect = |aspect: Aspect| {
            let mask = asked & aspect.mask();
            let steps = has_steps(&sample.respondents, mask);
            // METHOD (our judgment): who gives the same answer everywhere says how they use the scale, not what they want
            // more than something else. They shape no segment; they are typed like anybody, and their answers stay.
            let block = &sample.respondents;
            let answered = |row: &usize| {
                (block.rated[*row] & mask).count_ones() >= MIN_ANSWERS
                    && !(steps && is_straight(block, *row, aspect.mask()))
                    && attention.attentive[*row] >= LEAST_ATTENTIVE
            };
            AspectData {
                rows: (0..sample.respondents.len()).filter(answered).collect(),
                columns: (0..N_RATINGS).filter(|c| mask >> c & 1 == 1).collect(),
            }
        };
        let straight = [Aspect::Importance, Aspect::Fulfillment].map(|aspect| straight_rows(sample, aspect));
        let careless = Careless {
            random: attention.attentive.iter().filter(|p| **p < 0.5).count(),
            straight: straight.into_iter().max().unwrap_or(0),
        };
        let carelessness = Carelessness {
            share: attention.careless,
            log_widths: if attention.careless > 0.0 {
                attention.widths.iter().map(|width| width.map(f64::ln)).collect()
            } else {
                Vec::new()
            },
            judged: attention.judged.iter().fold(0, |mask, column| mask | 1 << column),
            straight: [Aspect::Importance, Aspect::Fulfillment]
                .into_iter()
                .filter(|aspect| has_steps(&sample.respondents, asked & aspect.mask()))
                .fold(0, |mask, aspect| mask | aspect.mask()),
        };
        let block = &sample.respondents;
        let care: Vec<f64> = (0..block.len())
            .map(|row| if carelessness.is_straight(block, row) { 0.0 } else { attention.attentive[row] })
            .collect();
        let ratings = cared(&ratings, &care)?;
        let respondent_signals = signal_scores(&sample.respondents, &lines)?;
        let respondent_signals = weighed_as(&respondent_signals, &ratings)?;
        Ok(Self {
            careless,
            carelessness: carelessness.stored(),
            believed: (0..block.len()).filter(|row| care[*row] >= 0.5).collect(),
            ratings,
            center: moments.mean.to_vec(),
            spread: moments.spread.to_vec(),
            answers,
            asked,
            respondent_signals,
            base_signals: signal_scores(&sample.base, &lines)?,
            importance: aspect(Aspect::Importance),
            fulfillment: aspect(Aspect::Fulfillment),
            lines,
        })
    }

    pub(in crate::fit) fn aspect(&self, aspect: Aspect) -> &AspectData {
        match aspect {
            Aspect::Importance => &self.importance,
            Aspect::Fulfillment => &self.fulfillment,
        }
    }

    /// Rows of `base`, the sample of everybody, without an answer that the model knows.
    pub(in crate::fit) fn silent_rows(&self, base: &CustomerBlock) -> Vec<usize> {
        (0..base.len()).filter(|row| base.rated[*row] & self.asked == 0).collect()
    }

    /// Standardized ratings of `aspect` from those who gave enough of them: `(rows, columns)`.
    pub(in crate::fit) fn cut_table(&self, aspect: Aspect) -> Result<Observed, ModelError> {
        let part = self.aspect(aspect);
        let rows = self.ratings.select(&part.rows);
        let pick = |from: Array2<f64>| from.select(ndarray::Axis(1), &part.columns);
        let present = rows.present().select(ndarray::Axis(1), &part.columns);
        Ok(Observed::try_new(pick(rows.values().to_owned()), present, rows.weights().clone())?)
    }
}

/// The table with each row's weight as far as it was answered with care.
///
/// METHOD: the M-step of a mixture with a careless class weighs every row by just that; a weight is not a second witness,
/// so weights sum to the effective number of rows.
fn cared(ratings: &Observed, care: &[f64]) -> Result<Observed, ModelError> {
    let weights = ratings.weights().iter().zip(care).map(|(w, p)| w * p.max(LEAST_CARE)).collect();
    Ok(Observed::try_new(ratings.values().to_owned(), ratings.present().to_owned(), weights)?.effective())
}

/// `table` with the weights of the same rows of `other`.
fn weighed_as(table: &Observed, other: &Observed) -> Result<Observed, ModelError> {
    Ok(Observed::try_new(table.values().to_owned(), table.present().to_owned(), other.weights().clone())?)
}

/// Learns how each signal is read from the sample of everybody.
fn learn_lines(request: &FitRequest<'_>) -> Vec<SignalLine> {
    let base = &request.sample.base;
    (0..request.signal_ids.len())
        .into_par_iter()
        .map(|s| {
            let known: Vec<usize> = (0..base.len())
                .filter(|i| base.signalled[*i] >> s & 1 == 1 && base.signals[(*i, s)].is_finite())
                .collect();
            let values: Vec<f64> = known.iter().map(|i| base.signals[(*i, s)]).collect();
            let weights: Vec<f64> = known.iter().map(|i| base.weight[*i]).collect();
            let signal = request.catalogue.signal(&request.signal_ids[s]);
            SignalLine::learn(signal.map_or(Transform::NormalScore, |signal| signal.transform()), &values, &weights)
        })
        .collect()
}

fn raw_ratings(block: &CustomerBlock) -> Result<Observed, ModelError> {
    let shape = (block.len(), N_RATINGS);
    let values = Array2::from_shape_fn(shape, |at| f64::from(block.ratings[at]));
    let present = Array2::from_shape_fn(shape, |(i, j)| block.rated[i] >> j & 1 == 1);
    Ok(Observed::try_new(values, present, Array1::from(block.weight.clone()))?)
}

/// Normal scores of a block's signals; what is not read or not finite is absent.
pub(in crate::fit) fn signal_scores(block: &CustomerBlock, lines: &[SignalLine]) -> Result<Observed, ModelError> {
    let shape = (block.len(), lines.len());
    let mut values = Array2::zeros(shape);
    let mut present = Array2::from_elem(shape, false);
    // The same lanes as in the nightly job, or the model would learn from scores it is never given.
    for first in (0..block.len()).step_by(SCORE_LANES) {
        let rows = SCORE_LANES.min(block.len() - first);
        for (s, line) in lines.iter().enumerate().filter(|(_, line)| line.line.is_some()) {
            let (mut raw, mut known) = ([0.0; SCORE_LANES], [false; SCORE_LANES]);
            for i in 0..rows {
                raw[i] = block.signals[(first + i, s)];
                known[i] = block.signalled[first + i] >> s & 1 == 1 && raw[i].is_finite();
            }
            let scores = line.score_lanes(&raw, &known);
            for i in 0..rows {
                values[(first + i, s)] = f64::from(scores[i]);
                present[(first + i, s)] = known[i];
            }
        }
    }
    Ok(Observed::try_new(values, present, Array1::from(block.weight.clone()))?)
}

/// First column of an aspect among the 60 ratings.
pub(in crate::fit) fn first_column(aspect: Aspect) -> usize {
    match aspect {
        Aspect::Importance => 0,
        Aspect::Fulfillment => N_ELEMENTS,
    }
}
