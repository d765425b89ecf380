//! What changed since the night before and since the oldest night kept.

use chrono::NaiveDate;
use serde::Serialize;

use super::super::history::{GroupFigures, GroupMove, NightFigures};
use super::super::input::ReportInput;
use super::super::words::{count, many, money, percent};
use crate::model::rows::Estimate;
use crate::stats::interval::{Interval, Z95};

/// One thing that changed or did not.
#[derive(Debug, Serialize)]
pub(super) struct Change {
    what: &'static str,
    text: String,
}

/// Who came, went and moved; then reach, value and connection of everybody. On a first night, that it is one.
pub(super) fn changes(input: &ReportInput<'_>) -> Vec<Change> {
    let Some(before) = input.history.before() else {
        let text = "This is the first night. From the next one on it says here what changed.".to_owned();
        return vec![Change { what: "Since when", text }];
    };
    let mut changes = vec![Change { what: "People", text: people(input, before.run_date) }];
    changes.extend(moved(input).map(|text| Change { what: "Most moved", text }));
    changes.push(Change { what: "Within reach", text: reach(input, before) });
    let everyone = &input.night.everyone;
    let value = |value: f64| money(value, input.currency);
    let score = |share: f64| percent(share);
    let (value_now, connection_now) = (everyone.profile.value_mean, everyone.lens.connection.score().estimate());
    changes.extend(
        figure(input, before, value_now, |g| g.value_mean, value).map(|text| Change { what: "Value each", text }),
    );
    let connection = figure(input, before, connection_now, |g| g.connection, score);
    changes.extend(connection.map(|text| Change { what: "Connected", text }));
    changes
}

/// The day, as people say it beside tonight.
fn since(input: &ReportInput<'_>, day: NaiveDate) -> String {
    if day.succ_opt() == Some(input.run_date) { "yesterday".to_owned() } else { day.format("%-d %B").to_string() }
}

/// A sum of counts of which some are withheld.
struct Counted {
    known: u64,
    withheld: bool,
}

impl Counted {
    fn of(moves: &[GroupMove], counts: impl Fn(&GroupMove) -> bool) -> Self {
        let mut sum = Self { known: 0, withheld: false };
        for one in moves.iter().filter(|one| counts(one)) {
            match one.customers {
                Some(customers) => sum.known += customers,
                None => sum.withheld = true,
            }
        }
        sum
    }

    fn words(&self) -> String {
        match (self.known, self.withheld) {
            (0, true) => "a few".to_owned(),
            (0, false) => "nobody".to_owned(),
            (known, true) => format!("at least {}", count(known)),
            (known, false) => count(known),
        }
    }
}

fn people(input: &ReportInput<'_>, before: NaiveDate) -> String {
    let moves = &input.history.moves;
    let joined = Counted::of(moves, |one| one.from == "OUT" && one.to != "OUT");
    let left = Counted::of(moves, |one| one.to == "OUT" && one.from != "OUT");
    let changed = Counted::of(moves, |one| one.from != one.to && one.from != "OUT" && one.to != "OUT");
    let quiet = [&joined, &left, &changed].iter().all(|sum| sum.known == 0 && !sum.withheld);
    if quiet {
        return format!("Since {} nobody joined, left or changed groups.", since(input, before));
    }
    format!(
        "Since {} {} joined, {} left and {} changed groups.",
        since(input, before),
        joined.words(),
        left.words(),
        changed.words()
    )
}

/// The way most customers took between two groups.
fn moved(input: &ReportInput<'_>) -> Option<String> {
    let name = |id: &str| match id {
        "NONE" => "no group".to_owned(),
        id => input
            .night
            .segments
            .iter()
            .find(|group| group.id == id)
            .map_or_else(|| "a group that is gone".to_owned(), |group| format!("“{}”", group.name)),
    };
    let between = input.history.moves.iter().filter(|one| one.from != one.to && one.from != "OUT" && one.to != "OUT");
    let most = between.filter_map(|one| Some((one.customers?, one)));
    let (customers, one) =
        most.max_by(|a, b| a.0.cmp(&b.0).then_with(|| (&b.1.from, &b.1.to).cmp(&(&a.1.from, &a.1.to))))?;
    Some(format!("{} went from {} to {}.", many(customers, "customer", "customers"), name(&one.from), name(&one.to)))
}

fn reach(input: &ReportInput<'_>, before: &NightFigures) -> String {
    let of = |night: &NightFigures| night.groups.get("ALL").and_then(|all| all.reach);
    let then = |night: &NightFigures| Some(format!("{} {}", since(input, night.run_date), count(of(night)?)));
    let past: Vec<String> = [Some(before), input.history.long_ago()].into_iter().flatten().filter_map(then).collect();
    let now = count(input.night.everyone.profile.reach.any);
    if past.is_empty() { format!("{now} customers.") } else { format!("{now} customers ({}).", past.join(", ")) }
}

/// A figure tonight beside the night before and the oldest kept, and whether more than chance lies between.
///
/// METHOD: the difference of two estimates against the root of the sum of their squared standard errors. Most customers are
/// the same on both nights, so the true error is smaller, and what is called beyond chance is.
fn figure(
    input: &ReportInput<'_>,
    before: &NightFigures,
    now: Option<Estimate>,
    of: impl Fn(&GroupFigures) -> Option<Interval>,
    text: impl Fn(f64) -> String,
) -> Option<String> {
    let now = now?;
    let past: Vec<(NaiveDate, Interval)> = [Some(before), input.history.long_ago()]
        .into_iter()
        .flatten()
        .filter_map(|night| Some((night.run_date, of(night.groups.get("ALL")?)?)))
        .collect();
    if past.is_empty() {
        return None;
    }
    let error = |low: f64, high: f64| (high - low) / 2.0 / Z95;
    let beyond = past.iter().any(|(_, then)| {
        let both = error(now.low, now.high).hypot(error(then.low, then.high));
        (now.value - then.value).abs() > Z95 * both
    });
    let then: Vec<String> =
        past.iter().map(|(day, then)| format!("{} {}", since(input, *day), text(then.value))).collect();
    let verdict = if beyond { "more than chance" } else { "nothing beyond chance" };
    Some(format!("{} ({}): {verdict}.", text(now.value), then.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_which_a_part_is_withheld_are_told_as_at_least() {
        let one = |from: &str, to: &str, customers| GroupMove { from: from.to_owned(), to: to.to_owned(), customers };
        let moves = [one("OUT", "S01", Some(25)), one("OUT", "S02", None), one("S01", "OUT", None)];
        assert_eq!(Counted::of(&moves, |one| one.from == "OUT").words(), "at least 25");
        assert_eq!(Counted::of(&moves, |one| one.to == "OUT").words(), "a few");
        assert_eq!(Counted::of(&moves, |one| one.to == "S03").words(), "nobody");
    }
}
