//! How a text file is written: its encoding, its delimiter, its decimal sign, its words for nothing.

use super::{LOOKED_AT, PeekColumn};
use crate::tables::source::decoded;

/// Delimiters tried, the customary first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Words that stand for nothing where everything else in a column is a number or a date.
const NOTHING: [&str; 14] =
    ["NA", "N/A", "n/a", "#N/A", "NULL", "null", "Null", "NaN", "nan", "None", "none", "\\N", "-", "."];

/// The text, and the label of its encoding.
pub(super) fn decode(bytes: &[u8]) -> (String, &'static str) {
    let whole = decoded(bytes);
    // The last line may be cut in the middle of a character.
    let cut = bytes.len() as u64 >= LOOKED_AT && whole.encoding == "windows-1252";
    let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
    let whole = if cut { decoded(&bytes[..end]) } else { whole };
    (whole.text, whole.encoding)
}

/// The delimiter a spreadsheet was told in a first line `sep=;`, and the text behind that line.
pub(super) fn told_delimiter(text: &str) -> Option<(u8, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let line = line.trim_end_matches('\r').trim_matches('"');
    let sign = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    let sign = match sign {
        "\\t" => b'\t',
        _ => *sign.as_bytes().first().filter(|byte| byte.is_ascii() && sign.len() == 1)?,
    };
    Some((sign, rest))
}

/// The delimiter that stands equally often, and most often, in the first lines.
pub(in crate::tables) fn delimiter_of(text: &str) -> u8 {
    let count = |delimiter: u8| {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let widths: Vec<usize> = reader.records().take(40).map_while(Result::ok).map(|record| record.len()).collect();
        let first = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|width| **width == first).count();
        if first < 2 { 0 } else { first * same * same / widths.len().max(1) }
    };
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Takes words for nothing out of `columns` and returns those that were there.
///
/// A word counts where all else in a column is numbers or dates: `NA` among countries is one.
pub(super) fn take_nulls(columns: &mut [PeekColumn]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for column in columns.iter() {
        let nothing = |value: &&String| NOTHING.contains(&value.as_str());
        let empty = column.values.iter().filter(nothing).count();
        let plain =
            column.values.iter().filter(|value| !nothing(value)).filter(|value| starts_as_number(value)).count();
        if empty == 0 || plain == 0 || plain + empty < column.values.len() {
            continue;
        }
        for word in column.values.iter().filter(nothing) {
            if !found.contains(word) {
                found.push(word.clone());
            }
        }
    }
    found.sort();
    for column in columns.iter_mut() {
        column.values.retain(|value| !found.contains(value));
    }
    found
}

fn starts_as_number(value: &str) -> bool {
    let value = value.trim_start_matches(['-', '+', '(', '$', '€', '£', ' ']);
    value.starts_with(|c: char| c.is_ascii_digit())
        && !value.contains(|c: char| c.is_alphabetic() && !"TZeE".contains(c))
}

/// What stands before decimals: a comma where numbers are more often written so.
pub(super) fn decimal_of(delimiter: u8, columns: &[PeekColumn]) -> char {
    let values = || columns.iter().flat_map(|column| column.values.iter().take(500));
    let commas = values().filter(|value| decimals(value, ',')).count();
    if delimiter != b',' && commas > 0 || commas > 2 {
        let points = values().filter(|value| decimals(value, '.') && !value.contains(',')).count();
        if commas > points {
            return ',';
        }
    }
    '.'
}

/// Digits, the sign, digits that are no group of three; points or commas of thousands before it.
fn decimals(value: &str, sign: char) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let group = if sign == ',' { '.' } else { ',' };
    let value = value.trim_matches(|c: char| matches!(c, '€' | '$' | '£' | ' ' | '\u{A0}'));
    value.rsplit_once(sign).is_some_and(|(whole, part)| {
        let whole = whole.trim_start_matches('-');
        let grouped = whole.contains(group);
        digits(&whole.replace([group, ' ', '\u{A0}'], "")) && digits(part) && (part.len() != 3 || grouped)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_two_bytes_a_letter_is_recognized_either_way_and_without_a_mark() {
        let little: Vec<u8> = "id;name\n1;x\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "id;name\n1;x\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little), ("id;name\n1;x\n".to_owned(), "utf-16le"));
        assert_eq!(decode(&big).1, "utf-16be");
        let marked: Vec<u8> = [0xFE, 0xFF].into_iter().chain(big).collect();
        assert_eq!(decode(&marked), ("id;name\n1;x\n".to_owned(), "utf-16be"));
    }

    #[test]
    fn a_spreadsheets_own_line_tells_the_delimiter_and_is_no_header() {
        assert_eq!(told_delimiter("sep=;\r\na;b\n"), Some((b';', "a;b\n")));
        assert_eq!(told_delimiter("a;b\n1;2\n"), None);
    }

    #[test]
    fn a_word_for_nothing_is_one_only_among_numbers() {
        let column = |values: &[&str]| PeekColumn {
            values: values.iter().map(|v| (*v).to_owned()).collect(),
            ..PeekColumn::default()
        };
        let mut columns = [column(&["1", "NA", "2"]), column(&["DE", "NULL"])];
        assert_eq!(take_nulls(&mut columns), ["NA"]);
        assert_eq!(columns[0].values, ["1", "2"]);
        assert_eq!(columns[1].values, ["DE", "NULL"]);
    }

    #[test]
    fn grouped_thousands_before_a_comma_are_decimals() {
        assert!(decimals("1.234,56", ',') && decimals("3,5", ',') && decimals("1.234,567", ','));
        assert!(!decimals("1,234", ',') && !decimals("a,b", ',') && !decimals("1,", ','));
    }
}
