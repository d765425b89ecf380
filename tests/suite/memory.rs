//! `run.memory_limit` holds: a process takes at most 15 % more, and what the program itself takes, whatever comes in. What does
//! not fit ends with the code that says so. `VALUESEG_MEMORY_SCALE=10` for ten times as much data.

use std::fmt::Write as _;
use std::fs;
use std::process::{Output, Stdio};
use std::time::Duration;

use crate::shop::{Said, Shop, command, said};

/// The smallest limit there is.
const LIMIT: u64 = 256 << 20;

/// What the program takes beside the memory it plans with: itself, stacks, what the allocator keeps.
const BASE: u64 = 64 << 20;

fn scale() -> usize {
    std::env::var("VALUESEG_MEMORY_SCALE").ok().and_then(|n| n.parse().ok()).unwrap_or(1)
}

/// A shop with one more source and table.
fn shop(source: &str, table: &str) -> Shop {
    let shop = Shop::new(40);
    let config = shop.read("valueseg.toml");
    let run = "[run]\nmemory_limit = \"256MiB\"\nquery_timeout = \"10s\"\n";
    shop.write("valueseg.toml", format!("{config}\n[sources.x]\nfiles = \"in/x.csv\"\n{table}\n{run}"));
    shop.write("in/x.csv", source);
    shop
}

/// Reads everything and gives what was said and the most memory that the process took, in bytes.
fn measured(shop: &Shop, arguments: &[&str]) -> (Said, u64) {
    let mut child = command()
        .args(arguments)
        .args(["--as-of", "2026-11-20", "-C"])
        .arg(shop.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    // The mark only rises; what is missed is what the last moments add.
    while child.try_wait().expect("its own child").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|mark| mark.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        most = most.max(kilobytes.unwrap_or(0) << 10);
        std::thread::sleep(Duration::from_millis(3));
    }
    let output: Output = child.wait_with_output().expect("ended");
    (said(output), most)
}

/// Holds a shop to its limit; it may end well, or for want of memory or time, or before more text is made than fits.
fn hold(name: &str, shop: &Shop) {
    hold_in(name, shop, &["check", "--deep"]);
}

fn hold_in(name: &str, shop: &Shop, arguments: &[&str]) {
    let (said, most) = measured(shop, arguments);
    let told = ["E0331", "E0340", "E0335"].iter().any(|code| said.stdout.contains(code) || said.stderr.contains(code));
    assert!(said.code == 0 || told, "{name}: {} {}{}", said.code, said.stdout, said.stderr);
    let allowed = LIMIT + LIMIT * 15 / 100 + BASE;
    assert!(most > 1 << 20 && most <= allowed, "{name}: {} MiB of {} MiB", most >> 20, allowed >> 20);
}

fn lines(head: &str, n: usize, line: impl Fn(usize) -> String) -> String {
    let mut text = format!("{head}\n");
    for i in 0..n * scale() {
        let _ = writeln!(text, "{}", line(i));
    }
    text
}

/// A word that comes once.
fn word(i: usize) -> String {
    format!("w{:x}", (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

#[test]
fn texts_of_many_words_and_long_texts_stay_within_the_limit() {
    let feedback = "[tables.feedback]\nsource = \"x\"";
    let words = |i: usize| (0..60).map(|w| word(i * 60 + w)).collect::<Vec<_>>().join(" ");
    let texts = lines("customer_id,at,text", 10_000, |i| format!("K{:05},2026-11-01,{}", i % 40, words(i)));
    hold("many words", &shop(&texts, feedback));
    let long = "quality is fine and it came late ".repeat(600);
    let texts = lines("customer_id,at,text", 1_500, |i| format!("K{:05},2026-11-01,{}{long}", i % 40, word(i)));
    hold("long texts", &shop(&texts, feedback));
}

#[test]
fn long_ids_stay_within_the_limit() {
    let ids = lines("customer_id", 60_000, |i| format!("{i:09}{}", "x".repeat(600)));
    hold(
        "long ids",
        &shop(&ids, "[[tables.orders]]\nquery = \"select customer_id, '2026-11-01' as ordered_at from x\""),
    );
}

#[test]
fn one_giant_customer_stays_within_the_limit() {
    let orders = lines("customer_id,ordered_at,order_id,amount", 300_000, |i| {
        format!("K00000,2026-11-{:02},o{i},{}", 1 + i % 19, i % 97)
    });
    hold_in("a giant", &shop(&orders, "[tables.orders]\nsource = \"x\""), &["run"]);
}

#[test]
fn queries_that_keep_or_make_much_stay_within_the_limit() {
    let rows = lines("k,v", 400_000, |i| format!("{},{i}", word(i)));
    let orders = "'K00000' as customer_id, '2026-11-01' as ordered_at";
    for query in [
        format!("select distinct {orders}, k || repeat('x', 200) as order_id from x"),
        format!("select {orders}, a.k || b.k as order_id from x a, x b"),
        format!("select {orders}, a.k || b.k as order_id from x a, x b group by a.k || b.k"),
        format!("select {orders}, string_agg(k || repeat('x', 500), ',') as order_id from x"),
        format!(
            "select {orders}, k || repeat('x', 300) as order_id, sum(try_cast(v as double)) over () as amount from x"
        ),
        format!("select {orders}, count(*) as amount from (select array_agg(k || repeat('x', 500)) as a from x)"),
    ] {
        hold(&query, &shop(&rows, &format!("[tables.orders]\nquery = \"{query}\"")));
    }
}
