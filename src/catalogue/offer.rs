//! Which plays a company can do at all, and on which channels: those for which it has what they need.

use std::collections::BTreeSet;

use super::{Capability, Play, PlayChannel};

/// What a company has. Nothing by default: what is not known to be there is not offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(BTreeSet<Capability>);

impl Capabilities {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self(Capability::ALL.into_iter().collect())
    }

    /// Whether the company has it.
    #[must_use]
    pub fn has(&self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// Whether the company has a channel, as far as that depends on what it has. Whom a message reaches is told by consents.
    #[must_use]
    pub fn has_channel(&self, channel: PlayChannel) -> bool {
        channel.needs().is_none_or(|needed| self.has(needed))
    }

    /// The play as this company can do it: on the channels it has; `None` = it lacks something the play needs.
    #[must_use]
    pub fn offered(&self, play: &Play) -> Option<Play> {
        let channels: Vec<PlayChannel> =
            play.channels().iter().copied().filter(|channel| self.has_channel(*channel)).collect();
        let able = play.needs().iter().all(|needed| self.has(*needed));
        (able && !channels.is_empty()).then(|| Play { channels, ..play.clone() })
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<T: IntoIterator<Item = Capability>>(all: T) -> Self {
        Self(all.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_company_of_which_nothing_is_said_has_no_store_no_site_and_no_app() {
        let nothing = Capabilities::default();
        let open: Vec<&str> =
            PlayChannel::ALL.into_iter().filter(|c| nothing.has_channel(*c)).map(PlayChannel::slug).collect();
        assert_eq!(open, ["email", "sms", "push", "phone", "post", "service", "product"]);
        assert!(PlayChannel::ALL.into_iter().all(|channel| Capabilities::all().has_channel(channel)));
    }
}
