//! What is published is what was read: a file that is replaced, rewritten, cut or continued at any moment of a night gives the
//! old night with the old hash, the new one with the new, or exit 5 and no night at all.
//!
//! 12 moments by default, spread over a night and closer together at its start, where files are read; `VALUESEG_SWAPS=200` for
//! the check before a release.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use valueseg::tables::manifest::Manifest;

use crate::shop::{Said, Shop, command, said, tables};

const ORDERS: &str = "in/orders.csv";
const ROWS: usize = 40_000;
const BEFORE: &str = "2026-11-20";
const TONIGHT: &str = "2026-11-21";

/// Name and bytes of the tables of a night.
type Tables = Vec<(String, Vec<u8>)>;

/// What is done to the file.
#[derive(Clone, Copy, Debug)]
enum Swap {
    /// Another file takes its place by renaming.
    Replaced,
    /// Other bytes take the place of its own, and its time of writing is put back.
    Rewritten,
    /// Its second half goes.
    Cut,
    /// As much again is added.
    Continued,
}

const SWAPS: [Swap; 4] = [Swap::Replaced, Swap::Rewritten, Swap::Cut, Swap::Continued];

impl Swap {
    /// The file after it.
    fn after(self) -> String {
        match self {
            Self::Replaced | Self::Rewritten => orders(3),
            Self::Cut => orders(1)[..head().len() + ROWS / 2 * line(0, 1).len()].to_owned(),
            Self::Continued => orders(1) + &orders(3)[head().len()..],
        }
    }

    fn deal(self, path: &Path) {
        let after = self.after();
        let before = fs::metadata(path).expect("there");
        let open = || File::options().write(true).open(path).expect("writable");
        match self {
            Self::Replaced => {
                let late = path.with_extension("late");
                fs::write(&late, after).expect("written");
                fs::rename(late, path).expect("renamed");
            }
            Self::Rewritten => {
                let file = open();
                file.write_all_at(after.as_bytes(), 0).expect("written");
                file.set_modified(before.modified().expect("a time")).expect("put back");
            }
            Self::Cut => open().set_len(after.len() as u64).expect("cut"),
            Self::Continued => {
                let mut file = File::options().append(true).open(path).expect("writable");
                let more = &after.as_bytes()[usize::try_from(before.len()).expect("small")..];
                file.write_all(more).expect("written");
            }
        }
    }
}

fn head() -> &'static str {
    "customer_id,ordered_at,amount\n"
}

fn line(i: usize, amount: u8) -> String {
    format!("K{:05},2026-11-{:02},{amount}\n", i % 120, 1 + i % 19)
}

fn orders(amount: u8) -> String {
    let mut text = head().to_owned();
    (0..ROWS).for_each(|i| write!(text, "{}", line(i, amount)).expect("a String"));
    text
}

/// A shop with a night, whose model the next one goes on using.
fn shop() -> Shop {
    let shop = Shop::new(120);
    shop.write(ORDERS, orders(1));
    let more =
        "[run]\nthreads = 2\n[sources.orders]\nfiles = \"in/orders.csv\"\n[tables.orders]\nsource = \"orders\"\n";
    shop.edit("valueseg.toml", "[model]", &format!("{more}[model]\nsearch = \"quick\""));
    let first = shop.say(&["run", "--as-of", BEFORE]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    shop
}

/// Runs the night; `swap` is dealt so long after its start.
fn night(shop: &Shop, swap: Option<(Swap, Duration)>) -> Said {
    let mut command = command();
    command.arg("-C").arg(shop.path()).args(["run", "--as-of", TONIGHT, "--quiet"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("started");
    if let Some((swap, moment)) = swap {
        sleep(moment);
        swap.deal(&shop.path().join(ORDERS));
    }
    said(child.wait_with_output().expect("ended"))
}

/// The hash that the manifest of tonight gives the file, and the tables; `None` = there is no such night.
fn published(shop: &Shop) -> Option<(String, Tables)> {
    let run = shop.path().join("out/runs").join(TONIGHT);
    let manifest = Manifest::read(&run).expect("readable")?;
    let inputs = manifest.identity.inputs;
    let hash = inputs.iter().find(|file| file.path == ORDERS).expect("it was read").sha256.clone();
    Some((hash, tables(&run)))
}

/// An undisturbed night of this content.
fn undisturbed(base: &Shop, content: &str) -> (String, Tables) {
    let shop = base.copied();
    shop.write(ORDERS, content);
    let said = night(&shop, None);
    assert_eq!(said.code, 0, "{}", said.stderr);
    published(&shop).expect("published")
}

#[test]
fn a_file_swapped_at_any_moment_of_a_night_gives_one_of_both_nights_or_a_retry() {
    let wanted: usize = std::env::var("VALUESEG_SWAPS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let base = shop();
    let before = tables(&base.path().join("out/runs").join(BEFORE));
    let start = Instant::now();
    let old = undisturbed(&base, &orders(1));
    let length = start.elapsed();
    let mut new = BTreeMap::new();
    let mut ends: BTreeMap<&str, usize> = BTreeMap::new();
    for number in 0..wanted {
        let kind = number % SWAPS.len();
        let (swap, share) = (SWAPS[kind], (number as f64 + 0.5) / wanted as f64);
        let moment = length.mul_f64(share * share.sqrt());
        let place = format!("{swap:?} after {moment:?} of {length:?}");
        let shop = base.copied();
        let said = night(&shop, Some((swap, moment)));
        let new = new.entry(kind).or_insert_with(|| undisturbed(&base, &swap.after()));
        let end = match (said.code, published(&shop)) {
            (0, Some(night)) if night == old => "old",
            (0, Some(night)) if night == *new => "new",
            (5, None) if said.stderr.contains("E0503") => "retry",
            (code, night) => {
                let hash = night.map(|(hash, _)| hash == new.0);
                panic!("{place}: exit {code}, of the new hash: {hash:?}\n{}", said.stderr)
            }
        };
        *ends.entry(end).or_default() += 1;
        assert!(tables(&shop.path().join("out/runs").join(BEFORE)) == before, "{place}: the night before is another");
        let again = night(&shop, None);
        assert_eq!(again.code, 0, "{place}: {}", again.stderr);
        assert!(published(&shop).as_ref() == Some(new), "{place}: what was delivered does not arrive");
    }
    assert!(ends.contains_key("retry"), "no swap met a night: {ends:?}");
}
