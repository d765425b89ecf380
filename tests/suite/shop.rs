//! A small shop for tests: files, a configuration and the command run on them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Elements the shop asks for.
pub(crate) const ASKED: [&str; 8] = [
    "saves_time",
    "simplifies",
    "reduces_cost",
    "quality",
    "variety",
    "rewards_me",
    "reduces_risk",
    "fun_entertainment",
];

/// A shop in a folder that goes away with it.
pub(crate) struct Shop {
    folder: TempDir,
}

/// What the command said.
pub(crate) struct Said {
    /// Exit code.
    pub code: i32,
    /// The answer.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
}

impl Shop {
    /// A shop of `customers` customers in two clear groups, who rated eight elements from 1 to 5.
    pub(crate) fn new(customers: usize) -> Self {
        let shop = Self { folder: TempDir::new().expect("a temporary folder") };
        shop.write("in/customers.csv", customer_lines(customers));
        shop.write("in/survey.csv", survey_lines(customers));
        shop.write("valueseg.toml", CONFIG);
        shop
    }

    /// The same shop in another folder.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self { folder: TempDir::new().expect("a temporary folder") };
        let status = Command::new("cp").arg("-a").arg(self.path().join(".")).arg(copy.path()).status();
        assert!(status.expect("cp is there").success());
        copy
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("readable")
    }

    /// Replaces `from`, which has to be there, by `to` in a file.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not contain {from}");
        self.write(name, text.replacen(from, to, 1));
    }

    pub(crate) fn say(&self, arguments: &[&str]) -> Said {
        said(command().arg("-C").arg(self.path()).args(arguments).output().expect("started"))
    }

    pub(crate) fn night(&self) -> Said {
        self.say(&["run", "--as-of", "2026-11-20"])
    }

    /// Nothing of a night is visible.
    pub(crate) fn has_no_night(&self) -> bool {
        let runs = self.path().join("out/runs");
        let nights = fs::read_dir(runs).map_or(0, Iterator::count);
        nights == 0 && fs::symlink_metadata(self.path().join("out/latest")).is_err()
    }
}

/// The program, untouched by the environment the tests run in.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_valueseg"));
    unsettled(&mut command);
    command
}

/// What this program was told by its environment is not for the command.
pub(crate) fn unsettled(command: &mut Command) {
    command.env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("VALUESEG_")) {
        command.env_remove(name);
    }
}

pub(crate) fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Every file below a folder, links not followed.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

/// Bytes of every table of a night, by name.
pub(crate) fn tables(run: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(run.join("tables")).expect("tables").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    files.iter().map(|path| (name(path), fs::read(path).expect("readable"))).collect()
}

const CONFIG: &str = r#"
[project]
name = "corner shop"
[sources.customers]
files = "in/customers.csv"
[sources.survey]
files = "in/survey*.csv"
[tables.customers]
source = "customers"
[tables.ratings]
source = "survey"
wide = { id = "who", aspect = "importance", asked_at = "day", scale = [1, 5], elements = { saves_time = "q_time", simplifies = "q_simple", reduces_cost = "q_cost", quality = "q_quality", variety = "q_variety", rewards_me = "q_rewards", reduces_risk = "q_risk", fun_entertainment = "q_fun" } }
[model]
segments = 2
min_respondents = 20
[gates]
max_rejected_share = 0.05
"#;

fn customer_lines(customers: usize) -> String {
    let mut text = String::from("customer_id,consent_profiling,consent_email,country\n");
    for i in 0..customers {
        writeln!(text, "K{i:05},yes,{},FR", if i % 3 == 0 { "no" } else { "yes" }).expect("a String");
    }
    text
}

/// Two groups: those who want time and ease, and those who want low cost and rewards.
fn survey_lines(customers: usize) -> String {
    survey_with(customers, 12_345, |i, item| if (i % 2 == 0) == (item < 2) { 4 } else { 2 })
}

/// Answers to the questions of [`ASKED`], each at most two beside what the customer of this number wants.
pub(crate) fn survey_with(customers: usize, noise: u64, wanted: impl Fn(usize, usize) -> i64) -> String {
    let mut text = String::from("who,day,q_time,q_simple,q_cost,q_quality,q_variety,q_rewards,q_risk,q_fun\n");
    let mut noise = noise;
    for i in 0..customers {
        write!(text, "K{i:05},2026-10-{:02}", 1 + i % 28).expect("a String");
        for item in 0..ASKED.len() {
            // A small linear congruential generator: any fixed noise will do.
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let jitter = i64::try_from(noise >> 62).expect("two bits") - 1;
            write!(text, ",{}", (wanted(i, item) + jitter).clamp(1, 5)).expect("a String");
        }
        text.push('\n');
    }
    text
}
