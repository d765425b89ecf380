//! Contacts and events of a customer in the year up to the second night.

use statrs::distribution::{ContinuousCDF, Normal};

use super::bond::Bond;
use super::dice::{Dice, Topic};
use super::person::Person;
use super::sites::Sites;
use super::time::{DAY, HOUR, MINUTE, Moment, Window};
use super::traces::{Inclinations, trace};
use crate::model::rows::ArcStage;

/// Factor on all rates below, so that a customer leaves about ten events a year.
const PACE: f64 = 0.54;
/// Spread of the log rates of events with the activity as a buyer: less than that of orders.
const HEAVINESS_EFFECT: f64 = 0.45;
/// Cases this young and open make the customer's `open_case` flag.
const OPEN_CASE_DAYS: i64 = 60;

/// One contact or event.
#[derive(Clone, Debug, PartialEq)]
pub struct Interaction {
    /// When.
    pub at: Moment,
    /// A word of the catalogue's `kinds`.
    pub kind: &'static str,
    /// Where.
    pub channel: &'static str,
    /// Case within the customer, from 1; absent for events that are no case.
    pub case: Option<u32>,
    /// Mark given after a contact, 0–10.
    pub rating: Option<u8>,
    /// 1 (a nuisance) to 3 (grave), for complaints.
    pub severity: Option<u8>,
    /// When the case was settled; absent while open.
    pub resolved_at: Option<Moment>,
    /// When an answer was promised.
    pub promised_at: Option<Moment>,
    /// The store or desk; absent for what was done on a screen.
    pub site: Option<&'static str>,
    /// Hidden: the chance that the promise would be kept; absent where none was made.
    pub kept_chance: Option<f64>,
    /// Number of whoever answered; absent for what was no case.
    pub agent: Option<u32>,
    /// The team that answered.
    pub team: Option<&'static str>,
    /// What was searched for, where nothing was found.
    pub sought: Option<String>,
}

impl Interaction {
    /// An event of which nothing more is known than when, what and where.
    pub(super) fn bare(at: Moment, kind: &'static str, channel: &'static str) -> Self {
        Self {
            at,
            kind,
            channel,
            case: None,
            rating: None,
            severity: None,
            resolved_at: None,
            promised_at: None,
            site: None,
            kept_chance: None,
            agent: None,
            team: None,
            sought: None,
        }
    }
}

/// What kind of thing an event is.
#[derive(Clone, Copy, PartialEq)]
enum Nature {
    /// Something done on a screen or in a store.
    Act,
    /// A request for help: opens a case.
    Question,
    /// A complaint: opens a case and has a severity.
    Complaint,
}
use Nature::{Act, Complaint, Question};

/// Word, usual rate a year before [`PACE`], the trace that bends it, nature.
type ContactRule = (&'static str, f64, Option<usize>, Nature);

const KINDS: [ContactRule; 50] = [
    ("contact", 0.45, None, Question),
    ("arrival_question", 0.14, Some(trace("worry_questions")), Question),
    ("safety_question", 0.07, Some(trace("worry_questions")), Question),
    ("expert_question", 0.08, Some(trace("advice_sought")), Question),
    ("complaint", 0.10, None, Complaint),
    ("late_complaint", 0.09, Some(trace("late_complaints")), Complaint),
    ("quality_complaint", 0.09, Some(trace("quality_complaints")), Complaint),
    ("price_complaint", 0.06, Some(trace("price_complaints")), Complaint),
    ("service_complaint", 0.06, Some(trace("service_complaints")), Complaint),
    ("price_match", 0.05, Some(trace("price_complaints")), Question),
    ("price_alert", 0.50, Some(trace("price_alerts")), Act),
    ("status_view", 1.30, Some(trace("status_views")), Act),
    ("security_action", 0.10, Some(trace("security_actions")), Act),
    ("policy_view", 0.22, Some(trace("policy_views")), Act),
    ("guide_read", 0.35, Some(trace("advice_sought")), Act),
    ("comparison", 0.40, Some(trace("advice_sought")), Act),
    ("search_empty", 0.40, Some(trace("dead_ends")), Act),
    ("out_of_stock", 0.30, Some(trace("dead_ends")), Act),
    ("form_abandoned", 0.25, Some(trace("stumbles")), Act),
    ("error_shown", 0.25, Some(trace("stumbles")), Act),
    ("self_service", 0.60, Some(trace("self_services")), Act),
    ("list_use", 0.80, Some(trace("list_uses")), Act),
    ("account_linked", 0.09, Some(trace("accounts_linked")), Act),
    ("share", 0.30, Some(trace("shares_with_others")), Act),
    ("group_purchase", 0.07, Some(trace("shares_with_others")), Act),
    ("family_member_added", 0.04, Some(trace("shares_with_others")), Act),
    ("club_joined", 0.06, Some(trace("community_acts")), Act),
    ("forum_post", 0.20, Some(trace("community_acts")), Act),
    ("event_attended", 0.09, Some(trace("community_acts")), Act),
    ("public_post", 0.10, Some(trace("public_posts")), Act),
    ("look_saved", 0.90, Some(trace("looks_saved")), Act),
    ("heritage_view", 0.15, Some(trace("heritage_views")), Act),
    ("try_on", 0.20, Some(trace("try_ons")), Act),
    ("sample_request", 0.12, Some(trace("sample_requests")), Act),
    ("play_session", 0.45, Some(trace("play_sessions")), Act),
    ("goal_set", 0.08, Some(trace("goals_pursued")), Act),
    ("progress_logged", 0.35, Some(trace("goals_pursued")), Act),
    ("goal_met", 0.08, Some(trace("goals_met")), Act),
    ("lesson_completed", 0.12, Some(trace("lessons_completed")), Act),
    ("sale_made", 0.10, Some(trace("earnings_made")), Act),
    ("donation", 0.15, Some(trace("donations")), Act),
    ("future_plan", 0.05, Some(trace("future_plans")), Act),
    ("legacy_action", 0.06, Some(trace("legacy_actions")), Act),
    ("health_log", 0.30, Some(trace("health_logs")), Act),
    ("access_setting", 0.09, Some(trace("access_settings")), Act),
    ("reward_redeemed", 0.55, Some(trace("rewards_redeemed")), Act),
    ("tier_viewed", 0.25, Some(trace("rewards_redeemed")), Act),
    ("reward_expired", 0.20, Some(trace("rewards_expired")), Act),
    ("referral", 0.10, Some(trace("referrals")), Act),
    ("cancellation", 0.05, None, Act),
];

/// Desks, and the days within which each promises an answer.
const DESKS: [(&str, i64); 4] = [("phone", 3), ("email", 5), ("chat", 3), ("store", 4)];
/// Middle of the log of the days a case takes, and its spread from case to case.
const USUAL_CASE: f64 = 0.3;
const CASE_SD: f64 = 0.7;
/// Share of cases that are never settled.
const FORGOTTEN: f64 = 0.03;
/// Days of the year within which a grave failure falls: four months are left before and after.
const FAILURE_DAYS: (i64, usize) = (124, 118);
const SCREENS: [&str; 2] = ["app", "web"];

/// One person's way of contacting us.
struct Caller<'a> {
    person: &'a Person,
    bond: &'a Bond,
    sites: Sites,
    z: &'a Inclinations,
    window: &'a Window,
    cases: u32,
}

impl Caller<'_> {
    fn rate(&self, rule: &ContactRule) -> f64 {
        let h = HEAVINESS_EFFECT;
        let x = self.person.experience;
        // Whoever has had bad experiences complains and leaves more.
        let mood = match rule.0 {
            "complaint" | "cancellation" => -0.5 * x,
            // Who finds no meaning in a retailer does not speak for it.
            "referral" | "public_post" | "forum_post" if self.bond.arc < ArcStage::Meaning => -1.8,
            "referral" | "public_post" | "forum_post" => 0.8,
            _ => 0.0,
        };
        let bent = rule.2.map_or(0.0, |t| self.z[t]);
        PACE * rule.1 * (bent + mood + h * self.person.heaviness - h * h / 2.0).exp() * self.window.years()
    }

    fn act(&self, dice: &mut Dice, kind: &'static str) -> Interaction {
        let at = self.moment(dice);
        Interaction::bare(at, kind, dice.one_of(&SCREENS))
    }

    fn moment(&self, dice: &mut Dice) -> Moment {
        self.window.day(dice) + (7 * 60 + dice.below(14 * 60) as i64) * MINUTE
    }

    /// A case: the first contact, and further ones and transfers until it is settled.
    fn case(&mut self, dice: &mut Dice, kind: &'static str, nature: Nature, out: &mut Vec<Interaction>) {
        self.cases += 1;
        let (z, x) = (self.z, self.person.experience);
        let at = self.moment(dice);
        let desk = dice.below(DESKS.len());
        let (channel, promise) = DESKS[desk];
        let site = self.sites.next();
        let usual = USUAL_CASE + 0.5 * z[trace("case_days_mean")] + site.slowness;
        let days = (usual + CASE_SD * dice.normal()).exp();
        let settled = at + (days * DAY as f64) as i64;
        let forgotten = dice.chance(FORGOTTEN);
        let resolved_at = (!forgotten && Window::is_known(settled)).then_some(settled);
        let promised_at = dice.chance(0.6).then_some(at + promise * DAY);
        let in_time = Normal::standard().cdf(((promise as f64).ln() - usual) / CASE_SD);
        let kept_chance = promised_at.map(|_| (1.0 - FORGOTTEN) * in_time);
        let worst = 0.5 * z[trace("worst_contact_severity")] + 0.8 * dice.normal();
        let severity = (nature == Complaint).then_some(1 + u8::from(worst > -0.1) + u8::from(worst > 1.1));
        let low = if nature == Complaint { 1.6 } else { 0.0 };
        let mark =
            7.2 - low + 1.1 * x + 0.7 * z[trace("contact_rating_mean")] + site.friendliness + 1.6 * dice.normal();
        let rating = dice.chance(0.45).then(|| mark.round().clamp(0.0, 10.0) as u8);
        let case = Some(self.cases);
        let site = Some(site.name);
        let (agent, team, sought) = (None, None, None);
        let first = Interaction {
            at,
            kind,
            channel,
            case,
            rating,
            severity,
            resolved_at,
            promised_at,
            site,
            kept_chance,
            agent,
            team,
            sought,
        };
        let follow = Interaction {
            kind: "contact",
            rating: None,
            severity: None,
            promised_at: None,
            kept_chance: None,
            ..first.clone()
        };
        out.push(first);
        for _ in 0..dice.count(0.3 * z[trace("repeat_contacts")].exp()) {
            let at = at + HOUR + (dice.uniform() * days.min(30.0) * DAY as f64) as i64;
            out.push(Interaction { at, channel: dice.one_of(&DESKS).0, ..follow.clone() });
        }
        if dice.chance((0.07 * z[trace("transfers")].exp()).min(0.8)) {
            out.push(Interaction { at: at + 10 * MINUTE, kind: "transfer", ..follow });
        }
    }
}

/// A grave failure of somebody who will forgive it: a promise broken, settled late.
fn failure(seed: u64, person: &Person) -> Interaction {
    let mut dice = Dice::new(seed, person.number, Topic::Failure);
    let (first, days) = FAILURE_DAYS;
    let at = Window::known_from() + (first + dice.below(days) as i64) * DAY + 11 * HOUR;
    Interaction {
        case: Some(FAILURE_CASE),
        rating: Some(dice.below(3) as u8),
        severity: Some(3),
        resolved_at: Some(at + (6 + dice.below(4) as i64) * DAY),
        promised_at: Some(at + 3 * DAY),
        site: Some(Sites::new(seed, person.number, Topic::ContactSites).home().name),
        kept_chance: Some(0.0),
        ..Interaction::bare(at, "complaint", "phone")
    }
}

/// Number of the case of a grave failure, above all others of a customer.
const FAILURE_CASE: u32 = 99;

/// All contacts and events of the year, in order of time.
pub(super) fn interactions(
    seed: u64,
    person: &Person,
    bond: &Bond,
    z: &Inclinations,
    window: &Window,
) -> Vec<Interaction> {
    let mut dice = Dice::new(seed, person.number, Topic::Contacts);
    let sites = Sites::new(seed, person.number, Topic::ContactSites);
    let mut caller = Caller { person, bond, sites, z, window, cases: 0 };
    let mut all = Vec::new();
    for rule in &KINDS {
        for _ in 0..dice.count(caller.rate(rule)) {
            match rule.3 {
                Act => all.push(caller.act(&mut dice, rule.0)),
                nature => caller.case(&mut dice, rule.0, nature, &mut all),
            }
        }
    }
    all.extend(bond.failed.then(|| failure(seed, person)));
    all.retain(|event| Window::is_known(event.at));
    all.sort_by_key(|event| (event.at, event.case));
    all
}

/// Whether a case of the last weeks is still open.
pub(super) fn has_open_case(interactions: &[Interaction]) -> bool {
    interactions.iter().any(|event| {
        event.case.is_some() && event.resolved_at.is_none() && !Window::is_known(event.at + OPEN_CASE_DAYS * DAY)
    })
}
