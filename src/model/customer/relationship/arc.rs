//! Where somebody stands on the relationship arc.

use super::known::{KnownCustomer, Matters, reaches};
use super::rhythm::steady;
use super::settings::ArcSettings;
use crate::rows::{ArcEvidence, ArcFact, ArcReading, ArcStage, EvidenceBasis, Nature, Question, Word};

/// Most kinds of goods that breadth can ask for.
const MOST_CATEGORIES: usize = 8;

/// The stage of an earlier night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yesterday {
    /// Stage that was published.
    pub arc: ArcStage,
    /// First night of that stay, days since 1970.
    pub since: i32,
}

/// The night's clock for a stage: `today` in days since 1970, and the night before if there was one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nights {
    pub(super) today: i32,
    pub(super) yesterday: Option<Yesterday>,
}

/// Stage of a customer: the highest whose gate holds, one less for an open grave complaint, held for a minimum time.
///
/// Gates (`docs/domain.md#the-relationship-arc`, our judgment):
/// 1. an order, a contact or a text;
/// 2. an opinion was given, or more than one purchase;
/// 3. it means something *and* is preferred, by answers; or two signs among full price, advocacy and breadth;
/// 4. it defines the person, by an answer; or a steady rhythm with breadth or advocacy, where gate 3 holds;
/// 5. irreplaceable *and* forgiving, the first by an answer, the second by an answer or observed.
///
/// METHOD: gates are not cumulative but for habit. An answer to a stronger question carries its own stage even where a weaker
/// one was not asked, or contradicts it; a habit without meaning may be lock-in. Behavior alone never reaches stage 5:
/// lock-in looks the same.
pub(super) fn read(
    known: &KnownCustomer<'_>,
    keys: &[usize],
    matters: &Matters,
    settings: &ArcSettings,
    nights: Nights,
) -> ArcReading {
    let mut evidence = facts(known, keys, settings);
    let (gate, basis) = gate(evidence, settings);
    let grave = open_grave_complaint(known, matters, settings);
    let mut raw = gate;
    if grave {
        evidence.add(ArcFact::OpenGraveComplaint);
        raw = ArcStage::from_number(gate.number().saturating_sub(1)).unwrap_or(gate).max(gate.min(ArcStage::Exists));
    }
    let (stage, since) = dwell(raw, grave, nights, settings.dwell_nights);
    if stage != raw {
        evidence.add(ArcFact::Held);
    }
    ArcReading { stage, raw, evidence, basis, since, before: nights.yesterday.map(|yesterday| yesterday.arc) }
}

/// Whether a grave complaint of the last `settings.complaint_days` is open. One of unknown severity is not grave.
pub(super) fn open_grave_complaint(known: &KnownCustomer<'_>, matters: &Matters, settings: &ArcSettings) -> bool {
    known.history.contacts.iter().any(|contact| {
        contact.severity.is_some_and(|severity| reaches(severity, settings.severe))
            && known.within_days(contact.at, settings.complaint_days)
            && matters.open(contact)
    })
}

/// Stage of the night and first night of the stay. A change is held back while the stay is young, but for leaving the
/// unknown and for going down under an open grave complaint.
fn dwell(raw: ArcStage, grave: bool, nights: Nights, dwell_nights: u32) -> (ArcStage, i32) {
    let Some(before) = nights.yesterday else { return (raw, nights.today) };
    if raw == before.arc {
        return (raw, before.since);
    }
    let young = i64::from(nights.today) - i64::from(before.since) < i64::from(dwell_nights);
    let at_once = before.arc == ArcStage::Unknown || (grave && raw < before.arc);
    if young && !at_once { (before.arc, before.since) } else { (raw, nights.today) }
}

/// The highest stage whose gate holds, and the kind of evidence that opened it.
fn gate(evidence: ArcEvidence, settings: &ArcSettings) -> (ArcStage, Option<EvidenceBasis>) {
    let has = |fact| evidence.has(fact);
    let signs = [ArcFact::BuysAtFullPrice, ArcFact::Advocates, ArcFact::Breadth];
    let signs = signs.into_iter().filter(|sign| has(*sign)).count();
    let meaning_told = has(ArcFact::MeansSomething) && has(ArcFact::Preferred);
    let meaning_shown = signs >= settings.behavior_signs as usize;
    let habit =
        has(ArcFact::Habit) && (has(ArcFact::Breadth) || has(ArcFact::Advocates)) && (meaning_told || meaning_shown);
    if has(ArcFact::Irreplaceable) && (has(ArcFact::WouldForgive) || has(ArcFact::Forgave)) {
        (ArcStage::Indispensable, basis(true, has(ArcFact::Forgave)))
    } else if has(ArcFact::DefinesMe) || habit {
        let told = has(ArcFact::DefinesMe) || (habit && meaning_told);
        (ArcStage::PartOfLife, basis(told, habit))
    } else if meaning_told || meaning_shown {
        (ArcStage::Meaning, basis(meaning_told, meaning_shown))
    } else if has(ArcFact::GaveOpinion) || has(ArcFact::Reordered) {
        (ArcStage::Opinion, basis(has(ArcFact::GaveOpinion), has(ArcFact::Reordered)))
    } else if has(ArcFact::Dealings) {
        (ArcStage::Exists, basis(false, true))
    } else {
        (ArcStage::Unknown, None)
    }
}

fn basis(told: bool, shown: bool) -> Option<EvidenceBasis> {
    match (told, shown) {
        (true, true) => Some(EvidenceBasis::Both),
        (true, false) => Some(EvidenceBasis::Survey),
        (false, true) => Some(EvidenceBasis::Behavior),
        (false, false) => None,
    }
}

/// Every fact that holds, whatever stage it speaks for.
fn facts(known: &KnownCustomer<'_>, keys: &[usize], settings: &ArcSettings) -> ArcEvidence {
    let mut evidence = ArcEvidence::default();
    let mut note = |fact, holds: bool| {
        if holds {
            evidence.add(fact);
        }
    };
    let history = known.history;
    note(
        ArcFact::Dealings,
        !(history.orders.is_empty() && history.contacts.is_empty() && history.verbatims.is_empty()),
    );
    let asked = known.block.attitudes.any(known.row) || known.block.rated[known.row] != 0;
    let wrote = !history.verbatims.is_empty() || known.ratings().next().is_some();
    note(ArcFact::GaveOpinion, asked || wrote);
    note(ArcFact::Reordered, history.purchases().nth(settings.reorders as usize - 1).is_some());
    note(ArcFact::BuysAtFullPrice, full_price(known) >= settings.full_price_orders);
    note(ArcFact::Advocates, history.contacts.iter().any(|contact| contact.nature == Nature::Advocacy));
    note(ArcFact::Breadth, breadth(known, settings.categories as usize));
    note(ArcFact::Habit, steady(history, settings));
    if asked {
        let helped = |key: &usize| known.motivator(*key).1.is_some_and(|helps| reaches(helps, settings.meaning_helped));
        let means = known.answered(Question::Different, settings.different) || keys.iter().any(helped);
        note(ArcFact::MeansSomething, means);
        note(ArcFact::Preferred, known.preferred(settings.preferred_lead, settings.different) == Some(true));
        note(ArcFact::DefinesMe, known.answered(Question::SelfConnection, settings.self_connection));
        note(ArcFact::WouldForgive, known.answered(Question::SecondChance, settings.second_chance));
        if known.answered(Question::Irreplaceable, settings.irreplaceable) {
            // Forgiveness is looked for only where it can decide: it costs the most, and speaks for stage 5 alone.
            note(ArcFact::Irreplaceable, true);
            note(ArcFact::Forgave, super::forgiveness::observed(known, settings));
        }
    }
    evidence
}

/// Purchases known to be without discount and not paid by a reward.
fn full_price(known: &KnownCustomer<'_>) -> u32 {
    let full = known.history.purchases().filter(|o| o.discounted == Some(false) && o.rewarded != Some(true));
    u32::try_from(full.count()).unwrap_or(u32::MAX)
}

/// Whether purchases are of at least so many kinds, at most [`MOST_CATEGORIES`].
fn breadth(known: &KnownCustomer<'_>, needed: usize) -> bool {
    let mut seen: [Option<Word>; MOST_CATEGORIES] = [None; MOST_CATEGORIES];
    let mut kinds = 0;
    for category in known.history.purchases().filter_map(|order| order.category) {
        if kinds < needed.min(MOST_CATEGORIES) && !seen[..kinds].contains(&Some(category)) {
            seen[kinds] = Some(category);
            kinds += 1;
        }
    }
    kinds >= needed
}

#[cfg(test)]
mod tests;
