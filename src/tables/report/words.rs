//! Figures with their unit, and words for them. What is not known is said so, never shown as 0.

use chrono::NaiveDate;

use super::quantity::{Quantity, Ranged};
use crate::model::rows::{Estimate, Figure};

/// So many people, rows or bytes.
pub(super) fn count(n: u64) -> Quantity {
    Quantity::Count { value: n }
}

/// A number with `places` decimals.
pub(super) fn decimal(value: f64, places: usize) -> Quantity {
    Quantity::Index { number: Ranged::bare(value), places, signed: false }
}

/// `20.6 %` of a share 0–1.
pub(super) fn percent(share: f64) -> Quantity {
    Quantity::Share(Ranged::bare(share))
}

/// `20.6 % (20.4 to 20.8)`.
pub(super) fn share(estimate: Option<Estimate>) -> Quantity {
    estimate.map_or(Quantity::UNKNOWN, |e| Quantity::Share(e.into()))
}

/// `7.4 (7.3 to 7.5)`.
pub(super) fn score(estimate: Option<Estimate>) -> Quantity {
    estimate.map_or(Quantity::UNKNOWN, |e| Quantity::Score(e.into()))
}

/// `+32 (25 to 39)`.
pub(super) fn points(estimate: Option<Estimate>) -> Quantity {
    estimate.map_or(Quantity::UNKNOWN, |e| Quantity::Points(e.into()))
}

/// `+0.82 (0.75 to 0.89)`, for standardized differences.
pub(super) fn difference(estimate: Option<Estimate>) -> Quantity {
    let told = |e: Estimate| Quantity::Index { number: e.into(), places: 2, signed: true };
    estimate.map_or(Quantity::UNKNOWN, told)
}

/// `1.24 million EUR`, `61.20 EUR`.
pub(super) fn money(value: f64, currency: &str) -> Quantity {
    Quantity::Money { amount: Ranged::bare(value), currency: currency.to_owned() }
}

/// `61.20 EUR (60.10 EUR to 62.30 EUR)`.
pub(super) fn money_range(amount: Estimate, currency: &str) -> Quantity {
    Quantity::Money { amount: amount.into(), currency: currency.to_owned() }
}

/// `21 November 2026`.
pub(super) fn date(day: NaiveDate) -> Quantity {
    Quantity::Date { value: day }
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
pub(super) fn known(figure: &Figure) -> Quantity {
    match figure {
        Figure::Known(estimate) => share(Some(*estimate)),
        Figure::Bare { value, .. } => percent(*value),
        Figure::Withheld { .. } | Figure::Unknown { .. } => missing(figure),
    }
}

/// Why there is no figure.
pub(super) fn missing(figure: &Figure) -> Quantity {
    Quantity::Unknown { withheld: figure.withheld() }
}

/// A sentence of evidence as everybody reads it: what stands in brackets with figures in it is left out, and each idea becomes
/// a sentence. The appendix has the whole of it.
pub(super) fn plainly(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(" (") {
        let inside = &rest[open + 2..];
        let Some(close) = inside.find(')').filter(|close| inside[..*close].chars().any(|c| c.is_ascii_digit())) else {
            kept.push_str(&rest[..open + 2]);
            rest = inside;
            continue;
        };
        kept.push_str(&rest[..open]);
        rest = &inside[close + 1..];
    }
    kept.push_str(rest);
    kept.split("; ").map(begun).collect::<Vec<_>>().join(". ")
}

/// Anchor of a group's card: letters and digits of its id.
pub(super) fn anchor(segment_id: &str) -> String {
    format!("group-{}", stem(segment_id))
}

/// Name of a group's files, without their ending: letters and digits of its id.
pub(super) fn stem(segment_id: &str) -> String {
    let plain: String = segment_id.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.to_lowercase()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::interval::Interval;

    fn signed(value: f64, places: usize) -> Quantity {
        Quantity::Index { number: Ranged::bare(value), places, signed: true }
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(decimal(-1234.5, 1).to_string(), "\u{2212}1,234.5");
    }

    #[test]
    fn signs_are_shown_and_a_rounded_zero_has_none() {
        assert_eq!(signed(0.82, 1).to_string(), "+0.8");
        assert_eq!(signed(-0.82, 1).to_string(), "\u{2212}0.8");
        assert_eq!(signed(-0.01, 1).to_string(), "0.0");
        assert_eq!(signed(0.01, 1).to_string(), "0.0");
    }

    #[test]
    fn shares_are_percents_with_their_interval_and_tiny_ones_keep_two_places() {
        let estimate = Estimate { value: 0.206, low: 0.204, high: 0.208, n: 160_000 };
        assert_eq!(share(Some(estimate)).to_string(), "20.6\u{a0}% (20.4 to 20.8)");
        assert_eq!(percent(0.0006).to_string(), "0.06\u{a0}%");
        assert_eq!(percent(0.0).to_string(), "0.0\u{a0}%");
        assert_eq!(share(None).to_string(), "not known");
    }

    #[test]
    fn intervals_show_a_plus_at_the_figure_alone() {
        let estimate = Estimate { value: 32.4, low: -2.0, high: 39.0, n: 80 };
        assert_eq!(points(Some(estimate)).to_string(), "+32 (\u{2212}2 to 39)");
    }

    #[test]
    fn a_withheld_share_is_not_called_unknown() {
        let interval = Interval { value: 0.3, low: 0.2, high: 0.4 };
        assert_eq!(known(&Figure::Withheld { n: 4 }).to_string(), "too few to show");
        assert_eq!(known(&Figure::default()).to_string(), "not known");
        assert_eq!(known(&Figure::of(100, 100, Some(interval))).to_string(), "30.0\u{a0}% (20.0 to 40.0)");
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
        assert_eq!(money(1_240_000.0, "EUR").to_string(), "1.24 million\u{a0}EUR");
        assert_eq!(money(61.2, "EUR").to_string(), "61.20\u{a0}EUR");
        assert_eq!(money(-12_345.6, "EUR").to_string(), "\u{2212}12,346\u{a0}EUR");
    }

    #[test]
    fn words_for_differences_follow_the_customary_steps() {
        assert_eq!([0.19, 0.2, 0.5, -0.8].map(how_much), ["hardly", "somewhat", "clearly", "far"]);
        assert_eq!(date(NaiveDate::from_ymd_opt(2026, 11, 1).unwrap()).to_string(), "1 November 2026");
    }

    #[test]
    fn evidence_is_told_without_its_brackets_and_an_idea_a_sentence() {
        let text =
            "“Quality” matters more to these 4,615 customers (d 0.42, 0.21 to 0.63); it is served well (so they say)";
        assert_eq!(plainly(text), "“Quality” matters more to these 4,615 customers. It is served well (so they say)");
        assert_eq!(plainly("3 % (2 to 4 %), have (a"), "3 %, have (a");
    }
}
