//! What is counted of a night's inputs, so that the next night can be held against it.
//!
//! A figure has a key, `kind:subject` (`rows:orders`, `mean:orders.amount`), or the kind alone where there is one of it.
//! The kinds stand in one list, [`FIGURES`]: what they are, their unit, which change is looked at, and from where on it is
//! told. Figures stand in the manifest; beside them, in [`STATE_NAME`] for the owner alone, stand the [`Mixes`]: in which
//! shares the words of a column come, without the words.

mod kinds;
mod mix;
mod told;

use std::collections::BTreeMap;

pub use kinds::{ChangeMeasure, FIGURES, FigureKind, figure_kind};
pub use mix::{MIX_BINS, Mix, Mixes, STATE_NAME, StoredMixes};
pub use told::{noise_reach, told};

/// Figures by key.
pub type Figures = BTreeMap<String, f64>;

/// The key of a figure.
#[must_use]
pub fn key(kind: &str, subject: &str) -> String {
    if subject.is_empty() { kind.to_owned() } else { format!("{kind}:{subject}") }
}

/// Kind and subject of a key; the subject is empty where there is one figure of the kind.
#[must_use]
pub fn parts(key: &str) -> (&str, &str) {
    key.split_once(':').unwrap_or((key, ""))
}

/// A figure as it is stored: six significant digits, so that it reads back as it was written, on any machine.
#[must_use]
pub fn rounded(value: f64) -> f64 {
    // INVARIANT: a number printed in scientific form is a number.
    format!("{value:.5e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_figure_reads_back_as_it_was_written() {
        for value in [0.0, 16_010.0, 1.0 / 3.0, -1_234.567_89, 9.999_999_9e12] {
            let stored = rounded(value);
            let text = serde_json::to_string(&stored).unwrap();
            assert_eq!(serde_json::from_str::<f64>(&text).unwrap().to_bits(), stored.to_bits(), "{text}");
            assert!((stored - value).abs() <= value.abs() * 1e-5);
        }
        assert_eq!(rounded(1.0 / 3.0).to_bits(), 0.333_333_f64.to_bits());
    }

    #[test]
    fn the_operations_page_names_every_figure_that_is_looked_at() {
        let page = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md"));
        for kind in FIGURES.iter().filter(|kind| kind.measure != ChangeMeasure::Beside) {
            assert!(page.contains(&format!("| `{}` |", kind.name)), "{}", kind.name);
        }
    }

    #[test]
    fn a_key_names_its_kind_and_every_kind_is_listed_once() {
        assert_eq!(parts("mean:orders.amount"), ("mean", "orders.amount"));
        assert_eq!(parts(&key("value", "")), ("value", ""));
        for (place, kind) in FIGURES.iter().enumerate() {
            assert!(FIGURES[..place].iter().all(|other| other.name != kind.name), "{}", kind.name);
            assert!(figure_kind(kind.name).is_some());
            if let (Some(alert), Some(hold)) = (kind.alert, kind.hold) {
                assert!(hold >= alert, "{}", kind.name);
            }
        }
    }
}
