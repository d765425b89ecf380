//! `segments`: one row per segment, one for everybody (`ALL`) and one for the unassigned (`NONE`).

use std::collections::BTreeMap;

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource, columns};
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

/// Rows of `segments`, with changes of size of at least `min_cell` customers.
#[must_use]
pub fn segment_rows<'a>(night: &'a SegmentNights, earlier: &EarlierSizes, min_cell: u64) -> Vec<SegmentRow<'a>> {
    let row = |kind, segment: &'a SegmentNight, label| SegmentRow {
        kind,
        segment,
        label,
        change_1d: change(segment, &earlier.short, min_cell),
        change_30d: change(segment, &earlier.long, min_cell),
    };
    let segments = night.segments.iter().map(|segment| row("segment", segment, night.structure));
    let whole = [row("everyone", &night.everyone, None), row("unassigned", &night.unassigned, None)];
    whole.into_iter().chain(segments).collect()
}

/// Gains since an earlier night; a segment whose size is withheld tonight has none.
///
/// METHOD: a change of fewer than `min_cell` is not told, and none at all neither, or its absence would tell that there was
/// a small one.
fn change(segment: &SegmentNight, then: &BTreeMap<String, (i64, Option<f64>)>, min_cell: u64) -> Option<Change> {
    let profile = &segment.profile;
    let (size, share) = then.get(&segment.id).filter(|_| !profile.suppressed)?;
    let now = profile.share.map(|share| share.value);
    let gained = profile.size as i64 - size;
    let change = Change { size: gained, share: now.zip(*share).map(|(now, then)| now - then) };
    (gained.unsigned_abs() >= min_cell).then_some(change)
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
    columns! { t, r =>
        /// `segment`, `everyone` or `unassigned`; sizes of all but `everyone` sum to `ALL`.
        filled "kind": Category = r.kind;
        /// Name made of what stands out, or given by people.
        filled "name": Text = &r.segment.name;
        /// One sentence: what distinguishes the segment and how sure that is.
        filled "description": Text = &r.segment.description;
        /// Customers on the list: those whom the rule put in the segment. Only this column, `reach_*`, `held_out` and
        /// `mean_probability` tell of lists; all others tell of the members by probability, who need not be on it.
        people "size" = r.segment.profile.size;
        /// Members by probability: the sum of the customers' probabilities of the segment, to the nearest whole one. Of `NONE`
        /// the customers on no list, who are among the members of the segments as well.
        people "members" = r.segment.profile.members;
        /// Share of the customers of whom a probability is known, 0–1: the sum of their probabilities of the segment, on the
        /// list or not; shares of segments sum to 1. The interval holds the errors of the fit and of typing. Of `NONE` the
        /// share of customers on no list, who count in the segments as well; null = withheld or undefined.
        estimate "share" = r.segment.profile.share;
        /// Members by probability who answered the ratings that the segments were cut on, to the nearest whole one.
        people "respondents" = r.segment.profile.respondents;
        /// Members by probability whose order value over 365 days is known; one above a billion is not added up and not counted here.
        people "value_known" = r.segment.profile.value_known;
        /// Order value over 365 days of the members by probability, project currency; null = not known of every customer of the group.
        maybe "value_total": Float64 = r.segment.profile.value_total;
        /// Share of everybody's order value; null = not known of everybody.
        maybe "value_share": Float64 = r.segment.profile.value_share;
        /// Mean order value per customer with a known one; null = none known.
        estimate "value_mean" = r.segment.profile.value_mean;
        /// Mean probability, over the customers on the list, of the segment they are listed in, 0–1; null = nobody.
        maybe "mean_probability": Float64 = r.segment.profile.mean_probability;
        /// How often resampling finds the segment again, 0–1; null = not measured.
        maybe "jaccard": Float64 = r.segment.jaccard;
        /// `natural`, `reproducible` or `constructive` (a cut in a continuum); null = not tested.
        maybe "label": Category = r.label.map(Structure::slug);
    }
}

fn closeness(t: &mut Columns<SegmentRow<'_>>) {
    columns! { t, r =>
        /// Promoters minus detractors, points, −100 to 100; null = too few answers.
        estimate "nps" = r.segment.profile.nps;
        /// Answers behind `nps`.
        people "nps_answers" = r.segment.profile.nps_answers;
        /// Mean satisfaction, 0–10; null = too few answers.
        estimate "satisfaction" = r.segment.profile.satisfaction;
        /// Share fully emotionally connected of those asked enough to tell, 0–1; null = too few.
        estimate "connection_score" = r.segment.lens.connection.score().estimate();
        /// Share of high answers to "a good brand", 0–1: in the upper quarter of the scale asked (4 and 5 on 1–5, 6 and 7 on
        /// 1–7, 8 and more on 0–10); null = too few answers.
        estimate "good_brand_share" = r.segment.profile.good_brand;
        /// Share that sees a good brand minus share fully connected, over those who answered both, −1 to 1; null = too
        /// few.
        estimate "good_brand_gap" = r.segment.lens.connection.good_brand_gap.estimate();
        /// `connection_score` minus that of the competitor who comes out best, over those who were asked about both, −1
        /// to 1; null = nobody was asked, or too few.
        estimate "competitor_gap" = r.segment.lens.best_rival()?.gap.estimate();
    }
}

fn mix(t: &mut Columns<SegmentRow<'_>>) {
    columns! { t, r =>
        /// Share of the members by probability at arc stage 0 (unknown), 0–1; null = withheld.
        maybe "arc_unknown_share": Float64 = r.stage(0);
        /// Share of the members by probability at arc stage 1 (knows it), 0–1; null = withheld.
        maybe "arc_exists_share": Float64 = r.stage(1);
        /// Share of the members by probability at arc stage 2 (opinion), 0–1; null = withheld.
        maybe "arc_opinion_share": Float64 = r.stage(2);
        /// Share of the members by probability at arc stage 3 (meaning), 0–1; null = withheld.
        maybe "arc_meaning_share": Float64 = r.stage(3);
        /// Share of the members by probability at arc stage 4 (part of life), 0–1; null = withheld.
        maybe "arc_part_of_life_share": Float64 = r.stage(4);
        /// Share of the members by probability at arc stage 5 (indispensable), 0–1; null = withheld.
        maybe "arc_indispensable_share": Float64 = r.stage(5);
        /// Share to serve next on the physiological tier, as in `segment_needs`, 0–1; null = not known.
        maybe "physiological_share": Float64 = r.need(NeedTier::Physiological);
        /// Share to serve next on the safety tier, as in `segment_needs`, 0–1; null = not known.
        maybe "safety_share": Float64 = r.need(NeedTier::Safety);
        /// Share to serve next on the belonging tier, as in `segment_needs`, 0–1; null = not known.
        maybe "belonging_share": Float64 = r.need(NeedTier::Belonging);
        /// Share to serve next on the esteem tier, as in `segment_needs`, 0–1; null = not known.
        maybe "esteem_share": Float64 = r.need(NeedTier::Esteem);
        /// Share to serve next on the growth tier, as in `segment_needs`, 0–1; null = not known.
        maybe "growth_share": Float64 = r.need(NeedTier::Growth);
        /// Mean over customers of the same standard at every step, 0–1; null = too few.
        maybe "journey_consistency": Float64 = r.consistency("journey");
        /// Mean over customers of the good feeling that lasts, 0–1; null = too few.
        maybe "emotional_consistency": Float64 = r.consistency("emotional");
        /// Share of all promises due that were kept, 0–1; null = too few customers.
        maybe "communication_consistency": Float64 = r.segment.lens.consistency.promises_kept.value();
    }
}

fn change_and_reach(t: &mut Columns<SegmentRow<'_>>) {
    columns! { t, r =>
        /// Customers gained on the list since the night before; null = no such night, withheld, or fewer than `min_cell` gained or
        /// lost.
        people_or_null "size_change_1d" = r.change_1d.map(|change| change.size);
        /// Customers gained on the list since 30 nights before; null = no such night, withheld, or fewer than `min_cell` gained or
        /// lost.
        people_or_null "size_change_30d" = r.change_30d.map(|change| change.size);
        /// Change of `share` since the night before; null as `size_change_1d`.
        maybe "share_change_1d": Float64 = r.change_1d.and_then(|change| change.share);
        /// Change of `share` since 30 nights before; null as `size_change_30d`.
        maybe "share_change_30d": Float64 = r.change_30d.and_then(|change| change.share);
        /// Customers on the list reachable by any channel: consented, no open case, not held out.
        people "reach_any" = r.segment.profile.reach.any;
        /// Customers on the list reachable by e-mail.
        people "reach_email" = r.segment.profile.reach.email;
        /// Customers on the list reachable by text message.
        people "reach_sms" = r.segment.profile.reach.sms;
        /// Customers on the list reachable by push message.
        people "reach_push" = r.segment.profile.reach.push;
        /// Customers on the list reachable by phone.
        people "reach_phone" = r.segment.profile.reach.phone;
        /// Customers on the list reachable by post.
        people "reach_post" = r.segment.profile.reach.post;
        /// Customers on the list in the hold-out who could otherwise have been reached.
        people "held_out" = r.segment.profile.reach.held_out;
        /// Smallest relative change of a 10 % response rate that reach and hold-out can detect (power 80 %, two-sided 5
        /// %); null = nobody to test on.
        maybe "detectable_effect": Float64 = r.segment.profile.detectable_effect;
        /// Fewer members by probability than may be shown in detail: figures are withheld.
        filled "suppressed": Bool = r.segment.profile.suppressed;
    }
}
