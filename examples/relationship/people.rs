//! Stages and loyalty of the customers who were asked, against the truth.

use valueseg::model::rows::{ArcStage, ConnectionStage, LoyaltyType};

use crate::agreement::{agreement, kappa};
use crate::published::{Night, Person};

fn connection(word: Option<&str>) -> Option<usize> {
    ConnectionStage::ALL.iter().position(|stage| Some(stage.slug()) == word)
}

fn loyalty(word: Option<&str>) -> Option<usize> {
    LoyaltyType::ALL.iter().position(|kind| Some(kind.slug()) == word)
}

/// A number with three decimals, or a dash.
fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

/// Shares in percent of the labels below `labels`.
fn shares(found: &[usize], labels: usize) -> String {
    let share = |label| 100.0 * found.iter().filter(|x| **x == label).count() as f64 / found.len().max(1) as f64;
    (0..labels).map(|label| format!("{:.1}", share(label))).collect::<Vec<_>>().join(" / ")
}

fn pairs(night: &Night, of: impl Fn(&Person) -> Option<(usize, usize)>) -> Vec<(usize, usize)> {
    night.asked().filter_map(of).collect()
}

/// Mean value of the year by connection stage, true or found, against the highly satisfied, in percent.
fn values(night: &Night, stage: impl Fn(&Person) -> Option<usize>) -> String {
    let (mut n, mut sums) = ([0.0; 4], [0.0; 4]);
    for person in &night.people {
        if let (Some(stage), Some(value)) = (stage(person), person.number("value_365d")) {
            n[stage] += 1.0;
            sums[stage] += value;
        }
    }
    let mean = |s: usize| sums[s] / n[s];
    (0..4).map(|s| format!("{:+.0}", 100.0 * (mean(s) / mean(1) - 1.0))).collect::<Vec<_>>().join(" / ")
}

/// Kappas, shares, values and forgiveness.
pub(crate) fn lines(night: &Night) -> Vec<String> {
    let true_connection = |p: &Person| connection(p.truth_word("connection_stage"));
    let found_connection = |p: &Person| connection(p.word("connection_stage"));
    let stages = pairs(night, |p| Some((true_connection(p)?, found_connection(p)?)));
    let arcs = pairs(night, |p| Some((p.truth_number("arc_stage")? as usize, p.number("arc_stage")? as usize)));
    let kinds = pairs(night, |p| {
        let found = loyalty(p.word("loyalty_type")).filter(|kind| *kind < LoyaltyType::BehavioralOnly as usize)?;
        Some((loyalty(p.truth_word("loyalty_type"))?, found))
    });
    let split = |all: &[(usize, usize)], labels| {
        let (truth, found): (Vec<usize>, Vec<usize>) = all.iter().copied().unzip();
        format!("planted {} found {}", shares(&truth, labels), shares(&found, labels))
    };
    let forgave: Vec<&Person> = night.asked().filter(|p| p.truth_flag("forgave")).collect();
    let seen = forgave.iter().filter(|p| p.word("arc_evidence").is_some_and(|words| words.contains("forgave"))).count();
    vec![
        format!("connection: kappa {} of {}; {}", shown(kappa(&stages, 4)), stages.len(), split(&stages, 4)),
        format!("arc: kappa {} of {}; {}", shown(kappa(&arcs, ArcStage::ALL.len())), arcs.len(), split(&arcs, 6)),
        format!(
            "loyalty: agreement {:.3}, kappa {} of {}; {}",
            agreement(&kinds),
            shown(kappa(&kinds, LoyaltyType::ALL.len())),
            kinds.len(),
            split(&kinds, 4),
        ),
        format!(
            "value against highly satisfied, %: by planted stage {}, by found stage {}",
            values(night, true_connection),
            values(night, found_connection),
        ),
        format!("forgiveness observed: {seen} of {} who were failed gravely and went on as before", forgave.len()),
    ]
}
