//! What changed since the night before and since the oldest night kept.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::super::history::{GroupFigures, GroupMove, NightFigures};
use super::super::input::ReportInput;
use super::super::quantity::Quantity;
use super::super::said::{Part, Saying, customers, told};
use super::super::words::{count, date, money, percent};
use crate::model::rows::Estimate;
use crate::stats::interval::{Interval, Z95};

/// One thing that changed or did not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Change {
    what: Saying,
    text: Saying,
}

impl Change {
    fn of(what: &str, text: Saying) -> Self {
        Self { what: told(&format!("changes.{what}")), text }
    }
}

/// Who came, went and moved; then reach, value and connection of everybody. On a first night, that it is one.
pub(super) fn changes(input: &ReportInput<'_>) -> Vec<Change> {
    let Some(before) = input.history.before() else {
        return vec![Change::of("since", told("changes.first_night"))];
    };
    let mut changes = vec![Change::of("people", people(input, before.run_date))];
    changes.extend(moved(input).map(|text| Change::of("moved", text)));
    changes.push(Change::of("reach_title", reach(input, before)));
    let everyone = &input.night.everyone;
    let value = |value: f64| money(value, input.currency);
    let (value_now, connection_now) = (everyone.profile.value_mean, everyone.lens.connection.score().estimate());
    changes.extend(figure(input, before, value_now, |g| g.value_mean, value).map(|text| Change::of("value", text)));
    let connection = figure(input, before, connection_now, |g| g.connection, percent);
    changes.extend(connection.map(|text| Change::of("connected", text)));
    changes
}

/// The day, as people say it beside tonight.
fn since(input: &ReportInput<'_>, day: NaiveDate) -> Part {
    if day.succ_opt() == Some(input.run_date) { told("changes.yesterday").into() } else { date(day).into() }
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

    fn words(&self) -> Saying {
        match (self.known, self.withheld) {
            (0, true) => told("changes.a_few"),
            (0, false) => told("changes.nobody"),
            (known, true) => told("changes.at_least").with("n", count(known)),
            (known, false) => told("as_is").with("text", count(known)),
        }
    }
}

fn people(input: &ReportInput<'_>, before: NaiveDate) -> Saying {
    let moves = &input.history.moves;
    let joined = Counted::of(moves, |one| one.from == "OUT" && one.to != "OUT");
    let left = Counted::of(moves, |one| one.to == "OUT" && one.from != "OUT");
    let changed = Counted::of(moves, |one| one.from != one.to && one.from != "OUT" && one.to != "OUT");
    let quiet = [&joined, &left, &changed].iter().all(|sum| sum.known == 0 && !sum.withheld);
    if quiet {
        return told("changes.quiet").with("since", since(input, before));
    }
    told("changes.moves")
        .with("since", since(input, before))
        .with("joined", joined.words())
        .with("left", left.words())
        .with("changed", changed.words())
}

/// The way most customers took between two groups.
fn moved(input: &ReportInput<'_>) -> Option<Saying> {
    let between = input.history.moves.iter().filter(|one| one.from != one.to && one.from != "OUT" && one.to != "OUT");
    let most = between.filter_map(|one| Some((one.customers?, one)));
    let (people, one) =
        most.max_by(|a, b| a.0.cmp(&b.0).then_with(|| (&b.1.from, &b.1.to).cmp(&(&a.1.from, &a.1.to))))?;
    let way = told("changes.way").with("people", customers(people));
    Some(way.with("from", place(input, &one.from)).with("to", place(input, &one.to)))
}

/// A group that people came from or went to, by its id.
pub(in super::super) fn place(input: &ReportInput<'_>, id: &str) -> Saying {
    match (id, input.night.segments.iter().find(|group| group.id == id)) {
        ("NONE", _) => told("changes.no_group"),
        ("OUT", _) => told("changes.outside"),
        (_, Some(group)) => told("quoted").with("text", group.name.as_str()),
        (_, None) => told("changes.gone"),
    }
}

fn reach(input: &ReportInput<'_>, before: &NightFigures) -> Saying {
    let of = |night: &NightFigures| night.groups.get("ALL").and_then(|all| all.reach);
    let then = |night: &NightFigures| {
        Some(told("changes.then").with("day", since(input, night.run_date)).with("figure", count(of(night)?)))
    };
    let past: Vec<Saying> = [Some(before), input.history.long_ago()].into_iter().flatten().filter_map(then).collect();
    let now = customers(input.night.everyone.profile.reach.any);
    let said = told(if past.is_empty() { "changes.reach" } else { "changes.reach_then" }).with("now", now);
    if past.is_empty() { said } else { said.with("past", past) }
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
    text: impl Fn(f64) -> Quantity,
) -> Option<Saying> {
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
    let then: Vec<Saying> = past
        .iter()
        .map(|(day, then)| told("changes.then").with("day", since(input, *day)).with("figure", text(then.value)))
        .collect();
    let key = if beyond { "changes.beyond" } else { "changes.within" };
    Some(told(key).with("now", text(now.value)).with("past", then))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_which_a_part_is_withheld_are_told_as_at_least() {
        let one = |from: &str, to: &str, customers| GroupMove { from: from.to_owned(), to: to.to_owned(), customers };
        let moves = [one("OUT", "S01", Some(25)), one("OUT", "S02", None), one("S01", "OUT", None)];
        assert_eq!(Counted::of(&moves, |one| one.from == "OUT").words().to_string(), "at least 25");
        assert_eq!(Counted::of(&moves, |one| one.to == "OUT").words().to_string(), "a few");
        assert_eq!(Counted::of(&moves, |one| one.to == "S03").words().to_string(), "nobody");
    }
}
