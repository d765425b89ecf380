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
