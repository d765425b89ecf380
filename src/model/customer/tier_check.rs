//! Do signals alone tell a need tier? Respondents scored with their answers and without, side by side.

use super::score::{ApplySettings, ApplySettingsError, Scorer};
use crate::fit::{LEAST_COMPARED, Model, NeedTierCheck, Sample};
use crate::rows::{CustomerBlock, CustomerNeeds, NeedState, ScoredBlock};
use valueseg_catalogue::{Catalogue, NeedTier};
use valueseg_stats::interval::mean_interval;

/// What two rows of needs can agree on: a tier, or that nothing is to be served next.
const KINDS: usize = NeedTier::COUNT + 1;

/// Compares tiers by signals alone with tiers by own answers, of the respondents of a sample whose signals are those of
/// `model`; `None` where there are no respondents or no signals.
///
/// # Errors
/// [`ApplySettingsError`] for a setting outside its range.
pub fn check_need_tiers(
    model: &Model,
    catalogue: &Catalogue,
    settings: &ApplySettings,
    sample: &Sample,
) -> Result<Option<NeedTierCheck>, ApplySettingsError> {
    if sample.respondents.is_empty() || model.signal_ids().is_empty() {
        return Ok(None);
    }
    let scorer = Scorer::new(model, catalogue, settings.clone())?.telling_all();
    let shown = scorer.score(&sample.respondents);
    let rated = vec![0; sample.respondents.len()];
    let hidden = scorer.score(&CustomerBlock { rated, ..sample.respondents.clone() });
    Ok(Some(compared(&sample.respondents.weight, &shown, &hidden)))
}

fn compared(weights: &[f64], shown: &ScoredBlock, hidden: &ScoredBlock) -> NeedTierCheck {
    let pairs: Vec<(f64, usize, Option<usize>)> = (0..weights.len())
        .filter(|row| hidden.scored[*row] != 0)
        .filter_map(|row| Some((weights[row], kind(&shown.needs[row])?, kind(&hidden.needs[row]))))
        .collect();
    let both: Vec<(f64, usize, usize)> = pairs.iter().filter_map(|(w, own, read)| Some((*w, *own, (*read)?))).collect();
    let check =
        NeedTierCheck { respondents: pairs.len() as u64, compared: both.len() as u64, ..NeedTierCheck::default() };
    let (sum, squares) = both.iter().fold((0.0, 0.0), |(sum, squares), (w, ..)| (sum + w, squares + w * w));
    if check.compared < LEAST_COMPARED || sum <= 0.0 {
        return check;
    }
    let share = |is: &dyn Fn(usize, usize) -> bool| {
        both.iter().filter(|(_, own, read)| is(*own, *read)).map(|(w, ..)| w).sum::<f64>() / sum
    };
    let rates: Vec<f64> = (0..KINDS).map(|kind| share(&|own, _| own == kind)).collect();
    // Among equals the first, which is the lower tier.
    let commonest = (0..KINDS).fold(0, |best, kind| if rates[kind] > rates[best] { kind } else { best });
    let accuracy = share(&|own, read| own == read);
    // Each person adds 1, 0 or −1 to the difference of the two shares.
    let differs = share(&|own, read| (own == read) != (own == commonest));
    let gain = accuracy - rates[commonest];
    let interval = mean_interval(gain, differs - gain * gain, sum * sum / squares);
    NeedTierCheck {
        accuracy: Some(accuracy),
        base_rate: Some(rates[commonest]),
        gain_low: interval.map(|interval| interval.low),
        ..check
    }
}

/// What is told of a row, if anything.
fn kind(needs: &CustomerNeeds) -> Option<usize> {
    match needs.state {
        NeedState::Balanced => Some(NeedTier::COUNT),
        _ => needs.tier.map(NeedTier::index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows told to be served on tier `of(row)` next; `None` = undetermined.
    fn block(rows: usize, of: impl Fn(usize) -> Option<usize>) -> ScoredBlock {
        let mut block = ScoredBlock::unscored(rows);
        for row in 0..rows {
            block.scored[row] = 1;
            block.needs[row].tier = of(row).map(|t| NeedTier::ALL[t]);
        }
        block
    }

    #[test]
    fn signals_that_repeat_the_commonest_tier_gain_nothing() {
        // 60 % safety by their own answers; signals say safety of everybody.
        let (shown, hidden) = (block(400, |row| Some(if row % 5 < 3 { 1 } else { 2 })), block(400, |_| Some(1)));
        let check = compared(&[1.0; 400], &shown, &hidden);
        assert_eq!((check.accuracy, check.base_rate, check.gain_low), (Some(0.6), Some(0.6), Some(0.0)));
        assert!(!check.is_proven());
    }

    #[test]
    fn signals_that_are_right_of_four_in_five_are_proven() {
        // Half and half by own answers; signals are wrong of every fifth, alike in both halves: .8 − .5 = .3.
        let shown = block(400, |row| Some(row % 2));
        let hidden = block(400, |row| Some(if row % 10 < 2 { 1 - row % 2 } else { row % 2 }));
        let check = compared(&[1.0; 400], &shown, &hidden);
        let accuracy = check.accuracy.unwrap();
        assert!((accuracy - 0.8).abs() < 1e-12 && check.base_rate == Some(0.5));
        // Differs where exactly one of the two is right: .4 + .1 = .5; √((.5 − .09)/400) = .0320, times 1.966.
        assert!((check.gain_low.unwrap() - (0.3 - 1.966 * 0.032_016)).abs() < 1e-3, "{check:?}");
        assert!(check.is_proven());
    }

    #[test]
    fn who_is_undetermined_is_not_compared_and_few_prove_nothing() {
        let shown = block(300, |row| Some(row % 2).filter(|_| row < 200));
        let hidden = block(300, |row| Some(row % 2).filter(|_| row % 4 == 0));
        let check = compared(&[1.0; 300], &shown, &hidden);
        assert_eq!((check.respondents, check.compared, check.accuracy), (200, 50, None));
        assert!(!compared(&[1.0; 3], &block(3, |_| None), &block(3, |_| Some(1))).is_proven());
    }
}
