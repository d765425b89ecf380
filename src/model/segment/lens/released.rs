//! The sums of the lens with noise on everything that becomes a figure.

use sha2::{Digest, Sha256};

use super::super::noise::{GroupNoise, Noise, Span};
use super::super::profile::sums::{CENTI, FINE, Moments};
use super::pair::Pair;
use super::state::{LensState, PlaceSums, RegularSums, SCOPES};
use super::sums::{LensSums, MotivatorSums, RivalSums};

/// Parts of a whole, 0–1 in steps.
const PART: Span = Span::Scale(0, FINE as i64);

/// Own minus another's rating, in steps.
const LEAD: Span = Span::Scale(-10 * CENTI as i64, 10 * CENTI as i64);

impl LensState {
    /// The sums with noise; numbers of customers and weights stay. `segments` are the ids, in the order of the pass.
    ///
    /// # Panics
    /// If `segments` are not as many as the pass counted.
    #[must_use]
    pub fn released(&self, segments: &[String], noise: &Noise) -> Self {
        assert_eq!(segments.len(), self.segments(), "the segments of the pass and of the model are the same");
        let mut told = self.clone();
        for (group, id) in told.groups.iter_mut().zip(segments.iter().map(String::as_str).chain(["REST"])) {
            group.release(&mut noise.of("lens", id));
        }
        told.unassigned.release(&mut noise.of("lens", "NONE"));
        for (scope, places) in SCOPES.into_iter().zip(&mut told.places) {
            for (name, place) in places {
                place.release(&mut noise.of(scope, name));
            }
        }
        for (name, searched) in &mut told.terms {
            *searched = searched.released(Span::Open, &mut noise.of("term", name));
        }
        told.regular.release(&mut noise.of("regularities", "ALL"));
        told
    }
}

impl LensState {
    /// A hash of all sums of the groups: the same for the same customers, and no figure of a night tells it.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut sums = self.clone();
        let cells = sums.groups.iter_mut().chain([&mut sums.unassigned]).flat_map(LensSums::figures_mut);
        let cells = cells.flat_map(|sums| sums.cells());
        let digest = Sha256::new().chain_update(b"sums of the lens");
        cells.fold(digest, |digest, cell| digest.chain_update(cell.to_le_bytes())).finalize().into()
    }
}

fn shares<'a>(sums: impl IntoIterator<Item = &'a mut Moments>, noise: &mut GroupNoise) {
    sums.into_iter().for_each(|share| *share = share.released(Span::Share, noise));
}

impl LensSums {
    pub(super) fn release(&mut self, noise: &mut GroupNoise) {
        shares([&mut self.contradictory, &mut self.good_brand, &mut self.good_alone], noise);
        shares([&mut self.connected_alone, &mut self.arc_up, &mut self.arc_down], noise);
        shares([&mut self.all_good, &mut self.wrote], noise);
        shares([&mut self.reordered, &mut self.stayed, &mut self.complained], noise);
        shares(self.stage.iter_mut().chain(&mut self.arc).chain(&mut self.in_debt), noise);
        shares(self.loyalty.iter_mut().chain(&mut self.level).chain(&mut self.reason), noise);
        shares(self.named.iter_mut().chain(&mut self.praised), noise);
        self.good_alone.no_more_than_all(&mut self.connected_alone);
        for part in [&mut self.reward_share].into_iter().chain(&mut self.consistency) {
            *part = part.released(PART, noise);
        }
        for amount in [&mut self.debt, &mut self.week_ratio].into_iter().chain(&mut self.stage_value) {
            *amount = amount.released(Span::Open, noise);
        }
        let pairs = [&mut self.promises, &mut self.contacts, &mut self.feelings, &mut self.answered];
        let later = [&mut self.resolved, &mut self.repeated, &mut self.days, &mut self.returned, &mut self.recontacted];
        for pair in pairs.into_iter().chain(later) {
            pair.release(noise);
        }
        self.care.release(noise);
        for MotivatorSums { wanted, helped, spend } in &mut self.motivators {
            shares([wanted, helped], noise);
            spend.release(noise);
        }
        self.rivals.values_mut().for_each(|rival| rival.release(noise));
        self.served.release(noise);
    }
}

impl RivalSums {
    fn release(&mut self, noise: &mut GroupNoise) {
        self.lead.values_mut().for_each(|lead| *lead = lead.released(LEAD, noise));
        shares(self.connections_mut(), noise);
        self.own_alone.no_more_than_all(&mut self.rival_alone);
    }
}

impl PlaceSums {
    fn release(&mut self, noise: &mut GroupNoise) {
        [&mut self.journey, &mut self.communication, &mut self.emotional]
            .into_iter()
            .for_each(|pair| pair.release(noise));
        self.ratings = self.ratings.released(Span::Open, noise);
    }
}

impl RegularSums {
    fn release(&mut self, noise: &mut GroupNoise) {
        let Self { promoters, reordered, rarely_looks, dear_to_switch, high_promoters, high_detractors, trust } = self;
        shares(promoters.iter_mut().chain(reordered).chain(rarely_looks).chain(dear_to_switch), noise);
        shares(high_promoters.iter_mut().chain(&mut *high_detractors), noise);
        for (promoters, detractors) in high_promoters.iter_mut().zip(high_detractors) {
            promoters.no_more_than_all(detractors);
        }
        // Only quarters of the customers are ever told, so a quarter gets the noise, and not each of its bins.
        let ends = [trust.iter().position(|bin| bin.n > 0), trust.iter().rposition(|bin| bin.n > 0)];
        for bin in ends.into_iter().flatten() {
            trust[bin] = trust[bin].released(Span::Open, noise);
        }
    }
}

impl Pair {
    /// Both sums with noise, and their product with what follows from theirs and noise of its own.
    pub(super) fn release(&mut self, noise: &mut GroupNoise) {
        let Some([push, _]) = noise.draw(self.sum.cells()).filter(|_| self.x.w > 0) else { return };
        let w = self.x.w as f64;
        let product = |pair: &Self| (pair.sum.wxx - pair.x.wxx - pair.y.wxx) as f64 / 2.0;
        let means = |pair: &Self| (pair.x.wx as f64 / w, pair.y.wx as f64 / w);
        let (xy, (x, y)) = (product(self), means(self));
        let most = self.x.top as f64 * self.y.top as f64 * w / self.x.w2 as f64;
        self.x = self.x.released(Span::Open, noise);
        self.y = self.y.released(Span::Open, noise);
        let (new_x, new_y) = means(self);
        // The customers lie around the new means as they lay around the old ones, noise aside.
        let around = xy - w * x * y + push * most;
        let xy = (around + w * new_x * new_y).round() as i128;
        self.sum.wx = self.x.wx + self.y.wx;
        self.sum.wxx = self.x.wxx + self.y.wxx + 2 * xy;
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{at_stage, person, state};
    use super::*;
    use crate::rows::{ConnectionStage, Vocabulary};

    #[test]
    fn every_sum_that_becomes_a_figure_gets_noise() {
        let mut group = LensSums::zero(3);
        group.widen(2);
        // Both values, so that no share is at an end where noise may be cut off.
        for sums in group.figures_mut() {
            (0..400).for_each(|i| sums.add(65_536, i % 2));
        }
        let mut told = group.clone();
        told.release(&mut Noise::keyed([7; 32]).of("lens", "S01"));
        for (i, (told, exact)) in told.figures_mut().zip(group.figures_mut()).enumerate() {
            assert_ne!(told, exact, "figure {i}");
            assert_eq!((told.n, told.w), (exact.n, exact.w));
        }
    }

    #[test]
    fn people_who_gave_nothing_stay_without_figures() {
        let ids = ["S01", "S02"].map(str::to_owned);
        let people = vec![person(); 30];
        let exact = state(&people, &Vocabulary::default());
        let told = exact.released(&ids, &Noise::keyed([7; 32]));
        assert!(told.groups.iter().zip(&exact.groups).all(|(told, exact)| told.stage == exact.stage));
        let people = vec![at_stage(ConnectionStage::FullyConnected); 30];
        let exact = state(&people, &Vocabulary::default());
        assert_ne!(exact.released(&ids, &Noise::keyed([7; 32])), exact);
    }
}
