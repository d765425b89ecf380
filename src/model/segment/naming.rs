//! What is a segment called? Names made of what stands out, the same for the same profiles.
//!
//! A name has to pass the question "could the customer read it?": it speaks of wishes, never of weaknesses, and leaves
//! out elements whose inference is delicate.

use crate::catalogue::{Catalogue, ElementId, Sensitivity};

use super::profile::types::{Contrast, ElementProfile, SegmentProfile};
use crate::model::rows::Aspect;

/// Standardized difference from which an element stands out. Source: Cohen's "small" effect.
pub const STANDS_OUT: f64 = 0.2;

/// Mean standardized difference over all elements from which a segment is high or low on everything. Our judgement.
const THROUGHOUT: f64 = 0.3;

/// Elements in a name; more only where two segments would be called the same.
const IN_NAME: usize = 2;

/// Names segments after their differences from the rest.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'a> {
    /// Sensitivity of the elements.
    pub catalogue: &'a Catalogue,
    /// Ratings that shaped the segments; `None` = prior importance, a hypothesis.
    pub cut_on: Option<Aspect>,
}

/// Name and description of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Short name, distinct within the night.
    pub name: String,
    /// One plain sentence: what distinguishes the segment, and how sure that is.
    pub description: String,
}

/// Whether an element may be part of a name.
///
/// Health, states of mind, beliefs and family are never named; wishing for good prices or earnings is ordinary talk,
/// and for that class the care lies in the plan: no pressure, no worse terms. Our judgement:
/// `docs/domain.md#sensitive-elements`.
#[must_use]
pub fn nameable(sensitivity: Sensitivity) -> bool {
    matches!(sensitivity, Sensitivity::None | Sensitivity::Financial)
}

/// Words for an element in a name; written so that any two can be joined by "and".
fn phrase(element: ElementId) -> &'static str {
    match element.slug() {
        "saves_time" => "time",
        "simplifies" => "simplicity",
        "makes_money" => "returns",
        "reduces_risk" => "safe choices",
        "organizes" => "order",
        "integrates" => "all in one",
        "connects" => "contact",
        "reduces_effort" => "ease",
        "avoids_hassles" => "no hassle",
        "reduces_cost" => "fair prices",
        "quality" => "quality",
        "variety" => "choice",
        "sensory_appeal" => "the senses",
        "informs" => "clear facts",
        "reduces_anxiety" => "reassurance",
        "rewards_me" => "rewards",
        "nostalgia" => "memories",
        "design_aesthetics" => "design",
        "badge_value" => "distinction",
        "wellness" => "well-being",
        "therapeutic_value" => "relief",
        "fun_entertainment" => "fun",
        "attractiveness" => "looks",
        "provides_access" => "access",
        "provides_hope" => "outlook",
        "self_actualization" => "growth",
        "motivation" => "goals",
        "heirloom" => "lasting things",
        "affiliation_belonging" => "belonging",
        "self_transcendence" => "good causes",
        other => other,
    }
}

/// An element that stands out in a segment.
struct Standout {
    element: ElementId,
    difference: Contrast,
    /// Difference minus the segment's mean difference.
    relative: f64,
}

impl Naming<'_> {
    /// Names for all segments of a night, in their order; no two alike.
    ///
    /// A name joins the two nameable elements with the largest standardized difference (importance; fulfilment where
    /// segments were cut on it), measured against the segment's own mean difference, so that people who rate everything
    /// high are not named after whatever they rate highest by chance. An element needs a difference of [`STANDS_OUT`]
    /// both ways. Where two segments would be called the same, the later one takes one more element, and its id when
    /// none is left.
    ///
    /// A single segment without anybody beside it to compare with is everybody.
    #[must_use]
    pub fn name(&self, segments: &[SegmentProfile]) -> Vec<Named> {
        if let [only] = segments
            && self.level(only).is_none()
        {
            return vec![Named { name: "Everybody".to_owned(), description: everybody(only) }];
        }
        let mut named: Vec<Named> = Vec::with_capacity(segments.len());
        for segment in segments {
            let standouts = self.standouts(segment);
            let name = (IN_NAME..=standouts.len().max(IN_NAME))
                .map(|n| self.joined(segment, &standouts[..standouts.len().min(n)]))
                .find(|name| named.iter().all(|other| other.name != *name))
                .unwrap_or_else(|| format!("{} ({})", self.joined(segment, &standouts), segment.segment_id));
            named.push(Named { name, description: self.description(segment, &standouts) });
        }
        named
    }

    fn aspect(&self) -> Aspect {
        self.cut_on.unwrap_or(Aspect::Importance)
    }

    fn difference(&self, element: &ElementProfile) -> Option<Contrast> {
        match self.aspect() {
            Aspect::Importance => element.importance_difference,
            Aspect::Fulfilment => element.fulfilment_difference,
        }
    }

    /// Mean difference over the elements that have one.
    fn level(&self, segment: &SegmentProfile) -> Option<f64> {
        let known: Vec<f64> = segment.elements.iter().filter_map(|e| self.difference(e)).map(|c| c.d.value).collect();
        if known.is_empty() { None } else { Some(known.iter().sum::<f64>() / known.len() as f64) }
    }

    /// What stands out, strongest first, ties in catalogue order; nameable elements only.
    fn standouts(&self, segment: &SegmentProfile) -> Vec<Standout> {
        let Some(level) = self.level(segment) else { return Vec::new() };
        let mut found: Vec<Standout> = segment
            .elements
            .iter()
            .filter(|e| nameable(self.catalogue.element(e.element).sensitivity()))
            .filter_map(|e| {
                let difference = self.difference(e)?;
                let relative = difference.d.value - level;
                let stands_out = relative >= STANDS_OUT && difference.d.value >= STANDS_OUT;
                stands_out.then_some(Standout { element: e.element, difference, relative })
            })
            .collect();
        found.sort_by(|a, b| b.relative.total_cmp(&a.relative).then(a.element.cmp(&b.element)));
        found
    }

    fn joined(&self, segment: &SegmentProfile, standouts: &[Standout]) -> String {
        let phrases: Vec<&str> = standouts.iter().map(|s| phrase(s.element)).collect();
        match phrases.as_slice() {
            [] => self.plain(segment),
            [one] => capital(&format!("{one} first")),
            [head @ .., last] => capital(&format!("{} and {last}", head.join(", "))),
        }
    }

    /// Name of a segment in which no single element stands out.
    fn plain(&self, segment: &SegmentProfile) -> String {
        let name = match (self.level(segment), self.aspect()) {
            (None, _) => "Not described yet",
            (Some(level), Aspect::Importance) if level >= THROUGHOUT => "Many wishes",
            (Some(level), Aspect::Importance) if level <= -THROUGHOUT => "Few wishes",
            (Some(level), Aspect::Fulfilment) if level >= THROUGHOUT => "Well served",
            (Some(level), Aspect::Fulfilment) if level <= -THROUGHOUT => "Waiting for more",
            _ => "Close to average",
        };
        name.to_owned()
    }

    fn description(&self, segment: &SegmentProfile, standouts: &[Standout]) -> String {
        let answers = format!("{} of {} members answered", thousands(segment.respondents), thousands(segment.size));
        let Some(level) = self.level(segment) else {
            return format!("Too few people stand behind it to say what distinguishes it; {answers}.");
        };
        let shown: Vec<String> = standouts
            .iter()
            .take(3)
            .map(|s| format!("{} (d {:.2})", phrase(s.element), s.difference.d.value))
            .collect();
        let what = match (shown.is_empty(), self.aspect()) {
            (false, Aspect::Importance) => format!("Cares more than others about {}", listed(&shown)),
            (false, Aspect::Fulfilment) => format!("Feels better served than others on {}", listed(&shown)),
            (true, _) if level >= THROUGHOUT => {
                "Rates nearly everything higher than others do, no element most".to_owned()
            }
            (true, _) if level <= -THROUGHOUT => {
                "Rates nearly everything lower than others do, no element most".to_owned()
            }
            (true, _) => "Differs little from the rest on any element that may be named".to_owned(),
        };
        match self.cut_on {
            None => format!("{what}: a hypothesis read from behaviour, for nobody was asked."),
            Some(_) => format!("{what}; {answers}{}.", sureness(standouts)),
        }
    }
}

/// What is said of a single segment.
fn everybody(segment: &SegmentProfile) -> String {
    format!(
        "One group, with nobody beside it to differ from; {} of {} members answered.",
        thousands(segment.respondents),
        thousands(segment.size)
    )
}

/// How sure the elements of the description are, judged by the least sure of them.
fn sureness(standouts: &[Standout]) -> &'static str {
    let lowest = standouts.iter().take(3).map(|s| s.difference.d.low).fold(f64::INFINITY, f64::min);
    if standouts.is_empty() {
        ""
    } else if lowest >= STANDS_OUT {
        ", which makes each of these differences sure and of a size that matters"
    } else if lowest > 0.0 {
        ", which makes the direction of these differences sure, but not that all of them are large"
    } else {
        ", too few to be sure of every one of these differences"
    }
}

fn listed(parts: &[String]) -> String {
    match parts {
        [head @ .., last] if !head.is_empty() => format!("{} and {last}", head.join(", ")),
        _ => parts.concat(),
    }
}

/// The text with a capital first letter.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A count as people write it: 4,120.
pub(in crate::model) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::profile::fixture::{catalogue, element, estimate, segment, wants};
    use super::*;

    fn naming(cut_on: Option<Aspect>) -> Naming<'static> {
        Naming { catalogue: catalogue(), cut_on }
    }

    fn names(segments: &[SegmentProfile]) -> Vec<String> {
        naming(Some(Aspect::Importance)).name(segments).into_iter().map(|named| named.name).collect()
    }

    #[test]
    fn a_segment_is_named_after_the_two_elements_that_stand_out_most() {
        let mut s = segment("S01");
        wants(&mut s, "organizes", 0.5);
        wants(&mut s, "saves_time", 0.9);
        wants(&mut s, "reduces_effort", 0.7);
        let named = &naming(Some(Aspect::Importance)).name(&[s])[0];
        assert_eq!(named.name, "Time and ease");
        assert_eq!(
            named.description,
            "Cares more than others about time (d 0.90), ease (d 0.70) and order (d 0.50); 300 of 5,000 members \
             answered, which makes each of these differences sure and of a size that matters."
        );
    }

    #[test]
    fn delicate_elements_are_passed_over_for_the_next() {
        let mut s = segment("S01");
        wants(&mut s, "wellness", 1.2);
        wants(&mut s, "reduces_anxiety", 1.1);
        wants(&mut s, "affiliation_belonging", 1.0);
        wants(&mut s, "heirloom", 1.0);
        wants(&mut s, "nostalgia", 0.6);
        let named = &naming(Some(Aspect::Importance)).name(&[s])[0];
        assert_eq!(named.name, "Memories first");
        for delicate in ["ellness", "nxiety", "elonging", "eirloom"] {
            assert!(!named.description.contains(delicate), "{}", named.description);
        }
    }

    #[test]
    fn two_segments_never_share_a_name() {
        let mut a = segment("S01");
        wants(&mut a, "saves_time", 0.9);
        wants(&mut a, "reduces_effort", 0.7);
        let mut b = a.clone();
        b.segment_id = "S02".to_owned();
        wants(&mut b, "organizes", 0.5);
        let plain = |id: &str| segment(id);
        assert_eq!(
            names(&[a, b, plain("S03"), plain("S04")]),
            ["Time and ease", "Time, ease and order", "Close to average", "Close to average (S04)"]
        );
    }

    #[test]
    fn people_who_rate_everything_high_are_not_named_after_chance() {
        let mut high = segment("S01");
        for e in &mut high.elements {
            e.importance_difference = Some(Contrast { d: estimate(0.8, 0.1), p_adjusted: None });
        }
        let mut low = segment("S02");
        for e in &mut low.elements {
            e.importance_difference = Some(Contrast { d: estimate(-0.8, 0.1), p_adjusted: None });
        }
        assert_eq!(names(&[high, low]), ["Many wishes", "Few wishes"]);
    }

    #[test]
    fn a_segment_cut_on_fulfilment_is_named_after_what_it_is_served_well_on() {
        let mut s = segment("S01");
        element(&mut s, "variety").fulfilment_difference = Some(Contrast { d: estimate(0.6, 0.5), p_adjusted: None });
        let named = &naming(Some(Aspect::Fulfilment)).name(&[s])[0];
        assert_eq!(named.name, "Choice first");
        assert!(named.description.starts_with("Feels better served than others on choice (d 0.60)"));
        assert!(named.description.ends_with("but not that all of them are large."));
    }

    #[test]
    fn a_guess_from_behavior_is_called_a_hypothesis_and_nothing_known_stays_unnamed() {
        let mut s = segment("S01");
        wants(&mut s, "saves_time", 0.9);
        let mut unknown = segment("S02");
        for e in &mut unknown.elements {
            e.importance_difference = None;
        }
        let named = naming(None).name(&[s, unknown]);
        assert!(named[0].description.contains("a hypothesis"));
        assert_eq!(named[1].name, "Not described yet");
        let alone = naming(None).name(&named_alone());
        assert_eq!(alone[0].name, "Everybody");
        assert!(alone[0].description.contains("nobody beside it"), "{}", alone[0].description);
    }

    fn named_alone() -> [SegmentProfile; 1] {
        let mut alone = segment("S01");
        for e in &mut alone.elements {
            e.importance_difference = None;
        }
        [alone]
    }

    #[test]
    fn counts_are_written_for_people() {
        assert_eq!([0, 999, 4_120, 1_234_567].map(thousands), ["0", "999", "4,120", "1,234,567"]);
    }

    #[test]
    fn every_element_has_a_phrase_of_its_own() {
        let mut phrases: Vec<&str> = ElementId::all().map(phrase).collect();
        assert!(ElementId::all().all(|e| phrase(e) != e.slug() || !e.slug().contains('_')));
        phrases.sort_unstable();
        phrases.dedup();
        assert_eq!(phrases.len(), 30);
    }
}
