//! `regularities`: what was published about emotional connection, beside the company's own figures.

use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource};
use super::{Cell, TableId};
use crate::model::segment::lens::Regularity;

impl TableSource for &Regularity {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Regularities, "regularities", "published regularity");

    fn columns(t: &mut Columns<Self>) {
        t.key("regularity", T::Category, "What was published.", |r| r.id);
        t.filled("published", T::Text, "The published figure in words.", |r| r.published);
        t.filled(
            "published_value",
            T::Float64,
            "The published number in the unit of `own`; 0 for a mere direction.",
            |r| r.published_value,
        );
        t.filled("unit", T::Category, "`share`, `difference`, `multiple`, `points` or `money`.", |r| r.unit.slug());
        t.filled("source", T::Text, "Where from, and what is unsure about it.", |r| r.source);
        t.maybe("own", T::Float64, "The company's own figure; null = not asked, or too few.", |r| r.value);
        t.maybe("own_low", T::Float64, "Lower end of its 95 % interval; null as `own`.", |r| r.low);
        t.maybe("own_high", T::Float64, "Upper end of its 95 % interval; null as `own`.", |r| r.high);
        t.filled("base", T::Int64, "Customers behind it.", |r| r.base);
        t.filled(
            "verdict",
            T::Category,
            "Whether it holds here: `holds`, `does_not`, `undecided`, `too_few` or `not_asked`. Association, not \
             cause.",
            |r| r.verdict.slug(),
        );
    }
}
