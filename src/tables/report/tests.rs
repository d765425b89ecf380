//! The page as a whole: complete, closed to the outside, safe with hostile names, honest about what is not known.

use super::fixture::{Night, night};
use super::lens_fixture::look_closer;
use super::segment_fixture::estimate;
use super::{Alert, ReportLanguage, ReportView, alerts_json, plan_page, plans_json, sentences};
use crate::model::plan::{LineScope, PassedOver};
use crate::model::rows::Aspect;

/// What an attacker would call a group.
const HOSTILE: &str = "<script>alert(1)</script>\"' onload=x & <b>";

fn page(night: &Night) -> String {
    night.file("report.html")
}

/// Every page of a night, one after the other.
fn pages(night: &Night) -> String {
    let pages = night.files().into_iter().filter(|(name, _)| name.ends_with(".html"));
    pages.map(|(_, page)| page).collect()
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
    for id in ["front", "groups", "company-plan", "moves", "effects", "data", "glossary"] {
        assert_eq!(page.matches(&format!("<section id=\"{id}\"")).count(), 1, "{id}");
    }
    for segment in &night.segments.segments {
        assert!(page.contains(&segment.name));
    }
    assert!(page.contains("Too small to be shown in detail"));
    // A page for each group, with thirty cells where it may be shown.
    for (place, segment) in night.segments.segments.iter().enumerate() {
        let page = night.file(&format!("report/s{:02}.html", place + 1));
        assert_eq!(page.matches("width=\"98\" height=\"56\"").count(), if segment.profile.suppressed { 0 } else { 30 });
    }
    let appendix = night.file("report/appendix.html");
    assert!(appendix.contains("mixture") && appendix.contains("9f86d081884c"));
}

#[test]
fn of_twelve_groups_no_page_is_larger_than_400_kilobytes() {
    let mut night = night();
    let (first, plan) = (night.segments.segments[0].clone(), night.plans.plans[0].clone());
    night.segments.segments = vec![first; 12];
    night.plans.plans = vec![plan; 12];
    for (place, plan) in night.plans.plans.iter_mut().enumerate() {
        let line = plan.lines[0].clone();
        plan.lines = vec![line; 8];
        let id = format!("S{:02}", place + 1);
        (plan.segment_id, night.segments.segments[place].id) = (id.clone(), id);
    }
    let files = night.files();
    if let Some(folder) = std::env::var_os("VALUESEG_TWELVE_SAMPLE") {
        for (name, text) in &files {
            let path = std::path::Path::new(&folder).join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    for (name, text) in files {
        assert!(text.len() <= 400_000, "{name}: {} bytes", text.len());
    }
}

#[test]
fn nothing_is_fetched_no_script_runs_and_every_style_is_hashed() {
    for (name, page) in hostile().files().into_iter().filter(|(name, _)| name.ends_with(".html")) {
        closed(&name, &page);
    }
}

fn closed(name: &str, page: &str) {
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(!page.contains("unsafe-inline") && !page.contains(" style=\""));
    for tag in ["<script", "<link", "<img", "<iframe", "<object", "src=", "@import", "javascript:"] {
        assert!(!page.contains(tag), "{tag} in {name}");
    }
    assert_eq!(page.matches("<style>").count(), 1);
    assert!(!page.contains("http:") && !page.contains("https:"), "{name}");
}

#[test]
fn hostile_names_are_shown_and_do_nothing() {
    for (name, page) in hostile().files() {
        if name.ends_with(".html") || name.ends_with(".svg") {
            assert!(
                !page.contains("<script>alert") && !page.contains("& <b>") && !page.contains("\"' onload"),
                "{name}"
            );
        }
    }
    for name in ["report.html", "report/s01.html", "report/appendix.html"] {
        assert!(hostile().file(name).contains("&lt;script&gt;alert(1)"), "{name}");
    }
    let markdown = plan_page(&hostile().plans.plans[0], &hostile().plans, &night().catalogue, night().input().run_date);
    assert!(!markdown.contains('<') && markdown.contains("&lt;script&gt;"), "{markdown}");
}

#[test]
fn headings_descend_without_gaps_and_every_drawing_has_a_title() {
    for (name, page) in night().files().into_iter().filter(|(name, _)| name.ends_with(".html")) {
        let mut before = 0;
        for (at, _) in page.match_indices("<h") {
            let Some(level) = page[at + 2..].chars().next().and_then(|c| c.to_digit(10)) else { continue };
            assert!(level <= before + 1, "{name}: h{level} after h{before}: {}", &page[at..at + 60]);
            before = level;
        }
        let ids = ids(&page);
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}");
        for label in page.split("aria-labelledby=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            for id in label.split(' ') {
                assert!(ids.contains(&id), "{name}: #{id} names nothing");
            }
        }
        let drawings = page.matches("role=\"img\"").count();
        assert_eq!(drawings, page.matches("role=\"img\" aria-label").count(), "{name}");
    }
}

fn ids(page: &str) -> Vec<&str> {
    page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn every_link_among_the_pages_leads_somewhere() {
    let files = night().files();
    let mut links = 0;
    for (name, page) in files.iter().filter(|(name, _)| name.ends_with(".html")) {
        for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => name.clone(),
                file => match (file.strip_prefix("../"), name.rsplit_once('/')) {
                    (Some(above), _) => above.to_owned(),
                    (None, Some((folder, _))) => format!("{folder}/{file}"),
                    (None, None) => file.to_owned(),
                },
            };
            let found = files.iter().find(|(other, _)| *other == target);
            let (_, page) = found.unwrap_or_else(|| panic!("{name}: {link} leads to no file"));
            assert!(anchor.is_empty() || ids(page).contains(&anchor), "{name}: {link} leads nowhere");
            links += 1;
        }
    }
    assert!(links > 60);
    let one_pager = night().file("one-pager.html");
    assert!(!one_pager.contains("href=\"report"), "a page to mail lies alone");
}

#[test]
fn a_chart_is_a_file_that_stands_alone() {
    let files = night().files();
    let charts: Vec<_> = files.iter().filter(|(name, _)| name.starts_with("report/figures/")).collect();
    assert!(charts.len() > 7, "{}", charts.len());
    for (name, chart) in charts {
        assert!(chart.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns="), "{name}: {chart:.80}");
        assert!(chart.trim_end().ends_with("</svg>") && chart.contains("<title"), "{name}");
        assert!(!chart.contains("NaN") && !chart.contains("href"), "{name}");
    }
}

#[test]
fn a_stored_view_makes_the_same_bytes_again() {
    let night = night();
    let text = ReportView::of(&night.input()).to_json();
    let again = ReportView::from_json(&text).unwrap();
    assert_eq!(again.to_json(), text);
    let files = |view: &ReportView| view.files().unwrap();
    assert_eq!(files(&again), files(&ReportView::from_json(&again.to_json()).unwrap()));
    let other = text.replacen("valueseg.report.1", "valueseg.report.9", 1);
    assert!(ReportView::from_json(&other).unwrap_err().to_string().contains("valueseg.report.9"));
    assert!(ReportView::from_json("{}").is_err());
}

#[test]
fn another_language_has_its_own_words_numbers_and_days() {
    let mut night = night();
    night.language = ReportLanguage::De;
    let page = page(&night);
    assert!(page.contains("<html lang=\"de\">") && page.contains("Was Kunden wichtig ist"));
    assert!(page.contains("21. November 2026") && page.contains("41.205"));
    for english in [">Today<", "Who they are", "What changed", "We fail at", "not known"] {
        assert!(!page.contains(english), "{english}");
    }
    assert!(night.file("summary.txt").contains("etwa 183.849 bewertet"));
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
    let page = pages(&night);
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
    assert!(page.contains("No groups were formed.") && page.contains("Nothing that the company would have to mend"));
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
    let page = pages(&night);
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
    let page = night.file("report/s02.html");
    assert!(page.contains("more than to others. <small>(unsure)</small>"), "{page}");
}

#[test]
fn nothing_is_said_to_lack_where_nobody_was_asked_how_it_is_delivered() {
    let mut night = night();
    for element in &mut night.segments.everyone.profile.elements {
        element.fulfillment_answers = 0;
    }
    let page = pages(&night);
    assert!(page.contains("Not known: nobody was asked how well the elements are delivered."));
    assert!(!page.contains("</b> is wanted more than it is delivered"));
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
fn the_summary_fits_a_terminal_and_nothing_is_cut_off() {
    let mut night = night();
    "Put the shortest way first, then the others.".clone_into(&mut night.plans.plans[0].lines[0].action);
    "A name that is longer than anybody would give to a group of customers"
        .clone_into(&mut night.segments.segments[2].name);
    let text = night.file("summary.txt");
    assert!(text.lines().count() <= 12);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!(text.replace('\u{a0}', "~"), @r"
    acme-loyalty, night of 2026-11-21: about 183,849 scored, 9,316 left out
      S01      41,205  22.4~%  Time and ease
      S02      38,770  21.1~%  Safe choices and order
      S03      33,018  18.0~%  A name that is longer than anybody would give to a
        group of customers
      S04      27,411  14.9~%  Design and status
      and 3 more groups with 40,325 customers
    Begin with “Time and ease” (24,723 customers within reach): Put the shortest way
        first, then the others.
    Report: report.html
    ");
    let first = night.segments.segments[0].clone();
    night.segments.segments = vec![first; 30];
    assert!(night.file("summary.txt").contains("26 more groups"));
}

#[test]
fn the_json_files_are_json_and_alerts_are_empty() {
    let night = night();
    let summary: serde_json::Value = serde_json::from_str(&night.file("summary.json")).unwrap();
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
    assert_eq!(night().files(), night().files());
}

#[test]
fn closeness_is_shown_of_every_group_that_may_be_shown() {
    let mut night = hostile();
    look_closer(&mut night.segments);
    let page = night.file("report/appendix.html");
    assert_eq!(page.matches("<section id=\"close\"").count(), 1);
    assert!(!page.contains("NaN") && !page.contains("None"));
    // Six groups that may be shown and everybody, a bar each; the seventh group is too small.
    let section = page.split("<section id=\"close\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert_eq!(section.matches("class=\"bar\"").count(), 7);
    assert_eq!(section.matches("class=\"pill").count(), night.segments.regularities.len());
    assert!(section.contains("not known: a good feeling that lasts"));
    night.segments.regularities.clear();
    assert!(!night.file("report/appendix.html").contains("Does what others published hold here?"));
}

#[test]
fn of_a_night_on_which_nobody_was_asked_the_page_says_that_closeness_is_not_known() {
    let page = night().file("report/appendix.html");
    assert!(page.contains("How connected customers feel is not known: too few were asked."));
}
