//! The SQL that people write: read with patience that ends, held to limits before it is planned, and run under them.
//!
//! `read` takes the text apart; `guard` watches the plan while rows run through it; `bounded` holds functions
//! that make long texts of short ones.

mod bounded;
mod dialect;
mod guard;
mod limits;
mod tree;
mod words;

use datafusion::common::plan_datafusion_err;
use datafusion::error::DataFusionError;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use datafusion::sql::sqlparser::parser::ParserError;

pub(crate) use bounded::bound_functions;
pub(crate) use guard::{OverTime, QueryGuard, guarded};
pub(crate) use limits::{Limits, MOST_COLUMNS, MOST_COLUMNS_TAKEN, PLAN_STACK};
pub use limits::{QueryLimit, limits_page};
pub(crate) use tree::Shape;

/// Brackets and unary signs that the parser follows into each other; above [`Limits::nested`], which speaks first.
const RECURSION: usize = 256;

/// Why a text is no query that can be planned.
#[derive(Debug)]
pub(crate) enum Unread {
    /// It asks for too much.
    Limit(QueryLimit),
    /// It is no SQL, or not one `select`.
    Sql(DataFusionError),
}

impl From<QueryLimit> for Unread {
    fn from(limit: QueryLimit) -> Self {
        Self::Limit(limit)
    }
}

/// Reads the text of one query within `limits`.
pub(crate) fn read(sql: &str, limits: &Limits) -> Result<(Statement, Shape), Unread> {
    let words = words::check_words(sql, limits)?;
    let dialect = dialect::PatientDialect::for_words(words);
    let parsed = DFParserBuilder::new(sql).with_dialect(&dialect).with_recursion_limit(RECURSION).build();
    let statements = parsed.and_then(|mut parser| parser.parse_statements());
    let (tries, allowed) = dialect.tries();
    let cure = "take nested parts apart with `with … as (…)`; there may be a slip inside one of them";
    QueryLimit::hold("ways to read nested parts", tries, allowed, cure)?;
    let mut statements = statements.map_err(|error| match error.find_root() {
        DataFusionError::SQL(parser, _) if matches!(**parser, ParserError::RecursionLimitExceeded) => {
            let (what, seen) = ("parts inside each other", RECURSION as u64 + 1);
            Unread::Limit(QueryLimit { what, seen, allowed: RECURSION as u64, cure })
        }
        _ => Unread::Sql(error),
    })?;
    let one = || Unread::Sql(plan_datafusion_err!("it is not one `select`, begun by `select` or `with`"));
    let statement = statements.pop_front().filter(|_| statements.is_empty()).ok_or_else(one)?;
    let Statement::Statement(inner) = &statement else { return Err(one()) };
    let SqlStatement::Query(query) = &**inner else { return Err(one()) };
    let shape = tree::check_tree(query, limits)?;
    Ok((statement, shape))
}

/// Checks one expression that becomes a column of a larger query.
pub(crate) fn check_expression(sql: &str, limits: &Limits) -> Result<(), QueryLimit> {
    match read(&format!("select {sql}"), limits) {
        Err(Unread::Limit(limit)) => Err(limit),
        // What is no SQL is said where it is planned.
        Ok(_) | Err(Unread::Sql(_)) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
