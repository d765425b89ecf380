//! Who shares an address with whom: what one record forbids is forbidden at the address, and one record of it is contacted.
//!
//! Addresses are dealt by their hash over files and looked at a file at a time; what was found goes back by the place of the
//! customer, again over files. Memory is that of one file, whatever the number of customers.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use twox_hash::XxHash64;

use super::addresses::Addresses;
use super::buckets::{Buckets, Dealt, number};
use super::error::AudienceError;
use super::makers::Maker;
use super::units::AddressUnits;
use crate::model::segment::profile::may_contact;
use crate::tables::access::private_file;
use crate::tables::intake::Contact;

/// Files that addresses are dealt over, by their last bits.
const PARTS: u64 = 64;

/// Customers whose findings lie in one file.
const ROWS: u64 = 1 << 20;

/// Place of somebody who is no customer of the night.
const OUTSIDER: u64 = u64::MAX;

/// What stands of a record at an address, in bits; consents that are lacking follow from [`LACKING`] on.
const FORBIDS: u64 = 1;
const CONTACTABLE: u64 = 1 << 1;
const LACKING: u32 = 8;

/// Somebody else is at the address.
const OTHERS: u64 = 1 << 4;

/// Kind of what is no address: those of one household are of one unit, and contacted apart.
const HOUSEHOLD: u64 = 2;

/// Name of the file that the findings lie in.
const NAME: &str = "shared.bin";

/// Of a kind of address: another record of it is the one that is contacted.
const SECOND: [u64; 2] = [1 << 2, 1 << 3];

/// One record at one address.
#[derive(Clone, Copy, Debug)]
struct AddressRecord {
    hash: u64,
    row: u64,
    bits: u64,
    /// Day of signing up, later is larger.
    day: u64,
    /// 0 = e-mail, 1 = phone, 2 = household.
    kind: u64,
}

impl Dealt for AddressRecord {
    const BYTES: usize = 40;

    fn put(&self, into: &mut Vec<u8>) {
        let Self { hash, row, bits, day, kind } = self;
        [hash, row, bits, day, kind].iter().for_each(|number| into.extend(number.to_le_bytes()));
    }

    fn get(bytes: &[u8]) -> Self {
        let at = |place: usize| number(&bytes[8 * place..8 * place + 8]);
        Self { hash: at(0), row: at(1), bits: at(2), day: at(3), kind: at(4) }
    }
}

/// What was found about the addresses of a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    row: u64,
    bits: u64,
}

impl Dealt for Shared {
    const BYTES: usize = 16;

    fn put(&self, into: &mut Vec<u8>) {
        into.extend(self.row.to_le_bytes());
        into.extend(self.bits.to_le_bytes());
    }

    fn get(bytes: &[u8]) -> Self {
        Self { row: number(&bytes[..8]), bits: number(&bytes[8..]) }
    }
}

impl Shared {
    /// Somebody at one of the addresses must not be contacted, or did not agree to one of these consents (bit `i`: the `i`-th).
    pub(super) fn forbids(self, wanted: u32) -> bool {
        self.bits & FORBIDS != 0 || self.bits >> LACKING & u64::from(wanted) != 0
    }

    /// Somebody else is at one of the addresses.
    pub(super) fn with_others(self) -> bool {
        self.bits & OTHERS != 0
    }

    /// Another record of the e-mail address, or else of the phone number, is contacted.
    pub(super) fn second(self, kind: usize) -> bool {
        self.bits & SECOND[kind] != 0
    }
}

/// Whether nobody at an address of this customer may be contacted. `closed`: held out, or not scored.
fn forbids(contact: &Contact, closed: bool) -> bool {
    // Another of the household is contacted, perhaps at the same address: no reason to leave that one alone.
    let alone = crate::model::rows::CustomerFlags { household_silent: false, ..contact.flags };
    closed || !may_contact(&alone)
}

/// Collects who is where.
pub(super) struct AddressBook {
    addresses: Buckets<AddressRecord>,
    found: Buckets<Shared>,
    /// Bit `i`: there is an `i`-th consent.
    consents: u32,
    rows: u64,
    path: PathBuf,
}

impl AddressBook {
    pub(super) fn new(folder: &Path, consents: usize) -> Self {
        let known = (1u64 << consents.min(32)) - 1;
        let (addresses, found) = (Buckets::new(folder, "address"), Buckets::new(folder, "shared"));
        Self { addresses, found, consents: known as u32, rows: 0, path: folder.join(NAME) }
    }

    /// Adds the next customer; `closed`: held out, or not scored.
    pub(super) fn add(&mut self, contact: &Contact, closed: bool, addresses: &Addresses) -> Result<(), AudienceError> {
        let forbids = if forbids(contact, closed) { FORBIDS } else { 0 };
        let contactable = if may_contact(&contact.flags) && forbids == 0 { CONTACTABLE } else { 0 };
        let lacking = u64::from(self.consents & !contact.agreed) << LACKING;
        // Whoever signed up before 1970 did so on no day that matters.
        let day = contact.signup.map_or(0, |day| u64::try_from(day).unwrap_or(0) + 1);
        let row = self.rows;
        self.rows += 1;
        let record = AddressRecord { hash: 0, row, bits: forbids | contactable | lacking, day, kind: 0 };
        if let Some(hash) = contact.flags.household {
            self.addresses.deal((hash % PARTS) as usize, &AddressRecord { hash, kind: HOUSEHOLD, ..record })?;
        }
        self.put(addresses, record)
    }

    /// Adds somebody who is no customer of the night.
    pub(super) fn add_outsider(&mut self, addresses: &Addresses, forbids: bool) -> Result<(), AudienceError> {
        let bits = if forbids { FORBIDS } else { 0 };
        self.put(addresses, AddressRecord { hash: 0, row: OUTSIDER, bits, day: 0, kind: 0 })
    }

    /// METHOD (our judgment): at hosts of Gmail dots and what follows a plus do not make another mailbox, so to protect a
    /// person they do not make another address.
    fn put(&mut self, addresses: &Addresses, record: AddressRecord) -> Result<(), AudienceError> {
        let email = addresses.email.as_deref().and_then(|email| Maker::GmailFold.make(email, None));
        let email = email.map(|email| email.replace("@googlemail.com", "@gmail.com"));
        for (kind, text) in [email.as_deref(), addresses.phone.as_deref()].into_iter().enumerate() {
            let Some(text) = text else { continue };
            let hash = XxHash64::oneshot(kind as u64, text.as_bytes());
            self.addresses.deal((hash % PARTS) as usize, &AddressRecord { hash, kind: kind as u64, ..record })?;
        }
        Ok(())
    }

    /// Looks at every address once.
    pub(super) fn finish(mut self) -> Result<(SharedAddresses, AddressUnits), AudienceError> {
        let mut units = AddressUnits::default();
        for part in 0..self.addresses.len() {
            let mut records = self.addresses.take(part)?;
            records.sort_unstable_by_key(|record| (record.hash, record.kind, record.row));
            for group in records.chunk_by(|a, b| (a.hash, a.kind) == (b.hash, b.kind)).filter(|group| group.len() > 1) {
                let customers = || group.iter().filter(|record| record.row != OUTSIDER);
                units.tie(customers().map(|record| record.row));
                if group[0].kind == HOUSEHOLD {
                    continue;
                }
                let bits = group.iter().fold(OTHERS, |bits, record| bits | record.bits) & !CONTACTABLE;
                // The newest, of several the first by id.
                let able = group.iter().filter(|record| record.bits & CONTACTABLE != 0);
                let first = able.max_by_key(|record| (record.day, u64::MAX - record.row)).map(|record| record.row);
                for record in customers() {
                    let second = if first == Some(record.row) { 0 } else { SECOND[record.kind as usize] };
                    let found = Shared { row: record.row, bits: bits | second };
                    self.found.deal((record.row / ROWS) as usize, &found)?;
                }
            }
        }
        Ok((self.store()?, units))
    }

    /// Puts what was found in the order of customers.
    fn store(mut self) -> Result<SharedAddresses, AudienceError> {
        let failed = AudienceError::disk;
        let mut file = BufWriter::new(private_file(&self.path, true).map_err(failed(&self.path))?);
        let mut bytes = Vec::new();
        for part in 0..self.found.len() {
            let mut found = self.found.take(part)?;
            found.sort_unstable_by_key(|found| found.row);
            for of_row in found.chunk_by(|a, b| a.row == b.row) {
                let bits = of_row.iter().fold(0, |bits, found| bits | found.bits);
                bytes.clear();
                Shared { row: of_row[0].row, bits }.put(&mut bytes);
                file.write_all(&bytes).map_err(failed(&self.path))?;
            }
        }
        file.flush().map_err(failed(&self.path))?;
        Ok(SharedAddresses { path: self.path })
    }
}

/// What was found, of customers at whose addresses others are; read as often as needed. Gone with this.
#[derive(Debug)]
pub(super) struct SharedAddresses {
    path: PathBuf,
}

impl SharedAddresses {
    /// From the first customer on.
    pub(super) fn read(&self) -> Result<SharedReader<'_>, AudienceError> {
        let file = File::open(&self.path).map_err(AudienceError::disk(&self.path))?;
        Ok(SharedReader { path: &self.path, file: BufReader::new(file), next: None, row: 0, ended: false })
    }
}

impl Drop for SharedAddresses {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What was found, customer by customer.
pub(super) struct SharedReader<'a> {
    path: &'a Path,
    file: BufReader<File>,
    next: Option<Shared>,
    row: u64,
    ended: bool,
}

impl SharedReader<'_> {
    /// Of the next customer.
    pub(super) fn next(&mut self) -> Result<Shared, AudienceError> {
        let row = self.row;
        self.row += 1;
        if self.next.is_none() && !self.ended {
            let mut bytes = [0; Shared::BYTES];
            match self.file.read_exact(&mut bytes) {
                Ok(()) => self.next = Some(Shared::get(&bytes)),
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => self.ended = true,
                Err(error) => return Err(AudienceError::disk(self.path)(error)),
            }
        }
        Ok(self.next.take_if(|found| found.row == row).unwrap_or(Shared { row, bits: 0 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::CustomerFlags;

    fn customer(id: &str, closed: bool, agreed: u32, signup: i32) -> (Contact, bool) {
        let flags = CustomerFlags { consent_profiling: true, ..CustomerFlags::default() };
        let contact =
            Contact { id: id.to_owned(), email: None, phone: None, country: None, signup: Some(signup), flags, agreed };
        (contact, closed)
    }

    fn at(email: &str, phone: Option<&str>) -> Addresses {
        Addresses::of(Some(email), phone, Some("DE"), None)
    }

    #[test]
    fn what_one_record_forbids_is_forbidden_at_the_address_and_one_record_of_it_is_contacted() {
        let folder = tempfile::tempdir().unwrap();
        let mut book = AddressBook::new(folder.path(), 2);
        let rows = [
            (customer("a", true, 3, 10), at("one@mail.example", None)),
            (customer("b", false, 3, 10), at("ONE@mail.example", Some("030 123456"))),
            (customer("c", false, 3, 10), at("c@mail.example", Some("+49 30 123456"))),
            (customer("d", false, 3, 10), at("j.doe@gmail.com", None)),
            (customer("e", false, 3, 11), at("jdoe+x@googlemail.com", None)),
            (customer("f", false, 1, 10), at("f@mail.example", None)),
            (customer("g", false, 3, 10), at("f@mail.example", None)),
            (customer("h", false, 3, 10), at("gone@mail.example", None)),
            (customer("i", false, 3, 10), at("alone@mail.example", None)),
        ];
        rows.iter().for_each(|((contact, closed), addresses)| book.add(contact, *closed, addresses).unwrap());
        book.add_outsider(&at("Gone@mail.example", None), true).unwrap();
        let (shared, units) = book.finish().unwrap();
        let mut reader = shared.read().unwrap();
        let found: Vec<Shared> = rows.iter().map(|_| reader.next().unwrap()).collect();
        let forbidden: Vec<bool> = found.iter().map(|found| found.forbids(0)).collect();
        assert_eq!(forbidden, [true, true, false, false, false, false, false, true, false]);
        assert!(found[6].forbids(2) && !found[6].forbids(1), "the other record did not agree to the second consent");
        assert!(found[3].second(0) && !found[4].second(0), "the newer record is contacted");
        assert!(!found[1].second(1) && found[2].second(1), "of two as new the first by id");
        let tied: Vec<Option<u64>> = (0..9).map(|row| units.of(row)).collect();
        assert_eq!(tied[..3], [Some(0); 3], "by e-mail, then by phone");
        assert_eq!(tied[3..], [Some(3), Some(3), Some(5), Some(5), None, None], "an outsider ties nobody");
        assert_eq!(found.iter().map(|found| found.with_others()).filter(|with| *with).count(), 8);
        drop(reader);
        drop(shared);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left on scratch");
    }
}
