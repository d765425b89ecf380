//! How close each person is to the company, as nobody but the generator sees it: connection, arc, loyalty.

use super::dice::{Dice, Topic};
use super::person::Person;
use super::profiles::{Content, HIDDEN_SEGMENTS};
use super::time::Window;
use super::world::{SECOND_NIGHT, World};
use crate::model::rows::{ArcStage, ConnectionStage, LoyaltyType};

/// How warm people of each hidden segment are beyond their own ways, in standard deviations.
const SEGMENT_WARMTH: [f64; HIDDEN_SEGMENTS] = [-0.2, -0.1, 0.2, 0.5, -0.4, 0.3];
/// Middle of satisfaction, 0–10, in the base.
const USUAL_SATISFACTION: f64 = 8.1;
/// Middle of recommendation, 0–10, in the base.
const USUAL_RECOMMENDATION: f64 = 8.4;
/// Effect of a person's use of the scale on outcomes.
const SCALE_USE_EFFECT: f64 = 0.25;
/// Effect of the overall experience on outcomes.
const EXPERIENCE_EFFECT: f64 = 0.5;
/// Spread of satisfaction that nothing else explains.
const OWN_SATISFACTION_SD: f64 = 0.45;
/// Spread of recommendation that nothing else explains.
const OWN_RECOMMENDATION_SD: f64 = 1.0;
/// What a full connection adds to recommendation.
const CONNECTION_RECOMMENDS: f64 = 0.1;
/// Highly satisfied from here on: what is ticked as 9.
const HIGHLY_SATISFIED: f64 = 8.5;
/// Closeness from which a highly satisfied person is fully connected.
const CONNECTED_FROM: f64 = 0.15;
/// Closeness from which the company means something although it does not satisfy.
const MEANING_FROM: f64 = 1.75;
/// Depth from which it is a part of life, for those to whom it means something.
const PART_OF_LIFE_FROM: f64 = 1.25;
/// Depth from which it is indispensable, for those whose life it is a part of.
const INDISPENSABLE_FROM: f64 = 2.3;
/// Depth below which there is no opinion yet.
const OPINION_FROM: f64 = -0.3;
/// Days within which nobody comes to love a retailer.
const NEW_DAYS: i64 = 60;
/// Share of the indispensable, customers for a year, who were failed gravely, and forgave.
pub const FAILED_SHARE: f64 = 0.5;
/// Share of those to whom the company means little who come for rewards: in the segment of collectors, and elsewhere.
pub const BOUGHT_SHARES: (f64, f64) = (0.45, 0.25);
/// Expected orders from which somebody counts as coming back: about half of all buyers do.
pub const REPEAT_ORDERS: f64 = 6.5;
/// Orders a year of the middle customer.
const ORDERS_A_YEAR: f64 = 10.0;
/// How often each connection stage orders, from the lowest, against the highly satisfied: the fully connected three times as
/// often as the unconnected.
pub const ORDER_RATES: [f64; 4] = [0.60, 0.95, 1.12, 1.80];
/// Spread of the log number of orders over customers, unrelated to wants.
const HEAVINESS_EFFECT: f64 = 0.6;

/// One person's hidden relationship with the company.
#[derive(Clone, Debug, PartialEq)]
pub struct Bond {
    /// Stage on the way to an emotional connection.
    pub connection: ConnectionStage,
    /// Stage on the arc, 1–5; somebody who is asked has an opinion, see [`Bond::arc_when`].
    pub arc: ArcStage,
    /// What keeps the person.
    pub loyalty: LoyaltyType,
    /// Comes for rewards.
    pub bought: bool,
    /// Was failed gravely within the year, and went on as before.
    pub failed: bool,
    /// Satisfaction as felt, about 0–10.
    pub satisfaction: f64,
    /// Willingness to recommend as felt, about 0–10.
    pub recommendation: f64,
    /// Warmth toward companies one buys from, standard normal.
    pub warmth: f64,
}

impl Bond {
    /// The arc stage of somebody who was (or was not) asked: to be asked is to form an opinion.
    #[must_use]
    pub fn arc_when(&self, asked: bool) -> ArcStage {
        if asked { self.arc.max(ArcStage::Opinion) } else { self.arc }
    }
}

impl World {
    /// The hidden relationship of a person, whatever was asked.
    ///
    /// Satisfaction is `8.1 + Σ w_e·z_e + 0.25·a + 0.5·x + 0.45·ε` with weights `w` and standardized deliveries `z` (see
    /// [`super::DriverWeights`]), scale use `a` and experience `x`; recommendation likewise around 8.4. Closeness is warmth
    /// (content factor and own), the segment's warmth and 0.3 of the experience. Highly satisfied and close: fully
    /// connected; highly satisfied and told apart: differentiated. Either means something (arc stage 3), and so does the
    /// company to a few others; depth, closeness and chance, carries on from there.
    #[must_use]
    pub fn bond(&self, person: &Person) -> Bond {
        let mut dice = Dice::new(self.settings().seed, person.number, Topic::Bond);
        let common = self.driver_weights().effect(person)
            + SCALE_USE_EFFECT * person.scale_use
            + EXPERIENCE_EFFECT * person.experience;
        let satisfaction = USUAL_SATISFACTION + common + OWN_SATISFACTION_SD * dice.normal();
        let warmth = 0.6 * person.content[Content::Meaning as usize] + 0.8 * dice.normal();
        let segment = if self.segments() == HIDDEN_SEGMENTS { SEGMENT_WARMTH[person.segment] } else { 0.0 };
        let closeness = warmth + segment + 0.3 * person.experience;
        let is_new = (SECOND_NIGHT - person.signup).num_days() < NEW_DAYS;
        let told_apart = dice.normal() + 0.3 * closeness > 0.0;
        let connection = match satisfaction > HIGHLY_SATISFIED {
            true if closeness > CONNECTED_FROM && !is_new => ConnectionStage::FullyConnected,
            true if told_apart && !is_new => ConnectionStage::Differentiated,
            true => ConnectionStage::HighlySatisfied,
            false => ConnectionStage::NotConnected,
        };
        let depth = closeness + 0.7 * dice.normal();
        let arc = if is_new { ArcStage::Exists } else { arc(connection, closeness, depth) };
        let fully = if connection == ConnectionStage::FullyConnected { CONNECTION_RECOMMENDS } else { 0.0 };
        let recommendation = USUAL_RECOMMENDATION + common + fully + OWN_RECOMMENDATION_SD * dice.normal();
        let window = Window::since(person.signup);
        let comes_back = expected_orders(person, connection, &window) >= REPEAT_ORDERS;
        let prone = self.segments() == HIDDEN_SEGMENTS && person.segment == COLLECTORS;
        let tempted = dice.chance(if prone { BOUGHT_SHARES.0 } else { BOUGHT_SHARES.1 });
        let bought = tempted && arc < ArcStage::Meaning && comes_back;
        let forgave = dice.chance(FAILED_SHARE) && comes_back && window.years() > 1.0;
        Bond {
            connection,
            arc,
            loyalty: match (arc >= ArcStage::Meaning, comes_back) {
                (true, true) => LoyaltyType::True,
                (true, false) => LoyaltyType::Latent,
                (false, true) => LoyaltyType::Spurious,
                (false, false) => LoyaltyType::None,
            },
            bought,
            failed: forgave && arc == ArcStage::Indispensable,
            satisfaction,
            recommendation,
            warmth,
        }
    }
}

/// Position of the deal and reward collectors among the segments.
const COLLECTORS: usize = 4;

fn arc(connection: ConnectionStage, closeness: f64, depth: f64) -> ArcStage {
    let means = connection >= ConnectionStage::Differentiated || closeness > MEANING_FROM;
    match means {
        true if depth > INDISPENSABLE_FROM => ArcStage::Indispensable,
        true if depth > PART_OF_LIFE_FROM => ArcStage::PartOfLife,
        true => ArcStage::Meaning,
        false if depth > OPINION_FROM => ArcStage::Opinion,
        false => ArcStage::Exists,
    }
}

/// Expected orders of the year.
pub(super) fn expected_orders(person: &Person, connection: ConnectionStage, window: &Window) -> f64 {
    let h = HEAVINESS_EFFECT;
    let stage = ORDER_RATES[connection as usize];
    ORDERS_A_YEAR * stage * (h * person.heaviness - h * h / 2.0).exp() * window.years()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;

    fn bonds(n: u32) -> Vec<(Person, Bond)> {
        let world = World::new(&DemoSettings::default()).unwrap();
        (0..n).map(|n| world.person(n)).map(|p| (p.clone(), world.bond(&p))).collect()
    }

    fn share<T>(all: &[T], hit: impl Fn(&T) -> bool) -> f64 {
        all.iter().filter(|x| hit(x)).count() as f64 / all.len() as f64
    }

    #[test]
    fn few_reach_the_end_of_the_arc_and_each_stage_is_rarer_than_the_one_before() {
        let all = bonds(20_000);
        let shares: Vec<f64> = ArcStage::ALL.iter().map(|stage| share(&all, |(_, b)| b.arc == *stage)).collect();
        assert_eq!(shares[0], 0.0);
        assert!(shares[1..].windows(2).all(|pair| pair[1] < pair[0]), "{shares:?}");
        assert!((0.01..0.05).contains(&shares[5]), "{shares:?}");
    }

    #[test]
    fn a_sixth_to_a_quarter_is_fully_connected_and_warm_segments_more() {
        let all = bonds(20_000);
        let fully = |(_, b): &(Person, Bond)| b.connection == ConnectionStage::FullyConnected;
        let connected = share(&all, fully);
        assert!((0.15..0.25).contains(&connected), "{connected}");
        let of = |segment: usize| {
            let people: Vec<(Person, Bond)> = all.iter().filter(|(p, _)| p.segment == segment).cloned().collect();
            share(&people, fully)
        };
        assert!(of(3) > 1.3 * of(4), "{} and {}", of(3), of(4));
    }

    #[test]
    fn who_is_connected_is_satisfied_and_finds_meaning() {
        for (_, bond) in bonds(5_000) {
            let high = bond.connection > ConnectionStage::NotConnected;
            assert_eq!(high, bond.satisfaction > HIGHLY_SATISFIED);
            assert!(bond.connection < ConnectionStage::Differentiated || bond.arc >= ArcStage::Meaning);
            assert!(!bond.failed || bond.arc == ArcStage::Indispensable);
            assert!(!bond.bought || bond.loyalty == LoyaltyType::Spurious);
            assert!(bond.arc_when(true) >= ArcStage::Opinion && bond.arc_when(false) == bond.arc);
        }
    }
}
