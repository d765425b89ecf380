//! When an answer counts as high, whatever scale it was given on.

/// From which answer on, mapped to 0–10, an answer is high: the upper quarter of the scale.
///
/// METHOD: Bain's cut is 8 on 0–10 (Almquist, Senior and Bloch 2016). On a scale of five points survey practice counts the
/// top two boxes, and 4 of 5 is mapped to 7.5, below Bain's cut: on such a scale only the very best answer would be high.
/// The upper quarter is both cuts at once, because no whole answer of any usual scale lies between 7.5 and 8 but 4 of 5
/// and its likes. It needs no memory of the scale, so answers of two surveys on two scales are each read by their own.
///
/// | scale | high |
/// |---|---|
/// | 0–10, 1–10 | 8 and more |
/// | 1–7 | 6 and 7 |
/// | 1–6 | 5 and 6 |
/// | 1–5 | 4 and 5 |
/// | 1–4, 1–3, 0–1 | the best answer |
/// | 0–100 | 75 and more |
pub const HIGH: f64 = 7.5;

/// The same in words, to be printed where something is called high.
pub const HIGH_RULE: &str = "High is an answer in the upper quarter of the scale asked: 4 and 5 on 1–5, 6 and 7 on 1–7, 8 and \
                             more on 0–10 and on 1–10";

/// Whether an answer on 0–10 is high.
#[must_use]
pub fn is_high(answer: f32) -> bool {
    answer >= HIGH as f32
}

#[cfg(test)]
mod tests {
    use super::is_high;

    /// Lowest high answer of a scale of whole steps, mapped as intake maps.
    fn lowest(worst: i32, best: i32) -> Option<i32> {
        let (low, high) = (worst.min(best), worst.max(best));
        let on_ten = |x: i32| (f64::from(x - worst) * 10.0 / f64::from(best - worst)) as f32;
        let all = (low..=high).filter(|x| is_high(on_ten(*x)));
        if worst < best { all.min() } else { all.max() }
    }

    #[test]
    fn high_is_the_top_two_boxes_on_short_scales_and_bains_cut_on_ten() {
        assert_eq!(lowest(0, 10), Some(8));
        assert_eq!(lowest(1, 10), Some(8));
        assert_eq!(lowest(1, 7), Some(6));
        assert_eq!(lowest(1, 6), Some(5));
        assert_eq!(lowest(1, 5), Some(4));
        assert_eq!(lowest(1, 4), Some(4));
        assert_eq!(lowest(0, 1), Some(1));
        assert_eq!(lowest(0, 100), Some(75));
        // Turned: 1 is best.
        assert_eq!(lowest(5, 1), Some(2));
        assert_eq!(lowest(7, 1), Some(2));
    }
}
