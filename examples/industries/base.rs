//! A made-up customer base as files: customers with consents, a survey with columns in the company's words, orders, contacts.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crate::companies::{Company, Group};
use crate::dice::Dice;

/// Share of the customers who answered the survey.
const ANSWERED: f64 = 0.5;
/// How much more a group wants what it wants, on 0–10.
const MORE: f64 = 2.2;
/// How well things are served, and how much worse what a group misses.
const SERVED: f64 = 7.9;
const MISSED: f64 = 3.4;
/// Kinds of contacts, the commonest first.
const KINDS: [&str; 5] = ["contact", "contact", "self_service", "complaint", "guide_read"];

/// The files of a base, one text each.
#[derive(Default)]
struct Files {
    customers: String,
    importance: String,
    fulfillment: String,
    attitudes: String,
    orders: String,
    contacts: String,
}

/// Writes a base of so many customers and its configuration below `folder`.
pub(crate) fn write(folder: &Path, company: &Company, customers: u64, seed: u64) -> io::Result<()> {
    let mut files = Files::with_headers(company);
    for person in 0..customers {
        files.add(company, person, &mut Dice::new(seed, person));
    }
    fs::create_dir_all(folder.join("in"))?;
    for (name, text) in [
        ("customers", &files.customers),
        ("importance", &files.importance),
        ("fulfillment", &files.fulfillment),
        ("attitudes", &files.attitudes),
        ("orders", &files.orders),
        ("contacts", &files.contacts),
    ] {
        fs::write(folder.join(format!("in/{name}.csv")), text)?;
    }
    fs::write(folder.join("valueseg.toml"), configuration(company, seed))
}

impl Files {
    fn with_headers(company: &Company) -> Self {
        let wordings: Vec<&str> = company.questions.iter().map(|question| question.wording).collect();
        let survey = format!("customer_id,day,{}\n", wordings.join(","));
        Self {
            customers: "customer_id,signup_date,consent_profiling,consent_email,consent_sms,consent_phone\n".to_owned(),
            importance: survey.clone(),
            fulfillment: survey,
            attitudes: "customer_id,day,satisfaction,recommend\n".to_owned(),
            orders: "customer_id,order_id,ordered_at,amount,channel\n".to_owned(),
            contacts: "customer_id,at,kind\n".to_owned(),
        }
    }

    fn add(&mut self, company: &Company, person: u64, dice: &mut Dice) {
        let group = &company.groups[dice.below(company.groups.len())];
        let yes = |dice: &mut Dice, p: f64| if dice.chance(p) { "yes" } else { "no" };
        let (email, sms, phone) = (yes(dice, 0.7), yes(dice, 0.3), yes(dice, 0.2));
        // INVARIANT: writing to a String cannot fail.
        let _ = writeln!(self.customers, "C{person},{},yes,{email},{sms},{phone}", day(2021, dice.below(1_500)));
        let pleased = dice.normal();
        if dice.chance(ANSWERED) {
            self.answer(company, group, person, pleased, dice);
        }
        self.trace(company, person, pleased, dice);
    }

    fn answer(&mut self, company: &Company, group: &Group, person: u64, pleased: f64, dice: &mut Dice) {
        let asked = day(2026, 220 + dice.below(60));
        let level = 0.6 * dice.normal();
        let (mut wishes, mut served, mut all) = (String::new(), String::new(), 0.0);
        for question in company.questions {
            let more = if group.wants.contains(&question.element) { MORE } else { 0.0 };
            let less = if group.misses.contains(&question.element) { MISSED } else { 0.0 };
            let (wish, got) = (5.5 + level + more + 1.2 * dice.normal(), SERVED - less + 0.5 * pleased + dice.normal());
            all += got / company.questions.len() as f64;
            let _ = write!(wishes, ",{}", on_scale(wish));
            let _ = write!(served, ",{}", on_scale(got));
        }
        let _ = writeln!(self.importance, "C{person},{asked}{wishes}");
        let _ = writeln!(self.fulfillment, "C{person},{asked}{served}");
        let (satisfied, recommends) = (all + 0.7 * dice.normal(), all + dice.normal());
        let _ = writeln!(self.attitudes, "C{person},{asked},{},{}", on_scale(satisfied), on_scale(recommends));
    }

    /// What the customer did in the year before the night.
    fn trace(&mut self, company: &Company, person: u64, pleased: f64, dice: &mut Dice) {
        let orders = (company.orders * (0.3 * pleased).exp() * (0.4 * dice.normal()).exp()).round() as usize;
        for order in 0..orders {
            let amount = company.amount * (0.3 * dice.normal()).exp();
            let channel = company.channels[dice.below(company.channels.len())];
            let when = day(2025, 330 + dice.below(355));
            let _ = writeln!(self.orders, "C{person},C{person}-{order},{when}T12:00:00,{amount:.2},{channel}");
        }
        for _ in 0..dice.below(4) {
            let kind = KINDS[dice.below(KINDS.len())];
            let _ = writeln!(self.contacts, "C{person},{}T09:30:00,{kind}", day(2025, 330 + dice.below(355)));
        }
    }
}

/// A whole answer on 0–10.
fn on_scale(answer: f64) -> u8 {
    answer.round().clamp(0.0, 10.0) as u8
}

/// The day so many days after the first of a year.
fn day(year: i32, days: usize) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
    (first + chrono::Days::new(days as u64)).to_string()
}

fn configuration(company: &Company, seed: u64) -> String {
    let quoted: Vec<String> = company.capabilities.iter().map(|word| format!("\"{word}\"")).collect();
    let asked: Vec<String> =
        company.questions.iter().map(|question| format!("{} = \"{}\"", question.element, question.wording)).collect();
    let ratings = |aspect: &str| {
        format!(
            "[[tables.ratings]]\nsource = \"{aspect}\"\nwide = {{ id = \"customer_id\", asked_at = \"day\", aspect = \"{aspect}\", \
             scale = [0, 10], elements = {{ {} }} }}\n",
            asked.join(", ")
        )
    };
    let sources: String = ["customers", "importance", "fulfillment", "attitudes", "orders", "contacts"]
        .map(|name| format!("[sources.{name}]\nfiles = \"in/{name}.csv\"\n"))
        .concat();
    format!(
        "[project]\nname = \"{}\"\n\n[company]\nindustry = \"{}\"\ncapabilities = [{}]\n\n{sources}\n\
         [tables.customers]\nsource = \"customers\"\n{}{}\
         [tables.attitudes]\nsource = \"attitudes\"\nwide = {{ id = \"customer_id\", asked_at = \"day\", scale = [0, 10], \
         questions = {{ satisfaction = \"satisfaction\", recommend = \"recommend\" }} }}\n\
         [tables.orders]\nsource = \"orders\"\n[tables.interactions]\nsource = \"contacts\"\n\n\
         [model]\nseed = {seed}\nsegments = {{ from = 2, to = 5 }}\nsearch = \"quick\"\n",
        company.name,
        company.industry.slug(),
        quoted.join(", "),
        ratings("importance"),
        ratings("fulfillment"),
    )
}
