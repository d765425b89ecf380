//! A source as a table of the query engine.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};

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

    /// A plan that reads the columns of these names in this order, on up to `tasks` tasks. No planner is asked: what it does with
    /// a column it does with all the others in view, and a source may have thousands.
    ///
    /// # Errors
    /// A name the source does not have.
    pub(crate) fn columns(&self, names: &[String], tasks: usize) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = self.source.schema();
        let places: BTreeMap<&str, usize> =
            schema.fields().iter().enumerate().map(|(at, field)| (field.name().as_str(), at)).collect();
        let place = |name: &String| {
            places.get(name.as_str()).copied().ok_or_else(|| exec_datafusion_err!("a source lacks a column it had"))
        };
        let wanted: Vec<usize> = names.iter().map(place).collect::<Result<_>>()?;
        // A column may be wanted twice; it is read once.
        let mut read: Vec<usize> = Vec::with_capacity(wanted.len());
        let mut at: BTreeMap<usize, usize> = BTreeMap::new();
        for column in &wanted {
            at.entry(*column).or_insert_with(|| {
                read.push(*column);
                read.len() - 1
            });
        }
        let scan = Arc::new(SourceScan::new(self.clone(), Some(&read), tasks)?);
        if read.len() == wanted.len() {
            return Ok(scan);
        }
        let pick = |(i, column): (usize, &usize)| {
            let from = Column::new(schema.field(*column).name(), at[column]);
            ProjectionExpr::new(Arc::new(from), format!("{i}"))
        };
        let picked: Vec<ProjectionExpr> = wanted.iter().enumerate().map(pick).collect();
        Ok(Arc::new(ProjectionExec::try_new(picked, scan)?))
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
