//! `segments`: one row per segment, one for everybody (`ALL`) and one for the unassigned (`NONE`).

use std::collections::BTreeMap;

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource};
use super::{Cell, TableId};
use crate::catalogue::NeedTier;
use crate::model::fit::Structure;
use crate::model::segment::{SegmentNight, SegmentNights};

/// Sizes on earlier nights: customers and share, by segment id; what was withheld then is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarlierSizes {
    /// On the night before.
    pub short: BTreeMap<String, (i64, Option<f64>)>,
    /// 30 nights ago.
    pub long: BTreeMap<String, (i64, Option<f64>)>,
}

/// What a segment gained since an earlier night.
#[derive(Clone, Copy, Debug)]
struct Change {
    size: i64,
    share: Option<f64>,
}

/// A segment, everybody, or the unassigned.
#[derive(Clone, Copy, Debug)]
pub struct SegmentRow<'a> {
    kind: &'static str,
    segment: &'a SegmentNight,
    label: Option<Structure>,
    change_1d: Option<Change>,
    change_30d: Option<Change>,
}

/// Rows of `segments`.
#[must_use]
pub fn segment_rows<'a>(night: &'a SegmentNights, earlier: &EarlierSizes) -> Vec<SegmentRow<'a>> {
    let row = |kind, segment: &'a SegmentNight, label| SegmentRow {
        kind,
        segment,
        label,
        change_1d: change(segment, &earlier.short),
        change_30d: change(segment, &earlier.long),
    };
    let segments = night.segments.iter().map(|segment| row("segment", segment, night.structure));
    let whole = [row("everyone", &night.everyone, None), row("unassigned", &night.unassigned, None)];
    whole.into_iter().chain(segments).collect()
}

/// Gains since an earlier night; a segment whose size is withheld tonight has none.
fn change(segment: &SegmentNight, then: &BTreeMap<String, (i64, Option<f64>)>) -> Option<Change> {
    let profile = &segment.profile;
    let (size, share) = then.get(&segment.id).filter(|_| !profile.suppressed)?;
    let now = profile.share.map(|share| share.value);
    Some(Change { size: profile.size as i64 - size, share: now.zip(*share).map(|(now, then)| now - then) })
}

impl SegmentRow<'_> {
    /// Share whose tier to serve next is this one.
    fn need(self, tier: NeedTier) -> Option<f64> {
        let need = self.segment.profile.needs.iter().find(|need| need.tier == tier)?;
        need.share.map(|share| share.value)
    }

    /// Share at a stage of the arc, by its number.
    fn stage(self, number: u8) -> Option<f64> {
        self.segment.lens.arc.stages.iter().find(|(stage, _)| stage.number() == number)?.1.value()
    }

    /// Mean consistency of a kind.
    fn consistency(self, kind: &str) -> Option<f64> {
        self.segment.lens.consistency.kinds.iter().find(|(name, _)| *name == kind)?.1.value()
    }
}

impl TableSource for SegmentRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Segments, "segments", "segment, plus `ALL` and `NONE`");

    fn columns(t: &mut Columns<Self>) {
        size(t);
        closeness(t);
        mix(t);
        change_and_reach(t);
    }
}

fn size(t: &mut Columns<SegmentRow<'_>>) {
    t.key("segment_id", T::Category, SEGMENT_ID, |r| &r.segment.id);
    t.filled(
        "kind",
        T::Category,
        "`segment`, `everyone` or `unassigned`; sizes of all but `everyone` sum to `ALL`.",
        |r| r.kind,
    );
    t.filled("name", T::Text, "Name made of what stands out, or given by people.", |r| &r.segment.name);
    t.filled("description", T::Text, "One sentence: what distinguishes the segment and how sure that is.", |r| {
        &r.segment.description
    });
    t.filled("size", T::Int64, "Customers.", |r| r.segment.profile.size);
    t.estimate("share", "Share of the customers scored, 0–1; null = withheld or undefined.", |r| {
        r.segment.profile.share
    });
    t.filled("respondents", T::Int64, "Customers who answered the ratings that the segments were cut on.", |r| {
        r.segment.profile.respondents
    });
    t.maybe("value_total", T::Float64, "Order value over 365 days, project currency; null = no orders known.", |r| {
        r.segment.profile.value_total
    });
    t.maybe("value_share", T::Float64, "Share of everybody's order value; null = no orders known.", |r| {
        r.segment.profile.value_share
    });
    t.estimate("value_mean", "Mean order value per customer with a known one; null = none known.", |r| {
        r.segment.profile.value_mean
    });
    t.maybe(
        "mean_probability",
        T::Float64,
        "Mean probability of the members' own segment, 0–1; null = nobody.",
        |r| r.segment.profile.mean_probability,
    );
    t.maybe("jaccard", T::Float64, "How often resampling finds the segment again, 0–1; null = not measured.", |r| {
        r.segment.jaccard
    });
    t.maybe(
        "label",
        T::Category,
        "`natural`, `reproducible` or `constructive` (a cut in a continuum); null = not tested.",
        |r| r.label.map(Structure::slug),
    );
}

fn closeness(t: &mut Columns<SegmentRow<'_>>) {
    t.estimate("nps", "Promoters minus detractors, points, −100 to 100; null = too few answers.", |r| {
        r.segment.profile.nps
    });
    t.filled("nps_answers", T::Int64, "Answers behind `nps`.", |r| r.segment.profile.nps_answers);
    t.estimate("satisfaction", "Mean satisfaction, 0–10; null = too few answers.", |r| {
        r.segment.profile.satisfaction
    });
    t.estimate(
        "connection_score",
        "Share fully emotionally connected of those asked enough to tell, 0–1; null = too few.",
        |r| r.segment.lens.connection.score().estimate(),
    );
    t.estimate(
        "good_brand_share",
        "Share answering 8 or more to \"a good brand\", 0–1; null = too few answers.",
        |r| r.segment.profile.good_brand,
    );
    t.estimate(
        "good_brand_gap",
        "Share that sees a good brand minus share fully connected, over those who answered both, −1 to 1; \
             null = too few.",
        |r| r.segment.lens.connection.good_brand_gap.estimate(),
    );
    t.estimate(
        "competitor_gap",
        "`connection_score` minus that of the competitor who comes out best, over those who were asked about \
             both, −1 to 1; null = nobody was asked, or too few.",
        |r| r.segment.lens.best_rival()?.gap.estimate(),
    );
}

fn mix(t: &mut Columns<SegmentRow<'_>>) {
    t.maybe("arc_unknown_share", T::Float64, "Share at arc stage 0 (unknown), 0–1; null = withheld.", |r| r.stage(0));
    t.maybe("arc_exists_share", T::Float64, "Share at arc stage 1 (knows it), 0–1; null = withheld.", |r| r.stage(1));
    t.maybe("arc_opinion_share", T::Float64, "Share at arc stage 2 (opinion), 0–1; null = withheld.", |r| r.stage(2));
    t.maybe("arc_meaning_share", T::Float64, "Share at arc stage 3 (meaning), 0–1; null = withheld.", |r| r.stage(3));
    t.maybe(
        "arc_part_of_life_share",
        T::Float64,
        "Share at arc stage 4 (part of life), 0–1; null = withheld.",
        |r| r.stage(4),
    );
    t.maybe(
        "arc_indispensable_share",
        T::Float64,
        "Share at arc stage 5 (indispensable), 0–1; null = withheld.",
        |r| r.stage(5),
    );
    t.maybe(
        "physiological_share",
        T::Float64,
        "Share to serve next on the physiological tier, 0–1; null = not known.",
        |r| r.need(NeedTier::Physiological),
    );
    t.maybe("safety_share", T::Float64, "Share to serve next on the safety tier, 0–1; null = not known.", |r| {
        r.need(NeedTier::Safety)
    });
    t.maybe(
        "belonging_share",
        T::Float64,
        "Share to serve next on the belonging tier, 0–1; null = not known.",
        |r| r.need(NeedTier::Belonging),
    );
    t.maybe("esteem_share", T::Float64, "Share to serve next on the esteem tier, 0–1; null = not known.", |r| {
        r.need(NeedTier::Esteem)
    });
    t.maybe("growth_share", T::Float64, "Share to serve next on the growth tier, 0–1; null = not known.", |r| {
        r.need(NeedTier::Growth)
    });
    t.maybe(
        "journey_consistency",
        T::Float64,
        "Mean over customers of the same standard at every step, 0–1; null = too few.",
        |r| r.consistency("journey"),
    );
    t.maybe(
        "emotional_consistency",
        T::Float64,
        "Mean over customers of the good feeling that lasts, 0–1; null = too few.",
        |r| r.consistency("emotional"),
    );
    t.maybe(
        "communication_consistency",
        T::Float64,
        "Share of all promises due that were kept, 0–1; null = too few customers.",
        |r| r.segment.lens.consistency.promises_kept.value(),
    );
}

fn change_and_reach(t: &mut Columns<SegmentRow<'_>>) {
    t.maybe(
        "size_change_1d",
        T::Int64,
        "Customers gained since the night before; null = no such night or withheld.",
        |r| r.change_1d.map(|change| change.size),
    );
    t.maybe(
        "size_change_30d",
        T::Int64,
        "Customers gained since 30 nights before; null = no such night or withheld.",
        |r| r.change_30d.map(|change| change.size),
    );
    t.maybe(
        "share_change_1d",
        T::Float64,
        "Change of `share` since the night before; null as `size_change_1d`.",
        |r| r.change_1d.and_then(|change| change.share),
    );
    t.maybe(
        "share_change_30d",
        T::Float64,
        "Change of `share` since 30 nights before; null as `size_change_30d`.",
        |r| r.change_30d.and_then(|change| change.share),
    );
    t.filled(
        "reach_any",
        T::Int64,
        "Customers reachable by any channel: consented, no open case, not held out.",
        |r| r.segment.profile.reach.any,
    );
    t.filled("reach_email", T::Int64, "Customers reachable by e-mail.", |r| r.segment.profile.reach.email);
    t.filled("reach_sms", T::Int64, "Customers reachable by text message.", |r| r.segment.profile.reach.sms);
    t.filled("reach_push", T::Int64, "Customers reachable by push message.", |r| r.segment.profile.reach.push);
    t.filled("reach_phone", T::Int64, "Customers reachable by phone.", |r| r.segment.profile.reach.phone);
    t.filled("reach_post", T::Int64, "Customers reachable by post.", |r| r.segment.profile.reach.post);
    t.filled("held_out", T::Int64, "Customers in the hold-out who could otherwise have been reached.", |r| {
        r.segment.profile.reach.held_out
    });
    t.maybe(
        "detectable_effect",
        T::Float64,
        "Smallest relative change of a 10 % response rate that reach and hold-out can detect (power 80 %, \
             two-sided 5 %); null = nobody to test on.",
        |r| r.segment.profile.detectable_effect,
    );
    t.filled("suppressed", T::Bool, "Too small to be shown in detail: figures are withheld.", |r| {
        r.segment.profile.suppressed
    });
}
