//! "Who is in the groups?" Descriptors of customers (country, tier, tenure) group by group: counted in the pass, told as
//! shares beside those of everybody else.
//!
//! Descriptors shape no segment and stand in no row about a customer: they are told of groups alone.

mod finish;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod types;

pub use finish::CrosstabContext;
pub use settings::{DescriptorSettings, MOST_DESCRIPTORS};
pub use state::{CrosstabBlock, CrosstabFold, CrosstabState};
pub use types::{Crosstabs, DescriptorCell};
