//! A source as a table of the query engine.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::open::Source;
use super::scan::{RowFaults, SourceScan};

/// The column every source has that tells the file, relative to the configuration.
pub(crate) const FILE_COLUMN: &str = "_file";

/// The column every source has that tells the row or line, from 1.
pub(crate) const ROW_COLUMN: &str = "_row";

/// A source to be scanned for one canonical table: records that cannot be rows are reported to that table.
#[derive(Clone)]
pub(crate) struct SourceTable {
    pub(super) source: Arc<Source>,
    pub(super) faults: Arc<dyn RowFaults>,
    /// Per file: a scan already reports its bad records, so that SQL which reads a source twice counts them once.
    pub(super) reported: Arc<Vec<AtomicBool>>,
}

impl SourceTable {
    /// The source, and who hears of records that cannot be rows.
    pub(crate) fn new(source: Arc<Source>, faults: Arc<dyn RowFaults>) -> Self {
        let reported = (0..source.n_files()).map(|_| AtomicBool::new(false)).collect();
        Self { source, faults, reported: Arc::new(reported) }
    }
}

impl fmt::Debug for SourceTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceTable").field("source", &self.source.name()).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for SourceTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(self.source.schema())
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let partitions = state.config_options().execution.target_partitions;
        Ok(Arc::new(SourceScan::new(self.clone(), projection, partitions)?))
    }
}
