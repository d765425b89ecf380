//! The direction of the house: a module uses only modules to its left, and neighbors do not use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use valueseg::codes::{Code, Exit};

use super::house::{House, Use, files_below, root};

/// Layers from left to right; those of one place stand side by side, and neither uses the other.
const LAYERS: [&[&str]; 7] =
    [&["codes"], &["catalogue"], &["stats"], &["model"], &["tables"], &["job", "demo"], &["cli"]];
/// Rooms of the model from left to right.
const ROOMS: [&[&str]; 6] = [&["rows"], &["fit"], &["customer"], &["segment"], &["effect"], &["plan"]];
const LONGEST_FILE: usize = 500;

/// Uses among modules directly below `above` that go to the right, or to the side.
fn to_the_right(uses: &[Use], above: &[&str], order: &[&[&str]]) -> Vec<String> {
    let mut wrong = Vec::new();
    for used in uses.iter().filter(|used| below(used, above)) {
        let (from, to) = (&used.from[above.len()], &used.to[above.len()]);
        let place = |name: &str| order.iter().position(|side| side.contains(&name));
        if from != to
            && let (Some(left), Some(right)) = (place(from), place(to))
            && left <= right
        {
            wrong.push(format!("{} uses {}, which is not to its left", used.from.join("::"), used.written));
        }
    }
    wrong
}

fn below(used: &Use, above: &[&str]) -> bool {
    let starts = |way: &[String]| way.len() > above.len() && above.iter().zip(way).all(|(a, b)| *a == b);
    starts(&used.from) && starts(&used.to)
}

/// Neighbors that use each other, directly or around: any two directly below a layer, folders at any depth.
fn around(house: &House, uses: &[Use]) -> Vec<String> {
    let mut graphs: BTreeMap<&[String], BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut written: BTreeMap<(&[String], &str, &str), &Use> = BTreeMap::new();
    for used in uses {
        let same = used.from.iter().zip(&used.to).take_while(|(a, b)| a == b).count();
        let (parent, from, to) = (&used.from[..same], used.from[same].as_str(), used.to[same].as_str());
        let folders = house.is_folder(&used.from[..=same]) && house.is_folder(&used.to[..=same]);
        if same == 1 || (same > 1 && folders) {
            graphs.entry(parent).or_default().entry(from).or_default().insert(to);
            written.entry((parent, from, to)).or_insert(used);
        }
    }
    let mut wrong = Vec::new();
    for (parent, graph) in &graphs {
        let reached: BTreeMap<&str, BTreeSet<&str>> = graph.keys().map(|from| (*from, reach(graph, from))).collect();
        for (from, neighbors) in graph {
            for to in neighbors.iter().filter(|to| reached.get(*to).is_some_and(|further| further.contains(from))) {
                let used = written[&(*parent, *from, *to)];
                let (parent, user) = (parent.join("::"), used.from.join("::"));
                wrong.push(format!("{parent}: {from} and {to} use each other: {user} writes {}", used.written));
            }
        }
    }
    wrong
}

/// Whatever can be reached, in one step or more.
fn reach<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str) -> BTreeSet<&'a str> {
    let mut reached: BTreeSet<&'a str> = BTreeSet::new();
    let mut open: Vec<&'a str> = vec![from];
    while let Some(here) = open.pop() {
        open.extend(graph.get(here).into_iter().flatten().filter(|next| reached.insert(**next)).copied());
    }
    reached
}

#[test]
fn a_module_uses_only_modules_to_its_left() {
    let house = House::here();
    let known: BTreeSet<&str> = LAYERS.iter().flat_map(|side| side.iter().copied()).chain(["main"]).collect();
    assert!(house.layers().is_subset(&known), "every layer has its place: {:?}", house.layers());
    let uses = house.uses();
    assert!(uses.len() > 1_000, "only {} uses found: the test looks in the wrong place", uses.len());
    let wrong = to_the_right(&uses, &[], &LAYERS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rooms_of_the_model_are_used_one_way() {
    let uses = House::here().uses();
    let seen = uses.iter().filter(|used| below(used, &["model"]) && used.from[1] != used.to[1]).count();
    assert!(seen > 100, "only {seen} uses between rooms found");
    let wrong = to_the_right(&uses, &["model"], &ROOMS);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn neighbors_do_not_use_each_other() {
    let house = House::here();
    let uses = house.uses();
    let within = uses.iter().filter(|used| used.from[0] == used.to[0]).count();
    assert!(within > 500, "only {within} uses inside layers found");
    let wrong = around(&house, &uses);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_kind_of_wrong_use_is_found_in_a_made_up_house() {
    let told = |files: &[(&str, &str)]| {
        let house = House::of(files.iter().copied());
        let uses = house.uses();
        let mut wrong = to_the_right(&uses, &[], &LAYERS);
        wrong.extend(to_the_right(&uses, &["model"], &ROOMS));
        wrong.extend(around(&house, &uses));
        wrong
    };
    let right =
        [("stats/a.rs", "use crate::catalogue::b; use super::c::d;"), ("stats/c.rs", ""), ("catalogue/b.rs", "")];
    assert_eq!(told(&right), [""; 0]);
    let layer = told(&[("stats/a.rs", "fn f() { crate::model::b::g() }"), ("model/b.rs", "")]);
    assert_eq!(layer, ["stats::a uses crate::model::b::g, which is not to its left"]);
    for (from, to) in [("job", "demo"), ("demo", "job")] {
        let (user, used) = (format!("{from}/a.rs"), format!("{to}/b.rs"));
        let told = told(&[(&user, &format!("use crate::{{{to}::b::X, model}};")), (&used, "")]);
        assert_eq!(told, [format!("{from}::a uses crate::{to}::b::X, which is not to its left")]);
    }
    let room = told(&[("model/fit/a.rs", "use super::super::plan::b;"), ("model/plan/b.rs", "")]);
    assert_eq!(room, ["model::fit::a uses super::super::plan::b, which is not to its left"]);
    let pair = told(&[
        ("stats/a.rs", "use super::b::X;"),
        ("stats/b/mod.rs", "mod c;"),
        ("stats/b/c.rs", "use crate::stats::a;"),
    ]);
    assert_eq!(pair.len(), 2, "{pair:?}");
    let ring = [("tables/a.rs", "use super::b;"), ("tables/b.rs", "use super::c;"), ("tables/c.rs", "use super::a;")];
    assert_eq!(told(&ring).len(), 3);
    // Through the name by which a folder offers what is at home inside it.
    let offered = [
        ("job/mod.rs", "mod a; mod b; pub use b::X;"),
        ("job/a.rs", "use super::X;"),
        ("job/b.rs", "use super::a::Y;"),
    ];
    assert_eq!(told(&offered).len(), 2);
    // Deeper down folders alone are held to it.
    let folders = [
        ("tables/in/a/mod.rs", "mod x;"),
        ("tables/in/a/x.rs", "use crate::tables::in::b::y;"),
        ("tables/in/b/mod.rs", "mod y;"),
        ("tables/in/b/y.rs", "use super::super::a::x;"),
        ("tables/in/c.rs", "use super::d::E;"),
        ("tables/in/d.rs", "use super::c::E;"),
    ];
    let folders = told(&folders);
    assert!(folders.len() == 2 && folders.iter().all(|wrong| wrong.starts_with("tables::in: ")), "{folders:?}");
}

#[test]
fn statistics_know_no_arrow_and_the_catalogue_no_arrays() {
    for (room, strangers) in [
        ("catalogue", &["ndarray", "datafusion", "parquet", "rayon", "std::fs"][..]),
        ("stats", &["datafusion", "parquet", "std::fs"][..]),
        ("model", &["datafusion", "parquet", "std::fs"][..]),
    ] {
        for file in files_below(&root().join("src").join(room), &["rs"]) {
            let text = fs::read_to_string(&file).expect("readable");
            for stranger in strangers {
                assert!(!text.contains(&format!("{stranger}::")), "{} uses {stranger}", file.display());
            }
        }
    }
}

#[test]
fn no_file_is_too_long_to_reread() {
    for file in files_below(&root().join("src"), &["rs"]) {
        let lines = fs::read_to_string(&file).expect("readable").lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", file.display());
    }
}

/// Errors without a code: people meet them as the cause or the text of one that has.
const WITHOUT_CODE: [&str; 15] = [
    "ByteSizeError",
    "FileModeError",
    "DemoSettingError",
    "DriversError",
    "KmeansError",
    "KmeansParamError",
    // Of a file or of a name: only the job knows which.
    "LedgerError",
    "LexiconProblem",
    "ListeningError",
    "MixtureError",
    "MixtureParamError",
    "ObservedError",
    // What stopped a query: the code is that of the table or signal.
    "OverTime",
    // Why the report is silent about an outcome.
    "Refusal",
    "TimeSpanError",
];

/// The files with what is in them, tests left out.
fn production() -> Vec<(PathBuf, String)> {
    let files =
        files_below(&root().join("src"), &["rs"]).into_iter().filter(|file| !file.to_string_lossy().contains("/tests"));
    let text = |file: &Path| fs::read_to_string(file).expect("readable");
    files
        .map(|file| (file.clone(), text(&file).split("#[cfg(test)]\nmod tests {").next().unwrap_or("").to_owned()))
        .collect()
}

#[test]
fn every_code_is_stated_once_and_is_that_of_an_error() {
    let (table, others): (Vec<_>, Vec<_>) =
        production().into_iter().partition(|(file, _)| file.starts_with(root().join("src/codes")));
    assert!(!table.is_empty() && table.iter().all(|(_, text)| !text.contains("crate::")), "the codes know no layer");
    assert!(Code::ALL.windows(2).all(|pair| pair[0].id() < pair[1].id()), "codes ascend and none stands twice");
    for code in Code::ALL {
        let name = format!("Code::{code:?}");
        let used = |text: &str| text.split(&name).skip(1).any(|rest| !rest.starts_with(char::is_alphanumeric));
        assert!(others.iter().any(|(_, text)| used(text)), "{code}, {name}, is no error's code");
        assert!(!code.meaning().is_empty() && !code.cause().is_empty() && !code.to_do().is_empty(), "{code}");
        assert!(code.exit() != Exit::Published, "{code}");
    }
    for (file, text) in &others {
        for rest in text.split("E0").skip(1).filter(|rest| rest.bytes().take_while(u8::is_ascii_digit).count() == 3) {
            let example = file.ends_with("cli/args.rs") && Code::ALL.iter().any(|code| code.id()[2..] == rest[..3]);
            assert!(example, "{} spells out E0{}: name the code", file.display(), &rest[..3]);
        }
    }
}

#[test]
fn every_error_has_a_code_and_every_variant_is_named_where_it_gets_one() {
    let files = production();
    let mut coded = 0;
    for derived in files.iter().flat_map(|(_, text)| text.split("thiserror::Error)]").skip(1)) {
        let declared = derived.lines().find(|line| line.starts_with("pub")).expect("a public type");
        let name =
            declared.split([' ', '(', '{', ';']).find(|word| word.starts_with(char::is_uppercase)).expect("a name");
        let start = format!("impl Coded for {name} {{\n");
        match files.iter().find_map(|(_, text)| text.split_once(&start)) {
            None => assert!(WITHOUT_CODE.contains(&name), "{name} has no code"),
            Some((_, given)) => {
                let codes = given.split("\n    }\n").next().unwrap_or_default();
                assert!(!codes.contains("_ =>"), "{name}: name every variant, so that a new one cannot go without");
                coded += 1;
            }
        }
    }
    assert!(coded > 15, "only {coded} found: the test looks in the wrong place");
}
