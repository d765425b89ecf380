//! What a fit looks at: standardized ratings, normal-scored signals, outcomes, and how much is only a use of the scale.

pub(in crate::fit) mod level;
pub(in crate::fit) mod outcome;
pub(in crate::fit) mod prepare;
pub(in crate::fit) mod ratings;
