//! Records of one size dealt out over files of the folder for work, so that what belongs together can be sorted in memory a part
//! at a time.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use super::error::AudienceError;
use crate::tables::access::private_file;

/// Bytes written at once.
const BUFFER: usize = 1 << 14;

/// A record of a known size.
pub(super) trait Dealt: Sized {
    /// Its bytes.
    const BYTES: usize;

    fn put(&self, into: &mut Vec<u8>);

    /// From as many bytes.
    fn get(bytes: &[u8]) -> Self;
}

/// Eight bytes as a number.
pub(super) fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Files that records are dealt to. Gone with this.
pub(super) struct Buckets<T> {
    folder: PathBuf,
    name: &'static str,
    files: Vec<Option<BufWriter<File>>>,
    bytes: Vec<u8>,
    records: PhantomData<T>,
}

impl<T: Dealt> Buckets<T> {
    /// None yet; they are made when a record comes.
    pub(super) fn new(folder: &Path, name: &'static str) -> Self {
        Self { folder: folder.to_owned(), name, files: Vec::new(), bytes: Vec::new(), records: PhantomData }
    }

    /// Buckets there are: none behind the last with a record.
    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    /// Puts a record into a bucket.
    pub(super) fn deal(&mut self, bucket: usize, record: &T) -> Result<(), AudienceError> {
        let path = self.path(bucket);
        while self.files.len() <= bucket {
            self.files.push(None);
        }
        let file = match &mut self.files[bucket] {
            Some(file) => file,
            empty => {
                let file = private_file(&path, true).map_err(AudienceError::disk(&path))?;
                empty.insert(BufWriter::with_capacity(BUFFER, file))
            }
        };
        self.bytes.clear();
        record.put(&mut self.bytes);
        file.write_all(&self.bytes).map_err(AudienceError::disk(&path))
    }

    /// Takes all records out of a bucket, in the order they came.
    pub(super) fn take(&mut self, bucket: usize) -> Result<Vec<T>, AudienceError> {
        let path = self.path(bucket);
        let Some(mut file) = self.files.get_mut(bucket).and_then(Option::take) else { return Ok(Vec::new()) };
        file.flush().map_err(AudienceError::disk(&path))?;
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(AudienceError::disk(&path))?;
        BufReader::new(file).read_to_end(&mut bytes).map_err(AudienceError::disk(&path))?;
        std::fs::remove_file(&path).map_err(AudienceError::disk(&path))?;
        Ok(bytes.chunks_exact(T::BYTES).map(T::get).collect())
    }

    fn path(&self, bucket: usize) -> PathBuf {
        self.folder.join(format!("{}-{bucket:04}.bin", self.name))
    }
}

impl<T> Drop for Buckets<T> {
    fn drop(&mut self) {
        for bucket in (0..self.files.len()).filter(|bucket| self.files[*bucket].is_some()) {
            let _ = std::fs::remove_file(self.folder.join(format!("{}-{bucket:04}.bin", self.name)));
        }
    }
}
