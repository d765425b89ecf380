//! What is known of customers before they are scored: their rows, what they did, what earlier nights said.

use crate::job::error::JobError;
use crate::job::past::Past;
use crate::job::project::Project;
use crate::model::rows::{CustomerBlock, History, LastNight, Vocabulary};
use crate::tables::intake::{Blocks, Histories, Intake};
use crate::tables::last_night::LastNightReader;

/// A customer of the night before whom tonight's inputs do not hold.
pub(super) type Gone = (String, LastNight);

/// A block of customers with all that is known of them.
pub(super) struct Rows {
    pub(super) block: CustomerBlock,
    pub(super) histories: Vec<History>,
    last: Vec<Option<LastNight>>,
    long_ago: Vec<Option<LastNight>>,
    /// Those gone who come before the end of this block, in order of id.
    pub(super) gone: Vec<Gone>,
}

impl Rows {
    /// What the night before said; `None` = nothing, or there was none.
    pub(super) fn last(&self, row: usize) -> Option<&LastNight> {
        self.last.get(row)?.as_ref()
    }

    /// The same of 30 nights ago.
    pub(super) fn long_ago(&self, row: usize) -> Option<&LastNight> {
        self.long_ago.get(row)?.as_ref()
    }
}

/// Reads all of it side by side, in order of customer.
pub(super) struct Reader<'a> {
    blocks: Blocks<'a>,
    histories: Histories,
    last: Option<LastNightReader>,
    long_ago: Option<LastNightReader>,
}

impl<'a> Reader<'a> {
    pub(super) fn open(project: &Project, intake: &'a Intake, past: &Past) -> Result<Self, JobError> {
        Ok(Self {
            blocks: intake.blocks()?,
            histories: intake.histories(project.kind_words())?,
            last: past.last_night()?,
            long_ago: past.long_ago()?,
        })
    }

    /// Names met so far.
    pub(super) fn words(&self) -> &Vocabulary {
        self.histories.words()
    }

    /// The next blocks, at most `n`; none at the end.
    pub(super) fn next(&mut self, n: usize) -> Result<Vec<Rows>, JobError> {
        let mut batch = Vec::with_capacity(n);
        while batch.len() < n {
            let Some(block) = self.blocks.next() else { break };
            let block = block?;
            let mut gone = Vec::new();
            let last = match &mut self.last {
                Some(reader) => reader.of(&block.ids, |id, last| gone.push((id.to_owned(), last)))?,
                None => Vec::new(),
            };
            let long_ago = match &mut self.long_ago {
                Some(reader) => reader.of(&block.ids, |_, _| {})?,
                None => Vec::new(),
            };
            batch.push(Rows { histories: self.histories.of(&block.ids)?, block, last, long_ago, gone });
        }
        Ok(batch)
    }

    /// Customers of the night before who come after the last of tonight.
    pub(super) fn rest(self) -> Result<Vec<Gone>, JobError> {
        let mut gone = Vec::new();
        if let Some(reader) = self.last {
            reader.rest(|id, last| gone.push((id.to_owned(), last)))?;
        }
        Ok(gone)
    }
}
