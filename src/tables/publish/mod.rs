//! A night becomes visible whole or not at all.
//!
//! Everything is written into `out/.staging/<date>` and forced to the disk, the manifest last; one rename makes it
//! `out/runs/<date>`. Readers of `runs/` therefore never meet half a night, and a crash at any point leaves the last
//! night as it was: the next run finds the leftovers under `.staging` and clears them, by the mark of ours that they carry.
//! A night made again changes places with the old one in one step, so its date is never missing. `out/latest` is a
//! convenience that is replaced in one step as well. A night that a gate holds back lies in `out/held/<date>`, whole, and
//! is no history. One process at a time holds the lock of an output folder; the kernel frees it when the process ends,
//! however it ends, so there is never a stale lock to remove. The [`manifest`] says what a night was made of and what it
//! holds; seals tell whether it, the models and the ledger are still what was written.

mod error;
mod files;
mod folders;
mod identity;
mod lock;
pub mod manifest;
mod nights;
mod prune;
mod renew;
mod seals;
mod staging;
#[cfg(test)]
mod tests;
mod work;

pub use error::PublishError;
pub use files::{half_written, write_private, write_whole};
pub use folders::set_aside_nights;
pub use identity::{IDENTITY_NAME, identify, output_identity};
pub use lock::OutputLock;
pub use nights::{
    LATEST, NO_MANIFEST, Nights, Stray, existing_manifest, held_folder, held_nights, is_published, latest_night,
    pointed_at, published_nights, run_folder, strays,
};
pub use prune::{Pruned, clear_leftovers, prune, remove_night, settle};
pub use renew::renew;
pub use seals::{
    BrokenSeal, LEDGER_NAME, SEALS_NAME, accept as accept_seals, broken_seals, sealed_lines, tidy as tidy_seals,
    write_sealed,
};
pub use staging::Staging;
pub use work::{WORK_LAYOUT, WORK_MARK, WorkFolder, clear_dead, clear_work, leave_nothing};
