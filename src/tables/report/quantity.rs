//! Figures with their unit. Each unit has one way of being written in each language, and it stands here.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::texts::{ReportLanguage, Texts};
use crate::model::rows::Estimate;

/// A blank that does not break a line.
const NB: char = '\u{a0}';

/// A figure as a report holds it: value, unit, and its 95 % interval where it is to be told. Written by
/// [`Quantity::in_language`]; `Display` writes it in English.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "unit", rename_all = "snake_case")]
pub enum Quantity {
    /// People, rows, bytes.
    Count {
        /// How many.
        value: u64,
    },
    /// A part of a whole, 0–1; written in percent.
    Share(Ranged),
    /// An amount in a currency.
    Money {
        /// The amount.
        #[serde(flatten)]
        amount: Ranged,
        /// Its code, such as `EUR`.
        currency: String,
    },
    /// A mean of answers, 0–10; one decimal.
    Score(Ranged),
    /// A difference in whole points, with its sign.
    Points(Ranged),
    /// A number without a unit.
    Index {
        /// The number.
        #[serde(flatten)]
        number: Ranged,
        /// Decimals.
        places: usize,
        /// Whether a plus is written.
        signed: bool,
    },
    /// A day.
    Date {
        /// The day.
        #[serde(with = "iso_day")]
        value: NaiveDate,
    },
    /// There is no figure.
    Unknown {
        /// Withheld: too few people stand behind it.
        withheld: bool,
    },
}

/// A value with the ends of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranged {
    /// The value.
    pub value: f64,
    /// Lower end; `None` = not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end; `None` = not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

impl Ranged {
    /// A value alone.
    pub(super) fn bare(value: f64) -> Self {
        Self { value: stored(value), low: None, high: None }
    }

    /// A value with its interval.
    pub(super) fn of(value: f64, low: f64, high: f64) -> Self {
        Self { value: stored(value), low: Some(stored(low)), high: Some(stored(high)) }
    }

    fn written(
        &self,
        texts: &Texts,
        number: impl Fn(f64) -> String,
        end: impl Fn(f64) -> String,
        sign: &str,
    ) -> String {
        let value = format!("{}{sign}", number(self.value));
        match (self.low, self.high) {
            (Some(low), Some(high)) => format!("{value} ({} {} {})", end(low), texts.plain("range.to"), end(high)),
            _ => value,
        }
    }
}

impl From<Estimate> for Ranged {
    fn from(e: Estimate) -> Self {
        Self::of(e.value, e.low, e.high)
    }
}

impl Quantity {
    /// Not known.
    pub(super) const UNKNOWN: Self = Self::Unknown { withheld: false };

    /// The figure as people of a language read it.
    #[must_use]
    pub fn in_language(&self, language: ReportLanguage) -> String {
        let (texts, n) = (Texts::of(language), Numerals { language });
        match self {
            Self::Count { value } => n.whole(&value.to_string()),
            Self::Share(share) => share.written(
                texts,
                |v| n.decimal(v * 100.0, percent_places(v)),
                |v| n.decimal(v * 100.0, 1),
                &format!("{NB}%"),
            ),
            Self::Money { amount, currency } => {
                let money = |v: f64| format!("{}{NB}{currency}", n.amount(v, texts));
                amount.written(texts, money, money, "")
            }
            Self::Score(score) => score.written(texts, |v| n.decimal(v, 1), |v| n.decimal(v, 1), ""),
            Self::Points(points) => points.written(texts, |v| n.signed(v, 0), |v| n.decimal(v, 0), ""),
            Self::Index { number, places, signed } => {
                let value = |v: f64| if *signed { n.signed(v, *places) } else { n.decimal(v, *places) };
                number.written(texts, value, |v| n.decimal(v, *places), "")
            }
            Self::Date { value } => n.date(*value, texts),
            Self::Unknown { withheld: true } => texts.plain("figure.too_few"),
            Self::Unknown { withheld: false } => texts.plain("figure.unknown"),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.in_language(ReportLanguage::En))
    }
}

/// A number in nine digits, more than are ever told: it reads back from a file as it was written.
fn stored(value: f64) -> f64 {
    // INVARIANT: a number printed in scientific form is a number.
    format!("{value:.8e}").parse().unwrap_or(value)
}

/// Decimals of a percentage: tiny ones keep two.
fn percent_places(share: f64) -> usize {
    let value = share * 100.0;
    if value > 0.0 && value < 0.95 { 2 } else { 1 }
}

/// How a language writes numbers.
struct Numerals {
    language: ReportLanguage,
}

impl Numerals {
    /// Digits in threes; in German, four stay together as most write them.
    fn whole(&self, digits: &str) -> String {
        let mark = match self.language {
            ReportLanguage::En => ',',
            ReportLanguage::De => '.',
        };
        let mut text = String::with_capacity(digits.len() + digits.len() / 3);
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    /// A number with `places` decimals and a real minus sign; no `−0`.
    fn decimal(&self, value: f64, places: usize) -> String {
        let text = format!("{:.places$}", value.abs());
        let point = match self.language {
            ReportLanguage::En => '.',
            ReportLanguage::De => ',',
        };
        let (whole, rest) =
            text.split_once('.').map_or((text.as_str(), String::new()), |(w, r)| (w, format!("{point}{r}")));
        let is_zero = text.chars().all(|c| c == '0' || c == '.');
        let sign = if value < 0.0 && !is_zero { "\u{2212}" } else { "" };
        format!("{sign}{}{rest}", self.whole(whole))
    }

    fn signed(&self, value: f64, places: usize) -> String {
        let text = self.decimal(value, places);
        let positive = value > 0.0 && text.chars().any(|c| c.is_ascii_digit() && c != '0');
        if positive { format!("+{text}") } else { text }
    }

    /// `1.24 million`, `61.20`.
    fn amount(&self, value: f64, texts: &Texts) -> String {
        match value.abs() {
            size if size >= 1e9 => format!("{} {}", self.decimal(value / 1e9, 2), texts.plain("figure.billion")),
            size if size >= 1e6 => format!("{} {}", self.decimal(value / 1e6, 2), texts.plain("figure.million")),
            size if size >= 1000.0 => self.decimal(value, 0),
            _ => self.decimal(value, 2),
        }
    }

    /// `21 November 2026`, `21. November 2026`.
    fn date(&self, day: NaiveDate, texts: &Texts) -> String {
        use chrono::Datelike as _;
        let month = texts.plain(&format!("month.m{}", day.month()));
        let point = match self.language {
            ReportLanguage::En => "",
            ReportLanguage::De => ".",
        };
        format!("{}{point} {month} {}", day.day(), day.year())
    }
}

/// Days as `YYYY-MM-DD`.
mod iso_day {
    use chrono::NaiveDate;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(day: &NaiveDate, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveDate, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_unit_is_written_as_its_language_does() {
        let money = Quantity::Money { amount: Ranged::bare(-12_345.6), currency: "EUR".to_owned() };
        let share = Quantity::Share(Ranged { value: 0.206, low: Some(0.204), high: Some(0.208) });
        let day = Quantity::Date { value: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() };
        let written = |quantity: &Quantity| ReportLanguage::ALL.map(|language| quantity.in_language(language));
        assert_eq!(written(&money), ["\u{2212}12,346\u{a0}EUR", "\u{2212}12.346\u{a0}EUR"]);
        assert_eq!(written(&share), ["20.6\u{a0}% (20.4 to 20.8)", "20,6\u{a0}% (20,4 bis 20,8)"]);
        assert_eq!(written(&day), ["1 March 2026", "1. März 2026"]);
        assert_eq!(written(&Quantity::UNKNOWN), ["not known", "nicht bekannt"]);
    }

    #[test]
    fn a_stored_figure_comes_back_as_it_was() {
        let figures = [
            Quantity::Count { value: 41_205 },
            Quantity::Share(Ranged::bare(0.1)),
            Quantity::Money {
                amount: Ranged { value: 61.2, low: Some(60.0), high: Some(62.5) },
                currency: "EUR".to_owned(),
            },
            Quantity::Index { number: Ranged::bare(0.82), places: 2, signed: true },
            Quantity::Date { value: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap() },
            Quantity::Unknown { withheld: true },
        ];
        for figure in figures {
            let text = serde_json::to_string(&figure).unwrap();
            assert_eq!(serde_json::from_str::<Quantity>(&text).unwrap(), figure, "{text}");
        }
    }
}
