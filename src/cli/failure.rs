//! An error for people: a code, the place, what was seen, one thing to do.

use std::error::Error;
use std::io::IsTerminal as _;

use serde_json::json;

use crate::cli::answer;
use crate::cli::args::{Args, Color};
use crate::cli::progress::line;
use crate::job::error::{Exit, JobError};

/// Says what went wrong and gives the exit code.
pub(super) fn say(args: &Args, error: &JobError) -> Exit {
    let exit = error.exit();
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(below) = cause {
        causes.push(below.to_string());
        cause = below.source();
    }
    let head = if colored(args.color) { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    line(&format!("{head} {}: {error}", error.code()));
    for cause in &causes {
        line(&format!("  because: {cause}"));
    }
    line(&format!("  do: {}", error.to_do()));
    line(&format!("  more: valueseg explain error {}   (exit {})", error.code(), exit as u8));
    if args.json {
        let _ = answer::json(&json!({
            "schema": "valueseg.answer.1",
            "exit_code": exit as u8,
            "error": { "code": error.code(), "message": error.to_string(), "causes": causes, "do": error.to_do() },
        }));
    }
    exit
}

fn colored(wish: Color) -> bool {
    match wish {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let refused = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
            std::io::stderr().is_terminal() && !refused("NO_COLOR")
        }
    }
}
