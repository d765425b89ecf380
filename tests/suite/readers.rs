//! Readers of `latest` see a whole night, whatever is being published meanwhile.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use valueseg::tables::manifest::Manifest;

use crate::shop::Shop;

const NIGHTS: usize = 20;
const READS: usize = 2000;
const READERS: usize = 4;

/// Reads the night that `latest` points to: the link once, then every file against the manifest. `None` = there is none.
fn whole_night(out: &Path) -> Option<(String, bool)> {
    let folder = out.join(std::fs::read_link(out.join("latest")).ok()?);
    let manifest = Manifest::read(&folder).expect("readable").expect("a night has a manifest");
    Some((manifest.run_date.clone(), manifest.verify(&folder).expect("readable").is_empty()))
}

#[test]
fn two_thousand_reads_of_latest_while_twenty_nights_are_published_see_whole_nights() {
    let shop = Shop::new(120);
    shop.edit("valueseg.toml", "[model]", "[model]\nsearch = \"quick\"");
    let out = shop.path().join("out");
    let (reads, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let seen: Vec<Vec<String>> = std::thread::scope(|scope| {
        let read = || {
            let mut nights = Vec::new();
            while !done.load(Ordering::Relaxed) || reads.load(Ordering::Relaxed) < READS {
                let Some((night, whole)) = whole_night(&out) else {
                    std::thread::yield_now();
                    continue;
                };
                assert!(whole, "half of {night} was read");
                assert!(nights.last().is_none_or(|last| *last <= night), "{night} came after a later one");
                reads.fetch_add(1, Ordering::Relaxed);
                if nights.last() != Some(&night) {
                    nights.push(night);
                }
            }
            nights
        };
        let readers: Vec<_> = (0..READERS).map(|_| scope.spawn(read)).collect();
        for night in 1..=NIGHTS {
            let said = shop.say(&["run", "--as-of", &format!("2026-11-{night:02}"), "--quiet"]);
            assert_eq!(said.code, 0, "{}", said.stderr);
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().map(|reader| reader.join().expect("no reader failed")).collect()
    });
    assert!(reads.into_inner() >= READS);
    // Fast as they are, they have seen many of the nights come.
    let different = seen.iter().map(Vec::len).max().unwrap_or(0);
    assert!(different > NIGHTS / 2, "a reader saw only {different} nights");
}
