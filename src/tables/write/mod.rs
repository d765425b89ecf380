//! How rows leave: Parquet files that are the same bytes for the same rows.
//!
//! Rows are encoded in chunks of [`CHUNK_ROWS`] and closed into row groups of [`ROW_GROUP_ROWS`], whatever the size of
//! the batches that arrive, and columns are encoded side by side without ever sharing state. So neither batches nor
//! threads leave a trace in a file. Nothing in a file names a clock, a host or a path.

mod customers;
mod element_scores;
mod error;
mod file;
mod held_customers;
mod layout;
mod lists;
mod moves;
mod open_matters;
mod order;
mod rejected;
mod rows;
mod table_file;

#[cfg(test)]
pub(in crate::tables) mod fixture;
#[cfg(test)]
mod round_trip;

pub use customers::CustomersWriter;
pub use element_scores::ElementScoresWriter;
pub use error::WriteError;
pub(in crate::tables) use error::not_written;
pub use file::{OutputFile, WrittenFile};
pub use held_customers::{HeldCustomers, KeptCustomer};
pub use layout::{CHUNK_ROWS, ROW_GROUP_ROWS, TableMeta};
pub use lists::ListTables;
pub use moves::MovesWriter;
pub use open_matters::OpenMattersWriter;
pub use rows::write_rows;
