//! Answers as numbered cells: 60 for ratings (importance, then fulfillment), and one per attitude question.

use super::super::names::nearest;
use super::super::spec::TableName;
use crate::catalogue::{Catalogue, ElementId};
use crate::model::rows::{Aspect, Question};

/// The cells a table of answers has.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    table: TableName,
    names: Vec<String>,
}

impl Cells {
    /// The 60 rating indicators, in the order of the model.
    pub(super) fn ratings() -> Self {
        let aspects = [Aspect::Importance, Aspect::Fulfillment];
        let names = aspects.iter().flat_map(|a| ElementId::all().map(move |e| format!("{}_{}", a.slug(), e.slug())));
        Self { table: TableName::Ratings, names: names.collect() }
    }

    /// The attitude questions, then `want_…` and `helps_…` for each motivator.
    pub(super) fn attitudes(catalogue: &Catalogue) -> Self {
        let mut names: Vec<String> = Question::ALL.iter().map(|question| question.slug().to_owned()).collect();
        for prefix in ["want", "helps"] {
            names.extend(catalogue.motivators().iter().map(|motivator| format!("{prefix}_{}", motivator.id())));
        }
        Self { table: TableName::Attitudes, names }
    }

    /// Which table the cells belong to.
    pub(super) fn table(&self) -> TableName {
        self.table
    }

    /// Names of all cells, in order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Name of a cell, a column name in scratch tables.
    pub(super) fn name(&self, cell: usize) -> &str {
        &self.names[cell]
    }

    /// Number of the cell with this name.
    pub(super) fn by_name(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|own| own == name)
    }

    /// The cell of a question as people write it: any case, a motivator with or without its `m_`.
    pub(super) fn question(&self, text: &str) -> Option<usize> {
        let plain = text.trim().to_lowercase().replace([' ', '-'], "_");
        self.by_name(&plain).or_else(|| {
            let (prefix, motivator) = plain.split_once('_')?;
            self.by_name(&format!("{prefix}_m_{motivator}"))
        })
    }

    /// Questions that look like `text`.
    pub(super) fn near_question(&self, text: &str) -> Vec<String> {
        nearest(text, self.names.iter().map(String::as_str))
    }
}

/// The element people mean: its id, or its name in any case with blanks or hyphens.
pub(super) fn element_of(text: &str) -> Option<ElementId> {
    ElementId::parse(text).or_else(|| ElementId::parse(&text.trim().to_lowercase().replace([' ', '-', '/'], "_")))
}

/// The aspect people mean; `performance` and `delivery` stand for fulfillment.
pub(super) fn aspect_of(text: &str) -> Option<Aspect> {
    match text.trim().to_lowercase().as_str() {
        "importance" => Some(Aspect::Importance),
        "fulfilment" | "fulfillment" | "performance" => Some(Aspect::Fulfillment),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::N_RATINGS;

    #[test]
    fn rating_cells_are_the_indicators_of_the_model() {
        let cells = Cells::ratings();
        assert_eq!(cells.names.len(), N_RATINGS);
        for element in ElementId::all() {
            for aspect in [Aspect::Importance, Aspect::Fulfillment] {
                let name = format!("{}_{}", aspect.slug(), element.slug());
                assert_eq!(cells.by_name(&name), Some(aspect.indicator(element)));
            }
        }
    }

    #[test]
    fn questions_and_elements_are_found_as_people_write_them() {
        let cells = Cells::attitudes(&Catalogue::embedded());
        assert_eq!(cells.question("Good brand"), cells.by_name("good_brand"));
        assert!(cells.question("want_belonging").is_some());
        assert_eq!(cells.question("wants"), None);
        assert_eq!(element_of("Saves Time"), ElementId::parse("saves_time"));
        assert_eq!(aspect_of(" Fulfillment"), Some(Aspect::Fulfillment));
    }
}
