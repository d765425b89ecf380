//! Amounts as shops and accountants write them: `€1.234,50`, `1 234,50`, `(12.00)`, `12.00-`, `1'234.50`, `1,234.50 USD`.
//!
//! Only amounts and numbers computed elsewhere take such marks; an answer on a scale is a plain number or none. Thousands are
//! grouped by exactly three digits. Where a cell holds both a point and a comma, the last one stands before the decimals; where
//! blanks or apostrophes group its thousands, the one there is; else the configured `decimal` decides, and what does not fit it
//! is no number.

use std::borrow::Cow;

use datafusion::arrow::array::{Array, ArrayRef, Float64Array};

use super::super::ledger::RejectCode;
use super::cast::{Bad, as_text, is_lost, is_text, numbers, parse_number, parsed};

/// How amounts of a column are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks<'a> {
    /// What stands before the decimals.
    pub(super) decimal: char,
    /// The project's currency, a three-letter code. An amount with the sign of another one is no amount of the project.
    pub(super) currency: &'a str,
    /// Whether a percent sign may follow: `12 %` is 12. For numbers computed elsewhere, never for money.
    pub(super) percent: bool,
}

/// Signs and local abbreviations of currencies, the longest first where one begins another; and the codes they stand for.
const SIGNS: [(&str, &[&str]); 43] = [
    ("US$", &["USD"]),
    ("CA$", &["CAD"]),
    ("AU$", &["AUD"]),
    ("NZ$", &["NZD"]),
    ("HK$", &["HKD"]),
    ("NT$", &["TWD"]),
    ("MX$", &["MXN"]),
    ("R$", &["BRL"]),
    ("A$", &["AUD"]),
    ("C$", &["CAD"]),
    ("S$", &["SGD"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "BRL"]),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP", "LBP", "SYP", "GIP", "FKP", "SHP"]),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("元", &["CNY", "TWD"]),
    ("円", &["JPY"]),
    ("₹", &["INR"]),
    ("Rs.", &["INR", "PKR", "LKR", "NPR", "MUR"]),
    ("Rs", &["INR", "PKR", "LKR", "NPR", "MUR"]),
    ("₽", &["RUB"]),
    ("₩", &["KRW"]),
    ("₺", &["TRY"]),
    ("₴", &["UAH"]),
    ("₫", &["VND"]),
    ("₦", &["NGN"]),
    ("₱", &["PHP"]),
    ("₪", &["ILS"]),
    ("฿", &["THB"]),
    ("₡", &["CRC"]),
    ("₵", &["GHS"]),
    ("₸", &["KZT"]),
    ("₲", &["PYG"]),
    ("₭", &["LAK"]),
    ("₾", &["GEL"]),
    ("₼", &["AZN"]),
    ("zł", &["PLN"]),
    ("Kč", &["CZK"]),
    ("kr.", &["SEK", "NOK", "DKK", "ISK"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("Fr.", &["CHF"]),
    ("Ft", &["HUF"]),
];

/// Amounts of a column, and the cells that are none.
pub(super) fn amounts(array: &ArrayRef, marks: Marks<'_>) -> (Float64Array, Bad) {
    if !is_text(array.data_type()) {
        return numbers(array, marks.decimal);
    }
    parsed(&as_text(array), |cell| parse_amount(cell, marks))
}

/// Cells that are read and say by their other signs that their decimal sign is not the configured one.
pub(super) fn otherwise_written(array: &ArrayRef, decimal: char) -> u64 {
    if !is_text(array.data_type()) {
        return 0;
    }
    as_text(array).iter().flatten().filter(|cell| decimal_of(cell.trim(), decimal) != decimal).count() as u64
}

/// What stands before the decimals of a cell. Where it holds both a point and a comma, it is the last one; where thousands are
/// grouped by blanks or apostrophes, the one there is; else the configured one.
fn decimal_of(text: &str, decimal: char) -> char {
    let other = if decimal == ',' { '.' } else { ',' };
    let grouped =
        |at: usize| text[..at].chars().filter(char::is_ascii_digit).count() > 3 && text[..at].contains(is_blank_group);
    match (text.rfind(decimal), text.rfind(other)) {
        (Some(own), Some(others)) if others > own => other,
        (None, Some(others)) if text.matches(other).count() == 1 && grouped(others) => other,
        _ => decimal,
    }
}

/// An amount written as text.
fn parse_amount(text: &str, marks: Marks<'_>) -> Result<f64, RejectCode> {
    match parse_number(text, marks.decimal) {
        Err(RejectCode::NotANumber) => {}
        plain => return plain,
    }
    let peeled = peel(text, marks);
    let digits = digits_of(peeled.digits, marks.decimal);
    let number = digits.as_ref().and_then(|digits| digits.parse::<f64>().ok());
    match number {
        Some(x) if is_lost(digits.as_deref().unwrap_or_default(), x) => Err(RejectCode::OutOfRange),
        Some(_) if peeled.foreign => Err(RejectCode::OtherCurrency),
        Some(x) if x.is_finite() => Ok(if peeled.negative { 0.0 - x } else { x }),
        _ => Err(RejectCode::NotANumber),
    }
}

/// An amount without what stands around its digits.
struct Peeled<'t> {
    digits: &'t str,
    negative: bool,
    /// Its currency is not the project's.
    foreign: bool,
}

/// Takes off at most one sign (before, behind, or as brackets) and at most one unit.
fn peel<'t>(text: &'t str, marks: Marks<'_>) -> Peeled<'t> {
    let mut digits = text;
    let (mut sign, mut unit) = (None, None);
    loop {
        digits = digits.trim_matches(is_blank);
        if sign.is_none()
            && let Some((negative, rest)) = without_sign(digits)
        {
            (sign, digits) = (Some(negative), rest);
            continue;
        }
        if unit.is_none()
            && let Some((own, rest)) = without_unit(digits, marks)
        {
            (unit, digits) = (Some(own), rest);
            continue;
        }
        return Peeled { digits, negative: sign == Some(true), foreign: unit == Some(false) };
    }
}

/// Whether the amount is negative, and the rest.
fn without_sign(text: &str) -> Option<(bool, &str)> {
    const MINUS: [char; 2] = ['-', '\u{2212}'];
    if let Some(rest) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return Some((true, rest));
    }
    let minus = text.strip_prefix(MINUS).or_else(|| text.strip_suffix(MINUS));
    minus.map(|rest| (true, rest)).or_else(|| text.strip_prefix('+').map(|rest| (false, rest)))
}

/// Whether a unit before or behind is the project's, and the rest.
fn without_unit<'t>(text: &'t str, marks: Marks<'_>) -> Option<(bool, &'t str)> {
    if marks.percent
        && let Some(rest) = text.strip_suffix('%')
    {
        return Some((true, rest));
    }
    let around = |sign: &str| text.strip_prefix(sign).or_else(|| text.strip_suffix(sign));
    for (sign, codes) in &SIGNS {
        if let Some(rest) = around(sign) {
            return Some((codes.contains(&marks.currency), rest));
        }
    }
    let is_code = |code: &&str| code.bytes().all(|byte| byte.is_ascii_alphabetic());
    let before = text.get(..3).filter(is_code).map(|code| (code, &text[3..]));
    let behind = || {
        let at = text.len().checked_sub(3)?;
        text.get(at..).filter(is_code).map(|code| (code, &text[..at]))
    };
    let (code, rest) = before.or_else(behind)?;
    Some((code.eq_ignore_ascii_case(marks.currency), rest))
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}')
}

/// The digits with a point before the decimals; `None` where they are grouped in another way than by three.
fn digits_of(text: &str, decimal: char) -> Option<Cow<'_, str>> {
    let decimal = decimal_of(text, decimal);
    let (whole, part) = text.split_once(decimal).map_or((text, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !part.is_none_or(digits) {
        return None;
    }
    let whole = match whole.find(|c: char| !c.is_ascii_digit()) {
        None => Cow::Borrowed(whole),
        Some(at) => {
            let group = whole[at..].chars().next().filter(|c| is_group(*c))?;
            let mut parts = whole.split(group);
            let first = parts.next()?;
            let grouped = (1..=3).contains(&first.len()) && !first.starts_with('0');
            if !grouped || !parts.all(|part| part.len() == 3 && digits(part)) {
                return None;
            }
            Cow::Owned(whole.replace(group, ""))
        }
    };
    if !digits(&whole) {
        return None;
    }
    Some(match part {
        Some(part) => Cow::Owned(format!("{whole}.{part}")),
        None => whole,
    })
}

/// Point, comma, blanks of any width, straight and curved apostrophe.
fn is_group(c: char) -> bool {
    matches!(c, '.' | ',') || is_blank_group(c)
}

fn is_blank_group(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2007}' | '\u{2009}' | '\u{202F}' | '\'' | '\u{2019}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(decimal: char) -> Marks<'static> {
        Marks { decimal, currency: "EUR", percent: false }
    }

    #[test]
    fn amounts_are_read_as_the_world_writes_them() {
        for (written, decimal, value) in [
            ("€1.234,50", '.', 1234.5),
            ("€1.234,50", ',', 1234.5),
            ("1,234.50 €", '.', 1234.5),
            ("1 234,50", ',', 1234.5),
            ("1 234,50", '.', 1234.5),
            ("1'234'567,125", '.', 1_234_567.125),
            ("1 234 567", '.', 1_234_567.0),
            ("1\u{A0}234,50", ',', 1234.5),
            ("1\u{2009}234\u{2009}567", '.', 1_234_567.0),
            ("1'234.50", '.', 1234.5),
            ("1\u{2019}234.50", '.', 1234.5),
            ("(12.00)", '.', -12.0),
            ("(€12.00)", '.', -12.0),
            ("€(12.00)", '.', -12.0),
            ("12.00-", '.', -12.0),
            ("\u{2212}12,5", ',', -12.5),
            ("-€12", '.', -12.0),
            ("€ -12", '.', -12.0),
            ("+12 €", '.', 12.0),
            ("EUR 12", '.', 12.0),
            ("1,234.50 eur", '.', 1234.5),
            ("12,00 EUR", ',', 12.0),
            ("0.00-", '.', 0.0),
        ] {
            assert_eq!(parse_amount(written, euros(decimal)).map(f64::to_bits), Ok(f64::to_bits(value)), "{written}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_grouped_in_another_way_is_no_amount() {
        for written in [
            "€12,00",
            "12,-",
            "1,23,456",
            "1.234.567",
            "1 23",
            "0 125",
            "1 234'567",
            "(-12)",
            "--12",
            "€€12",
            "€12 EUR",
            "12 %",
            "12 or so",
            "€",
            "()",
            "1.234,5.6",
            "",
        ] {
            assert_eq!(parse_amount(written, euros('.')), Err(RejectCode::NotANumber), "{written}");
        }
    }

    #[test]
    fn another_currency_than_the_projects_is_told_as_such() {
        for written in ["$12.00", "12.00 USD", "CHF 12", "£1,234.50", "12 pcs"] {
            assert_eq!(parse_amount(written, euros('.')), Err(RejectCode::OtherCurrency), "{written}");
        }
        for (written, currency) in [("$12.00", "CAD"), ("US$12.00", "USD"), ("12 kr", "SEK"), ("12 zł", "PLN")] {
            let marks = Marks { decimal: '.', currency, percent: false };
            assert_eq!(parse_amount(written, marks), Ok(12.0), "{written}");
        }
    }

    #[test]
    fn a_percent_sign_is_read_only_where_it_may_stand() {
        assert_eq!(parse_amount("12 %", Marks { percent: true, ..euros('.') }), Ok(12.0));
        assert_eq!(parse_amount("-3,5%", Marks { percent: true, ..euros(',') }), Ok(-3.5));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "\\PC{0,30}") {
            let _ = parse_amount(&text, euros('.'));
        }

        #[test]
        fn grouped_amounts_are_read_back(whole in 0u32..2_000_000_000, cents in 0u32..100) {
            let plain = whole.to_string();
            let groups: Vec<String> = plain.as_bytes().rchunks(3).rev().map(|part| String::from_utf8_lossy(part).into_owned()).collect();
            let want = f64::from(whole) + f64::from(cents) / 100.0;
            for (text, decimal) in [
                (format!("{},{cents:02} €", groups.join(".")), ','),
                (format!("€{}.{cents:02}", groups.join(",")), '.'),
                (format!("{}.{cents:02}", groups.join("'")), '.'),
                (format!("{},{cents:02}", groups.join("\u{202F}")), ','),
            ] {
                let got = parse_amount(&text, euros(decimal)).expect("an amount");
                proptest::prop_assert!((got - want).abs() < 1e-6, "{}", text);
            }
        }
    }
}
