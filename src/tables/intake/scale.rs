//! Answers on their scale, mapped to 0–10, and what was seen of them.

use std::collections::BTreeMap;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Float32Array, Float64Array};
use datafusion::arrow::buffer::{BooleanBuffer, NullBuffer};

use super::super::ledger::RejectCode;
use super::cast::{Bad, Ratings, as_text, no_numbers, parse_number, ratings};
use super::mapping::Scale;

/// Different whole answers that are told apart; more are no codes.
const MOST_CODES: usize = 16;

/// Steps up to which no whole answer on the scale lies far from the rest.
const FEW_STEPS: f64 = 10.0;

/// What was seen of one column of answers.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Watch {
    /// Answers that are numbers, on the scale or off it.
    pub(super) n: u64,
    /// Of these, off the scale.
    pub(super) off: u64,
    /// "Does not apply".
    pub(super) not_applicable: u64,
    /// Least and most, on the scale or off it.
    pub(super) low: f64,
    pub(super) high: f64,
    /// Least and most on the scale.
    pub(super) least: f64,
    pub(super) most: f64,
    /// All are whole numbers; looked at only while they lie between 1 and 7, where it can matter.
    pub(super) whole: bool,
    /// Whole answers off the scale and how often each was met; `None` = too many different ones, or not whole.
    pub(super) codes: Option<BTreeMap<i64, u64>>,
    /// The same for answers on a scale of more than ten steps, where a code for "don't know" may lie on the scale.
    pub(super) met: Option<BTreeMap<i64, u64>>,
}

impl Default for Watch {
    fn default() -> Self {
        let (none, nothing) = (f64::INFINITY, f64::NEG_INFINITY);
        Self {
            n: 0,
            off: 0,
            not_applicable: 0,
            low: none,
            high: nothing,
            least: none,
            most: nothing,
            whole: true,
            codes: Some(BTreeMap::new()),
            met: Some(BTreeMap::new()),
        }
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
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
        self.whole &= other.whole;
        merge_codes(&mut self.codes, other.codes.as_ref());
        merge_codes(&mut self.met, other.met.as_ref());
    }

    /// Answers on the scale, from `least` to `most`. Whether they are whole is asked only where it can matter.
    fn see(&mut self, n: u64, least: f64, most: f64, whole: impl FnOnce() -> bool) {
        self.n += n;
        self.low = self.low.min(least);
        self.high = self.high.max(most);
        self.least = self.least.min(least);
        self.most = self.most.max(most);
        self.whole = self.whole && (self.low < 1.0 || self.high > 7.0 || whole());
    }

    /// One answer on the scale.
    pub(super) fn see_one(&mut self, x: f64) {
        self.see(1, x, x, || x.fract() == 0.0);
    }

    /// One answer off the scale of which only that is known.
    pub(super) fn see_off_unknown(&mut self) {
        self.n += 1;
        self.off += 1;
    }

    fn see_off(&mut self, x: f64) {
        self.n += 1;
        self.off += 1;
        self.low = self.low.min(x);
        self.high = self.high.max(x);
        count(&mut self.codes, x, 1);
    }
}

/// One more answer of this kind. Where a union holds too many different ones, its parts may each hold few: what is kept does
/// not depend on who saw them.
fn count(codes: &mut Option<BTreeMap<i64, u64>>, x: f64, n: u64) {
    let Some(own) = codes else { return };
    if x.fract() == 0.0 && x.abs() < 1e9 {
        *own.entry(x as i64).or_default() += n;
    }
    if x.fract() != 0.0 || x.abs() >= 1e9 || own.len() > MOST_CODES {
        *codes = None;
    }
}

fn merge_codes(codes: &mut Option<BTreeMap<i64, u64>>, other: Option<&BTreeMap<i64, u64>>) {
    match other {
        Some(other) => other.iter().for_each(|(code, n)| count(codes, *code as f64, *n)),
        None => *codes = None,
    }
}

/// What was seen of a table of answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched {
    /// By column; of a table with one answer per row the whole, then by cell.
    pub(super) columns: Vec<Watch>,
    /// Respondents by how many seconds they took.
    pub(super) seconds: BTreeMap<u32, u64>,
}

impl Watched {
    /// Adds what another task saw.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.columns.len() < other.columns.len() {
            self.columns.resize(other.columns.len(), Watch::default());
        }
        self.columns.iter_mut().zip(&other.columns).for_each(|(own, other)| own.merge(other));
        other.seconds.iter().for_each(|(seconds, n)| *self.seconds.entry(*seconds).or_default() += n);
    }

    /// Respondents, the median of their seconds, and how many took less than a third of it; `None` = too few to tell.
    ///
    /// METHOD: relative to the median, after Greszki, Meyer and Schoen (2015), who cut 30 to 50 % below it; a third of it is
    /// our judgment, so that only people who can hardly have read the questions are counted.
    pub(super) fn speeders(&self) -> Option<(u64, u32, u64)> {
        let people: u64 = self.seconds.values().sum();
        let mut before = 0;
        let median = self.seconds.iter().find_map(|(seconds, n)| {
            before += n;
            (2 * before >= people).then_some(*seconds)
        })?;
        let fast = self.seconds.range(..median.div_ceil(3)).map(|(_, n)| n).sum();
        (people >= SPEED_LEAST).then_some((people, median, fast))
    }
}

/// Respondents from which the median of their seconds means something. Our judgment.
const SPEED_LEAST: u64 = 50;

/// Longest time told apart, a day: surveys that were left open.
const MOST_SECONDS: f64 = 86_400.0;

/// Whole seconds of a time; `None` = not a time.
pub(super) fn seconds(x: f64) -> Option<u32> {
    (x >= 0.0).then(|| x.min(MOST_SECONDS) as u32)
}

impl Scale {
    /// Reads a column of answers. Returns 0–10 with `f32` precision, absent where nothing was answered, "does not
    /// apply" was, or the answer cannot be used; the last are listed.
    pub(super) fn read(&self, array: &ArrayRef, decimal: char, watch: &mut Watch) -> (Float32Array, Bad) {
        let worded = !self.words.is_empty() || !self.not_applicable_words.is_empty();
        let textual = !array.data_type().is_numeric();
        if worded && textual {
            return self.read_words(array, decimal, watch);
        }
        // What yes and no are worth on a scale nobody has said.
        if array.as_boolean_opt().is_some() {
            return (Float32Array::new_null(array.len()), no_numbers(array).1);
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
        if width.abs() > FEW_STEPS && watch.met.is_some() {
            let on_scale = values.iter().zip(&good).filter(|(_, good)| **good);
            on_scale.for_each(|(&x, _)| count(&mut watch.met, x.into(), 1));
        }
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
        Scale {
            worst,
            best,
            not_applicable: vec![0.0],
            not_applicable_words: Vec::new(),
            words: Vec::new(),
            turned: Vec::new(),
        }
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
    fn codes_off_the_scale_are_counted_alike_whoever_saw_them() {
        let own = Scale { not_applicable: Vec::new(), ..scale(1.0, 5.0) };
        let cells: Vec<_> = (0..40).map(|i| Some(if i % 4 == 0 { 98.0 } else { 3.0 })).collect();
        let whole = read(&own, &cells).2;
        assert_eq!(whole.codes, Some(BTreeMap::from([(98, 10)])));
        let (mut left, right) = (read(&own, &cells[..15]).2, read(&own, &cells[15..]).2);
        left.merge(&right);
        assert_eq!(left, whole);
        let many: Vec<_> = (0..40).map(|i| Some(10.0 + i as f32)).collect();
        assert_eq!(read(&own, &many).2.codes, None);
    }
}
