//! From sums to the published lens.

use std::collections::BTreeSet;

use super::super::profile::sums::{CENTI, FINE, Moments, WEIGHT_ONE};
use super::super::profile::withhold::withhold_figure;
use super::context::LensContext;
use super::group::WithheldGroup;
use super::limits::limits;
use super::pair::Pair;
use super::state::{LensState, PlaceSums, SCOPES};
use super::sums::LensSums;
use super::types::{ConsistencyRow, GroupLens, Lens};
use crate::rows::Figure;
use valueseg_stats::comparison::between_share;
use valueseg_stats::interval::{Group, wilson};

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
        let mut whole = LensSums::zero(context.settings.ratios.len());
        full.iter().for_each(|group| whole.merge(group.clone()));
        let mut shown = full.clone();
        let total = withhold(&mut shown, &whole, context.min_cell);
        // The unassigned count in the segments as well, so their own figures give nobody else's back.
        let mut unassigned = self.unassigned.clone();
        unassigned.widen(context.catalogue.motivators().len());
        let mut unassigned_shown = vec![unassigned.clone()];
        withhold(&mut unassigned_shown, &unassigned, context.min_cell);
        if let Some(model) = context.model {
            // METHOD: who the members are is known no better than how many, whatever is told of them.
            for (k, group) in shown.iter_mut().enumerate().take(self.segments()) {
                model.share_worth(k).into_iter().for_each(|most| group.at_most(most));
            }
        }

        let make = |full: &LensSums, shown: &LensSums, everyone: bool| -> GroupLens {
            let (catalogue, sources, settings) = (context.catalogue, context.sources, context.settings);
            WithheldGroup { full, shown, catalogue, sources, settings, recorded: self.recorded, everyone }.group()
        };
        let groups: Vec<GroupLens> =
            full.iter().zip(&shown).take(self.segments()).map(|(full, shown)| make(full, shown, false)).collect();
        let unassigned = make(&unassigned, &unassigned_shown[0], false);
        let mut everyone = make(&whole, &total, true);
        everyone.consistency.between_channels = between(self.places[0].values(), context.min_cell);
        everyone.consistency.between_sites = between(self.places[1].values(), context.min_cell);

        let mut consistency = self.consistency_rows(context.min_cell);
        consistency.extend(self.term_rows(&whole.members, context.min_cell));
        let mut lens = Lens { segments: groups, unassigned, everyone, consistency, limits: Vec::new() };
        lens.limits = limits(&lens, context);
        lens
    }

    /// METHOD: a place is withheld by itself. Customers are in several places, and of places rates are published but no
    /// counts of contacts, so that no difference of published figures gives a small place back.
    fn consistency_rows(&self, min_cell: u64) -> Vec<ConsistencyRow> {
        let mut rows = Vec::new();
        for (scope, places) in SCOPES.into_iter().zip(&self.places) {
            for (name, place) in places {
                let kinds = [
                    ("communication", place.communication),
                    ("emotional", place.emotional),
                    ("journey", place.journey),
                ];
                for (kind, full) in kinds.into_iter().filter(|(_, full)| full.count() > 0) {
                    let shown = if full.count() < min_cell { Pair::default() } else { full };
                    // Feelings are graded; contacts and promises are good or not.
                    let interval = match kind {
                        "emotional" => shown.mean(FINE).map(|mean| mean.within(0.0, 1.0)),
                        _ => shown.share(),
                    };
                    let figure = Figure::of(full.count(), shown.count(), interval);
                    rows.push(ConsistencyRow { scope, key: name.clone(), kind, figure });
                }
            }
        }
        rows.sort_by(|a, b| (a.scope, &a.key, a.kind).cmp(&(b.scope, &b.key, b.kind)));
        rows
    }
}

impl LensState {
    /// Terms searched for in vain, as shares of all members; of fewer than `min_cell` customers not even the term is told,
    /// because of one customer it may tell who it is.
    fn term_rows(&self, members: &Moments, min_cell: u64) -> Vec<ConsistencyRow> {
        let told = self.terms.iter().filter(|(_, searched)| members.w > 0 && searched.count() >= min_cell);
        let row = |(term, searched): (&String, &Moments)| {
            let share = (searched.wx as f64 / members.w as f64).clamp(0.0, 1.0);
            let figure = Figure::of(searched.count(), searched.count(), wilson(share, members.effective_n()));
            ConsistencyRow { scope: "term", key: term.clone(), kind: "searched", figure }
        };
        told.map(row).collect()
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
    if base >= min_cell {
        Figure::Unknown { n: base }.or_bare(between_share(&groups))
    } else {
        Figure::of(base, 0, None)
    }
}

/// Empties every figure that rests on fewer than `min_cell` customers, in the groups and, as far as a difference would
/// give it back, in the whole, which is returned. See [`super::super::profile`].
fn withhold(groups: &mut [LensSums], whole: &LensSums, min_cell: u64) -> LensSums {
    let mut total = whole.clone();
    let brands: BTreeSet<String> = total.rivals.keys().cloned().collect();
    for brand in &brands {
        withhold_rival(groups, &mut total, brand, min_cell);
    }
    let mut columns: Vec<_> = groups.iter_mut().map(LensSums::figures_mut).collect();
    for total in total.figures_mut() {
        let cells: Vec<&mut Moments> = columns.iter_mut().filter_map(Iterator::next).collect();
        withhold_figure(cells, total, min_cell);
    }
    drop(columns);
    total
}

fn withhold_rival(groups: &mut [LensSums], total: &mut LensSums, brand: &str, min_cell: u64) {
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
