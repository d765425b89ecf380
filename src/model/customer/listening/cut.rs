//! A text cut into words that know their sentence and clause, and written the way phrases are.

use valueseg_catalogue::lexicon::SentenceRules;
use valueseg_catalogue::lexicon::spelling::{spell, words};

/// A sentence without an end is ended after this many words, so that work grows with the length of the text alone.
/// Source: our judgment; in the reviews looked at no sentence had more than 141.
const MAX_SENTENCE_WORDS: usize = 200;

/// Stands between the written words where a sentence or clause ends, so that no phrase reaches across.
const BREAK: &str = "\n ";

/// One word of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextWord {
    /// First byte in the text.
    pub(super) start: usize,
    /// Byte after the last in the text.
    pub(super) end: usize,
    /// First byte in what is written.
    pub(super) at: usize,
    /// Position of its sentence in the text.
    pub(super) sentence: usize,
    /// Whether punctuation before it starts a clause.
    pub(super) starts_clause: bool,
}

/// The words of a text, and the text as phrases are compared with it: every word spelled, a space before and after it.
#[derive(Debug, Default)]
pub(super) struct SpelledText {
    pub(super) words: Vec<TextWord>,
    pub(super) written: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Gap {
    Nothing,
    Clause,
    Sentence,
}

impl SpelledText {
    pub(super) fn new(text: &str, rules: &SentenceRules) -> Self {
        let mut cut = Self { words: Vec::new(), written: String::with_capacity(text.len() + 16) };
        cut.written.push(' ');
        let (mut sentence, mut length) = (0, 0);
        for range in words(text, rules.split_glued()) {
            let gap = match cut.words.last() {
                None => Gap::Nothing,
                Some(_) if length == MAX_SENTENCE_WORDS => Gap::Sentence,
                Some(last) => cut.gap(text, last, range.start, rules),
            };
            if gap != Gap::Nothing {
                cut.written.push_str(BREAK);
            }
            if gap == Gap::Sentence {
                sentence += 1;
                length = 0;
            }
            length += 1;
            let at = cut.written.len();
            spell(&text[range.clone()], &mut cut.written);
            cut.written.push(' ');
            cut.words.push(TextWord {
                start: range.start,
                end: range.end,
                at,
                sentence,
                starts_clause: gap != Gap::Nothing,
            });
        }
        cut
    }

    /// What ends between the last word and the one that starts at `next`.
    fn gap(&self, text: &str, last: &TextWord, next: usize, rules: &SentenceRules) -> Gap {
        let between = &text[last.end..next];
        let ends = |c: char| rules.ends().contains(&c);
        if between.contains(['\n', '\r']) {
            return Gap::Sentence;
        }
        if between.is_empty() && rules.split_glued() {
            let capital = text[next..].starts_with(char::is_uppercase);
            return if capital && text[..last.end].ends_with(char::is_lowercase) {
                Gap::Sentence
            } else {
                Gap::Nothing
            };
        }
        if between.contains(ends) {
            let written = self.written[last.at..].trim_end();
            let initial = written.len() == 1 && written.bytes().all(|letter| letter.is_ascii_alphabetic());
            let abbreviated = between.trim_end() == "."
                && (initial || rules.abbreviations().binary_search_by(|word| word.as_str().cmp(written)).is_ok());
            let number = between.len() == 1
                && text[next..].starts_with(|c: char| c.is_ascii_digit())
                && written.ends_with(|c: char| c.is_ascii_digit());
            return if abbreviated || number { Gap::Nothing } else { Gap::Sentence };
        }
        let punctuated = between.contains([',', ';', ':', '(', ')', '[', ']', '–', '—', '、', '،', '；', '，', '：']);
        let dashed = between.contains('-') && between.starts_with(' ');
        if punctuated || dashed { Gap::Clause } else { Gap::Nothing }
    }
}
