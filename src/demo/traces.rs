//! From what a person wants and gets to how he or she tends to behave, by the loadings of the catalogue.

use super::dice::{Dice, Topic};
use super::person::{Person, Profile};
use crate::catalogue::{ElementId, N_ELEMENTS, Signal};

/// Signals of the catalogue that the demo's events carry, each by an inclination of its own.
pub const TRACES: [&str; 70] = [
    "express_share",
    "pickup_share",
    "one_click_share",
    "subscription_share",
    "store_share",
    "night_order_share",
    "late_delivery_share",
    "delivery_days_mean",
    "promotion_share",
    "discount_depth",
    "own_label_share",
    "reward_share",
    "return_share",
    "defect_return_share",
    "fit_return_share",
    "category_count",
    "new_arrival_share",
    "premium_share",
    "heritage_share",
    "gift_share",
    "beauty_share",
    "wellness_share",
    "relief_share",
    "taste_share",
    "ethical_share",
    "durable_share",
    "protection_share",
    "learning_share",
    "entertainment_share",
    "bundle_share",
    "late_complaints",
    "quality_complaints",
    "price_complaints",
    "service_complaints",
    "repeat_contacts",
    "transfers",
    "case_days_mean",
    "contact_rating_mean",
    "worst_contact_severity",
    "dead_ends",
    "stumbles",
    "rewards_expired",
    "worry_questions",
    "status_views",
    "security_actions",
    "policy_views",
    "advice_sought",
    "price_alerts",
    "self_services",
    "list_uses",
    "accounts_linked",
    "shares_with_others",
    "community_acts",
    "public_posts",
    "looks_saved",
    "heritage_views",
    "try_ons",
    "sample_requests",
    "play_sessions",
    "goals_pursued",
    "goals_met",
    "lessons_completed",
    "earnings_made",
    "donations",
    "future_plans",
    "legacy_actions",
    "health_logs",
    "access_settings",
    "rewards_redeemed",
    "referrals",
];

/// Logits of behavior per point of what is wanted above the average customer.
///
/// Calibrated once, with [`OWN_INCLINATION_SD`], so that a classifier trained on the *true* segments of 10,000 people
/// and the catalogue's signals reaches an adjusted Rand index of 0.5 to 0.7: behavior informs, clearly imperfectly.
pub const WANT_EFFECT: f64 = 0.66;
/// Logits of behavior per point of what was got above the average customer.
pub const GET_EFFECT: f64 = 0.30;
/// Spread of each inclination that has nothing to do with wants or gets.
pub const OWN_INCLINATION_SD: f64 = 0.75;
/// How much of an experience (sd 1) counts as points got.
const EXPERIENCE_EFFECT: f64 = 0.7;

/// Position in [`TRACES`]; fails to compile for a signal that is not there.
pub(super) const fn trace(id: &str) -> usize {
    let mut i = 0;
    while i < TRACES.len() {
        if same(TRACES[i].as_bytes(), id.as_bytes()) {
            return i;
        }
        i += 1;
    }
    panic!("not one of the traces")
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}

/// Inclinations of one person, in logits or log rates, in the order of [`TRACES`].
pub type Inclinations = [f64; TRACES.len()];

/// One trace's loadings, scaled so that their sizes sum to one.
#[derive(Clone, Debug, Default)]
struct Loadings {
    wants: Vec<(ElementId, f64)>,
    gets: Vec<(ElementId, f64)>,
}

/// How wants and gets lead to inclinations.
#[derive(Clone, Debug)]
pub(super) struct TraceTable {
    loadings: Vec<Loadings>,
    average: Profile,
}

fn scaled(loadings: &[(ElementId, f64)]) -> Vec<(ElementId, f64)> {
    let size: f64 = loadings.iter().map(|l| l.1.abs()).sum();
    loadings.iter().map(|&(e, l)| (e, l / size)).collect()
}

impl TraceTable {
    /// Loadings from the catalogue's signals; a signal that is not among them leaves its trace to chance.
    pub(super) fn new(signals: &[Signal], average: Profile) -> Self {
        let loadings = TRACES
            .iter()
            .map(|id| {
                let signal = signals.iter().find(|signal| signal.id() == *id);
                signal.map_or_else(Loadings::default, |signal| Loadings {
                    wants: scaled(signal.importance()),
                    gets: scaled(signal.fulfillment()),
                })
            })
            .collect();
        Self { loadings, average }
    }

    /// `z_t = 0.58·Σ l_te (wants_e − average_e) + 0.30·Σ f_te (gets_e − average_e + 0.7·x) + 0.75·noise`, with `l` and
    /// `f` the catalogue's importance and fulfillment loadings of the signal, each scaled to sum to one in size.
    pub(super) fn inclinations(&self, seed: u64, person: &Person) -> Inclinations {
        let mut dice = Dice::new(seed, person.number, Topic::Behavior);
        let above: [f64; N_ELEMENTS] = std::array::from_fn(|e| person.wants[e] - self.average.wants[e]);
        let better: [f64; N_ELEMENTS] =
            std::array::from_fn(|e| person.gets[e] - self.average.gets[e] + EXPERIENCE_EFFECT * person.experience);
        let sum = |loadings: &[(ElementId, f64)], x: &[f64; N_ELEMENTS]| {
            loadings.iter().map(|&(e, l)| l * x[e.index()]).sum::<f64>()
        };
        std::array::from_fn(|t| {
            let Loadings { wants, gets } = &self.loadings[t];
            WANT_EFFECT * sum(wants, &above) + GET_EFFECT * sum(gets, &better) + OWN_INCLINATION_SD * dice.normal()
        })
    }
}
