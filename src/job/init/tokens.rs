//! Names of columns and files as words, and what such words speak of.

/// The words of a name in small letters: split at signs, before capitals inside a word, and between letters and digits.
pub(super) fn tokens(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let inner = before.is_lowercase() && c.is_uppercase()
            || before.is_alphabetic() && c.is_ascii_digit()
            || before.is_ascii_digit() && c.is_alphabetic();
        if (!c.is_alphanumeric() || inner) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A name without case, blanks and signs.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A name as a word of configuration: small ASCII letters, digits and underscores, a letter first.
pub(super) fn slug(name: &str, otherwise: &str) -> String {
    let words: Vec<String> = tokens(name)
        .into_iter()
        .map(|word| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
        .filter(|word| !word.is_empty())
        .collect();
    let slug: String = words.join("_").chars().take(60).collect();
    let slug = slug.trim_end_matches('_');
    match slug.chars().next() {
        Some(c) if c.is_ascii_alphabetic() => slug.to_owned(),
        Some(_) => format!("{otherwise}_{slug}"),
        None => otherwise.to_owned(),
    }
}

/// What a name speaks of, as far as a customer's id is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaks {
    /// Of a person who is a customer.
    Person,
    /// Of a thing that happens: an order, a ticket, an answer.
    Event,
    /// Of somebody or something of the company's own: an agent, a product, a campaign.
    Ours,
    /// Of neither.
    Nothing,
}

/// Words for people who are customers, with those of other trades.
const PERSON: [&str; 66] = [
    "insured",
    "policy",
    "borrower",
    "applicant",
    "tenant",
    "cardholder",
    "individual",
    "lead",
    "leads",
    "prospect",
    "caller",
    "citizen",
    "voter",
    "participant",
    "participants",
    "panelist",
    "customer",
    "customers",
    "client",
    "clients",
    "clientnum",
    "user",
    "users",
    "member",
    "members",
    "household",
    "households",
    "account",
    "accounts",
    "respondent",
    "respondents",
    "person",
    "persons",
    "people",
    "contact",
    "contacts",
    "cust",
    "subscriber",
    "subscribers",
    "profile",
    "profiles",
    "guest",
    "guests",
    "patient",
    "passenger",
    "employee",
    "employees",
    "buyer",
    "buyers",
    "shopper",
    "player",
    "visitor",
    "requester",
    "reviewer",
    "owner",
    "kunde",
    "kunden",
    "consumer",
    "donor",
    "student",
    "reader",
    "traveler",
    "traveller",
    "policyholder",
    "crm",
    "party",
];

/// Words for what happens.
const EVENT: [&str; 44] = [
    "order",
    "orders",
    "ticket",
    "tickets",
    "invoice",
    "invoices",
    "case",
    "cases",
    "transaction",
    "transactions",
    "payment",
    "payments",
    "basket",
    "event",
    "events",
    "response",
    "responses",
    "review",
    "reviews",
    "message",
    "messages",
    "comment",
    "comments",
    "session",
    "sessions",
    "booking",
    "bookings",
    "call",
    "calls",
    "visit",
    "visits",
    "charge",
    "charges",
    "line",
    "lines",
    "item",
    "items",
    "row",
    "index",
    "refund",
    "uuid",
    "conversation",
    "conversations",
    "submission",
];

/// Words for what is the company's own.
const OURS: [&str; 49] = [
    "seller",
    "sellers",
    "merchant",
    "courier",
    "driver",
    "agent",
    "assignee",
    "submitter",
    "staff",
    "team",
    "product",
    "products",
    "sku",
    "variant",
    "store",
    "stores",
    "shop",
    "campaign",
    "campaigns",
    "flow",
    "metric",
    "group",
    "brand",
    "organization",
    "organisation",
    "company",
    "form",
    "location",
    "region",
    "country",
    "currency",
    "supplier",
    "vendor",
    "department",
    "category",
    "coupon",
    "coupons",
    "plan",
    "address",
    "template",
    "list",
    "channel",
    "collector",
    "external",
    "parent",
    "problem",
    "image",
    "locale",
    "ip",
];

/// Words that make a name an id's.
const ID: [&str; 17] = [
    "id",
    "ids",
    "no",
    "nr",
    "number",
    "num",
    "key",
    "code",
    "identifier",
    "ref",
    "reference",
    "hash",
    "guid",
    "pseudo",
    "token",
    "uid",
    "index",
];

/// What a name speaks of. The last word that speaks decides: `customer order id` is an order's.
pub(super) fn speaks_of(words: &[String]) -> Speaks {
    let is = |list: &[&str], word: &str| list.contains(&word);
    for word in words.iter().rev() {
        let word = word.as_str();
        let glued = word.strip_suffix("id").or_else(|| word.strip_suffix("no")).unwrap_or(word);
        for (list, speaks) in [(&PERSON[..], Speaks::Person), (&EVENT[..], Speaks::Event), (&OURS[..], Speaks::Ours)] {
            if is(list, word) || (glued.len() >= 4 && is(list, glued)) {
                return speaks;
            }
        }
    }
    Speaks::Nothing
}

/// Whether a name is an id's: it ends in such a word, glued on or apart.
pub(super) fn is_id_name(words: &[String]) -> bool {
    words.last().is_some_and(|word| {
        ID.contains(&word.as_str())
            || (word.len() > 4
                && ["id", "num", "no"]
                    .iter()
                    .any(|end| word.strip_suffix(end).is_some_and(|w| PERSON.contains(&w) || EVENT.contains(&w))))
    })
}

/// Whether one of the words is in the list.
pub(super) fn any(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words_at_signs_capitals_and_digits() {
        assert_eq!(tokens("importance_saves_time"), ["importance", "saves", "time"]);
        assert_eq!(tokens("CustomerID"), ["customer", "id"]);
        assert_eq!(tokens("Q7 How satisfied?"), ["q", "7", "how", "satisfied"]);
        assert!(tokens("…!").is_empty());
    }

    #[test]
    fn the_last_word_that_speaks_decides_whose_id_it_is() {
        for (name, speaks) in [
            ("requester_id", Speaks::Person),
            ("user_pseudo_id", Speaks::Person),
            ("CLIENTNUM", Speaks::Person),
            ("customer_order_id", Speaks::Event),
            ("ticket_id", Speaks::Event),
            ("assignee_id", Speaks::Ours),
            ("id", Speaks::Nothing),
        ] {
            assert_eq!(speaks_of(&tokens(name)), speaks, "{name}");
        }
    }

    #[test]
    fn slugs_are_plain_words_whatever_the_name() {
        assert_eq!(slug("Größe (cm)", "x"), "gre_cm");
        assert_eq!(slug("2019", "year"), "year_2019");
        assert_eq!(slug("'''\n", "column"), "column");
        assert_eq!(slug("AvgIncome", "x"), "avg_income");
    }
}
