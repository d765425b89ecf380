//! The tables with a row per customer, written while customers are scored.

use crate::job::earlier_nights::EarlierNights;
use crate::job::error::JobError;
use crate::job::project::Project;
use crate::model::customer::continuity::Continuity;
use crate::model::fit::Model;
use crate::model::rows::Moved;
use crate::tables::publish::Staging;
use crate::tables::write::{CustomerLabels, CustomersWriter, ElementScoresWriter, MovesWriter, TableMeta};

use super::Block;
use super::rows::{Gone, Rows};

/// Writers of the tables.
pub(super) struct Tables {
    customers: CustomersWriter,
    scores: ElementScoresWriter,
    moves: MovesWriter,
}

impl Tables {
    pub(super) fn create(
        project: &Project,
        model: &Model,
        past: &EarlierNights,
        staging: &Staging<'_>,
    ) -> Result<Self, JobError> {
        let meta = TableMeta { run_date: project.as_of(), model_id: model.id().to_owned() };
        let indicators: Vec<String> = model.indicators().iter().map(|indicator| indicator.slug()).collect();
        let masked = project.masked_ratings();
        let labels = CustomerLabels { segments: past.names.ids(), indicators: &indicators, masked };
        Ok(Self {
            customers: CustomersWriter::new(staging.folder(), &meta, &labels)?,
            scores: ElementScoresWriter::new(staging.folder(), &meta, masked)?,
            moves: MovesWriter::new(staging.folder(), &meta, &past.names)?,
        })
    }

    pub(super) fn write(&mut self, rows: &Rows, block: &Block, continuity: &Continuity) -> Result<(), JobError> {
        self.customers.write(&rows.block, &block.scored, &block.nights)?;
        self.scores.write(&rows.block, &block.scored)?;
        let stays = rows.block.ids.iter().zip(&block.nights).map(|(id, night)| (id, night.stay));
        let moved = stays.filter_map(|(id, stay)| Some((id.as_str(), stay.moved?, stay.pending.map(|p| p.1))));
        let gone = rows.gone.iter().filter_map(|gone| left(gone, continuity));
        let mut all: Vec<(&str, Moved, Option<u32>)> = moved.chain(gone).collect();
        all.sort_by_key(|row| row.0);
        all.into_iter().try_for_each(|(id, moved, pending)| self.moves.push(id, moved, pending))?;
        Ok(())
    }

    /// Those whom no block of tonight comes after.
    pub(super) fn write_gone(&mut self, gone: &[Gone], continuity: &Continuity) -> Result<(), JobError> {
        for (id, moved, pending) in gone.iter().filter_map(|gone| left(gone, continuity)) {
            self.moves.push(id, moved, pending)?;
        }
        Ok(())
    }

    pub(super) fn finish(self, staging: &mut Staging<'_>) -> Result<(), JobError> {
        staging.announce(self.customers.finish()?);
        staging.announce(self.scores.finish()?);
        staging.announce(self.moves.finish()?);
        Ok(())
    }
}

fn left<'g>((id, last): &'g Gone, continuity: &Continuity) -> Option<(&'g str, Moved, Option<u32>)> {
    Some((id.as_str(), continuity.gone(last)?, None))
}
