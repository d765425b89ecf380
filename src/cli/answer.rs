//! The answer on stdout.

use std::io::Write as _;

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
