//! "How do rows enter and leave?" Everything that touches files.
//!
//! In: raw files ([`source`]) are mapped by SQL ([`spec`]) onto canonical tables ([`contract`], as a page: [`contract_page`]), checked, and joined to
//! one row per customer ([`intake`]), people's SQL within the limits of [`query`]; the [`ledger`] says what became of every row, and
//! [`figures`] what a night is held against. Out: tables whose columns
//! [`schema`] declares and fills are written ([`mod@write`]), the [`report`] is drawn, and [`publish`] makes the night
//! visible with its [`manifest`], its [`workbook`] and its lists ([`audiences`]), for whom [`access`] says; customers who are to be [`forgotten`], named
//! as [`persons`] reads them, are taken out again by [`mod@erase`]. [`read`],
//! [`placements`] and [`peek`] look at published tables and at files nobody has described yet.

pub mod access;
mod address;
pub mod assignments;
pub mod audiences;
mod chance;
mod closing;
pub mod contract;
pub mod contract_page;
pub mod erase;
pub mod figures;
pub mod forgotten;
mod headings;
pub mod intake;
pub mod last_night;
mod leaf_plan;
pub mod ledger;
pub(crate) mod names;
pub mod noise_key;
pub mod peek;
pub mod persons;
pub mod placements;
pub mod plain_file;
pub mod publish;
pub mod query;
pub mod read;
pub mod report;
pub mod schema;
pub mod source;
pub mod spec;
pub mod workbook;
pub mod write;

pub use publish::manifest;
