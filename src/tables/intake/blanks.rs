//! What stands for nothing: words, and characters that cannot be seen.

/// Words that stand for nothing, in lower case: what pandas, R, SQL, spreadsheets and people write where there is no value.
const NOTHING: [&str; 19] = [
    "nan",
    "<na>",
    "nat",
    "null",
    "(null)",
    "none",
    "nil",
    "\\n",
    "n/a",
    "na",
    "n.a.",
    "#n/a",
    "#n/d",
    "#nv",
    "-",
    "--",
    "undefined",
    "(blank)",
    "k.a.",
];

/// Longest of [`NOTHING`].
const NOTHING_BYTES: usize = 9;

/// Longest sign of an error in spreadsheets, in characters; the longest of those known has 14.
const ERROR_CHARS: usize = 16;

/// Whether a cell holds a word for nothing, or the sign of an error that a spreadsheet left there.
pub(super) fn is_nothing(text: &str) -> bool {
    (text.len() <= NOTHING_BYTES && NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word)))
        || is_spreadsheet_error(text)
}

/// `#REF!`, `#DIV/0!`, `#NAME?` and what they are called in other languages (`#BEZUG!`, `#¡VALOR!`); `Err:502`.
fn is_spreadsheet_error(text: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '/' | '_' | '¡' | '¿');
    let sign = text.strip_prefix('#').and_then(|rest| rest.strip_suffix(['!', '?']));
    let sign = sign.is_some_and(|name| (2..=ERROR_CHARS).contains(&name.chars().count()) && name.chars().all(letter));
    let number = text.strip_prefix("Err:").is_some_and(|n| n.len() == 3 && n.bytes().all(|byte| byte.is_ascii_digit()));
    sign || number
}

/// Characters that take no room: zero-width ones, byte-order marks, directions, soft hyphens.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_known_and_names_are_no_words_for_nothing() {
        assert_eq!(NOTHING.iter().map(|word| word.len()).max(), Some(NOTHING_BYTES));
        assert!(is_nothing("NaN") && is_nothing("\\N") && !is_nothing("Nan Goldin") && !is_nothing(""));
        for error in
            ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#¡VALOR!", "#SPILL!", "Err:502"]
        {
            assert!(is_nothing(error), "{error}");
        }
        assert!(!is_nothing("#1!") && !is_nothing("#17") && !is_nothing("# a b!") && !is_nothing("Err:x"));
        assert!(is_invisible('\u{200B}') && !is_invisible(' '));
    }
}
