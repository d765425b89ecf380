//! The page as a whole: complete, closed to the outside, safe with hostile names, honest about what is not known.

use super::fixture::{Night, estimate, night};
use super::{alerts_json, plan_page, plans_json, render, sentences, summary_json, summary_text};
use crate::model::Aspect;

/// What an attacker would call a group.
const HOSTILE: &str = "<script>alert(1)</script>\"' onload=x & <b>";

fn page(night: &Night) -> String {
    render(&night.input()).unwrap()
}

fn hostile() -> Night {
    let mut night = night();
    let hostile = || HOSTILE.to_owned();
    let segment = &mut night.profiles.segments[0];
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
    night.profiles.limits = vec![hostile()];
    night.profiles.suppressed = vec![(hostile(), 1)];
    night.notes = vec![hostile()];
    night.health[0].name = hostile();
    night.inputs[0].path = hostile();
    night.candidates[0].method = hostile();
    night.candidates[0].knocked_out = Some(hostile());
    night.details.push((hostile(), hostile()));
    night.solution.label = Some(hostile());
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
    for segment in &night.profiles.segments {
        assert!(page.contains(&segment.name));
    }
    // Thirty cells for each of the six groups that may be shown, a drawing and a table each.
    assert_eq!(page.matches("<rect width=\"98\"").count(), 6 * 30);
    assert_eq!(page.matches("class=\"pyramid\"").count(), 6);
    assert!(page.contains("Too small to be shown in detail"));
}

#[test]
fn twelve_groups_still_fit_in_half_a_megabyte() {
    let mut night = night();
    let (first, plan) = (night.profiles.segments[0].clone(), night.plans.plans[0].clone());
    night.profiles.segments = vec![first; 12];
    night.plans.plans = vec![plan; 12];
    for plan in &mut night.plans.plans {
        let line = plan.lines[0].clone();
        plan.lines = vec![line; 8];
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
    let markdown = plan_page(&hostile().plans.plans[0], &night().catalogue, night().input().run_date);
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
    assert_eq!(page.matches("The same as a table, with intervals and answers").count(), drawings);
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
    for segment in &mut night.profiles.segments {
        (segment.value_total, segment.value_share, segment.value_mean) = (None, None, None);
        (segment.nps, segment.satisfaction, segment.good_brand, segment.share) = (None, None, None, None);
        (segment.mean_probability, segment.detectable_effect) = (None, None);
        for element in &mut segment.elements {
            (element.importance, element.fulfilment, element.gap, element.high_share) = (None, None, None, None);
            (element.importance_difference, element.fulfilment_difference) = (None, None);
        }
        for need in &mut segment.needs {
            (need.share, need.fulfilment, need.importance) = (None, None, None);
        }
    }
    night.profiles.limits.clear();
    night.candidates.clear();
    night.solution.jaccard.clear();
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
    night.profiles.segments.clear();
    night.plans.plans.clear();
    night.plans.neutral.lines.clear();
    night.profiles.everyone.size = 0;
    let page = page(&night);
    assert!(page.contains("No groups were formed.") && page.contains("There are no plans tonight."));
}

#[test]
fn fulfilment_is_shown_where_importance_was_not_asked() {
    let mut night = night();
    for segment in &mut night.profiles.segments {
        for element in &mut segment.elements {
            (element.importance, element.importance_difference, element.gap) = (None, None, None);
        }
    }
    assert_eq!(night.input().shown(), Some(Aspect::Fulfilment));
    let page = page(&night);
    assert!(page.contains("how well each element is delivered"));
    assert!(page.contains("worse than by others") && page.contains("better than by others"));
}

#[test]
fn five_sentences_say_size_difference_action_certainty_and_gaps() {
    let night = night();
    let texts: Vec<String> = sentences(&night.input()).into_iter().map(|sentence| sentence.text).collect();
    insta::assert_snapshot!(texts.join("\n"), @"");
}

#[test]
fn a_difference_that_chance_could_have_made_is_not_told_as_one() {
    let mut night = night();
    for element in night.profiles.segments.iter_mut().flat_map(|segment| &mut segment.elements) {
        for contrast in [&mut element.importance_difference, &mut element.fulfilment_difference].into_iter().flatten() {
            contrast.d = estimate(contrast.d.value, 5.0);
        }
    }
    let said = sentences(&night.input());
    assert_eq!(said[1].text, "No group differs from the rest by more than chance would explain.");
    assert!(page(&night).contains("Nothing stands out beyond chance"));
}

#[test]
fn the_summary_fits_a_terminal() {
    let text = summary_text(&night().input());
    assert!(text.lines().count() <= 8);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text, @"");
    let mut many = night();
    let first = many.profiles.segments[0].clone();
    many.profiles.segments = vec![first; 30];
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
    assert_eq!(serde_json::from_str::<serde_json::Value>(&alerts_json()).unwrap(), serde_json::json!([]));
}

#[test]
fn a_plan_page_reads_well() {
    let night = night();
    insta::assert_snapshot!(plan_page(&night.plans.neutral, &night.catalogue, night.input().run_date), @"");
}

#[test]
fn the_same_night_makes_the_same_page() {
    assert_eq!(page(&night()), page(&night()));
}
