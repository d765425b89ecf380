//! What customers agreed to, in the words of whatever tool kept it.

use super::rows::{Filled, own, text};
use super::shape::Shape;
use super::tokens::{any, plain};
use super::wish::is_flag;

/// Words that say yes, beside those that every flag may be.
const YES: [&str; 22] = [
    "subscribed",
    "opted in",
    "opted_in",
    "opt in",
    "opt-in",
    "optin",
    "granted",
    "given",
    "consented",
    "accepted",
    "allowed",
    "on",
    "x",
    "checked",
    "yes, please",
    "double opt-in",
    "confirmed",
    "active",
    "oui",
    "si",
    "sí",
    "agree",
];
/// Words that say no.
const NO: [&str; 28] = [
    "never subscribed",
    "never_subscribed",
    "unsubscribed",
    "not subscribed",
    "not_subscribed",
    "opted out",
    "opted_out",
    "opt out",
    "opt-out",
    "optout",
    "declined",
    "denied",
    "revoked",
    "withdrawn",
    "pending",
    "unconfirmed",
    "none",
    "off",
    "invalid",
    "suppressed",
    "bounced",
    "cleaned",
    "unknown",
    "not given",
    "rejected",
    "inactive",
    "no, thanks",
    "redacted",
];

/// What a name asks about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wish {
    canonical: &'static str,
    /// Whether `yes` in the column means `no` here: "opted out of e-mail".
    turned: bool,
}

/// The consent a column keeps, and what fills it; `None` = it keeps none that can be read.
pub(super) fn consent(shape: &Shape) -> Option<(&'static str, Filled)> {
    let wish = wish_of(shape)?;
    if shape.words.is_empty() || shape.words.len() > 12 {
        return None;
    }
    let clean = |word: &str| word.trim().to_lowercase();
    let plain_flags = shape.words.iter().all(|(word, _)| is_flag(word));
    if plain_flags && !wish.turned {
        return Some((wish.canonical, Filled::Column(shape.name.clone())));
    }
    let says = |list: &[&str]| {
        shape.words.iter().map(|(word, _)| clean(word)).filter(|word| list.contains(&word.as_str())).collect::<Vec<_>>()
    };
    let (mut yes, mut no) = (says(&YES), says(&NO));
    for (word, _) in shape.words.iter().filter(|(word, _)| is_flag(word)) {
        let word = clean(word);
        let list =
            if ["true", "t", "yes", "y", "1", "1.0", "ja", "j"].contains(&word.as_str()) { &mut yes } else { &mut no };
        list.push(word);
    }
    if yes.is_empty() && no.is_empty() {
        return None;
    }
    if wish.turned {
        std::mem::swap(&mut yes, &mut no);
    }
    let when = |mut words: Vec<String>, then: &str| {
        words.sort();
        words.dedup();
        let listed: Vec<String> = words.iter().map(|word| text(word)).collect();
        if listed.is_empty() {
            String::new()
        } else {
            format!(" when lower(trim(cast({} as varchar))) in ({}) then {then}", own(&shape.name), listed.join(", "))
        }
    };
    // Words that are neither stay unknown, which is no consent.
    let sql = format!("case{}{} end", when(yes, "'true'"), when(no, "'false'"));
    Some((wish.canonical, Filled::Sql(sql)))
}

fn wish_of(shape: &Shape) -> Option<Wish> {
    let words = &shape.tokens;
    let has = |list: &[&str]| any(words, list);
    let glued = plain(&shape.name);
    let straight = |canonical| Some(Wish { canonical, turned: false });
    let known = [
        "consent_profiling",
        "consent_email",
        "consent_sms",
        "consent_push",
        "consent_phone",
        "consent_post",
        "objection_marketing",
        "minor",
        "vulnerable",
        "deceased",
        "open_case",
        "close_kindly",
        "erasure_requested",
    ];
    if let Some(canonical) = known.into_iter().find(|canonical| plain(canonical) == glued) {
        return straight(canonical);
    }
    // Dates and sources of a consent are no consent.
    if has(&["date", "time", "timestamp", "at", "source", "method", "id", "version", "ip", "updated", "level", "form"])
    {
        return None;
    }
    let agreed = has(&[
        "consent",
        "consents",
        "accepts",
        "accept",
        "optin",
        "opt",
        "opted",
        "subscribed",
        "subscription",
        "subscriber",
        "permission",
        "newsletter",
        "allow",
        "allowed",
        "ok",
        "marketing",
        "gdpr",
    ]);
    let out = has(&["out", "optout", "unsubscribed", "unsubscribe"]);
    if has(&["profiling", "prof", "personalization", "personalisation"]) && agreed {
        return straight("consent_profiling");
    }
    if has(&["contact"]) && has(&["not"]) || glued == "donotcall" || glued == "objection" {
        return straight("objection_marketing");
    }
    if !agreed && !out {
        return None;
    }
    let channel = match () {
        () if has(&["sms", "text"]) => "consent_sms",
        () if has(&["push"]) => "consent_push",
        () if has(&["phone", "call", "calls", "telephone"]) => "consent_phone",
        () if has(&["post", "postal", "letter", "direct"]) => "consent_post",
        () if has(&["email", "mail", "newsletter", "e"]) || glued.contains("acceptsmarketing") => "consent_email",
        () if out => return straight("objection_marketing"),
        () => return None,
    };
    Some(Wish { canonical: channel, turned: out })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::peek::{Peek, PeekColumn};

    fn read(name: &str, words: &[&str]) -> Option<(&'static str, Filled)> {
        let values: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let peek = Peek { rows: values.len(), ..Peek::default() };
        consent(&Shape::of(&PeekColumn { name: name.to_owned(), values, ..PeekColumn::default() }, &peek))
    }

    #[test]
    fn flags_that_can_be_read_are_taken_as_they_are() {
        for (name, canonical) in [
            ("newsletter_ok", "consent_email"),
            ("Accepts Marketing", "consent_email"),
            ("sms_opt_in", "consent_sms"),
            ("prof_ok", "consent_profiling"),
            ("do_not_contact", "objection_marketing"),
            ("opted_out", "objection_marketing"),
            ("minor", "minor"),
        ] {
            assert_eq!(read(name, &["yes", "no"]), Some((canonical, Filled::Column(name.to_owned()))), "{name}");
        }
        assert_eq!(read("consent_date", &["1"]), None);
        assert_eq!(read("age", &["1"]), None);
    }

    #[test]
    fn the_words_of_a_tool_become_a_case() {
        let (canonical, filled) =
            read("Email Marketing Consent", &["SUBSCRIBED", "Never subscribed"]).expect("a consent");
        let Filled::Sql(sql) = filled else { panic!("SQL") };
        assert_eq!(canonical, "consent_email");
        assert!(
            sql.contains("in ('subscribed') then 'true'") && sql.contains("in ('never subscribed') then 'false'"),
            "{sql}"
        );
    }

    #[test]
    fn who_opted_out_of_a_channel_has_not_agreed_to_it() {
        let (canonical, filled) = read("HasOptedOutOfEmail", &["1", "0"]).expect("a consent");
        let Filled::Sql(sql) = filled else { panic!("SQL") };
        assert_eq!(canonical, "consent_email");
        assert!(sql.contains("in ('0') then 'true'") && sql.contains("in ('1') then 'false'"), "{sql}");
    }
}
