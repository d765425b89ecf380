//! Invented customers of a shop for the home: what they care about, and in which systems they are known.

use crate::dice::Dice;

/// What people were asked about: an element and the statement that stands for it in the survey.
pub(crate) const STATEMENTS: [(&str, &str); 12] = [
    ("saves_time", "It saves me time: fast and quick from click to door"),
    ("avoids_hassles", "There is no hassle: an easy return, no red tape"),
    ("reduces_cost", "I pay less: good value and no hidden fee"),
    ("quality", "Things are well made, reliable and of high quality"),
    ("variety", "There is a wide selection with many options"),
    ("informs", "I am well informed: accurate information, everything explained"),
    ("reduces_risk", "A guarantee or warranty keeps my risk small"),
    ("rewards_me", "Being a regular customer is rewarded with points and perks"),
    ("design_aesthetics", "The design is beautiful, stylish and elegant"),
    ("fun_entertainment", "Shopping there is fun, I enjoy it"),
    ("reduces_anxiety", "I have peace of mind and no worries"),
    ("sensory_appeal", "Things feel soft and cozy and smell wonderful"),
];

/// How much each kind of people cares for each statement, 1 to 5.
const KINDS: [[f64; 12]; 4] = [
    [4.7, 4.5, 2.6, 3.4, 2.3, 2.9, 2.5, 2.0, 2.1, 1.9, 2.6, 1.8],
    [2.6, 2.8, 4.8, 3.1, 3.2, 2.7, 2.8, 4.4, 1.9, 2.2, 2.3, 1.9],
    [2.2, 2.3, 2.0, 3.6, 3.9, 2.4, 1.9, 2.2, 4.8, 4.3, 2.0, 4.4],
    [2.5, 3.2, 2.7, 4.6, 2.4, 4.4, 4.7, 2.1, 2.3, 1.8, 4.5, 2.2],
];

const FIRST: [&str; 20] = [
    "Ada", "Ben", "Cleo", "Dan", "Elif", "Finn", "Gia", "Hugo", "Ida", "Jon", "Kim", "Leo", "Mia", "Nils", "Olga",
    "Pia", "Quinn", "Rosa", "Sven", "Tara",
];
const LAST: [&str; 16] = [
    "Moss", "Reed", "Hill", "Lake", "Stone", "Field", "Brook", "Ford", "Marsh", "Dale", "Glen", "Wood", "Heath",
    "Vale", "Shaw", "Cliff",
];

/// One invented person.
pub(crate) struct Person {
    /// Number among all, from 0.
    pub(crate) number: u64,
    /// First name.
    pub(crate) first: &'static str,
    /// Last name.
    pub(crate) last: &'static str,
    /// Which of the four kinds of people; nobody is told.
    pub(crate) kind: usize,
    /// Number of orders in the last year; 0 = never bought.
    pub(crate) orders: usize,
    /// Whether the newsletter knows them.
    pub(crate) in_newsletter: bool,
    /// Whether they answered the survey.
    pub(crate) answered: bool,
    /// Number of tickets in the last year.
    pub(crate) tickets: usize,
}

/// What draws are for: each system has its own stream.
pub(crate) const PERSON: u64 = 1;

impl Person {
    /// The person of that number.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut dice = Dice::new(seed, number, PERSON);
        let (first, last) = (dice.one_of(&FIRST), dice.one_of(&LAST));
        let kind = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3][dice.below(10)];
        let orders = if dice.chance(0.86) { 1 + (dice.uniform().powi(2) * 7.0) as usize } else { 0 };
        let in_newsletter = dice.chance(0.88);
        let answered = dice.chance(0.42);
        let tickets = if dice.chance(0.24) { 1 + dice.below(3) } else { 0 };
        Self { number, first, last, kind, orders, in_newsletter, answered, tickets }
    }

    /// The address, as this person writes it today: case and blanks vary, the address does not.
    pub(crate) fn address(&self, dice: &mut Dice) -> String {
        let plain = format!("{}.{}.{}@example.com", self.first.to_lowercase(), self.last.to_lowercase(), self.number);
        match dice.below(40) {
            0 => plain.to_uppercase(),
            1 => format!("{}.{}.{}@Example.com", self.first, self.last, self.number),
            2 => format!("{plain} "),
            _ => plain,
        }
    }

    /// How much the person cares for a statement, 1 to 5.
    pub(crate) fn cares(&self, statement: usize, dice: &mut Dice) -> usize {
        (KINDS[self.kind][statement] + 0.75 * dice.normal()).round().clamp(1.0, 5.0) as usize
    }
}
