//! Bad inputs by the hundred, made by mutators from a good shop: whatever is done to a file, a night ends within ten seconds
//! and within its memory, published with the bad rows counted or refused with a code, a place and one thing to do. It never
//! panics and never ends as a bug of ours.
//!
//! One mutant of each kind by default; `VALUESEG_MUTANTS=300` for at least that many, `VALUESEG_MUTANT=NAME` for one alone.
//! Same seed, same mutants. A folder of Parquet files of others is read by the ignored test at the end.

mod pages;
mod parquet;
mod places;
mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::shop::{Shop, command};

/// Longest a night may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// `run.memory_limit` of every mutant, in MiB.
const MEMORY_LIMIT: u64 = 256;

/// Most resident memory a night may have taken, in MiB: its limit, and as much again for the program and its libraries.
const MOST_MEMORY: u64 = 2 * MEMORY_LIMIT;

/// Most address space, in KiB: keeps a mutant that gets through from taking the machine with it.
const ADDRESS_SPACE: u64 = 8 << 20;

/// Exit codes that are right for any mutant: published, inputs unusable, held back, not ready, out of memory or disk. Some
/// mutants are of the configuration, too: what a source is, is said there.
const RIGHT: [i32; 6] = [0, 2, 3, 4, 5, 6];

/// A way to spoil a shop.
pub(crate) struct Kind {
    /// What is done, in the names of mutants.
    name: &'static str,
    /// Different mutants there can be; the number of one is handed to `spoil`.
    variants: usize,
    /// Exit codes that are right here.
    right: &'static [i32],
    /// Does it.
    spoil: fn(&Shop, usize, &mut Random),
}

/// Random numbers by splitmix64: the same everywhere and for ever.
pub(crate) struct Random(u64);

impl Random {
    /// Seeded by a name.
    fn of(name: &str) -> Self {
        Self(
            name.bytes()
                .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)),
        )
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below `n`, which is above 0.
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// The files of a shop, taken in turn.
const FILES: [&str; 2] = ["in/customers.csv", "in/survey.csv"];

/// Every kind of mutant.
fn kinds() -> Vec<Kind> {
    [text::kinds(), places::kinds(), parquet::kinds(), pages::kinds()].into_iter().flatten().collect()
}

/// Mutants by number: the first of each kind, the second of each kind, and so on, at least `wanted`.
fn mutants(wanted: usize) -> Vec<(usize, usize)> {
    let kinds = kinds();
    let rounds = kinds.iter().map(|kind| kind.variants).max().unwrap_or(0);
    let mut all = Vec::new();
    for variant in 0..rounds {
        if all.len() >= wanted.max(1) {
            break;
        }
        all.extend((0..kinds.len()).filter(|&kind| variant < kinds[kind].variants).map(|kind| (kind, variant)));
    }
    all
}

/// How a night ended.
struct Seen {
    code: Option<i32>,
    stderr: String,
    took: Duration,
    /// Most resident memory, in MiB.
    memory: u64,
}

/// Runs a night with bounded memory and watches it.
fn night(shop: &Shop) -> Seen {
    let heard = shop.path().join("stderr.txt");
    let program = command();
    let mut bounded = std::process::Command::new("sh");
    bounded.arg("-c").arg(format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" \"$@\"")).arg(program.get_program());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => bounded.env(name, value),
            None => bounded.env_remove(name),
        };
    }
    bounded.arg("-C").arg(shop.path()).args(["run", "--as-of", "2026-11-20"]);
    bounded.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&heard).expect("made"));
    let start = Instant::now();
    let mut child = bounded.spawn().expect("started");
    let mut memory = 0;
    let code = loop {
        memory = memory.max(peak(child.id()));
        match child.try_wait().expect("a child of ours") {
            Some(status) => break status.code(),
            // Twice the patience, so that the message can say by how much.
            None if start.elapsed() > 2 * PATIENCE => {
                child.kill().expect("a child of ours");
                child.wait().expect("a child of ours");
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let stderr = String::from_utf8_lossy(&fs::read(heard).expect("readable")).into_owned();
    Seen { code, stderr, took: start.elapsed(), memory }
}

/// Most memory a process has had, in MiB; 0 where the system does not say.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// What is wrong with the way a night ended, if anything.
fn complaint(shop: &Shop, seen: &Seen, right: &[i32]) -> Option<String> {
    let wrong = |what: &str| Some(format!("{what}\n{}", seen.stderr.chars().take(2000).collect::<String>()));
    let Some(code) = seen.code else { return wrong("killed") };
    if !right.contains(&code) {
        return wrong(&format!("exit {code}"));
    }
    if seen.took > PATIENCE {
        return wrong(&format!("took {:?}", seen.took));
    }
    if seen.memory > MOST_MEMORY {
        return wrong(&format!("took {} MiB", seen.memory));
    }
    if seen.stderr.contains("panicked") {
        return wrong("a panic is seen");
    }
    let published = !shop.has_no_night();
    if published != (code == 0) {
        return wrong(&format!("exit {code}, and a night is published: {published}"));
    }
    if code == 0 {
        return None;
    }
    let said = seen.stderr.lines().find(|line| line.starts_with("error E0"));
    let place = |line: &str| ["in/", "tables.", "sources.", "customers", "ratings"].iter().any(|at| line.contains(at));
    let held = code == 4;
    if !held && !said.is_some_and(place) {
        return wrong("no code and place");
    }
    if !seen.stderr.contains("  do: ") && !held {
        return wrong("nothing to do");
    }
    None
}

/// A shop for one mutant.
fn fresh() -> Shop {
    let shop = Shop::new(120);
    let run = format!("[run]\nthreads = 2\nmemory_limit = \"{MEMORY_LIMIT}MiB\"\n[model]\nsearch = \"quick\"");
    shop.edit("valueseg.toml", "[model]", &run);
    shop
}

/// What happened to all mutants of a kind.
#[derive(Default)]
struct Figures {
    n: usize,
    codes: BTreeMap<i32, usize>,
    slowest: Duration,
    memory: u64,
}

#[expect(clippy::print_stdout, reason = "figures, for those who ask for them with --nocapture")]
fn print(figures: &BTreeMap<&'static str, Figures>) {
    println!("{:<34} {:>4}  {:>7}  {:>6}  exit codes", "kind", "n", "slowest", "MiB");
    let (mut n, mut slowest, mut memory) = (0, Duration::ZERO, 0);
    for (kind, of) in figures {
        println!("{kind:<34} {:>4}  {:>6.2}s  {:>6}  {:?}", of.n, of.slowest.as_secs_f64(), of.memory, of.codes);
        (n, slowest, memory) = (n + of.n, slowest.max(of.slowest), memory.max(of.memory));
    }
    println!("{:<34} {n:>4}  {:>6.2}s  {memory:>6}", "all", slowest.as_secs_f64());
}

/// The settings of these tests are not those of the program.
fn asked_for(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[test]
fn whatever_is_done_to_an_input_a_night_ends_in_time_in_memory_and_with_a_reason() {
    let wanted = asked_for("VALUESEG_MUTANTS").map_or(0, |n| n.parse().expect("a number"));
    let alone = asked_for("VALUESEG_MUTANT");
    let kinds = kinds();
    let name = |(kind, variant): (usize, usize)| format!("{} {variant}", kinds[kind].name);
    let mut mutants = mutants(if alone.is_some() { usize::MAX } else { wanted });
    mutants.retain(|&mutant| alone.as_ref().is_none_or(|alone| name(mutant).starts_with(alone.as_str())));
    assert!(mutants.len() >= wanted, "there are only {} mutants", mutants.len());
    let (next, figures, wrong) = (AtomicUsize::new(0), Mutex::default(), Mutex::new(Vec::new()));
    let work = || {
        while let Some(&(kind, variant)) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            let shop = fresh();
            let name = name((kind, variant));
            (kinds[kind].spoil)(&shop, variant, &mut Random::of(&name));
            let seen = night(&shop);
            if let Some(complaint) = complaint(&shop, &seen, kinds[kind].right) {
                wrong.lock().expect("no panic").push(format!("== {name}: {complaint}"));
            }
            let mut figures: std::sync::MutexGuard<'_, BTreeMap<&'static str, Figures>> =
                figures.lock().expect("no panic");
            let of = figures.entry(kinds[kind].name).or_default();
            of.n += 1;
            *of.codes.entry(seen.code.unwrap_or(-1)).or_default() += 1;
            of.slowest = of.slowest.max(seen.took);
            of.memory = of.memory.max(seen.memory);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    print(&figures.into_inner().expect("no panic"));
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), mutants.len(), wrong.join("\n"));
}

/// `VALUESEG_PARQUET_FOLDER=… cargo test --release --locked -- --ignored --nocapture parquet_files_of_others`.
#[test]
#[ignore = "needs a folder of Parquet files, named by VALUESEG_PARQUET_FOLDER"]
fn parquet_files_of_others_are_read_or_refused() {
    let folder = asked_for("VALUESEG_PARQUET_FOLDER").expect("VALUESEG_PARQUET_FOLDER names a folder");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "parquet"));
    files.sort();
    assert!(!files.is_empty());
    let (mut figures, mut wrong) = (BTreeMap::new(), Vec::new());
    for file in &files {
        let shop = fresh();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let seen = read_all_columns(&shop, file);
        if let Some(complaint) = complaint(&shop, &seen, &[0, 2, 3, 4]) {
            wrong.push(format!("== {name}: {complaint}"));
        }
        let said = seen.stderr.lines().find(|line| line.starts_with("error")).unwrap_or("read").to_owned();
        let of: &mut Figures = figures.entry(&*said.leak()).or_default();
        of.n += 1;
        *of.codes.entry(seen.code.unwrap_or(-1)).or_default() += 1;
        of.slowest = of.slowest.max(seen.took);
        of.memory = of.memory.max(seen.memory);
    }
    print(&figures);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

/// A night that reads every column of the file that is not nested, beside customers of its own.
fn read_all_columns(shop: &Shop, file: &Path) -> Seen {
    fs::copy(file, shop.path().join("in/other.parquet")).expect("copied");
    shop.edit(
        "valueseg.toml",
        "[tables.customers]",
        "[sources.other]\nfiles = \"in/other.parquet\"\n[tables.customers]",
    );
    let counts: Vec<String> = flat_columns(file).iter().map(|name| format!("count(\"{name}\")")).collect();
    let counts = if counts.is_empty() { "count(*)".to_owned() } else { counts.join(" + ") };
    let query = format!(
        "query = '''select c.* from customers c cross join (select {counts} as n from other) t where t.n >= 0'''"
    );
    shop.edit("valueseg.toml", "source = \"customers\"", &query);
    night(shop)
}

/// Columns of a Parquet file that are not nested; none where its footer cannot be read.
fn flat_columns(file: &Path) -> Vec<String> {
    use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
    let Ok(reader) = SerializedFileReader::new(fs::File::open(file).expect("readable")) else { return Vec::new() };
    let fields = reader.metadata().file_metadata().schema_descr().root_schema().get_fields();
    let flat = fields.iter().filter(|field| {
        field.is_primitive() && field.get_basic_info().repetition() != ::parquet::basic::Repetition::REPEATED
    });
    flat.map(|field| field.name().replace('"', "\"\"")).collect()
}
