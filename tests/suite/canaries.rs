//! Personal data stays where it was meant to be: forty canaries (ids, e-mail addresses, phone numbers, names) are planted
//! wherever a person can stand in the inputs, and after two nights every byte of logs and results is searched for them.
//! Parquet is searched as it lies, unpacked page by page, and row by row.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use valueseg::tables::read::all_rows;

use crate::shop::{Said, Shop, files};

/// Of each of the four kinds.
const EACH: usize = 10;

/// Tables that are about single customers and name them, and nothing else of them that is personal.
const NAMES_CUSTOMERS: [&str; 7] = [
    "assignments.parquet",
    "customers.parquet",
    "element_scores.parquet",
    "moves.parquet",
    "open_matters.parquet",
    "audience_members.parquet",
    "audience_changes.parquet",
];

/// Folder of lists, which hold addresses, as they are meant to; who may be there, other tests say.
const LISTS: &str = "audiences";

fn id(i: usize) -> String {
    format!("zqcustomer{i:02}x")
}

fn email(i: usize) -> String {
    format!("zqmail{i:02}x@example.org")
}

fn phone(i: usize) -> String {
    format!("+4930900900{i:02}77")
}

fn name(i: usize) -> String {
    format!("Zqwxlida{i:02}ova")
}

/// All canaries, ids first.
fn canaries() -> Vec<String> {
    [id, email, phone, name].iter().flat_map(|make| (0..EACH).map(make)).collect()
}

const MAPPING: &str = r#"[tables.customers]
source = "customers"
columns = { customer_id = "customer_id", consent_profiling = "consent_profiling", consent_email = "consent_email", email = "mail", phone = "phone", country = "country", contact = "contact" }
[tables.feedback]
source = "feedback"
columns = { customer_id = "who", at = "at", text = "text", channel = "channel" }
[tables.orders]
source = "orders"
columns = { customer_id = "who", ordered_at = "at", amount = "net", order_id = "order", channel = "channel", site = "site", category = "category", return_reason = "why" }
[tables.interactions]
source = "contacts"
columns = { customer_id = "who", at = "at", kind = "kind", channel = "channel", site = "site", case_id = "case" }
[tables.attitudes]
source = "attitudes"
columns = { customer_id = "who", question = "question", value = "value", brand = "brand" }
scale = [0, 10]
"#;

/// A shop of 400 in which the first customers are canaries, in every column that can hold them.
fn shop() -> Shop {
    let shop = Shop::new(400);
    for file in ["in/customers.csv", "in/survey.csv"] {
        let renamed = (0..EACH).fold(shop.read(file), |text, i| text.replace(&format!("K{i:05}"), &id(i)));
        shop.write(file, renamed);
    }
    let mut customers = String::new();
    for (i, line) in shop.read("in/customers.csv").lines().enumerate() {
        let more = match i {
            0 => "mail,phone,contact".to_owned(),
            1..=EACH => format!("{},{},{}", email(i - 1), phone(i - 1), name(i - 1)),
            _ => ",,".to_owned(),
        };
        writeln!(customers, "{line},{more}").expect("a String");
    }
    shop.write("in/customers.csv", customers);
    let (mut feedback, mut orders, mut contacts, mut attitudes) = (
        String::from("who,at,text,channel\n"),
        String::from("who,at,net,order,channel,site,category,why\n"),
        String::from("who,at,kind,channel,site,case\n"),
        String::from("who,question,value,brand\n"),
    );
    for i in 0..400 {
        let (who, person, mail) = if i < EACH {
            (id(i), name(i), email(i))
        } else {
            (format!("K{i:05}"), "nobody".to_owned(), "shop".to_owned())
        };
        let day = format!("2026-11-{:02}", 1 + i % 19);
        writeln!(
            feedback,
            "{who},{day},\"It saves me time, said {person}. Call {} or write to {mail}.\",{mail}",
            phone(i % EACH)
        )
        .expect("a String");
        writeln!(orders, "{who},{day},{},o-{mail}-{i},{person},{mail},{person},{mail}", 10 + i % 50).expect("a String");
        writeln!(contacts, "{who},{day},complaint,{mail},{person},{person}{i}").expect("a String");
        writeln!(attitudes, "{who},recommend,{},", i % 11).expect("a String");
    }
    for i in 0..EACH {
        writeln!(attitudes, "{},recommend,7,{}", id(i), name(i)).expect("a String");
    }
    for (file, text) in [("feedback", feedback), ("orders", orders), ("contacts", contacts), ("attitudes", attitudes)] {
        shop.write(&format!("in/{file}.csv"), text);
        let source = format!("[sources.{file}]\nfiles = \"in/{file}.csv\"\n[sources.survey]");
        shop.edit("valueseg.toml", "[sources.survey]", &source);
    }
    shop.edit("valueseg.toml", "[tables.customers]\nsource = \"customers\"\n", MAPPING);
    shop.edit("valueseg.toml", "[model]", "[model]\nsearch = \"quick\"");
    shop.edit("valueseg.toml", "max_rejected_share = 0.05", "max_rejected_share = 0.2");
    shop
}

/// What can be read out of a file: its bytes, and of Parquet also its unpacked pages and its rows.
fn readable(path: &Path) -> Vec<u8> {
    let mut bytes = fs::read(path).expect("readable");
    if path.extension().is_none_or(|extension| extension != "parquet") {
        return bytes;
    }
    let reader = SerializedFileReader::new(File::open(path).expect("readable")).expect("Parquet");
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group).expect("a row group");
        for column in 0..group.num_columns() {
            let mut pages = group.get_column_page_reader(column).expect("a column");
            while let Some(page) = pages.get_next_page().expect("a page") {
                bytes.extend_from_slice(page.buffer());
            }
        }
    }
    for row in all_rows(path).expect("rows") {
        bytes.extend(serde_json::to_vec(&row).expect("JSON"));
    }
    bytes
}

fn holds(text: &[u8], canary: &str) -> bool {
    text.windows(canary.len()).any(|window| window.eq_ignore_ascii_case(canary.as_bytes()))
}

/// Which canaries stand in a text, at most three.
fn seen(text: &[u8], canaries: &[String]) -> Vec<String> {
    // Every canary has one of these; most texts have none, and are done after two searches.
    if !holds(text, "zq") && !holds(text, "+4930900900") {
        return Vec::new();
    }
    canaries.iter().filter(|canary| holds(text, canary)).take(3).cloned().collect()
}

/// Nothing personal on stdout and stderr.
fn silent(said: &Said, when: &str) {
    for text in [&said.stdout, &said.stderr] {
        assert_eq!(seen(text.as_bytes(), &canaries()), Vec::<String>::new(), "{when}:\n{text}");
    }
}

/// Files that hold what they should not, below a folder; ids may stand in some tables.
fn leaks(folder: &Path, ids_may: bool) -> Vec<String> {
    let all = canaries();
    let mut leaks = Vec::new();
    for file in files(folder) {
        if ids_may && file.iter().any(|part| part == LISTS) {
            continue;
        }
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let names_customers = ids_may && NAMES_CUSTOMERS.contains(&name.as_str());
        let found = seen(&readable(&file), if names_customers { &all[EACH..] } else { &all });
        if !found.is_empty() {
            leaks.push(format!("{}: {found:?}", file.display()));
        }
    }
    leaks
}

#[test]
fn forty_personal_canaries_appear_nowhere_but_in_the_tables_that_are_about_customers() {
    let shop = shop();
    assert_eq!(canaries().len(), 40);
    let first = shop.say(&["run", "--as-of", "2026-11-20", "--verbose"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    silent(&first, "the first night");
    let out = shop.path().join("out");
    let customers = readable(&out.join("latest/tables/customers.parquet"));
    let known = canaries().iter().filter(|canary| holds(&customers, canary)).count();
    assert_eq!(known, EACH, "the search finds what is there: the ids, and nothing else");

    // The second night also meets rows it must reject: a person in every kind of cell that cannot be read.
    let bad = format!("{0},{0},{1},{2},{3},,,\n", id(3), phone(3), email(3), name(3));
    shop.write("in/orders.csv", shop.read("in/orders.csv") + &bad);
    let bad = format!("{},{},{},{},{},1,1,1,1,1\n", id(4), name(4), email(4), phone(4), id(4));
    shop.write("in/survey.csv", shop.read("in/survey.csv") + &bad);
    let bad = format!("{0},{1},yes,FR,,,\n{0},no,{2},{1},,,\n", id(5), email(5), name(5));
    shop.write("in/customers.csv", shop.read("in/customers.csv") + &bad);
    let second = shop.say(&["run", "--as-of", "2026-11-21", "--verbose", "--log-format", "json"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    silent(&second, "the second night");
    assert_eq!(leaks(&out, true), Vec::<String>::new());

    for arguments in
        [&["check", "--deep", "--as-of", "2026-11-21"][..], &["diff", "2026-11-20", "2026-11-21"], &["verify"]]
    {
        let said = shop.say(arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        silent(&said, arguments[0]);
    }
    let gone: String = (0..EACH).map(|i| id(i) + "\n").collect();
    shop.write("gone.txt", gone);
    let list = shop.path().join("gone.txt");
    let forgotten = shop.say(&["forget", "--ids-file", list.to_str().expect("UTF-8")]);
    assert_eq!(forgotten.code, 0, "{}", forgotten.stderr);
    silent(&forgotten, "forgetting");
    assert_eq!(leaks(&out, false), Vec::<String>::new(), "after forgetting, nowhere");
}

/// What is wrong, the exit code, and how it is brought about.
type Way = (&'static str, i32, fn(&Shop));

#[test]
fn a_night_that_fails_names_nobody_either() {
    let spoil: [Way; 5] = [
        ("SQL that cannot read a cell", 2, |shop| {
            let query = "query = \"select customer_id, cast(mail as double) as weight from customers\"";
            let config = shop.read("valueseg.toml");
            let mapped = config.lines().find(|line| line.contains("contact = ")).expect("a mapping").to_owned();
            shop.edit("valueseg.toml", &mapped, "");
            shop.edit(
                "valueseg.toml",
                "[tables.customers]\nsource = \"customers\"",
                &format!("[tables.customers]\n{query}"),
            );
        }),
        ("no header", 3, |shop| {
            let text = shop.read("in/customers.csv");
            shop.write("in/customers.csv", text.split_once('\n').expect("lines").1);
        }),
        ("a quote that is never closed", 3, |shop| {
            let text =
                format!("{}\"{}", shop.read("in/customers.csv"), format!("{},{}\n", id(1), email(1)).repeat(300_000));
            shop.write("in/customers.csv", text);
        }),
        ("every customer twice and otherwise", 3, |shop| {
            let text = shop.read("in/customers.csv");
            let again = text.lines().skip(1).fold(String::new(), |all, line| all + &line.replace("yes", "no") + "\n");
            shop.write("in/customers.csv", format!("{text}{again}"));
        }),
        ("a gate", 4, |shop| shop.edit("valueseg.toml", "max_rejected_share = 0.2", "max_rejected_share = 0.0")),
    ];
    for (what, code, spoil) in spoil {
        let shop = shop();
        // For the gate.
        let bad = format!("{},{},{},{},,,,\n", id(3), name(3), email(3), phone(3));
        shop.write("in/orders.csv", shop.read("in/orders.csv") + &bad);
        spoil(&shop);
        for log in ["text", "json"] {
            let said = shop.say(&["run", "--as-of", "2026-11-20", "--verbose", "--log-format", log]);
            assert_eq!(said.code, code, "{what}: {}", said.stderr);
            silent(&said, what);
        }
        let out = shop.path().join("out");
        if out.exists() {
            assert_eq!(leaks(&out, true), Vec::<String>::new(), "{what}");
        }
    }
}
