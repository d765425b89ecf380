//! `customers` while plans are not made yet: all columns but the last, to be completed without encoding them again.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::layout::TableMeta;
use super::table_file::{EncodedTable, TableFile};
use super::{WriteError, WrittenFile};
use crate::model::plan::{NextPlays, NextStep, Prospect};
use crate::tables::access::private_file;
use crate::tables::schema::{CustomerRows, CustomerWords, TableId, TableSource as _};

/// Names of what is kept in the folder for work.
const TABLE: &str = "customers.half.parquet";
const PROSPECTS: &str = "customers.next.bin";

/// Bytes of a packed prospect.
const PROSPECT_BYTES: usize = 4;

/// What plans ask of each customer, kept on disk in the order of the table: four bytes each.
pub(super) struct KeptProspects {
    path: PathBuf,
    file: BufWriter<File>,
}

impl KeptProspects {
    pub(super) fn create(folder: &Path) -> Result<Self, WriteError> {
        let path = folder.join(PROSPECTS);
        let file = private_file(&path, true).map_err(|source| WriteError::io(&path, source))?;
        Ok(Self { path, file: BufWriter::new(file) })
    }

    pub(super) fn keep(&mut self, prospects: &[Prospect]) -> Result<(), WriteError> {
        let all = prospects.iter().try_for_each(|prospect| self.file.write_all(&prospect.packed().to_le_bytes()));
        all.map_err(|source| WriteError::io(&self.path, source))
    }

    fn finish(mut self) -> Result<PathBuf, WriteError> {
        self.file.flush().map_err(|source| WriteError::io(&self.path, source))?;
        Ok(self.path)
    }
}

/// Everything of `customers` but what each customer is next for.
pub struct HeldCustomers {
    table: PathBuf,
    prospects: PathBuf,
    meta: TableMeta,
    words: CustomerWords,
}

impl HeldCustomers {
    pub(super) fn begin(folder: &Path, meta: &TableMeta) -> Result<TableFile, WriteError> {
        TableFile::create_as(folder, TABLE, TableId::Customers, meta)
    }

    pub(super) fn of(
        file: TableFile,
        prospects: KeptProspects,
        meta: TableMeta,
        words: CustomerWords,
    ) -> Result<Self, WriteError> {
        Ok(Self { table: file.close()?, prospects: prospects.finish()?, meta, words })
    }

    /// Writes the table inside `run_folder/tables`: encoded columns are copied byte by byte, and only what each customer is
    /// next for is encoded. What was kept is removed.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made, [`WriteError::Read`] if what was kept is damaged.
    pub fn complete(self, run_folder: &Path, plays: &NextPlays) -> Result<WrittenFile, WriteError> {
        let Self { table, prospects, meta, words } = self;
        let words = words.with_plays(plays.plays());
        let failed = |source| WriteError::io(&prospects, source);
        let mut kept = BufReader::new(File::open(&prospects).map_err(failed)?);
        let half = EncodedTable::open(&table)?;
        let mut whole = TableFile::create(run_folder, TableId::Customers, &meta)?;
        let fresh = CustomerRows::table().columns().iter().filter(|column| NEXT.contains(&column.name())).count();
        whole.adopt(
            &half,
            fresh,
            |rows, i| {
                let table = CustomerRows::table();
                let next = CustomerRows::next_alone(rows, &words);
                table.columns()[i].fill().map(|fill| fill(next))
            },
            |rows| {
                let mut bytes = vec![0; rows * PROSPECT_BYTES];
                kept.read_exact(&mut bytes).map_err(failed)?;
                let prospect = |four: &[u8]| {
                    let packed = four.iter().rev().fold(0, |bits, byte| bits << 8 | u32::from(*byte));
                    plays.next(&Prospect::unpacked(packed))
                };
                Ok(bytes.chunks_exact(PROSPECT_BYTES).map(prospect).collect::<Vec<NextStep>>())
            },
        )?;
        let written = whole.finish()?;
        for path in [&table, &prospects] {
            std::fs::remove_file(path).map_err(|source| WriteError::io(path, source))?;
        }
        Ok(written)
    }
}

/// Columns that plans decide on, the last of the table.
pub(super) const NEXT: [&str; 2] = ["next_play", "next_play_reason"];
