//! How close a relationship suits the customer.

use super::known::KnownCustomer;
use super::settings::ClosenessSettings;
use crate::rows::{ArcStage, LevelReason, RelationshipLevel};

/// What the rules of closeness look at beside the customer's own row.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClosenessFacts {
    /// Stage of the arc.
    pub(super) arc: ArcStage,
    /// A grave complaint is open.
    pub(super) open_grave: bool,
}

/// The level that suits, and why (`docs/domain.md#closeness`, our judgment).
///
/// The less of what the evidence supports and what the customer asked for: up to "exists" a wave, from an opinion on a
/// guest, from a meaning on a friend; the inner circle only from "part of life" on and for who asked for it. Before that:
/// closed kindly where people decided so; left alone while a matter is open (a case, a grave complaint, a return of late),
/// where the customer is known to be vulnerable, after enough marketing contacts of late, or by wish. Of whom nothing was
/// heard or seen in a year there is a wave at most.
///
/// METHOD: what a customer is worth is not an input, and no rule may make it one: closeness that is sold to the highest
/// spender is not what suits the person. A wish to be closed is a wish to be left alone: only people close.
pub(super) fn level(
    known: &KnownCustomer<'_>,
    standing: ClosenessFacts,
    settings: &ClosenessSettings,
) -> (RelationshipLevel, LevelReason) {
    use RelationshipLevel::{CloseKindly, Friend, Guest, InnerCircle, LeaveAlone, Wave};
    let flags = known.block.flags[known.row];
    if flags.close_kindly {
        return (CloseKindly, LevelReason::Decided);
    }
    if flags.open_case || standing.open_grave || returned_of_late(known, settings) {
        return (LeaveAlone, LevelReason::OpenMatter);
    }
    if flags.vulnerable {
        return (LeaveAlone, LevelReason::Vulnerable);
    }
    let addressed = known.history.treatments.iter().filter(|at| known.within_days(**at, settings.fatigue_days));
    if addressed.count() >= settings.fatigue_contacts as usize {
        return (LeaveAlone, LevelReason::Fatigue);
    }
    let wish = flags.wish.map(|wish| if wish == CloseKindly { LeaveAlone } else { wish });
    let (supported, reason) = match standing.arc {
        _ if silent(known) => (Wave, LevelReason::Stale),
        ArcStage::Unknown | ArcStage::Exists => (Wave, LevelReason::Evidence),
        ArcStage::Opinion => (Guest, LevelReason::Evidence),
        ArcStage::PartOfLife | ArcStage::Indispensable if wish == Some(InnerCircle) => {
            (InnerCircle, LevelReason::Evidence)
        }
        ArcStage::Meaning | ArcStage::PartOfLife | ArcStage::Indispensable => (Friend, LevelReason::Evidence),
    };
    match wish {
        Some(wish) if wish < supported => (wish, LevelReason::Wish),
        _ => (supported, reason),
    }
}

/// Whether an order of the last days came back, or money was given back.
fn returned_of_late(known: &KnownCustomer<'_>, settings: &ClosenessSettings) -> bool {
    let mut orders = known.history.orders.iter();
    orders.any(|order| (order.returned || !order.is_purchase()) && known.within_days(order.at, settings.return_days))
}

/// Whether nothing was heard or seen of the customer in the year, although there is a table that would tell.
fn silent(known: &KnownCustomer<'_>) -> bool {
    let (sources, history) = (known.sources, known.history);
    let answered = known.block.attitudes.any(known.row) || known.block.rated[known.row] != 0;
    (sources.orders || sources.contacts || sources.texts)
        && history.orders.is_empty()
        && history.contacts.is_empty()
        && history.verbatims.is_empty()
        && !answered
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Person, order};
    use super::super::known::DAY;
    use super::*;
    use crate::rows::{Order, Sources};
    use ArcStage::{Exists, Indispensable, Meaning, Opinion, PartOfLife, Unknown};
    use LevelReason::{Decided, Evidence, Fatigue, OpenMatter, Stale, Vulnerable, Wish};
    use RelationshipLevel::{CloseKindly, Friend, Guest, InnerCircle, LeaveAlone, Wave};

    /// Somebody who bought once.
    fn buyer() -> Person {
        Person::stranger().ordering(vec![order(100)])
    }

    fn at(person: &Person, arc: ArcStage) -> (RelationshipLevel, LevelReason) {
        let standing = ClosenessFacts { arc, open_grave: false };
        person.known(|known| level(known, standing, &ClosenessSettings::default()))
    }

    fn wishing(wish: RelationshipLevel) -> Person {
        let mut person = buyer();
        person.block.flags[0].wish = Some(wish);
        person
    }

    #[test]
    fn the_level_follows_the_arc_and_stops_at_friend_unless_asked() {
        let levels = ArcStage::ALL.map(|arc| at(&buyer(), arc));
        assert_eq!(levels.map(|(level, _)| level), [Wave, Wave, Guest, Friend, Friend, Friend]);
        assert!(levels.iter().all(|(_, reason)| *reason == Evidence));
    }

    #[test]
    fn a_wish_lowers_the_level_and_opens_the_inner_circle_alone() {
        assert_eq!(at(&wishing(Wave), PartOfLife), (Wave, Wish));
        assert_eq!(at(&wishing(LeaveAlone), Opinion), (LeaveAlone, Wish));
        assert_eq!(at(&wishing(CloseKindly), Opinion), (LeaveAlone, Wish), "only people close");
        assert_eq!(at(&wishing(Guest), Opinion), (Guest, Evidence), "asked for just that");
        assert_eq!(at(&wishing(Friend), Exists), (Wave, Evidence), "a wish alone raises nothing");
        assert_eq!(at(&wishing(InnerCircle), Meaning), (Friend, Evidence));
        assert_eq!(at(&wishing(InnerCircle), PartOfLife), (InnerCircle, Evidence));
        assert_eq!(at(&wishing(InnerCircle), Indispensable), (InnerCircle, Evidence));
    }

    #[test]
    fn an_open_matter_comes_before_everything_but_a_decision_of_people() {
        let mut person = wishing(InnerCircle);
        person.block.flags[0].vulnerable = true;
        assert_eq!(at(&person, PartOfLife), (LeaveAlone, Vulnerable));
        person.block.flags[0].open_case = true;
        assert_eq!(at(&person, PartOfLife), (LeaveAlone, OpenMatter));
        person.block.flags[0].close_kindly = true;
        assert_eq!(at(&person, PartOfLife), (CloseKindly, Decided));
        let standing = ClosenessFacts { arc: PartOfLife, open_grave: true };
        let grave = buyer().known(|known| level(known, standing, &ClosenessSettings::default()));
        assert_eq!(grave, (LeaveAlone, OpenMatter));
    }

    #[test]
    fn a_return_or_refund_is_an_open_matter_for_a_fortnight() {
        let with = |order: Order| at(&Person::stranger().ordering(vec![order]), Opinion);
        assert_eq!(with(Order { returned: true, ..order(14) }), (LeaveAlone, OpenMatter));
        assert_eq!(with(Order { returned: true, ..order(15) }), (Guest, Evidence));
        assert_eq!(with(Order { amount: Some(-1.0), ..order(3) }), (LeaveAlone, OpenMatter));
    }

    #[test]
    fn eight_contacts_in_thirty_days_are_enough() {
        let mut person = buyer();
        person.history.treatments = vec![-31 * DAY, -30 * DAY, -9, -8, -7, -6, -5, -4];
        assert_eq!(at(&person, Opinion), (Guest, Evidence), "seven of them");
        person.history.treatments.push(-3);
        assert_eq!(at(&person, Opinion), (LeaveAlone, Fatigue));
    }

    #[test]
    fn of_whom_nothing_was_heard_for_a_year_a_wave_is_enough() {
        let mut stranger = Person::stranger();
        assert_eq!(at(&stranger, Meaning), (Wave, Stale), "the stage is held from earlier nights");
        assert_eq!(at(&stranger, Unknown), (Wave, Stale));
        stranger.history.treatments = vec![-5];
        assert_eq!(at(&stranger, Meaning), (Wave, Stale), "that we wrote is not that we heard");
        stranger.block.rated[0] = 1;
        assert_eq!(at(&stranger, Unknown), (Wave, Evidence));
        let nowhere = Person::stranger().known(|known| {
            let known = KnownCustomer { sources: Sources { attitudes: true, ..Sources::default() }, ..*known };
            level(&known, ClosenessFacts { arc: Unknown, open_grave: false }, &ClosenessSettings::default())
        });
        assert_eq!(nowhere, (Wave, Evidence), "there is no table that could tell");
    }
}
