//! A customer as lists see them: what the night says, what the sources say of addresses and consents, side by side.

use std::path::{Path, PathBuf};

use datafusion::arrow::array::{Array, AsArray, BooleanArray, Date32Array, Int32Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Date32Type, Int32Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use super::error::AudienceError;
use super::kept_out::{KeptOut, KeptOutReader};
use crate::tables::intake::{Contact, ContactReader, IntakeError};
use crate::tables::read::{damaged, open};

/// Columns of `customers` that are read.
const COLUMNS: [&str; 11] = [
    "customer_id",
    "segment_id",
    "previous_segment_id",
    "suppressed_reason",
    "relationship_level",
    "next_element",
    "next_play",
    "next_play_reason",
    "assigned_since",
    "arc_stage",
    "holdout",
];
/// Of these, the texts.
const TEXTS: usize = 8;

/// Words of `next_play_reason` for whom a campaign is next.
const CAMPAIGN: [&str; 3] = ["own_element", "story", "first"];

/// What the night says of a customer.
#[derive(Clone, Debug, Default)]
pub(super) struct NightWords {
    pub(super) segment: Option<String>,
    pub(super) previous: Option<String>,
    pub(super) suppressed: Option<String>,
    pub(super) level: Option<String>,
    pub(super) next_element: Option<String>,
    /// The campaign that is next; `None` = none is.
    pub(super) campaign: Option<String>,
    /// The campaign that would be next, and that the customer goes without by lot.
    pub(super) kept_from: Option<String>,
    pub(super) since: Option<i32>,
    pub(super) stage: Option<i32>,
    pub(super) held_out: bool,
}

/// A customer.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) contact: Contact,
    pub(super) night: NightWords,
}

/// The customers of a night, in order of id, a block at a time.
pub(super) struct Candidates<'a> {
    contacts: Box<dyn Iterator<Item = Result<Vec<Contact>, IntakeError>> + 'a>,
    customers: ParquetRecordBatchReader,
    path: PathBuf,
    kept_out: Option<KeptOutReader<'a>>,
    /// Words of the rows read and not yet handed out, the next one last.
    waiting: Vec<(String, NightWords)>,
}

impl<'a> Candidates<'a> {
    /// Opens both; `customers` is the table of the night. `kept_out`: who goes without which play.
    pub(super) fn open(
        contacts: &'a ContactReader<'a>,
        customers: &Path,
        kept_out: Option<&'a KeptOut>,
    ) -> Result<Self, AudienceError> {
        let builder = open(customers)?;
        let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        let reader = builder.with_projection(mask).build().map_err(|source| damaged(customers, source))?;
        let contacts = Box::new(contacts.customers()?);
        let kept_out = kept_out.map(KeptOut::read).transpose()?;
        Ok(Self { contacts, customers: reader, path: customers.to_owned(), kept_out, waiting: Vec::new() })
    }

    /// The next block; `None` = there is no more.
    pub(super) fn next_block(&mut self) -> Result<Option<Vec<Candidate>>, AudienceError> {
        let Some(contacts) = self.contacts.next().transpose()? else { return Ok(None) };
        let mut block = Vec::with_capacity(contacts.len());
        for contact in contacts {
            let (id, mut night) = self.next_words()?;
            night.kept_from = self.kept_out.as_mut().map_or(Ok(None), KeptOutReader::next)?;
            if id != contact.id {
                return Err(self.torn());
            }
            block.push(Candidate { contact, night });
        }
        Ok(Some(block))
    }

    fn next_words(&mut self) -> Result<(String, NightWords), AudienceError> {
        loop {
            if let Some(words) = self.waiting.pop() {
                return Ok(words);
            }
            let batch = self.customers.next().ok_or_else(|| self.torn())?;
            let batch = batch.map_err(|source| damaged(&self.path, source))?;
            self.waiting = words_of(&batch).ok_or_else(|| self.torn())?;
            self.waiting.reverse();
        }
    }

    /// INVARIANT: the table was written from the same rows, so this is damage on the disk.
    fn torn(&self) -> AudienceError {
        damaged(&self.path, std::io::Error::from(std::io::ErrorKind::InvalidData)).into()
    }
}

fn words_of(batch: &RecordBatch) -> Option<Vec<(String, NightWords)>> {
    let text = |name: &str| -> Option<StringArray> {
        Some(cast(batch.column_by_name(name)?, &DataType::Utf8).ok()?.as_string::<i32>().clone())
    };
    let texts: Vec<StringArray> = COLUMNS[..TEXTS].iter().map(|name| text(name)).collect::<Option<_>>()?;
    let since: &Date32Array = batch.column_by_name("assigned_since")?.as_primitive_opt::<Date32Type>()?;
    let stage: &Int32Array = batch.column_by_name("arc_stage")?.as_primitive_opt::<Int32Type>()?;
    let held_out: &BooleanArray = batch.column_by_name("holdout")?.as_boolean_opt()?;
    let cell = |column: usize, row: usize| {
        let texts = &texts[column];
        texts.is_valid(row).then(|| texts.value(row).to_owned())
    };
    let words = |row: usize| {
        let campaign = cell(7, row).is_some_and(|reason| CAMPAIGN.contains(&reason.as_str()));
        let night = NightWords {
            segment: cell(1, row),
            previous: cell(2, row),
            suppressed: cell(3, row),
            level: cell(4, row),
            next_element: cell(5, row),
            campaign: cell(6, row).filter(|_| campaign),
            kept_from: None,
            since: since.is_valid(row).then(|| since.value(row)),
            stage: stage.is_valid(row).then(|| stage.value(row)),
            held_out: held_out.value(row),
        };
        (texts[0].value(row).to_owned(), night)
    };
    Some((0..batch.num_rows()).map(words).collect())
}
