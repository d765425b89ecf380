//! Ids have to ascend: the order is part of what a table promises.

use super::WriteError;
use crate::tables::schema::TableId;

/// Checks that customer ids ascend within and over blocks.
pub(super) struct AscendingIds {
    table: TableId,
    last: Option<String>,
    rows: u64,
}

impl AscendingIds {
    /// Nothing seen yet.
    pub(super) fn new(table: TableId) -> Self {
        Self { table, last: None, rows: 0 }
    }

    /// Checks the next ids.
    pub(super) fn check(&mut self, ids: &[String]) -> Result<(), WriteError> {
        let mut before = self.last.as_deref();
        for (row, id) in ids.iter().enumerate() {
            if before.is_some_and(|before| before >= id.as_str()) {
                return Err(WriteError::Order { table: self.table.slug(), row: self.rows + row as u64 });
            }
            before = Some(id);
        }
        self.last = ids.last().cloned().or(self.last.take());
        self.rows += ids.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn ids_ascend_over_blocks_and_an_empty_block_changes_nothing() {
        let mut order = AscendingIds::new(TableId::Customers);
        order.check(&ids(&["a", "b"])).unwrap();
        order.check(&[]).unwrap();
        order.check(&ids(&["c"])).unwrap();
        let error = order.check(&ids(&["d", "c"])).unwrap_err();
        assert!(matches!(error, WriteError::Order { table: "customers", row: 4 }), "{error}");
    }

    #[test]
    fn the_same_id_twice_is_refused_even_at_a_border() {
        let mut order = AscendingIds::new(TableId::Customers);
        order.check(&ids(&["a"])).unwrap();
        assert!(order.check(&ids(&["a"])).is_err());
    }
}
