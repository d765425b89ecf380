//! `drift`: whether the night still looks like the night of the fit.

use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource};
use super::{Cell, TableId};
use crate::model::segment::drift::DriftRow;

impl TableSource for &DriftRow {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Drift, "drift", "indicator");

    fn columns(t: &mut Columns<Self>) {
        t.key(
            "indicator",
            T::Category,
            "Indicator of the model (`importance_…`, `fulfillment_…`, `signal_…`), or `segment_mix`, \
             `segment_probability`, `unassigned_share`.",
            |r| &r.indicator,
        );
        t.filled("kind", T::Category, "`rating`, `signal`, or `fit` for what the model made of the night.", |r| {
            r.kind.slug()
        });
        t.maybe(
            "statistic",
            T::Float64,
            "Jensen–Shannon divergence of the distribution now from that at the fit, in nats, 0 to 0.693; null = \
             too few customers on either night, or no distribution of the fit is stored.",
            |r| r.distance,
        );
        t.maybe(
            "threshold",
            T::Float64,
            "The distance that chance alone exceeds once in a hundred nights, at the number of customers of both \
             nights; null as `statistic`.",
            |r| r.limit,
        );
        t.maybe(
            "p_adjusted",
            T::Float64,
            "Chance of such a distance without a change, adjusted for the number of indicators \
             (Benjamini–Hochberg), 0–1; null as `statistic`.",
            |r| r.p_adjusted,
        );
        t.maybe(
            "mean_now",
            T::Float64,
            "Mean now, in the unit of the indicator; null = no mean, or too few customers.",
            |r| r.mean_now,
        );
        t.maybe("mean_reference", T::Float64, "Mean at the fit; null as `mean_now`.", |r| r.mean_reference);
        t.maybe(
            "missing_share_now",
            T::Float64,
            "Share of everybody scored without a value now, 0–1; null = does not apply.",
            |r| r.missing_now,
        );
        t.maybe(
            "missing_share_reference",
            T::Float64,
            "Share without a value at the fit, 0–1; null = does not apply.",
            |r| r.missing_reference,
        );
        t.filled("customers_now", T::Int64, "Customers compared now: who answered, or everybody scored.", |r| {
            r.customers_now
        });
        t.filled(
            "customers_reference",
            T::Int64,
            "Customers compared at the fit; 0 = the fit did not know the indicator.",
            |r| r.customers_reference,
        );
        t.filled(
            "status",
            T::Category,
            "`ok`; `watch` = beyond chance but by little; `drifted` = beyond chance and a `statistic` of 0.005 or \
             more.",
            |r| r.status.slug(),
        );
    }
}
