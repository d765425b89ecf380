//! What each customer did and was given, in the order of customers: sorted tables of events, read side by side.

use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Tz;
use twox_hash::XxHash64;

use super::check::{ANSWER, CELL};
use super::clock::Clock;
use super::cursor::{Cursor, CursorRow};
use super::error::IntakeError;
use super::hear::HEARD_BITS;
use super::iso::DAY;
use super::lines::AMOUNT_UNREAD;
use super::rivals::BRAND;
use super::scratch::ScratchTable;
use super::wish::{HistoryWish, KindWords};
use crate::catalogue::ElementId;
use crate::model::rows::{
    Contact, History, Nature, Order, PlayContact, Promise, PublicPost, RIVAL_RATINGS, RivalAnswer, ServiceEvent,
    ServiceKind, TOO_MANY_VALUES, Verbatim, Vocabulary, Word,
};

/// The tables that histories are read from; `None` = there is none.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    pub(super) orders: Option<ScratchTable>,
    pub(super) interactions: Option<ScratchTable>,
    pub(super) heard: Option<ScratchTable>,
    pub(super) rivals: Option<ScratchTable>,
    pub(super) rival_ratings: Option<ScratchTable>,
    pub(super) treatments: Option<ScratchTable>,
    /// Where customers tell when they signed up, and what else describes them.
    pub(super) customers: Option<ScratchTable>,
}

/// Columns read of `orders`; a column is named by its place.
const ORDER_COLUMNS: [&str; 12] = [
    "ordered_at",
    "order_id",
    "amount",
    "discount",
    "reward_used",
    "promised_at",
    "delivered_at",
    "returned",
    "channel",
    "site",
    "category",
    AMOUNT_UNREAD,
];

/// Columns read of `interactions`.
const CONTACT_COLUMNS: [&str; 13] = [
    "at",
    "kind",
    "case_id",
    "rating",
    "severity",
    "resolved_at",
    "promised_at",
    "channel",
    "site",
    "element",
    "agent",
    "team",
    "sought",
];

/// Columns read of heard texts.
const TEXT_COLUMNS: [&str; 8] =
    ["at", "rating", "channel", HEARD_BITS[0], HEARD_BITS[1], HEARD_BITS[2], "public", "answered_at"];

/// Columns read of answers about competitors, and of treatments.
const RIVAL_COLUMNS: [&str; 3] = [BRAND, CELL, ANSWER];
const TREATMENT_COLUMNS: [&str; 4] = ["treated_at", "arm", "play_id", "outcome"];

/// Outcomes of a contact that reached nobody.
const NOT_REACHED: [&str; 2] = ["bounced", "failed"];

/// Most different values of a descriptor that are told apart. Our judgment: a column with more names people or places, not
/// groups.
const MOST_VALUES: usize = 200;

/// Letters of a term that is told, and terms that are told apart, at most. Our judgment: what is longer is a message, and
/// memory does not grow with what people type.
const LONGEST_TERM: usize = 40;
const MOST_TERMS: usize = 10_000;

/// Histories of the customers of a night, to be asked for block by block, in order.
pub struct Histories {
    orders: Option<Cursor>,
    contacts: Option<Cursor>,
    texts: Option<Cursor>,
    rivals: Option<Cursor>,
    rival_ratings: Option<Cursor>,
    treatments: Option<Cursor>,
    described: Option<Cursor>,
    reading: Reading,
    /// Day of the night, since 1970.
    day: i32,
    /// Memory of the whole job, bytes.
    memory: u64,
}

/// What rows are read with.
struct Reading {
    words: Vocabulary,
    kinds: KindWords,
    clock: Clock,
    promises: BTreeMap<String, u32>,
    /// Values met so far of each descriptor.
    values: Vec<BTreeSet<Word>>,
    /// Words searched for in vain that were met so far.
    sought: BTreeSet<Word>,
}

/// What an event takes, with the room to sort it.
const EVENT_BYTES: u64 = 272;

impl Histories {
    /// Opens the tables.
    pub(super) fn open(
        events: &Events,
        wish: HistoryWish,
        zone: Tz,
        day: i32,
        memory: u64,
    ) -> Result<Self, IntakeError> {
        let open = |table: &Option<ScratchTable>, columns: &[&str]| {
            table.as_ref().map(|table| Cursor::open(table, columns)).transpose()
        };
        let described: Vec<&str> =
            ["signup_date"].into_iter().chain(wish.descriptors.iter().map(String::as_str)).collect();
        Ok(Self {
            orders: open(&events.orders, &ORDER_COLUMNS)?,
            contacts: open(&events.interactions, &CONTACT_COLUMNS)?,
            texts: open(&events.heard, &TEXT_COLUMNS)?,
            rivals: open(&events.rivals, &RIVAL_COLUMNS)?,
            rival_ratings: open(&events.rival_ratings, &RIVAL_COLUMNS)?,
            treatments: open(&events.treatments, &TREATMENT_COLUMNS)?,
            described: open(&events.customers, &described)?,
            reading: Reading {
                words: Vocabulary::default(),
                kinds: wish.kinds,
                clock: Clock::new(zone),
                promises: wish.promises,
                sought: BTreeSet::new(),
                values: vec![BTreeSet::new(); wish.descriptors.len()],
            },
            day,
            memory,
        })
    }

    /// The words met so far: of all blocks asked for.
    #[must_use]
    pub fn words(&self) -> &Vocabulary {
        &self.reading.words
    }

    /// Histories of the customers `ids`, ascending and after those asked for before.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] if scratch cannot be read, [`IntakeError::Memory`] if these customers have so many events that
    /// they do not fit.
    pub fn of(&mut self, ids: &[String]) -> Result<Vec<History>, IntakeError> {
        let mut all = vec![History::default(); ids.len()];
        let Self { reading, day, .. } = self;
        let mut room = Room { left: self.memory / EVENT_BYTES * 5 / 8 };
        if let Some(cursor) = &mut self.orders {
            let mut lines = OrderLines::default();
            cursor.rows_of(ids, |row, of| room.take(|| lines.add(&mut all[of], row, of, reading)))?;
        }
        if let Some(cursor) = &mut self.contacts {
            cursor.rows_of(ids, |row, of| {
                room.take(|| {
                    all[of].contacts.extend(reading.contact(row));
                    all[of].served.extend(reading.service(row));
                });
            })?;
        }
        if let Some(cursor) = &mut self.texts {
            cursor.rows_of(ids, |row, of| {
                room.take(|| {
                    let text = reading.verbatim(row);
                    all[of].posts.extend(text.as_ref().and_then(|text| post(text, row)));
                    all[of].verbatims.extend(text);
                });
            })?;
        }
        if room.left == 0 {
            let stage = format!("histories of {} customers, one of whom may stand for many", ids.len());
            return Err(IntakeError::Memory { stage, limit: self.memory });
        }
        if let Some(cursor) = &mut self.rivals {
            cursor.rows_of(ids, |row, of| all[of].rivals.extend(reading.rival(row, 0)))?;
        }
        if let Some(cursor) = &mut self.rival_ratings {
            cursor.rows_of(ids, |row, of| all[of].rivals.extend(reading.rival(row, RIVAL_RATINGS)))?;
        }
        if let Some(cursor) = &mut self.treatments {
            cursor.rows_of(ids, |row, of| {
                all[of].plays.extend(reading.play(row));
                let Some(at) = treatment(row) else { return };
                all[of].treatments.push(at);
                all[of].promised |= row.text(2).and_then(|play| reading.promises.get(play)).copied().unwrap_or(0);
            })?;
        }
        if let Some(cursor) = &mut self.described {
            cursor.rows_of(ids, |row, of| {
                all[of].tenure_days = row.day(0).and_then(|signup| u32::try_from(*day - signup).ok());
                all[of].descriptors = reading.descriptors(row);
            })?;
        }
        for history in &mut all {
            history.orders.sort_by_key(|order| order.at);
            history.contacts.sort_by_key(|contact| contact.at);
            history.verbatims.sort_by_key(|verbatim| verbatim.at);
            history.treatments.sort_unstable();
            history.plays.sort_by_key(|contact| (contact.at, contact.treated));
            history.served.sort_by_key(|event| event.at);
            history.posts.sort_by_key(|post| post.at);
            let named = history.served.iter().filter_map(|event| event.promise.and(event.element));
            history.promised |= named.fold(0, |bits, element| bits | 1 << element.index());
            keep_last(&mut history.rivals);
        }
        Ok(all)
    }
}

/// Events that still fit; those beyond are passed over, because nothing comes of them.
struct Room {
    left: u64,
}

impl Room {
    fn take(&mut self, event: impl FnOnce()) {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            event();
        }
    }
}

/// The lines of one customer's orders: those of one `order_id` are one order.
#[derive(Default)]
struct OrderLines {
    of: usize,
    /// Hash of the order's id, its place among the orders.
    orders: BTreeMap<u64, usize>,
    /// Places of orders with an amount that could not be read: the rest of their lines is not their amount.
    unread: BTreeSet<usize>,
    categories: BTreeSet<Word>,
}

impl OrderLines {
    fn add(&mut self, history: &mut History, row: CursorRow<'_>, of: usize, reading: &mut Reading) {
        let Some(line) = reading.order(row) else { return };
        if self.of != of {
            *self = Self { of, ..Self::default() };
        }
        if line.category.is_some_and(|category| self.categories.insert(category)) {
            history.categories += 1;
        }
        let id = row.text(1).map(|id| XxHash64::oneshot(0, id.as_bytes()));
        let before = id.and_then(|id| self.orders.get(&id).copied());
        let place = before.unwrap_or(history.orders.len());
        if row.flag(11) == Some(true) {
            self.unread.insert(place);
        }
        if before.is_some() {
            merge(&mut history.orders[place], line);
            if self.unread.contains(&place) {
                history.orders[place].amount = None;
            }
            return;
        }
        self.orders.extend(id.map(|id| (id, place)));
        history.orders.push(line);
    }
}

/// Adds a line to its order. What is true of one line is true of the order; the last delivery promised and made counts.
fn merge(order: &mut Order, line: Order) {
    let either = |a: Option<bool>, b: Option<bool>| match (a, b) {
        (Some(a), Some(b)) => Some(a || b),
        (a, b) => a.or(b),
    };
    order.at = order.at.min(line.at);
    order.amount = match (order.amount, line.amount) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    };
    order.discounted = either(order.discounted, line.discounted);
    order.rewarded = either(order.rewarded, line.rewarded);
    order.promise = match (order.promise, line.promise) {
        (Some(a), Some(b)) => Some(Promise { due: a.due.max(b.due), done: a.done.zip(b.done).map(|(a, b)| a.max(b)) }),
        (a, b) => a.or(b),
    };
    order.returned |= line.returned;
    order.channel = order.channel.min(line.channel).or(line.channel).or(order.channel);
    order.site = order.site.min(line.site).or(line.site).or(order.site);
}

impl Reading {
    /// A promise by a moment. One given as a day, a local midnight, holds to the end of that day.
    fn promise(&mut self, due: Option<i64>, done: Option<i64>) -> Option<Promise> {
        let due = due?;
        let midnight = self.clock.local_of(due).is_some_and(|local| local.rem_euclid(DAY) == 0);
        Some(Promise { due: if midnight { due + DAY - 1 } else { due }, done })
    }

    fn order(&mut self, row: CursorRow<'_>) -> Option<Order> {
        Some(Order {
            at: row.moment(0)?,
            amount: row.number(2),
            discounted: row.number(3).map(|discount| discount > 0.0),
            rewarded: row.flag(4),
            promise: self.promise(row.moment(5), row.moment(6)),
            returned: row.flag(7) == Some(true),
            channel: row.text(8).map(|text| self.words.word(text)),
            site: row.text(9).map(|text| self.words.word(text)),
            category: row.text(10).map(|text| self.words.word(text)),
        })
    }

    fn contact(&mut self, row: CursorRow<'_>) -> Option<Contact> {
        let resolved = row.moment(5);
        Some(Contact {
            at: row.moment(0)?,
            nature: self.kinds.nature(row.text(1)?),
            case: row.text(2).map(|case| XxHash64::oneshot(0, case.as_bytes())),
            rating: rating(row.number(3)),
            severity: row.number(4).map(|severity| severity as f32),
            resolved,
            promise: self.promise(row.moment(6), resolved),
            channel: row.text(7).map(|text| self.words.word(text)),
            site: row.text(8).map(|text| self.words.word(text)),
        })
    }

    /// What a contact was to how easily somebody was served; `None` = nothing.
    fn service(&mut self, row: CursorRow<'_>) -> Option<ServiceEvent> {
        let word = row.text(1)?;
        let complaint = self.kinds.nature(word) == Nature::Complaint;
        let case = row.text(2).map(hash);
        let agent = row.text(10).map(hash);
        let team = row.text(11).map(|text| self.words.word(text));
        let element = row.text(9).and_then(ElementId::parse);
        let other = complaint || case.is_some() || agent.is_some() || team.is_some() || element.is_some();
        let kind = self.kinds.service(word).or(other.then_some(ServiceKind::Contact))?;
        let resolved = row.moment(5);
        let sought =
            if kind == ServiceKind::SearchedInVain { row.text(12).and_then(|text| self.sought(text)) } else { None };
        Some(ServiceEvent {
            at: row.moment(0)?,
            kind,
            complaint,
            case,
            resolved,
            agent,
            team,
            sought,
            promise: self.promise(row.moment(6), resolved),
            element,
        })
    }

    /// A term in small letters, its blanks made one; `None` = too long to be one, or beyond the first [`MOST_TERMS`].
    fn sought(&mut self, text: &str) -> Option<Word> {
        let term = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        if term.is_empty() || term.chars().count() > LONGEST_TERM {
            return None;
        }
        let met = self.words.find(&term).filter(|word| self.sought.contains(word));
        if met.is_none() && self.sought.len() >= MOST_TERMS {
            return None;
        }
        let word = met.unwrap_or_else(|| self.words.word(&term));
        self.sought.insert(word);
        Some(word)
    }

    fn verbatim(&mut self, row: CursorRow<'_>) -> Option<Verbatim> {
        Some(Verbatim {
            at: row.moment(0)?,
            rating: rating(row.number(1)),
            praised: row.bits(3).unwrap_or(0),
            blamed: row.bits(4).unwrap_or(0),
            named: row.bits(5).unwrap_or(0),
            channel: row.text(2).map(|text| self.words.word(text)),
        })
    }

    /// Descriptors stand behind the day of signing up. Values beyond the first [`MOST_VALUES`] are taken together.
    fn descriptors(&mut self, row: CursorRow<'_>) -> Vec<Option<Word>> {
        let Self { words, values, .. } = self;
        let mut value = |place: usize, met: &mut BTreeSet<Word>| {
            let text = row.text(place + 1).map(str::trim).filter(|text| !text.is_empty())?;
            let word = words.find(text).filter(|word| met.contains(word));
            let word = match word {
                None if met.len() >= MOST_VALUES => words.word(TOO_MANY_VALUES),
                None => words.word(text),
                Some(word) => word,
            };
            met.insert(word);
            Some(word)
        };
        values.iter_mut().enumerate().map(|(place, met)| value(place, met)).collect()
    }

    /// A contact of a play, of both arms.
    fn play(&mut self, row: CursorRow<'_>) -> Option<PlayContact> {
        let (at, play) = (row.moment(0)?, self.words.word(row.text(2)?));
        let treated = row.text(1) != Some("control");
        let reached = treated && !row.text(3).is_some_and(|outcome| NOT_REACHED.contains(&outcome));
        Some(PlayContact { play, at, treated, reached })
    }

    /// Columns count on from `first`.
    fn rival(&mut self, row: CursorRow<'_>, first: usize) -> Option<RivalAnswer> {
        let (brand, column, answer) = (row.text(0)?, row.cell(1)?, row.answer(2)?);
        Some(RivalAnswer { brand: self.words.word(brand), column: first + column, answer })
    }
}

/// Sorts answers about competitors, and of several to one question keeps the last: rows come by date.
fn keep_last(rivals: &mut Vec<RivalAnswer>) {
    let question = |rival: &RivalAnswer| (rival.brand, rival.column);
    rivals.sort_by_key(question);
    rivals.dedup_by(|later, kept| {
        let same = question(later) == question(kept);
        if same {
            kept.answer = later.answer;
        }
        same
    });
}

fn hash(text: &str) -> u64 {
    XxHash64::oneshot(0, text.as_bytes())
}

/// What was written in public; `None` = it was not, or that is not known.
fn post(text: &Verbatim, row: CursorRow<'_>) -> Option<PublicPost> {
    let public = row.flag(6) == Some(true);
    public.then(|| PublicPost {
        at: text.at,
        answered: row.moment(7).filter(|answered| *answered >= text.at),
        feeling: text.feeling().map(|feeling| feeling as f32),
    })
}

/// A rating beside a contact or text, if it is on 0–10.
fn rating(x: Option<f64>) -> Option<f32> {
    x.filter(|x| (0.0..=10.0).contains(x)).map(|x| x as f32)
}

/// When somebody was treated; the control group was not.
fn treatment(row: CursorRow<'_>) -> Option<i64> {
    (row.text(1) != Some("control")).then(|| row.moment(0))?
}
