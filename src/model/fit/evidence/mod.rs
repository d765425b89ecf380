//! What a fit looks at: standardized ratings, normal-scored signals, outcomes, and how much is only a use of the scale.

pub(in crate::model::fit) mod level;
pub(in crate::model::fit) mod outcome;
pub(in crate::model::fit) mod prepare;
pub(in crate::model::fit) mod ratings;
