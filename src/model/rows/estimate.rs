//! A figure and how unsure it is.

use serde::Serialize;

use valueseg_stats::interval::Interval;

/// A figure with its 95 % interval; `low ≤ value ≤ high`, all finite.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Point estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Customers the figure is taken over, weights aside; of two groups compared, those of both. A count of heads, not of
    /// what they are worth: inferred scores of many are worth the answers they were learned from, and the interval says so.
    pub n: u64,
}

impl Estimate {
    /// A figure taken over `n` customers.
    #[must_use]
    pub fn of(interval: Interval, n: u64) -> Self {
        Self { value: interval.value, low: interval.low, high: interval.high, n }
    }

    /// The figure and its ends times a `factor` ≥ 0, to tell a share as a percentage.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { value: factor * self.value, low: factor * self.low, high: factor * self.high, n: self.n }
    }
}

/// A figure of a group, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// Known, and how surely.
    Known(Estimate),
    /// Known, but nothing is known of its error: a count, a share of variance, the mean of one customer.
    Bare {
        /// The value.
        value: f64,
        /// Customers behind it; of shares of variance, contacts.
        n: u64,
    },
    /// Too few stand behind it to show it.
    Withheld {
        /// How many.
        n: u64,
    },
    /// Not asked, not recorded, or without meaning here.
    Unknown {
        /// Customers it could have been taken over.
        n: u64,
    },
}

impl Default for Figure {
    fn default() -> Self {
        Self::Unknown { n: 0 }
    }
}

impl Figure {
    /// The figure of `full` customers, of whom `shown` are left after small cells were emptied.
    #[must_use]
    pub fn of(full: u64, shown: u64, interval: Option<Interval>) -> Self {
        match interval {
            _ if full > 0 && shown == 0 => Self::Withheld { n: full },
            Some(interval) => Self::Known(Estimate::of(interval, full)),
            None => Self::Unknown { n: full },
        }
    }

    /// The figure with `value` in place of one that is unknown.
    #[must_use]
    pub fn or_bare(self, value: Option<f64>) -> Self {
        match (self, value) {
            (Self::Unknown { n }, Some(value)) => Self::Bare { value, n },
            _ => self,
        }
    }

    /// The value; `None` = not known, or withheld.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Known(estimate) => Some(estimate.value),
            Self::Bare { value, .. } => Some(*value),
            Self::Withheld { .. } | Self::Unknown { .. } => None,
        }
    }

    /// The value with its interval; `None` where one of them is missing.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        if let Self::Known(estimate) = self { Some(*estimate) } else { None }
    }

    /// Customers behind it, shown or not.
    #[must_use]
    pub fn n(&self) -> u64 {
        match self {
            Self::Known(Estimate { n, .. }) | Self::Bare { n, .. } | Self::Withheld { n } | Self::Unknown { n } => *n,
        }
    }

    /// Whether there is a figure that too few stand behind.
    #[must_use]
    pub fn withheld(&self) -> bool {
        matches!(self, Self::Withheld { .. })
    }
}

/// A count as people write it: 4,120.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A part of a whole as people write it: "24 %", and neither "0 %" of something nor "100 %" of less than all.
///
/// # Examples
/// By hand: 22 of 40,407 are 0.054 %, 5,000,000 of 5,006,000 are 99.88 %, 4,999 of 5,000 99.98 %.
///
/// ```
/// use valueseg_model::rows::percent_of;
///
/// assert_eq!(percent_of(22, 40_407), "0.1 %");
/// assert_eq!(percent_of(1, 40_407), "less than 0.1 %");
/// assert_eq!(percent_of(5_000_000, 5_006_000), "99.9 %");
/// assert_eq!(percent_of(4_999, 5_000), "more than 99.9 %");
/// assert_eq!([percent_of(120, 500), percent_of(0, 9), percent_of(9, 9)], ["24 %", "0 %", "100 %"]);
/// ```
#[must_use]
pub fn percent_of(part: u64, whole: u64) -> String {
    let share = 100.0 * part as f64 / whole.max(1) as f64;
    match share {
        share if part == 0 || part >= whole || (1.0..=99.0).contains(&share) => format!("{share:.0} %"),
        share if share < 0.05 => "less than 0.1 %".to_owned(),
        share if share >= 99.95 => "more than 99.9 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_for_people() {
        assert_eq!([0, 999, 4_120, 1_234_567].map(thousands), ["0", "999", "4,120", "1,234,567"]);
    }

    #[test]
    fn a_figure_of_nobody_left_is_withheld_and_one_of_nobody_at_all_unknown() {
        let interval = Interval::symmetric(0.5, 0.1);
        assert_eq!(Figure::of(5, 0, None), Figure::Withheld { n: 5 });
        assert_eq!(Figure::of(0, 0, None), Figure::default());
        assert_eq!(Figure::of(5, 5, interval).estimate().map(|e| (e.value, e.n)), Some((0.5, 5)));
        assert_eq!(Figure::of(5, 5, None).or_bare(Some(2.0)).value(), Some(2.0));
        assert_eq!(Figure::of(5, 0, None).or_bare(Some(2.0)).value(), None);
    }
}
