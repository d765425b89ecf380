//! The need tier that sets the tone for a segment, and how firm it is.

use super::evidence::{AskedAspects, need_json, percent};
use super::line::Draft;
use super::settings::PlanSettings;
use super::triggers::dominant_need;
use super::types::PassedOver;
use crate::segment::profile::{MapAgreement, MapCount};
use crate::segment::{NeedProfile, SegmentNight};
use valueseg_catalogue::{PlayKind, PlaySubject};

/// What is found of a segment's need tier.
pub(super) enum NeedFinding<'a> {
    /// One tier leads, and plausible maps share it.
    Firm(Draft<'a>),
    /// One tier is ahead, and plausible maps do not share it: why nothing is done about it.
    Open(PassedOver),
    /// No tier leads.
    Quiet,
    /// Too little is known, and of what.
    Missing(&'static str),
}

/// Whether so many plausible maps put a tier first that it may drive a line: most of all, and more than half of those with a
/// weaker and of those with a stronger order of tiers.
///
/// METHOD (our judgment): which element serves which need, and how strong the order of tiers is, nobody has measured. A tier
/// that hangs on one of them is an artifact of the catalogue. Where the maps say nothing the tier is not firm either.
pub(super) fn firm(need: &NeedProfile, settings: &PlanSettings) -> bool {
    need.agreement.is_some_and(|maps| {
        let halves = [maps.weak_order, maps.strong_order];
        maps.all.share() >= settings.need_maps && halves.into_iter().all(|half| half.of == 0 || half.share() > 0.5)
    })
}

/// The tier that sets the tone for a segment.
pub(super) fn finding<'a>(segment: &'a SegmentNight, settings: &PlanSettings, asked: AskedAspects) -> NeedFinding<'a> {
    let (first, second) = match dominant_need(segment, settings) {
        Err(what) => return NeedFinding::Missing(what),
        Ok(None) => return ahead_without_agreement(segment, settings),
        Ok(Some(found)) => found,
    };
    let (Some(share), Some(next)) = (first.share, second.share) else { return NeedFinding::Quiet };
    if !firm(first, settings) {
        return NeedFinding::Open(passed_over(first));
    }
    let what = match (asked.fulfillment, asked.importance) {
        (false, _) => "care most about",
        (true, false) => "are, as far as service alone can tell, to be served next on",
        (true, true) => "are to be served next on",
    };
    let because = format!(
        "{} of the members whose needs are determined {what} the {} tier; the tier after it, {}, has {:.0} %. {}",
        percent(share),
        first.tier.name().to_lowercase(),
        second.tier.name().to_lowercase(),
        100.0 * next.value,
        first.agreement.map(sensitivity).unwrap_or_default()
    );
    NeedFinding::Firm(Draft {
        kind: PlayKind::Need,
        subject: PlaySubject::Need(first.tier),
        element: None,
        need: Some(first),
        because: asked.said(because),
        evidence: need_json(segment, first, asked),
        delicate: false,
        audience: None,
    })
}

/// A tier with the largest share that maps do not share is told as such, though it would not lead surely either.
fn ahead_without_agreement<'a>(segment: &SegmentNight, settings: &PlanSettings) -> NeedFinding<'a> {
    let value = |need: &NeedProfile| need.share.map_or(0.0, |share| share.value);
    let needs = &segment.profile.needs;
    let ahead = needs.iter().find(|need| needs.iter().all(|o| o.tier == need.tier || value(need) > value(o)));
    match ahead {
        Some(need) if value(need) >= settings.need_share && need.agreement.is_some() && !firm(need, settings) => {
            NeedFinding::Open(passed_over(need))
        }
        _ => NeedFinding::Quiet,
    }
}

fn passed_over(need: &NeedProfile) -> PassedOver {
    let tier = need.tier.name().to_lowercase();
    let why = match need.agreement {
        Some(maps) => format!(
            "The {tier} tier is ahead here, yet it hangs on how elements are counted to tiers. {} No line rests on it.",
            sensitivity(maps)
        ),
        None => format!(
            "The {tier} tier is ahead here, yet nobody in this group answered, so it is not known how far that hangs on how \
             elements are counted to tiers. No line rests on it."
        ),
    };
    PassedOver { subject: need.tier.slug().to_owned(), why }
}

/// "It comes first under 29 of 32 plausible need maps: 15 of 16 with a weaker order of tiers, 14 of 16 with a stronger one."
fn sensitivity(maps: MapAgreement) -> String {
    let of = |count: MapCount| format!("{} of {}", count.first, count.of);
    format!(
        "It comes first under {} plausible need maps: {} with a weaker order of tiers, {} with a stronger one.",
        of(maps.all),
        of(maps.weak_order),
        of(maps.strong_order)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::fixture::{estimate, segment};
    use valueseg_catalogue::NeedTier;

    /// A segment of which most are to be served on safety, under so many maps with a weaker and with a stronger order.
    fn safety(weak: u32, strong: u32) -> SegmentNight {
        let mut s = segment("S01");
        let count = |first, of| MapCount { first, of };
        for need in &mut s.profile.needs {
            let first = need.tier == NeedTier::Safety;
            need.share = Some(estimate(if first { 0.6 } else { 0.1 }, 0.02));
            let [weak, strong] = if first { [weak, strong] } else { [16 - weak, 16 - strong] };
            need.agreement = Some(MapAgreement {
                all: count(weak + strong, 32),
                weak_order: count(weak, 16),
                strong_order: count(strong, 16),
            });
        }
        s
    }

    const ASKED: AskedAspects = AskedAspects { importance: true, fulfillment: true };

    #[test]
    fn a_tier_that_most_maps_share_drives_a_line_that_says_how_many_do() {
        let s = safety(16, 13);
        let NeedFinding::Firm(draft) = finding(&s, &PlanSettings::default(), ASKED) else { panic!("firm") };
        assert!(
            draft.because.ends_with(
                "It comes first under 29 of 32 plausible need maps: 16 of 16 with a weaker order of tiers, 13 of 16 with a \
                 stronger one."
            ),
            "{}",
            draft.because
        );
        assert_eq!(draft.evidence["first_under_maps"], 29.0 / 32.0);
    }

    #[test]
    fn a_tier_that_maps_or_one_strength_of_the_order_do_not_share_drives_none_and_it_is_told_why() {
        // 16 + 8 of 32 are three quarters, and none more than half of those with a strong order.
        for (weak, strong) in [(12, 11), (16, 8)] {
            let s = safety(weak, strong);
            let NeedFinding::Open(passed) = finding(&s, &PlanSettings::default(), ASKED) else { panic!("open") };
            assert_eq!(passed.subject, "safety");
            assert!(passed.why.contains(&format!("under {} of 32", weak + strong)), "{}", passed.why);
        }
        let mut silent = safety(16, 16);
        silent.profile.needs.iter_mut().for_each(|need| need.agreement = None);
        let NeedFinding::Open(passed) = finding(&silent, &PlanSettings::default(), ASKED) else { panic!("open") };
        assert!(passed.why.contains("nobody in this group answered"), "{}", passed.why);
    }

    #[test]
    fn where_no_tier_leads_nothing_is_said_unless_maps_disagree() {
        let mut even = safety(16, 16);
        even.profile.needs.iter_mut().for_each(|need| need.share = Some(estimate(0.2, 0.05)));
        assert!(matches!(finding(&even, &PlanSettings::default(), ASKED), NeedFinding::Quiet));
        let mut wide = safety(9, 9);
        wide.profile.needs[NeedTier::Safety.index()].share = Some(estimate(0.6, 0.58));
        assert!(matches!(finding(&wide, &PlanSettings::default(), ASKED), NeedFinding::Open(_)));
    }
}
