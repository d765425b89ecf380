//! Pieces of TOML, each in one line whatever is in it: a comment sign before a line makes a comment of all of it.

use std::fmt::Write;

use crate::tables::spec::{Answer, TableSpec};

/// A text as TOML writes it, in one line.
pub(super) fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if unseen(c) => {
                // INVARIANT: writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A key: bare where it may be.
pub(super) fn key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if bare { name.to_owned() } else { quoted(name) }
}

/// Words for a comment: one line, nothing but what can be seen.
pub(super) fn commented(words: &str) -> String {
    words.chars().map(|c| if unseen(c) { ' ' } else { c }).collect()
}

/// Characters that nobody sees, or that turn the order of others round.
fn unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{A0}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn number(x: f64) -> String {
    if x.fract() == 0.0 && x.abs() < 1e15 { format!("{x:.0}") } else { format!("{x:?}") }
}

fn scale([worst, best]: [f64; 2]) -> String {
    format!("[{}, {}]", number(worst), number(best))
}

fn answers(list: &[Answer]) -> String {
    let answers: Vec<String> = list
        .iter()
        .map(|answer| match answer {
            Answer::Number(x) => number(*x),
            Answer::Text(text) => quoted(text),
        })
        .collect();
    format!("[{}]", answers.join(", "))
}

/// SQL over several lines, escaped: nothing in it ends the text.
fn query(sql: &str) -> Vec<String> {
    if !sql.contains('\n') {
        return vec![format!("query = {}", quoted(sql))];
    }
    let mut lines = vec!["query = \"\"\"".to_owned()];
    let whole: Vec<&str> = sql.split('\n').collect();
    lines.extend(whole.iter().enumerate().map(|(i, line)| inner(line, i + 1 == whole.len())));
    let last = lines.last_mut().expect("there is a first line");
    last.push_str("\"\"\"");
    lines
}

/// A line inside `"""`: a quote by itself needs no escape there, unless it is the last character of all.
fn inner(line: &str, last: bool) -> String {
    let whole = quoted(line);
    let escaped = &whole[1..whole.len() - 1];
    let quotes: Vec<usize> = escaped.match_indices("\\\"").map(|(at, _)| at).collect();
    let alone = |at: usize| {
        let odd = escaped[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        let beside = quotes.contains(&(at + 2)) || at >= 2 && quotes.contains(&(at - 2));
        !(odd || beside || last && at + 2 == escaped.len())
    };
    let mut out = String::with_capacity(escaped.len());
    let mut from = 0;
    for at in quotes.iter().copied().filter(|at| alone(*at)) {
        out.push_str(&escaped[from..at]);
        from = at + 1;
    }
    out.push_str(&escaped[from..]);
    out
}

/// A table spec below its header line; `head` is the header's name for tables inside it.
pub(super) fn spec_lines(spec: &TableSpec, head: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(source) = &spec.source {
        lines.push(format!("source = {}", quoted(source)));
    }
    if let Some(sql) = &spec.query {
        lines.extend(query(sql));
    }
    if let Some(format) = &spec.date_format {
        lines.push(format!("date_format = {}", quoted(format)));
    }
    lines.extend(spec.scale.map(|ends| format!("scale = {}", scale(ends))));
    if !spec.not_applicable.is_empty() {
        lines.push(format!("not_applicable = {}", answers(&spec.not_applicable)));
    }
    let section = |lines: &mut Vec<String>, name: &str, pairs: Vec<(String, String)>| {
        if !pairs.is_empty() {
            lines.push(format!("[{name}]"));
            lines.extend(pairs.into_iter().map(|(name, value)| format!("{} = {value}", key(&name))));
        }
    };
    let texts = |pairs: &std::collections::BTreeMap<String, String>| {
        pairs.iter().map(|(name, column)| (name.clone(), quoted(column))).collect()
    };
    let numbers = |pairs: &std::collections::BTreeMap<String, f64>| {
        pairs.iter().map(|(word, x)| (word.clone(), number(*x))).collect()
    };
    section(&mut lines, &format!("{head}.columns"), texts(&spec.columns));
    section(&mut lines, &format!("{head}.values"), numbers(&spec.values));
    if let Some(wide) = &spec.wide {
        lines.push(format!("[{head}.wide]"));
        lines.push(format!("id = {}", quoted(&wide.id)));
        lines.extend(wide.aspect.map(|aspect| format!("aspect = {}", quoted(aspect.slug()))));
        lines.extend(wide.asked_at.as_ref().map(|column| format!("asked_at = {}", quoted(column))));
        lines.extend(wide.scale.map(|ends| format!("scale = {}", scale(ends))));
        if !wide.not_applicable.is_empty() {
            lines.push(format!("not_applicable = {}", answers(&wide.not_applicable)));
        }
        section(&mut lines, &format!("{head}.wide.elements"), texts(&wide.elements));
        section(&mut lines, &format!("{head}.wide.questions"), texts(&wide.questions));
        section(&mut lines, &format!("{head}.wide.values"), numbers(&wide.values));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::spec::WideSpec;
    use std::collections::BTreeMap;

    proptest::proptest! {
        #[test]
        fn any_text_stays_in_one_line_and_is_read_back(text in proptest::prelude::any::<String>()) {
            let line = format!("x = {}", quoted(&text));
            proptest::prop_assert!(!line.contains('\n') && !line.contains('\r'));
            let back: toml::Table = line.parse().expect("TOML");
            proptest::prop_assert_eq!(back["x"].as_str(), Some(text.as_str()));
            let comment = format!("# {}\n", commented(&text));
            proptest::prop_assert!(comment.parse::<toml::Table>().expect("TOML").is_empty());
        }

        #[test]
        fn a_spec_is_read_back_as_it_was(name in "\\PC{0,20}", sql in proptest::prelude::any::<String>(), worst in -10i32..10) {
            let wide = WideSpec {
                id: name.clone(),
                scale: Some([f64::from(worst), 11.5]),
                elements: BTreeMap::from([("quality".to_owned(), name.clone())]),
                not_applicable: vec![Answer::Number(99.0), Answer::Text(name.clone())],
                values: BTreeMap::from([(name, 3.0)]),
                ..WideSpec::default()
            };
            let spec = TableSpec { query: Some(format!("select\n{sql}")), wide: Some(wide), ..TableSpec::default() };
            let text = format!("[t]\n{}", spec_lines(&spec, "t").join("\n"));
            let back: BTreeMap<String, TableSpec> = toml::from_str(&text).expect("TOML");
            proptest::prop_assert_eq!(&back["t"], &spec);
        }
    }
}
