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
        let report = shop.read(&format!("out/runs/{date}/report/appendix.html"));
        assert!(report.contains("before the newest published one"), "{date}");
    }
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}

/// The night that `latest` points to.
fn latest(shop: &Shop) -> String {
    let target = fs::read_link(shop.path().join("out/latest")).expect("a link");
    target.file_name().expect("a night").to_string_lossy().into_owned()
}

#[test]
fn a_night_of_a_mistyped_date_is_not_the_latest_for_ever_and_can_be_removed() {
    let shop = Shop::new(150);
    night(&shop, "2026-11-19", &[]);
    night(&shop, "2999-11-20", &["--force"]);
    assert_eq!(latest(&shop), "2999-11-20", "meant");
    for date in ["2026-11-20", "2026-11-21"] {
        night(&shop, date, &[]);
        assert_eq!(latest(&shop), date);
        let alerts = shop.read(&format!("out/runs/{date}/alerts.json"));
        assert!(alerts.contains("nights_ahead") && alerts.contains("valueseg prune --night 2999-11-20"), "{alerts}");
        assert!(
            !shop.read(&format!("out/runs/{date}/report/appendix.html")).contains("before the newest published one"),
            "{date}"
        );
    }
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
    night(&shop, "2026-11-18", &[]);
    assert_eq!(latest(&shop), "2026-11-21", "a backfill is one all the same");
    let removed = shop.say(&["prune", "--night", "2999-11-20"]);
    assert_eq!(removed.code, 0, "{}", removed.stderr);
    assert_eq!(shop.say(&["prune", "--night", "2999-11-20"]).code, 2, "it is gone");
    night(&shop, "2026-11-22", &[]);
    assert!(!shop.read("out/latest/alerts.json").contains("nights_ahead"));
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}

#[test]
fn a_first_night_of_a_mistyped_date_does_not_stay_the_latest_either() {
    let shop = Shop::new(150);
    night(&shop, "2999-11-20", &["--force"]);
    night(&shop, "2026-11-20", &[]);
    assert_eq!(latest(&shop), "2026-11-20");
}

#[test]
fn folders_that_only_look_like_nights_are_not_taken_for_any() {
    let shop = Shop::new(150);
    night(&shop, "2026-11-20", &[]);
    for name in ["+2026-11-22", " 2026-11-22", "2026-11-22 ", "20261122", "2026-11-23"] {
        fs::create_dir(shop.path().join("out/runs").join(name)).expect("made");
    }
    shop.write("out/runs/2026-11-22.bak", "mine");
    let copy = shop.path().join("out/runs/2026-11-24");
    fs::create_dir(&copy).expect("made");
    fs::copy(shop.path().join("out/runs/2026-11-20/manifest.json"), copy.join("manifest.json")).expect("copied");
    night(&shop, "2026-11-21", &[]);
    assert_eq!(latest(&shop), "2026-11-21");
    let said = shop.say(&["verify", "--all"]);
    assert_eq!(said.code, 7, "{}", said.stdout);
    for word in [
        "runs/+2026-11-22 is not called as a night is",
        "2026-11-23/manifest.json is missing",
        "2026-11-24/manifest.json is of another night",
    ] {
        assert!(said.stdout.contains(word), "`{word}` is missing in\n{}", said.stdout);
    }
    assert!(!said.stderr.contains("+2026"), "what is not ours is no damage: {}", said.stderr);
    for name in ["2026-11-23", "2026-11-24"] {
        fs::remove_dir_all(shop.path().join("out/runs").join(name)).expect("removed");
    }
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
    night(&shop, "2026-11-22", &[]);
}

/// The one model of a shop.
fn model_file(shop: &Shop) -> String {
    let model = fs::read_dir(shop.path().join("out/models")).expect("models").next().expect("one").expect("an entry");
    format!("out/models/{}/model.json", model.file_name().to_string_lossy())
}

#[test]
fn what_is_edited_by_hand_is_refused_with_what_differs_until_a_person_accepts_it() {
    let shop = Shop::new(150);
    night(&shop, "2026-11-19", &[]);
    assert_eq!(shop.say(&["segments", "rename", "S01", "Loyal"]).code, 0);
    let (model, ledger) = (model_file(&shop), shop.read("out/segments.toml"));
    let written = shop.read(&model);
    let swapped =
        written.replacen("\"S01\"", "\"S99\"", 2).replacen("\"S02\"", "\"S01\"", 2).replacen("\"S99\"", "\"S02\"", 2);
    let everybody = written.replacen("\"S01\"", "\"ALL\"", 1);
    for (file, text, differs) in [
        (model.as_str(), swapped.as_str(), "segment 1: S01"),
        (&model, &everybody, "segment 1: ALL"),
        ("out/segments.toml", "", "S01 = \"Loyal\""),
        ("out/segments.toml", &ledger.replace("Loyal", "Disloyal"), "Disloyal"),
    ] {
        let before = shop.read(file);
        shop.write(file, text);
        for arguments in [&["run", "--as-of", "2026-11-20", "-q"][..], &["verify"], &["check", "--as-of", "2026-11-20"]]
        {
            let said = shop.say(arguments);
            assert_eq!(said.code, 7, "{differs}, {arguments:?}: {}", said.stderr);
            assert!(said.stderr.contains(differs), "{differs}: {}", said.stderr);
        }
        let run = run(&shop, "2026-11-20", &[]);
        assert!(run.stderr.contains("E0714") && run.stderr.contains("valueseg segments accept"), "{}", run.stderr);
        shop.write(file, before);
    }
    night(&shop, "2026-11-20", &[]);
    shop.write(&model, everybody);
    let refused = shop.say(&["segments", "accept"]);
    assert_eq!(refused.code, 7, "no word of a person makes ALL an id: {}", refused.stderr);
    assert!(refused.stderr.contains("E0701"), "{}", refused.stderr);
    shop.write(&model, written);

    fs::remove_file(shop.path().join("out/segments.toml")).expect("removed");
    assert!(run(&shop, "2026-11-21", &[]).stderr.contains("it is missing"));
    let accepted = shop.say(&["segments", "accept"]);
    assert_eq!(accepted.code, 0, "{}", accepted.stderr);
    assert!(accepted.stdout.contains("Loyal") && accepted.stderr.contains("accepted"), "{}", accepted.stdout);
    night(&shop, "2026-11-21", &[]);
    assert!(shop.read("out/segments.toml").contains("id = \"S01\""), "ids are not forgotten");
    assert!(shop.say(&["segments", "lineage"]).stdout.contains("2026-11-20  edits by hand were accepted"));
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
    assert!(shop.say(&["segments", "accept"]).stdout.contains("Nothing differs"));
}

#[test]
fn an_edited_manifest_is_refused_and_made_anew_with_force() {
    let shop = Shop::new(150);
    night(&shop, "2026-11-19", &[]);
    night(&shop, "2026-11-20", &[]);
    let manifest = "out/runs/2026-11-20/manifest.json";
    let before = shop.read(manifest);
    let later = before.replace("valueseg.manifest.1", "valueseg.manifest.2");
    for (text, code) in [(before.replace("\"customers\": 150", "\"customers\": 151"), "E0711"), (later, "E0711")] {
        assert_ne!(text, before);
        shop.write(manifest, &text);
        let said = run(&shop, "2026-11-21", &[]);
        assert_eq!(said.code, 7, "{}", said.stderr);
        assert!(said.stderr.contains(code) && said.stderr.contains("2026-11-20/manifest.json"), "{}", said.stderr);
        assert_eq!(shop.say(&["verify"]).code, 7);
    }
    fs::remove_file(shop.path().join("out/seals.json")).expect("removed");
    let said = run(&shop, "2026-11-21", &[]);
    assert!(
        said.code == 7 && said.stderr.contains("E0715") && said.stderr.contains("later version"),
        "{}",
        said.stderr
    );
    shop.write(manifest, &before);
    night(&shop, "2026-11-21", &[]);
    shop.write(manifest, before.replace("\"customers\": 150", "\"customers\": 151"));
    night(&shop, "2026-11-20", &["--force"]);
    assert!(!shop.read(manifest).contains("\"customers\": 151"));
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
}

#[test]
fn verify_tells_a_run_that_died_between_night_and_link_from_damage() {
    let shop = Shop::new(150);
    night(&shop, "2026-11-19", &[]);
    fs::remove_file(shop.path().join("out/latest")).expect("removed");
    let first = shop.say(&["verify", "--all"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(first.stdout.contains("the next run mends it"), "{}", first.stdout);
    night(&shop, "2026-11-20", &[]);
    let link = shop.path().join("out/latest");
    let point = |target: &str| {
        fs::remove_file(&link).expect("removed");
        std::os::unix::fs::symlink(target, &link).expect("linked");
    };
    point("runs/2026-11-19");
    let said = shop.say(&["verify", "--all", "--json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("latest points to 2026-11-19, and 2026-11-20 is published; the next run mends it"));
    night(&shop, "2026-11-20", &[]);
    assert_eq!(latest(&shop), "2026-11-20");
    point("runs/2026-11-01");
    assert_eq!(shop.say(&["verify"]).code, 7, "no such night");
    point("elsewhere");
    assert_eq!(shop.say(&["verify"]).code, 7);
    assert_eq!(run(&shop, "2026-11-20", &[]).code, 6, "somebody's link is not taken away");
}
