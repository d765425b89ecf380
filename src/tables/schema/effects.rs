//! `effects`: did it work?

use super::column::{ColumnType as T, Holds};
use super::table::{About, Columns, SEGMENT_ID, TableSource};
use super::{Cell, TableId};

/// A play in a segment. There is none yet: nothing measures whether plays worked.
#[derive(Clone, Copy, Debug)]
pub enum EffectRow {}

impl TableSource for EffectRow {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Effects, "effects", "play × segment");

    fn columns(t: &mut Columns<Self>) {
        t.reserved(Holds::Key, "play_id", T::Category, "Play of the catalogue.");
        t.reserved(Holds::Key, "segment_id", T::Category, SEGMENT_ID);
        t.reserved(Holds::Always, "metric", T::Text, "What was measured.");
        t.reserved(Holds::Always, "treated", T::Int64, "Customers treated.");
        t.reserved(Holds::Always, "control", T::Int64, "Customers kept out.");
        t.reserved(Holds::Maybe, "treated_mean", T::Float64, "Mean of the metric among the treated; null = withheld.");
        t.reserved(Holds::Maybe, "control_mean", T::Float64, "Mean of the metric among the control; null = withheld.");
        t.reserved(Holds::Maybe, "effect", T::Float64, "Treated minus control; null = withheld.");
        t.reserved(Holds::Maybe, "effect_low", T::Float64, "Lower end of its 95 % interval; null as `effect`.");
        t.reserved(Holds::Maybe, "effect_high", T::Float64, "Upper end of its 95 % interval; null as `effect`.");
        t.reserved(
            Holds::Maybe,
            "p_adjusted",
            T::Float64,
            "Benjamini–Hochberg adjusted p over all plays and segments; null as `effect`.",
        );
        t.reserved(Holds::Maybe, "first_treated", T::Date, "First day somebody was treated; null = not known.");
        t.reserved(Holds::Maybe, "last_treated", T::Date, "Last day somebody was treated; null = not known.");
        t.reserved(Holds::Always, "verdict", T::Category, "`worked`, `harmed`, `no_difference_seen` or `too_early`.");
    }
}
