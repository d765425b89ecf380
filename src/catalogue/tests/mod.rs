//! The shipped catalogue holds together, a folder of one's own is laid over it, and each mistake is refused by name.

mod own_folder;
mod refused;
mod shipped;

use super::*;

fn own(file: &str, text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::with_overrides(&[(file.to_owned(), text.to_owned())])
}

fn refusal(file: &str, text: &str) -> CatalogueError {
    own(file, text).expect_err("must be refused")
}

fn element(slug: &str) -> ElementId {
    ElementId::parse(slug).unwrap()
}

fn close(seen: &[f64], expected: &[f64]) -> bool {
    seen.len() == expected.len() && seen.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9)
}
