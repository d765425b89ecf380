//! The night in a few lines, and the same for machines.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::input::ReportInput;
use super::quantity::{Quantity, Ranged};
use super::said::{Saying, told};
use super::sentences::{Sentence, sentences};
use super::texts::Texts;
use super::view::ReportView;
use super::words::{count, unpointed};

/// Name of the lines for a terminal in a run folder.
pub const SUMMARY_NAME: &str = "summary.txt";

/// Columns of `summary.txt`.
const WIDTH: usize = 80;

/// Groups named in it.
const MOST_GROUPS: usize = 5;

/// What both summaries say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryView {
    sentences: Vec<Sentence>,
    customers: SummaryCounts,
    groups: Vec<SummaryGroup>,
    limits: Vec<String>,
}

/// Numbers of customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SummaryCounts {
    scored: u64,
    in_groups: u64,
    left_out: u64,
    answered: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SummaryGroup {
    segment_id: String,
    name: String,
    size: u64,
    share: Option<Ranged>,
    reach: u64,
    suppressed: bool,
}

/// What is said of a night in short.
pub(super) fn summary(input: &ReportInput<'_>) -> SummaryView {
    let groups = input.night.segments.iter().map(|segment| SummaryGroup {
        segment_id: segment.id.clone(),
        name: segment.name.clone(),
        size: segment.profile.size,
        share: segment.profile.share.map(Ranged::from),
        reach: segment.profile.reach.any,
        suppressed: segment.profile.suppressed,
    });
    SummaryView {
        sentences: sentences(input),
        customers: SummaryCounts {
            scored: input.scored(),
            in_groups: input.assigned(),
            left_out: input.left_out(),
            answered: input.night.everyone.profile.respondents,
        },
        groups: groups.collect(),
        limits: input.night.limits.clone(),
    }
}

/// `summary.txt`: a few lines of at most 80 columns, for a terminal, a mail or a chat. Nothing is cut off: a long line goes on
/// in the next.
#[must_use]
pub(super) fn summary_text(view: &ReportView) -> String {
    let texts = Texts::of(view.language);
    // A sentence without a text is a bug that the pages of the same view report.
    let say = |told: Saying| texts.said(&told).unwrap_or_default();
    let summary = &view.summary;
    let mut lines = vec![say(told("summary.scored")
        .with("project", view.project.as_str())
        .with("night", view.iso_date.as_str())
        .with("scored", count(summary.customers.scored))
        .with("left_out", count(summary.customers.left_out)))];
    let groups = &summary.groups;
    let shown = if groups.len() <= MOST_GROUPS { groups.len() } else { MOST_GROUPS - 1 };
    for group in &groups[..shown] {
        let figure = |quantity: Quantity| quantity.in_language(view.language);
        let share = group.share.map_or_else(String::new, |s| figure(Quantity::Share(Ranged::bare(s.value))));
        lines.push(format!("  {:<4} {:>10} {share:>7}  {}", group.segment_id, figure(count(group.size)), group.name));
    }
    if shown < groups.len() {
        let rest: u64 = groups[shown..].iter().map(|group| group.size).sum();
        let more = told("summary.more").with("groups", count((groups.len() - shown) as u64));
        lines.push(format!("  {}", say(more.with("people", count(rest)))));
    }
    let action = summary.sentences.iter().find(|sentence| sentence.about == "action");
    lines.extend(action.map(|sentence| format!("{}.", unpointed(&sentence.text))));
    lines.push("Report: report.html".to_owned());
    lines.iter().flat_map(|line| wrapped(line)).map(|line| line + "\n").collect()
}

/// `summary.json`: the sentences, totals and groups.
#[must_use]
pub(super) fn summary_json(view: &ReportView) -> String {
    let SummaryView { sentences, customers, groups, limits } = &view.summary;
    let summary = json!({
        "schema": "valueseg.summary.1",
        "project": view.project,
        "run_date": view.iso_date,
        "sentences": sentences,
        "customers": customers,
        "groups": groups,
        "limits": limits,
        "report": "report.html",
    });
    format!("{summary:#}\n")
}

/// A text in lines of [`WIDTH`], control characters gone; what goes on is set in. A word longer than a line is broken.
fn wrapped(text: &str) -> Vec<String> {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (mut lines, mut indent) = (Vec::new(), "");
    let mut rest: Vec<char> = plain.trim_end().chars().collect();
    loop {
        let room = WIDTH - indent.len();
        if rest.len() <= room {
            lines.push(format!("{indent}{}", rest.iter().collect::<String>()));
            return lines;
        }
        let begins = rest.iter().position(|c| *c != ' ').unwrap_or(0);
        let blank = rest[..=room].iter().rposition(|c| *c == ' ').filter(|at| *at > begins);
        let line: String = rest[..blank.unwrap_or(room)].iter().collect();
        lines.push(format!("{indent}{}", line.trim_end()));
        rest.drain(..blank.map_or(room, |at| at + 1));
        indent = "    ";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_and_a_table_keeps_its_columns() {
        assert_eq!(wrapped("  S01      1,234  5.0 %  Name"), ["  S01      1,234  5.0 %  Name"]);
        let long = "word ".repeat(30);
        let lines = wrapped(&long);
        assert!(lines.len() == 2 && lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
        assert!(lines[1].starts_with("    word"));
        let endless = wrapped(&"x".repeat(200));
        assert_eq!(endless.iter().map(|line| line.trim_start().chars().count()).sum::<usize>(), 200);
    }
}
