//! What faulty cells look like, counted while they stream by, so that a cure can be named.
//!
//! Everything adds up: what is kept of two halves, put together, is what is kept of the whole, whatever the halves.

use std::collections::BTreeMap;

use twox_hash::XxHash64;

use super::super::ledger::{CellForm, CellShape, RejectCode};
use super::blanks::{is_invisible, is_nothing};
use super::iso::days_of;

/// Longest mask.
const SHAPE_CHARS: usize = 20;

/// Masks shown.
const SHOWN: usize = 3;

/// Fewest cells of a mask, or of a number, that is shown: what only one person wrote is not told. Our judgment.
const FEWEST: u64 = 3;

/// Most masks counted. Beyond it, those with the smallest digests stay: the same ones in every half, so that their counts are
/// exact.
const MASKS: usize = 512;

/// Most different numbers off a scale that are kept.
const CODES: usize = 16;

/// How often which mask was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    /// By digest and mask.
    seen: BTreeMap<(u64, String), u64>,
}

impl Shapes {
    /// Adds cells of one mask.
    pub(super) fn add(&mut self, shape: String, n: u64) {
        self.put((XxHash64::oneshot(0, shape.as_bytes()), shape), n);
    }

    /// Adds what was seen elsewhere.
    pub(super) fn merge(&mut self, other: Self) {
        other.seen.into_iter().for_each(|(shape, n)| self.put(shape, n));
    }

    fn put(&mut self, shape: (u64, String), n: u64) {
        *self.seen.entry(shape).or_default() += n;
        if self.seen.len() > MASKS {
            self.seen.pop_last();
        }
    }

    /// Cells of the most frequent mask.
    pub(super) fn most(&self) -> u64 {
        self.seen.values().copied().max().unwrap_or(0)
    }
}

/// Counts of one fault.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    shapes: Shapes,
    forms: BTreeMap<CellForm, u64>,
    codes: Codes,
}

impl Evidence {
    /// A faulty cell as it stands in the data.
    pub(super) fn see(&mut self, code: RejectCode, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.shapes.add(shape_of(text), 1);
        if is_nothing(text) || text.starts_with("0000-00-00") {
            *self.forms.entry(CellForm::Nothing).or_default() += 1;
        }
        match code {
            RejectCode::NotADate => {
                if let Some(form) = form_of(text) {
                    *self.forms.entry(form).or_default() += 1;
                }
            }
            RejectCode::OffScale => {
                if let Ok(x) = text.replace(',', ".").parse::<f64>() {
                    self.codes.add(x, 1);
                }
            }
            _ => {}
        }
    }

    /// Adds what was seen elsewhere.
    pub(super) fn merge(&mut self, other: Self) {
        self.shapes.merge(other.shapes);
        for (form, n) in other.forms {
            *self.forms.entry(form).or_default() += n;
        }
        self.codes.merge(&other.codes);
    }

    /// The most frequent masks; of equally frequent ones the first in alphabetical order.
    pub(super) fn shapes(&self) -> Vec<CellShape> {
        let mut shapes: Vec<CellShape> =
            self.shapes.seen.iter().map(|((_, shape), &count)| CellShape { shape: shape.clone(), count }).collect();
        if shapes.iter().any(|seen| seen.count >= FEWEST) {
            shapes.retain(|seen| seen.count >= FEWEST);
        }
        shapes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.shape.cmp(&b.shape)));
        shapes.truncate(SHOWN);
        shapes
    }

    /// How many cells may be meant as what.
    pub(super) fn forms(&self) -> &BTreeMap<CellForm, u64> {
        &self.forms
    }

    /// Numbers off the scale, the most frequent first; empty where there are many.
    pub(super) fn off_codes(&self) -> Vec<String> {
        self.codes.frequent()
    }
}

/// Different numbers, as long as they are few.
#[derive(Clone, Debug, Default)]
struct Codes {
    /// Count by bits of the number.
    seen: BTreeMap<u64, u64>,
    /// There are more than [`CODES`]; none is kept then.
    many: bool,
}

impl Codes {
    fn add(&mut self, x: f64, n: u64) {
        if self.many {
            return;
        }
        *self.seen.entry((x + 0.0).to_bits()).or_default() += n;
        self.many = self.seen.len() > CODES;
        if self.many {
            self.seen.clear();
        }
    }

    fn merge(&mut self, other: &Self) {
        if other.many {
            self.many = true;
            self.seen.clear();
        }
        for (bits, n) in &other.seen {
            self.add(f64::from_bits(*bits), *n);
        }
    }

    fn frequent(&self) -> Vec<String> {
        let mut codes: Vec<(f64, u64)> = self.seen.iter().map(|(bits, n)| (f64::from_bits(*bits), *n)).collect();
        codes.retain(|(_, n)| *n >= FEWEST);
        codes.sort_by(|(a, n), (b, m)| m.cmp(n).then((*a < 0.0).cmp(&(*b < 0.0))).then(a.total_cmp(b)));
        codes.into_iter().map(|(x, _)| x.to_string()).collect()
    }
}

/// The mask of a cell: digits as 9, letters as A and a, signs as they are, what cannot be seen as `?`.
pub(super) fn shape_of(text: &str) -> String {
    let mask = |c: char| match c {
        _ if c.is_numeric() => '9',
        _ if c.is_uppercase() => 'A',
        _ if c.is_alphabetic() => 'a',
        ' ' => ' ',
        _ if c.is_whitespace() || c.is_control() || is_invisible(c) => '?',
        _ => c,
    };
    text.chars().take(SHAPE_CHARS).map(mask).collect()
}

/// The mask of an id, where runs of digits or letters count as one: `C-00017` and `K-4` are alike.
pub(super) fn id_shape(id: &str) -> String {
    let shape = shape_of(id);
    let mut out = String::with_capacity(shape.len());
    for c in shape.chars() {
        if !(matches!(c, 'a' | 'A' | '9') && out.ends_with(c)) {
            out.push(c);
        }
    }
    out
}

/// What a cell that is no date may be meant as.
fn form_of(text: &str) -> Option<CellForm> {
    day_and_month(text).or_else(|| counted(text)).or_else(|| is_short_year(text).then_some(CellForm::ShortYear))
}

/// `2/11/26` and its like, and `0026-11-02`, each with a time behind it or not.
fn is_short_year(text: &str) -> bool {
    let day = text.split([' ', ',', 'T']).next().unwrap_or_default();
    let early = day.as_bytes().first() == Some(&b'0') && day.as_bytes().get(4) == Some(&b'-');
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let written = ['/', '.', '-'].iter().any(|sign| {
        let parts: Vec<&str> = day.split(*sign).collect();
        parts.len() == 3 && parts[2].len() == 2 && parts.iter().all(|part| digits(part, 2))
    });
    written || early && day[..4].bytes().all(|byte| byte.is_ascii_digit()) && !day.starts_with("0000")
}

/// Numbers that count time. Bounds: days of 1954 to 2119, and 1973 to 2286 for what counts from 1970.
fn counted(text: &str) -> Option<CellForm> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 19 || !digits(whole) || !digits(part) {
        return None;
    }
    let number: u64 = whole.parse().ok()?;
    let day = |text: &str| {
        let [year, month, day] = [&text[..4], &text[4..6], &text[6..]].map(|part| part.parse::<i64>().unwrap_or(0));
        (1900..2200).contains(&year) && days_of(year, month, day).is_some()
    };
    match whole.len() {
        5 if (20_000..=80_000).contains(&number) => Some(CellForm::SpreadsheetDays),
        8 if day(whole) => Some(CellForm::EightDigits),
        9 | 10 => Some(CellForm::Seconds),
        12 | 13 => Some(CellForm::Millis),
        15 | 16 => Some(CellForm::Micros),
        18 | 19 => Some(CellForm::Nanos),
        _ => None,
    }
}

/// `2/11/2026` and its like, with a time behind it or not.
fn day_and_month(text: &str) -> Option<CellForm> {
    let short = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = text.find(['/', '.', '-'])?;
    let sign = &text[at..=at];
    let (first, rest) = text.split_once(sign)?;
    let (second, rest) = rest.split_once(sign)?;
    let year = rest.get(..4)?;
    let ends = rest[4..].chars().next().is_none_or(|c| matches!(c, ' ' | ',' | 'T'));
    if !short(first) || !short(second) || !year.bytes().all(|byte| byte.is_ascii_digit()) || !ends {
        return None;
    }
    let [first, second] = [first, second].map(|part| part.parse::<u32>().unwrap_or(0));
    match (first, second) {
        (1..=12, 1..=12) => Some(CellForm::EitherFirst),
        (13..=31, 1..=12) => Some(CellForm::DayFirst),
        (1..=12, 13..=31) => Some(CellForm::MonthFirst),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_shows_signs_and_hides_letters_and_digits() {
        assert_eq!(shape_of("2026-11-02 Zürich"), "9999-99-99 Aaaaaa");
        assert_eq!(shape_of("A99\u{200B}\t"), "A99??");
        assert_eq!(shape_of(&"x".repeat(50)).len(), 20);
    }

    #[test]
    fn numbers_that_count_time_are_told_apart_by_their_length() {
        for (text, form) in [
            ("46123", Some(CellForm::SpreadsheetDays)),
            ("46123.75", Some(CellForm::SpreadsheetDays)),
            ("19999", None),
            ("1767225600", Some(CellForm::Seconds)),
            ("1767225600000", Some(CellForm::Millis)),
            ("1767225600000000", Some(CellForm::Micros)),
            ("1767225600000000000", Some(CellForm::Nanos)),
            ("20261102", Some(CellForm::EightDigits)),
            ("20261302", None),
            ("02.11.2026", Some(CellForm::EitherFirst)),
            ("13/1/2026 10:00", Some(CellForm::DayFirst)),
            ("1-13-2026", Some(CellForm::MonthFirst)),
            ("13/13/2026", None),
            ("2026-11-02", None),
            ("1/1/20267", None),
            ("yesterday", None),
            ("02.11.26", Some(CellForm::ShortYear)),
            ("2/11/26 10:00", Some(CellForm::ShortYear)),
            ("0026-11-02", Some(CellForm::ShortYear)),
            ("0026-11-02T10:00:00", Some(CellForm::ShortYear)),
            ("0000-00-00", None),
            ("02.11.126", None),
        ] {
            assert_eq!(form_of(text), form, "{text}");
        }
    }

    #[test]
    fn halves_put_together_in_any_order_show_what_the_whole_shows() {
        let cells: Vec<String> = (0..4_000).map(|i| format!("{}{}", "x".repeat(i % 19), "-".repeat(i % 83))).collect();
        let see = |cells: &[String]| {
            let mut seen = Evidence::default();
            cells.iter().for_each(|cell| seen.see(RejectCode::NotADate, cell));
            seen
        };
        let whole = see(&cells);
        for at in [1, 999, 3_500] {
            let (mut a, b) = (see(&cells[at..]), see(&cells[..at]));
            a.merge(b);
            assert_eq!(a.shapes.seen, whole.shapes.seen);
        }
    }

    #[test]
    fn numbers_off_a_scale_are_kept_while_they_are_few_and_were_seen_three_times() {
        let see = |cells: &[&str]| {
            let mut seen = Evidence::default();
            cells.iter().for_each(|cell| seen.see(RejectCode::OffScale, cell));
            seen
        };
        let few = see(&["99", "-1", "99", "-1.0", "99", "-1", "99,0", "-1", "44"]);
        assert_eq!(few.off_codes(), ["99", "-1"]);
        let many: Vec<String> = (0..60).map(|i| (i % 20).to_string()).collect();
        let (a, b) = (see(&many.iter().map(String::as_str).collect::<Vec<_>>()), few);
        let mut both = b.clone();
        both.merge(a.clone());
        assert!(a.off_codes().is_empty() && both.off_codes().is_empty());
    }
}
