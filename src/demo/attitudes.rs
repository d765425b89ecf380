//! What respondents say of the company as a whole, and of its competitors.

use super::bond::Bond;
use super::dice::{Dice, Topic};
use super::person::Person;
use super::profiles::TRUTH;
use super::world::World;
use crate::model::rows::{ArcStage, ConnectionStage};

/// How steadily people tick what they feel about the company as a whole, in points.
pub const OUTCOME_ANSWER_SD: f64 = 0.15;
/// Share who hardly ever compare before they buy, by connection stage from the lowest; 44 % is a published figure.
pub const RARELY_SHOP_AROUND: [f64; 4] = [0.15, 0.25, 0.30, 0.44];
/// Share who would need more than 20 % off elsewhere to switch, likewise; 33 % is a published figure.
pub const NEED_MORE_THAN_20_PERCENT: [f64; 4] = [0.11, 0.18, 0.22, 0.33];
/// Share of the second wave that was also asked about competitors.
pub const RIVALS_ASKED: f64 = 1.0 / 3.0;
/// The made-up competitors, and the share of those asked who are fully connected with them.
pub const RIVALS: [(&str, f64); 2] = [("Brookfield", 0.09), ("Nordhaus", 0.05)];
/// Motivators that connect a person, for the fully connected.
const OWN_MOTIVATORS: usize = 3;

/// An answer about a competitor, or about us.
#[derive(Clone, Debug, PartialEq)]
pub struct BrandAnswer {
    /// Competitor.
    pub brand: &'static str,
    /// Question, as about us.
    pub question: String,
    /// 0–10.
    pub value: u8,
}

/// On 0–10 in whole points: what the questionnaire lets people tick.
pub(super) fn tick(x: f64) -> u8 {
    x.round().clamp(0.0, 10.0) as u8
}

/// One person's way through the questions.
struct Sitting<'a> {
    dice: Dice,
    bond: &'a Bond,
    answers: Vec<(String, u8)>,
}

impl Sitting<'_> {
    /// Answers a normal number of this center and spread.
    fn ask(&mut self, question: &str, center: f64, sd: f64) -> u8 {
        let answer = tick(center + sd * self.dice.normal());
        self.answers.push((question.to_owned(), answer));
        answer
    }

    fn means_something(&self) -> bool {
        self.bond.arc >= ArcStage::Meaning
    }
}

/// Answers of a wave: outcomes from what is felt, the deeper ones from the hidden stages, all with noise.
pub(super) fn attitudes(world: &World, person: &Person, bond: &Bond, wave: u8) -> Vec<(String, u8)> {
    let dice = Dice::new(world.settings().seed, person.number, Topic::Attitudes);
    let mut sitting = Sitting { dice, bond, answers: Vec::new() };
    let satisfied = sitting.ask("satisfaction", bond.satisfaction, OUTCOME_ANSWER_SD);
    sitting.ask("recommend", bond.recommendation, OUTCOME_ANSWER_SD);
    let good = sitting.ask("good_brand", 2.6 + 0.7 * bond.satisfaction, 0.7);
    if wave == 2 {
        deeper(&mut sitting, satisfied, good);
        defection(&mut sitting);
        motivators(world, person, &mut sitting);
        sitting.dice = Dice::new(world.settings().seed, person.number, Topic::Ease);
        sitting.ask("effort", 6.6 + 0.8 * person.experience, 1.4);
        sitting.ask("expected", 5.4 + 0.7 * person.experience, 1.1);
    }
    sitting.answers
}

/// How deep the relationship goes. Such answers fall steadily toward the last question.
fn deeper(sitting: &mut Sitting, satisfied: u8, good: u8) {
    let Bond { connection, arc, warmth, satisfaction, .. } = *sitting.bond;
    let meaning = sitting.means_something();
    let (different, sd) = match connection {
        ConnectionStage::FullyConnected => (8.6, 0.9),
        ConnectionStage::Differentiated => (8.9, 0.6),
        _ if meaning => (6.2, 0.6),
        _ => (4.8 + 0.2 * warmth, 0.7),
    };
    sitting.ask("different", different, sd);
    // Who finds meaning likes us better than the best alternative; for the others some other is as good.
    let other = if meaning { f64::from(satisfied.min(good)) - 3.0 } else { f64::from(satisfied.max(good)) + 0.6 };
    sitting.ask("alternative_liking", other, 0.7);
    sitting.ask("trust", 7.2 + 0.7 * (satisfaction - 8.1) + 0.3 * warmth, 0.9);
    let (own, apart, again) = match arc {
        ArcStage::Indispensable => (9.2, 9.7, 9.3),
        ArcStage::PartOfLife => (9.0, 6.8, 7.0),
        ArcStage::Meaning => (5.3, 4.6, 6.4),
        _ => (3.2, 2.9, 5.0),
    };
    sitting.ask("self_connection", own, if arc >= ArcStage::PartOfLife { 0.6 } else { 1.0 });
    sitting.ask("irreplaceable", apart, if arc == ArcStage::Indispensable { 0.5 } else { 0.9 });
    sitting.ask("second_chance", again, if arc == ArcStage::Indispensable { 0.6 } else { 1.2 });
}

/// How easily the person would go: the smallest discount elsewhere in tenths, and how usual it is to compare.
fn defection(sitting: &mut Sitting) {
    let stage = sitting.bond.connection as usize;
    let loyal = sitting.dice.chance(NEED_MORE_THAN_20_PERCENT[stage]);
    let discount = if loyal { sitting.dice.one_of(&[3, 3, 4, 5, 10]) } else { sitting.dice.one_of(&[0, 1, 1, 2, 2]) };
    sitting.answers.push(("switch_discount".to_owned(), discount));
    let rarely = sitting.dice.chance(RARELY_SHOP_AROUND[stage]);
    let around = if rarely { sitting.dice.one_of(&[0, 1, 2]) } else { sitting.dice.one_of(&[5, 6, 7, 8, 9]) };
    sitting.answers.push(("shop_around".to_owned(), around));
}

/// What each motivator is worth, and how much we help. The fully connected are helped with three that matter to them, others
/// to whom we mean something with one.
fn motivators(world: &World, person: &Person, sitting: &mut Sitting) {
    let meaning = sitting.means_something();
    let helped_with = match sitting.bond.connection {
        ConnectionStage::FullyConnected => OWN_MOTIVATORS,
        _ => usize::from(meaning),
    };
    let own = own_motivators(world, person, &mut sitting.dice);
    let mood = sitting.bond.satisfaction - 8.1;
    for (place, (motivator, elements)) in world.motivators().iter().enumerate() {
        let mean =
            |x: &dyn Fn(usize) -> f64| elements.iter().map(|e| x(e.index())).sum::<f64>() / elements.len() as f64;
        let wanted = mean(&|e| person.wants[e] - TRUTH[e].importance);
        let helped = mean(&|e| person.gets[e] - TRUTH[e].delivery);
        let is_own = own[..helped_with].contains(&place);
        let (want, helps) = if is_own {
            ((8.7, 0.8), (9.5, 0.5))
        } else {
            let base = if meaning { 5.4 } else { 4.9 };
            ((5.6 + 0.8 * wanted, 1.4), (base + 0.3 * helped + 0.15 * mood, 0.75))
        };
        sitting.ask(&format!("want_{motivator}"), want.0, want.1);
        sitting.ask(&format!("helps_{motivator}"), helps.0, helps.1);
    }
}

/// Places of the motivators a person wants most, with some chance in it.
fn own_motivators(world: &World, person: &Person, dice: &mut Dice) -> [usize; OWN_MOTIVATORS] {
    let pull: Vec<f64> = (world.motivators().iter())
        .map(|(_, elements)| {
            let wanted = elements.iter().map(|e| person.wants[e.index()] - TRUTH[e.index()].importance).sum::<f64>();
            wanted / elements.len() as f64 + 0.6 * dice.normal()
        })
        .collect();
    let mut order: Vec<usize> = (0..pull.len()).collect();
    order.sort_by(|a, b| pull[*b].total_cmp(&pull[*a]));
    std::array::from_fn(|i| order.get(i).copied().unwrap_or(0))
}

/// What a third of the second wave says of two competitors: a few of the questions, three of the motivators.
pub(super) fn rivals(world: &World, person: &Person, bond: &Bond, wave: u8) -> Vec<BrandAnswer> {
    let mut dice = Dice::new(world.settings().seed, person.number, Topic::Rivals);
    if !dice.chance(RIVALS_ASKED) || wave != 2 {
        return Vec::new();
    }
    let mut answers = Vec::new();
    for (brand, connected) in RIVALS {
        // Hardly anybody is wholly connected with two retailers.
        let connected = dice.chance(connected) && bond.connection < ConnectionStage::FullyConnected;
        let (liking, help) = if connected { (9.6, 9.6) } else { (6.9, 5.2) };
        let sd = if connected { 0.4 } else { 1.1 };
        let mut ask = |question: String, center: f64| {
            answers.push(BrandAnswer { brand, question, value: tick(center + sd * dice.normal()) });
        };
        for question in ["satisfaction", "good_brand", "recommend"] {
            ask(question.to_owned(), liking);
        }
        let mut own = Dice::new(world.settings().seed, person.number, Topic::RivalMotivators);
        for place in own_motivators(world, person, &mut own) {
            ask(format!("helps_{}", world.motivators()[place].0), help);
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::demo::settings::DemoSettings;
    use crate::demo::survey::Response;

    fn second_wave() -> Vec<(Bond, Response)> {
        let world = World::new(&DemoSettings { survey_share: 0.4, ..DemoSettings::default() }).unwrap();
        let people = (0..20_000).map(|n| world.person(n));
        let all = people.filter_map(|p| world.response(&p).map(|response| (world.bond(&p), response)));
        all.filter(|(_, response)| response.wave == 2).collect()
    }

    fn answers(response: &Response) -> BTreeMap<&str, f64> {
        response.attitudes.iter().map(|(question, value)| (question.as_str(), f64::from(*value))).collect()
    }

    /// Cohen's kappa of pairs of labels below 6.
    fn kappa(pairs: &[(usize, usize)]) -> f64 {
        let n = pairs.len() as f64;
        let share = |hit: &dyn Fn(&(usize, usize)) -> bool| pairs.iter().filter(|p| hit(p)).count() as f64 / n;
        let expected: f64 = (0..6).map(|label| share(&|p| p.0 == label) * share(&|p| p.1 == label)).sum();
        (share(&|p| p.0 == p.1) - expected) / (1.0 - expected)
    }

    /// The rule of `docs/domain.md#connection-stages` at its defaults.
    fn connection(a: &BTreeMap<&str, f64>) -> ConnectionStage {
        let helped = a.iter().filter(|(question, want)| {
            let helps = question.strip_prefix("want_").map(|m| a[format!("helps_{m}").as_str()]);
            **want >= 7.0 && helps.is_some_and(|helps| helps >= 9.0)
        });
        match (a["satisfaction"] >= 9.0, helped.count() >= 2) {
            (true, true) => ConnectionStage::FullyConnected,
            (true, false) if a["different"] >= 8.0 => ConnectionStage::Differentiated,
            (true, false) => ConnectionStage::HighlySatisfied,
            (false, _) => ConnectionStage::NotConnected,
        }
    }

    /// The survey gates of `docs/domain.md#the-relationship-arc`.
    fn arc(a: &BTreeMap<&str, f64>) -> ArcStage {
        let helps = a.iter().any(|(question, value)| question.starts_with("helps_") && *value >= 8.0);
        let preferred = a["good_brand"] - a["alternative_liking"] >= 1.0;
        if a["irreplaceable"] >= 9.0 && a["second_chance"] >= 8.0 {
            ArcStage::Indispensable
        } else if a["self_connection"] >= 8.0 {
            ArcStage::PartOfLife
        } else if preferred && (helps || a["different"] >= 7.0) {
            ArcStage::Meaning
        } else {
            ArcStage::Opinion
        }
    }

    #[test]
    fn the_rules_applied_to_the_answers_find_the_hidden_stages_nearly_always_but_not_always() {
        let all = second_wave();
        let stages: Vec<(usize, usize)> =
            all.iter().map(|(bond, r)| (bond.connection as usize, connection(&answers(r)) as usize)).collect();
        let arcs: Vec<(usize, usize)> =
            all.iter().map(|(bond, r)| (bond.arc_when(true) as usize, arc(&answers(r)) as usize)).collect();
        for (what, pairs) in [("connection", stages), ("arc", arcs)] {
            let found = kappa(&pairs);
            assert!((0.85..0.999).contains(&found), "{what}: {found} of {}", pairs.len());
        }
    }

    #[test]
    fn the_connected_seldom_shop_around_and_are_hard_to_lure_away_as_published() {
        let all = second_wave();
        let of = |stage: ConnectionStage, hit: &dyn Fn(&BTreeMap<&str, f64>) -> bool| {
            let here: Vec<&Response> = all.iter().filter(|(b, _)| b.connection == stage).map(|(_, r)| r).collect();
            here.iter().filter(|r| hit(&answers(r))).count() as f64 / here.len() as f64
        };
        let (full, none) = (ConnectionStage::FullyConnected, ConnectionStage::NotConnected);
        assert!((of(full, &|a| a["shop_around"] <= 3.0) - 0.44).abs() < 0.06);
        assert!((of(full, &|a| a["switch_discount"] > 2.0) - 0.33).abs() < 0.06);
        let times = of(full, &|a| a["recommend"] >= 9.0) / of(none, &|a| a["recommend"] >= 9.0);
        assert!((2.5..4.5).contains(&times), "promoters: {times} times");
    }
}
