//! Customers who are to be forgotten: not who they are, but whether somebody is one of them.
//!
//! `out/forgotten.json` holds salted SHA-256 hashes of their ids, for the owner alone. It is there so that a late file
//! from upstream does not bring a person back. Whoever can read the file, salt and all, can try ids one by one: it is a
//! pseudonymous list, not an anonymous one, and as short-lived as the need for it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::access::private_file;
use super::address::found_as;
use super::chance::random_bytes;
use super::publish::{OutputLock, PublishError, half_written};
use crate::catalogue::hex;
use crate::tables::plain_file;

/// Name of the file in the output folder.
pub const FORGOTTEN_NAME: &str = "forgotten.json";

/// Layout of the file.
const SCHEMA: &str = "valueseg.forgotten.1";

/// Customers to be left out of every night. Empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    salt: String,
    hashes: BTreeSet<String>,
    /// Of those, the ones of whom no stored night held a row when they were asked for.
    not_found: BTreeSet<String>,
}

/// The file. Keys stand in the order of their names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    customers: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    not_found: BTreeSet<String>,
    salt: String,
    schema: String,
}

impl Forgotten {
    /// The list of an output folder; empty where there is none.
    ///
    /// # Errors
    /// [`PublishError::Forgotten`] if there is one that cannot be used: a night without it could bring people back.
    pub fn read(out: &Path) -> Result<Self, PublishError> {
        Self::read_at(&out.join(FORGOTTEN_NAME))
    }

    /// The list in a file; empty where there is none.
    ///
    /// # Errors
    /// As [`Forgotten::read`].
    pub fn read_at(path: &Path) -> Result<Self, PublishError> {
        let path = path.to_owned();
        let text = match plain_file::read_text(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(PublishError::io("cannot read", &path, source)),
        };
        let damaged = |message: String| PublishError::Forgotten { path: path.clone(), message };
        let stored: Stored = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if stored.schema != SCHEMA || stored.salt.is_empty() {
            return Err(damaged(format!("its layout is `{}`, this program reads `{SCHEMA}`", stored.schema)));
        }
        Ok(Self { salt: stored.salt, hashes: stored.customers, not_found: stored.not_found })
    }

    /// This list with those on another copy of it, which lies at `path`.
    ///
    /// # Errors
    /// [`PublishError::Forgotten`] if the two were begun apart: hashes with two salts are two lists, and neither can be
    /// taken for the whole.
    pub fn with(mut self, other: Self, path: &Path) -> Result<Self, PublishError> {
        if self.salt.is_empty() {
            return Ok(other);
        }
        if !other.salt.is_empty() && other.salt != self.salt {
            let message =
                "it was begun apart from the list of the results folder, so the two cannot be joined".to_owned();
            return Err(PublishError::Forgotten { path: path.to_owned(), message });
        }
        // Who was found by one of them was found.
        let missed = |list: &Self, hash: &String| list.not_found.contains(hash) || !list.hashes.contains(hash);
        let not_found = self.not_found.union(&other.not_found);
        let not_found = not_found.filter(|hash| missed(&self, hash) && missed(&other, hash)).cloned().collect();
        self.hashes.extend(other.hashes);
        Ok(Self { not_found, ..self })
    }

    /// Whether nobody is on the list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether this customer is on it. An e-mail address is on it in every spelling, any other text in every Unicode form.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        let has = |id: &str| self.hashes.contains(&self.hash(id));
        !self.is_empty() && (has(id) || found_as(id).is_some_and(|form| has(&form)))
    }

    /// Puts a customer with all spellings of the id on the list, as one of whom nothing was found yet; whether the first
    /// spelling was not on it. The first customer brings a new random salt.
    ///
    /// # Errors
    /// [`PublishError::Io`] if the system has no random numbers to give.
    pub fn add<'a>(&mut self, spellings: impl Iterator<Item = &'a str>) -> Result<bool, PublishError> {
        if self.salt.is_empty() {
            self.salt = hex(&random_bytes()?);
        }
        let mut new = None;
        for spelling in spellings {
            for form in [Some(spelling.to_owned()), found_as(spelling)].into_iter().flatten() {
                let hash = self.hash(&form);
                let added = self.hashes.insert(hash.clone());
                if added {
                    self.not_found.insert(hash);
                }
                new.get_or_insert(added);
            }
        }
        Ok(new == Some(true))
    }

    /// Notes that a stored night held rows of the customer.
    pub fn found<'a>(&mut self, spellings: impl Iterator<Item = &'a str>) {
        for spelling in spellings {
            for form in [Some(spelling.to_owned()), found_as(spelling)].into_iter().flatten() {
                self.not_found.remove(&self.hash(&form));
            }
        }
    }

    /// Whether the customer is on the list and was once found, by any of the spellings.
    #[must_use]
    pub fn knows<'a>(&self, mut spellings: impl Iterator<Item = &'a str>) -> bool {
        spellings.any(|spelling| {
            let hash = self.hash(spelling);
            self.hashes.contains(&hash) && !self.not_found.contains(&hash)
        })
    }

    /// A hash of the list, for what a night follows from; `None` = nobody is on it.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let lines = self.hashes.iter().flat_map(|hash| [hash.as_bytes(), b"\n"]);
        let digest = lines.fold(Sha256::new(), |digest, bytes| digest.chain_update(bytes));
        (!self.is_empty()).then(|| hex(&digest.finalize()))
    }

    /// Stores the list, whole or not at all, for the owner alone.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn write(&self, lock: &OutputLock) -> Result<PathBuf, PublishError> {
        let path = lock.out().join(FORGOTTEN_NAME);
        self.write_at(&path)?;
        Ok(path)
    }

    /// The same in a file of any place; its folder is made if need be.
    ///
    /// # Errors
    /// [`PublishError::Io`].
    pub fn write_at(&self, path: &Path) -> Result<(), PublishError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let half = half_written(path);
        let (customers, not_found) = (self.hashes.clone(), self.not_found.clone());
        let stored = Stored { customers, not_found, salt: self.salt.clone(), schema: SCHEMA.to_owned() };
        // INVARIANT: texts alone, so serialization cannot fail.
        let text = serde_json::to_string_pretty(&stored).expect("plain data");
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            // What a process that died left there; a link is removed, not followed.
            let _ = fs::remove_file(&half);
            let mut file = private_file(&half, true)?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            fs::rename(&half, path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|source| PublishError::io("cannot write", path, source))
    }

    fn hash(&self, id: &str) -> String {
        hex(&Sha256::new()
            .chain_update(self.salt.as_bytes())
            .chain_update(b"\0")
            .chain_update(id.as_bytes())
            .finalize())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::codes::{Code, Coded as _};

    #[test]
    fn who_is_on_the_list_is_known_again_and_nobody_can_read_it_off() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        let mut list = Forgotten::read(out.path()).unwrap();
        assert!(list.is_empty() && !list.contains("K1") && list.fingerprint().is_none());
        assert_eq!(["K1", "K2", "K1"].map(|id| list.add([id].into_iter()).unwrap()), [true, true, false]);
        let path = list.write(&lock).unwrap();
        let read = Forgotten::read(out.path()).unwrap();
        assert_eq!(read, list);
        assert!(read.contains("K2") && !read.contains("K3"));
        assert!(!fs::read_to_string(&path).unwrap().contains("K1"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2, "the list and the lock");
    }

    #[test]
    fn an_address_is_on_the_list_in_every_spelling() {
        let mut list = Forgotten::default();
        list.add(["Ann@Mail.Example"].into_iter()).unwrap();
        list.add(["k1", "Jose\u{301}"].into_iter()).unwrap();
        assert!(["ann@mail.example", "ANN@MAIL.example", "Ann@Mail.Example"].iter().all(|id| list.contains(id)));
        assert!(!list.contains("K1"), "only addresses have no capitals");
        assert!(list.contains("Jos\u{e9}") && list.contains("Jose\u{301}"));
    }

    #[test]
    fn who_was_never_found_is_kept_out_all_the_same_and_known_as_such() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("forgotten.json");
        let mut list = Forgotten::default();
        let spellings = || ["7", "7.0"].into_iter();
        list.add(spellings()).unwrap();
        assert!(list.contains("7.0") && !list.knows(spellings()));
        list.write_at(&path).unwrap();
        let before = Forgotten::read_at(&path).unwrap();
        list.found(spellings());
        assert!(list.knows(["7.0"].into_iter()) && !list.knows(["8"].into_iter()));
        assert_eq!(list.fingerprint(), before.fingerprint(), "nobody more is left out");
        let joined = before.with(list.clone(), &path).unwrap();
        assert_eq!(joined, list, "who was found by one copy was found");
        list.add(["7"].into_iter()).unwrap();
        assert!(list.knows(spellings()), "asked for again");
    }

    #[test]
    fn two_folders_hash_the_same_customer_differently() {
        let [mut a, mut b] = [Forgotten::default(), Forgotten::default()];
        a.add(["K1"].into_iter()).unwrap();
        b.add(["K1"].into_iter()).unwrap();
        assert_ne!(a.hashes, b.hashes);
        assert_ne!(a.fingerprint(), b.fingerprint());
    }

    #[test]
    fn copies_of_one_list_are_joined_and_two_lists_are_refused() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("kept/forgotten.json");
        let mut list = Forgotten::default();
        list.add(["K1"].into_iter()).unwrap();
        list.write_at(&path).unwrap();
        list.add(["K2"].into_iter()).unwrap();
        let copy = || Forgotten::read_at(&path).unwrap();
        let joined = list.clone().with(copy(), &path).unwrap();
        assert!(joined.contains("K1") && joined.contains("K2"));
        assert_eq!(Forgotten::default().with(copy(), &path).unwrap(), copy(), "the results folder was lost");
        let mut other = Forgotten::default();
        other.add(["K3"].into_iter()).unwrap();
        assert_eq!(other.with(copy(), &path).unwrap_err().code(), Code::Forgotten);
    }

    #[test]
    fn a_list_that_cannot_be_used_is_refused_and_not_taken_for_empty() {
        let out = tempfile::tempdir().unwrap();
        for text in ["", "{}", "{\"customers\": [], \"salt\": \"\", \"schema\": \"valueseg.forgotten.1\"}"] {
            fs::write(out.path().join(FORGOTTEN_NAME), text).unwrap();
            let error = Forgotten::read(out.path()).unwrap_err();
            assert_eq!(error.code(), Code::Forgotten);
        }
    }
}
