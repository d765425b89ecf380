//! Who answers a survey, and what.

use chrono::{Days, NaiveDate};

use super::attitudes::{BrandAnswer, RIVALS, attitudes, rivals, tick};
use super::dice::{Dice, Topic};
use super::person::Person;
use super::profiles::TRUTH;
use super::service::compared;
use super::world::{SECOND_NIGHT, World};
use crate::catalogue::{ElementId, N_ELEMENTS};

/// Answering noise of an importance rating: with the 0.5 of own wants, 1.05 in all.
pub const IMPORTANCE_NOISE_SD: f64 = 0.92;
/// Answering noise of a fulfillment rating.
pub const FULFILLMENT_NOISE_SD: f64 = 0.75;
/// Effect of the overall experience on every fulfillment answer.
pub const HALO: f64 = 0.9;
/// Loading of a fulfillment answer on its content factor.
pub const FULFILLMENT_CONTENT_LOADING: f64 = 0.2;
/// Ups and downs of the log propensity to answer with the activity as a buyer: the engaged answer mildly more often.
const ENGAGEMENT: f64 = 0.25;
/// Length of the first wave in days; it ends [`FIRST_WAVE_AGO`] days before the second night.
const FIRST_WAVE_DAYS: usize = 28;
const FIRST_WAVE_AGO: u64 = 238;
/// Length of the second wave, which ends on the second night.
const SECOND_WAVE_DAYS: usize = 41;

/// What came back for one question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A rating, 0–10.
    Rated(u8),
    /// "Does not apply to me."
    NotApplicable,
    /// Left out on purpose.
    Refused,
}

impl Answer {
    /// The rating, where there is one.
    #[must_use]
    pub fn rating(self) -> Option<u8> {
        match self {
            Self::Rated(rating) => Some(rating),
            Self::NotApplicable | Self::Refused => None,
        }
    }
}

/// A filled-in questionnaire.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// 1 (spring) or 2 (autumn, still running on the second night).
    pub wave: u8,
    /// Day of answering.
    pub answered_on: NaiveDate,
    /// Element, importance, fulfillment; in the order asked.
    pub ratings: Vec<(ElementId, Answer, Answer)>,
    /// Question and answer, 0–10, in questionnaire order.
    pub attitudes: Vec<(String, u8)>,
    /// The same questions about competitors; empty for most.
    pub rivals: Vec<BrandAnswer>,
    /// Competitor, element and how well they deliver it, by the same people.
    pub rival_ratings: Vec<(&'static str, ElementId, u8)>,
}

impl World {
    /// The questionnaire of a person; `None` for those who did not answer.
    ///
    /// Importance of element `e` is answered as `wants_e + a + noise` with scale use `a`, fulfillment as
    /// `gets_e + a + 0.9·x + 0.2·u_c + noise` with experience `x` (halo), both cut to 0–10 and rounded.
    #[must_use]
    pub fn response(&self, person: &Person) -> Option<Response> {
        let settings = self.settings();
        let mut dice = Dice::new(settings.seed, person.number, Topic::Survey);
        // METHOD: exp(g·h − g²/2) has mean one over standard normal h, so the base answers at the share set.
        let propensity = settings.survey_share * (ENGAGEMENT * person.heaviness - ENGAGEMENT * ENGAGEMENT / 2.0).exp();
        let propensity = if settings.survey_share >= 1.0 { 1.0 } else { propensity };
        if !dice.chance(propensity) {
            return None;
        }
        let first = SECOND_NIGHT - Days::new(FIRST_WAVE_AGO) - Days::new(dice.below(FIRST_WAVE_DAYS) as u64);
        let second = SECOND_NIGHT - Days::new(dice.below(SECOND_WAVE_DAYS) as u64);
        let early = dice.chance(0.5) && person.signup <= first;
        let (wave, answered_on) = if early { (1, first) } else { (2, second.max(person.signup)) };
        let ratings = rotation(&mut dice, settings.items_asked).map(|e| rate(&mut dice, person, e)).collect();
        let bond = self.bond(person);
        let attitudes = attitudes(self, person, &bond, wave);
        let rivals = rivals(self, person, &bond, wave);
        let brands = RIVALS.map(|(brand, _)| brand);
        let rival_ratings = if rivals.is_empty() { Vec::new() } else { compared(settings.seed, person, brands) };
        Some(Response { wave, answered_on, ratings, attitudes, rivals, rival_ratings })
    }
}

/// `count` different elements in random order: a partial Fisher–Yates shuffle.
fn rotation(dice: &mut Dice, count: usize) -> std::vec::IntoIter<usize> {
    let mut order: Vec<usize> = (0..N_ELEMENTS).collect();
    for i in 0..count {
        let j = i + dice.below(N_ELEMENTS - i);
        order.swap(i, j);
    }
    order.truncate(count);
    order.into_iter()
}

fn rate(dice: &mut Dice, person: &Person, e: usize) -> (ElementId, Answer, Answer) {
    let element = ElementId::from_index(e).expect("below the number of elements");
    let importance = person.wants[e] + person.scale_use + IMPORTANCE_NOISE_SD * dice.normal();
    let content = FULFILLMENT_CONTENT_LOADING * person.content[TRUTH[e].content as usize];
    let fulfillment =
        person.gets[e] + person.scale_use + HALO * person.experience + content + FULFILLMENT_NOISE_SD * dice.normal();
    // Who hardly wants a thing cannot always say how well it is delivered.
    let no_view = dice.chance(if person.wants[e] < 3.0 { 0.06 } else { 0.008 });
    let refuses = dice.chance(0.004);
    let importance = if refuses { Answer::Refused } else { Answer::Rated(tick(importance)) };
    let fulfillment = match (refuses, no_view) {
        (true, _) => Answer::Refused,
        (false, true) => Answer::NotApplicable,
        (false, false) => Answer::Rated(tick(fulfillment)),
    };
    (element, importance, fulfillment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;

    fn responses(settings: &DemoSettings) -> Vec<(Person, Response)> {
        let world = World::new(settings).unwrap();
        (0..settings.customers).map(|n| world.person(n)).filter_map(|p| world.response(&p).map(|r| (p, r))).collect()
    }

    #[test]
    fn about_the_share_set_answers_and_buyers_of_more_do_so_a_little_more() {
        let settings = DemoSettings::default();
        let given = responses(&settings);
        let share = given.len() as f64 / f64::from(settings.customers);
        assert!((share - 0.08).abs() < 0.006, "{share}");
        let heaviness = given.iter().map(|(p, _)| p.heaviness).sum::<f64>() / given.len() as f64;
        assert!((0.15..0.35).contains(&heaviness), "{heaviness}");
    }

    #[test]
    fn twelve_different_elements_are_asked_and_each_about_equally_often() {
        let given = responses(&DemoSettings::default());
        let mut asked = [0usize; N_ELEMENTS];
        for (_, response) in &given {
            let mut elements: Vec<ElementId> = response.ratings.iter().map(|r| r.0).collect();
            elements.sort_unstable();
            elements.dedup();
            assert_eq!(elements.len(), 12);
            for e in elements {
                asked[e.index()] += 1;
            }
        }
        let expected = given.len() as f64 * 12.0 / 30.0;
        assert!(asked.iter().all(|&n| (n as f64 / expected - 1.0).abs() < 0.15), "{asked:?}");
    }

    #[test]
    fn answers_are_whole_points_on_the_scale_and_a_few_are_missing() {
        let given = responses(&DemoSettings { survey_share: 1.0, customers: 4_000, ..DemoSettings::default() });
        assert_eq!(given.len(), 4_000, "a share of one asks everybody");
        let all: Vec<(Answer, Answer)> = given.iter().flat_map(|(_, r)| r.ratings.iter().map(|x| (x.1, x.2))).collect();
        assert!(all.iter().flat_map(|(i, f)| [i.rating(), f.rating()]).flatten().all(|r| r <= 10));
        let share =
            |hit: &dyn Fn(&(Answer, Answer)) -> bool| all.iter().filter(|a| hit(a)).count() as f64 / all.len() as f64;
        let absent = share(&|a| a.1 == Answer::NotApplicable);
        assert!((0.005..0.05).contains(&absent), "not applicable: {absent}");
        let ends = share(&|a| matches!(a.0, Answer::Rated(0 | 10)));
        assert!((0.01..0.15).contains(&ends), "at the ends of the scale: {ends}");
    }

    #[test]
    fn dates_of_answers_lie_after_signup_and_some_on_the_second_nights_day() {
        let given = responses(&DemoSettings { survey_share: 1.0, customers: 4_000, ..DemoSettings::default() });
        assert!(given.iter().all(|(p, r)| p.signup <= r.answered_on && r.answered_on <= SECOND_NIGHT));
        let last = given.iter().filter(|(_, r)| r.answered_on == SECOND_NIGHT).count();
        assert!(last > 20, "{last}");
    }

    /// How well the person is served with what the person wants: delivery weighted by `exp(0.45·wants)`.
    fn served(person: &Person) -> f64 {
        let weights = person.wants.map(|w| (0.45 * w).exp());
        let total: f64 = weights.iter().sum();
        weights.iter().zip(&person.gets).map(|(w, g)| w * g).sum::<f64>() / total
    }

    #[test]
    fn satisfaction_follows_how_well_the_wanted_is_delivered() {
        let given = responses(&DemoSettings { survey_share: 1.0, customers: 4_000, ..DemoSettings::default() });
        let mut by_service: Vec<(f64, f64)> =
            given.iter().map(|(p, r)| (served(p), f64::from(r.attitudes[0].1))).collect();
        by_service.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mean = |part: &[(f64, f64)]| part.iter().map(|x| x.1).sum::<f64>() / part.len() as f64;
        let (low, high) = (mean(&by_service[..1_000]), mean(&by_service[3_000..]));
        assert!(high - low > 0.4, "{low} to {high}");
        assert!((6.0..8.2).contains(&mean(&by_service)));
    }
}
