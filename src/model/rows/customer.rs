//! A block of customers, one row each: what intake hands to the model, free of files and of Arrow.

use ndarray::Array2;

use super::attitudes::Attitudes;
use super::relationship::RelationshipLevel;
use valueseg_catalogue::{ElementId, N_ELEMENTS};

/// Rows in a block. Blocks are cut from customers in ascending order of id, so block borders, and with them every
/// sum, are the same for any thread count, batch size or split of the input files.
pub const BLOCK_ROWS: usize = 8192;

/// Rating indicators of a customer: 30 importances, then 30 fulfillments.
pub const N_RATINGS: usize = 2 * N_ELEMENTS;

/// Most signals a catalogue may hold: the presence of each is one bit of a `u128`.
pub const MAX_SIGNALS: usize = 128;

/// Which of the two questions a rating answers. They are never mixed or averaged.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// How much the element matters to the customer.
    Importance,
    /// How well the company delivers it.
    #[serde(alias = "fulfilment")]
    Fulfillment,
}

impl Aspect {
    /// Position of this aspect's rating of `element` among the [`N_RATINGS`] rating indicators.
    #[must_use]
    pub fn indicator(self, element: ElementId) -> usize {
        match self {
            Self::Importance => element.index(),
            Self::Fulfillment => N_ELEMENTS + element.index(),
        }
    }

    /// Bits of a [`CustomerBlock::rated`] mask that belong to this aspect.
    #[must_use]
    pub fn mask(self) -> u64 {
        let low = (1u64 << N_ELEMENTS) - 1;
        match self {
            Self::Importance => low,
            Self::Fulfillment => low << N_ELEMENTS,
        }
    }

    /// The word used in configuration, SQL and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Importance => "importance",
            Self::Fulfillment => "fulfillment",
        }
    }
}

/// Consent and protection flags of one customer, as read: absent consent is `false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CustomerFlags {
    /// May be scored and segmented. True for everybody when the base has no such column (and that is said aloud).
    pub consent_profiling: bool,
    /// May be contacted by e-mail; absent means no.
    pub consent_email: bool,
    /// May be contacted by text message; absent means no.
    pub consent_sms: bool,
    /// May be contacted by push message; absent means no.
    pub consent_push: bool,
    /// May be contacted by phone; absent means no.
    pub consent_phone: bool,
    /// May be contacted by post; absent means no.
    pub consent_post: bool,
    /// Objects to direct marketing: never scored for it, never reached.
    pub objection_marketing: bool,
    /// Under age.
    pub minor: bool,
    /// Known to be vulnerable: scored, but only the protective path of a plan applies.
    pub vulnerable: bool,
    /// Deceased.
    pub deceased: bool,
    /// A complaint or claim is open: no marketing until it is closed.
    pub open_case: bool,
    /// People decided to end the relationship kindly.
    pub close_kindly: bool,
    /// The closest relationship the customer asked for; `None` = did not say.
    pub wish: Option<RelationshipLevel>,
    /// Hash of the household; `None` = none is known.
    pub household: Option<u64>,
    /// Another of the household is contacted in place of this customer.
    pub household_silent: bool,
}

/// Customers in ascending order of id, at most [`BLOCK_ROWS`] of them, column by column.
///
/// Customers who asked for erasure are not here at all. A cell whose presence bit is not set is not read; what
/// stands there is unspecified but finite. Ratings are on 0–10, whatever scale they were asked on.
#[derive(Clone, Debug)]
pub struct CustomerBlock {
    /// Opaque customer ids, ascending, unique.
    pub ids: Vec<String>,
    /// Row weights, > 0; 1 where the base has none.
    pub weight: Vec<f64>,
    /// `(n, 60)`: importance of the 30 elements, then fulfillment, 0–10.
    pub ratings: Array2<f32>,
    /// Bit `i` set: `ratings[.., i]` was answered.
    pub rated: Vec<u64>,
    /// `(n, p)` raw signals, in the order of [`valueseg_catalogue::Catalogue::signals`] that intake could compute.
    pub signals: Array2<f64>,
    /// Bit `i` set: `signals[.., i]` is known.
    pub signalled: Vec<u128>,
    /// Consent and protection flags.
    pub flags: Vec<CustomerFlags>,
    /// Answers about the company as a whole.
    pub attitudes: Attitudes,
    /// Net order value in the 365 days up to the night, project currency; `None` = no order table. May be negative
    /// (returns).
    pub value_365d: Vec<Option<f64>>,
}

impl CustomerBlock {
    /// Customers of weight 1 who may be profiled and of whom nothing else is known; `ids` ascending and unique.
    #[must_use]
    pub fn unasked(ids: Vec<String>) -> Self {
        let n = ids.len();
        Self {
            ids,
            weight: vec![1.0; n],
            ratings: Array2::zeros((n, N_RATINGS)),
            rated: vec![0; n],
            signals: Array2::zeros((n, 0)),
            signalled: vec![0; n],
            flags: vec![CustomerFlags { consent_profiling: true, ..CustomerFlags::default() }; n],
            attitudes: Attitudes::unasked(n, 0),
            value_365d: vec![None; n],
        }
    }

    /// The customers at these rows, in this order.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let axis = ndarray::Axis(0);
        Self {
            ids: rows.iter().map(|i| self.ids[*i].clone()).collect(),
            weight: rows.iter().map(|i| self.weight[*i]).collect(),
            ratings: self.ratings.select(axis, rows),
            rated: rows.iter().map(|i| self.rated[*i]).collect(),
            signals: self.signals.select(axis, rows),
            signalled: rows.iter().map(|i| self.signalled[*i]).collect(),
            flags: rows.iter().map(|i| self.flags[*i]).collect(),
            attitudes: self.attitudes.select(rows),
            value_365d: rows.iter().map(|i| self.value_365d[*i]).collect(),
        }
    }

    /// Whether row `row` gave one and the same answer to all ratings of `mask` that it answered; `false` where it answered
    /// none of them.
    #[must_use]
    pub fn answers_alike(&self, row: usize, mask: u64) -> bool {
        let mut left = self.rated[row] & mask;
        if left == 0 {
            return false;
        }
        let first = self.ratings[(row, left.trailing_zeros() as usize)];
        while left != 0 {
            if self.ratings[(row, left.trailing_zeros() as usize)] != first {
                return false;
            }
            left &= left - 1;
        }
        true
    }

    /// Number of customers in the block.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether the block holds nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
}
