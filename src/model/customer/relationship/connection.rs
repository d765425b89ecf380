//! How far somebody came on the way to an emotional connection.

use super::known::reaches;
use super::settings::{ConnectionSettings, RelationshipSettingsError};
use crate::rows::{Attitudes, ConnectionStage, Question};
use valueseg_catalogue::{Catalogue, Motivator};

/// Tells how far somebody came from answers alone; made once.
#[derive(Clone, Debug)]
pub struct ConnectionRule {
    keys: Vec<usize>,
    settings: ConnectionSettings,
}

impl ConnectionRule {
    /// The rule with these settings, as they were checked.
    ///
    /// # Errors
    /// [`RelationshipSettingsError`] for key motivators that the catalogue does not have.
    pub fn new(catalogue: &Catalogue, settings: &ConnectionSettings) -> Result<Self, RelationshipSettingsError> {
        Ok(Self { keys: keys(catalogue.motivators(), settings)?, settings: settings.clone() })
    }

    /// Stage of a customer; `None` = was not asked enough to tell.
    #[must_use]
    pub fn stage(&self, attitudes: &Attitudes, row: usize) -> Option<ConnectionStage> {
        connection(attitudes, row, &self.keys, &self.settings).0
    }
}

/// Places of the key motivators in the catalogue.
pub(super) fn keys(
    motivators: &[Motivator],
    settings: &ConnectionSettings,
) -> Result<Vec<usize>, RelationshipSettingsError> {
    let (named, needed) = (&settings.key_motivators, settings.motivators);
    for id in named {
        if !motivators.iter().any(|motivator| motivator.id() == id) {
            let known: Vec<&str> = motivators.iter().map(Motivator::id).collect();
            return Err(RelationshipSettingsError::UnknownMotivator { id: id.clone(), known: known.join(", ") });
        }
    }
    let is_key = |place: &usize| named.is_empty() || named.iter().any(|id| id == motivators[*place].id());
    let keys: Vec<usize> = (0..motivators.len()).filter(is_key).collect();
    if keys.len() < needed as usize {
        return Err(RelationshipSettingsError::FewMotivators { needed, keys: keys.len() });
    }
    Ok(keys)
}

/// Stage of the way, and whether the answers contradict each other. `keys` are the places of the key motivators.
///
/// Strict precedence, one stage for everybody: not satisfied = not connected; connected = fully connected; seen as
/// different = differentiated; else highly satisfied. `None` unless satisfaction and both answers about at least
/// `settings.motivators` key motivators are known. Contradictory = connected by the motivators, but not satisfied.
/// Source: `docs/domain.md#connection-stages`, our judgment on a published pathway.
///
/// METHOD: a stage is known only of people who were asked enough to reach the highest one. The dissatisfied could be placed
/// by one answer; counting them and not the others would fill the base of every share with them. Spend is never looked at:
/// value would prove itself.
pub(super) fn connection(
    attitudes: &Attitudes,
    row: usize,
    keys: &[usize],
    settings: &ConnectionSettings,
) -> (Option<ConnectionStage>, bool) {
    let Some(satisfaction) = attitudes.get(row, Question::Satisfaction) else { return (None, false) };
    let (mut asked, mut met) = (0, 0);
    for &key in keys {
        if let (Some(want), Some(helps)) = attitudes.motivator(row, key) {
            asked += 1;
            met += u32::from(reaches(want, settings.wanted) && reaches(helps, settings.helped));
        }
    }
    if asked < settings.motivators {
        return (None, false);
    }
    let connected = met >= settings.motivators;
    if !reaches(satisfaction, settings.satisfied) {
        return (Some(ConnectionStage::NotConnected), connected);
    }
    let stage = if connected {
        ConnectionStage::FullyConnected
    } else if attitudes.get(row, Question::Different).is_some_and(|answer| reaches(answer, settings.different)) {
        ConnectionStage::Differentiated
    } else {
        ConnectionStage::HighlySatisfied
    };
    (Some(stage), false)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Person;
    use super::*;
    use ConnectionStage::{Differentiated, FullyConnected, HighlySatisfied, NotConnected};
    use Question::{Different, Satisfaction};

    fn stage(person: &Person) -> (Option<ConnectionStage>, bool) {
        let keys: Vec<usize> = (0..10).collect();
        person.known(|known| connection(&known.block.attitudes, known.row, &keys, &ConnectionSettings::default()))
    }

    #[test]
    fn nobody_who_was_not_asked_has_a_stage() {
        assert_eq!(stage(&Person::stranger()), (None, false));
        assert_eq!(stage(&Person::answering(&[(Satisfaction, 10.0)])), (None, false), "no motivator");
        let one = Person::answering(&[(Satisfaction, 2.0)]).motivated(&[(9.0, 9.0)]);
        assert_eq!(stage(&one), (None, false), "one motivator is too few, for the dissatisfied as well");
        let unsatisfied = Person::stranger().motivated(&[(10.0, 10.0), (10.0, 10.0)]);
        assert_eq!(stage(&unsatisfied), (None, false), "satisfaction was not asked");
        let mut half = Person::answering(&[(Satisfaction, 9.0)]).motivated(&[(9.0, 9.0)]);
        half.block.attitudes.set(0, Question::ALL.len() + 1, 9.0);
        assert_eq!(stage(&half), (None, false), "of the second motivator only what it is worth is known");
    }

    #[test]
    fn each_stage_begins_at_its_threshold() {
        let person = |satisfaction, different, second: (f32, f32)| {
            stage(
                &Person::answering(&[(Satisfaction, satisfaction), (Different, different)])
                    .motivated(&[(7.0, 9.0), second]),
            )
        };
        assert_eq!(person(9.0, 0.0, (7.0, 9.0)), (Some(FullyConnected), false));
        assert_eq!(person(9.0, 7.5, (6.9, 9.0)), (Some(Differentiated), false), "not wanted enough");
        assert_eq!(person(9.0, 7.5, (7.0, 8.9)), (Some(Differentiated), false), "not helped enough");
        assert_eq!(person(9.0, 7.4, (7.0, 8.9)), (Some(HighlySatisfied), false));
        assert_eq!(person(8.9, 10.0, (7.0, 8.9)), (Some(NotConnected), false));
        assert_eq!(person(8.9, 10.0, (7.0, 9.0)), (Some(NotConnected), true), "connected, not satisfied");
    }

    #[test]
    fn who_was_not_asked_whether_it_is_different_is_at_most_highly_satisfied_unless_connected() {
        let person = Person::answering(&[(Satisfaction, 10.0)]).motivated(&[(10.0, 5.0), (10.0, 10.0)]);
        assert_eq!(stage(&person), (Some(HighlySatisfied), false));
    }

    #[test]
    fn only_key_motivators_count() {
        let person = Person::answering(&[(Satisfaction, 9.0)]).motivated(&[(9.0, 9.0), (9.0, 9.0), (9.0, 0.0)]);
        let settings = ConnectionSettings::default();
        let with =
            |keys: &[usize]| person.known(|known| connection(&known.block.attitudes, known.row, keys, &settings));
        assert_eq!(with(&[0, 1]), (Some(FullyConnected), false));
        assert_eq!(with(&[1, 2]), (Some(HighlySatisfied), false));
        assert_eq!(with(&[2, 5]), (None, false), "one of the two was not asked");
        assert_eq!(with(&[0, 400]), (None, false), "no such column");
    }
}
