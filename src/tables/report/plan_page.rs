//! Plans as files: a Markdown page per group, and all of them as JSON.

use std::fmt::Write as _;

use super::plan_view::{LineView, NotDone, plan_view};
use super::said::Saying;
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
        for part in &view.service {
            let asks = part.asks_first.as_ref().map_or_else(String::new, |asks| format!(" Asks first: {asks}"));
            // INVARIANT: writing to a String cannot fail.
            let _ = writeln!(page, "- **{}:** {}{}", md(&part.label.to_string()), md(&part.text), md_part(&asks));
        }
    }
    if !view.company.is_empty() {
        page.push_str("\n## What the company does for these customers\n\nIn full in ALL.md.\n\n");
        for line in &view.company {
            // INVARIANT: writing to a String cannot fail.
            let _ = writeln!(page, "- {}", md(&line.to_string()));
        }
    }
    for (title, parts) in [("Not in the plan, and why", &view.passed_over), ("Could not be judged", &view.not_assessed)]
    {
        if !parts.is_empty() {
            let _ = writeln!(page, "\n## {title}\n");
        }
        for NotDone { what, why } in parts {
            let _ = writeln!(page, "- {}: {}", md(&what.to_string()), md(why));
        }
    }
    page
}

fn push_line(page: &mut String, line: &LineView) {
    let (kind, subject) = (line.kind.to_string(), line.subject.to_string());
    let _ = write!(page, "\n## {}. {}: {}\n\n{}\n\n", line.rank, md(&kind), md(&subject), md(&line.action));
    let nothing = "nothing: nobody is spoken to".to_owned();
    let facts = [
        ("Because", line.because.clone()),
        ("First step", line.first_step.clone()),
        ("Effort", line.effort.to_string()),
        ("For", line.groups.to_string()),
        ("Channel", line.channel.to_string()),
        ("Open with", line.opening.clone().unwrap_or(nothing)),
        ("Say", line.message_angle.clone()),
        ("Must be true first", line.proof_needed.clone()),
        ("Avoid", line.avoid.clone()),
        ("Owner", line.owner.clone()),
        ("Runs", line.window.to_string()),
        ("Reach", line.reach.to_string()),
        ("Held out as control", line.held_out.to_string()),
        ("Measured by", line.metric.clone()),
        ("Now", line.baseline.to_string()),
        ("Aim for", line.target.to_string()),
        ("Expected gain", line.gain.to_string()),
        ("Test", line.test.to_string()),
        ("Known on", line.known.to_string()),
    ];
    for (label, text) in facts {
        let _ = writeln!(page, "- **{label}:** {}", md(&text));
    }
    for (label, text) in
        [("Go without", line.without.as_ref().map(Saying::to_string)), ("Found so far", line.learned.clone())]
    {
        if let Some(text) = text {
            let _ = writeln!(page, "- **{label}:** {}", md(&text));
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

/// [`md`] of what goes on after other text.
fn md_part(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" {}", md(text)) }
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
