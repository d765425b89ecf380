//! What is known of customers before they are scored: their rows, what they did, what earlier nights said.

use crate::job::error::JobError;
use crate::job::experiments::experiments;
use crate::job::lots;
use crate::job::pass::BlockSource;
use crate::job::tonight::Tonight;
use crate::model::effect::{EffectGroup, Enrollment, Experiments};
use crate::model::rows::{CustomerBlock, History, LastNight, SegmentNames, Vocabulary};
use crate::tables::assignments::{AssignmentRow, AssignmentsReader};
use crate::tables::intake::{Blocks, Histories};
use crate::tables::last_night::LastNightReader;

/// A customer of the night before who is absent tonight.
pub(super) type Gone = (String, LastNight);

/// A block of customers with all that is known of them.
pub(super) struct Rows {
    pub(super) block: CustomerBlock,
    pub(super) histories: Vec<History>,
    /// What the ledger says of each.
    pub(super) enrolled: Vec<Vec<Enrollment>>,
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
    ledger: Ledger,
}

/// The ledger of assignments, read along the customers.
struct Ledger {
    reader: Option<AssignmentsReader>,
    experiments: Experiments,
    names: SegmentNames,
    epoch: String,
    today: i32,
}

impl<'a> Reader<'a> {
    pub(super) fn open(tonight: &'a Tonight<'_>) -> Result<Self, JobError> {
        let Tonight { project, intake, earlier, .. } = tonight;
        Ok(Self {
            blocks: intake.blocks()?,
            histories: intake.histories(project.history_wish(intake))?,
            last: earlier.customers(earlier.before)?,
            long_ago: earlier.customers(earlier.long_ago)?,
            ledger: Ledger::open(tonight)?,
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

impl Ledger {
    fn open(tonight: &Tonight<'_>) -> Result<Self, JobError> {
        let Tonight { project, earlier, .. } = tonight;
        Ok(Self {
            reader: AssignmentsReader::open(&project.out())?,
            experiments: experiments(tonight),
            names: earlier.names.clone(),
            epoch: lots::lottery(tonight).epoch(),
            today: project.today(),
        })
    }

    /// Lots of a customer that fell on earlier nights, with the salt in use.
    fn of(&mut self, id: &str) -> Result<Vec<Enrollment>, JobError> {
        let Some(reader) = &mut self.reader else { return Ok(Vec::new()) };
        let rows = reader.of(id, |_| Ok(()))?;
        let counts = |row: &AssignmentRow| row.assigned_at < self.today && row.epoch == self.epoch;
        let enrollment = |row: AssignmentRow| {
            let segment = self.names.place(&row.segment_id).map(EffectGroup::Segment);
            let neutral = (row.segment_id == "NONE").then_some(EffectGroup::Neutral);
            Some(Enrollment {
                play: self.experiments.place(&row.play_id)?,
                group: segment.or(neutral).unwrap_or(EffectGroup::Unknown),
                arm: row.arm,
                share: row.control_share,
                assigned: row.assigned_at,
            })
        };
        Ok(rows.into_iter().filter(counts).filter_map(enrollment).collect())
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
        let enrolled = block.ids.iter().map(|id| self.ledger.of(id)).collect::<Result<_, _>>()?;
        Ok(Some(Rows { histories: self.histories.of(&block.ids)?, block, enrolled, last, long_ago, gone }))
    }

    fn shared(&self) -> &Vocabulary {
        self.histories.words()
    }
}
