//! Who is left out of scoring.

use super::customer::CustomerFlags;
use super::scored::SuppressedReason;

/// Why a customer must not be profiled, the gravest reason first; `None` = may be.
#[must_use]
pub fn suppression(flags: &CustomerFlags) -> Option<SuppressedReason> {
    if flags.deceased {
        Some(SuppressedReason::Deceased)
    } else if flags.minor {
        Some(SuppressedReason::Minor)
    } else if flags.objection_marketing {
        Some(SuppressedReason::Objection)
    } else if !flags.consent_profiling {
        Some(SuppressedReason::NoProfilingConsent)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_missing_is_consent_refused_and_death_comes_first() {
        assert_eq!(suppression(&CustomerFlags::default()), Some(SuppressedReason::NoProfilingConsent));
        let yes = CustomerFlags { consent_profiling: true, ..CustomerFlags::default() };
        assert_eq!(suppression(&yes), None);
        assert_eq!(suppression(&CustomerFlags { minor: true, ..yes }), Some(SuppressedReason::Minor));
        assert_eq!(suppression(&CustomerFlags { objection_marketing: true, ..yes }), Some(SuppressedReason::Objection));
        let dead = CustomerFlags { deceased: true, minor: true, ..yes };
        assert_eq!(suppression(&dead), Some(SuppressedReason::Deceased));
    }

    #[test]
    fn the_vulnerable_and_those_with_an_open_case_are_scored() {
        let flags =
            CustomerFlags { consent_profiling: true, vulnerable: true, open_case: true, ..CustomerFlags::default() };
        assert_eq!(suppression(&flags), None);
    }
}
