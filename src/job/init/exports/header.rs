//! The columns of a file, found again whatever their case, blanks and underscores.

/// Column names in the order of the file.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    names: Vec<String>,
    plain: Vec<String>,
}

impl Header {
    /// The header of these names; columns without a name keep their place.
    pub(super) fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let plain = names.iter().map(|name| plain(name)).collect();
        Self { names, plain }
    }

    /// Place of the first of the alternatives that is there: `A|B`, or `*_end` for the first column that ends so.
    pub(super) fn place(&self, wanted: &str) -> Option<usize> {
        wanted.split('|').find_map(|one| {
            if let Some(end) = one.strip_prefix('*') {
                let end = end.to_lowercase();
                return self.names.iter().position(|name| name.to_lowercase().ends_with(&end));
            }
            let wanted = plain(one);
            let exact = self.names.iter().position(|name| name == one);
            exact.or_else(|| self.plain.iter().position(|name| !name.is_empty() && *name == wanted))
        })
    }

    /// The column as it is written.
    pub(super) fn find(&self, wanted: &str) -> Option<&str> {
        self.place(wanted).map(|place| self.names[place].as_str())
    }

    /// All names, as they are written.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }
}

/// A name without case, blanks and underscores. Other signs stay: they tell `Email` from `Email?`.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && *c != '_' && *c != '\u{FEFF}').flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_in_any_case_with_blanks_or_underscores() {
        let header = Header::new(["Created at", "total_price", "Email?", "", "baseline_complete"]);
        assert_eq!(header.find("created_at"), Some("Created at"));
        assert_eq!(header.find("Total Price"), Some("total_price"));
        assert_eq!(header.find("Email"), None);
        assert_eq!(header.find("Email|created at"), Some("Created at"));
        assert_eq!(header.find("*_complete"), Some("baseline_complete"));
        assert_eq!(header.find(""), Some(""), "only by its exact name");
        assert_eq!(header.find(" "), None);
    }

    #[test]
    fn the_exact_name_goes_before_a_similar_one() {
        assert_eq!(Header::new(["email", "Email"]).find("Email"), Some("Email"));
    }
}
