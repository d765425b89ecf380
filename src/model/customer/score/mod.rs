//! The nightly application: every customer of a block gets scores with standard errors, a segment and reasons.
//!
//! Rows are taken in tiles: those with own answers through both blocks of the measurement model, the others through
//! the signals alone, which is most of a base and several times cheaper. So are those whose answers nobody gave with care.
//! A row's result depends on that row alone.

mod probabilities;
mod reasons;
mod scores;
mod suspicion;
#[cfg(test)]
mod tests;
mod tiles;
mod typed;

use ndarray::{Array2, ArrayView1, ArrayViewMut1};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twox_hash::XxHash64;

use super::needs::{NeedSettings, NeedSettingsError, ScoreErrors, TierReader};
use crate::fit::{Model, NeedTierCheck};
use crate::rows::{
    Assignment, CustomerBlock, CustomerFlags, N_RATINGS, POSTERIOR_STEPS, ScoredBlock, UnassignedReason, suppression,
};
use valueseg_catalogue::Catalogue;
use valueseg_codes::{Code, Coded};

pub use probabilities::Probabilities;
use scores::Scores;
use tiles::{Tables, Work};
use typed::TypedTile;

/// Default least probability of a segment. Our judgment: 0.5 suits people who were surveyed
/// (`docs/domain.md#typing-people-who-were-not-asked`); with behavior alone that would leave most without a segment, so
/// it is lower, and the probability is printed.
pub const DEFAULT_MIN_PROBABILITY: f64 = 0.35;

/// Default least lead over the runner-up.
pub const DEFAULT_MIN_MARGIN: f64 = 0.05;

/// Default share of customers kept out of everything, for measuring effects.
pub const DEFAULT_HOLDOUT_SHARE: f64 = 0.10;

/// Settings of scoring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApplySettings {
    /// A customer whose likeliest segment is less probable stays without one, 0–1.
    pub min_probability: f64,
    /// A customer whose likeliest segment leads by less stays without one, 0–1.
    pub min_margin: f64,
    /// Share of customers in the permanent random hold-out, 0 to below 1.
    pub holdout_share: f64,
    /// Salt of the hold-out: another salt, another draw.
    pub holdout_salt: String,
    /// How need tiers are chosen.
    pub needs: NeedSettings,
}

impl Default for ApplySettings {
    fn default() -> Self {
        Self {
            min_probability: DEFAULT_MIN_PROBABILITY,
            min_margin: DEFAULT_MIN_MARGIN,
            holdout_share: DEFAULT_HOLDOUT_SHARE,
            holdout_salt: String::new(),
            needs: NeedSettings::default(),
        }
    }
}

/// A setting of scoring that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplySettingsError {
    /// A probability or share is outside its range.
    #[error("{key} = {got}: expected {expected}")]
    Share {
        /// Key in the configuration, dotted.
        key: &'static str,
        /// What was given.
        got: f64,
        /// What is possible.
        expected: &'static str,
    },
    /// A threshold of the need tiers.
    #[error(transparent)]
    Needs(#[from] NeedSettingsError),
}

impl Coded for ApplySettingsError {
    fn code(&self) -> Code {
        match self {
            Self::Share { .. } => Code::ModelSetting,
            Self::Needs(error) => error.code(),
        }
    }
}

impl ApplySettings {
    /// Refuses settings outside their ranges.
    ///
    /// # Errors
    /// [`ApplySettingsError`] for the first one that is.
    pub fn check(&self) -> Result<(), ApplySettingsError> {
        let within = |share: f64| (0.0..=1.0).contains(&share);
        let (p, margin, holdout) = (self.min_probability, self.min_margin, self.holdout_share);
        for (key, got, possible, expected) in [
            ("model.min_probability", p, within(p), "a probability from 0 to 1"),
            ("model.min_margin", margin, within(margin), "a difference of probabilities from 0 to 1"),
            ("holdout.share", holdout, (0.0..1.0).contains(&holdout), "a share from 0 to below 1"),
        ] {
            if !possible {
                return Err(ApplySettingsError::Share { key, got, expected });
            }
        }
        Ok(self.needs.check()?)
    }
}

/// How errors of scores hang together: what is an answer's own is `ψ`; the rest lies along the common factors and between
/// the segments. Scores read through the catalogue have errors of their own only.
fn score_errors(model: &Model) -> ScoreErrors {
    let m = model.measurement();
    if m.prior.is_some() || m.asked == 0 {
        return ScoreErrors::independent();
    }
    // Signals are known of nearly everybody: what they say within segments is no error.
    let ratings = m.ratings.mixture(&m.weights);
    let ratings = m.links.beside.as_ref().map_or_else(|| ratings.clone(), |link| link.given_signals(&ratings));
    let (k, q) = (m.weights.len(), ratings.n_factors());
    let total: f64 = m.weights.iter().sum();
    let common = Array2::from_shape_fn((k + q, N_RATINGS), |(row, j)| {
        if row >= k {
            return m.spread[j] * ratings.loadings[(j, row - k)];
        }
        let overall: f64 = (0..k).map(|c| m.weights[c] / total * ratings.means[(c, j)]).sum();
        m.spread[j] * (m.weights[row] / total).sqrt() * (ratings.means[(row, j)] - overall)
    });
    ScoreErrors { own: std::array::from_fn(|j| (m.spread[j] * ratings.uniqueness[j].sqrt()) as f32), common }
}

/// A model laid out for scoring. Cheap to share between threads; scoring needs no lock and keeps nothing.
#[derive(Clone, Debug)]
pub struct Scorer {
    tables: Tables,
    scores: Scores,
    tiers: TierReader,
    /// Tiers of customers without own answers may be told.
    tells_silent: bool,
    settings: ApplySettings,
    holdout_seed: u64,
    /// For each signal of the model its column in the rows; `None` = not there tonight.
    columns: Vec<Option<usize>>,
}

impl Scorer {
    /// Lays out `model`. Rows are expected to hold the signals of [`Model::signal_ids`] in that order; see
    /// [`Scorer::for_signals`] otherwise.
    ///
    /// # Errors
    /// [`ApplySettingsError`] for a setting outside its range.
    pub fn new(model: &Model, catalogue: &Catalogue, settings: ApplySettings) -> Result<Self, ApplySettingsError> {
        settings.check()?;
        Ok(Self {
            tables: Tables::new(model),
            scores: Scores::new(model),
            tiers: TierReader::new(catalogue, settings.needs, &score_errors(model))?,
            tells_silent: model.report().need_tiers.as_ref().is_some_and(NeedTierCheck::is_proven),
            holdout_seed: XxHash64::oneshot(0, settings.holdout_salt.as_bytes()),
            columns: (0..model.signal_ids().len()).map(Some).collect(),
            settings,
        })
    }

    /// The same scorer for rows whose signal columns are `ids`: signals of `model` that are not among them are unknown
    /// tonight, others are not read.
    #[must_use]
    pub fn for_signals(mut self, model: &Model, ids: &[String]) -> Self {
        self.columns = model.signal_ids().iter().map(|id| ids.iter().position(|other| other == id)).collect();
        self
    }

    /// The same scorer, telling tiers of everybody: how good they are where signals alone speak is yet to be found.
    pub(super) fn telling_all(self) -> Self {
        Self { tells_silent: true, ..self }
    }

    /// Scores a block. Every row of `block` has its row in the result; customers who must not be profiled get nothing
    /// but the reason why.
    #[must_use]
    pub fn score(&self, block: &CustomerBlock) -> ScoredBlock {
        let n = block.len();
        let mut out = ScoredBlock {
            suppressed: block.flags.iter().map(suppression).collect(),
            holdout: block.ids.iter().zip(&block.flags).map(|(id, flags)| self.holds_out(id, flags)).collect(),
            prior: self.tables.prior,
            posteriors: Array2::zeros((n, self.tables.classes)),
            ..ScoredBlock::unscored(n)
        };
        self.each_tile(block, |work, tile| self.score_tile(block, &tile, work, &mut out));
        let told = |row: usize| self.tells_silent || block.rated[row] & self.tables.asked != 0;
        self.tiers.read(&block.ids, told, &mut out);
        out
    }

    /// Whether a customer is in the hold-out: the leading 53 bits of `xxhash64(xxhash64(salt), id)` as a number in
    /// `[0, 1)` below the share. Nothing else about the customer matters, so the hold-out is the same in every segment
    /// and on every night. Where a household is known it stands in for the id: who lives with somebody held out would
    /// hand on what they were sent.
    fn holds_out(&self, id: &str, flags: &CustomerFlags) -> bool {
        let household = flags.household.map(u64::to_le_bytes);
        let whose = household.as_ref().map_or(id.as_bytes(), |household| household.as_slice());
        let hash = XxHash64::oneshot(self.holdout_seed, whose);
        ((hash >> 11) as f64) * (1.0 / (1u64 << 53) as f64) < self.settings.holdout_share
    }

    /// Scores a tile.
    fn score_tile(&self, block: &CustomerBlock, tile: &TypedTile<'_>, work: &mut Work, out: &mut ScoredBlock) {
        let (known, whole) = (tile.known, self.tables.whole);
        self.scores.compute(work, tile.rows.len(), known, self.tables.is_told(known));
        for (r, row) in tile.believed() {
            let signalled = work.signals_known[r] > 0;
            let evidence = known.own() || (signalled && !whole);
            let answered = block.rated[row] != 0 && tile.is_at_their_word(self.tables.asked, block.rated[row]);
            out.basis[row] = self.tables.basis(answered, signalled);
            if evidence || whole {
                out.assignments[row] = self.tables.assign(work, r, known, &self.settings);
                in_steps(work.signal_posterior.classes.column(r), out.posteriors.row_mut(row));
            } else {
                out.assignments[row] = Assignment::undecided(Some(UnassignedReason::NoEvidence));
            }
            self.scores.write(work, r, evidence, block, row, out);
        }
    }
}

/// Probabilities as whole steps that sum to exactly [`POSTERIOR_STEPS`]: each rounded, what is left over goes to the
/// likeliest.
fn in_steps(probabilities: ArrayView1<'_, f32>, mut steps: ArrayViewMut1<'_, u16>) {
    let (mut top, mut sum) = (0, 0);
    for (class, p) in probabilities.iter().enumerate() {
        steps[class] = (p * f32::from(POSTERIOR_STEPS) + 0.5) as u16;
        sum += steps[class];
        if *p > probabilities[top] {
            top = class;
        }
    }
    // At most half a step of each class, and the likeliest has a share of at least one in all classes.
    steps[top] = steps[top] + POSTERIOR_STEPS - sum;
}
