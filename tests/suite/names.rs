//! One name, one thing: types of a layer do not share a name, and parameters are not packed in pairs to keep a count down.

use std::collections::{BTreeMap, BTreeSet};

use super::house::{House, is_name};

/// Names that several types of a layer bear on purpose, each with the reason.
const SHARED: [(&str, &str); 0] = [];
/// Most names that may stand in [`SHARED`].
const MOST_SHARED: usize = 10;
/// Most functions with a parameter that is a pair.
const MOST_PAIRED: usize = 8;

/// Names of types that others can see, as their text declares them.
fn types(code: &[String]) -> Vec<&str> {
    let mut found = Vec::new();
    for at in (0..code.len()).filter(|at| code[*at] == "pub") {
        let mut next = at + 1;
        if code.get(next).is_some_and(|token| token == "(") {
            next += code[next..].iter().position(|token| token == ")").map_or(0, |end| end + 1);
        }
        next += usize::from(code.get(next).is_some_and(|token| token == "unsafe"));
        if let [kind, name, ..] = &code[next.min(code.len())..]
            && matches!(kind.as_str(), "struct" | "enum" | "trait" | "type" | "union")
        {
            found.push(name.as_str());
        }
    }
    found
}

/// Functions with a parameter whose pattern is a tuple; methods and free ones, no closures.
fn paired(code: &[String]) -> Vec<&str> {
    let mut found = Vec::new();
    for at in (0..code.len().saturating_sub(1)).filter(|at| code[*at] == "fn" && is_name(&code[at + 1])) {
        let (mut round, mut angle, mut starts) = (0, 0, false);
        for token in &code[at + 2..] {
            match token.as_str() {
                "(" if round == 1 && angle == 0 && starts => {
                    found.push(code[at + 1].as_str());
                    break;
                }
                "(" | "[" | "{" => round += 1,
                ")" | "]" | "}" => round -= 1,
                "<" => angle += 1,
                ">" => angle -= 1,
                _ => {}
            }
            if round == 0 && token == ")" && angle == 0 {
                break;
            }
            let opens = token == "(" && round == 1 || token == "," || (starts && token == "&");
            starts = opens && round == 1 && angle == 0;
        }
    }
    found
}

fn shared(house: &House) -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut named: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (way, code) in house.code().filter(|(way, _)| !way.is_empty()) {
        for name in types(code) {
            named.entry((way[0].clone(), name.to_owned())).or_default().push(way.join("::"));
        }
    }
    named
        .into_iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(k, places)| (k, places.into_iter().collect()))
        .collect()
}

#[test]
fn no_two_types_of_a_layer_share_a_name() {
    let house = House::here();
    let seen: usize = house.code().map(|(_, code)| types(code).len()).sum();
    assert!(seen > 300, "only {seen} types found");
    assert!(SHARED.len() <= MOST_SHARED && SHARED.iter().all(|(_, reason)| reason.len() > 10));
    let shared = shared(&house);
    let listed = |name: &str| SHARED.iter().any(|(allowed, _)| *allowed == name);
    let stale: Vec<&str> =
        SHARED.iter().map(|(name, _)| *name).filter(|name| !shared.keys().any(|(_, other)| other == name)).collect();
    assert!(stale.is_empty(), "nothing shares {stale:?} any more");
    let wrong: Vec<String> = shared
        .iter()
        .filter(|((_, name), _)| !listed(name))
        .map(|((layer, name), places)| format!("{layer}: {name} in {places:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} names are shared\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn few_parameters_are_pairs() {
    let house = House::here();
    let functions: usize = house.code().map(|(_, code)| code.iter().filter(|token| *token == "fn").count()).sum();
    assert!(functions > 1_000, "only {functions} functions found");
    let all: Vec<String> = house
        .code()
        .flat_map(|(way, code)| paired(code).into_iter().map(|name| format!("{}::{name}", way.join("::"))))
        .collect();
    assert!(all.len() <= MOST_PAIRED, "{} functions take pairs\n{}", all.len(), all.join("\n"));
}

#[test]
fn types_and_pairs_are_found_in_made_up_texts() {
    let house = House::of([
        ("stats/a.rs", "pub struct Rule; struct Own; pub(super) enum Way { A } pub(in crate::stats) trait T {}"),
        ("stats/b.rs", "pub(crate) type Rule = u8; struct Own; #[cfg(test)] mod tests { pub struct Way; }"),
        ("model/c.rs", "pub struct Way;"),
        (
            "stats/d.rs",
            "fn plain(x: BTreeMap<u8, (u8, u8)>, y: &[(u8, u8)], z: impl Fn(u8, (u8, u8)) -> (u8, u8)) {}
             fn first((a, b): (u8, u8)) {} fn last<'a, F: Fn(u8)>(&self, f: F, &(a, b): &(u8, u8)) -> u8 { |(a, b)| a }
             type P = fn((u8, u8));",
        ),
    ]);
    let told: Vec<String> =
        shared(&house).into_iter().map(|((layer, name), p)| format!("{layer} {name} {p:?}")).collect();
    assert_eq!(told, ["stats Rule {\"stats::a\", \"stats::b\"}"]);
    let pairs: Vec<&str> = house.code().flat_map(|(_, code)| paired(code)).collect();
    assert_eq!(pairs, ["first", "last"]);
}
