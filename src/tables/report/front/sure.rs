//! Whether plays worked, and how sure the page is.

use super::super::input::ReportInput;
use super::super::words::{count, date, many, percent};
use super::groups::in_ten;
use crate::model::fit::Structure;
use crate::model::plan::{LineScope, PlanLine, TrialDesign};

/// What tests have shown; before the first result, when it comes and what it takes.
pub(super) fn worked(input: &ReportInput<'_>) -> Vec<String> {
    let lines = || input.plans.all().flat_map(|plan| plan.lines.iter().map(move |line| (plan, line)));
    let testable = |line: &PlanLine| line.scope == LineScope::Campaign && line.trial != TrialDesign::CannotBeTold;
    let first =
        lines().filter(|(_, line)| testable(line)).filter_map(|(plan, line)| Some((line.known_on?, plan, line)));
    let Some((day, plan, line)) = first.min_by_key(|(day, plan, line)| (*day, plan.segment_id.clone(), line.rank))
    else {
        return vec![
            "Nothing can be tested yet: nobody can be written to, so nobody can be left out to compare with."
                .to_owned(),
        ];
    };
    let needs = line
        .people_needed
        .map_or_else(String::new, |people| format!(", with {} in it", many(people, "customer", "customers")));
    let whom = match plan.segment_id.as_str() {
        "NONE" => "customers in no group".to_owned(),
        _ => format!("“{}”", plan.segment_name),
    };
    vec![
        "No play has run long enough to tell.".to_owned(),
        format!("First answer on {}, for {whom}{needs}, if it starts today.", date(day)),
    ]
}

/// How sure groups and figures are, in words.
pub(super) fn sure(input: &ReportInput<'_>) -> Vec<String> {
    let (scored, answered) = (input.scored(), input.night.everyone.profile.respondents);
    let mut said = Vec::new();
    if let Some(probability) = input.night.everyone.profile.mean_probability.filter(|_| input.night.segments.len() > 1)
    {
        said.push(format!("{} customers in a group are placed right.", in_ten(probability)));
    }
    said.push(match answered {
        0 => "Nobody was asked: what is said of wishes is read from what customers do.".to_owned(),
        answered if answered >= scored => format!("All {} customers were asked and answered.", count(scored)),
        answered => format!(
            "{} of {} customers answered ({}); the others are placed by what they do.",
            count(answered),
            count(scored),
            percent(answered as f64 / scored as f64)
        ),
    });
    said.extend(match input.night.structure {
        _ if input.night.segments.len() < 2 => None,
        Some(Structure::Natural) => Some("The groups are real: other samples show them again.".to_owned()),
        Some(Structure::Reproducible) => {
            Some("The groups come back in other samples, yet their edges are soft.".to_owned())
        }
        Some(Structure::Constructive) => {
            Some("The groups are useful cuts; customers change gradually from one to the next.".to_owned())
        }
        None => None,
    });
    said
}
