//! Plays that were tried months ago, half of the customers without: what each did is planted, so that it can be found.

use chrono::{Days, NaiveDate};

use super::bond::Bond;
use super::dice::{Dice, Topic};
use super::orders::Order;
use super::person::Person;
use super::time::{DAY, HOUR, start_of};
use super::treatments::Treatment;
use super::world::SECOND_NIGHT;

/// Share of customers in each trial.
const TRIAL_SHARE: f64 = 0.12;

/// Share of each trial that went without.
const CONTROL: f64 = 0.5;

/// Share of those to be treated whose message bounced, where some did.
const BOUNCED: f64 = 0.25;

/// Share of those to go without who got it all the same, where some did: who lives at the address of somebody treated.
const LEAKED: f64 = 0.09;

/// Days before the second night at which lots fell: the earliest, and how many days of them. Windows are over by then.
const BEGUN: u64 = 110;
const SPREAD: usize = 40;

/// What a play does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlantedEffect {
    /// Some who would not have ordered in the window do.
    Works,
    /// Nothing.
    Nothing,
    /// Some who would have ordered do not.
    Harms,
    /// Some order in the first third of the window, and no more after.
    Fades,
    /// Nothing, and some of those who go without get it.
    Leaks,
}

/// The plays, what each does, and the days of its window.
pub const TRIALS: [(&str, PlantedEffect, i64); 5] = [
    ("lead_saves_time", PlantedEffect::Works, 60),
    ("lead_reduces_effort", PlantedEffect::Nothing, 90),
    ("lead_nostalgia", PlantedEffect::Harms, 90),
    ("lead_fun_entertainment", PlantedEffect::Fades, 60),
    ("lead_sensory_appeal", PlantedEffect::Leaks, 60),
];

/// How many of those whom a play could move it does.
const WORKS: f64 = 0.45;
const HARMS: f64 = 0.30;
const FADES: f64 = 0.50;

/// A customer's part in a trial.
pub(super) struct Part {
    effect: PlantedEffect,
    /// First moment, and days, of the window.
    start: i64,
    days: i64,
    /// It was sent and arrived.
    moved: bool,
    dice: Dice,
}

/// The part of a customer, and what the campaign system wrote of it; `None` = in no trial.
pub(super) fn part(seed: u64, person: &Person, bond: &Bond) -> Option<(Part, Vec<Treatment>)> {
    let mut dice = Dice::new(seed, person.number, Topic::Trials);
    let place = (dice.uniform() / TRIAL_SHARE) as usize;
    let (play, effect, days) = *TRIALS.get(place)?;
    let day: NaiveDate = SECOND_NIGHT - Days::new(BEGUN + dice.below(SPREAD) as u64);
    let (treated, chance) = (!dice.chance(CONTROL), dice.uniform());
    if bond.failed || day < person.signup {
        return None;
    }
    let reached = treated && !(effect == PlantedEffect::Works && chance < BOUNCED);
    let mut all = vec![Treatment { play, day, treated, reached }];
    if effect == PlantedEffect::Leaks && !treated && chance < LEAKED {
        all.push(Treatment { play, day: day + Days::new(1), treated: true, reached: true });
    }
    Some((Part { effect, start: start_of(day), days, moved: reached, dice }, all))
}

impl Part {
    /// What the play made of a customer's orders.
    pub(super) fn shape(mut self, orders: &mut Vec<Order>) {
        if !self.moved {
            return;
        }
        let ordered = |orders: &[Order], days: i64| {
            let window = self.start..self.start + days * DAY;
            orders.iter().any(|order| window.contains(&order.ordered_at))
        };
        match self.effect {
            PlantedEffect::Works if !ordered(orders, self.days) && self.dice.chance(WORKS) => {
                self.add(orders, self.days);
            }
            PlantedEffect::Fades if !ordered(orders, self.days / 3) && self.dice.chance(FADES) => {
                self.add(orders, self.days / 3);
            }
            PlantedEffect::Harms if self.dice.chance(HARMS) => {
                let window = self.start..self.start + self.days * DAY;
                orders.retain(|order| !window.contains(&order.ordered_at));
            }
            _ => {}
        }
    }

    /// One order more within so many days: like the customer's first, on another day. Who never ordered is not moved.
    fn add(&mut self, orders: &mut Vec<Order>, days: i64) {
        let Some(like) = orders.first().cloned() else { return };
        let at = self.start + self.dice.below(days as usize - 1) as i64 * DAY + 12 * HOUR;
        let moved = at - like.ordered_at;
        orders.push(Order {
            ordered_at: at,
            promised_at: like.promised_at.map(|moment| moment + moved),
            delivered_at: like.delivered_at.map(|moment| moment + moved),
            returned: false,
            return_reason: None,
            ..like
        });
        orders.sort_by_key(|order| order.ordered_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::demo::settings::DemoSettings;
    use crate::demo::world::World;

    /// Share of the treated and of the others who ordered in the window, and in its last third.
    fn ordered(effect: PlantedEffect) -> [[f64; 2]; 2] {
        let world = World::new(&DemoSettings { customers: 20_000, ..DemoSettings::default() }).unwrap();
        let (play, _, days) = TRIALS.into_iter().find(|trial| trial.1 == effect).unwrap();
        let (mut hits, mut late, mut all) = ([0.0; 2], [0.0; 2], [0.0_f64; 2]);
        for customer in (0..20_000).map(|number| world.customer(number)) {
            let Some(first) = customer.treatments.iter().find(|treatment| treatment.play == play) else { continue };
            let (arm, start) = (usize::from(!first.treated), start_of(first.day));
            let within = |from: i64, to: i64| {
                let window = start + from * DAY..start + to * DAY;
                f64::from(u8::from(customer.orders.iter().any(|order| window.contains(&order.ordered_at))))
            };
            all[arm] += 1.0;
            hits[arm] += within(0, days);
            late[arm] += within(days - days / 3, days);
        }
        [[hits[0] / all[0], hits[1] / all[1]], [late[0] / all[0], late[1] / all[1]]]
    }

    #[test]
    fn plays_do_what_is_planted() {
        let [works, _] = ordered(PlantedEffect::Works);
        assert!(works[0] - works[1] > 0.06, "{works:?}");
        let [harms, _] = ordered(PlantedEffect::Harms);
        assert!(harms[0] - harms[1] < -0.10, "{harms:?}");
        let [nothing, _] = ordered(PlantedEffect::Nothing);
        assert!((nothing[0] - nothing[1]).abs() < 0.06, "{nothing:?}");
        let [fades, late] = ordered(PlantedEffect::Fades);
        assert!(fades[0] - fades[1] > 0.05 && (late[0] - late[1]).abs() < 0.06, "{fades:?} {late:?}");
    }

    #[test]
    fn every_trial_is_of_a_play_with_this_window() {
        let catalogue = Catalogue::embedded();
        for (play, _, days) in TRIALS {
            let found = catalogue.plays().iter().find(|own| own.id() == play).unwrap();
            assert_eq!((i64::from(found.window_days()), found.metric()), (days, "repeat_rate"), "{play}");
        }
    }
}
