//! Answers about competitors: the rows of `attitudes` and `ratings` that are not about the company.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray};

use super::super::spec::TableSpec;
use super::bind::BindingTarget;
use super::cells::Cells;
use super::check::Output;
use super::error::IntakeError;
use super::scratch::{ScratchTable, ScratchWriter};
use super::stage::{Stage, Staged};
use super::tally::Tally;

/// The column that names the competitor.
pub(super) const BRAND: &str = "_brand";

impl Stage<'_> {
    /// The answers about competitors, one per row, in order of customer and date; `None` where no spec maps `brand`.
    ///
    /// They are read in a pass of their own, whose counts are dropped: every row was counted when the answers about the
    /// company were read.
    pub(super) fn rivals(
        &self,
        specs: &[TableSpec],
        cells: &Arc<Cells>,
        staged: &Staged,
    ) -> Result<Option<ScratchTable>, IntakeError> {
        let long: Vec<(usize, &TableSpec)> = specs.iter().enumerate().filter(|(_, spec)| spec.wide.is_none()).collect();
        if long.is_empty() {
            return Ok(None);
        }
        let table = staged.table;
        let tally = Arc::new(Tally::new(table, Arc::clone(staged.tally.registry())));
        let target = BindingTarget {
            table,
            listed: specs.len() > 1,
            cells: Some(Arc::clone(cells)),
            tally: &tally,
            output: Some(Output::Rivals),
        };
        let (bounds, _) = self.binder.bind(&long, target)?;
        let bounds: Vec<_> = bounds.into_iter().filter(|bound| bound.checker.has_brand()).collect();
        if bounds.is_empty() {
            return Ok(None);
        }
        let writer = ScratchWriter::create(
            self.scratch,
            &format!("rivals_{}", table.slug()),
            Arc::clone(&bounds[0].checker.schema),
        )?;
        self.drive(&bounds, table, |batch| Ok(batch.is_none_or(|batch| writer.write(batch))))?;
        let rivals = writer.finish()?;
        Ok((rivals.rows() > 0).then_some(rivals))
    }
}

/// Whether a brand as written is a competitor's: anything but absent and `own`.
pub(super) fn is_rival(brand: Option<&str>) -> bool {
    brand.is_some_and(|brand| !brand.eq_ignore_ascii_case("own"))
}

/// Which rows of a checked `brand` column are about competitors.
pub(super) fn rival_rows(brands: &dyn Array) -> Vec<bool> {
    brands.as_string::<i32>().iter().map(is_rival).collect()
}
