//! From sums to published drivers.

use rayon::prelude::*;

use valueseg_catalogue::Catalogue;
use valueseg_stats::drivers::halo::{FEWEST, Halo};
use valueseg_stats::drivers::jackknife::{GROUPS, interval, standard_error};

use super::super::profile::types::Profiles;
use super::cell::{Cell, column, everybody};
use super::fold::DriverState;
use super::outcome::Outcome;
use super::settings::DriverSettings;
use super::solve::{DriverFigures, OutcomeDesign, Solving, solve};
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
    /// Outcomes of which somebody said which way they were asked: they are not taken for turned.
    pub settled: &'a [Outcome],
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
        let plans = Outcome::ALL.map(|outcome| OutcomeDesign::new(outcome, &groups, context));
        let halo = if context.settings.keep_halo { Halo::Kept } else { Halo::TakenOut };
        let solving = Solving { state: self, plans: &plans, map: context.catalogue.needs(), halo };
        let mut told = Treatment::of(solving);
        let doubtful: Vec<usize> = (0..plans.len()).filter(|&o| halo == Halo::TakenOut && told.in_doubt(o)).collect();
        let other = (!doubtful.is_empty()).then(|| {
            let [out, kept] = [Halo::AlwaysOut, Halo::Kept].map(|halo| Treatment::of(Solving { halo, ..solving }));
            let mut other = told.without_outcomes();
            for o in doubtful {
                let taken_out = told.full[o][0].as_ref().is_some_and(|figures| figures.halo);
                let (this, that) = if taken_out { (&out, &kept) } else { (&kept, &out) };
                told.take(o, this);
                other.take(o, that);
            }
            other
        });
        SolvedDrivers { groups, plans, told, other }
    }
}

/// Figures of every group and outcome, and the same with each group of people left out.
#[derive(Clone, Debug)]
pub struct SolvedDrivers {
    /// Everybody, then the segments.
    groups: Vec<Cell>,
    plans: [OutcomeDesign; Outcome::COUNT],
    /// What is told.
    pub(super) told: Treatment,
    /// The same with the other treatment of the halo, of the outcomes where the sample might as well have led to it.
    pub(super) other: Option<Treatment>,
}

/// Figures with the halo treated in one way.
#[derive(Clone, Debug)]
pub(super) struct Treatment {
    pub(super) full: Solved,
    pub(super) without: Vec<Solved>,
}

/// By outcome, then by everybody and each segment.
pub(super) type Solved = Vec<Vec<Option<DriverFigures>>>;

impl Treatment {
    fn of(solving: Solving<'_>) -> Self {
        let whole_and_parts: Vec<Option<usize>> = std::iter::once(None).chain((0..GROUPS).map(Some)).collect();
        let mut solved: Vec<Solved> =
            whole_and_parts.into_par_iter().map(|left_out| solve(solving, left_out)).collect();
        let full = solved.remove(0);
        Self { full, without: solved }
    }

    /// Whether another sample of as many might have led to the other treatment of the halo.
    ///
    /// METHOD: the halo is taken out or not as two figures of the ratings lie above a limit. Where an interval of theirs
    /// holds the limit, and neither is clearly below, chance decided, and the error of a figure within one treatment
    /// leaves that out: intervals are then drawn over both ([`Replicates`]). Source: model selection is a part of the
    /// error, Leeb and Pötscher, Econometric Theory 21 (2005); the union of both intervals is our judgment, the plainest
    /// that covers whichever is right.
    fn in_doubt(&self, outcome: usize) -> bool {
        let of = |solved: &Solved| Some(solved[outcome][0].as_ref()?.common.distances());
        let (Some(full), Some(without)) = (of(&self.full), self.without.iter().map(of).collect::<Option<Vec<_>>>())
        else {
            return false;
        };
        let few = self.full[outcome][0].as_ref().is_none_or(|figures| figures.shares.len() < FEWEST);
        let around = |side: usize| {
            let values: Vec<f64> = without.iter().map(|distances| distances[side]).collect();
            interval(full[side], standard_error(&values)?)
        };
        let (Some(strength), Some(reach)) = (around(0), around(1)) else { return false };
        let clearly_none = strength.high < 0.0 || reach.high < 0.0;
        let clearly_one = strength.low >= 0.0 && reach.low >= 0.0;
        !few && !clearly_none && !clearly_one
    }

    /// The same shape with nothing in it.
    fn without_outcomes(&self) -> Self {
        let none = |solved: &Solved| solved.iter().map(|groups| vec![None; groups.len()]).collect();
        Self { full: none(&self.full), without: self.without.iter().map(none).collect() }
    }

    /// Takes over an outcome of another treatment.
    fn take(&mut self, outcome: usize, other: &Self) {
        self.full[outcome].clone_from(&other.full[outcome]);
        for (mine, theirs) in self.without.iter_mut().zip(&other.without) {
            mine[outcome].clone_from(&theirs[outcome]);
        }
    }

    fn of_outcome<'a>(&'a self, outcome: usize, plan: &'a OutcomeDesign) -> Replicates<'a> {
        let without = self.without.iter().map(|replicate| replicate[outcome].as_slice()).collect();
        Replicates { plan, full: &self.full[outcome], without }
    }
}

impl SolvedDrivers {
    /// The published drivers, stated importance and fulfillment read from `profiles`; `None` = no quadrants.
    #[must_use]
    pub fn beside(&self, profiles: Option<&Profiles>) -> Drivers {
        let mut results = Vec::with_capacity(self.plans.len());
        for (o, plan) in self.plans.iter().enumerate() {
            let other = self.other.as_ref().map(|other| other.of_outcome(o, plan));
            results.push(summarize(&self.told.of_outcome(o, plan), other.as_ref(), &self.groups, profiles));
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
