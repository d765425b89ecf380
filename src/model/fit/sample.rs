//! The bounded sample a fit works on: the customers with the smallest hashes, whatever order they come in.

use ndarray::Array2;
use twox_hash::XxHash64;

use crate::rows::{Attitudes, CustomerBlock, CustomerFlags, N_RATINGS, suppression};

/// Most respondents in a sample. METHOD: 10,000 are plenty to decide a dozen segments
/// (`docs/method.md#what-a-customer-is`); more only polishes digits.
pub const RESPONDENT_CAP: usize = 10_000;

/// Most customers in the sample of everybody.
pub const BASE_CAP: usize = 20_000;

/// Ratings from which a customer counts as a respondent. Our judgment: with fewer, scale use cannot be told from
/// content.
pub const MIN_ANSWERS: u32 = 3;

/// What a fit works on. Rows are sorted by id.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Customers who rated at least [`MIN_ANSWERS`] elements.
    pub respondents: CustomerBlock,
    /// Customers who rated fewer, but something: they shape no segments. Empty where respondents fill the sample.
    pub barely: CustomerBlock,
    /// Customers drawn from everybody, respondents among them.
    pub base: CustomerBlock,
}

/// Collects a [`Sample`] block by block; blocks may come in any order and split.
///
/// Each customer has a hash of (seed, id); the smallest hashes win, so the result depends on who was seen and the
/// seed alone. Customers who must not be profiled (no consent, under age, deceased, objection) are never sampled.
#[derive(Clone, Debug)]
pub struct SampleCollector {
    seed: u64,
    respondents: Reservoir,
    barely: Reservoir,
    base: Reservoir,
}

impl Sample {
    /// Everybody who rated anything, by id.
    pub(in crate::fit) fn who_rated(&self) -> CustomerBlock {
        let rows = |block: &CustomerBlock| (0..block.len()).map(|row| Row::of(0, block, row)).collect::<Vec<_>>();
        let mut all = rows(&self.respondents);
        all.extend(rows(&self.barely));
        all.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        block_of(&all)
    }
}

impl SampleCollector {
    /// An empty collector of at most `cap` respondents, usually [`RESPONDENT_CAP`], and twice as many of everybody
    /// ([`BASE_CAP`]).
    #[must_use]
    pub fn new(seed: u64, cap: usize) -> Self {
        let (respondents, barely) = (Reservoir::new(cap), Reservoir::new(cap));
        Self { seed, respondents, barely, base: Reservoir::new(cap * (BASE_CAP / RESPONDENT_CAP)) }
    }

    /// Whether the customer can still get into the sample; those who cannot need not be read any further.
    #[must_use]
    pub fn may_take(&self, id: &str) -> bool {
        XxHash64::oneshot(self.seed, id.as_bytes()) <= self.respondents.bar.max(self.base.bar)
    }

    /// Takes in the rows of a block.
    pub fn absorb(&mut self, block: &CustomerBlock) {
        for row in 0..block.len() {
            if suppression(&block.flags[row]).is_some() {
                continue;
            }
            let hash = XxHash64::oneshot(self.seed, block.ids[row].as_bytes());
            match block.rated[row].count_ones() {
                0 => {}
                1..MIN_ANSWERS => self.barely.offer(hash, block, row),
                _ => self.respondents.offer(hash, block, row),
            }
            self.base.offer(hash, block, row);
        }
    }

    /// Takes in what another collector of the same seed and cap has seen.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.respondents.merge(other.respondents);
        self.barely.merge(other.barely);
        self.base.merge(other.base);
        self
    }

    /// The sample, rows sorted by id.
    #[must_use]
    pub fn finish(mut self) -> Sample {
        // Where respondents fill the sample, customers may have been passed over unread, those who rated little among them.
        self.respondents.prune();
        if self.respondents.bar < u64::MAX {
            self.barely = Reservoir::new(self.barely.cap);
        }
        let (respondents, barely, base) = (self.respondents.finish(), self.barely.finish(), self.base.finish());
        let (asked, all) = (mean_weight(&respondents), mean_weight(&base));
        Sample { respondents: weighed(respondents, asked), barely: weighed(barely, asked), base: weighed(base, all) }
    }
}

/// Mean of the row weights; 1 where there are no rows.
fn mean_weight(block: &CustomerBlock) -> f64 {
    if block.is_empty() { 1.0 } else { block.weight.iter().sum::<f64>() / block.len() as f64 }
}

/// The block with its weights in units of `mean`.
///
/// METHOD: a fit asks how many people its evidence rests on, and that is how many there are in its sample. Where those who
/// answered weigh next to nothing beside those who did not, their answers are as many all the same.
fn weighed(mut block: CustomerBlock, mean: f64) -> CustomerBlock {
    block.weight.iter_mut().for_each(|weight| *weight /= mean);
    block
}

/// One customer of a sample.
#[derive(Clone, Debug)]
struct Row {
    hash: u64,
    id: String,
    weight: f64,
    ratings: [f32; N_RATINGS],
    rated: u64,
    signals: Vec<f64>,
    signalled: u128,
    flags: CustomerFlags,
    attitudes: Attitudes,
    value_365d: Option<f64>,
}

impl Row {
    fn of(hash: u64, block: &CustomerBlock, row: usize) -> Self {
        let mut ratings = [0.0; N_RATINGS];
        ratings.iter_mut().zip(block.ratings.row(row)).for_each(|(to, from)| *to = *from);
        Self {
            hash,
            id: block.ids[row].clone(),
            weight: block.weight[row],
            ratings,
            rated: block.rated[row],
            signals: block.signals.row(row).to_vec(),
            signalled: block.signalled[row],
            flags: block.flags[row],
            attitudes: block.attitudes.select(&[row]),
            value_365d: block.value_365d[row],
        }
    }
}

/// The `cap` rows with the smallest (hash, id).
#[derive(Clone, Debug)]
struct Reservoir {
    cap: usize,
    /// Up to twice the cap, so that sorting out is rare.
    rows: Vec<Row>,
    /// Hashes above this cannot win any more.
    bar: u64,
}

impl Reservoir {
    fn new(cap: usize) -> Self {
        Self { cap, rows: Vec::new(), bar: u64::MAX }
    }

    fn offer(&mut self, hash: u64, block: &CustomerBlock, row: usize) {
        // INVARIANT: the bar never lets out a row of the final sample, because it is the hash of the last of `cap` rows that
        // are kept; equal hashes are let in and parted by id.
        if hash > self.bar {
            return;
        }
        self.rows.push(Row::of(hash, block, row));
        if self.rows.len() >= (2 * self.cap).max(16) {
            self.prune();
        }
    }

    fn prune(&mut self) {
        if self.rows.len() <= self.cap {
            return;
        }
        // The smallest of a set are the smallest of the smallest of its parts: order and split of the rows change nothing.
        self.rows.sort_unstable_by(|a, b| (a.hash, &a.id).cmp(&(b.hash, &b.id)));
        self.rows.truncate(self.cap);
        self.bar = self.rows.last().map_or(0, |row| row.hash);
    }

    fn merge(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.prune();
    }

    fn finish(mut self) -> CustomerBlock {
        self.prune();
        // By id: the place of a row then says nothing about how it was drawn.
        self.rows.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        block_of(&self.rows)
    }
}

fn block_of(rows: &[Row]) -> CustomerBlock {
    let p = rows.first().map_or(0, |row| row.signals.len());
    CustomerBlock {
        ids: rows.iter().map(|r| r.id.clone()).collect(),
        weight: rows.iter().map(|r| r.weight).collect(),
        ratings: Array2::from_shape_fn((rows.len(), N_RATINGS), |(i, j)| rows[i].ratings[j]),
        rated: rows.iter().map(|r| r.rated).collect(),
        signals: Array2::from_shape_fn((rows.len(), p), |(i, j)| rows[i].signals[j]),
        signalled: rows.iter().map(|r| r.signalled).collect(),
        flags: rows.iter().map(|r| r.flags).collect(),
        attitudes: Attitudes::stacked(rows.iter().map(|r| &r.attitudes)),
        value_365d: rows.iter().map(|r| r.value_365d).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(ids: &[u32]) -> CustomerBlock {
        let n = ids.len();
        CustomerBlock {
            ids: ids.iter().map(|i| format!("c{i:05}")).collect(),
            weight: vec![1.0; n],
            ratings: Array2::from_shape_fn((n, N_RATINGS), |(i, _)| (ids[i] % 11) as f32),
            rated: ids.iter().map(|i| if i % 2 == 0 { 0b111 } else { 0b11 }).collect(),
            signals: Array2::from_shape_fn((n, 2), |(i, j)| f64::from(ids[i]) + j as f64),
            signalled: vec![0b11; n],
            flags: ids
                .iter()
                .map(|i| CustomerFlags { consent_profiling: i % 7 != 0, ..CustomerFlags::default() })
                .collect(),
            attitudes: Attitudes::unasked(n, 0),
            value_365d: vec![None; n],
        }
    }

    #[test]
    fn those_who_answered_count_as_many_as_they_are_whatever_the_others_weigh() {
        let mut light = block(&(0..200).collect::<Vec<_>>());
        let mut heavy = block(&(200..400).collect::<Vec<_>>());
        light.rated.fill(0b111);
        heavy.rated.fill(0);
        light.weight = (0..200).map(|i| f64::from(1 + i % 2 * 2) / 1_048_576.0).collect();
        let mut collector = SampleCollector::new(1, 1_000);
        [&light, &heavy].into_iter().for_each(|block| collector.absorb(block));
        let sample = collector.finish();
        for block in [&sample.respondents, &sample.base] {
            assert!(block.len() > 100 && (block.weight.iter().sum::<f64>() - block.len() as f64).abs() < 1e-9);
        }
        let (least, most) = sample.respondents.weight.iter().fold((9.0f64, 0.0f64), |(a, b), w| (a.min(*w), b.max(*w)));
        assert!((most / least - 3.0).abs() < 1e-12, "their ratios stay");
    }

    #[test]
    fn respondents_have_enough_answers_and_nobody_without_consent_is_drawn() {
        let mut collector = SampleCollector::new(1, 1_000);
        collector.absorb(&block(&(0..100).collect::<Vec<_>>()));
        let sample = collector.finish();
        assert_eq!(sample.base.len(), 100 - 15);
        assert!(sample.respondents.rated.iter().all(|r| r.count_ones() >= MIN_ANSWERS));
        assert!(sample.base.flags.iter().all(|f| f.consent_profiling));
        assert!(sample.base.ids.windows(2).all(|w| w[0] < w[1]));
    }

    proptest! {
        #[test]
        fn order_and_split_of_the_rows_change_nothing(cut in 1usize..400, cap in 1usize..60, seed in 0u64..5) {
            let ids: Vec<u32> = (0..400).collect();
            let mut whole = SampleCollector::new(seed, cap);
            whole.absorb(&block(&ids));
            let (mut left, mut right) = (SampleCollector::new(seed, cap), SampleCollector::new(seed, cap));
            left.absorb(&block(&ids[..cut]));
            right.absorb(&block(&ids[cut..]));
            let (whole, parts) = (whole.finish(), right.merge(left).finish());
            prop_assert_eq!(&whole.base.ids, &parts.base.ids);
            prop_assert_eq!(&whole.respondents.ids, &parts.respondents.ids);
            prop_assert_eq!(&whole.base.signals, &parts.base.signals);
            prop_assert!(whole.base.len() <= 2 * cap && whole.respondents.len() <= cap);
        }
    }
}
