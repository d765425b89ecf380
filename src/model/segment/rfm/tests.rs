use super::super::profile::sums::Moments;
use super::finish::share_of;
use super::state::Foretold;
use super::*;
use crate::customer::rfm::RfmCuts;
use crate::rows::{Assignment, CustomerBlock, History, Order, ScoredBlock};
use crate::segment::Noise;

const DAY: i64 = 86_400_000_000;
const NOW: i64 = 365 * DAY;

const CUTS: RfmCuts = RfmCuts {
    recency_days: [30.0, 60.0, 120.0, 240.0],
    frequency: [1.0, 2.0, 4.0, 8.0],
    monetary: [50.0, 100.0, 200.0, 400.0],
};

fn ordered(days: &[i64]) -> History {
    let order = |day: &i64| Order {
        at: day * DAY,
        amount: Some(10.0),
        discounted: None,
        rewarded: None,
        promise: None,
        returned: false,
        channel: None,
        site: None,
        category: None,
    };
    History { orders: days.iter().map(order).collect(), ..History::default() }
}

/// Customers by turns in segment 0 and 1, whose orders are these.
fn state(histories: &[History]) -> RfmState {
    let customers = CustomerBlock::unasked((0..histories.len()).map(|i| format!("{i:04}")).collect());
    let assignments =
        (0..histories.len()).map(|i| Assignment { segment: Some((i % 2) as u8), ..Assignment::undecided(None) });
    let scored = ScoredBlock { assignments: assignments.collect(), ..ScoredBlock::unscored(histories.len()) };
    let fold = RfmFold::new(2, Some(CUTS), NOW);
    let mut state = fold.zero();
    fold.fold(&mut state, &RfmBlock { customers: &customers, scored: &scored, histories });
    state
}

fn class(values: &[i64]) -> Moments {
    let mut class = Moments::default();
    values.iter().for_each(|x| class.add(65_536, *x));
    class
}

#[test]
fn what_lies_between_classes_is_told_less_what_their_number_explains() {
    // (1, 3) and (5, 7): SSW = 4, SST = 20 of four values: ε² = 1 − (4/2)/(20/3) = 0.7
    assert!((share_of(&[class(&[1, 3]), class(&[5, 7])]).unwrap() - 0.7).abs() < 1e-12);
    // (1, 7) and (3, 5): all of it within
    assert!(share_of(&[class(&[1, 7]), class(&[3, 5])]).unwrap() < 0.0);
    assert_eq!(share_of(&[class(&[1, 3])]), None);
    assert_eq!(share_of(&[class(&[2, 2]), class(&[2, 2])]), None);
}

#[test]
fn groups_foretell_from_before_and_the_bought_after_are_told_by_them_alone() {
    // Bought on day 270, 5 days before the 90 days, and again on day 300; or on day 10 and never again.
    let histories: Vec<History> =
        (0..200).map(|i| if i % 4 < 2 { ordered(&[270, 300]) } else { ordered(&[10]) }).collect();
    let told = state(&histories).finish(20, true, &Noise::none());
    let share = |outcome: &str, grouping: &str| {
        told.shares.iter().find(|s| s.outcome == outcome && s.grouping == grouping).expect("a row").clone()
    };
    let rfm = share("bought_after", "rfm");
    assert!((rfm.share.value().unwrap() - 1.0).abs() < 1e-9, "{rfm:?}");
    assert_eq!((rfm.classes, rfm.share.n()), (2, 200));
    // Both segments are halves of either.
    assert_eq!(share("bought_after", "segments").share.value(), Some(0.0));
    assert!(share("bought_after", "segments").note.contains("tonight's"));
    assert_eq!(share("satisfaction", "rfm").share.value(), None, "nobody was asked");
    assert!(share("importance", "segments").note.contains("not a fair one"));
}

#[test]
fn who_came_in_the_last_ninety_days_is_foretold_nothing() {
    let mut newcomer = ordered(&[300]);
    newcomer.tenure_days = Some(60);
    let mut old = ordered(&[300]);
    old.tenure_days = Some(90);
    assert_eq!(state(&[newcomer, old]).rfm.people(Foretold::Bought).iter().sum::<u64>(), 1);
}
