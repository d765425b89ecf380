//! The first pass over the customers: addresses in their one form, and who shares them with whom.

use std::path::Path;

use super::addresses::{AddressWriter, Addresses, KeptAddresses};
use super::error::AudienceError;
use super::shared::{AddressBook, SharedAddresses, SharedReader};
use super::units::AddressUnits;
use crate::tables::intake::{Contact, ContactReader};

/// Share of what a column gives from which on it is taken for hashes. Our judgment: what two connectors refuse.
const HASHED_SHARE: f64 = 0.5;

/// Digits of a hash as it is usually written: MD5, SHA-1, SHA-256.
const HASH_DIGITS: [usize; 3] = [32, 40, 64];

/// A column of addresses that holds hashes of them: no list can be made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashedColumn {
    /// The column of `customers`.
    pub column: &'static str,
    /// Customers of whom it says something.
    pub given: u64,
    /// Those of whom that is a hash.
    pub hashed: u64,
}

impl HashedColumn {
    fn of(column: &'static str) -> Self {
        Self { column, given: 0, hashed: 0 }
    }

    fn add(&mut self, text: Option<&str>) {
        let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return };
        self.given += 1;
        let hash = HASH_DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        self.hashed += u64::from(hash);
    }

    fn is_hashed(&self) -> bool {
        self.hashed > 0 && self.hashed as f64 >= HASHED_SHARE * self.given as f64
    }
}

/// What was found about addresses, kept in the folder for work. Gone with this.
#[derive(Debug)]
pub struct AddressFindings {
    pub(super) addresses: KeptAddresses,
    pub(super) shared: SharedAddresses,
    units: AddressUnits,
    hashed: Vec<HashedColumn>,
}

/// What lots ask of the addresses of one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AddressNote {
    /// Place of the first customer of those who share addresses or a household with this one; `None` = nobody does.
    pub unit: Option<u64>,
    /// Somebody else is at the same e-mail address or phone number.
    pub with_others: bool,
    /// Nobody at these addresses may be contacted, for the sake of one of them.
    pub closed: bool,
}

impl AddressFindings {
    /// Columns whose addresses are hashed already.
    #[must_use]
    pub fn hashed(&self) -> &[HashedColumn] {
        &self.hashed
    }

    /// What lots ask, customer by customer in order of id.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn notes(&self) -> Result<AddressNotes<'_>, AudienceError> {
        Ok(AddressNotes { found: self, shared: self.shared.read()?, row: 0 })
    }
}

/// [`AddressNote`]s, read along the customers.
pub struct AddressNotes<'a> {
    found: &'a AddressFindings,
    shared: SharedReader<'a>,
    row: u64,
}

impl AddressNotes<'_> {
    /// That of the next customer.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn next_note(&mut self) -> Result<AddressNote, AudienceError> {
        let (row, shared) = (self.row, self.shared.next()?);
        self.row += 1;
        let unit = self.found.units.of(row);
        Ok(AddressNote { unit, with_others: shared.with_others(), closed: shared.forbids(0) })
    }
}

/// Looks at all addresses. `work`: a folder to work in, which will hold addresses. `home`: the country that numbers without a code
/// are dialed in where a customer's own is not known, two letters. `closed`: whether the next customer, in order of id, is held
/// out or not scored.
///
/// # Errors
/// [`AudienceError`] for trouble with the disk or with scratch, and what `closed` says.
pub fn look_at_addresses<E: From<AudienceError>>(
    contacts: &ContactReader<'_>,
    work: &Path,
    home: Option<&str>,
    mut closed: impl FnMut(&Contact) -> Result<bool, E>,
) -> Result<AddressFindings, E> {
    let mut kept = AddressWriter::create(work)?;
    let mut book = AddressBook::new(work, contacts.consents().len());
    let (mut emails, mut phones) = (HashedColumn::of("email"), HashedColumn::of("phone"));
    for block in contacts.customers().map_err(AudienceError::from)? {
        let block = block.map_err(AudienceError::from)?;
        for (contact, addresses) in block.iter().zip(Addresses::of_block(&block, home)) {
            emails.add(contact.email.as_deref());
            phones.add(contact.phone.as_deref());
            kept.keep(&addresses)?;
            book.add(contact, closed(contact)?, &addresses)?;
        }
    }
    for outsiders in contacts.outsiders().map_err(AudienceError::from)? {
        for contact in outsiders {
            for contact in contact.map_err(AudienceError::from)? {
                let (email, phone) = (contact.email.as_deref(), contact.phone.as_deref());
                let addresses = Addresses::of(email, phone, contact.country.as_deref(), home);
                book.add_outsider(&addresses, contact.forbids)?;
            }
        }
    }
    let addresses = kept.finish()?;
    let (shared, units) = book.finish()?;
    let hashed = [emails, phones].into_iter().filter(HashedColumn::is_hashed).collect();
    Ok(AddressFindings { addresses, shared, units, hashed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(texts: &[&str]) -> HashedColumn {
        let mut column = HashedColumn::of("email");
        texts.iter().for_each(|text| column.add(Some(text)));
        column
    }

    #[test]
    fn a_column_is_hashed_from_half_of_what_it_gives() {
        // SHA-256 and MD5 of nothing, as their standards give them.
        let sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let md5 = "D41D8CD98F00B204E9800998ECF8427E";
        assert!(column(&[sha, md5, "a@b.example", "c@d.example"]).is_hashed());
        assert!(!column(&[sha, "a@b.example", "c@d.example"]).is_hashed());
        assert!(!column(&["", " "]).is_hashed(), "nothing is given");
        assert!(!column(&["+15550123", &sha[1..], &sha.replace('e', "g")]).is_hashed(), "no hash has such digits");
    }
}
