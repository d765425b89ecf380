//! What earlier plans did to a few customers.

use chrono::{Days, NaiveDate};

use super::dice::{Dice, Topic};
use super::person::Person;
use super::world::SECOND_NIGHT;

/// Share of customers who were part of an earlier plan.
const PLANNED: f64 = 0.03;
/// Share of those who were addressed far too often.
const OVERDONE: f64 = 0.08;
/// Share kept as a control.
const CONTROL: f64 = 0.15;
/// Plays of the catalogue that were tried.
const PLAYS: [&str; 4] = ["lead_reduces_anxiety", "fix_reduces_anxiety", "lead_rewards_me", "lead_quality"];

/// One contact of a plan, or the absence of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treatment {
    /// The play.
    pub play: &'static str,
    /// The day.
    pub day: NaiveDate,
    /// False: kept as a control.
    pub treated: bool,
    /// It was sent, and arrived.
    pub reached: bool,
}

/// All of them, by day.
pub(super) fn treatments(seed: u64, person: &Person) -> Vec<Treatment> {
    let mut dice = Dice::new(seed, person.number, Topic::Treatments);
    if !dice.chance(PLANNED) {
        return Vec::new();
    }
    let treated = !dice.chance(CONTROL);
    let (count, within) = if dice.chance(OVERDONE) { (10, 21) } else { (1 + dice.below(3), 150) };
    let play = dice.one_of(&PLAYS);
    let mut all: Vec<Treatment> = (0..count)
        .map(|_| SECOND_NIGHT - Days::new(2 + dice.below(within) as u64))
        .filter(|day| person.signup <= *day)
        .map(|day| Treatment { play, day, treated, reached: treated })
        .collect();
    all.sort_by_key(|treatment| treatment.day);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::demo::settings::DemoSettings;
    use crate::demo::world::World;

    #[test]
    fn a_few_customers_were_treated_with_plays_of_the_catalogue() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let catalogue = Catalogue::embedded();
        let all: Vec<Vec<Treatment>> = (0..5_000).map(|n| treatments(1, &world.person(n))).collect();
        let planned = all.iter().filter(|t| !t.is_empty()).count();
        assert!((90..200).contains(&planned), "{planned}");
        for treatment in all.iter().flatten() {
            assert!(catalogue.plays().iter().any(|play| play.id() == treatment.play), "{}", treatment.play);
        }
        let control = all.iter().flatten().filter(|t| !t.treated).count();
        assert!(control > 0 && all.iter().any(|t| t.len() >= 8));
    }
}
