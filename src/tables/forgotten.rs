//! Customers who are to be forgotten: not who they are, but whether somebody is one of them.
//!
//! `out/forgotten.json` holds salted SHA-256 hashes of their ids, for the owner alone. It is there so that a late file
//! from upstream does not bring a person back. Whoever can read the file, salt and all, can try ids one by one: it is a
//! pseudonymous list, not an anonymous one, and as short-lived as the need for it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::address::respelled;
use super::publish::{OutputLock, PublishError, half_written};
use crate::catalogue::hex;

/// Name of the file in the output folder.
pub const FORGOTTEN_NAME: &str = "forgotten.json";

/// Layout of the file.
const SCHEMA: &str = "valueseg.forgotten.1";

/// Customers to be left out of every night. Empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    salt: String,
    hashes: BTreeSet<String>,
}

/// The file. Keys stand in the order of their names.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    customers: BTreeSet<String>,
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
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(source) => return Err(PublishError::io("cannot read", &path, source)),
        };
        let damaged = |message: String| PublishError::Forgotten { path: path.clone(), message };
        let stored: Stored = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if stored.schema != SCHEMA || stored.salt.is_empty() {
            return Err(damaged(format!("its layout is `{}`, this program reads `{SCHEMA}`", stored.schema)));
        }
        Ok(Self { salt: stored.salt, hashes: stored.customers })
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
        self.hashes.extend(other.hashes);
        Ok(self)
    }

    /// Whether nobody is on the list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether this customer is on it. An e-mail address is on it in every spelling.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        let has = |id: &str| self.hashes.contains(&self.hash(id));
        !self.is_empty() && (has(id) || respelled(id).is_some_and(|form| has(&form)))
    }

    /// Puts customers on the list; gives how many were not on it. The first ones bring a new random salt.
    ///
    /// # Errors
    /// [`PublishError::Io`] if the system has no random numbers to give.
    pub fn add<'a>(&mut self, ids: impl Iterator<Item = &'a str>) -> Result<u64, PublishError> {
        if self.salt.is_empty() {
            self.salt = random_salt()?;
        }
        let mut new = 0;
        for id in ids {
            new += u64::from(self.hashes.insert(self.hash(id)));
            // So that another spelling of the same address is found too.
            self.hashes.extend(respelled(id).map(|form| self.hash(&form)));
        }
        Ok(new)
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
        let stored = Stored { customers: self.hashes.clone(), salt: self.salt.clone(), schema: SCHEMA.to_owned() };
        // INVARIANT: texts alone, so serialization cannot fail.
        let text = serde_json::to_string_pretty(&stored).expect("plain data");
        let write = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            // What a process that died left there; a link is removed, not followed.
            let _ = fs::remove_file(&half);
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&half)?;
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

/// 32 random bytes from the system, as hex digits.
fn random_salt() -> Result<String, PublishError> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 32];
    let read = File::open(source).and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| PublishError::io("cannot read", source, error))?;
    Ok(hex(&bytes))
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
        assert_eq!(list.add(["K1", "K2", "K1"].into_iter()).unwrap(), 2);
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
        assert_eq!(list.add(["Ann@Mail.Example", "k1"].into_iter()).unwrap(), 2);
        assert!(["ann@mail.example", "ANN@MAIL.example", "Ann@Mail.Example"].iter().all(|id| list.contains(id)));
        assert!(!list.contains("K1"), "only addresses have a form");
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
