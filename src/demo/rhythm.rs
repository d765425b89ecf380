//! On which days people order: in a rhythm, in bursts, or when there is something to gain.

use super::bond::Bond;
use super::dice::Dice;
use super::time::{DAY, Moment, Window, start_of};
use super::world::SECOND_NIGHT;
use crate::model::rows::ArcStage;

/// Weeks of reward campaigns, Saturday to Friday, counted from the Saturday before the year of events begins; the same for
/// all customers.
pub const REWARD_WEEKS: [i64; 10] = [2, 7, 12, 17, 22, 28, 33, 38, 43, 48];
/// Share of their orders that bought customers place in such weeks.
pub const BOUGHT_IN_REWARD_WEEKS: f64 = 0.75;
/// The Saturday before the year of events begins, in days before the second night, a Saturday itself.
const FIRST_SATURDAY: i64 = 371;
/// Share of orders that follow another within days, of people for whom shopping is no habit.
const BURSTS: f64 = 0.4;

/// Start of the year's first week.
fn first_week() -> Moment {
    start_of(SECOND_NIGHT) - FIRST_SATURDAY * DAY
}

/// Whether a day lies in a week of a reward campaign.
pub(super) fn in_reward_week(day: Moment) -> bool {
    REWARD_WEEKS.contains(&((day - first_week()) / (7 * DAY)))
}

/// Moves days drawn evenly over the window to where this person would order.
pub(super) fn settle_days(days: &mut [Moment], window: &Window, bond: &Bond, dice: &mut Dice) {
    if bond.arc >= ArcStage::PartOfLife {
        let n = days.len();
        for (k, day) in days.iter_mut().enumerate() {
            *day = window.part(k, n, 0.5 + 0.4 * (dice.uniform() - 0.5));
        }
    } else if bond.bought {
        for day in days {
            let week = dice.one_of(&REWARD_WEEKS);
            let better = first_week() + (7 * week + dice.below(7) as i64) * DAY;
            if dice.chance(BOUGHT_IN_REWARD_WEEKS) && window.covers(better) {
                *day = better;
            }
        }
    } else {
        days.sort_unstable();
        for k in 1..days.len() {
            let soon = days[k - 1] + (1 + dice.below(4) as i64) * DAY;
            if dice.chance(BURSTS) && window.covers(soon) {
                days[k] = soon;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Datelike, Weekday};

    use super::*;

    #[test]
    fn reward_weeks_begin_on_saturdays_and_lie_within_the_year() {
        let day = |at: Moment| DateTime::from_timestamp_micros(at).unwrap().date_naive();
        assert_eq!(day(first_week()).weekday(), Weekday::Sat);
        for week in REWARD_WEEKS {
            let start = first_week() + 7 * week * DAY;
            assert!(in_reward_week(start) && in_reward_week(start + 6 * DAY) && !in_reward_week(start + 7 * DAY));
            assert!(start > Window::known_from() && Window::is_known(start + 6 * DAY));
        }
    }
}
