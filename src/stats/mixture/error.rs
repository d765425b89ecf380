//! Errors of the mixture: settings that cannot be used, and tables that cannot be fitted.

use crate::kmeans::KmeansError;

/// A setting of the mixture that is refused before any data are looked at.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MixtureParamError {
    /// No class, or more than can be named.
    #[error("{got} classes asked for; 1 to {most} are possible")]
    Classes {
        /// What was asked for.
        got: usize,
        /// Most that are possible.
        most: usize,
    },
    /// More factors than the kernel has room for.
    #[error("{got} common factors asked for; at most {most} are possible")]
    Factors {
        /// What was asked for.
        got: usize,
        /// Most that are possible.
        most: usize,
    },
    /// The tolerance is not a finite number above 0.
    #[error("tolerance {got} is not a finite number above 0")]
    Tolerance {
        /// What was asked for.
        got: f64,
    },
    /// No iteration or no start.
    #[error("at least one start and one iteration are needed, not {starts} and {iterations}")]
    Effort {
        /// Starts asked for.
        starts: usize,
        /// Iterations asked for.
        iterations: usize,
    },
}

/// What kept a mixture from being fitted: a setting, too few rows, or the k-means that its starts are made by.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MixtureError {
    /// A setting makes no sense.
    #[error(transparent)]
    Params(#[from] MixtureParamError),
    /// Fewer rows with an observed cell than classes.
    #[error("{rows} rows with an answer are too few for {classes} classes")]
    TooFewRows {
        /// Rows with at least one observed cell.
        rows: usize,
        /// Classes asked for.
        classes: usize,
    },
    /// K-means, used for the starts, failed.
    #[error("the k-means start failed")]
    Start(#[source] KmeansError),
    /// An error of linfa itself.
    #[error("linfa refused the data")]
    Linfa(#[from] linfa::Error),
}
