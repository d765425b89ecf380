//! `init`: what was found, what is ready, what is left to answer.

use std::fmt::Write as _;
use std::time::Instant;

use serde_json::{Value, json};

use crate::cli::answer;
use crate::cli::args::Args;
use crate::cli::failure::CommandError;
use crate::cli::log::{self, Level};
use crate::codes::Exit;
use crate::job::init::{InitRequest, Started, start};
use crate::tables::spec::TableName;

/// Looks, writes, checks, and says so. Where no night is possible, the configuration is written all the same.
pub(super) fn init(args: &Args, request: &InitRequest<'_>) -> Result<Exit, CommandError> {
    let before = Instant::now();
    let started = start(request)?;
    if !request.from.is_empty() && !args.quiet {
        let seconds = before.elapsed().as_secs_f64();
        let text = format!("looked at the files and checked the configuration in {seconds:.1} s");
        log::event(Level::Info, "init", &text, json!({ "seconds": (seconds * 10.0).round() / 10.0 }));
    }
    let exit = if started.problem.is_some() { Exit::Inputs } else { Exit::Published };
    let told = if args.json {
        let document = serde_json::to_value(&started).unwrap_or(Value::Null);
        answer::document(document, exit)
    } else {
        answer::text(text(&started, request).trim_end())
    };
    // Nothing is worse than that the answer could not be given.
    Ok(if told == Exit::Published { exit } else { told })
}

fn text(started: &Started, request: &InitRequest<'_>) -> String {
    let mut out = format!("Wrote {}.\n", started.config.display());
    // INVARIANT: writing to a String cannot fail.
    if request.from.is_empty() {
        let _ = writeln!(
            out,
            "Next: name your files under [sources] and map them under [tables], or give them with --from."
        );
        return out;
    }
    for skipped in &started.skipped {
        let _ = writeln!(out, "  not read: {skipped}");
    }
    let ready: Vec<&str> = started.ready.iter().map(|table| table.slug()).collect();
    if !ready.is_empty() {
        let customers = started.customers.map_or_else(String::new, |n| format!("; {n} customers"));
        let _ = writeln!(out, "  ready: {}{customers}", ready.join(", "));
    }
    for (table, reason) in &started.left_out {
        let _ = writeln!(out, "  left out: {}: {reason}", table.slug());
    }
    let open = if request.yes { "look over" } else { "answer" };
    let (n, all) = (started.ready.len(), TableName::ALL.len());
    let _ = match started.questions.len() {
        0 => writeln!(out, "{n} of {all} tables are ready; nothing is left to answer."),
        1 => writeln!(out, "{n} of {all} tables are ready; {open} this question:"),
        more => writeln!(out, "{n} of {all} tables are ready; {open} these {more} questions:"),
    };
    for question in &started.questions {
        let _ = writeln!(out, "  {}:{}  {}: {}", started.config.display(), question.line, question.key, question.text);
        if question.offers.len() > 1 {
            let _ = writeln!(out, "      one of {}; the first is proposed", question.offers.join(" | "));
        }
    }
    let _ = match &started.problem {
        Some(problem) => writeln!(out, "No night is possible yet: {problem}."),
        None => writeln!(out, "Next: valueseg run{}", project(request)),
    };
    out
}

fn project(request: &InitRequest<'_>) -> String {
    if request.dir == std::path::Path::new(".") { String::new() } else { format!(" -C {}", request.dir.display()) }
}
