//! How close somebody is, in plain words: the relationship columns of a customer's row.

use crate::catalogue::{Catalogue, ElementId};
use crate::model::rows::ArcStage;
use crate::tables::read::RowMap;

/// The sentences; of what is not known, that it is not.
pub(super) fn sentences(row: &RowMap, catalogue: &Catalogue) -> Vec<String> {
    let mut lines = vec![connection(row)];
    lines.extend([arc(row), loyalty(row), experiences(row), level(row), next(row, catalogue)].into_iter().flatten());
    lines
}

fn text<'a>(row: &'a RowMap, column: &str) -> Option<&'a str> {
    row.get(column)?.as_str()
}

fn number(row: &RowMap, column: &str) -> Option<f64> {
    row.get(column)?.as_f64()
}

/// A slug as words.
fn words(slug: &str) -> String {
    slug.replace('_', " ")
}

fn connection(row: &RowMap) -> String {
    match text(row, "connection_stage") {
        Some(stage) => format!("Connection, by own answers: {}.", words(stage)),
        None => "How connected this customer feels is not known: not asked enough to tell.".to_owned(),
    }
}

fn arc(row: &RowMap) -> Option<String> {
    let stage = number(row, "arc_stage")?;
    let name = ArcStage::from_number(stage as u8)?.name();
    let since = text(row, "arc_since").map(|day| format!(" since {day}")).unwrap_or_default();
    let facts = text(row, "arc_evidence")
        .map(|facts| format!(", from: {}", words(&facts.replace('+', ", "))))
        .unwrap_or_default();
    let risk = number(row, "slide_risk").map(|risk| format!(" Chance of sliding down soon: {:.0} %.", 100.0 * risk));
    Some(format!("Stage {stage} of 5 of the relationship ({name}){since}{facts}.{}", risk.unwrap_or_default()))
}

fn loyalty(row: &RowMap) -> Option<String> {
    let rewards = number(row, "reward_share")
        .map(|share| format!("; {:.0} % of the order value came with a reward", 100.0 * share))
        .unwrap_or_default();
    Some(match text(row, "loyalty_type")? {
        "behavioral_only" => format!("Loyalty: only behavior is known, not liking{rewards}."),
        kind => format!("Loyalty: {}{rewards}.", words(kind)),
    })
}

fn experiences(row: &RowMap) -> Option<String> {
    let balance = number(row, "experience_balance")?;
    let debt = match number(row, "experience_debt") {
        Some(debt) if debt > 0.0 => format!("it takes {debt} good ones to make up for the bad"),
        _ => "nothing is owed".to_owned(),
    };
    let consistency = number(row, "consistency")
        .map(|least| format!(" The least of the three consistencies is {least:.2} of 1."))
        .unwrap_or_default();
    Some(format!("Good against bad experiences: {balance:+.1}; {debt}.{consistency}"))
}

fn level(row: &RowMap) -> Option<String> {
    const NAMES: [(&str, &str); 6] = [
        ("0", "leave alone"),
        ("1", "wave"),
        ("2", "guest"),
        ("3", "friend"),
        ("4", "inner circle"),
        ("X", "close kindly: people decide"),
    ];
    let level = text(row, "relationship_level")?;
    let (_, name) = NAMES.into_iter().find(|(own, _)| *own == level)?;
    let reason = text(row, "relationship_reason").map(words).unwrap_or_default();
    Some(format!("Level of contact that suits: {level} ({name}), because of: {reason}."))
}

fn next(row: &RowMap, catalogue: &Catalogue) -> Option<String> {
    let named = |column: &str| Some(catalogue.element(ElementId::parse(text(row, column)?)?).name());
    let Some(name) = named("next_element") else {
        let (first, second) = (named("next_candidate_1")?, named("next_candidate_2")?);
        return Some(format!("To deliver next: not sure, “{first}” or “{second}”."));
    };
    let gap = number(row, "next_gap")?;
    Some(format!("To deliver next: “{name}”, {gap:.1} standard deviations behind what is wanted."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(json: &str) -> RowMap {
        serde_json::from_str(json).expect("a row")
    }

    #[test]
    fn what_might_be_next_is_told_with_its_rival() {
        let row = row(r#"{"next_element": null, "next_candidate_1": "saves_time", "next_candidate_2": "quality"}"#);
        let told = "To deliver next: not sure, “Saves time” or “Quality”.";
        assert_eq!(next(&row, &Catalogue::embedded()).as_deref(), Some(told));
    }

    #[test]
    fn a_row_is_told_in_sentences_and_what_is_not_known_is_said_or_left_out() {
        let catalogue = Catalogue::embedded();
        let told = sentences(
            &row(r#"{"connection_stage": "fully_connected", "arc_stage": 3, "arc_since": "2026-11-20",
                "arc_evidence": "gave_opinion+preferred", "loyalty_type": "true", "reward_share": 0.1,
                "experience_balance": -1.5, "experience_debt": 2, "consistency": 0.8, "relationship_level": "3",
                "relationship_reason": "evidence", "next_element": "saves_time", "next_gap": 1.25, "slide_risk": null}"#),
            &catalogue,
        );
        assert_eq!(
            told,
            [
                "Connection, by own answers: fully connected.",
                "Stage 3 of 5 of the relationship (meaning) since 2026-11-20, from: gave opinion, preferred.",
                "Loyalty: true; 10 % of the order value came with a reward.",
                "Good against bad experiences: -1.5; it takes 2 good ones to make up for the bad. The least of the three \
                 consistencies is 0.80 of 1.",
                "Level of contact that suits: 3 (friend), because of: evidence.",
                "To deliver next: “Saves time”, 1.2 standard deviations behind what is wanted.",
            ]
        );
        let nothing = sentences(&row("{}"), &catalogue);
        assert_eq!(nothing, ["How connected this customer feels is not known: not asked enough to tell."]);
    }
}
