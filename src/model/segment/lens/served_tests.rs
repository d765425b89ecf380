use super::fixture::{DAY, NOW, Person, lens, person};
use super::served::{Experience, PartOf, Served};
use super::{Lens, LensSettings};
use crate::rows::{
    Aspect, History, Order, PublicPost, Question, RIVAL_RATINGS, RivalAnswer, ServiceEvent, ServiceKind, Verbatim,
    Vocabulary,
};
use valueseg_catalogue::ElementId;
use valueseg_stats::comparison::{Share, share_difference};

fn event(day: i64, kind: ServiceKind, case: Option<u64>) -> ServiceEvent {
    ServiceEvent {
        at: day * DAY,
        kind,
        complaint: false,
        case,
        resolved: None,
        agent: None,
        team: None,
        sought: None,
        promise: None,
        element: None,
    }
}

fn ordered(day: i64) -> Order {
    Order {
        at: day * DAY,
        amount: Some(9.0),
        discounted: None,
        rewarded: None,
        promise: None,
        returned: false,
        channel: None,
        site: None,
        category: None,
    }
}

fn served(history: &History) -> Served {
    Served::of(history, &LensSettings::at(NOW))
}

fn part(part: i64, whole: i64) -> PartOf {
    PartOf { part, whole }
}

#[test]
fn a_case_is_settled_by_its_first_contact_or_handed_on_or_refused() {
    use ServiceKind::{Contact, Refused, Transferred};
    let solved = |event: ServiceEvent| ServiceEvent { resolved: Some(event.at + DAY), ..event };
    let history = History {
        served: vec![
            solved(event(10, Contact, Some(1))),
            solved(event(50, Contact, Some(2))),
            event(51, Transferred, Some(2)),
            event(80, Refused, None),
            solved(event(120, Contact, Some(3))),
            event(122, Contact, Some(4)),
            event(362, Contact, Some(5)),
        ],
        ..History::default()
    };
    let told = served(&history);
    // Six cases, the refusal one of its own; the last is too young to tell. Case 3 was followed by case 4 two days later.
    assert_eq!((told.refused, told.transferred, told.settled), (part(1, 6), part(1, 6), part(1, 5)));
}

#[test]
fn the_same_person_again_is_told_within_a_case() {
    let by = |day, case, agent| ServiceEvent { agent: Some(agent), ..event(day, ServiceKind::Contact, Some(case)) };
    let history = History { served: vec![by(1, 1, 7), by(2, 1, 7), by(3, 1, 8), by(9, 2, 7)], ..History::default() };
    assert_eq!(served(&history).same, part(1, 2));
}

#[test]
fn help_sought_alone_failed_if_a_contact_followed_within_a_week() {
    use ServiceKind::{Contact, SelfService};
    let history = History {
        served: vec![
            event(10, SelfService, None),
            event(15, Contact, Some(1)),
            event(100, SelfService, None),
            event(108, Contact, Some(2)),
            event(364, SelfService, None),
        ],
        ..History::default()
    };
    assert_eq!(served(&history).failed, part(1, 2), "the last look is too young to tell");
}

#[test]
fn a_search_in_vain_is_lost_unless_an_order_follows_within_a_week() {
    let search = |day| event(day, ServiceKind::SearchedInVain, None);
    let history = History { served: vec![search(100), search(300)], orders: vec![ordered(104)], ..History::default() };
    let told = served(&history);
    assert_eq!((told.lost, told.in_vain), (part(1, 2), true), "day 300 is within the last 90");
}

#[test]
fn a_public_post_is_answered_within_two_days_or_not() {
    let post = |day: i64, answered: Option<i64>| PublicPost {
        at: day * DAY,
        answered: answered.map(|day| day * DAY),
        feeling: Some(0.2),
    };
    let posts = vec![post(10, Some(12)), post(20, Some(23)), post(30, None), post(364, None)];
    let told = served(&History { posts, ..History::default() });
    assert_eq!((told.answered, told.voice), (part(1, 3), part(80, 4)));
}

#[test]
fn who_comes_back_is_told_by_whether_the_complaint_was_solved_at_the_landmark() {
    let complaint = |resolved: Option<i64>| ServiceEvent {
        complaint: true,
        resolved: resolved.map(|day| day * DAY),
        ..event(100, ServiceKind::Contact, Some(1))
    };
    let came = |resolved, orders: &[i64]| {
        let orders = orders.iter().map(|day| ordered(*day)).collect();
        let told = served(&History { served: vec![complaint(resolved)], orders, ..History::default() });
        (told.back_solved, told.back_unsolved)
    };
    // The landmark is day 114; days 115 to 204 count.
    assert_eq!(came(Some(110), &[150]), (Some(true), None));
    assert_eq!(came(Some(110), &[112, 210]), (Some(false), None));
    assert_eq!(came(Some(120), &[150]), (None, Some(true)), "solved after the landmark");
    assert_eq!(came(None, &[]), (None, Some(false)));
    let praise = Verbatim { at: 150 * DAY, rating: Some(9.0), praised: 0, blamed: 0, named: 0, channel: None };
    let history = History { served: vec![complaint(Some(110))], verbatims: vec![praise], ..History::default() };
    assert_eq!(served(&history).back_solved, Some(true));
}

#[test]
fn an_experience_has_a_peak_and_an_end() {
    let text = |day: i64, rating: f32| Verbatim {
        at: day * DAY,
        rating: Some(rating),
        praised: 0,
        blamed: 0,
        named: 0,
        channel: None,
    };
    let history = History { verbatims: vec![text(1, 6.0), text(5, 1.0), text(9, 8.0)], ..History::default() };
    // 1 lies 4 from the middle, 8 lies 3.
    assert_eq!(served(&history).experience, Some(Experience { peak: 100, end: 800, mean: 500 }));
    let one = History { verbatims: vec![text(1, 6.0)], ..History::default() };
    assert_eq!(served(&one).experience, None);
}

fn told(people: &[Person]) -> Lens {
    lens(people, &Vocabulary::default(), 20)
}

#[test]
fn what_nobody_has_is_not_recorded_and_nothing_follows_from_it() {
    let mut with_case = person();
    with_case.history.served = vec![event(10, ServiceKind::Contact, Some(1))];
    let lens = told(&vec![with_case.clone(); 40]);
    for measure in
        ["refusal_rate", "transfer_rate", "first_contact_resolution", "same_agent", "effort", "back_difference"]
    {
        assert_eq!(lens.everyone.served.figure(measure).value(), None, "{measure}");
    }
    let mut refused = person();
    refused.history.served = vec![event(10, ServiceKind::Refused, Some(1))];
    let mut people = vec![with_case; 30];
    people.extend(vec![refused; 10]);
    assert_eq!(told(&people).everyone.served.figure("refusal_rate").value(), Some(0.25));
}

#[test]
fn recovery_is_the_difference_between_those_whose_complaint_was_solved_and_the_others() {
    let one = |resolved: bool, came: bool| {
        let mut one = person();
        one.history.served = vec![ServiceEvent {
            complaint: true,
            resolved: resolved.then_some(105 * DAY),
            ..event(100, ServiceKind::Contact, Some(1))
        }];
        one.history.orders = if came { vec![ordered(150)] } else { Vec::new() };
        one
    };
    let mut people = vec![one(true, true); 24];
    people.extend(vec![one(true, false); 6]);
    people.extend(vec![one(false, true); 15]);
    people.extend(vec![one(false, false); 25]);
    let figures = told(&people).everyone.served;
    let by_hand = share_difference(Share { share: 0.8, n: 30.0 }, Share { share: 0.375, n: 40.0 }).unwrap();
    let recovered = figures.figure("back_difference").estimate().unwrap();
    assert!((recovered.value - 0.425).abs() < 1e-9 && (recovered.low - by_hand.low).abs() < 1e-9);
    assert_eq!(figures.figure("back_after_solved").n(), 30);
}

#[test]
fn what_was_promised_is_held_against_what_those_who_were_not_promised_it_say() {
    let quality = ElementId::parse("saves_time").unwrap();
    let rated = |promised: bool, rating: f32| {
        let mut one = person();
        one.ratings = vec![rating];
        one.history.promised = u32::from(promised) << quality.index();
        one
    };
    let mut people: Vec<Person> = (0..30).map(|i| rated(true, if i % 2 == 0 { 8.0 } else { 6.0 })).collect();
    people.extend((0..30).map(|i| rated(false, if i % 2 == 0 { 5.0 } else { 3.0 })));
    let kept = told(&people).everyone.served.kept;
    let [(element, figure)] = kept.as_slice() else { panic!("one element was promised: {kept:?}") };
    assert_eq!((*element, figure.n()), (quality, 30));
    assert!((figure.value().unwrap() - 3.0).abs() < 1e-9);
    assert!(Aspect::Fulfillment.indicator(quality) == 30);
}

#[test]
fn ease_is_what_people_answer() {
    let mut one = person();
    one.attitudes.answer(0, Question::Effort, 4.0);
    let lens = told(&vec![one; 40]);
    assert_eq!(lens.everyone.served.figure("effort").value(), Some(4.0));
    assert_eq!(lens.everyone.served.figure("expected").value(), None);
}

#[test]
fn a_term_of_few_is_not_told() {
    let mut words = Vocabulary::default();
    let (often, once) = (words.word("tent"), words.word("my own name"));
    let searched = |term| {
        let mut one = person();
        one.history.served = vec![ServiceEvent { sought: Some(term), ..event(300, ServiceKind::SearchedInVain, None) }];
        one
    };
    let mut people = vec![searched(often); 30];
    people.push(searched(once));
    let lens = lens(&people, &words, 20);
    let terms: Vec<_> = lens.consistency.iter().filter(|row| row.scope == "term").collect();
    assert_eq!(terms.len(), 1);
    assert_eq!((terms[0].key.as_str(), terms[0].figure.n()), ("tent", 30));
    assert!((terms[0].figure.value().unwrap() - 30.0 / 31.0).abs() < 1e-9);
}

#[test]
fn a_competitor_is_held_against_the_company_element_by_element() {
    let mut words = Vocabulary::default();
    let brand = words.word("Rival");
    let element = ElementId::parse("saves_time").unwrap();
    let rated = |own: f32, theirs: f32| {
        let mut one = person();
        one.ratings = vec![own];
        let column = RIVAL_RATINGS + Aspect::Fulfillment.indicator(element);
        one.history.rivals = vec![RivalAnswer { brand, column, answer: theirs }];
        one
    };
    let mut people: Vec<Person> = (0..30).map(|i| rated(6.0, if i % 2 == 0 { 7.0 } else { 8.0 })).collect();
    // Who rated the competitor alone says nothing of a lead.
    let mut alone = rated(0.0, 9.0);
    alone.ratings = Vec::new();
    people.push(alone);
    let everyone = lens(&people, &words, 20).everyone;
    let (name, lead) = everyone.rival_on(element).expect("both were rated");
    assert_eq!((name, lead.n), ("Rival", 30));
    assert!((lead.value + 1.5).abs() < 1e-9 && lead.high < 0.0);
    assert_eq!(everyone.rival_on(ElementId::parse("quality").unwrap()), None);
}
