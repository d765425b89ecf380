//! The answer on stdout.

use std::fmt::Display;
use std::io::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::codes::{Code, Exit};

/// Prints a text. A reader who has left, as `head` does, has got what was wanted; a disk that is full has not.
pub(super) fn text(text: &str) -> Exit {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Ok(()) => Exit::Published,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Published,
        Err(error) => {
            let code = Code::FileRefused;
            super::log::line(&format!("error {code}: cannot write the answer: {error}"));
            code.exit()
        }
    }
}

/// Prints one JSON document.
pub(super) fn json(value: &Value) -> Exit {
    text(&format!("{value:#}"))
}

/// Prints an answer as a JSON document, with its schema and the exit code.
pub(super) fn document(mut document: Value, exit: Exit) -> Exit {
    if let Some(object) = document.as_object_mut() {
        object.insert("schema".to_owned(), Value::from("valueseg.answer.1"));
        object.insert("exit_code".to_owned(), Value::from(exit as u8));
    }
    json(&document)
}

/// Prints an answer that has both a text and a document.
pub(super) fn shown<T: Display + Serialize>(as_json: bool, answer: &T, exit: Exit) -> Exit {
    if as_json { serialized(answer, exit) } else { text(answer.to_string().trim_end()) }
}

/// Prints an answer as a JSON document.
pub(super) fn serialized(answer: &impl Serialize, exit: Exit) -> Exit {
    document(serde_json::to_value(answer).unwrap_or(Value::Null), exit)
}
