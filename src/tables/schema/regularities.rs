//! `regularities`: what was published about emotional connection, beside the company's own figures.

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};
use crate::model::segment::lens::Regularity;

impl TableSource for &Regularity {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Regularities, "regularities", "published regularity");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// What was published.
            key "regularity": Category = r.published.id;
            /// The published figure in words.
            filled "published": Text = r.published.text;
            /// The published number in the unit of `own`; 0 for a mere direction.
            filled "published_value": Float64 = r.published.number;
            /// `share`, `difference`, `multiple`, `points` or `money`.
            filled "unit": Category = r.published.unit.slug();
            /// Where from, and what is unsure about it.
            filled "source": Text = r.published.source;
            /// The company's own figure; null = not asked, or too few.
            maybe "own": Float64 = r.own.value();
            /// Lower end of its 95 % interval; null as `own`.
            maybe "own_low": Float64 = r.own.estimate().map(|own| own.low);
            /// Upper end of its 95 % interval; null as `own`.
            maybe "own_high": Float64 = r.own.estimate().map(|own| own.high);
            /// Customers behind it, in fives.
            people "base" = r.own.n();
            /// Whether it holds here: `holds`, `does_not`, `undecided`, `too_few` or `not_asked`. Association, not
            /// cause.
            filled "verdict": Category = r.verdict.slug();
        }
    }
}
