//! The lots of a night: who of those next for a play goes without, and the ledger that remembers it.

use std::collections::BTreeSet;

use crate::catalogue::Catalogue;
use crate::job::error::JobError;
use crate::job::tonight::Tonight;
use crate::model::effect::Lottery;
use crate::model::plan::{KnownArm, NextPlays, NextStep, NightDraw, PlanSet};
use crate::tables::assignments::{AssignmentRow, AssignmentsReader, AssignmentsWriter, ReleaseReason};
use crate::tables::forgotten::Forgotten;
use crate::tables::publish::{OutputLock, Staging};
use crate::tables::write::{HeldCustomers, KeptCustomer, WriteError};

/// Segment of whoever has none.
const NOBODY: &str = "NONE";

/// The lots of a night, drawn customer by customer in order of id.
struct NightLots<'a> {
    draw: NightDraw<'a>,
    reader: Option<AssignmentsReader>,
    book: Book<'a>,
}

/// The ledger as it will be.
struct Book<'a> {
    /// `None` = the night leaves nothing behind.
    writer: Option<AssignmentsWriter>,
    /// Ids of the segments of the model.
    segments: Vec<String>,
    forgotten: &'a Forgotten,
    /// Plays that are off, with the segment.
    off: BTreeSet<(String, String)>,
    today: i32,
    epoch: String,
}

impl<'a> NightLots<'a> {
    fn begin(of: &LotsOf<'a>, draw: NightDraw<'a>) -> Result<Self, JobError> {
        let LotsOf { tonight, plans, forgotten, keeps, .. } = *of;
        let off = plans
            .all()
            .flat_map(|plan| plan.retired.iter().map(|line| (line.play_id.clone(), plan.segment_id.clone())));
        let book = Book {
            writer: keeps.map(AssignmentsWriter::create).transpose()?,
            segments: tonight.model().segments().iter().map(|segment| segment.id.clone()).collect(),
            forgotten,
            off: off.collect(),
            today: tonight.project.today(),
            epoch: draw.lottery.epoch(),
        };
        Ok(Self { reader: AssignmentsReader::open(&tonight.project.out())?, draw, book })
    }

    /// What a customer is next for.
    fn next(&mut self, customer: &KeptCustomer) -> Result<NextStep, JobError> {
        let Self { draw, reader, book } = self;
        let own = match reader {
            Some(reader) => reader.of(&customer.id, |row| book.gone(row))?,
            None => Vec::new(),
        };
        let own: Vec<AssignmentRow> = own.into_iter().filter(|row| row.assigned_at < book.today).collect();
        let of_epoch = own.iter().filter(|row| row.epoch == book.epoch);
        let known: Vec<KnownArm> = of_epoch.map(|row| KnownArm { play: row.play_id.clone(), arm: row.arm }).collect();
        let household = customer.household.map(u64::to_le_bytes);
        let whose = household.as_ref().map_or(customer.id.as_bytes(), |household| household.as_slice());
        let (step, fresh) = draw.step(&customer.prospect, whose, &known);
        if book.writer.is_some() {
            let place = customer.prospect.segment.map(usize::from);
            let segment = place.and_then(|place| book.segments.get(place)).map_or(NOBODY, String::as_str).to_owned();
            let drawn = fresh.into_iter().map(|fresh| AssignmentRow {
                customer_id: customer.id.clone(),
                play_id: fresh.play,
                segment_id: segment.clone(),
                arm: fresh.arm,
                control_share: fresh.share,
                assigned_at: book.today,
                epoch: book.epoch.clone(),
                released: None,
            });
            let drawn: Vec<AssignmentRow> = drawn.collect();
            // Drawn again with another salt: the new lot takes the place of the old one.
            let kept = own.into_iter().filter(|row| !drawn.iter().any(|new| new.play_id == row.play_id));
            let mut rows: Vec<AssignmentRow> =
                kept.filter_map(|row| book.stays(row, customer.prospect.suppressed)).collect();
            rows.extend(drawn);
            rows.sort_by(|a, b| a.play_id.cmp(&b.play_id));
            rows.into_iter().try_for_each(|row| book.push(row))?;
        }
        Ok(step)
    }

    /// Takes over what is left of the ledger, and gives the one that is to take its place.
    fn finish(self) -> Result<Option<AssignmentsWriter>, JobError> {
        let Self { reader, mut book, .. } = self;
        if let Some(reader) = reader {
            reader.rest(|row| book.gone(row))?;
        }
        Ok(book.writer)
    }
}

impl Book<'_> {
    /// A row of somebody who is no customer tonight.
    fn gone(&mut self, row: AssignmentRow) -> Result<(), WriteError> {
        if row.assigned_at >= self.today || self.forgotten.contains(&row.customer_id) {
            return Ok(());
        }
        match row.on(self.today, Some(ReleaseReason::Gone)) {
            Some(row) => self.push(row),
            None => Ok(()),
        }
    }

    /// A row of a customer of tonight.
    fn stays(&self, row: AssignmentRow, suppressed: bool) -> Option<AssignmentRow> {
        let reason = match () {
            () if suppressed => Some(ReleaseReason::Withdrawn),
            () if row.epoch != self.epoch => Some(ReleaseReason::Epoch),
            () if self.off.contains(&(row.play_id.clone(), row.segment_id.clone())) => Some(ReleaseReason::Stopped),
            () => None,
        };
        row.on(self.today, reason)
    }

    fn push(&mut self, row: AssignmentRow) -> Result<(), WriteError> {
        self.writer.as_mut().map_or(Ok(()), |writer| writer.push(row))
    }
}

/// The lottery of a project.
pub(super) fn lottery(tonight: &Tonight<'_>) -> Lottery {
    Lottery::new(&tonight.project.settings().holdout.salt)
}

/// What the lots of a night are drawn from.
pub(super) struct LotsOf<'a> {
    pub(super) tonight: &'a Tonight<'a>,
    pub(super) plans: &'a PlanSet,
    pub(super) catalogue: &'a Catalogue,
    pub(super) forgotten: &'a Forgotten,
    /// Where they are remembered; `None` = the night leaves nothing behind.
    pub(super) keeps: Option<&'a OutputLock>,
}

impl LotsOf<'_> {
    /// Completes the table of customers with what everybody is next for, the lot taken into account. Gives the ledger that is to
    /// take the place of the old one once the night is published.
    pub(super) fn draw(
        &self,
        customers: HeldCustomers,
        staging: &mut Staging<'_>,
    ) -> Result<Option<AssignmentsWriter>, JobError> {
        let (plays, lottery) = (NextPlays::of(self.plans, self.catalogue), lottery(self.tonight));
        let holdout_share = self.tonight.project.settings().holdout.share;
        let draw = NightDraw { plays: &plays, lottery: &lottery, holdout_share };
        let mut lots = NightLots::begin(self, draw)?;
        let folder = staging.folder().to_owned();
        let done = customers.complete(&folder, plays.plays(), |customer| lots.next(customer))?;
        staging.announce(done);
        lots.finish()
    }
}
