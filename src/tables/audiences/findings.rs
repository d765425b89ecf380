//! The first pass over the customers: addresses in their one form, and who shares them with whom.

use std::path::Path;

use super::addresses::{AddressWriter, Addresses, KeptAddresses};
use super::error::AudienceError;
use super::shared::{AddressBook, SharedAddresses, SharedReader};
use super::units::AddressUnits;
use crate::tables::intake::{Contact, ContactReader};

/// What was found about addresses, kept in the folder for work. Gone with this.
#[derive(Debug)]
pub struct AddressFindings {
    pub(super) addresses: KeptAddresses,
    pub(super) shared: SharedAddresses,
    units: AddressUnits,
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
    for block in contacts.customers().map_err(AudienceError::from)? {
        let block = block.map_err(AudienceError::from)?;
        for (contact, addresses) in block.iter().zip(Addresses::of_block(&block, home)) {
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
    Ok(AddressFindings { addresses, shared, units })
}
