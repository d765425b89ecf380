//! The pages of a night: they say what the tables say, in plain words, and are made again byte for byte.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use valueseg::tables::read::all_rows;

use crate::shop::{Shop, command, files, said};

/// Terms of art that only the appendix may use.
const TERMS: [&str; 60] = [
    "standard deviation",
    "standardized",
    "standard error",
    "jaccard",
    "cohen",
    "cluster",
    "posterior",
    "prior probability",
    "p-value",
    "confidence interval",
    "95 % interval",
    "95\u{a0}% interval",
    "significan",
    "d 0.",
    "d 1.",
    "d 2.",
    "gap +",
    "arc 1",
    "arc 2",
    "segment_id",
    "customer-night",
    "high share",
    "matters settled alone",
    "resampl",
    "bootstrap",
    "mixture",
    "k-means",
    "factor loading",
    "loadings",
    "shrinkage",
    "shrunk",
    "bayes",
    "likelihood",
    "entropy",
    "silhouette",
    "calinski",
    "bic",
    "r²",
    "regression",
    "correlat",
    "covarian",
    "variance",
    "quantile",
    "percentile",
    "multiple testing",
    "benjamini",
    "heterogene",
    "covariate",
    "cuped",
    "intent-to-treat",
    "sample ratio",
    "srm",
    "lift ",
    "rfm",
    "nps",
    "null hypothesis",
    "parquet",
    "sha-256",
    "from memory",
    "original paper",
];

/// The demo with one of its nights.
fn demo() -> (Shop, PathBuf) {
    let shop = Shop::new(1);
    let demo = shop.path().join("demo");
    let made = said(command().args(["demo", "--customers", "1500", "--quiet"]).arg(&demo).output().expect("started"));
    assert_eq!(made.code, 0, "{}", made.stderr);
    (shop, demo.join("out/latest"))
}

/// Pages of a night by name, the appendix apart.
fn pages(night: &Path) -> Vec<(String, String)> {
    let mut names: Vec<String> = ["report.html", "one-pager.html"].map(str::to_owned).to_vec();
    for entry in fs::read_dir(night.join("report")).expect("a folder") {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if name.ends_with(".html") && name != "appendix.html" {
            names.push(format!("report/{name}"));
        }
    }
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read_to_string(night.join(name)).expect("a page"))).collect()
}

/// Visible texts of a page, one for each element without others in it; paths of files and drawings left out.
fn texts(page: &str) -> Vec<String> {
    let mut rest = &page[page.find("<main").expect("a page")..];
    let mut found = Vec::new();
    let mut text = String::new();
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        let hidden = ["code>", "svg"].into_iter().find(|tag| rest[at + 1..].starts_with(tag));
        let end = match hidden {
            Some("svg") => rest[at..].find("</svg>").map(|end| at + end + 6),
            Some(_) => rest[at..].find("</code>").map(|end| at + end + 7),
            None => rest[at..].find('>').map(|end| at + end + 1),
        };
        let Some(end) = end else { break };
        let tag = rest[at + 1..end].trim_start_matches('/');
        let inline = ["b>", "small", "a ", "a>", "strong", "span", "code", "svg", "time"];
        if !inline.iter().any(|name| tag.starts_with(name)) && !text.trim().is_empty() {
            found.push(std::mem::take(&mut text).split_whitespace().collect::<Vec<_>>().join(" "));
        }
        rest = &rest[end..];
    }
    found
}

/// Sentences of more than three words.
fn sentences(texts: &[String]) -> Vec<String> {
    let ends = |text: &str| text.ends_with(['.', '?', '!']);
    let mut found = Vec::new();
    for text in texts {
        let mut sentence: Vec<&str> = Vec::new();
        for word in text.split_whitespace() {
            sentence.push(word);
            if ends(word.trim_end_matches(['”', '"', ')'])) {
                found.push(std::mem::take(&mut sentence).join(" "));
            }
        }
    }
    found.retain(|sentence| sentence.split_whitespace().count() > 3);
    found
}

#[test]
fn pages_are_in_plain_words_and_short_sentences_and_say_nothing_twice() {
    let (_shop, night) = demo();
    let (mut count, mut words) = (0, 0);
    for (name, page) in pages(&night) {
        let texts = texts(&page);
        let told = texts.join("\n").to_lowercase();
        for term in TERMS {
            assert!(!told.contains(term), "{name}: `{term}` in {:?}", around(&told, term));
        }
        let sentences = sentences(&texts);
        count += sentences.len();
        words += sentences.iter().map(|sentence| sentence.split_whitespace().count()).sum::<usize>();
        if name == "one-pager.html" || name.starts_with("report/") {
            // What is to be done first stands on top and in its line of the plan.
            let line = page.find("<section id=\"plan\"").map_or(page.as_str(), |at| &page[..at]);
            let said = self::sentences(&self::texts(&format!("{line}<p>")));
            let distinct: BTreeSet<&String> = said.iter().collect();
            let twice: Vec<_> =
                said.iter().filter(|one| said.iter().filter(|other| other == one).count() > 1).collect();
            assert_eq!(distinct.len(), said.len(), "{name}: {twice:?}");
        }
    }
    let mean = f64::from(u32::try_from(words).expect("few")) / f64::from(u32::try_from(count).expect("few"));
    assert!(count > 100 && mean <= 18.0, "{mean} words in {count} sentences");
}

fn around<'a>(text: &'a str, term: &str) -> &'a str {
    let at = text.find(term).unwrap_or(0);
    let (from, to) =
        (text[..at].rfind('\n').map_or(0, |at| at + 1), text[at..].find('\n').map_or(text.len(), |to| at + to));
    &text[from..to]
}

/// A number as a page tells it, and the unit of its last digit; `None` = it tells that there is none.
fn number(text: &str) -> Option<(f64, f64)> {
    let plain = text.replace(',', "").replace('\u{2212}', "-");
    let digits: String = plain.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
    let value: f64 = digits.parse().ok()?;
    let places = digits.split_once('.').map_or(0, |(_, rest)| rest.len());
    let scale = if plain.contains("million") { 1e6 } else { 1.0 };
    Some((value * scale, scale * 10f64.powi(-(i32::try_from(places).expect("few")))))
}

/// The cell that a source names: `table/key/column` or `table/key/element/column`.
fn cell(night: &Path, source: &str) -> Value {
    let parts: Vec<&str> = source.split('/').collect();
    let rows = all_rows(&night.join("tables").join(format!("{}.parquet", parts[0]))).expect("a table");
    let (keys, column) = (&parts[1..parts.len() - 1], parts[parts.len() - 1]);
    let names = ["segment_id", "element_id"];
    let row = rows.iter().find(|row| keys.iter().zip(names).all(|(key, name)| row[name].as_str() == Some(*key)));
    let row = row.unwrap_or_else(|| panic!("{source}: no such row"));
    row.get(column).unwrap_or_else(|| panic!("{source}: no such column")).clone()
}

#[test]
fn every_figure_that_names_its_source_is_the_one_of_the_table() {
    let (_shop, night) = demo();
    let mut compared = 0;
    for (name, page) in pages(&night) {
        for piece in page.split("data-source=\"").skip(1) {
            let (source, rest) = piece.split_once('"').expect("an attribute");
            let text = rest.split_once('>').expect("a tag").1.split('<').next().expect("a text");
            let stored = cell(&night, source);
            let Some((told, digit)) = number(text) else {
                assert!(stored.is_null() || text.contains("few"), "{name}: {source} is {stored}, the page says {text}");
                continue;
            };
            // People are told in fives, by chance up or down; all else to its last digit.
            let off = if stored.is_u64() { 5.0 } else { 0.5 * digit + 1e-9 };
            let stored =
                stored.as_f64().unwrap_or_else(|| panic!("{name}: {source} is {stored}, the page says {text}"));
            assert!((told - stored).abs() <= off, "{name}: {source} is {stored}, the page says {text}");
            compared += 1;
        }
    }
    assert!(compared > 100, "only {compared} figures");
}

#[test]
fn a_report_is_made_again_byte_for_byte_from_what_is_stored_and_the_night_stays_whole() {
    let shop = Shop::new(200);
    assert_eq!(shop.night().code, 0);
    let night = shop.path().join("out/runs/2026-11-20");
    let all = || -> Vec<(PathBuf, Vec<u8>)> {
        let mut all = files(&night);
        all.sort();
        all.into_iter().map(|path| (path.clone(), fs::read(path).expect("readable"))).collect()
    };
    let before = all();
    let same = shop.say(&["report"]);
    assert_eq!(same.code, 0, "{}", same.stderr);
    assert!(same.stdout.contains("every byte as it was"), "{}", same.stdout);
    fs::remove_file(night.join("report/s01.html")).expect("there");
    fs::write(night.join("report.html"), "edited").expect("written");
    let again = shop.say(&["report", "--run", "2026-11-20", "--json"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    let answer: Value = serde_json::from_str(&again.stdout).expect("JSON");
    assert_eq!(answer["changed"], serde_json::json!(["report.html", "report/s01.html"]));
    assert!(all() == before, "a byte of the night is another");
    assert_eq!(shop.say(&["verify", "--all"]).code, 0);
    let missing = shop.say(&["report", "--run", "2026-11-19"]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    fs::write(night.join("report/view.json"), "{}").expect("written");
    assert_ne!(shop.say(&["report"]).code, 0, "what is none of ours makes no pages");
}

#[test]
fn open_prints_where_the_report_lies_and_needs_a_night() {
    let shop = Shop::new(200);
    let none = shop.say(&["open"]);
    assert!(none.code != 0 && none.stdout.is_empty(), "{}", none.stdout);
    assert_eq!(shop.night().code, 0);
    let open = shop.say(&["open"]);
    assert_eq!(open.code, 0, "{}", open.stderr);
    let path = Path::new(open.stdout.trim());
    assert!(path.is_file() && path.ends_with("out/runs/2026-11-20/report.html"), "{}", open.stdout);
}

#[test]
fn a_project_in_german_has_a_german_report() {
    let shop = Shop::new(200);
    shop.edit("valueseg.toml", "name = \"corner shop\"", "name = \"corner shop\"\nlanguage = \"de\"");
    let night = shop.night();
    assert_eq!(night.code, 0, "{}", night.stderr);
    let report = shop.read("out/latest/report.html");
    assert!(report.contains("<html lang=\"de\">") && report.contains("Was sich geändert hat"));
    assert!(report.contains("20. November 2026"));
}
