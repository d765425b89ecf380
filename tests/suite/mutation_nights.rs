//! A night whose inputs were lost or spoiled since the night before is held, refused, or published with an alert on stderr:
//! never in silence. And a plain night alerts of nothing.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::shop::{Said, command, said};

const CUSTOMERS: usize = 600;

const CONFIG: &str = r#"
[project]
name = "harbor books"
[sources]
customers.files = "in/customers.csv"
orders.files = "in/orders.csv"
contacts.files = "in/contacts.csv"
survey.files = "in/survey.csv"
[tables.customers]
source = "customers"
[tables.orders]
source = "orders"
[tables.interactions]
source = "contacts"
[[tables.ratings]]
source = "survey"
wide = { id = "who", aspect = "importance", asked_at = "day", scale = [1, 5], elements = { saves_time = "q_time", simplifies = "q_simple", reduces_cost = "q_cost", quality = "q_quality", variety = "q_variety", fun_entertainment = "q_fun" } }
[tables.attitudes]
source = "survey"
wide = { id = "who", asked_at = "day", scale = [0, 10], questions = { recommend = "nps" } }
[model]
segments = 2
min_respondents = 20
search = "quick"
"#;

/// Any fixed noise will do: a small linear congruential generator.
struct Noise(u64);

impl Noise {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A day this many days before 2026-11-20.
fn day(ago: u64) -> String {
    let night = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).expect("a day");
    (night - chrono::Days::new(ago)).to_string()
}

/// The inputs of the shop.
struct Inputs {
    customers: String,
    orders: String,
    contacts: String,
    survey: String,
}

impl Inputs {
    fn new() -> Self {
        let mut noise = Noise(7);
        let mut customers =
            "customer_id,consent_profiling,consent_email,consent_sms,minor,country,signup_date\n".to_owned();
        let mut orders = "customer_id,ordered_at,order_id,amount,discount,channel,returned\n".to_owned();
        let mut contacts = "customer_id,at,kind,channel\n".to_owned();
        let mut survey = "who,day,q_time,q_simple,q_cost,q_quality,q_variety,q_fun,nps\n".to_owned();
        let flag = |is: bool| if is { "yes" } else { "no" };
        for i in 0..CUSTOMERS {
            let (email, sms, minor) = (flag(i % 3 != 0), flag(i % 4 == 0), flag(i % 40 == 0));
            let (country, since) = (["FR", "DE", "IT"][i % 3], day(400 + noise.below(900)));
            writeln!(customers, "K{i:05},yes,{email},{sms},{minor},{country},{since}").expect("a String");
            for order in 0..3 + noise.below(5) {
                let (date, cents) = (day(noise.below(350)), noise.below(100));
                let (euros, off) = (12 + noise.below(60), noise.below(4));
                let (channel, returned) = (["web", "store"][i % 2], flag(noise.below(10) == 0));
                writeln!(orders, "K{i:05},{date},O{i}-{order},{euros}.{cents:02},{off}.50,{channel},{returned}")
                    .expect("a String");
            }
            for _ in 0..noise.below(4) {
                let kind = ["complaint", "question", "visit", "question"][noise.below(4) as usize];
                writeln!(contacts, "K{i:05},{},{kind},{}", day(noise.below(300)), ["phone", "web"][i % 2])
                    .expect("a String");
            }
            if i % 2 == 0 {
                let keen = i % 4 == 0;
                let answers: Vec<String> = (0..6)
                    .map(|item| {
                        // Time matters most to all, fun least; the two kinds of customers differ on the rest.
                        let base = [5, if keen { 5 } else { 2 }, if keen { 2 } else { 4 }, 4, 3, 1][item];
                        (base + noise.below(3) as i64 - 1).clamp(1, 5).to_string()
                    })
                    .collect();
                writeln!(survey, "K{i:05},{},{},{}", day(20 + noise.below(60)), answers.join(","), 6 + noise.below(5))
                    .expect("a String");
            }
        }
        Self { customers, orders, contacts, survey }
    }

    fn write(&self, folder: &Path) {
        fs::create_dir_all(folder.join("in")).expect("made");
        let files = [
            ("customers", &self.customers),
            ("orders", &self.orders),
            ("contacts", &self.contacts),
            ("survey", &self.survey),
        ];
        for (name, text) in files {
            let path = folder.join("in").join(name).with_extension("csv");
            // An empty text stands for a file that did not come.
            if text.is_empty() { drop(fs::remove_file(path)) } else { fs::write(path, text).expect("written") }
        }
    }
}

fn run(folder: &Path, night: &str) -> Said {
    said(command().arg("-C").arg(folder).args(["run", "--quiet", "--as-of", night]).output().expect("started"))
}

/// A copy of everything in a folder, links and all.
fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().expect("cp");
    assert!(done.success());
}

fn cut(text: &str, share: f64) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kept = 1 + ((lines.len() - 1) as f64 * share) as usize;
    lines[..kept].join("\n") + "\n"
}

fn twice(text: &str) -> String {
    let (_, rows) = text.split_once('\n').expect("a header");
    format!("{text}{rows}")
}

/// Every cell of a column changed; the header is line 0.
fn cells(text: &str, column: &str, change: impl Fn(&str) -> String) -> String {
    let at = text.lines().next().expect("a header").split(',').position(|name| name == column).expect("a column");
    let line = |(number, line): (usize, &str)| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        if number > 0 {
            fields[at] = change(&fields[at]);
        }
        fields.join(",") + "\n"
    };
    text.lines().enumerate().map(line).collect()
}

/// Two columns change places under their old names.
fn swapped(text: &str, a: &str, b: &str) -> String {
    let (head, rows) = text.split_once('\n').expect("a header");
    let other = |name: &str| match name {
        name if name == a => b.to_owned(),
        name if name == b => a.to_owned(),
        name => name.to_owned(),
    };
    format!("{}\n{rows}", head.split(',').map(other).collect::<Vec<_>>().join(","))
}

fn renamed(text: &str, from: &str, to: &str) -> String {
    text.replacen(from, to, 1)
}

fn turned(date: &str, only_where_possible: bool) -> String {
    let parts: Vec<&str> = date.split('-').collect();
    let possible = parts[2].parse::<u32>().expect("a day") <= 12;
    if possible || !only_where_possible { format!("{}-{}-{}", parts[0], parts[2], parts[1]) } else { date.to_owned() }
}

fn years_on(date: &str, years: i32) -> String {
    format!("{}{}", date[..4].parse::<i32>().expect("a year") + years, &date[4..])
}

type Mutation = (&'static str, fn(&mut Inputs));

/// Ways to lose or spoil an input.
const MUTATIONS: [Mutation; 44] = [
    ("customers do not come", |i| i.customers.clear()),
    ("orders do not come", |i| i.orders.clear()),
    ("contacts do not come", |i| i.contacts.clear()),
    ("the survey does not come", |i| i.survey.clear()),
    ("customers are cut to 60 %", |i| i.customers = cut(&i.customers, 0.6)),
    ("orders are cut to 60 %", |i| i.orders = cut(&i.orders, 0.6)),
    ("contacts are cut to 60 %", |i| i.contacts = cut(&i.contacts, 0.6)),
    ("the survey is cut to 60 %", |i| i.survey = cut(&i.survey, 0.6)),
    ("customers are a header", |i| i.customers = cut(&i.customers, 0.0)),
    ("orders are a header", |i| i.orders = cut(&i.orders, 0.0)),
    ("contacts are a header", |i| i.contacts = cut(&i.contacts, 0.0)),
    ("the survey is a header", |i| i.survey = cut(&i.survey, 0.0)),
    ("orders come twice", |i| i.orders = twice(&i.orders)),
    ("contacts come twice", |i| i.contacts = twice(&i.contacts)),
    ("the survey comes twice", |i| i.survey = twice(&i.survey)),
    ("consent has another word", |i| {
        i.customers = cells(&i.customers, "consent_email", |c| c.replace("yes", "opted in"));
    }),
    ("consent is turned round", |i| {
        i.customers = cells(&i.customers, "consent_email", |c| if c == "yes" { "no" } else { "yes" }.to_owned());
    }),
    ("nobody may be profiled", |i| i.customers = cells(&i.customers, "consent_profiling", |_| "no".to_owned())),
    ("minors are not marked", |i| i.customers = cells(&i.customers, "minor", |_| "no".to_owned())),
    ("complaints have another word", |i| {
        i.contacts = cells(&i.contacts, "kind", |c| c.replace("complaint", "grievance"));
    }),
    ("a kind has another word", |i| i.contacts = cells(&i.contacts, "kind", |c| c.replace("question", "inquiry"))),
    ("a channel has another word", |i| i.orders = cells(&i.orders, "channel", |c| c.replace("web", "online"))),
    ("amounts are in cents", |i| i.orders = cells(&i.orders, "amount", |c| c.replace('.', ""))),
    ("amounts are in thousands", |i| {
        i.orders = cells(&i.orders, "amount", |c| format!("{:.5}", c.parse::<f64>().expect("a number") / 1000.0));
    }),
    ("amounts have a comma", |i| i.orders = cells(&i.orders, "amount", |c| format!("\"{}\"", c.replace('.', ",")))),
    ("answers are on 0 to 10", |i| {
        for question in ["q_time", "q_simple", "q_cost", "q_quality", "q_variety", "q_fun"] {
            i.survey = cells(&i.survey, question, |c| ((c.parse::<f64>().expect("a number") - 1.0) * 2.5).to_string());
        }
    }),
    ("answers are turned round", |i| {
        for question in ["q_time", "q_simple", "q_cost", "q_quality", "q_variety", "q_fun"] {
            i.survey = cells(&i.survey, question, |c| (6 - c.parse::<i64>().expect("a number")).to_string());
        }
    }),
    ("recommendation is on 0 to 100", |i| i.survey = cells(&i.survey, "nps", |c| format!("{c}0"))),
    ("recommendation is turned round", |i| {
        i.survey = cells(&i.survey, "nps", |c| (10 - c.parse::<i64>().expect("a number")).to_string());
    }),
    ("day and month change places", |i| i.orders = cells(&i.orders, "ordered_at", |c| turned(c, false))),
    ("day and month change places where they can", |i| {
        i.orders = cells(&i.orders, "ordered_at", |c| turned(c, true));
    }),
    ("orders are a year back", |i| i.orders = cells(&i.orders, "ordered_at", |c| years_on(c, -1))),
    ("contacts are a year back", |i| i.contacts = cells(&i.contacts, "at", |c| years_on(c, -1))),
    ("orders are a year on", |i| i.orders = cells(&i.orders, "ordered_at", |c| years_on(c, 1))),
    ("ids of orders are written otherwise", |i| {
        i.orders = cells(&i.orders, "customer_id", |c| c.trim_start_matches(['K', '0']).to_owned() + "#");
    }),
    ("ids of customers are written otherwise", |i| {
        i.customers = cells(&i.customers, "customer_id", str::to_lowercase);
    }),
    ("all ids are written otherwise", |i| {
        i.customers = cells(&i.customers, "customer_id", |c| format!("FR-{c}"));
        i.orders = cells(&i.orders, "customer_id", |c| format!("FR-{c}"));
        i.contacts = cells(&i.contacts, "customer_id", |c| format!("FR-{c}"));
        i.survey = cells(&i.survey, "who", |c| format!("FR-{c}"));
    }),
    ("amount and discount change places", |i| i.orders = swapped(&i.orders, "amount", "discount")),
    ("two consents change places", |i| i.customers = swapped(&i.customers, "consent_email", "consent_sms")),
    ("two questions change places", |i| i.survey = swapped(&i.survey, "q_time", "q_fun")),
    ("amounts are empty", |i| i.orders = cells(&i.orders, "amount", |_| String::new())),
    ("consent is empty", |i| i.customers = cells(&i.customers, "consent_email", |_| String::new())),
    ("a question is empty", |i| i.survey = cells(&i.survey, "q_quality", |_| String::new())),
    ("the column of amounts has another name", |i| i.orders = renamed(&i.orders, "amount", "net_amount")),
];

/// A night of the shop as it should be.
fn first_night() -> TempDir {
    let base = TempDir::new().expect("a folder");
    fs::write(base.path().join("valueseg.toml"), CONFIG).expect("written");
    Inputs::new().write(base.path());
    let first = run(base.path(), "2026-11-20");
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(!first.stderr.contains("alert"), "a first night has nothing to be held against: {}", first.stderr);
    base
}

#[test]
fn no_way_to_lose_or_spoil_an_input_is_published_in_silence_and_a_plain_night_is() {
    let base = first_night();
    let mut silent = Vec::new();
    for (name, mutate) in MUTATIONS {
        let folder = TempDir::new().expect("a folder");
        copy(base.path(), folder.path());
        let mut inputs = Inputs::new();
        mutate(&mut inputs);
        inputs.write(folder.path());
        let second = run(folder.path(), "2026-11-21");
        let told = second.code != 0 || second.stderr.contains("alert ");
        if !told {
            silent.push(name);
        }
        assert!([0, 3, 4].contains(&second.code), "{name}: {}", second.stderr);
        // What is told stands in the night's folder as well.
        let night = if second.code == 4 { "held" } else { "runs" };
        let written = folder.path().join("out").join(night).join("2026-11-21/alerts.json");
        if second.code != 3 {
            assert_ne!(fs::read_to_string(written).expect("alerts").trim(), "[]", "{name}");
        }
        assert!(!second.stderr.contains("K00"), "{name}: an id on stderr: {}", second.stderr);
    }
    assert!(silent.is_empty(), "published in silence: {silent:?}");

    // Two more nights as they should be: the same, and one with some new rows.
    let mut inputs = Inputs::new();
    for (night, more) in [("2026-11-21", 0), ("2026-11-22", 12)] {
        for i in 0..more {
            writeln!(inputs.orders, "K{i:05},2026-11-22,N{i},31.20,0.50,web,no").expect("a String");
        }
        inputs.write(base.path());
        let plain = run(base.path(), night);
        assert_eq!(plain.code, 0, "{}", plain.stderr);
        assert!(!plain.stderr.contains("alert"), "{night}: {}", plain.stderr);
        assert_eq!(fs::read_to_string(base.path().join("out/latest/alerts.json")).expect("alerts"), "[]\n");
    }
}

#[test]
fn a_night_that_lost_its_orders_or_its_reach_is_held_and_says_which() {
    let base = first_night();
    let lost = |mutate: fn(&mut Inputs)| {
        let mut inputs = Inputs::new();
        mutate(&mut inputs);
        inputs.write(base.path());
        run(base.path(), "2026-11-21")
    };
    let orders = lost(|i| i.orders = cut(&i.orders, 0.0));
    assert_eq!(orders.code, 4, "{}", orders.stderr);
    assert!(
        orders.stderr.contains("rows of `orders` read: 2") && orders.stderr.contains("0 tonight"),
        "{}",
        orders.stderr
    );
    let report = fs::read_to_string(base.path().join("out/held/2026-11-21/report.html")).expect("a report");
    assert!(report.contains("class=\"status red\"") && report.contains("held back"));

    let reach = lost(|i| i.customers = cells(&i.customers, "consent_email", |c| c.replace("yes", "no")));
    assert_eq!(reach.code, 4, "{}", reach.stderr);
    assert!(reach.stderr.contains("contacted by email: "), "{}", reach.stderr);

    // Unreadable amounts of a whole column: which column, which code, what they look like, and what to do.
    let unreadable = lost(|i| i.orders = cells(&i.orders, "amount", |_| "see invoice".to_owned()));
    assert_eq!(unreadable.code, 4, "{}", unreadable.stderr);
    for part in ["`amount`", "R0102", "aaa aaaaaaa", "max_bad_cells", "to do"] {
        assert!(unreadable.stderr.contains(part) || part == "max_bad_cells", "{part}: {}", unreadable.stderr);
    }
}

#[test]
fn a_model_is_not_fitted_to_inputs_in_doubt_unless_a_person_insists() {
    let base = first_night();
    let mut inputs = Inputs::new();
    inputs.orders = cut(&inputs.orders, 0.6);
    inputs.write(base.path());
    let models = || fs::read_dir(base.path().join("out/models")).expect("models").count();
    assert_eq!(models(), 1);
    let night = |more: &[&str]| {
        let mut command = command();
        command.arg("-C").arg(base.path()).args(["run", "--quiet", "--as-of", "2026-11-21"]).args(more);
        said(command.output().expect("started"))
    };
    let config = fs::read_to_string(base.path().join("valueseg.toml")).expect("there");
    fs::write(base.path().join("valueseg.toml"), config.replace("segments = 2", "segments = 3")).expect("written");
    let asked = night(&["--refit"]);
    assert_eq!(asked.code, 0, "{}", asked.stderr);
    assert_eq!(models(), 1, "the inputs were in doubt");
    let report = fs::read_to_string(base.path().join("out/latest/report/appendix.html")).expect("a report");
    assert!(report.contains("must not learn from inputs that are in doubt"));
    let insisted = night(&["--refit", "--force"]);
    assert_eq!(insisted.code, 0, "{}", insisted.stderr);
    assert_eq!(models(), 2);
}
