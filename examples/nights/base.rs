//! A base that lives: people of the demo, whose behavior trembles and of whom some change.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use valueseg::demo::{DemoSettings, TRACES, World};

/// Nights that a segment must lead before it is entered.
pub(crate) const HYSTERESIS_NIGHTS: u32 = 3;
/// Share of customers asked from the start, and in the wave.
const SURVEYED: f64 = 0.4;
const IN_THE_WAVE: f64 = 0.1;
/// Shares that come and go in a night.
const COME: f64 = 0.003;
const GO: f64 = 0.002;
/// True movers a night, between the first and the last tenth of the nights.
const MOVERS: usize = 2;
/// Trembling of every signal, in its own standard deviations or so.
const TREMBLE: f64 = 0.15;

/// Somebody at home in the base.
struct Customer {
    /// Number of the demo's person he or she is.
    person: u32,
    /// Night of the last questionnaire.
    asked: Option<NaiveDate>,
    /// Night of the last change of person.
    changed: Option<u64>,
}

/// All of them.
pub(crate) struct Base {
    world: World,
    rng: Xoshiro256PlusPlus,
    customers: BTreeMap<String, Customer>,
    next: u32,
    night: u64,
}

impl Base {
    pub(crate) fn new(customers: u32) -> Result<Self, Box<dyn Error>> {
        let settings = DemoSettings { survey_share: 1.0, items_asked: 30, ..DemoSettings::default() };
        let rng = Xoshiro256PlusPlus::seed_from_u64(60);
        let mut base = Self { world: World::new(&settings)?, rng, customers: BTreeMap::new(), next: 0, night: 0 };
        (0..customers).for_each(|_| base.arrive());
        Ok(base)
    }

    fn arrive(&mut self) {
        let customer = Customer { person: self.next, asked: None, changed: None };
        self.customers.insert(format!("N{:06}", self.next), customer);
        self.next += 1;
    }

    /// A day passes; gives those who are somebody else now.
    pub(crate) fn live(&mut self, night: u64, date: NaiveDate, wave: bool) -> Vec<String> {
        self.night = night;
        let ids: Vec<String> = self.customers.keys().cloned().collect();
        for id in &ids {
            let first = night == 0 && self.rng.gen_bool(SURVEYED);
            let in_wave = wave && self.rng.gen_bool(IN_THE_WAVE);
            if first || in_wave {
                if let Some(customer) = self.customers.get_mut(id) {
                    customer.asked = Some(date);
                }
            } else if night > 0 && self.rng.gen_bool(GO) {
                self.customers.remove(id);
            }
        }
        if night > 0 {
            let come = (ids.len() as f64 * COME).round() as usize;
            (0..come).for_each(|_| self.arrive());
        }
        if night < 6 { Vec::new() } else { self.change(date) }
    }

    /// Some of those who were asked become people of another segment, and answer anew.
    fn change(&mut self, date: NaiveDate) -> Vec<String> {
        let asked: Vec<String> = self
            .customers
            .iter()
            .filter(|(_, customer)| customer.asked.is_some() && customer.changed.is_none())
            .map(|(id, _)| id.clone())
            .collect();
        let mut changed = Vec::new();
        for _ in 0..MOVERS.min(asked.len()) {
            let id = asked[self.rng.gen_range(0..asked.len())].clone();
            let own = self.segment(&id);
            let mut person = 1_000_000 + self.rng.gen_range(0..1_000_000);
            while Some(self.world.person(person).segment) == own {
                person += 1;
            }
            if let Some(customer) = self.customers.get_mut(&id) {
                *customer = Customer { person, asked: Some(date), changed: Some(self.night) };
                changed.push(id);
            }
        }
        changed
    }

    /// Hidden segment of a customer; `None` = not there.
    pub(crate) fn segment(&self, id: &str) -> Option<usize> {
        Some(self.world.person(self.customers.get(id)?.person).segment)
    }

    /// Whether the customer has changed lately enough for a move to be owed to it.
    pub(crate) fn changed_lately(&self, id: &str) -> bool {
        let since = self.customers.get(id).and_then(|customer| customer.changed);
        since.is_some_and(|since| self.night - since <= u64::from(HYSTERESIS_NIGHTS) + 1)
    }

    /// Writes tonight's inputs; `broken`: half of the customers are missing.
    pub(crate) fn write(&mut self, folder: &Path, broken: bool) -> Result<(), Box<dyn Error>> {
        let (mut customers, mut ratings) = ("id\n".to_owned(), "id,element,aspect,rating,day\n".to_owned());
        let mut signals = format!("id,{}\n", TRACES.join(","));
        for (i, (id, customer)) in self.customers.iter().enumerate() {
            if broken && i % 2 == 0 {
                continue;
            }
            writeln!(customers, "{id}")?;
            let person = self.world.person(customer.person);
            write!(signals, "{id}")?;
            for inclination in self.world.inclinations(&person) {
                let tremble: f64 = (0..3).map(|_| self.rng.gen_range(-1.0..1.0)).sum();
                write!(signals, ",{:.3}", inclination + TREMBLE * tremble)?;
            }
            signals.push('\n');
            let Some((asked, response)) = customer.asked.zip(self.world.response(&person)) else { continue };
            for (element, importance, fulfillment) in response.ratings {
                for (aspect, answer) in [("importance", importance), ("fulfillment", fulfillment)] {
                    if let Some(rating) = answer.rating() {
                        writeln!(ratings, "{id},{element},{aspect},{rating},{asked}")?;
                    }
                }
            }
        }
        std::fs::write(folder.join("customers.csv"), customers)?;
        std::fs::write(folder.join("ratings.csv"), ratings)?;
        std::fs::write(folder.join("signals.csv"), signals)?;
        std::fs::write(folder.join("valueseg.toml"), config())?;
        Ok(())
    }
}

fn config() -> String {
    let columns: Vec<String> = TRACES.iter().map(|trace| format!("{trace} = \"{trace}\"")).collect();
    format!(
        r#"[project]
name = "nights"
[sources.customers]
files = "customers.csv"
[sources.ratings]
files = "ratings.csv"
[sources.signals]
files = "signals.csv"
[tables.customers]
source = "customers"
columns = {{ customer_id = "id" }}
[tables.ratings]
source = "ratings"
columns = {{ customer_id = "id", asked_at = "day" }}
[tables.signals]
source = "signals"
columns = {{ customer_id = "id", {} }}
[model]
segments = 6
search = "quick"
refit = "never"
hysteresis = {{ margin = 0.1, nights = {HYSTERESIS_NIGHTS} }}
[run]
keep_nights = 70
"#,
        columns.join(", ")
    )
}
