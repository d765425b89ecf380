//! The second look at a query: what it reads, how often, and what it may not hold at all.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Join, JoinConstraint, JoinOperator, ObjectName, Query, Select, SelectItem, TableFactor, Visit, Visitor,
};

use super::limits::{Limits, QueryLimit};

/// What a checked query is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Selects and tables read, those of a `with` once for each time it is read.
    pub(crate) parts: usize,
    /// It takes columns without naming them: by `*`, by `natural join`, by a pipe.
    pub(crate) unnamed: bool,
    /// The one table that it gives as it is: `select * from …` and nothing else.
    pub(crate) whole: Option<String>,
    /// Names of the tables it reads, those of its own `with` among them.
    pub(crate) reads: BTreeSet<String>,
}

/// Checks a query and says what it is made of.
pub(super) fn check_tree(query: &Query, limits: &Limits) -> Result<Shape, QueryLimit> {
    let (open, known, named) = (vec![Open::default()], Vec::new(), Vec::new());
    let mut look = Look { limits, open, known, named, unnamed: false, reads: BTreeSet::new() };
    if let ControlFlow::Break(limit) = query.visit(&mut look) {
        return Err(limit);
    }
    let whole = look.open.first().expect("the query itself stays open").size;
    look.hold(whole)?;
    let written = query.to_string();
    let plain =
        |name: &&String| ["", "\""].iter().any(|quote| written == format!("SELECT * FROM {quote}{name}{quote}"));
    let name = look.reads.first().filter(plain).cloned();
    Ok(Shape { parts: whole.parts, unnamed: look.unnamed, whole: name, reads: look.reads })
}

/// How much there is of something once every `with` is written out.
#[derive(Clone, Copy, Default)]
struct Size {
    parts: usize,
    joins: usize,
    expressions: usize,
}

impl Size {
    fn add(&mut self, more: Self) {
        self.parts = self.parts.saturating_add(more.parts);
        self.joins = self.joins.saturating_add(more.joins);
        self.expressions = self.expressions.saturating_add(more.expressions);
    }
}

/// A query being looked at.
#[derive(Default)]
struct Open {
    size: Size,
    /// Queries that `known` held before it was opened.
    before: usize,
}

struct Look<'a> {
    limits: &'a Limits,
    open: Vec<Open>,
    /// Queries of `with` that can be read here, by name in small letters.
    known: Vec<(String, Size)>,
    /// Queries of `with` that were not looked at yet, by where they lie.
    named: Vec<(*const Query, String)>,
    unnamed: bool,
    reads: BTreeSet<String>,
}

impl Look<'_> {
    fn hold(&self, size: Size) -> Result<(), QueryLimit> {
        let fewer = "read each `with` once or twice, leave steps out, or name several files in one source in place of a `union`";
        QueryLimit::hold("selects and tables read, those of a `with` each time", size.parts, self.limits.parts, fewer)?;
        let narrower = "join in steps: make one table of some, and join that; or look values up in one file";
        QueryLimit::hold(
            "joins and selects inside expressions, those of a `with` each time",
            size.joins,
            self.limits.joins,
            narrower,
        )?;
        QueryLimit::hold("expressions, those of a `with` each time", size.expressions, self.limits.expressions, fewer)
    }

    /// Adds to the query that is open, and stops where it is too much.
    fn count(&mut self, size: Size) -> ControlFlow<QueryLimit> {
        let open = self.open.last_mut().expect("the query itself stays open");
        open.size.add(size);
        let so_far = open.size;
        match self.hold(so_far) {
            Ok(()) => ControlFlow::Continue(()),
            Err(limit) => ControlFlow::Break(limit),
        }
    }
}

/// Refuses what has no bound.
fn refuse(what: &'static str, cure: &'static str) -> ControlFlow<QueryLimit> {
    ControlFlow::Break(QueryLimit { what, seen: 1, allowed: 0, cure })
}

impl Visitor for Look<'_> {
    type Break = QueryLimit;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<QueryLimit> {
        self.unnamed |= !query.pipe_operators.is_empty();
        self.open.push(Open { size: Size::default(), before: self.known.len() });
        let Some(with) = &query.with else { return ControlFlow::Continue(()) };
        if with.recursive {
            return refuse("`with recursive`", "write the steps out, or prepare the rows before they are exported");
        }
        let names = with.cte_tables.iter().map(|cte| cte.alias.name.value.to_lowercase());
        self.named.extend(with.cte_tables.iter().map(|cte| std::ptr::from_ref(&*cte.query)).zip(names));
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<QueryLimit> {
        let done = self.open.pop().expect("it was opened");
        self.known.truncate(done.before);
        match self.named.iter().position(|(at, _)| *at == std::ptr::from_ref(query)) {
            Some(at) => {
                let (_, name) = self.named.swap_remove(at);
                self.known.push((name, done.size));
                ControlFlow::Continue(())
            }
            None => self.count(done.size),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<QueryLimit> {
        let wild = |item: &SelectItem| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..));
        let joins: Vec<&Join> = select.from.iter().flat_map(|from| &from.joins).collect();
        self.unnamed |= select.projection.iter().any(wild) || joins.iter().any(|join| is_natural(join));
        let joins = joins.len() + select.from.len().saturating_sub(1);
        self.count(Size { parts: 1, joins, expressions: select.projection.len() })
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<QueryLimit> {
        self.reads.extend(relation.0.last().and_then(|part| Some(part.as_ident()?.value.clone())));
        let name = relation.to_string().replace(['"', '`'], "").to_lowercase();
        let known = self.known.iter().rev().find(|(known, _)| *known == name).map(|(_, size)| *size);
        self.count(known.unwrap_or(Size { parts: 1, ..Size::default() }))
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<QueryLimit> {
        match table {
            TableFactor::NestedJoin { table_with_joins, .. } => {
                self.unnamed |= table_with_joins.joins.iter().any(is_natural);
                self.count(Size { joins: table_with_joins.joins.len(), ..Size::default() })
            }
            TableFactor::Derived { .. } | TableFactor::Table { args: None, .. } => ControlFlow::Continue(()),
            _ => refuse("functions in place of a table", "name a source; rows that no file holds belong into a file"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<QueryLimit> {
        let sets = match expr {
            Expr::Cube(sets) => 1usize.checked_shl(sets.len() as u32).unwrap_or(usize::MAX),
            Expr::Rollup(sets) => sets.len() + 1,
            Expr::GroupingSets(sets) => sets.len(),
            _ => 1,
        };
        let fewer = "group in fewer ways";
        if let Err(limit) = QueryLimit::hold("ways in which a query groups", sets, self.limits.groupings, fewer) {
            return ControlFlow::Break(limit);
        }
        // Each way to group is a query of its own.
        let inside = matches!(expr, Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. });
        self.count(Size { parts: sets - 1, joins: usize::from(inside), expressions: 1 })
    }
}

fn is_natural(join: &Join) -> bool {
    match &join.join_operator {
        JoinOperator::Join(by)
        | JoinOperator::Inner(by)
        | JoinOperator::Left(by)
        | JoinOperator::LeftOuter(by)
        | JoinOperator::Right(by)
        | JoinOperator::RightOuter(by)
        | JoinOperator::FullOuter(by) => matches!(by, JoinConstraint::Natural),
        _ => false,
    }
}
