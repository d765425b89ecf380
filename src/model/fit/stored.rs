//! Numbers as they will be read back from a file.

/// Significant digits a stored number keeps. Few enough that every JSON reader gets the same double back.
const STORED_DIGITS: usize = 11;

/// Smallest size of a stored number; anything nearer to 0 is stored as 0.
const STORED_LEAST: f64 = 1e-9;

/// The number as it will be read back from a file.
pub(in crate::model) fn stored(x: f64) -> f64 {
    if x.abs() < STORED_LEAST {
        return 0.0;
    }
    format!("{x:.digits$e}", digits = STORED_DIGITS - 1).parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stored_number_is_read_back_exactly(x in prop_oneof![-1e12..1e12f64, -1.0..1.0f64, -1e-6..1e-6f64]) {
            let kept = stored(x);
            let back: f64 = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            prop_assert_eq!(kept.to_bits(), back.to_bits());
            prop_assert!((kept - x).abs() <= x.abs() * 1e-10 + STORED_LEAST);
            prop_assert_eq!(stored(kept).to_bits(), kept.to_bits());
        }
    }
}
