//! Who is on a list, with the cells of each: the file from which the next delta is made, and by which people are found in files
//! that do not name them. For the owner alone, in order of customer, and never to be uploaded.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::error::AudienceError;
use crate::tables::access::private_file;
use crate::tables::plain_file;

/// Where it lies in the folder of an audience.
pub(super) const MEMBERS_NAME: &str = "internal/members.csv";

/// The same of those who go without by lot: without cells, for they are in no file.
pub(super) const CONTROL_NAME: &str = "internal/control.csv";

/// Columns before the cells.
const HEAD: [&str; 5] = ["customer_id", "segment_id", "play_id", "assigned_at", "changed_since"];

/// Somebody on a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The customer.
    pub customer_id: String,
    /// Segment; empty = none.
    pub segment: String,
    /// Campaign that is next; empty = none.
    pub play: String,
    /// First night of the unbroken stay on the list, `YYYY-MM-DD`.
    pub assigned_at: String,
    /// First night with these cells.
    pub changed_since: String,
    /// Cells of the row, in the order of the columns.
    pub cells: Vec<String>,
}

/// A day as `YYYY-MM-DD`.
pub(super) fn day_text(day: i32) -> String {
    NaiveDate::from_epoch_days(day).unwrap_or_default().to_string()
}

/// Writes members.
pub(super) struct MemberWriter {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
    /// So many so far.
    pub(super) rows: u64,
}

impl MemberWriter {
    pub(super) fn create<'h>(path: &Path, headers: impl Iterator<Item = &'h str>) -> Result<Self, AudienceError> {
        let file = private_file(path, true).map_err(AudienceError::disk(path))?;
        let mut writer = csv::Writer::from_writer(BufWriter::new(file));
        writer.write_record(HEAD.into_iter().chain(headers)).map_err(AudienceError::csv(path))?;
        Ok(Self { path: path.to_owned(), writer, rows: 0 })
    }

    pub(super) fn write(&mut self, member: &Member) -> Result<(), AudienceError> {
        let Member { customer_id, segment, play, assigned_at, changed_since, cells } = member;
        let head = [customer_id, segment, play, assigned_at, changed_since];
        self.rows += 1;
        self.writer.write_record(head.into_iter().chain(cells)).map_err(AudienceError::csv(&self.path))
    }

    pub(super) fn finish(mut self) -> Result<PathBuf, AudienceError> {
        self.writer.flush().map_err(AudienceError::disk(&self.path))?;
        Ok(self.path)
    }
}

/// Reads members, in order of customer.
pub struct MemberReader {
    path: PathBuf,
    reader: csv::Reader<BufReader<File>>,
    headers: Vec<String>,
    record: csv::StringRecord,
}

impl MemberReader {
    /// Those of the audience in `folder`, the one of the audience; `None` = there is none of that name.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn of_audience(folder: &Path) -> Result<Option<Self>, AudienceError> {
        Self::inside(folder, MEMBERS_NAME)
    }

    /// Those who go without by lot, alike.
    pub(super) fn control_of(folder: &Path) -> Result<Option<Self>, AudienceError> {
        Self::inside(folder, CONTROL_NAME)
    }

    fn inside(folder: &Path, name: &str) -> Result<Option<Self>, AudienceError> {
        let path = folder.join(name);
        if path.is_file() { Self::open(&path).map(Some) } else { Ok(None) }
    }

    pub(super) fn open(path: &Path) -> Result<Self, AudienceError> {
        let file = plain_file::open(path).map_err(AudienceError::disk(path))?;
        let mut reader = csv::Reader::from_reader(BufReader::new(file));
        let all = reader.headers().map_err(AudienceError::csv(path))?.clone();
        let headers = all.iter().skip(HEAD.len()).map(str::to_owned).collect();
        Ok(Self { path: path.to_owned(), reader, headers, record: csv::StringRecord::new() })
    }

    /// Headers of the cells.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The next one; `None` = there is no more.
    ///
    /// # Errors
    /// [`AudienceError::Disk`].
    pub fn next_member(&mut self) -> Result<Option<Member>, AudienceError> {
        if !self.reader.read_record(&mut self.record).map_err(AudienceError::csv(&self.path))? {
            return Ok(None);
        }
        let mut cells = self.record.iter().map(str::to_owned);
        let mut head = || cells.next().unwrap_or_default();
        let (customer_id, segment, play) = (head(), head(), head());
        let (assigned_at, changed_since) = (head(), head());
        Ok(Some(Member { customer_id, segment, play, assigned_at, changed_since, cells: cells.collect() }))
    }
}
