//! What to do today: at most three cards.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::plan_view::{by_channel, effort, known_on, subject};
use super::super::said::{Saying, customers, plain, told};
use super::super::words::{anchor, unpointed};
use crate::model::plan::{LineScope, Plan, PlanLine};
use crate::tables::audiences::list_name;

/// Most cards.
const MOST: usize = 3;

/// One card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Today {
    /// Group, or the company.
    whom: Saying,
    anchor: Option<String>,
    what: String,
    about: Saying,
    /// How many by which channel; of what the company does, how many it touches.
    reach: Saying,
    opening: Option<String>,
    /// What to open first of the list; absent where nothing is sent.
    file: Option<String>,
    owner: String,
    effort: Saying,
    known: Saying,
}

/// The first campaign of each group's plan, the largest reach first; places that stay free are the company's.
pub(super) fn today(input: &ReportInput<'_>) -> Vec<Today> {
    let mut sendable: Vec<(&Plan, &PlanLine)> = input.plans.plans.iter().filter_map(sendable).collect();
    sendable.sort_by(|a, b| b.1.reach.cmp(&a.1.reach).then_with(|| a.0.segment_id.cmp(&b.0.segment_id)));
    let company = input.plans.company.lines.iter().map(|line| (&input.plans.company, line));
    let cards = sendable.into_iter().chain(company).take(MOST);
    cards.map(|(plan, line)| card(input, plan, line)).collect()
}

fn sendable(plan: &Plan) -> Option<(&Plan, &PlanLine)> {
    let line = plan.lines.iter().find(|line| line.scope == LineScope::Campaign && line.reach.is_some_and(|n| n > 0))?;
    Some((plan, line))
}

fn card(input: &ReportInput<'_>, plan: &Plan, line: &PlanLine) -> Today {
    let is_company = plan.segment_id == input.plans.company.segment_id;
    Today {
        whom: if is_company { told("today.company") } else { plain(plan.segment_name.as_str()) },
        anchor: (!is_company).then(|| anchor(&plan.segment_id)),
        what: format!("{}.", unpointed(&line.action)),
        about: subject(&line.subject, input.catalogue),
        reach: match line.reach {
            Some(reach) if reach > 0 => by_channel(&line.channel, reach),
            _ => told("today.touches").with("people", customers(line.people)),
        },
        opening: Some(line.opening.clone()).filter(|opening| !opening.is_empty()),
        file: (input.lists && line.scope == LineScope::Campaign)
            .then(|| format!("audiences/{}/RECEIPT.txt", list_name(&plan.segment_id, &line.play_id))),
        owner: line.owner.clone(),
        effort: effort(&line.effort, "effort_word"),
        known: known_on(line),
    }
}
