//! The key of the noise on published figures, kept in the output folder for the owner alone.
//!
//! `out/noise.key` holds 32 bytes as hex digits, and for which list of the forgotten they were last changed. Whoever has it can take the noise off again, so it is no part of any
//! night. It is made on the first night and changes when people are erased: what is left of them in figures of groups
//! then carries noise that nobody can make again from the key that is kept.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::chance::random_bytes;
use super::plain_file;
use super::publish::{OutputLock, PublishError, write_private};
use crate::catalogue::hex;

/// Name of the file in the output folder.
pub const NOISE_KEY_NAME: &str = "noise.key";

/// A key.
pub type NoiseKey = [u8; 32];

/// What the file holds.
struct StoredKey {
    key: NoiseKey,
    /// Fingerprint of the list of the forgotten that the key was last changed for; empty = none.
    list: String,
}

/// The key of an output folder; `None` = no night has made one yet.
///
/// # Errors
/// [`PublishError::Damaged`] for a file that is no key: figures made with another could be held against those of before.
pub fn read_key(out: &Path) -> Result<Option<NoiseKey>, PublishError> {
    Ok(stored_key(out)?.map(|stored| stored.key))
}

fn stored_key(out: &Path) -> Result<Option<StoredKey>, PublishError> {
    let path = out.join(NOISE_KEY_NAME);
    let text = match plain_file::read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(PublishError::io("cannot read", &path, source)),
    };
    let mut lines = text.lines();
    let key = from_hex(lines.next().unwrap_or_default());
    let damaged = || PublishError::Damaged { path, message: "it is not a key of 64 hex digits".to_owned() };
    let stored = key.map(|key| StoredKey { key, list: lines.next().unwrap_or_default().to_owned() });
    stored.map(Some).ok_or_else(damaged)
}

/// Stores the key of a first night, whole or not at all.
///
/// # Errors
/// [`PublishError::Io`].
pub fn write_key(lock: &OutputLock, key: &NoiseKey) -> Result<(), PublishError> {
    store(lock, &StoredKey { key: *key, list: String::new() })
}

fn store(lock: &OutputLock, stored: &StoredKey) -> Result<(), PublishError> {
    let text = format!("{}\n{}\n", hex(&stored.key), stored.list);
    write_private(&lock.out().join(NOISE_KEY_NAME), text.as_bytes())?;
    let synced = File::open(lock.out()).and_then(|out| out.sync_all());
    synced.map_err(|source| PublishError::io("cannot write", lock.out(), source))
}

/// Puts another key in the place of the one that is there, once for each `list` of the forgotten, by its fingerprint; the
/// old one cannot be told from it. Nothing without a key.
///
/// # Errors
/// As [`read_key`] and [`write_key`].
pub fn change_key(lock: &OutputLock, list: &str) -> Result<(), PublishError> {
    let Some(StoredKey { key, .. }) = stored_key(lock.out())?.filter(|stored| stored.list != list) else {
        return Ok(());
    };
    store(lock, &StoredKey { key: derived(b"key after an erasure", &key), list: list.to_owned() })
}

/// Chance to close numbers of people with while somebody is erased: gone once the key is changed. The same until then, so
/// that a call that was cut short ends as it would have ended. Without a key in the folder it is the system's.
///
/// # Errors
/// As [`read_key`]; [`PublishError::Io`] if the system has none to give.
pub(super) fn closing_chance(out: &Path) -> Result<NoiseKey, PublishError> {
    if let Some(StoredKey { key, list }) = stored_key(out)? {
        return Ok(derived(format!("chance of an erasure {list}").as_bytes(), &key));
    }
    random_bytes()
}

fn derived(what: &[u8], key: &NoiseKey) -> NoiseKey {
    Sha256::new().chain_update(what).chain_update(b"\0").chain_update(key).finalize().into()
}

fn from_hex(text: &str) -> Option<NoiseKey> {
    let mut key = NoiseKey::default();
    let digits = text.as_bytes();
    if digits.len() != 2 * key.len() || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::codes::{Code, Coded as _};

    #[test]
    fn a_key_is_read_back_and_is_for_the_owner_alone() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        assert_eq!(read_key(out.path()).unwrap(), None);
        change_key(&lock, "a list").unwrap();
        assert_eq!(read_key(out.path()).unwrap(), None, "nothing to change");
        assert_ne!(closing_chance(out.path()).unwrap(), closing_chance(out.path()).unwrap());
        let key = std::array::from_fn(|i| (i * 8) as u8);
        write_key(&lock, &key).unwrap();
        assert_eq!(read_key(out.path()).unwrap(), Some(key));
        let path = out.path().join(NOISE_KEY_NAME);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let chance = closing_chance(out.path()).unwrap();
        assert_eq!(chance, closing_chance(out.path()).unwrap(), "the same until the key changes");
        change_key(&lock, "a list").unwrap();
        let changed = read_key(out.path()).unwrap();
        assert_ne!(changed, Some(key));
        assert_ne!(chance, closing_chance(out.path()).unwrap());
        change_key(&lock, "a list").unwrap();
        assert_eq!(read_key(out.path()).unwrap(), changed, "once for a list");
        for damaged in ["", "00ff", &"zz".repeat(32), &format!("+{}", "0".repeat(63))] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(read_key(out.path()).unwrap_err().code(), Code::Manifest);
        }
    }
}
