//! Does somebody order in a steady rhythm?

use super::known::DAY;
use super::settings::ArcSettings;
use crate::rows::History;

/// Whether the gaps between days of purchase are alike: their sample standard deviation over their mean is below
/// `settings.regular_cv`, with at least `settings.regular_orders` days.
///
/// METHOD: days rather than orders, because two orders of an evening are one occasion; the sample deviation (n − 1) rather
/// than that of the population, because with four gaps the latter looks steadier than it is.
pub(super) fn steady(history: &History, settings: &ArcSettings) -> bool {
    let (mut last, mut days, mut sum, mut squares) = (None, 0u32, 0.0f64, 0.0f64);
    for order in history.purchases() {
        let day = order.at.div_euclid(DAY);
        if last == Some(day) {
            continue;
        }
        if let Some(before) = last {
            let gap = (day - before) as f64;
            sum += gap;
            squares += gap * gap;
        }
        last = Some(day);
        days += 1;
    }
    if days < settings.regular_orders {
        return false;
    }
    let gaps = f64::from(days - 1);
    let mean = sum / gaps;
    let variance = (squares - sum * mean).max(0.0) / (gaps - 1.0);
    variance.sqrt() < settings.regular_cv * mean
}

#[cfg(test)]
mod tests {
    use super::super::fixture::order;
    use super::*;

    fn on(days_ago: &[i64]) -> bool {
        let orders = days_ago.iter().map(|day| order(*day)).collect();
        steady(&History { orders, ..History::default() }, &ArcSettings::default())
    }

    #[test]
    fn five_days_at_even_gaps_are_a_rhythm_and_four_are_not() {
        assert!(on(&[120, 90, 60, 30, 1]));
        assert!(!on(&[90, 60, 30, 1]));
        assert!(!on(&[]));
    }

    #[test]
    fn orders_of_one_day_are_one_occasion() {
        assert!(!on(&[90, 60, 30, 30, 30, 1]));
    }

    #[test]
    fn the_spread_must_be_below_half_of_the_mean() {
        // Gaps 10, 10, 10, 30: mean 15, sample deviation 10, so 0.667.
        assert!(!on(&[61, 51, 41, 31, 1]));
        // Gaps 8, 12, 8, 12: mean 10, sample deviation 2.31, so 0.23.
        assert!(on(&[41, 33, 21, 13, 1]));
        // Gaps 1, 3, 1, 3, 2: mean 2, variance 1, so exactly 0.5.
        assert!(!on(&[11, 10, 7, 6, 3, 1]));
    }

    #[test]
    fn refunds_are_no_occasions() {
        let mut orders: Vec<_> = [120, 90, 60, 30, 1].map(order).to_vec();
        orders[2].amount = Some(-5.0);
        assert!(!steady(&History { orders, ..History::default() }, &ArcSettings::default()));
    }
}
