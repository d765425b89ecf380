//! Tables with one row per customer, or one per customer who moved.

use super::column::{Column, ColumnType as T, RUN_DATE, filled, maybe};
use crate::catalogue::ElementId;

/// Id of a customer, second in every table about customers.
const CUSTOMER_ID: Column =
    filled("customer_id", T::Text, "Opaque id of the customer as the inputs name it; unique, rows ascend by it.");

/// `customers`: what a night knows about each customer.
pub(super) const CUSTOMERS: &[Column] = &[
    RUN_DATE,
    CUSTOMER_ID,
    maybe("segment_id", T::Category, "Segment; null = none, see `unassigned_reason` and `suppressed_reason`."),
    maybe("segment_probability", T::Float32, "Probability of the likeliest segment, 0–1; null = nothing was computed."),
    maybe("runner_up_id", T::Category, "Second likeliest segment; null = nothing was computed or there is only one."),
    maybe("runner_up_probability", T::Float32, "Probability of the runner-up, 0–1; null as `runner_up_id`."),
    maybe("segment_raw_id", T::Category, "Likeliest segment tonight before any rule held it back; null = none."),
    maybe("assigned_since", T::Date, "First night of the present unbroken stay in `segment_id`; null = in no segment."),
    maybe("previous_segment_id", T::Category, "Segment before the last move; null = never moved."),
    maybe(
        "pending_segment_id",
        T::Category,
        "Segment that leads clearly but has not done so on enough nights to be entered; null = none.",
    ),
    maybe("nights_pending", T::Int32, "Nights in a row that `pending_segment_id` has led; null = none is pending."),
    maybe(
        "unassigned_reason",
        T::Category,
        "Why a scored customer has no segment: `no_evidence`, `too_close`; null = has one, or was not scored.",
    ),
    maybe(
        "reason_1",
        T::Category,
        "Indicator that spoke most for the segment against the runner-up; null = none, or it is about an element kept \
         to aggregates.",
    ),
    maybe("reason_2", T::Category, "The second such indicator; null as `reason_1`."),
    maybe("reason_3", T::Category, "The third such indicator; null as `reason_1`."),
    maybe("reason_against", T::Category, "Indicator that spoke most against the segment; null as `reason_1`."),
    filled(
        "basis",
        T::Category,
        "Evidence behind the row: `survey` own ratings only, `mixed` ratings and behaviour, `behaviour` as learned from \
         those who answered, `prior` behaviour read through the catalogue (a hypothesis), `none` nothing.",
    ),
    maybe("need_tier", T::Category, "Need tier to serve next; null = balanced or undetermined, see `need_state`."),
    filled("need_state", T::Category, "`deficit`, `growth`, `balanced` or `undetermined` (too little is known)."),
    maybe("need_runner_up", T::Category, "Need tier after `need_tier`; null = there is none."),
    maybe("physiological_fulfilment", T::Float32, "Fulfilment of the physiological tier, 0–10; null = not known."),
    maybe("safety_fulfilment", T::Float32, "Fulfilment of the safety tier, 0–10; null = not known."),
    maybe("belonging_fulfilment", T::Float32, "Fulfilment of the belonging tier, 0–10; null = not known."),
    maybe("esteem_fulfilment", T::Float32, "Fulfilment of the esteem tier, 0–10; null = not known."),
    maybe("growth_fulfilment", T::Float32, "Fulfilment of the growth tier, 0–10; null = not known."),
    maybe(
        "functional_fulfilment",
        T::Float32,
        "Mean fulfilment score of the functional level, 0–10; null = not known.",
    ),
    maybe("emotional_fulfilment", T::Float32, "Mean fulfilment score of the emotional level, 0–10; null = not known."),
    maybe(
        "life_changing_fulfilment",
        T::Float32,
        "Mean fulfilment score of the life changing level, 0–10; null = not known.",
    ),
    maybe(
        "social_impact_fulfilment",
        T::Float32,
        "Mean fulfilment score of the social impact level, 0–10; null = not known.",
    ),
    maybe(
        "connection_stage",
        T::Category,
        "`not_connected`, `highly_satisfied`, `differentiated`, `fully_connected`; null = was not asked enough to tell.",
    ),
    maybe(
        "arc_stage",
        T::Int32,
        "Stage of the relationship arc: 1 exists, 2 opinion, 3 meaning, 4 part of life, 5 indispensable, 0 unknown; null \
         = not scored.",
    ),
    maybe("arc_evidence", T::Category, "Facts that `arc_stage` rests on, joined by `+`; null = nothing is known."),
    maybe("arc_basis", T::Category, "Kind of those facts: `survey`, `behaviour` or `both`; null as `arc_evidence`."),
    maybe("arc_since", T::Date, "First night of the present unbroken stay at `arc_stage`; null as `arc_stage`."),
    maybe(
        "trouble",
        T::Bool,
        "Something is in disorder: an open complaint, a promise broken of late, or more bad experiences than good; null = not \
         scored.",
    ),
    maybe(
        "slide_risk",
        T::Float32,
        "Chance of falling at least one stage of the arc within the nights configured, 0–1, from what was observed of \
         customers at the same stage, in trouble or not; null = too little was observed yet.",
    ),
    maybe(
        "loyalty_type",
        T::Category,
        "`true`, `latent`, `spurious`, `none`, or `behavioural_only` where liking is not known; null = no orders known.",
    ),
    maybe(
        "reward_share",
        T::Float32,
        "Share of order value made with a reward, 0–1; null = no order value, or orders do not tell of rewards.",
    ),
    maybe(
        "experience_balance",
        T::Float32,
        "Good experiences minus bad ones times the configured ratio, each weighed by how recent it is; null = no \
         experience is known.",
    ),
    maybe(
        "experience_debt",
        T::Int32,
        "Good experiences that would bring `experience_balance` back to 0; 0 = none needed; null as it.",
    ),
    maybe("journey_consistency", T::Float32, "Same standard at every step, 0–1; null = too few rated contacts."),
    maybe("emotional_consistency", T::Float32, "Good feeling that lasts, 0–1; null = too few dated feelings."),
    maybe("communication_consistency", T::Float32, "Promises kept, 0–1; null = too few promises due."),
    maybe("consistency", T::Float32, "The least of the three, 0–1; null = none of them is known."),
    maybe(
        "relationship_level",
        T::Category,
        "Closeness that suits: `0` leave alone, `1` wave, `2` guest, `3` friend, `4` inner circle, `X` close kindly, which \
         people alone decide; never raised because of value; null = not computed.",
    ),
    maybe(
        "relationship_reason",
        T::Category,
        "What decided `relationship_level`: `evidence`, `wish`, `not_scored`, `open_matter`, `vulnerable`, `fatigue`, \
         `stale`, `decided`; null as it.",
    ),
    maybe(
        "next_element",
        T::Category,
        "Element with the largest product of gap, derived importance and confidence; null = none is wanted more than it is \
         delivered, or it is kept to aggregates.",
    ),
    maybe(
        "next_gap",
        T::Float32,
        "Importance minus fulfilment of `next_element`, both in standard deviations from the base's mean; null as it.",
    ),
    maybe(
        "value_365d",
        T::Float64,
        "Net order value in the 365 days up to the night, project currency, may be negative; null = no order table.",
    ),
    filled("holdout", T::Bool, "In the permanent random hold-out: never in an audience."),
    maybe(
        "suppressed_reason",
        T::Category,
        "Why the customer was not scored: `deceased`, `minor`, `objection_marketing`, `no_profiling_consent`; null = \
         was scored.",
    ),
];

/// `element_scores`: both scores of the 30 elements, each with its standard error.
pub(super) fn element_scores() -> Vec<Column> {
    let mut columns = vec![RUN_DATE, CUSTOMER_ID];
    for element in ElementId::all() {
        for (aspect, words) in [("importance", "How much it matters"), ("fulfilment", "How well it is delivered")] {
            let name = format!("{aspect}_{element}");
            let doc = format!("{words}, 0–10 in steps of 0.01; null = no evidence, or kept to aggregates.");
            let se = format!("Standard error of `{name}`, 0 = the customer's own answer; null as `{name}`.");
            columns.push(Column::made(name.clone(), T::Float32, doc));
            columns.push(Column::made(format!("{name}_se"), T::Float32, se));
        }
    }
    columns
}

/// `moves`: customers who entered, left or changed a segment, or were held back from it.
pub(super) const MOVES: &[Column] = &[
    RUN_DATE,
    CUSTOMER_ID,
    filled("event", T::Category, "`enter`, `move`, `exit` or `held`."),
    maybe("from_segment_id", T::Category, "Segment of the night before; null = none."),
    maybe("to_segment_id", T::Category, "Segment of tonight; null = none."),
    filled("reason", T::Category, "`answers`, `behaviour`, `model`, `consent`, `inactive` or `new`."),
    maybe("nights_pending", T::Int32, "Nights the new segment has led so far; null = not pending."),
];
