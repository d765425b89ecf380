//! The tables with a row per customer, written while customers are scored.

use std::path::Path;

use crate::job::earlier_nights::EarlierNights;
use crate::job::error::JobError;
use crate::job::project::Project;
use crate::model::customer::continuity::Continuity;
use crate::model::fit::Model;
use crate::tables::publish::Staging;
use crate::tables::schema::{CustomerLabels, MoveRow};
use crate::tables::write::{
    CustomersWriter, ElementScoresWriter, HeldCustomers, MovesWriter, OpenMattersWriter, TableMeta,
};

use super::Block;
use super::rows::{Gone, Rows};

/// Writers of the tables.
pub(super) struct Tables {
    customers: CustomersWriter,
    scores: ElementScoresWriter,
    moves: MovesWriter,
    open: OpenMattersWriter,
}

impl Tables {
    pub(super) fn create(
        project: &Project,
        model: &Model,
        past: &EarlierNights,
        staging: &Staging<'_>,
        work: &Path,
    ) -> Result<Self, JobError> {
        let meta = TableMeta { run_date: project.as_of(), model_id: model.id().to_owned() };
        let indicators: Vec<String> = model.indicators().iter().map(|indicator| indicator.slug()).collect();
        let masked = project.masked_ratings();
        let labels = CustomerLabels { segments: past.names.ids(), indicators: &indicators, masked };
        Ok(Self {
            customers: CustomersWriter::new(work, &meta, &labels)?,
            open: OpenMattersWriter::new(staging.folder(), &meta, project.catalogue())?,
            scores: ElementScoresWriter::new(staging.folder(), &meta, masked)?,
            moves: MovesWriter::new(staging.folder(), &meta, &past.names)?,
        })
    }

    pub(super) fn write(&mut self, rows: &Rows, block: &Block, continuity: &Continuity) -> Result<(), JobError> {
        self.customers.write(&rows.block, &block.scored, &block.nights, &block.prospects)?;
        for (row, matters) in &block.open {
            self.open.push(&rows.block.ids[*row], matters.clone())?;
        }
        self.scores.write(&rows.block, &block.scored)?;
        let stays = rows.block.ids.iter().zip(&block.nights).map(|(id, night)| (id, night.stay));
        let moved = stays.filter_map(|(id, stay)| {
            Some(MoveRow { customer_id: id.clone(), moved: stay.moved?, nights_pending: stay.pending.map(|p| p.1) })
        });
        let mut all: Vec<MoveRow> = moved.chain(rows.gone.iter().filter_map(|gone| left(gone, continuity))).collect();
        all.sort_by(|a, b| a.customer_id.cmp(&b.customer_id));
        all.into_iter().try_for_each(|row| self.moves.push(row))?;
        Ok(())
    }

    /// Those whom no block of tonight comes after.
    pub(super) fn write_gone(&mut self, gone: &[Gone], continuity: &Continuity) -> Result<(), JobError> {
        gone.iter().filter_map(|gone| left(gone, continuity)).try_for_each(|row| self.moves.push(row))?;
        Ok(())
    }

    /// Closes all of them but that of customers, which waits for the plans.
    pub(super) fn finish(self, staging: &mut Staging<'_>) -> Result<HeldCustomers, JobError> {
        staging.announce(self.scores.finish()?);
        staging.announce(self.moves.finish()?);
        staging.announce(self.open.finish()?);
        Ok(self.customers.finish()?)
    }
}

fn left((id, last): &Gone, continuity: &Continuity) -> Option<MoveRow> {
    Some(MoveRow { customer_id: id.clone(), moved: continuity.gone(last)?, nights_pending: None })
}
