//! From sums to published drivers.

use rayon::prelude::*;

use crate::catalogue::Catalogue;
use crate::stats::drivers::jackknife::GROUPS;

use super::super::profile::types::Profiles;
use super::cell::{Cell, column, everybody};
use super::fold::DriverState;
use super::outcome::Outcome;
use super::settings::DriverSettings;
use super::solve::{DriverFigures, OutcomeDesign, solve};
use super::summarize::{Replicates, summarize};
use super::types::{Drivers, GroupDrivers, OutcomeDrivers, Refusal};

/// What driver figures are read against.
#[derive(Clone, Copy, Debug)]
pub struct DriverContext<'a> {
    /// Elements and need map.
    pub catalogue: &'a Catalogue,
    /// Published profiles, for stated importance and fulfillment; `None` = no quadrants.
    pub profiles: Option<&'a Profiles>,
    /// Settings.
    pub settings: DriverSettings,
}

impl DriverState {
    /// The published drivers: for everybody and each segment, for each outcome, what goes with it, or why nothing is
    /// said. Every figure is the same at any thread count and any split of the customers.
    #[must_use]
    pub fn finish(&self, context: &DriverContext) -> Drivers {
        self.solve(context).beside(context.profiles)
    }

    /// The costly part of [`DriverState::finish`], to be read beside several profiles. `context.profiles` are not looked at.
    #[must_use]
    pub fn solve(&self, context: &DriverContext) -> SolvedDrivers {
        let groups = everybody(self.by_segment(None));
        let plans = Outcome::ALL.map(|outcome| OutcomeDesign::new(outcome, &groups, &context.settings));
        let mut solved: Vec<_> = std::iter::once(None)
            .chain((0..GROUPS).map(Some))
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|left_out| solve(self, &plans, context.catalogue.needs(), left_out))
            .collect();
        let full = solved.remove(0);
        SolvedDrivers { groups, plans, full, without: solved }
    }
}

/// Figures of every group and outcome, and the same with each group of people left out.
#[derive(Clone, Debug)]
pub struct SolvedDrivers {
    /// Everybody, then the segments.
    groups: Vec<Cell>,
    plans: [OutcomeDesign; Outcome::COUNT],
    pub(super) full: Solved,
    pub(super) without: Vec<Solved>,
}

/// By outcome, then by everybody and each segment.
pub(super) type Solved = Vec<Vec<Option<DriverFigures>>>;

impl SolvedDrivers {
    /// The published drivers, stated importance and fulfillment read from `profiles`; `None` = no quadrants.
    #[must_use]
    pub fn beside(&self, profiles: Option<&Profiles>) -> Drivers {
        let mut results = Vec::with_capacity(self.plans.len());
        for (o, (plan, full)) in self.plans.iter().zip(&self.full).enumerate() {
            let without = self.without.iter().map(|replicate| replicate[o].as_slice()).collect();
            results.push(summarize(&Replicates { plan, full, without }, &self.groups, profiles));
        }
        self.publish(results)
    }

    fn publish(&self, mut results: Vec<Vec<GroupResult>>) -> Drivers {
        let groups = &self.groups;
        let mut by_group: Vec<GroupDrivers> = (0..groups.len())
            .map(|g| GroupDrivers {
                outcomes: Outcome::ALL
                    .into_iter()
                    .zip(&mut results)
                    .map(|(outcome, results)| OutcomeDrivers {
                        outcome,
                        respondents: groups[g].cross.pair(column(outcome), column(outcome)).rows(),
                        result: std::mem::replace(&mut results[g], Err(Refusal::NotAsked)),
                    })
                    .collect(),
            })
            .collect();
        let everyone = by_group.remove(0);
        Drivers { everyone, segments: by_group }
    }
}

/// Result of one group.
type GroupResult = Result<super::types::Explained, Refusal>;
