//! Nothing of others is touched, however a command ends, and nothing of ours is left once the next one has run.
//!
//! Files, folders and links of others are planted beside and among ours, some of them called as ours are. Commands are
//! ended by every signal there is for it, killed, and run under limits too small for them. Then one command more is run,
//! and the trees are compared byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::shop::{Said, Shop, command, said, unsettled};

/// Signals that end a command, with its exit code; `None` = the system ends it.
const SIGNALS: [(i32, Option<i32>); 7] = [
    (libc::SIGHUP, Some(129)),
    (libc::SIGINT, Some(130)),
    (libc::SIGQUIT, Some(131)),
    (libc::SIGTERM, Some(143)),
    (libc::SIGXCPU, Some(152)),
    (libc::SIGXFSZ, Some(153)),
    (libc::SIGKILL, None),
];

/// Longest wait for something that takes moments.
const PATIENCE: Duration = Duration::from_mins(1);

/// A shop with a night, and neighbors planted around it.
struct Street {
    shop: Shop,
    planted: Vec<PathBuf>,
    before: BTreeMap<PathBuf, Vec<u8>>,
}

impl Street {
    fn new(customers: usize) -> Self {
        let shop = Shop::new(customers);
        shop.write("erase.txt", "K00007\n");
        let night = shop.night();
        assert_eq!(night.code, 0, "{}", night.stderr);
        for (name, text) in [
            ("precious/photos/one", "mine"),
            ("out/notes.txt", "mine"),
            ("out/.scratch.bak/rows", "mine"),
            ("out/.staging2/2026-11-19.old", "mine"),
            ("out/runs/+2026-11-22/manifest.json", "{\"run_date\": \"2026-11-22\"}"),
            ("out/runs/2026-11-22.bak", "mine"),
            ("out/runs/2026-11-23/notes", "mine"),
            ("out/held/ 2026-11-22/manifest.json", "{}"),
            ("out/models/notes.txt", "mine"),
            ("tmp/valueseg-check-77-0/rows", "mine"),
            ("tmp/valueseg-check-78-0", "mine"),
            ("tmp/other/rows", "mine"),
        ] {
            shop.write(name, text);
        }
        for name in ["out/elsewhere", "out/runs/2026-11-24", "tmp/valueseg-check-79-0"] {
            symlink(shop.path().join("precious"), shop.path().join(name)).expect("linked");
        }
        let names = ["precious", "out/notes.txt", "out/.scratch.bak", "out/.staging2", "out/runs/+2026-11-22"];
        let more = ["out/runs/2026-11-22.bak", "out/runs/2026-11-23", "out/held/ 2026-11-22", "out/models/notes.txt"];
        let last = ["tmp", "out/elsewhere", "out/runs/2026-11-24"];
        let planted = names.iter().chain(&more).chain(&last).map(|name| shop.path().join(name)).collect();
        let mut street = Self { shop, planted, before: BTreeMap::new() };
        street.before = street.neighbors();
        street
    }

    /// Everything of others, links by what they point to.
    fn neighbors(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        self.planted.iter().for_each(|path| collect(path, &mut found));
        found
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.env("TMPDIR", self.shop.path().join("tmp")).current_dir(self.shop.path()).args(arguments);
        command
    }

    /// The command under a limit as a shell sets it.
    fn limited(&self, limit: &str, arguments: &[&str]) -> Said {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("{limit}; exec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_valueseg")).args(arguments);
        unsettled(&mut shell);
        shell.env("TMPDIR", self.shop.path().join("tmp")).current_dir(self.shop.path());
        said(shell.output().expect("started"))
    }

    /// After one command more nothing of ours is left, and nothing of others is gone or changed.
    fn is_as_before(&self, place: &str) {
        let next = said(self.command(&["check", "--deep", "--as-of", "2026-11-20"]).output().expect("started"));
        assert_eq!(next.code, 0, "{place}: {}", next.stderr);
        let night = said(self.command(&["run", "--as-of", "2026-11-20", "-q"]).output().expect("started"));
        assert_eq!(night.code, 0, "{place}: {}", night.stderr);
        assert!(self.neighbors() == self.before, "{place}: a neighbor is gone, changed or new");
        for name in ["out/.scratch", "out/.staging"] {
            assert!(!self.shop.path().join(name).exists(), "{place}: {name} is left");
        }
        assert_eq!(entries(&self.shop.path().join("out/runs")).len(), 5, "{place}");
    }

    /// A command that is at work: it has made a folder of the kind. One that was quicker than the look at it is begun again.
    fn at_work(&self, arguments: &[&str], folder: &str) -> Child {
        let since = Instant::now();
        loop {
            let mut command = self.command(arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
            let own = format!("valueseg-check-{}-", child.id());
            while child.try_wait().expect("asked").is_none() {
                let found = entries(&self.shop.path().join(folder));
                if found.iter().any(|name| name.starts_with(&own) || name == ".scratch" || name == ".staging") {
                    return child;
                }
            }
            assert!(since.elapsed() < PATIENCE, "it never made a folder to work in");
        }
    }
}

fn collect(path: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let data = fs::symlink_metadata(path).expect("planted");
    if data.is_symlink() {
        found.insert(path.to_owned(), fs::read_link(path).expect("a link").into_os_string().into_encoded_bytes());
    } else if data.is_dir() {
        found.insert(path.to_owned(), Vec::new());
        fs::read_dir(path).expect("a folder").for_each(|entry| collect(&entry.expect("an entry").path(), found));
    } else {
        found.insert(path.to_owned(), fs::read(path).expect("readable"));
    }
}

fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn whatever_ends_a_command_leaves_others_alone_and_nothing_of_ours() {
    let street = Street::new(3000);
    let commands: [(&[&str], &str); 3] = [
        (&["check", "--deep", "--as-of", "2026-11-20"], "tmp"),
        (&["run", "--as-of", "2026-11-20", "--force", "-q"], "out"),
        (&["forget", "--ids-file", "erase.txt"], "out"),
    ];
    for (signal, code) in SIGNALS {
        // Every kind of end, and every command with one that can be told and one that cannot.
        let all = signal == libc::SIGHUP || signal == libc::SIGKILL;
        for (arguments, folder) in commands.iter().take(if all { 3 } else { 1 }) {
            let place = format!("signal {signal} to {arguments:?}");
            // Whom the call before has erased is not there to be erased again.
            street.shop.write("erase.txt", format!("K{:05}\n", 100 + signal));
            let mut child = street.at_work(arguments, folder);
            let pid = child.id().to_string();
            let told = Command::new("kill").arg(format!("-{signal}")).arg(&pid).status().expect("kill is there");
            let ended = child.wait().expect("ended");
            // What was done a moment before it was told so is done.
            let done = ended.code() == Some(0) || !told.success();
            assert!(done || ended.code() == code, "{place}: {ended:?}");
            if code.is_some() {
                let left = entries(&street.shop.path().join("tmp")).into_iter();
                assert_eq!(left.filter(|name| name.contains(&pid)).count(), 0, "{place}: rows are left");
            }
            street.is_as_before(&place);
        }
    }
}

#[test]
fn limits_that_are_too_small_end_with_a_code_and_leave_nothing() {
    let street = Street::new(200);
    for limit in ["ulimit -n 9", "ulimit -n 14", "ulimit -f 1", "ulimit -f 16", "ulimit -v 300000"] {
        for arguments in
            [&["run", "--as-of", "2026-11-20", "--force"][..], &["check", "--deep", "--as-of", "2026-11-20"]]
        {
            let said = street.limited(limit, arguments);
            let place = format!("{limit}, {arguments:?}");
            assert!([0, 6].contains(&said.code), "{place}: exit {}: {}", said.code, said.stderr);
            assert_eq!(said.code == 6, said.stderr.contains("error E0"), "{place}: {}", said.stderr);
            street.is_as_before(&place);
        }
    }
    assert_eq!(street.limited("ulimit -v 300000", &["check"]).code, 6, "the limits are real");
    assert_eq!(street.limited("ulimit -f 1", &["run", "--as-of", "2026-11-20", "--force"]).code, 6);
}

#[test]
fn a_thousand_threads_are_as_many_as_the_machine_can_use() {
    let shop = Shop::new(150);
    let said = shop.say(&["run", "--as-of", "2026-11-20", "--threads", "10000"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stderr.contains("instead of 10000"), "{}", said.stderr);
    let few = Shop::new(150);
    assert_eq!(few.say(&["run", "--as-of", "2026-11-20", "--threads", "1"]).code, 0);
    assert!(shop.read("out/latest/manifest.json") == few.read("out/latest/manifest.json"), "the same night");
}

#[test]
fn folders_of_others_in_the_place_of_ours_are_refused_and_stay_whole() {
    for name in [".scratch", ".staging"] {
        let shop = Shop::new(150);
        shop.write(&format!("out/{name}/notes.txt"), "mine");
        let said = shop.night();
        assert_eq!(said.code, 6, "{}", said.stderr);
        assert!(said.stderr.contains("E0605") && said.stderr.contains(name), "{}", said.stderr);
        assert_eq!(shop.read(&format!("out/{name}/notes.txt")), "mine");
        assert!(shop.has_no_night());

        fs::remove_dir_all(shop.path().join("out")).expect("removed");
        shop.write("precious/photo", "mine");
        fs::create_dir(shop.path().join("out")).expect("made");
        symlink(shop.path().join("precious"), shop.path().join("out").join(name)).expect("linked");
        let said = shop.night();
        assert_eq!(said.code, 6, "{}", said.stderr);
        assert_eq!(shop.read("precious/photo"), "mine");
        fs::remove_file(shop.path().join("out").join(name)).expect("removed");
        assert_eq!(shop.night().code, 0, "moved away, all is well");
    }
}

#[test]
fn results_go_where_everybodys_files_are_only_if_a_person_says_so() {
    let shop = Shop::new(150);
    for place in ["/", "/etc", "/no-such-folder-of-anybody"] {
        shop.edit("valueseg.toml", "[gates]", &format!("[run]\noutput = \"{place}\"\n[gates]"));
        for arguments in [&["run", "--as-of", "2026-11-20"][..], &["check", "--as-of", "2026-11-20"]] {
            let said = shop.say(arguments);
            assert_eq!(said.code, 2, "{place}: {}", said.stderr);
            assert!(said.stderr.contains("E0207") && said.stderr.contains("--allow-output"), "{}", said.stderr);
        }
        shop.edit("valueseg.toml", &format!("[run]\noutput = \"{place}\"\n"), "");
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    symlink(elsewhere.path(), shop.path().join("out")).expect("linked");
    assert_eq!(shop.night().code, 2, "a link leads out of the project");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-20", "--allow-output"]).code, 0);
    assert_eq!(shop.say(&["run", "--as-of", "2026-11-21"]).code, 0, "said once");
}

#[test]
fn a_reader_who_leaves_ends_no_command() {
    let shop = Shop::new(150);
    for arguments in [&["run", "--as-of", "2026-11-20"][..], &["verify", "--all"]] {
        let mut child =
            command().arg("-C").arg(shop.path()).args(arguments).stdout(Stdio::piped()).spawn().expect("started");
        drop(child.stdout.take());
        assert_eq!(child.wait().expect("ended").code(), Some(0), "{arguments:?}");
    }
    assert!(shop.path().join("out/latest/report.html").is_file());
}
