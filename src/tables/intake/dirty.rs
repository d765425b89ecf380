//! Which cell a query failed on: the engine says that a cast failed, and quotes the cell, but not where it lies.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchemaRef, Result};
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Cast, Expr, LogicalPlan, TryCast};
use datafusion::physical_plan::{PhysicalExpr, execute_stream};
use futures::StreamExt;

use super::super::query::{QueryGuard, guarded};
use super::super::source::{FILE_COLUMN, ROW_COLUMN};
use super::evidence::shape_of;

/// How long the cell is looked for.
const PATIENCE: Duration = Duration::from_mins(1);

/// A cell that does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirtyCell {
    /// File and row, where the step that casts still knows them.
    pub at: Option<(String, i64)>,
    /// What it looks like, masked, and the type it was to become; `None` where it was not found again.
    pub what: Option<(String, String)>,
}

impl fmt::Display for DirtyCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, row)) = &self.at {
            write!(f, "{file}, row {row}: ")?;
        }
        match &self.what {
            Some((shape, kind)) => write!(f, "a cell like `{shape}` cannot be cast to {kind}"),
            None => write!(f, "a cell cannot be cast to the type asked for"),
        }
    }
}

/// Whether a query failed because a cell does not fit a type.
pub(super) fn is_dirty(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::ArrowError(error, _) => {
            matches!(**error, ArrowError::CastError(_) | ArrowError::ParseError(_))
        }
        _ => false,
    }
}

/// An expression that casts, and the step whose rows it is computed on.
struct Suspect {
    input: LogicalPlan,
    expr: Expr,
}

/// Looks for the cell, step by step from the sources on. What cannot be asked again is left out.
pub(super) async fn find(frame: DataFrame, memory_limit: u64) -> DirtyCell {
    let (state, plan) = frame.into_parts();
    let guard = Arc::new(QueryGuard::new(Some(PATIENCE), memory_limit));
    let Ok(suspects) = suspects(&state, plan) else { return DirtyCell::default() };
    for suspect in suspects.into_iter().rev() {
        if let Ok(Some(cell)) = look(&state, suspect, &guard).await {
            return cell;
        }
    }
    DirtyCell::default()
}

fn suspects(state: &SessionState, plan: LogicalPlan) -> Result<Vec<Suspect>> {
    let plan = state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})?;
    let mut suspects = Vec::new();
    plan.apply_with_subqueries(|node| {
        if let [input] = node.inputs()[..] {
            node.apply_expressions(|expr| {
                rowwise(expr, &mut |expr| {
                    suspects.push(Suspect { input: input.clone(), expr: expr.clone() });
                });
                Ok(TreeNodeRecursion::Continue)
            })?;
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(suspects)
}

/// The parts of an expression that cast and are computed row by row: all of it, or what an aggregate is given.
fn rowwise(expr: &Expr, take: &mut dyn FnMut(&Expr)) {
    match expr {
        Expr::Alias(alias) => rowwise(&alias.expr, take),
        Expr::AggregateFunction(call) => {
            let params = &call.params;
            params.args.iter().chain(params.filter.as_deref()).for_each(|part| rowwise(part, take));
        }
        Expr::WindowFunction(call) => call.params.args.iter().for_each(|part| rowwise(part, take)),
        other if other.exists(|part| Ok(matches!(part, Expr::Cast(_)))).unwrap_or(false) => take(other),
        _ => {}
    }
}

async fn look(state: &SessionState, suspect: Suspect, guard: &Arc<QueryGuard>) -> Result<Option<DirtyCell>> {
    // What lies below may fail on the same cell, and is asked on its own.
    let input = suspect
        .input
        .transform_down_with_subqueries(|node| node.map_expressions(|expr| expr.transform(|expr| Ok(forgiving(expr)))));
    let input = input.data()?;
    let schema = Arc::clone(input.schema());
    let whole = state.create_physical_expr(suspect.expr.clone(), &schema)?;
    let plan = guarded(state.create_physical_plan(&input).await?, guard)?;
    let mut rows = execute_stream(plan, state.task_ctx())?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        if let Some(row) = first_failing(&*whole, &batch) {
            return Ok(Some(cell_of(state, &suspect.expr, &schema, &row)));
        }
    }
    Ok(None)
}

fn forgiving(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::Cast(Cast { expr, field }) => Transformed::yes(Expr::TryCast(TryCast { expr, field })),
        other => Transformed::no(other),
    }
}

/// The first row alone on which an expression fails.
fn first_failing(expr: &dyn PhysicalExpr, batch: &RecordBatch) -> Option<RecordBatch> {
    let fails = |from: usize, n: usize| expr.evaluate(&batch.slice(from, n)).is_err();
    let (mut from, mut n) = (0, batch.num_rows());
    if n == 0 || !fails(from, n) {
        return None;
    }
    while n > 1 {
        let half = n / 2;
        if fails(from, half) {
            n = half;
        } else {
            (from, n) = (from + half, n - half);
        }
    }
    Some(batch.slice(from, 1))
}

/// What is known of a row and the cast that fails on it.
fn cell_of(state: &SessionState, expr: &Expr, schema: &DFSchemaRef, row: &RecordBatch) -> DirtyCell {
    let mut what = None;
    // The innermost that fails comes last.
    let visited = expr.apply(|part| {
        if let Expr::Cast(Cast { expr, field }) = part
            && state.create_physical_expr(part.clone(), schema).is_ok_and(|part| part.evaluate(row).is_err())
            && let Ok(inner) = state.create_physical_expr((**expr).clone(), schema)
            && let Ok(value) = inner.evaluate(row).and_then(|value| value.into_array(1))
            && let Ok(text) = cast(&value, &DataType::Utf8)
        {
            let text = text.as_string::<i32>();
            let shape = if text.is_valid(0) { shape_of(text.value(0)) } else { String::new() };
            what = Some((shape, field.data_type().to_string()));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    debug_assert!(visited.is_ok(), "the visitor does not fail");
    DirtyCell { at: place_of(row), what }
}

fn place_of(row: &RecordBatch) -> Option<(String, i64)> {
    let file = cast(row.column_by_name(FILE_COLUMN)?, &DataType::Utf8).ok()?;
    let number = cast(row.column_by_name(ROW_COLUMN)?, &DataType::Int64).ok()?;
    let number: &Int64Array = number.as_primitive();
    Some((file.as_string::<i32>().value(0).to_owned(), number.value(0)))
}
