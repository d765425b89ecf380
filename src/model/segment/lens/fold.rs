//! The pass: blocks in, integer sums out.

use super::super::profile::parts::CustomerParts;
use super::super::profile::sums::{CENTI, FINE, MONEY_MAX, Moments, Part, money_steps, steps, weight_steps};
use super::dealings::{Complaints, Dealings, Scope, Tally};
use super::lived::Care;
use super::rates::Rates;
use super::rivals::add_rivals;
use super::row::{LensBlock, LensRow};
use super::served::{PartOf, Served};
use super::served_sums::Recorded;
use super::settings::LensSettings;
use super::state::{BINS, HIGH_CLASSES, LensState, RegularSums};
use super::sums::LensSums;
use crate::customer::relationship::reaches;
use crate::rows::{Aspect, ConnectionStage, ExperienceBalance, N_RATINGS, Question};
use valueseg_catalogue::N_ELEMENTS;

/// Debt of one customer that is told apart at most, in good experiences.
const DEBT_MOST: f64 = 1e6;

/// Collects what the relationship lens shows.
#[derive(Clone, Debug)]
pub struct LensFold {
    segments: usize,
    settings: LensSettings,
}

impl LensFold {
    /// A pass over customers assigned to `segments` segments.
    #[must_use]
    pub fn new(segments: usize, settings: LensSettings) -> Self {
        Self { segments, settings }
    }

    /// The state before the first customer; merging it changes nothing.
    #[must_use]
    pub fn zero(&self) -> LensState {
        LensState::zero(self.segments, self.settings.ratios.len())
    }

    /// Adds a block.
    ///
    /// # Panics
    /// If the parts of the block differ in length, or name a segment beyond those of the pass.
    pub fn fold(&self, state: &mut LensState, block: &LensBlock<'_>) {
        let n = block.customers.len();
        let lengths = [block.scored.assignments.len(), block.histories.len(), block.relationships.len()];
        assert!(lengths.iter().all(|length| *length == n), "the parts of a block have the same rows");
        let mut parts = CustomerParts::new(self.segments);
        for row in 0..n {
            if block.scored.suppressed[row].is_some() {
                continue;
            }
            let weight = weight_steps(block.customers.weight[row]);
            let one = LensRow {
                block,
                settings: &self.settings,
                at: row,
                w: weight.into(),
                history: &block.histories[row],
                says: &block.relationships[row],
            };
            let told = Told::of(&one);
            one.add_to_regular(&mut state.regular);
            one.add_to_places(&told, state);
            state.recorded.merge(Recorded::of(&told.served, one.history.promised));
            parts.share_out(block.scored, row, weight);
            for (group, w) in parts.of_groups() {
                LensRow { w, ..one }.add_to_group(&told, &mut state.groups[group]);
            }
            if block.scored.assignments[row].segment.is_none() {
                one.add_to_group(&told, &mut state.unassigned);
            }
        }
    }
}

/// What is read from a customer's history once, and counts in several groups.
struct Told {
    dealings: Dealings,
    complaints: Complaints,
    rates: Rates,
    care: Care,
    served: Served,
}

impl Told {
    fn of(row: &LensRow<'_>) -> Self {
        Self {
            dealings: Dealings::of(row.history, row.settings),
            complaints: Complaints::of(row.history, row.settings),
            rates: Rates::of(row.history, row.settings),
            care: Care::of(row.history, row.says, row.settings),
            served: Served::of(row.history, row.settings),
        }
    }
}

/// The debt of a customer, no more than the sums can hold.
pub(super) fn debt(balance: ExperienceBalance, ratio: f64) -> f64 {
    f64::from(balance.debt(ratio)).min(DEBT_MOST)
}

/// Counts one of several exclusive cases.
fn add_case(cells: &mut [Moments], w: Part, case: usize) {
    cells.iter_mut().enumerate().for_each(|(place, cell)| cell.add(w, i64::from(place == case)));
}

impl LensRow<'_> {
    fn add_to_group(&self, told: &Told, group: &mut LensSums) {
        group.members.add(self.w, 0);
        self.add_connection(group);
        self.add_motivators(group);
        self.add_states(group);
        self.add_texts(group);
        add_rivals(self, group);
        self.add_dealings(told, group);
        self.add_rates(&told.rates, group);
        group.care.add(self.w, &told.care, self.says.open);
        group.served.add(self, &told.served);
    }

    fn add_connection(&self, group: &mut LensSums) {
        let Some(stage) = self.says.connection else { return };
        add_case(&mut group.stage, self.w, stage as usize);
        group.contradictory.add(self.w, i64::from(self.says.contradictory));
        if let Some(value) = self.value().and_then(money_steps) {
            group.stage_value[stage as usize].add(self.w, value);
        }
        if let Some(answer) = self.answer(Question::GoodBrand) {
            let (good, connected) = (answer >= self.settings.good_brand_from, stage == ConnectionStage::FullyConnected);
            group.good_brand.add(self.w, i64::from(good));
            group.good_alone.add(self.w, i64::from(good && !connected));
            group.connected_alone.add(self.w, i64::from(connected && !good));
        }
    }

    fn add_motivators(&self, group: &mut LensSums) {
        let attitudes = &self.block.customers.attitudes;
        group.widen(attitudes.motivators());
        let cuts = &self.settings.connection;
        for (place, sums) in group.motivators.iter_mut().enumerate().take(attitudes.motivators()) {
            let (want, helps) = (attitudes.want(self.at, place), attitudes.helps(self.at, place));
            if let Some(want) = want {
                sums.wanted.add(self.w, i64::from(want >= cuts.want_from));
            }
            let Some(helps) = helps else { continue };
            if want.is_some_and(|want| want >= cuts.want_from) {
                sums.helped.add(self.w, i64::from(helps >= cuts.helps_from));
            }
            if let Some(value) = self.value() {
                // METHOD: the logarithm, because a correlation with plain money is decided by the few largest buyers.
                let spend = value.signum() * value.abs().min(MONEY_MAX).ln_1p();
                sums.spend.add(self.w, steps(f64::from(helps), CENTI), steps(spend, FINE));
            }
        }
    }

    /// Arc, consistency, balance, loyalty and level.
    fn add_states(&self, group: &mut LensSums) {
        let (w, says) = (self.w, self.says);
        add_case(&mut group.arc, w, says.arc.stage as usize);
        if let Some(before) = says.arc.before {
            group.arc_up.add(w, i64::from(says.arc.stage > before));
            group.arc_down.add(w, i64::from(says.arc.stage < before));
        }
        let kinds = says.consistency;
        let told = [kinds.journey, kinds.emotional, kinds.communication, kinds.composite()];
        for (cell, value) in group.consistency.iter_mut().zip(told) {
            if let Some(value) = value {
                cell.add(w, steps(f64::from(value), FINE));
            }
        }
        if let Some(balance) = &says.balance {
            for (cell, ratio) in group.in_debt.iter_mut().zip(&self.settings.ratios) {
                cell.add(w, i64::from(debt(*balance, *ratio) > 0.0));
            }
            group.debt.add(w, steps(debt(*balance, self.settings.ratio), CENTI));
        }
        if let Some(loyalty) = says.loyalty {
            add_case(&mut group.loyalty, w, loyalty as usize);
        }
        for (cell, value) in
            [(&mut group.reward_share, says.reward.share), (&mut group.week_ratio, says.reward.week_ratio)]
        {
            if let Some(value) = value {
                cell.add(w, steps(f64::from(value), FINE));
            }
        }
        add_case(&mut group.level, w, says.level as usize);
        add_case(&mut group.reason, w, says.level_reason as usize);
    }

    fn add_texts(&self, group: &mut LensSums) {
        let texts = &self.history.verbatims;
        group.wrote.add(self.w, i64::from(!texts.is_empty()));
        if texts.is_empty() {
            return;
        }
        let (named, praised) = texts.iter().fold((0, 0), |(named, praised), text| {
            (named | text.named | text.praised | text.blamed, praised | text.praised)
        });
        for element in 0..N_ELEMENTS {
            let bit = |bits: u32| i64::from(bits >> element & 1);
            group.named[element].add(self.w, bit(named));
            if bit(named) == 1 {
                group.praised[element].add(self.w, bit(praised));
            }
        }
    }

    fn add_to_places(&self, told: &Told, state: &mut LensState) {
        for ((scope, word), tally) in &told.dealings.places {
            state.place(*scope, self.block.words.text(*word)).add(self.w, tally);
        }
        for (word, PartOf { part, whole }) in &told.served.teams {
            let tally = Tally { kept: *part, due: *whole, ..Tally::default() };
            state.place(Scope::Team, self.block.words.text(*word)).add(self.w, &tally);
        }
        for word in &told.served.terms {
            state.terms.entry(self.block.words.text(*word).to_owned()).or_default().add(self.w, 1);
        }
    }

    fn add_dealings(&self, told: &Told, group: &mut LensSums) {
        let (w, all, complaints) = (self.w, &told.dealings.all, &told.complaints);
        group.promises.add_part(w, all.kept, all.due);
        group.contacts.add_part(w, all.good, all.rated);
        group.feelings.add_part(w, all.feeling, all.felt);
        if all.rated >= 2 {
            group.all_good.add(w, i64::from(all.good == all.rated));
        }
        group.answered.add_part(w, complaints.answered, complaints.number);
        group.resolved.add_part(w, complaints.resolved, complaints.number);
        group.repeated.add_part(w, complaints.repeated, complaints.number);
        group.days.add_part(w, complaints.days, complaints.resolved);
    }

    fn add_rates(&self, rates: &Rates, group: &mut LensSums) {
        for (cell, did) in [(&mut group.reordered, rates.reordered), (&mut group.stayed, rates.stayed)] {
            if let Some(did) = did {
                cell.add(self.w, i64::from(did));
            }
        }
        group.complained.add(self.w, i64::from(rates.complained));
        group.returned.add_part(self.w, rates.returned, rates.orders);
        group.recontacted.add_part(self.w, rates.recontacted, rates.cases);
    }

    fn add_to_regular(&self, sums: &mut RegularSums) {
        let (w, cuts) = (self.w, &self.settings.regularities);
        let recommend = self.answer(Question::Recommend);
        let promotes = |answer: f32| i64::from(reaches(answer, cuts.promoter_from));
        if let Some(stage) = self.says.connection.map(|stage| stage as usize) {
            if let Some(answer) = recommend {
                sums.promoters[stage].add(w, promotes(answer));
            }
            if self.value().is_some() || !self.history.orders.is_empty() {
                let bought = self.history.orders.iter().filter(|order| order.amount.is_none_or(|amount| amount > 0.0));
                sums.reordered[stage].add(w, i64::from(bought.count() >= 2));
            }
            if let Some(answer) = self.answer(Question::ShopAround) {
                sums.rarely_looks[stage].add(w, i64::from(answer <= cuts.rarely_looks_to as f32));
            }
            if let Some(answer) = self.answer(Question::SwitchDiscount) {
                // Answers are on 0–10, ten standing for the whole price.
                sums.dear_to_switch[stage].add(w, i64::from(answer > (10.0 * cuts.dear_discount) as f32));
            }
        }
        if let (Some(answer), Some(class)) = (recommend, self.high_class()) {
            sums.high_promoters[class].add(w, promotes(answer));
            sums.high_detractors[class].add(w, i64::from(!reaches(answer, cuts.passive_from)));
        }
        if let (Some(consistency), Some(trust)) = (self.says.consistency.composite(), self.answer(Question::Trust)) {
            let bin = (steps(f64::from(consistency), CENTI).max(0) as usize).min(BINS - 1);
            sums.trust[bin].add(w, steps(f64::from(trust), CENTI));
        }
    }

    /// Class of the respondent by elements rated high; `None` = too few elements were rated.
    fn high_class(&self) -> Option<usize> {
        let rated = self.block.customers.rated[self.at] & Aspect::Fulfillment.mask();
        let cuts = &self.settings.regularities;
        if rated.count_ones() < cuts.min_rated {
            return None;
        }
        let ratings = self.block.customers.ratings.row(self.at);
        let high = (0..N_RATINGS).filter(|&i| rated >> i & 1 == 1 && reaches(ratings[i], cuts.element_high)).count();
        let class = match high {
            0 | 1 => high,
            2 | 3 => 2,
            _ => HIGH_CLASSES - 1,
        };
        Some(class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{ArcStage, LevelReason, LoyaltyType, RelationshipLevel};

    #[test]
    fn a_debt_is_what_is_missing_for_the_balance() {
        let balance = ExperienceBalance { good: 4.0, bad_open: 1.0, bad_resolved: 3.0 };
        // 3·(1 + 1) − 4 = 2; 5·2 − 4 = 6; at 1 the balance is good.
        assert_eq!([1.0, 3.0, 5.0].map(|ratio| debt(balance, ratio)), [0.0, 2.0, 6.0]);
    }

    #[test]
    fn stages_levels_and_types_stand_in_the_order_of_their_lists() {
        assert!(ConnectionStage::ALL.iter().enumerate().all(|(i, x)| *x as usize == i));
        assert!(ArcStage::ALL.iter().enumerate().all(|(i, x)| *x as usize == i));
        assert!(LoyaltyType::ALL.iter().enumerate().all(|(i, x)| *x as usize == i));
        assert!(RelationshipLevel::ALL.iter().enumerate().all(|(i, x)| *x as usize == i));
        assert!(LevelReason::ALL.iter().enumerate().all(|(i, x)| *x as usize == i));
    }
}
