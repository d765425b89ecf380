//! What was found of a play, in a sentence or two.

use super::experiment::EffectMetric;
use super::finding::{EffectFinding, EffectVerdict};
use super::settings::{MOST_CROSSED, UNEVEN_P};
use crate::rows::thousands;

/// A finding in words. `share`: the metric is one, and told in points; `thirds`: the effect in the first and last third.
pub(super) fn sentence(found: &EffectFinding, share: bool, thirds: Option<[f64; 2]>) -> String {
    let unit = Unit { share };
    match found.verdict {
        EffectVerdict::NoControl => {
            format!(
                "No control: {} customers got it and nobody was kept out, so nobody can tell.",
                thousands(found.assigned.treated)
            )
        }
        EffectVerdict::NoOutcome => {
            "No outcome: what it is for is asked of few, and not by one rule in both arms, so nobody can tell."
                .to_owned()
        }
        EffectVerdict::Uneven => uneven(found),
        EffectVerdict::TooEarly => format!("{}{}", early(found), so_far(found, unit)),
        EffectVerdict::TooSmall => format!("{}{}", small(found), so_far(found, unit)),
        EffectVerdict::Worked => format!("It worked: {}.", compared(found, unit)),
        EffectVerdict::Harmed => format!("It did harm: {}. It is stopped.", compared(found, unit)),
        EffectVerdict::NoDifferenceSeen => {
            let worth = found.worth.map(|worth| format!(", and {} was worth it", unit.size(worth))).unwrap_or_default();
            format!("No difference worth having: {}{worth}.", between(found, unit))
        }
        EffectVerdict::Undecided => {
            format!("Undecided: {} once as many had had their time as the plan asked for.", between(found, unit))
        }
        EffectVerdict::Fading => {
            let [early, late] = thirds.unwrap_or_default();
            format!(
                "It wears off: {} in the first third of {} days, {} in the last.",
                unit.change(early),
                found.window_days,
                unit.change(late)
            )
        }
    }
}

/// How figures of a metric are written.
#[derive(Clone, Copy)]
struct Unit {
    share: bool,
}

impl Unit {
    /// A difference with its sign.
    fn change(self, value: f64) -> String {
        let sign = if value < 0.0 { "−" } else { "+" };
        format!("{sign}{}", self.size(value.abs()))
    }

    /// A difference without.
    fn size(self, value: f64) -> String {
        if self.share { format!("{} points", figure(100.0 * value)) } else { figure(value) }
    }

    fn level(self, value: f64) -> String {
        if self.share { format!("{} %", figure(100.0 * value)) } else { figure(value) }
    }
}

/// One decimal; two below 1.
fn figure(value: f64) -> String {
    if value.abs() < 1.0 { format!("{value:.2}") } else { format!("{value:.1}") }
}

/// What the metric counts, after a share of customers.
fn did(metric: &str) -> &'static str {
    match EffectMetric::parse(metric) {
        Some(EffectMetric::RepeatRate | EffectMetric::RetentionRate) => "ordered",
        Some(EffectMetric::ComplaintRate) => "complained",
        Some(EffectMetric::RepeatContactRate) => "had to come back about a case",
        Some(EffectMetric::ReturnRate) => "sent something back",
        Some(EffectMetric::ValuePerCustomer) | None => "was spent on average",
    }
}

fn compared(found: &EffectFinding, unit: Unit) -> String {
    let Some((mean, effect)) = found.mean.zip(found.effect) else { return "the figures are withheld".to_owned() };
    let range = found.interval.or(found.any_night);
    let range =
        range.map(|(low, high)| format!(" ({} to {})", unit.change(low), unit.change(high))).unwrap_or_default();
    format!(
        "{} {} within {} days, {} of those kept out: {}{range}",
        unit.level(mean.treated),
        did(&found.key.metric),
        found.window_days,
        unit.level(mean.control),
        unit.change(effect)
    )
}

fn between(found: &EffectFinding, unit: Unit) -> String {
    match found.interval.or(found.any_night) {
        Some((low, high)) => format!("between {} and {}", unit.change(low), unit.change(high)),
        None => "the figures are withheld".to_owned(),
    }
}

fn uneven(found: &EffectFinding) -> String {
    let leak = found.crossover_share.filter(|share| *share > MOST_CROSSED);
    if let (Some(leak), false) = (leak, found.srm_p.is_some_and(|p| p < UNEVEN_P)) {
        return format!("Uneven: {:.1} % of those kept out got it all the same. No verdict.", 100.0 * leak);
    }
    format!(
        "Uneven: {} got it for {} kept out, which is not what was drawn (p {}); something decides who is counted. No verdict.",
        thousands(found.assigned.treated),
        thousands(found.assigned.control),
        found.srm_p.map_or_else(|| "not known".to_owned(), chance),
    )
}

fn early(found: &EffectFinding) -> String {
    let matured = found.matured.treated + found.matured.control;
    let assigned = found.assigned.treated + found.assigned.control;
    let days = found.window_days;
    match (found.planned, found.verdict_on) {
        (Some(planned), Some(day)) => format!(
            "Too early: {} of {} needed have had their {days} days; verdict on {}.",
            thousands(matured),
            thousands(planned),
            day.format("%-d %b %Y")
        ),
        (Some(planned), None) => format!(
            "Too early: {} of {} needed were drawn so far, {} of them have had their {days} days.",
            thousands(assigned),
            thousands(planned),
            thousands(matured)
        ),
        (None, _) => format!(
            "Too early: {} were drawn so far, and too little is known to say how many are needed.",
            thousands(assigned)
        ),
    }
}

fn small(found: &EffectFinding) -> String {
    let assigned = found.assigned.treated + found.assigned.control;
    let needed = found.planned.map(|planned| format!(" where {} are needed", thousands(planned))).unwrap_or_default();
    format!("Too small: {} were drawn in all{needed}; pool it with other groups, or drop it.", thousands(assigned))
}

/// That a hold-out was drawn long ago.
pub(super) fn old_epoch(days: i32) -> String {
    format!(
        " The hold-out was drawn {days} days ago or more: those kept out and the others grow apart. Another `[holdout] salt` draws anew."
    )
}

/// The interval that may be looked at, as far as there is one.
fn so_far(found: &EffectFinding, unit: Unit) -> String {
    let told = |(low, high)| format!(" So far between {} and {}.", unit.change(low), unit.change(high));
    found.any_night.map(told).unwrap_or_default()
}

/// A small probability with as many digits as tell something.
fn chance(p: f64) -> String {
    if p < 1e-6 {
        "below 0.000001".to_owned()
    } else {
        let digits = (-p.log10()).ceil().max(2.0) as usize;
        format!("{p:.digits$}")
    }
}
