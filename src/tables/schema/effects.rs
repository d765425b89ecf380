//! `effects`: did it work?

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource, columns};
use super::{Cell, TableId};
use crate::model::effect::EffectFinding;

impl TableSource for &EffectFinding {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Effects, "effects", "play × segment × comparison × metric");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// Play of the catalogue, or `ALL` for the whole program: any campaign against none.
            key "play_id": Category = &r.key.play;
        }
        t.key("segment_id", T::Category, SEGMENT_ID, |r| &r.key.segment);
        columns! { t, r =>
            /// Whom the treated are compared with: `own_control` (drawn by this job among those next for the play),
            /// `program_holdout` (the standing hold-out, which gets no play at all; for the program alone) or `outside_control`
            /// (drawn elsewhere, as `arm` of `treatments` tells).
            key "comparison": Category = r.key.control.slug();
            /// What is counted of each customer in the days after the lot: a metric of the catalogue.
            key "metric": Category = &r.key.metric;
            /// `primary` (what the play is for: the verdict rests on it), `guardrail` (what must not get worse) or `secondary`.
            filled "role": Category = r.role.slug();
            /// Days that are counted after the lot, and for the adjustment before it.
            filled "window_days": Int32 = i64::from(r.window_days);
            /// Customers drawn for the treatment, in fives.
            people "assigned_t" = r.assigned.treated;
            /// Customers drawn to go without, in fives.
            people "assigned_c" = r.assigned.control;
            /// Of the treated, those whose window is over: only they are compared. In fives.
            people "matured_t" = r.matured.treated;
            /// The same of those who went without.
            people "matured_c" = r.matured.control;
            /// Share of the matured treated who were reached; null = too few.
            maybe "reached_share": Float64 = r.reached_share;
            /// Share of those who were to go without and got it all the same; null = too few.
            maybe "crossover_share": Float64 = r.crossover_share;
            /// Mean of the treated; null = fewer than 30 outcomes, or than `[privacy] min_cell` customers, in an arm.
            maybe "mean_t": Float64 = r.mean.map(|mean| mean.treated);
            /// Mean of those who went without; null as `mean_t`.
            maybe "mean_c": Float64 = r.mean.map(|mean| mean.control);
            /// Treated minus control, by intention to treat: whoever was drawn counts, reached or not; null as `mean_t`.
            maybe "effect": Float64 = r.effect;
            /// Its standard error; null as `mean_t`.
            maybe "effect_se": Float64 = r.effect_se;
            /// Lower end of its interval on the day of the verdict (95.5 %); null as `mean_t`.
            maybe "effect_low": Float64 = r.interval.map(|(low, _)| low);
            /// Upper end; null as `mean_t`.
            maybe "effect_high": Float64 = r.interval.map(|(_, high)| high);
            /// Lower end of the interval that holds on every night at once (99.5 %); null = too early even for it.
            maybe "effect_low_any": Float64 = r.any_night.map(|(low, _)| low);
            /// Upper end; null as `effect_low_any`.
            maybe "effect_high_any": Float64 = r.any_night.map(|(_, high)| high);
            /// The effect relative to the control; null = as `mean_t`, or the control is too near 0.
            maybe "relative": Float64 = r.relative.map(|(value, _, _)| value);
            /// Lower end of its 95 % interval; null as `relative`.
            maybe "relative_low": Float64 = r.relative.map(|(_, low, _)| low);
            /// Upper end; null as `relative`.
            maybe "relative_high": Float64 = r.relative.map(|(_, _, high)| high);
            /// The effect with the same metric in as many days before the lot (CUPED); null = that does not vary.
            maybe "adjusted_effect": Float64 = r.adjusted.map(|(value, _, _)| value);
            /// Its standard error; null as `adjusted_effect`.
            maybe "adjusted_se": Float64 = r.adjusted.map(|(_, se, _)| se);
            /// Share of the variance that the adjustment takes away, negative where it adds some; null as `adjusted_effect`.
            maybe "variance_reduction": Float64 = r.adjusted.map(|(_, _, gone)| gone);
            /// Effect on those who were reached because they were treated: the effect over the difference in reach; null = reach
            /// hardly differs.
            maybe "reached_effect": Float64 = r.reached.map(|(value, _)| value);
            /// Its standard error; null as `reached_effect`.
            maybe "reached_se": Float64 = r.reached.map(|(_, se)| se);
            /// p-value of no difference (Welch); null as `mean_t`.
            maybe "p_value": Float64 = r.p;
            /// p-value that holds on any night; null as `effect_low_any`.
            maybe "p_any": Float64 = r.p_any;
            /// Adjusted p-value: of primary metrics Benjamini–Hochberg over all plays and segments of the night, of guardrails Holm
            /// within the play; null = secondary, or as `mean_t`.
            maybe "p_adjusted": Float64 = r.p_adjusted;
            /// The effect drawn toward plays with the same metric (empirical Bayes); null = not primary, or as `mean_t`.
            maybe "shrunk_effect": Float64 = r.shrunk.map(|(value, _, _)| value);
            /// Its standard deviation; null as `shrunk_effect`.
            maybe "shrunk_se": Float64 = r.shrunk.map(|(_, sd, _)| sd);
            /// Probability that the effect is above 0, whichever way is better; null as `shrunk_effect`.
            maybe "probability_positive": Float64 = r.shrunk.map(|(_, _, positive)| positive);
            /// Smallest change that is worth having, in the unit of the metric; null = too little was there before.
            maybe "worth_having": Float64 = r.worth;
            /// Most that one customer counts, of money: one in a thousand of those who spent before the lot spent more; frozen on the
            /// first night on which it can be read. null = no money, or not frozen yet.
            maybe "cap": Float64 = r.cap;
            /// p-value of as many in each arm as were drawn, below 0.001 no verdict is given; null = it is not known what was drawn.
            maybe "srm_p": Float64 = r.srm_p;
            /// Smallest relative change that those drawn so far will show (power 80 %); null = nobody to compare.
            maybe "detectable_effect": Float64 = r.detectable;
            /// Customers of both arms that the plan asks for, fixed when the play starts; null = no number follows from what was
            /// before the lot.
            maybe "planned": Int64 = r.planned;
            /// Day of the verdict; null = too few were drawn yet to name it.
            maybe "verdict_on": Date = r.verdict_on.map(|day| Cell::Day(day.to_epoch_days()));
            /// `worked`, `harmed`, `no_difference_seen`, `undecided` (the day came and it may be either), `too_early`, `too_small`
            /// (the day will not come), `uneven` (not those are counted who were drawn), `no_control`, `no_outcome` or `fading` (it
            /// worked, and wears off within the window). Of a secondary metric that of the primary one.
            filled "verdict": Category = r.verdict.slug();
            /// Since which night it has been so.
            filled "verdict_since": Date = Cell::Day(r.verdict_since.to_epoch_days());
            /// The same in a sentence or two.
            filled "say": Text = &r.say;
        }
    }
}
