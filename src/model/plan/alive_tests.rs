//! Each play that ships fires on some segment of a company that it suits, and none speaks of what a company has not.

use std::collections::BTreeSet;

use crate::rows::{ArcStage, Figure, LevelReason, Vocabulary};
use crate::segment::fixture::{catalogue, contrast, element, estimate, firm_maps, night, segment, served, wants};
use crate::segment::lens::MotivatorFigures;
use crate::segment::lens::fixture::{lens, person};
use crate::segment::{Reach, SegmentNight};
use valueseg_catalogue::{
    Better, Capabilities, Capability, Catalogue, CompanyTexts, ElementId, Industry, Play, PlayKind, PlaySubject,
};
use valueseg_stats::interval::Interval;

use super::ease::MEASURES;
use super::*;

fn catalogue_of(industry: Industry) -> Catalogue {
    Catalogue::of_company(&CompanyTexts { industry, ..CompanyTexts::default() }).unwrap()
}

/// Customers by the thousand agree to everything, or nobody to anything.
fn reach(any: u64) -> Reach {
    Reach { any, email: any, sms: any, push: any, phone: any, post: any, held_out: any / 10 }
}

/// A segment for which a play of this kind about this subject is the thing to do.
fn made_for(play: &Play) -> SegmentNight {
    let mut s = segment("S01");
    match play.subject() {
        PlaySubject::Element(id) => match play.kind() {
            PlayKind::Lead => {
                wants(&mut s.profile, id.slug(), 1.5);
                served(&mut s.profile, id.slug(), 8.5);
            }
            PlayKind::Fix => {
                wants(&mut s.profile, id.slug(), 1.5);
                served(&mut s.profile, id.slug(), 4.0);
            }
            _ => {
                served(&mut s.profile, id.slug(), 8.2);
                let held = element(&mut s.profile, id.slug());
                (held.importance, held.importance_difference) = (Some(estimate(8.0, 0.2)), Some(contrast(0.1)));
            }
        },
        PlaySubject::Need(tier) => {
            for need in &mut s.profile.needs {
                need.share = Some(estimate(if need.tier == tier { 0.5 } else { 0.12 }, 0.02));
                need.agreement = Some(firm_maps());
            }
        }
        PlaySubject::ArcStep(from, _) => {
            let mut one = person();
            one.says.arc.stage = ArcStage::from_number(from).unwrap();
            s.lens = lens(&vec![one; 400], &Vocabulary::default(), 20).segments.remove(0);
        }
        PlaySubject::OpenMatter(kind) => s.lens.care.open_kinds = vec![(kind, share(0.3))],
        PlaySubject::Story(kind) => s.lens.care.stories = vec![(kind, share(0.3))],
        PlaySubject::LeftAlone => s.lens.care.silence = vec![(LevelReason::Wish, share(0.1))],
        PlaySubject::Motivators => {
            s.lens.motivators = vec![MotivatorFigures {
                motivator: "feel_secure".to_owned(),
                wanted: share(0.7),
                helped: share(0.2),
                spend: share(0.3),
            }];
        }
        PlaySubject::Ease(_) => {
            // Each measure is named like the metric; the ones on which less is worse end up below their limit.
            let less_is_worse = catalogue().metric(play.metric()).unwrap().better() == Better::Higher;
            let measure = MEASURES.into_iter().find(|measure| *measure == play.metric()).unwrap();
            s.lens.served.measures = vec![(measure, share(if less_is_worse { 0.15 } else { 0.7 }))];
            s.lens.served.kept = vec![(ElementId::from_index(3).unwrap(), share(-0.3))];
            if measure != "said_and_kept" {
                s.lens.served.kept.clear();
            }
        }
        PlaySubject::Everyone => {}
    }
    s
}

/// A share of some hundred people, surely within five points.
fn share(value: f64) -> Figure {
    Figure::of(300, 300, Some(Interval { value, low: value - 0.05, high: value + 0.05 }))
}

/// Plays in the plans of a segment, without a contradiction.
fn played(segment: SegmentNight, catalogue: &Catalogue) -> BTreeSet<String> {
    let settings = PlanSettings { sensitive_allowed: true, max_lines: 20, ..PlanSettings::default() };
    let mut night = night(vec![segment]);
    night.unassigned.profile.reach = night.segments[0].profile.reach;
    // What spending goes with is read of everybody.
    night.everyone.lens.motivators = night.segments[0].lens.motivators.clone();
    let set = plan(&night, catalogue, &settings);
    assert_eq!(set.contradictions, []);
    set.all().flat_map(|plan| &plan.lines).map(|line| line.play_id.clone()).collect()
}

/// Whether the play fires for a company that has what it needs, with or without the channels that are a matter of having, and
/// with or without consents.
fn fires(play: &Play, catalogue: &Catalogue) -> bool {
    let needs = || play.needs().iter().copied();
    let channels = play.channels().iter().filter_map(|channel| channel.needs());
    let companies: [Capabilities; 2] = [needs().collect(), needs().chain(channels).collect()];
    companies.into_iter().any(|company| {
        let catalogue = catalogue.clone().with_capabilities(&company);
        [5_000, 0].into_iter().any(|any| {
            let mut segment = made_for(play);
            segment.profile.reach = reach(any);
            played(segment, &catalogue).contains(play.id())
        })
    })
}

#[test]
fn each_play_of_each_industry_fires_on_some_segment_of_a_company_that_has_what_it_needs() {
    let shipped = catalogue_of(Industry::Other);
    let mut silent: Vec<String> = Vec::new();
    for industry in Industry::ALL {
        let catalogue = catalogue_of(industry);
        // A play that the industry leaves as it is was tried already.
        let own = catalogue.plays().iter().filter(|play| {
            let same = shipped.play(play.id()).is_some_and(|other| {
                (other.channels(), other.needs(), other.priority()) == (play.channels(), play.needs(), play.priority())
            });
            industry == Industry::Other || !same || other_text(play, &shipped)
        });
        silent.extend(
            own.filter(|play| !fires(play, &catalogue)).map(|play| format!("{} {}", industry.slug(), play.id())),
        );
    }
    assert_eq!(silent, Vec::<String>::new());
}

/// Whether an industry says a play anew.
fn other_text(play: &Play, shipped: &Catalogue) -> bool {
    shipped
        .play(play.id())
        .is_none_or(|other| other.action() != play.action() || other.first_step() != play.first_step())
}

#[test]
fn a_company_of_which_nothing_is_known_is_sent_to_no_store_app_or_site() {
    let lacking = ["store", "app", "web"];
    for industry in Industry::ALL {
        let catalogue = catalogue_of(industry);
        for play in catalogue.plays() {
            let mut segment = made_for(play);
            segment.profile.reach = reach(5_000);
            let settings = PlanSettings { sensitive_allowed: true, ..PlanSettings::default() };
            let set = plan(&night(vec![segment]), &catalogue, &settings);
            for line in set.all().flat_map(|plan| &plan.lines) {
                assert!(!lacking.contains(&line.channel.as_str()), "{}: {}", industry.slug(), line.play_id);
                assert!(catalogue.play(&line.play_id).unwrap().needs().is_empty(), "{}", line.play_id);
            }
        }
    }
}

#[test]
fn what_a_company_has_comes_before_what_any_company_can_do() {
    let catalogue = catalogue_of(Industry::Other);
    let fixes = |has: &[Capability]| {
        let company = catalogue.clone().with_capabilities(&has.iter().copied().collect());
        let play = catalogue.play("fix_rewards_me").unwrap();
        played(made_for(play), &company).into_iter().find(|id| id.starts_with("fix_")).unwrap()
    };
    assert_eq!(fixes(&[]), "fix_rewards_me");
    assert_eq!(fixes(&[Capability::Loyalty]), "fix_rewards_me_program");
}

#[test]
fn every_campaign_opens_with_a_line_and_every_line_has_a_first_step_and_says_how_much_work_it_is() {
    let catalogue = catalogue_of(Industry::Hospitality).with_capabilities(&Capabilities::all());
    let efforts = ["hours", "days", "weeks"];
    for play in catalogue.plays() {
        let mut segment = made_for(play);
        segment.profile.reach = reach(5_000);
        let set = plan(&night(vec![segment]), &catalogue, &PlanSettings::default());
        for line in set.all().flat_map(|plan| &plan.lines) {
            assert!(!line.first_step.is_empty() && efforts.contains(&line.effort.as_str()), "{}", line.play_id);
            let speaks = catalogue.play(&line.play_id).unwrap().kind().speaks();
            assert_eq!(line.opening.is_empty(), !speaks, "{}", line.play_id);
            assert!(speaks || line.scope != LineScope::Campaign, "{}: nobody is spoken to", line.play_id);
        }
    }
}

#[test]
fn the_company_s_own_wording_stands_in_the_reason_and_beside_the_line() {
    let mut segment = segment("S01");
    wants(&mut segment.profile, "wellness", 1.5);
    served(&mut segment.profile, "wellness", 4.0);
    let items = [(valueseg_catalogue::ElementId::parse("wellness").unwrap(), "Leg room".to_owned())].into();
    let travel = CompanyTexts { industry: Industry::Travel, items, ..CompanyTexts::default() };
    let catalogue = Catalogue::of_company(&travel).unwrap();
    let set = plan(&night(vec![segment]), &catalogue, &PlanSettings::default());
    let line = &set.company.lines[0];
    assert_eq!(line.item.as_deref(), Some("Leg room"));
    assert!(line.because.starts_with("“Leg room” matters more to these 5,000 travelers"), "{}", line.because);
    assert!(line.first_step.contains("“Leg room”") && !line.action.contains("ingredient"), "{}", line.action);
}

#[test]
fn a_result_is_known_when_the_play_has_run_and_its_number_looks_back_over_nothing_before_it() {
    let catalogue = catalogue_of(Industry::Other);
    let day = |month, day| chrono::NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    let mut segment = segment("S01");
    segment.profile.size = 500_000;
    segment.profile.reach = reach(400_000);
    wants(&mut segment.profile, "saves_time", 1.5);
    served(&mut segment.profile, "saves_time", 8.5);
    let small = SegmentNight { profile: crate::segment::fixture::profile(), ..segment.clone() };
    let told = |segment: SegmentNight| {
        let set = plan(&night(vec![segment]), &catalogue, &PlanSettings::default()).dated(day(1, 1), &catalogue);
        set.plans[0].lines.iter().find(|line| line.kind == "lead").map(|line| (line.window_days, line.known_on))
    };
    // It runs for 60 days and is measured by orders of 90: 90 days from 1 January are 1 April.
    assert_eq!(told(segment.clone()), Some((60, Some(day(4, 1)))));
    let mut few = small;
    wants(&mut few.profile, "saves_time", 1.5);
    served(&mut few.profile, "saves_time", 8.5);
    few.profile.reach = reach(200);
    assert_eq!(told(few), Some((60, None)), "with 200 people no day tells");
}
