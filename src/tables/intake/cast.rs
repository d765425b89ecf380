//! From what a source holds to what a canonical column holds: numbers, flags, texts.
//!
//! Every function returns the column, with unreadable cells absent, and the places of those cells.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Float32Array, Float64Array, Float64Builder, StringArray,
    StringBuilder,
};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};

use super::super::ledger::RejectCode;
use super::super::source::CELL_LIMIT;
use super::cells::element_of;
use crate::catalogue::ElementId;

/// Unreadable cells: place in the batch and what is wrong.
pub(super) type Bad = Vec<(usize, RejectCode)>;

/// The column as plain text, whatever it was.
pub(super) fn as_text(array: &ArrayRef) -> StringArray {
    if let Some(text) = array.as_string_opt::<i32>() {
        return text.clone();
    }
    match cast(array, &DataType::Utf8) {
        Ok(text) => text.as_string::<i32>().clone(),
        Err(_) => StringArray::new_null(array.len()),
    }
}

/// Whether a type is text, in whatever layout.
pub(super) fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..))
}

/// Cells that were there and are not any more.
pub(super) fn lost(before: &ArrayRef, after: &dyn Array, code: RejectCode) -> Bad {
    let nulls = before.logical_nulls();
    let known = |i: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(i));
    if after.null_count() == nulls.as_ref().map_or(0, NullBuffer::null_count) {
        return Bad::new();
    }
    (0..after.len()).filter(|&i| known(i) && after.is_null(i)).map(|i| (i, code)).collect()
}

/// Trimmed text; what is empty then is absent.
pub(super) fn texts(array: &ArrayRef) -> (StringArray, Bad) {
    let text = as_text(array);
    let mut bad = lost(array, &text, RejectCode::NotUtf8);
    let clean = bad.is_empty()
        && text.iter().flatten().all(|t| !t.is_empty() && t.len() <= CELL_LIMIT && t.trim().len() == t.len());
    if clean {
        return (text, bad);
    }
    let mut out = StringBuilder::with_capacity(text.len(), text.value_data().len());
    for (i, cell) in text.iter().enumerate() {
        let cell = cell.map(str::trim).filter(|t| !t.is_empty());
        if cell.is_some_and(|t| t.len() > CELL_LIMIT) {
            bad.push((i, RejectCode::CellTooLong));
            out.append_null();
        } else {
            out.append_option(cell);
        }
    }
    (out.finish(), bad)
}

/// Finite numbers, −0 as 0; what is not a number by its bits (NaN) is how numpy and its kin write "nothing here", and absent. In text, `decimal` stands before the decimals, and the other of point and comma may group
/// thousands.
pub(super) fn numbers(array: &ArrayRef, decimal: char) -> (Float64Array, Bad) {
    match array.data_type() {
        DataType::Float64 => finite(array.as_primitive::<Float64Type>()),
        kind if is_text(kind) => parse_numbers(&as_text(array), decimal),
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) | DataType::Time32(_) | DataType::Time64(_) => {
            no_numbers(array)
        }
        _ => match cast(array, &DataType::Float64) {
            Ok(cast) => {
                let (numbers, mut bad) = finite(cast.as_primitive::<Float64Type>());
                bad.extend(lost(array, &cast, RejectCode::NotANumber));
                (numbers, bad)
            }
            Err(_) => no_numbers(array),
        },
    }
}

/// No number in any cell: what is there is something else.
pub(super) fn no_numbers(array: &ArrayRef) -> (Float64Array, Bad) {
    (Float64Array::new_null(array.len()), present(array, RejectCode::NotANumber))
}

/// As [`numbers`], staying with single precision where the source has no more.
pub(super) fn ratings(array: &ArrayRef, decimal: char) -> (Ratings, Bad) {
    match array.as_primitive_opt::<Float32Type>() {
        Some(own) => (Ratings::Single(own.clone()), Bad::new()),
        None => {
            let (numbers, bad) = numbers(array, decimal);
            (Ratings::Double(numbers), bad)
        }
    }
}

/// Numbers before they are judged by a scale.
pub(super) enum Ratings {
    /// May still hold values that are not finite.
    Single(Float32Array),
    /// All finite.
    Double(Float64Array),
}

fn finite(array: &Float64Array) -> (Float64Array, Bad) {
    if array.values().iter().all(|x| x.is_finite() && (*x != 0.0 || x.is_sign_positive())) {
        return (array.clone(), Bad::new());
    }
    let mut bad = Bad::new();
    let mut out = Float64Builder::with_capacity(array.len());
    for (i, x) in array.iter().enumerate() {
        if x.is_some_and(f64::is_infinite) {
            bad.push((i, RejectCode::NotFinite));
            out.append_null();
        } else {
            out.append_option(x.filter(|x| !x.is_nan()).map(|x| x + 0.0));
        }
    }
    (out.finish(), bad)
}

fn parse_numbers(text: &StringArray, decimal: char) -> (Float64Array, Bad) {
    parsed(text, |cell| parse_number(cell, decimal))
}

/// The cells of a column, each trimmed and read by `parse`; empty ones are absent.
pub(super) fn parsed(text: &StringArray, parse: impl Fn(&str) -> Result<f64, RejectCode>) -> (Float64Array, Bad) {
    let mut bad = Bad::new();
    let mut out = Float64Builder::with_capacity(text.len());
    for (i, cell) in text.iter().enumerate() {
        match cell.map(str::trim).filter(|t| !t.is_empty()).map(&parse) {
            None => out.append_null(),
            Some(Ok(x)) => out.append_value(x),
            Some(Err(code)) => {
                bad.push((i, code));
                out.append_null();
            }
        }
    }
    (out.finish(), bad)
}

/// A number written as text. Not a number: anything with letters but an exponent.
pub(super) fn parse_number(text: &str, decimal: char) -> Result<f64, RejectCode> {
    let group = if decimal == ',' { '.' } else { ',' };
    let plain;
    let mut digits = text;
    if text.contains([',', '\u{A0}', '\u{202F}']) || (decimal == ',' && text.contains('.')) {
        plain = ungroup(text, decimal, group).ok_or(RejectCode::NotANumber)?;
        digits = &plain;
    }
    let ascii = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    match digits.parse::<f64>() {
        Ok(x) if !x.is_finite() => Err(RejectCode::NotFinite),
        Ok(x) if is_lost(digits, x) => Err(RejectCode::OutOfRange),
        Ok(x) if ascii => Ok(x + 0.0),
        _ => Err(RejectCode::NotANumber),
    }
}

/// Whether digits that are not all 0 became 0: what they say is smaller than any double.
pub(super) fn is_lost(digits: &str, x: f64) -> bool {
    let number = digits.split(['e', 'E']).next().unwrap_or_default();
    x == 0.0 && number.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

/// Takes out thousands separators, which must stand before exactly three digits each, and writes the point.
fn ungroup(text: &str, decimal: char, group: char) -> Option<String> {
    let (whole, rest) = text.split_once(decimal).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut parts = whole.split([group, '\u{A0}', '\u{202F}']);
    let mut out = parts.next()?.to_owned();
    // "0,125" is no number of thousands, and "1234,567" is one of another country's decimals.
    let first = out.trim_start_matches(['+', '-']);
    let groups = whole.len() > out.len();
    if groups && (!(1..=3).contains(&first.len()) || first.starts_with('0')) {
        return None;
    }
    for part in parts {
        if out.is_empty() || part.len() != 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        out.push_str(part);
    }
    if let Some(rest) = rest {
        if rest.contains([group, decimal]) {
            return None;
        }
        out.push('.');
        out.push_str(rest);
    }
    Some(out)
}

/// Yes or no.
pub(super) fn flags(array: &ArrayRef) -> (BooleanArray, Bad) {
    if let Some(own) = array.as_boolean_opt() {
        return (own.clone(), Bad::new());
    }
    let mut bad = Bad::new();
    let mut out = BooleanBuilder::with_capacity(array.len());
    let mut push = |i: usize, cell: Option<Option<bool>>| match cell {
        None => out.append_null(),
        Some(Some(flag)) => out.append_value(flag),
        Some(None) => {
            bad.push((i, RejectCode::NotAFlag));
            out.append_null();
        }
    };
    if array.data_type().is_numeric() {
        let (numbers, unreadable) = numbers(array, '.');
        for (i, x) in numbers.iter().enumerate() {
            push(
                i,
                x.map(|x| {
                    if x == 1.0 {
                        Some(true)
                    } else if x == 0.0 {
                        Some(false)
                    } else {
                        None
                    }
                }),
            );
        }
        bad.extend(unreadable);
    } else {
        let text = as_text(array);
        for (i, cell) in text.iter().enumerate() {
            push(i, cell.map(str::trim).filter(|t| !t.is_empty()).map(parse_flag));
        }
        // Bytes that are no text.
        bad.extend(lost(array, &text, RejectCode::NotAFlag));
    }
    (out.finish(), bad)
}

fn parse_flag(text: &str) -> Option<bool> {
    const YES: [&str; 8] = ["true", "t", "yes", "y", "1", "1.0", "ja", "j"];
    const NO: [&str; 7] = ["false", "f", "no", "n", "0", "0.0", "nein"];
    let is = |word: &&str| text.eq_ignore_ascii_case(word);
    if YES.iter().any(is) {
        Some(true)
    } else if NO.iter().any(is) {
        Some(false)
    } else {
        None
    }
}

/// Every cell that is there, as a fault.
pub(super) fn present(array: &ArrayRef, code: RejectCode) -> Bad {
    (0..array.len()).filter(|&i| array.is_valid(i)).map(|i| (i, code)).collect()
}

/// The same column with the cells at `places` absent.
pub(super) fn blank(array: &ArrayRef, places: impl Iterator<Item = usize>) -> ArrayRef {
    let mut valid: Vec<bool> = (0..array.len()).map(|i| array.is_valid(i)).collect();
    places.for_each(|i| valid[i] = false);
    let nulls = NullBuffer::from(valid);
    match array.to_data().into_builder().nulls(Some(nulls)).build() {
        Ok(data) => datafusion::arrow::array::make_array(data),
        Err(_) => Arc::clone(array),
    }
}

/// Elements by their slug, as people write them.
pub(super) fn elements(text: &StringArray, mut bad: Bad) -> (StringArray, Bad) {
    let element = |(i, cell): (usize, Option<&str>)| {
        let found = element_of(cell?);
        if found.is_none() {
            bad.push((i, RejectCode::UnknownElement));
        }
        found.map(ElementId::slug)
    };
    let slugs = text.iter().enumerate().map(element).collect();
    (slugs, bad)
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{BinaryArray, Int32Array};

    fn text(cells: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringArray::from(cells.to_vec()))
    }

    #[test]
    fn decimal_commas_and_grouped_thousands_are_read_strictly() {
        for (written, decimal, value) in [
            ("3,5", ',', 3.5),
            ("1.234,56", ',', 1234.56),
            ("1,234.5", '.', 1234.5),
            ("-1\u{A0}000", ',', -1000.0),
            ("1e3", '.', 1000.0),
            ("-0", '.', 0.0),
        ] {
            assert_eq!(parse_number(written, decimal).map(f64::to_bits), Ok(f64::to_bits(value)), "{written}");
        }
        for written in
            ["3,5", "12,34", "1,2,3", "0,125", "1234,567", "-,500", ",500", "abc", "0x10", "1_000", "--1", "1.2.3"]
        {
            assert!(parse_number(written, '.').is_err(), "{written}");
        }
        assert_eq!(parse_number("inf", '.'), Err(RejectCode::NotFinite));
        assert_eq!(parse_number("NaN", '.'), Err(RejectCode::NotFinite));
        assert_eq!(parse_number("1e400", '.'), Err(RejectCode::NotFinite));
        assert_eq!(parse_number("-1e-400", '.'), Err(RejectCode::OutOfRange), "smaller than any double");
        assert_eq!(parse_number("0e-400", '.'), Ok(0.0));
    }

    #[test]
    fn infinite_numbers_are_absent_and_said_and_nan_is_absent() {
        let cells = vec![Some(1.0), Some(f64::NAN), None, Some(-0.0), Some(f64::INFINITY)];
        let array: ArrayRef = Arc::new(Float64Array::from(cells));
        let (numbers, bad) = numbers(&array, '.');
        assert_eq!(numbers.iter().collect::<Vec<_>>(), [Some(1.0), None, None, Some(0.0), None]);
        assert!(numbers.value(3).is_sign_positive());
        assert_eq!(bad, [(4, RejectCode::NotFinite)]);
    }

    #[test]
    fn flags_are_read_in_the_words_people_use() {
        let (got, bad) =
            flags(&text(&[Some("Ja"), Some("n"), Some(""), None, Some("perhaps"), Some("TRUE"), Some("0")]));
        let want = [Some(true), Some(false), None, None, None, Some(true), Some(false)];
        assert_eq!(got.iter().collect::<Vec<_>>(), want);
        assert_eq!(bad, [(4, RejectCode::NotAFlag)]);
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 0, 2]));
        assert_eq!(flags(&numbers).1, [(2, RejectCode::NotAFlag)]);
        let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![&b"yes"[..], b"\xFF"]));
        assert_eq!(flags(&bytes), (BooleanArray::from(vec![Some(true), None]), vec![(1, RejectCode::NotAFlag)]));
    }

    #[test]
    fn text_is_trimmed_and_empty_text_is_absent() {
        let (got, _) = texts(&text(&[Some(" a "), Some("  "), None]));
        assert_eq!(got.iter().collect::<Vec<_>>(), [Some("a"), None, None]);
    }
}
