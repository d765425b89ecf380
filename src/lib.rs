//! valueseg: every night, from a company's raw customer data to scores on the 30 elements of value, segments that stay
//! recognizable, and a tested plan for each.
//!
//! A newcomer meets four nouns: **inputs → scores → segments → plans**. The way of the data, stage by stage, is
//! [`job::night::run`]; it fits on one screen.
//!
//! Each folder answers one question and uses only the folders to its left (a test reads every path in the code):
//!
//! ```text
//! codes → catalogue → stats → model → tables → job, demo → cli
//!                            └ rows → fit → customer → segment → effect → plan
//! ```
//!
//! | folder | the question it answers |
//! |---|---|
//! | [`codes`] | What can go wrong, and what is to be done? Codes of errors, exit codes. |
//! | [`catalogue`] | What are we talking about? Elements, levels, need tiers, motivators, signals, plays, words. |
//! | [`stats`] | How is it computed? Arrays in, arrays out: factor mixture, k-means, drivers, drift, intervals. |
//! | [`model::rows`] | What do passes hold in their hands? Blocks of customers, histories, relationships, estimates. |
//! | [`model::fit`] | What is learned on the sample, and how far can it be trusted? |
//! | [`model::customer`] | What is said of one customer? Scores, tiers, segment, reasons, relationship. |
//! | [`model::segment`] | What is said of a group? Profile, lens, drivers, drift, flows, name. |
//! | [`model::effect`] | Did a play work, for customers drawn by lot? |
//! | [`model::plan`] | What is to be done, for whom, on which evidence, with which test? |
//! | [`tables`] | How do rows enter and leave? Contracts, SQL, readers, writers, the report, the run folder. |
//! | [`job`] | What happens, in which order, with which settings? |
//! | [`demo`] | What does a company with a known truth look like? Beside `job`; neither uses the other. |
//! | [`cli`] | How do people meet it? Arguments, progress, messages, exit codes. |
//!
//! What knows no files, from [`codes`] to [`model`], is packages of its own; this one shows them under their names.
//!
//! What is statistically decided is marked `// METHOD:` where it is decided. Reasons, formulas and sources stand in
//! `docs/`, the tables' columns in `data/schema/`, the domain's own data in `data/catalogue/`; how to change things, in
//! `CONTRIBUTING.md`.

#[doc(inline)]
pub use valueseg_catalogue as catalogue;
pub mod cli;
#[doc(inline)]
pub use valueseg_codes as codes;
pub mod demo;
pub mod job;
#[doc(inline)]
pub use valueseg_model as model;
#[doc(inline)]
pub use valueseg_stats as stats;
pub mod tables;
