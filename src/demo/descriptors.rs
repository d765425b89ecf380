//! What the customer file says about a person besides the id: consent, protection flags, contact details, descriptors.

use super::dice::{Dice, Topic};
use super::person::Person;

/// Countries of the demo retailer and their shares.
const COUNTRIES: [(&str, f64); 6] =
    [("FR", 0.44), ("DE", 0.22), ("BE", 0.12), ("NL", 0.10), ("ES", 0.08), ("AT", 0.04)];

/// One row of the customer file. Absent consent is `None`, which counts as no.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of the customer table, one a column")]
pub(super) struct Descriptors {
    pub(super) country: &'static str,
    pub(super) loyalty_tier: &'static str,
    pub(super) consent_profiling: Option<bool>,
    pub(super) consent_email: Option<bool>,
    pub(super) consent_sms: Option<bool>,
    pub(super) consent_push: Option<bool>,
    pub(super) consent_phone: Option<bool>,
    pub(super) consent_post: Option<bool>,
    pub(super) objection_marketing: bool,
    pub(super) minor: bool,
    pub(super) vulnerable: bool,
    pub(super) deceased: bool,
    pub(super) erasure_requested: bool,
    /// The closest relationship the person asked for; absent for most.
    pub(super) relationship_wish: Option<&'static str>,
    /// People decided to end the relationship kindly.
    pub(super) close_kindly: bool,
    /// At example.org, a domain reserved for examples.
    pub(super) email: Option<String>,
    /// From the block 555-0100 to 555-0199, reserved for fiction.
    pub(super) phone: Option<String>,
}

/// Wishes and their shares among those who have one.
const WISHES: [(&str, f64); 5] =
    [("leave_alone", 0.14), ("wave", 0.26), ("guest", 0.30), ("friend", 0.20), ("inner_circle", 0.10)];
/// Share who said how close they want it.
const WISH_SHARE: f64 = 0.04;
/// Share of relationships that people ended kindly.
const CLOSED_SHARE: f64 = 0.0006;

/// Yes with probability `yes`, unknown with probability `unknown`, else no.
fn consent(dice: &mut Dice, yes: f64, unknown: f64) -> Option<bool> {
    let u = dice.uniform();
    if u < unknown { None } else { Some(u < unknown + yes) }
}

/// The descriptors of a person, by a stream of their own.
pub(super) fn describe(seed: u64, person: &Person) -> Descriptors {
    let mut dice = Dice::new(seed, person.number, Topic::Descriptors);
    let country = COUNTRIES[dice.weighted(&COUNTRIES.map(|c| c.1))].0;
    // The tier follows what was bought, loosely: past years count as well.
    let spent = person.heaviness + 0.5 * dice.normal();
    let loyalty_tier = if spent > 1.6 {
        "gold"
    } else if spent > 0.6 {
        "silver"
    } else {
        "basic"
    };
    let mut wishes = Dice::new(seed, person.number, Topic::Wishes);
    let wish = WISHES[wishes.weighted(&WISHES.map(|w| w.1))].0;
    let reachable = dice.chance(0.96);
    Descriptors {
        country,
        loyalty_tier,
        consent_profiling: consent(&mut dice, 0.97, 0.012),
        consent_email: consent(&mut dice, 0.64, 0.03),
        consent_sms: consent(&mut dice, 0.27, 0.05),
        consent_push: consent(&mut dice, 0.33, 0.08),
        consent_phone: consent(&mut dice, 0.09, 0.05),
        consent_post: consent(&mut dice, 0.52, 0.03),
        objection_marketing: dice.chance(0.018),
        minor: dice.chance(0.004),
        vulnerable: dice.chance(0.02),
        deceased: dice.chance(0.0015),
        erasure_requested: dice.chance(0.001),
        relationship_wish: wishes.chance(WISH_SHARE).then_some(wish),
        close_kindly: wishes.chance(CLOSED_SHARE),
        email: reachable.then(|| format!("customer{}@example.org", person.number + 1)),
        phone: dice.chance(0.71).then(|| fictional_phone(person.number)).flatten(),
    }
}

/// Area codes whose numbers 555-0100 to 555-0199 are kept for stories.
const AREAS: [u16; 200] = [
    201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231, 234,
    239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307, 308, 309,
    310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 331, 334, 336, 337, 339, 347, 351, 352, 360,
    361, 386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 424, 425, 430, 432, 434,
    435, 440, 443, 469, 478, 479, 480, 484, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518,
    520, 530, 540, 541, 551, 559, 561, 562, 563, 567, 570, 571, 573, 574, 580, 585, 586, 601, 602, 603, 605, 606, 607,
    608, 609, 610, 612, 614, 615, 616, 617, 618, 619, 620, 623, 626, 630, 631, 636, 641, 646, 650, 651, 660, 661, 662,
    678, 682, 701, 702, 703, 704, 706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720, 724, 727, 731, 732, 734,
    740, 754, 757, 760, 763, 765, 770, 772, 773, 774, 775, 781, 785, 786, 801, 802,
];

/// A number of a story for each of the first 20,000 customers; nobody else has one, or strangers would share theirs.
fn fictional_phone(number: u32) -> Option<String> {
    let area = AREAS.get(number as usize / 100)?;
    Some(format!("+1 {area} 555 01{:02}", number % 100))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;
    use crate::demo::world::World;

    #[test]
    fn consents_and_flags_come_near_their_plan_and_addresses_are_reserved_ones() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let rows: Vec<Descriptors> = (0..20_000).map(|n| describe(1, &world.person(n))).collect();
        let share = |hit: &dyn Fn(&Descriptors) -> bool| rows.iter().filter(|r| hit(r)).count() as f64 / 20_000.0;
        assert!((share(&|r| r.consent_profiling == Some(true)) - 0.97).abs() < 0.005);
        assert!((0.005..0.02).contains(&share(&|r| r.consent_profiling.is_none())));
        assert!((share(&|r| r.consent_email == Some(true)) - 0.64).abs() < 0.015);
        assert!((0.0003..0.002).contains(&share(&|r| r.erasure_requested)));
        assert!((share(&|r| r.relationship_wish.is_some()) - WISH_SHARE).abs() < 0.006);
        assert!((0.0001..0.0015).contains(&share(&|r| r.close_kindly)));
        assert!((0.05..0.15).contains(&share(&|r| r.loyalty_tier == "gold")));
        assert!(rows.iter().flat_map(|r| &r.email).all(|e| e.ends_with("@example.org")));
        assert!(rows.iter().flat_map(|r| &r.phone).all(|p| p.starts_with("+1 ") && p.contains(" 555 01")));
    }
}
