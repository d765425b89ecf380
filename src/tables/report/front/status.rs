//! The strip on top: may the night be used as it is?

use serde::Serialize;

use super::super::alerts::MOST_ALERTS;
use super::super::input::ReportInput;
use super::super::words::{begun, unpointed};

/// How the night is.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    /// `green`, `amber` or `red`; also said in words.
    color: &'static str,
    word: &'static str,
    text: String,
    /// What to do first, one sentence each; empty on a good night.
    first: Vec<String>,
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
    let first = first.map(|alert| format!("{}. {}.", unpointed(&alert.what), begun(unpointed(&alert.to_do)))).collect();
    let (color, word, text) = match (held, input.alerts.len()) {
        (1.., _) => {
            ("red", "Stop", "This night was held back. Send nothing from it before the points below are settled.")
        }
        (0, 1..) => ("amber", "Look", "This night can be used. Look at the points below first."),
        (0, 0) => ("green", "Good", "This night can be used as it is."),
    };
    Status { color, word, text: text.to_owned(), first }
}
