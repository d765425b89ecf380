//! How rows leave: Parquet files that are the same bytes for the same rows.
//!
//! Rows are encoded in chunks of [`CHUNK_ROWS`] and closed into row groups of [`ROW_GROUP_ROWS`], whatever the size of
//! the batches that arrive, and columns are encoded side by side without ever sharing state. So neither batches nor
//! threads leave a trace in a file. Nothing in a file names a clock, a host or a path.

mod batch;
mod cell;
mod customers;
mod drift;
mod drivers;
mod element_scores;
mod error;
mod file;
mod flows;
mod layout;
mod moves;
mod night;
mod order;

mod plans;
mod profiles;
mod rejected;
mod relationship;
mod sensitive;
mod table_file;

#[cfg(test)]
pub(in crate::tables) mod fixture;
#[cfg(test)]
mod round_trip;

pub use batch::{Row, TableRows};
pub use cell::Cell;
pub use customers::{CustomerLabels, CustomersWriter};
pub use drift::drift_table;
pub use drivers::drivers_table;
pub use element_scores::ElementScoresWriter;
pub use error::WriteError;
pub(in crate::tables) use error::not_written;
pub use file::{OutputFile, WrittenFile};
pub use flows::{NOISE_STEPS, Whereabouts, arc_transitions_table, transitions_table};
pub use layout::{CHUNK_ROWS, ROW_GROUP_ROWS, TableMeta};
pub use moves::MovesWriter;
pub use night::{CandidateRow, QualityRow, candidates_table, quality_table};
pub use plans::plans_table;
pub use profiles::{EarlierSizes, segment_elements_table, segment_needs_table, segments_table};
pub use rejected::{RejectedRow, rejected_table};
pub use relationship::{regularities_table, relationship_table};
pub use sensitive::SensitivePolicy;
