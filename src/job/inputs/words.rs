//! Changes of inputs in sentences: one alert, or one reason to hold, a kind of figure.

use crate::job::quality::note;
use crate::tables::figures::{ChangeMeasure, FigureKind, key};
use crate::tables::report::Alert;
use crate::tables::schema::QualityRow;

use super::judge::{FigureChange, Severity};

/// Subjects named in a sentence; of more, how many more.
const NAMED: usize = 3;

/// What is said of the changes of a night.
pub(super) struct Said {
    /// A row of `quality` each.
    pub(super) checks: Vec<QualityRow>,
    /// Reasons to hold the night.
    pub(super) reasons: Vec<String>,
    /// What is told though it is published.
    pub(super) alerts: Vec<Alert>,
    /// Keys of all of them.
    pub(super) told: Vec<String>,
}

/// Puts changes, which come ordered by kind, into words. `config_changed`: so has the configuration, which may be why.
pub(super) fn say(changes: &[FigureChange], config_changed: bool) -> Said {
    let mut said = Said { checks: Vec::new(), reasons: Vec::new(), alerts: Vec::new(), told: Vec::new() };
    for change in changes {
        said.told.push(key(change.kind.name, &change.subject));
        said.checks.push(row(change));
    }
    for of_kind in changes.chunk_by(|a, b| a.kind.name == b.kind.name) {
        let is = |severity: Severity| of_kind.iter().filter(|change| change.severity == severity).collect::<Vec<_>>();
        let (holds, alerts) = (is(Severity::Hold), is(Severity::Alert));
        if !holds.is_empty() {
            said.reasons.push(format!("{}; {}", sentence(&holds), of_kind[0].kind.to_do));
        }
        said.alerts.extend((!alerts.is_empty()).then(|| alert(&alerts, config_changed)));
    }
    said
}

fn row(change: &FigureChange) -> QualityRow {
    let (severity, status) = if change.severity == Severity::Hold { ("gate", "fail") } else { ("warn", "warn") };
    let input = change.subject.split('.').next().filter(|_| change.subject.contains('.')).unwrap_or("night");
    let check = key(change.kind.name, &change.subject);
    QualityRow {
        severity: severity.to_owned(),
        status: status.to_owned(),
        value: change.size.is_finite().then_some(change.size),
        limit: Some(change.limit),
        ..note(input, &check, format!("{}.", sentence(&[change])))
    }
}

fn alert(changes: &[&FigureChange], config_changed: bool) -> Alert {
    let kind = changes[0].kind;
    let or_config = if config_changed { "; the configuration has changed as well" } else { "" };
    Alert {
        key: kind.name,
        severity: "alert",
        what: format!("{}.", sentence(changes)),
        how_big: format!("{} of this kind, told from {} on", changes.len(), measure(kind, changes[0].limit)),
        since: None,
        likely_cause: "data",
        to_do: format!("{}{or_config}", kind.to_do),
    }
}

/// What changed, against the night before: the first few by name.
fn sentence(changes: &[&FigureChange]) -> String {
    let mut largest = changes.to_vec();
    largest.sort_by(|a, b| b.size.total_cmp(&a.size).then_with(|| a.subject.cmp(&b.subject)));
    let parts: Vec<String> = largest.iter().take(NAMED).map(|change| one(change)).collect();
    let more = changes.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more like it") } else { String::new() };
    format!("{}{more}", parts.join("; "))
}

fn one(change: &FigureChange) -> String {
    let kind = change.kind;
    let what = kind.what.replace("{}", &change.subject);
    if kind.measure == ChangeMeasure::Words {
        return format!("{what}: {:.0} % of rows hold other words than on the night before", change.size * 100.0);
    }
    let now = change.now.map_or("none".to_owned(), |now| figure(kind, now));
    format!("{what}: {} on the night before, {now} tonight{}", figure(kind, change.before), relative(change))
}

fn relative(change: &FigureChange) -> String {
    let now = change.now.unwrap_or(0.0);
    match change.kind.measure {
        ChangeMeasure::Count | ChangeMeasure::Loss | ChangeMeasure::Sum if change.before > 0.0 => {
            format!(" ({:+.0} %)", (now / change.before - 1.0) * 100.0)
        }
        _ => String::new(),
    }
}

/// A figure as people read it.
fn figure(kind: &FigureKind, value: f64) -> String {
    if ["bytes", "rows", "customers", "files", "days"].contains(&kind.unit) {
        return format!("{value:.0}");
    }
    match kind.unit {
        "share" => format!("{:.1} %", value * 100.0),
        _ => format!("{value:.2}"),
    }
}

/// A limit in the measure of its kind.
fn measure(kind: &FigureKind, limit: f64) -> String {
    match kind.measure {
        ChangeMeasure::Count | ChangeMeasure::Loss | ChangeMeasure::Sum | ChangeMeasure::Words => {
            format!("{:.0} %", limit * 100.0)
        }
        ChangeMeasure::Rise | ChangeMeasure::Fall | ChangeMeasure::Share => {
            format!("{:.0} points of 100", limit * 100.0)
        }
        ChangeMeasure::Factor => format!("{limit} times"),
        ChangeMeasure::Points => format!("{limit} points of 10"),
        ChangeMeasure::Spread => format!("{limit} standard deviations"),
        ChangeMeasure::Days => format!("{limit} days"),
        ChangeMeasure::Fewer => "one".to_owned(),
        ChangeMeasure::Beside => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::figures::figure_kind;

    fn change(name: &str, subject: &str, before: f64, now: Option<f64>, severity: Severity) -> FigureChange {
        let kind = figure_kind(name).expect("a kind");
        let size = (before - now.unwrap_or(0.0)).abs();
        FigureChange { kind, subject: subject.to_owned(), before, now, size, limit: 0.25, severity }
    }

    #[test]
    fn changes_of_one_kind_are_one_alert_with_the_largest_first() {
        let changes: Vec<FigureChange> = ["a", "b", "c", "d"]
            .iter()
            .enumerate()
            .map(|(place, subject)| change("answers", subject, 100.0 + place as f64, Some(60.0), Severity::Alert))
            .collect();
        let said = say(&changes, false);
        assert_eq!((said.alerts.len(), said.checks.len(), said.reasons.len(), said.told.len()), (1, 4, 0, 4));
        let alert = &said.alerts[0];
        assert!(alert.what.starts_with("answers on d: 103 on the night before, 60 tonight (-42 %)"), "{}", alert.what);
        assert!(alert.what.ends_with("and 1 more like it."), "{}", alert.what);
    }

    #[test]
    fn what_is_gone_is_said_to_be_gone_and_holds_with_one_thing_to_do() {
        let said = say(&[change("reach", "email", 1278.0, Some(0.0), Severity::Hold)], true);
        assert!(said.alerts.is_empty());
        let reason = &said.reasons[0];
        assert!(reason.starts_with("customers who may be contacted by email: 1278 on the night before, 0 tonight"));
        assert!(reason.contains("words of the column"), "{reason}");
    }
}
