//! The closed set of what can be made of a field: every destination is data, and only these are code.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::phone::e164;
use crate::catalogue::hex;

/// Longest part before the `@`, and longest address, in bytes (RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3).
const LONGEST_LOCAL: usize = 64;
const LONGEST_ADDRESS: usize = 254;

/// Signs that a spreadsheet takes for the beginning of something to run.
const RUN: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Hosts of one mail service that reads neither dots nor what follows a plus.
const FOLDED_HOSTS: [&str; 2] = ["gmail.com", "googlemail.com"];

/// One step from a field to a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Maker {
    /// An e-mail address in its one form: no blanks around it, Unicode form NFC, lower case; else nothing.
    Email,
    /// Of an address of Gmail without dots and without what follows a plus, as Google asks for since util 0.4.0; others stay.
    GmailFold,
    /// A phone number as `+` and digits, valid by the rules of its country; else nothing.
    E164,
    /// The digits of such a number alone.
    Digits,
    /// A country of two letters, in capitals; else nothing.
    Iso2Upper,
    /// The same in small letters.
    Iso2Lower,
    /// SHA-256 of the UTF-8 bytes, 64 digits of small hex. Of an address with other than ASCII before the `@`, nothing.
    Sha256Hex,
}

impl Maker {
    /// What is made of a text; `None` = nothing can be. `region`: the country that a number without its code was dialed in,
    /// two letters.
    #[must_use]
    pub fn make(self, text: &str, region: Option<&str>) -> Option<String> {
        match self {
            Self::Email => email(text),
            Self::GmailFold => Some(gmail_fold(text)),
            Self::E164 => e164(text, region),
            Self::Digits => Some(text.chars().filter(char::is_ascii_digit).collect()),
            Self::Iso2Upper => iso2(text),
            Self::Iso2Lower => iso2(text).map(|country| country.to_ascii_lowercase()),
            Self::Sha256Hex => {
                let ascii = text.split_once('@').is_none_or(|(local, _)| local.is_ascii());
                ascii.then(|| hex(&Sha256::digest(text.as_bytes())))
            }
        }
    }
}

/// An address in its one form.
///
/// METHOD (our judgment): one `@`; at most 64 bytes before it and 254 in all; a host with a dot that UTS 46 accepts; letters
/// and digits of any script and `!#$%&*+-./=?^_{|}~` before the `@`, beginning with a letter, a digit or `_`, no two dots side by
/// side and none at the end (RFC 5321, section 4.1.2). What RFC 5322 allows beyond that (quotes, comments, blanks, commas) no destination takes. Dots and pluses stay: only Google folds them.
#[must_use]
pub(super) fn email(text: &str) -> Option<String> {
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    let lower = nfc.normalize(text.trim()).to_lowercase();
    let form: Cow<'_, str> = nfc.normalize(&lower);
    let (local, host) = form.split_once('@')?;
    let sign = |c: char| c.is_alphanumeric() || "!#$%&*+-./=?^_{|}~'".contains(c);
    let first = local.chars().next()?;
    let fits = local.len() <= LONGEST_LOCAL && form.len() <= LONGEST_ADDRESS && local.chars().all(sign);
    let begins = first.is_alphanumeric() || first == '_';
    let dotted = !local.contains("..") && !local.ends_with('.');
    (fits && begins && dotted && is_host(host)).then(|| form.clone().into_owned())
}

/// Whether a host can be one: it holds a dot between labels that UTS 46 accepts.
fn is_host(host: &str) -> bool {
    let labels = host.split('.').count();
    let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    labels >= 2
        && host.chars().all(plain)
        && host.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && idna::domain_to_ascii_strict(host).is_ok_and(|ascii| ascii.len() <= 253)
}

fn gmail_fold(address: &str) -> String {
    match address.split_once('@') {
        Some((local, host)) if FOLDED_HOSTS.contains(&host) => {
            let bare = local.split('+').next().unwrap_or_default().replace('.', "");
            format!("{bare}@{host}")
        }
        _ => address.to_owned(),
    }
}

/// Two letters in capitals. `UK` is what people write for `GB`.
#[must_use]
pub fn iso2(text: &str) -> Option<String> {
    let country = text.trim().to_ascii_uppercase();
    let letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    letters.then(|| if country == "UK" { "GB".to_owned() } else { country })
}

/// Whether a spreadsheet would run a cell. A phone number as `+` and digits is shown as it is or as a number, never run.
#[must_use]
pub fn would_run(cell: &str) -> bool {
    let number =
        cell.strip_prefix('+').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
    !number && cell.starts_with(RUN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str, region: Option<&str>, makers: &[Maker]) -> Option<String> {
        makers.iter().try_fold(text.to_owned(), |text, maker| maker.make(&text, region))
    }

    const GOOGLE: [Maker; 3] = [Maker::Email, Maker::GmailFold, Maker::Sha256Hex];
    const META: [Maker; 2] = [Maker::Email, Maker::Sha256Hex];

    /// From the tests and pages of Google (data-manager-python util 0.4.0, `formatter_test.py`), `TikTok` (customer file page,
    /// Segment's test) and Meta's rules, each digest recomputed with `sha256sum`.
    #[test]
    fn hashes_are_those_that_platforms_print() {
        let google = [
            ("  ALEXZ@example.com ", "alexz@example.com"),
            ("Jane.Doe@Gmail.com", "janedoe@gmail.com"),
            ("cloudy.sanfrancisco+shopping@gmail.com", "cloudysanfrancisco@gmail.com"),
            ("user.name+NYC@Example.com", "user.name+nyc@example.com"),
        ];
        for (raw, plain) in google {
            assert_eq!(made(raw, None, &GOOGLE[..2]).as_deref(), Some(plain), "{raw}");
        }
        let begins = |raw: &str, region, makers: &[Maker], start: &str, end: &str| {
            let hash = made(raw, region, makers).expect("made");
            assert!(hash.len() == 64 && hash.starts_with(start) && hash.ends_with(end), "{raw}: {hash}");
        };
        begins("  ALEXZ@example.com ", None, &GOOGLE, "509e933019bb", "47b4fd8a");
        begins("Jane.Doe@Gmail.com", None, &GOOGLE, "d6117306485e", "3656c69");
        begins("Jane.Doe@Gmail.com", None, &META, "831f6494ad6b", "a177f982");
        begins("cloudy.sanfrancisco+shopping@gmail.com", None, &GOOGLE, "223ebda6f688", "53e9f9c4");
        begins("user.name+NYC@Example.com", None, &GOOGLE, "f109a2a632fb", "22acccdac");
        begins("jose@M\u{dc}LLER.example", None, &GOOGLE, "9909f9fd4be1", "65b0217");
        let full = "77bc071241f37b4736df28c0c1cb0a99163d1050696134325b99246b2183d408";
        assert_eq!(made("scroogemcduck@disney.com", None, &META).as_deref(), Some(full));
        let us = Some("US");
        begins("1-800-555-0100", us, &[Maker::E164, Maker::Sha256Hex], "fb4f73a6ec5f", "8c517b30");
        begins("1-800-555-0100", us, &[Maker::E164, Maker::Digits, Maker::Sha256Hex], "92cfdc5fbcd4", "0653046c");
    }

    #[test]
    fn what_no_destination_takes_is_no_address() {
        for bad in [
            "",
            "a",
            "@b.example",
            "a@b",
            "a@b@c.example",
            "a b@c.example",
            "a,b@c.example",
            "\"a\"@c.example",
            "a@c..example",
            "a..b@c.example",
            "a.@c.example",
            "a@-c.example",
            "a@c.example-",
            "=cmd@c.example",
            "+a@c.example",
            "-a@c.example",
            "a@c.example\u{0}",
            "a\n@c.example",
        ] {
            assert_eq!(email(bad), None, "{bad:?}");
        }
        assert_eq!(email(&format!("{}@c.example", "a".repeat(65))), None);
        assert!(email(&format!("{}@c.example", "a".repeat(64))).is_some());
        assert_eq!(email("Jose\u{301}@Mail.Example").as_deref(), Some("jos\u{e9}@mail.example"));
        assert_eq!(Maker::Sha256Hex.make("jos\u{e9}@mail.example", None), None, "helpers disagree about its bytes");
    }

    #[test]
    fn countries_are_two_letters() {
        for (raw, made) in
            [("de", Some("DE")), (" Fr ", Some("FR")), ("UK", Some("GB")), ("Germany", None), ("D1", None)]
        {
            assert_eq!(iso2(raw).as_deref(), made, "{raw}");
        }
    }

    #[test]
    fn a_number_with_its_plus_is_no_formula_and_everything_else_that_begins_like_one_is() {
        for cell in ["=1+1", "+cmd", "-5", "@SUM(A1)", "\tx", "\rx", "+", "+49 30"] {
            assert!(would_run(cell), "{cell:?}");
        }
        for cell in ["+4930123456", "a=1", "", "S01", "x@y.example"] {
            assert!(!would_run(cell), "{cell:?}");
        }
    }
}
