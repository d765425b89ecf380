//! From counts to shares.

use super::super::noise::{Noise, Span};
use super::super::profile::sums::{HEAD, Moments, heads};
use super::state::{CrosstabState, DescriptorCounts};
use super::types::{Crosstabs, DescriptorCell};
use crate::fit::Model;
use crate::rows::Figure;
use valueseg_stats::comparison::{Share, share_difference, share_ratio};
use valueseg_stats::interval::wilson;

/// What shares are read against.
#[derive(Clone, Copy, Debug)]
pub struct CrosstabContext<'a> {
    /// Ids of the segments in the order of the model, as many as the pass counted.
    pub segments: &'a [String],
    /// The model that gave the probabilities; `None` = nothing is known of its errors.
    pub model: Option<&'a Model>,
    /// Fewest customers behind any published figure.
    pub min_cell: u64,
    /// Noise of the night.
    pub noise: &'a Noise,
}

impl CrosstabState {
    /// Descriptors of all groups as published: with noise, small cells withheld.
    ///
    /// METHOD: a cell of fewer than `min_cell` customers is withheld. Where the cells withheld of a group hold fewer than that
    /// between them, the smallest one shown goes as well, so that the group less what is shown does not give them back;
    /// and the share of everybody does without cells withheld unless these hold `min_cell` between them, so that
    /// everybody less the groups shown does not either. A value that nobody in a group has gives nobody away and takes
    /// no second one with it. Source: complementary suppression as statistical offices use it,
    /// `docs/domain.md#small-cells`; noise on every share beside it.
    #[must_use]
    pub fn finish(&self, context: &CrosstabContext<'_>) -> Crosstabs {
        let mut told = Crosstabs::default();
        for (name, counts) in &self.descriptors {
            if counts.too_many() {
                told.limits.push(format!(
                    "The descriptor `{name}` has more values than are told apart: it names people rather than groups, and \
                     is not told."
                ));
                continue;
            }
            Descriptor { name, counts, context }.tell(&mut told.cells);
        }
        told.cells.sort_by(|a, b| (&a.group, &a.descriptor, &a.value).cmp(&(&b.group, &b.descriptor, &b.value)));
        told
    }
}

struct Descriptor<'a> {
    name: &'a str,
    counts: &'a DescriptorCounts,
    context: &'a CrosstabContext<'a>,
}

impl Descriptor<'_> {
    fn tell(&self, cells: &mut Vec<DescriptorCell>) {
        let values: Vec<&str> = self.counts.values.keys().map(String::as_str).collect();
        let segments = self.context.segments.len();
        let hidden: Vec<Vec<bool>> = (0..segments + 2).map(|group| self.hidden(&values, group)).collect();
        // Whole cells with noise: by segment, and those of nobody's segment, which count in everybody.
        let drawn: Vec<Vec<Moments>> = (0..segments + 2).map(|group| self.drawn(&values, group)).collect();
        let least = i128::from(self.context.min_cell) * HEAD;
        for (v, value) in values.iter().enumerate() {
            let count = |group: usize| self.counts.values[*value][group].n;
            let lost: i128 = (0..=segments).filter(|group| hidden[*group][v]).map(count).sum();
            let (mut all, mut people) = (Moments::default(), 0);
            for group in 0..=segments {
                let mut cell = drawn[group][v];
                if hidden[group][v] && lost < least {
                    (cell.wx, cell.wxx) = (0, 0);
                } else {
                    people += count(group);
                }
                all.merge(&cell);
            }
            if people < least {
                // A value of few is not named: of one customer the value alone may tell who it is.
                continue;
            }
            let of = |group: usize, all| {
                let cell = (!hidden[group][v]).then(|| drawn[group][v]);
                Counted { cell, n: count(group), known: self.counts.known[group].n, all, group }
            };
            for (group, id) in self.context.segments.iter().enumerate() {
                cells.push(self.cell(id, value, &of(group, Some(&all))));
            }
            cells.push(self.cell("NONE", value, &of(segments + 1, None)));
            let all = Counted { cell: Some(all), n: people, known: all.n, all: None, group: segments + 1 };
            cells.push(self.cell("ALL", value, &all));
        }
    }

    /// Which values of a group are withheld.
    fn hidden(&self, values: &[&str], group: usize) -> Vec<bool> {
        let least = i128::from(self.context.min_cell) * HEAD;
        let counts: Vec<i128> = values.iter().map(|value| self.counts.values[*value][group].n).collect();
        let mut hidden: Vec<bool> = counts.iter().map(|n| *n < least).collect();
        let lost: i128 = counts.iter().filter(|n| **n < least).sum();
        if lost > 0 && lost < least {
            let shown = (0..counts.len()).filter(|v| !hidden[*v]);
            if let Some(smallest) = shown.min_by_key(|v| counts[*v]) {
                hidden[smallest] = true;
            }
        }
        hidden
    }

    fn drawn(&self, values: &[&str], group: usize) -> Vec<Moments> {
        let segments = self.context.segments;
        let id = segments.get(group).map_or(if group == segments.len() { "REST" } else { "NONE" }, String::as_str);
        let mut noise = self.context.noise.of(&format!("descriptor {}", self.name), id);
        values.iter().map(|value| self.counts.cell(value, group).released(Span::Share, &mut noise)).collect()
    }

    fn cell(&self, id: &str, value: &str, counted: &Counted<'_>) -> DescriptorCell {
        let n = heads(counted.known);
        let figure = |interval| match counted.cell {
            None => Figure::Withheld { n },
            Some(_) => Figure::of(n, n, interval),
        };
        let shown = counted.cell.map(|mut cell| {
            if let Some(most) = self.context.model.and_then(|m| m.share_worth(counted.group)) {
                cell.at_most(most);
            }
            cell
        });
        let share = shown.as_ref().and_then(share_of);
        let rest = counted.all.zip(counted.cell).and_then(|(all, cell)| share_of(&all.without(&cell)));
        let apart = |told: Figure| if counted.all.is_some() { told } else { Figure::Unknown { n } };
        DescriptorCell {
            group: id.to_owned(),
            descriptor: self.name.to_owned(),
            value: value.to_owned(),
            people: counted.cell.map(|_| heads(counted.n)),
            share: figure(share.and_then(|share| wilson(share.share, share.n))),
            difference: apart(figure(share.zip(rest).and_then(|(one, rest)| share_difference(one, rest)))),
            lift: apart(figure(share.zip(rest).and_then(|(one, rest)| share_ratio(one, rest)))),
        }
    }
}

/// A cell before it is told.
struct Counted<'a> {
    /// The members of whom the descriptor is known; `None` = withheld.
    cell: Option<Moments>,
    /// Those with the value, and those of whom the descriptor is known, in steps.
    n: i128,
    known: i128,
    /// Everybody with everybody's cells; `None` = nothing to compare with.
    all: Option<&'a Moments>,
    /// Its place among segments; beyond, no segment.
    group: usize,
}

fn share_of(moments: &Moments) -> Option<Share> {
    let share = Share { share: moments.mean(1.0)?.clamp(0.0, 1.0), n: moments.effective_n() };
    (share.n > 0.0).then_some(share)
}
