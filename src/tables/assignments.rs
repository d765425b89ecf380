//! `out/assignments.parquet`: who was drawn for which play, and who went without. The ledger outlives nights: windows are
//! longer than nights are kept, and of those who got nothing nobody else knows that they were drawn.
//!
//! One row a customer and play, in order of customer, then play; for the owner alone. It is written anew beside its place
//! every night and moved there in one step.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Date32Array, Float64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Float64Type, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::access::private_file;
use super::publish::{OutputLock, PublishError, half_written};
use super::read::{ReadError, damaged, open};
use super::write::WriteError;
use crate::codes::{Code, Coded};
use crate::model::effect::TrialArm;

/// Name of the file in the output folder.
pub const ASSIGNMENTS_NAME: &str = "assignments.parquet";

/// Rows written at once.
const CHUNK: usize = 8_192;

/// Days that a row stays after its customer was released. Our judgment: a year of history, and a month to look at it.
pub const KEPT_AFTER_RELEASE_DAYS: i32 = 400;

/// Why a customer does not count any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReleaseReason {
    /// Is no customer any more.
    Gone,
    /// May not be profiled any more.
    Withdrawn,
    /// The play is off.
    Stopped,
    /// Was drawn with another salt.
    Epoch,
}

impl ReleaseReason {
    const ALL: [Self; 4] = [Self::Gone, Self::Withdrawn, Self::Stopped, Self::Epoch];

    fn slug(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Withdrawn => "withdrawn",
            Self::Stopped => "stopped",
            Self::Epoch => "epoch",
        }
    }
}

/// A customer drawn for a play.
#[derive(Clone, Debug, PartialEq)]
pub struct AssignmentRow {
    /// The customer.
    pub customer_id: String,
    /// The play, or `ALL` for the whole program.
    pub play_id: String,
    /// Segment on the night of the lot, `NONE` without one; it stays, wherever the customer goes.
    pub segment_id: String,
    /// What the lot decided.
    pub arm: TrialArm,
    /// Share of the other arm that night.
    pub control_share: f64,
    /// The night of the lot, days since 1970.
    pub assigned_at: i32,
    /// Name of the salt it was drawn with.
    pub epoch: String,
    /// Since when, and why, the customer does not count any longer; `None` = counts.
    pub released: Option<(i32, ReleaseReason)>,
}

impl AssignmentRow {
    /// The row as the night `today` leaves it: released for `reason`, since the day it began; `None` = it is old enough to go.
    #[must_use]
    pub fn on(mut self, today: i32, reason: Option<ReleaseReason>) -> Option<Self> {
        let since = self.released.filter(|(day, own)| Some(*own) == reason && *day < today).map(|(day, _)| day);
        self.released = reason.map(|reason| (since.unwrap_or(today), reason));
        let old = self.released.is_some_and(|(day, _)| day + KEPT_AFTER_RELEASE_DAYS <= today);
        (!old).then_some(self)
    }
}

fn layout() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    Arc::new(Schema::new(vec![
        text("customer_id"),
        text("play_id"),
        text("segment_id"),
        text("arm"),
        Field::new("control_share", DataType::Float64, false),
        Field::new("assigned_at", DataType::Date32, false),
        text("epoch"),
        Field::new("released_at", DataType::Date32, true),
        Field::new("reason_released", DataType::Utf8, true),
    ]))
}

/// The ledger read along the customers of a night.
pub struct AssignmentsReader {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    batch: Vec<AssignmentRow>,
    row: usize,
}

impl AssignmentsReader {
    /// Opens the ledger of an output folder; `None` = there is none yet.
    ///
    /// # Errors
    /// [`ReadError`] if it is there and cannot be read.
    pub fn open(out: &Path) -> Result<Option<Self>, ReadError> {
        let path = out.join(ASSIGNMENTS_NAME);
        if !path.exists() {
            return Ok(None);
        }
        let reader = open(&path)?.build().map_err(|source| damaged(&path, source))?;
        Ok(Some(Self { path, reader, batch: Vec::new(), row: 0 }))
    }

    /// Rows of the customer `id`, which follows those asked for before; `passed` is handed the rows of others who come between.
    ///
    /// # Errors
    /// [`ReadError`] if the ledger cannot be read on.
    pub fn of(
        &mut self,
        id: &str,
        mut passed: impl FnMut(AssignmentRow) -> Result<(), WriteError>,
    ) -> Result<Vec<AssignmentRow>, AssignmentsError> {
        let mut own = Vec::new();
        while let Some(next) = self.peek()? {
            match next.customer_id.as_str().cmp(id) {
                std::cmp::Ordering::Greater => break,
                std::cmp::Ordering::Equal => own.push(next.clone()),
                std::cmp::Ordering::Less => passed(next.clone())?,
            }
            self.row += 1;
        }
        Ok(own)
    }

    /// Hands over all rows left.
    ///
    /// # Errors
    /// As [`AssignmentsReader::of`].
    pub fn rest(
        mut self,
        mut passed: impl FnMut(AssignmentRow) -> Result<(), WriteError>,
    ) -> Result<(), AssignmentsError> {
        while let Some(next) = self.peek()? {
            passed(next.clone())?;
            self.row += 1;
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<&AssignmentRow>, ReadError> {
        while self.row >= self.batch.len() {
            let Some(batch) = self.reader.next() else { return Ok(None) };
            let batch = batch.map_err(|source| damaged(&self.path, source))?;
            let foreign = || {
                let message = "it is no ledger of assignments of this version";
                damaged(&self.path, std::io::Error::new(ErrorKind::InvalidData, message))
            };
            (self.batch, self.row) = (rows_of(&batch).ok_or_else(foreign)?, 0);
        }
        Ok(self.batch.get(self.row))
    }
}

/// The ledger could not be read, or not be written on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssignmentsError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its successor cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

impl Coded for AssignmentsError {
    fn code(&self) -> Code {
        match self {
            Self::Read(error) => error.code(),
            Self::Write(error) => error.code(),
        }
    }
}

fn rows_of(batch: &RecordBatch) -> Option<Vec<AssignmentRow>> {
    let text = |name: &str| batch.column_by_name(name)?.as_string_opt::<i32>();
    let [ids, plays, segments, arms, epochs, reasons] =
        ["customer_id", "play_id", "segment_id", "arm", "epoch", "reason_released"].map(text);
    let (ids, plays, segments, arms, epochs, reasons) = (ids?, plays?, segments?, arms?, epochs?, reasons?);
    let share = batch.column_by_name("control_share")?.as_primitive_opt::<Float64Type>()?;
    let day = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Date32Type>();
    let (assigned, released) = (day("assigned_at")?, day("released_at")?);
    let row = |i: usize| {
        let reason = ReleaseReason::ALL.into_iter().find(|r| reasons.is_valid(i) && r.slug() == reasons.value(i));
        Some(AssignmentRow {
            customer_id: ids.value(i).to_owned(),
            play_id: plays.value(i).to_owned(),
            segment_id: segments.value(i).to_owned(),
            arm: TrialArm::parse(arms.value(i))?,
            control_share: share.value(i),
            assigned_at: assigned.value(i),
            epoch: epochs.value(i).to_owned(),
            released: reason.filter(|_| released.is_valid(i)).map(|reason| (released.value(i), reason)),
        })
    };
    (0..batch.num_rows()).map(row).collect()
}

/// The ledger as it will be, written beside its place; dropped before it is put there, it is gone.
pub struct AssignmentsWriter {
    path: PathBuf,
    half: PathBuf,
    /// `None` = it was put in its place.
    writer: Option<ArrowWriter<File>>,
    waiting: Vec<AssignmentRow>,
    last: Option<(String, String)>,
}

impl AssignmentsWriter {
    /// Begins beside the ledger of an output folder. What a process that died left there is replaced.
    ///
    /// # Errors
    /// [`WriteError::Io`] if it cannot be made.
    pub fn create(lock: &OutputLock) -> Result<Self, WriteError> {
        let path = lock.out().join(ASSIGNMENTS_NAME);
        let half = half_written(&path);
        let failed = |source| WriteError::Io { path: half.clone(), source };
        match std::fs::remove_file(&half) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let file = private_file(&half, true).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_created_by(concat!("valueseg version ", env!("CARGO_PKG_VERSION")).to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .build();
        let writer = ArrowWriter::try_new(file, layout(), Some(properties))
            .map_err(|source| WriteError::encode(&half, source))?;
        Ok(Self { path, half, writer: Some(writer), waiting: Vec::new(), last: None })
    }

    /// Adds a row; rows ascend by customer and play.
    ///
    /// # Errors
    /// [`WriteError::Order`] if they do not, errors of the disk.
    pub fn push(&mut self, row: AssignmentRow) -> Result<(), WriteError> {
        let key = (row.customer_id.clone(), row.play_id.clone());
        if self.last.as_ref().is_some_and(|last| *last >= key) {
            return Err(WriteError::Order { table: "assignments", row: self.waiting.len() as u64 });
        }
        self.last = Some(key);
        self.waiting.push(row);
        if self.waiting.len() == CHUNK { self.encode() } else { Ok(()) }
    }

    /// Forces what was written to the disk and puts it in its place.
    ///
    /// # Errors
    /// Errors of the disk; the ledger is then as it was.
    pub fn replace(mut self) -> Result<(), WriteError> {
        self.encode()?;
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let file = writer.into_inner().map_err(|source| WriteError::encode(&self.half, source))?;
        let moved = file.sync_all().and_then(|()| std::fs::rename(&self.half, &self.path));
        let folder = || File::open(self.path.parent().unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        moved.and_then(|()| folder()).map_err(|source| WriteError::Io { path: self.path.clone(), source })
    }

    fn encode(&mut self) -> Result<(), WriteError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.waiting);
        let text = |pick: fn(&AssignmentRow) -> &str| -> ArrayRef {
            Arc::new(rows.iter().map(|row| Some(pick(row))).collect::<StringArray>())
        };
        let columns: Vec<ArrayRef> = vec![
            text(|row| &row.customer_id),
            text(|row| &row.play_id),
            text(|row| &row.segment_id),
            text(|row| row.arm.slug()),
            Arc::new(rows.iter().map(|row| row.control_share).collect::<Float64Array>()),
            Arc::new(rows.iter().map(|row| Some(row.assigned_at)).collect::<Date32Array>()),
            text(|row| &row.epoch),
            Arc::new(rows.iter().map(|row| row.released.map(|(day, _)| day)).collect::<Date32Array>()),
            Arc::new(rows.iter().map(|row| row.released.map(|(_, reason)| reason.slug())).collect::<StringArray>()),
        ];
        let batch = RecordBatch::try_new(layout(), columns).map_err(|error| {
            WriteError::encode(&self.half, parquet::errors::ParquetError::External(Box::new(error)))
        })?;
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write(&batch).map_err(|source| WriteError::encode(&self.half, source))
    }
}

impl Drop for AssignmentsWriter {
    fn drop(&mut self) {
        // Of one that was put in its place nothing is left there.
        let _ = std::fs::remove_file(&self.half);
    }
}

/// The ledger's place, for whoever erases persons from it; `None` = there is none.
///
/// # Errors
/// [`PublishError::Io`] if that cannot be found out.
pub fn assignments_path(out: &Path) -> Result<Option<PathBuf>, PublishError> {
    let path = out.join(ASSIGNMENTS_NAME);
    match path.try_exists() {
        Ok(there) => Ok(there.then_some(path)),
        Err(source) => Err(PublishError::io("cannot read", &path, source)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn row(id: &str, play: &str) -> AssignmentRow {
        AssignmentRow {
            customer_id: id.to_owned(),
            play_id: play.to_owned(),
            segment_id: "S01".to_owned(),
            arm: TrialArm::Control,
            control_share: 0.5,
            assigned_at: 20_000,
            epoch: "0123abcd".to_owned(),
            released: None,
        }
    }

    fn write(lock: &OutputLock, rows: &[AssignmentRow]) {
        let mut writer = AssignmentsWriter::create(lock).unwrap();
        rows.iter().cloned().try_for_each(|row| writer.push(row)).unwrap();
        writer.replace().unwrap();
    }

    #[test]
    fn rows_come_back_as_they_were_written_and_for_the_owner_alone() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        assert!(AssignmentsReader::open(out.path()).unwrap().is_none());
        let released = AssignmentRow { released: Some((20_010, ReleaseReason::Gone)), ..row("K3", "b") };
        write(&lock, &[row("K1", "a"), row("K1", "b"), row("K2", "a"), released.clone()]);
        let mode = std::fs::metadata(out.path().join(ASSIGNMENTS_NAME)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut reader = AssignmentsReader::open(out.path()).unwrap().unwrap();
        let mut passed = Vec::new();
        let of = reader.of("K1", |_| Ok(())).unwrap();
        assert_eq!(of, [row("K1", "a"), row("K1", "b")]);
        assert_eq!(
            reader
                .of("K25", |row| {
                    passed.push(row.customer_id);
                    Ok(())
                })
                .unwrap(),
            []
        );
        assert_eq!(passed, ["K2"]);
        let mut left = Vec::new();
        reader
            .rest(|row| {
                left.push(row);
                Ok(())
            })
            .unwrap();
        assert_eq!(left, [released]);
    }

    #[test]
    fn until_it_is_put_in_its_place_the_old_ledger_stands() {
        let out = tempfile::tempdir().unwrap();
        let lock = OutputLock::acquire(out.path()).unwrap();
        write(&lock, &[row("K1", "a")]);
        let mut writer = AssignmentsWriter::create(&lock).unwrap();
        writer.push(row("K2", "a")).unwrap();
        assert!(writer.push(row("K1", "a")).is_err(), "rows ascend");
        drop(writer);
        let mut reader = AssignmentsReader::open(out.path()).unwrap().unwrap();
        assert_eq!(reader.of("K1", |_| Ok(())).unwrap().len(), 1);
        assert_eq!(
            std::fs::read_dir(out.path()).unwrap().flatten().filter(|e| e.path().is_file()).count(),
            2,
            "and the lock"
        );
    }

    #[test]
    fn a_row_goes_four_hundred_days_after_its_release_and_not_before() {
        let released = row("K1", "a").on(20_100, Some(ReleaseReason::Gone)).unwrap();
        assert_eq!(released.released, Some((20_100, ReleaseReason::Gone)));
        let later = released.on(20_200, Some(ReleaseReason::Gone)).unwrap();
        assert_eq!(later.released, Some((20_100, ReleaseReason::Gone)), "since when it was so");
        assert_eq!(later.clone().on(20_300, None).unwrap().released, None, "came back");
        assert_eq!(later.on(20_500, Some(ReleaseReason::Gone)), None);
    }
}
