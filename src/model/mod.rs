//! "What does a customer's row say?" Six rooms, one way:
//!
//! ```text
//! rows → fit → customer → segment → effect → plan
//! ```
//!
//! A [`Sample`](fit::Sample) of customers is fitted once into a [`Model`](fit::Model); every night a
//! [`Scorer`](customer::Scorer) applies it to each block of customers. Both work with the same measurement model: segments
//! (classes) that share one covariance, common factors for scale use and halo, and indicators of which most are unknown.
//!
//! | room | answers |
//! |---|---|
//! | [`rows`] | what passes hold in their hands |
//! | [`fit`] | what is learned on the sample, and how far it can be trusted |
//! | [`customer`] | what is said of one customer |
//! | [`segment`] | what is said of a group |
//! | [`effect`] | whether a play worked, by lot |
//! | [`plan`] | what is to be done, for whom, on which evidence, with which test |
//!
//! A room uses only rooms before it; a test reads every path.

// Some tests are read by other packages too, and name this one as those do.
#[cfg(test)]
extern crate self as valueseg_model;

pub mod customer;
pub mod effect;
pub mod fit;
pub mod plan;
pub mod rows;
pub mod segment;
#[cfg(test)]
mod tests;
