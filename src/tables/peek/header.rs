//! Whether a first line names the columns, and whether further lines below it do.

use super::PeekColumn;
use crate::tables::headings::{HeadingShape, looks_like_data, pattern, shape_of};

/// How many values of a column are held against its first cell.
const HELD_AGAINST: usize = 200;

/// Further header lines, by the marks that survey tools leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Further {
    /// How many lines.
    pub(super) lines: usize,
    /// Which of them holds the wording of the columns, from 0.
    pub(super) labels: usize,
}

/// Further header lines: the marks of Qualtrics (three lines; older exports two) and of `SurveyMonkey` (two).
///
/// Nothing else is taken for one: a line of data taken for words would be lost.
pub(super) fn further(header: &[String], first: &[String], second: &[String]) -> Option<Further> {
    let imported =
        |row: &[String]| row.iter().any(|cell| cell.starts_with("{\"ImportId\"") || cell.starts_with("{'ImportId'"));
    if imported(second) {
        return Some(Further { lines: 2, labels: 0 });
    }
    if imported(first) {
        return Some(Further { lines: 1, labels: 0 });
    }
    if header.first().is_some_and(|name| name == "V1") && first.iter().any(|cell| cell == "ResponseID") {
        return Some(Further { lines: 1, labels: 0 });
    }
    let kinds = first.iter().filter(|cell| matches!(cell.as_str(), "Response" | "Open-Ended Response")).count();
    let monkey = header.iter().any(|name| name.eq_ignore_ascii_case("Respondent ID"))
        && header.iter().any(|name| name.eq_ignore_ascii_case("Collector ID"));
    let id_is_blank = first.first().is_some_and(String::is_empty);
    (kinds > 0 && (monkey || id_is_blank)).then_some(Further { lines: 1, labels: 0 })
}

/// Whether the first line is more likely somebody's data than names of columns.
pub(super) fn is_data(first: &[String], columns: &[PeekColumn]) -> bool {
    // Without a line below it, it speaks for itself.
    if columns.iter().all(|column| column.values.is_empty()) {
        return looks_like_data(first, &[]);
    }
    let cells = first.iter().zip(columns).filter(|(cell, _)| !cell.is_empty());
    let (mut named, mut alike, mut sure) = (0, 0, false);
    let mut repeated: Vec<usize> = Vec::new();
    // A word that stands below among others is a value; a box that was ticked has no other.
    let mut among_others = false;
    for (cell, column) in cells {
        named += 1;
        let values = || column.values.iter().take(HELD_AGAINST);
        let shape = shape_of(cell);
        if shape != HeadingShape::Words && values().any(|value| shape_of(value) == shape) {
            alike += 1;
            sure |= matches!(shape, HeadingShape::Address | HeadingShape::Date);
        } else if shape == HeadingShape::Address {
            sure = true;
        }
        sure |= is_one_of(cell, column);
        let again = values().filter(|value| *value == cell).count();
        if shape == HeadingShape::Words && again > 0 {
            repeated.push(again);
            among_others |= values().any(|value| value != cell);
        }
    }
    // A line that repeats the header is no data: then every name stands again below it, each as often.
    let repeats_itself = repeated.len() == named && named > 1 && repeated.iter().all(|again| *again == repeated[0]);
    let n = repeated.len();
    sure || (among_others && !repeats_itself)
        || (named > 0 && alike * 2 >= named)
        || (n > 0 && !repeats_itself && (alike > 0 || n * 2 >= named))
}

/// Whether a cell with a digit is written as most values of its column are: `C-17` above `C-18`.
fn is_one_of(cell: &str, column: &PeekColumn) -> bool {
    let values: Vec<&String> = column.values.iter().take(HELD_AGAINST).collect();
    let letters = cell.chars().any(char::is_alphabetic) && cell.bytes().any(|byte| byte.is_ascii_digit());
    let own = pattern(cell);
    letters && values.len() > 1 && values.iter().filter(|value| pattern(value) == own).count() * 5 >= values.len() * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn columns(values: &[&[&str]]) -> Vec<PeekColumn> {
        values.iter().map(|values| PeekColumn { values: row(values), ..PeekColumn::default() }).collect()
    }

    #[test]
    fn a_first_line_of_numbers_and_addresses_is_data() {
        let below = columns(&[&["1002", "1003"], &["x@example.org"], &["4", "2"]]);
        assert!(is_data(&row(&["1001", "y@example.org", "5"]), &below));
        assert!(!is_data(&row(&["id", "mail", "q1"]), &below));
        assert!(is_data(&row(&["Berlin", "gold"]), &columns(&[&["Bonn", "Berlin", "Berlin"], &["gold", "silver"]])));
    }

    #[test]
    fn ids_above_ids_are_data_and_so_is_a_single_line_with_an_address() {
        let below = columns(&[&["C18", "C19", "C20"], &["Bo", "Cy", "Di"], &["Ulm", "Kiel", "Trier"]]);
        assert!(is_data(&row(&["C17", "Ann", "Bonn"]), &below));
        assert!(!is_data(&row(&["q1", "name", "city"]), &below));
        let words = columns(&[&["Bo", "Cy"], &["Hill", "Lake"], &["silver", "gold"]]);
        assert!(is_data(&row(&["Ann", "Miller", "gold"]), &words));
        let boxes = columns(&[&["Bo", "Cy"], &["Ulm", "Kiel"], &["Email", "Email"]]);
        assert!(!is_data(&row(&["name", "city", "Email"]), &boxes));
        assert!(is_data(&row(&["17", "Ann", "ann@example.org"]), &columns(&[&[], &[], &[]])));
    }

    #[test]
    fn years_as_names_beside_words_and_a_repeated_header_are_names() {
        assert!(!is_data(&row(&["region", "city", "2019"]), &columns(&[&["north"], &["Bonn"], &["17"]])));
        assert!(!is_data(&row(&["id", "mail"]), &columns(&[&["1", "id"], &["a@b.org", "mail"]])));
    }

    #[test]
    fn header_lines_of_survey_tools_are_known_by_their_marks_alone() {
        let names = row(&["StartDate", "ResponseId", "Q1"]);
        let words = row(&["Start", "Response", "How was it?"]);
        let marks = row(&["{\"ImportId\":\"startDate\"}", "{\"ImportId\":\"_recordId\"}", "{\"ImportId\":\"QID1\"}"]);
        assert_eq!(further(&names, &words, &marks), Some(Further { lines: 2, labels: 0 }));
        assert_eq!(further(&names, &words, &row(&["2026-01-01", "R_1", "3"])), None);
        let monkey = row(&["Respondent ID", "Collector ID", "How was it?"]);
        assert!(further(&monkey, &row(&["", "", "Response"]), &row(&["1", "2", "5"])).is_some());
    }
}
