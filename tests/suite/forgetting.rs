//! Forgetting: a person is found by any spelling, in any file of a night, whatever a manifest says.

use std::fs;
use std::path::Path;

use serde_json::Value;
use valueseg::tables::read::all_rows;

use crate::shop::{Said, Shop, files};

fn night(shop: &Shop, date: &str) {
    let said = shop.say(&["run", "--as-of", date, "--quiet"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

fn forget(shop: &Shop, ids: impl AsRef<[u8]>) -> Said {
    shop.write("erase.csv", ids);
    shop.say(&["forget", "--json", "--ids-file", shop.path().join("erase.csv").to_str().expect("UTF-8")])
}

fn answer(said: &Said) -> Value {
    serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("no answer: {}{}", said.stdout, said.stderr))
}

/// Files below the output folder in whose bytes, or in whose cells, the text stands.
fn holders(shop: &Shop, text: &str) -> Vec<String> {
    let holds = |path: &Path| {
        let bytes = fs::read(path).expect("readable");
        let table =
            || all_rows(path).into_iter().flatten().any(|row| row.values().any(|cell| cell.as_str() == Some(text)));
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
            || path.extension().is_some_and(|extension| extension == "parquet") && table()
    };
    let found = files(&shop.path().join("out")).into_iter().filter(|path| holds(path));
    found.map(|path| path.strip_prefix(shop.path()).expect("below").display().to_string()).collect()
}

fn ids(shop: &Shop) -> Vec<String> {
    let rows = all_rows(&shop.path().join("out/latest/tables/customers.parquet")).expect("a table");
    rows.iter().map(|row| row["customer_id"].as_str().expect("an id").to_owned()).collect()
}

/// 200 customers, and some whose ids are written in ways of their own.
fn odd_shop() -> Shop {
    let shop = Shop::new(200);
    shop.write("in/odd.csv", "Kunden-Nr\n7.0\n\"A\nB\"\nJose\u{301}\nAnn@Mail.example\nC-17\nC-18\n");
    shop.edit("valueseg.toml", "[tables.customers]\nsource = \"customers\"\n", ODD);
    shop
}

const ODD: &str = r#"[sources.odd]
files = "in/odd.csv"
[[tables.customers]]
source = "customers"
[[tables.customers]]
source = "odd"
columns = { customer_id = "Kunden-Nr" }
id = { strip_prefix = "C-", pad = 6 }
"#;

#[test]
fn a_person_is_found_by_every_spelling_the_source_has_and_stays_out() {
    let shop = odd_shop();
    night(&shop, "2026-11-20");
    let stored = ids(&shop);
    for id in ["000007", "A\nB", "Jose\u{301}", "Ann@Mail.example", "000017"] {
        assert!(stored.iter().any(|own| own == id), "{id:?} is not among {stored:?}");
    }
    // As the source writes them, and otherwise than it writes them.
    let utf16 = "Kunden-Nr;note\n7.0;x\n\"A\nB\";y\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let said = forget(&shop, &utf16);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!((answer(&said)["matched"].as_u64(), answer(&said)["not_found"].as_u64()), (Some(2), Some(0)));
    assert_eq!(answer(&said)["file"]["encoding"], "utf-16le");
    let said = forget(&shop, "Jos\u{e9}\rann@mail.EXAMPLE\rC-17\rnobody-0001\rNULL\r");
    assert_eq!(said.code, 0, "{}", said.stderr);
    let told = answer(&said);
    assert_eq!((told["matched"].as_u64(), told["not_found"].as_u64()), (Some(3), Some(1)));
    assert_eq!(told["file"]["lines_without_id"].as_array().map(Vec::len), Some(1));
    assert!(!said.stdout.contains("nobody-0001") && !said.stderr.contains("nobody-0001"));
    for id in ["A\nB", "Jose\u{301}", "Ann@Mail.example", "000017"] {
        assert!(holders(&shop, id).is_empty(), "{id:?} is in {:?}", holders(&shop, id));
    }
    let gone = |ids: &[String]| ids.len() == 201 && ids.contains(&"000018".to_owned());
    assert!(gone(&ids(&shop)));
    // A late delivery brings somebody who was not found.
    shop.write("in/odd.csv", shop.read("in/odd.csv") + "nobody-0001\n");
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-20", "--force", "--quiet"]).code, 0);
    assert!(gone(&ids(&shop)), "{:?}", ids(&shop));
    let receipts = shop.read("out/erasures.jsonl");
    assert!(receipts.lines().count() == 2 && receipts.contains("\"not_found\":1"), "{receipts}");
}

#[test]
fn a_file_that_names_nobody_ends_with_an_error_and_blocks_all_the_same() {
    let shop = Shop::new(200);
    night(&shop, "2026-11-20");
    let said = forget(&shop, "K99999,a@b.c\nK99998,d@e.f\n");
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("E0226") && said.stderr.contains("several fields"), "{}", said.stderr);
    let told = answer(&said);
    assert_eq!((told["matched"].as_u64(), told["newly_blocked"].as_u64()), (Some(0), Some(2)));
    assert_eq!(told["file"]["lines_not_found"], serde_json::json!([1, 2]));
    let again = forget(&shop, "customer_id,mail\nK99999,a@b.c\n");
    assert_eq!(again.code, 2, "still nobody: {}", again.stderr);
    assert_eq!(forget(&shop, "customer_id,mail\nK00007,a@b.c\n").code, 0);
    let said = forget(&shop, "K00007\n");
    assert_eq!((said.code, answer(&said)["rows"].as_u64()), (0, Some(0)), "who was forgotten before is known");
    let unreadable = forget(&shop, "K1\n\"open\nK00008\n");
    assert_eq!(unreadable.code, 3, "{}", unreadable.stderr);
    assert!(holders(&shop, "K00008").len() > 1, "nothing was done");
}

#[test]
fn a_manifest_is_not_believed_and_what_was_altered_is_not_blessed() {
    let shop = Shop::new(200);
    night(&shop, "2026-11-20");
    night(&shop, "2026-11-21");
    night(&shop, "2026-11-22");
    shop.edit("out/runs/2026-11-20/manifest.json", "\"run_date\": \"2026-11-20\"", "\"run_date\": \"2026-11-18\"");
    let mut manifest: Value = serde_json::from_str(&shop.read("out/runs/2026-11-21/manifest.json")).expect("JSON");
    manifest["outputs"] = serde_json::json!([]);
    shop.write("out/runs/2026-11-21/manifest.json", serde_json::to_string_pretty(&manifest).expect("JSON") + "\n");
    shop.write(
        "out/runs/2026-11-22/report.html",
        shop.read("out/runs/2026-11-22/report.html") + "<!-- K00007 called -->",
    );
    shop.write("out/runs/2026-11-22/notes/mail.jsonl", "{\"who\":\"K00007\"}\n{\"who\":\"K00008\"}\n");
    shop.write("out/runs/2026-11-22/list.csv", "id;name\nK00007;x\nK00008;y\n");
    let before = shop.say(&["verify", "--all"]);
    let said = forget(&shop, "K00007\n");
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(holders(&shop, "K00007").is_empty(), "{:?}", holders(&shop, "K00007"));
    assert_eq!(shop.read("out/runs/2026-11-22/list.csv"), "id;name\nK00008;y\n");
    assert_eq!(shop.read("out/runs/2026-11-22/notes/mail.jsonl"), "{\"who\":\"K00008\"}\n");
    assert!(!shop.path().join("out/runs/2026-11-18").exists());
    let told = answer(&said)["nights"].to_string();
    for difference in ["manifest.json is of another night", "report.html is changed", "list.csv is unlisted"] {
        assert!(told.contains(difference), "{told}");
    }
    let after = shop.say(&["verify", "--all"]);
    assert_eq!((before.code, after.code), (7, 7));
    let differences =
        |said: &Said| said.stdout.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(differences(&before), differences(&after), "verify says what it said before");
}

#[test]
fn a_file_beyond_reading_is_named_and_everything_else_is_done() {
    let shop = Shop::new(200);
    night(&shop, "2026-11-20");
    night(&shop, "2026-11-21");
    let damaged = "out/runs/2026-11-20/tables/customers.parquet";
    shop.write(damaged, &fs::read(shop.path().join(damaged)).expect("readable")[..500]);
    fs::write(shop.path().join("out/runs/2026-11-21/manifest.json"), "{ torn").expect("written");
    let said = forget(&shop, "K00007\n");
    assert_eq!(said.code, 7, "{}", said.stderr);
    assert!(said.stderr.contains("runs/2026-11-20/tables/customers.parquet"), "{}", said.stderr);
    assert_eq!(answer(&said)["failed"], serde_json::json!(["runs/2026-11-20/tables/customers.parquet"]));
    assert_eq!(answer(&said)["nights"].as_array().map(Vec::len), Some(2));
    for file in ["2026-11-20/tables/element_scores", "2026-11-21/tables/customers", "2026-11-21/tables/element_scores"]
    {
        let rows = all_rows(&shop.path().join(format!("out/runs/{file}.parquet"))).expect("a table");
        assert!(!rows.is_empty() && rows.iter().all(|row| row["customer_id"] != "K00007"), "{file}");
    }
    assert_eq!(shop.read("out/runs/2026-11-21/manifest.json"), "{ torn");
    // A copy that somebody made beside the nights is not ours, and told.
    shop.write("out/runs/copy/list.csv", "id\nK00008\n");
    let said = forget(&shop, "K00008\n");
    assert_eq!(answer(&said)["elsewhere"], serde_json::json!(["runs/copy/list.csv"]));
    assert!(shop.path().join("out/runs/copy/list.csv").is_file());
}
