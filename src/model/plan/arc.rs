//! One step along the relationship arc: from the stage at which most members of a segment surely are.

use serde_json::{Value, json};

use valueseg_catalogue::{PlayKind, PlaySubject};

use super::evidence::{percent, segment_json};
use super::line::Draft;
use super::settings::PlanSettings;
use crate::rows::{ArcStage, Estimate, thousands};
use crate::segment::SegmentNight;
use crate::segment::lens::ArcFigures;

/// What is missing where no step can be told.
pub(super) const MISSING: &str = "the stage of the relationship of enough members";

/// The stage most members are surely at.
struct Leading {
    stage: ArcStage,
    share: Estimate,
    /// Share of the stage that comes second, 0–1.
    next: f64,
}

/// The stage most members are surely at; `Err` where too little is known, `None` where no stage leads.
///
/// METHOD: the whole interval of the share must lie above `arc_share` and above the next stage's share. A customer of
/// whom nothing is known is at no stage that a play could start from but the first meeting.
fn leading(arc: &ArcFigures, arc_share: f64) -> Result<Option<Leading>, &'static str> {
    let mut known: Vec<(ArcStage, Estimate)> =
        arc.stages.iter().filter_map(|(stage, share)| Some((*stage, share.estimate()?))).collect();
    known.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then(a.0.cmp(&b.0)));
    let [(stage, share), rest @ ..] = known.as_slice() else { return Err(MISSING) };
    let next = rest.first().map_or(0.0, |(_, share)| share.value);
    Ok((share.low >= arc_share && share.low > next).then_some(Leading { stage: *stage, share: *share, next }))
}

/// The step that suits a segment, as a draft of a line.
pub(super) fn draft<'a>(segment: &SegmentNight, settings: &PlanSettings) -> Result<Option<Draft<'a>>, &'static str> {
    let Some(Leading { stage, share, next }) = leading(&segment.lens.arc, settings.arc_share)? else { return Ok(None) };
    let Some(to) = ArcStage::from_number(stage.number() + 1) else { return Ok(None) };
    let because = format!(
        "{} of these {} customers are at the stage “{}” of the relationship; the stage after it in number has {:.0} %.",
        percent(share),
        thousands(segment.profile.size),
        stage.name(),
        100.0 * next
    );
    let mut evidence = segment_json(segment);
    evidence.insert("arc_stage".to_owned(), json!(stage.number()));
    evidence.insert("arc_share".to_owned(), json!({ "value": share.value, "low": share.low, "high": share.high }));
    Ok(Some(Draft {
        kind: PlayKind::Arc,
        subject: PlaySubject::ArcStep(stage.number(), to.number()),
        element: None,
        need: None,
        because,
        evidence: Value::Object(evidence),
        delicate: false,
        audience: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Vocabulary;
    use crate::segment::fixture::segment;
    use crate::segment::lens::fixture::{Person, lens, person};

    fn at(stage: ArcStage, n: usize) -> Vec<Person> {
        let mut one = person();
        one.says.arc.stage = stage;
        vec![one; n]
    }

    fn told(people: &[Person]) -> Result<Option<(PlaySubject, String)>, &'static str> {
        let mut segment = segment("S01");
        segment.profile.size = people.len() as u64;
        segment.lens = lens(people, &Vocabulary::default(), 20).segments.remove(0);
        draft(&segment, &PlanSettings::default()).map(|draft| draft.map(|draft| (draft.subject, draft.because)))
    }

    #[test]
    fn the_step_starts_where_most_members_surely_are() {
        let people = [at(ArcStage::Exists, 60), at(ArcStage::Opinion, 300), at(ArcStage::Meaning, 40)].concat();
        let (subject, because) = told(&people).expect("known").expect("most have an opinion");
        assert_eq!(subject, PlaySubject::ArcStep(2, 3));
        assert!(
            because.starts_with("75 % (71 to 79 %) of these 400 customers are at the stage “opinion”"),
            "{because}"
        );
    }

    #[test]
    fn where_no_stage_leads_surely_or_the_last_one_does_there_is_no_step() {
        let level = [at(ArcStage::Exists, 100), at(ArcStage::Opinion, 104)].concat();
        assert_eq!(told(&level), Ok(None));
        assert_eq!(told(&at(ArcStage::Indispensable, 100)), Ok(None));
    }

    #[test]
    fn without_a_lens_or_with_too_few_members_it_is_said_what_is_missing() {
        assert_eq!(draft(&segment("S01"), &PlanSettings::default()).map(|draft| draft.is_some()), Err(MISSING));
        assert_eq!(told(&at(ArcStage::Opinion, 5)).map(|told| told.is_some()), Err(MISSING));
    }
}
