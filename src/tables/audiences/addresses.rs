//! Addresses in their one form, kept on scratch in the order of customers: numbers are read by the rules of their country once.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::AudienceError;
use super::makers::{Maker, email, iso2};
use crate::tables::access::private_file;
use crate::tables::intake::Contact;

/// Name of the file.
const NAME: &str = "addresses.bin";

/// Addresses of a customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// E-mail in its one form; `None` = none, or none that can be one.
    pub(super) email: Option<String>,
    /// Phone number as `+` and digits; `None` alike.
    pub(super) phone: Option<String>,
    /// Something was given as a phone number.
    pub(super) phone_given: bool,
}

impl Addresses {
    /// From what the sources wrote. `home`: the country of numbers without their code where the customer's is not known.
    pub(super) fn of(email_text: Option<&str>, phone: Option<&str>, country: Option<&str>, home: Option<&str>) -> Self {
        let region = country.and_then(iso2).or_else(|| home.map(str::to_owned));
        let number = phone.and_then(|phone| Maker::E164.make(phone, region.as_deref()));
        Self { email: email_text.and_then(email), phone: number, phone_given: phone.is_some() }
    }

    /// Those of a block, worked side by side.
    pub(super) fn of_block(block: &[Contact], home: Option<&str>) -> Vec<Self> {
        let one = |contact: &Contact| {
            Self::of(contact.email.as_deref(), contact.phone.as_deref(), contact.country.as_deref(), home)
        };
        block.par_iter().map(one).collect()
    }
}

/// The file being written.
pub(super) struct AddressWriter {
    path: PathBuf,
    file: BufWriter<File>,
}

impl AddressWriter {
    pub(super) fn create(folder: &Path) -> Result<Self, AudienceError> {
        let path = folder.join(NAME);
        let file = private_file(&path, true).map_err(AudienceError::disk(&path))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    /// INVARIANT: an address has at most 254 bytes and a number at most 18.
    pub(super) fn keep(&mut self, addresses: &Addresses) -> Result<(), AudienceError> {
        let [email, phone] = [&addresses.email, &addresses.phone].map(|text| text.as_deref().unwrap_or_default());
        let head = [u8::from(addresses.phone_given), email.len() as u8, phone.len() as u8];
        let parts = [&head[..], email.as_bytes(), phone.as_bytes()];
        parts.iter().try_for_each(|part| self.file.write_all(part)).map_err(AudienceError::disk(&self.path))
    }

    /// Closes it.
    pub(super) fn finish(mut self) -> Result<KeptAddresses, AudienceError> {
        self.file.flush().map_err(AudienceError::disk(&self.path))?;
        Ok(KeptAddresses { path: self.path })
    }
}

/// The file, to be read as often as needed. Gone with this.
#[derive(Debug)]
pub(super) struct KeptAddresses {
    path: PathBuf,
}

impl KeptAddresses {
    /// From the first customer on.
    pub(super) fn read(&self) -> Result<AddressReader<'_>, AudienceError> {
        let file = File::open(&self.path).map_err(AudienceError::disk(&self.path))?;
        Ok(AddressReader { file: BufReader::new(file), path: &self.path })
    }
}

impl Drop for KeptAddresses {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The file being read.
pub(super) struct AddressReader<'a> {
    path: &'a Path,
    file: BufReader<File>,
}

impl AddressReader<'_> {
    /// Those of the next customer.
    pub(super) fn next(&mut self) -> Result<Addresses, AudienceError> {
        let mut head = [0; 3];
        self.read(&mut head)?;
        let mut text = |bytes: u8| {
            let mut text = vec![0; usize::from(bytes)];
            self.read(&mut text)?;
            let text = String::from_utf8(text).map_err(|_| std::io::Error::from(std::io::ErrorKind::InvalidData));
            let text = text.map_err(AudienceError::disk(self.path))?;
            Ok::<_, AudienceError>(Some(text).filter(|text| !text.is_empty()))
        };
        let (email, phone) = (text(head[1])?, text(head[2])?);
        Ok(Addresses { email, phone, phone_given: head[0] == 1 })
    }

    fn read(&mut self, into: &mut [u8]) -> Result<(), AudienceError> {
        self.file.read_exact(into).map_err(AudienceError::disk(self.path))
    }
}
