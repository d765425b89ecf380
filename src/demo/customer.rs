//! One customer with everything the files say about him or her.

use super::bond::Bond;
use super::contacts::{Interaction, has_open_case, interactions};
use super::descriptors::{Descriptors, describe};
use super::dice::{Dice, Topic};
use super::feedback::{Feedback, feedback};
use super::orders::{Order, orders};
use super::person::Person;
use super::service::{publish, serve};
use super::survey::Response;
use super::time::Window;
use super::treatments::{Treatment, treatments};
use super::trials;
use super::world::World;

/// A customer: the hidden person and the traces he or she leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Customer {
    /// The hidden truth.
    pub person: Person,
    /// The hidden relationship with the company.
    pub bond: Bond,
    pub(super) descriptors: Descriptors,
    /// The questionnaire, for those who answered.
    pub response: Option<Response>,
    /// Orders of the year, by time.
    pub orders: Vec<Order>,
    /// Contacts and events of the year, by time.
    pub interactions: Vec<Interaction>,
    /// Verbatims of the year, by time.
    pub feedback: Vec<Feedback>,
    /// What earlier plans did to the customer; nothing for most.
    pub treatments: Vec<Treatment>,
    pub(super) open_case: bool,
    pub(super) dirt: Dirt,
}

/// What the systems behind the files got wrong about a customer, so that the ledger of rejects has something to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent slips, not the states of anything")]
pub(super) struct Dirt {
    /// Stands twice in the customer file.
    pub(super) twice: bool,
    /// Which of the [`super::text_files`]' bad ratings follows the answers.
    pub(super) bad_rating: Option<usize>,
    /// The first order has lost its date.
    pub(super) undated_order: bool,
    /// The first event has lost its kind.
    pub(super) unnamed_event: bool,
    /// The first verbatim is dated in words.
    pub(super) worded_date: bool,
}

/// Bad rows of a survey file to choose from.
pub(super) const BAD_RATINGS: usize = 4;

fn dirt(seed: u64, number: u32) -> Dirt {
    let mut dice = Dice::new(seed, number, Topic::Dirt);
    let twice = dice.chance(0.0008);
    let bad_rating = dice.chance(0.03).then(|| dice.below(BAD_RATINGS));
    Dirt {
        twice,
        bad_rating,
        undated_order: dice.chance(0.006),
        unnamed_event: dice.chance(0.006),
        worded_date: dice.chance(0.003),
    }
}

impl World {
    /// Customer `number`, whatever the size of the base.
    #[must_use]
    pub fn customer(&self, number: u32) -> Customer {
        let seed = self.settings().seed;
        let person = self.person(number);
        let z = self.inclinations(&person);
        let window = Window::since(person.signup);
        let bond = self.bond(&person);
        let mut interactions = interactions(seed, &person, &bond, &z, &window);
        serve(seed, &person, &window, &mut interactions);
        let mut feedback = feedback(seed, &person, &window);
        publish(seed, &person, &mut feedback);
        let mut orders = orders(seed, &person, &bond, &z, &window);
        let mut treatments = treatments(seed, &person);
        if let Some((part, told)) = trials::part(seed, &person, &bond).filter(|_| treatments.is_empty()) {
            part.shape(&mut orders);
            treatments = told;
        }
        Customer {
            descriptors: describe(seed, &person),
            response: self.response(&person),
            orders,
            feedback,
            treatments,
            open_case: has_open_case(&interactions),
            interactions,
            dirt: dirt(seed, number),
            bond,
            person,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::demo::orders::STAGE_VALUES;
    use crate::demo::service::SERVICE_KINDS;
    use crate::demo::settings::DemoSettings;
    use crate::demo::time::{DAY, start_of};
    use crate::demo::world::SECOND_NIGHT;

    fn base(customers: u32) -> Vec<Customer> {
        let world = World::new(&DemoSettings { customers, ..DemoSettings::default() }).unwrap();
        (0..customers).map(|n| world.customer(n)).collect()
    }

    #[test]
    fn a_customer_s_events_do_not_depend_on_the_size_of_the_base() {
        let large = World::new(&DemoSettings { customers: 100_000, ..DemoSettings::default() }).unwrap();
        for (number, customer) in base(20).into_iter().enumerate() {
            assert_eq!(customer, large.customer(number as u32));
        }
    }

    #[test]
    fn a_customer_orders_about_eight_times_a_year_and_leaves_about_ten_events() {
        let base = base(5_000);
        let per_head = |count: &dyn Fn(&Customer) -> usize| base.iter().map(count).sum::<usize>() as f64 / 5_000.0;
        let orders = per_head(&|c| c.orders.len());
        let events = per_head(&|c| c.interactions.len());
        let texts = per_head(&|c| c.feedback.len());
        assert!((7.0..9.0).contains(&orders), "{orders} orders");
        assert!((8.5..11.5).contains(&events), "{events} events");
        assert!((0.4..0.8).contains(&texts), "{texts} verbatims");
    }

    #[test]
    fn every_word_of_the_events_is_one_the_catalogue_knows_or_a_plain_category() {
        let catalogue = Catalogue::embedded();
        let known = |words: &[(String, String)], word: &str| words.iter().any(|w| w.0 == word);
        let (mut plain, mut named) = (0, 0);
        for customer in base(2_000) {
            for event in &customer.interactions {
                let named = known(catalogue.kinds(), event.kind) || SERVICE_KINDS.contains(&event.kind);
                assert!(named, "{}", event.kind);
            }
            for order in &customer.orders {
                assert!(known(catalogue.channels(), order.channel), "{}", order.channel);
                let is_named = known(catalogue.categories(), order.category);
                named += u32::from(is_named);
                plain += u32::from(!is_named);
            }
        }
        assert!(plain > named / 3 && named > plain / 3, "{plain} plain, {named} named");
    }

    #[test]
    fn nothing_happens_before_signup_or_after_the_second_night() {
        let end = start_of(SECOND_NIGHT) + DAY;
        for customer in base(2_000) {
            let start = start_of(customer.person.signup);
            let mut moments: Vec<i64> = customer.orders.iter().map(|o| o.ordered_at).collect();
            moments.extend(customer.orders.iter().filter_map(|o| o.delivered_at));
            moments.extend(customer.interactions.iter().flat_map(|e| [Some(e.at), e.resolved_at]).flatten());
            moments.extend(customer.feedback.iter().map(|f| f.at));
            assert!(moments.iter().all(|&at| (start..end).contains(&at)));
        }
    }

    #[test]
    fn the_last_day_has_orders_of_its_own_and_deliveries_follow_orders() {
        let last = start_of(SECOND_NIGHT);
        let orders: Vec<Order> = base(5_000).into_iter().flat_map(|c| c.orders).collect();
        let of_last_day = orders.iter().filter(|o| o.ordered_at >= last).count();
        assert!(of_last_day > 50, "{of_last_day}");
        assert!(orders.iter().all(|o| o.delivered_at.is_none_or(|at| at > o.ordered_at)));
        assert!(orders.iter().all(|o| o.amount_cents > 0 && o.discount_cents >= 0));
        assert!(orders.iter().all(|o| o.returned == o.return_reason.is_some()));
        let late = orders.iter().filter(|o| o.delivered_at > o.promised_at).count() as f64 / orders.len() as f64;
        assert!((0.05..0.2).contains(&late), "{late}");
    }

    #[test]
    fn the_few_who_were_failed_complain_gravely_and_go_on_as_before() {
        let failed: Vec<Customer> = base(20_000).into_iter().filter(|c| c.bond.failed).collect();
        assert!((60..400).contains(&failed.len()), "{}", failed.len());
        let as_before = failed.iter().filter(|customer| {
            let grave = customer.interactions.iter().find(|e| e.severity == Some(3) && e.kept_chance == Some(0.0));
            let at = grave.expect("planted").at;
            let spend = |from: i64, to: i64| {
                let orders = customer.orders.iter().filter(|o| (from..to).contains(&o.ordered_at));
                orders.map(|o| o.amount_cents as f64).sum::<f64>()
            };
            let ratio = spend(at, at + 120 * DAY) / spend(at - 120 * DAY, at);
            (0.8..=1.2).contains(&ratio)
        });
        assert!(as_before.count() as f64 > 0.85 * failed.len() as f64);
    }

    #[test]
    fn value_and_orders_rise_with_the_connection_stage_as_published() {
        let base = base(20_000);
        let mean = |stage: usize, of: &dyn Fn(&Customer) -> f64| {
            let values: Vec<f64> = base.iter().filter(|c| c.bond.connection as usize == stage).map(of).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let spent = |c: &Customer| c.orders.iter().map(|o| o.amount_cents as f64).sum::<f64>();
        for (stage, planned) in STAGE_VALUES.into_iter().enumerate() {
            let found = mean(stage, &spent) / mean(1, &spent);
            assert!((found - planned).abs() < 0.12, "stage {stage}: {found} for {planned}");
        }
        let times = mean(3, &|c| c.orders.len() as f64) / mean(0, &|c| c.orders.len() as f64);
        assert!((2.6..3.5).contains(&times), "the connected order {times} times as often");
    }

    #[test]
    fn the_bought_come_when_there_are_rewards() {
        let base = base(8_000);
        let share = |bought: bool| {
            let orders: Vec<&Order> = base.iter().filter(|c| c.bond.bought == bought).flat_map(|c| &c.orders).collect();
            orders.iter().filter(|o| o.reward_used).count() as f64 / orders.len() as f64
        };
        assert!(share(true) > 0.65 && share(false) < 0.25, "{} and {}", share(true), share(false));
        let bought = base.iter().filter(|c| c.bond.bought).count() as f64 / 8_000.0;
        assert!((0.03..0.12).contains(&bought), "{bought}");
    }

    #[test]
    fn who_wants_time_chooses_express_more_often_and_who_wants_low_cost_promotions() {
        let base = base(8_000);
        let share = |segment: usize, hit: &dyn Fn(&Order) -> bool| {
            let orders: Vec<&Order> =
                base.iter().filter(|c| c.person.segment == segment).flat_map(|c| &c.orders).collect();
            orders.iter().filter(|o| hit(o)).count() as f64 / orders.len() as f64
        };
        let (value, time) = (0, 1);
        assert!(share(time, &|o| o.channel == "express") > 1.5 * share(value, &|o| o.channel == "express"));
        assert!(share(value, &|o| o.discount_cents > 0) > 1.3 * share(time, &|o| o.discount_cents > 0));
    }
}
