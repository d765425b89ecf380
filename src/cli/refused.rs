//! What is said of a command line that cannot be understood: the same form as of every other error.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::args::Color;
use crate::cli::log;
use crate::cli::{answer, failure};
use crate::codes::{Code, Coded, Exit};

/// A command line that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(super) struct Refused {
    /// What is wrong with it, on one line.
    what: String,
    /// What to write instead.
    to_do: String,
}

impl Coded for Refused {
    fn code(&self) -> Code {
        Code::CommandLine
    }

    fn hint(&self) -> Option<String> {
        Some(self.to_do.clone())
    }
}

/// Help and version are answers; anything else on the command line that cannot be understood is not.
pub(super) fn say(error: &clap::Error) -> Exit {
    let text = error.render().to_string();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => answer::text(text.trim_end()),
        kind => {
            // What would have been read of it is not there: two wishes are looked up in the words themselves.
            let wishes = Wishes::of(std::env::args_os().map(|word| word.to_string_lossy().into_owned()));
            log::write_json(wishes.json_lines);
            let refused = match kind {
                ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
                    if !wishes.json_lines {
                        log::line(text.trim_end());
                    }
                    Refused { what: "no command is given".to_owned(), to_do: ask("") }
                }
                _ => refused(&text, error),
            };
            failure::say_as(wishes.json_answer, Color::Auto, &refused)
        }
    }
}

/// What the words of a command line ask for that could not be read as a whole.
#[derive(Debug, PartialEq)]
struct Wishes {
    json_answer: bool,
    json_lines: bool,
}

impl Wishes {
    fn of(words: impl Iterator<Item = String>) -> Self {
        let words: Vec<String> = words.take_while(|word| word != "--").collect();
        let format = words.windows(2).any(|pair| pair[0] == "--log-format" && pair[1] == "json");
        Self {
            json_answer: words.iter().any(|word| word == "--json"),
            json_lines: format || words.iter().any(|word| word == "--log-format=json"),
        }
    }
}

/// What clap says, on one line, and what it advises.
fn refused(text: &str, error: &clap::Error) -> Refused {
    let lines = || text.lines().map(str::trim);
    let said: Vec<&str> = lines().take_while(|line| !line.is_empty()).collect();
    let said = said.join(" ");
    let tip = lines().find_map(|line| line.strip_prefix("tip: ")).map(str::to_owned);
    let usage = lines().find_map(|line| line.strip_prefix("Usage: "));
    let values = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            Some(format!("write one of {}", values.join(", ")))
        }
        _ => None,
    };
    // The first words of the usage that are no options are the command.
    let command = usage.unwrap_or_default().split(' ').skip(1);
    let command: Vec<&str> = command.take_while(|word| word.bytes().all(|byte| byte.is_ascii_lowercase())).collect();
    let advice = tip.or(values).map_or_else(String::new, |advice| format!("{advice}; "));
    Refused {
        what: said.strip_prefix("error: ").unwrap_or(&said).to_owned(),
        to_do: format!("{advice}{}", ask(&command.join(" "))),
    }
}

fn ask(command: &str) -> String {
    format!("see `valueseg {}--help`", if command.is_empty() { String::new() } else { format!("{command} ") })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Args;

    fn said(words: &[&str]) -> (String, String) {
        let error = Args::try_parse_from([&["valueseg"], words].concat()).expect_err("cannot be understood");
        let refused = refused(&error.render().to_string(), &error);
        (refused.to_string(), refused.to_do())
    }

    #[test]
    fn a_command_line_is_refused_on_one_line_and_with_something_to_do() {
        let (what, to_do) = said(&["run", "--refitt"]);
        assert_eq!(what, "unexpected argument '--refitt' found");
        assert!(to_do.contains("--refit") && to_do.ends_with("see `valueseg run --help`"), "{to_do}");
        let (what, _) = said(&["check", "--as-of", "2026-13-01"]);
        assert!(what.starts_with("invalid value '2026-13-01' for '--as-of <DATE>'"), "{what}");
        let (what, _) = said(&["check", "--as-of"]);
        assert!(what.contains("--as-of <DATE>") && !what.contains('\n'), "{what}");
        let (_, to_do) = said(&["schema", "colums"]);
        assert!(to_do.contains("config, tables, inputs"), "{to_do}");
        let (what, to_do) = said(&["forget"]);
        assert!(what.contains("--ids-file <FILE>") && to_do.contains("valueseg forget --help"), "{what} {to_do}");
    }

    #[test]
    fn what_is_wanted_as_json_is_told_by_the_words() {
        let of = |words: &[&str]| Wishes::of(words.iter().map(|word| (*word).to_owned()));
        assert_eq!(of(&["run", "--json", "--x"]), Wishes { json_answer: true, json_lines: false });
        assert_eq!(of(&["--log-format", "json", "x"]), Wishes { json_answer: false, json_lines: true });
        assert_eq!(of(&["--log-format=json", "--", "--json"]), Wishes { json_answer: false, json_lines: true });
    }
}
