//! Customers told by hand, for tests of the lens.

use super::super::fixture::catalogue;
use super::{Lens, LensBlock, LensContext, LensFold, LensSettings, LensState};
use crate::rows::{
    ArcEvidence, ArcReading, ArcStage, Assignment, Attitudes, ConnectionStage, Consistency, Contact, CustomerBlock,
    History, LevelReason, Nature, NextNeeds, OpenCounts, Order, Relationship, RelationshipLevel, RewardDependence,
    ScoredBlock, Sources, SuppressedReason, Verbatim, Vocabulary,
};
use valueseg_catalogue::Catalogue;

/// Microseconds in a day.
pub(crate) const DAY: i64 = 86_400_000_000;

/// End of the night.
pub(crate) const NOW: i64 = 365 * DAY;

/// Motivators of the shipped catalogue.
pub(crate) const MOTIVATORS: usize = 10;

/// One customer to be told.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) segment: Option<u8>,
    pub(crate) suppressed: bool,
    pub(crate) weight: f64,
    pub(crate) attitudes: Attitudes,
    pub(crate) value: Option<f64>,
    /// Fulfillment ratings of the first elements.
    pub(crate) ratings: Vec<f32>,
    pub(crate) history: History,
    pub(crate) says: Relationship,
}

/// Somebody of whom nothing is known.
pub(crate) fn person() -> Person {
    Person {
        segment: Some(0),
        suppressed: false,
        weight: 1.0,
        attitudes: Attitudes::unasked(1, MOTIVATORS),
        value: None,
        ratings: Vec::new(),
        history: History::default(),
        says: Relationship {
            connection: None,
            contradictory: false,
            arc: ArcReading {
                stage: ArcStage::Unknown,
                raw: ArcStage::Unknown,
                evidence: ArcEvidence::default(),
                basis: None,
                since: 0,
                before: None,
            },
            loyalty: None,
            reward: RewardDependence::default(),
            balance: None,
            consistency: Consistency::default(),
            level: RelationshipLevel::Wave,
            level_reason: LevelReason::Evidence,
            next: NextNeeds::default(),
            trouble: false,
            open: OpenCounts::default(),
        },
    }
}

/// Somebody on a stage of the connection.
pub(crate) fn at_stage(stage: ConnectionStage) -> Person {
    let mut one = person();
    one.says.connection = Some(stage);
    one
}

pub(crate) fn contact(at: i64, rating: Option<f32>) -> Contact {
    Contact {
        at,
        nature: Nature::Other,
        case: None,
        rating,
        severity: None,
        resolved: None,
        promise: None,
        channel: None,
        site: None,
    }
}

pub(crate) fn order(at: i64, amount: f64) -> Order {
    Order {
        at,
        amount: Some(amount),
        discounted: None,
        rewarded: None,
        promise: None,
        returned: false,
        channel: None,
        site: None,
        category: None,
    }
}

pub(crate) fn text(praised: u32, blamed: u32) -> Verbatim {
    Verbatim { at: 0, rating: None, praised, blamed, named: praised | blamed, channel: None }
}

/// All tables are there.
pub(crate) const ALL_SOURCES: Sources = Sources {
    orders: true,
    rewards: true,
    deliveries: true,
    contacts: true,
    resolutions: true,
    texts: true,
    attitudes: true,
};

/// Two segments, the usual cuts.
pub(crate) fn fold() -> LensFold {
    LensFold::new(2, LensSettings::at(NOW))
}

/// What a pass over these people leaves behind.
pub(crate) fn state(people: &[Person], words: &Vocabulary) -> LensState {
    let n = people.len();
    let mut customers = CustomerBlock::unasked((0..n).map(|i| format!("c{i:04}")).collect());
    let mut scored = ScoredBlock::unscored(n);
    customers.attitudes = if n == 0 {
        Attitudes::unasked(0, MOTIVATORS)
    } else {
        Attitudes::stacked(people.iter().map(|one| &one.attitudes))
    };
    for (row, one) in people.iter().enumerate() {
        customers.weight[row] = one.weight;
        customers.value_365d[row] = one.value;
        for (element, rating) in one.ratings.iter().enumerate() {
            customers.ratings[(row, 30 + element)] = *rating;
            customers.rated[row] |= 1 << (30 + element);
        }
        scored.assignments[row] = Assignment { segment: one.segment, ..Assignment::undecided(None) };
        scored.suppressed[row] = one.suppressed.then_some(SuppressedReason::Minor);
    }
    let histories: Vec<History> = people.iter().map(|one| one.history.clone()).collect();
    let relationships: Vec<Relationship> = people.iter().map(|one| one.says).collect();
    let (fold, mut state) = (fold(), fold().zero());
    let block = LensBlock {
        customers: &customers,
        scored: &scored,
        histories: &histories,
        relationships: &relationships,
        words,
    };
    fold.fold(&mut state, &block);
    state
}

/// The lens over these people, everything of `min_cell` or more shown.
pub(crate) fn lens(people: &[Person], words: &Vocabulary, min_cell: u64) -> Lens {
    finish(&state(people, words), min_cell)
}

pub(crate) fn finish(state: &LensState, min_cell: u64) -> Lens {
    let (segments, catalogue): (_, &Catalogue) = (["S01".to_owned(), "S02".to_owned()], catalogue());
    let settings = LensSettings::at(NOW);
    state.finish(&LensContext {
        segments: &segments,
        model: None,
        min_cell,
        catalogue,
        sources: ALL_SOURCES,
        settings: &settings,
    })
}
