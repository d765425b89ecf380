//! What a night knows about each customer after scoring: the rows of `customers` and `element_scores`.

use ndarray::Array2;

use super::customer::{CustomerBlock, N_RATINGS};
use valueseg_catalogue::{Level, NeedTier};

/// Where a score or an assignment comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// The customer's own ratings only.
    Survey,
    /// Own ratings and behavior.
    Mixed,
    /// Behavior only, weighed as learned from surveyed customers.
    Behavior,
    /// Behavior read through the catalogue's loadings; nobody has been asked. A hypothesis.
    Prior,
    /// Nothing is known.
    None,
}

impl Basis {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Mixed => "mixed",
            Self::Behavior => "behavior",
            Self::Prior => "prior",
            Self::None => "none",
        }
    }
}

/// Where one score of one customer comes from, or why it is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provenance {
    /// The customer's own answer.
    Survey,
    /// Learned from those who answered.
    Learned,
    /// Behavior read through the catalogue's loadings; nobody has been asked. A hypothesis.
    Prior,
    /// Known, and kept out of rows about single customers.
    Withheld,
}

impl Provenance {
    /// All, in the order of their discriminants.
    pub const ALL: [Self; 4] = [Self::Survey, Self::Learned, Self::Prior, Self::Withheld];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Learned => "learned",
            Self::Prior => "prior",
            Self::Withheld => "withheld",
        }
    }
}

/// Why a customer has no segment although scoring was allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum UnassignedReason {
    /// Neither an answer nor a signal.
    NoEvidence,
    /// The best segment's probability, or its lead over the next, is below the configured minimum.
    TooClose,
}

impl UnassignedReason {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::NoEvidence => "no_evidence",
            Self::TooClose => "too_close",
        }
    }
}

/// Why a customer was left out of scoring, or of every audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuppressedReason {
    /// Deceased.
    Deceased,
    /// Under age.
    Minor,
    /// Objects to direct marketing.
    Objection,
    /// Profiling consent is missing or refused, and the base records it.
    NoProfilingConsent,
}

impl SuppressedReason {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Deceased => "deceased",
            Self::Minor => "minor",
            Self::Objection => "objection_marketing",
            Self::NoProfilingConsent => "no_profiling_consent",
        }
    }
}

/// State of a customer's needs as this brand serves them (`docs/domain.md#need-tier-to-serve-next`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NeedState {
    /// The tier named is wanted and not well served.
    Deficit,
    /// The lower tiers are served; growth pulls.
    Growth,
    /// No gap and no growth pull.
    Balanced,
    /// Too little is known.
    Undetermined,
}

impl NeedState {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Deficit => "deficit",
            Self::Growth => "growth",
            Self::Balanced => "balanced",
            Self::Undetermined => "undetermined",
        }
    }
}

/// Need maps under which every customer's tier is read: the catalogue's rows, drawn anew with what is not known of them.
pub const NEED_MAPS: usize = 32;

/// Need tiers of one customer, and the same scores by level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CustomerNeeds {
    /// The tier to serve next, where it is likely enough to be told; `None` when balanced or undetermined. Where only
    /// importance is known, the tier that matters most, though the state stays undetermined.
    pub tier: Option<NeedTier>,
    /// State.
    pub state: NeedState,
    /// The second likeliest tier beside [`CustomerNeeds::tier`], where there is one.
    pub runner_up: Option<NeedTier>,
    /// The two likeliest tiers, likelier first, where none is likely enough to be told; `None` = no tier is possible, or
    /// nothing is told.
    pub candidates: [Option<NeedTier>; 2],
    /// Chance of each tier to be the one to serve next, 0–1, in the order of [`NeedTier::ALL`], whether or not a tier is
    /// told: what sums over groups. The five add up to at most 1; the rest is the chance that nothing is to be served
    /// next (balanced). `None` = too little is known of the customer for any chance.
    pub probabilities: Option<[f32; NeedTier::COUNT]>,
    /// The tier to serve next under each plausible need map, the same maps for everybody, each time with scores drawn
    /// from what is known of the customer: shares of these over a group, map by map, spread as far as the map is not
    /// known. `None` within = nothing to serve next; `None` = as [`CustomerNeeds::probabilities`], which count these.
    pub under_maps: Option<[Option<NeedTier>; NEED_MAPS]>,
    /// The probabilities may be told of this customer: there are own answers, or signals alone have proved good enough.
    pub told: bool,
    /// Fulfillment of each tier, 0–10; `None` = no element of the tier is known.
    pub fulfillment: [Option<f32>; NeedTier::COUNT],
    /// Mean fulfillment score of the elements of each level, 0–10, in the order of [`Level::ALL`]; `None` = no element
    /// of the level is known.
    pub levels: [Option<f32>; Level::ALL.len()],
}

impl CustomerNeeds {
    /// Too little is known, and of no tier or level anything.
    pub const UNDETERMINED: Self = Self {
        tier: None,
        state: NeedState::Undetermined,
        runner_up: None,
        candidates: [None; 2],
        probabilities: None,
        under_maps: None,
        told: false,
        fulfillment: [None; NeedTier::COUNT],
        levels: [None; Level::ALL.len()],
    };
}

/// Probabilities of segments are kept in whole steps, this many to 1, and sum to exactly that.
pub const POSTERIOR_STEPS: u16 = 10_000;

/// Segment decision of one customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// Index of the segment in [`crate::fit::Model::segments`]; `None` with [`Assignment::unassigned`] saying why, or for
    /// a customer who is suppressed.
    pub segment: Option<u8>,
    /// Probability of the likeliest segment, 0–1; `None` where nothing was computed.
    pub probability: Option<f32>,
    /// The second likeliest.
    pub runner_up: Option<u8>,
    /// Its probability.
    pub runner_up_probability: Option<f32>,
    /// The likeliest segment before any rule held it back.
    pub raw: Option<u8>,
    /// Why there is no segment.
    pub unassigned: Option<UnassignedReason>,
    /// Up to three indicators that spoke most for the segment against the runner-up, strongest first, as positions
    /// in [`crate::fit::Model::indicators`].
    pub reasons: [Option<u16>; 3],
    /// The indicator that spoke most against it.
    pub reason_against: Option<u16>,
}

impl Assignment {
    /// No decision, for this reason; `None` for customers who are suppressed.
    #[must_use]
    pub fn undecided(unassigned: Option<UnassignedReason>) -> Self {
        Self {
            segment: None,
            probability: None,
            runner_up: None,
            runner_up_probability: None,
            raw: None,
            unassigned,
            reasons: [None; 3],
            reason_against: None,
        }
    }
}

/// A scored block: row `i` belongs to row `i` of the [`CustomerBlock`] it was made from.
#[derive(Clone, Debug)]
pub struct ScoredBlock {
    /// Segment decisions.
    pub assignments: Vec<Assignment>,
    /// `(n, K)` probability of each segment, in whole steps of 0.0001 that sum to [`POSTERIOR_STEPS`]; all 0 = nothing is
    /// known of the customer, or they were not scored. Without columns, who has a segment is in it for sure.
    pub posteriors: Array2<u16>,
    /// Evidence behind each row.
    pub basis: Vec<Basis>,
    /// `(n, 60)` scores 0–10 in steps of 0.01: importance of the 30 elements, then fulfillment.
    pub scores: Array2<f32>,
    /// `(n, 60)` standard errors in steps of 0.01; 0 = the customer's own answer.
    pub standard_errors: Array2<f32>,
    /// Bit `i` set: score `i` exists.
    pub scored: Vec<u64>,
    /// Need tiers.
    pub needs: Vec<CustomerNeeds>,
    /// Scores that are no own answers were read through the catalogue, not learned: nobody was asked.
    pub prior: bool,
    /// Set: not scored at all, and why.
    pub suppressed: Vec<Option<SuppressedReason>>,
    /// In the permanent random hold-out.
    pub holdout: Vec<bool>,
    /// Nothing is sent to the customer, as the relationship stands: [`Relationship::silent`](super::Relationship::silent).
    /// `false` until relationships are read, which scoring does not.
    pub silent: Vec<bool>,
}

/// One customer of a block: the row as it came in and as it was scored.
#[derive(Clone, Copy, Debug)]
pub struct CustomerRef<'a> {
    /// The block.
    pub block: &'a CustomerBlock,
    /// The same block, scored.
    pub scored: &'a ScoredBlock,
    /// Row of both.
    pub row: usize,
}

impl CustomerRef<'_> {
    /// The segment decision.
    #[must_use]
    pub fn assignment(&self) -> &Assignment {
        &self.scored.assignments[self.row]
    }

    /// Whether the customer was left out of scoring.
    #[must_use]
    pub fn is_suppressed(&self) -> bool {
        self.scored.suppressed[self.row].is_some()
    }
}

impl ScoredBlock {
    /// `n` rows of which nothing was decided and nothing scored, none of them suppressed or held out.
    #[must_use]
    pub fn unscored(n: usize) -> Self {
        Self {
            assignments: vec![Assignment::undecided(None); n],
            posteriors: Array2::zeros((n, 0)),
            basis: vec![Basis::None; n],
            scores: Array2::zeros((n, N_RATINGS)),
            standard_errors: Array2::zeros((n, N_RATINGS)),
            scored: vec![0; n],
            needs: vec![CustomerNeeds::UNDETERMINED; n],
            prior: false,
            suppressed: vec![None; n],
            holdout: vec![false; n],
            silent: vec![false; n],
        }
    }
}
