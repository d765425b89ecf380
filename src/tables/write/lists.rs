//! `audience_members` and `audience_changes`, written as they come.

use std::path::Path;

use super::layout::{CHUNK_ROWS, TableMeta};
use super::table_file::TableFile;
use super::{WriteError, WrittenFile};
use crate::tables::schema::{
    AudienceChangeRow, AudienceChangeRows, AudienceMemberRow, AudienceMemberRows, TableId, TableSource as _,
};

/// Writes both tables about lists. Memory: one chunk of rows of each.
pub struct ListTables {
    members: TableFile,
    changes: TableFile,
    members_waiting: Vec<AudienceMemberRow>,
    changes_waiting: Vec<AudienceChangeRow>,
    last: [(String, String); 2],
}

impl ListTables {
    /// Creates the files inside `run_folder/tables`.
    ///
    /// # Errors
    /// [`WriteError::Io`] if one exists or cannot be made.
    pub fn create(run_folder: &Path, meta: &TableMeta) -> Result<Self, WriteError> {
        Ok(Self {
            members: TableFile::create(run_folder, TableId::AudienceMembers, meta)?,
            changes: TableFile::create(run_folder, TableId::AudienceChanges, meta)?,
            members_waiting: Vec::new(),
            changes_waiting: Vec::new(),
            last: Default::default(),
        })
    }

    /// Adds somebody on a list; rows come ascending by audience and customer.
    ///
    /// # Errors
    /// [`WriteError::Order`] for a row out of order; errors of the disk.
    pub fn member(&mut self, row: AudienceMemberRow) -> Result<(), WriteError> {
        ascends(&mut self.last[0], TableId::AudienceMembers, &row.audience, &row.customer_id)?;
        self.members_waiting.push(row);
        if self.members_waiting.len() == CHUNK_ROWS { self.flush_members() } else { Ok(()) }
    }

    /// Adds a change of a list, in the same order.
    ///
    /// # Errors
    /// As [`ListTables::member`].
    pub fn change(&mut self, row: AudienceChangeRow) -> Result<(), WriteError> {
        ascends(&mut self.last[1], TableId::AudienceChanges, &row.audience, &row.customer_id)?;
        self.changes_waiting.push(row);
        if self.changes_waiting.len() == CHUNK_ROWS { self.flush_changes() } else { Ok(()) }
    }

    /// Writes what waits and closes both files.
    ///
    /// # Errors
    /// Errors of the disk.
    pub fn finish(mut self) -> Result<[WrittenFile; 2], WriteError> {
        self.flush_members()?;
        self.flush_changes()?;
        Ok([self.members.finish()?, self.changes.finish()?])
    }

    fn flush_members(&mut self) -> Result<(), WriteError> {
        let (waiting, table) = (std::mem::take(&mut self.members_waiting), AudienceMemberRows::table());
        let rows = AudienceMemberRows { rows: &waiting };
        self.members.append(waiting.len(), |i| table.columns()[i].fill().map(|fill| fill(rows)))
    }

    fn flush_changes(&mut self) -> Result<(), WriteError> {
        let (waiting, table) = (std::mem::take(&mut self.changes_waiting), AudienceChangeRows::table());
        let rows = AudienceChangeRows { rows: &waiting };
        self.changes.append(waiting.len(), |i| table.columns()[i].fill().map(|fill| fill(rows)))
    }
}

fn ascends(last: &mut (String, String), table: TableId, audience: &str, id: &str) -> Result<(), WriteError> {
    if (last.0.as_str(), last.1.as_str()) >= (audience, id) {
        return Err(WriteError::Order { table: table.slug(), row: 0 });
    }
    *last = (audience.to_owned(), id.to_owned());
    Ok(())
}
