//! Segments made by hand, for tests of what is read from them, here and of pages (which bring this file in by its path).

use std::sync::OnceLock;

use valueseg_catalogue::{Catalogue, ElementId, NeedTier};
use valueseg_model::rows::Estimate;
use valueseg_model::segment::crosstab::Crosstabs;
use valueseg_model::segment::drivers::GroupDrivers;
use valueseg_model::segment::lens::GroupLens;
use valueseg_model::segment::profile::{MapAgreement, MapCount};
use valueseg_model::segment::rfm::RfmComparison;
use valueseg_model::segment::{
    Contrast, Delivered, ElementProfile, NeedProfile, Profiles, Reach, SegmentNight, SegmentNights, SegmentProfile,
};

/// The shipped catalogue, parsed once.
pub(crate) fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(Catalogue::embedded)
}

/// A figure of 300 customers with a half-width.
pub(crate) fn estimate(value: f64, half: f64) -> Estimate {
    Estimate { value, low: value - half, high: value + half, n: 300 }
}

/// A difference with a half-width of 0.1.
pub(crate) fn contrast(d: f64) -> Contrast {
    Contrast { d: estimate(d, 0.1), p_adjusted: None }
}

/// All plausible need maps put a tier first.
pub(crate) fn firm_maps() -> MapAgreement {
    let all = |of| MapCount { first: of, of };
    MapAgreement { all: all(32), weak_order: all(16), strong_order: all(16) }
}

/// An element on which the segment is like everybody: importance 5 and fulfillment 6.2, 300 answers each.
fn ordinary(element: ElementId) -> ElementProfile {
    ElementProfile {
        element,
        importance: Some(estimate(5.0, 0.2)),
        fulfillment: Some(estimate(6.2, 0.2)),
        gap: Some(estimate(0.0, 0.15)),
        high_share: Some(estimate(0.45, 0.07)),
        delivered: Delivered::Uncertain,
        importance_difference: Some(contrast(0.0)),
        fulfillment_difference: Some(contrast(0.0)),
        importance_answers: 300,
        fulfillment_answers: 300,
        suppressed: false,
    }
}

/// 5,000 customers, 300 of whom answered, like everybody in all respects; 4,000 reachable, 450 held out.
pub(crate) fn profile() -> SegmentProfile {
    let need = |tier| NeedProfile {
        tier,
        share: Some(estimate(0.2, 0.02)),
        agreement: None,
        fulfillment: Some(estimate(6.2, 0.1)),
        importance: Some(estimate(0.5, 0.02)),
    };
    SegmentProfile {
        size: 5_000,
        members: 5_000,
        share: Some(estimate(0.25, 0.01)),
        respondents: 300,
        value_known: 5_000,
        value_total: Some(500_000.0),
        value_share: Some(0.25),
        value_mean: Some(estimate(100.0, 4.0)),
        value_equal_sharers: Some(2_500.0),
        mean_probability: Some(0.8),
        nps: Some(estimate(20.0, 9.0)),
        nps_answers: 300,
        satisfaction: Some(estimate(7.0, 0.2)),
        good_brand: Some(estimate(0.4, 0.06)),
        elements: ElementId::all().map(ordinary).collect(),
        needs: NeedTier::ALL.into_iter().map(need).collect(),
        reach: Reach { any: 4_000, email: 3_000, sms: 1_000, push: 0, phone: 0, post: 500, held_out: 450 },
        detectable_effect: Some(0.5),
        suppressed: false,
    }
}

/// A segment with such a profile and nothing else known; named by its id.
pub(crate) fn segment(id: &str) -> SegmentNight {
    SegmentNight {
        id: id.to_owned(),
        name: id.to_owned(),
        description: String::new(),
        profile: profile(),
        lens: GroupLens::default(),
        drivers: GroupDrivers::default(),
        traces: Vec::new(),
        jaccard: None,
        held: None,
    }
}

/// The profile of one element, to be changed.
pub(crate) fn element<'a>(profile: &'a mut SegmentProfile, slug: &str) -> &'a mut ElementProfile {
    let id = ElementId::parse(slug).unwrap();
    &mut profile.elements[id.index()]
}

/// Makes the segment want an element more than the rest: difference `d` on importance.
pub(crate) fn wants(profile: &mut SegmentProfile, slug: &str, d: f64) {
    let e = element(profile, slug);
    e.importance = Some(estimate(5.0 + 2.0 * d, 0.2));
    e.importance_difference = Some(contrast(d));
}

/// Sets how well an element is served: its mean, with a share of high answers to match.
pub(crate) fn served(profile: &mut SegmentProfile, slug: &str, mean: f64) {
    let share = ((mean - 5.0) / 5.0).clamp(0.1, 0.9);
    let e = element(profile, slug);
    e.fulfillment = Some(estimate(mean, 0.2));
    e.high_share = Some(estimate(share, 0.07));
    e.delivered = match share {
        s if s >= 0.57 => Delivered::Yes,
        s if s < 0.43 => Delivered::No,
        _ => Delivered::Uncertain,
    };
}

/// Profiles of as many segments as given; everybody and the unassigned are like everybody.
pub(crate) fn profiles(segments: Vec<SegmentProfile>) -> Profiles {
    Profiles { everyone: profile(), unassigned: profile(), segments, suppressed: Vec::new(), limits: Vec::new() }
}

/// A night with these segments; everybody and the unassigned are like everybody.
pub(crate) fn night(segments: Vec<SegmentNight>) -> SegmentNights {
    SegmentNights {
        everyone: segment("ALL"),
        unassigned: segment("NONE"),
        segments,
        left_out: Vec::new(),
        structure: None,
        places: Vec::new(),
        regularities: Vec::new(),
        crosstabs: Crosstabs::default(),
        rfm: RfmComparison::default(),
        lens_limits: Vec::new(),
        limits: Vec::new(),
    }
}
