//! Phone numbers by the rules of their country, or none: cleaning digits alone makes numbers of other people.

use std::sync::LazyLock;

use super::digits::DigitPattern;

/// How numbers are dialed and which are valid; its head says what the columns are.
const RULES: &str = include_str!("../../../data/audiences/phones.tsv");

/// Longest cell that is looked at: nobody writes a number longer, extension and all.
const LONGEST: usize = 64;

/// Lengths of a number without the code of its country (ITU-T E.164; libphonenumber allows two more).
const SHORTEST_NATIONAL: usize = 2;
const LONGEST_NATIONAL: usize = 17;

/// Signs that stand between digits.
const BETWEEN: [char; 18] = [
    ' ', '-', '(', ')', '/', '.', '[', ']', '~', '\u{a0}', '\u{ad}', '\u{200b}', '\u{2060}', '\u{3000}', '\u{ff08}',
    '\u{ff09}', '\u{ff0e}', '\u{2212}',
];

/// Beginnings of an extension, which is left out.
const EXTENSIONS: [&str; 6] = ["ext", ";ext=", "x", "#", ",", ";"];

/// The rules of a region.
struct PhoneRegion {
    code: &'static str,
    id: &'static str,
    international: Option<DigitPattern>,
    prefix: Option<DigitPattern>,
    becomes: &'static str,
    leading: Option<DigitPattern>,
    lengths: Vec<usize>,
    numbers: DigitPattern,
    typed: DigitPattern,
}

static REGIONS: LazyLock<Vec<PhoneRegion>> = LazyLock::new(|| {
    let lines = RULES.lines().filter(|line| !line.starts_with('#'));
    let pattern = |text: &str| (!text.is_empty()).then(|| DigitPattern::new(text));
    let region = |line: &'static str| {
        let mut cells = line.split('\t');
        let mut cell = || cells.next().unwrap_or_default();
        PhoneRegion {
            code: cell(),
            id: cell(),
            international: pattern(cell()),
            prefix: pattern(cell()),
            becomes: cell(),
            leading: pattern(cell()),
            lengths: cell().split(',').filter_map(|length| length.parse().ok()).collect(),
            numbers: DigitPattern::new(cell()),
            typed: DigitPattern::new(cell()),
        }
    };
    lines.map(region).collect()
});

/// A number as `+` and digits (E.164), where it is valid by the rules of its country; else `None`. `region`: the country, two
/// letters, that a number without its code is dialed in; without it only numbers with a code can be read.
///
/// METHOD: the way of libphonenumber (Google, Apache-2.0), which platforms advise, with its rules as data. Letters on keys are no
/// digits here, and an extension is left out.
pub(super) fn e164(text: &str, region: Option<&str>) -> Option<String> {
    let (plus, digits) = dialed(text)?;
    let (code, national) = if plus {
        of_code(&digits)?
    } else {
        let home = REGIONS.iter().find(|own| Some(own.id) == region && own.id != "001")?;
        at_home(&digits, home)?
    };
    let fits = (SHORTEST_NATIONAL..=LONGEST_NATIONAL).contains(&national.len());
    (fits && is_valid(code, national.as_bytes())).then(|| format!("+{code}{national}"))
}

/// The digits of a text, and whether a plus stands before them; `None` = it holds something else.
fn dialed(text: &str) -> Option<(bool, String)> {
    if text.len() > LONGEST {
        return None;
    }
    let begin = text.find(|c| is_plus(c) || digit(c).is_some())?;
    let (mut plus, mut digits) = (false, String::new());
    for (at, sign) in text[begin..].char_indices() {
        if let Some(digit) = digit(sign) {
            digits.push(digit);
        } else if is_plus(sign) {
            if plus || !digits.is_empty() {
                return None;
            }
            plus = true;
        } else if !BETWEEN.contains(&sign) && !('\u{2010}'..='\u{2015}').contains(&sign) {
            let rest = text[begin + at..].to_lowercase();
            if EXTENSIONS.iter().any(|begin| rest.starts_with(begin)) {
                break;
            }
            return None;
        }
    }
    Some((plus, digits))
}

fn is_plus(sign: char) -> bool {
    matches!(sign, '+' | '\u{ff0b}')
}

/// A digit of the scripts that phones have.
fn digit(sign: char) -> Option<char> {
    let zero =
        ['0', '\u{ff10}', '\u{660}', '\u{6f0}'].into_iter().find(|zero| (*zero..=from(*zero, 9)).contains(&sign))?;
    char::from_digit(u32::from(sign) - u32::from(zero), 10)
}

fn from(zero: char, more: u32) -> char {
    char::from_u32(u32::from(zero) + more).unwrap_or(zero)
}

/// Regions of a code, the main one first.
fn of(code: &str) -> impl Iterator<Item = &'static PhoneRegion> {
    REGIONS.iter().filter(move |region| region.code == code)
}

/// A number that begins with the code of its country.
fn of_code(digits: &str) -> Option<(&'static str, String)> {
    let code = |length: usize| digits.get(..length).and_then(|code| of(code).next());
    let main = (1..=3).find_map(code)?;
    Some((main.code, main.without_prefix(&digits[main.code.len()..])))
}

/// A number as it is dialed in a country.
fn at_home(digits: &str, home: &'static PhoneRegion) -> Option<(&'static str, String)> {
    if let Some((end, _)) = home.international.as_ref().and_then(|prefix| prefix.begins(digits.as_bytes())) {
        let rest = &digits[end..];
        // After the international prefix comes the code of a country, none of which begins with 0.
        if !rest.starts_with('0') {
            return of_code(rest);
        }
    }
    // Some write the code of the country without its plus.
    if let Some(rest) = digits.strip_prefix(home.code) {
        let inner = home.stripped(rest);
        let only = !home.numbers.is_all(digits.as_bytes()) && home.numbers.is_all(inner.as_bytes());
        if only || home.lengths.iter().max().is_some_and(|most| digits.len() > *most) {
            return Some((home.code, home.without_prefix(rest)));
        }
    }
    Some((home.code, home.without_prefix(digits)))
}

impl PhoneRegion {
    /// Without what is dialed first inside the country, where what is left has a length that a number can have.
    fn without_prefix(&self, digits: &str) -> String {
        let stripped = self.stripped(digits);
        let longest = self.lengths.iter().max().copied().unwrap_or(0);
        let fits = self.lengths.contains(&stripped.len()) || stripped.len() > longest;
        if fits { stripped } else { digits.to_owned() }
    }

    fn stripped(&self, digits: &str) -> String {
        let Some(prefix) = &self.prefix else { return digits.to_owned() };
        let Some((end, captured)) = prefix.begins(digits.as_bytes()) else { return digits.to_owned() };
        let cut = |place: usize| captured.get(place).copied().flatten().map(|(from, to)| &digits[from..to]);
        let last = prefix.captures().checked_sub(1);
        let rewritten = !self.becomes.is_empty() && last.is_some_and(|last| cut(last).is_some());
        let changed = if rewritten {
            let first = self.becomes.replace("\\1", cut(0).unwrap_or_default());
            format!("{}{}", first.replace("\\2", cut(1).unwrap_or_default()), &digits[end..])
        } else {
            digits[end..].to_owned()
        };
        let was = self.numbers.is_all(digits.as_bytes());
        if was && !self.numbers.is_all(changed.as_bytes()) { digits.to_owned() } else { changed }
    }

    /// Whether a number is one of a known type here.
    fn knows(&self, national: &[u8]) -> bool {
        self.lengths.contains(&national.len()) && self.numbers.is_all(national) && self.typed.is_all(national)
    }
}

fn is_valid(code: &str, national: &[u8]) -> bool {
    let several = of(code).count() > 1;
    let own = of(code).find(|region| match &region.leading {
        _ if !several => true,
        Some(leading) => leading.begins(national).is_some(),
        None => region.knows(national),
    });
    own.is_some_and(|region| region.knows(national))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Worked with phonenumberslite 9.0; the three helpers of platforms get most of these wrong.
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
            ("1-800-FLOWERS", Some("US"), None),
            ("", Some("US"), None),
        ] {
            assert_eq!(e164(raw, region).as_deref(), number, "{raw}");
        }
        assert_eq!(REGIONS.len(), 254);
    }

    /// 2,000 writings of numbers of all countries, right and wrong, with what phonenumberslite makes of them.
    #[test]
    fn writings_of_all_countries_are_read_as_libphonenumber_reads_them() {
        let golden = include_str!("../../../tests/fixtures/phones.tsv");
        let mut seen = 0;
        for line in golden.lines().filter(|line| !line.starts_with('#')) {
            let cells: Vec<&str> = line.split('\t').collect();
            let (region, raw, number) = (cells[0], cells[1], Some(cells[2]).filter(|number| !number.is_empty()));
            let region = Some(region).filter(|region| !region.is_empty());
            assert_eq!(e164(raw, region).as_deref(), number, "{line}");
            seen += 1;
        }
        assert!(seen >= 2_000, "{seen}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_and_what_it_makes_is_a_plus_and_digits(
            text in ".{0,40}",
            dialed in "\\+?[0-9 ()/.-]{0,20}",
        ) {
            for text in [text, dialed] {
                for region in [None, Some("US"), Some("DE"), Some("IT"), Some("AR"), Some("MX")] {
                    if let Some(number) = e164(&text, region) {
                        prop_assert!(number.len() <= 1 + 3 + 17 && number[1..].bytes().all(|b| b.is_ascii_digit()));
                        prop_assert_eq!(e164(&number, None), Some(number.clone()));
                    }
                }
            }
        }
    }
}
