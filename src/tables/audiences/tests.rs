//! Lists as files: changes that replay, limits of a tool, and schemas of every file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::deliver::{Delivery, deliver};
use super::lists::ListBase;
use super::members::{Member, MemberWriter};
use super::receipt::ListReceipt;
use super::spec::{Audience, AudienceSpec};
use super::template::{Removal, Template};
use crate::tables::publish::{OutputLock, Staging};

/// Rows of a file, by the whole of them; the header is left out.
type Rows = Vec<Vec<String>>;

fn audience(template: &str) -> Audience {
    let text = format!("name = \"list\"\ntemplate = \"{template}\"");
    toml::from_str::<AudienceSpec>(&text).unwrap().audience(None).unwrap()
}

/// The rows of all parts of a kind of file.
fn rows(folder: &Path, kind: &str) -> Rows {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let parts = files.iter().filter(|path| name(path).starts_with(&format!("{kind}-")));
    let read = |path: &std::path::PathBuf| {
        let mut reader = csv::Reader::from_path(path).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect::<Rows>()
    };
    parts.flat_map(read).collect()
}

/// Writes a night of a list; gives the folder of the audience.
fn night(out: &Path, audience: &Audience, day: u32, members: &Rows, base: Option<&ListBase>) -> ListBase {
    let lock = OutputLock::acquire(out).unwrap();
    let run_date = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(u64::from(day));
    let mut staging = Staging::create(&lock, run_date).unwrap();
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("members.csv");
    let mut writer = MemberWriter::create(&path, audience.headers()).unwrap();
    for (at, cells) in members.iter().enumerate() {
        let customer_id = format!("K{at:04}");
        writer.write(&Member { customer_id, cells: cells.clone(), ..Member::default() }).unwrap();
    }
    let receipt = ListReceipt {
        members: writer.rows,
        base_night: base.map(|base| base.night.clone()),
        ..ListReceipt::begun(audience)
    };
    writer.finish().unwrap();
    let delivery =
        Delivery { audience, members: &path, control: None, base, told: &[], work: work.path(), min_cell: 20 };
    deliver(&delivery, receipt, &mut staging).unwrap();
    let (run, _) = staging.publish(crate::tables::manifest::RunFacts::default(), run_date).unwrap();
    ListBase { night: run_date.to_string(), folder: run.join("audiences/list"), confirmed: false }
}

/// What a tool holds after it took the changes of a night, by key.
fn applied(audience: &Audience, before: Rows, folder: &Path) -> Rows {
    if audience.template.gone.how == Removal::Membership {
        let mut held = before;
        for row in rows(folder, "remove") {
            let at = held.iter().position(|own| *own == row).expect("what is removed was there");
            held.swap_remove(at);
        }
        held.extend(rows(folder, "add"));
        held.sort();
        return held;
    }
    let key = audience.key_places()[0];
    let says = audience.columns.iter().position(|column| column.header == audience.template.gone.header).unwrap();
    let mut held: BTreeMap<String, Vec<String>> = before.into_iter().map(|row| (row[key].clone(), row)).collect();
    for row in rows(folder, "delta") {
        if row[says] == audience.template.gone.word {
            held.remove(&row[key]).expect("who leaves was there");
        } else {
            held.insert(row[key].clone(), row);
        }
    }
    let mut held: Rows = held.into_values().collect();
    held.sort();
    held
}

/// Rows of a night for some of thirty people, each with one of three other cells.
fn people(audience: &Audience, there: &[Option<u8>]) -> Rows {
    let one = |(at, other): (usize, &Option<u8>)| {
        let other = (*other)?;
        let cell = |place: usize| match place {
            0 => format!("person{at}@mail.example"),
            1 => format!("VS-S{other:02}"),
            _ => String::new(),
        };
        Some((0..audience.columns.len()).map(cell).collect::<Vec<_>>())
    };
    there.iter().enumerate().filter_map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2))]
    #[test]
    fn changes_of_thirty_nights_replay_the_whole_lists(
        nights in prop::collection::vec(prop::collection::vec(prop::option::of(0u8..3), 30), 30),
    ) {
        for template in ["klaviyo", "google", "braze", "meta"] {
            let (audience, out) = (audience(template), tempfile::tempdir().unwrap());
            let mut base: Option<ListBase> = None;
            let mut held: Rows = Vec::new();
            for (day, there) in nights.iter().enumerate() {
                let members = people(&audience, there);
                let now = night(out.path(), &audience, day as u32, &members, base.as_ref());
                let mut full = rows(&now.folder, "full");
                full.sort();
                if base.is_some() {
                    held = applied(&audience, held, &now.folder);
                    prop_assert_eq!(&held, &full, "{} on night {}", template, day);
                }
                held = full;
                base = Some(now);
            }
        }
    }
}

#[test]
fn a_list_of_many_parts_is_sorted_as_one_of_few() {
    let (audience, out) = (audience("klaviyo"), tempfile::tempdir().unwrap());
    let there: Vec<Option<u8>> = (0..150_000).map(|at| Some((at % 3) as u8)).collect();
    let members = people(&audience, &there);
    let first = night(out.path(), &audience, 0, &members, None);
    let fewer: Rows = members.iter().filter(|row| row[1] != "VS-S02").cloned().collect();
    let second = night(out.path(), &audience, 1, &fewer, Some(&first));
    let gone = rows(&second.folder, "delta");
    assert_eq!(gone.len(), 50_000);
    assert!(gone.iter().all(|row| row[1] == "none" && row[2].is_empty()));
    let full = rows(&second.folder, "full");
    let order: Vec<usize> = rows(&first.folder, "full")
        .iter()
        .filter(|row| row[1] != "VS-S02")
        .zip(&full)
        .map(|(was, is)| usize::from(was == is))
        .collect();
    assert_eq!(order.iter().sum::<usize>(), 100_000, "one order, whatever the parts");
}

#[test]
fn files_end_before_a_limit_and_every_part_has_its_header() {
    let mut audience = audience("klaviyo");
    let members = people(&audience, &[Some(0); 25]);
    let line = 1 + members[0].iter().map(String::len).sum::<usize>() + members[0].len() - 1;
    let header = 1 + audience.headers().map(str::len).sum::<usize>() + 3;
    for (rows_most, bytes_most, parts) in
        [(25, u64::MAX, 1), (24, u64::MAX, 2), (5, u64::MAX, 5), (u64::MAX, (header + 10 * line + 30) as u64, 3)]
    {
        (audience.template.file.max_rows, audience.template.file.max_bytes) = (rows_most, bytes_most);
        let out = tempfile::tempdir().unwrap();
        let now = night(out.path(), &audience, 0, &members, None);
        let text = |part: usize| fs::read_to_string(now.folder.join(format!("full-{part:03}.csv"))).unwrap();
        let written: Vec<String> = (1..=parts).map(text).collect();
        assert!(!now.folder.join(format!("full-{:03}.csv", parts + 1)).exists(), "{rows_most} {bytes_most}");
        assert!(written.iter().all(|text| text.starts_with("Email,vs_segment,vs_since,vs_play\n")));
        assert!(written.iter().all(|text| text.len() as u64 <= bytes_most && !text.contains('\r')));
        assert_eq!(written.iter().map(|text| text.lines().count() - 1).sum::<usize>(), 25);
    }
}

#[test]
fn a_schema_names_every_file_and_its_key() {
    for (template, key) in [("klaviyo", Some("Email")), ("google", None), ("generic", Some("customer_id"))] {
        let (audience, out) = (audience(template), tempfile::tempdir().unwrap());
        let now = night(out.path(), &audience, 0, &people(&audience, &[Some(1); 3]), None);
        let text = fs::read_to_string(now.folder.join("datapackage.json")).unwrap();
        let package: serde_json::Value = serde_json::from_str(&text).unwrap();
        let resource = &package["resources"][0];
        assert_eq!(resource["path"], "full-001.csv");
        let names: Vec<&str> =
            resource["schema"]["fields"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        assert_eq!(names, audience.headers().collect::<Vec<_>>());
        assert_eq!(resource["schema"]["primaryKey"][0].as_str(), key, "{template}");
    }
}

#[test]
fn a_receipt_says_what_to_click_and_tells_no_small_number() {
    let receipt = ListReceipt {
        audience: "mail".to_owned(),
        night: "2026-11-21".to_owned(),
        meant: 5_020,
        members: 3_400,
        added: Some(30),
        updated: Some(0),
        removed: Some(7),
        left_out: [("no_consent".to_owned(), 1_600), ("minor".to_owned(), 3)].into(),
        base_night: Some("2026-11-20".to_owned()),
        files: [("full-001.csv".to_owned(), 3_400), ("delta-001.csv".to_owned(), 37)].into(),
        ..ListReceipt::default()
    };
    let audience = Audience { name: "mail".to_owned(), ..audience("klaviyo") };
    let page = receipt.text(&audience, &[], 20);
    for sentence in [
        "List `mail` for Klaviyo, night of 2026-11-21",
        "full-001.csv     3,400 on the list tonight",
        "delta-001.csv    37 who joined, changed or left",
        "Since 2026-11-20 (the night before; no upload was confirmed): 30 joined, 0 changed, fewer than 20 left.",
        "3,400 of 5,020 who were meant.",
        "1,600 did not agree to this, or nothing is known of it: that means no",
        "fewer than 20 are under age",
        "Leave every column about consent unmapped",
        "HOW SOMEBODY IS TAKEN OFF\n  1. Who left is in delta-*.csv with vs_segment = none",
        "valueseg audiences confirm mail --night 2026-11-21",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
    assert!(page.lines().all(|line| line.chars().count() <= 220), "{page}");
    for template in Template::shipped() {
        let audience = AudienceSpec { template: template.to_owned(), ..spec() }.audience(None).unwrap();
        assert!(receipt.text(&audience, &[], 20).contains("WHAT TO DO\n  1. "));
    }
}

fn spec() -> AudienceSpec {
    toml::from_str("name = \"mail\"\ntemplate = \"klaviyo\"").unwrap()
}
