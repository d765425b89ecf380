//! In which weeks the company handed out rewards: seen from the orders of everybody.

use super::loyalty::RewardWeeks;
use super::settings::LoyaltySettings;

impl RewardWeeks {
    /// The weeks of rewards among `weeks`: orders and orders with a reward, week by week back from the night. `None` =
    /// orders do not tell, or no week stands out, so that buying in weeks of rewards cannot be told from buying in others.
    ///
    /// METHOD: a campaign is not in the data; it shows in the share of orders with a reward over all customers. One
    /// customer's own orders hardly move that share, so the ratio for the customer is not circular.
    #[must_use]
    pub fn seen(weeks: &[(u64, u64)], settings: &LoyaltySettings) -> Option<Self> {
        let share = |week: &(u64, u64)| {
            (week.0 >= u64::from(settings.reward_week_orders)).then(|| week.1 as f64 / week.0 as f64)
        };
        let mut shares: Vec<f64> = weeks.iter().filter_map(share).collect();
        shares.sort_by(f64::total_cmp);
        let median = *shares.get(shares.len() / 2)?;
        let high = |share: f64| share > 0.0 && share >= settings.reward_week_from * median;
        let found: Vec<u32> =
            (0u32..).zip(weeks).filter(|(_, week)| share(week).is_some_and(high)).map(|(number, _)| number).collect();
        (!found.is_empty()).then(|| Self::of(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_whose_share_of_rewards_stands_out_are_seen() {
        let mut weeks = vec![(100, 10); 20];
        weeks[3] = (100, 30);
        weeks[7] = (100, 14);
        weeks[9] = (10, 10);
        let seen = RewardWeeks::seen(&weeks, &LoyaltySettings::default()).expect("one stands out");
        let found: Vec<u32> = (0..20).filter(|week| seen.has(*week)).collect();
        assert_eq!(found, [3], "1.4 times is not enough, ten orders are too few");
    }

    #[test]
    fn without_rewards_or_campaigns_there_are_no_such_weeks() {
        assert_eq!(RewardWeeks::seen(&[], &LoyaltySettings::default()), None);
        assert_eq!(RewardWeeks::seen(&[(100, 10); 20], &LoyaltySettings::default()), None);
        assert_eq!(RewardWeeks::seen(&[(100, 0); 20], &LoyaltySettings::default()), None);
    }
}
