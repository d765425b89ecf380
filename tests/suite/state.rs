//! What is stored is not lost silently, and nights out of their order change nothing but themselves.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use valueseg::tables::read::rows_where;

use crate::shop::{Said, Shop, files};

fn run(shop: &Shop, date: &str, more: &[&str]) -> Said {
    shop.say(&[&["run", "--as-of", date, "--quiet"], more].concat())
}

fn night(shop: &Shop, date: &str, more: &[&str]) {
    let said = run(shop, date, more);
    assert_eq!(said.code, 0, "{}", said.stderr);
}

/// Every file below a folder with its bytes.
fn bytes(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all: Vec<_> =
        files(folder).into_iter().map(|file| (file.clone(), fs::read(&file).expect("read"))).collect();
    all.sort();
    all
}

#[test]
fn results_that_are_lost_or_another_are_not_taken_for_a_first_night() {
    let (shop, other) = (Shop::new(150), Shop::new(160));
    night(&shop, "2026-11-20", &[]);
    night(&other, "2026-11-20", &[]);
    let lock = shop.read("valueseg.lock");
    assert!(lock.contains("output = ") && shop.read("out/identity.json").contains("\"id\""), "{lock}");
    let (out, away) = (shop.path().join("out"), shop.path().join("away"));
    fs::rename(&out, &away).expect("moved");
    for (what, said) in [("it is not there", run(&shop, "2026-11-21", &[])), ("it is not there", shop.say(&["check"]))]
    {
        assert_eq!(said.code, 7, "{}", said.stderr);
        assert!(said.stderr.contains("E0713") && said.stderr.contains(what), "{}", said.stderr);
        assert!(said.stderr.contains("--first-night"), "{}", said.stderr);
    }
    assert!(!out.exists(), "nothing is made by a run that is refused");
    fs::create_dir(&out).expect("made");
    assert!(run(&shop, "2026-11-21", &[]).stderr.contains("it is empty"));
    fs::remove_dir(&out).expect("removed");
    fs::rename(other.path().join("out"), &out).expect("moved");
    let said = run(&shop, "2026-11-21", &["--dry-run"]);
    assert_eq!(said.code, 7, "{}", said.stderr);
    assert!(said.stderr.contains("another one lies there"), "{}", said.stderr);

    // Put back, all is as it was.
    fs::rename(&out, shop.path().join("others")).expect("moved");
    fs::rename(&away, &out).expect("moved");
    night(&shop, "2026-11-21", &[]);
    assert_eq!(shop.read("valueseg.lock"), lock);

    // Begun anew on purpose; from then on the new folder is the one that is known.
    fs::remove_dir_all(&out).expect("removed");
    fs::rename(shop.path().join("others"), &out).expect("moved");
    night(&shop, "2026-11-21", &["--first-night"]);
    assert_ne!(shop.read("valueseg.lock"), lock);
    night(&shop, "2026-11-22", &[]);
    shop.write("valueseg.lock", "output = ");
    assert_eq!(run(&shop, "2026-11-23", &[]).code, 7, "a lock that cannot be read protects nothing");
}

#[test]
fn a_configuration_that_cannot_be_written_beside_costs_a_warning_and_no_night() {
    let shop = Shop::new(150);
    shop.edit("valueseg.toml", "[gates]", "[run]\noutput = \"results/out\"\n[gates]");
    fs::create_dir(shop.path().join("results")).expect("made");
    let mode = |mode| fs::set_permissions(shop.path(), fs::Permissions::from_mode(mode)).expect("set");
    mode(0o555);
    // Whoever may write everywhere cannot try this.
    let refused = fs::write(shop.path().join("probe"), "").is_err();
    let said = shop.say(&["run", "--as-of", "2026-11-20"]);
    mode(0o755);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(said.stderr.matches("valueseg.lock").count(), usize::from(refused), "{}", said.stderr);
    assert!(!refused || !shop.path().join(".valueseg.lock").exists());
}

#[test]
fn who_is_forgotten_stays_so_when_the_results_are_lost_and_the_list_lies_elsewhere() {
    let shop = Shop::new(150);
    shop.edit("valueseg.toml", "[gates]", "[privacy]\nforgotten = \"kept/forgotten.json\"\n[gates]");
    night(&shop, "2026-11-20", &[]);
    shop.write("ids.txt", "K00007\n");
    let ids = shop.path().join("ids.txt");
    let said = shop.say(&["forget", "--ids-file", ids.to_str().expect("a path")]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_eq!(shop.read("kept/forgotten.json"), shop.read("out/forgotten.json"));
    fs::remove_dir_all(shop.path().join("out")).expect("removed");
    assert_eq!(run(&shop, "2026-11-21", &[]).code, 7);
    night(&shop, "2026-11-21", &["--first-night"]);
    let rows = rows_where(&shop.path().join("out/latest/tables/customers.parquet"), "customer_id", "K00007");
    assert!(rows.expect("a table").is_empty(), "the person came back");
    assert_eq!(shop.read("kept/forgotten.json"), shop.read("out/forgotten.json"), "kept in step");
}

#[test]
fn a_night_after_tomorrow_is_refused_unless_it_is_meant() {
    let shop = Shop::new(150);
    for arguments in [&["run", "--as-of", "2999-01-01"][..], &["check", "--as-of", "2999-01-01"]] {
        let said = shop.say(arguments);
        assert_eq!(said.code, 2, "{}", said.stderr);
        assert!(said.stderr.contains("E0206") && said.stderr.contains("in UTC"), "{}", said.stderr);
    }
    assert!(shop.has_no_night());
    let meant = run(&shop, "2999-01-01", &["--force", "--dry-run"]);
    assert!(!meant.stderr.contains("E0206"), "{}", meant.stderr);
}

#[test]
fn a_night_before_the_newest_is_made_with_the_model_of_its_time_and_changes_nothing_later() {
    let shop = Shop::new(300);
    night(&shop, "2026-11-18", &[]);
    shop.edit("valueseg.toml", "segments = 2", "segments = 3");
    night(&shop, "2026-11-21", &["--refit"]);
    let model = |date: &str| {
        let manifest: serde_json::Value =
            serde_json::from_str(&shop.read(&format!("out/runs/{date}/manifest.json"))).expect("a manifest");
        manifest["model_id"].as_str().expect("an id").to_owned()
    };
    assert_ne!(model("2026-11-18"), model("2026-11-21"));
    let stored = || {
        let beside = [shop.read("out/segments.toml"), shop.read("out/identity.json"), shop.read("valueseg.lock")];
        (beside, bytes(&shop.path().join("out/models")), bytes(&shop.path().join("out/runs/2026-11-21")))
    };
    let before = stored();
    // Between the two: the model of its time, also where a new one is asked for; before the first: the one in use.
    for (date, of, more) in [
        ("2026-11-19", "2026-11-18", &[][..]),
        ("2026-11-20", "2026-11-18", &["--refit"]),
        ("2026-11-17", "2026-11-21", &[]),
    ] {
        night(&shop, date, more);
        assert_eq!(model(date), model(of), "{date}");
        assert!(stored() == before, "{date} changed what is later");
        let latest = fs::read_link(shop.path().join("out/latest")).expect("a link");
        assert_eq!(latest, Path::new("runs/2026-11-21"));
        let report = shop.read(&format!("out/runs/{date}/report.html"));
        assert!(report.contains("before the newest published one"), "{date}");
    }
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}
