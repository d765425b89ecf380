//! The lens as one long table.

use super::types::{GroupLens, HeardFigures};
use crate::rows::Figure;

/// One figure of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct LensMeasure {
    /// What it is; see the fields of [`GroupLens`].
    pub measure: &'static str,
    /// Of what: a stage, kind, ratio, element, motivator; empty where there is but one.
    pub key: String,
    /// The figure, shares as 0–1. Behind `between_channels` and `between_sites` stand contacts, behind all else customers.
    pub figure: Figure,
}

impl GroupLens {
    /// All figures. Competitors are not among them: see [`GroupLens::rivals`].
    #[must_use]
    pub fn measures(&self) -> Vec<LensMeasure> {
        let mut measures = closeness(self);
        measures.extend(experience(self));
        measures.extend(voice(self));
        measures.extend(self.care.measures());
        measures
    }
}

fn one(measure: &'static str, figure: Figure) -> LensMeasure {
    of(measure, "", figure)
}

fn of(measure: &'static str, key: impl Into<String>, figure: Figure) -> LensMeasure {
    LensMeasure { measure, key: key.into(), figure }
}

/// Connection, motivators and arc.
fn closeness(group: &GroupLens) -> Vec<LensMeasure> {
    let connection = &group.connection;
    let mut measures = vec![
        one("connection_score", connection.score()),
        one("contradictory", connection.contradictory),
        one("good_brand", connection.good_brand),
        one("good_brand_gap", connection.good_brand_gap),
        one("arc_up", group.arc.up),
        one("arc_down", group.arc.down),
    ];
    for stage in &connection.stages {
        let key = stage.stage.slug();
        measures.push(of("connection_stage", key, stage.share));
        measures.push(of("stage_value", key, stage.value));
        measures.push(of("stage_value_ratio", key, stage.value_ratio));
    }
    for motivator in &group.motivators {
        let key = &motivator.motivator;
        measures.push(of("motivator_wanted", key, motivator.wanted));
        measures.push(of("motivator_helped", key, motivator.helped));
        measures.push(of("motivator_spend", key, motivator.spend));
    }
    measures.extend(group.arc.stages.iter().map(|(stage, share)| of("arc_stage", stage.slug(), *share)));
    measures
}

/// Consistency, balance, loyalty and level.
fn experience(group: &GroupLens) -> Vec<LensMeasure> {
    let (consistency, balance, loyalty) = (&group.consistency, &group.balance, &group.loyalty);
    let mut measures = vec![
        one("promises_kept", consistency.promises_kept),
        one("good_contacts", consistency.good_contacts),
        one("poor_in_six", consistency.poor_in_six),
        one("all_good", consistency.all_good),
        one("between_channels", consistency.between_channels),
        one("between_sites", consistency.between_sites),
        one("debt", balance.debt),
        one("reward_dependence", loyalty.reward_dependence),
        one("reward_week_ratio", loyalty.week_ratio),
    ];
    measures.extend(consistency.kinds.iter().map(|(kind, mean)| of("consistency", *kind, *mean)));
    measures.extend(balance.in_debt.iter().map(|(ratio, share)| of("in_debt", ratio.to_string(), *share)));
    measures.extend(loyalty.types.iter().map(|(kind, share)| of("loyalty", kind.slug(), *share)));
    measures.extend(group.levels.iter().map(|(level, share)| of("relationship_level", level.slug(), *share)));
    measures.extend(group.reasons.iter().map(|(reason, share)| of("relationship_reason", reason.slug(), *share)));
    measures
}

/// Texts, complaints and what customers did lately.
fn voice(group: &GroupLens) -> Vec<LensMeasure> {
    let complaints = &group.complaints;
    let mut measures = vec![
        one("wrote", group.listening.wrote),
        one("complaints", complaints.number),
        one("complaints_answered", complaints.answered),
        one("complaints_resolved", complaints.resolved),
        one("complaints_repeated", complaints.repeated),
        one("complaint_days", complaints.days),
        one("repeat_rate", group.rates.reordered),
        one("retention_rate", group.rates.stayed),
        one("return_rate", group.rates.returned),
        one("complaint_rate", group.rates.complained),
        one("repeat_contact_rate", group.rates.recontacted),
    ];
    measures.extend(group.served.measures.iter().map(|(measure, figure)| one(measure, *figure)));
    measures.extend(group.served.kept.iter().map(|(element, figure)| of("said_and_kept", element.slug(), *figure)));
    for HeardFigures { element, named, praised } in &group.listening.elements {
        measures.push(of("element_named", element.slug(), *named));
        measures.push(of("element_praised", element.slug(), *praised));
    }
    measures
}
