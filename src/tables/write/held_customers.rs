//! `customers` while plans are not made yet: all columns but the last, to be completed without encoding them again.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use super::layout::TableMeta;
use super::table_file::{EncodedTable, TableFile};
use super::{WriteError, WrittenFile};
use crate::model::plan::{NextStep, Prospect};
use crate::model::rows::CustomerFlags;
use crate::tables::access::private_file;
use crate::tables::schema::{CustomerRows, CustomerWords, TableId, TableSource as _};

/// Names of what is kept in the folder for work.
const TABLE: &str = "customers.half.parquet";
const PROSPECTS: &str = "customers.next.bin";

/// Bytes before the id: the packed prospect, whether a household is known, its hash, the length of the id.
const HEAD_BYTES: usize = 4 + 1 + 8 + 4;

/// What plans ask of each customer, kept on disk in the order of the table.
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

    pub(super) fn keep(
        &mut self,
        ids: &[String],
        flags: &[CustomerFlags],
        prospects: &[Prospect],
    ) -> Result<(), WriteError> {
        let file = &mut self.file;
        let mut all = ids.iter().zip(flags).zip(prospects);
        let kept = all.try_for_each(|((id, flags), prospect)| {
            file.write_all(&prospect.packed().to_le_bytes())?;
            file.write_all(&[u8::from(flags.household.is_some())])?;
            file.write_all(&flags.household.unwrap_or(0).to_le_bytes())?;
            file.write_all(&(id.len() as u32).to_le_bytes())?;
            file.write_all(id.as_bytes())
        });
        kept.map_err(|source| WriteError::io(&self.path, source))
    }

    fn finish(mut self) -> Result<PathBuf, WriteError> {
        self.file.flush().map_err(|source| WriteError::io(&self.path, source))?;
        Ok(self.path)
    }
}

/// A customer, as far as the lot asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCustomer {
    /// The id.
    pub id: String,
    /// Hash of the household; `None` = nobody else's.
    pub household: Option<u64>,
    /// What plans ask.
    pub prospect: Prospect,
}

impl KeptCustomer {
    fn read(file: &mut impl Read) -> std::io::Result<Self> {
        let mut head = [0; HEAD_BYTES];
        file.read_exact(&mut head)?;
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let mut id = vec![0; number(&head[13..]) as usize];
        file.read_exact(&mut id)?;
        let id = String::from_utf8(id).map_err(std::io::Error::other)?;
        let household = (head[4] == 1).then(|| number(&head[5..13]));
        Ok(Self { id, household, prospect: Prospect::unpacked(number(&head[..4]) as u32) })
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

    /// What was kept of each customer, in order of id.
    ///
    /// # Errors
    /// [`WriteError::Io`] if it cannot be read.
    pub fn kept(&self) -> Result<impl FnMut() -> Result<KeptCustomer, WriteError> + use<'_>, WriteError> {
        let failed = |source| WriteError::io(&self.prospects, source);
        let mut kept = BufReader::new(File::open(&self.prospects).map_err(failed)?);
        Ok(move || KeptCustomer::read(&mut kept).map_err(failed))
    }

    /// Writes the table inside `run_folder/tables`: encoded columns are copied byte by byte, and only what each customer is
    /// next for is encoded. `next` is asked once for each customer, in order of id; `plays` are what its answers name. What
    /// was kept is removed.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made, [`WriteError::Read`] if what was kept is damaged.
    pub fn complete<E: From<WriteError>>(
        self,
        run_folder: &Path,
        plays: &[String],
        mut next: impl FnMut(&KeptCustomer) -> Result<NextStep, E>,
    ) -> Result<WrittenFile, E> {
        let Self { table, prospects, meta, words } = self;
        let words = words.with_plays(plays);
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
                let one = |_| next(&KeptCustomer::read(&mut kept).map_err(failed)?);
                (0..rows).map(one).collect::<Result<Vec<NextStep>, E>>()
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
