//! Tables about segments: themselves, their elements, needs and drivers.

use super::column::{Column, ColumnType as T, RUN_DATE, SEGMENT_ID, filled, maybe};

/// An element, part of a key.
const ELEMENT_ID: Column = filled("element_id", T::Category, "Element of value, by its slug.");

/// `segments`: one row per segment, one for everybody (`ALL`) and one for the unassigned (`NONE`).
pub(super) const SEGMENTS: &[Column] = &[
    RUN_DATE,
    SEGMENT_ID,
    filled("kind", T::Category, "`segment`, `everyone` or `unassigned`; sizes of all but `everyone` sum to `ALL`."),
    filled("name", T::Text, "Name made of what stands out, or given by people."),
    filled("description", T::Text, "One sentence: what distinguishes the segment and how sure that is."),
    filled("size", T::Int64, "Customers."),
    maybe("share", T::Float64, "Share of the customers scored, 0–1; null = withheld or undefined."),
    maybe("share_low", T::Float64, "Lower end of its 95 % interval; null as `share`."),
    maybe("share_high", T::Float64, "Upper end of its 95 % interval; null as `share`."),
    filled("respondents", T::Int64, "Customers who answered the ratings that the segments were cut on."),
    maybe("value_total", T::Float64, "Order value over 365 days, project currency; null = no orders known."),
    maybe("value_share", T::Float64, "Share of everybody's order value; null = no orders known."),
    maybe("value_mean", T::Float64, "Mean order value per customer with a known one; null = none known."),
    maybe("value_mean_low", T::Float64, "Lower end of its 95 % interval; null as `value_mean`."),
    maybe("value_mean_high", T::Float64, "Upper end of its 95 % interval; null as `value_mean`."),
    maybe("mean_probability", T::Float64, "Mean probability of the members' own segment, 0–1; null = nobody."),
    maybe("jaccard", T::Float64, "How often resampling finds the segment again, 0–1; null = not measured."),
    maybe(
        "label",
        T::Category,
        "`natural`, `reproducible` or `constructive` (a cut in a continuum); null = not tested.",
    ),
    maybe("nps", T::Float64, "Promoters minus detractors, points, −100 to 100; null = too few answers."),
    maybe("nps_low", T::Float64, "Lower end of its 95 % interval; null as `nps`."),
    maybe("nps_high", T::Float64, "Upper end of its 95 % interval; null as `nps`."),
    filled("nps_answers", T::Int64, "Answers behind `nps`."),
    maybe("satisfaction", T::Float64, "Mean satisfaction, 0–10; null = too few answers."),
    maybe("satisfaction_low", T::Float64, "Lower end of its 95 % interval; null as `satisfaction`."),
    maybe("satisfaction_high", T::Float64, "Upper end of its 95 % interval; null as `satisfaction`."),
    maybe(
        "connection_score",
        T::Float64,
        "Share fully emotionally connected of those asked enough to tell, 0–1; null = too few.",
    ),
    maybe("connection_score_low", T::Float64, "Lower end of its 95 % interval; null as `connection_score`."),
    maybe("connection_score_high", T::Float64, "Upper end of its 95 % interval; null as `connection_score`."),
    maybe(
        "good_brand_share",
        T::Float64,
        "Share answering 8 or more to \"a good brand\", 0–1; null = too few answers.",
    ),
    maybe("good_brand_share_low", T::Float64, "Lower end of its 95 % interval; null as `good_brand_share`."),
    maybe("good_brand_share_high", T::Float64, "Upper end of its 95 % interval; null as `good_brand_share`."),
    maybe(
        "good_brand_gap",
        T::Float64,
        "Share that sees a good brand minus share fully connected, over those who answered both, −1 to 1; null = too few.",
    ),
    maybe("good_brand_gap_low", T::Float64, "Lower end of its 95 % interval; null as `good_brand_gap`."),
    maybe("good_brand_gap_high", T::Float64, "Upper end of its 95 % interval; null as `good_brand_gap`."),
    maybe(
        "competitor_gap",
        T::Float64,
        "`connection_score` minus that of the competitor who comes out best, over those who were asked about both, −1 to \
         1; null = nobody was asked, or too few.",
    ),
    maybe("competitor_gap_low", T::Float64, "Lower end of its 95 % interval; null as `competitor_gap`."),
    maybe("competitor_gap_high", T::Float64, "Upper end of its 95 % interval; null as `competitor_gap`."),
    maybe("arc_unknown_share", T::Float64, "Share at arc stage 0 (unknown), 0–1; null = withheld."),
    maybe("arc_exists_share", T::Float64, "Share at arc stage 1 (knows it), 0–1; null = withheld."),
    maybe("arc_opinion_share", T::Float64, "Share at arc stage 2 (opinion), 0–1; null = withheld."),
    maybe("arc_meaning_share", T::Float64, "Share at arc stage 3 (meaning), 0–1; null = withheld."),
    maybe("arc_part_of_life_share", T::Float64, "Share at arc stage 4 (part of life), 0–1; null = withheld."),
    maybe("arc_indispensable_share", T::Float64, "Share at arc stage 5 (indispensable), 0–1; null = withheld."),
    maybe("physiological_share", T::Float64, "Share to serve next on the physiological tier, 0–1; null = not known."),
    maybe("safety_share", T::Float64, "Share to serve next on the safety tier, 0–1; null = not known."),
    maybe("belonging_share", T::Float64, "Share to serve next on the belonging tier, 0–1; null = not known."),
    maybe("esteem_share", T::Float64, "Share to serve next on the esteem tier, 0–1; null = not known."),
    maybe("growth_share", T::Float64, "Share to serve next on the growth tier, 0–1; null = not known."),
    maybe(
        "journey_consistency",
        T::Float64,
        "Mean over customers of the same standard at every step, 0–1; null = too few.",
    ),
    maybe(
        "emotional_consistency",
        T::Float64,
        "Mean over customers of the good feeling that lasts, 0–1; null = too few.",
    ),
    maybe(
        "communication_consistency",
        T::Float64,
        "Share of all promises due that were kept, 0–1; null = too few customers.",
    ),
    maybe("size_change_1d", T::Int64, "Customers gained since the night before; null = no such night or withheld."),
    maybe("size_change_30d", T::Int64, "Customers gained since 30 nights before; null = no such night or withheld."),
    maybe("share_change_1d", T::Float64, "Change of `share` since the night before; null as `size_change_1d`."),
    maybe("share_change_30d", T::Float64, "Change of `share` since 30 nights before; null as `size_change_30d`."),
    filled("reach_any", T::Int64, "Customers reachable by any channel: consented, no open case, not held out."),
    filled("reach_email", T::Int64, "Customers reachable by e-mail."),
    filled("reach_sms", T::Int64, "Customers reachable by text message."),
    filled("reach_push", T::Int64, "Customers reachable by push message."),
    filled("reach_phone", T::Int64, "Customers reachable by phone."),
    filled("reach_post", T::Int64, "Customers reachable by post."),
    filled("held_out", T::Int64, "Customers in the hold-out who could otherwise have been reached."),
    maybe(
        "detectable_effect",
        T::Float64,
        "Smallest relative change of a 10 % response rate that reach and hold-out can detect (power 80 %, two-sided \
         5 %); null = nobody to test on.",
    ),
    filled("suppressed", T::Bool, "Too small to be shown in detail: figures are withheld."),
];

/// `segment_elements`: one element in one segment.
pub(super) const SEGMENT_ELEMENTS: &[Column] = &[
    RUN_DATE,
    SEGMENT_ID,
    ELEMENT_ID,
    filled("level", T::Category, "Level of the pyramid: `functional`, `emotional`, `life_changing`, `social_impact`."),
    maybe("importance", T::Float64, "Mean importance score, 0–10; null = not known or withheld."),
    maybe("importance_low", T::Float64, "Lower end of its 95 % interval; null as `importance`."),
    maybe("importance_high", T::Float64, "Upper end of its 95 % interval; null as `importance`."),
    maybe("fulfilment", T::Float64, "Mean fulfilment score, 0–10; null = not known or withheld."),
    maybe("fulfilment_low", T::Float64, "Lower end of its 95 % interval; null as `fulfilment`."),
    maybe("fulfilment_high", T::Float64, "Upper end of its 95 % interval; null as `fulfilment`."),
    maybe(
        "gap",
        T::Float64,
        "Standardized importance minus standardized fulfilment; > 0 = wanted more than delivered; \
                              null = one of the two is not known.",
    ),
    maybe("gap_low", T::Float64, "Lower end of its 95 % interval; null as `gap`."),
    maybe("gap_high", T::Float64, "Upper end of its 95 % interval; null as `gap`."),
    maybe("high_share", T::Float64, "Share of the segment's fulfilment answers of 8 or more, 0–1; null = too few."),
    maybe("high_share_low", T::Float64, "Lower end of its 95 % Wilson interval; null as `high_share`."),
    maybe("high_share_high", T::Float64, "Upper end of its 95 % Wilson interval; null as `high_share`."),
    filled(
        "delivered",
        T::Category,
        "`yes`, `no`, `uncertain` (interval spans one half) or `unknown` (too few answers).",
    ),
    maybe("importance_difference", T::Float64, "Segment minus the rest on importance, Cohen's d; null = not known."),
    maybe("importance_difference_low", T::Float64, "Lower end of its 95 % interval; null as `importance_difference`."),
    maybe("importance_difference_high", T::Float64, "Upper end of its 95 % interval; null as `importance_difference`."),
    maybe(
        "importance_p_adjusted",
        T::Float64,
        "Benjamini–Hochberg adjusted p of it; null = not known, or importance shaped the segments (circular).",
    ),
    maybe("fulfilment_difference", T::Float64, "Segment minus the rest on fulfilment, Cohen's d; null = not known."),
    maybe("fulfilment_difference_low", T::Float64, "Lower end of its 95 % interval; null as `fulfilment_difference`."),
    maybe("fulfilment_difference_high", T::Float64, "Upper end of its 95 % interval; null as `fulfilment_difference`."),
    maybe(
        "fulfilment_p_adjusted",
        T::Float64,
        "Benjamini–Hochberg adjusted p of it; null = not known, or fulfilment shaped the segments (circular).",
    ),
    maybe(
        "derived_importance",
        T::Float64,
        "Share of what all elements explain of recommendation (else satisfaction, connection, spending) that goes with \
         this one, 0–1; null = not known.",
    ),
    maybe("derived_importance_low", T::Float64, "Lower end of its 95 % interval; null as `derived_importance`."),
    maybe("derived_importance_high", T::Float64, "Upper end of its 95 % interval; null as `derived_importance`."),
    maybe("kano_class", T::Category, "`must_be`, `performance`, `delight` or `indifferent`; null = not known."),
    maybe(
        "stated_derived",
        T::Category,
        "Stated against derived importance: `lead`, `given`, `hidden` or `leave`; null = one of the two is not known.",
    ),
    maybe(
        "quadrant",
        T::Category,
        "`fix_first`, `keep`, `overdone` or `watch`: derived importance against fulfilment; null = not known.",
    ),
    filled("importance_answers", T::Int64, "Importance answers given in the segment."),
    filled("fulfilment_answers", T::Int64, "Fulfilment answers given in the segment."),
    filled("suppressed", T::Bool, "A figure was withheld because too few people stand behind it."),
];

/// `segment_needs`: one need tier in one segment.
pub(super) const SEGMENT_NEEDS: &[Column] = &[
    RUN_DATE,
    SEGMENT_ID,
    filled("need_tier", T::Category, "`physiological`, `safety`, `belonging`, `esteem` or `growth`."),
    maybe("share", T::Float64, "Share of those determined whose tier to serve next this is, 0–1; null = not known."),
    maybe("share_low", T::Float64, "Lower end of its 95 % interval; null as `share`."),
    maybe("share_high", T::Float64, "Upper end of its 95 % interval; null as `share`."),
    maybe("fulfilment", T::Float64, "Mean fulfilment of the tier, 0–10; null = not known or withheld."),
    maybe("fulfilment_low", T::Float64, "Lower end of its 95 % interval; null as `fulfilment`."),
    maybe("fulfilment_high", T::Float64, "Upper end of its 95 % interval; null as `fulfilment`."),
    maybe("importance", T::Float64, "Mean importance of the tier within person, 0–1; null = not known or withheld."),
    maybe("importance_low", T::Float64, "Lower end of its 95 % interval; null as `importance`."),
    maybe("importance_high", T::Float64, "Upper end of its 95 % interval; null as `importance`."),
    maybe(
        "derived_importance",
        T::Float64,
        "Share of what the five tiers explain of the first outcome told in `drivers` that goes with this one (exact Shapley \
         shares, drawn towards everybody's), 0–1; null = too few answers. Association, not cause.",
    ),
    maybe("derived_importance_low", T::Float64, "Lower end of its 95 % interval; null as `derived_importance`."),
    maybe("derived_importance_high", T::Float64, "Upper end of its 95 % interval; null as `derived_importance`."),
];

/// `drivers`: what an outcome goes with.
pub(super) const DRIVERS: &[Column] = &[
    RUN_DATE,
    SEGMENT_ID,
    filled(
        "outcome",
        T::Category,
        "`recommend`, `satisfaction`, `connection` (fully connected or not) or `value_365d`.",
    ),
    ELEMENT_ID,
    maybe(
        "derived_importance",
        T::Float64,
        "Share of what all elements explain that goes with this one, 0–1; in a segment drawn towards everybody's; null = withheld.",
    ),
    maybe("derived_importance_low", T::Float64, "Lower end of its 95 % interval; null as `derived_importance`."),
    maybe("derived_importance_high", T::Float64, "Upper end of its 95 % interval; null as `derived_importance`."),
    maybe("r_squared", T::Float64, "Variance of the outcome that goes with all elements, 0–1; null = withheld."),
    maybe("direction", T::Int32, "1 = more of it goes with more of the outcome, −1 = with less; null = unclear."),
    maybe("answers", T::Int64, "Customers with both the outcome and the element; null = withheld."),
    filled("suppressed", T::Bool, "A figure was withheld because too few people stand behind it."),
];

/// `relationship`: how close each segment is, one figure a row.
pub(super) const RELATIONSHIP: &[Column] = &[
    RUN_DATE,
    SEGMENT_ID,
    filled("measure", T::Category, "What is measured; `data/schema/README.md` lists them."),
    filled(
        "key",
        T::Category,
        "Of what: a stage, a type, an element, `channel:…`, `site:…`, a ratio; `all` = the whole.",
    ),
    maybe("value", T::Float64, "The figure; null = nobody was asked, or withheld."),
    maybe("low", T::Float64, "Lower end of its 95 % interval; null as `value`, or no interval applies."),
    maybe("high", T::Float64, "Upper end of its 95 % interval; null as `low`."),
    filled("base", T::Int64, "Customers behind it."),
    filled("suppressed", T::Bool, "Withheld because too few people stand behind it."),
];

/// `regularities`: what was published about emotional connection, beside the company's own figures.
pub(super) const REGULARITIES: &[Column] = &[
    RUN_DATE,
    filled("regularity", T::Category, "What was published."),
    filled("published", T::Text, "The published figure in words."),
    filled("published_value", T::Float64, "The published number in the unit of `own`; 0 for a mere direction."),
    filled("unit", T::Category, "`share`, `difference`, `multiple`, `points` or `money`."),
    filled("source", T::Text, "Where from, and what is unsure about it."),
    maybe("own", T::Float64, "The company's own figure; null = not asked, or too few."),
    maybe("own_low", T::Float64, "Lower end of its 95 % interval; null as `own`."),
    maybe("own_high", T::Float64, "Upper end of its 95 % interval; null as `own`."),
    filled("base", T::Int64, "Customers behind it."),
    filled(
        "verdict",
        T::Category,
        "Whether it holds here: `holds`, `does_not`, `undecided`, `too_few` or `not_asked`. Association, not cause.",
    ),
];
