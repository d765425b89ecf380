//! The sums of profiles with noise on everything that becomes a figure.

use sha2::{Digest, Sha256};

use super::state::ProfileState;
use super::sums::{CENTI, FINE, Moments, ProfileSums, ScoreSums, TierSums};
use crate::rows::N_RATINGS;
use crate::segment::noise::{GroupNoise, NOISE, Noise, Span};

/// Ratings and scores, 0–10 in steps.
const RATING: Span = Span::Scale(0, 10 * CENTI as i64);

/// Probabilities and parts, 0–1 in steps.
const PART: Span = Span::Scale(0, FINE as i64);

impl ProfileState {
    /// The sums with noise; numbers of customers, weights and reach stay, but for the weight that shares are told from. `segments` are the ids, in the order of the pass.
    ///
    /// # Panics
    /// If `segments` are not as many as the pass counted.
    #[must_use]
    pub fn released(&self, segments: &[String], noise: &Noise) -> Self {
        assert_eq!(segments.len(), self.segments(), "the segments of the pass and of the model are the same");
        let mut told = self.clone();
        for (group, id) in told.groups.iter_mut().zip(segments.iter().map(String::as_str).chain(["REST"])) {
            group.release(&mut noise.of("profile", id));
        }
        told.unassigned.release(&mut noise.of("profile", "NONE"));
        told
    }
}

impl ProfileState {
    /// A hash of all sums: the same for the same customers, and no figure of a night tells it.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut sums = self.clone();
        let cells = sums.groups.iter_mut().chain([&mut sums.unassigned]).flat_map(ProfileSums::cells_mut);
        let digest = Sha256::new().chain_update(b"sums of profiles");
        cells.fold(digest, |digest, cell| digest.chain_update(cell.to_le_bytes())).finalize().into()
    }
}

impl ProfileSums {
    fn release(&mut self, noise: &mut GroupNoise) {
        self.members.push(noise);
        let shares = [&mut self.promoters, &mut self.detractors, &mut self.good_brand].into_iter();
        for share in shares.chain(&mut self.answers) {
            *share = share.released(Span::Share, noise);
        }
        self.promoters.no_more_than_all(&mut self.detractors);
        for rating in [&mut self.satisfaction].into_iter().chain(&mut self.ratings) {
            *rating = rating.released(RATING, noise);
        }
        self.probability = self.probability.released(PART, noise);
        let heavy = if self.members.w > 0 { self.members.w2 as f64 / self.members.w as f64 } else { 0.0 };
        for TierSums { need, fulfillment, importance, maps } in &mut self.tiers {
            for sum in maps.iter_mut().flatten().filter(|sum| **sum > 0) {
                let pushed = noise.draw([*sum]).map_or(0.0, |[push, _]| push * NOISE * heavy);
                *sum = (*sum as f64 + pushed).round().max(0.0) as i128;
            }
            need.iter_mut().chain(importance).for_each(|part| *part = part.released(PART, noise));
            fulfillment.iter_mut().for_each(|rating| *rating = rating.released(RATING, noise));
        }
        self.value = self.value.released(Span::Open, noise);
        for indicator in 0..N_RATINGS {
            self.scores.release(indicator, &self.members, noise);
        }
    }
}

impl Moments {
    /// The sum of the members' parts with noise of [`NOISE`] customers.
    ///
    /// METHOD: a part is a customer's probability, which follows from what they answered, so what shares are told from gets
    /// noise like any sum. One customer adds at most 1.
    fn push(&mut self, noise: &mut GroupNoise) {
        if let Some([shift, _]) = noise.draw(self.cells()).filter(|_| self.w > 0) {
            let heavy = self.w2 as f64 / self.w as f64;
            self.wx = (self.wx as f64 + shift * NOISE * heavy).round().max(0.0) as i128;
        }
    }
}

impl ScoreSums {
    /// METHOD: scores carry no squares of weights; those of the group's members stand for them.
    fn release(&mut self, indicator: usize, members: &Moments, noise: &mut GroupNoise) {
        let (n, w) = (self.n[indicator], self.w[indicator]);
        if w <= 0 || members.w <= 0 {
            return;
        }
        let w2 = (members.w2 as f64 / members.w as f64 * w as f64).round() as i128;
        let sums = Moments { n, w, w2, wx: self.wx[indicator], wxx: self.wxx[indicator], ..Moments::default() };
        let told = sums.released(RATING, noise);
        (self.wx[indicator], self.wxx[indicator]) = (told.wx, told.wxx);
    }
}
