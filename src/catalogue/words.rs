//! The words in which plays speak of what a company sells and where: a small set, filled by each industry in its own way.
//!
//! A text says `{product}`, `{a product}`, `{Product}` or `{A product}`. `{item}`, in plays about an element, is what the
//! company calls that element itself.

use std::collections::BTreeMap;

use super::CatalogueError;
use super::element::nearest_of;

/// Every word a text may hold, and what it stands for.
pub const PLAY_WORDS: [(&str, &str); 13] = [
    ("customer", "one who buys or uses"),
    ("customers", "several of them"),
    ("product", "what is bought, used or kept"),
    ("products", "several of them"),
    ("order", "the act of getting one"),
    ("orders", "several of them"),
    ("visit", "one use, stay or call"),
    ("visits", "several of them"),
    ("store", "a place customers come to"),
    ("staff", "the people who serve; a plural"),
    ("basket", "what one customer usually takes"),
    ("price", "what is charged"),
    ("prices", "several of them"),
];

/// Stands for what the company calls an element; filled play by play.
const ITEM: &str = "item";

/// The words of one company.
#[derive(Clone, Debug, Default)]
pub(super) struct PlayWords(BTreeMap<String, String>);

/// Why a text cannot be filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum WordProblem {
    /// A word that is none of the declared ones.
    Unknown(String),
    /// A brace without its counterpart.
    Brace,
}

impl PlayWords {
    /// The words of `files`, later ones before earlier ones: every declared word said, and no other.
    pub(super) fn checked(said: &BTreeMap<String, (String, String)>) -> Result<Self, CatalogueError> {
        let known = || PLAY_WORDS.iter().map(|(word, _)| *word);
        let mut words = BTreeMap::new();
        for (word, (file, text)) in said {
            if !known().any(|other| other == word) {
                return Err(CatalogueError::UnknownWord {
                    file: file.clone(),
                    id: "words".to_owned(),
                    key: "words",
                    got: word.as_str().into(),
                    expected: known().collect::<Vec<_>>().join(", ").into(),
                    nearest: nearest_of(word, known()).map(Into::into),
                });
            }
            if text.trim().is_empty() {
                return Err(CatalogueError::Empty { file: file.clone(), id: word.clone(), key: "words" });
            }
            words.insert(word.clone(), text.trim().to_owned());
        }
        match known().find(|word| !words.contains_key(*word)) {
            Some(word) => Err(CatalogueError::Missing { what: format!("word `{word}` in words.toml") }),
            None => Ok(Self(words)),
        }
    }

    /// The text with every word in its place; `item` is what the company calls the element, in plays about one.
    pub(super) fn fill(&self, text: &str, item: Option<&str>) -> Result<String, WordProblem> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (before, at) = rest.split_at(open);
            filled.push_str(before);
            let inner = at.strip_prefix('{').ok_or(WordProblem::Brace)?;
            let close = inner.find(['{', '}']).filter(|place| inner[*place..].starts_with('}'));
            let (word, after) = inner.split_at(close.ok_or(WordProblem::Brace)?);
            filled.push_str(&self.said(word, item)?);
            rest = &after[1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The text with the company's word for its customers in place of ours, outside quotation marks “…”.
    pub(super) fn of_customers(&self, text: &str) -> String {
        let (one, several) = (&self.0["customer"], &self.0["customers"]);
        let mut quoted = 0;
        let said = text.split_inclusive(|letter: char| !letter.is_alphanumeric()).map(|part| {
            let word = part.trim_end_matches(|letter: char| !letter.is_alphanumeric());
            let own = match word {
                _ if quoted > 0 => word,
                "customer" => one,
                "customers" => several,
                other => other,
            };
            quoted += part.matches('“').count();
            quoted -= part.matches('”').count().min(quoted);
            [own, &part[word.len()..]]
        });
        said.flatten().map(str::to_owned).collect()
    }

    /// What stands for the inside of a pair of braces.
    fn said(&self, inside: &str, item: Option<&str>) -> Result<String, WordProblem> {
        let small = inside.to_lowercase();
        let (article, word) = small.strip_prefix("a ").map_or((false, small.as_str()), |word| (true, word));
        let own = match item {
            Some(item) if word == ITEM => Some(item),
            _ => self.0.get(word).map(String::as_str),
        };
        let own = own.ok_or_else(|| WordProblem::Unknown(word.to_owned()))?;
        let said = if article { format!("{} {own}", article_of(own)) } else { own.to_owned() };
        Ok(if inside.starts_with(char::is_uppercase) { capitalized(&said) } else { said })
    }
}

/// `a` or `an`, by how the word begins to sound.
fn article_of(word: &str) -> &'static str {
    let consonant = ["us", "uni", "eu", "one"].iter().any(|start| word.starts_with(start));
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) && !consonant { "an" } else { "a" }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(product: &str) -> PlayWords {
        let mut said: BTreeMap<String, (String, String)> =
            PLAY_WORDS.iter().map(|(w, _)| ((*w).to_owned(), ("words.toml".to_owned(), (*w).to_owned()))).collect();
        said.insert("product".to_owned(), ("words.toml".to_owned(), product.to_owned()));
        PlayWords::checked(&said).unwrap()
    }

    #[test]
    fn words_are_filled_with_article_and_capital() {
        let fill = |product: &str, text: &str| words(product).fill(text, None).unwrap();
        assert_eq!(
            fill("account", "Open {a product}. {Product} by {product}."),
            "Open an account. Account by account."
        );
        assert_eq!(fill("stay", "{A product} of one night"), "A stay of one night");
        assert_eq!(fill("user", "{a product}"), "a user");
        assert_eq!(words("x").fill("low answers on {item}", Some("“Leg room”")).unwrap(), "low answers on “Leg room”");
    }

    #[test]
    fn an_unknown_word_and_a_lonely_brace_are_refused() {
        let fill = |text: &str| words("x").fill(text, None).unwrap_err();
        assert_eq!(fill("the {parcel}"), WordProblem::Unknown("parcel".to_owned()));
        assert_eq!(fill("{item}"), WordProblem::Unknown("item".to_owned()));
        for text in ["the {product", "the product}", "{{product}}"] {
            assert_eq!(fill(text), WordProblem::Brace, "{text}");
        }
    }

    #[test]
    fn a_word_left_out_or_not_declared_is_refused() {
        let own = |word: &str| (word.to_owned(), ("words.toml".to_owned(), "x".to_owned()));
        let mut said: BTreeMap<_, _> = PLAY_WORDS.iter().map(|(word, _)| own(word)).collect();
        said.remove("basket");
        let error = PlayWords::checked(&said).unwrap_err();
        assert_eq!(error, CatalogueError::Missing { what: "word `basket` in words.toml".to_owned() });
        said.extend([own("basket"), own("prize")]);
        let error = PlayWords::checked(&said).unwrap_err();
        assert!(
            matches!(&error, CatalogueError::UnknownWord { nearest: Some(near), .. } if &**near == "price"),
            "{error}"
        );
    }
}
