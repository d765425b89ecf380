//! Plans as files: a Markdown page per group, and all of them as JSON.

use std::fmt::Write as _;

use super::plan_view::{LineView, plan_view};
use super::words::date;
use crate::catalogue::Catalogue;
use crate::model::plan::{Plan, PlanSet};

/// A plan as Markdown, everything from data escaped.
#[must_use]
pub fn plan_page(plan: &Plan, set: &PlanSet, catalogue: &Catalogue, run_date: chrono::NaiveDate) -> String {
    let view = plan_view(plan, set, catalogue);
    let mut page = format!("# {} {}\n\nPlan of {}.\n", md(&view.id), md(&view.name), date(run_date));
    if view.lines.is_empty() && view.company.is_empty() {
        page.push_str("\nNo line could be backed by evidence: the neutral plan applies.\n");
    }
    for line in &view.lines {
        push_line(&mut page, line);
    }
    if !view.service.is_empty() {
        page.push_str("\n## How these customers are served\n\n");
        for (label, text) in &view.service {
            // INVARIANT: writing to a String cannot fail.
            let _ = writeln!(page, "- **{}:** {}", md(label), md(text));
        }
    }
    if !view.company.is_empty() {
        page.push_str("\n## What the company does for these customers\n\nIn full in ALL.md.\n\n");
        for line in &view.company {
            // INVARIANT: writing to a String cannot fail.
            let _ = writeln!(page, "- {}", md(line));
        }
    }
    if !view.passed_over.is_empty() {
        page.push_str("\n## Not in the plan, and why\n\n");
        for (subject, why) in &view.passed_over {
            // INVARIANT: writing to a String cannot fail.
            let _ = writeln!(page, "- {}: {}", md(subject), md(why));
        }
    }
    if !view.not_assessed.is_empty() {
        page.push_str("\n## Could not be judged\n\n");
        for (play, missing) in &view.not_assessed {
            // INVARIANT: writing to a String cannot fail.
            let _ = writeln!(page, "- {}: {}", md(play), md(missing));
        }
    }
    page
}

fn push_line(page: &mut String, line: &LineView) {
    let _ = write!(page, "\n## {}. {}: {}\n\n{}\n\n", line.rank, md(&line.kind), md(&line.subject), md(&line.action));
    let nothing = "nothing: nobody is spoken to".to_owned();
    let facts = [
        ("Because", &line.because),
        ("First step", &line.first_step),
        ("Effort", &line.effort),
        ("For", &line.groups),
        ("Channel", &line.channel),
        ("Open with", line.opening.as_ref().unwrap_or(&nothing)),
        ("Say", &line.message_angle),
        ("Must be true first", &line.proof_needed),
        ("Avoid", &line.avoid),
        ("Owner", &line.owner),
        ("Runs", &line.window),
        ("Reach", &line.reach),
        ("Held out as control", &line.held_out),
        ("Measured by", &line.metric),
        ("Now", &line.baseline),
        ("Aim for", &line.target),
        ("Expected gain", &line.gain),
        ("Test", &line.test),
        ("Known on", &line.known),
    ];
    for (label, text) in facts {
        let _ = writeln!(page, "- **{label}:** {}", md(text));
    }
    for (label, text) in [("Go without", &line.without), ("Found so far", &line.learned)] {
        if let Some(text) = text {
            let _ = writeln!(page, "- **{label}:** {}", md(text));
        }
    }
}

/// All plans as JSON, for programs.
#[expect(clippy::missing_panics_doc, reason = "plans are plain data: serialization cannot fail")]
#[must_use]
pub fn plans_json(plans: &PlanSet) -> String {
    // INVARIANT: plans are strings and numbers with string keys; a number that is none becomes null.
    let mut text = serde_json::to_string_pretty(plans).expect("plans are plain data");
    text.push('\n');
    text
}

/// Text that Markdown shows as it is: one line, every sign that could mean something escaped.
fn md(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let text = text.trim();
    // A sign or a number with a point begins a list where a blank follows; "+0.3" and "20.7 %" do not.
    let after = |sign: &str| sign.chars().next().is_none_or(char::is_whitespace);
    let starts_list = text.strip_prefix(['-', '+']).is_some_and(after)
        || text.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('.').is_some_and(after);
    for (i, letter) in text.chars().enumerate() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' => {
                plain.push('\\');
                plain.push(letter);
            }
            '-' | '+' if starts_list && i == 0 => plain.extend(['\\', letter]),
            '.' if starts_list && plain.chars().all(|c| c.is_ascii_digit()) => plain.push_str("\\."),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_from_data_means_anything() {
        assert_eq!(md("<b>*x*</b>"), "&lt;b&gt;\\*x\\*&lt;/b&gt;");
        assert_eq!(md("a\n# b"), "a \\# b");
        assert_eq!(md("[x](javascript:1)"), "\\[x\\](javascript:1)");
        assert_eq!(md("a & b"), "a &amp; b");
        assert_eq!(md("- x"), "\\- x");
        assert_eq!(md("12. x 1.5"), "12\\. x 1.5");
        assert_eq!(md("+0.3 (0.1 to 0.5)"), "+0.3 (0.1 to 0.5)");
        assert_eq!([md("20.7\u{a0}%"), md("-3 points")], ["20.7\u{a0}%", "-3 points"]);
    }
}
