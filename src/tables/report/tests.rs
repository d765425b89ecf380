//! The page as a whole: complete, closed to the outside, safe with hostile names, honest about what is not known.

use super::fixture::{Night, night};
use super::lens_fixture::look_closer;
use super::{Alert, alerts_json, one_pager, plan_page, plans_json, render, sentences, summary_json, summary_text};
use crate::model::plan::{LineScope, PassedOver};
use crate::model::rows::Aspect;
use crate::model::segment::fixture::estimate;

/// What an attacker would call a group.
const HOSTILE: &str = "<script>alert(1)</script>\"' onload=x & <b>";

fn page(night: &Night) -> String {
    render(&night.input()).unwrap()
}

fn hostile() -> Night {
    let mut night = night();
    let hostile = || HOSTILE.to_owned();
    let segment = &mut night.segments.segments[0];
    (segment.name, segment.description) = (hostile(), hostile());
    let plan = &mut night.plans.plans[0];
    plan.segment_name = hostile();
    plan.not_assessed = vec![(hostile(), hostile())];
    let line = &mut plan.lines[0];
    for text in [&mut line.action, &mut line.because, &mut line.avoid, &mut line.owner, &mut line.metric] {
        *text = hostile();
    }
    for text in [&mut line.kind, &mut line.subject, &mut line.channel, &mut line.message_angle] {
        *text = hostile();
    }
    night.segments.limits = vec![hostile()];
    night.segments.left_out = vec![(hostile(), 1)];
    night.notes = vec![hostile()];
    let (what, how_big, to_do) = (hostile(), hostile(), hostile());
    night.alerts =
        vec![Alert { key: "rows", severity: "alert", what, how_big, since: None, likely_cause: "data", to_do }];
    night.health[0].name = hostile();
    night.inputs[0].path = hostile();
    night.candidates[0].method = hostile();
    night.candidates[0].knocked_out = Some(hostile());
    night.details.push((hostile(), hostile()));
    night
}

#[test]
fn the_page_is_whole_and_stays_small() {
    let night = night();
    let page = page(&night);
    if let Some(path) = std::env::var_os("VALUESEG_REPORT_SAMPLE") {
        std::fs::write(path, &page).unwrap();
    }
    assert!(page.len() < 500_000, "{} bytes", page.len());
    for id in ["said", "data", "sizes", "groups", "needs", "plans", "method"] {
        assert_eq!(page.matches(&format!("<section id=\"{id}\"")).count(), 1, "{id}");
    }
    for segment in &night.segments.segments {
        assert!(page.contains(&segment.name));
    }
    // Thirty cells for each of the six groups that may be shown, a drawing and a table each.
    assert_eq!(page.matches("<use href=\"#cell\"/>").count(), 6 * 30);
    assert_eq!(page.matches("class=\"pyramid\"").count(), 6);
    assert!(page.contains("Too small to be shown in detail"));
}

#[test]
fn twelve_groups_still_fit_in_half_a_megabyte() {
    let mut night = night();
    let (first, plan) = (night.segments.segments[0].clone(), night.plans.plans[0].clone());
    night.segments.segments = vec![first; 12];
    night.plans.plans = vec![plan; 12];
    for plan in &mut night.plans.plans {
        let line = plan.lines[0].clone();
        plan.lines = vec![line; 8];
    }
    if let Some(path) = std::env::var_os("VALUESEG_TWELVE_SAMPLE") {
        std::fs::write(path, one_pager(&night.input()).unwrap()).unwrap();
    }
    let bytes = page(&night).len();
    assert!(bytes < 500_000, "{bytes} bytes");
}

#[test]
fn nothing_is_fetched_no_script_runs_and_every_style_is_hashed() {
    let page = page(&hostile());
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(!page.contains("unsafe-inline") && !page.contains(" style=\""));
    for tag in ["<script", "<link", "<img", "<iframe", "<object", "src=", "@import", "javascript:"] {
        assert!(!page.contains(tag), "{tag}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
    assert!(!page.contains("http:") && !page.contains("https:"));
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    let page = page(&hostile());
    assert!(page.contains("&lt;script&gt;alert(1)"));
    assert!(!page.contains("<script>alert") && !page.contains("<b>") && !page.contains("\"' onload"));
    let markdown = plan_page(&hostile().plans.plans[0], &hostile().plans, &night().catalogue, night().input().run_date);
    assert!(!markdown.contains('<') && markdown.contains("&lt;script&gt;"), "{markdown}");
}

#[test]
fn headings_descend_without_gaps_and_every_drawing_has_a_title_and_a_table() {
    let page = page(&night());
    let mut before = 0;
    for (at, _) in page.match_indices("<h") {
        let Some(level) = page[at + 2..].chars().next().and_then(|c| c.to_digit(10)) else { continue };
        assert!(level <= before + 1, "h{level} after h{before}: {}", &page[at..at + 60]);
        before = level;
    }
    let drawings = page.matches("role=\"img\" aria-labelledby").count();
    assert_eq!(page.matches("<desc").count(), drawings);
    let tables = ["The same as a table, with intervals and answers", "The same as a table, element by element"];
    assert_eq!(tables.map(|told| page.matches(told).count()).iter().sum::<usize>(), drawings);
    let ids: Vec<&str> = page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&link), "#{link} leads nowhere");
    }
}

#[test]
fn what_is_not_known_is_said_and_no_number_is_none() {
    let mut night = night();
    for segment in &mut night.segments.segments {
        (segment.profile.value_total, segment.profile.value_share, segment.profile.value_mean) = (None, None, None);
        (segment.profile.nps, segment.profile.satisfaction, segment.profile.good_brand, segment.profile.share) =
            (None, None, None, None);
        (segment.profile.mean_probability, segment.profile.detectable_effect) = (None, None);
        for element in &mut segment.profile.elements {
            (element.importance, element.fulfillment, element.gap, element.high_share) = (None, None, None, None);
            (element.importance_difference, element.fulfillment_difference) = (None, None);
        }
        for need in &mut segment.profile.needs {
            (need.share, need.fulfillment, need.importance) = (None, None, None);
        }
    }
    night.segments.limits.clear();
    night.candidates.clear();
    night.segments.segments.iter_mut().for_each(|segment| segment.jaccard = None);
    let page = page(&night);
    for wrong in ["NaN", ">None", ">inf<", " inf ", ">−inf", "undefined<"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    assert!(page.contains("not known"));
    assert!(page.contains("Not known: how groups differ could not be measured."));
    assert!(page.contains("Not known: too little was asked to tell which needs are served."));
    assert_eq!(night.input().shown(), None);
}

#[test]
fn a_night_without_groups_is_a_page_too() {
    let mut night = night();
    night.segments.segments.clear();
    night.plans.plans.clear();
    night.plans.neutral.lines.clear();
    night.plans.company.lines.clear();
    night.segments.everyone.profile.size = 0;
    let page = page(&night);
    assert!(page.contains("No groups were formed.") && page.contains("There are no plans tonight."));
}

#[test]
fn fulfillment_is_shown_where_importance_was_not_asked() {
    let mut night = night();
    for segment in &mut night.segments.segments {
        for element in &mut segment.profile.elements {
            (element.importance, element.importance_difference, element.gap) = (None, None, None);
        }
    }
    assert_eq!(night.input().shown(), Some(Aspect::Fulfillment));
    let page = page(&night);
    assert!(page.contains("how well each element is delivered"));
    assert!(page.contains("worse than by others") && page.contains("better than by others"));
}

#[test]
fn five_sentences_say_size_difference_action_certainty_and_gaps() {
    let mut night = night();
    // The catalogue is worded elsewhere: fix what comes from it.
    "Put the shortest way first.".clone_into(&mut night.plans.plans[0].lines[0].action);
    let texts: Vec<String> = sentences(&night.input()).into_iter().map(|sentence| sentence.text).collect();
    insta::assert_snapshot!(texts.join("\n").replace('\u{a0}', " "), @r"
    183,849 customers were scored and 180,729 of them (98.3 %) belong to one of 7 groups; the largest is “Time and ease” with 22.4 %.
    What sets the groups apart most is “Saves time”: it matters far more to “Safe choices and order” than to others.
    Begin with “Time and ease” (24,723 customers within reach): Put the shortest way first.
    18,902 customers answered (10.3 % of those scored) and the others are placed by what they do; the groups come back in other samples but are not shown to be separate; on average a customer belongs to the group named with a probability of 87.9 %.
    Three elements (heirloom, nostalgia, self-transcendence) were not asked, so nothing is said about them. 9,316 customers are left out on legal or ethical grounds.
    ");
}

#[test]
fn a_difference_that_chance_could_have_made_is_called_unsure() {
    let mut night = night();
    for element in night.segments.segments.iter_mut().flat_map(|segment| &mut segment.profile.elements) {
        for contrast in [&mut element.importance_difference, &mut element.fulfillment_difference].into_iter().flatten()
        {
            contrast.d = estimate(contrast.d.value, 5.0);
        }
    }
    let said = &sentences(&night.input())[1].text;
    assert!(
        said.starts_with("No group surely differs from the rest; what may set them apart most, unsure, is"),
        "{said}"
    );
    let page = page(&night);
    assert!(
        page.contains(", unsure</small>") && !page.contains("more than to others<small>+0.93 (0.86 to 1.00), sure")
    );
}

#[test]
fn nothing_is_said_to_lack_where_nobody_was_asked_how_it_is_delivered() {
    let mut night = night();
    for element in &mut night.segments.everyone.profile.elements {
        element.fulfillment_answers = 0;
    }
    let page = page(&night);
    assert!(page.contains("Not known: nobody was asked how well the elements are delivered."));
    assert!(!page.contains("is wanted more than it is delivered"));
}

#[test]
fn where_nobody_can_be_reached_the_company_begins_with_itself() {
    let mut night = night();
    for line in night.plans.plans.iter_mut().flat_map(|plan| &mut plan.lines) {
        (line.scope, line.reach) = (LineScope::Service, None);
    }
    let said = &sentences(&night.input())[2].text;
    assert!(
        said.starts_with("Nobody can be addressed in person yet; begin with the company itself (41,205 customers"),
        "{said}"
    );
    // Nor has the company anything to mend: how the largest group with a line of its own is served comes first.
    night.plans.company.lines.clear();
    let said = sentences(&night.input())[2].text.clone();
    assert!(
        said.starts_with("Nobody can be addressed in person yet; begin with how “Time and ease” is served"),
        "{said}"
    );
    night.plans.plans.iter_mut().for_each(|plan| plan.lines.clear());
    let said = &sentences(&night.input())[2].text;
    assert_eq!(said, "No plan could be backed by evidence, so the neutral plan applies to everybody.");
}

#[test]
fn the_summary_fits_a_terminal() {
    let mut night = night();
    "Put the shortest way first, then the others.".clone_into(&mut night.plans.plans[0].lines[0].action);
    let text = summary_text(&night.input());
    assert!(text.lines().count() <= 8);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text, @r"
    acme-loyalty, night of 2026-11-21: about 183,849 scored, 9,316 left out
      S01  Time and ease                                  41,205  22.4 %
      S02  Safe choices and order                         38,770  21.1 %
      S03  Fair prices                                    33,018  18.0 %
      S04  Design and status                              27,411  14.9 %
      and 3 more groups with 40,325 customers
    Begin with “Time and ease” (24,723 customers within reach): Put the shortest wa…
    Report: report.html
    ");
    let mut many = super::fixture::night();
    let first = many.segments.segments[0].clone();
    many.segments.segments = vec![first; 30];
    assert_eq!(summary_text(&many.input()).lines().count(), 8);
}

#[test]
fn the_json_files_are_json_and_alerts_are_empty() {
    let night = night();
    let summary: serde_json::Value = serde_json::from_str(&summary_json(&night.input())).unwrap();
    assert_eq!(summary["sentences"].as_array().unwrap().len(), 5);
    assert_eq!(summary["groups"][0]["size"], 41_205);
    assert_eq!(summary["customers"]["left_out"], 9_316);
    let plans: serde_json::Value = serde_json::from_str(&plans_json(&night.plans)).unwrap();
    assert_eq!(plans["plans"].as_array().unwrap().len(), 7);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&alerts_json(&[])).unwrap(), serde_json::json!([]));
}

#[test]
fn what_has_to_be_looked_at_stands_on_top_and_a_quiet_night_has_no_such_place() {
    assert!(!page(&night()).contains("role=\"alert\""));
    let page = page(&hostile());
    let (alerts, today) = (page.find("role=\"alert\"").unwrap(), page.find("id=\"today\"").unwrap());
    assert!(alerts < today);
}

#[test]
fn a_plan_page_reads_well() {
    let night = night();
    let mut plan = night.plans.neutral.clone();
    plan.passed_over.push(PassedOver { subject: "informs".to_owned(), why: "Others come first.".to_owned() });
    // The catalogue is worded elsewhere: fix what comes from it.
    let line = &mut plan.lines[0];
    line.action = "Answer within a day.".to_owned();
    for text in [&mut line.message_angle, &mut line.proof_needed, &mut line.avoid, &mut line.owner, &mut line.metric] {
        "*".clone_into(text);
    }
    for text in [&mut line.first_step, &mut line.opening] {
        "*".clone_into(text);
    }
    (line.channel, line.effort, line.window_days) = ("email".to_owned(), "days".to_owned(), 60);
    insta::assert_snapshot!(plan_page(&plan, &night.plans, &night.catalogue, night.input().run_date), @r"
    # NONE Everybody without a group

    Plan of 21 November 2026.

    ## 1. For everybody: Everyone

    Answer within a day.

    - **Because:** “Saves time” matters more to these 41,205 customers than to the rest (d 0.82, 0.75 to 0.89; 3,101 answers).
    - **First step:** \*
    - **Effort:** days: a few people, two weeks at most
    - **For:** 11 customers: “Rare finds”
    - **Channel:** E-mail
    - **Open with:** \*
    - **Say:** \*
    - **Must be true first:** \*
    - **Avoid:** \*
    - **Owner:** \*
    - **Runs:** 60 days
    - **Reach:** 1,890
    - **Held out as control:** 310
    - **Measured by:** \*
    - **Now:** not known
    - **Aim for:** not known
    - **Expected gain:** not known until it was tried
    - **Test:** Cannot be told yet: it takes 3,544 customers within reach.
    - **Known on:** with so few people, not at all

    ## Not in the plan, and why

    - Informs: Others come first.
    ");
}

#[test]
fn the_same_night_makes_the_same_page() {
    assert_eq!(page(&night()), page(&night()));
}

#[test]
fn closeness_is_shown_of_every_group_that_may_be_shown() {
    let mut night = hostile();
    look_closer(&mut night.segments);
    let page = page(&night);
    if let Some(path) = std::env::var_os("VALUESEG_LENS_SAMPLE") {
        std::fs::write(path, &page).unwrap();
    }
    assert_eq!(page.matches("<section id=\"close\"").count(), 1);
    assert_eq!(page.matches("href=\"#close\"").count(), 1);
    assert!(page.len() < 500_000 && !page.contains("NaN") && !page.contains("None"));
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert(1)"));
    // Six groups that may be shown and everybody, a bar each; the seventh group is too small.
    let section = page.split("<section id=\"close\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(section.matches("class=\"bar\"").count(), 7);
    assert_eq!(section.matches("class=\"pill").count(), night.segments.regularities.len());
    assert!(section.contains("not known: a good feeling that lasts"));
    night.segments.regularities.clear();
    assert!(!self::page(&night).contains("Does what others published hold here?"));
}

#[test]
fn of_a_night_on_which_nobody_was_asked_the_page_says_that_closeness_is_not_known() {
    let page = page(&night());
    assert!(page.contains("How connected customers feel is not known: too few were asked."));
}
