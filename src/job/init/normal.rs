//! What can be done to ids so that two files meet: tried on their values, and said.

use std::collections::BTreeSet;

/// Something done to an id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Normal {
    /// `="000005"` of spreadsheets becomes `000005`.
    Formula,
    /// Characters that nobody sees are taken out.
    Invisible,
    /// An apostrophe before digits is taken off.
    Apostrophe,
    /// Case does not tell people apart.
    Lower,
    /// The first 15 characters of an 18-character id of Salesforce.
    Fifteen,
    /// Leading zeros that were lost are put back, up to this many digits.
    Zeros(usize),
}

/// Characters that nobody sees and no id has: zero-width ones, marks of byte order, blanks that do not break.
const INVISIBLE: [char; 8] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}', '\u{FEFF}', '\u{A0}', '\u{202F}', '\t'];

/// Share of the ids of the smaller file that must meet more than before. Our judgment.
const GAIN: f64 = 0.02;

impl Normal {
    /// The id after it.
    pub(super) fn apply(&self, id: &str) -> String {
        match self {
            Self::Formula => id.strip_prefix("=\"").and_then(|id| id.strip_suffix('"')).unwrap_or(id).to_owned(),
            Self::Invisible => id.replace(INVISIBLE, ""),
            Self::Apostrophe => id.strip_prefix('\'').unwrap_or(id).to_owned(),
            Self::Lower => id.to_lowercase(),
            Self::Fifteen if id.len() == 18 && id.is_ascii() => id[..15].to_owned(),
            Self::Fifteen => id.to_owned(),
            Self::Zeros(digits) if id.len() < *digits && id.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{id:0>digits$}")
            }
            Self::Zeros(_) => id.to_owned(),
        }
    }

    /// The same in SQL, over an expression that gives text.
    pub(super) fn sql(&self, id: &str) -> String {
        match self {
            Self::Formula => format!("replace(replace({id}, '=\"', ''), '\"', '')"),
            Self::Invisible => format!("translate({id}, '{}', '')", INVISIBLE.iter().collect::<String>()),
            Self::Apostrophe => format!("ltrim({id}, '''')"),
            Self::Lower => format!("lower({id})"),
            Self::Fifteen => format!("case when length({id}) = 18 then substr({id}, 1, 15) else {id} end"),
            Self::Zeros(digits) => {
                format!("case when length({id}) < {digits} then lpad({id}, {digits}, '0') else {id} end")
            }
        }
    }

    /// What it does, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Formula => "without the signs =\"…\" of a spreadsheet".to_owned(),
            Self::Invisible => "without characters that nobody sees".to_owned(),
            Self::Apostrophe => "without the apostrophe in front".to_owned(),
            Self::Lower => "in lower case".to_owned(),
            Self::Fifteen => "by the first 15 characters".to_owned(),
            Self::Zeros(digits) => format!("with leading zeros up to {digits} digits"),
        }
    }
}

/// What makes more ids of two files meet without making two ids of one file the same; `None` = nothing does.
pub(super) fn gained(a: &BTreeSet<&str>, b: &BTreeSet<&str>) -> Option<Normal> {
    let smaller = a.len().min(b.len());
    if smaller == 0 {
        return None;
    }
    let before = a.intersection(b).count();
    let mut candidates = vec![Normal::Formula, Normal::Invisible, Normal::Apostrophe, Normal::Fifteen, Normal::Lower];
    candidates.extend(fixed_digits(a).or_else(|| fixed_digits(b)).map(Normal::Zeros));
    let mut best: Option<(usize, Normal)> = None;
    for normal in candidates {
        let apply = |ids: &BTreeSet<&str>| -> BTreeSet<String> { ids.iter().map(|id| normal.apply(id)).collect() };
        let (own, other) = (apply(a), apply(b));
        // Of two people one must not be made. Case is another matter: addresses differ in it by mistake.
        let keeps = own.len() == a.len() && other.len() == b.len();
        let addresses = normal == Normal::Lower && a.iter().chain(b).all(|id| id.contains('@'));
        let more = own.intersection(&other).count().saturating_sub(before);
        let enough = more as f64 > GAIN * smaller as f64;
        if enough && (keeps || addresses) && best.as_ref().is_none_or(|(most, _)| more > *most) {
            best = Some((more, normal));
        }
    }
    best.map(|(_, normal)| normal)
}

/// The number of digits that all ids have, where some begin with a zero.
fn fixed_digits(ids: &BTreeSet<&str>) -> Option<usize> {
    let first = ids.first()?.len();
    let fixed = ids.iter().all(|id| id.len() == first && id.bytes().all(|byte| byte.is_ascii_digit()));
    (fixed && first > 1 && ids.iter().any(|id| id.starts_with('0'))).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain(a: &[&str], b: &[&str]) -> Option<Normal> {
        gained(&a.iter().copied().collect(), &b.iter().copied().collect())
    }

    #[test]
    fn what_a_spreadsheet_or_a_crm_did_to_ids_is_undone() {
        assert_eq!(gain(&["=\"0001\"", "=\"0002\""], &["0001", "0002"]), Some(Normal::Formula));
        assert_eq!(gain(&["A1\u{200B}", "A2"], &["A1", "A2"]), Some(Normal::Invisible));
        assert_eq!(gain(&["'74101", "'74102"], &["74101", "74102"]), Some(Normal::Apostrophe));
        assert_eq!(gain(&["Ann@x.org", "bob@x.org"], &["ann@x.org", "bob@x.org"]), Some(Normal::Lower));
        assert_eq!(gain(&["0001", "0200"], &["1", "200"]), Some(Normal::Zeros(4)));
        assert_eq!(gain(&["003A000001AbCdEAAX"], &["003A000001AbCdE"]), Some(Normal::Fifteen));
        assert_eq!(gain(&["a", "b"], &["a", "b"]), None);
    }

    #[test]
    fn two_ids_that_differ_in_case_alone_stay_two_people() {
        assert_eq!(gain(&["abC", "abc", "x"], &["ABC", "X"]), None);
    }

    #[test]
    fn sql_does_what_was_tried() {
        assert_eq!(Normal::Zeros(4).sql("x"), "case when length(x) < 4 then lpad(x, 4, '0') else x end");
        assert_eq!(Normal::Zeros(4).apply("12"), "0012");
        assert_eq!(Normal::Apostrophe.sql("x"), "ltrim(x, '''')");
    }
}
