//! What the values of one column are like: numbers, dates, words, texts.

use std::collections::BTreeMap;

use super::dates::{Dates, dates};
use super::tokens::{any, tokens};
use crate::tables::peek::{Peek, PeekColumn};

/// Most different words of a column that are kept: beyond them it is no list of choices.
const WORDS: usize = 60;

/// Most different values that dates are looked for in.
const DATES: usize = 400;

/// Words in names of columns that tell a time.
const TIME: [&str; 26] = [
    "date",
    "time",
    "timestamp",
    "datetime",
    "day",
    "created",
    "updated",
    "at",
    "ts",
    "on",
    "when",
    "since",
    "submitted",
    "recorded",
    "datum",
    "closed",
    "resolved",
    "opened",
    "started",
    "ended",
    "purchased",
    "placed",
    "dt",
    "joined",
    "due",
    "registered",
];

/// A column and what its values are like.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    /// Its name.
    pub(super) name: String,
    /// What a second header line, or a codebook, says of it.
    pub(super) label: Option<String>,
    /// The words of its name.
    pub(super) tokens: Vec<String>,
    /// Whether it can be named in a configuration.
    pub(super) usable: bool,
    /// Rows that were looked at.
    pub(super) rows: usize,
    /// Rows with a value.
    pub(super) filled: usize,
    /// Different values.
    pub(super) distinct: usize,
    /// Numbers, where most values are.
    pub(super) numbers: Option<Numbers>,
    /// Dates, where most values are.
    pub(super) dates: Option<Dates>,
    /// The values, where there are few different ones: each with its count, in alphabetical order.
    pub(super) words: Vec<(String, usize)>,
    /// Mean length of a value, characters.
    pub(super) length: f64,
    /// Share of the values with a blank inside.
    pub(super) blanks: f64,
    /// Share of the values that look like e-mail addresses.
    pub(super) addresses: f64,
}

/// The numbers of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Numbers {
    /// Share of the values that are numbers.
    pub(super) share: f64,
    /// Smallest.
    pub(super) low: f64,
    /// Largest.
    pub(super) high: f64,
    /// Whether all are whole.
    pub(super) whole: bool,
    /// Each number with its count, ascending; empty where there are many different ones.
    pub(super) counts: Vec<(f64, usize)>,
}

impl Shape {
    /// Looks at a column of a file.
    pub(super) fn of(column: &PeekColumn, peek: &Peek) -> Self {
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        for value in &column.values {
            *counted.entry(value.as_str()).or_insert(0) += 1;
        }
        let filled = column.values.len();
        let share = |n: usize| if filled == 0 { 0.0 } else { n as f64 / filled as f64 };
        let tokens = tokens(&column.name);
        let dated = any(&tokens, &TIME);
        let step = counted.len().div_ceil(DATES).max(1);
        let sample: Vec<&str> = counted.keys().step_by(step).copied().collect();
        let letters: usize = column.values.iter().map(|value| value.chars().count()).sum();
        let blanks = column.values.iter().filter(|value| value.contains(' ')).count();
        let addresses = column.values.iter().filter(|value| is_address(value)).count();
        let words = if counted.len() <= WORDS {
            counted.iter().map(|(word, count)| ((*word).to_owned(), *count)).collect()
        } else {
            Vec::new()
        };
        Self {
            name: column.name.clone(),
            label: column.label.clone(),
            usable: !column.ambiguous
                && !column.name.is_empty()
                && !column.name.starts_with("_file")
                && column.name != "_row",
            rows: peek.rows,
            filled,
            distinct: counted.len(),
            numbers: numbers(&counted, filled, peek.decimal),
            dates: dates(&sample, dated),
            words,
            length: share(letters),
            blanks: share(blanks),
            addresses: share(addresses),
            tokens,
        }
    }

    /// Share of rows without a value.
    pub(super) fn missing(&self) -> f64 {
        if self.rows == 0 { 0.0 } else { 1.0 - self.filled as f64 / self.rows as f64 }
    }

    /// Whether every value is another one.
    pub(super) fn unique(&self) -> bool {
        self.filled > 0 && self.distinct == self.filled
    }

    /// Whether most values are numbers.
    pub(super) fn is_number(&self) -> bool {
        self.numbers.as_ref().is_some_and(|numbers| numbers.share >= 0.9)
    }

    /// Whether nearly every value is another one: a list of people holds a few of them twice. Our judgment: 2 %.
    pub(super) fn nearly_unique(&self) -> bool {
        self.filled > 0 && (self.filled - self.distinct.min(self.filled)) * 50 <= self.filled
    }

    /// Whether people wrote it in words of their own.
    pub(super) fn is_text(&self) -> bool {
        self.is_sentences() && self.distinct * 5 >= self.filled * 2
    }

    /// Whether it holds sentences, be it that many write the same.
    pub(super) fn is_sentences(&self) -> bool {
        self.dates.is_none() && !self.is_number() && self.blanks >= 0.5 && self.length >= 20.0 && self.distinct >= 3
    }

    /// Name and wording in one.
    pub(super) fn wording(&self) -> String {
        self.label.as_ref().map_or_else(|| self.name.clone(), |label| format!("{} {label}", self.name))
    }
}

/// A number as exports write it; `None` = it is none.
pub(super) fn number(text: &str, decimal: char) -> Option<f64> {
    let text = text.trim_matches(|c: char| matches!(c, '€' | '$' | '£' | '%' | ' ' | '\u{A0}'));
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | ',')) {
        return None;
    }
    let plain: String = match decimal {
        ',' => text.replace(['.', ' ', '\u{A0}'], "").replace(',', "."),
        _ => text.replace([',', ' ', '\u{A0}'], ""),
    };
    plain.parse::<f64>().ok().filter(|number| number.is_finite())
}

fn numbers(counted: &BTreeMap<&str, usize>, filled: usize, decimal: char) -> Option<Numbers> {
    let mut counts: Vec<(f64, usize)> = Vec::new();
    let mut read = 0;
    for (text, count) in counted {
        if let Some(number) = number(text, decimal) {
            read += count;
            counts.push((number, *count));
        }
    }
    let share = read as f64 / filled.max(1) as f64;
    if share < 0.5 {
        return None;
    }
    counts.sort_by(|a, b| a.0.total_cmp(&b.0));
    counts.dedup_by(|next, before| {
        let same = next.0 == before.0;
        before.1 += if same { next.1 } else { 0 };
        same
    });
    let (low, high) = (counts.first()?.0, counts.last()?.0);
    let whole = counts.iter().all(|(number, _)| number.fract() == 0.0);
    if counts.len() > WORDS {
        counts.clear();
    }
    Some(Numbers { share, low, high, whole, counts })
}

fn is_address(value: &str) -> bool {
    value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !value.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(values: &[&str]) -> Shape {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let column = PeekColumn { name: "order_date".to_owned(), values, ..PeekColumn::default() };
        Shape::of(&column, &Peek { rows: 4, ..Peek::default() })
    }

    #[test]
    fn numbers_dates_and_words_are_told_apart() {
        let seen = shape(&["1", "2", "2", "1.0"]);
        let numbers = seen.numbers.as_ref().expect("numbers");
        assert_eq!((numbers.low, numbers.high, numbers.whole), (1.0, 2.0, true));
        assert_eq!(numbers.counts, [(1.0, 2), (2.0, 2)]);
        assert!(shape(&["2026-01-01"]).dates.is_some());
        assert_eq!(shape(&["b", "a", "b"]).words, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    }

    #[test]
    fn what_is_missing_is_a_share_of_the_rows() {
        assert!((shape(&["a", "b", "c"]).missing() - 0.25).abs() < 1e-12);
        assert_eq!(number("1.234,50 €", ','), Some(1234.5));
        assert_eq!(number("x1", '.'), None);
    }
}
