//! Two models side by side.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Diff, ELEMENTS_SHOWN, Fact, ProfileChange, SegmentChange};
use crate::catalogue::ElementId;
use crate::job::error::JobError;
use crate::job::lineage::{read_ledger, stored_lineage};
use crate::job::load::Loaded;
use crate::model::fit::Model;
use crate::model::rows::Aspect;
use crate::model::segment::lineage::{Lineage, RefitRecord};

pub(super) fn diff(_: &Loaded, out: &Path, a: &Model, b: &Model) -> Result<Diff, JobError> {
    let ledger = read_ledger(out)?;
    let chain = chain(ledger.refits(), a.id(), b.id());
    let mut notes = Vec::new();
    // A challenger that waits is in no ledger, but knows what it would do.
    let proposed = stored_lineage(out, b.id())?.filter(|lineage| lineage.from_model == a.id());
    if chain.is_none() && proposed.is_none() && a.id() != b.id() {
        notes.push(
            "The ledger knows no way from the first model to the second: segments are paired by their ids, which say \
             the same only within one project."
                .to_owned(),
        );
    }
    notes.push("Shares are those the models were fitted with; who moved shows between two nights.".to_owned());
    let lineage = match (&chain, &proposed) {
        (None, Some(proposed)) => rows_told("challenger".to_owned(), proposed),
        _ => chain.unwrap_or_default().into_iter().flat_map(told).collect(),
    };
    Ok(Diff {
        kind: "models",
        a: a.id().to_owned(),
        b: b.id().to_owned(),
        segments: segments(a, b),
        moves: None,
        profiles: profiles(a, b),
        facts: facts(Some(a), Some(b)),
        lineage,
        notes,
    })
}

/// A refit in sentences.
pub(super) fn told(refit: &RefitRecord) -> Vec<String> {
    rows_told(refit.night.clone(), &refit.lineage)
}

fn rows_told(when: String, lineage: &Lineage) -> Vec<String> {
    let cost = lineage.cost.sentence();
    let head = format!("{when}: model {} follows {}; {cost}.", lineage.to_model, lineage.from_model);
    [head].into_iter().chain(lineage.rows.iter().map(|row| format!("  {}", row.sentence()))).collect()
}

/// Refits that lead from one model to the other, in order; `None` = there is no such way.
fn chain<'a>(refits: &'a [RefitRecord], from: &str, to: &str) -> Option<Vec<&'a RefitRecord>> {
    let last = refits.iter().rposition(|refit| refit.lineage.to_model == to)?;
    let mut way = vec![&refits[last]];
    for refit in refits[..last].iter().rev() {
        let reached = way.last().map(|refit| refit.lineage.from_model.as_str());
        if reached == Some(from) {
            break;
        }
        if reached == Some(refit.lineage.to_model.as_str()) {
            way.push(refit);
        }
    }
    way.reverse();
    way.first().is_some_and(|first| first.lineage.from_model == from).then_some(way)
}

fn segments(a: &Model, b: &Model) -> Vec<SegmentChange> {
    let mut found: BTreeMap<String, SegmentChange> = BTreeMap::new();
    for (model, first) in [(a, true), (b, false)] {
        for (segment, share) in model.segments().iter().zip(model.shares()) {
            let row = found.entry(segment.id.clone()).or_insert_with(|| SegmentChange {
                id: segment.id.clone(),
                name_a: None,
                name_b: None,
                size_a: None,
                size_b: None,
                share_a: None,
                share_b: None,
            });
            if first {
                (row.name_a, row.share_a) = (Some(segment.name.clone()), Some(share));
            } else {
                (row.name_b, row.share_b) = (Some(segment.name.clone()), Some(share));
            }
        }
    }
    found.into_values().collect()
}

/// Elements whose mean changed most in each segment that both models have.
fn profiles(a: &Model, b: &Model) -> Vec<ProfileChange> {
    let mut all = Vec::new();
    for (place_b, segment) in b.segments().iter().enumerate() {
        let Some(place_a) = a.segments().iter().position(|other| other.id == segment.id) else { continue };
        let mut changes = Vec::new();
        for aspect in [Aspect::Importance, Aspect::Fulfillment] {
            for element in ElementId::all() {
                let indicator = aspect.indicator(element);
                let (Some(before), Some(now)) = (a.segment_means(indicator), b.segment_means(indicator)) else {
                    continue;
                };
                changes.push(ProfileChange {
                    segment_id: segment.id.clone(),
                    element_id: element.slug().to_owned(),
                    aspect: aspect.slug(),
                    a: before[place_a],
                    b: now[place_b],
                    change: now[place_b] - before[place_a],
                    apart: None,
                });
            }
        }
        all.extend(largest(changes));
    }
    all
}

/// The largest changes of one segment that are changes at all.
pub(super) fn largest(mut changes: Vec<ProfileChange>) -> Vec<ProfileChange> {
    changes.retain(|change| change.change != 0.0);
    changes.sort_by(|x, y| {
        let size = y.change.abs().total_cmp(&x.change.abs());
        size.then_with(|| (x.aspect, &x.element_id).cmp(&(y.aspect, &y.element_id)))
    });
    changes.truncate(ELEMENTS_SHOWN);
    changes
}

/// Facts of the fits, side by side.
pub(super) fn facts(a: Option<&Model>, b: Option<&Model>) -> Vec<Fact> {
    let fact = |what, say: &dyn Fn(&Model) -> Option<String>| Fact { what, a: a.and_then(say), b: b.and_then(say) };
    let two = |x: f64| format!("{x:.2}");
    vec![
        fact("model", &|m| Some(m.id().to_owned())),
        fact("segments", &|m| Some(m.segments().len().to_string())),
        fact("method", &|m| Some(m.report().method.slug().to_owned())),
        fact("common factors", &|m| m.report().factors.map(|q| q.to_string())),
        fact("cut on", &|m| Some(m.cut_on().slug().to_owned())),
        fact("label", &|m| m.report().structure().map(|structure| structure.slug().to_owned())),
        fact("stability", &|m| m.report().stability.map(two)),
        fact("respondents", &|m| Some(m.report().respondents.to_string())),
        fact("signals", &|m| Some(m.signal_ids().len().to_string())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::segment::lineage::MoveCost;

    fn refit(from: &str, to: &str) -> RefitRecord {
        let cost = MoveCost { customers: 1, moved_share: 0.0, noise_share: 0.0 };
        let lineage = Lineage { from_model: from.to_owned(), to_model: to.to_owned(), rows: Vec::new(), cost };
        RefitRecord { night: "2026-11-21".to_owned(), lineage }
    }

    #[test]
    fn a_chain_of_refits_is_followed_from_model_to_model() {
        let refits = [refit("m1", "m2"), refit("x", "y"), refit("m2", "m3"), refit("m3", "m4")];
        let way = |from, to| {
            chain(&refits, from, to).map(|way| way.iter().map(|r| r.lineage.to_model.as_str()).collect::<Vec<_>>())
        };
        assert_eq!(way("m1", "m4"), Some(vec!["m2", "m3", "m4"]));
        assert_eq!(way("m2", "m3"), Some(vec!["m3"]));
        assert_eq!(way("m4", "m1"), None);
        assert_eq!(way("x", "m4"), None);
    }

    #[test]
    fn the_largest_changes_come_first_and_no_change_is_none() {
        let change = |element: &str, change: f64| ProfileChange {
            segment_id: "S01".to_owned(),
            element_id: element.to_owned(),
            aspect: "importance",
            a: 5.0,
            b: 5.0 + change,
            change,
            apart: None,
        };
        let all = vec![change("a", 0.1), change("b", -0.9), change("c", 0.0), change("d", 0.5), change("e", 0.4)];
        let names: Vec<String> = largest(all).into_iter().map(|change| change.element_id).collect();
        assert_eq!(names, ["b", "d", "e"]);
    }
}
