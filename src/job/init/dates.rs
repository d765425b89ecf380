//! How the dates of a column are written, decided by its own values.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};

/// Days as people and programs write them, the unambiguous first.
const DAYS: [&str; 21] = [
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%b %d %Y",
    "%m %d, %Y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%m-%y",
    "%m-%d-%y",
];

/// Times behind a day.
const TIMES: [&str; 11] = [
    "",
    " %H:%M:%S",
    " %H:%M",
    "T%H:%M:%S",
    " %I:%M:%S %p",
    " %I:%M %p",
    " %H:%M:%S%.f",
    ", %H:%M:%S",
    " %H:%M:%S %z",
    " %H:%M:%S UTC",
    ", %H:%M",
];

/// Whole forms beside those of [`DAYS`] and [`TIMES`].
const OTHERS: [&str; 4] =
    ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %I:%M:%S %p", "%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S %z"];

/// Share of the values that must fit a form. Our judgment: some cells of every column are broken.
const MOST: f64 = 0.9;

/// Years that a date of a business lies in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// What a column's dates are.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dates {
    /// How they are written.
    pub(super) form: DateForm,
    /// The other form that fits all values as well: day and month cannot be told apart.
    pub(super) or: Option<String>,
    /// Share of the values that fit.
    pub(super) share: f64,
}

/// How dates are written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum DateForm {
    /// ISO 8601.
    Iso,
    /// In `strftime` letters.
    Format(String),
    /// Numbers since 1970.
    Epoch(EpochUnit),
    /// Days of a spreadsheet, counted from 1899-12-30.
    Serial,
}

/// What a number since 1970 counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EpochUnit {
    Seconds,
    Millis,
    Micros,
}

impl EpochUnit {
    /// The function of the engine that reads it.
    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Seconds => "to_timestamp_seconds",
            Self::Millis => "to_timestamp_millis",
            Self::Micros => "to_timestamp_micros",
        }
    }
}

/// What the values of a column are, if they are dates. `dated`: its name says that it tells a time.
pub(super) fn dates(values: &[&str], dated: bool) -> Option<Dates> {
    if values.is_empty() {
        return None;
    }
    if let Some(number) = numbers_of_time(values, dated) {
        return Some(Dates { form: number, or: None, share: 1.0 });
    }
    let long_enough = values.iter().filter(|value| may_be_date(value)).count();
    if (long_enough as f64) < MOST * values.len() as f64 {
        return None;
    }
    let share = |fits: &dyn Fn(&str) -> bool| {
        // A few values rule most forms out.
        if values.len() > 20 && !values.iter().step_by(values.len() / 10).any(|value| fits(value)) {
            return 0.0;
        }
        values.iter().filter(|value| fits(value)).count() as f64 / values.len() as f64
    };
    let iso = share(&is_iso);
    if iso >= MOST {
        return Some(Dates { form: DateForm::Iso, or: None, share: iso });
    }
    let mut best: Option<(f64, String)> = None;
    let mut also: Vec<(f64, String)> = Vec::new();
    let forms = TIMES.iter().flat_map(|time| DAYS.iter().map(move |day| format!("{day}{time}")));
    for form in forms.chain(OTHERS.iter().map(|form| (*form).to_owned())) {
        let fits = share(&|value| in_form(value, &form));
        if fits >= MOST {
            also.push((fits, form.clone()));
            if best.as_ref().is_none_or(|(least, _)| fits > *least) {
                best = Some((fits, form));
            }
        }
    }
    let (share, form) = best?;
    let or = also
        .into_iter()
        .find(|(fits, other)| *fits >= share && *other != form && turned(&form) == *other)
        .map(|(_, other)| other);
    Some(Dates { form: DateForm::Format(form), or, share })
}

/// The form with day and month in each other's place.
fn turned(form: &str) -> String {
    form.replace("%d", "%\u{0}").replace("%m", "%d").replace("%\u{0}", "%m")
}

fn may_be_date(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (6..=40).contains(&value.len())
        && digits >= 3
        && digits * 5 >= value.len()
        && value.contains(|c: char| !c.is_ascii_digit() && c != '.')
        || value.len() == 8 && digits == 8
        || value.len() <= 10 && digits >= 4 && value.matches('.').count() == 2
}

/// As the intake reads ISO 8601.
fn is_iso(value: &str) -> bool {
    let Some(day) = value.get(..10) else { return false };
    if NaiveDate::parse_from_str(day, "%Y-%m-%d").is_err() || !day.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let rest = &value[10..];
    if rest.is_empty() {
        return true;
    }
    let Some(time) = rest.strip_prefix(['T', 't', ' ']) else { return false };
    let (clock, zone) = match time.find(['Z', 'z', '+', '-', ' ']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let zone = zone.strip_prefix(' ').filter(|zone| zone.starts_with(['+', '-'])).unwrap_or(zone);
    let digits = zone.get(1..).unwrap_or("").replace(':', "");
    let zoned = matches!(zone, "" | "Z" | "z" | " UTC")
        || zone.starts_with(['+', '-'])
            && matches!(digits.len(), 2 | 4)
            && digits.bytes().all(|byte| byte.is_ascii_digit());
    zoned && ["%H:%M:%S%.f", "%H:%M"].iter().any(|form| chrono::NaiveTime::parse_from_str(clock, form).is_ok())
}

fn in_form(value: &str, form: &str) -> bool {
    let day = if form.contains("%z") {
        DateTime::parse_from_str(value, form).ok().map(|at| at.date_naive())
    } else if form.contains('H') || form.contains("%I") {
        NaiveDateTime::parse_from_str(value, form).ok().map(|at| at.date())
    } else {
        NaiveDate::parse_from_str(value, form).ok()
    };
    // `%Y` takes a year of two digits for one of the first century.
    day.is_some_and(|day| YEARS.contains(&day.year()))
}

fn numbers_of_time(values: &[&str], dated: bool) -> Option<DateForm> {
    let numbers: Vec<f64> = values.iter().filter_map(|value| value.parse::<f64>().ok()).collect();
    if !dated || numbers.len() < values.len() || numbers.iter().any(|number| !number.is_finite()) {
        return None;
    }
    let all = |low: f64, high: f64| numbers.iter().all(|number| (low..high).contains(number));
    let whole = numbers.iter().all(|number| number.fract() == 0.0);
    // From 1990 to 2100.
    match () {
        () if whole && all(6.3e8, 4.1e9) => Some(DateForm::Epoch(EpochUnit::Seconds)),
        () if whole && all(6.3e11, 4.1e12) => Some(DateForm::Epoch(EpochUnit::Millis)),
        () if whole && all(6.3e14, 4.1e15) => Some(DateForm::Epoch(EpochUnit::Micros)),
        () if all(32_874.0, 73_415.0) => Some(DateForm::Serial),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(values: &[&str]) -> Option<DateForm> {
        dates(values, true).map(|dates| dates.form)
    }

    /// As [`form`] gives it.
    #[allow(clippy::unnecessary_wraps)]
    fn format(form: &str) -> Option<DateForm> {
        Some(DateForm::Format(form.to_owned()))
    }

    #[test]
    fn each_column_is_decided_by_its_own_values() {
        assert_eq!(form(&["2026-11-21", "2026-11-22T10:00:00Z", "2020-09-11 13:26:15.000"]), Some(DateForm::Iso));
        assert_eq!(form(&["31.12.2025", "01.02.2026"]), format("%d.%m.%Y"));
        assert_eq!(form(&["12/31/2025 10:15", "01/02/2026 09:00"]), format("%m/%d/%Y %H:%M"));
        assert_eq!(form(&["31-Jul-18", "1-Aug-18"]), format("%d-%b-%y"));
        assert_eq!(form(&["20260131"]), format("%Y%m%d"));
        assert_eq!(form(&["Nov 3, 2026"]), format("%b %d, %Y"));
        assert_eq!(form(&["1/2/26", "31/12/25"]), format("%d/%m/%y"));
        assert_eq!(form(&["hello there 12345", "good bye 123456"]), None);
        assert_eq!(form(&["3.5", "17.25"]), None);
    }

    #[test]
    fn days_that_could_be_months_are_said_to_be_ambiguous() {
        let seen = dates(&["01/02/2026", "03/04/2026"], true).expect("dates");
        assert_eq!((seen.form, seen.or.as_deref()), (DateForm::Format("%d/%m/%Y".to_owned()), Some("%m/%d/%Y")));
        assert_eq!(dates(&["01/02/2026", "03/14/2026"], true).expect("dates").or, None);
    }

    #[test]
    fn numbers_are_times_only_under_a_name_that_says_so() {
        assert_eq!(form(&["1700000000", "1700003600"]), Some(DateForm::Epoch(EpochUnit::Seconds)));
        assert_eq!(form(&["1700000000000000"]), Some(DateForm::Epoch(EpochUnit::Micros)));
        assert_eq!(form(&["46123", "46124"]), Some(DateForm::Serial));
        assert_eq!(dates(&["1700000000", "1700003600"], false), None);
    }
}
