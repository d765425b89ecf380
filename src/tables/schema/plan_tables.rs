//! Tables about plans and whether they worked.

use super::column::{Column, ColumnType as T, RUN_DATE, SEGMENT_ID, filled, maybe};

/// `plans`: one line of one segment's plan.
pub(super) const PLANS: &[Column] = &[
    RUN_DATE,
    SEGMENT_ID,
    filled("rank", T::Int32, "Place of the line in its plan, 1 = first."),
    filled("play_id", T::Category, "Play of the catalogue."),
    filled("kind", T::Category, "`lead`, `fix`, `hold`, `need`, `arc` or `neutral`."),
    filled("subject", T::Category, "What it is about: an element, a need tier, an arc step or `everyone`."),
    filled("action", T::Text, "What to do, one sentence."),
    filled("channel", T::Category, "Channel to use."),
    filled("message_angle", T::Text, "Angle of the message."),
    filled("proof_needed", T::Text, "Fact that has to be true before it may be said."),
    filled("avoid", T::Text, "What not to do."),
    filled("owner", T::Category, "Role that owns the line."),
    filled("window_days", T::Int32, "Days to run before the result is read."),
    filled("metric", T::Text, "What is measured."),
    maybe("baseline", T::Float64, "Value of the metric now; null = not known."),
    maybe("target", T::Float64, "Value to aim for; null = no baseline."),
    filled("evidence", T::Text, "Figures the line rests on, as a JSON object."),
    filled("because", T::Text, "The evidence in one plain sentence."),
    filled("reach", T::Int64, "Customers who can be reached: consented, not held out, no open case."),
    filled("held_out", T::Int64, "Comparable customers kept out as control."),
    maybe("expected_gain", T::Float64, "Expected gain; null until treatments were measured."),
    maybe("expected_gain_low", T::Float64, "Lower end of its 95 % interval; null as `expected_gain`."),
    maybe("expected_gain_high", T::Float64, "Upper end of its 95 % interval; null as `expected_gain`."),
    maybe(
        "detectable_effect",
        T::Float64,
        "Smallest relative change the test can detect (power 80 %, two-sided 5 %); null = nobody to test on.",
    ),
    filled("testable", T::Bool, "That effect is plausible, so the line can be tested on this segment alone."),
    filled("catalogue_version", T::Category, "Version of the catalogue the play comes from."),
];

/// `effects`: did it work?
pub(super) const EFFECTS: &[Column] = &[
    RUN_DATE,
    filled("play_id", T::Category, "Play of the catalogue."),
    SEGMENT_ID,
    filled("metric", T::Text, "What was measured."),
    filled("treated", T::Int64, "Customers treated."),
    filled("control", T::Int64, "Customers kept out."),
    maybe("treated_mean", T::Float64, "Mean of the metric among the treated; null = withheld."),
    maybe("control_mean", T::Float64, "Mean of the metric among the control; null = withheld."),
    maybe("effect", T::Float64, "Treated minus control; null = withheld."),
    maybe("effect_low", T::Float64, "Lower end of its 95 % interval; null as `effect`."),
    maybe("effect_high", T::Float64, "Upper end of its 95 % interval; null as `effect`."),
    maybe("p_adjusted", T::Float64, "Benjamini–Hochberg adjusted p over all plays and segments; null as `effect`."),
    maybe("first_treated", T::Date, "First day somebody was treated; null = not known."),
    maybe("last_treated", T::Date, "Last day somebody was treated; null = not known."),
    filled("verdict", T::Category, "`worked`, `harmed`, `no_difference_seen` or `too_early`."),
];
