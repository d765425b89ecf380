//! The contract of every output table as data: which columns, of which type, in which order, and what each one means.
//!
//! Readers glob the same table over many nights, so within one [`SCHEMA_VERSION`] nothing is added, removed, renamed,
//! retyped or reordered. That is why columns and tables of lenses that are not computed yet stand here already: their
//! columns are null and their tables have no rows. `data/schema/tables.md` is made from this module and compared with
//! it by a test, so the page people read cannot drift from the files.

mod column;
mod customer_tables;
mod markdown;
mod night_tables;
mod plan_tables;
mod segment_tables;
mod table;

pub use column::{Column, ColumnType};
pub use markdown::tables_markdown;
pub use table::TableId;

/// Version of all table layouts together. Raised whenever any column of any table changes.
pub const SCHEMA_VERSION: &str = "1";
