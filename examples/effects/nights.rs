//! Ninety nights of a company that sends what its lists say, and whose customers do what was planted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use chrono::{Days, NaiveDate};
use rand::{RngCore as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use tempfile::TempDir;
use valueseg::job::load::load;
use valueseg::job::night::{self, NightRequest};
use valueseg::job::watch::Unwatched;
use valueseg::tables::read::{RowMap, all_rows};

use crate::{Failure, say};

/// The first night.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 6, 1) {
    Some(day) => day,
    None => panic!("a calendar day"),
};

/// Days of orders before it.
const PAST: u64 = 130;

/// Chance of an order on a day: two of five order within 60 days.
const DAILY: f64 = 0.0085;

/// Share of messages that bounce, and of customers who share the address of the one before.
const BOUNCED: f64 = 0.15;
const SHARES: f64 = 0.10;

/// Days on which a message does what it does.
const WORKS_FOR: i64 = 60;

/// What plays do, in the order in which they are first sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planted {
    Works,
    Harms,
    Nothing,
    Fades,
}

const PLANTED: [Planted; 4] = [Planted::Works, Planted::Harms, Planted::Nothing, Planted::Fades];

impl Planted {
    /// By how much a day's chance of an order is multiplied, so many days after the message.
    fn factor(self, days: i64) -> f64 {
        match self {
            _ if days >= WORKS_FOR => 1.0,
            Self::Works => 2.6,
            Self::Harms => 0.25,
            Self::Nothing => 1.0,
            Self::Fades => {
                if days < WORKS_FOR / 3 {
                    6.0
                } else {
                    0.6
                }
            }
        }
    }
}

/// A message that arrived.
struct Message {
    play: String,
    day: i64,
}

/// The company.
struct Company {
    rng: Xoshiro256PlusPlus,
    /// Messages that arrived, by customer.
    got: Vec<Vec<Message>>,
    /// Customer by customer, whose address they use.
    address: Vec<usize>,
    planted: BTreeMap<String, Planted>,
    orders: String,
    treatments: String,
    sent: BTreeSet<(usize, String)>,
}

pub(crate) fn run(customers: usize, nights: u64) -> Result<(), Failure> {
    let folder = TempDir::new()?;
    let mut company = Company::new(customers);
    company.begin(folder.path())?;
    let mut harmed: BTreeMap<String, u64> = BTreeMap::new();
    for number in 0..nights {
        let date = FIRST.checked_add_days(Days::new(number)).ok_or("a date")?;
        company.live(date);
        std::fs::write(folder.path().join("orders.csv"), &company.orders)?;
        std::fs::write(folder.path().join("treatments.csv"), &company.treatments)?;
        let loaded = load(&folder.path().join("valueseg.toml"), &[])?;
        night::run(&loaded, &NightRequest::of(date), &Unwatched)?;
        let run = folder.path().join("out/runs").join(date.to_string());
        company.send(&run, date)?;
        for row in all_rows(&run.join("tables/effects.parquet"))? {
            if row["verdict"] == "harmed" && row["role"] == "primary" {
                harmed.entry(text(&row, "play_id").to_owned()).or_insert(number);
            }
        }
    }
    company.tell(folder.path(), nights, &harmed)
}

fn text<'a>(row: &'a RowMap, column: &str) -> &'a str {
    row.get(column).and_then(|cell| cell.as_str()).unwrap_or_default()
}

fn number_of(id: &str) -> Option<usize> {
    id.strip_prefix('N')?.parse().ok()
}

impl Company {
    fn new(customers: usize) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(90);
        let mut address: Vec<usize> = (0..customers).collect();
        for at in 1..customers {
            if chance(&mut rng, SHARES) {
                address[at] = address[at - 1];
            }
        }
        let header = |text: &str| format!("{text}\n");
        let mut company = Self {
            rng,
            got: (0..customers).map(|_| Vec::new()).collect(),
            address,
            planted: BTreeMap::new(),
            orders: header("id,order_id,at,amount"),
            treatments: header("id,play,at,outcome"),
            sent: BTreeSet::new(),
        };
        for day in 1..=PAST {
            if let Some(date) = FIRST.checked_sub_days(Days::new(day)) {
                company.live(date);
            }
        }
        company
    }

    /// What does not change: customers, what they want, the configuration.
    fn begin(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut customers = "id,email,consent_profiling,consent_email,signup_date\n".to_owned();
        let mut ratings = "id,time,cost,quality,variety\n".to_owned();
        for at in 0..self.got.len() {
            writeln!(customers, "N{at:05},person{}@mail.example,yes,yes,2024-01-01", self.address[at])?;
            let wants: [i64; 4] = if at % 2 == 0 { [5, 2, 3, 3] } else { [2, 5, 3, 3] };
            write!(ratings, "N{at:05}")?;
            for want in wants {
                let jitter = (self.rng.next_u64() % 3) as i64 - 1;
                write!(ratings, ",{}", (want + jitter).clamp(1, 5))?;
            }
            ratings.push('\n');
        }
        std::fs::write(folder.join("customers.csv"), customers)?;
        std::fs::write(folder.join("ratings.csv"), ratings)?;
        std::fs::write(folder.join("valueseg.toml"), CONFIGURATION)?;
        Ok(())
    }

    /// A day passes: who orders, moved by what arrived.
    fn live(&mut self, date: NaiveDate) {
        let day = i64::from(date.to_epoch_days());
        for at in 0..self.got.len() {
            let factor = |message: &Message| self.planted[&message.play].factor(day - message.day);
            let factor: f64 = self.got[at].iter().map(factor).product();
            if chance(&mut self.rng, (DAILY * factor).min(0.2)) {
                let amount = 20 + self.rng.next_u64() % 60;
                let _ = writeln!(self.orders, "N{at:05},o{day}-{at},{date}T12:00:00Z,{amount}");
            }
        }
    }

    /// Sends each campaign to whoever came on its list; some messages bounce, and whoever shares the address reads them too.
    fn send(&mut self, run: &Path, date: NaiveDate) -> Result<(), Failure> {
        let mut lists: Vec<_> = std::fs::read_dir(run.join("audiences"))?.flatten().map(|entry| entry.path()).collect();
        lists.retain(|path| path.is_dir());
        lists.sort();
        let tomorrow = date.checked_add_days(Days::new(1)).ok_or("a date")?;
        for list in lists {
            let name = list.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let play = name.split_once('-').map(|(_, play)| play.to_owned()).ok_or("a list of a play")?;
            let next = PLANTED[self.planted.len() % PLANTED.len()];
            self.planted.entry(play.clone()).or_insert(next);
            let Ok(file) = std::fs::read_to_string(list.join("full-001.csv")) else { continue };
            for id in file.lines().skip(1).filter_map(|line| number_of(line.split(',').next()?)) {
                if !self.sent.insert((id, play.clone())) {
                    continue;
                }
                let arrived = !chance(&mut self.rng, BOUNCED);
                let outcome = if arrived { "delivered" } else { "bounced" };
                writeln!(self.treatments, "N{id:05},{play},{tomorrow}T08:00:00Z,{outcome}")?;
                let readers = (0..self.address.len()).filter(|at| self.address[*at] == self.address[id]);
                for reader in readers.filter(|_| arrived).collect::<Vec<_>>() {
                    let day = i64::from(tomorrow.to_epoch_days());
                    self.got[reader].push(Message { play: play.clone(), day });
                }
            }
        }
        Ok(())
    }

    /// What was found, beside what was planted.
    fn tell(&self, folder: &Path, nights: u64, harmed: &BTreeMap<String, u64>) -> Result<(), Failure> {
        let mut wrong = Vec::new();
        say(&format!("{nights} nights of {} customers; whoever came on a list was sent its play:", self.got.len()));
        for row in all_rows(&folder.join("out/latest/tables/effects.parquet"))? {
            let (play, verdict) = (text(&row, "play_id"), text(&row, "verdict"));
            if row["role"] != "primary" || row["comparison"] != "own_control" || row["segment_id"] != "ALL" {
                continue;
            }
            let Some(planted) = self.planted.get(play) else { continue };
            say(&format!("  {play} ({planted:?}): {verdict}. {}", text(&row, "say")));
            let against = match planted {
                Planted::Works => verdict == "harmed",
                Planted::Harms => verdict == "worked",
                Planted::Nothing => verdict == "worked" || verdict == "harmed",
                Planted::Fades => verdict == "harmed",
            };
            if against {
                wrong.push(format!("{play} was planted as {planted:?} and found {verdict}"));
            }
        }
        for (play, night) in harmed {
            let sent_after = self.got.iter().flatten().filter(|message| message.play == *play);
            let stopped = i64::from(FIRST.to_epoch_days()) + *night as i64 + 1;
            let late = sent_after.filter(|message| message.day > stopped).count();
            say(&format!("  {play} was found to harm on night {}; sent after that: {late}", night + 1));
            if late > 0 {
                wrong.push(format!("{play} was sent {late} times after it was found to harm"));
            }
        }
        let arms = self.arms(folder)?;
        let mixed = arms.values().filter(|arms| arms.len() > 1).count();
        say(&format!(
            "  addresses with a play by which some were treated and some were not: {mixed} of {}",
            arms.len()
        ));
        if mixed > 0 {
            wrong.push("people at one address are of two arms".to_owned());
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ").into()) }
    }

    /// Arms by address and play.
    fn arms(&self, folder: &Path) -> Result<BTreeMap<(usize, String), BTreeSet<String>>, Failure> {
        let mut arms: BTreeMap<(usize, String), BTreeSet<String>> = BTreeMap::new();
        for row in all_rows(&folder.join("out/assignments.parquet"))? {
            if let Some(at) = number_of(text(&row, "customer_id")) {
                let place = (self.address[at], text(&row, "play_id").to_owned());
                arms.entry(place).or_default().insert(text(&row, "arm").to_owned());
            }
        }
        Ok(arms)
    }
}

fn chance(rng: &mut Xoshiro256PlusPlus, p: f64) -> bool {
    ((rng.next_u64() >> 11) as f64) * (1.0 / (1_u64 << 53) as f64) < p
}

const CONFIGURATION: &str = r#"[project]
name = "nights"
[sources.customers]
files = "customers.csv"
[sources.ratings]
files = "ratings.csv"
[sources.orders]
files = "orders.csv"
[sources.treatments]
files = "treatments.csv"
[tables.customers]
source = "customers"
columns = { customer_id = "id" }
[tables.ratings]
source = "ratings"
wide = { id = "id", aspect = "importance", scale = [1, 5], elements = { saves_time = "time", reduces_cost = "cost", quality = "quality", variety = "variety" } }
[tables.orders]
source = "orders"
columns = { customer_id = "id", ordered_at = "at" }
[tables.treatments]
source = "treatments"
columns = { customer_id = "id", play_id = "play", treated_at = "at" }
[model]
segments = 2
search = "quick"
refit = "never"
[plan]
plausible_effect = 3.0
[run]
keep_nights = 10
"#;
