//! All lists of a night: the second pass over the customers finds who is on which.

use std::path::{Path, PathBuf};

use super::candidate::{Candidate, Candidates};
use super::deliver::{Delivery, deliver};
use super::error::AudienceError;
use super::findings::AddressFindings;
use super::kept_out::KeptOut;
use super::members::{Member, MemberReader, MemberWriter, day_text};
use super::pick::{LeftOut, Pick, Picker};
use super::receipt::ListReceipt;
use super::spec::Audience;
use crate::tables::intake::ContactReader;
use crate::tables::publish::Staging;
use crate::tables::schema::{AudienceChangeRow, AudienceMemberRow};
use crate::tables::write::{ListTables, TableMeta};

/// The night that changes of an audience are told against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListBase {
    /// The night, `YYYY-MM-DD`.
    pub night: String,
    /// Folder of the audience in that night.
    pub folder: PathBuf,
    /// Somebody confirmed that its list was uploaded.
    pub confirmed: bool,
}

/// An audience of tonight.
#[derive(Clone, Debug)]
pub struct ListWish {
    /// The audience.
    pub audience: Audience,
    /// The night that changes are told against; `None` = there is none.
    pub base: Option<ListBase>,
    /// What people are told of the campaign, in lines.
    pub told: Vec<String>,
    /// The whole list alone is wanted, and no file of changes.
    pub whole: bool,
}

/// What lists are made of.
pub struct ListRequest<'a> {
    /// Addresses and consents.
    pub contacts: &'a ContactReader<'a>,
    /// Addresses in their one form, and who shares them.
    pub found: &'a AddressFindings,
    /// The table `customers` of the night, complete.
    pub customers: &'a Path,
    /// Who goes without which play; `None` = nobody does.
    pub kept_out: Option<&'a KeptOut>,
    /// An empty folder to work in; it will hold addresses, and the caller removes it.
    pub work: &'a Path,
    /// The audiences, ascending by name.
    pub wishes: &'a [ListWish],
    /// The night, and the model in use.
    pub meta: &'a TableMeta,
    /// Fewest people behind a number that is told.
    pub min_cell: u64,
}

/// A list while customers go by.
struct OpenList<'a> {
    wish: &'a ListWish,
    picker: Picker<'a>,
    members: MemberWriter,
    path: PathBuf,
    control: MemberWriter,
    control_path: PathBuf,
    changes: csv::Writer<std::io::BufWriter<std::fs::File>>,
    changes_path: PathBuf,
    before: Earlier,
    control_before: Earlier,
    /// The columns are those of the base night.
    comparable: bool,
    receipt: ListReceipt,
}

/// The customers of an earlier night, read along those of tonight.
#[derive(Default)]
struct Earlier {
    reader: Option<MemberReader>,
    next: Option<Member>,
}

impl Earlier {
    fn new(mut reader: Option<MemberReader>) -> Result<Self, AudienceError> {
        let next = reader.as_mut().map_or(Ok(None), MemberReader::next_member)?;
        Ok(Self { reader, next })
    }

    /// The next one, if it comes before `id`, or is the last of all for `None`.
    fn before(&mut self, id: Option<&str>) -> Result<Option<Member>, AudienceError> {
        let comes = self.next.as_ref().is_some_and(|next| id.is_none_or(|id| next.customer_id.as_str() < id));
        if comes { self.take() } else { Ok(None) }
    }

    /// The customer `id`, if it is the next one.
    fn of(&mut self, id: &str) -> Result<Option<Member>, AudienceError> {
        if self.next.as_ref().is_some_and(|next| next.customer_id == id) { self.take() } else { Ok(None) }
    }

    fn take(&mut self) -> Result<Option<Member>, AudienceError> {
        let member = self.next.take();
        self.next = self.reader.as_mut().map_or(Ok(None), MemberReader::next_member)?;
        Ok(member)
    }
}

/// Writes all lists into the night, and the two tables about them. The receipts, in the order of the audiences.
///
/// # Errors
/// [`AudienceError`] for trouble with the disk, with scratch, or with the list of an earlier night.
pub fn write_lists(request: &ListRequest<'_>, staging: &mut Staging<'_>) -> Result<Vec<ListReceipt>, AudienceError> {
    let mut tables = ListTables::create(staging.folder(), request.meta)?;
    let mut receipts = Vec::new();
    if !request.wishes.is_empty() {
        let open = choose(request)?;
        for list in open {
            receipts.push(list.close(request, staging, &mut tables)?);
        }
    }
    tables.finish()?.into_iter().for_each(|file| staging.announce(file));
    Ok(receipts)
}

/// The second pass.
fn choose<'a>(request: &ListRequest<'a>) -> Result<Vec<OpenList<'a>>, AudienceError> {
    let (mut addresses, mut shared) = (request.found.addresses.read()?, request.found.shared.read()?);
    let open = |(place, wish)| OpenList::open(request, wish, place);
    let mut lists = request.wishes.iter().enumerate().map(open).collect::<Result<Vec<_>, _>>()?;
    let mut candidates = Candidates::open(request.contacts, request.customers, request.kept_out)?;
    let tonight = day_text(request.meta.run_day());
    while let Some(block) = candidates.next_block()? {
        for candidate in &block {
            let (own, found) = (addresses.next()?, shared.next()?);
            for list in &mut lists {
                let pick = list.picker.pick(candidate, &own, found);
                list.take(candidate, pick, &tonight)?;
            }
        }
    }
    Ok(lists)
}

impl<'a> OpenList<'a> {
    fn open(request: &ListRequest<'a>, wish: &'a ListWish, place: usize) -> Result<Self, AudienceError> {
        let audience = &wish.audience;
        let path = request.work.join(format!("members-{place:03}.csv"));
        let changes_path = request.work.join(format!("changes-{place:03}.csv"));
        let file =
            crate::tables::access::private_file(&changes_path, true).map_err(AudienceError::disk(&changes_path))?;
        let control_path = request.work.join(format!("control-{place:03}.csv"));
        let folder = wish.base.as_ref().map(|base| base.folder.as_path());
        let before = folder.map_or(Ok(None), MemberReader::of_audience)?;
        let control_before = folder.map_or(Ok(None), MemberReader::control_of)?;
        let same = |reader: &MemberReader| reader.headers().iter().map(String::as_str).eq(audience.headers());
        let comparable = before.as_ref().is_some_and(same);
        let receipt = ListReceipt {
            night: day_text(request.meta.run_day()),
            base_night: wish.base.as_ref().filter(|_| before.is_some()).map(|base| base.night.clone()),
            base_confirmed: wish.base.as_ref().is_some_and(|base| base.confirmed),
            columns_changed: before.is_some() && !comparable,
            whole: wish.whole && before.is_some(),
            ..ListReceipt::begun(audience)
        };
        Ok(Self {
            wish,
            picker: Picker::new(audience, request.contacts.consents()),
            members: MemberWriter::create(&path, audience.headers())?,
            path,
            control: MemberWriter::create(&control_path, std::iter::empty())?,
            control_path,
            changes: csv::Writer::from_writer(std::io::BufWriter::new(file)),
            changes_path,
            before: Earlier::new(before)?,
            control_before: Earlier::new(control_before)?,
            comparable,
            receipt,
        })
    }

    /// Takes the next customer.
    fn take(&mut self, candidate: &Candidate, pick: Pick, tonight: &str) -> Result<(), AudienceError> {
        let id = &candidate.contact.id;
        while let Some(gone) = self.before.before(Some(id))? {
            self.change(&gone.customer_id, "remove", "gone")?;
        }
        let was = self.before.of(id)?;
        match pick {
            Pick::NotMeant => {
                if was.is_some() {
                    self.change(id, "remove", "left")?;
                }
            }
            Pick::Out(reason) => {
                self.receipt.leave_out(reason);
                if was.is_some() {
                    self.change(id, "remove", reason.change())?;
                }
            }
            Pick::KeptOut => {
                self.receipt.leave_out(LeftOut::Control);
                if was.is_some() {
                    self.change(id, "remove", LeftOut::Control.change())?;
                }
                self.keep_out(candidate, tonight)?;
            }
            Pick::In(cells) => {
                self.receipt.meant += 1;
                let same = self.comparable && was.as_ref().is_some_and(|was| was.cells == cells);
                match &was {
                    None => self.change(id, "add", "entered")?,
                    Some(_) if !self.comparable => self.change(id, "update", "columns")?,
                    Some(_) if !same => self.change(id, "update", "changed")?,
                    Some(_) => {}
                }
                let since = was.as_ref().map_or(tonight, |was| &was.assigned_at).to_owned();
                let changed = was.filter(|_| same).map_or_else(|| tonight.to_owned(), |was| was.changed_since);
                self.members.write(&Member {
                    customer_id: id.clone(),
                    segment: candidate.night.segment.clone().unwrap_or_default(),
                    play: candidate.night.campaign.clone().unwrap_or_default(),
                    assigned_at: since,
                    changed_since: changed,
                    cells,
                })?;
            }
        }
        Ok(())
    }

    /// Keeps somebody who goes without by lot, since when they do.
    fn keep_out(&mut self, candidate: &Candidate, tonight: &str) -> Result<(), AudienceError> {
        let id = &candidate.contact.id;
        while self.control_before.before(Some(id))?.is_some() {}
        let was = self.control_before.of(id)?;
        let since = was.map_or_else(|| tonight.to_owned(), |was| was.assigned_at);
        self.control.write(&Member {
            customer_id: id.clone(),
            segment: candidate.night.segment.clone().unwrap_or_default(),
            play: candidate.night.kept_from.clone().unwrap_or_default(),
            assigned_at: since.clone(),
            changed_since: since,
            cells: Vec::new(),
        })
    }

    fn change(&mut self, id: &str, change: &str, reason: &str) -> Result<(), AudienceError> {
        let count = match change {
            "add" => &mut self.receipt.added,
            "update" => &mut self.receipt.updated,
            _ => &mut self.receipt.removed,
        };
        *count = Some(count.unwrap_or(0) + 1);
        self.changes.write_record([id, change, reason]).map_err(AudienceError::csv(&self.changes_path))
    }

    /// Writes the files of the audience, its receipt, and its rows of the tables.
    fn close(
        mut self,
        request: &ListRequest<'_>,
        staging: &mut Staging<'_>,
        tables: &mut ListTables,
    ) -> Result<ListReceipt, AudienceError> {
        while let Some(gone) = self.before.before(None)? {
            self.change(&gone.customer_id, "remove", "gone")?;
        }
        self.changes.flush().map_err(AudienceError::disk(&self.changes_path))?;
        let (audience, rows) = (&self.wish.audience, self.members.rows);
        self.members.finish()?;
        let control = self.control.rows > 0;
        self.control.finish()?;
        let small = rows > 0 && rows < audience.floor;
        let mut receipt = self.receipt;
        receipt.members = if small { 0 } else { rows };
        if small {
            receipt.left_out.insert(LeftOut::BelowFloor.slug().to_owned(), rows);
            let before = match (&self.wish.base, self.before.reader.is_some()) {
                (Some(base), true) => count(&base.folder)?,
                _ => 0,
            };
            (receipt.added, receipt.updated, receipt.removed) = (Some(0), Some(0), Some(before));
            std::fs::remove_file(&self.path).map_err(AudienceError::disk(&self.path))?;
            MemberWriter::create(&self.path, audience.headers())?.finish()?;
        }
        if receipt.base_night.is_none() {
            (receipt.added, receipt.updated, receipt.removed) = (None, None, None);
        } else {
            for number in [&mut receipt.added, &mut receipt.updated, &mut receipt.removed] {
                *number = Some(number.unwrap_or(0));
            }
        }
        let base = self.wish.base.as_ref().filter(|_| self.comparable && !receipt.whole);
        let delivery = Delivery {
            audience,
            members: &self.path,
            control: Some(self.control_path.as_path()).filter(|_| control && !small),
            base,
            told: &self.wish.told,
            work: request.work,
            min_cell: request.min_cell,
        };
        let receipt = deliver(&delivery, receipt, staging)?;
        members_into(tables, &audience.name, &self.path, &self.control_path, small)?;
        if small {
            all_left(tables, &audience.name, self.wish.base.as_ref())?;
        } else if receipt.base_night.is_some() {
            changes_into(tables, &audience.name, &self.changes_path)?;
        }
        for path in [&self.path, &self.control_path, &self.changes_path] {
            std::fs::remove_file(path).map_err(AudienceError::disk(path))?;
        }
        Ok(receipt)
    }
}

fn count(folder: &Path) -> Result<u64, AudienceError> {
    let mut rows = 0;
    let Some(mut reader) = MemberReader::of_audience(folder)? else { return Ok(0) };
    while reader.next_member()?.is_some() {
        rows += 1;
    }
    Ok(rows)
}

/// Those on the list and those who go without, in order of customer. Of a list too small to be written nobody is measured.
fn members_into(
    tables: &mut ListTables,
    audience: &str,
    members: &Path,
    control: &Path,
    small: bool,
) -> Result<(), AudienceError> {
    let mut listed = Earlier::new(Some(MemberReader::open(members)?))?;
    let mut without = if small { Earlier::default() } else { Earlier::new(Some(MemberReader::open(control)?))? };
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap_or_default().to_epoch_days();
    loop {
        let next = listed.next.as_ref().map(|member| member.customer_id.clone());
        let (member, control) = match without.before(next.as_deref())? {
            Some(member) => (member, true),
            None => match listed.take()? {
                Some(member) => (member, false),
                None => return Ok(()),
            },
        };
        tables.member(AudienceMemberRow {
            audience: audience.to_owned(),
            customer_id: member.customer_id,
            segment: Some(member.segment).filter(|segment| !segment.is_empty()),
            play: Some(member.play).filter(|play| !play.is_empty()),
            control,
            assigned_at: day(&member.assigned_at),
            changed_since: day(&member.changed_since),
        })?;
    }
}

/// A list that is too small: whoever was on it is off it.
fn all_left(tables: &mut ListTables, audience: &str, base: Option<&ListBase>) -> Result<(), AudienceError> {
    let Some(mut reader) = base.map_or(Ok(None), |base| MemberReader::of_audience(&base.folder))? else {
        return Ok(());
    };
    while let Some(member) = reader.next_member()? {
        let (change, reason) = ("remove".to_owned(), LeftOut::BelowFloor.change().to_owned());
        tables.change(AudienceChangeRow {
            audience: audience.to_owned(),
            customer_id: member.customer_id,
            change,
            reason,
        })?;
    }
    Ok(())
}

fn changes_into(tables: &mut ListTables, audience: &str, path: &Path) -> Result<(), AudienceError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).map_err(AudienceError::csv(path))?;
    for record in reader.records() {
        let record = record.map_err(AudienceError::csv(path))?;
        let cell = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let (customer_id, change, reason) = (cell(0), cell(1), cell(2));
        tables.change(AudienceChangeRow { audience: audience.to_owned(), customer_id, change, reason })?;
    }
    Ok(())
}
