//! What one customer lived through lately, what is open, what went well: the person's part in how a group is cared for.

use super::settings::LensSettings;
use crate::rows::{Contact, History, LevelReason, Nature, Relationship, RelationshipLevel};
use valueseg_catalogue::StoryKind;

/// Microseconds in an hour and in a day.
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// Days that count as lately: the window of most plays. Our judgment.
const LATELY: i64 = 90 * DAY;

/// Why nothing is sent to somebody, of those whom it is scored for.
pub(super) const SILENCES: [LevelReason; 5] =
    [LevelReason::OpenMatter, LevelReason::Wish, LevelReason::Fatigue, LevelReason::Vulnerable, LevelReason::Decided];

/// Something that a customer lives through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lived {
    /// Bought.
    Ordered,
    /// A promise to them was broken.
    Late,
    /// Had a contact.
    Contacted,
    /// Complained.
    Complained,
    /// Sent something back, or got money back.
    Returned,
}

impl Lived {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ordered, Self::Late, Self::Contacted, Self::Complained, Self::Returned];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Late => "late",
            Self::Contacted => "contacted",
            Self::Complained => "complained",
            Self::Returned => "returned",
        }
    }

    /// Numbers of times told apart, from once to so many or more: what most people live through rarely is told once.
    pub(super) fn steps(self) -> u8 {
        match self {
            Self::Ordered => 5,
            Self::Contacted => 3,
            Self::Late => 2,
            Self::Complained | Self::Returned => 1,
        }
    }

    /// Each thing with each number of times told apart, in a fixed order.
    pub(super) fn all_steps() -> impl Iterator<Item = (usize, LivedStep)> {
        let steps = |lived: Self| (1..=lived.steps()).map(move |times| LivedStep { lived, times });
        Self::ALL.into_iter().flat_map(steps).enumerate()
    }
}

/// Cells that [`Lived::all_steps`] takes.
pub(super) const LIVED_STEPS: usize = 12;

/// Something lived through at least so many times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivedStep {
    /// What.
    pub lived: Lived,
    /// At least so often.
    pub times: u8,
}

/// One customer's part in how a group is cared for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Care {
    /// How often each thing was lived through lately, in the order of [`Lived::ALL`].
    pub(super) lived: [u32; Lived::ALL.len()],
    /// Complaints that got an answer, and hours until the first, in steps of 0.01.
    pub(super) answered: i64,
    pub(super) hours: i64,
    /// Stories of lately, in the order of [`StoryKind::ALL`]; `None` = there was nothing that could have become one.
    pub(super) stories: [Option<bool>; StoryKind::ALL.len()],
    /// Why nothing is sent, as a place in [`SILENCES`]; `None` = nothing speaks against it.
    pub(super) silence: Option<usize>,
}

/// Stories that a customer has lived through lately: bit `k` stands for the `k`-th of [`StoryKind::ALL`].
#[must_use]
pub fn lived_stories(history: &History, says: &Relationship, settings: &LensSettings) -> u8 {
    let stories = Care::of(history, says, settings).stories;
    stories.iter().enumerate().fold(0, |bits, (k, story)| bits | u8::from(*story == Some(true)) << k)
}

impl Care {
    pub(super) fn of(history: &History, says: &Relationship, settings: &LensSettings) -> Self {
        let now = settings.now;
        let mut care = Self {
            lived: lived(history, now),
            silence: silence(says),
            stories: [kept_and_back(history, now), None],
            ..Self::default()
        };
        let complaints = || history.contacts.iter().filter(|contact| contact.nature == Nature::Complaint);
        for complaint in complaints() {
            let resolved = complaint.resolved.filter(|at| *at < now);
            if let Some(first) = first_answer(complaint, history, resolved) {
                care.answered += 1;
                care.hours += (first - complaint.at).max(0) * 100 / HOUR;
            }
            if let Some(at) = resolved.filter(|at| *at >= now - LATELY) {
                let story = &mut care.stories[StoryKind::WonBack as usize];
                *story = Some(*story == Some(true) || came_back(history, at, now));
            }
        }
        care
    }
}

/// Orders, broken promises, contacts, complaints and returns of lately.
fn lived(history: &History, now: i64) -> [u32; Lived::ALL.len()] {
    let lately = |at: i64| at >= now - LATELY && at < now;
    let orders = || history.orders.iter().filter(|order| lately(order.at));
    let contacts = || history.contacts.iter().filter(|contact| lately(contact.at));
    let promises = history.promises().filter(|promise| lately(promise.due));
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    [
        count(orders().filter(|order| order.is_purchase()).count()),
        count(promises.filter(|promise| promise.kept(now) == Some(false)).count()),
        count(contacts().count()),
        count(contacts().filter(|contact| contact.nature == Nature::Complaint).count()),
        count(orders().filter(|order| order.returned || !order.is_purchase()).count()),
    ]
}

/// Whether all promises due lately were kept, and the customer bought after the last; `None` = none was due.
fn kept_and_back(history: &History, now: i64) -> Option<bool> {
    let due = history.promises().filter(|promise| promise.due >= now - LATELY && promise.kept(now).is_some());
    let last = due.clone().filter_map(|promise| promise.done).max();
    let all = due.map(|promise| promise.kept(now) == Some(true)).reduce(|a, b| a && b)?;
    let bought = last.is_some_and(|last| history.purchases().any(|order| order.at > last && order.at < now));
    Some(all && bought)
}

/// Whether the customer bought or praised after a moment.
///
/// METHOD (our judgment): what people do and say afterwards is what a recovery is; a case that was closed is none. It is an
/// association: who is easily won back may also be easily answered.
fn came_back(history: &History, after: i64, now: i64) -> bool {
    let within = |at: i64| at > after && at < now;
    history.purchases().any(|order| within(order.at))
        || history.contacts.iter().any(|contact| contact.nature == Nature::Advocacy && within(contact.at))
        || history.verbatims.iter().any(|text| text.praised != 0 && text.blamed == 0 && within(text.at))
}

/// The first moment after a complaint at which its case has a contact that is no complaint, or is resolved.
fn first_answer(complaint: &Contact, history: &History, resolved: Option<i64>) -> Option<i64> {
    let same_case = |other: &&Contact| other.case.is_some() && other.case == complaint.case;
    let answers = history.contacts.iter().filter(|other| other.nature != Nature::Complaint).filter(same_case);
    answers.map(|other| other.at).filter(|at| *at > complaint.at).chain(resolved).min()
}

/// Why nothing is sent to the customer, as a place in [`SILENCES`].
fn silence(says: &Relationship) -> Option<usize> {
    let alone = matches!(says.level, RelationshipLevel::LeaveAlone | RelationshipLevel::CloseKindly);
    let reason = match says.level_reason {
        reason if alone => reason,
        _ if says.open.any() => LevelReason::OpenMatter,
        _ => return None,
    };
    SILENCES.iter().position(|own| *own == reason)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{NOW, contact, order, person, text};
    use super::*;
    use crate::rows::{Order, Promise};
    use valueseg_catalogue::MatterKind;

    fn care(history: &History) -> Care {
        Care::of(history, &person().says, &LensSettings::at(NOW))
    }

    fn complaint(day: i64, case: u64, resolved: Option<i64>) -> Contact {
        Contact {
            nature: Nature::Complaint,
            case: Some(case),
            resolved: resolved.map(|day| day * DAY),
            ..contact(day * DAY, None)
        }
    }

    #[test]
    fn cells_are_as_many_as_there_are_steps() {
        assert_eq!(Lived::all_steps().count(), LIVED_STEPS);
        assert!(Lived::ALL.iter().enumerate().all(|(i, lived)| *lived as usize == i));
        assert!(StoryKind::ALL.iter().enumerate().all(|(i, kind)| *kind as usize == i));
    }

    #[test]
    fn somebody_is_won_back_who_bought_or_praised_after_the_complaint_was_solved() {
        let contacts = vec![complaint(200, 1, None), complaint(350, 2, Some(351))];
        let mut history = History { contacts, ..History::default() };
        let won_back = |history: &History| care(history).stories[StoryKind::WonBack as usize];
        history.orders = vec![order(350 * DAY + HOUR, 9.0)];
        assert_eq!(won_back(&history), Some(false), "an order while it was open is none after it");
        history.verbatims = vec![text(1, 0)];
        history.verbatims[0].at = 360 * DAY;
        assert_eq!(won_back(&history), Some(true));
        history.contacts.truncate(1);
        assert_eq!(won_back(&history), None, "nothing was solved");
    }

    #[test]
    fn the_first_answer_is_the_first_contact_of_the_case_that_is_no_complaint() {
        let answer = Contact { case: Some(1), ..contact(100 * DAY + 6 * HOUR, None) };
        let contacts = vec![complaint(100, 1, Some(110)), answer, complaint(200, 2, None)];
        let told = care(&History { contacts, ..History::default() });
        assert_eq!((told.answered, told.hours), (1, 600));
    }

    #[test]
    fn a_promise_kept_is_a_story_once_the_customer_is_back_and_a_broken_one_never() {
        let promised = |day: i64, done: i64| Order {
            promise: Some(Promise { due: (day + 2) * DAY, done: Some(done * DAY) }),
            ..order(day * DAY, 9.0)
        };
        let story = |orders: Vec<Order>| care(&History { orders, ..History::default() }).stories[0];
        assert_eq!(story(vec![order(300 * DAY, 9.0)]), None, "nothing was promised");
        assert_eq!(story(vec![promised(300, 301)]), Some(false), "not back yet");
        assert_eq!(story(vec![promised(300, 301), order(310 * DAY, 9.0)]), Some(true));
        let late = promised(320, 330);
        assert_eq!(story(vec![promised(300, 301), late, order(340 * DAY, 9.0)]), Some(false));
    }

    #[test]
    fn what_was_lived_through_lately_is_counted_and_older_things_are_not() {
        let back = Order { returned: true, ..order(330 * DAY, 9.0) };
        let history = History {
            orders: vec![order(100 * DAY, 9.0), order(300 * DAY, 9.0), back, order(340 * DAY, -9.0)],
            contacts: vec![complaint(100, 1, None), complaint(300, 2, None), contact(310 * DAY, None)],
            ..History::default()
        };
        assert_eq!(care(&history).lived, [2, 0, 2, 1, 2]);
    }

    #[test]
    fn who_hears_nothing_has_one_reason_and_an_open_matter_is_one() {
        let mut says = person().says;
        assert_eq!(silence(&says), None);
        says.open.add(MatterKind::Promise);
        assert_eq!(silence(&says).map(|place| SILENCES[place]), Some(LevelReason::OpenMatter));
        (says.level, says.level_reason) = (RelationshipLevel::LeaveAlone, LevelReason::Fatigue);
        assert_eq!(silence(&says).map(|place| SILENCES[place]), Some(LevelReason::Fatigue));
        (says.level, says.level_reason) = (RelationshipLevel::CloseKindly, LevelReason::Decided);
        assert_eq!(silence(&says).map(|place| SILENCES[place]), Some(LevelReason::Decided));
    }
}
