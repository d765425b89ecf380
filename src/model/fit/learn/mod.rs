//! What is learned once the partition stands: the measurement model of everything, and what a reader gets to know.

pub(in crate::model::fit) mod assemble;
pub(in crate::model::fit) mod check;
pub(in crate::model::fit) mod everybody;
pub(in crate::model::fit) mod limits;
pub(in crate::model::fit) mod loadings;
pub(in crate::model::fit) mod measure;
pub(in crate::model::fit) mod prior;
mod replicates;
pub(in crate::model::fit) mod rules;
mod signals;
pub(in crate::model::fit) mod typing;
pub(in crate::model::fit) mod within;
