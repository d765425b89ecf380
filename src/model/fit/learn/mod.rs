//! What is learned once the partition stands: the measurement model of everything, and what a reader gets to know.

pub(in crate::fit) mod assemble;
pub(in crate::fit) mod check;
pub(in crate::fit) mod everybody;
pub(in crate::fit) mod limits;
pub(in crate::fit) mod loadings;
pub(in crate::fit) mod measure;
pub(in crate::fit) mod prior;
mod replicates;
pub(in crate::fit) mod rules;
mod signals;
pub(in crate::fit) mod typing;
pub(in crate::fit) mod within;
