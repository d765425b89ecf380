//! From sums to the published lens.

use std::collections::BTreeSet;

use super::super::profile::finish::{EVERYONE, UNASSIGNED};
use super::super::profile::sums::{CENTI, FINE, Moments, WEIGHT_ONE};
use super::super::profile::withhold::withhold_figure;
use super::group::Seen;
use super::limits::limits;
use super::pair::Pair;
use super::settings::LensSettings;
use super::state::{LensState, PlaceSums};
use super::sums::GroupSums;
use super::types::{ConsistencyRow, Figure, GroupLens, Lens};
use crate::catalogue::Catalogue;
use crate::model::rows::Sources;
use crate::stats::comparison::between_share;
use crate::stats::interval::Group;

/// What the figures are read against.
#[derive(Clone, Copy, Debug)]
pub struct LensContext<'a> {
    /// Ids of the segments in the order of the model, as many as the pass counted.
    pub segments: &'a [String],
    /// Fewest customers behind any published figure.
    pub min_cell: u64,
    /// Elements and motivators.
    pub catalogue: &'a Catalogue,
    /// Which tables there are: without one nothing is told of it, not even that there was none.
    pub sources: Sources,
    /// Settings of the pass.
    pub settings: &'a LensSettings,
}

impl LensState {
    /// The published lens: small cells withheld, limits said.
    ///
    /// # Panics
    /// If `context` names another number of segments, or of ratios, than the pass counted.
    #[must_use]
    pub fn finish(&self, context: &LensContext<'_>) -> Lens {
        assert_eq!(context.segments.len(), self.segments(), "the segments of the pass and of the model are the same");
        let mut full = self.groups.clone();
        full.iter_mut().for_each(|group| group.widen(context.catalogue.motivators().len()));
        let mut whole = GroupSums::zero(context.settings.ratios.len());
        full.iter().for_each(|group| whole.merge(group.clone()));
        let mut shown = full.clone();
        let total = withhold(&mut shown, &whole, context.min_cell);

        let make = |full: &GroupSums, shown: &GroupSums, id: &str, everyone: bool| -> GroupLens {
            let (catalogue, sources, settings) = (context.catalogue, context.sources, context.settings);
            Seen { full, shown, catalogue, sources, settings, everyone }.group(id, context.min_cell)
        };
        let ids = context.segments.iter().map(String::as_str).chain([UNASSIGNED.0]);
        let mut groups: Vec<GroupLens> =
            ids.zip(full.iter().zip(&shown)).map(|(id, (full, shown))| make(full, shown, id, false)).collect();
        let unassigned = groups.pop().expect("the unassigned are always a group");
        let mut everyone = make(&whole, &total, EVERYONE.0, true);
        everyone.consistency.between_channels = between(self.places[0].values(), context.min_cell);
        everyone.consistency.between_sites = between(self.places[1].values(), context.min_cell);

        let consistency = self.consistency_rows(&full, &shown, context);
        let mut lens = Lens { segments: groups, unassigned, everyone, consistency, limits: Vec::new() };
        lens.limits = limits(&lens, context);
        lens
    }

    fn consistency_rows(
        &self,
        full: &[GroupSums],
        shown: &[GroupSums],
        context: &LensContext<'_>,
    ) -> Vec<ConsistencyRow> {
        let mut rows = Vec::new();
        let mut add = |scope, key: &str, [full, shown]: [[&Pair; 3]; 2]| {
            for (i, kind) in ["communication", "emotional", "journey"].into_iter().enumerate() {
                let base = full[i].count();
                if base > 0 {
                    let figure = Figure::of(base, shown[i].count());
                    let interval = if kind == "emotional" {
                        shown[i].mean(FINE).map(|mean| mean.within(0.0, 1.0))
                    } else {
                        shown[i].share()
                    };
                    rows.push(ConsistencyRow { scope, key: key.to_owned(), kind, figure: figure.with(interval) });
                }
            }
        };
        // METHOD: a place is withheld by itself. Customers are in several places, and of places rates are published but
        // no counts of contacts, so that no difference of published figures gives a small place back.
        for (scope, places) in ["channel", "site"].into_iter().zip(&self.places) {
            for (name, place) in places {
                let pairs = [&place.communication, &place.emotional, &place.journey];
                let hidden = Pair::default();
                let shown = pairs.map(|pair| if pair.count() < context.min_cell { &hidden } else { pair });
                add(scope, name, [pairs, shown]);
            }
        }
        let of = |group: &GroupSums| [group.promises, group.feelings, group.contacts];
        for (id, (full, shown)) in context.segments.iter().zip(full.iter().zip(shown)) {
            let (full, shown) = (of(full), of(shown));
            add("segment", id, [full.each_ref(), shown.each_ref()]);
        }
        rows.sort_by(|a, b| (a.scope, &a.key, a.kind).cmp(&(b.scope, &b.key, b.kind)));
        rows
    }
}

/// Share of the variance of contact ratings between places; withheld where fewer than `min_cell` contacts were rated.
///
/// METHOD: a weight of 2 counts as two contacts, like everywhere in point estimates. Places of a few contacts take
/// part: the estimator weighs them by their size, and none can be told from one share.
fn between<'a>(places: impl Iterator<Item = &'a PlaceSums>, min_cell: u64) -> Figure {
    let mut base = 0;
    let group = |ratings: &Moments| {
        let (mean, variance) = (ratings.mean(CENTI)?, ratings.variance(CENTI)?);
        Some(Group { mean, variance, n: ratings.w as f64 / WEIGHT_ONE })
    };
    let groups: Vec<Group> =
        places.inspect(|place| base += place.ratings.count()).filter_map(|place| group(&place.ratings)).collect();
    let (figure, enough) = (Figure { base, ..Figure::default() }, base >= min_cell);
    Figure { suppressed: base > 0 && !enough, ..figure.plain(between_share(&groups).filter(|_| enough)) }
}

/// Empties every figure that rests on fewer than `min_cell` customers, in the groups and, as far as a difference would
/// give it back, in the whole, which is returned. See [`super::super::profile`].
fn withhold(groups: &mut [GroupSums], whole: &GroupSums, min_cell: u64) -> GroupSums {
    let mut total = whole.clone();
    let brands: BTreeSet<String> = total.rivals.keys().cloned().collect();
    for brand in &brands {
        withhold_rival(groups, &mut total, brand, min_cell);
    }
    let mut columns: Vec<_> = groups.iter_mut().map(GroupSums::figures_mut).collect();
    for total in total.figures_mut() {
        let cells: Vec<&mut Moments> = columns.iter_mut().filter_map(Iterator::next).collect();
        withhold_figure(cells, total, min_cell);
    }
    drop(columns);
    total
}

fn withhold_rival(groups: &mut [GroupSums], total: &mut GroupSums, brand: &str, min_cell: u64) {
    let Some(whole) = total.rivals.get_mut(brand) else { return };
    for (column, total) in &mut whole.lead {
        let cells = groups.iter_mut().filter_map(|g| g.rivals.get_mut(brand)?.lead.get_mut(column)).collect();
        withhold_figure(cells, total, min_cell);
    }
    for (place, total) in whole.connections_mut().into_iter().enumerate() {
        let cells = groups.iter_mut().filter_map(|g| g.rivals.get_mut(brand)?.connections_mut().into_iter().nth(place));
        withhold_figure(cells.collect(), total, min_cell);
    }
}
