//! `regularities`: what was published about emotional connection, beside the company's own figures.

use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource};
use super::{Cell, TableId};
use crate::model::segment::lens::Regularity;

impl TableSource for &Regularity {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Regularities, "regularities", "published regularity");

    fn columns(t: &mut Columns<Self>) {
        t.key("regularity", T::Category, "What was published.", |r| r.published.id);
        t.filled("published", T::Text, "The published figure in words.", |r| r.published.text);
        t.filled(
            "published_value",
            T::Float64,
            "The published number in the unit of `own`; 0 for a mere direction.",
            |r| r.published.number,
        );
        t.filled("unit", T::Category, "`share`, `difference`, `multiple`, `points` or `money`.", |r| {
            r.published.unit.slug()
        });
        t.filled("source", T::Text, "Where from, and what is unsure about it.", |r| r.published.source);
        t.maybe("own", T::Float64, "The company's own figure; null = not asked, or too few.", |r| r.own.value());
        t.maybe("own_low", T::Float64, "Lower end of its 95 % interval; null as `own`.", |r| {
            r.own.estimate().map(|own| own.low)
        });
        t.maybe("own_high", T::Float64, "Upper end of its 95 % interval; null as `own`.", |r| {
            r.own.estimate().map(|own| own.high)
        });
        t.filled("base", T::Int64, "Customers behind it.", |r| r.own.n());
        t.filled(
            "verdict",
            T::Category,
            "Whether it holds here: `holds`, `does_not`, `undecided`, `too_few` or `not_asked`. Association, not \
             cause.",
            |r| r.verdict.slug(),
        );
    }
}
