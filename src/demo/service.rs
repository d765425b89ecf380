//! How easily a customer was served: who answered, what was refused, where help was sought alone, what was searched for, and
//! what was said in public.

use super::contacts::Interaction;
use super::dice::{Dice, Topic};
use super::feedback::Feedback;
use super::person::Person;
use super::profiles::TRUTH;
use super::time::{DAY, HOUR, Moment, Window};
use crate::catalogue::ElementId;

/// Kinds of events beside those of the catalogue: looks at the help pages, and requests that are refused.
const LOOK: &str = "faq_viewed";
const REFUSAL: &str = "request_refused";
#[cfg(test)]
pub(super) const SERVICE_KINDS: [&str; 2] = [LOOK, REFUSAL];

/// People at the desks.
const AGENTS: usize = 40;
/// Share of contacts answered by the person whom the customer usually gets.
const SAME: f64 = 0.45;
/// Teams by desk.
const TEAMS: [(&str, &str); 4] =
    [("phone", "first line"), ("email", "back office"), ("chat", "first line"), ("store", "stores")];
/// Share of cases in which a request is refused, for a customer like most.
const REFUSED: f64 = 0.06;
/// Share of cases before which help was sought alone, and looks for help a year that nothing follows.
const TRIED_ALONE: f64 = 0.15;
const HELPED: f64 = 0.1;
/// What is searched for and not found, and the share of searches that only one customer would make.
const TERMS: [&str; 8] =
    ["rain jacket", "gift card", "left handed", "refill", "size 50", "wool socks", "spare part", "Vegan leather"];
const ODD: f64 = 0.03;
/// Share of texts in the shop or app that others can read, and of these the share answered in time.
const PUBLIC: f64 = 0.4;
const ANSWERED: f64 = 0.6;
/// Elements that competitors are rated on, and how many of them one customer is asked about.
const COMPARED: [&str; 6] = ["quality", "saves_time", "reduces_cost", "variety", "reduces_anxiety", "informs"];
const COMPARED_ASKED: usize = 3;
/// What the two competitors deliver better or worse than we do, in points.
const AHEAD: [f64; 2] = [-0.7, 0.6];

/// Adds who served, what was refused and what was tried alone.
pub(super) fn serve(seed: u64, person: &Person, window: &Window, events: &mut Vec<Interaction>) {
    let mut dice = Dice::new(seed, person.number, Topic::Service);
    let usual = dice.below(AGENTS);
    let mut more = Vec::new();
    let mut begun: Vec<u32> = Vec::new();
    for event in events.iter_mut() {
        if event.kind == "search_empty" {
            let odd = dice.chance(ODD).then(|| format!("order of customer {}", person.number));
            event.sought = Some(odd.unwrap_or_else(|| dice.one_of(&TERMS).to_owned()));
        }
        let Some(case) = event.case else { continue };
        let agent = if dice.chance(SAME) { usual } else { dice.below(AGENTS) };
        event.agent = Some(agent as u32);
        event.team = TEAMS.into_iter().find(|(desk, _)| *desk == event.channel).map(|(_, team)| team);
        if begun.contains(&case) {
            continue;
        }
        begun.push(case);
        if dice.chance((REFUSED * (-0.6 * person.experience).exp()).min(0.6)) {
            let refused =
                Interaction { kind: REFUSAL, rating: None, severity: None, promised_at: None, ..event.clone() };
            more.push(Interaction { at: event.at + HOUR, kept_chance: None, ..refused });
        }
        if dice.chance(TRIED_ALONE) {
            more.push(look(event.at - (HOUR + dice.below(4 * DAY as usize) as i64)));
        }
    }
    for _ in 0..dice.count(HELPED * window.years()) {
        let at = window.day(&mut dice) + 12 * HOUR;
        more.push(look(at));
    }
    more.retain(|event| window.covers(event.at));
    events.extend(more);
    events.sort_by_key(|event| (event.at, event.case));
}

/// A look at the help pages.
fn look(at: Moment) -> Interaction {
    Interaction::bare(at, LOOK, "web")
}

/// Says which texts others can read, and which of these were answered.
pub(super) fn publish(seed: u64, person: &Person, texts: &mut [Feedback]) {
    let mut dice = Dice::new(seed, person.number, Topic::Public);
    for text in texts {
        text.public = ["web", "app"].contains(&text.channel) && dice.chance(PUBLIC);
        let after = HOUR + dice.below(2 * DAY as usize - HOUR as usize) as i64;
        text.answered_at = (text.public && dice.chance(ANSWERED)).then_some(text.at + after);
        text.answered_at = text.answered_at.filter(|at| Window::is_known(*at));
    }
}

/// What somebody who was asked about competitors says of a few elements: competitor, element, fulfillment.
pub(super) fn compared(seed: u64, person: &Person, brands: [&'static str; 2]) -> Vec<(&'static str, ElementId, u8)> {
    let mut dice = Dice::new(seed, person.number, Topic::RivalRatings);
    let mut ratings = Vec::new();
    for (brand, ahead) in brands.into_iter().zip(AHEAD) {
        for _ in 0..COMPARED_ASKED {
            let element = ElementId::parse(dice.one_of(&COMPARED)).expect("an element");
            if ratings.iter().any(|(other, own, _)| *other == brand && *own == element) {
                continue;
            }
            let mean = TRUTH[element.index()].delivery + ahead + person.scale_use + 0.5 * person.experience;
            let rating = (mean + 1.2 * dice.normal()).round().clamp(0.0, 10.0) as u8;
            ratings.push((brand, element, rating));
        }
    }
    ratings
}

/// The household of a customer: two of ten live with each other, of the others none is known.
pub(super) fn household(number: u32) -> Option<String> {
    matches!(number % 10, 1 | 2).then(|| format!("H{:07}", number / 10))
}
