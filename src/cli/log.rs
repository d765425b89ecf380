//! Lines on stderr: text for people, or one JSON document a line for machines. Neither a closed nor a full stderr is
//! anybody's business.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// Whether lines are JSON. One for the process: the hook for panics has no other way to know.
static JSON: AtomicBool = AtomicBool::new(false);

/// How grave a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Info,
    Warn,
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Chooses between text and JSON.
pub(super) fn write_json(json: bool) {
    JSON.store(json, Ordering::Relaxed);
}

/// Whether lines are JSON.
pub(super) fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// A line of no particular kind.
pub(super) fn line(text: &str) {
    event(Level::Info, "note", text, json!({}));
}

/// A line that says what happened; as JSON with `facts`, an object of counts, codes and names, never a value of the data.
pub(super) fn event(level: Level, name: &str, text: &str, facts: Value) {
    let text = if is_json() { document(level, name, text, facts).to_string() } else { text.to_owned() };
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// The JSON line. The clock stands here and nowhere in a result.
fn document(level: Level, name: &str, text: &str, facts: Value) -> Value {
    let mut line = Map::new();
    if let Value::Object(facts) = facts {
        line.extend(facts);
    }
    let head = [
        ("schema", Value::from("valueseg.log.1")),
        ("time", Value::from(Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true))),
        ("level", Value::from(level.word())),
        ("event", Value::from(name)),
        ("message", Value::from(text.trim())),
    ];
    line.extend(head.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_line_has_its_head_and_its_facts_and_stays_one_line() {
        let line = document(Level::Warn, "stage_end", "  read\n  done ", json!({ "stage": "read", "schema": "no" }));
        assert_eq!(line["schema"], "valueseg.log.1", "facts do not cover the head");
        assert_eq!((&line["level"], &line["stage"]), (&json!("warn"), &json!("read")));
        assert_eq!(line["message"], "read\n  done");
        assert!(line["time"].as_str().is_some_and(|time| time.ends_with('Z') && time.len() == 20));
        assert!(!line.to_string().contains('\n'));
    }
}
