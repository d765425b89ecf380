//! The page: views put into templates, with a policy that lets in nothing but our own style sheet.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::appendix::{Appendix, appendix};
use super::cards::{Card, cards};
use super::front::{Front, front};
use super::input::ReportInput;
use super::needs::{NeedsOverview, needs_overview};
use super::overview::{Health, SizeRow, health, sizes};
use super::plan_view::{PlanView, plan_views};
use super::relationship::{Closeness, closeness};
use super::sentences::{Sentence, sentences};
use super::words::date;
use crate::codes::{Code, Coded};
use crate::model::rows::{Aspect, HIGH_RULE};

const STYLE: &str = include_str!("report.css");
const TEMPLATES: [(&str, &str); 8] = [
    ("report.html", include_str!("report.html")),
    ("front.html", include_str!("front.html")),
    ("one_pager.html", include_str!("one_pager.html")),
    ("overview.html", include_str!("overview.html")),
    ("group.html", include_str!("group.html")),
    ("plans.html", include_str!("plans.html")),
    ("relationship.html", include_str!("relationship.html")),
    ("appendix.html", include_str!("appendix.html")),
];

/// The report could not be made: a template does not fit its views, which is a bug.
#[derive(Debug, thiserror::Error)]
#[error("the report could not be made")]
pub struct ReportError(#[from] minijinja::Error);

impl Coded for ReportError {
    fn code(&self) -> Code {
        Code::Report
    }
}

/// Everything the templates may name.
#[derive(Serialize)]
struct Page<'a> {
    style: &'a str,
    style_hash: String,
    project: &'a str,
    date: String,
    iso_date: String,
    /// What the colors compare; empty where nothing is known.
    shown: &'a str,
    front: Front,
    sentences: Vec<Sentence>,
    health: Health,
    sizes: Vec<SizeRow>,
    cards: Vec<Card>,
    needs: Option<NeedsOverview>,
    closeness: Closeness,
    plans: Vec<PlanView>,
    /// What "high" means.
    high_rule: &'static str,
    appendix: Appendix,
    version: &'a str,
}

/// The report as one HTML file.
///
/// # Errors
/// [`ReportError`] if a template does not fit its views.
pub fn render(input: &ReportInput<'_>) -> Result<String, ReportError> {
    page(input, "report.html")
}

/// Its first page alone, to be mailed.
///
/// # Errors
/// [`ReportError`] if a template does not fit its views.
pub fn one_pager(input: &ReportInput<'_>) -> Result<String, ReportError> {
    page(input, "one_pager.html")
}

fn page(input: &ReportInput<'_>, template: &str) -> Result<String, ReportError> {
    let mut engine = Environment::new();
    // A name that no view has is a bug and must fail, not leave a hole in the page.
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEMPLATES {
        engine.add_template(name, text)?;
    }
    let shown = match input.shown() {
        Some(Aspect::Importance) => "how much each element matters",
        Some(Aspect::Fulfillment) => "how well each element is delivered",
        None => "",
    };
    let page = Page {
        style: STYLE,
        style_hash: base64(&Sha256::digest(STYLE)),
        project: input.project,
        date: date(input.run_date),
        iso_date: input.run_date.to_string(),
        shown,
        front: front(input),
        sentences: sentences(input),
        health: health(input),
        sizes: sizes(input),
        cards: cards(input),
        needs: needs_overview(input),
        closeness: closeness(input),
        plans: plan_views(input),
        high_rule: HIGH_RULE,
        appendix: appendix(input),
        version: env!("CARGO_PKG_VERSION"),
    };
    Ok(engine.get_template(template)?.render(Serde(&page))?)
}

/// Base64 with padding (RFC 4648, section 4), for the hash in the page's policy.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for triple in bytes.chunks(3) {
        let bits = triple.iter().enumerate().fold(0u32, |bits, (i, byte)| bits | u32::from(*byte) << (16 - 8 * i));
        for place in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= triple.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648, section 10.
        let vectors =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (text, coded) in vectors {
            assert_eq!(base64(text.as_bytes()), coded);
        }
    }

    #[test]
    fn the_style_sheet_cannot_end_its_own_block_or_fetch_anything() {
        assert!(!STYLE.contains("</") && !STYLE.contains("url(h") && !STYLE.contains("@import"));
    }
}
