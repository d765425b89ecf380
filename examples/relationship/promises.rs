//! Planted promise-kept rates against the published intervals.

use serde_json::Value;

use crate::published::Night;

/// How many planted rates lie within the published intervals, whether they lie off them to one side, and each that does
/// not.
pub(crate) fn lines(night: &Night) -> Vec<String> {
    let Some(rows) = &night.relationship else {
        return vec!["promises: the night has no table of relationships".to_owned()];
    };
    let (mut inside, mut all, mut off, mut outside) = (0, 0, 0.0, Vec::new());
    for row in rows {
        let word = |column: &str| row.get(column).and_then(Value::as_str);
        let number = |column: &str| row.get(column).and_then(Value::as_f64);
        if word("segment_id") != Some("ALL") || word("measure") != Some("promises_kept") {
            continue;
        }
        let (Some(key), Some(value)) = (word("key"), number("value")) else { continue };
        let (Some(low), Some(high)) = (number("low"), number("high")) else { continue };
        let Some(planted) = night.truth["promises"][key]["rate"].as_f64() else { continue };
        all += 1;
        off += (value - planted) / ((high - low) / (2.0 * 1.96));
        if (low..=high).contains(&planted) {
            inside += 1;
        } else {
            outside.push(format!("promises: {key} planted {planted:.4}, published {low:.4} to {high:.4}"));
        }
    }
    let mut lines = vec![format!(
        "promises: {inside} of {all} planted rates within their published intervals; off by {:+.2} standard errors on average",
        off / f64::from(all.max(1))
    )];
    lines.append(&mut outside);
    lines
}
