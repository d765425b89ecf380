//! Drivers in plain sentences. All of them say "goes with".

use valueseg_catalogue::{Catalogue, Element};

use super::classify::{Kano, StatedDerived};
use super::outcome::Outcome;
use super::types::{ElementDriver, Explained, GroupDrivers, Refusal};
use crate::rows::thousands;

/// What to make of one element of what is explained: two or three plain sentences.
#[must_use]
pub fn reading(catalogue: &Catalogue, outcome: Outcome, explained: &Explained, driver: &ElementDriver) -> String {
    let element: &Element = catalogue.element(driver.element);
    let (name, words) = (element.name(), outcome.words());
    let percent = |x: f64| format!("{:.0} %", 100.0 * x);
    let share = format!(
        "{} of what the elements explain, interval {} to {}",
        percent(driver.share.value),
        percent(driver.share.low),
        percent(driver.share.high)
    );
    let mut said = match driver.direction {
        Some(1) => format!("A higher rating of \"{name}\" goes with more of {words} ({share})."),
        Some(_) => {
            // Without a halo taken out, less is less.
            let than = if explained.halo.is_some() { " than its halo would let expect" } else { "" };
            format!("A higher rating of \"{name}\" goes with less of {words}{than} ({share}).")
        }
        None => format!("Whether a rating of \"{name}\" goes with {words} is not clear ({share})."),
    };
    let class = match driver.kano {
        Some(Kano::MustBe) => " A low rating goes with a loss, a high one with little gain: hold the floor.",
        Some(Kano::Delight) => " A high rating goes with a gain, a low one with little loss: a surprise worth trying.",
        Some(Kano::Performance) => " Low ratings go with a loss and high ones with a gain: each step counts.",
        Some(Kano::Indifferent) => " Neither low nor high ratings go with a difference that matters.",
        None => "",
    };
    said.push_str(class);
    if let Some(stated) = driver.stated {
        said.push_str(match stated {
            StatedDerived::Lead => " Customers also say that it matters: lead with it.",
            StatedDerived::Given => {
                " Customers say that it matters, yet it goes with less of the outcome than an even share: a given; keep it up."
            }
            StatedDerived::Hidden => " Customers do not say that it matters: try it in messages and measure.",
            StatedDerived::Leave => " Nor do customers say that it matters much.",
        });
    }
    said
}

/// What a reader must know before believing the drivers of a group: plain sentences, one for what all of it is, one for
/// each outcome of which nothing is said.
#[must_use]
pub fn group_limits(group: &GroupDrivers) -> Vec<String> {
    let mut said = Vec::new();
    if group.leading().is_some() {
        said.push(
            "Derived importance says what goes with an outcome, not what brings it about; an element that all customers \
             are given alike cannot show how much it matters. Test before you invest."
                .to_owned(),
        );
    }
    for outcome in &group.outcomes {
        let Err(refusal) = &outcome.result else { continue };
        let words = outcome.outcome.words();
        match refusal {
            Refusal::NotAsked => {}
            Refusal::FewRespondents { respondents, needed } => said.push(format!(
                "What goes with {words} is not said: {} customers have ratings and the outcome, {} are needed.",
                thousands(*respondents),
                thousands(*needed)
            )),
            other => said.push(format!("What goes with {words} is not said: {other}.")),
        }
    }
    said
}
