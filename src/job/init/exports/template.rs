//! SQL with gaps: `[Column]` becomes the quoted column of the file, `{id}` what names the customer, `{source}` the file itself.
//!
//! `[A|B]` is the first of these columns that is there, `[A|null]` is `null` where it is not. `[export:Column]` and
//! `{export:source}`, `{export:id}` speak of another export. That is all of the language: a line that names a column which is not there is
//! left out.

use super::header::Header;
use crate::job::init::mapped::SOURCE_MARK;

/// What gaps are filled with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filling<'a> {
    /// Columns of the file.
    pub(super) header: &'a Header,
    /// SQL of what names the customer.
    pub(super) id: &'a str,
    /// Name of the file's source.
    pub(super) source: &'a str,
    /// What is put before a column of the file: its name in a join, and a point.
    pub(super) own: &'a str,
    /// The other export that is spoken of.
    pub(super) other: Option<Companion<'a>>,
}

/// Another export of the same folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Companion<'a> {
    /// File name of its fingerprint, without the ending.
    pub(super) key: &'a str,
    /// Its columns.
    pub(super) header: &'a Header,
    /// Name of its source.
    pub(super) source: &'a str,
    /// SQL of what names the customer in it; empty where nobody is named.
    pub(super) id: &'a str,
}

impl Filling<'_> {
    /// The text with its gaps filled; `None` = it names a column that is not there.
    pub(super) fn fill(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['[', '{']) {
            let close = if rest[at..].starts_with('[') { ']' } else { '}' };
            let Some(end) = rest[at..].find(close) else { break };
            out.push_str(&rest[..at]);
            let inside = &rest[at + 1..at + end];
            out.push_str(&if close == ']' { self.column(inside)? } else { self.word(inside)? });
            rest = &rest[at + end + 1..];
        }
        out.push_str(rest);
        Some(out)
    }

    /// The lines whose gaps can be filled.
    pub(super) fn lines(&self, text: &str) -> String {
        let lines: Vec<String> = text.trim().lines().filter_map(|line| self.fill(line)).collect();
        lines.join("\n")
    }

    fn column(&self, inside: &str) -> Option<String> {
        if let Some((key, name)) = inside.split_once(':')
            && let Some(other) = self.other
            && other.key == key
        {
            return other.header.find(name).map(quoted);
        }
        match self.header.find(inside) {
            Some(name) => Some(format!("{}{}", self.own, quoted(name))),
            None => inside.split('|').any(|one| one == "null").then(|| "null".to_owned()),
        }
    }

    fn word(&self, inside: &str) -> Option<String> {
        match inside {
            "id" => Some(self.id.to_owned()),
            "source" => Some(source(self.source)),
            _ => {
                let (key, word) = inside.split_once(':')?;
                let other = self.other.filter(|other| other.key == key)?;
                match word {
                    "source" => Some(source(other.source)),
                    "id" => (!other.id.is_empty()).then(|| other.id.to_owned()),
                    _ => None,
                }
            }
        }
    }
}

/// Columns a text speaks of, those of other exports left out.
pub(super) fn columns(text: &str) -> impl Iterator<Item = &str> {
    let inside = text.split('[').skip(1).filter_map(|rest| rest.split_once(']').map(|(inside, _)| inside));
    inside.filter(|inside| !inside.contains(':'))
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The name of a source; its mark, as long as it has none.
pub(super) fn source(name: &str) -> String {
    if name == SOURCE_MARK { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_lines_without_their_column_are_left_out() {
        let header = Header::new(["Created at", "Total", "a\"b"]);
        let other = Header::new(["USER_ID"]);
        let companion = Companion { key: "shop", header: &other, source: "orders", id: "who" };
        let filling =
            Filling { header: &header, id: "trim(x)", source: SOURCE_MARK, own: "o.", other: Some(companion) };
        assert_eq!(filling.fill("[paid_at|created_at]").as_deref(), Some("o.\"Created at\""));
        assert_eq!(filling.fill("[Paid at]"), None);
        assert_eq!(filling.fill("coalesce([Paid at|null], '')").as_deref(), Some("coalesce(null, '')"));
        assert_eq!(filling.fill("[A\"B]").as_deref(), Some("o.\"a\"\"b\""));
        assert_eq!(
            filling.fill("{source} {shop:source} [shop:user_id]").as_deref(),
            Some("{source} \"orders\" \"USER_ID\"")
        );
        assert_eq!(filling.fill("{shop:id}{shop:it}"), None);
        assert_eq!(
            filling.lines("select {id},\n [Paid at] as x,\n [Total] as y\n"),
            "select trim(x),\n o.\"Total\" as y"
        );
    }

    #[test]
    fn a_bracket_that_is_never_closed_stays_as_it_is() {
        let header = Header::new([]);
        let filling = Filling { header: &header, id: "", source: "s", own: "", other: None };
        assert_eq!(filling.fill("a [b").as_deref(), Some("a [b"));
    }
}
