//! The house as its texts show it: which module uses which, which types a layer names. Tests are no part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The way to a module from the root of the crate, which is the empty one.
pub(crate) type Way = Vec<String>;

/// One module uses another, or something in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) from: Way,
    pub(crate) to: Way,
    /// As it is written there.
    pub(crate) written: String,
}

/// Modules and what they say.
#[derive(Default)]
pub(crate) struct House {
    modules: BTreeMap<Way, Module>,
}

#[derive(Default)]
struct Module {
    /// Tokens without comments, texts and what is there for tests alone.
    code: Vec<String>,
    /// Names brought in, and from where: other modules reach them as if they were at home here.
    imports: BTreeMap<String, Way>,
    /// Every way written in it.
    ways: Vec<Way>,
}

/// Files of a kind below a folder, ascending.
pub(crate) fn files_below(folder: &Path, kinds: &[&str]) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the crate") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(files_below(&path, kinds));
        } else if path.extension().is_some_and(|kind| kinds.iter().any(|wanted| kind == *wanted)) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Folders below `src` that are packages of their own.
const PACKAGES: [&str; 4] = ["codes", "catalogue", "stats", "model"];

/// The package that other packages call by this name.
fn package_named(name: &str) -> Option<&'static str> {
    let folder = name.strip_prefix("valueseg_")?;
    PACKAGES.into_iter().find(|package| *package == folder)
}

/// The folder of the crate.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

impl House {
    /// The house of this crate.
    pub(crate) fn here() -> Self {
        let src = root().join("src");
        let text = |file: PathBuf| {
            let name = file.strip_prefix(&src).expect("below").to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&file).expect("readable"))
        };
        let texts: Vec<(String, String)> = files_below(&src, &["rs"]).into_iter().map(text).collect();
        Self::of(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// A house of files, each with its name below `src`.
    pub(crate) fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut house = Self::default();
        let mut for_tests: Vec<Way> = Vec::new();
        for (name, text) in texts {
            let way = way_of(name);
            let (code, tests) = without_tests(tokens(text));
            for_tests.extend(tests.into_iter().map(|module| joined(&way, &module)));
            let mut module = Module { code, ..Module::default() };
            module.read();
            for above in 0..way.len() {
                house.modules.entry(way[..above].to_vec()).or_default();
            }
            house.modules.insert(way, module);
        }
        house.modules.retain(|way, _| !for_tests.iter().any(|test| way.starts_with(test)));
        house
    }

    /// What `crate` means in `from` before `rest`: the folder that is a package of its own, or the root.
    fn package(&self, from: &Way, rest: &[String]) -> Way {
        let own: Way = from.first().filter(|first| PACKAGES.contains(&first.as_str())).into_iter().cloned().collect();
        let inside = rest.first().is_some_and(|next| self.modules.contains_key(&joined(&own, next)));
        if inside { own } else { Way::new() }
    }

    /// Every use of another module; uses of modules around the user or inside it are no news.
    pub(crate) fn uses(&self) -> Vec<Use> {
        let mut uses: BTreeSet<Use> = BTreeSet::new();
        for (from, module) in &self.modules {
            for way in &module.ways {
                if let Some(to) = self.resolve(from, way, 0)
                    && !from.starts_with(&to)
                    && !to.starts_with(from)
                {
                    uses.insert(Use { from: from.clone(), to, written: way.join("::") });
                }
            }
        }
        uses.into_iter().collect()
    }

    /// Whether a module has modules below it.
    pub(crate) fn is_folder(&self, way: &[String]) -> bool {
        self.modules.keys().any(|other| other.len() > way.len() && other.starts_with(way))
    }

    /// Modules directly below the root.
    pub(crate) fn layers(&self) -> BTreeSet<&str> {
        self.modules.keys().filter_map(|way| way.first()).map(String::as_str).collect()
    }

    /// The tokens of every module.
    pub(crate) fn code(&self) -> impl Iterator<Item = (&Way, &[String])> {
        self.modules.iter().map(|(way, module)| (way, module.code.as_slice()))
    }

    /// The module in which a way ends, names that were brought in followed; `None` = outside the crate.
    fn resolve(&self, from: &Way, way: &[String], depth: usize) -> Option<Way> {
        let mut rest = way;
        let mut here = match (rest.first()?.as_str(), package_named(rest.first()?)) {
            ("crate" | "valueseg", _) => {
                rest = &rest[1..];
                self.package(from, rest)
            }
            (_, Some(package)) => {
                rest = &rest[1..];
                vec![package.to_owned()]
            }
            (first, None) => {
                let mut here = from.clone();
                let own = matches!(first, "self" | "super");
                while let Some("self" | "super") = rest.first().map(String::as_str) {
                    if rest[0] == "super" {
                        here.pop()?;
                    }
                    rest = &rest[1..];
                }
                if !own && !self.modules.contains_key(&joined(&here, first)) {
                    return None;
                }
                here
            }
        };
        while let Some(next) = rest.first() {
            let below = joined(&here, next);
            if self.modules.contains_key(&below) {
                here = below;
                rest = &rest[1..];
            } else if let Some(origin) = self.modules.get(&here)?.imports.get(next).filter(|_| depth < 8) {
                let further: Way = origin.iter().chain(&rest[1..]).cloned().collect();
                return self.resolve(&here, &further, depth + 1).or(Some(here));
            } else {
                break;
            }
        }
        Some(here)
    }
}

impl Module {
    /// Finds every way in the code.
    fn read(&mut self) {
        let code = std::mem::take(&mut self.code);
        let mut at = 0;
        while at < code.len() {
            let before = at.checked_sub(1).map_or("", |before| code[before].as_str());
            if code[at] == "use" && code.get(at + 1).is_some_and(|next| is_name(next) || next == "::" || next == "{") {
                at += 1;
                let mut leaves = Vec::new();
                use_tree(&code, &mut at, &Way::new(), &mut leaves);
                for (way, name) in leaves {
                    self.imports.insert(name, way.clone());
                    self.ways.push(way);
                }
            } else if is_name(&code[at]) && before != "::" && before != "." {
                let mut way = vec![code[at].clone()];
                while code.get(at + 1).is_some_and(|next| next == "::") && code.get(at + 2).is_some_and(|n| is_name(n))
                {
                    at += 2;
                    way.push(code[at].clone());
                }
                if way.len() > 1 {
                    self.ways.push(way);
                }
            }
            at += 1;
        }
        self.code = code;
    }
}

/// Reads one branch of a `use` and ends on what follows it.
fn use_tree(code: &[String], at: &mut usize, prefix: &Way, leaves: &mut Vec<(Way, String)>) {
    let mut way = prefix.clone();
    while let Some(token) = code.get(*at) {
        match token.as_str() {
            "::" => *at += 1,
            "{" => {
                *at += 1;
                while code.get(*at).is_some_and(|next| next != "}") {
                    use_tree(code, at, &way, leaves);
                    *at += usize::from(code.get(*at).is_some_and(|next| next == ","));
                }
                *at += 1;
                return;
            }
            "as" => {
                leaves.push((way, code[*at + 1].clone()));
                *at += 2;
                return;
            }
            "*" => {
                *at += 1;
                leaves.push((way, "*".to_owned()));
                return;
            }
            "self" if !way.is_empty() => *at += 1,
            name if is_name(name) => {
                way.push(name.to_owned());
                *at += 1;
            }
            _ => break,
        }
    }
    let name = way.last().cloned().unwrap_or_default();
    leaves.push((way, name));
}

fn way_of(file: &str) -> Way {
    let mut way: Way = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(way.last().map(String::as_str), Some("mod" | "lib")) {
        way.pop();
    }
    way
}

fn joined(way: &[String], name: &str) -> Way {
    way.iter().cloned().chain([name.to_owned()]).collect()
}

pub(crate) fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Names, `::`, `->` and single signs; comments left out, texts and letters reduced to `"`.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let long = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(long) = text_at(rest) {
            found.push("\"".to_owned());
            long
        } else if first.is_alphanumeric() || first == '_' {
            let long = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            found.push(rest[..long].to_owned());
            long
        } else if rest.starts_with("::") || rest.starts_with("->") {
            found.push(rest[..2].to_owned());
            2
        } else {
            if !first.is_whitespace() {
                found.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[long..];
    }
    found
}

/// Length of the text or letter that starts here, if one does.
fn text_at(rest: &str) -> Option<usize> {
    let body = rest.trim_start_matches(['b', 'c']);
    let ahead = rest.len() - body.len();
    let raw = body.strip_prefix('r').unwrap_or(body);
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    if ahead < 2 && raw.len() < body.len() && raw[hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let from = hashes + 1;
        let long = raw[from..].find(&end).map_or(raw.len(), |at| from + at + end.len());
        return Some(ahead + 1 + long);
    }
    let quote = body.chars().next().filter(|quote| matches!(quote, '"' | '\'') && ahead < 2)?;
    let mut letters = body.char_indices().skip(1);
    let mut seen = 0;
    while let Some((at, letter)) = letters.next() {
        if letter == quote && !(quote == '\'' && seen == 0) {
            return Some(ahead + at + 1);
        }
        if letter == '\\' {
            letters.next();
            seen = 1;
        } else if quote == '\'' && seen > 0 && !body.starts_with("'\\") {
            return None; // a lifetime
        }
        seen += 1;
    }
    None
}

/// Code without what `#[cfg(test)]` stands before, and the modules it declares as tests.
fn without_tests(code: Vec<String>) -> (Vec<String>, Vec<String>) {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut kept, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < code.len() {
        if !code[at..].iter().map(String::as_str).take(MARK.len()).eq(MARK) {
            kept.push(code[at].clone());
            at += 1;
            continue;
        }
        at += MARK.len();
        let (from, mut depth) = (at, 0_usize);
        while at < code.len() {
            match code[at].as_str() {
                "{" | "(" | "[" => depth += 1,
                "}" | ")" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            at += 1;
            if depth == 0 && matches!(code[at - 1].as_str(), ";" | "}") {
                break;
            }
        }
        let item = &code[from..at];
        if let Some(place) = item.iter().position(|token| token == "mod") {
            modules.extend(item.get(place + 1).filter(|_| item.last().is_some_and(|last| last == ";")).cloned());
        }
    }
    (kept, modules)
}

#[test]
fn the_reader_of_the_house_sees_ways_and_not_texts_comments_or_tests() {
    let house = House::of([
        ("lib.rs", "pub mod a; pub mod b;"),
        ("a/mod.rs", "mod inner; pub use inner::Thing; pub use crate::b::deep::{self as below, Other as Else};"),
        ("a/inner.rs", "use super::super::b; fn f<'a>(x: &'a str) -> char { '\"'; let y = crate::b::deep::g(); '{' }"),
        ("b/mod.rs", "pub mod deep;\n#[cfg(test)]\nmod tests;\n#[cfg(test)] mod more { use crate::a::inner; }"),
        (
            "b/deep.rs",
            "// crate::a::inner\n/* crate::a */ const T: &str = r#\"crate::a\"#; fn g() { \"crate::a \\\" crate::a\"; }",
        ),
        ("b/tests.rs", "use crate::a::Thing;"),
    ]);
    let seen: Vec<String> =
        house.uses().iter().map(|u| format!("{} {} {}", u.from.join("::"), u.to.join("::"), u.written)).collect();
    let expected = [
        "a b::deep crate::b::deep",
        "a b::deep crate::b::deep::Other",
        "a::inner b super::super::b",
        "a::inner b::deep crate::b::deep::g",
    ];
    assert_eq!(seen, expected);
    let way = |text: &str| text.split("::").map(str::to_owned).collect::<Way>();
    let from = way("b::deep");
    assert_eq!(house.resolve(&from, &way("crate::a::Thing"), 0), Some(way("a::inner")), "a name at home elsewhere");
    assert_eq!(house.resolve(&from, &way("crate::a::below::g"), 0), Some(from.clone()));
    assert_eq!(house.resolve(&from, &way("crate::a::Else"), 0), Some(from.clone()));
    assert_eq!(house.resolve(&from, &way("rayon::prelude"), 0), None);
    assert!(house.is_folder(&way("b")) && !house.is_folder(&way("b::deep")));
}
