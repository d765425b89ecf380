//! The night in eight lines, and the same for machines.

use serde_json::{Value, json};

use super::input::ReportInput;
use super::sentences::sentences;
use super::words::{count, decimal};

/// Columns and lines of `summary.txt`.
const WIDTH: usize = 80;
const LINES: usize = 8;

/// `summary.txt`: at most 8 lines of at most 80 columns, for a terminal, a mail or a chat.
#[must_use]
pub fn summary_text(input: &ReportInput<'_>) -> String {
    let mut lines = vec![format!(
        "{}, night of {}: about {} scored, {} left out",
        input.project,
        input.run_date,
        count(input.scored()),
        count(input.left_out())
    )];
    let segments = &input.night.segments;
    let shown = if segments.len() <= 5 { segments.len() } else { 4 };
    for segment in &segments[..shown] {
        let share = segment.profile.share.map_or_else(String::new, |s| format!("{:>5} %", decimal(s.value * 100.0, 1)));
        lines.push(format!(
            "  {:<4} {:<40} {:>12} {share}",
            segment.id,
            cut(&segment.name, 40),
            count(segment.profile.size)
        ));
    }
    if shown < segments.len() {
        let rest: u64 = segments[shown..].iter().map(|segment| segment.profile.size).sum();
        lines.push(format!("  and {} more groups with {} customers", segments.len() - shown, count(rest)));
    }
    let texts = sentences(input);
    let action = texts.iter().find(|sentence| sentence.about == "action");
    lines.extend(action.map(|sentence| sentence.text.clone()));
    lines.push("Report: report.html".to_owned());
    lines.truncate(LINES);
    lines.iter().map(|line| one_line(line) + "\n").collect()
}

/// `summary.json`: the five sentences, totals and groups.
#[must_use]
pub fn summary_json(input: &ReportInput<'_>) -> String {
    let groups: Vec<Value> = input
        .night
        .segments
        .iter()
        .map(|segment| {
            json!({
                "segment_id": segment.id,
                "name": segment.name,
                "size": segment.profile.size,
                "share": segment.profile.share.map(|s| json!({ "value": s.value, "low": s.low, "high": s.high })),
                "reach": segment.profile.reach.any,
                "suppressed": segment.profile.suppressed,
            })
        })
        .collect();
    let summary = json!({
        "schema": "valueseg.summary.1",
        "project": input.project,
        "run_date": input.run_date.to_string(),
        "sentences": sentences(input),
        "customers": {
            "scored": input.scored(),
            "in_groups": input.assigned(),
            "left_out": input.left_out(),
            "answered": input.night.everyone.profile.respondents,
        },
        "groups": groups,
        "limits": input.night.limits,
        "report": "report.html",
    });
    format!("{summary:#}\n")
}

/// Control characters gone, cut to the width.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(plain.trim_end(), WIDTH)
}

/// At most `width` characters, an ellipsis for what is gone.
fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}
