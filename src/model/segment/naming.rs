//! What is a segment called? Names made of what stands out, the same for the same profiles.
//!
//! A name has to pass the question "could the customer read it?": it speaks of wishes, never of weaknesses, and leaves
//! out elements whose inference is delicate.

use valueseg_catalogue::{Catalogue, ElementId, Sensitivity};

use super::night::{SegmentNight, SegmentNights};
use super::profile::types::{Contrast, ElementProfile, SegmentProfile};
use super::traces::Trace;
use crate::fit::{HeldContrast, Structure};
use crate::rows::{Aspect, thousands};

/// Standardized difference from which an element stands out. Source: Cohen's "small" effect.
pub const STANDS_OUT: f64 = 0.2;

/// Share of the samples in which an element must stand out, among people the segment was not found on, to be said of it. Our
/// judgment: four in five.
const KEPT: f64 = 0.8;

/// The same for a difference to be called sure. Our judgment: nearly always.
const KEPT_SURELY: f64 = 0.95;

/// Part of the largest difference from which others are as large for all that is known.
///
/// METHOD (our judgment): a difference between hundred people and the rest is sure to 0.2 spreads or so, a third of those
/// that make names. Which of some like differences is the largest is a matter of who answered; that they are among the
/// largest is not. So those are named in catalogue order, and other samples give the same name.
const AS_LARGE: f64 = 2.0 / 3.0;

/// Mean standardized difference over all elements from which a segment is high or low on everything. Our judgment.
const THROUGHOUT: f64 = 0.3;

/// Elements in a name; more only where two segments would be called the same.
const IN_NAME: usize = 2;

/// Names segments after their differences from the rest.
#[derive(Clone, Copy, Debug)]
pub struct Naming<'a> {
    /// Phrases for the elements, and how delicate they are.
    pub catalogue: &'a Catalogue,
    /// Ratings that shaped the segments; `None` = prior importance, a hypothesis.
    pub cut_on: Option<Aspect>,
}

/// Name and description of one segment.
struct Named {
    /// Distinct among the names made on the night.
    name: String,
    description: String,
}

/// Whether an element may be part of a name.
///
/// Health, states of mind, beliefs and family are never named; wishing for good prices or earnings is ordinary talk,
/// and for that class the care lies in the plan: no pressure, no worse terms. Our judgment:
/// `docs/domain.md#sensitive-elements`.
#[must_use]
pub fn nameable(sensitivity: Sensitivity) -> bool {
    matches!(sensitivity, Sensitivity::None | Sensitivity::Financial)
}

/// An element that stands out in a segment.
struct Standout {
    element: ElementId,
    /// Difference on the night, with its interval.
    difference: Contrast,
    /// Difference minus the segment's mean difference.
    relative: f64,
    /// Among people the segment was not found on; `None` = not measured.
    held: Option<HeldContrast>,
}

impl Standout {
    /// The difference as told: of people the segment was not found on, where that is known.
    fn told(&self) -> f64 {
        self.held.map_or(self.difference.d.value, |held| held.d)
    }

    /// Lower end of what may be said: of the night's interval, around the difference as told.
    fn low(&self) -> f64 {
        self.difference.d.low.min(self.told() - (self.difference.d.value - self.difference.d.low))
    }

    /// Whether it stands out whoever answers; what was not measured is taken by its interval alone.
    fn is_kept(&self) -> bool {
        self.held.is_none_or(|held| held.kept >= KEPT_SURELY)
    }
}

impl Naming<'_> {
    /// Describes all segments of a night, and names those that have no name yet.
    ///
    /// Where nobody was asked, what members do says more than the few elements it hints at: a new segment is named by
    /// its strongest trace that no other new one is named by.
    pub fn name(&self, night: &mut SegmentNights) {
        let kept: Vec<Vec<String>> =
            night.segments.iter().map(|segment| words(&segment.name)).filter(|words| !words.is_empty()).collect();
        let made = self.made(&night.segments, night.structure);
        // The only segment does as everybody does.
        let several = night.segments.len() > 1;
        let mut taken: Vec<String> = Vec::new();
        for (segment, Named { mut name, description }) in night.segments.iter_mut().zip(made) {
            segment.description = description;
            if !segment.name.is_empty() {
                continue;
            }
            if several
                && self.cut_on.is_none()
                && let Some(trace) = segment.traces.iter().map(called).find(|trace| !taken.contains(trace))
            {
                taken.push(trace.clone());
                name = trace;
            }
            // Words that another segment has already, from an earlier night or from people, take the id along.
            segment.name = if kept.contains(&words(&name)) { format!("{name} ({})", segment.id) } else { name };
        }
    }

    /// Names and descriptions for all segments, in their order; no two names alike.
    ///
    /// A name joins the two nameable elements with the largest standardized difference (importance; fulfillment where
    /// segments were cut on it), measured against the segment's own mean difference, so that people who rate everything
    /// high are not named after whatever they rate highest by chance. An element needs a difference of [`STANDS_OUT`]
    /// both ways; where the fit measured it, in four of five samples among people the segment was not found on, and
    /// of differences about as large the first in catalogue order is named. Where two segments would be called the same, the later one takes one more element, and its id when
    /// none is left.
    ///
    /// A single segment without anybody beside it to compare with is everybody.
    fn made(&self, segments: &[SegmentNight], structure: Option<Structure>) -> Vec<Named> {
        if let [only] = segments
            && self.level(&only.profile).is_none()
        {
            return vec![Named { name: "Everybody".to_owned(), description: everybody(&only.profile) }];
        }
        let mut named: Vec<Named> = Vec::with_capacity(segments.len());
        for SegmentNight { id, profile, held, .. } in segments {
            let standouts = self.standouts(profile, held.as_deref());
            let name = (IN_NAME..=standouts.len().max(IN_NAME))
                .map(|n| self.joined(profile, &standouts[..standouts.len().min(n)]))
                .find(|name| named.iter().all(|other| other.name != *name))
                .unwrap_or_else(|| format!("{} ({id})", self.joined(profile, &standouts)));
            named.push(Named { name, description: self.description(profile, &standouts, structure) });
        }
        named
    }

    /// Words for an element, such that any two can be joined by "and".
    fn phrase(&self, standout: &Standout) -> &str {
        self.catalogue.element(standout.element).wish()
    }

    fn aspect(&self) -> Aspect {
        self.cut_on.unwrap_or(Aspect::Importance)
    }

    fn difference(&self, element: &ElementProfile) -> Option<Contrast> {
        match self.aspect() {
            Aspect::Importance => element.importance_difference,
            Aspect::Fulfillment => element.fulfillment_difference,
        }
    }

    /// Mean difference over the elements that have one.
    fn level(&self, segment: &SegmentProfile) -> Option<f64> {
        let known: Vec<f64> = segment.elements.iter().filter_map(|e| self.difference(e)).map(|c| c.d.value).collect();
        if known.is_empty() { None } else { Some(known.iter().sum::<f64>() / known.len() as f64) }
    }

    /// What stands out, strongest first, ties in catalogue order; nameable elements only. What was measured in people the
    /// segment was not found on goes before what was not, and differences as large as the largest are ties.
    fn standouts(&self, segment: &SegmentProfile, held: Option<&[HeldContrast]>) -> Vec<Standout> {
        let Some(level) = self.level(segment) else { return Vec::new() };
        let mut found: Vec<Standout> = segment
            .elements
            .iter()
            .filter(|e| nameable(self.catalogue.element(e.element).sensitivity()))
            .filter_map(|e| {
                let difference = self.difference(e)?;
                let relative = difference.d.value - level;
                let Some(held) = held else {
                    let stands_out = relative >= STANDS_OUT && difference.d.value >= STANDS_OUT;
                    return stands_out.then_some(Standout { element: e.element, difference, relative, held: None });
                };
                let held = *held.iter().find(|held| held.element == e.element)?;
                let stands_out = held.kept >= KEPT && held.d >= STANDS_OUT && difference.d.value > 0.0;
                stands_out.then_some(Standout { element: e.element, difference, relative, held: Some(held) })
            })
            .collect();
        if held.is_none() {
            found.sort_by(|a, b| b.relative.total_cmp(&a.relative).then(a.element.cmp(&b.element)));
            return found;
        }
        let largest = found.iter().map(Standout::told).fold(0.0, f64::max);
        let order = |standout: &Standout| standout.told().min(AS_LARGE * largest);
        found.sort_by(|a, b| order(b).total_cmp(&order(a)).then(a.element.cmp(&b.element)));
        found
    }

    fn joined(&self, segment: &SegmentProfile, standouts: &[Standout]) -> String {
        let phrases: Vec<&str> = standouts.iter().map(|s| self.phrase(s)).collect();
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
            (Some(level), Aspect::Fulfillment) if level >= THROUGHOUT => "Well served",
            (Some(level), Aspect::Fulfillment) if level <= -THROUGHOUT => "Waiting for more",
            _ => "Close to average",
        };
        name.to_owned()
    }

    fn description(&self, segment: &SegmentProfile, standouts: &[Standout], structure: Option<Structure>) -> String {
        let answers = format!("{} of {} members answered", thousands(segment.respondents), thousands(segment.members));
        let Some(level) = self.level(segment) else {
            return format!("Too few people stand behind it to say what distinguishes it; {answers}.");
        };
        let shown: Vec<String> =
            standouts.iter().take(3).map(|s| format!("{} (d {:.2})", self.phrase(s), s.told())).collect();
        let what = match (shown.is_empty(), self.aspect()) {
            (false, Aspect::Importance) => format!("Cares more than others about {}", listed(&shown)),
            (false, Aspect::Fulfillment) => format!("Feels better served than others on {}", listed(&shown)),
            (true, _) if level >= THROUGHOUT => {
                "Rates nearly everything higher than others do, no element most".to_owned()
            }
            (true, _) if level <= -THROUGHOUT => {
                "Rates nearly everything lower than others do, no element most".to_owned()
            }
            (true, _) => "Differs little from the rest on any element that may be named".to_owned(),
        };
        match self.cut_on {
            None => format!("{what}: a hypothesis read from behavior, for nobody was asked."),
            Some(_) => format!("{what}; {answers}{}.", sureness(standouts, structure)),
        }
    }
}

/// A segment named by something its members do.
fn called(trace: &Trace) -> String {
    format!("{}: {}", trace.name, if trace.difference > 0.0 { "high" } else { "low" })
}

/// The words of a name in no particular order: "Time and order" and "Order and time" are one name to a reader.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    words.sort_unstable();
    words
}

/// What is said of a single segment.
fn everybody(segment: &SegmentProfile) -> String {
    format!(
        "One group, with nobody beside it to differ from; {} of {} members answered.",
        thousands(segment.respondents),
        thousands(segment.members)
    )
}

/// How sure the elements of the description are, judged by the least sure of them. Of cuts in a continuum nothing is sure:
/// another fit may cut elsewhere.
fn sureness(standouts: &[Standout], structure: Option<Structure>) -> &'static str {
    let shown = || standouts.iter().take(3);
    let lowest = shown().map(Standout::low).fold(f64::INFINITY, f64::min);
    if standouts.is_empty() {
        ""
    } else if structure == Some(Structure::Constructive) {
        "; the group is a cut in a continuum, so none of this is sure"
    } else if lowest >= STANDS_OUT && shown().all(Standout::is_kept) {
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

#[cfg(test)]
mod tests {
    use super::super::fixture::{catalogue, element, estimate, night, segment, wants};
    use super::*;

    /// The segments after they were named, those called by their id being new.
    fn named(cut_on: Option<Aspect>, mut segments: Vec<SegmentNight>) -> Vec<SegmentNight> {
        segments.iter_mut().filter(|segment| segment.name == segment.id).for_each(|segment| segment.name.clear());
        let mut night = night(segments);
        Naming { catalogue: catalogue(), cut_on }.name(&mut night);
        night.segments
    }

    fn names(segments: &[SegmentNight]) -> Vec<String> {
        named(Some(Aspect::Importance), segments.to_vec()).into_iter().map(|segment| segment.name).collect()
    }

    #[test]
    fn a_segment_is_named_after_the_two_elements_that_stand_out_most() {
        let mut s = segment("S01");
        wants(&mut s.profile, "organizes", 0.5);
        wants(&mut s.profile, "saves_time", 0.9);
        wants(&mut s.profile, "reduces_effort", 0.7);
        let named = &named(Some(Aspect::Importance), vec![s])[0];
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
        wants(&mut s.profile, "wellness", 1.2);
        wants(&mut s.profile, "reduces_anxiety", 1.1);
        wants(&mut s.profile, "affiliation_belonging", 1.0);
        wants(&mut s.profile, "heirloom", 1.0);
        wants(&mut s.profile, "nostalgia", 0.6);
        let named = &named(Some(Aspect::Importance), vec![s])[0];
        assert_eq!(named.name, "Memories first");
        for delicate in ["ellness", "nxiety", "elonging", "eirloom"] {
            assert!(!named.description.contains(delicate), "{}", named.description);
        }
    }

    /// What was measured in people the segment was not found on: element, difference, share of samples.
    fn held(of: &[(&str, f64, f64)]) -> Vec<HeldContrast> {
        let element = |slug: &str| ElementId::parse(slug).unwrap();
        of.iter().map(|(slug, d, kept)| HeldContrast { element: element(slug), d: *d, kept: *kept }).collect()
    }

    #[test]
    fn a_name_is_made_of_what_stands_out_in_people_the_segment_was_not_found_on() {
        let mut s = segment("S01");
        for (slug, d) in [("saves_time", 0.7), ("reduces_effort", 0.9), ("organizes", 1.5), ("quality", 0.8)] {
            wants(&mut s.profile, slug, d);
        }
        // Order was large in those it was found on alone; quality comes and goes.
        s.held = Some(held(&[("saves_time", 0.6, 1.0), ("reduces_effort", 0.8, 1.0), ("quality", 0.7, 0.6)]));
        let named = &named(Some(Aspect::Importance), vec![s.clone()])[0];
        assert_eq!(named.name, "Time and ease");
        assert!(named.description.starts_with("Cares more than others about time (d 0.60) and ease (d 0.80);"));
        assert!(named.description.ends_with("each of these differences sure and of a size that matters."));
        // Another sample turns the two, which are alike for all that is known: the name stays.
        s.held = Some(held(&[("saves_time", 0.8, 1.0), ("reduces_effort", 0.6, 1.0)]));
        assert_eq!(names(&[s.clone()]), ["Time and ease"]);
        // One that is clearly larger goes first whatever its place in the catalogue.
        s.held = Some(held(&[("saves_time", 0.4, 1.0), ("reduces_effort", 0.8, 1.0)]));
        assert_eq!(names(&[s.clone()]), ["Ease and time"]);
        // Nothing that keeps standing out.
        s.held = Some(held(&[("organizes", 0.5, 0.5)]));
        assert_eq!(names(&[s]), ["Close to average"]);
    }

    #[test]
    fn nothing_is_sure_that_is_not_kept_or_of_a_cut_in_a_continuum() {
        let mut s = segment("S01");
        wants(&mut s.profile, "saves_time", 0.9);
        let said = |held: Option<Vec<HeldContrast>>, structure: Option<Structure>| {
            let mut segment = SegmentNight { name: String::new(), held, ..s.clone() };
            segment.profile.respondents = 300;
            let mut night = SegmentNights { structure, ..night(vec![segment, super::super::fixture::segment("S02")]) };
            Naming { catalogue: catalogue(), cut_on: Some(Aspect::Importance) }.name(&mut night);
            night.segments[0].description.clone()
        };
        let natural = Some(Structure::Natural);
        assert!(said(Some(held(&[("saves_time", 0.8, 1.0)])), natural).ends_with("sure and of a size that matters."));
        assert!(
            said(Some(held(&[("saves_time", 0.8, 0.9)])), natural).ends_with("but not that all of them are large.")
        );
        // 0.25 among the others, with the night's half-width of 0.1: from 0.15 on.
        assert!(
            said(Some(held(&[("saves_time", 0.25, 1.0)])), natural).ends_with("but not that all of them are large.")
        );
        let cut = said(Some(held(&[("saves_time", 0.8, 1.0)])), Some(Structure::Constructive));
        assert!(cut.ends_with("the group is a cut in a continuum, so none of this is sure."), "{cut}");
        assert!(!said(None, Some(Structure::Constructive)).contains("each of these"));
    }

    #[test]
    fn two_segments_never_share_a_name() {
        let mut a = segment("S01");
        wants(&mut a.profile, "saves_time", 0.9);
        wants(&mut a.profile, "reduces_effort", 0.7);
        let mut b = a.clone();
        b.id = "S02".to_owned();
        b.name = b.id.clone();
        wants(&mut b.profile, "organizes", 0.5);
        let plain = |id: &str| segment(id);
        assert_eq!(
            names(&[a, b, plain("S03"), plain("S04")]),
            ["Time and ease", "Time, ease and order", "Close to average", "Close to average (S04)"]
        );
    }

    #[test]
    fn people_who_rate_everything_high_are_not_named_after_chance() {
        let mut high = segment("S01");
        for e in &mut high.profile.elements {
            e.importance_difference = Some(Contrast { d: estimate(0.8, 0.1), p_adjusted: None });
        }
        let mut low = segment("S02");
        for e in &mut low.profile.elements {
            e.importance_difference = Some(Contrast { d: estimate(-0.8, 0.1), p_adjusted: None });
        }
        assert_eq!(names(&[high, low]), ["Many wishes", "Few wishes"]);
    }

    #[test]
    fn a_segment_cut_on_fulfillment_is_named_after_what_it_is_served_well_on() {
        let mut s = segment("S01");
        element(&mut s.profile, "variety").fulfillment_difference =
            Some(Contrast { d: estimate(0.6, 0.5), p_adjusted: None });
        let named = &named(Some(Aspect::Fulfillment), vec![s])[0];
        assert_eq!(named.name, "Choice first");
        assert!(named.description.starts_with("Feels better served than others on choice (d 0.60)"));
        assert!(named.description.ends_with("but not that all of them are large."));
    }

    #[test]
    fn a_guess_from_behavior_is_called_a_hypothesis_and_nothing_known_stays_unnamed() {
        let mut s = segment("S01");
        wants(&mut s.profile, "saves_time", 0.9);
        let mut unknown = segment("S02");
        for e in &mut unknown.profile.elements {
            e.importance_difference = None;
        }
        let segments = named(None, vec![s, unknown]);
        assert!(segments[0].description.contains("a hypothesis"));
        assert_eq!(segments[1].name, "Not described yet");
        let alone = named(None, named_alone());
        assert_eq!(alone[0].name, "Everybody");
        assert!(alone[0].description.contains("nobody beside it"), "{}", alone[0].description);
    }

    fn named_alone() -> Vec<SegmentNight> {
        let mut alone = segment("S01");
        for e in &mut alone.profile.elements {
            e.importance_difference = None;
        }
        vec![alone]
    }

    #[test]
    fn a_new_segment_is_named_by_what_its_members_do_where_nobody_was_asked() {
        let does = |id: &str, traces: &[(&str, f64)]| {
            let mut s = segment(id);
            s.traces = traces.iter().map(|(name, d)| Trace { name: (*name).to_owned(), difference: *d }).collect();
            s
        };
        let segments = [does("S01", &[("Gifts", 0.9)]), does("S02", &[("Gifts", 0.8), ("Returns", -0.5)])];
        let names = |cut_on| named(cut_on, segments.to_vec()).into_iter().map(|s| s.name).collect::<Vec<_>>();
        assert_eq!(names(None), ["Gifts: high", "Returns: low"]);
        assert_eq!(names(Some(Aspect::Importance))[0], "Close to average");
    }

    #[test]
    fn a_given_name_stays_and_a_new_one_of_the_same_words_takes_its_id_along() {
        let mut given = segment("S01");
        given.name = "Ease and time".to_owned();
        let mut new = segment("S02");
        wants(&mut new.profile, "saves_time", 0.9);
        wants(&mut new.profile, "reduces_effort", 0.7);
        assert_eq!(names(&[given, new]), ["Ease and time", "Time and ease (S02)"]);
    }

    #[test]
    fn the_words_for_an_element_are_the_catalogues() {
        let text = "[[element]]\nid = \"saves_time\"\nwish = \"speed\"\n".to_owned();
        let catalogue = Catalogue::with_overrides(&[("elements.toml".to_owned(), text)]).unwrap();
        let mut s = segment("S01");
        s.name.clear();
        wants(&mut s.profile, "saves_time", 0.9);
        let mut night = night(vec![s]);
        Naming { catalogue: &catalogue, cut_on: Some(Aspect::Importance) }.name(&mut night);
        assert_eq!(night.segments[0].name, "Speed first");
    }
}
