//! `open_matters`: what is open with whom, written as it comes.

use std::cmp::Reverse;
use std::path::Path;

use datafusion::arrow::array::ArrayRef;

use super::layout::{CHUNK_ROWS, TableMeta};
use super::order::AscendingIds;
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::catalogue::{Catalogue, MatterKind, PlayKind, PlaySubject};
use crate::model::rows::OpenMatter;
use crate::tables::schema::{OpenMatterRow, OpenMatterRows, TableId, TableSource as _, texts};

/// Writes `open_matters`. Memory: one chunk of rows and what is open with one customer.
pub struct OpenMattersWriter {
    file: TableFile,
    owners: ArrayRef,
    order: AscendingIds,
    waiting: Vec<OpenMatterRow>,
}

impl OpenMattersWriter {
    /// Creates the file inside `run_folder/tables`. Who settles a kind of matter is whoever owns its first play.
    ///
    /// # Errors
    /// [`WriteError::Io`] if the file exists or cannot be made.
    pub fn new(run_folder: &Path, meta: &TableMeta, catalogue: &Catalogue) -> Result<Self, WriteError> {
        let owner = |kind: MatterKind| {
            let plays = catalogue.plays_for(PlayKind::Recover, PlaySubject::OpenMatter(kind));
            plays.first().map_or("", |play| play.owner())
        };
        Ok(Self {
            file: TableFile::create(run_folder, TableId::OpenMatters, meta)?,
            owners: texts(MatterKind::ALL.map(owner)),
            order: AscendingIds::new(TableId::OpenMatters),
            waiting: Vec::new(),
        })
    }

    /// Adds what is open with a customer; customers come in ascending order of id.
    ///
    /// # Errors
    /// [`WriteError::Order`] for an id out of order; errors of the disk.
    pub fn push(&mut self, customer_id: &str, mut matters: Vec<OpenMatter>) -> Result<(), WriteError> {
        if matters.is_empty() {
            return Ok(());
        }
        let customer_id = customer_id.to_owned();
        self.order.check(std::slice::from_ref(&customer_id))?;
        matters.sort_by_key(|matter| (matter.kind, Reverse(matter.days_open)));
        for (number, matter) in (1..).zip(matters) {
            self.waiting.push(OpenMatterRow { customer_id: customer_id.clone(), number, matter });
            if self.waiting.len() == CHUNK_ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    /// Writes what waits and closes the file.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn finish(mut self) -> Result<WrittenFile, WriteError> {
        self.flush()?;
        self.file.finish()
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let (waiting, table) = (std::mem::take(&mut self.waiting), OpenMatterRows::table());
        let rows = OpenMatterRows { rows: &waiting, owners: &self.owners };
        self.file.append(waiting.len(), |i| table.columns()[i].fill().map(|fill| fill(rows)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;
    use crate::tables::read::all_rows;

    #[test]
    fn the_gravest_and_oldest_matter_of_a_customer_comes_first_and_a_role_owns_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("tables")).unwrap();
        let mut writer = OpenMattersWriter::new(folder.path(), &fixture::meta(), &Catalogue::embedded()).unwrap();
        let matter = |kind, days_open| OpenMatter { kind, days_open, severity: None, promised_by: Some(0) };
        let matters = vec![
            matter(MatterKind::Return, Some(3)),
            matter(MatterKind::Complaint, Some(2)),
            matter(MatterKind::Complaint, Some(40)),
        ];
        writer.push("a", matters).unwrap();
        writer.push("b", Vec::new()).unwrap();
        writer.push("c", vec![matter(MatterKind::Case, None)]).unwrap();
        writer.finish().unwrap();
        let rows = all_rows(&folder.path().join("tables/open_matters.parquet")).unwrap();
        let told: Vec<(String, i64, String)> = rows
            .iter()
            .map(|row| {
                let text = |column: &str| row[column].as_str().unwrap().to_owned();
                (text("customer_id"), row["matter"].as_i64().unwrap(), format!("{} {}", text("kind"), row["days_open"]))
            })
            .collect();
        let expected = [("a", 1, "complaint 40"), ("a", 2, "complaint 2"), ("a", 3, "return 3"), ("c", 1, "case null")];
        assert_eq!(told, expected.map(|(id, number, what)| (id.to_owned(), number, what.to_owned())));
        assert_eq!(rows[3]["owner"], "Team lead of customer service");
    }
}
