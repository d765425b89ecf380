//! What a reader must know before believing the lens, in plain sentences.

use super::context::LensContext;
use super::types::Lens;
use crate::customer::relationship::SuspectSettings;

/// Highest connection score published of any company, `docs/domain.md#connection-gaps`.
const PUBLISHED_MOST: f64 = 0.60;

pub(super) fn limits(lens: &Lens, context: &LensContext<'_>) -> Vec<String> {
    let mut said = Vec::new();
    let suspect = &context.settings.suspect;
    connection(lens, suspect, &mut said);
    arc(lens, suspect, &mut said);
    missing(lens, context, &mut said);
    small(lens, context, &mut said);
    said
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn connection(lens: &Lens, suspect: &SuspectSettings, said: &mut Vec<String>) {
    let connection = &lens.everyone.connection;
    if connection.score().n() == 0 {
        said.push(
            "Nobody gave enough answers that can be used to tell how connected they are (satisfaction, and motivators \
             wanted and helped with): the connection score is not known, and spending does not stand in for it."
                .to_owned(),
        );
        return;
    }
    // From here on something is known, and may be too good to be true.
    if let Some(share) = connection.contradictory.value().filter(|share| *share > suspect.contradictory) {
        said.push(format!(
            "{} of those asked are helped with what matters to them and yet not satisfied; above {} suspect the \
             answers or the cuts. They count as not connected.",
            percent(share),
            percent(suspect.contradictory)
        ));
    }
    if let Some(score) = connection.score().value().filter(|score| *score > suspect.connected) {
        let above = if score > PUBLISHED_MOST {
            "every published one (15 to 60 %)".to_owned()
        } else {
            percent(suspect.connected)
        };
        said.push(format!(
            "The connection score of {} is above {above}: suspect the cuts before you believe it.",
            percent(score)
        ));
    }
    if connection.good_brand_gap.estimate().is_some_and(|gap| gap.high < 0.0) {
        said.push(
            "More customers are fully connected than call it a good brand: one of the two is cut in the wrong place."
                .to_owned(),
        );
    }
    said.push(
        "Value by stage, and what a motivator goes with, are associations: people who buy more may answer more kindly."
            .to_owned(),
    );
}

fn arc(lens: &Lens, suspect: &SuspectSettings, said: &mut Vec<String>) {
    let arc = &lens.everyone.arc;
    if arc.up.n() == 0 {
        said.push("Of nobody the stage on the night before is known: moves on the arc are not known.".to_owned());
    }
    if let Some(share) = arc.stages.last().and_then(|(_, share)| share.value()).filter(|s| *s > suspect.indispensable) {
        said.push(format!(
            "{} of the customers are said to find it indispensable; very few should. Suspect how it was asked.",
            percent(share)
        ));
    }
}

fn missing(lens: &Lens, context: &LensContext<'_>, said: &mut Vec<String>) {
    let everyone = &lens.everyone;
    if !context.sources.contacts {
        said.push("There is no table of contacts: complaints and rated contacts are not known.".to_owned());
    } else if everyone.consistency.good_contacts.n() == 0 {
        said.push("No contact was rated: whether journeys are good at every step is not known.".to_owned());
    }
    if everyone.consistency.promises_kept.n() == 0 {
        said.push("No promise that was due is recorded: whether promises are kept is not known.".to_owned());
    }
    if !context.sources.texts {
        said.push(
            "There are no texts in a language that is understood: what customers write about is not known.".to_owned(),
        );
    }
    if context.sources.orders && !context.sources.rewards {
        said.push("Orders do not say whether a reward was used: loyalty that was bought cannot be told.".to_owned());
    }
}

fn small(lens: &Lens, context: &LensContext<'_>, said: &mut Vec<String>) {
    let groups = context.segments.iter().zip(&lens.segments);
    let small: Vec<&str> =
        groups.filter(|(_, group)| group.connection.score().withheld()).map(|(id, _)| id.as_str()).collect();
    if !small.is_empty() {
        said.push(format!(
            "Fewer than {} customers were asked about their connection in {}: figures are withheld.",
            context.min_cell,
            small.join(", ")
        ));
    }
}
