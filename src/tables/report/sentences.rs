//! The night in five plain sentences, made from its figures.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::pyramid::contrast;
use super::words::{count, how_much, many, percent, unpointed};
use crate::model::fit::Structure;
use crate::model::plan::{LineScope, Plan};
use crate::model::rows::Aspect;

/// One sentence and the part of the report that shows its figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// What it is about: `size`, `difference`, `action`, `certainty`, `missing`.
    pub about: String,
    /// Anchor of the figures behind it, without `#`: in `report.html`, else in `report/appendix.html`.
    pub figure: String,
    /// The sentence, plain text.
    pub text: String,
}

/// The five sentences, always in the same order: how many, what differs, what to do first, how sure, what is missing.
#[must_use]
pub fn sentences(input: &ReportInput<'_>) -> Vec<Sentence> {
    let of =
        |about: &str, figure: &str, text: String| Sentence { about: about.to_owned(), figure: figure.to_owned(), text };
    vec![
        of("size", "who", size(input)),
        of("difference", "groups", difference(input)),
        of("action", "today", action(input)),
        of("certainty", "how-sure", certainty(input)),
        of("missing", "data", missing(input)),
    ]
}

fn size(input: &ReportInput<'_>) -> String {
    let (scored, assigned) = (input.scored(), input.assigned());
    let groups = input.night.segments.len();
    let largest = input
        .night
        .segments
        .iter()
        .reduce(|best, next| if next.profile.members > best.profile.members { next } else { best });
    match largest {
        Some(largest) if scored > 0 => {
            let of = |n: u64| percent(n as f64 / scored as f64);
            format!(
                "{} were scored and {} of them ({}) belong to {}; the largest is “{}” with {}.",
                many(scored, "customer", "customers"),
                count(assigned),
                of(assigned),
                if groups == 1 { "one group".to_owned() } else { format!("one of {groups} groups") },
                largest.name,
                largest.profile.share.map_or_else(|| of(largest.profile.members), |share| percent(share.value)),
            )
        }
        _ => format!("{} were scored, and no groups were formed.", many(scored, "customer", "customers")),
    }
}

/// The largest difference between a group and the rest, a sure one before any unsure one.
fn difference(input: &ReportInput<'_>) -> String {
    if input.night.segments.len() == 1 {
        return "Everybody is one group, so no difference between groups is shown.".to_owned();
    }
    let Some(aspect) = input.shown() else {
        return "How the groups differ is not known: nobody was asked, and behavior does not tell.".to_owned();
    };
    let shown = input.night.segments.iter().filter(|segment| !segment.profile.suppressed);
    // Only differences upwards: what a group cares about less makes no headline.
    let largest = shown
        .flat_map(|segment| segment.profile.elements.iter().map(move |element| (segment, element)))
        .filter_map(|(segment, element)| Some((segment, element, contrast(element, aspect)?.d)))
        .filter(|(_, _, d)| d.value > 0.0)
        .reduce(|best, next| {
            let better = (input.is_sure(next.2), next.2.value) > (input.is_sure(best.2), best.2.value);
            if better { next } else { best }
        });
    let Some((segment, element, d)) = largest else {
        return "No group lies above the rest on any element.".to_owned();
    };
    let (name, group, degree) = (input.catalogue.element(element.element).name(), &segment.name, how_much(d.value));
    let seen = match aspect {
        Aspect::Importance => format!("“{name}”: it matters {degree} more to “{group}” than to others"),
        Aspect::Fulfillment => format!("“{name}”: “{group}” rate it {degree} better than others do"),
    };
    if input.is_sure(d) {
        format!("What sets the groups apart most is {seen}.")
    } else {
        format!("No group surely differs from the rest; what may set them apart most, unsure, is {seen}.")
    }
}

/// Kinds of lines that are no beginning: they suit everybody, or say whom to leave in peace.
const NO_BEGINNING: [&str; 2] = ["neutral", "leave"];

/// The first campaign of the plan that reaches most customers, ties to the earlier segment; without one, what the company
/// mends first.
fn action(input: &ReportInput<'_>) -> String {
    let first = |plan: &Plan| plan.lines.iter().find(|line| line.scope == LineScope::Campaign).cloned();
    let campaigns = input.plans.plans.iter().filter_map(|plan| Some((plan, first(plan)?)));
    let best = campaigns.reduce(|best, next| if next.1.reach > best.1.reach { next } else { best });
    if let Some((plan, line)) = best {
        let reach = many(line.reach.unwrap_or(0), "customer", "customers");
        return format!("Begin with “{}” ({reach} within reach): {}.", plan.segment_name, unpointed(&line.action));
    }
    match input.plans.company.lines.first() {
        Some(line) => format!(
            "Nobody can be addressed in person yet; begin with the company itself ({} are touched): {}.",
            many(line.people, "customer", "customers"),
            unpointed(&line.action)
        ),
        None => served(input),
    }
}

/// What to do where nobody is addressed and the company has nothing to mend: how the largest group with a line of its own is
/// served.
fn served(input: &ReportInput<'_>) -> String {
    let own = |plan: &Plan| plan.lines.iter().find(|line| !NO_BEGINNING.contains(&line.kind.as_str())).cloned();
    let lines = input.plans.plans.iter().filter_map(|plan| Some((plan, own(plan)?)));
    let best = lines.reduce(|best, next| if next.1.people > best.1.people { next } else { best });
    match best {
        Some((plan, line)) => format!(
            "Nobody can be addressed in person yet; begin with how “{}” is served ({}): {}.",
            plan.segment_name,
            many(line.people, "customer", "customers"),
            unpointed(&line.action)
        ),
        None => "No plan could be backed by evidence, so the neutral plan applies to everybody.".to_owned(),
    }
}

fn certainty(input: &ReportInput<'_>) -> String {
    let answered = input.night.everyone.profile.respondents;
    if input.night.segments.len() == 1 {
        return match answered {
            0 => "Nobody rated what matters, so nothing tells customers apart by their wishes.".to_owned(),
            n => format!("{} answered; everybody is described as one group.", many(n, "customer", "customers")),
        };
    }
    let basis = if answered == 0 {
        "Nobody was asked, so every group is a hypothesis read from behavior".to_owned()
    } else {
        answers(answered, input.assigned(), input.scored())
    };
    let found = match input.night.structure {
        Some(Structure::Natural) => "; the groups are real clusters that other samples show again",
        Some(Structure::Reproducible) => "; the groups come back in other samples but are not shown to be separate",
        Some(Structure::Constructive) => "; the groups are useful cuts in a continuum, not clusters found in the data",
        None => "",
    };
    let probability = input.night.everyone.profile.mean_probability.map_or_else(String::new, |p| {
        format!("; on average a customer belongs to the group named with a probability of {}", percent(p))
    });
    format!("{basis}{found}{probability}.")
}

/// How many answered, and what of the others: they are placed only where more people have a group than answered.
fn answers(answered: u64, assigned: u64, scored: u64) -> String {
    let people = many(answered, "customer", "customers");
    if answered >= scored {
        return format!("{people} answered, all of those scored");
    }
    let share = percent(answered as f64 / scored as f64);
    let others = if assigned > answered { "are placed by what they do" } else { "are not placed" };
    format!("{people} answered ({share} of those scored) and the others {others}")
}

fn missing(input: &ReportInput<'_>) -> String {
    let left_out = match input.left_out() {
        0 => String::new(),
        n => format!(" {} left out on legal or ethical grounds.", many(n, "customer is", "customers are")),
    };
    match input.night.limits.first() {
        Some(limit) => format!("{}.{left_out}", unpointed(limit)),
        None => format!("Nothing essential is missing.{left_out}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_placed_only_where_more_people_have_a_group_than_answered() {
        assert!(answers(100, 101, 400).ends_with("and the others are placed by what they do"));
        assert!(answers(100, 100, 400).ends_with("and the others are not placed"));
        assert_eq!(
            answers(400, 380, 400),
            format!("{} answered, all of those scored", many(400, "customer", "customers"))
        );
    }
}
