//! Figures of the inputs as a night keeps them: means of answers and amounts tell nothing of one customer.

use super::{Figures, key, parts, rounded};
use crate::model::segment::{NOISE, Noise};

/// How many means one customer may lie away from 0, of amounts and signals; as many spreads from the mean. Our judgment.
const FARTHEST: f64 = 10.0;

/// How far noise moves a stored mean of `n` customers, in spreads over customers, and a stored sum over them, in parts of
/// itself: beyond this, chance alone is not at work. Three times its spread.
#[must_use]
pub fn noise_reach(n: f64) -> f64 {
    3.0 * NOISE * FARTHEST / n.max(1.0)
}

/// The figures with noise on every mean, spread, middle and sum over people, and on shares of yes; counts and shares of
/// rows that were read or rejected stay.
///
/// METHOD: as [`Noise`] does it for groups, with the number of customers or rows that stand beside the figure. A limit
/// from which a change is told is far beyond it.
#[must_use]
pub fn told(figures: &Figures, noise: &Noise) -> Figures {
    let told = figures.iter().map(|(name, value)| {
        let (kind, subject) = parts(name);
        let count = |kind: &str, subject: &str| figures.get(&key(kind, subject)).copied().filter(|n| *n >= 1.0);
        let table = subject.split('.').next().unwrap_or_default();
        let (n, most) = match kind {
            "answer_mean" => (count("answers", subject), 10.0),
            "value" => (Some(1.0), FARTHEST * value / count("valued", "").unwrap_or(1.0)),
            "mean" | "median" => (count("rows", table), FARTHEST * value.abs()),
            "yes" => (count("rows", table), 1.0),
            "signal_mean" => {
                let spread = figures.get(&key("signal_sd", subject)).copied().unwrap_or(0.0);
                (count("signal_known", subject), FARTHEST * spread)
            }
            "signal_sd" => (count("signal_known", subject), FARTHEST * value),
            _ => return (name.clone(), *value),
        };
        let shifted = noise.shifted(name, *value, most / n.unwrap_or(1.0));
        let within = match kind {
            "answer_mean" => shifted.clamp(0.0, 10.0),
            "yes" => shifted.clamp(0.0, 1.0),
            "signal_mean" => shifted,
            // A sum, mean or spread keeps its sign: below it nothing could be held against it.
            _ if shifted * value > 0.0 => shifted,
            _ => *value / 2.0,
        };
        (name.clone(), rounded(within))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_sums_move_by_a_few_customers_and_counts_stay() {
        let figures: Figures = [
            ("answers:importance_quality", 300.0),
            ("answer_mean:importance_quality", 6.12345),
            ("rows:orders", 1_000.0),
            ("mean:orders.amount", 52.25),
            ("value", 61_234.5),
            ("valued", 400.0),
            ("rejected:orders", 0.01),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let told = told(&figures, &Noise::keyed([4; 32]));
        for name in ["answers:importance_quality", "rows:orders", "valued", "rejected:orders"] {
            assert_eq!(told[name], figures[name], "{name}");
        }
        let moved = |name: &str| (told[name] - figures[name]).abs();
        assert!((1e-3..0.18).contains(&moved("answer_mean:importance_quality")));
        assert!(moved("mean:orders.amount") > 0.0 && moved("mean:orders.amount") < 2.8);
        assert!(moved("value") > 0.0 && moved("value") < 8_000.0);
        assert_eq!(super::told(&figures, &Noise::none()), figures);
    }
}
