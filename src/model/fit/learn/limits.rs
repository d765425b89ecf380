//! What a reader of the fit must know, in plain sentences. What the segments are as groups, the profiles say.

use super::super::FitRequest;
use super::super::evidence::level::ONLY_LEVEL_SHARE;
use super::super::evidence::prepare::Prepared;
use super::super::fitted::SegmentInfo;
use super::super::report::{FitReport, LoadingVerdict, StandsFor};
use super::super::sample::MIN_ANSWERS;
use super::super::settings::SegmentCount;
use super::super::typing::TypingCheck;
use super::everybody::wanted;
use crate::rows::Aspect;
use valueseg_stats::resample::JaccardBand;

/// Reasons named why divisions were ruled out.
const REASONS_SHOWN: usize = 2;

pub(in crate::fit) fn surveyed(request: &FitRequest<'_>, prepared: &Prepared, report: &FitReport) -> Vec<String> {
    let mut said = Vec::new();
    let (importance, fulfillment) = (prepared.importance.rows.len(), prepared.fulfillment.rows.len());
    let needed = request.settings.min_respondents;
    // What was not asked at all, and how many answered, the profiles say.
    if prepared.asked & Aspect::Importance.mask() != 0 && importance < needed {
        said.push(format!(
            "Only {importance} customers rated the importance of {MIN_ANSWERS} elements or more where {needed} are needed: \
             it did not shape the segments."
        ));
    }
    if prepared.asked & Aspect::Fulfillment.mask() != 0 && fulfillment < needed {
        said.push(format!(
            "Only {fulfillment} customers rated the fulfillment of {MIN_ANSWERS} elements or more: those scores are rough."
        ));
    }
    let unknown = (0..report.answers.len()).filter(|i| report.answers[*i] > 0 && prepared.asked >> i & 1 == 0).count();
    if unknown > 0 {
        said.push(format!("{unknown} ratings were given too rarely or without any spread and are not scored."));
    }
    said.extend(careless(report));
    common(request, report, "respondents", &mut said);
    // Between patterns of answers lies everything, their level too.
    if report.segment_levels.len() > 1
        && report.patterns.is_none()
        && report.level_share.is_some_and(|share| share >= ONLY_LEVEL_SHARE)
    {
        said.push("The segments are mostly people who rate high and people who rate low.".to_owned());
    }
    let wrong = report.loadings.iter().filter(|l| l.verdict == LoadingVerdict::WrongSign).count();
    if wrong > 0 {
        said.push(format!(
            "{wrong} of {} catalogue loadings have the opposite sign in the answers; what was learned is used.",
            report.loadings.len()
        ));
    }
    if request.signal_ids.is_empty() {
        said.push("No signal is known: only customers who answered can be typed.".to_owned());
    } else {
        said.extend(report.typing.as_ref().and_then(TypingCheck::warning));
    }
    said
}

pub(in crate::fit) fn unsurveyed(request: &FitRequest<'_>, prepared: &Prepared, report: &FitReport) -> Vec<String> {
    let mut said = Vec::new();
    let answered = prepared.importance.rows.len().max(prepared.fulfillment.rows.len());
    if answered > 0 {
        let needed = request.settings.min_respondents;
        said.push(format!(
            "Only {answered} customers rated {MIN_ANSWERS} elements or more where {needed} are needed: importance is read \
             from behavior through the catalogue's loadings."
        ));
    }
    common(request, report, "customers", &mut said);
    if report.candidates.iter().any(|c| c.chosen && c.segments == 1) {
        said.push(wanted(request.settings.min_respondents));
    }
    said
}

/// What must be said of single segments, under the ids they have: a refit gives a segment the id it continues.
pub(crate) fn of_segments(report: &FitReport, segments: &[SegmentInfo]) -> Vec<String> {
    let mut said = Vec::new();
    for (segment, level) in segments.iter().zip(&report.segment_levels) {
        if let Some(stands_for) = level.stands_for.filter(|_| segments.len() > 1) {
            let (word, than) = match stands_for {
                StandsFor::HighRaters => ("high", "higher"),
                StandsFor::LowRaters => ("low", "lower"),
            };
            said.push(format!(
                "{} is hardly more than people who rate {word}: {:.0} % of what sets it apart is that its ratings are {than} \
                 throughout.",
                segment.id,
                100.0 * level.share
            ));
        }
    }
    let stable = segments.iter().zip(&report.segment_stability);
    let doubtful = stable.filter(|(_, jaccard)| JaccardBand::of(**jaccard) == JaccardBand::Unstable);
    let doubtful: Vec<&str> = doubtful.map(|(segment, _)| segment.id.as_str()).collect();
    if !doubtful.is_empty() {
        said.push(format!("Found again too rarely in samples of the answers to be trusted: {}.", doubtful.join(", ")));
    }
    said
}

/// Why there is one group: because several were tried and are no better, or because none of them may be used, or because
/// there was nothing to try.
fn one_group(report: &FitReport, wanted: SegmentCount) -> String {
    let several = || report.candidates.iter().filter(|c| c.segments > 1);
    if matches!(wanted, SegmentCount::Exactly(1) | SegmentCount::Range { to: 1, .. }) {
        return "One group was asked for, so no other division was used.".to_owned();
    }
    if several().next().is_none() {
        let asked = match wanted {
            SegmentCount::Exactly(k) => format!(", and {k} segments were asked for"),
            _ => String::new(),
        };
        return format!("No segments: the answers are too few or too much alike to try more than one group{asked}.");
    }
    let mut against: Vec<&str> = Vec::new();
    for candidate in several() {
        match candidate.knocked_out.as_deref().and_then(|reasons| reasons.split("; ").next()) {
            None => return "No segments: one group describes the customers as well as several would.".to_owned(),
            // A candidate may be out for its factors too, which says nothing to anybody who looks for segments.
            Some(reason) if against.len() < REASONS_SHOWN && !against.contains(&reason) => against.push(reason),
            Some(_) => {}
        }
    }
    format!(
        "No segments: each of the {} divisions tried was ruled out, for instance because {}.",
        several().count(),
        against.join("; or because ")
    )
}

/// Who looks careless, and what was made of it.
fn careless(report: &FitReport) -> Option<String> {
    let (random, straight) = (report.careless_random, report.careless_straight);
    let who = match (random, straight) {
        (0, 0) => return None,
        (random, 0) => format!("About {random} respondents look as if they answered at random"),
        (0, straight) => format!("About {straight} respondents gave the same answer to everything"),
        (random, straight) => format!(
            "About {random} respondents look as if they answered at random, and {straight} gave the same answer to everything"
        ),
    };
    Some(format!("{who}: they shape no segments."))
}

/// `people` are those that segments were cut on.
fn common(request: &FitRequest<'_>, report: &FitReport, people: &str, said: &mut Vec<String>) {
    let settings = request.settings;
    let Some(chosen) = report.candidates.iter().find(|c| c.chosen) else { return };
    // Where patterns of answers were counted instead of searched, the choice says all there is.
    if report.patterns.is_some() {
        said.push(report.choice.clone());
    } else if chosen.segments == 1 {
        said.push(one_group(report, settings.segments));
    }
    if chosen.segments == 1 {
        return;
    }
    if let Some(reason) = &chosen.knocked_out {
        said.push(format!("The solution is used although {reason}."));
    }
    if matches!(settings.segments, SegmentCount::Exactly(_)) {
        if chosen.smallest_share < settings.min_share {
            said.push(format!(
                "The smallest segment has only {:.1} % of the {people} that segments were cut on.",
                100.0 * chosen.smallest_share
            ));
        }
        if chosen.smallest_respondents < settings.min_respondents as f64 {
            // Rounded down: one that falls short of 30 is not "only 30".
            said.push(format!(
                "The smallest segment rests on only {:.0} {people}.",
                chosen.smallest_respondents.floor()
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Candidate;

    #[test]
    fn one_group_that_was_asked_for_is_not_laid_on_the_answers() {
        let none = FitReport::default();
        let asked = "One group was asked for";
        assert!(one_group(&none, SegmentCount::Exactly(1)).starts_with(asked));
        assert!(one_group(&none, SegmentCount::Range { from: 1, to: 1 }).starts_with(asked));
        assert!(one_group(&none, SegmentCount::Range { from: 1, to: 2 }).contains("too few or too much alike"));
        let several = Candidate { segments: 3, ..Candidate::default() };
        let tried = FitReport { candidates: vec![several.clone()], ..FitReport::default() };
        assert!(one_group(&tried, SegmentCount::Exactly(3)).contains("as well as several would"));
        let out = Candidate { knocked_out: Some("it is thin; and more".to_owned()), ..several };
        let said = one_group(&FitReport { candidates: vec![out], ..FitReport::default() }, SegmentCount::Exactly(3));
        assert!(
            said.contains("each of the 1 divisions tried was ruled out, for instance because it is thin."),
            "{said}"
        );
    }
}
