//! The first look at a query: its words and signs, which are told apart in one pass and without recursion.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Word};

use super::limits::{Limits, QueryLimit};

/// Checks the words of a text and counts them. What is no SQL passes: the parser says so better.
pub(super) fn check_words(sql: &str, limits: &Limits) -> Result<usize, QueryLimit> {
    let shorter = "make it shorter, or write part of it into a file that the query reads as a source";
    QueryLimit::hold("bytes of SQL", sql.len(), limits.text, shorter)?;
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else { return Ok(0) };
    let mut seen = Seen::default();
    for token in tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))) {
        seen.see(token);
        let simpler = "take steps apart with `with … as (…)`, or prepare the column before it is exported";
        QueryLimit::hold("brackets and `case`s inside each other", seen.nested(), limits.nested, simpler)?;
        QueryLimit::hold("bytes of a text in quotes", length_of(token), limits.literal, shorter)?;
    }
    QueryLimit::hold("words and signs", seen.words, limits.words, shorter)?;
    let flatter = "write `x in ('a', 'b', …)` in place of a chain of `or`, name several files in one source in place of a chain of \
                   `union`, and join a small file in place of a long `case`";
    QueryLimit::hold("operators, joins and unions", seen.terms, limits.terms, flatter)?;
    Ok(seen.words)
}

#[derive(Default)]
struct Seen {
    words: usize,
    terms: usize,
    brackets: usize,
    cases: usize,
    /// Words `interval` without anything between them: each is read inside the one before.
    intervals: usize,
}

impl Seen {
    fn nested(&self) -> usize {
        self.brackets + self.cases + self.intervals
    }

    fn see(&mut self, token: &Token) {
        self.words += 1;
        self.intervals = match token {
            Token::Word(Word { keyword: Keyword::INTERVAL, .. }) => self.intervals + 1,
            _ => 0,
        };
        match token {
            Token::LParen | Token::LBrace => self.brackets += 1,
            Token::LBracket => {
                self.brackets += 1;
                self.terms += 1;
            }
            Token::RParen | Token::RBracket | Token::RBrace => self.brackets = self.brackets.saturating_sub(1),
            Token::Word(word) if word.quote_style.is_none() => {
                match word.keyword {
                    Keyword::CASE => self.cases += 1,
                    Keyword::END => self.cases = self.cases.saturating_sub(1),
                    _ => {}
                }
                self.terms += usize::from(is_link(word.keyword));
            }
            other => self.terms += usize::from(is_operator(other)),
        }
    }
}

/// Words that make a chain of expressions or tables one link longer.
fn is_link(word: Keyword) -> bool {
    matches!(
        word,
        Keyword::AND
            | Keyword::OR
            | Keyword::XOR
            | Keyword::NOT
            | Keyword::IS
            | Keyword::NOTNULL
            | Keyword::IN
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::RLIKE
            | Keyword::REGEXP
            | Keyword::SIMILAR
            | Keyword::BETWEEN
            | Keyword::OVERLAPS
            | Keyword::DIV
            | Keyword::AT
            | Keyword::COLLATE
            | Keyword::CASE
            | Keyword::INTERVAL
            | Keyword::PRIOR
            | Keyword::JOIN
            | Keyword::APPLY
            | Keyword::UNION
            | Keyword::INTERSECT
            | Keyword::EXCEPT
            | Keyword::MINUS
            | Keyword::PIVOT
            | Keyword::UNPIVOT
    )
}

/// Signs that are neither a value nor punctuation between values.
fn is_operator(token: &Token) -> bool {
    !matches!(
        token,
        Token::Word(_)
            | Token::Number(..)
            | Token::Char(_)
            | Token::Placeholder(_)
            | Token::Comma
            | Token::Period
            | Token::SemiColon
            | Token::EOF
    ) && length_of(token) == 0
}

/// Bytes of a text in quotes; 0 for anything else, and for an empty one.
fn length_of(token: &Token) -> usize {
    match token {
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::TripleSingleQuotedString(text)
        | Token::TripleDoubleQuotedString(text)
        | Token::SingleQuotedRawStringLiteral(text)
        | Token::DoubleQuotedRawStringLiteral(text)
        | Token::SingleQuotedByteStringLiteral(text)
        | Token::DoubleQuotedByteStringLiteral(text)
        | Token::NationalStringLiteral(text)
        | Token::EscapedStringLiteral(text)
        | Token::UnicodeStringLiteral(text)
        | Token::HexStringLiteral(text) => text.len().max(1),
        Token::DollarQuotedString(text) => text.value.len().max(1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sql: &str) -> Option<&'static str> {
        check_words(sql, &Limits::QUERY).err().map(|limit| limit.what)
    }

    #[test]
    fn each_kind_of_too_much_is_told_by_its_name() {
        let chain = |n: usize, link: &str| format!("select x from t where a{}", link.repeat(n));
        let nested = |n: usize| format!("select {}x{} from t", "(".repeat(n), ")".repeat(n));
        assert_eq!(refused(&chain(1000, " or a")), None);
        assert_eq!(refused(&chain(1001, " or a")), Some("operators, joins and unions"));
        assert_eq!(refused(&chain(501, " || 'a' <> 'b'")), Some("operators, joins and unions"));
        assert_eq!(refused(&nested(48)), None);
        assert_eq!(refused(&nested(49)), Some("brackets and `case`s inside each other"));
        assert_eq!(
            refused(&format!("select {} x", "interval ".repeat(49))),
            Some("brackets and `case`s inside each other")
        );
        assert_eq!(refused(&format!("select '{}'", "x".repeat(4097))), Some("bytes of a text in quotes"));
        assert_eq!(refused(&format!("select x in ({}1)", "1,".repeat(20_000))), Some("words and signs"));
        assert_eq!(refused(&" ".repeat((256 << 10) + 1)), Some("bytes of SQL"));
    }

    #[test]
    fn flat_lists_and_brackets_side_by_side_are_no_nesting() {
        let list = (0..5000).map(|i| format!("'{i}'")).collect::<Vec<_>>().join(",");
        assert_eq!(check_words(&format!("x in ({list})"), &Limits::QUERY), Ok(4 + 9999));
        assert_eq!(refused(&"f(x), case when a then b end, ".repeat(200)), None);
        assert_eq!(refused("'a quote that never ends"), None);
    }
}
