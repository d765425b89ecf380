//! The key of the noise on published figures, kept in the output folder for the owner alone.
//!
//! `out/noise.key` holds 32 bytes as hex digits. Whoever has it can take the noise off again, so it is no part of any
//! night. It is made on the first night and changes when people are erased: what is left of them in figures of groups
//! then carries noise that nobody can make again from the key that is kept.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::publish::{OutputLock, PublishError};
use crate::catalogue::hex;

/// Name of the file in the output folder.
pub const NOISE_KEY_NAME: &str = "noise.key";

/// A key.
pub type NoiseKey = [u8; 32];

/// The key of an output folder; `None` = no night has made one yet.
///
/// # Errors
/// [`PublishError::Damaged`] for a file that is no key: figures made with another could be held against those of before.
pub fn read_key(out: &Path) -> Result<Option<NoiseKey>, PublishError> {
    let path = out.join(NOISE_KEY_NAME);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(PublishError::io("cannot read", &path, source)),
    };
    let key = from_hex(text.trim_end());
    let damaged = || PublishError::Damaged { path, message: "it is not a key of 64 hex digits".to_owned() };
    key.map(Some).ok_or_else(damaged)
}

/// Stores the key, whole or not at all.
///
/// # Errors
/// [`PublishError::Io`].
pub fn write_key(lock: &OutputLock, key: &NoiseKey) -> Result<(), PublishError> {
    let (path, half) = (lock.out().join(NOISE_KEY_NAME), lock.out().join(format!(".{NOISE_KEY_NAME}")));
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        file.write_all(format!("{}\n", hex(key)).as_bytes())?;
        file.sync_all()?;
        fs::rename(&half, &path)?;
        File::open(lock.out())?.sync_all()
    };
    write().map_err(|source| PublishError::io("cannot write", &path, source))
}

/// Puts another key in the place of the one that is there; the old one cannot be told from it. Nothing without a key.
///
/// # Errors
/// As [`read_key`] and [`write_key`].
pub fn change_key(lock: &OutputLock) -> Result<(), PublishError> {
    let Some(key) = read_key(lock.out())? else { return Ok(()) };
    let next = Sha256::new().chain_update(b"key after an erasure\0").chain_update(key).finalize();
    write_key(lock, &next.into())
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
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::codes::{Code, Coded as _};

    #[test]
    fn a_key_is_read_back_and_is_for_the_owner_alone() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        assert_eq!(read_key(out.path()).unwrap(), None);
        change_key(&lock).unwrap();
        assert_eq!(read_key(out.path()).unwrap(), None, "nothing to change");
        let key = std::array::from_fn(|i| (i * 8) as u8);
        write_key(&lock, &key).unwrap();
        assert_eq!(read_key(out.path()).unwrap(), Some(key));
        let path = out.path().join(NOISE_KEY_NAME);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        change_key(&lock).unwrap();
        assert_ne!(read_key(out.path()).unwrap(), Some(key));
        for damaged in ["", "00ff", &"zz".repeat(32), &format!("+{}", "0".repeat(63))] {
            fs::write(&path, damaged).unwrap();
            assert_eq!(read_key(out.path()).unwrap_err().code(), Code::Manifest);
        }
    }
}
