//! The SQL of the engine's own dialect, read with bounded patience.
//!
//! Where a text can be read in several ways the parser tries one after the other, and does so inside each try again: a slip
//! inside twenty nested casts makes a million tries. Every way leads through an expression, which is counted.

use std::any::TypeId;
use std::cell::Cell;

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect};
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

/// Expressions that may be begun for each word of a text, and for a short one at least.
const TRIES_PER_WORD: usize = 32;
const TRIES_AT_LEAST: usize = 10_000;

/// [`GenericDialect`], until too many expressions were begun: from then on each is an error.
///
/// INVARIANT: it reads no query that begins with `from` and no `select` without columns. With them a way through nested
/// brackets would lead through no expression.
#[derive(Debug)]
pub(super) struct PatientDialect {
    tries: Cell<usize>,
    allowed: usize,
}

impl PatientDialect {
    /// For a text of so many words.
    pub(super) fn for_words(words: usize) -> Self {
        Self { tries: Cell::new(0), allowed: (words * TRIES_PER_WORD).max(TRIES_AT_LEAST) }
    }

    /// Expressions begun, and how many may be.
    pub(super) fn tries(&self) -> (usize, usize) {
        (self.tries.get(), self.allowed)
    }
}

/// What the generic dialect says of itself.
macro_rules! as_generic {
    ($($name:ident)*) => { $(fn $name(&self) -> bool { GenericDialect.$name() })* };
}

impl Dialect for PatientDialect {
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn parse_prefix(&self, _: &mut Parser) -> Option<Result<Expr, ParserError>> {
        self.tries.set(self.tries.get() + 1);
        let spent = self.tries.get() > self.allowed;
        spent.then(|| Err(ParserError::ParserError("it can be read in too many ways".to_owned())))
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        GenericDialect.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        GenericDialect.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        GenericDialect.is_identifier_part(ch)
    }

    as_generic! {
        supports_unicode_string_literal supports_partition_by_after_order_by supports_array_join_syntax
        supports_group_by_expr supports_group_by_with_modifier supports_left_associative_joins_without_parens
        supports_connect_by supports_match_recognize supports_pipe_operator supports_start_transaction_modifier
        supports_window_function_null_treatment_arg supports_dictionary_syntax
        supports_window_clause_named_window_reference supports_parenthesized_set_variables
        supports_select_wildcard_except support_map_literal_syntax allow_extract_custom allow_extract_single_quotes
        supports_extract_comma_syntax supports_parens_around_table_factor supports_values_as_table_factor
        supports_explain_with_utility_options supports_limit_comma supports_projection_trailing_commas
        supports_try_convert supports_bitwise_shift_operators supports_named_fn_args_with_assignment_operator
        supports_struct_literal supports_nested_comments supports_multiline_comment_hints
        supports_string_escape_constant supports_array_typedef_with_brackets supports_match_against
        supports_filter_during_aggregation supports_select_wildcard_exclude supports_data_type_signed_suffix
        supports_interval_options supports_quote_delimited_string supports_select_wildcard_replace
        supports_select_wildcard_ilike supports_select_wildcard_rename supports_prewhere supports_with_fill
        supports_limit_by supports_interpolate supports_settings supports_select_format supports_comment_optimizer_hint
        supports_comma_separated_trim supports_cte_without_as supports_select_item_multi_column_alias
        supports_xml_expressions
    }
}
