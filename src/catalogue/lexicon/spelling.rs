//! One spelling for many: how a text is cut into words, and how a word is written before it is compared.

use std::ops::Range;

/// Letters a run of small letters must have before a capital inside a word is taken for a lost space
/// ("performanceGreat" is two words, `YouTube` and `iPhone` are one). Source: our judgment.
const GLUED_LETTERS: usize = 3;
/// A letter repeated more often than this is written this often: "goooood" is "good".
const LONGEST_RUN: usize = 2;

/// Byte ranges of the words of `text`, in order, on character boundaries, never empty, never overlapping.
///
/// A word is a run of letters, digits, marks that combine with them, and apostrophes between them; a pictogram is a word
/// of its own. With `split_glued` a word also ends where a capital follows three small letters, for reviews that lost
/// their line ends; the next word then starts where this one ends.
pub fn words(text: &str, split_glued: bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(|c: char| c.is_alphanumeric() || is_pictogram(c))?;
        at = word_end(text, start, split_glued);
        Some(start..at)
    })
}

fn word_end(text: &str, start: usize, split_glued: bool) -> usize {
    let mut letters = text[start..].char_indices().map(|(i, c)| (start + i, c)).peekable();
    let mut small = 0;
    while let Some((at, c)) = letters.next() {
        let next = letters.peek().map(|&(_, next)| next);
        if is_pictogram(c) {
            return if at == start { at + c.len_utf8() } else { at };
        }
        let goes_on =
            c.is_alphanumeric() || is_mark(c) || (is_apostrophe(c) && next.is_some_and(char::is_alphanumeric));
        if !goes_on || (split_glued && small >= GLUED_LETTERS && c.is_uppercase()) {
            return at;
        }
        small = if c.is_lowercase() { small + 1 } else { 0 };
    }
    text.len()
}

/// Appends `word` as it is compared: small letters, no apostrophes, no combining marks, no letter more than twice in a row.
///
/// Composed and decomposed accents are not made one: "é" stays, "e" with a combining accent becomes "e".
pub fn spell(word: &str, into: &mut String) {
    let (mut last, mut run) = ('\0', 0);
    for c in word.chars().flat_map(char::to_lowercase) {
        if is_apostrophe(c) || is_mark(c) {
            continue;
        }
        run = if c == last { run + 1 } else { 1 };
        last = c;
        if run <= LONGEST_RUN || !c.is_alphabetic() {
            into.push(c);
        }
    }
}

/// A phrase as it is compared: its words spelled, one space apart; empty where it holds none.
#[must_use]
pub fn spelled(phrase: &str) -> String {
    let mut written = String::with_capacity(phrase.len());
    for word in words(phrase, false) {
        if !written.is_empty() {
            written.push(' ');
        }
        spell(&phrase[word], &mut written);
    }
    written
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02BC}' | '\u{FF07}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}')
}

/// Smileys, hands, hearts and the like; not the marks that only color or join them.
fn is_pictogram(c: char) -> bool {
    matches!(c, '\u{2600}'..='\u{27BF}' | '\u{2B50}' | '\u{1F300}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        words(text, true).map(|word| &text[word]).collect()
    }

    #[test]
    fn words_are_letters_digits_and_inner_apostrophes() {
        assert_eq!(cut("It's 5.1, re-packed 'well'!"), ["It's", "5", "1", "re", "packed", "well"]);
        assert_eq!(cut(""), Vec::<&str>::new());
        assert_eq!(cut(" .,\u{FE0F} "), Vec::<&str>::new());
    }

    #[test]
    fn a_lost_space_is_found_and_brand_names_stay_whole() {
        assert_eq!(cut("goodFast YouTube iPhone"), ["good", "Fast", "YouTube", "iPhone"]);
        assert_eq!(words("goodFast", false).count(), 1);
    }

    #[test]
    fn each_pictogram_is_a_word_and_its_skin_is_not() {
        assert_eq!(cut("nice👍🏽👍ok"), ["nice", "👍", "👍", "ok"]);
    }

    #[test]
    fn shouting_stretching_and_apostrophes_are_written_alike() {
        assert_eq!(spelled("DON\u{2019}T"), "dont");
        assert_eq!(spelled("Sooooo  gooood!!!"), "soo good");
        assert_eq!(spelled("cafe\u{301} 1000"), "cafe 1000");
        assert_eq!(spelled("?!"), "");
    }
}
