//! An error for people: a code, the place, what was seen, one thing to do.

use std::io::IsTerminal as _;

use serde::Serialize;
use serde_json::{Value, json};

use crate::cli::answer;
use crate::cli::args::{Args, Color};
use crate::cli::log::{self, Level};
use crate::codes::{Code, Coded, Exit, machine_limit};
use crate::demo::DemoError;
use crate::job::error::JobError;

/// Why a command did not end well. The demo stands beside the job; only the command line knows both.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommandError {
    /// The job.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The demo.
    #[error("the demo cannot be made")]
    Demo(#[from] DemoError),
}

impl Coded for CommandError {
    fn code(&self) -> Code {
        match self {
            Self::Job(error) => error.code(),
            Self::Demo(error) => machine_limit(error).unwrap_or_else(|| error.code()),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Job(error) => error.hint(),
            Self::Demo(error) => error.hint(),
        }
    }
}

/// Says what went wrong, on stderr and where asked for as the answer, and gives the exit code.
pub(super) fn say(args: &Args, error: &dyn Coded) -> Exit {
    say_as(args.json, args.color, error)
}

/// The same, where nothing but this is known of the command line; `as_json`: the answer is wanted as JSON.
pub(super) fn say_as(as_json: bool, color: Color, error: &dyn Coded) -> Exit {
    tell_as(color, error);
    let exit = error.code().exit();
    if as_json {
        let said = json!({ "schema": "valueseg.answer.1", "exit_code": exit as u8, "error": facts(error) });
        let _ = answer::json(&said);
    }
    exit
}

/// Says what went wrong on stderr: a few lines of text, or one line of JSON.
pub(super) fn tell(args: &Args, error: &dyn Coded) {
    tell_as(args.color, error);
}

fn tell_as(color: Color, error: &dyn Coded) {
    let code = error.code();
    let exit = code.exit() as u8;
    if log::is_json() {
        let mut facts = facts(error);
        facts["exit_code"] = exit.into();
        return log::event(Level::Error, "error", &error.to_string(), facts);
    }
    let head = if colored(color) { "\u{1b}[1;31merror\u{1b}[0m" } else { "error" };
    log::line(&format!("{head} {code}: {error}"));
    for cause in causes(error) {
        log::line(&format!("  because: {cause}"));
    }
    log::line(&format!("  do: {}", error.to_do()));
    log::line(&format!("  more: valueseg explain error {code}   (exit {exit})"));
}

/// An answer as JSON, with the error that stands in its way.
pub(super) fn with_error(answer: &impl Serialize, error: &dyn Coded) -> Value {
    let mut document = serde_json::to_value(answer).unwrap_or(Value::Null);
    document["error"] = facts(error);
    document
}

fn facts(error: &dyn Coded) -> Value {
    json!({ "code": error.code().id(), "message": error.to_string(), "causes": causes(error), "do": error.to_do() })
}

fn causes(error: &dyn Coded) -> Vec<String> {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(below) = cause {
        causes.push(below.to_string());
        cause = below.source();
    }
    causes
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
