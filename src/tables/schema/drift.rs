//! `drift`: whether the night still looks like the night of the fit.

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};
use crate::model::segment::drift::DriftRow;

impl TableSource for &DriftRow {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Drift, "drift", "indicator");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// Indicator of the model (`importance_…`, `fulfillment_…`, `signal_…`), or `segment_mix`,
            /// `segment_probability`, `unassigned_share`.
            key "indicator": Category = &r.indicator;
            /// `rating`, `signal`, or `fit` for what the model made of the night.
            filled "kind": Category = r.kind.slug();
            /// Jensen–Shannon divergence of the distribution now from that at the fit, in nats, 0 to 0.693; null = too
            /// few customers on either night, or no distribution of the fit is stored.
            maybe "statistic": Float64 = r.distance;
            /// The distance that chance alone exceeds once in a hundred nights, at the number of customers of both
            /// nights; null as `statistic`.
            maybe "threshold": Float64 = r.limit;
            /// Chance of such a distance without a change, adjusted for the number of indicators (Benjamini–Hochberg),
            /// 0–1; null as `statistic`.
            maybe "p_adjusted": Float64 = r.p_adjusted;
            /// Mean now, in the unit of the indicator; null = no mean, or too few customers.
            maybe "mean_now": Float64 = r.mean_now;
            /// Mean at the fit; null as `mean_now`.
            maybe "mean_reference": Float64 = r.mean_reference;
            /// Share of everybody scored without a value now, 0–1; null = does not apply.
            maybe "missing_share_now": Float64 = r.missing_now;
            /// Share without a value at the fit, 0–1; null = does not apply.
            maybe "missing_share_reference": Float64 = r.missing_reference;
            /// Customers compared now: who answered, or everybody scored.
            people "customers_now" = r.customers_now;
            /// Customers compared at the fit; 0 = the fit did not know the indicator.
            people "customers_reference" = r.customers_reference;
            /// `ok`; `watch` = beyond chance but by little; `drifted` = beyond chance and a `statistic` of 0.005 or
            /// more.
            filled "status": Category = r.status.slug();
        }
    }
}
