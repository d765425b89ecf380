//! Tables about the night itself: candidates, quality, drift, transitions, rejected rows.

use super::column::{Column, ColumnType as T, RUN_DATE, filled, maybe};

/// `transitions`: how many went from where to where.
pub(super) const TRANSITIONS: &[Column] = &[
    RUN_DATE,
    filled("from_segment_id", T::Category, "Segment then, `NONE` = no segment, `OUT` = not scored then."),
    filled("to_segment_id", T::Category, "Segment tonight, `NONE` = no segment, `OUT` = not scored any more."),
    filled("horizon_days", T::Int32, "Nights between then and now: 1 or 30."),
    maybe("customers", T::Int64, "Customers who took this way; null = withheld, too few."),
    maybe("share", T::Float64, "Share of those in `from_segment_id` then, 0–1; null as `customers`."),
    maybe(
        "share_by_noise",
        T::Float64,
        "Share of tonight's members that would be in `to_segment_id` if labels were drawn from their probabilities: what \
         moves beyond it is no label noise, 0–1; null = not estimated: stays, and other horizons than a night.",
    ),
    filled("suppressed", T::Bool, "The count was withheld because too few people stand behind it."),
];

/// `arc_transitions`: how many went up and down the relationship arc since the night before.
pub(super) const ARC_TRANSITIONS: &[Column] = &[
    RUN_DATE,
    filled("from_stage", T::Int32, "Stage of the relationship arc on the night before, 0–5."),
    filled("to_stage", T::Int32, "Stage tonight, 0–5."),
    filled(
        "trouble",
        T::Bool,
        "Something was in disorder on the night before: an open complaint, a broken promise, or more bad than good.",
    ),
    maybe("customers", T::Int64, "Customers who took this way; null = withheld, too few."),
    filled("suppressed", T::Bool, "The count was withheld because too few people stand behind it."),
];

/// `candidates`: every solution that was tried at the fit, with what decided.
pub(super) const CANDIDATES: &[Column] = &[
    RUN_DATE,
    filled("method", T::Category, "`mixture`, `kmeans` or `kmeans-centred`."),
    filled("k", T::Int32, "Number of segments."),
    filled("q", T::Int32, "Number of common factors of a mixture; 0 for the other methods."),
    filled("attempt", T::Int32, "1 for the first solution of this kind, 2 for the next, in the order they were tried."),
    maybe("rows_fitted", T::Int64, "Rows it was fitted on; null = not told."),
    maybe("ari", T::Float64, "Mean adjusted Rand index over resamples, at most 1; null = not measured."),
    filled("pairs", T::Int32, "Pairs of bootstrap samples behind `ari`; 0 = none, or two halves of the sample."),
    maybe("min_jaccard", T::Float64, "Jaccard of its least reproducible segment, 0–1; null = not measured."),
    maybe(
        "shadow",
        T::Float64,
        "Mean shadow value, 0 = at the centers of segments, 1 = on their borders; null = not measured.",
    ),
    maybe(
        "calinski_harabasz",
        T::Float64,
        "Calinski and Harabasz' index on standardized ratings, larger = better separated; null = not measured.",
    ),
    maybe(
        "bic",
        T::Float64,
        "Bayesian information criterion, smaller is better, comparable between equal `rows_fitted` \
                             alone; null = not defined for the method.",
    ),
    maybe("outcome_r2", T::Float64, "Held-out variance of outcomes explained, at most 1; null = no outcome known."),
    maybe(
        "only_level",
        T::Float64,
        "Share of customers in segments that are only high or only low raters, 0–1; null = not measured.",
    ),
    maybe("smallest_share", T::Float64, "Share of the smallest segment, 0–1; null = not measured."),
    maybe("smallest_respondents", T::Int64, "Respondents in the smallest segment; null = not measured."),
    filled("chosen", T::Bool, "This is the solution in use."),
    maybe("knocked_out", T::Text, "Why it could not be chosen; null = it could."),
];

/// `quality`: every check of the night.
pub(super) const QUALITY: &[Column] = &[
    RUN_DATE,
    filled("input", T::Category, "Table or source checked; `night` for checks of the whole."),
    filled("check_id", T::Category, "The check."),
    filled("severity", T::Category, "What a miss means: `note`, `warn` or `gate`."),
    filled("status", T::Category, "`ok`, `note`, `warn` or `fail`."),
    maybe("value", T::Float64, "Figure checked; null = the check is not about a number."),
    maybe("limit", T::Float64, "Figure it was held against; null = none."),
    maybe("rows", T::Int64, "Rows concerned; null = not counted."),
    filled("message", T::Text, "The finding in one sentence; never holds personal data."),
];

/// `drift`: whether the night still looks like the night of the fit.
pub(super) const DRIFT: &[Column] = &[
    RUN_DATE,
    filled(
        "indicator",
        T::Category,
        "Indicator of the model (`importance_…`, `fulfilment_…`, `signal_…`), or `segment_mix`, `segment_probability`, \
         `unassigned_share`.",
    ),
    filled("kind", T::Category, "`rating`, `signal`, or `fit` for what the model made of the night."),
    maybe(
        "statistic",
        T::Float64,
        "Jensen–Shannon divergence of the distribution now from that at the fit, in nats, 0 to 0.693; null = too few \
         customers on either night, or no distribution of the fit is stored.",
    ),
    maybe(
        "threshold",
        T::Float64,
        "The distance that chance alone exceeds once in a hundred nights, at the number of customers of both nights; \
         null as `statistic`.",
    ),
    maybe(
        "p_adjusted",
        T::Float64,
        "Chance of such a distance without a change, adjusted for the number of indicators (Benjamini–Hochberg), 0–1; \
         null as `statistic`.",
    ),
    maybe("mean_now", T::Float64, "Mean now, in the unit of the indicator; null = no mean, or too few customers."),
    maybe("mean_reference", T::Float64, "Mean at the fit; null as `mean_now`."),
    maybe(
        "missing_share_now",
        T::Float64,
        "Share of everybody scored without a value now, 0–1; null = does not apply.",
    ),
    maybe("missing_share_reference", T::Float64, "Share without a value at the fit, 0–1; null = does not apply."),
    filled("customers_now", T::Int64, "Customers compared now: who answered, or everybody scored."),
    filled("customers_reference", T::Int64, "Customers compared at the fit; 0 = the fit did not know the indicator."),
    filled(
        "status",
        T::Category,
        "`ok`; `watch` = beyond chance but by little; `drifted` = beyond chance and a `statistic` of 0.005 or more.",
    ),
];

/// `rejected/rows`: rows that were not accepted and cells that were left absent. The place is named, the value is not.
pub(super) const REJECTED_ROWS: &[Column] = &[
    RUN_DATE,
    filled("input_table", T::Category, "Canonical table the row was read for."),
    filled("source", T::Category, "Source the row comes from; empty = made by SQL that does not say."),
    filled("file", T::Text, "Input file, relative to the configuration; empty as `source`."),
    filled("row_number", T::Int64, "Row or line in that file, 1 = first; 0 = not told."),
    filled("column_name", T::Category, "Column at fault; empty = the row as a whole."),
    filled("code", T::Category, "Code of the rule broken."),
    filled("scope", T::Category, "What it cost: `row` = the row was rejected, `cell` = the cell alone is absent."),
    filled("kind", T::Category, "What was found, as a kind of value, never the value itself."),
];
