//! Who may be contacted for marketing, and how.

use valueseg_catalogue::PlayChannel;

use crate::rows::{CustomerFlags, RelationshipLevel, suppression};

/// The channels that take a customer's consent, in the order of the columns of files.
pub const CONSENT_CHANNELS: [PlayChannel; 5] =
    [PlayChannel::Email, PlayChannel::Sms, PlayChannel::Push, PlayChannel::Phone, PlayChannel::Post];

/// Whether the customer agreed to this channel; true for channels that take no consent, such as the site or a store.
///
/// Says nothing about the other reasons to leave somebody alone: see [`may_contact`].
#[must_use]
pub fn consented(flags: &CustomerFlags, channel: PlayChannel) -> bool {
    match channel {
        PlayChannel::Email => flags.consent_email,
        PlayChannel::Sms => flags.consent_sms,
        PlayChannel::Push => flags.consent_push,
        PlayChannel::Phone => flags.consent_phone,
        PlayChannel::Post => flags.consent_post,
        PlayChannel::App | PlayChannel::Web | PlayChannel::Store | PlayChannel::Service | PlayChannel::Product => true,
    }
}

/// Whether marketing may address this customer at all, by a channel they agreed to.
///
/// No for anybody who may not be profiled (see [`suppression`]), in whose household another is contacted, who has an open
/// case (nobody sells into anger), or is known to be vulnerable (only the protective path of a plan, which people walk, applies to them), asked to be left alone, or whom people decided
/// to part from.
///
/// Source: `docs/domain.md#closeness` and `docs/domain.md#input-flags`.
#[must_use]
pub fn may_contact(flags: &CustomerFlags) -> bool {
    let wished_away = flags.wish == Some(RelationshipLevel::LeaveAlone);
    let protected = flags.open_case || flags.vulnerable || flags.close_kindly;
    suppression(flags).is_none() && !protected && !wished_away && !flags.household_silent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_to_leave_somebody_alone_is_enough() {
        let fine = CustomerFlags { consent_profiling: true, consent_email: true, ..CustomerFlags::default() };
        assert!(may_contact(&fine));
        assert!(!may_contact(&CustomerFlags { objection_marketing: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { open_case: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { vulnerable: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { minor: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { close_kindly: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { wish: Some(RelationshipLevel::LeaveAlone), ..fine }));
        assert!(may_contact(&CustomerFlags { wish: Some(RelationshipLevel::Wave), ..fine }));
        assert!(!may_contact(&CustomerFlags { deceased: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { household: Some(1), household_silent: true, ..fine }));
        assert!(!may_contact(&CustomerFlags { consent_profiling: false, ..fine }));
    }

    #[test]
    fn a_channel_takes_its_own_consent_and_no_other() {
        let flags = CustomerFlags { consent_sms: true, ..CustomerFlags::default() };
        let agreed: Vec<&str> =
            CONSENT_CHANNELS.into_iter().filter(|c| consented(&flags, *c)).map(PlayChannel::slug).collect();
        assert_eq!(agreed, ["sms"]);
        assert!(CONSENT_CHANNELS.into_iter().all(PlayChannel::needs_consent));
        assert!(PlayChannel::ALL.into_iter().filter(|c| !c.needs_consent()).all(|c| consented(&flags, c)));
    }
}
