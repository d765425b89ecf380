//! Which plays fire: conditions on evidence (effect, share, size), never on rank alone.

use valueseg_catalogue::{ElementId, Sensitivity};

use super::evidence::ElementCase;
use super::settings::PlanSettings;
use crate::rows::{Aspect, Estimate, RelationshipLevel};
use crate::segment::{Delivered, NeedProfile, SegmentNight};

/// Most lead lines.
pub(super) const MAX_LEAD: usize = 3;

/// What the strength of a fix is multiplied by where a competitor is surely rated higher: customers have somewhere better to
/// go. Our judgment, less than drivers can add.
const RIVAL_FACTOR: f64 = 1.25;

/// What a condition says about an element.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TriggerVerdict {
    /// It fires, with this strength (larger = earlier); strengths of one kind compare.
    Fires(f64),
    /// It was judged and does not fire.
    Quiet,
    /// One part of the evidence speaks for it and another against: it does not fire, and this is why.
    Against(String),
    /// A value it reads is absent.
    Missing(&'static str),
}

impl TriggerVerdict {
    fn when(fires: bool, strength: f64) -> Self {
        if fires { Self::Fires(strength) } else { Self::Quiet }
    }
}

/// Whether an element may be spoken about to customers, or its inference is too delicate.
///
/// Prices and earnings may be: the care lies in the terms (no worse price, no credit), which the plays' own texts keep.
/// Source: `docs/domain.md#sensitive-elements`.
pub(super) fn may_be_spoken_of(sensitivity: Sensitivity, settings: &PlanSettings) -> bool {
    settings.sensitive_allowed || crate::segment::naming::nameable(sensitivity)
}

/// The quality gate: the whole interval of the share of high quality answers lies below the floor.
pub(super) fn quality_gate(case: &ElementCase, settings: &PlanSettings) -> TriggerVerdict {
    match case.element.high_share {
        None => TriggerVerdict::Missing("enough answers on how well quality is delivered"),
        Some(share) => TriggerVerdict::when(share.high < settings.quality_floor, settings.quality_floor - share.value),
    }
}

/// Fix: wanted more than by the rest, or more than it is delivered, and low. Where only fulfillment was asked: served
/// worse than the rest, and low.
pub(super) fn fix(case: &ElementCase, settings: &PlanSettings) -> TriggerVerdict {
    if !case.asked.fulfillment {
        return TriggerVerdict::Missing("any answer on fulfillment");
    }
    let Some(served) = case.element.fulfillment else { return TriggerVerdict::Missing("fulfillment of the element") };
    let low = served.value < settings.low_fulfillment && case.element.delivered != Delivered::Yes;
    if case.asked.compared() == Aspect::Fulfillment {
        let Some(c) = case.difference() else { return TriggerVerdict::Missing("a difference on fulfillment") };
        let worse = c.d.value <= -settings.min_difference && c.d.high < 0.0;
        return mended(case, low && worse, -c.d.value);
    }
    // Either kind of evidence is enough, and both add up: a difference from others, a gap in the segment itself.
    let (difference, gap) = (case.difference().map(|c| c.d), case.element.gap);
    if difference.is_none() && gap.is_none() {
        return TriggerVerdict::Missing("importance of the element");
    }
    let strength = |e: Option<Estimate>, least: f64| e.filter(|e| e.value >= least && e.low > 0.0).map(|e| e.value);
    let (more, missed) = (strength(difference, settings.min_difference), strength(gap, settings.min_gap));
    // A gap alone does not fire where the segment cares less than others do: others come first then.
    let wanted_less = difference.is_some_and(|d| d.value < 0.0);
    if low && wanted_less && missed.is_some() {
        return TriggerVerdict::Against(format!(
            "{} {}, yet the others want it more than this group does: it is mended where it is wanted most.",
            case.name(),
            case.standing(false)
        ));
    }
    let fires = low && !wanted_less && (more.is_some() || missed.is_some());
    mended(case, fires, more.into_iter().chain(missed).sum())
}

/// Worth mending as far as wanting and getting tell, if the drivers do not speak against it.
fn mended(case: &ElementCase, fires: bool, strength: f64) -> TriggerVerdict {
    match &case.derived {
        Some(derived) if fires && derived.next_to_nothing() => TriggerVerdict::Against(format!(
            "{} {}, yet {}: mending it first would move little, for all that is known.",
            case.name(),
            case.standing(false),
            derived.words()
        )),
        derived => {
            let rival = if case.rival_better().is_some() { RIVAL_FACTOR } else { 1.0 };
            TriggerVerdict::when(fires, strength * rival * derived.map_or(1.0, |derived| derived.factor()))
        }
    }
}

/// Lead: wanted more than by the rest, and delivered well enough to be believed.
///
/// Where nobody was asked about fulfillment, the condition does not read it: the line says that delivery is not known,
/// and its proof has to come from elsewhere. Where nobody was asked anything, the difference need not be sure either:
/// it is said to be a hypothesis.
pub(super) fn lead(case: &ElementCase, settings: &PlanSettings) -> TriggerVerdict {
    if !may_be_spoken_of(case.catalogue.element(case.id()).sensitivity(), settings) {
        return TriggerVerdict::Quiet;
    }
    let Some(c) = case.difference() else {
        return TriggerVerdict::Missing(match case.asked.compared() {
            Aspect::Importance => "a difference on importance",
            Aspect::Fulfillment => "a difference on fulfillment",
        });
    };
    let stands_out = c.d.value >= settings.min_difference && (c.d.low > 0.0 || case.asked.nothing());
    if !stands_out {
        return TriggerVerdict::Quiet;
    }
    if !case.asked.fulfillment {
        return TriggerVerdict::Fires(c.d.value);
    }
    let Some(served) = case.element.fulfillment else { return TriggerVerdict::Missing("fulfillment of the element") };
    let well = served_well(case, served, settings);
    if let Some(rival) = case.rival_better().filter(|_| well) {
        return TriggerVerdict::Against(format!(
            "{} {}, yet {rival}: it is no reason to come to us rather than to them.",
            case.name(),
            case.standing(true)
        ));
    }
    match &case.derived {
        Some(derived) if well && derived.overdone() => TriggerVerdict::Against(format!(
            "{} {}, yet {}: more of it is not what moves these customers, for all that is known.",
            case.name(),
            case.standing(true),
            derived.words()
        )),
        derived => {
            let factor = derived.map_or(1.0, |derived| derived.factor());
            TriggerVerdict::when(well, factor * c.d.value * served.value / 10.0)
        }
    }
}

/// Hold: more important to the segment than its average element and served well, yet nothing that sets it apart. Where
/// importance was not asked: served well, and like the rest.
pub(super) fn hold(case: &ElementCase, settings: &PlanSettings) -> TriggerVerdict {
    let (Some(served), Some(c)) = (case.element.fulfillment, case.difference()) else {
        return TriggerVerdict::Missing("fulfillment of the element, and a difference from the rest");
    };
    let ordinary = c.d.value.abs() < settings.min_difference;
    let well = served_well(case, served, settings);
    if case.asked.compared() == Aspect::Fulfillment {
        return TriggerVerdict::when(well && ordinary, served.value);
    }
    let (Some(own), Some(average)) = (case.element.importance, average_importance(case.segment)) else {
        return TriggerVerdict::Missing("importance of the element");
    };
    TriggerVerdict::when(well && ordinary && own.low > average, own.value)
}

/// Delivered by Bain's rule, or high enough on average; never low.
fn served_well(case: &ElementCase, served: Estimate, settings: &PlanSettings) -> bool {
    served.value >= settings.low_fulfillment
        && (case.element.delivered == Delivered::Yes || served.value >= settings.credible_fulfillment)
}

fn average_importance(segment: &SegmentNight) -> Option<f64> {
    let known: Vec<f64> = segment.profile.elements.iter().filter_map(|e| e.importance).map(|e| e.value).collect();
    if known.is_empty() { None } else { Some(known.iter().sum::<f64>() / known.len() as f64) }
}

/// The tier most members are to be served on next, if surely more than `need_share` and surely ahead of the next tier;
/// with it, the next tier.
pub(super) fn dominant_need<'a>(
    segment: &'a SegmentNight,
    settings: &PlanSettings,
) -> Result<Option<(&'a NeedProfile, &'a NeedProfile)>, &'static str> {
    let mut known: Vec<(&NeedProfile, f64)> =
        segment.profile.needs.iter().filter_map(|need| need.share.map(|share| (need, share.value))).collect();
    known.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.tier.cmp(&b.0.tier)));
    let [(first, _), (second, next), ..] = known.as_slice() else { return Err("need tiers of enough members") };
    let sure = first.share.is_some_and(|share| share.low >= settings.need_share && share.low > *next);
    Ok(sure.then_some((*first, *second)))
}

/// More than half of a segment, at the low end of the interval, are at the level of being left alone.
pub(super) fn left_alone(segment: &SegmentNight) -> bool {
    let alone = segment.lens.levels.iter().find(|(level, _)| *level == RelationshipLevel::LeaveAlone);
    alone.and_then(|(_, share)| share.estimate()).is_some_and(|share| share.low > 0.5)
}

/// Whether price is what leads in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PriceStance {
    /// Surely not wanted more than by the rest, or surely less: a discount would speak past these customers.
    Elsewhere,
    /// It leads, or nothing is known: nothing is said of discounts.
    LeadsOrUnknown,
}

impl PriceStance {
    /// Read from how much more fair prices are wanted than by the rest. Where that was not asked, nothing is claimed.
    pub(super) fn of(case: &ElementCase, settings: &PlanSettings) -> Self {
        let wanted = (case.asked.compared() == Aspect::Importance).then(|| case.difference()).flatten();
        match wanted {
            Some(c) if !case.asked.nothing() && c.d.high < settings.min_difference => Self::Elsewhere,
            _ => Self::LeadsOrUnknown,
        }
    }
}

/// The element of the quality gate.
pub(super) fn quality() -> ElementId {
    ElementId::parse("quality").expect("quality is one of the 30 elements")
}

/// The one element that may be led with by price.
pub(super) fn price() -> ElementId {
    ElementId::parse("reduces_cost").expect("reduces_cost is one of the 30 elements")
}
