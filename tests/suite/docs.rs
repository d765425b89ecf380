//! Whatever a page or a comment points to is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::house::{files_below, root};

/// Pages outside `docs/` that are held to it.
const FURTHER: [&str; 5] =
    ["README.md", "CONTRIBUTING.md", "data/README.md", "data/schema/README.md", "examples/README.md"];

/// Lines of a page outside fenced blocks.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// Anchors of a page's headings, made as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeSet::new();
    for line in prose(page).filter(|line| line.starts_with('#')) {
        let words = shown(line.trim_start_matches('#').trim());
        let kept = words.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let anchor: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let before = seen.entry(anchor.clone()).or_default();
        anchors.insert(if *before == 0 { anchor } else { format!("{anchor}-{before}") });
        *before += 1;
    }
    anchors
}

/// A heading without the targets of its links.
fn shown(heading: &str) -> String {
    let mut shown = String::new();
    let mut rest = heading;
    while let Some((before, after)) = rest.split_once("](") {
        shown.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    shown + rest
}

/// Targets of a page's links, spans of code left out.
fn links(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in prose(page) {
        for (at, _) in line.match_indices("](") {
            let in_code = line[..at].matches('`').count() % 2 == 1;
            if let Some((target, _)) = line[at + 2..].split_once(')').filter(|_| !in_code) {
                found.push(target.split(' ').next().unwrap_or(target));
            }
        }
    }
    found
}

/// What is wrong with a link on the page at `page`; nothing for links that leave the repository.
fn broken(page: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let file = if path.is_empty() { page.to_owned() } else { page.parent().expect("a page in a folder").join(path) };
    if !file.exists() {
        return Some(format!("{}: {target} is not there", page.display()));
    }
    let anchor = anchor?;
    let text = fs::read_to_string(&file).unwrap_or_default();
    (!anchors(&text).contains(anchor)).then(|| format!("{}: {target} has no such heading", page.display()))
}

/// Pages of the documentation named in a text, each with its anchor.
fn mentions(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("docs/") {
        let long = text[at..].find(|c: char| !(c.is_ascii_alphanumeric() || "/._-#".contains(c)));
        let mention = text[at..].get(..long.unwrap_or(text.len() - at)).unwrap_or_default().trim_end_matches('.');
        let within = text[..at].ends_with(|c: char| c.is_alphanumeric() || "/.".contains(c));
        if !within && mention.contains(".md") {
            found.push(mention);
        }
    }
    found
}

#[test]
fn every_link_of_a_page_leads_somewhere() {
    let mut pages: Vec<PathBuf> = files_below(&root().join("docs"), &["md"]);
    pages.extend(FURTHER.iter().map(|page| root().join(page)).filter(|page| page.exists()));
    let (mut seen, mut wrong) = (0, Vec::new());
    for page in &pages {
        let text = fs::read_to_string(page).expect("readable");
        for target in links(&text) {
            seen += 1;
            wrong.extend(broken(page, target));
        }
    }
    assert!(seen > 100, "only {seen} links found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_heading_named_in_a_comment_is_there() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for folder in ["src", "data", "tests", "examples"] {
        for file in files_below(&root().join(folder), &["rs", "toml", "txt", "md"]) {
            let text = fs::read_to_string(&file).expect("readable");
            for mention in mentions(&text) {
                seen += 1;
                wrong.extend(
                    broken(&root().join("README.md"), mention).map(|told| format!("{}: {told}", file.display())),
                );
            }
        }
    }
    assert!(seen > 50, "only {seen} mentions found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn headings_links_and_mentions_are_read_as_they_are_meant() {
    let page = "# What a `key` says: 1–2, [method](method.md)!\n## Again\n## Again\n```sh\n# no heading\n```\n\
                See [here](a.md#b), `[not](here.md)` and [there](https://x.y/z).\n";
    let expected = ["again", "again-1", "what-a-key-says-12-method"].map(str::to_owned);
    assert_eq!(anchors(page), BTreeSet::from(expected));
    assert_eq!(links(page), ["method.md", "a.md#b", "https://x.y/z"]);
    let folder = "docs/";
    let text = format!("// `{folder}a.md#b-c`, ({folder}d.md). x{folder}e.md {folder}f\n");
    assert_eq!(mentions(&text), [format!("{folder}a.md#b-c"), format!("{folder}d.md")]);
    let readme = root().join("README.md");
    assert!(broken(&readme, "no/such.md").is_some() && broken(&readme, "Cargo.toml#no-such").is_some());
    assert!(broken(&readme, "Cargo.toml").is_none() && broken(&readme, "https://x.y/z").is_none());
}
