//! The same inputs, seed and configuration give the same bytes, whatever the machine does with them.

use std::fs;

use crate::shop::{Shop, command, said, tables};

#[test]
fn one_two_and_eight_threads_and_one_or_seven_files_write_the_same_tables() {
    let shop = Shop::new(1);
    let demo = shop.path().join("demo");
    let made = said(command().args(["demo", "--customers", "1500", "--quiet"]).arg(&demo).output().expect("started"));
    assert_eq!(made.code, 0, "{}", made.stderr);
    let night = |out: &str, threads: &str| {
        let said = said(
            command()
                .arg("-C")
                .arg(&demo)
                .args(["run", "--as-of", "2026-11-20", "--first-night", "--threads", threads, "--quiet"])
                .env("VALUESEG_RUN__OUTPUT", format!("'{out}'"))
                .output()
                .expect("started"),
        );
        assert_eq!(said.code, 0, "{}", said.stderr);
        tables(&demo.join(out).join("runs/2026-11-20"))
    };
    let one = night("one", "1");
    assert_eq!(one.len(), 21);
    assert!(one == night("two", "2"), "two threads");
    assert!(one == night("eight", "8"), "eight threads");

    split(&demo.join("in/survey-wave1.csv"), 7);
    let config = fs::read_to_string(demo.join("valueseg.toml")).expect("made by the demo");
    fs::write(demo.join("valueseg.toml"), config.replace("survey-wave1.csv", "survey-wave1*.csv")).expect("written");
    let seven = night("seven", "2");
    for ((name, whole), (_, parts)) in one.iter().zip(&seven) {
        // `quality` counts rows by file and so may differ; all that is said of customers may not.
        assert!(name == "quality.parquet" || whole == parts, "{name} differs with seven files");
    }
}

/// Replaces a CSV file by `parts` files with the same header.
fn split(path: &std::path::Path, parts: usize) {
    let text = fs::read_to_string(path).expect("made by the demo");
    let (header, rest) = text.split_once('\n').expect("a header");
    let lines: Vec<&str> = rest.lines().collect();
    for (number, part) in lines.chunks(lines.len().div_ceil(parts)).enumerate() {
        let name = path.with_file_name(format!("survey-wave1-{number}.csv"));
        fs::write(name, format!("{header}\n{}\n", part.join("\n"))).expect("written");
    }
    fs::remove_file(path).expect("removed");
}

#[test]
fn the_same_night_twice_is_published_once() {
    let shop = Shop::new(200);
    assert_eq!(shop.night().code, 0);
    let manifest = shop.path().join("out/runs/2026-11-20/manifest.json");
    let before = fs::metadata(&manifest).and_then(|data| data.modified()).expect("published");
    let again = shop.night();
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("already published"), "{}", again.stdout);
    assert_eq!(fs::metadata(&manifest).and_then(|data| data.modified()).expect("published"), before);
    let forced = shop.say(&["run", "--as-of", "2026-11-20", "--force"]);
    assert_eq!(forced.code, 0, "{}", forced.stderr);
}
