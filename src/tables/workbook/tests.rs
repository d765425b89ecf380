use serde_json::json;

use super::*;

fn shown(value: &Value, look: CellFormat) -> CellValue {
    let catalogue = Catalogue::embedded();
    let groups = [("S01", "Time and ease"), ("ALL", "Everybody")].map(|(id, name)| (id.to_owned(), name.to_owned()));
    CellValue::of(value, look, &Names { groups: groups.into(), catalogue: &catalogue, noise: &Noise::none() }).unwrap()
}

fn words(value: &Value, look: CellFormat) -> String {
    let CellValue::Words(words) = shown(value, look) else { panic!("{value} is no text") };
    words
}

#[test]
fn what_is_absent_in_the_table_is_an_empty_cell_and_zero_is_zero() {
    for look in [CellFormat::Words, CellFormat::Count, CellFormat::Share, CellFormat::Day, CellFormat::Group] {
        assert!(matches!(shown(&Value::Null, look), CellValue::Absent));
    }
    assert!(matches!(shown(&json!(0), CellFormat::Count), CellValue::Number(0.0)));
    assert!(matches!(shown(&json!(0.256), CellFormat::Share), CellValue::Number(0.256)));
    assert!(matches!(shown(&json!(false), CellFormat::Flag), CellValue::Flag(false)));
}

#[test]
fn ids_are_shown_by_name_and_an_unknown_one_as_it_stands() {
    assert_eq!(words(&json!("S01"), CellFormat::Group), "Time and ease");
    assert_eq!(words(&json!("OUT"), CellFormat::Group), "not scored");
    assert_eq!(words(&json!("S99"), CellFormat::Group), "S99");
    let catalogue = Catalogue::embedded();
    let first = &catalogue.elements()[0];
    assert_eq!(words(&json!(first.id().slug()), CellFormat::Element), first.name());
    assert_eq!(words(&json!("life_changing"), CellFormat::Term), "life changing");
}

#[test]
fn a_day_is_a_day() {
    let CellValue::Day(day) = shown(&json!("2026-11-20"), CellFormat::Day) else { panic!("no day") };
    // Day 1 of a spreadsheet is 1900-01-01, and it believes in 1900-02-29.
    assert_eq!(day.to_excel(), 46_346.0);
}

#[test]
fn a_text_longer_than_a_cell_ends_in_a_sign_that_it_goes_on() {
    let long = words(&json!("é".repeat(CELL_CHARACTERS + 1)), CellFormat::Words);
    assert_eq!((long.chars().count(), long.ends_with('…')), (CELL_CHARACTERS, true));
    let whole = "x".repeat(CELL_CHARACTERS);
    assert_eq!(words(&json!(whole), CellFormat::Words), whole);
}

#[test]
fn numbers_of_people_are_in_fives_as_pages_tell_them() {
    let (catalogue, noise) = (Catalogue::embedded(), Noise::keyed([7; 32]));
    let names = Names { groups: BTreeMap::new(), catalogue: &catalogue, noise: &noise };
    let row = RowMap::from_iter([("segment_id".to_owned(), json!("S01"))]);
    assert_eq!(names.people(CellFormat::Size, &row, &json!(2_831)), json!(noise.told_size(2_831)));
    assert_eq!(names.people(CellFormat::Count, &row, &json!(-17)), json!(-(noise.told_count("S01", 17) as i64)));
    assert!([2_830, 2_835].contains(&noise.told_size(2_831)) && [15, 20].contains(&noise.told_count("S01", 17)));
    assert_eq!(names.people(CellFormat::Count, &row, &Value::Null), Value::Null);
}
