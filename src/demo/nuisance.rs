//! Extra signals with strong structure that has nothing to do with needs: the trap of a mixture over everything.

use super::dice::{Dice, Topic};
use super::person::Person;
use super::world::World;

/// Share of the heavy group.
const HEAVY_SHARE: f64 = 0.4;
/// Half the distance between the groups, in units of a column's own noise.
const HALF_DISTANCE: f64 = 1.6;
/// Loading of every column on a second, continuous nuisance.
const COMMON_LOADING: f64 = 0.7;
/// Noise of a column of its own.
const OWN_SD: f64 = 0.8;

/// Name of the `j`-th nuisance column, from 0.
#[must_use]
pub fn nuisance_name(j: usize) -> String {
    format!("activity_{:02}", j + 1)
}

impl World {
    /// The nuisance columns of a person: `1.6·g + 0.7·c + 0.8·noise` with group `g` (+1 heavy, −1 light) and a common
    /// standard normal `c`, both independent of everything else. As many as the settings ask for.
    #[must_use]
    pub fn nuisance(&self, person: &Person) -> Vec<f64> {
        let mut dice = Dice::new(self.settings().seed, person.number, Topic::Nuisance);
        let group = if dice.chance(HEAVY_SHARE) { HALF_DISTANCE } else { -HALF_DISTANCE };
        let common = COMMON_LOADING * dice.normal();
        (0..self.settings().nuisance_signals).map(|_| group + common + OWN_SD * dice.normal()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;

    #[test]
    fn columns_split_people_in_two_groups_that_cut_across_the_segments() {
        let world = World::new(&DemoSettings { nuisance_signals: 12, ..DemoSettings::default() }).unwrap();
        let mut heavy = [0.0; 6];
        let mut sizes = [0.0; 6];
        for number in 0..6_000 {
            let person = world.person(number);
            let values = world.nuisance(&person);
            assert_eq!(values.len(), 12);
            sizes[person.segment] += 1.0;
            heavy[person.segment] += f64::from(u8::from(values.iter().sum::<f64>() > 0.0));
        }
        for (h, n) in heavy.iter().zip(sizes) {
            assert!((h / n - HEAVY_SHARE).abs() < 0.09, "{} of {n}", h / n);
        }
    }
}
