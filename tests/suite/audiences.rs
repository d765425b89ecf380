//! Lists that can be loaded: nobody in a forbidden state is in any file, changes replay, nothing in a cell would run, and whoever
//! loads them is told what to click.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::shop::{Shop, files};

/// Customers of the shop.
const CUSTOMERS: usize = 400;

/// Forbidden states, each with what makes it: a column of the customer file and the cell. Of each there are four.
const FORBIDDEN: [(&str, &str); 9] = [
    ("consent_email", "no"),
    ("consent_email", ""),
    ("consent_profiling", "no"),
    ("objects", "yes"),
    ("minor", "yes"),
    ("vulnerable", "yes"),
    ("deceased", "yes"),
    ("gone", "yes"),
    ("open_case", "yes"),
];

const COLUMNS: &str = "columns = { customer_id = \"customer_id\", consent_profiling = \"consent_profiling\", consent_email = \
                       \"consent_email\", consent_ads = \"ads\", consent_ad_user_data = \"ads\", consent_ad_personalization = \"ads\", objection_marketing = \"objects\", minor = \"minor\", vulnerable = \
                       \"vulnerable\", deceased = \"deceased\", erasure_requested = \"gone\", open_case = \"open_case\", email = \
                       \"mail\", phone = \"phone\", country = \"country\" }\n";

/// Each tool that was tried.
const TOOLS: [&str; 6] = ["generic", "warehouse", "klaviyo", "braze", "google", "meta"];

/// A customer as the file of the shop has it.
#[derive(Clone)]
pub(crate) struct Person(BTreeMap<&'static str, String>);

impl Person {
    fn new(number: usize) -> Self {
        let cells = [
            ("customer_id", format!("K{number:05}")),
            ("consent_profiling", "yes".to_owned()),
            ("consent_email", "yes".to_owned()),
            ("ads", "yes".to_owned()),
            ("objects", "no".to_owned()),
            ("minor", "no".to_owned()),
            ("vulnerable", "no".to_owned()),
            ("deceased", "no".to_owned()),
            ("gone", "no".to_owned()),
            ("open_case", "no".to_owned()),
            ("mail", format!("person{number}@mail.example")),
            ("phone", format!("030 {}", 2_000_000 + number)),
            ("country", "DE".to_owned()),
        ];
        Self(cells.into())
    }

    pub(crate) fn with(mut self, column: &'static str, cell: &str) -> Self {
        cell.clone_into(self.0.get_mut(column).expect("a column"));
        self
    }
}

pub(crate) fn people() -> Vec<Person> {
    (0..CUSTOMERS).map(Person::new).collect()
}

fn customers(people: &[Person]) -> String {
    let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    let mut text = people[0].0.keys().copied().collect::<Vec<_>>().join(",") + "\n";
    for person in people {
        let cells: Vec<String> = person.0.values().map(quoted).collect();
        writeln!(text, "{}", cells.join(",")).expect("a String");
    }
    text
}

pub(crate) fn shop(people: &[Person], audiences: &str) -> Shop {
    let shop = Shop::new(CUSTOMERS);
    shop.write("in/customers.csv", customers(people));
    shop.edit(
        "valueseg.toml",
        "[tables.customers]\nsource = \"customers\"\n",
        &format!("[tables.customers]\nsource = \"customers\"\n{COLUMNS}"),
    );
    shop.edit(
        "valueseg.toml",
        "max_rejected_share = 0.05",
        "max_rejected_share = 0.5\nmax_population_change = 1\nmax_coverage_loss = 1",
    );
    shop.edit("valueseg.toml", "[model]", "[model]\nsearch = \"quick\"");
    shop.write("valueseg.toml", format!("{}\n{audiences}", shop.read("valueseg.toml")));
    shop
}

/// One audience for each tool.
fn all_tools() -> String {
    TOOLS.map(|tool| format!("[[audiences]]\nname = \"{tool}\"\ntemplate = \"{tool}\"\n")).concat()
}

pub(crate) fn night(shop: &Shop, day: u32) -> PathBuf {
    let date = format!("2026-11-{day:02}");
    let said = shop.say(&["run", "--as-of", &date]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    shop.path().join("out/runs").join(date)
}

pub(crate) fn rows(folder: &Path, kind: &str) -> Vec<Vec<String>> {
    let mut parts: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    parts.sort();
    let named = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().starts_with(&format!("{kind}-"));
    let read = |path: &PathBuf| {
        if path.extension().is_some_and(|end| end == "parquet") {
            return table_rows(folder, path);
        }
        let mut reader = csv::Reader::from_path(path).expect("readable");
        reader
            .records()
            .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
            .collect::<Vec<Vec<String>>>()
    };
    parts.iter().filter(|path| named(path)).flat_map(read).collect()
}

/// Rows of a table, its columns in the order of the schema beside it.
fn table_rows(folder: &Path, path: &Path) -> Vec<Vec<String>> {
    let package = fs::read_to_string(folder.join("datapackage.json")).expect("a schema");
    let package: serde_json::Value = serde_json::from_str(&package).expect("JSON");
    let fields = package["resources"][0]["schema"]["fields"].as_array().expect("fields").clone();
    let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().expect("a name")).collect();
    let cell = |cell: &serde_json::Value| match cell {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = valueseg::tables::read::all_rows(path).expect("readable");
    rows.iter().map(|row| names.iter().map(|name| cell(&row[*name])).collect()).collect()
}

fn sorted(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.sort();
    rows
}

fn sha256(text: &str) -> String {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn forty_canaries_in_forbidden_states_are_in_no_file() {
    let mut people = people();
    let mut canaries: Vec<usize> = Vec::new();
    for (state, (column, cell)) in FORBIDDEN.into_iter().enumerate() {
        for number in (0..4).map(|of| 10 + 8 * state + of) {
            people[number] = people[number].clone().with(column, cell);
            if column == "consent_email" {
                people[number] = people[number].clone().with("ads", cell);
            }
            canaries.push(number);
        }
    }
    // Four more share their address with one of them: by the address in capitals, and by the phone as dialed from abroad.
    for (of, state) in [3, 4, 5, 7].into_iter().enumerate() {
        let (theirs, own) = (10 + 8 * state, 200 + of);
        let shared = if of % 2 == 0 {
            people[own].clone().with("mail", &format!(" PERSON{theirs}@Mail.Example "))
        } else {
            people[own].clone().with("phone", &format!("+49 (0)30 {}", 2_000_000 + theirs))
        };
        people[own] = shared;
        canaries.push(own);
    }
    assert_eq!(canaries.len(), 40);
    let shop = shop(&people, &all_tools());
    let run = night(&shop, 20);
    let names = |number: usize| {
        let mail = format!("person{number}@mail.example");
        let phone = format!("+4930{}", 2_000_000 + number);
        [format!("K{number:05}"), sha256(&mail), sha256(&phone), sha256(&phone[1..]), mail, phone]
    };
    let lists: Vec<PathBuf> = files(&run.join("audiences"));
    let texts: Vec<(PathBuf, String)> = lists
        .iter()
        .map(|path| (path.clone(), String::from_utf8_lossy(&fs::read(path).expect("readable")).into_owned()))
        .collect();
    for number in &canaries {
        for name in names(*number) {
            for (path, text) in &texts {
                assert!(!text.contains(&name), "canary {number} is in {}", path.display());
            }
        }
    }
    // Those who are held out as well, and everybody else is there.
    let full = rows(&run.join("audiences/klaviyo"), "full");
    let held_out = held_out(&run);
    assert!(held_out.len() > 10 && full.len() > 250, "{} {}", held_out.len(), full.len());
    assert_eq!(full.len() + held_out.iter().filter(|id| !canaries.contains(&number_of(id))).count() + 40, CUSTOMERS);
    assert!(full.iter().all(|row| !held_out.contains(&format!("K{:05}", number_in(&row[0])))));
    for path in &lists {
        let mode = fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    // Addresses stand in no other file of the results.
    for path in files(&shop.path().join("out")).into_iter().filter(|path| !path.starts_with(run.join("audiences"))) {
        let bytes = fs::read(&path).expect("readable");
        assert!(!String::from_utf8_lossy(&bytes).contains("@mail.example"), "{}", path.display());
    }
}

/// Customers in the hold-out.
fn held_out(run: &Path) -> BTreeSet<String> {
    let rows = valueseg::tables::read::all_rows(&run.join("tables/customers.parquet")).expect("readable");
    let held = rows.iter().filter(|row| row["holdout"] == true);
    held.map(|row| row["customer_id"].as_str().expect("a text").to_owned()).collect()
}

fn number_of(id: &str) -> usize {
    id[1..].parse().expect("a number")
}

fn number_in(mail: &str) -> usize {
    mail["person".len()..].split('@').next().expect("a local part").parse().expect("a number")
}

#[test]
fn without_configuration_every_campaign_has_a_list_and_nothing_is_written_where_no_address_is_known() {
    let shop = shop(&people(), "");
    let run = night(&shop, 20);
    let plans: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("plans/plans.json")).expect("there")).expect("JSON");
    let mut campaigns = BTreeSet::new();
    for plan in plans["plans"].as_array().expect("plans").iter().chain([&plans["neutral"]]) {
        for line in plan["lines"].as_array().expect("lines").iter().filter(|line| line["scope"] == "campaign") {
            campaigns.insert(format!(
                "{}-{}",
                plan["segment_id"].as_str().expect("an id"),
                line["play_id"].as_str().expect("an id")
            ));
        }
    }
    let entries = fs::read_dir(run.join("audiences")).expect("lists").map(|entry| entry.expect("an entry").path());
    let lists: BTreeSet<String> = entries
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    assert!(!campaigns.is_empty());
    assert_eq!(lists, campaigns);
    // Each customer is on the list of the campaign that is next, and on no other.
    let rows_of = |name: &str| rows(&run.join("audiences").join(name), "full");
    let mut listed: BTreeMap<String, String> = BTreeMap::new();
    for name in &lists {
        for row in rows_of(name) {
            assert!(listed.insert(row[0].clone(), name.clone()).is_none(), "{} is on two lists", row[0]);
        }
    }
    let customers = valueseg::tables::read::all_rows(&run.join("tables/customers.parquet")).expect("readable");
    for row in &customers {
        let next = row["next_play_reason"].as_str().filter(|reason| ["own_element", "story", "first"].contains(reason));
        let segment = row["segment_id"].as_str().unwrap_or("NONE");
        let list = next.map(|_| format!("{segment}-{}", row["next_play"].as_str().expect("a play")));
        assert_eq!(listed.get(row["customer_id"].as_str().expect("an id")), list.as_ref());
    }
    let members = valueseg::tables::read::all_rows(&run.join("tables/audience_members.parquet")).expect("readable");
    let (control, treated): (Vec<_>, Vec<_>) = members.iter().partition(|row| row["arm"] == "control");
    assert_eq!(treated.len(), listed.len());
    assert!(control.iter().all(|row| !listed.contains_key(row["customer_id"].as_str().expect("an id"))));
    assert!(fs::read_to_string(run.join("audiences/LISTS.txt")).expect("there").contains("RECEIPT.txt"));
    let receipt =
        fs::read_to_string(run.join("audiences").join(lists.first().expect("one")).join("RECEIPT.txt")).expect("there");
    for part in ["What to do:", "WHAT IS HERE", "WHO IS ON IT", "WHAT TO DO", "HOW SOMEBODY IS TAKEN OFF", "Expect:"] {
        assert!(receipt.contains(part), "{part}\n{receipt}");
    }
    let none = Shop::new(CUSTOMERS);
    assert_eq!(none.night().code, 0);
    assert!(!none.path().join("out/runs/2026-11-20/audiences").exists());
    assert!(none.path().join("out/runs/2026-11-20/tables/audience_changes.parquet").exists());
}

#[test]
fn changes_of_six_nights_replay_and_are_told_against_the_upload_that_was_confirmed() {
    let mut people = people();
    let shop = shop(&people, &all_tools());
    let mut held: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    for day in 10..16 {
        let run = night(&shop, day);
        for tool in ["klaviyo", "braze", "warehouse", "google", "meta"] {
            let folder = run.join("audiences").join(tool);
            let full = sorted(rows(&folder, "full"));
            if let Some(before) = held.remove(tool) {
                let receipt = fs::read_to_string(folder.join("receipt.json")).expect("there");
                let receipt: serde_json::Value = serde_json::from_str(&receipt).expect("JSON");
                let word = receipt["gone_word"].as_str().expect("a word");
                assert_eq!(applied(before, &folder, word), full, "{tool} on {day}");
                // Two nights were not uploaded: their changes are in the next files.
                let base = if tool == "klaviyo" && day > 11 {
                    "2026-11-11".to_owned()
                } else {
                    format!("2026-11-{}", day - 1)
                };
                assert_eq!(receipt["base_night"], base, "{tool} on {day}");
            }
            let uploaded = tool != "klaviyo" || day <= 11;
            if uploaded {
                held.insert(tool, full);
            } else {
                held.insert(tool, sorted(rows(&shop.path().join("out/runs/2026-11-11/audiences/klaviyo"), "full")));
            }
        }
        if day == 11 {
            let said = shop.say(&["audiences", "confirm", "klaviyo", "--night", "2026-11-11"]);
            assert_eq!(said.code, 0, "{}", said.stderr);
        }
        // Some withdraw, some come back, some move to another address.
        for (number, person) in people.iter_mut().enumerate() {
            let draw = (number * 7 + day as usize * 13) % 29;
            let cell = if draw < 3 { "no" } else { "yes" };
            *person = person.clone().with("consent_email", cell).with("ads", cell);
            if draw == 9 {
                *person = person.clone().with("mail", &format!("person{number}@host{day}.example"));
            }
        }
        shop.write("in/customers.csv", customers(&people));
    }
    let listed = shop.say(&["audiences"]);
    assert!(listed.stdout.contains("confirmed 2026-11-11") && listed.stdout.contains("klaviyo"), "{}", listed.stdout);
}

/// What a tool holds after it took the changes of a night: the key is the first cell, and the second says who is gone.
fn applied(before: Vec<Vec<String>>, folder: &Path, word: &str) -> Vec<Vec<String>> {
    if word.is_empty() {
        let gone = rows(folder, "remove");
        let mut held: Vec<Vec<String>> = before.into_iter().filter(|row| !gone.contains(row)).collect();
        held.extend(rows(folder, "add"));
        return sorted(held);
    }
    let mut held: BTreeMap<String, Vec<String>> = before.into_iter().map(|row| (row[0].clone(), row)).collect();
    for row in rows(folder, "delta") {
        if row[1] == word {
            held.remove(&row[0]).expect("who leaves was there");
        } else {
            held.insert(row[0].clone(), row);
        }
    }
    sorted(held.into_values().collect())
}

#[test]
fn no_cell_would_be_run_by_a_spreadsheet() {
    let starts = [
        "=1+1",
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "=cmd|'/c calc'!A1",
        "=HYPERLINK(\"http://x.example\",\"a\")",
        "\t=1+1",
        "\r=1+1",
    ];
    let mut people = people();
    for (at, start) in starts.iter().enumerate() {
        for (place, column) in ["mail", "phone", "country", "customer_id"].into_iter().enumerate() {
            let number = 20 + 5 * at + place;
            let cell = if column == "mail" { format!("{start}@mail.example") } else { (*start).to_owned() };
            people[number] = people[number].clone().with(column, &cell);
        }
    }
    let shop = shop(&people, &all_tools());
    let run = night(&shop, 20);
    let mut cells = 0;
    for path in files(&run.join("audiences")).into_iter().filter(|path| path.extension().is_some_and(|e| e == "csv")) {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&path).expect("readable");
        for cell in reader.records().flat_map(|row| row.expect("a row").iter().map(str::to_owned).collect::<Vec<_>>()) {
            let number = cell.strip_prefix('+').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?} in {}", path.display());
            cells += 1;
        }
    }
    assert!(cells > 5_000, "{cells}");
}

#[test]
fn a_list_below_the_floor_of_its_tool_is_not_written_and_one_without_consent_is_empty() {
    let audiences = "[[audiences]]\nname = \"few\"\ntemplate = \"google\"\nfloor = 1000\n\
                     [[audiences]]\nname = \"nobody\"\ntemplate = \"klaviyo\"\nrequire = [\"consent_post\"]\n";
    let shop = shop(&people(), audiences);
    let run = night(&shop, 20);
    for (name, reason) in [("few", "below_floor"), ("nobody", "no_consent")] {
        let folder = run.join("audiences").join(name);
        assert!(!folder.join("full-001.csv").exists(), "{name}");
        let receipt: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(folder.join("receipt.json")).expect("there")).expect("JSON");
        assert!(receipt["left_out"][reason].as_u64().expect("a count") > 0 || name == "few", "{receipt}");
        assert_eq!(receipt["members"], 0);
        assert!(fs::read_to_string(folder.join("RECEIPT.txt")).expect("there").contains("Upload nothing"));
    }
}

#[test]
fn who_is_forgotten_is_in_no_list_any_more_and_can_be_taken_off_in_the_tool() {
    let shop = shop(&people(), &all_tools());
    let run = night(&shop, 20);
    let member = rows(&run.join("audiences/klaviyo"), "full").first().expect("somebody")[0].clone();
    let number = number_in(&member);
    shop.write("erase.txt", format!("K{number:05}\n"));
    let said = shop.say(&["forget", "--ids-file", shop.path().join("erase.txt").to_str().expect("UTF-8")]);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("erasures/klaviyo.csv"), "{}", said.stdout);
    let phone = format!("+4930{}", 2_000_000 + number);
    let names = [format!("K{number:05}"), sha256(&member), sha256(&phone), sha256(&phone[1..]), member.clone()];
    for path in files(&shop.path().join("out/runs")) {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("readable")).into_owned();
        assert!(names.iter().all(|name| !text.contains(name.as_str())), "{}", path.display());
    }
    let off = fs::read_to_string(shop.path().join("out/erasures/klaviyo.csv")).expect("there");
    assert!(off.starts_with("Email,vs_segment") && off.contains(&format!("{member},none,,none")), "{off}");
    let off = fs::read_to_string(shop.path().join("out/erasures/google.csv")).expect("there");
    assert!(off.contains(&sha256(&member)) && off.contains(&sha256(&phone)), "{off}");
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}

#[test]
fn lists_are_named_shown_masked_and_confirmed() {
    let shop = shop(&people(), &all_tools());
    night(&shop, 20);
    let listed = shop.say(&["audiences", "list"]);
    assert!(
        TOOLS.iter().all(|tool| listed.stdout.contains(tool)) && listed.stdout.contains("tiktok"),
        "{}",
        listed.stdout
    );
    let shown = shop.say(&["audiences", "show", "klaviyo"]);
    assert!(
        shown.stdout.contains("WHAT TO DO") && shown.stdout.contains("No upload was confirmed yet"),
        "{}",
        shown.stdout
    );
    let preview = shop.say(&["audiences", "preview", "klaviyo", "--rows", "3"]);
    assert_eq!(preview.stdout.lines().count(), 4, "{}", preview.stdout);
    assert!(!preview.stdout.contains("mail.example") && preview.stdout.contains("p…@m…"), "{}", preview.stdout);
    let template = shop.say(&["audiences", "show", "braze", "--template"]);
    assert!(template.stdout.contains("external_id"));
    let unknown = shop.say(&["audiences", "show", "klavio"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("klaviyo"), "{}", unknown.stderr);
    assert_eq!(shop.say(&["audiences", "confirm", "--all"]).code, 0);
    assert!(shop.say(&["audiences"]).stdout.contains("confirmed 2026-11-20"));
    // The company's own template lies beside the configuration.
    shop.write("audiences/mailer.toml", template.stdout.replace("Braze", "Our mailer"));
    shop.edit("valueseg.toml", "template = \"braze\"", "template = \"mailer\"");
    night(&shop, 21);
    assert!(shop.say(&["audiences", "show", "braze"]).stdout.contains("for Our mailer"));
}

#[test]
fn lists_are_the_same_bytes_with_any_number_of_threads_and_however_files_are_split() {
    let people = people();
    let one = shop(&people, &all_tools());
    let many = shop(&people, &all_tools());
    let text = many.read("in/customers.csv");
    let (header, lines) = text.split_once('\n').expect("lines");
    let lines: Vec<&str> = lines.lines().collect();
    fs::remove_file(many.path().join("in/customers.csv")).expect("there");
    for (part, lines) in lines.chunks(90).rev().enumerate() {
        many.write(&format!("in/customers{part}.csv"), format!("{header}\n{}\n", lines.join("\n")));
    }
    many.edit("valueseg.toml", "files = \"in/customers.csv\"", "files = \"in/customers*.csv\"");
    for (shop, threads) in [(&one, "1"), (&many, "8")] {
        let said = shop.say(&["run", "--as-of", "2026-11-20", "--threads", threads]);
        assert_eq!(said.code, 0, "{}", said.stderr);
    }
    let lists = |shop: &Shop| {
        let folder = shop.path().join("out/runs/2026-11-20/audiences");
        let mut all: Vec<(PathBuf, Vec<u8>)> = files(&folder)
            .into_iter()
            .map(|path| (path.strip_prefix(&folder).expect("inside").to_owned(), fs::read(&path).expect("readable")))
            .collect();
        all.sort();
        all
    };
    assert!(lists(&one).len() >= 30);
    assert_eq!(lists(&one), lists(&many));
}
