//! Every template that ships, on the same invented people for two nights, held byte for byte against `tests/fixtures/audiences`.
//!
//! Each of the people stands for one thing that can happen: a first reason for being left out, or a change from one night to the
//! other. With `VALUESEG_BLESS=1` the files are written anew, to be read before they are kept.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use super::error::AudienceError;
use super::findings::look_at_addresses;
use super::kept_out::KeptOutWriter;
use super::lists::{ListBase, ListRequest, ListWish, write_lists};
use super::spec::{Audience, AudienceSpec};
use super::template::Template;
use crate::catalogue::Catalogue;
use crate::tables::intake::{Contact, Intake, IntakeRequest, run};
use crate::tables::manifest::RunFacts;
use crate::tables::publish::{OutputLock, Staging};
use crate::tables::read::{RowMap, all_rows};
use crate::tables::spec::{SourceSpec, TableName, TableSpecs};
use crate::tables::write::TableMeta;

/// Where the files lie.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/audiences");

/// The campaign that the list is for.
const PLAY: &str = "lead_saves_time";

/// Columns of the customer file, the id first, and what stands there unless a person says otherwise.
const PLAIN: [(&str, &str); 21] = [
    ("customer_id", ""),
    ("consent_profiling", "yes"),
    ("consent_email", "yes"),
    ("consent_sms", "no"),
    ("consent_ads", "yes"),
    ("consent_ad_user_data", "yes"),
    ("consent_ad_personalization", "yes"),
    ("objection_marketing", "no"),
    ("minor", "no"),
    ("vulnerable", "no"),
    ("deceased", "no"),
    ("open_case", "no"),
    ("household_id", ""),
    ("email", ""),
    ("phone", ""),
    ("country", "DE"),
    ("signup_date", "2024-05-01"),
    // What the night says: not in the file.
    ("segment", "S01"),
    ("level", "3"),
    ("play", PLAY),
    // The play they go without.
    ("kept_from", ""),
];

/// Columns of [`PLAIN`] that come from a source.
const OF_SOURCE: usize = 17;

/// A customer on one night, by column.
type Cells = BTreeMap<&'static str, String>;

/// Somebody on the first and on the second night; `None` = no customer then.
struct Person {
    nights: [Option<Cells>; 2],
}

impl Person {
    /// Somebody with an address of their own, `changes` made on both nights.
    fn new(id: &str, changes: &[(&'static str, &str)]) -> Self {
        let mut cells: Cells = PLAIN.iter().map(|(column, cell)| (*column, (*cell).to_owned())).collect();
        cells.insert("customer_id", id.to_owned());
        let number = id.bytes().fold(0, |sum, byte| sum * 7 + u64::from(byte)) % 100_000;
        cells.insert("email", format!("{}@mail.example", id.to_lowercase()));
        cells.insert("phone", format!("030 23{number:05}"));
        let mut person = Self { nights: [Some(cells.clone()), Some(cells)] };
        (0..2).for_each(|night| person.change(night, changes));
        person
    }

    /// With other cells on the second night.
    fn then(mut self, changes: &[(&'static str, &str)]) -> Self {
        self.change(1, changes);
        self
    }

    /// No customer on the second night.
    fn then_gone(mut self) -> Self {
        self.nights[1] = None;
        self
    }

    fn change(&mut self, night: usize, changes: &[(&'static str, &str)]) {
        let Some(cells) = &mut self.nights[night] else { return };
        for (column, cell) in changes {
            assert!(cells.insert(column, (*cell).to_owned()).is_some(), "{column} is a column");
        }
    }
}

/// Consents of all tools.
const AGREES: [(&str, &str); 4] = [
    ("consent_email", "yes"),
    ("consent_ads", "yes"),
    ("consent_ad_user_data", "yes"),
    ("consent_ad_personalization", "yes"),
];
const REFUSES: [(&str, &str); 4] = [
    ("consent_email", "no"),
    ("consent_ads", "no"),
    ("consent_ad_user_data", "no"),
    ("consent_ad_personalization", ""),
];

fn people() -> Vec<Person> {
    let both = |id: &str| Person::new(id, &[]);
    vec![
        // On the list, and what becomes of them.
        Person::new("Anna", &[("household_id", "H1"), ("consent_sms", "yes")]),
        both("Bert").then(&[("segment", "S02")]),
        Person::new("Cleo", &REFUSES).then(&AGREES),
        both("Dora").then(&REFUSES),
        both("Emil").then(&[("segment", "S09")]),
        both("Fred").then_gone(),
        both("Gina").then(&[("email", "gina.new@mail.example")]),
        both("Hugo").then(&[("objection_marketing", "yes")]),
        both("Ilse").then(&[("play", "ease_effort")]),
        Person::new("Jean", &[("email", "Jean.Paul+shop@Gmail.com"), ("phone", "06 12 34 56 78"), ("country", "FR")]),
        // Left out on both nights, each for another first reason.
        Person::new("k-dead", &[("deceased", "yes")]),
        Person::new("l-minor", &[("minor", "yes")]),
        Person::new("m-objects", &[("objection_marketing", "yes")]),
        Person::new("n-no-profile", &[("consent_profiling", "no")]),
        Person::new("o-vulnerable", &[("vulnerable", "yes")]),
        Person::new("p-open-case", &[("open_case", "yes")]),
        Person::new("q-alone", &[("level", "0")]),
        Person::new("r-household", &[("household_id", "H1")]),
        Person::new("s-no-consent", &REFUSES),
        Person::new("t-shares", &[("email", " M-OBJECTS@mail.example ")]),
        Person::new("u-held-out", &[]),
        Person::new("v-other-play", &[("play", "")]),
        Person::new("w-no-address", &[("email", ""), ("phone", "")]),
        Person::new("x-no-such", &[("email", "nobody"), ("phone", "1234")]),
        Person::new("-yes", &[("email", "y@mail.example")]),
        Person::new("lot", &[("play", ""), ("kept_from", PLAY)]),
        Person::new("z-second", &[("email", "ANNA@mail.example"), ("signup_date", "2020-01-01")]),
    ]
}

/// The intake over the people of a night.
struct Company {
    _folder: tempfile::TempDir,
    intake: Intake,
}

fn company(people: &[&Cells]) -> Company {
    let folder = tempfile::tempdir().unwrap();
    let columns = &PLAIN[..OF_SOURCE];
    let line = |cells: &Cells| columns.iter().map(|(column, _)| cells[column].clone()).collect::<Vec<_>>().join(",");
    let mut customers = columns.iter().map(|(column, _)| *column).collect::<Vec<_>>().join(",");
    let mut survey = "no,Q1".to_owned();
    for cells in people {
        write!(customers, "\n{}", line(cells)).unwrap();
        write!(survey, "\n{},5", cells["customer_id"]).unwrap();
    }
    fs::write(folder.path().join("crm.csv"), customers).unwrap();
    fs::write(folder.path().join("survey.csv"), survey).unwrap();
    let sources: BTreeMap<String, SourceSpec> =
        toml::from_str("crm = { files = \"crm.csv\" }\nsurvey = { files = \"survey.csv\" }").unwrap();
    let consents = "consent_ads = \"consent_ads\", consent_ad_user_data = \"consent_ad_user_data\", \
                    consent_ad_personalization = \"consent_ad_personalization\"";
    let own: Vec<String> =
        columns.iter().filter(|(c, _)| !c.starts_with("consent_ad")).map(|(c, _)| format!("{c} = \"{c}\"")).collect();
    let tables: BTreeMap<TableName, TableSpecs> = toml::from_str(&format!(
        "[customers]\nsource = \"crm\"\ncolumns = {{ {}, {consents} }}\n\
         [ratings]\nsource = \"survey\"\nwide = {{ id = \"no\", elements = {{ quality = \"Q1\" }} }}",
        own.join(", ")
    ))
    .unwrap();
    let scratch = folder.path().join("scratch");
    fs::create_dir(&scratch).unwrap();
    let catalogue = Catalogue::embedded();
    let request = IntakeRequest {
        base_dir: folder.path(),
        sources: &sources,
        tables: &tables,
        catalogue: &catalogue,
        as_of: day(0),
        language: "en",
        min_mentioners: 100,
        timezone: chrono_tz::Europe::Paris,
        currency: "EUR",
        max_single_customer_share: 1.0,
        scratch: &scratch,
        memory_limit: 1 << 30,
        query_time: None,
        threads: 1,
        forgotten: None,
        progress: &|_| (),
    };
    let intake = run(&request).unwrap();
    Company { _folder: folder, intake }
}

fn day(night: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap() + chrono::Days::new(night)
}

/// Why nothing is computed of somebody.
fn suppressed(cells: &Cells) -> Option<&'static str> {
    let silent = ["deceased", "minor", "objection_marketing"].iter().any(|flag| cells[flag] == "yes");
    (silent || cells["consent_profiling"] == "no").then_some("suppressed")
}

/// The columns of `customers` that lists read.
fn night_words(people: &[&Cells], to: &Path) {
    let texts = |of: fn(&Cells) -> Option<&str>| -> ArrayRef {
        Arc::new(people.iter().map(|cells| of(cells)).collect::<StringArray>())
    };
    let some = |_: &Cells| Some("own_element");
    let since = people.iter().map(|_| Some(day(0).to_epoch_days() - 10)).collect::<Date32Array>();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("customer_id", texts(|cells| Some(&cells["customer_id"]))),
        ("segment_id", texts(|cells| Some(&cells["segment"]))),
        ("previous_segment_id", texts(|_| None)),
        ("suppressed_reason", texts(suppressed)),
        ("relationship_level", texts(|cells| Some(&cells["level"]))),
        ("next_element", texts(|_| Some("saves_time"))),
        ("next_play", texts(|cells| Some(cells["play"].as_str()).filter(|play| !play.is_empty()))),
        ("next_play_reason", texts(some)),
        ("assigned_since", Arc::new(since)),
        ("arc_stage", Arc::new(people.iter().map(|_| Some(2)).collect::<Int32Array>())),
        ("holdout", Arc::new(people.iter().map(|c| Some(c["customer_id"] == "u-held-out")).collect::<BooleanArray>())),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true))).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(to).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Writes a night of the list; gives the folder of the night.
fn night(out: &Path, audience: &Audience, number: u64, base: Option<ListBase>) -> PathBuf {
    let people = people();
    let mut there: Vec<&Cells> = people.iter().filter_map(|person| person.nights[number as usize].as_ref()).collect();
    there.sort_by(|a, b| a["customer_id"].cmp(&b["customer_id"]));
    let company = company(&there);
    let lock = OutputLock::acquire(out).unwrap();
    let mut staging = Staging::create(&lock, day(number)).unwrap();
    let work = tempfile::tempdir().unwrap();
    let customers = work.path().join("customers.parquet");
    let read: Vec<String> = company
        .intake
        .contacts()
        .unwrap()
        .customers()
        .unwrap()
        .flat_map(Result::unwrap)
        .map(|contact| contact.id)
        .collect();
    assert_eq!(read, there.iter().map(|cells| cells["customer_id"].clone()).collect::<Vec<_>>());
    night_words(&there, &customers);
    let lists = work.path().join("lists");
    fs::create_dir(&lists).unwrap();
    let mut kept_out = KeptOutWriter::create(work.path()).unwrap();
    there.iter().for_each(|cells| kept_out.keep((!cells["kept_from"].is_empty()).then_some(0)).unwrap());
    let kept_out = kept_out.finish(&[PLAY.to_owned()]).unwrap();
    let wishes = [ListWish { audience: audience.clone(), base, told: Vec::new(), whole: false }];
    let contacts = company.intake.contacts().unwrap();
    let closed = |contact: &Contact| -> Result<bool, AudienceError> {
        let cells = there.iter().find(|cells| cells["customer_id"] == contact.id).unwrap();
        Ok(contact.id == "u-held-out" || suppressed(cells).is_some())
    };
    let found = look_at_addresses(&contacts, &lists, None, closed).unwrap();
    let request = ListRequest {
        contacts: &contacts,
        found: &found,
        customers: &customers,
        kept_out: Some(&kept_out),
        work: &lists,
        wishes: &wishes,
        meta: &TableMeta { run_date: day(number), model_id: "m-2026-11-01-00ff".to_owned() },
        min_cell: 1,
    };
    write_lists(&request, &mut staging).unwrap();
    staging.publish(RunFacts::default(), day(number)).unwrap().0
}

/// What two nights of a template come to, as one text: the files of both, the rows of the tables, the receipt down to what is
/// to be clicked.
fn made(template: &str, more: &str, floor: Option<u64>) -> String {
    let text = format!(
        "name = \"list\"\ntemplate = \"{template}\"\nwho = {{ segments = [\"S01\", \"S02\"], plays = [\"{PLAY}\"] }}\n{more}"
    );
    let mut audience = toml::from_str::<AudienceSpec>(&text).unwrap().audience(None).unwrap();
    audience.floor = floor.unwrap_or(audience.floor);
    let out = tempfile::tempdir().unwrap();
    let first = night(out.path(), &audience, 0, None);
    let base = ListBase { night: day(0).to_string(), folder: first.join("audiences/list"), confirmed: true };
    let second = night(out.path(), &audience, 1, Some(base));
    let mut made = String::new();
    for (name, run) in [("first night", &first), ("second night", &second)] {
        for path in upload(&run.join("audiences/list")) {
            let file = path.file_name().unwrap().to_string_lossy();
            writeln!(made, "== {name}, {file}").unwrap();
            made.push_str(&content(&path));
        }
    }
    for table in ["audience_members", "audience_changes"] {
        writeln!(made, "== second night, {table}").unwrap();
        for row in all_rows(&second.join(format!("tables/{table}.parquet"))).unwrap() {
            let cells = row.iter().filter(|(column, _)| *column != "run_date" && *column != "audience");
            writeln!(made, "{}", cells.map(|(_, cell)| plain(cell)).collect::<Vec<_>>().join(" ")).unwrap();
        }
    }
    let receipt = fs::read_to_string(second.join("audiences/list/RECEIPT.txt")).unwrap();
    writeln!(made, "== second night, RECEIPT.txt").unwrap();
    made.push_str(receipt.split("\nWHAT TO DO").next().unwrap());
    made
}

/// The files of a list that people upload, by name.
fn upload(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let kinds = ["csv", "jsonl", "parquet"];
    let is_one = |path: &PathBuf| path.extension().is_some_and(|end| kinds.iter().any(|kind| end == *kind));
    let mut files: Vec<PathBuf> = entries.filter(is_one).collect();
    files.sort();
    files
}

/// A file as text; of a table its rows, a line each.
fn content(path: &Path) -> String {
    if path.extension().is_none_or(|end| end != "parquet") {
        return fs::read_to_string(path).unwrap();
    }
    let row = |row: &RowMap| row.iter().map(|(name, cell)| format!("{name}={}\n", plain(cell))).collect::<String>();
    all_rows(path).unwrap().iter().map(|cells| row(cells).replace('\n', " ").trim_end().to_owned() + "\n").collect()
}

/// A cell of a table as text.
fn plain(cell: &serde_json::Value) -> String {
    cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)
}

/// Holds a text against its file, or writes it anew.
fn hold(name: &str, made: &str) {
    let path = Path::new(FIXTURES).join(format!("{name}.txt"));
    if std::env::var_os("VALUESEG_BLESS").is_some() {
        fs::write(&path, made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let differs = kept.lines().zip(made.lines()).find(|(kept, made)| kept != made);
    assert!(
        kept == made,
        "{name}: {differs:?}; if that is meant, run this test with VALUESEG_BLESS=1 and read {}",
        path.display()
    );
}

#[test]
fn every_template_that_ships_writes_what_was_read_and_kept() {
    for template in Template::shipped() {
        hold(template, &made(template, "", Some(0)));
    }
    hold("generic-jsonl", &made("generic", "format = \"jsonl\"", Some(0)));
}

#[test]
fn a_list_below_the_floor_of_its_tool_is_kept_as_none() {
    hold("google-too-few", &made("google", "", None));
}

#[test]
fn the_kept_lists_cover_every_reason_and_every_change() {
    let kept: Vec<String> =
        fs::read_dir(FIXTURES).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let text = kept.concat();
    for reason in super::pick::LeftOut::ALL {
        assert!(text.contains(reason.words()), "nobody {}", reason.words());
    }
    for change in ["add entered", "update changed", "remove consent", "remove left", "remove gone", "remove suppressed"]
    {
        let (change, reason) = change.split_once(' ').unwrap();
        assert!(text.lines().any(|line| line.contains(change) && line.ends_with(reason)), "no {change} {reason}");
    }
    assert!(text.len() < 60_000, "{} bytes", text.len());
}
