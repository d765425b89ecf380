//! What is known of customers before they are scored: their rows, what they did, what earlier nights said.

use crate::job::error::JobError;
use crate::job::pass::BlockSource;
use crate::job::tonight::Tonight;
use crate::model::rows::{CustomerBlock, History, LastNight, Vocabulary};
use crate::tables::intake::{Blocks, Histories};
use crate::tables::last_night::LastNightReader;

/// A customer of the night before who is absent tonight.
pub(super) type Gone = (String, LastNight);

/// A block of customers with all that is known of them.
pub(super) struct Rows {
    pub(super) block: CustomerBlock,
    pub(super) histories: Vec<History>,
    last: Vec<Option<LastNight>>,
    long_ago: Vec<Option<LastNight>>,
    /// Those absent tonight who come before the end of this block, in order of id.
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
    pub(super) fn open(tonight: &'a Tonight<'_>) -> Result<Self, JobError> {
        let Tonight { project, intake, earlier, .. } = tonight;
        Ok(Self {
            blocks: intake.blocks()?,
            histories: intake.histories(project.history_wish(intake))?,
            last: earlier.customers(earlier.before)?,
            long_ago: earlier.customers(earlier.long_ago)?,
        })
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

impl BlockSource for Reader<'_> {
    type Block = Rows;
    /// Names met so far.
    type Shared = Vocabulary;

    fn next_block(&mut self) -> Result<Option<Rows>, JobError> {
        let Some(block) = self.blocks.next_block()? else { return Ok(None) };
        let mut gone = Vec::new();
        let last = match &mut self.last {
            Some(reader) => reader.of(&block.ids, |id, last| gone.push((id.to_owned(), last)))?,
            None => Vec::new(),
        };
        let long_ago = match &mut self.long_ago {
            Some(reader) => reader.of(&block.ids, |_, _| {})?,
            None => Vec::new(),
        };
        Ok(Some(Rows { histories: self.histories.of(&block.ids)?, block, last, long_ago, gone }))
    }

    fn shared(&self) -> &Vocabulary {
        self.histories.words()
    }
}
