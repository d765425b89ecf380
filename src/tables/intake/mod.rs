//! From raw sources to one row per customer.
//!
//! sources → (SQL) → canonical tables, checked, rejects kept → (SQL) → one row per customer, in order of id, in blocks.
//!
//! A row is judged where it is read (`check`), sorted together with its kind on disk if need be (`plan`), made unique
//! or folded to one row per customer while it streams by (`unique`, `fold`), and written to scratch. Sums over events
//! are SQL, joins are merges of sorted tables (`rows`). Nothing grows with the number of customers but files on scratch.

mod answers;
mod base;
mod bind;
mod blanks;
mod blocks;
mod buyers;
mod cast;
mod cells;
mod check;
mod clock;
mod contacts;
mod coverage;
mod crowd;
mod cursor;
mod date_format;
mod dates;
mod dirty;
mod doubts;
mod engine;
mod error;
mod evidence;
mod exact_sum;
mod excluded;
mod figures;
mod fold;
mod guard;
mod hear;
mod hindrances;
mod histories;
mod households;
mod ids;
mod iso;
mod items;
mod lines;
mod look;
mod mapping;
mod money;
mod notes;
mod orphans;
mod pace;
mod places;
mod plan;
mod prepare;
mod ranges;
mod rejects;
mod rivals;
mod rows;
mod run;
mod scale;
mod scratch;
mod signals;
mod spellings;
mod stage;
mod tally;
#[cfg(test)]
mod tests;
mod times;
mod unique;
mod way;
mod weights;
mod wish;

pub use blocks::Blocks;
pub use buyers::BuyerSpread;
pub use contacts::{Contact, ContactReader, OutsiderContact};
pub use coverage::{Coverage, OrphanCount};
pub use dirty::DirtyCell;
pub use error::IntakeError;
pub use hindrances::{Hindrance, Hindrances};
pub use histories::Histories;
pub(in crate::tables) use ids::{IdReading, ids, in_form};
pub use look::{Look, SourceLook, TableLook, look};
pub use pace::{OrderPace, PACE_WEEKS};
pub use prepare::{IntakeRequest, ReadFile, check_tables};
pub use run::{Intake, run};
pub use signals::MissingSignal;
pub use wish::{HistoryWish, KindWords, ServiceWords};
