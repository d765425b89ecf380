//! What is no file is refused at once in place of any file that is read or written: a named pipe would be waited for, a device
//! never ends, and what the system makes up is no data.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::shop::{Said, Shop, command, said};

/// Longer than any refusal takes, and shorter than somebody's patience.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the command says, which has to end by itself.
fn ends(shop: &Shop, arguments: &[&str]) -> Said {
    let mut command = command();
    command.arg("-C").arg(shop.path()).args(arguments).current_dir(shop.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    let start = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().expect("killed");
            panic!("{arguments:?} waits");
        }
        sleep(Duration::from_millis(20));
    }
    said(child.wait_with_output().expect("ended"))
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo is there").success());
}

/// Puts something else in the place of a file, and gives what it is called.
fn stand_in(path: &Path, which: usize) -> &'static str {
    if path.exists() {
        fs::remove_file(path).expect("removed");
    }
    match which {
        0 => pipe(path),
        1 => symlink("/dev/zero", path).expect("a link"),
        _ => symlink("/proc/self/status", path).expect("a link"),
    }
    ["a named pipe", "a device", "made up by the system"][which]
}

/// A shop with a night, a list of the forgotten, and words of its own.
fn shop() -> Shop {
    let shop = Shop::new(120);
    shop.write("own/elements.toml", "");
    shop.write("ids.txt", "K00007\n");
    shop.edit("valueseg.toml", "[project]", "[project]\ncatalogue = \"own\"");
    shop.edit("valueseg.toml", "[model]", "[model]\nsearch = \"quick\"");
    let first = shop.say(&["run", "--as-of", "2026-11-20"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let forgot = shop.say(&["forget", "--ids-file", shop.path().join("ids.txt").to_str().expect("UTF-8")]);
    assert_eq!(forgot.code, 0, "{}", forgot.stderr);
    shop
}

fn model_file(shop: &Shop) -> String {
    let mut models =
        fs::read_dir(shop.path().join("out/models")).expect("models").map(|entry| entry.expect("one").path());
    let folder = models.find(|folder| folder.join("model.json").is_file()).expect("a model");
    folder.join("model.json").strip_prefix(shop.path()).expect("below").to_str().expect("UTF-8").to_owned()
}

#[test]
fn what_is_no_file_is_refused_at_once_wherever_a_file_is_read_or_written() {
    let base = shop();
    let model = model_file(&base);
    let run: &[&str] = &["run", "--as-of", "2026-11-21", "--quiet"];
    let forget: &[&str] = &["forget", "--ids-file", "ids.txt"];
    let cases: [(&str, &[&str], &str, i32); 11] = [
        ("in/customers.csv", run, "E0315", 3),
        ("in/survey.csv", &["check"], "E0315", 3),
        ("valueseg.toml", run, "E0202", 2),
        ("own/elements.toml", run, "E0251", 2),
        ("ids.txt", forget, "E0315", 3),
        ("answers.toml", &["init", "new", "--answers", "answers.toml"], "E0202", 2),
        ("out/forgotten.json", run, "E0603", 6),
        ("out/segments.toml", run, "E0603", 6),
        ("out/.lock", run, "E0605", 6),
        ("valueseg.lock", run, "E0603", 6),
        (&model, run, "E0714", 7),
    ];
    for (file, arguments, code, exit) in cases {
        for which in 0..3 {
            let shop = base.copied();
            let what = stand_in(&shop.path().join(file), which);
            let said = ends(&shop, arguments);
            assert_eq!(said.code, exit, "{file} as {what}: {}", said.stderr);
            assert!(said.stderr.contains(code), "{file} as {what}: {}", said.stderr);
            // What must be ours is refused as not ours, or as altered, whatever it is.
            let told = ["E0605", "E0714"].contains(&code) || said.stderr.contains(what);
            assert!(told, "{file} as {what}: `{what}` is missing in:\n{}", said.stderr);
            assert!(!shop.path().join("out/runs/2026-11-21").exists(), "{file} as {what}: a night was published");
        }
    }
}

#[test]
fn a_pipe_in_a_folder_of_data_is_refused_and_the_lock_is_free_again() {
    let shop = Shop::new(120);
    shop.edit("valueseg.toml", "in/survey*.csv", "in/surveys");
    shop.edit("valueseg.toml", "[model]", "[model]\nsearch = \"quick\"");
    fs::create_dir(shop.path().join("in/surveys")).expect("made");
    fs::rename(shop.path().join("in/survey.csv"), shop.path().join("in/surveys/a.csv")).expect("moved");
    pipe(&shop.path().join("in/surveys/b.csv"));
    let refused = ends(&shop, &["run", "--as-of", "2026-11-20"]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("in/surveys/b.csv") && shop.has_no_night(), "{}", refused.stderr);
    fs::remove_file(shop.path().join("in/surveys/b.csv")).expect("removed");
    let night = ends(&shop, &["run", "--as-of", "2026-11-20"]);
    assert_eq!(night.code, 0, "{}", night.stderr);
}
