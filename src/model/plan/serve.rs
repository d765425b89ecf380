//! The service part of a plan: what members lived through lately, what a typical one is like, what an agent may decide alone.

use super::settings::PlanSettings;
use super::types::{AgentRight, ServicePart};
use crate::rows::{ArcStage, Estimate, Figure, LoyaltyType, RelationshipLevel, thousands};
use crate::segment::SegmentNight;
use crate::segment::lens::Lived;
use valueseg_catalogue::{Catalogue, LatitudeScope, NeedTier};

/// Traits of which a typical member is made at least; below, it would be one of anybody.
const LEAST_TRAITS: usize = 2;

/// What is said of how a segment's customers are served; `needs` are the tiers of its need lines, `open` whether one of its
/// lines is about what is open.
pub(super) fn part(
    segment: &SegmentNight,
    catalogue: &Catalogue,
    settings: &PlanSettings,
    needs: impl Iterator<Item = NeedTier>,
    open: bool,
) -> ServicePart {
    let situations = open.then_some(LatitudeScope::OpenMatter).into_iter().chain(needs.map(LatitudeScope::Need));
    let situations = situations.chain([LatitudeScope::Everyone]);
    let agent = situations.flat_map(|scope| catalogue.latitudes_for(scope)).map(|latitude| AgentRight {
        situation: latitude.scope().slug().to_owned(),
        decides: latitude.decides().to_owned(),
        asks_first: latitude.asks_first().to_owned(),
    });
    ServicePart { lately: lately(segment), typical: typical(segment, catalogue, settings), agent: agent.collect() }
}

/// "In the last 90 days the median of these 4,120 customers ordered twice; 31 % had a promise broken, 12 % more than once; …"
fn lately(segment: &SegmentNight) -> Option<String> {
    let care = &segment.lens.care;
    let share = |lived: Lived, at_least: u8| care.share(lived, at_least).value();
    let rare = |lived: Lived, what: &str| {
        // What hardly anybody lived through is not told.
        let once = share(lived, 1).filter(|once| *once >= 0.005)?;
        let more = share(lived, 2).filter(|more| *more >= 0.005);
        let more = more.map_or_else(String::new, |more| format!(", {} more than once", whole(more)));
        Some(format!("{} {what}{more}", whole(once)))
    };
    let median = care.median(Lived::Ordered).map(|n| match n {
        0 => "bought nothing".to_owned(),
        n => format!("ordered {}", times(n, Lived::Ordered)),
    });
    let contacted = care.median(Lived::Contacted).filter(|n| *n > 0);
    let contacted = contacted.map(|n| format!("was in touch {}", times(n, Lived::Contacted)));
    let own: Vec<String> = median.into_iter().chain(contacted).collect();
    let others = [
        rare(Lived::Late, "had a promise to them broken"),
        rare(Lived::Complained, "complained"),
        rare(Lived::Returned, "sent something back"),
    ];
    let mut told: Vec<String> = Vec::new();
    if !own.is_empty() {
        told.push(format!("the median of these {} customers {}", thousands(segment.profile.size), own.join(" and ")));
    }
    told.extend(others.into_iter().flatten());
    (!told.is_empty()).then(|| format!("In the last 90 days {}.", told.join("; ")))
}

/// Once, twice, three times; "five times or more" at the end of what is told apart.
fn times(n: u8, lived: Lived) -> String {
    let words = match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        3 => "three times".to_owned(),
        4 => "four times".to_owned(),
        5 => "five times".to_owned(),
        n => format!("{n} times"),
    };
    let last = match lived {
        Lived::Ordered => 5,
        Lived::Contacted => 3,
        Lived::Late | Lived::Complained | Lived::Returned => 0,
    };
    if n == last { format!("{words} or more") } else { words }
}

fn whole(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A typical member: what most figures of the group point to, each with its share, of at least `min_cell` members.
///
/// METHOD (our judgment): the traits are those of different members, so nobody need be like that; it is said so. A trait that
/// does not lead surely is left out.
fn typical(segment: &SegmentNight, catalogue: &Catalogue, settings: &PlanSettings) -> Option<String> {
    let (lens, profile) = (&segment.lens, &segment.profile);
    if profile.members < settings.min_cell {
        return None;
    }
    let mut traits: Vec<String> = Vec::new();
    if let Some((stage, share)) = leading(&lens.arc.stages).filter(|(stage, _)| *stage != ArcStage::Unknown) {
        traits.push(format!("is at the stage “{}” of the relationship ({})", stage.name(), whole(share)));
    }
    if let Some((level, share)) = leading(&lens.levels) {
        let suits = match level {
            RelationshipLevel::LeaveAlone | RelationshipLevel::CloseKindly => None,
            RelationshipLevel::Wave => Some("is best greeted rarely and briefly"),
            RelationshipLevel::Guest => Some("is best treated as a guest"),
            RelationshipLevel::Friend => Some("is best treated as a friend"),
            RelationshipLevel::InnerCircle => Some("wants to take part"),
        };
        traits.extend(suits.map(|suits| format!("{suits} ({})", whole(share))));
    }
    if let Some((kind, share)) = leading(&lens.loyalty.types) {
        let stays = match kind {
            LoyaltyType::True => Some("comes back because they like it better"),
            LoyaltyType::Latent => Some("likes it better and comes seldom"),
            LoyaltyType::Spurious => Some("comes back without liking it better"),
            LoyaltyType::None => Some("comes seldom and likes others as well"),
            LoyaltyType::BehavioralOnly => None,
        };
        traits.extend(stays.map(|stays| format!("{stays} ({})", whole(share))));
    }
    let wanted = profile.elements.iter().filter_map(|e| Some((e.element, e.importance_difference?.d)));
    let wanted =
        wanted.filter(|(id, d)| d.low > 0.0 && crate::segment::naming::nameable(catalogue.element(*id).sensitivity()));
    if let Some((element, _)) = wanted.reduce(|best, next| if next.1.value > best.1.value { next } else { best }) {
        traits.push(format!("cares more than others about “{}”", catalogue.element(element).name()));
    }
    (traits.len() >= LEAST_TRAITS).then(|| {
        format!(
            "A typical one of these {} customers {}. Put together from figures of the group; nobody need be like that.",
            thousands(profile.size),
            traits.join(", ")
        )
    })
}

/// The case with the largest share, if it surely leads.
fn leading<T: Copy>(cases: &[(T, Figure)]) -> Option<(T, f64)> {
    let mut known: Vec<(T, Estimate)> =
        cases.iter().filter_map(|(case, share)| Some((*case, share.estimate()?))).collect();
    known.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
    let (case, share) = *known.first()?;
    let next = known.get(1).map_or(0.0, |(_, share)| share.value);
    (share.low > next).then_some((case, share.value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Vocabulary;
    use crate::segment::fixture::{catalogue, segment, wants};
    use crate::segment::lens::fixture::{DAY, Person, lens, order, person};

    fn group(people: &[Person]) -> SegmentNight {
        let mut s = segment("S01");
        s.profile.size = people.len() as u64;
        s.profile.members = s.profile.size;
        s.lens = lens(people, &Vocabulary::default(), 20).segments.remove(0);
        s
    }

    fn buyers(times: i64, n: usize) -> Vec<Person> {
        let mut one = person();
        one.says.arc.stage = ArcStage::Opinion;
        one.history.orders = (0..times).map(|i| order((300 + i) * DAY, 9.0)).collect();
        if times > 2 {
            one.history.orders[0].returned = true;
        }
        vec![one; n]
    }

    #[test]
    fn what_the_median_member_lived_through_is_told_and_of_few_nothing() {
        let s = group(&[buyers(0, 10), buyers(2, 60), buyers(7, 30)].concat());
        assert_eq!(
            lately(&s).as_deref(),
            Some("In the last 90 days the median of these 100 customers ordered twice; 30 % sent something back.")
        );
        assert_eq!(lately(&group(&buyers(2, 10))), None);
        assert!(lately(&group(&buyers(7, 100))).unwrap().contains("five times or more"));
    }

    #[test]
    fn a_typical_member_is_put_together_from_what_surely_leads() {
        let mut s = group(&buyers(2, 100));
        wants(&mut s.profile, "saves_time", 0.9);
        let told = typical(&s, catalogue(), &PlanSettings::default()).unwrap();
        assert!(
            told.starts_with(
                "A typical one of these 100 customers is at the stage “opinion” of the relationship (100 %)"
            ),
            "{told}"
        );
        assert!(
            told.contains("cares more than others about “Saves time”") && told.contains("nobody need be like that")
        );
        let few = PlanSettings { min_cell: 101, ..PlanSettings::default() };
        assert_eq!(typical(&s, catalogue(), &few), None);
        assert_eq!(typical(&segment("S01"), catalogue(), &PlanSettings::default()), None, "nothing is known");
    }

    #[test]
    fn whoever_serves_may_decide_more_where_something_is_open() {
        let told = |open, needs: &[NeedTier]| -> Vec<String> {
            let s = segment("S01");
            let part = part(&s, catalogue(), &PlanSettings::default(), needs.iter().copied(), open);
            part.agent.into_iter().map(|right| right.situation).collect()
        };
        assert_eq!(told(false, &[]), ["everyone"]);
        assert_eq!(told(true, &[NeedTier::Safety]), ["open_matter", "safety", "everyone"]);
    }
}
