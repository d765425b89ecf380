//! What the company has and what it calls things, as far as it says so or its data show it.

use std::collections::BTreeMap;

use crate::catalogue::{Capabilities, Capability, Catalogue, ElementId};
use crate::job::settings::{CompanySettings, Settings};

/// Order lines by a channel from which on the company surely has it. Our judgment: fewer may be a slip of the pen.
const SURE_ORDERS: u64 = 100;

/// Fewest letters of a name that is in words and no code such as `Q7`.
const FEWEST_LETTERS: usize = 4;

/// The catalogue with the plays and channels that this company has; `channels` are those of its orders, with their lines.
pub(super) fn offered(catalogue: &Catalogue, company: &CompanySettings, channels: &BTreeMap<String, u64>) -> Catalogue {
    catalogue.clone().with_capabilities(&capabilities(company, channels))
}

/// What the company says it has, and what the channels of its orders, with their number of lines, prove.
fn capabilities(company: &CompanySettings, channels: &BTreeMap<String, u64>) -> Capabilities {
    let sure = channels.iter().filter(|(_, lines)| **lines >= SURE_ORDERS);
    company.capabilities.iter().copied().chain(sure.filter_map(|(word, _)| Capability::shown_by(word))).collect()
}

/// What the company calls elements: as configured, else the column of a wide survey where all such columns of the element
/// have one name and it is in words.
pub(super) fn items(settings: &Settings) -> BTreeMap<ElementId, String> {
    let wide = settings.tables.values().flat_map(|specs| specs.as_slice()).filter_map(|spec| spec.wide.as_ref());
    let asked = wide.flat_map(|wide| &wide.elements);
    let mut columns: BTreeMap<ElementId, Vec<&str>> = BTreeMap::new();
    for (element, column) in asked.filter_map(|(slug, column)| Some((ElementId::parse(slug)?, column))) {
        columns.entry(element).or_default().push(column.trim());
    }
    let of = |(element, names): (ElementId, Vec<&str>)| {
        let first = *names.first()?;
        let same = names.iter().all(|name| *name == first);
        (same && in_words(first) && first != element.slug()).then(|| (element, first.to_owned()))
    };
    let mut items: BTreeMap<ElementId, String> = columns.into_iter().filter_map(of).collect();
    items.extend(settings.company.items.iter().map(|(element, item)| (*element, item.trim().to_owned())));
    items
}

/// Whether a column is named as people speak: letters with blanks between, and no code.
fn in_words(name: &str) -> bool {
    let plain = |c: char| c.is_alphabetic() || c == ' ' || matches!(c, '/' | '-' | '\'' | '&' | ',');
    name.chars().all(plain) && name.chars().filter(|c| c.is_alphabetic()).count() >= FEWEST_LETTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(tables: &str) -> Settings {
        toml::from_str(&format!("[project]\nname = \"x\"\n{tables}")).expect("valid")
    }

    fn items_of(tables: &str) -> Vec<(&'static str, String)> {
        items(&settings(tables)).into_iter().map(|(element, item)| (element.slug(), item)).collect()
    }

    #[test]
    fn the_column_of_a_survey_is_the_wording_where_it_is_in_words() {
        let wide = "[tables.ratings]\nsource = \"s\"\nwide = { id = \"n\", elements = { wellness = \"Leg room service\", \
            quality = \"Q1\", informs = \"online_support\", saves_time = \"saves_time\" } }\n";
        assert_eq!(items_of(wide), [("wellness", "Leg room service".to_owned())]);
        let own = format!("{wide}[company]\nitems = {{ wellness = \"Leg room\", quality = \"Seats\" }}\n");
        assert_eq!(items_of(&own), [("quality", "Seats".to_owned()), ("wellness", "Leg room".to_owned())]);
    }

    #[test]
    fn two_columns_with_different_names_say_nothing() {
        let part = |column: &str| {
            format!(
                "[[tables.ratings]]\nsource = \"s\"\nwide = {{ id = \"n\", elements = {{ wellness = \"{column}\" }} }}\n"
            )
        };
        assert_eq!(items_of(&(part("Leg room") + &part("Seat pitch"))), []);
        assert_eq!(items_of(&(part("Leg room") + &part("Leg room"))).len(), 1);
    }

    #[test]
    fn what_the_company_has_is_what_it_says_and_what_many_orders_came_by() {
        let company = settings("[company]\ncapabilities = [\"loyalty\"]\n").company;
        let channels: BTreeMap<String, u64> =
            [("store", 100), ("app", 99), ("web", 5_000), ("kiosk", 9_000)].map(|(w, n)| (w.to_owned(), n)).into();
        let has = capabilities(&company, &channels);
        let all: Vec<&str> = Capability::ALL.into_iter().filter(|c| has.has(*c)).map(Capability::slug).collect();
        assert_eq!(all, ["stores", "web", "loyalty"]);
    }
}
