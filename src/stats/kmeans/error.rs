//! Errors of k-means: settings that cannot be used, and tables that cannot be fitted.

use crate::observed::ObservedError;

/// A setting of k-means that is refused before any data are looked at.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KmeansParamError {
    /// No cluster, or more than can be told apart in a report.
    #[error("{got} clusters asked for; 1 to {most} are possible")]
    Clusters {
        /// What was asked for.
        got: usize,
        /// Most that are possible.
        most: usize,
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

/// What kept k-means from being fitted: a setting, the table, too few rows, or the centroids to start from.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KmeansError {
    /// A setting makes no sense.
    #[error(transparent)]
    Params(#[from] KmeansParamError),
    /// The table is not one: a shape, a weight or a value that is not a finite number.
    #[error(transparent)]
    Table(#[from] ObservedError),
    /// Fewer different rows than clusters: some cluster would have to be empty.
    #[error("{distinct} different rows with an answer are too few for {clusters} clusters")]
    TooFewRows {
        /// Different rows that hold at least one observed cell.
        distinct: usize,
        /// Clusters asked for.
        clusters: usize,
    },
    /// Centroids to start from that do not fit the table or are not finite.
    #[error("centroids {rows} x {columns} do not fit a table of {wanted} columns, or are not finite numbers")]
    Centroids {
        /// Rows of the centroids.
        rows: usize,
        /// Columns of the centroids.
        columns: usize,
        /// Columns of the table.
        wanted: usize,
    },
    /// An error of linfa itself.
    #[error("linfa refused the data: {0}")]
    Linfa(String),
}

impl From<linfa::Error> for KmeansError {
    /// linfa's error is kept as text, because it can be neither compared nor copied.
    fn from(error: linfa::Error) -> Self {
        Self::Linfa(error.to_string())
    }
}
