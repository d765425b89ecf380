//! What keeps a customer: liking, habit, or rewards?

use super::known::{DAY, KnownCustomer};
use super::settings::LoyaltySettings;
use crate::rows::{LoyaltyType, RewardDependence};

/// Weeks of a year's history, the last of one day.
const WEEKS: u32 = 53;

/// Days of a year's history.
const KNOWN_DAYS: u32 = 365;

/// Which of the 53 weeks before the end of a night were weeks of rewards; week 0 is the last seven days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewardWeeks(u64);

impl RewardWeeks {
    /// These weeks, each 0–52; others are left out.
    #[must_use]
    pub fn of(weeks: impl IntoIterator<Item = u32>) -> Self {
        Self(weeks.into_iter().filter(|week| *week < WEEKS).fold(0, |bits, week| bits | 1 << week))
    }

    /// Whether rewards ran in this week.
    #[must_use]
    pub fn has(self, week: u32) -> bool {
        week < WEEKS && self.0 >> week & 1 == 1
    }

    /// The week of a moment, for a night that ends at `night`; `None` = not in the 365 days before.
    #[must_use]
    pub fn week(night: i64, at: i64) -> Option<u32> {
        let day = night.checked_sub(at)?.checked_sub(1)?.div_euclid(DAY);
        (0..i64::from(KNOWN_DAYS)).contains(&day).then_some(day as u32 / 7)
    }
}

impl RewardDependence {
    /// Whether loyalty is bought: a share of spend or a week ratio that reaches its threshold. `None` = neither is known.
    #[must_use]
    pub fn bought(self, settings: &LoyaltySettings) -> Option<bool> {
        let share = self.share.map(|share| share >= settings.reward_bought_from as f32);
        let weeks = self.weeks_bought(settings);
        match (share, weeks) {
            (None, None) => None,
            (share, weeks) => Some(share == Some(true) || weeks == Some(true)),
        }
    }

    fn weeks_bought(self, settings: &LoyaltySettings) -> Option<bool> {
        self.week_ratio.map(|ratio| ratio >= settings.week_ratio_bought as f32)
    }
}

/// What rewards have to do with buying; nothing is known where orders do not say whether a reward was used.
pub(super) fn rewards(
    known: &KnownCustomer<'_>,
    weeks: Option<RewardWeeks>,
    settings: &LoyaltySettings,
) -> RewardDependence {
    if !(known.sources.orders && known.sources.rewards) {
        return RewardDependence::default();
    }
    let (mut all, mut with) = (0.0, 0.0);
    for order in known.history.purchases() {
        if let (Some(amount), Some(rewarded)) = (order.amount, order.rewarded) {
            all += amount;
            with += if rewarded { amount } else { 0.0 };
        }
    }
    let share = (all > 0.0).then(|| (with / all) as f32);
    RewardDependence { share, week_ratio: weeks.and_then(|weeks| week_ratio(known, weeks, settings)) }
}

/// Purchases a day in weeks of rewards over purchases a day in others, since the customer is known.
///
/// `((a + ½) / A) / ((b + ½) / B)` with `a`, `b` purchases and `A`, `B` days. `None` with too few weeks of either kind or
/// too few purchases.
///
/// METHOD: half a purchase is added on either side, so that the ratio is finite for somebody who never buys without
/// rewards, and a few purchases do not make a case. Source: Haldane (1956), Anscombe (1956).
fn week_ratio(known: &KnownCustomer<'_>, weeks: RewardWeeks, settings: &LoyaltySettings) -> Option<f32> {
    let exposed = known.history.tenure_days.map_or(KNOWN_DAYS, |days| days.min(KNOWN_DAYS));
    let mut days = [0u32; 2];
    for week in 0..WEEKS {
        days[usize::from(weeks.has(week))] += exposed.saturating_sub(7 * week).min(7);
    }
    if days.iter().any(|days| *days < 7 * settings.min_weeks.max(1)) {
        return None;
    }
    let mut bought = [0u32; 2];
    for order in known.history.purchases() {
        if let Some(week) = RewardWeeks::week(known.night, order.at) {
            bought[usize::from(weeks.has(week))] += 1;
        }
    }
    let rate = |kind: usize| (f64::from(bought[kind]) + 0.5) / f64::from(days[kind]);
    (bought[0] + bought[1] >= settings.min_week_orders).then(|| (rate(1) / rate(0)) as f32)
}

/// Type of loyalty; `preferred` is the relative attitude, `median` the median number of purchases among those who bought.
///
/// | | more purchases than the median | no more |
/// |---|---|---|
/// | preferred | true, or spurious where rewards explain it | latent |
/// | not preferred | spurious | none |
///
/// `BehavioralOnly` where nobody asked for the attitude, `None` without a table of orders.
///
/// METHOD: rewards explain it where the share of spend with rewards is not below `reward_true_below`, or purchases in
/// reward weeks reach `week_ratio_bought` times those in others. Between `reward_true_below` and `reward_bought_from` a
/// preferred brand that is bought often is neither clearly true nor clearly bought. Latent would be wrong: nothing keeps
/// the customer from coming. It counts as spurious, the careful side: true is what is shown not to rest on rewards. Where
/// rewards are not recorded the attitude decides. Source: Dick and Basu (1994); cuts: `docs/domain.md#loyalty-types`,
/// our judgment.
pub(super) fn loyalty(
    known: &KnownCustomer<'_>,
    preferred: Option<bool>,
    median: Option<f64>,
    reward: RewardDependence,
    settings: &LoyaltySettings,
) -> Option<LoyaltyType> {
    if !known.sources.orders {
        return None;
    }
    let Some(preferred) = preferred else { return Some(LoyaltyType::BehavioralOnly) };
    let purchases = known.history.purchases().count() as f64;
    let repeats = median.is_some_and(|median| purchases > median);
    let explained = reward.share.is_some_and(|share| share >= settings.reward_true_below as f32)
        || reward.weeks_bought(settings) == Some(true);
    Some(match (preferred, repeats) {
        (true, true) if explained => LoyaltyType::Spurious,
        (true, true) => LoyaltyType::True,
        (true, false) => LoyaltyType::Latent,
        (false, true) => LoyaltyType::Spurious,
        (false, false) => LoyaltyType::None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{EVERYTHING, Person, order};
    use super::*;
    use crate::rows::{Order, Sources};

    fn settings() -> LoyaltySettings {
        LoyaltySettings::default()
    }

    fn kind(orders: usize, preferred: Option<bool>, reward: RewardDependence) -> Option<LoyaltyType> {
        let person = Person::stranger().ordering((0..orders).map(|_| order(3)).collect());
        person.known(|known| loyalty(known, preferred, Some(2.0), reward, &settings()))
    }

    fn share(share: f32) -> RewardDependence {
        RewardDependence { share: Some(share), week_ratio: None }
    }

    #[test]
    fn the_four_types_are_attitude_against_repeat_above_the_median() {
        let none = RewardDependence::default();
        assert_eq!(kind(3, Some(true), none), Some(LoyaltyType::True), "rewards not recorded");
        assert_eq!(kind(2, Some(true), none), Some(LoyaltyType::Latent), "the median itself is not above it");
        assert_eq!(kind(3, Some(false), none), Some(LoyaltyType::Spurious));
        assert_eq!(kind(0, Some(false), none), Some(LoyaltyType::None));
        assert_eq!(kind(0, Some(true), none), Some(LoyaltyType::Latent), "zero orders");
        assert_eq!(kind(9, None, none), Some(LoyaltyType::BehavioralOnly));
    }

    #[test]
    fn loyalty_is_true_only_below_three_tenths_of_spend_with_rewards() {
        assert_eq!(kind(3, Some(true), share(0.29)), Some(LoyaltyType::True));
        assert_eq!(kind(3, Some(true), share(0.3)), Some(LoyaltyType::Spurious));
        assert_eq!(kind(3, Some(true), share(0.5)), Some(LoyaltyType::Spurious));
        let weeks = |ratio| RewardDependence { share: Some(0.0), week_ratio: Some(ratio) };
        assert_eq!(kind(3, Some(true), weeks(2.0)), Some(LoyaltyType::Spurious));
        assert_eq!(kind(3, Some(true), weeks(1.99)), Some(LoyaltyType::True));
    }

    #[test]
    fn bought_is_half_of_spend_or_twice_as_often_in_reward_weeks() {
        let weeks = |ratio| RewardDependence { share: None, week_ratio: Some(ratio) };
        let bought = |reward: RewardDependence| reward.bought(&settings());
        assert_eq!([bought(share(0.5)), bought(share(0.49))], [Some(true), Some(false)]);
        assert_eq!([bought(weeks(2.0)), bought(weeks(1.9))], [Some(true), Some(false)]);
        assert_eq!(bought(RewardDependence::default()), None);
    }

    #[test]
    fn without_orders_of_anybody_nothing_is_said() {
        let person = Person::answering(&[]).ordering(vec![order(1)]);
        person.known(|known| {
            let known = KnownCustomer { sources: Sources { orders: false, ..EVERYTHING }, ..*known };
            let nothing = RewardDependence::default();
            assert_eq!(loyalty(&known, Some(true), None, nothing, &settings()), None);
            assert_eq!(rewards(&known, None, &settings()), nothing);
        });
        let stranger = Person::stranger();
        let alone = stranger.known(|known| loyalty(known, Some(true), None, RewardDependence::default(), &settings()));
        assert_eq!(alone, Some(LoyaltyType::Latent), "a table of orders in which nobody ordered");
    }

    #[test]
    fn the_share_is_of_spend_of_which_both_value_and_reward_are_known() {
        let with = |amount: Option<f64>, rewarded| Order { amount, rewarded, ..order(3) };
        let of =
            |orders: Vec<Order>| Person::stranger().ordering(orders).known(|k| rewards(k, None, &settings())).share;
        assert_eq!(of(vec![]), None);
        assert_eq!(of(vec![with(Some(30.0), Some(true)), with(Some(10.0), Some(false))]), Some(0.75));
        let odd = vec![
            with(Some(10.0), Some(true)),
            with(Some(90.0), None),
            with(None, Some(false)),
            with(Some(-9.0), Some(false)),
        ];
        assert_eq!(of(odd), Some(1.0));
        assert_eq!(of(vec![with(Some(0.0), Some(true))]), None, "no spend");
    }

    #[test]
    fn a_week_ends_with_the_night() {
        assert_eq!(RewardWeeks::week(0, -1), Some(0));
        assert_eq!(RewardWeeks::week(0, -7 * DAY), Some(0));
        assert_eq!(RewardWeeks::week(0, -7 * DAY - 1), Some(1));
        assert_eq!(RewardWeeks::week(0, -365 * DAY), Some(52));
        assert_eq!(RewardWeeks::week(0, -365 * DAY - 1), None);
        assert_eq!(RewardWeeks::week(0, 0), None, "after the night");
        assert_eq!(RewardWeeks::week(i64::MIN, i64::MAX), None);
        let weeks = RewardWeeks::of([0, 52, 53, 99]);
        assert!(weeks.has(0) && weeks.has(52) && !weeks.has(1) && !weeks.has(53) && !weeks.has(99));
    }

    #[test]
    fn the_week_ratio_compares_like_times() {
        // Ten reward weeks = 70 days, 295 others. Eight purchases in them, two elsewhere.
        let weeks = RewardWeeks::of(0..10);
        let orders: Vec<Order> = [300, 200, 60, 50, 40, 30, 25, 20, 10, 5].map(order).to_vec();
        let person = Person::stranger().ordering(orders.clone());
        let ratio = |person: &Person| person.known(|known| rewards(known, Some(weeks), &settings())).week_ratio;
        let expected = (8.5 / 70.0) / (2.5 / 295.0);
        assert!((f64::from(ratio(&person).unwrap()) - expected).abs() < 1e-5);
        assert_eq!(ratio(&Person::stranger().ordering(orders[..4].to_vec())), None, "four purchases");
        let mut newcomer = Person::stranger().ordering(orders[2..].to_vec());
        newcomer.history.tenure_days = Some(90);
        assert_eq!(ratio(&newcomer), None, "only twenty days outside of reward weeks");
        newcomer.history.tenure_days = Some(98);
        assert!((f64::from(ratio(&newcomer).unwrap()) - (8.5 / 70.0) / (0.5 / 28.0)).abs() < 1e-5);
    }
}
