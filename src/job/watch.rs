//! What a run tells while it works: stages begin, move on and end. Showing it is the caller's affair.

use std::path::PathBuf;

use crate::job::error::JobError;

/// The stages of a night, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Sources to canonical tables to one row per customer.
    Read,
    /// Finding or fetching the model.
    Fit,
    /// What outcomes go with, from those who answered.
    Cross,
    /// Scores, need tiers and segments of every customer.
    Score,
    /// A challenger fitted beside the model in use, where drift asks for one.
    Challenge,
    /// Segments described.
    Profile,
    /// Tables, report and plans written.
    Write,
    /// The night made visible.
    Publish,
}

impl Stage {
    /// One word for a line of progress.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Fit => "fit",
            Self::Cross => "drivers",
            Self::Score => "score",
            Self::Challenge => "challenge",
            Self::Profile => "profile",
            Self::Write => "write",
            Self::Publish => "publish",
        }
    }
}

/// Somebody who watches a run.
pub trait Watch: Sync {
    /// A stage begins.
    fn begin(&self, stage: Stage);
    /// A stage has come this far; `total` where it is known.
    fn progress(&self, stage: Stage, done: u64, total: Option<u64>);
    /// A stage has ended well; `result` says in a few words with what.
    fn end(&self, stage: Stage, result: &str);
    /// Something a person should know, though the run goes on.
    fn warn(&self, _text: &str) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn begin(&self, _: Stage) {}
    fn progress(&self, _: Stage, _: u64, _: Option<u64>) {}
    fn end(&self, _: Stage, _: &str) {}
}

/// What a stage leaves behind, in a few words for a line of progress.
pub(super) trait Words {
    /// The words.
    fn words(&self) -> String;
}

impl Words for PathBuf {
    fn words(&self) -> String {
        self.display().to_string()
    }
}

/// Runs one stage and tells the watcher of its beginning and, if all went well, of its end.
pub(super) fn stage<T: Words>(
    watch: &dyn Watch,
    stage: Stage,
    work: impl FnOnce() -> Result<T, JobError>,
) -> Result<T, JobError> {
    watch.begin(stage);
    let result = work()?;
    watch.end(stage, &result.words());
    Ok(result)
}
