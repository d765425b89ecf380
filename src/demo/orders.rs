//! Orders of a customer in the year up to the second night.

use super::bond::{Bond, ORDER_RATES, expected_orders};
use super::dice::{Dice, Topic};
use super::person::Person;
use super::rhythm::{in_reward_week, settle_days};
use super::sites::Sites;
use super::time::{DAY, HOUR, MINUTE, Moment, Window};
use super::traces::{Inclinations, trace};
use crate::model::rows::ArcStage;

/// Mean value a year of each connection stage against the highly satisfied, as published (Magids, Zorfas and Leemon 2015;
/// the first and third from memory, `docs/domain.md#value-by-connection-stage`).
pub const STAGE_VALUES: [f64; 4] = [0.82, 1.00, 1.13, 1.52];
/// Factor on the amounts of each stage, calibrated once so that mean values come out as above: newcomers, who have had less
/// than a year, are never above the second stage, and those to whom the company means nothing pay less for the same goods.
const AMOUNT_TRIM: [f64; 4] = [0.845, 1.0, 0.796, 0.76];
/// Orders at full price a year of those to whom the company means nothing: they wait for reductions.
const FULL_PRICE_AT_MOST: usize = 2;
/// Orders a year of somebody who was failed and goes on as before: every fortnight, so that "as before" can be seen.
const STEADY_ORDERS: usize = 24;
/// One order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// When.
    pub ordered_at: Moment,
    /// Net value in cents, above 0.
    pub amount_cents: i64,
    /// Discount in cents, at least 0.
    pub discount_cents: i64,
    /// Points or a voucher were used.
    pub reward_used: bool,
    /// A word of the catalogue's `channels`.
    pub channel: &'static str,
    /// A word of the catalogue's `categories`, or one of the retailer's own.
    pub category: &'static str,
    /// Promised delivery; absent for goods taken along.
    pub promised_at: Option<Moment>,
    /// Delivery; absent for goods taken along or still on their way.
    pub delivered_at: Option<Moment>,
    /// It came back.
    pub returned: bool,
    /// Why, where it came back.
    pub return_reason: Option<&'static str>,
    /// The store or depot; absent for goods of other sellers.
    pub site: Option<&'static str>,
    /// Hidden: the chance that the delivery would come in time; absent where none was promised.
    pub kept_chance: Option<f64>,
}

/// A way of ordering: word, usual weight, the trace that bends it.
type OrderRule = (&'static str, f64, Option<usize>);

/// Logit of a late delivery by channel, for a customer and a site like most.
const LATENESS: [(&str, f64); 8] = [
    ("web", -2.5),
    ("app", -2.6),
    ("express", -1.9),
    ("pickup", -3.3),
    ("one_click", -2.4),
    ("subscription", -3.0),
    ("marketplace", -1.4),
    ("phone", -2.2),
];

const CHANNELS: [OrderRule; 9] = [
    ("web", 30.0, None),
    ("app", 22.0, None),
    ("store", 18.0, Some(trace("store_share"))),
    ("express", 8.0, Some(trace("express_share"))),
    ("pickup", 8.0, Some(trace("pickup_share"))),
    ("one_click", 6.0, Some(trace("one_click_share"))),
    ("subscription", 4.0, Some(trace("subscription_share"))),
    ("marketplace", 3.0, None),
    ("phone", 1.0, None),
];

const CATEGORIES: [OrderRule; 15] = [
    ("own_label", 8.0, Some(trace("own_label_share"))),
    ("new_arrival", 6.0, Some(trace("new_arrival_share"))),
    ("premium", 4.5, Some(trace("premium_share"))),
    ("heritage", 2.5, Some(trace("heritage_share"))),
    ("gift", 5.0, Some(trace("gift_share"))),
    ("beauty", 5.0, Some(trace("beauty_share"))),
    ("wellness", 4.0, Some(trace("wellness_share"))),
    ("relief", 1.5, Some(trace("relief_share"))),
    ("taste", 6.0, Some(trace("taste_share"))),
    ("ethical", 3.0, Some(trace("ethical_share"))),
    ("durable", 3.0, Some(trace("durable_share"))),
    ("protection", 2.0, Some(trace("protection_share"))),
    ("learning", 2.5, Some(trace("learning_share"))),
    ("entertainment", 4.0, Some(trace("entertainment_share"))),
    ("bundle", 2.5, Some(trace("bundle_share"))),
];

/// Categories of the retailer that say nothing about wants; a customer has a favorite among them.
const PLAIN_CATEGORIES: [&str; 8] =
    ["fashion", "home", "kitchen", "garden", "kids", "electronics", "books", "household"];
/// Weight of the plain categories beside [`CATEGORIES`].
const PLAIN_WEIGHT: f64 = 45.0;

const DEFECT: [&str; 4] = ["defective", "damaged", "wrong_item", "poor_quality"];
const FIT: [&str; 3] = ["size", "fit", "not_as_described"];

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// What does not change from order to order of a person.
struct Habits<'a> {
    z: &'a Inclinations,
    bond: &'a Bond,
    sites: Sites,
    /// Amounts of the person's connection stage against the highly satisfied.
    level: f64,
    /// Orders at full price so far.
    full_price: usize,
    channels: [f64; CHANNELS.len()],
    categories: [f64; CATEGORIES.len() + 1],
    favorite: &'static str,
    budget: f64,
}

impl<'a> Habits<'a> {
    fn new(dice: &mut Dice, z: &'a Inclinations, bond: &'a Bond, sites: Sites) -> Self {
        let bend = |rule: &OrderRule| rule.1 * rule.2.map_or(1.0, |t| z[t].exp());
        let mut channels = CHANNELS.map(|rule| bend(&rule));
        // People of the screen and people of the shop: a nuisance that moves several signals together.
        let screen = 0.5 * dice.normal();
        for i in [0, 1] {
            channels[i] *= (screen + 0.4 * dice.normal()).exp();
        }
        channels[2] *= (-screen).exp();
        let categories =
            std::array::from_fn(|c| if c < CATEGORIES.len() { bend(&CATEGORIES[c]) } else { PLAIN_WEIGHT });
        let stage = bond.connection as usize;
        let level = AMOUNT_TRIM[stage] * STAGE_VALUES[stage] / ORDER_RATES[stage];
        let favorite = dice.one_of(&PLAIN_CATEGORIES);
        Self { z, bond, sites, level, full_price: 0, channels, categories, favorite, budget: dice.normal() }
    }

    fn category(&self, dice: &mut Dice) -> &'static str {
        let c = dice.weighted(&self.categories);
        match CATEGORIES.get(c) {
            Some(rule) => rule.0,
            None if dice.chance(logistic(-0.4 + self.z[trace("category_count")])) => dice.one_of(&PLAIN_CATEGORIES),
            None => self.favorite,
        }
    }

    fn order(&mut self, dice: &mut Dice, day: Moment) -> Order {
        let (z, bond) = (self.z, self.bond);
        let night = dice.chance(logistic(-2.6 + z[trace("night_order_share")]));
        let ordered_at = day + if night { night_hour(dice) } else { day_hour(dice) };
        let channel = CHANNELS[dice.weighted(&self.channels)].0;
        let category = self.category(dice);
        let whim = 0.55 * dice.normal();
        // Who goes on as before after a failure buys the same basket as ever.
        let (whim, goods) = if bond.failed { (0.08 * whim, 1.0) } else { (whim, price_level(category)) };
        let list_price = self.level * (3.5 + 0.35 * self.budget + whim).exp() * goods;
        let reduced = dice.chance(logistic(-1.0 + z[trace("promotion_share")]));
        let waits = bond.arc < ArcStage::Meaning && self.full_price == FULL_PRICE_AT_MOST;
        let reduced = (reduced || waits) && !bond.failed;
        self.full_price += usize::from(!reduced);
        let depth =
            if reduced { 0.5 * logistic(-0.7 + 0.5 * z[trace("discount_depth")] + 0.4 * dice.normal()) } else { 0.0 };
        let discount_cents = (100.0 * list_price * depth).round() as i64;
        let amount_cents = ((100.0 * list_price).round() as i64 - discount_cents).max(1);
        let for_reward = bond.bought && in_reward_week(day);
        let reward_used = dice.chance(if for_reward { 0.94 } else { logistic(-2.0 + z[trace("reward_share")]) });
        let site = self.sites.next();
        let lateness = LATENESS.iter().find(|rule| rule.0 == channel).map(|rule| rule.1 + site.lateness);
        let late = lateness.map(|logit| logistic(logit + z[trace("late_delivery_share")]));
        let (promised_at, delivered_at) = self.delivery(dice, channel, ordered_at, late);
        let return_reason = self.return_reason(dice, category);
        Order {
            ordered_at,
            amount_cents,
            discount_cents,
            reward_used,
            channel,
            category,
            promised_at,
            delivered_at,
            returned: return_reason.is_some(),
            return_reason,
            site: (channel != "marketplace").then_some(site.name),
            kept_chance: late.map(|late| 1.0 - late),
        }
    }

    /// Promised and real moment of a delivery that is late with this chance; nothing for goods taken along.
    fn delivery(
        &self,
        dice: &mut Dice,
        channel: &str,
        ordered_at: Moment,
        late: Option<f64>,
    ) -> (Option<Moment>, Option<Moment>) {
        let Some(late) = late else { return (None, None) };
        let promise = match channel {
            "express" => DAY,
            "pickup" => 2 * DAY,
            "marketplace" => 6 * DAY,
            _ => 4 * DAY,
        };
        let promised_at = ordered_at + promise;
        let late = dice.chance(late);
        let pace = (0.25 * self.z[trace("delivery_days_mean")] + 0.35 * dice.normal()).exp();
        let usual = (0.55 * promise as f64 * pace).min(0.98 * promise as f64);
        let delay = if late { DAY + dice.below(3) as i64 * DAY + dice.below(24) as i64 * HOUR } else { 0 };
        let delivered_at = if late { promised_at + delay } else { ordered_at + usual as i64 };
        (Some(promised_at), Window::is_known(delivered_at).then_some(delivered_at))
    }

    fn return_reason(&self, dice: &mut Dice, category: &str) -> Option<&'static str> {
        let z = self.z;
        let defect = 0.016 * z[trace("defect_return_share")].exp();
        let wearable = if matches!(category, "fashion" | "kids" | "premium" | "new_arrival") { 1.8 } else { 0.5 };
        let fit = 0.03 * wearable * z[trace("fit_return_share")].exp();
        let mind = 0.025 * z[trace("return_share")].exp();
        let u = dice.uniform();
        if u < defect {
            Some(dice.one_of(&DEFECT))
        } else if u < defect + fit {
            Some(dice.one_of(&FIT))
        } else if u < defect + fit + mind {
            Some("changed_mind")
        } else {
            None
        }
    }
}

fn price_level(category: &str) -> f64 {
    match category {
        "own_label" | "taste" => 0.6,
        "premium" | "electronics" => 2.6,
        "durable" | "bundle" => 2.0,
        "heritage" => 1.3,
        _ => 1.0,
    }
}

fn day_hour(dice: &mut Dice) -> Moment {
    // Two humps, late morning and evening, inside 6 to 22 o'clock.
    let center = if dice.chance(0.4) { 11.0 } else { 18.5 };
    let hour = (center + 2.2 * dice.normal()).clamp(6.0, 21.9);
    (hour * 60.0) as i64 * MINUTE
}

fn night_hour(dice: &mut Dice) -> Moment {
    // From 22 o'clock, or before 6 on the same calendar day.
    let minute = if dice.chance(0.5) { 22 * 60 + dice.below(50) as i64 } else { dice.below(6 * 60) as i64 };
    minute * MINUTE
}

/// All orders of the year, in order of time.
pub(super) fn orders(seed: u64, person: &Person, bond: &Bond, z: &Inclinations, window: &Window) -> Vec<Order> {
    let mut dice = Dice::new(seed, person.number, Topic::Orders);
    let mut habits = Habits::new(&mut dice, z, bond, Sites::new(seed, person.number, Topic::OrderSites));
    let mean = expected_orders(person, bond.connection, window);
    let mut count = dice.count(mean) as usize;
    if bond.failed {
        habits.level *= mean / STEADY_ORDERS as f64;
        count = STEADY_ORDERS;
    }
    let mut days: Vec<Moment> = (0..count).map(|_| window.day(&mut dice)).collect();
    settle_days(&mut days, window, bond, &mut Dice::new(seed, person.number, Topic::Rhythm));
    let mut orders: Vec<Order> = days.into_iter().map(|day| habits.order(&mut dice, day)).collect();
    orders.sort_by_key(|order| order.ordered_at);
    orders
}
