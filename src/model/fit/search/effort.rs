//! How much is tried before a partition is chosen: one search, two profiles of it.

use super::super::settings::{FitSettings, SearchEffort};

/// What a search spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// Starts of a way that cuts without a likelihood.
    pub(super) starts: usize,
    /// Pairs of bootstrap samples in which candidates are to be found again, and the chosen one is held against tables with
    /// nothing to find; `None` = two halves of the rows instead, and against nothing.
    pub(super) pairs: Option<Pairs>,
    /// Every number of segments and of common factors is tried, each candidate with all figures. Else mixtures are tried
    /// down the one valley of their criterion and know their sizes only.
    pub(super) everything: bool,
    /// The chosen cut is looked for once more, and run to the end on all rows. The walk down the valley has looked twice
    /// at what it chooses; centroids stay as they are, because a quick search is made where all rows are many.
    pub(super) settled: bool,
}

/// Pairs of bootstrap samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pairs {
    /// Of candidates that are out.
    pub(super) out: usize,
    /// Of those that are not.
    pub(super) left: usize,
    /// Of those that may be chosen.
    pub(super) finalists: usize,
}

const THOROUGH: Profile =
    Profile { starts: 50, pairs: Some(Pairs { out: 2, left: 3, finalists: 8 }), everything: true, settled: true };

const QUICK: Profile = Profile { starts: 12, pairs: None, everything: false, settled: false };

impl Profile {
    pub(super) fn of(search: SearchEffort) -> Self {
        match search {
            SearchEffort::Thorough => THOROUGH,
            SearchEffort::Quick => QUICK,
        }
    }
}

/// How hard a way looks for a cut from starts of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) starts: usize,
    /// Rounds of splits and merges; only mixtures have them.
    pub(super) rounds: usize,
    /// Iterations of a mixture at most, once its starts are compared.
    pub(super) iterations: usize,
    pub(super) seed: u64,
}

/// Iterations of a solution that is compared with another.
const ITERATIONS: usize = 12;

impl Look {
    /// The best of some starts.
    pub(super) fn of_starts(starts: usize, seed: u64) -> Self {
        Self { starts, rounds: 0, iterations: ITERATIONS, seed }
    }

    /// At a candidate.
    pub(super) fn first(settings: &FitSettings) -> Self {
        Self::of_starts(3, settings.seed)
    }

    /// At a candidate that may be chosen.
    pub(super) fn closer(settings: &FitSettings) -> Self {
        let rounds = 4;
        // Other starts than those of the first look.
        let seed = settings.seed.wrapping_add(rounds as u64);
        Self { rounds, ..Self::of_starts(settings.starts, seed) }
    }

    /// At half of the rows.
    pub(super) fn at_half(seed: u64) -> Self {
        Self { iterations: 40, ..Self::of_starts(3, seed) }
    }
}

/// What is spent on a mixture that starts from partitions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Iterations of each start.
    pub(super) short: usize,
    /// Starts carried on.
    pub(super) carried: usize,
    /// Further iterations of those at most.
    pub(super) iterations: usize,
}
