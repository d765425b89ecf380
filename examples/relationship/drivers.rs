//! Derived importance against the planted weights.

use std::collections::BTreeMap;

use serde_json::Value;
use valueseg::catalogue::ElementId;

use crate::agreement::spearman;
use crate::published::Night;

/// Respondents from which on a segment's drivers are judged.
const RESPONDENTS: usize = 400;

/// The hidden segment most people of each published segment belong to, and respondents in the published segment.
fn hidden(night: &Night) -> BTreeMap<String, (usize, usize)> {
    let mut counts: BTreeMap<&str, (BTreeMap<usize, usize>, usize)> = BTreeMap::new();
    for person in &night.people {
        let (Some(found), Some(truth)) = (person.word("segment_id"), person.truth_number("segment")) else { continue };
        let entry = counts.entry(found).or_default();
        *entry.0.entry(truth as usize).or_default() += 1;
        entry.1 += usize::from(person.truth_flag("surveyed"));
    }
    let most = |of: &BTreeMap<usize, usize>| of.iter().max_by_key(|(_, n)| **n).map_or(0, |(segment, _)| *segment);
    counts.into_iter().map(|(found, (of, surveyed))| (found.to_owned(), (most(&of), surveyed))).collect()
}

/// Spearman's correlation of the published importance of a segment with the weights at a place of the truth.
fn correlation(night: &Night, segment: &str, outcome: &str, weights: &Value) -> Result<Option<f64>, &'static str> {
    let mut pairs = Vec::new();
    for row in &night.drivers {
        let word = |column: &str| row.get(column).and_then(Value::as_str);
        if word("segment_id") != Some(segment) || word("outcome") != Some(outcome) {
            continue;
        }
        let element = word("element_id").and_then(ElementId::parse).ok_or("an element")?;
        let planted = weights[element.index()].as_f64().ok_or("a planted weight")?;
        if let Some(found) = row.get("derived_importance").and_then(Value::as_f64) {
            pairs.push((planted, found));
        }
    }
    Ok(spearman(&pairs))
}

/// One line an outcome.
pub(crate) fn lines(night: &Night) -> Result<Vec<String>, &'static str> {
    let segments = hidden(night);
    let planted = &night.truth["drivers"];
    let shown = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
    let mut lines = Vec::new();
    for outcome in ["recommend", "satisfaction"] {
        let mut line = format!(
            "drivers of {outcome}: everybody {}",
            shown(correlation(night, "ALL", outcome, &planted["whole"])?)
        );
        for (id, (segment, _)) in segments.iter().filter(|(_, (_, respondents))| *respondents >= RESPONDENTS) {
            let found = correlation(night, id, outcome, &planted["segments"][*segment])?;
            line.extend([", ", id, " ", &shown(found)]);
        }
        lines.push(line);
    }
    Ok(lines)
}
