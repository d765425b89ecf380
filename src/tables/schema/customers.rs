//! `customers`: what a night knows about each customer.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float64Array, Int32Array};

use super::arrays::{category, floats, texts, whole};
use super::column::ColumnType as T;
use super::table::{About, CUSTOMER_ID, Columns, TableSource, columns};
use super::{CustomerWords, TableId};
use crate::catalogue::{ElementId, Level, NeedTier};
use crate::model::plan::{NextReason, NextStep};
use crate::model::rows::{
    ArcEvidence, Assignment, Basis, ConnectionStage, CustomerFlags, CustomerNeeds, CustomerNight, EvidenceBasis,
    LevelReason, LoyaltyType, NeedState, Relationship, RelationshipLevel, RfmGroup, Stay, SuppressedReason,
    UnassignedReason,
};

/// Enum variants in the order of their discriminants, which are the keys of their dictionaries.
const BASES: [Basis; 5] = [Basis::Survey, Basis::Mixed, Basis::Behavior, Basis::Prior, Basis::None];
const STATES: [NeedState; 4] = [NeedState::Deficit, NeedState::Growth, NeedState::Balanced, NeedState::Undetermined];
const UNASSIGNED: [UnassignedReason; 2] = [UnassignedReason::NoEvidence, UnassignedReason::TooClose];
const SUPPRESSED: [SuppressedReason; 4] = [
    SuppressedReason::Deceased,
    SuppressedReason::Minor,
    SuppressedReason::Objection,
    SuppressedReason::NoProfilingConsent,
];
const ARC_BASES: [EvidenceBasis; 3] = [EvidenceBasis::Survey, EvidenceBasis::Behavior, EvidenceBasis::Both];

/// Customers encoded at once, and what the positions in their rows stand for.
#[derive(Clone, Copy)]
pub(in crate::tables) struct CustomerRows<'a> {
    pub(in crate::tables) ids: &'a [String],
    pub(in crate::tables) assignments: &'a [Assignment],
    pub(in crate::tables) basis: &'a [Basis],
    pub(in crate::tables) needs: &'a [CustomerNeeds],
    pub(in crate::tables) value: &'a [Option<f64>],
    pub(in crate::tables) holdout: &'a [bool],
    pub(in crate::tables) suppressed: &'a [Option<SuppressedReason>],
    pub(in crate::tables) flags: &'a [CustomerFlags],
    pub(in crate::tables) nights: &'a [CustomerNight],
    /// What each is next for, once plans are made; empty before.
    pub(in crate::tables) next: &'a [NextStep],
    pub(in crate::tables) words: &'a CustomerWords,
}

impl<'a> CustomerRows<'a> {
    /// Rows of which only what they are next for is told.
    pub(in crate::tables) fn next_alone(next: &'a [NextStep], words: &'a CustomerWords) -> Self {
        Self {
            ids: &[],
            assignments: &[],
            basis: &[],
            needs: &[],
            value: &[],
            holdout: &[],
            suppressed: &[],
            flags: &[],
            nights: &[],
            next,
            words,
        }
    }

    /// What each is next for; nothing is known of it before plans are made.
    fn next(self) -> impl Iterator<Item = NextStep> {
        let known = self.next.iter().copied();
        known.chain(std::iter::repeat_n(NextStep::default(), self.ids.len()))
    }

    fn stays(self) -> impl Iterator<Item = &'a Stay> {
        self.nights.iter().map(|night| &night.stay)
    }

    /// Relationships. Whoever is not scored is not profiled: not even an unknown stage is said of them.
    fn told(self) -> impl Iterator<Item = Option<&'a Relationship>> {
        let nights = self.nights.iter().zip(self.suppressed);
        nights.map(|(night, suppressed)| Some(&night.relationship).filter(|_| suppressed.is_none()))
    }
}

impl TableSource for CustomerRows<'_> {
    type Value = ArrayRef;

    const ABOUT: About = About::new(TableId::Customers, "customers", "customer");

    fn columns(t: &mut Columns<Self>) {
        segment(t);
        reasons(t);
        needs(t);
        closeness(t);
        experience(t);
        what_next(t);
        facts(t);
        next_line(t);
    }
}

fn segment(t: &mut Columns<CustomerRows<'_>>) {
    t.key("customer_id", T::Text, CUSTOMER_ID, |c| texts(c.ids));
    columns! { t, c =>
        /// Segment; null = none, see `unassigned_reason` and `suppressed_reason`.
        maybe "segment_id": Category =
            category(&c.words.segments, c.assignments.iter().map(|a| a.segment.map(i32::from)));
        /// Probability of the likeliest segment, 0–1; null = nothing was computed.
        maybe "segment_probability": Float32 = floats(c.assignments.iter().map(|a| a.probability));
        /// Second likeliest segment; null = nothing was computed or there is only one.
        maybe "runner_up_id": Category =
            category(&c.words.segments, c.assignments.iter().map(|a| a.runner_up.map(i32::from)));
        /// Probability of the runner-up, 0–1; null as `runner_up_id`.
        maybe "runner_up_probability": Float32 = floats(c.assignments.iter().map(|a| a.runner_up_probability));
        /// Likeliest segment tonight before any rule held it back; null = none.
        maybe "segment_raw_id": Category =
            category(&c.words.segments, c.assignments.iter().map(|a| a.raw.map(i32::from)));
        /// First night of the present unbroken stay in `segment_id`; null = in no segment.
        maybe "assigned_since": Date = Arc::new(c.stays().map(|stay| stay.since).collect::<Date32Array>()) as ArrayRef;
        /// Segment before the last move; null = never moved.
        maybe "previous_segment_id": Category =
            category(&c.words.segments, c.stays().map(|stay| stay.previous.map(i32::from)));
        /// Segment that leads clearly but has not done so on enough nights to be entered; null = none.
        maybe "pending_segment_id": Category =
            category(&c.words.segments, c.stays().map(|stay| stay.pending.map(|(place, _)| i32::from(place))));
        /// Nights in a row that `pending_segment_id` has led; null = none is pending.
        maybe "nights_pending": Int32 = whole(c.stays().map(|stay| stay.pending.map(|(_, nights)| nights)));
        /// Why a scored customer has no segment: `no_evidence`, `too_close`; null = has one, or was not scored.
        maybe "unassigned_reason": Category =
            category(
                &texts(UNASSIGNED.map(UnassignedReason::slug)),
                c.assignments.iter().map(|a| a.unassigned.map(|reason| reason as i32)),
            );
    }
}

fn reasons(t: &mut Columns<CustomerRows<'_>>) {
    columns! { t, c =>
        /// Indicator that spoke most for the segment against the runner-up; null = none, or it is about an element kept
        /// to aggregates.
        maybe "reason_1": Category =
            category(&c.words.indicators, c.assignments.iter().map(|a| c.words.reason(a.reasons[0])));
        /// The second such indicator; null as `reason_1`.
        maybe "reason_2": Category =
            category(&c.words.indicators, c.assignments.iter().map(|a| c.words.reason(a.reasons[1])));
        /// The third such indicator; null as `reason_1`.
        maybe "reason_3": Category =
            category(&c.words.indicators, c.assignments.iter().map(|a| c.words.reason(a.reasons[2])));
        /// Indicator that spoke most against the segment; null as `reason_1`.
        maybe "reason_against": Category =
            category(&c.words.indicators, c.assignments.iter().map(|a| c.words.reason(a.reason_against)));
        /// Evidence behind the row: `survey` own ratings only, `mixed` ratings and behavior, `behavior` as learned from
        /// those who answered, `prior` behavior read through the catalogue (a hypothesis), `none` nothing.
        filled "basis": Category =
            category(&texts(BASES.map(Basis::slug)), c.basis.iter().map(|basis| Some(*basis as i32)));
    }
}

fn needs<'a>(t: &mut Columns<CustomerRows<'a>>) {
    columns! { t, c =>
        /// Need tier to serve next, where it is likely enough (`[needs] min_probability`); null = balanced or undetermined,
        /// see `need_state`.
        maybe "need_tier": Category =
            category(
                &texts(NeedTier::ALL.map(NeedTier::slug)),
                c.needs.iter().map(|n| n.tier.map(|tier| tier.index() as i32)),
            );
        /// Chance of `need_tier`, 0–1, over what is not known of scores, need map and order of tiers; null as it.
        maybe "need_tier_probability": Float32 =
            floats(c.needs.iter().map(|n| n.probabilities?.get(n.tier?.index()).copied()));
        /// `deficit`, `growth`, `balanced` or `undetermined` (no tier is likely enough, or too little is known).
        filled "need_state": Category =
            category(&texts(STATES.map(NeedState::slug)), c.needs.iter().map(|n| Some(n.state as i32)));
        /// Second likeliest tier beside `need_tier`; null = there is none.
        maybe "need_runner_up": Category =
            category(
                &texts(NeedTier::ALL.map(NeedTier::slug)),
                c.needs.iter().map(|n| n.runner_up.map(|tier| tier.index() as i32)),
            );
        /// Likeliest tier where none is likely enough to be `need_tier`; null = there is a `need_tier`, none is possible, or
        /// signals alone do not tell tiers in this base.
        maybe "need_candidate_1": Category =
            category(
                &texts(NeedTier::ALL.map(NeedTier::slug)),
                c.needs.iter().map(|n| n.candidates[0].map(|tier| tier.index() as i32)),
            );
        /// Second likeliest tier there; null as `need_candidate_1`.
        maybe "need_candidate_2": Category =
            category(
                &texts(NeedTier::ALL.map(NeedTier::slug)),
                c.needs.iter().map(|n| n.candidates[1].map(|tier| tier.index() as i32)),
            );
    }
    for tier in NeedTier::ALL {
        let doc = format!(
            "Chance that the {} tier is the one to serve next, 0–1; what the five leave to 1 is the chance of `balanced`; null \
             = too little is known, or signals alone do not tell tiers in this base.",
            tier.slug()
        );
        let chance = move |c: CustomerRows<'a>| {
            floats(c.needs.iter().map(|n| n.probabilities.filter(|_| n.told).map(|p| p[tier.index()])))
        };
        t.maybe(format!("{}_probability", tier.slug()), T::Float32, doc, chance);
    }
    for tier in NeedTier::ALL {
        let doc = format!("Fulfillment of the {} tier, 0–10; null = not known.", tier.slug());
        let fulfillment = move |c: CustomerRows<'a>| floats(c.needs.iter().map(|n| n.fulfillment[tier.index()]));
        t.maybe(format!("{}_fulfillment", tier.slug()), T::Float32, doc, fulfillment);
    }
    for (i, level) in Level::ALL.iter().map(|level| level.slug()).enumerate() {
        let doc = format!("Mean fulfillment score of the {} level, 0–10; null = not known.", level.replace('_', " "));
        let fulfillment = move |c: CustomerRows<'a>| floats(c.needs.iter().map(|n| n.levels[i]));
        t.maybe(format!("{level}_fulfillment"), T::Float32, doc, fulfillment);
    }
}

fn closeness(t: &mut Columns<CustomerRows<'_>>) {
    columns! { t, c =>
        /// `not_connected`, `highly_satisfied`, `differentiated`, `fully_connected`; null = was not asked enough to
        /// tell.
        maybe "connection_stage": Category =
            category(
                &texts(ConnectionStage::ALL.map(ConnectionStage::slug)),
                c.told().map(|r| r?.connection.map(|stage| stage as i32)),
            );
        /// Stage of the relationship arc: 1 exists, 2 opinion, 3 meaning, 4 part of life, 5 indispensable, 0 unknown;
        /// null = not scored.
        maybe "arc_stage": Int32 = whole(c.told().map(|r| Some(u32::from(r?.arc.stage.number()))));
        /// Facts that `arc_stage` rests on, joined by `+`; null = nothing is known.
        maybe "arc_evidence": Category = evidence(c.told().map(|r| r.map(|r| r.arc.evidence)));
        /// Kind of those facts: `survey`, `behavior` or `both`; null as `arc_evidence`.
        maybe "arc_basis": Category =
            category(
                &texts(ARC_BASES.map(EvidenceBasis::slug)),
                c.told().map(|r| r?.arc.basis.map(|basis| basis as i32)),
            );
        /// First night of the present unbroken stay at `arc_stage`; null as `arc_stage`.
        maybe "arc_since": Date =
            Arc::new(c.told().map(|r| r.map(|r| r.arc.since)).collect::<Date32Array>()) as ArrayRef;
        /// Something is in disorder: an open complaint, a promise broken of late, or more bad experiences than good;
        /// null = not scored.
        maybe "trouble": Bool = Arc::new(c.told().map(|r| r.map(|r| r.trouble)).collect::<BooleanArray>()) as ArrayRef;
        /// Chance of falling at least one stage of the arc within the nights configured, 0–1, from what was observed of
        /// customers at the same stage, in trouble or not; null = too little was observed yet.
        maybe "slide_risk": Float32 = floats(c.nights.iter().map(|night| night.slide_risk));
    }
}

fn experience(t: &mut Columns<CustomerRows<'_>>) {
    columns! { t, c =>
        /// `true`, `latent`, `spurious`, `none`, or `behavioral_only` where liking is not known; null = no orders
        /// known.
        maybe "loyalty_type": Category =
            category(
                &texts(LoyaltyType::ALL.map(LoyaltyType::slug)),
                c.told().map(|r| r?.loyalty.map(|kind| kind as i32)),
            );
        /// Share of order value made with a reward, 0–1; null = no order value, or orders do not tell of rewards.
        maybe "reward_share": Float32 = floats(c.told().map(|r| r?.reward.share));
        /// Good experiences minus bad ones times the configured ratio, each weighed by how recent it is; null = no
        /// experience is known.
        maybe "experience_balance": Float32 = floats(c.nights.iter().map(|night| night.balance));
        /// Good experiences that would bring `experience_balance` back to 0; 0 = none needed; null as it.
        maybe "experience_debt": Int32 = whole(c.nights.iter().map(|night| night.debt));
        /// Same standard at every step, 0–1; null = too few rated contacts.
        maybe "journey_consistency": Float32 = floats(c.told().map(|r| r?.consistency.journey));
        /// Good feeling that lasts, 0–1; null = too few dated feelings.
        maybe "emotional_consistency": Float32 = floats(c.told().map(|r| r?.consistency.emotional));
        /// Promises kept, 0–1; null = too few promises due.
        maybe "communication_consistency": Float32 = floats(c.told().map(|r| r?.consistency.communication));
        /// The least of the three, 0–1; null = none of them is known.
        maybe "consistency": Float32 = floats(c.told().map(|r| r?.consistency.composite()));
    }
}

fn what_next(t: &mut Columns<CustomerRows<'_>>) {
    columns! { t, c =>
        /// Closeness that suits: `0` leave alone, `1` wave, `2` guest, `3` friend, `4` inner circle, `X` close kindly,
        /// which people alone decide; never raised because of value; null = not computed.
        maybe "relationship_level": Category =
            category(
                &texts(RelationshipLevel::ALL.map(RelationshipLevel::slug)),
                c.nights.iter().map(|n| Some(n.relationship.level as i32)),
            );
        /// What decided `relationship_level`: `evidence`, `wish`, `not_scored`, `open_matter`, `vulnerable`, `fatigue`,
        /// `stale`, `decided`; null as it.
        maybe "relationship_reason": Category =
            category(
                &texts(LevelReason::ALL.map(LevelReason::slug)),
                c.nights.iter().map(|n| Some(n.relationship.level_reason as i32)),
            );
        /// Element with the largest product of gap and derived importance, where it is likely enough
        /// (`[relationship.anticipation] next_probability`); null = none is, or none is wanted more than it is delivered;
        /// elements kept to aggregates take no part.
        maybe "next_element": Category =
            category(
                &texts(ElementId::all().map(ElementId::slug)),
                c.told().map(|r| Some(r?.next.told?.element.index() as i32)),
            );
        /// Chance that `next_element` has the largest product, 0–1, over the errors of the scores; null as it.
        maybe "next_probability": Float32 = floats(c.told().map(|r| Some(r?.next.told?.probability)));
        /// Importance minus fulfillment of `next_element`, both in standard deviations from the base's mean; null as
        /// it.
        maybe "next_gap": Float32 = floats(c.told().map(|r| Some(r?.next.told?.gap)));
        /// Likeliest element where none is likely enough to be `next_element`; null = there is one, or none is possible.
        maybe "next_candidate_1": Category =
            category(
                &texts(ElementId::all().map(ElementId::slug)),
                c.told().map(|r| Some(r?.next.candidates[0]?.element.index() as i32)),
            );
        /// Second likeliest element there; null as `next_candidate_1`, or there is one alone.
        maybe "next_candidate_2": Category =
            category(
                &texts(ElementId::all().map(ElementId::slug)),
                c.told().map(|r| Some(r?.next.candidates[1]?.element.index() as i32)),
            );
    }
}

fn facts(t: &mut Columns<CustomerRows<'_>>) {
    columns! { t, c =>
        /// Net order value in the 365 days up to the night, project currency, may be negative; null = no order table.
        maybe "value_365d": Float64 =
            Arc::new(c.value.iter().map(|v| v.filter(|v| v.is_finite())).collect::<Float64Array>()) as ArrayRef;
        /// Ready-made group by recency, frequency and value of orders (`core`, `growing`, `fresh`, `cooling_core`, `regular`,
        /// `occasional`, `slipping_core`, `slipping`, `asleep`, `no_purchase`), cut by quintiles or `[rfm]`: a yardstick beside
        /// the segments; null = no order table, or not scored.
        maybe "rfm_group": Category =
            category(&texts(RfmGroup::ALL.map(RfmGroup::slug)), c.nights.iter().map(|n| n.rfm.map(|group| group as i32)));
        /// In the permanent random hold-out: never in an audience.
        filled "holdout": Bool = Arc::new(BooleanArray::from(c.holdout.to_vec())) as ArrayRef;
        /// Whether this is the one of the household who is contacted; null = no household is known.
        maybe "household_contact": Bool =
            Arc::new(
                c.flags
                    .iter()
                    .map(|flags| flags.household.map(|_| !flags.household_silent))
                    .collect::<BooleanArray>(),
            ) as ArrayRef;
        /// Why the customer was not scored: `deceased`, `minor`, `objection_marketing`, `no_profiling_consent`; null =
        /// was scored.
        maybe "suppressed_reason": Category =
            category(
                &texts(SUPPRESSED.map(SuppressedReason::slug)),
                c.suppressed.iter().map(|s| s.map(|reason| reason as i32)),
            );
    }
}

/// Filled when plans are made: the last columns of the table.
fn next_line(t: &mut Columns<CustomerRows<'_>>) {
    columns! { t, c =>
        /// Play of the plan that the customer is next for: a campaign by a channel they agreed to, or how they are served. Nobody
        /// who is held out, is to be left alone or has a matter open has a campaign; null = none, see `next_play_reason`.
        maybe "next_play": Category = category(&c.words.plays, c.next().map(|step| step.play.map(i32::from)));
        /// Why: `own_element` (a campaign about `next_element`), `story` (thanks for what they lived through), `first` (the first
        /// campaign of the plan for them), `open_matter` (settled first), `served`, `held_out`, `control` (next for a campaign, and goes without it by lot), `no_consent` or `rested` (served
        /// as the plan says, and sent nothing), `wish`, `fatigue` or `people_decide` (left in peace), `nothing` (the plan has
        /// no line); null = was not scored, so nothing is computed.
        maybe "next_play_reason": Category =
            category(
                &texts(NextReason::ALL.map(NextReason::slug)),
                c.next().map(|step| step.reason.map(|reason| reason as i32)),
            );
    }
}

/// Facts behind stages: few of the many sets there could be are met in a chunk.
fn evidence(sets: impl Iterator<Item = Option<ArcEvidence>>) -> ArrayRef {
    let mut seen: Vec<ArcEvidence> = Vec::new();
    let keys: Int32Array = sets
        .map(|set| {
            let set = set.filter(|set| *set != ArcEvidence::default())?;
            let place = seen.iter().position(|own| *own == set).unwrap_or_else(|| {
                seen.push(set);
                seen.len() - 1
            });
            i32::try_from(place).ok()
        })
        .collect();
    let words: Vec<String> = seen.into_iter().map(ArcEvidence::words).collect();
    // INVARIANT: keys are places in `seen`, of which the words are made.
    Arc::new(DictionaryArray::try_new(keys, texts(words)).expect("keys are positions in the words"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_enums_are_their_discriminants() {
        assert!(BASES.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(STATES.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(UNASSIGNED.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(SUPPRESSED.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(ARC_BASES.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(ConnectionStage::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(LoyaltyType::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(RelationshipLevel::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(LevelReason::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
        assert!(NextReason::ALL.iter().enumerate().all(|(i, v)| *v as usize == i));
    }
}
