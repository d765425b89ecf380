//! The strip on top: may the night be used as it is?

use serde::{Deserialize, Serialize};

use super::super::alerts::MOST_ALERTS;
use super::super::input::ReportInput;
use super::super::plan_view::{kind, subject};
use super::super::said::{Saying, told};
use super::super::words::{begun, unpointed};

/// Clauses of an alert that stand on the first page. Our judgment.
const CLAUSES: usize = 2;

/// How the night is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Status {
    /// `green`, `amber` or `red`; also said in words.
    color: String,
    word: Saying,
    text: Saying,
    /// What to do first, one sentence each; empty on a good night.
    first: Vec<String>,
    /// Whether an alert says more than stands here.
    shortened: bool,
}

impl Status {
    /// Whether advice has to wait.
    pub(super) fn is_red(&self) -> bool {
        self.color == "red"
    }
}

/// Red: the night was held back. Amber: it is published, and somebody should look. Green: nothing to look at.
pub(super) fn status(input: &ReportInput<'_>) -> Status {
    let held = input.alerts.iter().filter(|alert| alert.severity == "hold").count();
    let first = input.alerts.iter().take(MOST_ALERTS);
    let words = |text: &str| in_plain_words(input, unpointed(text));
    let first =
        first.map(|alert| format!("{}. {}.", begun(&words(&alert.what)), begun(&words(&alert.to_do)))).collect();
    let shortened = input.alerts.iter().any(|alert| alert.what.split("; ").count() > CLAUSES);
    let color = match (held, input.alerts.len()) {
        (1.., _) => "red",
        (0, 1..) => "amber",
        (0, 0) => "green",
    };
    let [word, text] = ["word", "text"].map(|key| told(&format!("status.{color}_{key}")));
    Status { color: color.to_owned(), word, text, first, shortened }
}

/// An alert as everybody reads it: its first clauses, plays by their name, and no line of a configuration.
fn in_plain_words(input: &ReportInput<'_>, text: &str) -> String {
    let text = text.split("; [").next().unwrap_or_default().replace('`', "");
    let text = text.split("; ").take(CLAUSES).collect::<Vec<_>>().join("; ");
    let named = |word: &str| {
        let play = input.catalogue.play(word)?;
        Some(format!("“{}: {}”", kind(play.kind().slug()), subject(&play.subject().slug(), input.catalogue)))
    };
    text.split(' ').map(|word| named(word).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join(" ")
}
