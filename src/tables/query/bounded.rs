//! Functions that make long texts of short ones, held to what a batch of rows may take. How long their result will be is
//! reckoned from the lengths of what they are given, before any of it is made; so it is where the planner folds constants.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::concat_elements::concat_elements_utf8_many;
use datafusion::arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::FunctionRewrite;
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;

use super::super::source::CELL_LIMIT;
use super::limits::QueryLimit;

/// Least bytes of text that a function may make in one step.
const LEAST_BYTES: u64 = 32 << 20;

/// How the length of a result follows from its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Growth {
    /// The lengths of all.
    Sum,
    /// The lengths of all but the first, which stands between each two of them.
    SumWith,
    /// The first as often as the second says.
    Times,
    /// Up to as many characters as the second says.
    Pad,
    /// Each place of the second within the first becomes the third.
    Replace,
    /// Each match of the second within the first becomes the third, which may repeat parts of the first.
    Match,
    /// The second is a pattern each sign of which becomes a few.
    Pattern,
}

/// The functions, and what is named first of what they would make too much of.
const GROWING: [(&str, Growth, &str); 9] = [
    ("concat", Growth::Sum, "bytes of text that `concat` makes of a batch of rows"),
    ("overlay", Growth::Sum, "bytes of text that `overlay` makes of a batch of rows"),
    ("concat_ws", Growth::SumWith, "bytes of text that `concat_ws` makes of a batch of rows"),
    ("repeat", Growth::Times, "bytes of text that `repeat` makes of a batch of rows"),
    ("lpad", Growth::Pad, "bytes of text that `lpad` makes of a batch of rows"),
    ("rpad", Growth::Pad, "bytes of text that `rpad` makes of a batch of rows"),
    ("replace", Growth::Replace, "bytes of text that `replace` makes of a batch of rows"),
    ("regexp_replace", Growth::Match, "bytes of text that `regexp_replace` makes of a batch of rows"),
    ("to_char", Growth::Pattern, "bytes of text that `to_char` makes of a batch of rows"),
];

const JOINED: &str = "bytes of text that `||` makes of a batch of rows";

const CURE: &str = "make shorter texts, or raise run.memory_limit, of which an eighth may be text made in one step";

/// Puts bounded functions in the place of the session's own.
pub(crate) fn bound_functions(session: &SessionContext, memory_limit: u64) {
    let most = (memory_limit / 8).max(LEAST_BYTES);
    for (name, growth, what) in GROWING {
        if let Ok(inner) = session.udf(name) {
            session.register_udf(ScalarUDF::from(Bounded { inner, growth, what, most }));
        }
    }
    let join = Arc::new(ScalarUDF::from(Join { signature: Signature::user_defined(Volatility::Immutable), most }));
    // A session takes rewrites as long as it has an analyzer; this one has its own.
    let _ = session.state_ref().write().register_function_rewrite(Arc::new(JoinRewrite(join)));
}

/// A function of the engine with a bound.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    inner: Arc<ScalarUDF>,
    growth: Growth,
    what: &'static str,
    most: u64,
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn aliases(&self) -> &[String] {
        self.inner.aliases()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(arg_types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.inner.return_field_from_args(args)
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        self.inner.coerce_types(arg_types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        hold(self.what, reckoned(self.growth, &args.args, args.number_rows)?, bound_of(self.most, &args.args))?;
        self.inner.invoke_with_args(args)
    }
}

fn hold(what: &'static str, seen: u64, allowed: u64) -> Result<()> {
    if seen <= allowed {
        return Ok(());
    }
    Err(DataFusionError::External(Box::new(QueryLimit { what, seen, allowed, cure: CURE })))
}

/// Whether all arguments are single values, and so the result.
fn is_one(args: &[ColumnarValue]) -> bool {
    args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)))
}

/// What one step may make: a single value no more than a cell may hold, for the planner writes it into the names of columns.
fn bound_of(most: u64, args: &[ColumnarValue]) -> u64 {
    if is_one(args) { CELL_LIMIT as u64 } else { most }
}

/// Bytes of the result of one step, at most; counted up to where it can only be too much.
fn reckoned(growth: Growth, args: &[ColumnarValue], rows: usize) -> Result<u64> {
    let one = is_one(args);
    let numbers: Vec<Numbers> = args.iter().map(Numbers::of).collect::<Result<_>>()?;
    let rows = if one { 1 } else { rows };
    Ok((0..rows).fold(0u64, |all, row| all.saturating_add(of_row(growth, &numbers, row))))
}

fn of_row(growth: Growth, numbers: &[Numbers], row: usize) -> u64 {
    let at = |place: usize| numbers.get(place).map_or(0, |numbers| numbers.at(row));
    let all = || numbers.iter().fold(0u64, |all, numbers| all.saturating_add(numbers.at(row)));
    match growth {
        Growth::Sum => all(),
        Growth::SumWith => all().saturating_add(at(0).saturating_mul(numbers.len() as u64)),
        Growth::Times => at(0).saturating_mul(at(1)),
        // A character takes up to four bytes.
        Growth::Pad => at(0).max(at(1).saturating_mul(4)),
        Growth::Replace => at(0).saturating_add((at(0) / at(1).max(1) + 1).saturating_mul(at(2))),
        Growth::Match if numbers.len() > 3 => at(0).saturating_add((at(0) + 1).saturating_mul(at(2))),
        Growth::Match => at(0).saturating_add(at(2)).saturating_add(at(0).saturating_mul(at(2) / 2)),
        Growth::Pattern => at(1).saturating_mul(32),
    }
}

/// Per row the length of a text in bytes, or a whole number; 0 for what is absent, negative or neither.
enum Numbers {
    Same(u64),
    Each(Vec<u64>),
}

impl Numbers {
    fn of(value: &ColumnarValue) -> Result<Self> {
        match value {
            ColumnarValue::Scalar(scalar) => Ok(Self::Same(match scalar {
                ScalarValue::Utf8(text) | ScalarValue::LargeUtf8(text) | ScalarValue::Utf8View(text) => {
                    text.as_ref().map_or(0, |text| text.len() as u64)
                }
                scalar => Self::each(&scalar.to_array_of_size(1)?)?.first().copied().unwrap_or(0),
            })),
            ColumnarValue::Array(array) => Ok(Self::Each(Self::each(array)?)),
        }
    }

    fn each(array: &ArrayRef) -> Result<Vec<u64>> {
        let length = |text: Option<&str>| text.map_or(0, |text| text.len() as u64);
        Ok(match array.data_type() {
            DataType::Utf8 => array.as_string::<i32>().iter().map(length).collect(),
            DataType::LargeUtf8 => array.as_string::<i64>().iter().map(length).collect(),
            DataType::Utf8View => array.as_string_view().iter().map(length).collect(),
            DataType::Dictionary(..) => Self::each(&cast(array, &DataType::Utf8)?)?,
            kind if kind.is_integer() => {
                let whole = cast(array, &DataType::Int64)?;
                let whole = whole.as_primitive::<Int64Type>().iter();
                whole.map(|number| u64::try_from(number.unwrap_or(0)).unwrap_or(0)).collect()
            }
            _ => vec![0; array.len()],
        })
    }

    fn at(&self, row: usize) -> u64 {
        match self {
            Self::Same(number) => *number,
            Self::Each(numbers) => numbers.get(row).copied().unwrap_or(0),
        }
    }
}

/// `a || b || …` as a function: absent where one of them is.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Join {
    signature: Signature,
    most: u64,
}

impl ScalarUDFImpl for Join {
    fn name(&self) -> &'static str {
        "||"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(vec![DataType::Utf8; arg_types.len()])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        hold(JOINED, reckoned(Growth::Sum, &args.args, args.number_rows)?, bound_of(self.most, &args.args))?;
        let one = is_one(&args.args);
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let texts: Vec<&StringArray> = arrays.iter().map(|array| array.as_string::<i32>()).collect();
        let joined: ArrayRef = Arc::new(concat_elements_utf8_many(&texts)?);
        Ok(if one {
            ColumnarValue::Scalar(ScalarValue::try_from_array(&joined, 0)?)
        } else {
            ColumnarValue::Array(joined)
        })
    }
}

/// Puts [`Join`] in the place of `||` between anything that becomes text.
#[derive(Debug)]
struct JoinRewrite(Arc<ScalarUDF>);

impl FunctionRewrite for JoinRewrite {
    fn name(&self) -> &'static str {
        "bounded ||"
    }

    fn rewrite(&self, expr: Expr, schema: &DFSchema, _: &ConfigOptions) -> Result<Transformed<Expr>> {
        let Expr::BinaryExpr(BinaryExpr { left, op: Operator::StringConcat, right }) = expr else {
            return Ok(Transformed::no(expr));
        };
        let own = |side: &Expr| matches!(side, Expr::ScalarFunction(call) if call.func == self.0);
        let text = |side: &Expr| side.get_type(schema).is_ok_and(|kind| !kind.is_nested() && !kind.is_binary());
        if !(own(&left) || text(&left)) || !(own(&right) || text(&right)) {
            return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op: Operator::StringConcat, right })));
        }
        // A chain becomes one call: nested ones would be asked for their type by each other, link by link.
        let parts = |side: Expr| match side {
            Expr::ScalarFunction(call) if call.func == self.0 => call.args,
            other => vec![other],
        };
        let mut all = parts(*left);
        all.extend(parts(*right));
        let call = ScalarFunction::new_udf(Arc::clone(&self.0), all);
        Ok(Transformed::yes(Expr::ScalarFunction(call)))
    }
}
