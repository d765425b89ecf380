//! The four exports of the shop, as its systems write them.

use std::error::Error;
use std::path::Path;

use crate::dice::Dice;
use crate::people::{Person, STATEMENTS};

type Written = Result<(), Box<dyn Error>>;

const SHOPIFY: u64 = 2;
const KLAVIYO: u64 = 3;
const QUALTRICS: u64 = 4;
const ZENDESK: u64 = 5;

/// Names of the files, in the order they are written.
pub(crate) const FILES: [&str; 4] =
    ["orders_export_1.csv", "klaviyo_profiles.csv", "Needs_November.csv", "zendesk_tickets.csv"];

/// Writes all four into `folder`.
pub(crate) fn write(folder: &Path, people: &[Person], seed: u64) -> Written {
    std::fs::create_dir_all(folder)?;
    orders(&folder.join(FILES[0]), people, seed)?;
    profiles(&folder.join(FILES[1]), people, seed)?;
    answers(&folder.join(FILES[2]), people, seed)?;
    tickets(&folder.join(FILES[3]), people, seed)
}

/// A day of the year before the night of 2026-11-20, days counted back from it.
fn day(back: usize) -> Result<String, Box<dyn Error>> {
    let night = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).ok_or("a day")?;
    let day = night.checked_sub_days(chrono::Days::new(back as u64)).ok_or("a day")?;
    Ok(day.format("%Y-%m-%d").to_string())
}

const THINGS: [(&str, u32); 8] = [
    ("Cup, glazed", 1290),
    ("Blanket, wool", 8900),
    ("Lamp, brass", 12950),
    ("Candle, cedar", 1850),
    ("Knife, small", 3490),
    ("Rug, woven", 24900),
    ("Bowl, oak", 4200),
    ("Towel, linen", 2750),
];

fn cents(amount: u32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

const ORDER_COLUMNS: &str = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,\
    Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,\
    Lineitem price,Lineitem sku,Billing Name,Shipping Country,Cancelled at,Payment Method,Refunded Amount,Vendor,Id,\
    Tags,Risk Level,Source";

fn orders(path: &Path, people: &[Person], seed: u64) -> Written {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(ORDER_COLUMNS.split(','))?;
    let mut number = 1000;
    for person in people {
        let mut dice = Dice::new(seed, person.number, SHOPIFY);
        for _ in 0..person.orders {
            number += 1;
            order(&mut out, person, number, &mut dice)?;
        }
    }
    Ok(out.flush()?)
}

fn order(out: &mut csv::Writer<std::fs::File>, person: &Person, number: u32, dice: &mut Dice) -> Written {
    let lines: Vec<(&str, u32, u32)> = (0..=dice.below(3))
        .map(|_| {
            let thing = dice.one_of(&THINGS);
            (thing.0, thing.1, 1 + dice.below(2) as u32)
        })
        .collect();
    let sum: u32 = lines.iter().map(|(_, price, n)| price * n).sum();
    // People who look at prices use codes.
    let off = if dice.chance(if person.kind == 1 { 0.6 } else { 0.15 }) { sum / 10 } else { 0 };
    let at = format!("{} {:02}:{:02}:07 +0200", day(1 + dice.below(360))?, 8 + dice.below(12), dice.below(60));
    let status = if dice.chance(0.06) { "refunded" } else { "paid" };
    let cancelled = if dice.chance(0.01) { at.as_str() } else { "" };
    let (name, address, total) = (format!("#{number}"), person.address(dice), sum - off + 490);
    let source = if dice.chance(0.1) { "pos" } else { "web" };
    for (i, (thing, price, n)) in lines.iter().enumerate() {
        let first = |text: &str| if i == 0 { text.to_owned() } else { String::new() };
        out.write_record([
            name.clone(),
            address.clone(),
            first(status),
            first(&at),
            first("fulfilled"),
            first(&at),
            first("no"),
            first("EUR"),
            first(&cents(sum - off)),
            first("4.90"),
            first("0.00"),
            first(&cents(total)),
            first(if off > 0 { "HEARTH10" } else { "" }),
            first(&cents(off)),
            first("Standard"),
            // Follow-on lines of an order are not dated.
            first(&at),
            n.to_string(),
            (*thing).to_owned(),
            cents(*price),
            format!("H-{price}"),
            first(&format!("{} {}", person.first, person.last)),
            first("NL"),
            first(cancelled),
            first("Card"),
            first("0.00"),
            "Hearth & Home".to_owned(),
            first(&format!("55{number}")),
            String::new(),
            first("Low"),
            first(source),
        ])?;
    }
    Ok(())
}

const PROFILE_COLUMNS: &str = "Email,Klaviyo ID,First Name,Last Name,Phone Number,City,Country,Source,Email Marketing Consent,\
    Email Marketing Consent Timestamp,SMS Marketing Consent,Email Suppressions,Profile Created On,Last Open";

fn profiles(path: &Path, people: &[Person], seed: u64) -> Written {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(PROFILE_COLUMNS.split(','))?;
    for person in people.iter().filter(|person| person.in_newsletter) {
        let mut dice = Dice::new(seed, person.number, KLAVIYO);
        let consent = dice.one_of(&["SUBSCRIBED", "SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED", "NEVER_SUBSCRIBED", ""]);
        let sms = dice.one_of(&["SUBSCRIBED", "NEVER_SUBSCRIBED", "NEVER_SUBSCRIBED", ""]);
        let since = day(30 + dice.below(1200))?;
        let stamp = if consent == "SUBSCRIBED" { format!("{since} 09:30:00+00:00") } else { String::new() };
        let suppressed = if dice.chance(0.02) { "HARD_BOUNCE" } else { "" };
        out.write_record([
            person.address(&mut dice).as_str(),
            &format!("01J{:09}", person.number),
            person.first,
            person.last,
            "",
            "Utrecht",
            "Netherlands",
            "Footer form",
            consent,
            &stamp,
            sms,
            suppressed,
            &format!("{since} 09:30:00+00:00"),
            "",
        ])?;
    }
    Ok(out.flush()?)
}

const KEPT: [&str; 5] = ["Very poorly", "Poorly", "Neither well nor poorly", "Well", "Very well"];
const CONTENT: [&str; 5] =
    ["Very dissatisfied", "Dissatisfied", "Neither satisfied nor dissatisfied", "Satisfied", "Very satisfied"];

/// What every Qualtrics file begins with: name, label, import id.
const BEFORE: [(&str, &str, &str); 13] = [
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
    ("Q_RecaptchaScore", "Q_RecaptchaScore", "Q_RecaptchaScore"),
];

fn answers(path: &Path, people: &[Person], seed: u64) -> Written {
    let mut out = csv::Writer::from_path(path)?;
    let mut columns: Vec<(String, String)> = Vec::new();
    for (i, (_, statement)) in STATEMENTS.iter().enumerate() {
        columns.push((
            format!("Q1_{}", i + 1),
            format!("How important is each of these to you when you buy for your home? - {statement}"),
        ));
    }
    for (i, (_, statement)) in STATEMENTS.iter().enumerate() {
        columns
            .push((format!("Q2_{}", i + 1), format!("And how well does Hearth & Home do this for you? - {statement}")));
    }
    columns.push(("Q3".to_owned(), "All in all, how satisfied are you with Hearth & Home?".to_owned()));
    columns.push(("Q4".to_owned(), "How likely are you to recommend us to a friend?".to_owned()));
    columns.push(("Q5".to_owned(), "Is there anything you would like to tell us?".to_owned()));
    let import = |id: &str| format!("{{\"ImportId\":\"{id}\"}}");
    out.write_record(BEFORE.iter().map(|(name, _, _)| *name).chain(columns.iter().map(|(name, _)| name.as_str())))?;
    out.write_record(BEFORE.iter().map(|(_, label, _)| *label).chain(columns.iter().map(|(_, label)| label.as_str())))?;
    let ids = columns.iter().map(|(name, _)| import(&format!("QID{}", &name[1..])));
    out.write_record(BEFORE.iter().map(|(_, _, id)| import(id)).chain(ids))?;
    for person in people.iter().filter(|person| person.answered) {
        out.write_record(answer(person, &mut Dice::new(seed, person.number, QUALTRICS))?)?;
    }
    Ok(out.flush()?)
}

fn answer(person: &Person, dice: &mut Dice) -> Result<Vec<String>, Box<dyn Error>> {
    let at = day(1 + dice.below(60))?;
    let status = if dice.chance(0.005) { "1" } else { "0" };
    let seconds = 180 + dice.below(400);
    let mut row = vec![
        format!("{at} 18:00:00"),
        format!("{at} 18:06:00"),
        status.to_owned(),
        "100".to_owned(),
        seconds.to_string(),
        "1".to_owned(),
        format!("{at} 18:06:01"),
        format!("R_3{:014}", person.number),
        person.address(dice),
        String::new(),
        "email".to_owned(),
        "EN".to_owned(),
        "0.9".to_owned(),
    ];
    let skips = |dice: &mut Dice| dice.chance(0.02);
    for statement in 0..STATEMENTS.len() {
        let importance = person.cares(statement, dice);
        row.push(if skips(dice) { String::new() } else { importance.to_string() });
    }
    let mut all = 0.0;
    for _ in &STATEMENTS {
        let kept = (2.6 + 0.9 * dice.normal()).round().clamp(0.0, 4.0);
        all += kept;
        row.push(if skips(dice) { String::new() } else { KEPT[kept as usize].to_owned() });
    }
    let content = (all / STATEMENTS.len() as f64 + 0.5 * dice.normal()).round().clamp(0.0, 4.0);
    row.push(CONTENT[content as usize].to_owned());
    row.push(format!("{}", (2.0 * content + 1.0 + dice.normal()).round().clamp(0.0, 10.0)));
    let said = [
        "",
        "",
        "",
        "Fast delivery, thank you",
        "The glaze is beautiful",
        "A bit expensive for what it is",
        "The lamp broke after a week",
    ];
    row.push(dice.one_of(&said).to_owned());
    Ok(row)
}

const TICKET_COLUMNS: &str = "Summation column,Id,Requester,Requester id,Requester external id,Requester email,Requester domain,Submitter,\
    Assignee,Group,Subject,Tags,Status,Priority,Via,Ticket type,Created at,Updated at,Assigned at,Organization,\
    Due date,Initially assigned at,Solved at,Resolution time,Satisfaction Score";

fn tickets(path: &Path, people: &[Person], seed: u64) -> Written {
    let mut out = csv::Writer::from_path(path)?;
    out.write_record(TICKET_COLUMNS.split(','))?;
    let mut number = 40_000;
    for person in people {
        let mut dice = Dice::new(seed, person.number, ZENDESK);
        for _ in 0..person.tickets {
            number += 1;
            let (back, hours) = (2 + dice.below(350), dice.below(30));
            let open = dice.chance(0.06);
            let solved = if open { String::new() } else { format!("{} 17:30", day(back - 1)?) };
            let (subject, kind) = dice.one_of(&[
                ("Where is my parcel", "Question"),
                ("It arrived broken", "Problem"),
                ("How do I send it back", "Question"),
                ("Charged twice", "Incident"),
            ]);
            let score = if open { "Not Offered" } else { dice.one_of(&["Offered", "Offered", "Good", "Good", "Bad"]) };
            out.write_record([
                "1",
                &number.to_string(),
                &format!("{} {}", person.first, person.last),
                &format!("3960{}", person.number),
                "",
                &person.address(&mut dice),
                "example.com",
                "web",
                "Agent One",
                "Support",
                subject,
                "",
                if open { "Open" } else { "Solved" },
                dice.one_of(&["Low", "Normal", "High"]),
                dice.one_of(&["Mail", "Web form", "Chat"]),
                kind,
                &format!("{} 11:20", day(back)?),
                &solved,
                "",
                "",
                "",
                "",
                &solved,
                &hours.to_string(),
                score,
            ])?;
        }
    }
    Ok(out.flush()?)
}
