//! Lists beside lots and configuration: who goes without is told and in no file, formats hold the same, and lists that would mix plays
//! are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::audiences::{night, people, rows, shop};
use crate::shop::Shop;

/// The shop with groups large enough for a test of a play, and the play and segment of a campaign of it.
fn tried_shop(audiences: &str) -> Shop {
    let shop = shop(&people(), audiences);
    shop.edit("valueseg.toml", "[gates]\n", "[plan]\nplausible_effect = 3.0\n[gates]\n");
    shop
}

/// Customers of the ledger by arm, for a play.
fn drawn(shop: &Shop, play: &str, arm: &str) -> BTreeSet<String> {
    let rows = valueseg::tables::read::all_rows(&shop.path().join("out/assignments.parquet")).expect("readable");
    let own = rows.iter().filter(|row| row["play_id"] == play && row["arm"] == arm);
    own.map(|row| row["customer_id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn who_goes_without_by_lot_is_in_the_table_of_members_and_in_no_file() {
    let shop = tried_shop("");
    let run = night(&shop, 20);
    let members = valueseg::tables::read::all_rows(&run.join("tables/audience_members.parquet")).expect("readable");
    let control: Vec<_> = members.iter().filter(|row| row["arm"] == "control").collect();
    let treated = members.len() - control.len();
    assert!(control.len() > 40 && treated > 40, "{} of {}", control.len(), members.len());
    for row in &control {
        let (id, play) = (row["customer_id"].as_str().expect("an id"), row["play_id"].as_str().expect("a play"));
        assert!(drawn(&shop, play, "control").contains(id), "one lot, not two");
        let folder = run.join("audiences").join(row["audience"].as_str().expect("a name"));
        assert!(rows(&folder, "full").iter().all(|cells| cells[0] != id), "{id}");
    }
    let receipt = receipt_of(&run, control[0]["audience"].as_str().expect("a name"));
    assert!(receipt["left_out"]["control"].as_u64().expect("a count") > 20, "{receipt}");
    let second = night(&shop, 21);
    let again = valueseg::tables::read::all_rows(&second.join("tables/audience_members.parquet")).expect("readable");
    let kept: BTreeMap<_, _> = again.iter().map(|row| (row["customer_id"].clone().to_string(), row.clone())).collect();
    for row in &control {
        let now = &kept[&row["customer_id"].to_string()];
        assert!(now["arm"] == "control" && now["assigned_at"] == "2026-11-20", "since when: {now:?}");
    }
}

fn receipt_of(run: &Path, name: &str) -> serde_json::Value {
    let text = fs::read_to_string(run.join("audiences").join(name).join("receipt.json")).expect("there");
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn a_split_of_an_audience_is_the_share_of_the_one_lot() {
    let first = tried_shop("");
    let run = night(&first, 20);
    let members = valueseg::tables::read::all_rows(&run.join("tables/audience_members.parquet")).expect("readable");
    let tried = members.iter().find(|row| row["arm"] == "control").expect("a play with a lot");
    let play = tried["play_id"].as_str().expect("a play").to_owned();
    let audience = format!(
        "[[audiences]]\nname = \"own\"\ntemplate = \"generic\"\nwho = {{ plays = [\"{play}\"] }}\nsplit = {{ control = 0.2 }}\n"
    );
    let shop = tried_shop(&audience);
    let run = night(&shop, 20);
    let (control, treated) = (drawn(&shop, &play, "control"), drawn(&shop, &play, "treated"));
    let share = control.len() as f64 / (control.len() + treated.len()) as f64;
    assert!((0.1..0.3).contains(&share), "{share}");
    assert!(control.is_subset(&drawn(&first, &play, "control")), "a smaller share keeps out nobody new");
    let members = valueseg::tables::read::all_rows(&run.join("tables/audience_members.parquet")).expect("readable");
    let told: BTreeSet<String> = members
        .iter()
        .filter(|row| row["arm"] == "control")
        .map(|row| row["customer_id"].as_str().expect("an id").to_owned())
        .collect();
    assert!(!told.is_empty() && told.is_subset(&control));
}

#[test]
fn json_lines_and_tables_hold_what_csv_holds() {
    let formats = ["csv", "jsonl", "parquet"];
    let audiences = formats
        .map(|format| format!("[[audiences]]\nname = \"{format}\"\ntemplate = \"warehouse\"\nformat = \"{format}\"\n"));
    let shop = shop(&people(), &audiences.concat());
    let run = night(&shop, 20);
    let folder = |format: &str| run.join("audiences").join(format);
    let csv = rows(&folder("csv"), "full");
    assert!(csv.len() > 200);
    assert_eq!(rows(&folder("parquet"), "full"), csv);
    let text = fs::read_to_string(folder("jsonl").join("full-001.jsonl")).expect("there");
    let header = fs::read_to_string(folder("csv").join("full-001.csv")).expect("there");
    let header: Vec<&str> = header.lines().next().expect("a header").split(',').collect();
    assert_eq!(text.lines().count(), csv.len());
    for (line, cells) in text.lines().zip(&csv) {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        for (name, cell) in header.iter().zip(cells) {
            let same = match &row[*name] {
                serde_json::Value::Null => cell.is_empty(),
                serde_json::Value::String(text) => text == cell,
                other => cell == &format!("{other}"),
            };
            assert!(same, "{name}: {line} for {cells:?}");
        }
    }
    assert!(text.starts_with("{\"customer_id\":"), "keys in the order of the columns");
}

#[test]
fn whole_lists_can_be_asked_for_and_an_edited_template_makes_another_night() {
    let shop = shop(&people(), "[[audiences]]\nname = \"mail\"\ntemplate = \"own\"\n");
    let template = shop.say(&["audiences", "show", "klaviyo", "--template"]).stdout;
    shop.write("audiences/own.toml", &template);
    night(&shop, 20);
    let run = night(&shop, 21);
    let folder = run.join("audiences/mail");
    assert_eq!(receipt_of(&run, "mail")["base_night"], "2026-11-20");
    // The same again: nothing to do. With another word for who is gone: another night.
    let again = shop.say(&["run", "--as-of", "2026-11-21"]);
    assert!(again.code == 0 && again.stdout.contains("already"), "{}{}", again.stdout, again.stderr);
    shop.write("audiences/own.toml", template.replace("word = \"none\"", "word = \"gone\""));
    let edited = shop.say(&["run", "--as-of", "2026-11-21"]);
    assert_eq!(edited.code, 0, "{}{}", edited.stdout, edited.stderr);
    assert_eq!(receipt_of(&run, "mail")["gone_word"], "gone");
    let full = shop.say(&["run", "--as-of", "2026-11-21", "--full"]);
    assert_eq!(full.code, 0, "{}{}", full.stdout, full.stderr);
    assert_eq!(receipt_of(&run, "mail")["whole"], true);
    assert!(!folder.join("delta-001.csv").exists() && folder.join("full-001.csv").exists());
    assert!(fs::read_to_string(folder.join("RECEIPT.txt")).expect("there").contains("Whole lists were asked for"));
}

#[test]
fn lists_that_would_mix_plays_are_refused_before_the_night_by_their_own_code() {
    let shop = shop(
        &people(),
        "[[audiences]]\nname = \"ads\"\ntemplate = \"google\"\nwho = { plays = [\"lead_saves_time\", \"lead_simplifies\"] }\n",
    );
    let said = shop.say(&["check"]);
    assert!(
        said.code == 2 && said.stderr.contains("E0223") && said.stderr.contains("ads"),
        "{}{}",
        said.stdout,
        said.stderr
    );
}

#[test]
fn addresses_that_are_hashed_already_are_told_and_refused_where_lists_are_configured() {
    let hashed = || {
        let person =
            |(number, person): (usize, crate::audiences::Person)| person.with("mail", &format!("{number:064x}"));
        people().into_iter().enumerate().map(person).collect::<Vec<_>>()
    };
    let wanted = shop(&hashed(), "[[audiences]]\nname = \"mail\"\ntemplate = \"klaviyo\"\n");
    let said = wanted.say(&["run", "--as-of", "2026-11-20"]);
    assert!(said.code == 3 && said.stderr.contains("E0224"), "{}{}", said.stdout, said.stderr);
    assert!(said.stderr.contains("customers.email") && !said.stderr.contains("0000000"), "{}", said.stderr);
    let plain = shop(&hashed(), "");
    let run = night(&plain, 20);
    let alerts = fs::read_to_string(run.join("alerts.json")).expect("there");
    assert!(alerts.contains("addresses_hashed"), "{alerts}");
    let unwanted = shop(&hashed(), "");
    unwanted.write("valueseg.toml", format!("audiences = []\n{}", unwanted.read("valueseg.toml")));
    let alerts = fs::read_to_string(night(&unwanted, 20).join("alerts.json")).expect("there");
    assert!(!alerts.contains("addresses_hashed"), "{alerts}");
}
