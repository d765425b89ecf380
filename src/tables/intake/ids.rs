//! Ids: opaque text, trimmed; never a number that lost digits, a word for nothing, or a heading.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use datafusion::arrow::datatypes::DataType;

use super::super::ledger::RejectCode;
use super::super::source::CELL_LIMIT;
use super::super::spec::IdForm;
use super::blanks::{is_invisible, is_nothing};
use super::cast::{Bad, as_text, lost, numbers, present};

/// Whole numbers up to here survive in a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How ids of a column are read.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::tables) struct IdReading<'a> {
    /// Name of the column: where it stands among the ids, the line is one of headings.
    pub(in crate::tables) column: &'a str,
    /// How ids are brought to one form; for customers.
    pub(in crate::tables) form: Option<&'a IdForm>,
}

/// Ids of a column: trimmed text; a number with nothing behind its point is its plain digits. A number that lost digits on its
/// way, as `1.23E+15` of a spreadsheet, is none.
pub(in crate::tables) fn ids(array: &ArrayRef, reading: IdReading<'_>) -> (StringArray, Bad) {
    let most = match array.data_type() {
        // Whole numbers up to here have no neighbor that is kept as the same.
        DataType::Float16 => 2_048.0,
        DataType::Float32 => 16_777_216.0,
        DataType::Float64 => EXACT,
        // Two ids for everybody.
        DataType::Boolean => return (StringArray::new_null(array.len()), present(array, RejectCode::NotAnId)),
        kind => return text_ids(array, reading, kind.is_decimal()),
    };
    let (numbers, mut bad) = numbers(array, '.');
    let mut out = StringBuilder::with_capacity(numbers.len(), 12 * numbers.len());
    for (i, number) in numbers.iter().enumerate() {
        match number {
            Some(x) if x.fract() == 0.0 && x.abs() < most => {
                out.append_value(in_form(format!("{}", x as i64), reading.form));
            }
            Some(_) => {
                bad.push((i, RejectCode::NotAnId));
                out.append_null();
            }
            None => out.append_null(),
        }
    }
    (out.finish(), bad)
}

/// How many cells say by `="…"` that they are text and no number: they are read without it.
pub(super) fn written_as_text(array: &ArrayRef) -> u64 {
    let text = array.as_string_opt::<i32>().map(|text| text.iter().flatten().filter(|cell| cell.starts_with("=\"")));
    text.map_or(0, |cells| cells.count() as u64)
}

fn text_ids(array: &ArrayRef, reading: IdReading<'_>, decimal: bool) -> (StringArray, Bad) {
    let text = as_text(array);
    let mut bad = lost(array, &text, RejectCode::NotUtf8);
    let plain = |cell: Option<&str>| cell.is_some_and(|cell| is_plain(cell, reading.column));
    if reading.form.is_none() && !decimal && text.iter().all(|cell| cell.is_none() || plain(cell)) {
        return (text, bad);
    }
    let mut out = StringBuilder::with_capacity(text.len(), text.value_data().len());
    for (i, cell) in text.iter().enumerate() {
        let Some(cell) = cell else {
            out.append_null();
            continue;
        };
        match id_of(cell, reading, decimal) {
            Ok(Some(id)) => out.append_value(id),
            Ok(None) => out.append_null(),
            Err(code) => {
                bad.push((i, code));
                out.append_null();
            }
        }
    }
    (out.finish(), bad)
}

/// Whether an id stays as it is: letters, digits and signs that mean nothing special, and no word for nothing.
fn is_plain(cell: &str, column: &str) -> bool {
    let sign = |byte: u8| matches!(byte, b'_' | b'@' | b':' | b'|' | b'-');
    !cell.is_empty()
        && cell.len() <= CELL_LIMIT
        && cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || sign(byte))
        && !is_nothing(cell)
        && !is_heading(cell, column)
}

/// The id in a cell; `None` where there is none.
fn id_of(cell: &str, reading: IdReading<'_>, decimal: bool) -> Result<Option<String>, RejectCode> {
    let kept = reading.form.is_some_and(|form| !form.trim);
    let bare = cell.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
    if bare.is_empty() {
        return Ok(None);
    }
    if cell.len() > CELL_LIMIT {
        return Err(RejectCode::CellTooLong);
    }
    // What was no text may be anybody's.
    if cell.contains('\u{FFFD}') {
        return Err(RejectCode::NotUtf8);
    }
    if is_heading(bare, reading.column) {
        return Err(RejectCode::HeaderRepeated);
    }
    let id = as_meant(if kept { cell } else { bare });
    let id = reading
        .form
        .and_then(|form| form.strip_prefix.as_deref())
        .map_or(id, |prefix| id.strip_prefix(prefix).unwrap_or(id));
    if id.trim().is_empty() {
        return Ok(None);
    }
    if is_nothing(id) {
        return Err(RejectCode::NothingId);
    }
    // A formula that nobody has worked out.
    if id.starts_with('=') {
        return Err(RejectCode::NotAnId);
    }
    plain_number(id, decimal).map(|id| Some(in_form(id.to_owned(), reading.form)))
}

/// What a spreadsheet was to take as text: `="000005"` and `'741`.
fn as_meant(text: &str) -> &str {
    if let Some(inner) = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        return inner.trim();
    }
    match text.strip_prefix(['\'', '\u{2019}']) {
        Some(rest) if !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => text,
    }
}

/// The name of the column itself, or what survey tools write in their third line of headings.
fn is_heading(text: &str, column: &str) -> bool {
    text.starts_with("{\"ImportId\"")
        || text.starts_with("{'ImportId'")
        || (text.len() >= 2 && text.eq_ignore_ascii_case(column))
}

/// Digits with nothing behind their point without it. A number in powers of ten is no id: its digits are lost. Without point,
/// comma and sign, as `12E4`, it may be a code and stays.
fn plain_number(text: &str, decimal: bool) -> Result<&str, RejectCode> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((number, power)) = text.split_once(['e', 'E']) {
        let number = number.trim_start_matches(['+', '-']);
        let (whole, part) = number.split_once(['.', ',']).map_or((number, None), |(whole, part)| (whole, Some(part)));
        let signed = power.starts_with('+');
        let is_power = digits(whole) && part.is_none_or(digits) && digits(power.trim_start_matches(['+', '-']));
        if is_power && (signed || part.is_some()) {
            return Err(RejectCode::NotAnId);
        }
    }
    let Some((whole, rest)) = text.split_once('.').filter(|(whole, _)| digits(whole.trim_start_matches('-'))) else {
        return Ok(text);
    };
    match rest {
        zeros if !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') => {
            Ok(if whole == "-0" { "0" } else { whole })
        }
        _ if decimal => Err(RejectCode::NotAnId),
        _ => Ok(text),
    }
}

/// Lower case and leading zeros, as configured.
pub(in crate::tables) fn in_form(id: String, form: Option<&IdForm>) -> String {
    let Some(form) = form else { return id };
    let id = if form.lower { id.to_lowercase() } else { id };
    match form.pad {
        Some(width) if id.len() < width && id.bytes().all(|byte| byte.is_ascii_digit()) => format!("{id:0>width$}"),
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::array::{Decimal128Array, Float32Array, Float64Array, Int32Array};
    use std::sync::Arc;

    fn read(cells: &[&str], form: Option<&IdForm>) -> (Vec<Option<String>>, Bad) {
        let array: ArrayRef = Arc::new(StringArray::from(cells.to_vec()));
        let (ids, bad) = ids(&array, IdReading { column: "Customer", form });
        (ids.iter().map(|id| id.map(str::to_owned)).collect(), bad)
    }

    fn one(cell: &str) -> Result<Option<String>, RejectCode> {
        let (ids, bad) = read(&[cell], None);
        bad.first().map_or_else(|| Ok(ids[0].clone()), |(_, code)| Err(*code))
    }

    #[test]
    fn words_for_nothing_and_headings_are_no_ids() {
        for formula in ["=A1", "=\"a\"&B2", "=00123"] {
            assert_eq!(one(formula), Err(RejectCode::NotAnId), "{formula}");
        }
        for word in [
            "#DIV/0!",
            "=\"#REF!\"",
            "nan",
            "NaN",
            "NULL",
            "None",
            "\\N",
            "n/a",
            "N/A",
            "#N/A",
            "-",
            "NA",
            "<NA>",
            "='x'\u{FFFD}",
        ] {
            assert!(one(word).is_err(), "{word}");
        }
        assert_eq!(one("None"), Err(RejectCode::NothingId));
        assert_eq!(one("  "), Ok(None));
        assert_eq!(one("customer"), Err(RejectCode::HeaderRepeated));
        assert_eq!(one("{\"ImportId\":\"QID1\"}"), Err(RejectCode::HeaderRepeated));
        assert_eq!(one("Nanni"), Ok(Some("Nanni".to_owned())));
    }

    #[test]
    fn numbers_in_powers_of_ten_are_no_ids_whatever_their_sign_of_decimals() {
        for written in ["1.23E+15", "1,00E+11", "1E+11", "1e+05", "-1.5E-3"] {
            assert_eq!(one(written), Err(RejectCode::NotAnId), "{written}");
        }
        for written in ["12E4", "1e5", "E+1", "1E+", "v1.2", "1.5", "A1E+5"] {
            assert_eq!(one(written), Ok(Some(written.to_owned())), "{written}");
        }
        assert_eq!(one("7.0"), Ok(Some("7".to_owned())));
    }

    #[test]
    fn what_a_spreadsheet_was_to_take_as_text_is_taken_as_meant_and_what_cannot_be_seen_is_taken_off() {
        for (written, id) in [
            ("=\"000005\"", "000005"),
            ("'7410991460000", "7410991460000"),
            ("'til", "'til"),
            ("C1\u{A0}", "C1"),
            ("\u{FEFF}C1\u{200B}", "C1"),
            ("\tC1 ", "C1"),
            ("a b", "a b"),
            ("x@y.org", "x@y.org"),
        ] {
            assert_eq!(one(written), Ok(Some(id.to_owned())), "{written}");
        }
    }

    #[test]
    fn a_form_is_followed_in_its_order_prefix_case_zeros() {
        let form = IdForm { lower: true, strip_prefix: Some("C-".to_owned()), pad: Some(5), ..IdForm::default() };
        let (ids, bad) = read(&["C-17", " C-AB", "17", "123456", "C-nan"], Some(&form));
        let want = [Some("00017"), Some("ab"), Some("00017"), Some("123456"), None];
        assert_eq!(ids.iter().map(Option::as_deref).collect::<Vec<_>>(), want);
        assert_eq!(bad, [(4, RejectCode::NothingId)]);
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![17]));
        assert_eq!(super::ids(&numbers, IdReading { column: "no", form: Some(&form) }).0.value(0), "00017");
        let untrimmed = IdForm { trim: false, ..IdForm::default() };
        assert_eq!(read(&[" a"], Some(&untrimmed)).0, [Some(" a".to_owned())]);
    }

    #[test]
    fn yes_and_no_are_no_ids_and_minus_nought_is_nought() {
        let flags: ArrayRef = Arc::new(datafusion::arrow::array::BooleanArray::from(vec![Some(true), None]));
        assert_eq!(super::ids(&flags, IdReading::default()).1, [(0, RejectCode::NotAnId)]);
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![-0.0, 1e15, 9_007_199_254_740_992.0]));
        let (got, bad) = super::ids(&floats, IdReading::default());
        assert_eq!(got.iter().collect::<Vec<_>>(), [Some("0"), Some("1000000000000000"), None]);
        assert_eq!(bad, [(2, RejectCode::NotAnId)]);
        assert_eq!(one("-0.0"), Ok(Some("0".to_owned())));
    }

    #[test]
    fn ids_of_numbers_are_their_plain_digits() {
        let plain = |array: &ArrayRef| super::ids(array, IdReading::default());
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![17850.0, 0.5, f64::NAN]));
        let (got, bad) = plain(&floats);
        assert_eq!(got.iter().collect::<Vec<_>>(), [Some("17850"), None, None]);
        assert_eq!(bad, [(1, RejectCode::NotAnId)]);
        let decimals = Decimal128Array::from(vec![1_785_000]).with_precision_and_scale(10, 2).expect("fits");
        assert_eq!(plain(&(Arc::new(decimals) as ArrayRef)).0.value(0), "17850");
        let fine = Decimal128Array::from(vec![9_007_199_254_740_993]).with_precision_and_scale(19, 0).expect("fits");
        assert_eq!(plain(&(Arc::new(fine) as ArrayRef)).0.value(0), "9007199254740993");
        let broken = Decimal128Array::from(vec![150]).with_precision_and_scale(10, 2).expect("fits");
        assert_eq!(plain(&(Arc::new(broken) as ArrayRef)).1, [(0, RejectCode::NotAnId)]);
        let single: ArrayRef = Arc::new(Float32Array::from(vec![16_777_215.0, 16_777_216.0]));
        assert_eq!(plain(&single).1, [(1, RejectCode::NotAnId)], "its neighbor is kept as the same number");
        let (got, bad) = read(&["K\u{FFFD}", " Ab1 "], None);
        assert_eq!(got, [None, Some("Ab1".to_owned())]);
        assert_eq!(bad, [(0, RejectCode::NotUtf8)]);
    }
}
