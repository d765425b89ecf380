//! Ways in which two systems write the same id differently.

use std::borrow::Cow;

/// Longest shape that is shown.
const MASK: usize = 24;

/// Something that may have happened to ids on their way. Two ids that have the same key in one of the ways may be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Signs nobody sees: zero-width blanks, byte order marks, blanks within.
    Invisible,
    /// Capitals.
    Case,
    /// Zeros in front, lost in a spreadsheet.
    Zeros,
    /// What keeps a spreadsheet from reading a number: an apostrophe, `="…"`.
    Quotes,
    /// `.0` behind whole numbers.
    Decimals,
    /// Salesforce writes an id with 15 characters or with 18, of which three check the others.
    First15,
    /// A word or letter in front of the digits.
    Prefix,
    /// Hyphens, dots, slashes between.
    Separators,
    /// Several of these.
    Everything,
}

/// Every way, the simplest first.
pub(super) const WAYS: [Way; 9] = [
    Way::Invisible,
    Way::Case,
    Way::Zeros,
    Way::Quotes,
    Way::Decimals,
    Way::First15,
    Way::Prefix,
    Way::Separators,
    Way::Everything,
];

impl Way {
    /// The id as this way would leave it; `None` = it would leave nothing.
    pub(super) fn key(self, id: &str) -> Option<Cow<'_, str>> {
        let key = match self {
            Self::Invisible => without(id, |c| c.is_whitespace() || c.is_control() || is_invisible(c)),
            Self::Case => Cow::Owned(id.to_lowercase()),
            Self::Zeros => Cow::Borrowed(id.trim_start_matches('0')),
            Self::Quotes => Cow::Borrowed(unquoted(id)),
            Self::Decimals => Cow::Borrowed(whole(id)),
            Self::First15 => Cow::Borrowed(first_15(id)),
            Self::Prefix => Cow::Borrowed(number_at_end(id)),
            Self::Separators => without(id, |c| !c.is_alphanumeric()),
            Self::Everything => {
                let bare = without(number_at_end(whole(unquoted(id))), |c| !c.is_alphanumeric()).to_lowercase();
                Cow::Owned(bare.trim_start_matches('0').to_owned())
            }
        };
        (!key.is_empty()).then_some(key)
    }

    /// The beginning of a sentence that says so.
    pub(super) fn finding(self) -> &'static str {
        match self {
            Self::Invisible => "Without blanks and invisible characters",
            Self::Case => "In lower case",
            Self::Zeros => "Without the zeros in front (a spreadsheet drops them)",
            Self::Quotes => "Without the apostrophe or ‘=\"…\"’ around them (for spreadsheets)",
            Self::Decimals => "Without `.0` at the end",
            Self::First15 => "By their first 15 characters (Salesforce writes 15 or 18)",
            Self::Prefix => "Without the letters before the number",
            Self::Separators => "Without hyphens and other signs between",
            Self::Everything => "In lower case, without zeros, letters and signs around the number",
        }
    }

    /// What to do about it; `widest` is the length of the customers' ids.
    pub(super) fn cure(self, widest: usize) -> String {
        match self {
            Self::Invisible => {
                "write `id = { trim = true }` in both tables, or take them out where the file is made".to_owned()
            }
            Self::Case => "write `id = { lower = true }` in both tables".to_owned(),
            Self::Zeros => format!("write `id = {{ pad = {widest} }}` in both tables"),
            Self::Quotes => {
                "write `id = { strip_prefix = \"'\" }` in the table that has it, or export ids as text".to_owned()
            }
            Self::Decimals => "export ids as whole numbers or as text".to_owned(),
            Self::First15 => {
                "export both with 18 characters, or cut the longer with `substr(…, 1, 15)` in a `query`".to_owned()
            }
            Self::Prefix => "write `id = { strip_prefix = \"…\" }` in the table that has them".to_owned(),
            Self::Separators | Self::Everything => {
                "bring both to one form in a `query`, or where the files are made".to_owned()
            }
        }
    }
}

/// Characters without width that are no blanks.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

fn without(id: &str, gone: impl Fn(char) -> bool) -> Cow<'_, str> {
    if id.chars().any(&gone) { Cow::Owned(id.chars().filter(|c| !gone(*c)).collect()) } else { Cow::Borrowed(id) }
}

fn unquoted(id: &str) -> &str {
    let quotes = ['\'', '"', '\u{2018}', '\u{2019}', '`'];
    id.trim_start_matches('=').trim_matches(quotes)
}

fn whole(id: &str) -> &str {
    match id.split_once(['.', ',']) {
        Some((whole, rest)) if !rest.is_empty() && rest.bytes().all(|b| b == b'0') => whole,
        _ => id,
    }
}

fn first_15(id: &str) -> &str {
    if id.len() == 18 && id.bytes().all(|b| b.is_ascii_alphanumeric()) { &id[..15] } else { id }
}

/// The digits at the end, where letters and signs stand before them; else the id.
fn number_at_end(id: &str) -> &str {
    let before = id.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &id[before.len()..];
    if number.is_empty() || before.chars().any(|c| c.is_ascii_digit()) { id } else { number }
}

/// The shape of an id: `9` for a digit, `A` and `a` for letters, other signs as they are; cut where it is long.
pub(super) fn mask(id: &str) -> String {
    let shape = |c: char| match c {
        c if c.is_numeric() => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_alphabetic() => 'a',
        c if c.is_ascii_graphic() => c,
        c if c.is_whitespace() => ' ',
        _ => '?',
    };
    let cut = if id.chars().count() > MASK { "…" } else { "" };
    id.chars().take(MASK).map(shape).chain(cut.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_makes_one_of_what_two_systems_write() {
        for (way, a, b) in [
            (Way::Invisible, "K1\u{200B}", "K1"),
            (Way::Invisible, "K 1\u{FEFF}", "K1"),
            (Way::Case, "Ann@Mail.Example", "ann@mail.example"),
            (Way::Zeros, "000417", "417"),
            (Way::Quotes, "'7410", "7410"),
            (Way::Quotes, "=\"00417\"", "00417"),
            (Way::Decimals, "417.0", "417"),
            (Way::First15, "0015g00000XyZ12AAB", "0015g00000XyZ12"),
            (Way::Prefix, "cust_00417", "00417"),
            (Way::Separators, "17-850/2", "178502"),
            (Way::Everything, "C-000417", "417.0"),
        ] {
            assert_eq!(way.key(a), way.key(b), "{way:?}");
        }
    }

    #[test]
    fn what_differs_otherwise_stays_apart() {
        assert_ne!(Way::First15.key("0015g00000XyZ12AAB"), Way::First15.key("0015G00000xYz12"));
        assert_ne!(Way::Prefix.key("A1-2"), Way::Prefix.key("B2"));
        assert_eq!(Way::Zeros.key("000"), None);
        assert_ne!(Way::Decimals.key("417.5"), Way::Decimals.key("417"));
    }

    #[test]
    fn a_shape_shows_no_letter_and_no_digit() {
        assert_eq!(mask("Ann-17@x.é"), "Aaa-99@a.a");
        assert_eq!(mask(&"1".repeat(30)), format!("{}…", "9".repeat(24)));
    }
}
