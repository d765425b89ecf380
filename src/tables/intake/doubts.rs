//! Whether a scale is the one that was asked: answers off it, codes far from the rest, ends nobody uses, two scales in one.

use std::collections::{BTreeMap, BTreeSet};

use super::mapping::Scale;
use super::scale::Watch;
use crate::model::rows::percent_of;

/// Most answers off the scale, as a share, before the scale itself is doubted.
const DOUBT_OFF: f64 = 0.02;

/// Answers with one code off the scale from which it is no slip of the keyboard. Our judgment.
const CODE_LEAST: u64 = 5;

/// Part of the scale between codes and all other answers, at least. Our judgment.
const FAR: f64 = 0.5;

/// Share of codes among answers, at most. Our judgment.
const FEW: f64 = 0.3;

/// Different codes that people are asked about; more are no codes.
const CODES_SHOWN: usize = 6;

/// Least answers before a scale is doubted because they fill only part of it.
const DOUBT_LEAST: u64 = 50;

/// The same where only some columns do: that nobody gives the best answers to one item of few people happens.
const DOUBT_PART: u64 = 100;

/// Part of the scale from one end that nobody used from which the end is called unused. Our judgment: on five points one
/// point is a quarter, on eleven it takes three.
const UNUSED: f64 = 0.2;

/// Answers to several columns among which not one uses an end from which that is no chance. Our judgment.
const MANY: u64 = 500;

/// Columns that are several.
const SEVERAL: usize = 3;

/// Upper ends of usual scales that begin at 1.
const TOPS: [f64; 2] = [5.0, 7.0];

/// Columns named in a sentence.
const NAMED: usize = 3;

/// A column of answers by its name, and what was seen of it.
pub(super) type Seen<'a> = (&'a str, &'a Watch);

/// Whether the answers that lie on the scale fill it, in words.
pub(super) fn unfilled(scale: &Scale, columns: &[Seen<'_>]) -> Option<String> {
    let asked: Vec<&Seen<'_>> = columns.iter().filter(|(_, watch)| watch.n > 0).collect();
    short(scale, &asked).or_else(|| unused(scale, &asked))
}

/// Answers off the scale, the codes among them, and what they may mean.
pub(super) fn off_scale(scale: &Scale, columns: &[Seen<'_>]) -> Option<String> {
    let asked: Vec<&Seen<'_>> = columns.iter().filter(|(_, watch)| watch.n > 0).collect();
    off(scale, &asked).or_else(|| far(scale, &asked))
}

fn ends(scale: &Scale) -> (f64, f64) {
    (scale.worst.min(scale.best), scale.worst.max(scale.best))
}

/// The scale with another upper end, as it would be written.
fn with_top(scale: &Scale, top: f64) -> String {
    let low = ends(scale).0.max(1.0);
    if scale.worst > scale.best { format!("scale = [{top}, {low}]") } else { format!("scale = [{low}, {top}]") }
}

fn off(scale: &Scale, asked: &[&Seen<'_>]) -> Option<String> {
    let has_code = |watch: &Watch| watch.codes.as_ref().is_some_and(|codes| codes.values().any(|n| *n >= CODE_LEAST));
    let doubted = |watch: &Watch| watch.off as f64 > DOUBT_OFF * watch.n as f64 || has_code(watch);
    let of: Vec<&&Seen<'_>> = asked.iter().filter(|(_, watch)| doubted(watch)).collect();
    if of.is_empty() {
        return None;
    }
    let (low, high) = ends(scale);
    let sum = |of_one: fn(&Watch) -> u64| of.iter().map(|(_, watch)| of_one(watch)).sum::<u64>();
    let (n, off) = (sum(|watch| watch.n), sum(|watch| watch.off));
    let least = of.iter().map(|(_, watch)| watch.low).fold(f64::INFINITY, f64::min);
    let most = of.iter().map(|(_, watch)| watch.high).fold(f64::NEG_INFINITY, f64::max);
    let mut text = format!(
        "{} ({off} of {n}) are off the scale [{low}, {high}] in {}; answers lie between {least} and {most}",
        percent_of(off, n),
        named(&of.iter().map(|(name, _)| *name).collect::<Vec<_>>())
    );
    if let Some(codes) = codes(&of) {
        let top = top_of_run(high, &codes);
        if let Some(top) = top {
            text.extend(["; if these are answers, write ", &with_top(scale, top)]);
            let others = asked.len() - of.len();
            if others > 0 {
                let stay =
                    format!(" ({others} other columns stay on the scale: two scales in one table need a spec each)");
                text.push_str(&stay);
            }
        }
        let or = if top.is_some() { "; or, if" } else { "; if" };
        let codes = list(high, &codes);
        text.extend([or, " they mean that somebody does not know or would not say, write not_applicable = ", &codes]);
    }
    Some(text)
}

/// Codes that lie on a wide scale, far from all other answers.
fn far(scale: &Scale, asked: &[&Seen<'_>]) -> Option<String> {
    let mut met: BTreeMap<i64, u64> = BTreeMap::new();
    for (_, watch) in asked {
        watch.met.as_ref()?.iter().for_each(|(answer, n)| *met.entry(*answer).or_default() += n);
    }
    let (low, high) = ends(scale);
    let answers: Vec<i64> = met.keys().copied().collect();
    let widest = answers.windows(2).max_by_key(|pair| pair[1] - pair[0])?;
    let (above, total): (u64, u64) = (met.range(widest[1]..).map(|(_, n)| n).sum(), met.values().sum());
    let codes: BTreeSet<i64> = met.range(widest[1]..).map(|(code, _)| *code).collect();
    let apart = (widest[1] - widest[0]) as f64 >= FAR * (high - low);
    let few = above as f64 <= FEW * total as f64 && above >= CODE_LEAST && codes.len() <= CODES_SHOWN;
    let top = TOPS.into_iter().chain([10.0]).find(|top| widest[0] as f64 <= *top)?;
    (apart && few).then(|| {
        format!(
            "{above} of {total} answers lie far from the rest, between which and {} nobody answered on the scale \
             [{low}, {high}]; if they mean that somebody does not know or would not say, write not_applicable = {} and {}",
            widest[0],
            list(widest[0] as f64, &codes),
            with_top(scale, top)
        )
    })
}

/// Whole answers off the scale that were met often enough; `None` where there are none, or too many to be codes.
fn codes(of: &[&&Seen<'_>]) -> Option<BTreeSet<i64>> {
    let mut all: BTreeMap<i64, u64> = BTreeMap::new();
    for (_, watch) in of {
        watch.codes.as_ref()?.iter().for_each(|(code, n)| *all.entry(*code).or_default() += n);
    }
    let often: BTreeSet<i64> = all.into_iter().filter(|(_, n)| *n >= CODE_LEAST).map(|(code, _)| code).collect();
    (1..=CODES_SHOWN).contains(&often.len()).then_some(often)
}

/// The upper end of a usual scale, where the codes go on from `high` up to it without a gap.
fn top_of_run(high: f64, codes: &BTreeSet<i64>) -> Option<f64> {
    let all_above = codes.iter().enumerate().all(|(i, code)| *code as f64 == high + 1.0 + i as f64);
    let top = codes.last().map(|code| *code as f64)?;
    (all_above && (TOPS.contains(&top) || top == 10.0)).then_some(top)
}

/// Codes above the scale, then those below.
fn list(high: f64, codes: &BTreeSet<i64>) -> String {
    let (above, below): (Vec<i64>, Vec<i64>) = codes.iter().partition(|code| **code as f64 > high);
    let words: Vec<String> = above.iter().chain(&below).map(ToString::to_string).collect();
    format!("[{}]", words.join(", "))
}

/// Columns whose whole answers end where a shorter scale does.
fn short(scale: &Scale, asked: &[&Seen<'_>]) -> Option<String> {
    let (low, high) = ends(scale);
    let known: Vec<&&Seen<'_>> = asked.iter().filter(|(_, watch)| watch.n >= DOUBT_LEAST).collect();
    let top = |watch: &Watch| {
        let fits = |top: &&f64| watch.most <= **top && **top < high && watch.least >= 1.0;
        let varied = watch.least < watch.most;
        (watch.whole && varied).then(|| TOPS.iter().find(fits).copied()).flatten()
    };
    let of: Vec<(&str, f64)> = known.iter().filter_map(|(name, watch)| Some((*name, top(watch)?))).collect();
    let most = of.iter().map(|(_, top)| *top).reduce(f64::max)?;
    let names: Vec<&str> = of.iter().map(|(name, _)| *name).collect();
    if of.len() < known.len() && known.iter().any(|(_, watch)| watch.n < DOUBT_PART) {
        return None;
    }
    if of.len() == known.len() {
        return Some(format!(
            "all whole answers in {} lie between 1 and {most} although the scale is [{low}, {high}]; if that was the scale, \
             write {}",
            named(&names),
            with_top(scale, most)
        ));
    }
    Some(format!(
        "two scales in one table? All whole answers in {} lie between 1 and {most}, those of {} other columns go on to \
         {high}; if so, give them a spec of their own with {}",
        named(&names),
        known.len() - of.len(),
        with_top(scale, most)
    ))
}

/// Ends of the scale that nobody uses in any column: that nobody dislikes one item is no reason to doubt a scale.
fn unused(scale: &Scale, asked: &[&Seen<'_>]) -> Option<String> {
    let (low, high) = ends(scale);
    let least = asked.iter().map(|(_, watch)| watch.least).reduce(f64::min)?;
    let most = asked.iter().map(|(_, watch)| watch.most).reduce(f64::max)?;
    let answers: u64 = asked.iter().map(|(_, watch)| watch.n - watch.off).sum();
    let open = ((least - low) / (high - low)).max((high - most) / (high - low));
    let far = open >= UNUSED && answers >= DOUBT_LEAST;
    let many = open > 0.0 && answers >= MANY && asked.len() >= SEVERAL;
    if least >= most || !(far || many) {
        return None;
    }
    let names: Vec<&str> = asked.iter().map(|(name, _)| *name).collect();
    Some(format!(
        "nobody uses an end of the scale [{low}, {high}] in {}: all {answers} answers lie between {least} and {most}; is \
         it the scale that was asked?",
        named(&names)
    ))
}

/// A few of the names, and how many more there are.
pub(super) fn named(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Float32Array};

    use super::*;

    fn scale(worst: f64, best: f64) -> Scale {
        let words = Vec::new();
        Scale { worst, best, not_applicable: vec![], not_applicable_words: vec![], words, turned: vec![] }
    }

    /// What is said of columns that repeat these answers, 120 each.
    fn said(scale: &Scale, columns: &[&[f32]]) -> String {
        let watches: Vec<Watch> = columns
            .iter()
            .map(|answers| {
                let cells: Float32Array = (0..120).map(|i| Some(answers[i % answers.len()])).collect();
                let mut watch = Watch::default();
                scale.read(&(Arc::new(cells) as ArrayRef), '.', &mut watch);
                watch
            })
            .collect();
        let names: Vec<String> = (1..=columns.len()).map(|i| format!("Q{i}")).collect();
        let seen: Vec<Seen<'_>> = names.iter().map(String::as_str).zip(&watches).collect();
        let both = [off_scale(scale, &seen), unfilled(scale, &seen)];
        both.into_iter().flatten().collect::<Vec<_>>().join(" | ")
    }

    const FIVE: &[f32] = &[1.0, 2.0, 3.0, 4.0, 5.0];

    #[test]
    fn codes_for_not_knowing_are_offered_as_such() {
        let asked = [1.0, 2.0, 3.0, 4.0, 5.0, 3.0, 4.0, 2.0, 98.0, 99.0];
        assert!(said(&scale(1.0, 5.0), &[&asked, FIVE]).contains("not_applicable = [98, 99]"));
        let below = [0.0, 4.0, 7.0, 10.0, -1.0, 99.0];
        assert!(said(&scale(0.0, 10.0), &[&below]).contains("not_applicable = [99, -1]"));
        let near = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0];
        let text = said(&scale(1.0, 5.0), &[&near]);
        assert!(text.contains("not_applicable = [6, 9]") && !text.contains("if these are answers"), "{text}");
    }

    #[test]
    fn codes_on_a_wide_scale_are_told_by_the_gap_before_them() {
        let coded = [1.0, 2.0, 3.0, 4.0, 5.0, 3.0, 4.0, 2.0, 98.0, 99.0];
        let text = said(&scale(1.0, 99.0), &[&coded]);
        assert!(text.contains("not_applicable = [98, 99] and scale = [1, 5]"), "{text}");
        let slider: Vec<f32> = (0..100).map(|i| i as f32).collect();
        assert_eq!(said(&scale(0.0, 100.0), &[&slider]), "");
    }

    #[test]
    fn answers_that_go_on_to_the_end_of_a_longer_scale_may_be_on_it() {
        let seven = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
        let text = said(&scale(1.0, 5.0), &[&seven, FIVE]);
        assert!(text.contains("scale = [1, 7]") && text.contains("two scales in one table"), "{text}");
        assert!(said(&scale(5.0, 1.0), &[&seven]).contains("scale = [7, 1]"));
    }

    #[test]
    fn whole_answers_on_a_part_of_the_scale_may_be_on_a_shorter_one() {
        let text = said(&scale(0.0, 10.0), &[FIVE, FIVE]);
        assert!(text.contains("`Q1`, `Q2`") && text.contains("scale = [1, 5]"), "{text}");
        let ten = [0.0, 3.0, 7.0, 10.0];
        let text = said(&scale(0.0, 10.0), &[FIVE, &ten]);
        assert!(text.starts_with("two scales in one table?"), "{text}");
    }

    #[test]
    fn an_end_that_nobody_uses_in_any_column_is_said() {
        let upper = [3.0, 4.0, 5.0];
        assert!(
            said(&scale(1.0, 5.0), &[&upper, &upper]).contains("nobody uses an end of the scale [1, 5] in `Q1`, `Q2`")
        );
        assert_eq!(said(&scale(1.0, 5.0), &[&upper, &upper, FIVE]), "");
        assert_eq!(said(&scale(0.0, 10.0), &[&[0.0, 2.0, 5.0, 10.0]]), "");
        // One step of ten is unused: chance in one column, none in 600 answers.
        let ten: Vec<f32> = (1..=10).map(|x| x as f32).collect();
        assert_eq!(said(&scale(0.0, 10.0), &[&ten]), "");
        assert!(said(&scale(0.0, 10.0), &[&ten, &ten, &ten, &ten, &ten]).contains("between 1 and 10"));
    }
}
