//! The lots of a night: who of those next for a play goes without, and the ledger that remembers it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::catalogue::Catalogue;
use crate::job::error::JobError;
use crate::job::tonight::Tonight;
use crate::model::effect::{Lottery, PROGRAM};
use crate::model::plan::{DrawnStep, FreshArm, KnownArm, LotOwner, NextPlays, NextStep, NightDraw, PlanSet};
use crate::tables::assignments::{AssignmentRow, AssignmentsReader, AssignmentsWriter, ReleaseReason};
use crate::tables::audiences::{
    AddressFindings, AddressNote, AddressNotes, AudienceError, HashedColumn, KeptOut, KeptOutWriter, iso2,
    look_at_addresses,
};
use crate::tables::forgotten::Forgotten;
use crate::tables::intake::Contact;
use crate::tables::publish::{OutputLock, Staging};
use crate::tables::write::{HeldCustomers, KeptCustomer, WriteError};

/// Segment of whoever has none.
const NOBODY: &str = "NONE";

/// The lots of a night, drawn customer by customer in order of id.
struct NightLots<'a> {
    draw: NightDraw<'a>,
    reader: Option<AssignmentsReader>,
    book: Book<'a>,
    kept_out: KeptOutWriter,
    /// Who shares addresses with whom; `None` = no address is known.
    notes: Option<AddressNotes<'a>>,
    units: BTreeMap<u64, LotUnit>,
}

/// Customers whom one message reaches.
#[derive(Default)]
struct LotUnit {
    /// What their lots are drawn by.
    whose: Vec<u8>,
    /// Their arms.
    arms: Vec<FreshArm>,
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
    fn begin(
        of: &LotsOf<'a>,
        draw: NightDraw<'a>,
        found: Option<&'a AddressFindings>,
        units: BTreeMap<u64, LotUnit>,
    ) -> Result<Self, JobError> {
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
        let kept_out = KeptOutWriter::create(of.work)?;
        let notes = found.map(AddressFindings::notes).transpose()?;
        let reader = AssignmentsReader::open(&tonight.project.out())?;
        Ok(Self { draw, reader, book, kept_out, notes, units })
    }

    /// What a customer is next for.
    fn next(&mut self, customer: &KeptCustomer) -> Result<NextStep, JobError> {
        let Self { draw, reader, book, kept_out, notes, units } = self;
        let note = notes.as_mut().map_or(Ok(AddressNote::default()), AddressNotes::next_note)?;
        let own = match reader {
            Some(reader) => reader.of(&customer.id, |row| book.gone(row))?,
            None => Vec::new(),
        };
        let own: Vec<AssignmentRow> = own.into_iter().filter(|row| row.assigned_at < book.today).collect();
        let of_epoch = own.iter().filter(|row| row.epoch == book.epoch);
        let known: Vec<KnownArm> = of_epoch.map(|row| KnownArm { play: row.play_id.clone(), arm: row.arm }).collect();
        let household = customer.household.map(u64::to_le_bytes);
        let whose = household.as_ref().map_or(customer.id.as_bytes(), |household| household.as_slice());
        let unit = note.unit.map(|unit| {
            // The first of a unit comes first, and gives it its lots.
            let unit = units.entry(unit).or_default();
            if unit.whose.is_empty() {
                unit.whose = whose.to_vec();
            }
            unit
        });
        let owner = LotOwner {
            whose: unit.as_ref().map_or(whose, |unit| unit.whose.as_slice()),
            known: &known,
            mates: unit.as_ref().map_or(&[], |unit| unit.arms.as_slice()),
            with_others: note.with_others,
            closed: note.closed,
        };
        let DrawnStep { step, kept_from, fresh } = draw.step(&customer.prospect, &owner);
        if let Some(unit) = unit {
            unit.arms.extend(fresh.iter().filter(|arm| arm.play != PROGRAM).cloned());
        }
        kept_out.keep(kept_from)?;
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

    /// Takes over what is left of the ledger, and gives the one that is to take its place, and who goes without.
    fn finish(self) -> Result<(Option<AssignmentsWriter>, KeptOut), JobError> {
        let Self { reader, mut book, kept_out, draw, .. } = self;
        if let Some(reader) = reader {
            reader.rest(|row| book.gone(row))?;
        }
        Ok((book.writer, kept_out.finish(draw.plays.plays())?))
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

/// What the lots of a night leave behind.
pub(super) struct DrawnLots {
    /// The ledger that is to take the place of the old one once the night is published; `None` = the night leaves nothing.
    pub(super) assignments: Option<AssignmentsWriter>,
    /// Who goes without which play, for lists.
    pub(super) kept_out: KeptOut,
    /// What was found about addresses; `None` = no source tells any.
    pub(super) addresses: Option<AddressFindings>,
}

/// What the lots of a night are drawn from.
pub(super) struct LotsOf<'a> {
    pub(super) tonight: &'a Tonight<'a>,
    pub(super) plans: &'a PlanSet,
    pub(super) catalogue: &'a Catalogue,
    pub(super) forgotten: &'a Forgotten,
    /// A folder to work in.
    pub(super) work: &'a Path,
    /// Where they are remembered; `None` = the night leaves nothing behind.
    pub(super) keeps: Option<&'a OutputLock>,
}

/// Looks at the addresses of all customers, before lots fall; `None` = no source tells any.
fn addresses(
    tonight: &Tonight<'_>,
    customers: &HeldCustomers,
    work: &Path,
) -> Result<Option<AddressFindings>, JobError> {
    let Some(contacts) = tonight.intake.contacts() else { return Ok(None) };
    let home = tonight.project.settings().project.country.as_deref().and_then(iso2);
    let mut kept = customers.kept()?;
    let closed = |_: &Contact| -> Result<bool, AudienceError> {
        let prospect = kept()?.prospect;
        Ok(prospect.held_out || prospect.suppressed)
    };
    let found = look_at_addresses(&contacts, work, home.as_deref(), closed)?;
    // Whoever asked for lists must hear that none reaches anybody; to everybody else an alert says so.
    let wanted = tonight.project.settings().audiences.as_ref().is_some_and(|audiences| !audiences.is_empty());
    match found.hashed().first().filter(|_| wanted) {
        Some(&HashedColumn { column, given, hashed }) => Err(AudienceError::Hashed { column, hashed, given }.into()),
        None => Ok(Some(found)),
    }
}

impl LotsOf<'_> {
    /// Arms of earlier nights, of customers whom one message reaches: whoever is drawn tonight takes them, wherever in the order of
    /// ids they stand.
    fn units(
        &self,
        customers: &HeldCustomers,
        found: Option<&AddressFindings>,
    ) -> Result<BTreeMap<u64, LotUnit>, JobError> {
        let mut units: BTreeMap<u64, LotUnit> = BTreeMap::new();
        let ledger = AssignmentsReader::open(&self.tonight.project.out())?;
        let Some((found, mut ledger)) = found.zip(ledger) else { return Ok(units) };
        let (epoch, today) = (lottery(self.tonight).epoch(), self.tonight.project.today());
        let (mut notes, mut kept) = (found.notes()?, customers.kept()?);
        for _ in 0..self.tonight.intake.n_customers() {
            let (note, customer) = (notes.next_note()?, kept()?);
            let Some(unit) = note.unit else { continue };
            let rows = ledger.of(&customer.id, |_| Ok(()))?.into_iter();
            let counts = |row: &AssignmentRow| row.epoch == epoch && row.assigned_at < today && row.play_id != PROGRAM;
            let arms =
                rows.filter(counts).map(|row| FreshArm { play: row.play_id, arm: row.arm, share: row.control_share });
            units.entry(unit).or_default().arms.extend(arms);
        }
        Ok(units)
    }

    /// Completes the table of customers with what everybody is next for, the lot taken into account.
    pub(super) fn draw(&self, customers: HeldCustomers, staging: &mut Staging<'_>) -> Result<DrawnLots, JobError> {
        let (plays, lottery) = (NextPlays::of(self.plans, self.catalogue), lottery(self.tonight));
        let holdout_share = self.tonight.project.settings().holdout.share;
        let draw = NightDraw { plays: &plays, lottery: &lottery, holdout_share };
        let addresses = addresses(self.tonight, &customers, self.work)?;
        let units = self.units(&customers, addresses.as_ref())?;
        let mut lots = NightLots::begin(self, draw, addresses.as_ref(), units)?;
        let folder = staging.folder().to_owned();
        let done = customers.complete(&folder, plays.plays(), |customer| lots.next(customer))?;
        staging.announce(done);
        let (assignments, kept_out) = lots.finish()?;
        Ok(DrawnLots { assignments, kept_out, addresses })
    }
}
