//! Ways to cut people into segments, and the cuts they make. Only this file knows which way is which: a further one is
//! a name in [`Method`] and an arm of each `match` here.

use ndarray::Array2;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::error::ModelError;
use super::super::evidence::ratings::Evidence;
use super::super::settings::FitSettings;
use super::effort::{Effort, Look};
use super::kmeans::Centroids;
use super::mixture;
use super::table::{Reading, Worktable};
use valueseg_stats::mixture::{FactorMixture, Fitted, one_hot};
use valueseg_stats::observed::Observed;

/// How the partition is found. Whatever finds it, the same measurement model types everybody else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Chosen by evidence among all of them.
    #[default]
    Auto,
    /// Mixture with 0, 2, 4 and 6 common factors for scale use and halo; more where Akaike's criterion asks for 6.
    Mixture,
    /// K-means on standardized ratings, gaps filled by a factor model.
    Kmeans,
    /// K-means on the same, centered within each person.
    #[serde(alias = "kmeans-centred")]
    KmeansCentered,
}

impl Method {
    /// The word used in configuration and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Mixture => "mixture",
            Self::Kmeans => "kmeans",
            Self::KmeansCentered => "kmeans-centered",
        }
    }

    /// The method where one is pinned, else `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == Self::Auto { other } else { self }
    }
}

/// A way to cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fit) enum Way {
    /// K-means on standardized ratings.
    Kmeans,
    /// K-means on ratings centered within each person.
    KmeansCentered,
    /// Mixture with so many common factors.
    Mixture(usize),
}

/// The ways a method asks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Ways without a criterion.
    pub(super) plain: &'static [Way],
    /// Mixtures, which leave open with how many common factors.
    pub(super) mixtures: bool,
}

impl Way {
    /// All ways without a criterion.
    pub(super) const PLAIN: [Self; 2] = [Self::Kmeans, Self::KmeansCentered];

    pub(super) fn asked(method: Method) -> Asked {
        match method {
            Method::Auto => Asked { plain: &Self::PLAIN, mixtures: true },
            Method::Mixture => Asked { plain: &[], mixtures: true },
            Method::Kmeans => Asked { plain: &[Self::Kmeans], mixtures: false },
            Method::KmeansCentered => Asked { plain: &[Self::KmeansCentered], mixtures: false },
        }
    }

    pub(in crate::fit) fn method(self) -> Method {
        match self {
            Self::Kmeans => Method::Kmeans,
            Self::KmeansCentered => Method::KmeansCentered,
            Self::Mixture(_) => Method::Mixture,
        }
    }

    /// Common factors; `None` where the way has none.
    pub(in crate::fit) fn factors(self) -> Option<usize> {
        match self {
            Self::Mixture(factors) => Some(factors),
            Self::Kmeans | Self::KmeansCentered => None,
        }
    }

    /// Whether a row is in one segment for sure, whatever its probabilities would be.
    pub(in crate::fit) fn cuts_hard(self) -> bool {
        match self {
            Self::Mixture(_) => false,
            Self::Kmeans | Self::KmeansCentered => true,
        }
    }

    /// Plain ways whose cuts it starts from, or is.
    pub(super) fn starters(self) -> &'static [Self] {
        match self {
            Self::Kmeans => &[Self::Kmeans],
            Self::KmeansCentered => &[Self::KmeansCentered],
            Self::Mixture(_) => &[Self::Kmeans, Self::KmeansCentered],
        }
    }

    /// The best cut into `k` segments from starts of its own.
    pub(super) fn explore(self, table: &Worktable, k: usize, look: Look) -> Result<Cut, ModelError> {
        Ok(match self {
            Self::Kmeans => Cut::plain(self, Body::Centroids(Centroids::of(table, Reading::Raw, k, look)?)),
            Self::KmeansCentered => {
                Cut::plain(self, Body::Centroids(Centroids::of(table, Reading::Centered, k, look)?))
            }
            Self::Mixture(q) => Cut::likely(mixture::explored(table, k, q, look)?, &table.data),
        })
    }

    /// The best cut into `k` segments from starts made before.
    pub(super) fn fit(self, table: &Worktable, k: usize, starts: &Starts, effort: Effort) -> Result<Cut, ModelError> {
        match self {
            Self::Kmeans | Self::KmeansCentered => Ok(starts.of(self).clone()),
            Self::Mixture(q) => {
                let fitted = mixture::from_partitions(table, k, q, &starts.partitions(self, table), effort)?;
                Ok(Cut::likely(fitted, &table.data))
            }
        }
    }
}

/// What ways start from on one table: cuts of plain ways, and partitions besides.
pub(super) struct Starts {
    /// In the order asked for.
    pub(super) cuts: Vec<Cut>,
    pub(super) besides: Vec<Vec<usize>>,
}

impl Starts {
    /// Cuts by plain `ways`, of each the best of some starts.
    pub(super) fn new(ways: &[Way], table: &Worktable, k: usize, look: Look) -> Result<Self, ModelError> {
        let cuts: Result<Vec<Cut>, ModelError> = ways.par_iter().map(|way| way.explore(table, k, look)).collect();
        Ok(Self { cuts: cuts?, besides: Vec::new() })
    }

    /// Nothing but one partition.
    pub(super) fn partition(labels: Vec<usize>) -> Self {
        Self { cuts: Vec::new(), besides: vec![labels] }
    }

    fn of(&self, way: Way) -> &Cut {
        self.cuts.iter().find(|own| own.way == way).expect("every way asked for was run")
    }

    fn partitions(&self, way: Way, table: &Worktable) -> Vec<Vec<usize>> {
        let own = self.cuts.iter().filter(|cut| way.starters().contains(&cut.way));
        self.besides.iter().cloned().chain(own.map(|cut| cut.labels(table))).collect()
    }
}

/// What types people.
#[derive(Clone, Debug)]
enum Body {
    Centroids(Centroids),
    Mixture(Fitted),
}

/// A cut.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub(super) way: Way,
    body: Body,
    /// Schwarz's criterion on the rows it was made on; `None` for a way without a likelihood.
    pub(super) bic: Option<f64>,
    /// Akaike's, likewise.
    pub(super) aic: Option<f64>,
}

/// A cut of all rows.
pub(super) struct Settled {
    pub(super) cut: Cut,
    /// `(rows, K)` probabilities of the rows.
    pub(super) given: Array2<f64>,
    /// Its figures are those of all rows, no longer those of the screened ones.
    pub(super) anew: bool,
}

impl Cut {
    fn plain(way: Way, body: Body) -> Self {
        Self { way, body, bic: None, aic: None }
    }

    /// A mixture fitted on `data`.
    pub(super) fn likely(fitted: Fitted, data: &Observed) -> Self {
        let parameters = fitted.mixture.n_parameters() as f64;
        let way = Way::Mixture(fitted.mixture.n_factors());
        let aic = fitted.bic + parameters * (2.0 - data.total_weight().ln());
        Self { way, bic: Some(fitted.bic), aic: Some(aic), body: Body::Mixture(fitted) }
    }

    pub(super) fn segments(&self) -> usize {
        match &self.body {
            Body::Centroids(own) => own.fit.n_clusters(),
            Body::Mixture(fit) => fit.mixture.n_classes(),
        }
    }

    /// What answers can be drawn from; `None` for a way that is no model of them.
    pub(super) fn model(&self) -> Option<&FactorMixture> {
        self.fitted().map(|fit| &fit.mixture)
    }

    /// The mixture with its likelihood; `None` for a way without one.
    pub(super) fn fitted(&self) -> Option<&Fitted> {
        match &self.body {
            Body::Mixture(fit) => Some(fit),
            Body::Centroids(_) => None,
        }
    }

    /// The likeliest segment of each row of a table with the columns of the one it was made on.
    pub(super) fn labels(&self, table: &Worktable) -> Vec<usize> {
        match &self.body {
            Body::Mixture(fit) => fit.mixture.labels(&table.data),
            Body::Centroids(own) => own.labels(table),
        }
    }

    /// `(rows, K)` probabilities of the same rows.
    pub(super) fn probabilities(&self, table: &Worktable) -> Array2<f64> {
        match &self.body {
            Body::Mixture(fit) => fit.mixture.probabilities(&table.data),
            Body::Centroids(_) => one_hot(&self.labels(table), self.segments()),
        }
    }

    /// Share of the smallest segment as the way itself has it: a parameter of a mixture, a count of the rows of others.
    pub(super) fn smallest_share(&self, table: &Worktable) -> f64 {
        match &self.body {
            Body::Mixture(fit) => fit.mixture.class_weights.iter().copied().fold(1.0, f64::min),
            Body::Centroids(_) => {
                let mut sizes = vec![0.0; self.segments()];
                for (label, weight) in self.labels(table).into_iter().zip(table.data.weights()) {
                    sizes[label] += weight;
                }
                sizes.into_iter().reduce(f64::min).unwrap_or(0.0) / table.data.total_weight()
            }
        }
    }

    /// The same cut found anew on a resample.
    ///
    /// METHOD: from starts of the sample alone. A search that knows the solution of all rows finds it again wherever it is no
    /// worse than its neighbors, and could not warn of a solution that another sample would not have led to.
    pub(super) fn again(&self, table: &Worktable, starts: &Starts, effort: Effort) -> Result<Self, ModelError> {
        self.way.fit(table, self.segments(), starts, effort)
    }

    /// The same cut found anew on half of the rows, where plain ways have `starts` starts.
    pub(super) fn of_half(&self, half: &Worktable, starts: usize, seed: u64) -> Result<Self, ModelError> {
        let look = match &self.body {
            Body::Centroids(_) => Look::of_starts(starts, seed),
            Body::Mixture(_) => Look::at_half(seed),
        };
        self.way.explore(half, self.segments(), look)
    }

    /// After splits and merges; the same for a way that has none.
    pub(super) fn improved(&self, table: &Worktable, look: Look) -> Result<Self, ModelError> {
        match &self.body {
            Body::Centroids(_) => Ok(self.clone()),
            Body::Mixture(fit) => Ok(Self::likely(mixture::improved(table, &fit.mixture, look)?, &table.data)),
        }
    }

    /// The likelier of the cut after splits and merges and of what a search from the beginning finds; the same for a way
    /// without a likelihood, of which no further start would be better.
    pub(super) fn searched(&self, table: &Worktable, look: Look) -> Result<Self, ModelError> {
        let Some(fit) = self.fitted() else { return Ok(self.clone()) };
        let other = mixture::explored(table, fit.mixture.n_classes(), fit.mixture.n_factors(), look)?;
        let better = mixture::likelier(mixture::improved(table, &fit.mixture, look)?, other);
        Ok(Self::likely(mixture::likelier(fit.clone(), better), &table.data))
    }

    /// On all rows of the evidence, of which `table` holds the screened ones. `go_on`: centroids move to where all rows
    /// have them; a mixture always does.
    pub(super) fn settled(
        &self,
        table: &Worktable,
        evidence: &Evidence,
        settings: &FitSettings,
        go_on: bool,
    ) -> Result<Settled, ModelError> {
        match &self.body {
            Body::Mixture(fit) => {
                let fitted = mixture::converged(&evidence.data, fit.mixture.clone(), settings.seed)?;
                let given = fitted.mixture.probabilities(&evidence.data);
                Ok(Settled { cut: Self::likely(fitted, &evidence.data), given, anew: true })
            }
            Body::Centroids(own) => {
                let whole = table.alike(evidence.data.clone());
                let further = go_on && table.data.n_rows() < evidence.data.n_rows();
                let body = Body::Centroids(if further { own.go_on(&whole)? } else { own.clone() });
                let cut = Self::plain(self.way, body);
                Ok(Settled { given: cut.probabilities(&whole), cut, anew: go_on })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_asks_for_its_own_ways_and_the_open_choice_for_all() {
        for method in [Method::Mixture, Method::Kmeans, Method::KmeansCentered] {
            let asked = Way::asked(method);
            assert!(asked.plain.iter().all(|way| way.method() == method));
            assert_eq!(asked.mixtures, method == Way::Mixture(4).method());
        }
        let open = Way::asked(Method::Auto);
        assert!(open.mixtures && open.plain == Way::PLAIN);
    }

    #[test]
    fn mixtures_start_from_plain_ways_and_these_from_nothing_else() {
        assert!(Way::PLAIN.iter().all(|way| way.starters() == [*way] && way.factors().is_none() && way.cuts_hard()));
        assert!(Way::Mixture(2).starters().iter().all(|way| Way::PLAIN.contains(way)));
    }

    #[test]
    fn methods_are_spelled_as_in_the_configuration() {
        for method in [Method::Auto, Method::Mixture, Method::Kmeans, Method::KmeansCentered] {
            assert_eq!(serde_json::to_value(method).unwrap(), method.slug());
        }
    }
}
