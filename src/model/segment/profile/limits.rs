//! What a reader must know before believing a profile, in plain sentences.

use valueseg_catalogue::ElementId;

use super::context::ProfileContext;
use super::sums::ProfileSums;
use super::types::Profiles;
use crate::fit::Structure;
use crate::rows::{Aspect, thousands};

/// Respondents per rated element below which segments rest on too few. Source: Dolnicar, Grün, Leisch and Schmidt 2014.
const FLOOR_PER_ELEMENT: u64 = 60;

/// Respondents per rated element from which noise and unequal segments are offset. Source: Dolnicar et al. 2016.
const GOOD_PER_ELEMENT: u64 = 100;

/// Respondents below which a segment is hardly described. Our judgment.
const SEGMENT_RESPONDENTS: u64 = 100;

/// Sentences for [`Profiles::limits`], the gravest first. `everyone` are the sums before withholding.
pub(super) fn limits(profiles: &Profiles, everyone: &ProfileSums, context: &ProfileContext) -> Vec<String> {
    let mut said = Vec::new();
    evidence(everyone, context, &mut said);
    // Of one segment nothing is to be said: it is everybody.
    if profiles.segments.len() > 1 {
        structure(context, &mut said);
    }
    thin_segments(profiles, context, &mut said);
    small_segments(profiles, context, &mut said);
    missing_tables(everyone, context, &mut said);
    said
}

fn evidence(everyone: &ProfileSums, context: &ProfileContext, said: &mut Vec<String>) {
    let answered = |aspect: Aspect| everyone.respondents[aspect as usize].count();
    let (wanted, served) = (answered(Aspect::Importance), answered(Aspect::Fulfillment));
    match context.cut_on {
        // The model says why, and what would bring segments.
        None if context.uncut => {}
        None => said.push(format!(
            "{}: the segments are hypotheses, read from behavior through the catalogue's loadings. Ask some hundred \
             customers before acting on them.",
            match wanted {
                0 => "Nobody was surveyed on what segments are cut on".to_owned(),
                few => format!("Only {} customers rated importance, too few to cut segments on", thousands(few)),
            }
        )),
        Some(aspect) => sample(answered(aspect), rated(everyone, aspect), aspect, said),
    }
    // Segments cut on importance long ago stay cut on it in a night without such answers.
    if wanted == 0 && context.cut_on == Some(Aspect::Fulfillment) {
        said.push(
            "Importance was not asked: segments are cut on the shape of fulfillment, what matters to customers is not \
             known, and no gap between wanting and getting can be shown."
                .to_owned(),
        );
    }
    if served == 0 {
        said.push(
            "Fulfillment was not asked: how well each element is delivered is not known, and no element can be said to \
             be delivered or to need mending."
                .to_owned(),
        );
    }
}

/// Elements that anybody rated.
fn rated(everyone: &ProfileSums, aspect: Aspect) -> u64 {
    ElementId::all().filter(|element| everyone.answers[aspect.indicator(*element)].n > 0).count() as u64
}

/// Whether `respondents` are enough for the `elements` they rated.
fn sample(respondents: u64, elements: u64, aspect: Aspect, said: &mut Vec<String>) {
    let (floor, good) = (FLOOR_PER_ELEMENT * elements, GOOD_PER_ELEMENT * elements);
    let word = aspect.slug();
    if elements == 0 {
        said.push(format!(
            "Nobody's rating of {word} is known tonight: the segments were cut on it on an earlier night."
        ));
        return;
    }
    let [asked, floor_words, good_words] = [respondents, floor, good].map(thousands);
    if respondents < floor {
        said.push(format!(
            "Only {asked} customers rated {word}; for {elements} elements {floor_words} are a floor and {good_words} \
             are good. Treat the segments as provisional."
        ));
    } else if respondents < good {
        said.push(format!(
            "{asked} customers rated {word}: usable for {elements} elements; from {good_words} on, noise and unequal \
             segments matter less."
        ));
    }
}

fn structure(context: &ProfileContext, said: &mut Vec<String>) {
    match context.structure {
        Some(Structure::Natural) => {}
        Some(Structure::Reproducible) => said.push(
            "The segments are found again in resampled data, but it is not shown that they are separate groups: \
             customers near a border differ little across it."
                .to_owned(),
        ),
        Some(Structure::Constructive) => said.push(
            "The segments are cuts in a continuum: useful to organize work, but not groups that exist by themselves; \
             another night's fit may cut elsewhere."
                .to_owned(),
        ),
        None => said.push(
            "Whether the segments are groups of their own was not tested: treat them as cuts in a continuum."
                .to_owned(),
        ),
    }
}

fn thin_segments(profiles: &Profiles, context: &ProfileContext, said: &mut Vec<String>) {
    if context.cut_on.is_none() {
        return;
    }
    let thin = context.segments.iter().zip(&profiles.segments);
    let thin = thin.filter(|(_, segment)| segment.respondents < SEGMENT_RESPONDENTS);
    // Where most members answered, their profile rests on answers, few as they are.
    let (asked, inferred): (Vec<_>, Vec<_>) = thin.partition(|(_, segment)| 2 * segment.respondents >= segment.members);
    let consequences = [(inferred, "their profiles lean on inferred scores"), (asked, "their profiles are rough")];
    for (segments, so) in consequences.into_iter().filter(|(segments, _)| !segments.is_empty()) {
        let ids: Vec<&str> = segments.iter().map(|(id, _)| id.as_str()).collect();
        said.push(format!("Fewer than {SEGMENT_RESPONDENTS} members answered in {}: {so}.", ids.join(", ")));
    }
}

fn small_segments(profiles: &Profiles, context: &ProfileContext, said: &mut Vec<String>) {
    let segments = context.segments.iter().zip(&profiles.segments);
    let small: Vec<&str> = segments.filter(|(_, segment)| segment.suppressed).map(|(id, _)| id.as_str()).collect();
    if !small.is_empty() {
        said.push(format!(
            "Fewer than {} customers are in {}: figures are withheld.",
            context.min_cell,
            small.join(", ")
        ));
    }
}

fn missing_tables(everyone: &ProfileSums, context: &ProfileContext, said: &mut Vec<String>) {
    if !context.consent.profiling {
        said.push(
            "The customers table has no consent_profiling column: nobody was left out for want of a consent. Make sure that \
             a legal basis covers this."
                .to_owned(),
        );
    }
    if !context.consent.channels {
        said.push(
            "The customers table has no consent column for any channel: nobody counts as reachable, so no line of a \
             plan can be sent or tested."
                .to_owned(),
        );
    }
    if everyone.promoters.n == 0 {
        said.push(
            "No answer to whether they would recommend us can be used: there is no Net Promoter Score.".to_owned(),
        );
    }
    let (known, all) = (everyone.value.count(), everyone.members.count());
    if known == 0 {
        let text = "No value of orders is known: there are none, or no amount can be read and added up. Nothing is said \
                    about the value of customers.";
        said.push(text.to_owned());
    } else if known < all {
        let (unknown, all) = (thousands(all - known), thousands(all));
        said.push(format!(
            "Value is not known of {unknown} of {all} customers: an amount of theirs is missing, cannot be read or is too \
             large to be added up. Sums that would need them are left out; means are over the others."
        ));
    }
}
