//! Whether what stands where names of columns are expected is somebody's data. Such names are never said.

/// Names of columns that hold a customer's id, without signs and in lower case, the surest first.
const ID_NAMES: [&str; 18] = [
    "customerid",
    "customerno",
    "customernumber",
    "customernr",
    "custid",
    "clientid",
    "memberid",
    "personid",
    "userid",
    "contactid",
    "subscriberid",
    "externalid",
    "kundennummer",
    "kundennr",
    "kundenid",
    "id",
    "email",
    "emailaddress",
];

/// Of those, the ones that may as well be a value: how somebody wants to be reached.
const VALUES_AS_WELL: [&str; 1] = ["email"];

/// Digits from which on a number, or letters with a number, is an id or a telephone and no year.
const LONG: usize = 5;

/// The place of the surest name of a column of ids among these.
pub(super) fn id_place(names: &[String]) -> Option<usize> {
    let names: Vec<String> = names.iter().map(|name| bare(name)).collect();
    ID_NAMES.iter().find_map(|known| names.iter().position(|name| name == known))
}

/// Whether a column of this name holds ids of customers.
pub(super) fn names_ids(column: &str) -> bool {
    ID_NAMES.contains(&bare(column).as_str())
}

/// A name without signs, in lower case.
pub(super) fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the first line of a file is more likely data than names, by itself and by the lines below it.
///
/// METHOD (our judgment): an address, a date or a long number is nobody's idea of a name; of years and codes, half of the line
/// is too many, as is one that is written like those below it. Without a name for an id, that is: with one it is a header.
pub(super) fn looks_like_data(first: &[String], below: &[Vec<String>]) -> bool {
    let cells = || first.iter().map(|cell| cell.trim()).enumerate().filter(|(_, cell)| !cell.is_empty());
    let sure = |cell: &str| match shape_of(cell) {
        HeadingShape::Address | HeadingShape::Date => true,
        HeadingShape::Number => digits(cell) >= LONG,
        HeadingShape::Words => false,
    };
    if cells().any(|(_, cell)| sure(cell)) {
        return true;
    }
    if cells().any(|(_, cell)| names_ids(cell) && !VALUES_AS_WELL.contains(&bare(cell).as_str())) {
        return false;
    }
    let numbers = cells().filter(|(_, cell)| shape_of(cell) == HeadingShape::Number).count();
    let alike = |at: usize, cell: &str| {
        let mut others = below.iter().filter_map(|line| line.get(at)).peekable();
        others.peek().is_some() && digits(cell) > 0 && others.all(|other| pattern(other.trim()) == pattern(cell))
    };
    numbers > 0 && numbers * 2 >= cells().count() || cells().any(|(at, cell)| alike(at, cell))
}

/// What a cell is written like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HeadingShape {
    Words,
    Number,
    Date,
    Address,
}

/// The shape of a cell.
pub(super) fn shape_of(cell: &str) -> HeadingShape {
    let cell = cell.trim();
    let digits = digits(cell);
    let only = |signs: &str| cell.chars().all(|c| c.is_ascii_digit() || signs.contains(c));
    match cell {
        _ if cell.contains('@') && cell.contains('.') && !cell.contains(' ') => HeadingShape::Address,
        _ if digits >= 6 && only("-/.: TZ+") && cell.matches(['-', '/', '.', ':']).count() >= 2 => HeadingShape::Date,
        _ if digits > 0 && only("+-.,eE %") => HeadingShape::Number,
        // An id such as `C-00017`.
        _ if digits >= 3 && !cell.contains(' ') && digits * 2 >= cell.len() => HeadingShape::Number,
        _ => HeadingShape::Words,
    }
}

fn digits(cell: &str) -> usize {
    cell.bytes().filter(u8::is_ascii_digit).count()
}

/// How letters and digits follow each other in a cell: `A9` for a letter and a digit. Of letters the number is no matter.
pub(super) fn pattern(cell: &str) -> String {
    let mut pattern = String::with_capacity(cell.len());
    for c in cell.chars() {
        match c {
            _ if c.is_ascii_digit() => pattern.push('9'),
            _ if !c.is_alphabetic() => pattern.push(c),
            _ if pattern.ends_with('A') => {}
            _ => pattern.push('A'),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn addresses_dates_long_numbers_and_what_is_like_the_lines_below_are_data() {
        for first in [
            &["Ann Miller", "ann@example.org"][..],
            &["customer_id", "ann@example.org"],
            &["Ann Miller", "1980-05-03"],
            &["B00001", "Miller", "Berlin"],
            &["Ann Miller", "Bonn", "+49 170 1234567"],
            &["17", "5"],
        ] {
            assert!(looks_like_data(&row(first), &[]), "{first:?}");
        }
        let below = [row(&["K2", "Bo"]), row(&["K3", "Cy"])];
        assert!(looks_like_data(&row(&["K1", "Ann"]), &below));
    }

    #[test]
    fn names_are_no_data_also_with_years_and_numbers_among_them() {
        let below = [row(&["1", "2020", "4"])];
        for first in [
            &["id", "2019", "2021"][..],
            &["Respondent", "Q1", "Q102"],
            &["region", "city", "2019"],
            &["Kunden-Nr.", "Umsatz"],
            &["a", "b", "c"],
        ] {
            assert!(!looks_like_data(&row(first), &below), "{first:?}");
        }
    }

    #[test]
    fn a_pattern_tells_where_digits_stand() {
        assert_eq!([pattern("C-0017"), pattern("Ann 1"), pattern("")], ["A-9999", "A 9", ""]);
    }
}
