//! Numbers as people read them. What is not known is said so, never shown as 0.

use chrono::NaiveDate;

pub(super) use crate::model::rows::thousands as count;
use crate::model::rows::{Estimate, Figure};

/// Shown in place of a figure that does not exist.
pub(super) const NOT_KNOWN: &str = "not known";

/// A blank that does not break a line.
const NB: char = '\u{a0}';

/// A number with `places` decimals, thousands set apart, and a real minus sign; no `−0`.
pub(super) fn decimal(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, rest) = text.split_once('.').map_or((text.as_str(), String::new()), |(w, r)| (w, format!(".{r}")));
    // INVARIANT: the text before the point of a finite number is digits; beyond u64 no grouping is needed.
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), count);
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "\u{2212}" } else { "" };
    format!("{sign}{whole}{rest}")
}

/// [`decimal`] with a plus where it is positive.
pub(super) fn signed(value: f64, places: usize) -> String {
    let text = decimal(value, places);
    let positive = value > 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0');
    if positive { format!("+{text}") } else { text }
}

/// `20.6 %` of a share 0–1.
pub(super) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let places = if value > 0.0 && value < 0.95 { 2 } else { 1 };
    format!("{}{NB}%", decimal(value, places))
}

/// `20.6 % (20.4 to 20.8)`.
pub(super) fn share(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(known_not, |e| {
        format!("{} ({} to {})", percent(e.value), decimal(e.low * 100.0, 1), decimal(e.high * 100.0, 1))
    })
}

/// `7.4 (7.3 to 7.5)`.
pub(super) fn score(estimate: Option<Estimate>) -> String {
    interval(estimate, |v| decimal(v, 1))
}

/// `+32 (25 to 39)`.
pub(super) fn points(estimate: Option<Estimate>) -> String {
    interval(estimate, |v| signed(v, 0))
}

/// `+0.82 (0.75 to 0.89)`, for standardized differences.
pub(super) fn difference(estimate: Option<Estimate>) -> String {
    interval(estimate, |v| signed(v, 2))
}

fn interval(estimate: Option<Estimate>, text: impl Fn(f64) -> String) -> String {
    estimate.map_or_else(known_not, |e| {
        let end = |v: f64| text(v).trim_start_matches('+').to_owned();
        format!("{} ({} to {})", text(e.value), end(e.low), end(e.high))
    })
}

/// `1.24 million EUR`, `61.20 EUR`.
pub(super) fn money(value: f64, currency: &str) -> String {
    let size = value.abs();
    let text = if size >= 1e9 {
        format!("{} billion", decimal(value / 1e9, 2))
    } else if size >= 1e6 {
        format!("{} million", decimal(value / 1e6, 2))
    } else if size >= 1000.0 {
        decimal(value, 0)
    } else {
        decimal(value, 2)
    };
    format!("{text}{NB}{currency}")
}

/// `21 November 2026`.
pub(super) fn date(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// `one customer`, `3 customers`.
pub(super) fn many(n: u64, one: &str, more: &str) -> String {
    if n == 1 { format!("one {one}") } else { format!("{} {more}", count(n)) }
}

/// How much more or less, by the customary steps of a standardized difference (0.2, 0.5, 0.8; Cohen 1988).
pub(super) fn how_much(d: f64) -> &'static str {
    match d.abs() {
        size if size >= 0.8 => "far",
        size if size >= 0.5 => "clearly",
        size if size >= 0.2 => "somewhat",
        _ => "hardly",
    }
}

/// Whether an interval leaves the direction open.
pub(super) fn is_sure(difference: Estimate) -> bool {
    difference.low > 0.0 || difference.high < 0.0
}

/// A share with its interval, or why there is none.
pub(super) fn known(figure: &Figure) -> String {
    match figure {
        Figure::Known(estimate) => share(Some(*estimate)),
        Figure::Bare { value, .. } => percent(*value),
        Figure::Withheld { .. } | Figure::Unknown { .. } => missing(figure),
    }
}

/// Why there is no figure.
pub(super) fn missing(figure: &Figure) -> String {
    if figure.withheld() { "too few to show".to_owned() } else { NOT_KNOWN.to_owned() }
}

/// Anchor of a group's card: letters and digits of its id.
pub(super) fn anchor(segment_id: &str) -> String {
    let plain: String = segment_id.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("group-{}", plain.to_lowercase())
}

/// A coordinate: two decimals at most, no trailing zeros.
pub(super) fn unit(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A text without its last period, to go on with it.
pub(super) fn unpointed(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

/// A text as a sentence begins.
pub(super) fn begun(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn known_not() -> String {
    NOT_KNOWN.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::Interval;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(decimal(-1234.5, 1), "\u{2212}1,234.5");
    }

    #[test]
    fn signs_are_shown_and_a_rounded_zero_has_none() {
        assert_eq!(signed(0.82, 1), "+0.8");
        assert_eq!(signed(-0.82, 1), "\u{2212}0.8");
        assert_eq!(signed(-0.01, 1), "0.0");
        assert_eq!(signed(0.01, 1), "0.0");
    }

    #[test]
    fn shares_are_percents_with_their_interval_and_tiny_ones_keep_two_places() {
        let estimate = Estimate { value: 0.206, low: 0.204, high: 0.208, n: 160_000 };
        assert_eq!(share(Some(estimate)), "20.6\u{a0}% (20.4 to 20.8)");
        assert_eq!(percent(0.0006), "0.06\u{a0}%");
        assert_eq!(percent(0.0), "0.0\u{a0}%");
        assert_eq!(share(None), "not known");
    }

    #[test]
    fn intervals_show_a_plus_at_the_figure_alone() {
        let estimate = Estimate { value: 32.4, low: -2.0, high: 39.0, n: 80 };
        assert_eq!(points(Some(estimate)), "+32 (\u{2212}2 to 39)");
    }

    #[test]
    fn a_withheld_share_is_not_called_unknown() {
        let interval = Interval { value: 0.3, low: 0.2, high: 0.4 };
        assert_eq!(known(&Figure::Withheld { n: 4 }), "too few to show");
        assert_eq!(known(&Figure::default()), "not known");
        assert_eq!(known(&Figure::of(100, 100, Some(interval))), "30.0\u{a0}% (20.0 to 40.0)");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([0.0, 12.5, 3.456_78, 100.0].map(unit), ["0", "12.5", "3.46", "100"]);
    }

    #[test]
    fn anchors_hold_letters_and_digits_alone() {
        assert_eq!(anchor("S01"), "group-s01");
        assert_eq!(anchor("\"><script>"), "group-script");
    }

    #[test]
    fn money_is_short() {
        assert_eq!(money(1_240_000.0, "EUR"), "1.24 million\u{a0}EUR");
        assert_eq!(money(61.2, "EUR"), "61.20\u{a0}EUR");
        assert_eq!(money(-12_345.6, "EUR"), "\u{2212}12,346\u{a0}EUR");
    }

    #[test]
    fn words_for_differences_follow_the_customary_steps() {
        assert_eq!([0.19, 0.2, 0.5, -0.8].map(how_much), ["hardly", "somewhat", "clearly", "far"]);
        assert_eq!(date(NaiveDate::from_ymd_opt(2026, 11, 1).unwrap()), "1 November 2026");
    }
}
