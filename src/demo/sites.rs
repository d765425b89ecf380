//! The retailer's six stores with their depots: who belongs to which, and how well each keeps its word.

use super::dice::{Dice, Topic};

/// A store with its depot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Site {
    /// Its name in the files.
    pub(super) name: &'static str,
    /// Share of customers whose own it is.
    share: f64,
    /// What is added to the logit of a late delivery.
    pub(super) lateness: f64,
    /// What is added to the log of the days a case takes.
    pub(super) slowness: f64,
    /// What is added to a mark given after a contact.
    pub(super) friendliness: f64,
}

const fn site(name: &'static str, share: f64, late: (f64, f64), friendliness: f64) -> Site {
    Site { name, share, lateness: late.0, slowness: late.1, friendliness }
}

/// The six sites, from the best run to the worst.
pub(super) const SITES: [Site; 6] = [
    site("lyon", 0.20, (-0.7, -0.25), 0.6),
    site("paris", 0.28, (-0.3, -0.1), 0.3),
    site("ghent", 0.12, (-0.1, 0.0), 0.1),
    site("munich", 0.15, (0.1, 0.1), -0.1),
    site("utrecht", 0.08, (0.4, 0.2), -0.4),
    site("lille", 0.17, (0.8, 0.35), -0.9),
];

/// Share of dealings that go to a customer's own site.
const AT_HOME: f64 = 0.85;

/// One customer's choice of sites.
pub(super) struct Sites {
    home: usize,
    dice: Dice,
}

fn anywhere(dice: &mut Dice) -> usize {
    dice.weighted(&SITES.map(|site| site.share))
}

impl Sites {
    /// The choices of a customer for orders ([`Topic::OrderSites`]) or contacts ([`Topic::ContactSites`]).
    pub(super) fn new(seed: u64, customer: u32, topic: Topic) -> Self {
        let home = anywhere(&mut Dice::new(seed, customer, Topic::Home));
        Self { home, dice: Dice::new(seed, customer, topic) }
    }

    /// The customer's own site.
    pub(super) fn home(&self) -> &'static Site {
        &SITES[self.home]
    }

    /// Where the next dealing goes.
    pub(super) fn next(&mut self) -> &'static Site {
        let at_home = self.dice.chance(AT_HOME);
        let other = anywhere(&mut self.dice);
        &SITES[if at_home { self.home } else { other }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_mostly_deals_with_one_site_the_same_for_orders_and_contacts() {
        let mut agreeing = 0;
        for customer in 0..2_000 {
            let mut orders = Sites::new(1, customer, Topic::OrderSites);
            let mut contacts = Sites::new(1, customer, Topic::ContactSites);
            assert_eq!(orders.home, contacts.home);
            agreeing += u32::from(orders.next() == contacts.next());
        }
        // 0.85² both at home, and some of the others by chance.
        assert!((1_450..1_750).contains(&agreeing), "{agreeing}");
        assert!((SITES.iter().map(|site| site.share).sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
