//! Files made of a view: pages with a policy that lets in nothing but our own style sheet, charts, and lines for a terminal.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value as Templated};
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::summary::{SUMMARY_NAME, summary_json, summary_text};
use super::texts::Texts;
use super::view::ReportView;
use crate::codes::{Code, Coded};

const CHARTS: &str = include_str!("templates/charts.css");
const STYLE: &str = include_str!("templates/report.css");
const TEMPLATES: [(&str, &str); 19] = [
    ("base.html", include_str!("templates/base.html")),
    ("report.html", include_str!("templates/report.html")),
    ("front.html", include_str!("templates/front.html")),
    ("worked.html", include_str!("templates/worked.html")),
    ("how_sure.html", include_str!("templates/how_sure.html")),
    ("one_pager.html", include_str!("templates/one_pager.html")),
    ("group_card.html", include_str!("templates/group_card.html")),
    ("group.html", include_str!("templates/group.html")),
    ("findings.html", include_str!("templates/findings.html")),
    ("lines.html", include_str!("templates/lines.html")),
    ("appendix.html", include_str!("templates/appendix.html")),
    ("relationship.html", include_str!("templates/relationship.html")),
    ("figure.xml", include_str!("templates/figure.xml")),
    ("wants.html", include_str!("templates/chart_wants.html")),
    ("pyramid.html", include_str!("templates/chart_pyramid.html")),
    ("arc.html", include_str!("templates/chart_arc.html")),
    ("flow.html", include_str!("templates/chart_flow.html")),
    ("forest.html", include_str!("templates/chart_forest.html")),
    ("sizes.html", include_str!("templates/chart_sizes.html")),
];

/// The report could not be made, or its stored view is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A template does not fit the view, which is a bug.
    #[error("the report could not be made")]
    Template(#[from] minijinja::Error),
    /// A text is missing or not filled, which is a bug.
    #[error("the report has no text `{key}`, or nothing fills it")]
    Text {
        /// Its key.
        key: String,
    },
    /// A stored view cannot be read.
    #[error("the stored view of the report cannot be read: {0}")]
    Stored(#[from] serde_json::Error),
    /// A stored view of another layout.
    #[error("the stored view of the report has the layout `{found}`, this program reads `{expected}`")]
    Layout {
        /// Its layout.
        found: String,
        /// Ours.
        expected: &'static str,
    },
}

impl Coded for ReportError {
    fn code(&self) -> Code {
        Code::Report
    }
}

/// A file made of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Path in the run folder.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Which page is made.
#[derive(Clone, Copy)]
struct Page {
    template: &'static str,
    /// Way to the folder of the night.
    root: &'static str,
    /// Whether it leads to others.
    linked: bool,
}

/// Makes pages of one view.
struct Maker<'a> {
    texts: &'a Texts,
    /// The view in words.
    view: Value,
}

impl ReportView {
    /// Every file that is made of this view, in the order of their names. The same view makes the same bytes.
    ///
    /// # Errors
    /// [`ReportError`] if a template or a text does not fit, which is a bug.
    pub fn files(&self) -> Result<Vec<ReportFile>, ReportError> {
        let texts = Texts::of(self.language);
        let maker = Maker { texts, view: texts.in_words(serde_json::to_value(self)?)? };
        let page = |template, root, linked| Page { template, root, linked };
        let mut files = vec![
            ReportFile { name: "report.html".to_owned(), text: maker.page(page("report.html", "", true), None)? },
            ReportFile {
                name: "one-pager.html".to_owned(),
                text: maker.page(page("one_pager.html", "", false), None)?,
            },
            ReportFile {
                name: "report/appendix.html".to_owned(),
                text: maker.page(page("appendix.html", "../", true), None)?,
            },
            ReportFile { name: SUMMARY_NAME.to_owned(), text: summary_text(self) },
            ReportFile { name: "summary.json".to_owned(), text: summary_json(self) },
        ];
        for (group, worded) in self.groups.iter().zip(maker.groups()) {
            files.push(ReportFile {
                name: format!("report/{}.html", group.stem),
                text: maker.page(page("group.html", "../", true), Some(worded))?,
            });
            if group.pyramid.is_some() {
                files.push(maker.figure(&format!("{}-elements", group.stem), "pyramid.html", Some(worded))?);
            }
            if group.bond.as_ref().is_some_and(|bond| !bond.parts.is_empty()) {
                files.push(maker.figure(&format!("{}-stages", group.stem), "arc.html", Some(worded))?);
            }
        }
        let all =
            [("wants", "wants.html"), ("moves", "flow.html"), ("effects", "forest.html"), ("sizes", "sizes.html")];
        let there = [self.front.wants.is_some(), self.flow.is_some(), self.forest.is_some(), !self.groups.is_empty()];
        for ((name, template), _) in all.into_iter().zip(there).filter(|(_, there)| *there) {
            files.push(maker.figure(name, template, None)?);
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(files)
    }
}

impl Maker<'_> {
    fn groups(&self) -> impl Iterator<Item = &Value> {
        self.view["groups"].as_array().into_iter().flatten()
    }

    fn page(&self, page: Page, group: Option<&Value>) -> Result<String, ReportError> {
        let style = format!("{CHARTS}{STYLE}");
        let hash = base64(&Sha256::digest(&style));
        Self::render(
            page,
            &json!({
                "t": self.texts.table(),
                "v": self.view,
                "g": group,
                "style": style,
                "style_hash": hash,
                "root": page.root,
                "linked": page.linked,
                "is_report": page.template == "report.html",
            }),
        )
    }

    /// A chart as a file of its own.
    fn figure(&self, name: &str, chart: &'static str, group: Option<&Value>) -> Result<ReportFile, ReportError> {
        let page = Page { template: "figure.xml", root: "", linked: false };
        let context = json!({
            "t": self.texts.table(),
            "v": self.view,
            "g": group,
            "style": CHARTS,
            "chart": chart,
        });
        Ok(ReportFile { name: format!("report/figures/{name}.svg"), text: Self::render(page, &context)? })
    }

    fn render(page: Page, context: &Value) -> Result<String, ReportError> {
        let mut engine = Environment::new();
        // A name that no view has is a bug and must fail, not leave a hole in the page.
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_auto_escape_callback(|_| AutoEscape::Html);
        engine.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        let linked = Arc::new(Mutex::new(BTreeSet::new()));
        let glossary = if page.template == "report.html" { "" } else { "../report.html" };
        engine.add_function("term", move |key: String, text: String| {
            let mut linked = linked.lock().unwrap_or_else(PoisonError::into_inner);
            let text = HtmlEscape(&text).to_string();
            // A word is explained where it stands first; the page to mail has no other page beside it.
            if !page.linked || !linked.insert(key.clone()) {
                return Templated::from_safe_string(text);
            }
            let key = HtmlEscape(&key);
            Templated::from_safe_string(format!("<a class=\"term\" href=\"{glossary}#term-{key}\">{text}</a>"))
        });
        for (name, text) in TEMPLATES {
            engine.add_template(name, text)?;
        }
        Ok(engine.get_template(page.template)?.render(Serde(context))?)
    }
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
        for style in [STYLE, CHARTS] {
            assert!(!style.contains("</") && !style.contains("url(h") && !style.contains("@import"));
        }
    }
}
