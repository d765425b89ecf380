//! valueseg: every night, from a company's raw customer data to scores on the 30 elements of value, segments that stay
//! recognizable, and a tested plan for each.
//!
//! A newcomer meets four nouns: **inputs → scores → segments → plans**. The way of the data, stage by stage, is
//! [`job::night::run`]; it fits on one screen.
//!
//! Each folder answers one question and uses only the folders to its left (a test reads every `use crate::`):
//!
//! ```text
//! codes → catalogue → stats → model → tables → job → cli
//! ```
//!
//! | folder | the question it answers |
//! |---|---|
//! | [`codes`] | What can go wrong, and what is to be done? Codes of errors, exit codes. |
//! | [`catalogue`] | What are we talking about? Elements, levels, need tiers, motivators, signals, plays, words. |
//! | [`stats`] | How is it computed? Arrays in, arrays out: factor mixture, k-means, resampling, drivers, drift, intervals. |
//! | [`model`] | What does a customer's row say? Scores, tiers, segment, reasons, profiles, plans; what a fit says about itself. |
//! | [`tables`] | How do rows enter and leave? Contracts, SQL, readers, writers, the report, the run folder. |
//! | [`job`] | What happens, in which order, with which settings? |
//! | [`cli`] | How do people meet it? Arguments, progress, messages, exit codes. |
//!
//! What is statistically decided is marked `// METHOD:` where it is decided; the tables' columns are documented in
//! `data/schema/`, the domain's own data in `data/catalogue/`.

pub mod catalogue;
pub mod cli;
pub mod codes;
pub mod demo;
pub mod job;
pub mod model;
pub mod stats;
pub mod tables;
