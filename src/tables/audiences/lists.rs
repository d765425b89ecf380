//! All lists of a night, in two passes over the customers: who shares an address with whom, then who is on which list.

use std::path::{Path, PathBuf};

use super::addresses::{AddressReader, AddressWriter, Addresses};
use super::candidate::{Candidate, Candidates};
use super::deliver::{Delivery, deliver};
use super::error::AudienceError;
use super::members::{Member, MemberReader, MemberWriter, day_text};
use super::pick::{LeftOut, Pick, Picker};
use super::receipt::ListReceipt;
use super::shared::{AddressBook, SharedReader};
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
}

/// What lists are made of.
pub struct ListRequest<'a> {
    /// Addresses and consents.
    pub contacts: &'a ContactReader<'a>,
    /// The table `customers` of the night, complete.
    pub customers: &'a Path,
    /// An empty folder to work in; it will hold addresses, and the caller removes it.
    pub work: &'a Path,
    /// The audiences, ascending by name.
    pub wishes: &'a [ListWish],
    /// The night, and the model in use.
    pub meta: &'a TableMeta,
    /// The country that numbers without a code are dialed in where a customer's own is not known, two letters.
    pub home: Option<&'a str>,
    /// Fewest people behind a number that is told.
    pub min_cell: u64,
}

/// A list while customers go by.
struct OpenList<'a> {
    wish: &'a ListWish,
    picker: Picker<'a>,
    members: MemberWriter,
    path: PathBuf,
    changes: csv::Writer<std::io::BufWriter<std::fs::File>>,
    changes_path: PathBuf,
    before: Option<MemberReader>,
    next: Option<Member>,
    /// The columns are those of the base night.
    comparable: bool,
    receipt: ListReceipt,
}

/// Writes all lists into the night, and the two tables about them. The receipts, in the order of the audiences.
///
/// # Errors
/// [`AudienceError`] for trouble with the disk, with scratch, or with the list of an earlier night.
pub fn write_lists(request: &ListRequest<'_>, staging: &mut Staging<'_>) -> Result<Vec<ListReceipt>, AudienceError> {
    let mut tables = ListTables::create(staging.folder(), request.meta)?;
    let mut receipts = Vec::new();
    if !request.wishes.is_empty() {
        let (addresses, shared) = look_at_addresses(request)?;
        let open = choose(request, addresses, shared)?;
        for list in open {
            receipts.push(list.close(request, staging, &mut tables)?);
        }
    }
    tables.finish()?.into_iter().for_each(|file| staging.announce(file));
    Ok(receipts)
}

/// The first pass.
fn look_at_addresses(request: &ListRequest<'_>) -> Result<(AddressReader, SharedReader), AudienceError> {
    let mut kept = AddressWriter::create(request.work)?;
    let mut book = AddressBook::new(request.work, request.contacts.consents().len());
    let mut candidates = Candidates::open(request.contacts, request.customers)?;
    while let Some(block) = candidates.next_block()? {
        for (candidate, addresses) in block.iter().zip(Addresses::of_block(&block, request.home)) {
            kept.keep(&addresses)?;
            book.add(candidate, &addresses)?;
        }
    }
    for outsiders in request.contacts.outsiders()? {
        for contact in outsiders {
            for contact in contact? {
                let country = contact.country.as_deref();
                let (email, phone) = (contact.email.as_deref(), contact.phone.as_deref());
                let addresses = Addresses::of(email, phone, country, request.home);
                book.add_outsider(&addresses, contact.forbids)?;
            }
        }
    }
    Ok((kept.finish()?, book.finish()?))
}

/// The second pass.
fn choose<'a>(
    request: &ListRequest<'a>,
    mut addresses: AddressReader,
    mut shared: SharedReader,
) -> Result<Vec<OpenList<'a>>, AudienceError> {
    let open = |(place, wish)| OpenList::open(request, wish, place);
    let mut lists = request.wishes.iter().enumerate().map(open).collect::<Result<Vec<_>, _>>()?;
    let mut candidates = Candidates::open(request.contacts, request.customers)?;
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
        let mut before = match &wish.base {
            Some(base) => MemberReader::of_audience(&base.folder)?,
            None => None,
        };
        let same = |reader: &MemberReader| reader.headers().iter().map(String::as_str).eq(audience.headers());
        let comparable = before.as_ref().is_some_and(same);
        let next = before.as_mut().map_or(Ok(None), MemberReader::next_member)?;
        let receipt = ListReceipt {
            audience: audience.name.clone(),
            night: day_text(request.meta.run_day()),
            template: audience.template.name.clone(),
            template_version: audience.template.version.clone(),
            base_night: wish.base.as_ref().filter(|_| before.is_some()).map(|base| base.night.clone()),
            base_confirmed: wish.base.as_ref().is_some_and(|base| base.confirmed),
            columns_changed: before.is_some() && !comparable,
            removal: audience.template.gone.how,
            gone_header: audience.template.gone.header.clone(),
            gone_word: audience.template.gone.word.clone(),
            keys: audience.template.key.clone(),
            addresses: audience.address_headers(),
            ..ListReceipt::default()
        };
        Ok(Self {
            wish,
            picker: Picker::new(audience, request.contacts.consents()),
            members: MemberWriter::create(&path, audience.headers())?,
            path,
            changes: csv::Writer::from_writer(std::io::BufWriter::new(file)),
            changes_path,
            before,
            next,
            comparable,
            receipt,
        })
    }

    /// Takes the next customer.
    fn take(&mut self, candidate: &Candidate, pick: Pick, tonight: &str) -> Result<(), AudienceError> {
        let id = &candidate.contact.id;
        let was = self.was(id)?;
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

    /// The customer as a member of the base night; those before, who are no customers any more, have left.
    fn was(&mut self, id: &str) -> Result<Option<Member>, AudienceError> {
        while self.next.as_ref().is_some_and(|next| next.customer_id.as_str() < id) {
            self.gone()?;
        }
        if self.next.as_ref().is_none_or(|next| next.customer_id != id) {
            return Ok(None);
        }
        let was = self.next.take();
        self.advance()?;
        Ok(was)
    }

    fn gone(&mut self) -> Result<(), AudienceError> {
        if let Some(member) = self.next.take() {
            self.change(&member.customer_id, "remove", "gone")?;
        }
        self.advance()
    }

    fn advance(&mut self) -> Result<(), AudienceError> {
        self.next = self.before.as_mut().map_or(Ok(None), MemberReader::next_member)?;
        Ok(())
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
        while self.next.is_some() {
            self.gone()?;
        }
        self.changes.flush().map_err(AudienceError::disk(&self.changes_path))?;
        let (audience, rows) = (&self.wish.audience, self.members.rows);
        self.members.finish()?;
        let small = rows > 0 && rows < audience.floor;
        let mut receipt = self.receipt;
        receipt.members = if small { 0 } else { rows };
        if small {
            receipt.left_out.insert(LeftOut::BelowFloor.slug().to_owned(), rows);
            let before = match (&self.wish.base, self.before.is_some()) {
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
        let base = self.wish.base.as_ref().filter(|_| self.comparable);
        let delivery = Delivery {
            audience,
            members: &self.path,
            base,
            told: &self.wish.told,
            work: request.work,
            min_cell: request.min_cell,
        };
        let receipt = deliver(&delivery, receipt, staging)?;
        members_into(tables, &audience.name, &self.path)?;
        if small {
            all_left(tables, &audience.name, self.wish.base.as_ref())?;
        } else if receipt.base_night.is_some() {
            changes_into(tables, &audience.name, &self.changes_path)?;
        }
        for path in [&self.path, &self.changes_path] {
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

fn members_into(tables: &mut ListTables, audience: &str, path: &Path) -> Result<(), AudienceError> {
    let mut reader = MemberReader::open(path)?;
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap_or_default().to_epoch_days();
    while let Some(member) = reader.next_member()? {
        tables.member(AudienceMemberRow {
            audience: audience.to_owned(),
            customer_id: member.customer_id,
            segment: Some(member.segment).filter(|segment| !segment.is_empty()),
            play: Some(member.play).filter(|play| !play.is_empty()),
            assigned_at: day(&member.assigned_at),
            changed_since: day(&member.changed_since),
        })?;
    }
    Ok(())
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
