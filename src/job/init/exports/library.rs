//! All known exports: those this program ships with, and a company's own.

use std::collections::BTreeMap;
use std::path::Path;

use super::fingerprint::Fingerprint;
use crate::job::error::JobError;
use crate::tables::plain_file;

/// The exports this program ships with: file name without its ending, and text.
const SHIPPED: &[(&str, &str)] = {
    macro_rules! shipped {
        ($($key:literal),+ $(,)?) => {
            &[$(($key, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/exports/", $key, ".toml")))),+]
        };
    }
    shipped![
        "freshdesk_tickets",
        "ga4_events",
        "google_forms",
        "google_forms_sheet",
        "hubspot_contacts",
        "hubspot_warehouse_contact",
        "jaffle_customers",
        "jaffle_orders",
        "jaffle_payments",
        "klaviyo_profiles",
        "klaviyo_warehouse_event",
        "klaviyo_warehouse_person",
        "limesurvey",
        "mailchimp_warehouse_member",
        "qualtrics",
        "qualtrics_legacy",
        "redcap",
        "salesforce_cases",
        "salesforce_contacts",
        "shopify_customers",
        "shopify_orders",
        "shopify_warehouse_customer",
        "shopify_warehouse_order",
        "shopify_warehouse_order_line",
        "stripe_charges",
        "stripe_payments",
        "stripe_warehouse_customer",
        "surveymonkey",
        "typeform",
        "woocommerce_customers",
        "woocommerce_orders",
        "woocommerce_orders_plugin",
        "zendesk_tickets",
        "zendesk_warehouse_comment",
        "zendesk_warehouse_ticket",
        "zendesk_warehouse_user",
    ]
};

/// Known exports by the name of their file, without its ending.
#[derive(Clone, Debug)]
pub struct ExportLibrary {
    exports: BTreeMap<String, Fingerprint>,
}

impl ExportLibrary {
    /// The exports this program ships with, `data/exports`.
    #[must_use]
    pub fn embedded() -> Self {
        let parse = |(key, text): &(&str, &str)| {
            // INVARIANT: a test parses every one of them.
            let fingerprint = Fingerprint::parse(text).unwrap_or_else(|what| unreachable!("{key}: {what}"));
            ((*key).to_owned(), fingerprint)
        };
        Self { exports: SHIPPED.iter().map(parse).collect() }
    }

    /// The same with every `*.toml` of a folder beside them; one of the same name takes the place of ours.
    ///
    /// # Errors
    /// [`JobError::ExportFile`], [`JobError::ExportUnusable`] where the folder or a file cannot be read or used.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, JobError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| JobError::ExportFile { path, source }
        };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed(folder))? {
            let path = entry.map_err(failed(folder))?.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                files.push(path);
            }
        }
        files.sort();
        for path in files {
            let text = plain_file::read_text(&path).map_err(failed(&path))?;
            let key = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            match Fingerprint::parse(&text) {
                Ok(fingerprint) => self.exports.insert(key, fingerprint),
                Err(what) => return Err(JobError::ExportUnusable { path, what }),
            };
        }
        Ok(self)
    }

    /// Every export with its key, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fingerprint)> {
        self.exports.iter().map(|(key, fingerprint)| (key.as_str(), fingerprint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::{Code, Coded as _};

    #[test]
    fn the_list_of_shipped_exports_is_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/exports");
        let entries = std::fs::read_dir(&folder).expect("there").map(|entry| entry.expect("readable").path());
        let mut keys: Vec<String> = entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
            .collect();
        keys.sort();
        let listed: Vec<&str> = SHIPPED.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, listed);
    }

    #[test]
    fn every_shipped_fingerprint_is_sound_and_speaks_of_exports_there_are() {
        let unsound: Vec<String> = SHIPPED
            .iter()
            .filter_map(|(key, text)| Fingerprint::parse(text).err().map(|e| format!("{key}: {e}")))
            .collect();
        assert!(unsound.is_empty(), "{}", unsound.join("\n"));
        let library = ExportLibrary::embedded();
        for (key, fingerprint) in library.iter() {
            let throughs = fingerprint.ids.iter().filter_map(|id| id.through.as_ref().map(|through| &through.export));
            for other in fingerprint.tables.iter().filter_map(|table| table.with.as_ref()).chain(throughs) {
                assert!(library.exports.contains_key(other), "{key} speaks of {other}");
            }
        }
    }

    #[test]
    fn a_company_adds_its_own_and_replaces_ours() {
        let folder = tempfile::tempdir().expect("temp");
        let own =
            "name = \"Our till\"\nvendor = \"us\"\nsource = \"ours\"\nmust = [\"bon\"]\nids = [{ column = \"bon\" }]\n";
        std::fs::write(folder.path().join("till.toml"), own).expect("writes");
        std::fs::write(folder.path().join("typeform.toml"), own).expect("writes");
        let library = ExportLibrary::embedded().with_folder(folder.path()).expect("usable");
        let name = |key: &str| library.exports[key].name.clone();
        assert_eq!((name("till"), name("typeform")), ("Our till".to_owned(), "Our till".to_owned()));
        assert_eq!(library.exports.len(), SHIPPED.len() + 1);
        std::fs::write(folder.path().join("till.toml"), own.replace("must", "mast")).expect("writes");
        let error = ExportLibrary::embedded().with_folder(folder.path()).expect_err("refused");
        assert!(error.to_string().contains("till.toml") && error.to_string().contains("mast"), "{error}");
        assert_eq!(error.code(), Code::Catalogue);
        assert_eq!(
            ExportLibrary::embedded().with_folder(Path::new("nowhere")).expect_err("refused").code(),
            Code::CatalogueUnreadable
        );
    }
}
