//! Phone numbers by the rules of their country, or none: cleaning digits alone makes numbers of other people.

use std::str::FromStr as _;

use phonenumber::Mode;
use phonenumber::country::Id;

/// Longest cell that is looked at: nobody writes a number longer, extension and all.
const LONGEST: usize = 64;

/// A number as `+` and digits (E.164), where it is valid by the rules of its country; else `None`. `region`: the country, two
/// letters, that a number without its code is dialed in; without it only numbers with a code can be read.
///
/// METHOD: libphonenumber, as platforms advise, in a port with its data of version 9.0.33. An extension is left out.
pub(super) fn e164(text: &str, region: Option<&str>) -> Option<String> {
    let text = text.trim();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    if text.len() > LONGEST || digits < 4 {
        return None;
    }
    let region = region.and_then(|region| Id::from_str(region).ok());
    let number = phonenumber::parse(region, text).ok()?;
    phonenumber::is_valid(&number).then(|| phonenumber::format(&number).mode(Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Worked with phonenumberslite 9.0.42; the three helpers of platforms get most of these wrong.
    #[test]
    fn numbers_are_those_of_libphonenumber() {
        for (raw, region, number) in [
            ("(800) 555-0100", Some("US"), Some("+18005550100")),
            ("0049 30 123456", Some("DE"), Some("+4930123456")),
            ("030 123456", Some("DE"), Some("+4930123456")),
            ("+49 (0)30 123456", None, Some("+4930123456")),
            ("07911 123456", Some("GB"), Some("+447911123456")),
            ("+44 (0)7911 123456", None, Some("+447911123456")),
            ("+39 06 6982", None, Some("+39066982")),
            ("+1-800\u{2011}555\u{2011}0100", None, Some("+18005550100")),
            ("+33 6 12 34 56 78 ext. 9", None, Some("+33612345678")),
            ("+0000000000", None, None),
            ("\u{660}\u{663}\u{660}", Some("DE"), None),
            ("1234", Some("DE"), None),
            ("030 123456", None, None),
        ] {
            assert_eq!(e164(raw, region).as_deref(), number, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_it_makes_is_a_plus_and_digits(text in ".{0,40}", plus in "\\+?[0-9 ()/.-]{0,20}") {
            for text in [text, plus] {
                for region in [None, Some("US"), Some("DE"), Some("IT")] {
                    if let Some(number) = e164(&text, region) {
                        prop_assert!(number.len() <= 16 + 2 && number[1..].bytes().all(|b| b.is_ascii_digit()));
                        prop_assert_eq!(e164(&number, None), Some(number.clone()));
                    }
                }
            }
        }
    }
}
