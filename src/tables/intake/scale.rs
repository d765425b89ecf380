//! Answers on their scale, mapped to 0–10, and a look at whether it is the right scale.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float32Array, Float64Array};
use datafusion::arrow::buffer::{BooleanBuffer, NullBuffer};

use super::super::ledger::RejectCode;
use super::cast::{Bad, Ratings, as_text, parse_number, ratings};
use super::mapping::Scale;

/// Most answers off the scale, as a share, before the scale itself is doubted.
const DOUBT_OFF: f64 = 0.02;

/// Least answers before a scale is doubted because they fill only part of it.
const DOUBT_LEAST: u64 = 50;

/// What was seen of one column of answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Watch {
    /// Answers that are numbers, on the scale or off it.
    pub(super) n: u64,
    /// Of these, off the scale.
    pub(super) off: u64,
    /// "Does not apply".
    pub(super) not_applicable: u64,
    low: f64,
    high: f64,
    whole: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self { n: 0, off: 0, not_applicable: 0, low: f64::INFINITY, high: f64::NEG_INFINITY, whole: true }
    }
}

impl Watch {
    /// Adds what another task saw.
    pub(super) fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.off += other.off;
        self.not_applicable += other.not_applicable;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.whole &= other.whole;
    }

    /// Answers on the scale, from `least` to `most`. Whether they are whole is asked only where it can matter.
    fn see(&mut self, n: u64, least: f64, most: f64, whole: impl FnOnce() -> bool) {
        self.n += n;
        self.low = self.low.min(least);
        self.high = self.high.max(most);
        self.whole = self.whole && (self.low < 1.0 || self.high > 7.0 || whole());
    }

    fn see_off(&mut self, x: f64) {
        self.n += 1;
        self.off += 1;
        self.low = self.low.min(x);
        self.high = self.high.max(x);
    }

    /// Why the scale may be the wrong one, in words; `None` = no reason to doubt it.
    pub(super) fn doubt(&self, scale: &Scale) -> Option<String> {
        let (low, high) = (scale.worst.min(scale.best), scale.worst.max(scale.best));
        let seen = format!("answers lie between {} and {}", self.low, self.high);
        if self.off as f64 > DOUBT_OFF * self.n as f64 {
            let share = 100.0 * self.off as f64 / self.n as f64;
            return Some(format!("{share:.0} % are off the scale [{low}, {high}]; {seen}"));
        }
        let wide = (low, high) == (0.0, 10.0);
        let known = [5.0, 7.0].into_iter().find(|top| self.high <= *top && self.low >= 1.0);
        match known {
            Some(top) if wide && self.whole && self.n >= DOUBT_LEAST => {
                Some(format!("{seen}, all whole; if the scale is 1 to {top}, write scale = [1, {top}]"))
            }
            _ => None,
        }
    }
}

impl Scale {
    /// Reads a column of answers. Returns 0–10 with `f32` precision, absent where nothing was answered, "does not
    /// apply" was, or the answer cannot be used; the last are listed.
    pub(super) fn read(&self, array: &ArrayRef, decimal: char, watch: &mut Watch) -> (Float32Array, Bad) {
        let worded = !self.words.is_empty() || !self.not_applicable_words.is_empty();
        let textual = !array.data_type().is_numeric() && array.as_boolean_opt().is_none();
        if worded && textual {
            return self.read_words(array, decimal, watch);
        }
        let (numbers, mut bad) = ratings(array, decimal);
        let (out, off) = match &numbers {
            Ratings::Single(own) => self.judge(own.values(), own.nulls(), watch),
            Ratings::Double(own) => self.judge(own.values(), own.nulls(), watch),
        };
        bad.extend(off);
        (out, bad)
    }

    fn read_words(&self, array: &ArrayRef, decimal: char, watch: &mut Watch) -> (Float32Array, Bad) {
        let text = as_text(array);
        let mut bad = Bad::new();
        let numbers: Float64Array = text
            .iter()
            .enumerate()
            .map(|(i, cell)| {
                let cell = cell.map(str::trim).filter(|t| !t.is_empty())?;
                if self.not_applicable_words.iter().any(|word| word == cell) {
                    watch.not_applicable += 1;
                    return None;
                }
                if let Some((_, value)) = self.words.iter().find(|(word, _)| word == cell) {
                    return Some(*value);
                }
                parse_number(cell, decimal).map_err(|code| bad.push((i, code))).ok()
            })
            .collect();
        let (out, off) = self.judge(numbers.values(), numbers.nulls(), watch);
        bad.extend(off);
        (out, bad)
    }

    fn judge<T: Copy + Into<f64>>(
        &self,
        values: &[T],
        nulls: Option<&NullBuffer>,
        watch: &mut Watch,
    ) -> (Float32Array, Bad) {
        let (low, high) = (self.worst.min(self.best), self.worst.max(self.best));
        let width = self.best - self.worst;
        let mut good: Vec<bool> = nulls.map_or_else(|| vec![true; values.len()], |nulls| nulls.iter().collect());
        let mut out: Vec<f32> = vec![0.0; values.len()];
        let (mut n_bad, mut least, mut most) = (0u32, f64::INFINITY, f64::NEG_INFINITY);
        // No branches: this loop sees every answer of the night.
        for ((&x, good), out) in values.iter().zip(&mut good).zip(&mut out) {
            let x: f64 = x.into();
            // NaN is on no scale.
            let on_scale = low <= x && x <= high;
            n_bad += u32::from(*good & !on_scale);
            *good &= on_scale;
            *out = if *good { ((x - self.worst) * 10.0 / width) as f32 + 0.0 } else { 0.0 };
            least = if *good & (x < least) { x } else { least };
            most = if *good & (x > most) { x } else { most };
        }
        let n_good = good.iter().filter(|good| **good).count() as u64;
        watch.see(n_good, least, most, || values.iter().zip(&good).all(|(&x, good)| !good || x.into().fract() == 0.0));
        let mut bad = Bad::new();
        if n_bad > 0 || !self.not_applicable.is_empty() {
            for (i, &x) in values.iter().enumerate().filter(|(i, _)| nulls.is_none_or(|nulls| nulls.is_valid(*i))) {
                let x: f64 = x.into();
                if self.not_applicable.contains(&x) {
                    watch.not_applicable += 1;
                    watch.n -= u64::from(good[i]);
                    good[i] = false;
                } else if x.is_infinite() {
                    bad.push((i, RejectCode::NotFinite));
                } else if x.is_nan() {
                    // How numpy and its kin write "no answer".
                } else if !good[i] {
                    watch.see_off(x);
                    bad.push((i, RejectCode::OffScale));
                }
            }
        }
        let nulls = NullBuffer::new(BooleanBuffer::collect_bool(good.len(), |i| good[i]));
        (Float32Array::new(out.into(), Some(nulls)), bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::StringArray;
    use std::sync::Arc;

    fn scale(worst: f64, best: f64) -> Scale {
        Scale { worst, best, not_applicable: vec![0.0], not_applicable_words: Vec::new(), words: Vec::new() }
    }

    fn read(scale: &Scale, cells: &[Option<f32>]) -> (Vec<Option<f32>>, Bad, Watch) {
        let array: ArrayRef = Arc::new(Float32Array::from(cells.to_vec()));
        let mut watch = Watch::default();
        let (out, bad) = scale.read(&array, '.', &mut watch);
        (out.iter().collect(), bad, watch)
    }

    #[test]
    fn one_to_five_becomes_nought_to_ten_and_the_turned_scale_is_turned() {
        let cells = [Some(1.0), Some(2.0), Some(5.0), None, Some(0.0), Some(6.0), Some(f32::NAN)];
        let (got, bad, watch) = read(&scale(1.0, 5.0), &cells);
        assert_eq!(got, [Some(0.0), Some(2.5), Some(10.0), None, None, None, None]);
        assert_eq!(bad, [(5, RejectCode::OffScale)]);
        assert_eq!((watch.n, watch.off, watch.not_applicable), (4, 1, 1));
        assert_eq!(read(&scale(5.0, 1.0), &cells).0[..3], [Some(10.0), Some(7.5), Some(0.0)]);
    }

    #[test]
    fn on_nought_to_ten_answers_stay_bit_for_bit_and_minus_nought_is_nought() {
        let own = Scale { not_applicable: Vec::new(), ..scale(0.0, 10.0) };
        let cells = [Some(0.1), Some(9.9), Some(-0.0), Some(10.0)];
        let got = read(&own, &cells).0;
        assert_eq!(got[..2], cells[..2]);
        assert!(got[2].is_some_and(|x| x.is_sign_positive()));
    }

    #[test]
    fn words_are_worth_what_the_configuration_says() {
        let words = vec![("happy".to_owned(), 5.0), ("unhappy".to_owned(), 1.0)];
        let own = Scale { words, not_applicable_words: vec!["n/a".to_owned()], ..scale(1.0, 5.0) };
        let cells = vec![Some("happy"), Some(" unhappy "), Some("n/a"), Some("3"), Some("so so"), None];
        let array: ArrayRef = Arc::new(StringArray::from(cells));
        let mut watch = Watch::default();
        let (got, bad) = own.read(&array, '.', &mut watch);
        assert_eq!(got.iter().collect::<Vec<_>>(), [Some(10.0), Some(0.0), None, Some(5.0), None, None]);
        assert_eq!(bad, [(4, RejectCode::NotANumber)]);
        assert_eq!(watch.not_applicable, 1);
    }

    #[test]
    fn a_scale_is_doubted_when_answers_leave_it_or_fill_the_lower_half() {
        let own = Scale { not_applicable: Vec::new(), ..scale(0.0, 10.0) };
        let five: Vec<_> = (0..60).map(|i| Some(f32::from(1 + (i % 5) as u8))).collect();
        assert!(read(&own, &five).2.doubt(&own).expect("doubted").contains("[1, 5]"));
        let hundred: Vec<_> = (0..60).map(|i| Some(i as f32)).collect();
        assert!(read(&own, &hundred).2.doubt(&own).expect("doubted").contains("82 %"));
        let fine: Vec<_> = (0..60).map(|i| Some((i % 11) as f32)).collect();
        assert_eq!(read(&own, &fine).2.doubt(&own), None);
    }
}
