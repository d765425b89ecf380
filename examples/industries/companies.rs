//! Three made-up companies: what each has, asks, sells and is called for.

use valueseg::catalogue::Industry;

/// A question of its survey: the element it stands for, and the words in which it was asked.
pub(crate) struct Question {
    pub(crate) element: &'static str,
    pub(crate) wording: &'static str,
}

/// A hidden group of customers: what it wants more than others, and what of it it does not get.
pub(crate) struct Group {
    pub(crate) wants: &'static [&'static str],
    pub(crate) misses: &'static [&'static str],
}

/// A made-up company.
pub(crate) struct Company {
    pub(crate) name: &'static str,
    pub(crate) industry: Industry,
    /// As in the configuration.
    pub(crate) capabilities: &'static [&'static str],
    pub(crate) questions: &'static [Question],
    pub(crate) groups: &'static [Group],
    /// Words of `orders.channel` and how a customer comes by them.
    pub(crate) channels: &'static [&'static str],
    /// Mean of a year's orders, and of an amount.
    pub(crate) orders: f64,
    pub(crate) amount: f64,
    /// What it has not: a line that speaks of it is wrong.
    pub(crate) has_not: &'static [&'static str],
}

const fn ask(element: &'static str, wording: &'static str) -> Question {
    Question { element, wording }
}

/// A bank with branches, a site and an app.
const BANK: Company = Company {
    name: "Made-up bank",
    industry: Industry::Bank,
    capabilities: &["stores", "web", "app", "earnings"],
    questions: &[
        ask("quality", "Payments without errors"),
        ask("saves_time", "Time until a decision"),
        ask("reduces_cost", "Fees"),
        ask("reduces_risk", "Safety of my money"),
        ask("informs", "Statements I understand"),
        ask("reduces_anxiety", "Knowing where things stand"),
        ask("simplifies", "Easy forms"),
        ask("provides_access", "Open when I need it"),
        ask("makes_money", "Interest on savings"),
        ask("connects", "A person I can reach"),
        ask("organizes", "Overview of my money"),
        ask("avoids_hassles", "Paperwork"),
    ],
    groups: &[
        Group { wants: &["reduces_risk", "reduces_anxiety", "informs"], misses: &["reduces_anxiety"] },
        Group { wants: &["saves_time", "simplifies", "organizes"], misses: &["saves_time"] },
        Group { wants: &["reduces_cost", "makes_money"], misses: &["makes_money"] },
    ],
    channels: &["app", "app", "web", "store"],
    orders: 18.0,
    amount: 9.0,
    has_not: &["parcel", "shelf", "shelves", "delivery", "guest", "recipe", "size table", "loyalty", "lesson"],
};

/// Hotels with a site, no app and no program.
const HOTELS: Company = Company {
    name: "Made-up hotels",
    industry: Industry::Hospitality,
    capabilities: &["stores", "web"],
    questions: &[
        ask("quality", "Condition of the room"),
        ask("sensory_appeal", "Breakfast"),
        ask("wellness", "Quiet at night"),
        ask("saves_time", "Check-in"),
        ask("reduces_cost", "Rate"),
        ask("design_aesthetics", "Look of the house"),
        ask("avoids_hassles", "Changes to a booking"),
        ask("variety", "Choice at table"),
        ask("fun_entertainment", "Things to do"),
        ask("informs", "Information before arrival"),
        ask("connects", "Wireless network"),
        ask("affiliation_belonging", "Being welcome"),
    ],
    groups: &[
        Group { wants: &["saves_time", "connects", "avoids_hassles"], misses: &["connects"] },
        Group { wants: &["sensory_appeal", "variety", "design_aesthetics"], misses: &["variety"] },
        Group { wants: &["wellness", "reduces_cost"], misses: &["wellness"] },
    ],
    channels: &["web", "web", "phone", "store"],
    orders: 2.5,
    amount: 240.0,
    has_not: &[
        "parcel",
        "shelf",
        "shelves",
        "delivery",
        "in the app",
        "loyalty",
        "lesson",
        "warranty",
        "tariff",
        "learner",
    ],
};

/// Software by subscription, on the web alone.
const SOFTWARE: Company = Company {
    name: "Made-up software",
    industry: Industry::Saas,
    capabilities: &["web", "subscriptions"],
    questions: &[
        ask("quality", "Reliability"),
        ask("saves_time", "Speed"),
        ask("simplifies", "Ease of use"),
        ask("integrates", "Works with our other tools"),
        ask("organizes", "Finding things again"),
        ask("reduces_effort", "Setting up"),
        ask("informs", "Documentation"),
        ask("reduces_cost", "Price"),
        ask("reduces_risk", "Safety of our data"),
        ask("variety", "Range of functions"),
        ask("wellness", "Strain on the eyes"),
        ask("self_actualization", "Getting better at my work"),
    ],
    groups: &[
        Group { wants: &["integrates", "reduces_risk", "quality"], misses: &["integrates"] },
        Group { wants: &["simplifies", "reduces_effort", "informs"], misses: &["informs"] },
        Group { wants: &["variety", "self_actualization", "saves_time"], misses: &["wellness", "variety"] },
    ],
    channels: &["subscription"],
    orders: 11.0,
    amount: 39.0,
    has_not: &[
        "parcel", "shelf", "shelves", "delivery", "store", "branch", "guest", "loyalty", "app ", "lesson", "recipe",
    ],
};

/// The three.
pub(crate) const COMPANIES: [Company; 3] = [BANK, HOTELS, SOFTWARE];
