//! An invented night through the relationship lens, for tests: two hundred customers in each of six groups.

use crate::catalogue::Catalogue;
use crate::model::rows::{
    ArcEvidence, ArcReading, ArcStage, Assignment, Attitudes, ConnectionStage, Consistency, CustomerBlock,
    ExperienceBalance, History, LevelReason, LoyaltyType, NextNeeds, OpenCounts, Question, Relationship,
    RelationshipLevel, RewardDependence, ScoredBlock, Sources, Vocabulary,
};
use crate::model::segment::SegmentNights;
use crate::model::segment::lens::{LensBlock, LensContext, LensFold, LensSettings};

const GROUPS: usize = 7;
const MEMBERS: usize = 200;

fn says(i: usize) -> Relationship {
    Relationship {
        connection: (!i.is_multiple_of(4)).then(|| ConnectionStage::ALL[i / 4 % 4]),
        contradictory: i.is_multiple_of(29),
        arc: ArcReading {
            stage: ArcStage::ALL[(i * i % 11).min(5)],
            raw: ArcStage::Exists,
            evidence: ArcEvidence::default(),
            basis: None,
            since: 0,
            before: Some(ArcStage::Opinion),
        },
        loyalty: Some(LoyaltyType::ALL[i % 5]),
        reward: RewardDependence::default(),
        balance: Some(ExperienceBalance { good: (i % 9) as f32, bad_open: (i % 3) as f32, bad_resolved: 0.0 }),
        consistency: Consistency {
            journey: Some(0.8),
            emotional: None,
            communication: Some(0.5 + (i % 5) as f32 / 10.0),
        },
        level: RelationshipLevel::Guest,
        level_reason: LevelReason::Evidence,
        next: NextNeeds::default(),
        trouble: false,
        open: OpenCounts::default(),
    }
}

/// Puts the lens and the regularities of that night into one of seven groups.
pub(super) fn look_closer(night: &mut SegmentNights) {
    let n = GROUPS * MEMBERS;
    let mut customers = CustomerBlock::unasked((0..n).map(|i| format!("c{i:05}")).collect());
    let mut scored = ScoredBlock::unscored(n);
    let catalogue = Catalogue::embedded();
    customers.attitudes = Attitudes::unasked(n, catalogue.motivators().len());
    for i in 0..n {
        let group = i % GROUPS;
        scored.assignments[i] = Assignment { segment: Some(group as u8), ..Assignment::undecided(None) };
        customers.attitudes.answer(i, Question::GoodBrand, (i % 11) as f32);
        customers.attitudes.answer(i, Question::Recommend, (i * 7 % 11) as f32);
        customers.value_365d[i] = Some((i % 97) as f64);
    }
    let (histories, relationships) = (vec![History::default(); n], (0..n).map(says).collect::<Vec<_>>());
    let settings = LensSettings::at(0);
    let fold = LensFold::new(GROUPS, settings.clone());
    let mut state = fold.zero();
    let words = Vocabulary::default();
    let block = LensBlock {
        customers: &customers,
        scored: &scored,
        histories: &histories,
        relationships: &relationships,
        words: &words,
    };
    fold.fold(&mut state, &block);
    let segments: Vec<String> = (1..=GROUPS).map(|k| format!("S{k:02}")).collect();
    let sources = Sources { orders: true, contacts: true, attitudes: true, ..Sources::default() };
    let context = LensContext {
        segments: &segments,
        model: None,
        min_cell: 20,
        catalogue: &catalogue,
        sources,
        settings: &settings,
    };
    let lens = state.finish(&context);
    night.segments.iter_mut().zip(lens.segments).for_each(|(segment, lens)| segment.lens = lens);
    (night.everyone.lens, night.unassigned.lens) = (lens.everyone, lens.unassigned);
    (night.places, night.lens_limits) = (lens.consistency, lens.limits);
    night.regularities = state.regularities(None, &settings, 20);
}
