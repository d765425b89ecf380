use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::ConnectionSettings;
use super::super::fixture::{EVERYTHING, Person, complaint, contact, order, promise, rated};
use super::super::known::DAY;
use super::*;
use crate::rows::{ConnectionStage, Contact, LoyaltyType, N_RATINGS, Order, Question, ScoredBlock, SuppressedReason};
use Question::{AlternativeLiking, Different, Irreplaceable, Satisfaction, SecondChance, SelfConnection};

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::with_overrides(&[]).unwrap());

fn context() -> RelationshipContext<'static> {
    RelationshipContext {
        catalogue: &CATALOGUE,
        settings: RelationshipSettings::default(),
        sources: EVERYTHING,
        night: 0,
        today: 0,
        median_orders: Some(2.0),
        reward_weeks: None,
        standards: [(5.0, 2.0); N_RATINGS],
        derived: Vec::new(),
        masked: 0,
    }
}

fn of(person: &Person) -> Relationship {
    let assessor = RelationshipAssessor::new(context()).unwrap();
    assessor.assess(
        CustomerRef { block: &person.block, scored: &ScoredBlock::unscored(1), row: 0 },
        &person.history,
        None,
    )
}

fn naming(motivators: u32, ids: &[&str]) -> Result<Vec<usize>, RelationshipSettingsError> {
    let mut context = context();
    let key_motivators = ids.iter().map(|id| (*id).to_owned()).collect();
    context.settings.connection = ConnectionSettings { motivators, key_motivators, ..ConnectionSettings::default() };
    RelationshipAssessor::new(context).map(|assessor| assessor.keys().to_vec())
}

#[test]
fn of_somebody_of_whom_nothing_is_known_nothing_is_said() {
    let nothing = of(&Person::stranger());
    assert_eq!((nothing.connection, nothing.contradictory, nothing.trouble), (None, false, false));
    assert_eq!((nothing.arc.stage, nothing.arc.basis), (ArcStage::Unknown, None));
    assert_eq!(nothing.arc.evidence.words(), "");
    assert_eq!(nothing.loyalty, Some(LoyaltyType::BehavioralOnly));
    assert_eq!((nothing.reward, nothing.balance), (RewardDependence::default(), None));
    assert_eq!((nothing.consistency, nothing.next), (Consistency::default(), NextNeeds::default()));
    assert_eq!((nothing.level, nothing.level_reason), (RelationshipLevel::Wave, LevelReason::Stale));
}

#[test]
fn one_contact_is_dealings_and_no_more() {
    let one = of(&Person::stranger().contacting(vec![contact(5)]));
    assert_eq!((one.arc.stage, one.level), (ArcStage::Exists, RelationshipLevel::Wave));
    assert_eq!((one.balance, one.consistency, one.trouble), (None, Consistency::default(), false));
}

#[test]
fn who_praises_everything_is_connected_indispensable_and_owed_nothing() {
    let mut all = Person::answering(&Question::ALL.map(|question| (question, 10.0)));
    all.block.attitudes.answer(0, AlternativeLiking, 0.0);
    let all = all.motivated(&[(10.0, 10.0); 10]).ordering(vec![order(9), order(6), order(3)]);
    let said = of(&all.contacting(vec![rated(4, 10.0), rated(3, 10.0), rated(2, 10.0)]));
    assert_eq!((said.connection, said.contradictory), (Some(ConnectionStage::FullyConnected), false));
    assert_eq!((said.arc.stage, said.loyalty), (ArcStage::Indispensable, Some(LoyaltyType::True)));
    assert_eq!((said.level, said.level_reason), (RelationshipLevel::Friend, LevelReason::Evidence));
    assert_eq!((said.consistency.composite(), said.balance.unwrap().debt(12.0)), (Some(1.0), 0));
    assert!(!said.trouble);
}

#[test]
fn connected_by_motivators_and_dissatisfied_is_said_to_be_contradictory() {
    let said = of(&Person::answering(&[(Satisfaction, 2.0)]).motivated(&[(9.0, 9.0), (9.0, 9.0)]));
    assert_eq!((said.connection, said.contradictory), (Some(ConnectionStage::NotConnected), true));
}

#[test]
fn without_tables_neither_loyalty_nor_rewards_are_told() {
    let context = RelationshipContext { sources: Sources::default(), median_orders: None, ..context() };
    let assessor = RelationshipAssessor::new(context).unwrap();
    let person = Person::answering(&[(Different, 9.0)]);
    let said = assessor.assess(
        CustomerRef { block: &person.block, scored: &ScoredBlock::unscored(1), row: 0 },
        &person.history,
        None,
    );
    assert_eq!((said.loyalty, said.reward), (None, RewardDependence::default()));
    assert_eq!((said.arc.stage, said.level), (ArcStage::Meaning, RelationshipLevel::Friend));
}

#[test]
fn the_suppressed_are_not_profiled() {
    let assessor = RelationshipAssessor::new(context()).unwrap();
    let person = Person::answering(&[(SelfConnection, 10.0)]).contacting(vec![complaint(1, Some(9.0))]);
    let mut scored = ScoredBlock::unscored(1);
    scored.suppressed[0] = Some(SuppressedReason::Objection);
    let yesterday = Some(Yesterday { arc: ArcStage::PartOfLife, since: -3 });
    let said =
        assessor.assess(CustomerRef { block: &person.block, scored: &scored, row: 0 }, &person.history, yesterday);
    assert_eq!(said, assessor.unprofiled());
    assert_eq!((said.level, said.level_reason), (RelationshipLevel::LeaveAlone, LevelReason::NotScored));
}

#[test]
fn trouble_is_an_open_complaint_a_promise_broken_of_late_or_more_bad_than_good() {
    let trouble = |person: Person| of(&person).trouble;
    assert!(trouble(Person::stranger().contacting(vec![complaint(300, None)])));
    let resolved = Contact { resolved: Some(-DAY), ..complaint(300, None) };
    assert!(trouble(Person::stranger().contacting(vec![resolved.clone()])), "nothing good beside it");
    let happy: Vec<Contact> = (0..9).map(|day| rated(day, 9.0)).collect();
    assert!(!trouble(Person::stranger().contacting([happy.clone(), vec![resolved]].concat())));
    let late = |due| {
        let broken = Order { promise: Some(promise(due, Some(due - 1))), ..order(100) };
        trouble(Person::stranger().ordering(vec![broken]).contacting(happy.clone()))
    };
    assert!(late(60) && !late(61));
    let mut case = Person::stranger();
    case.block.flags[0].open_case = true;
    assert!(trouble(case));
}

#[test]
fn key_motivators_are_those_of_the_catalogue() {
    assert_eq!(naming(2, &[]).unwrap().len(), CATALOGUE.motivators().len());
    assert_eq!(naming(2, &["m_belonging", "m_stand_out"]).unwrap(), [0, 5]);
    let unknown = naming(2, &["m_belonging", "m_belongings"]).unwrap_err();
    assert!(matches!(unknown, RelationshipSettingsError::UnknownMotivator { ref id, .. } if id == "m_belongings"));
    let few = naming(2, &["m_belonging"]).unwrap_err();
    assert_eq!(few, RelationshipSettingsError::FewMotivators { needed: 2, keys: 1 });
    assert!(matches!(naming(9, &[]), Err(RelationshipSettingsError::Setting { key: "connection.motivators", .. })));
}

proptest! {
    /// Spend is doubled some times over, which is exact, so that no rule of shares can tip by rounding.
    #[test]
    fn who_spends_more_is_never_brought_closer(
        answers in prop::collection::vec(0.0f32..=10.0, Question::ALL.len()),
        amounts in prop::collection::vec((0i64..365, -50.0f64..500.0, any::<bool>()), 0..12),
        doublings in 1i32..12,
        wish in prop::option::of(0usize..6),
        complains in prop::option::of((0i64..365, 0.0f32..6.0)),
    ) {
        let mut poor = Person::answering(&Question::ALL.map(|question| (question, answers[question as usize])));
        poor.block.flags[0].wish = wish.map(|wish| RelationshipLevel::ALL[wish]);
        let mut orders: Vec<Order> = amounts
            .iter()
            .map(|(days, amount, full)| Order { amount: Some(*amount), discounted: Some(!full), ..order(*days) })
            .collect();
        orders.sort_by_key(|order| order.at);
        poor = poor.ordering(orders);
        if let Some((days, severity)) = complains {
            poor = poor.contacting(vec![complaint(days, Some(severity))]);
        }
        poor.block.value_365d[0] = Some(10.0);
        let mut rich = Person { block: poor.block.clone(), history: poor.history.clone() };
        let factor = 2.0f64.powi(doublings);
        rich.block.value_365d[0] = Some(10.0 * factor);
        for order in &mut rich.history.orders {
            order.amount = order.amount.map(|amount| amount * factor);
        }
        let (poor, rich) = (of(&poor), of(&rich));
        prop_assert_eq!((rich.level, rich.level_reason), (poor.level, poor.level_reason));
        prop_assert_eq!((rich.connection, rich.arc), (poor.connection, poor.arc));
    }
}

#[test]
fn a_threshold_reached_exactly_is_reached() {
    let said = of(&Person::answering(&[(Irreplaceable, 9.0), (SecondChance, 8.0)]));
    assert_eq!(said.arc.stage, ArcStage::Indispensable);
}
