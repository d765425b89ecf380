//! The numbers behind the demo: who a customer is. No files, no events; also the quick source of large test bases.

use chrono::{Days, NaiveDate};

use super::dice::{Dice, Topic};
use super::drivers::DriverWeights;
use super::person::{OWN_GETS_SD, Person, Profile};
use super::profiles::{Content, HIDDEN_SEGMENTS, SEGMENT_SHARES, SPREAD, TRUTH};
use super::settings::{DemoSettingError, DemoSettings};
use super::traces::{Inclinations, TraceTable};
use crate::catalogue::{Catalogue, ElementId};

/// The first night of the demo: events up to this day are known.
pub const FIRST_NIGHT: NaiveDate = day(2026, 11, 20);
/// The second night, one day of events later; the last day in any file.
pub const SECOND_NIGHT: NaiveDate = day(2026, 11, 21);

/// Loading of an element on its content factor.
pub const CONTENT_LOADING: f64 = 0.35;
/// Spread of what a person wants beyond segment and content factors: persists, and so shows in behavior, too.
pub const OWN_WANTS_SD: f64 = 0.5;
/// Share of customers who sign up on the second night's day.
const NEWCOMER_SHARE: f64 = 0.005;
/// Mean tenure in days of all others; exponential, cut at [`MAX_TENURE`].
const MEAN_TENURE: f64 = 1_200.0;
const MAX_TENURE: u64 = 3_650;

const fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(y, m, d) {
        Some(day) => day,
        None => panic!("a calendar day"),
    }
}

/// The planted truth for checked settings.
#[derive(Clone, Debug)]
pub struct World {
    settings: DemoSettings,
    shares: Vec<f64>,
    profiles: Vec<Profile>,
    traces: TraceTable,
    motivators: Vec<(String, Vec<ElementId>)>,
    drivers: DriverWeights,
}

impl World {
    /// The world of these settings.
    ///
    /// # Errors
    /// If a setting is out of its range.
    pub fn new(settings: &DemoSettings) -> Result<Self, DemoSettingError> {
        settings.check()?;
        let profile = |weights: &[f64; HIDDEN_SEGMENTS]| {
            let mix = |values: &[f64; HIDDEN_SEGMENTS]| weights.iter().zip(values).map(|(w, v)| w * v).sum::<f64>();
            Profile {
                wants: std::array::from_fn(|e| TRUTH[e].importance + SPREAD * mix(&TRUTH[e].wants)),
                gets: std::array::from_fn(|e| TRUTH[e].delivery + mix(&TRUTH[e].experiences)),
            }
        };
        let (shares, profiles) = if settings.segments_planted {
            let only = |s: usize| std::array::from_fn(|t| f64::from(u8::from(s == t)));
            (SEGMENT_SHARES.to_vec(), (0..HIDDEN_SEGMENTS).map(|s| profile(&only(s))).collect())
        } else {
            (vec![1.0], vec![profile(&SEGMENT_SHARES)])
        };
        let catalogue = Catalogue::embedded();
        let traces = TraceTable::new(catalogue.signals(), profile(&SEGMENT_SHARES));
        let motivators = catalogue.motivators().iter().map(|m| (m.id().to_owned(), m.elements().to_vec())).collect();
        let drivers = DriverWeights::new(&profiles, &shares);
        Ok(Self { settings: settings.clone(), shares, profiles, traces, motivators, drivers })
    }

    /// The settings this world was made from.
    #[must_use]
    pub fn settings(&self) -> &DemoSettings {
        &self.settings
    }

    /// Number of hidden segments: 6, or 1 where none were planted.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.profiles.len()
    }

    /// Expected share of each hidden segment; sums to 1.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// What satisfaction and recommendation hang on.
    #[must_use]
    pub fn driver_weights(&self) -> &DriverWeights {
        &self.drivers
    }

    /// Motivators the second wave asks about, with the elements they speak of.
    pub(super) fn motivators(&self) -> &[(String, Vec<ElementId>)] {
        &self.motivators
    }

    /// Profile of each hidden segment.
    #[must_use]
    pub fn profiles(&self) -> &[Profile] {
        &self.profiles
    }

    /// Customer `number`, whatever the size of the base: with `s` the segment, `c` the element's content factor,
    /// `wants_e = μ_se + 0.35·u_c + 0.5·z` and `gets_e = δ_se + 0.8·z'`, all draws standard normal.
    #[must_use]
    pub fn person(&self, number: u32) -> Person {
        let mut dice = Dice::new(self.settings.seed, number, Topic::Person);
        let segment = dice.weighted(&self.shares);
        let scale_use = dice.normal();
        let experience = dice.normal();
        let heaviness = dice.normal();
        let content: [f64; Content::COUNT] = std::array::from_fn(|_| dice.normal());
        let profile = &self.profiles[segment];
        let wants = std::array::from_fn(|e| {
            profile.wants[e] + CONTENT_LOADING * content[TRUTH[e].content as usize] + OWN_WANTS_SD * dice.normal()
        });
        let gets = std::array::from_fn(|e| profile.gets[e] + OWN_GETS_SD * dice.normal());
        let newcomer = dice.chance(NEWCOMER_SHARE);
        let tenure = 1 + ((-MEAN_TENURE * (1.0 - dice.uniform()).ln()) as u64).min(MAX_TENURE);
        let signup = SECOND_NIGHT - Days::new(if newcomer { 0 } else { tenure });
        Person { number, segment, scale_use, experience, heaviness, content, wants, gets, signup }
    }

    /// How the person tends to behave, in the order of [`super::TRACES`]: a noisy echo of wants and gets, before anything
    /// is counted. For bases of signals without events.
    #[must_use]
    pub fn inclinations(&self, person: &Person) -> Inclinations {
        self.traces.inclinations(self.settings.seed, person)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::N_ELEMENTS;

    #[test]
    fn a_customer_does_not_depend_on_the_size_of_the_base_or_on_the_survey() {
        let small = World::new(&DemoSettings { customers: 10, ..DemoSettings::default() }).unwrap();
        let large =
            DemoSettings { customers: 1_000_000, survey_share: 0.5, items_asked: 30, ..DemoSettings::default() };
        let large = World::new(&large).unwrap();
        for number in 0..10 {
            assert_eq!(small.person(number), large.person(number));
        }
    }

    #[test]
    fn segments_come_in_their_shares_and_newcomers_in_theirs() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let n = 20_000;
        let mut sizes = [0.0; HIDDEN_SEGMENTS];
        let mut newcomers = 0.0;
        for number in 0..n {
            let person = world.person(number);
            sizes[person.segment] += 1.0 / f64::from(n);
            newcomers += f64::from(u8::from(person.signup == SECOND_NIGHT)) / f64::from(n);
        }
        for (size, share) in sizes.iter().zip(SEGMENT_SHARES) {
            assert!((size - share).abs() < 0.012, "{size} for {share}");
        }
        assert!((newcomers - 0.005).abs() < 0.002, "{newcomers}");
    }

    #[test]
    fn without_planted_segments_there_is_one_profile_at_the_common_mean() {
        let world = World::new(&DemoSettings { segments_planted: false, ..DemoSettings::default() }).unwrap();
        assert_eq!(world.segments(), 1);
        // saves_time: 6.2 + 1.3 · (−0.4·0.26 + 2.0·0.21 − 0.8·0.18 − 1.0·0.15 − 0.2·0.12 − 0.3·0.08)
        let expected = 6.2 + 1.3 * (-0.104 + 0.42 - 0.144 - 0.15 - 0.024 - 0.024);
        assert!((world.profiles()[0].wants[0] - expected).abs() < 1e-9);
        assert!((0..50).all(|number| world.person(number).segment == 0));
    }

    #[test]
    fn what_people_want_centers_on_their_segment() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let people: Vec<Person> = (0..20_000).map(|n| world.person(n)).filter(|p| p.segment == 1).collect();
        for e in 0..N_ELEMENTS {
            let mean = people.iter().map(|p| p.wants[e]).sum::<f64>() / people.len() as f64;
            assert!((mean - world.profiles()[1].wants[e]).abs() < 0.05, "element {e}: {mean}");
        }
    }
}
