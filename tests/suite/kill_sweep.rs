//! Nothing is lost, whenever a process ends: a run is killed or told to stop before one call after another that would
//! change a file, or such a call fails, and is run again.
//!
//! After the blow every published night is whole, `latest` is one of them (there is none only before the first), and the
//! next run succeeds without a hand from anybody, with the same bytes as one that was never disturbed. [`supervised`] says
//! how a process is stopped at a call without any privilege.
//!
//! 30 points by default, spread over the scenarios; `VALUESEG_KILL_POINTS=300` for the check before a release. A fifth of
//! the points lies anywhere, the others outside the scratch folder, where a blow could do harm.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use valueseg::tables::manifest::Manifest;

use crate::shop::{Shop, command};
use crate::supervised::{self, Call, Ended, Fault};

/// Something that is done to a shop.
struct Scenario {
    name: &'static str,
    arguments: Vec<String>,
    /// The shop before it, and whether it has a night by then.
    before: Shop,
    has_night: bool,
    /// The output folder after it, undisturbed.
    wanted: BTreeMap<PathBuf, Vec<u8>>,
    /// Calls that change files, undisturbed.
    calls: Vec<Call>,
}

/// A small shop whose model is found quickly.
fn shop() -> Shop {
    let shop = Shop::new(120);
    shop.edit("valueseg.toml", "[model]", "[run]\nthreads = 1\nkeep_nights = 2\n[model]\nsearch = \"quick\"");
    shop
}

fn run_on(folder: &Path, arguments: &[String]) -> Command {
    let mut command = command();
    command.arg("-C").arg(folder).args(arguments).arg("--quiet").stderr(Stdio::null());
    command
}

fn done(shop: &Shop, arguments: &[&str]) {
    let said = shop.say(arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.stderr);
}

fn scenarios() -> Vec<Scenario> {
    let empty = shop();
    let replaced = shop();
    done(&replaced, &["run", "--as-of", "2026-11-20"]);
    done(&replaced, &["run", "--as-of", "2026-11-21"]);
    replaced.edit("in/survey.csv", "K00003,2026-10-04,", "K00003,2026-10-03,");
    let pruned = shop();
    for date in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        done(&pruned, &["run", "--as-of", date]);
    }
    let forgetting = shop();
    done(&forgetting, &["run", "--as-of", "2026-11-20"]);
    done(&forgetting, &["run", "--as-of", "2026-11-21"]);
    forgetting.write("erase.txt", "K00009\n");
    // The first call draws the salt, which differs from shop to shop.
    done(&forgetting, &["forget", "--ids-file", forgetting.path().join("erase.txt").to_str().expect("UTF-8")]);
    forgetting.write("erase.txt", "K00007\nK00011\n");
    let run = |date: &str| ["run", "--as-of", date].map(str::to_owned).to_vec();
    vec![
        scenario("the first night", empty, run("2026-11-20"), false),
        scenario("a night replaced", replaced, run("2026-11-21"), true),
        scenario("a night that ends the time of another", pruned, run("2026-11-21"), true),
        scenario("forgetting", forgetting, ["forget", "--ids-file", "erase.txt"].map(str::to_owned).to_vec(), true),
    ]
}

fn scenario(name: &'static str, before: Shop, arguments: Vec<String>, has_night: bool) -> Scenario {
    let folder = copied(before.path());
    let ended = blow(folder.path(), &arguments, Fault::None);
    assert_eq!(ended.code, Some(0), "{name}");
    assert!(ended.calls.len() > 20, "{name}: only {} calls change files", ended.calls.len());
    Scenario { name, arguments, before, has_night, wanted: tree(&folder.path().join("out")), calls: ended.calls }
}

/// The shop in another folder, under the same name of every file.
fn copied(shop: &Path) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let status = Command::new("cp").arg("-a").arg(shop.join(".")).arg(folder.path()).status();
    assert!(status.expect("cp is there").success());
    folder
}

fn blow(folder: &Path, arguments: &[String], fault: Fault) -> Ended {
    supervised::run(run_on(folder, arguments).current_dir(folder), &folder.join("out"), fault)
}

/// Every file and link below a folder, but what is no result: the lock, and receipts, which count what one call did.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(here) = open.pop() {
        for entry in fs::read_dir(&here).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(folder).expect("below").to_owned();
            if path.is_symlink() {
                found.insert(name, fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes());
            } else if path.is_dir() {
                open.push(path);
            } else if ![Path::new(".lock"), Path::new("erasures.jsonl")].contains(&name.as_path()) {
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

/// Every night is whole, and `latest` is one of them.
fn nights_are_whole(out: &Path, has_night: bool, place: &str) {
    let mut whole = Vec::new();
    for entry in fs::read_dir(out.join("runs")).into_iter().flatten() {
        let folder = entry.expect("an entry").path();
        let manifest = Manifest::read(&folder).unwrap_or_else(|error| panic!("{place}: {error}"));
        let manifest = manifest.unwrap_or_else(|| panic!("{place}: {} has no manifest", folder.display()));
        let damages = manifest.verify(&folder).expect("readable");
        assert!(damages.is_empty(), "{place}: {} is torn: {damages:?}", folder.display());
        whole.push(folder.canonicalize().expect("there"));
    }
    match out.join("latest").canonicalize() {
        Ok(latest) => assert!(whole.contains(&latest), "{place}: latest is no whole night"),
        Err(_) => assert!(!has_night, "{place}: latest is missing"),
    }
}

impl Scenario {
    /// Deals the blow, looks, runs again and looks again; gives how the first run ended.
    fn survives(&self, fault: Fault, number: usize) -> Ended {
        let place = format!("{}, {fault:?} at {:?}", self.name, self.calls.get(number));
        let folder = copied(self.before.path());
        let out = folder.path().join("out");
        let ended = blow(folder.path(), &self.arguments, fault);
        nights_are_whole(&out, self.has_night, &place);
        if matches!(fault, Fault::Signal(..)) {
            for name in [".scratch", ".staging"] {
                assert!(!out.join(name).exists(), "{place}: {name} is left");
            }
        }
        let mut again = run_on(folder.path(), &self.arguments);
        let again = again.current_dir(folder.path()).stderr(Stdio::piped()).output().expect("started");
        let said = String::from_utf8_lossy(&again.stderr);
        assert_eq!(again.status.code(), Some(0), "{place}: the run after says {said}");
        nights_are_whole(&out, true, &place);
        let now = tree(&out);
        for (name, bytes) in &self.wanted {
            assert!(now.get(name) == Some(bytes), "{place}: {} differs after the run after", name.display());
        }
        let more: Vec<&PathBuf> = now.keys().filter(|name| !self.wanted.contains_key(*name)).collect();
        assert!(more.is_empty(), "{place}: {more:?} are left over");
        ended
    }

    /// At most `n` calls, spread evenly: every fifth among all, the others among those outside the scratch folder.
    fn points(&self, n: usize) -> Vec<usize> {
        let all: Vec<usize> = (0..self.calls.len()).collect();
        let scratch = |number: &usize| self.calls[*number].path.components().any(|part| part.as_os_str() == ".scratch");
        let outside: Vec<usize> = all.iter().copied().filter(|number| !scratch(number)).collect();
        let spread = |of: &[usize], n: usize| -> Vec<usize> {
            if n >= of.len() { of.to_vec() } else { (0..n).map(|i| of[(2 * i + 1) * of.len() / (2 * n)]).collect() }
        };
        let mut points = [spread(&all, n / 5), spread(&outside, n - n / 5)].concat();
        points.sort_unstable();
        points.dedup();
        points
    }
}

fn wanted_points() -> usize {
    std::env::var("VALUESEG_KILL_POINTS").ok().and_then(|text| text.parse().ok()).unwrap_or(30)
}

#[test]
fn a_process_killed_anywhere_tears_nothing_and_the_next_run_makes_it_good() {
    let scenarios = scenarios();
    let mut killed = 0;
    for scenario in &scenarios {
        for number in scenario.points(wanted_points().div_ceil(scenarios.len())) {
            let ended = scenario.survives(Fault::Kill(number), number);
            killed += usize::from(ended.code.is_none());
        }
    }
    let calls: usize = scenarios.iter().map(|scenario| scenario.calls.len()).sum();
    assert!(killed * 10 >= wanted_points().min(calls) * 9, "only {killed} of {} runs were killed", wanted_points());
}

#[test]
fn a_signal_anywhere_leaves_no_rows_and_the_next_run_makes_it_good() {
    let signals = [libc::SIGHUP, libc::SIGQUIT, libc::SIGXFSZ, libc::SIGTERM];
    let scenarios = scenarios();
    let share = wanted_points().div_ceil(2 * scenarios.len());
    let mut stopped = 0;
    for (i, scenario) in scenarios.iter().enumerate() {
        for (j, number) in scenario.points(share).into_iter().enumerate() {
            let signal = signals[(i + j) % signals.len()];
            let ended = scenario.survives(Fault::Signal(number, signal), number);
            // A night that was becoming visible is carried through.
            let code = ended.code.expect("a signal that is heard ends nothing by itself");
            assert!([0, 128 + signal].contains(&code), "{}, signal {signal}: exit {code}", scenario.name);
            stopped += usize::from(code != 0);
        }
    }
    assert!(stopped > 0, "no run was stopped");
}

#[test]
fn a_disk_that_is_full_or_broken_is_exit_6_and_the_last_night_stays() {
    let scenarios = scenarios();
    let share = wanted_points().div_ceil(2 * scenarios.len());
    for scenario in &scenarios {
        for (i, number) in scenario.points(share).into_iter().enumerate() {
            for fault in [Fault::FailFrom(number, libc::ENOSPC), Fault::Fail(number, libc::EIO)] {
                let ended = scenario.survives(fault, number);
                let call = &scenario.calls[number];
                // What is only cleared away late, done after the night is live, or done by copying where a link is refused,
                // is no reason to call a night off.
                let removes = call.name.starts_with("unlink") || call.name == "rmdir" || call.name.starts_with("link");
                let live =
                    scenario.calls[..number].iter().any(|call| call.name.starts_with("rename") && is_run(&call.path));
                let fine = ended.code == Some(6) || ended.code == Some(0) && (removes || live);
                assert!(fine, "{}, point {i}, {fault:?} at {call:?}: exit {:?}", scenario.name, ended.code);
            }
        }
    }
}

/// Whether a rename of this folder out of `.staging` made a night visible.
fn is_run(path: &Path) -> bool {
    path.parent().is_some_and(|parent| parent.ends_with(".staging")) && !path.ends_with("latest")
}
