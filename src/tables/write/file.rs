//! A file that knows its size and hash, and is on the disk when it says so.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::WriteError;
use crate::catalogue::hex;
use crate::tables::access::private_file;

/// Bytes collected before a write to the disk; page-sized pieces of a column would cost a system call each.
const BUFFER_BYTES: usize = 1 << 18;

/// A finished file of a run folder, as its manifest lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenFile {
    /// Size in bytes.
    pub bytes: u64,
    /// Path inside the run folder, with `/` as separator.
    pub name: String,
    /// Rows; `None` where the file is no table.
    pub rows: Option<u64>,
    /// SHA-256 of the content, 64 lower-case hex digits.
    pub sha256: String,
}

/// A new file being written; its bytes are counted and hashed on the way.
///
/// Fails if the file exists: nothing in a run folder is ever written twice.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

impl OutputFile {
    /// Creates `folder/name`, readable by its owner alone (mode 0600); who else may read it is decided when the night is
    /// whole.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn create(folder: &Path, name: &str) -> Result<Self, WriteError> {
        let path = folder.join(name);
        let file = private_file(&path, true).map_err(|source| WriteError::io(&path, source))?;
        Ok(Self { path, file, buffer: Vec::with_capacity(BUFFER_BYTES), hash: Sha256::new(), bytes: 0 })
    }

    /// Where the file lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is left, waits for the disk and gives size and hash.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the disk does not take it.
    pub fn finish(mut self, name: &str, rows: Option<u64>) -> Result<WrittenFile, WriteError> {
        let done = self.drain().and_then(|()| self.file.sync_all());
        done.map_err(|source| WriteError::io(&self.path, source))?;
        Ok(WrittenFile { bytes: self.bytes, name: name.to_owned(), rows, sha256: hex(&self.hash.finalize()) })
    }

    /// Writes what is left, of a file that is read again and not kept, and gives its path.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the disk does not take it.
    pub(super) fn close(mut self) -> Result<PathBuf, WriteError> {
        self.drain().map_err(|source| WriteError::io(&self.path, source))?;
        Ok(self.path)
    }

    fn drain(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER_BYTES {
            self.drain()?;
        }
        if bytes.len() >= BUFFER_BYTES {
            self.file.write_all(bytes)?;
        } else {
            self.buffer.extend_from_slice(bytes);
        }
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn size_and_hash_are_those_of_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = OutputFile::create(folder.path(), "a.txt").unwrap();
        file.write_all(b"abc").unwrap();
        let written = file.finish("x/a.txt", Some(3)).unwrap();
        // SHA-256 of "abc": FIPS 180-2, appendix B.1.
        assert_eq!(written.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((written.bytes, written.name.as_str(), written.rows), (3, "x/a.txt", Some(3)));
        assert_eq!(std::fs::read(folder.path().join("a.txt")).unwrap(), b"abc");
    }

    #[test]
    fn pieces_larger_and_smaller_than_the_buffer_arrive_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = OutputFile::create(folder.path(), "b").unwrap();
        let large = vec![7u8; BUFFER_BYTES + 1];
        for piece in [&b"start"[..], &large, b"end"] {
            file.write_all(piece).unwrap();
        }
        let written = file.finish("b", None).unwrap();
        let content = std::fs::read(folder.path().join("b")).unwrap();
        assert_eq!(content.len() as u64, written.bytes);
        assert!(content.starts_with(b"start\x07") && content.ends_with(b"\x07end"));
        assert_eq!(hex(&Sha256::digest(&content)), written.sha256);
    }

    #[test]
    fn a_file_is_never_written_twice_and_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        OutputFile::create(folder.path(), "c").unwrap().finish("c", None).unwrap();
        let mode = std::fs::metadata(folder.path().join("c")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = OutputFile::create(folder.path(), "c").unwrap_err();
        assert!(matches!(again, WriteError::Io { .. }), "{again}");
    }
}
