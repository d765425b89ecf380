//! Errors of relative weights and of shares of R².

/// What is wrong with the correlations or groups given to [`relative_weights`](super::johnson::relative_weights) or
/// [`shapley`](super::shapley::shapley).
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum DriversError {
    /// Correlations among predictors and with the outcome are not of the same predictors.
    #[error("correlations are {among:?} among predictors but {with_outcome} with the outcome")]
    Shape {
        /// Shape of the correlations among predictors.
        among: (usize, usize),
        /// Number of correlations with the outcome.
        with_outcome: usize,
    },
    /// A correlation is not a finite number from −1 to 1.
    #[error("a correlation is {value}, not a number from -1 to 1")]
    NotCorrelation {
        /// The number that was given.
        value: f64,
    },
    /// So many groups that going through all orders of entry would take too long.
    #[error("{got} groups: all their subsets are too many, at most {most}")]
    TooManyGroups {
        /// Number of groups given.
        got: usize,
        /// Largest number of groups that is possible.
        most: usize,
    },
    /// A group names a predictor that is not there, or one that another group has.
    #[error("predictor {predictor} of a group is not there or is in two groups")]
    Group {
        /// Position of the predictor, from 0.
        predictor: usize,
    },
}
