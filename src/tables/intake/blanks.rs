//! What stands for nothing: words, and characters that cannot be seen.

/// Words that stand for nothing, in lower case: what pandas, R, SQL, spreadsheets and people write where there is no value.
const NOTHING: [&str; 22] = [
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
    "#nv",
    "#null!",
    "#ref!",
    "#value!",
    "#name?",
    "-",
    "--",
    "undefined",
    "(blank)",
    "k.a.",
];

/// Longest of [`NOTHING`].
const NOTHING_BYTES: usize = 9;

/// Whether a cell holds a word for nothing.
pub(super) fn is_nothing(text: &str) -> bool {
    text.len() <= NOTHING_BYTES && NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
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
        assert!(is_invisible('\u{200B}') && !is_invisible(' '));
    }
}
