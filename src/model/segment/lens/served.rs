//! How easily one customer was served: refusals, help sought alone, one contact or several, the same person or another,
//! searches in vain, posts in public, what a solved complaint was followed by, and how experiences peak and end.

use std::collections::{BTreeMap, BTreeSet};

use super::super::profile::sums::{CENTI, steps};
use super::settings::LensSettings;
use crate::rows::{History, ServiceEvent, ServiceKind, Word};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Days in which members are asked for a search in vain: those of most plays. Our judgment.
const VAIN_DAYS: i64 = 90;

/// Middle of a rating of 0–10: the peak is what lies farthest from it.
const MIDDLE: f32 = 5.0;

/// What came of a customer's year, as parts of a whole: `(part, whole)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PartOf {
    pub(super) part: i64,
    pub(super) whole: i64,
}

/// How a customer's rated experiences went, in steps of 0.01.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Experience {
    pub(super) peak: i64,
    pub(super) end: i64,
    pub(super) mean: i64,
}

/// One customer's part in the figures of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Served {
    /// Cases in which a request was refused, of all.
    pub(super) refused: PartOf,
    /// Looks for help alone that a contact followed soon, of all.
    pub(super) failed: PartOf,
    /// Cases settled by one contact, of those old enough to tell.
    pub(super) settled: PartOf,
    /// Cases that were handed on, of all.
    pub(super) transferred: PartOf,
    /// Further contacts of a case with the person of the one before, of those where both are known.
    pub(super) same: PartOf,
    /// Searches in vain that no purchase followed soon, of those old enough to tell.
    pub(super) lost: PartOf,
    /// Posts in public that were answered in time, of those old enough to tell.
    pub(super) answered: PartOf,
    /// Searched in vain lately.
    pub(super) in_vain: bool,
    /// Came back after a complaint that was solved, and after one that was not; `None` = had none.
    pub(super) back_solved: Option<bool>,
    pub(super) back_unsolved: Option<bool>,
    /// How good public posts feel, in steps of 0.01: sum and number.
    pub(super) voice: PartOf,
    pub(super) experience: Option<Experience>,
    /// Promises kept, of those due, by team.
    pub(super) teams: BTreeMap<Word, PartOf>,
    /// Terms searched for in vain.
    pub(super) terms: BTreeSet<Word>,
}

impl Served {
    pub(super) fn of(history: &History, settings: &LensSettings) -> Self {
        let mut served = Self { experience: experience(history), ..Self::default() };
        served.add_cases(history, settings);
        served.add_alone(history, settings);
        served.add_searches(history, settings);
        served.add_posts(history, settings);
        served.add_comeback(history, settings);
        for event in &history.served {
            let kept = event.promise.and_then(|promise| promise.kept(settings.now));
            if let (Some(team), Some(kept)) = (event.team, kept) {
                served.teams.entry(team).or_default().add(kept);
            }
        }
        served
    }

    /// METHOD: a case is settled by its first contact if it has one alone, was not handed on or refused, was resolved, and
    /// no other contact followed within `again_days`. Cases begun later than that before the night cannot tell. A refused
    /// request without a case is a case of its own. Source: first contact resolution as service desks count it; the days
    /// are our judgment.
    fn add_cases(&mut self, history: &History, settings: &LensSettings) {
        let mut cases: BTreeMap<(u64, i64), Vec<&ServiceEvent>> = BTreeMap::new();
        for event in &history.served {
            match (event.case, event.kind) {
                (Some(case), _) => cases.entry((case, 0)).or_default().push(event),
                (None, ServiceKind::Refused) => cases.entry((0, event.at)).or_default().push(event),
                _ => {}
            }
        }
        let window = i64::from(settings.service.again_days) * DAY;
        for events in cases.values() {
            let has = |kind: ServiceKind| events.iter().any(|event| event.kind == kind);
            let first = events[0].at;
            let contacts = events.iter().filter(|event| event.kind != ServiceKind::Transferred).count();
            self.refused.add(has(ServiceKind::Refused));
            self.transferred.add(has(ServiceKind::Transferred));
            let again = || {
                let own = events[0].case;
                history
                    .served
                    .iter()
                    .any(|event| is_contact(event) && event.case != own && soon(first, event.at, window))
            };
            if first < settings.now - window {
                let clean = !has(ServiceKind::Refused) && !has(ServiceKind::Transferred);
                let resolved = events.iter().any(|event| event.resolved.is_some());
                self.settled.add(contacts == 1 && clean && resolved && !again());
            }
            let agents: Vec<u64> = events.iter().filter_map(|event| event.agent).collect();
            agents.windows(2).for_each(|pair| self.same.add(pair[0] == pair[1]));
        }
    }

    /// METHOD: help sought alone has failed if the customer then contacts the company all the same, within `again_days`.
    /// Several looks before one contact are each a failure. Source: Dixon, Freeman and Toman (Harvard Business Review,
    /// 2010), who count callers that had tried the site first; the days are our judgment.
    fn add_alone(&mut self, history: &History, settings: &LensSettings) {
        let window = i64::from(settings.service.again_days) * DAY;
        let looks = history.served.iter().filter(|event| event.kind == ServiceKind::SelfService);
        for look in looks.filter(|look| look.at < settings.now - window) {
            self.failed.add(history.served.iter().any(|event| is_contact(event) && soon(look.at, event.at, window)));
        }
    }

    fn add_searches(&mut self, history: &History, settings: &LensSettings) {
        let window = i64::from(settings.service.again_days) * DAY;
        for search in history.served.iter().filter(|event| event.kind == ServiceKind::SearchedInVain) {
            self.in_vain |= search.at >= settings.now - VAIN_DAYS * DAY;
            self.terms.extend(search.sought);
            if search.at < settings.now - window {
                let bought = bought(history, |at| soon(search.at, at, window));
                self.lost.add(!bought);
            }
        }
    }

    fn add_posts(&mut self, history: &History, settings: &LensSettings) {
        let window = i64::from(settings.service.public_answer_days) * DAY;
        for post in &history.posts {
            if let Some(feeling) = post.feeling {
                self.voice.part += steps(f64::from(feeling), CENTI);
                self.voice.whole += 1;
            }
            if post.at < settings.now - window {
                self.answered.add(post.answered.is_some_and(|answered| answered - post.at <= window));
            }
        }
    }

    /// METHOD: a landmark (Anderson, Cain and Gelber, Journal of Clinical Oncology 1, 1983): of the first complaint that
    /// leaves time to see, whether it was solved within `solved_days`; then whether the customer bought or praised within
    /// `back_days` after these. Counted from the solution, whoever had to wait would have had less time. Who has their
    /// complaint solved may differ in other ways: an association.
    fn add_comeback(&mut self, history: &History, settings: &LensSettings) {
        let [solved, back] =
            [settings.service.solved_days, settings.service.back_days].map(|days| i64::from(days) * DAY);
        let told = |event: &&ServiceEvent| event.complaint && event.at < settings.now - solved - back;
        let Some(complaint) = history.served.iter().find(told) else { return };
        let landmark = complaint.at + solved;
        let after = |at: i64| at > landmark && at <= landmark + back;
        let praised = history.verbatims.iter().any(|text| after(text.at) && text.feeling().is_some_and(|f| f > 0.5));
        let came = bought(history, after) || praised;
        if complaint.resolved.is_some_and(|resolved| resolved <= landmark) {
            self.back_solved = Some(came);
        } else {
            self.back_unsolved = Some(came);
        }
    }
}

impl PartOf {
    fn add(&mut self, yes: bool) {
        self.part += i64::from(yes);
        self.whole += 1;
    }
}

/// A contact with people: what belongs to a case, but not being handed on within it.
fn is_contact(event: &ServiceEvent) -> bool {
    match event.kind {
        ServiceKind::Contact => event.case.is_some() || event.complaint,
        ServiceKind::Refused => true,
        ServiceKind::SelfService | ServiceKind::Transferred | ServiceKind::SearchedInVain => false,
    }
}

/// Later, and within a window.
fn soon(first: i64, later: i64, window: i64) -> bool {
    later > first && later - first <= window
}

fn bought(history: &History, when: impl Fn(i64) -> bool) -> bool {
    history.orders.iter().any(|order| when(order.at) && order.amount.is_none_or(|amount| amount > 0.0))
}

/// Peak, end and mean of what was rated, contacts and texts together; `None` = fewer than two ratings.
///
/// METHOD: what is remembered of an experience is near the mean of its peak and its end (Kahneman, Fredrickson, Schreiber
/// and Redelmeier, Psychological Science 4, 1993: single episodes in a laboratory; of a year with a company nobody has
/// shown it, so both are held against satisfaction).
fn experience(history: &History) -> Option<Experience> {
    let contacts = history.contacts.iter().filter_map(|contact| Some((contact.at, contact.rating?)));
    let texts = history.verbatims.iter().filter_map(|text| Some((text.at, text.rating?)));
    let mut rated: Vec<(i64, f32)> = contacts.chain(texts).collect();
    if rated.len() < 2 {
        return None;
    }
    rated.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let far = |rating: f32| (rating - MIDDLE).abs();
    // Of two as far from the middle the later one.
    let peak =
        rated.iter().fold(rated[0].1, |peak, (_, rating)| if far(*rating) >= far(peak) { *rating } else { peak });
    let end = rated[rated.len() - 1].1;
    let mean = rated.iter().map(|(_, rating)| f64::from(*rating)).sum::<f64>() / rated.len() as f64;
    let whole = |rating: f32| steps(f64::from(rating), CENTI);
    Some(Experience { peak: whole(peak), end: whole(end), mean: steps(mean, CENTI) })
}
