//! A night becomes visible whole or not at all.
//!
//! Everything is written into `out/.staging/<date>` and forced to the disk, the manifest last; one rename makes it
//! `out/runs/<date>`. Readers of `runs/` therefore never meet half a night, and a crash at any point leaves the last
//! night as it was: the next run finds the leftovers under `.staging` and clears them. A night made again changes places
//! with the old one in one step, so its date is never missing. `out/latest` is a convenience that is replaced in one step
//! as well. A night that a gate holds back lies in `out/held/<date>`, whole, and is no history. One process at a time
//! holds the lock of an output folder; the kernel frees it when the process ends, however it ends, so there is never a
//! stale lock to remove. The [`manifest`] says what a night was made of and what it holds.

mod error;
mod folders;
mod identity;
mod lock;
pub mod manifest;
mod nights;
mod prune;
mod staging;
#[cfg(test)]
mod tests;

pub use error::PublishError;
pub use identity::{IDENTITY_NAME, identify, output_identity};
pub use lock::OutputLock;
pub use nights::{existing_manifest, held_folder, held_nights, is_published, published_nights, run_folder};
pub use prune::{clear_leftovers, prune, settle};
pub use staging::Staging;
