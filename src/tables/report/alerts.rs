//! `alerts.json`: what somebody should look at in the morning.

use serde::Serialize;

/// Most alerts of a night; more are not read. Our judgment.
pub const MOST_ALERTS: usize = 8;

/// One thing to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Stable word for what it is about, so that a reader can mute or count it: `model_doubt`, `refit`, `held`, or a kind
    /// of figure of the inputs such as `rows`.
    pub key: &'static str,
    /// `alert`: the night is published; `hold`: it was held back.
    pub severity: &'static str,
    /// What happened, in one sentence.
    pub what: String,
    /// How big it is.
    pub how_big: String,
    /// Since when, `YYYY-MM-DD`; `None` = tonight.
    pub since: Option<String>,
    /// `data`, `customers`, `model` or `plan`: where the cause most likely lies.
    pub likely_cause: &'static str,
    /// One thing to do.
    pub to_do: String,
}

/// `alerts.json`: the first [`MOST_ALERTS`], in the order given; an empty list on a quiet night.
#[must_use]
pub fn alerts_json(alerts: &[Alert]) -> String {
    let shown = serde_json::json!(&alerts[..alerts.len().min(MOST_ALERTS)]);
    format!("{shown:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_night_has_no_alerts_and_a_loud_one_a_bounded_number() {
        assert_eq!(alerts_json(&[]), "[]\n");
        let alert = |n: usize| Alert {
            key: "model_doubt",
            severity: "alert",
            what: format!("{n}"),
            how_big: String::new(),
            since: None,
            likely_cause: "data",
            to_do: String::new(),
        };
        let many: Vec<Alert> = (0..11).map(alert).collect();
        let back: Vec<serde_json::Value> = serde_json::from_str(&alerts_json(&many)).unwrap();
        assert_eq!(back.len(), MOST_ALERTS);
        assert_eq!(back[0]["what"], "0");
    }
}
