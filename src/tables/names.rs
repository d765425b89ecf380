//! Names that were probably meant.

/// Least likeness (Jaro–Winkler on lower-case letters and digits) of a suggestion. Our judgment.
const LIKENESS: f64 = 0.72;

/// At most three of `known` that look like `wanted`, likeliest first.
///
/// Where a header line is missing, its place is taken by somebody's data. So what may be an id, a number or an address is
/// never suggested, but to those who wrote a name with digits themselves.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let digits = wanted.contains(|c: char| c.is_ascii_digit());
    let wanted = bare(wanted);
    let mut likely: Vec<(f64, &str)> = known
        .into_iter()
        .filter(|name| digits || !may_be_data(name))
        .map(|name| {
            let other = bare(name);
            let inside = wanted.len() >= 4 && other.len() >= 4 && (other.contains(&wanted) || wanted.contains(&other));
            let longer = wanted.chars().count().max(other.chars().count());
            let slip = strsim::osa_distance(&wanted, &other) <= longer / 3;
            let likeness = strsim::jaro_winkler(&wanted, &other);
            (likeness.max(if inside { 0.9 } else { 0.0 }).max(if slip { 0.8 } else { 0.0 }), name)
        })
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    likely.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// Whether what stands in a header may be data: two digits in a row, or a sign that is in addresses.
fn may_be_data(name: &str) -> bool {
    name.contains('@') || name.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_digit))
}

/// Whether a name differs from a known one by so little that it is more likely a slip than a name of its own.
pub(crate) fn slip_of<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = bare(name);
    known.into_iter().find(|other| {
        let other = bare(other);
        let longer = wanted.chars().count().max(other.chars().count());
        other == wanted || (longer >= 5 && strsim::osa_distance(&wanted, &other) <= longer / 8 + 1)
    })
}

/// `; did you mean …?` or nothing.
pub(crate) fn suggestion(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        many => format!("; did you mean one of `{}`?", many.join("`, `")),
    }
}

fn bare(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_name_comes_first() {
        let known = ["CustomerNo", "order_no", "amount", "customer_since"];
        assert_eq!(nearest("customer_no", known)[0], "CustomerNo");
        assert!(nearest("zzz", known).is_empty());
        assert_eq!(nearest("cmr", ["crm", "shop"]), ["crm"]);
    }

    #[test]
    fn what_may_be_somebodys_data_is_not_suggested() {
        let row = ["customer00417", "customer@example.org", "customer_no"];
        assert_eq!(nearest("customer", row), ["customer_no"]);
        assert_eq!(nearest("q11", ["q10", "q12"]), ["q10", "q12"]);
    }

    #[test]
    fn a_slip_is_told_from_a_name_of_its_own() {
        let known = ["consent_email", "weight", "minor"];
        assert_eq!(slip_of("consent_emial", known), Some("consent_email"));
        assert_eq!(slip_of("Weight", known), Some("weight"));
        assert_eq!(slip_of("height_cm", known), None);
        assert_eq!(slip_of("region", known), None);
    }
}
