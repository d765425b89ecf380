//! Noise on the sums of a group, so that nothing published of it tells what one customer added.
//!
//! Sums become [released](Moments::released) between the pass and the figures made of them. Means, intervals, tests,
//! classes and sentences are then read from the released sums alone, so they agree with each other and none of them
//! tells more than those sums do.

use sha2::{Digest, Sha256};

use super::profile::sums::Moments;

/// Spread (standard deviation) of the noise on a sum, in parts of the most that one customer can add to it.
///
/// METHOD: as if one customer and a half more, of whom nothing is known, had been counted. Somebody who knows all other
/// customers and every figure then knows one answer on 0–10 to ±15 from one night, and to ±2.7 from 30 nights of which
/// every one had other customers. Source: the cell-key method of statistical offices (Fraser and Wooton 2005; Thompson,
/// Broadfoot and Elazar 2013: the same customers get the same noise, so asking again does not average it out); the
/// spread is our judgment, after `examples/attack`.
pub const NOISE: f64 = 1.5;

/// Numbers of people in sentences are multiples of this, and so are those behind figures that an answer decides on.
pub const COUNT_STEP: u64 = 5;

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Gives noise to the sums of a night, or none. The same sums of the same group get the same noise as long as the key
/// is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noise {
    key: Option<[u8; KEY_BYTES]>,
}

/// Noise of one group, figure by figure.
#[derive(Clone, Debug)]
pub(crate) struct GroupNoise {
    begun: Option<Sha256>,
    figure: u32,
}

/// Values one customer can add to a sum, in steps.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Span {
    /// 0 or 1.
    Share,
    /// From the one to the other.
    Scale(i64, i64),
    /// Anything: money, numbers of contacts. The largest of the group stands for it.
    Open,
}

impl Noise {
    /// Noise that nobody without the key can take off again.
    #[must_use]
    pub fn keyed(key: [u8; KEY_BYTES]) -> Self {
        Self { key: Some(key) }
    }

    /// No noise: exact figures, never to be shown to anybody. Here so that it can be measured what noise costs, and what
    /// it keeps.
    #[must_use]
    pub fn none() -> Self {
        Self { key: None }
    }

    /// A figure that goes by this name with noise, `most` being what one customer can add to it.
    #[must_use]
    pub fn shifted(&self, name: &str, value: f64, most: f64) -> f64 {
        let draw = self.of("figure", name).draw([i128::from(value.to_bits())]);
        draw.map_or(value, |[push, _]| value + push * NOISE * most)
    }

    /// Whether figures stay exact.
    pub(crate) fn is_none(&self) -> bool {
        self.key.is_none()
    }

    /// A number of people in fives, by the lot that falls to it under this name.
    #[must_use]
    pub fn in_fives(&self, name: &str, people: u64) -> u64 {
        self.of("fives", name).count(people)
    }

    /// How many a group has, as pages tell it: the same number is told of all groups alike.
    #[must_use]
    pub fn told_size(&self, people: u64) -> u64 {
        self.of("sizes", "").count(people)
    }

    /// Any other number of people of `group`, as pages tell it.
    #[must_use]
    pub fn told_count(&self, group: &str, people: u64) -> u64 {
        self.of("told", group).count(people)
    }

    /// Noise of a group; `pass` tells the passes over one group apart.
    pub(crate) fn of(&self, pass: &str, group: &str) -> GroupNoise {
        let begin = |key: &[u8; KEY_BYTES]| {
            [key.as_slice(), pass.as_bytes(), b"\0", group.as_bytes(), b"\0"]
                .into_iter()
                .fold(Sha256::new(), |digest, bytes| digest.chain_update(bytes))
        };
        GroupNoise { begun: self.key.as_ref().map(begin), figure: 0 }
    }
}

impl GroupNoise {
    /// Two draws for the next figure, mean 0 and spread 1, from what it was made of; `None` = no noise.
    pub(crate) fn draw(&mut self, made_of: impl IntoIterator<Item = i128>) -> Option<[f64; 2]> {
        self.figure += 1;
        let begun = self.begun.clone()?.chain_update(self.figure.to_le_bytes());
        let digest = made_of.into_iter().fold(begun, |digest, cell| digest.chain_update(cell.to_le_bytes())).finalize();
        let (one, other) = digest.split_at(KEY_BYTES / 2);
        Some([bell(one), bell(other)])
    }

    /// A number of people as a multiple of [`COUNT_STEP`], one of the two beside it, by lot: the nearer one more often, so
    /// that it is right on average; never none where there is somebody. The same number in a group is told the same.
    pub(crate) fn count(&self, people: u64) -> u64 {
        let Some(begun) = self.begun.clone().filter(|_| people > 0) else { return people };
        let digest: [u8; KEY_BYTES] = begun.chain_update(b"count").chain_update(people.to_le_bytes()).finalize().into();
        let (whole, rest) = (people / COUNT_STEP, people % COUNT_STEP);
        let lot = digest[..8].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)) % COUNT_STEP;
        (COUNT_STEP * (whole + u64::from(lot < rest))).max(COUNT_STEP)
    }
}

/// Four uniform numbers from 16 bytes, added up and scaled to mean 0 and spread 1: bell-shaped and within ±3.47, so that
/// no figure strays far, and no ends of an even spread tell where the true one lies.
fn bell(bytes: &[u8]) -> f64 {
    let parts = bytes.chunks_exact(4).map(|part| part.iter().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte)));
    let sum: f64 = parts.map(|part| (f64::from(part) + 0.5) / 4_294_967_296.0 - 0.5).sum();
    sum * 3_f64.sqrt()
}

impl Moments {
    /// The same customers with noise on what they add up to, numbers and weights as they were.
    ///
    /// METHOD: with `a` the most one customer can add to the mean, the mean gets noise of spread [`NOISE`]`·a`, and the
    /// variance noise of its own, so that the width of an interval tells no more than its middle. The noise is then paid
    /// for in the interval: of a mean by a variance of `(NOISE·a)²·n` more, of a share by fewer effective customers.
    pub(crate) fn released(mut self, span: Span, noise: &mut GroupNoise) -> Self {
        let Some([shift, stretch]) = noise.draw(self.cells()).filter(|_| self.n > 0 && self.w > 0) else {
            return self;
        };
        let w = self.w as f64;
        // The weight that a customer of the group has on average, heavy ones counting more.
        let heavy = self.w2 as f64 / w;
        let (low, high, most) = match span {
            Span::Share => (0.0, 1.0, 1.0),
            Span::Scale(low, high) => (low as f64, high as f64, (high - low) as f64),
            Span::Open => (f64::NEG_INFINITY, f64::INFINITY, self.top as f64 / heavy),
        };
        let (mean, variance) = (self.wx as f64 / w, self.variance(1.0).unwrap_or(0.0));
        let error = NOISE * most * heavy / w;
        let mean = (mean + shift * error).clamp(low, high);
        self.wx = (mean * w).round() as i128;
        if let Span::Share = span {
            self.wxx = self.wx;
            // METHOD: two answers each way keep a share of 0 or 1 from having no variance (Agresti and Coull 1998).
            let (n, kish) = (self.customers(), self.effective_n());
            let share = (mean * n + 2.0) / (n + 4.0);
            self.w2 = (self.w2 as f64 * (1.0 + error * error * kish / (share * (1.0 - share)))).round() as i128;
        } else {
            // Nobody is farther from the mean than half a scale, nearly; of amounts the largest may be.
            let far = if let Span::Open = span { most } else { most / 2.0 };
            let variance = (variance + stretch * NOISE * far * far * heavy / w).max(0.0);
            let paid = error * error * self.effective_n();
            self.set_squares((variance + paid + mean * mean) * w);
        }
        self
    }

    /// Promoters and detractors, or any two of which nobody is both: where noise made them more than all, both give up
    /// as much.
    pub(crate) fn no_more_than_all(&mut self, other: &mut Self) {
        let excess = (self.wx + other.wx - self.w).max(0);
        let most = self.wx.min(other.wx);
        let each = (excess / 2 + excess % 2).min(most);
        for side in [self, other] {
            side.wx -= each;
            side.wxx = side.wx;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: u32 = 65_536;

    fn answers(values: &[i64]) -> Moments {
        let mut sums = Moments::default();
        values.iter().for_each(|x| sums.add(ONE, *x));
        sums
    }

    fn noise(key: u8) -> GroupNoise {
        Noise::keyed([key; KEY_BYTES]).of("profile", "S01")
    }

    #[test]
    fn the_same_customers_get_the_same_noise_and_one_more_gets_another() {
        let values: Vec<i64> = (0..100).map(|i| i % 11 * 100).collect();
        let span = Span::Scale(0, 1_000);
        let released = |values: &[i64], key| answers(values).released(span, &mut noise(key));
        assert_eq!(released(&values, 1), released(&values, 1));
        assert_ne!(released(&values, 1), released(&values, 2));
        let more: Vec<i64> = values.iter().copied().chain([700]).collect();
        let added = (released(&more, 1).wx - released(&values, 1).wx) as f64 / f64::from(ONE);
        assert!((added - 700.0).abs() > 1.0, "a difference does not give the answer: {added}");
        assert_eq!(released(&more, 1).count(), 101, "numbers stay");
    }

    #[test]
    fn noise_is_as_wide_as_it_says_and_leaves_the_mean_alone_on_average() {
        let mut draws = Vec::new();
        for key in 0..=255 {
            let mut noise = noise(key);
            draws.extend((0..20_i128).flat_map(|i| noise.draw([i]).unwrap()));
        }
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let spread = (draws.iter().map(|x| x * x).sum::<f64>() / n).sqrt();
        assert!(mean.abs() < 0.03 && (spread - 1.0).abs() < 0.03, "{mean} {spread}");
        assert!(draws.iter().all(|x| x.abs() < 3.47));
    }

    #[test]
    fn a_mean_moves_by_no_more_than_a_few_customers_could_move_it() {
        let values: Vec<i64> = (0..200).map(|i| i % 11 * 100).collect();
        let exact = answers(&values);
        for key in 0..50 {
            let told = exact.released(Span::Scale(0, 1_000), &mut noise(key));
            let moved = told.mean(100.0).unwrap() - exact.mean(100.0).unwrap();
            assert!(moved.abs() <= 3.47 * NOISE * 10.0 / 200.0, "{moved}");
            assert!(told.variance(100.0).unwrap() > 0.0);
        }
    }

    #[test]
    fn shares_stay_shares_and_are_told_less_surely() {
        for (yes, n) in [(0, 30), (30, 30), (12, 30), (1, 2)] {
            let exact = answers(&(0..n).map(|i| i64::from(i < yes)).collect::<Vec<_>>());
            for key in 0..50 {
                let told = exact.released(Span::Share, &mut noise(key));
                assert!((0..=told.w).contains(&told.wx) && told.wxx == told.wx);
                assert!(told.effective_n() < exact.effective_n());
            }
        }
    }

    #[test]
    fn one_large_customer_hides_in_noise_of_their_own_size() {
        let mut values = vec![1_000; 99];
        values.push(1_000_000);
        let exact = answers(&values);
        let moved = |key| (exact.released(Span::Open, &mut noise(key)).wx - exact.wx) as f64 / f64::from(ONE);
        let spread = ((0..100).map(|key| moved(key).powi(2)).sum::<f64>() / 100.0).sqrt();
        assert!((1e6..2e6).contains(&spread), "{spread}");
    }

    #[test]
    fn a_number_of_people_is_told_to_the_next_five_above_or_below_and_is_right_on_average() {
        let told: Vec<u64> = (0..200).map(|key| noise(key).count(57)).collect();
        assert!(told.iter().all(|n| [55, 60].contains(n)));
        let mean = told.iter().sum::<u64>() as f64 / 200.0;
        assert!((mean - 57.0).abs() < 0.7, "{mean}");
        assert_eq!([0, 2, 20].map(|n| noise(1).count(n)), [0, 5, 20]);
        assert_eq!(Noise::none().of("told", "S01").count(57), 57);
    }

    #[test]
    fn nobody_and_no_key_stay_as_they_are() {
        let exact = answers(&[100, 200]);
        assert_eq!(exact.released(Span::Open, &mut Noise::none().of("profile", "S01")), exact);
        assert_eq!(Moments::default().released(Span::Share, &mut noise(1)), Moments::default());
    }

    #[test]
    fn promoters_and_detractors_are_never_more_than_all() {
        let (mut one, mut other) = (answers(&[1, 1, 1, 0]), answers(&[0, 0, 1, 1]));
        one.no_more_than_all(&mut other);
        assert!(one.wx + other.wx <= one.w);
        assert_eq!((one.wx, other.wx), (5 * i128::from(ONE) / 2, 3 * i128::from(ONE) / 2));
    }
}
