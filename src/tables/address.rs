//! When two spellings are the same e-mail address, or the same text.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The one form of an id that is an e-mail address: blanks around it dropped, in lower case, in Unicode form NFC.
/// `None` = the id is no address: it has not exactly one `@` with a domain behind that holds a dot, or a blank within.
///
/// METHOD (our judgment): the part before the `@` could tell capitals apart by the letter of RFC 5321 (section 2.4),
/// which also advises against it; no large provider does. To protect a person, two spellings are one address. Nothing
/// is scored or joined by this form.
pub(super) fn address_form(id: &str) -> Option<String> {
    let trimmed = id.trim();
    let (before, domain) = trimmed.split_once('@')?;
    let inner_dot = domain.trim_matches('.').contains('.');
    if before.is_empty() || !inner_dot || domain.contains('@') || trimmed.contains(char::is_whitespace) {
        return None;
    }
    if trimmed.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Some(trimmed.to_owned());
    }
    let nfc = ComposingNormalizerBorrowed::new_nfc();
    // Lower case may leave marks apart that belong together, so the form is made once more.
    let lower = nfc.normalize(trimmed).to_lowercase();
    let form: Cow<'_, str> = nfc.normalize(&lower);
    Some(form.into_owned())
}

/// The form of an id that is an address in another spelling; `None` = no address, or spelled in its form.
pub(super) fn respelled(id: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_graphic() && !b.is_ascii_uppercase();
    if !id.contains('@') || id.bytes().all(plain) {
        return None;
    }
    address_form(id).filter(|form| form != id)
}

/// The one form of an id by which a person is found who is to be forgotten: of an address its [form](address_form), of any
/// other text its Unicode form NFC, in which an accent is always the same bytes, with line breaks of one kind. `None` = the
/// id is in that form.
pub(super) fn found_as(id: &str) -> Option<String> {
    if id.contains('\r') {
        let id = id.replace("\r\n", "\n").replace('\r', "\n");
        return found_as(&id).or(Some(id));
    }
    if id.is_ascii() {
        return respelled(id);
    }
    respelled(id).or_else(|| {
        let form = ComposingNormalizerBorrowed::new_nfc().normalize(id);
        (form != id).then(|| form.into_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_blanks_and_the_form_of_accents_do_not_make_another_address() {
        let form = Some("jos\u{e9}@mail.example".to_owned());
        for spelling in [
            "jos\u{e9}@mail.example",
            "JOS\u{c9}@Mail.Example",
            " Jose\u{301}@mail.example ",
            "JOSE\u{301}@MAIL.example",
        ] {
            assert_eq!(address_form(spelling), form, "{spelling:?}");
        }
        assert_eq!(respelled("jos\u{e9}@mail.example"), None);
        assert_eq!(respelled("Jos\u{e9}@mail.example"), form);
    }

    #[test]
    fn a_person_is_found_by_an_address_in_any_spelling_and_by_an_accent_in_any_form() {
        assert_eq!(found_as("Ann@Mail.Example").as_deref(), Some("ann@mail.example"));
        assert_eq!(found_as("Jose\u{301}").as_deref(), Some("Jos\u{e9}"));
        assert_eq!(found_as("Jose\u{301}\r\nB\rC").as_deref(), Some("Jos\u{e9}\nB\nC"));
        assert_eq!([found_as("Jos\u{e9}"), found_as("K1"), found_as("ann@mail.example")], [None, None, None]);
    }

    #[test]
    fn what_is_no_address_has_no_form() {
        for id in ["17850", "Anna", "@mail.example", "a@b", "a@b@c.example", "a b@c.example", "a@.example", ""] {
            assert_eq!(address_form(id), None, "{id:?}");
        }
    }
}
