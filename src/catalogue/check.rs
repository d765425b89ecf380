//! What must hold between the parts of a catalogue, whoever wrote it.

use std::collections::BTreeMap;

use super::motivator::{MOTIVATOR_LIMIT, Motivator};
use super::signal::SIGNAL_LIMIT;
use super::{
    Capabilities, CatalogueError, Element, ElementId, Level, N_ELEMENTS, NeedMap, NeedTier, Play, PlayKind,
    PlaySubject, Signal,
};

/// How far a row of need weights may lie from 1.
const ROW_SUM_TOLERANCE: f64 = 1e-9;

const ELEMENTS: &str = "elements.toml";
const NEEDS: &str = "needs.toml";

/// The elements in catalogue order: all 30, the published number on each level, no two defined or wished for alike.
pub(super) fn elements(mut elements: Vec<Element>) -> Result<Vec<Element>, CatalogueError> {
    elements.sort_by_key(Element::id);
    if let Some(id) = ElementId::all().find(|id| !elements.iter().any(|element| element.id == *id)) {
        return Err(CatalogueError::Missing { what: format!("element `{id}` in {ELEMENTS}") });
    }
    for level in Level::ALL {
        let found = elements.iter().filter(|element| element.level == level).count();
        if found != level.size() {
            return Err(CatalogueError::BadNumber {
                file: ELEMENTS.to_owned(),
                id: level.slug().to_owned(),
                key: "number of elements on the level".to_owned(),
                got: found as f64,
                expected: "14 functional, 10 emotional, 5 life_changing, 1 social_impact",
            });
        }
    }
    different(&elements, "definition", Element::definition)?;
    different(&elements, "wish", Element::wish)?;
    Ok(elements)
}

/// That no two elements have the same text.
fn different(elements: &[Element], key: &'static str, text: fn(&Element) -> &str) -> Result<(), CatalogueError> {
    for (i, element) in elements.iter().enumerate() {
        if let Some(other) = elements[..i].iter().find(|other| text(other) == text(element)) {
            return Err(CatalogueError::SameText {
                file: ELEMENTS.to_owned(),
                id: element.id.slug().to_owned(),
                key,
                other: other.id.slug().to_owned(),
            });
        }
    }
    Ok(())
}

/// The need map: a row of five weights in `[0, 1]` summing to 1 for each element.
pub(super) fn needs(weights: &BTreeMap<String, (String, Vec<f64>)>) -> Result<NeedMap, CatalogueError> {
    let bad = |file: &str, id: &str, key: String, got: f64, expected: &'static str| CatalogueError::BadNumber {
        file: file.to_owned(),
        id: id.to_owned(),
        key,
        got,
        expected,
    };
    let mut rows = [[f64::NAN; NeedTier::COUNT]; N_ELEMENTS];
    for (slug, (file, row)) in weights {
        let element = ElementId::parse(slug).ok_or_else(|| CatalogueError::UnknownElement {
            file: file.clone(),
            id: slug.clone(),
            key: "weights",
            got: slug.clone(),
            nearest: ElementId::nearest(slug),
        })?;
        let Ok(five) = <[f64; NeedTier::COUNT]>::try_from(row.as_slice()) else {
            let expected = "5 weights: physiological, safety, belonging, esteem, growth";
            return Err(bad(file, slug, "number of weights".to_owned(), row.len() as f64, expected));
        };
        for tier in NeedTier::ALL {
            let weight = five[tier.index()];
            if !(0.0..=1.0).contains(&weight) {
                return Err(bad(file, slug, tier.slug().to_owned(), weight, "within 0 to 1"));
            }
        }
        let sum: f64 = five.iter().sum();
        if (sum - 1.0).abs() > ROW_SUM_TOLERANCE {
            return Err(bad(file, slug, "sum of weights".to_owned(), sum, "1"));
        }
        rows[element.index()] = five;
    }
    match ElementId::all().find(|id| rows[id.index()][0].is_nan()) {
        Some(id) => Err(CatalogueError::Missing { what: format!("weights of `{id}` in {NEEDS}") }),
        None => Ok(NeedMap::from_checked_rows(&rows)),
    }
}

/// No more motivators than a customer's row has room for.
pub(super) fn motivators(motivators: Vec<Motivator>) -> Result<Vec<Motivator>, CatalogueError> {
    if motivators.len() > MOTIVATOR_LIMIT {
        return Err(CatalogueError::TooManyMotivators { got: motivators.len(), most: MOTIVATOR_LIMIT });
    }
    Ok(motivators)
}

/// No more signals than a customer's row has room for. What one signal must satisfy was checked when it was made.
pub(super) fn signals(signals: Vec<Signal>) -> Result<Vec<Signal>, CatalogueError> {
    if signals.len() > SIGNAL_LIMIT {
        return Err(CatalogueError::TooManySignals { got: signals.len(), most: SIGNAL_LIMIT });
    }
    Ok(signals)
}

/// Every situation has a play that any company can do: lead, fix and hold for each element, something for each tier, each
/// step of the arc, everyone, each kind of open matter, the motivators, each kind of story, and whoever is left alone. What
/// one play must satisfy was checked when it was made.
pub(super) fn plays(plays: Vec<Play>) -> Result<Vec<Play>, CatalogueError> {
    let nothing = Capabilities::default();
    let element_plays = [PlayKind::Lead, PlayKind::Fix, PlayKind::Hold]
        .into_iter()
        .flat_map(|kind| ElementId::all().map(move |id| (kind, PlaySubject::Element(id))));
    let tier_plays = NeedTier::ALL.into_iter().map(|tier| (PlayKind::Need, PlaySubject::Need(tier)));
    let arc_plays = PlaySubject::ARC_STEPS.into_iter().map(|step| (PlayKind::Arc, step));
    let neutral = std::iter::once((PlayKind::Neutral, PlaySubject::Everyone));
    let open = PlaySubject::OPEN_MATTERS.into_iter().map(|subject| (PlayKind::Recover, subject));
    let stories = PlaySubject::STORIES.into_iter().map(|subject| (PlayKind::Thank, subject));
    let others = [(PlayKind::Connect, PlaySubject::Motivators), (PlayKind::Leave, PlaySubject::LeftAlone)];
    let close = open.chain(stories).chain(others);
    for (kind, subject) in element_plays.chain(tier_plays).chain(arc_plays).chain(neutral).chain(close) {
        let mut about = plays.iter().filter(|play| play.kind == kind && play.subject == subject);
        if !about.any(|play| nothing.offered(play).is_some()) {
            let what = format!("{} play for `{}` that any company can do", kind.slug(), subject.slug());
            return Err(CatalogueError::Missing { what });
        }
    }
    Ok(plays)
}
