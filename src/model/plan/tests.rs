//! Each rule of the plan, on profiles made by hand.

use crate::rows::{Estimate, Figure};
use crate::segment::fixture::{catalogue, contrast, element, estimate, firm_maps, night, segment, served, wants};
use crate::segment::lens::RivalFigures;
use crate::segment::{Delivered, Reach, SegmentNight};
use valueseg_catalogue::{ElementId, NeedTier, PlayKind, Sensitivity};

use super::*;

fn set_of(segment: SegmentNight) -> PlanSet {
    let set = plan(&night(vec![segment]), catalogue(), &PlanSettings::default());
    assert_eq!(set.contradictions, []);
    set
}

fn plan_of(segment: SegmentNight) -> Plan {
    set_of(segment).plans.remove(0)
}

fn company_of(segment: SegmentNight) -> Plan {
    set_of(segment).company
}

fn passed_over(plan: &Plan, subject: &str) -> Vec<String> {
    plan.passed_over.iter().filter(|passed| passed.subject == subject).map(|passed| passed.why.clone()).collect()
}

fn lines(plan: &Plan, kind: PlayKind) -> Vec<&PlanLine> {
    plan.lines.iter().filter(|line| line.kind == kind.slug()).collect()
}

fn subjects(plan: &Plan, kind: PlayKind) -> Vec<String> {
    lines(plan, kind).into_iter().map(|line| line.subject.clone()).collect()
}

/// Time and ease are wanted and delivered, organizing is wanted and missed.
fn organizers() -> SegmentNight {
    let mut s = segment("S01");
    for (slug, d, mean) in [("saves_time", 0.9, 7.8), ("reduces_effort", 0.7, 7.0), ("organizes", 0.8, 4.5)] {
        wants(&mut s.profile, slug, d);
        served(&mut s.profile, slug, mean);
    }
    element(&mut s.profile, "organizes").gap = Some(estimate(1.1, 0.2));
    s
}

#[test]
fn a_plan_mends_what_is_missed_and_leads_with_what_is_delivered() {
    let set = set_of(organizers());
    assert_eq!(subjects(&set.company, PlayKind::Fix), ["organizes"]);
    let plan = &set.plans[0];
    assert_eq!(subjects(plan, PlayKind::Lead), ["saves_time", "reduces_effort"]);
    assert_eq!(plan.company_lines, [1]);
    let ranks: Vec<u32> = plan.lines.iter().map(|line| line.rank).collect();
    assert_eq!(ranks, (1..=plan.lines.len() as u32).collect::<Vec<_>>());
    assert_eq!(
        lines(&set.company, PlayKind::Fix)[0].because,
        "“Organizes” matters more to these 5,000 customers than to the rest (d 0.80, 0.70 to 0.90; 300 answers), but \
         it is not delivered: 10 % (3 to 17 %) of 300 answers rate it high, its mean is 4.5, 4.3 to 4.7 of 10."
    );
}

#[test]
fn nothing_leads_on_which_a_competitor_is_surely_rated_higher_and_mending_it_says_so() {
    let rival = |slug: &str, value: f64| {
        let lead = Figure::Known(Estimate { value, low: value - 0.3, high: value + 0.3, n: 120 });
        RivalFigures {
            brand: "Brookfield".to_owned(),
            lead: vec![(format!("element:{slug}"), lead)],
            score: Figure::default(),
            own_score: Figure::default(),
            gap: Figure::default(),
            standing: None,
        }
    };
    let mut s = organizers();
    s.lens.rivals = vec![rival("saves_time", -0.8)];
    let plan = plan_of(s.clone());
    assert_eq!(subjects(&plan, PlayKind::Lead), ["reduces_effort"]);
    let why = &passed_over(&plan, "saves_time")[0];
    assert!(why.contains("rate Brookfield higher on it (lead -0.8, -1.1 to -0.5 points; 120 answers)"), "{why}");
    s.lens.rivals = vec![rival("saves_time", -0.2)];
    assert_eq!(subjects(&plan_of(s.clone()), PlayKind::Lead), ["saves_time", "reduces_effort"], "it may be chance");
    s.lens.rivals = vec![rival("organizes", -0.8)];
    let company = company_of(s);
    let line = &lines(&company, PlayKind::Fix)[0];
    assert!(line.because.contains("Brookfield"), "{}", line.because);
    assert_eq!(line.evidence["groups"][0]["rival"], "Brookfield");
}

#[test]
fn quality_below_its_floor_comes_before_everything() {
    let mut s = organizers();
    element(&mut s.profile, "quality").high_share = Some(Estimate { value: 0.40, low: 0.35, high: 0.45, n: 300 });
    let set = set_of(s.clone());
    let first = &set.company.lines[0];
    assert_eq!((first.kind.as_str(), first.subject.as_str(), first.rank), ("fix", "quality", 1));
    assert!(first.because.starts_with("Quality comes first"), "{}", first.because);
    // Nothing is sent while that lasts, and it is said why.
    assert!(set.plans[0].lines.iter().all(|line| line.scope != LineScope::Campaign));
    assert!(passed_over(&set.plans[0], "saves_time")[0].starts_with("Quality comes first"));
    // An interval that reaches the floor does not open the gate.
    element(&mut s.profile, "quality").high_share = Some(Estimate { value: 0.46, low: 0.41, high: 0.51, n: 300 });
    let set = set_of(s);
    assert_ne!(set.company.lines[0].subject, "quality");
    assert_eq!(subjects(&set.plans[0], PlayKind::Lead), ["saves_time", "reduces_effort"]);
}

#[test]
fn nothing_leads_that_is_served_badly_however_much_it_is_wanted() {
    let mut s = segment("S01");
    wants(&mut s.profile, "saves_time", 2.0);
    served(&mut s.profile, "saves_time", 5.0);
    wants(&mut s.profile, "variety", 1.5);
    served(&mut s.profile, "variety", 6.2);
    let set = set_of(s);
    assert_eq!(subjects(&set.plans[0], PlayKind::Lead), Vec::<String>::new());
    assert_eq!(subjects(&set.company, PlayKind::Fix), ["saves_time"]);
}

#[test]
fn a_large_difference_that_may_be_chance_does_not_lead() {
    let mut s = segment("S01");
    wants(&mut s.profile, "saves_time", 0.9);
    served(&mut s.profile, "saves_time", 8.0);
    element(&mut s.profile, "saves_time").importance_difference.as_mut().unwrap().d = estimate(0.9, 1.0);
    assert_eq!(subjects(&plan_of(s), PlayKind::Lead), Vec::<String>::new());
}

#[test]
fn delicate_elements_never_lead_and_are_mended_where_nobody_is_addressed() {
    let delicate: Vec<ElementId> = ElementId::all()
        .filter(|e| !matches!(catalogue().element(*e).sensitivity(), Sensitivity::None | Sensitivity::Financial))
        .collect();
    assert_eq!(delicate.len(), 8);
    for id in &delicate {
        let (mut wanted, mut missed) = (segment("S01"), segment("S01"));
        wants(&mut wanted.profile, id.slug(), 1.5);
        served(&mut wanted.profile, id.slug(), 8.5);
        assert!(plan_of(wanted.clone()).lines.iter().all(|line| line.kind != "lead" || line.subject != id.slug()));
        let allowed = PlanSettings { sensitive_allowed: true, ..PlanSettings::default() };
        let allowed = plan(&night(vec![wanted]), catalogue(), &allowed).plans.remove(0);
        assert_eq!(subjects(&allowed, PlayKind::Lead), [id.slug()]);
        wants(&mut missed.profile, id.slug(), 1.5);
        served(&mut missed.profile, id.slug(), 4.0);
        for line in lines(&company_of(missed), PlayKind::Fix) {
            assert!(!["email", "sms", "push", "phone", "post"].contains(&line.channel.as_str()), "{}", line.play_id);
        }
    }
}

#[test]
fn a_discount_is_ruled_out_where_price_surely_does_not_lead() {
    let without = plan_of(organizers());
    assert!(lines(&without, PlayKind::Lead).iter().all(|line| line.avoid.contains("No discount")));
    // Wanted most and not delivered: it does not lead, and nothing is ruled out either.
    let mut missed = organizers();
    wants(&mut missed.profile, "reduces_cost", 1.5);
    served(&mut missed.profile, "reduces_cost", 5.8);
    let missed = plan_of(missed);
    assert!(lines(&missed, PlayKind::Lead).iter().all(|line| !line.avoid.contains("No discount")));
    // Of customers nothing is claimed of, nothing is said of prices.
    let neutral = set_of(organizers()).neutral;
    assert!(neutral.lines.iter().all(|line| !line.avoid.contains("No discount")));
    let mut s = organizers();
    wants(&mut s.profile, "reduces_cost", 1.2);
    served(&mut s.profile, "reduces_cost", 7.5);
    let with = plan_of(s);
    assert_eq!(subjects(&with, PlayKind::Lead)[0], "reduces_cost");
    assert!(with.lines.iter().all(|line| !line.avoid.contains("No discount")));
}

#[test]
fn a_small_segment_is_told_how_many_customers_a_test_takes() {
    let mut s = organizers();
    s.profile.reach = Reach { any: 300, email: 200, sms: 0, push: 0, phone: 0, post: 0, held_out: 30 };
    let plan = plan_of(s);
    let sent: Vec<&PlanLine> = plan.lines.iter().filter(|line| line.scope == LineScope::Campaign).collect();
    assert_eq!(sent[0].subject, "saves_time");
    for line in sent {
        assert_eq!(line.trial, TrialDesign::CannotBeTold);
        assert!(
            line.detectable_effect.is_none_or(|e| e > 0.3) && line.people_needed.is_some_and(|n| n > 300),
            "{line:?}"
        );
    }
}

#[test]
fn what_cannot_be_sent_to_anybody_is_no_campaign() {
    let mut s = organizers();
    s.profile.reach = Reach::default();
    let plan = plan_of(s);
    assert!(plan.lines.iter().all(|line| line.scope == LineScope::Service && line.reach.is_none()));
    let why = ["Nobody in this group has agreed to a channel it could be sent by."];
    assert_eq!(passed_over(&plan, "saves_time"), why);
}

#[test]
fn small_groups_with_the_same_line_are_tested_together() {
    let mut s = organizers();
    s.profile.reach = Reach { any: 1_500, email: 1_000, sms: 0, push: 0, phone: 0, post: 0, held_out: 150 };
    let trial = |n: usize| {
        let segments = (0..n).map(|i| SegmentNight { id: format!("S0{i}"), ..s.clone() }).collect();
        let set = plan(&night(segments), catalogue(), &PlanSettings::default());
        lines(&set.plans[0], PlayKind::Lead)[0].trial
    };
    assert_eq!((trial(1), trial(4)), (TrialDesign::CannotBeTold, TrialDesign::Pooled));
}

#[test]
fn a_large_segment_is_tested_alone_and_aims_for_what_the_best_group_has() {
    let mut s = organizers();
    s.profile.size = 500_000;
    s.profile.reach = Reach { any: 400_000, email: 300_000, sms: 0, push: 0, phone: 0, post: 0, held_out: 44_000 };
    let mut best = segment("S02");
    "The best".clone_into(&mut best.name);
    element(&mut best.profile, "organizes").high_share = Some(estimate(0.12, 0.05));
    let set = plan(&night(vec![s, best]), catalogue(), &PlanSettings::default());
    let fix = lines(&set.company, PlayKind::Fix)[0];
    assert_eq!((fix.metric.as_str(), fix.baseline, fix.target), ("element_high_share", Some(0.1), Some(0.12)));
    assert_eq!((fix.target_reason.as_str(), fix.trial), ("what “The best” has", TrialDesign::BeforeAfter));
    let lead = lines(&set.plans[0], PlayKind::Lead)[0];
    assert_eq!(lead.trial, TrialDesign::OwnControl);
    assert!(lead.detectable_effect.is_some_and(|effect| effect < 0.1));
}

#[test]
fn the_channel_is_one_with_reach_and_reach_is_that_of_the_channel() {
    let mut s = segment("S01");
    s.profile.reach = Reach { any: 900, email: 0, sms: 0, push: 0, phone: 0, post: 800, held_out: 90 };
    for (i, tier) in s.profile.needs.iter_mut().enumerate() {
        tier.share = Some(estimate(if i == NeedTier::Esteem.index() { 0.5 } else { 0.12 }, 0.02));
        tier.agreement = Some(firm_maps());
    }
    let plan = plan_of(s);
    let need = lines(&plan, PlayKind::Need)[0];
    let channels: Vec<&str> =
        catalogue().play(&need.play_id).unwrap().channels().iter().map(|channel| channel.slug()).collect();
    assert!(channels.contains(&need.channel.as_str()) && need.channel != "email");
    assert_eq!((need.reach, need.held_out), (Some(800), Some(80)));
}

#[test]
fn a_tier_sets_the_tone_only_when_it_is_surely_ahead() {
    let with = |safety: f64, half: f64| {
        let mut s = segment("S01");
        for need in &mut s.profile.needs {
            need.share = Some(estimate(0.18, 0.02));
        }
        s.profile.needs[NeedTier::Safety.index()].share = Some(estimate(safety, half));
        s.profile.needs[NeedTier::Safety.index()].agreement = Some(firm_maps());
        subjects(&plan_of(s), PlayKind::Need)
    };
    assert_eq!(with(0.4, 0.03), ["safety"]);
    assert!(with(0.22, 0.03).is_empty());
    assert!(with(0.4, 0.3).is_empty());
}

#[test]
fn what_was_not_asked_is_listed_as_not_assessed_and_fires_nothing() {
    let mut s = segment("S01");
    for e in &mut s.profile.elements {
        (e.fulfillment, e.high_share, e.gap, e.fulfillment_difference) = (None, None, None, None);
        (e.delivered, e.fulfillment_answers) = (Delivered::Unknown, 0);
    }
    for need in &mut s.profile.needs {
        need.share = None;
    }
    wants(&mut s.profile, "saves_time", 0.9);
    let mut night = night(vec![s.clone()]);
    night.everyone = SegmentNight { id: "ALL".to_owned(), ..s };
    let mut set = plan(&night, catalogue(), &PlanSettings::default());
    assert!(set.company.lines.is_empty());
    let plan = set.plans.remove(0);
    assert!(lines(&plan, PlayKind::Need).is_empty());
    let missing: Vec<&str> = plan.not_assessed.iter().map(|(play, _)| play.as_str()).collect();
    for play in ["fix_quality", "fix_saves_time", "need_safety_status", "arc_first_weeks", "hold_quality"] {
        assert!(missing.contains(&play), "{play} is not in {missing:?}");
    }
    let lead = lines(&plan, PlayKind::Lead)[0];
    assert!(lead.because.contains("how well it is delivered is not known"), "{}", lead.because);
    assert!(lead.evidence.get("fulfillment").is_none());
}

/// The night as if nobody had been asked: scores only, with wide intervals.
fn nobody_asked(mut s: SegmentNight) -> SegmentNights {
    for e in &mut s.profile.elements {
        (e.importance_answers, e.fulfillment_answers) = (0, 0);
        (e.fulfillment, e.high_share, e.gap, e.fulfillment_difference) = (None, None, None, None);
        e.delivered = Delivered::Unknown;
        let d = e.importance_difference.unwrap().d.value;
        e.importance_difference.as_mut().unwrap().d = estimate(d, 2.8);
    }
    let mut night = night(vec![s.clone()]);
    night.everyone = SegmentNight { id: "ALL".to_owned(), ..s };
    night
}

#[test]
fn where_nobody_was_asked_every_claim_is_called_a_hypothesis() {
    let plan = plan(&nobody_asked(organizers()), catalogue(), &PlanSettings::default()).plans.remove(0);
    let leads = lines(&plan, PlayKind::Lead);
    assert_eq!(leads.len(), 3);
    for lead in leads {
        assert!(lead.because.ends_with("A hypothesis read from behavior: nobody was asked."), "{}", lead.because);
        assert_eq!(lead.evidence["basis"], "hypothesis");
    }
}

#[test]
fn where_only_fulfillment_was_asked_plans_speak_of_service_and_not_of_wishes() {
    let mut s = segment("S01");
    for e in &mut s.profile.elements {
        (e.importance, e.importance_difference, e.gap, e.importance_answers) = (None, None, None, 0);
    }
    served(&mut s.profile, "variety", 8.0);
    element(&mut s.profile, "variety").fulfillment_difference = Some(contrast(0.7));
    served(&mut s.profile, "informs", 4.0);
    element(&mut s.profile, "informs").fulfillment_difference = Some(contrast(-0.7));
    let mut night = night(vec![s.clone()]);
    night.everyone = SegmentNight { id: "ALL".to_owned(), ..s };
    let set = plan(&night, catalogue(), &PlanSettings::default());
    assert_eq!(subjects(&set.plans[0], PlayKind::Lead), ["variety"]);
    assert_eq!(subjects(&set.company, PlayKind::Fix), ["informs"]);
    let all = set.plans[0].lines.iter().chain(&set.company.lines);
    for line in all.filter(|line| ["lead", "fix"].contains(&line.kind.as_str())) {
        assert!(line.because.contains("whether it matters to them was not asked"), "{}", line.because);
    }
}

#[test]
fn hold_keeps_the_floor_of_what_matters_but_sets_nobody_apart() {
    let mut s = organizers();
    wants(&mut s.profile, "quality", 0.1);
    element(&mut s.profile, "quality").importance = Some(estimate(8.0, 0.2));
    served(&mut s.profile, "quality", 8.2);
    assert_eq!(subjects(&company_of(s), PlayKind::Hold), ["quality"]);
}

#[test]
fn a_segment_like_everybody_gets_lines_that_suit_everybody() {
    let plan = plan_of(segment("S01"));
    assert_eq!(plan.lines.len(), 3);
    assert!(plan.lines.iter().all(|line| line.kind == "neutral" && line.subject == "everyone"));
}

#[test]
fn plans_stay_within_the_limit_and_claim_no_gain() {
    let mut s = organizers();
    for (slug, d, mean) in
        [("variety", 1.0, 8.0), ("informs", 1.1, 3.0), ("integrates", 1.2, 3.0), ("connects", 1.3, 3.0)]
    {
        wants(&mut s.profile, slug, d);
        served(&mut s.profile, slug, mean);
    }
    let settings = PlanSettings { max_lines: 3, ..PlanSettings::default() };
    let set = plan(&night(vec![s]), catalogue(), &settings);
    assert!(set.all().all(|plan| plan.lines.len() <= 3));
    // Strength is difference plus gap: 0.8 + 1.1 for organizing, 1.3, 1.2 and 1.1 for the others.
    assert_eq!(subjects(&set.company, PlayKind::Fix), ["organizes", "connects", "integrates"]);
    assert_eq!(passed_over(&set.company, "informs"), ["“Informs” is missed by 5,000 customers; 3 others come first."]);
    assert!(set.all().flat_map(|plan| &plan.lines).all(|line| line.expected_gain.is_none()));
}

#[test]
fn what_a_group_misses_most_and_others_want_more_is_told() {
    let mut s = segment("S01");
    wants(&mut s.profile, "informs", -0.1);
    served(&mut s.profile, "informs", 3.0);
    element(&mut s.profile, "informs").gap = Some(estimate(1.4, 0.2));
    let set = plan(&night(vec![s]), catalogue(), &PlanSettings::default());
    assert_eq!(set.contradictions, []);
    let told = passed_over(&set.plans[0], "informs");
    assert!(
        told[0].ends_with("yet the others want it more than this group does: it is mended where it is wanted most.")
    );
}

#[test]
fn different_evidence_gives_different_plans_and_the_unassigned_get_the_neutral_one() {
    let mut other = segment("S02");
    wants(&mut other.profile, "variety", 0.8);
    served(&mut other.profile, "variety", 8.0);
    let set = plan(&night(vec![organizers(), other]), catalogue(), &PlanSettings::default());
    let plays = |plan: &Plan| plan.lines.iter().map(|line| line.play_id.clone()).collect::<Vec<_>>();
    assert_ne!(plays(&set.plans[0]), plays(&set.plans[1]));
    assert_eq!(set.neutral.segment_id, "NONE");
    assert!(!set.neutral.lines.is_empty() && set.neutral.lines.iter().all(|line| line.kind == "neutral"));
    assert_eq!(set.catalogue_version, catalogue().version());
}

#[test]
fn a_plan_is_the_same_every_time_it_is_made() {
    let night = night(vec![organizers(), segment("S02")]);
    let settings = PlanSettings::default();
    assert_eq!(plan(&night, catalogue(), &settings), plan(&night, catalogue(), &settings));
}
