//! What is read of descriptors, households, service and competitors.

use std::collections::BTreeMap;

use super::fixture::{Base, block};
use crate::catalogue::ElementId;
use crate::model::rows::{History, RIVAL_RATINGS, ServiceKind, TOO_MANY_VALUES, Vocabulary};
use crate::tables::intake::{HistoryWish, Intake, KindWords, ServiceWords};

fn wish(descriptors: &[&str]) -> HistoryWish {
    let words = |word: &str| vec![word.to_owned()];
    HistoryWish {
        kinds: KindWords {
            complaints: words("complaint"),
            advocacy: Vec::new(),
            service: ServiceWords {
                refused: words("request_refused"),
                self_service: words("faq_viewed"),
                transferred: words("transferred"),
                searched_in_vain: words("search_empty"),
            },
        },
        promises: BTreeMap::from([("lead_quality".to_owned(), 1 << 3)]),
        descriptors: descriptors.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn histories(intake: &Intake, descriptors: &[&str]) -> (Vec<History>, Vocabulary) {
    let ids = block(intake).ids;
    let mut histories = intake.histories(wish(descriptors)).expect("opens");
    let told = histories.of(&ids).expect("reads");
    (told, histories.words().clone())
}

const CONFIG: &str = "
    [sources.c]
    files = \"c.csv\"
    [sources.i]
    files = \"i.csv\"
    [sources.f]
    files = \"f.csv\"
    [sources.r]
    files = \"r.csv\"
    [sources.t]
    files = \"t.csv\"
    [tables.customers]
    source = \"c\"
    columns = { tier = \"tier\" }
    [tables.interactions]
    source = \"i\"
    [tables.feedback]
    source = \"f\"
    [tables.ratings]
    source = \"r\"
    [tables.treatments]
    source = \"t\"";

fn base() -> Base {
    let contacts = "customer_id,at,kind,case_id,resolved_at,promised_at,element,agent,team,sought\n\
        a,2026-10-01,complaint,k1,2026-10-02,2026-10-03,Saves Time,A7,first line,\n\
        a,2026-10-02,contact,k1,,,,A7,first line,\n\
        a,2026-10-03,request_refused,,,,nonsense,,,\n\
        a,2026-10-04,faq_viewed,,,,,,,\n\
        a,2026-10-05,search_empty,,,,,,,  Rain   Jacket\n\
        a,2026-10-06,visit,,,,,,,\n";
    Base::new(CONFIG)
        .file("c.csv", "customer_id,signup_date,country,tier\na,2020-01-01,FR, gold \nb,2026-01-01,,\n")
        .file("i.csv", contacts)
        .file("f.csv", "customer_id,at,text,rating,public,answered_at\na,2026-10-01,fine,9,yes,2026-10-02\na,2026-10-03,bad,1,no,\n")
        .file("r.csv", "customer_id,element,aspect,rating,brand\na,quality,fulfillment,8,own\na,quality,fulfillment,5,Other\na,quality,fulfillment,6,Other\n")
        .file("t.csv", "customer_id,play_id,treated_at,arm\na,lead_quality,2026-10-01,treated\nb,lead_quality,2026-10-01,control\n")
}

#[test]
fn descriptors_are_the_text_columns_and_blanks_are_nothing() {
    let intake = base().intake();
    assert_eq!(intake.descriptor_columns(), ["country", "tier"]);
    let (told, words) = histories(&intake, &["country", "tier"]);
    let text = |row: usize| -> Vec<Option<&str>> {
        told[row].descriptors.iter().map(|word| word.map(|word| words.text(word))).collect()
    };
    assert_eq!(text(0), [Some("FR"), Some("gold")]);
    assert_eq!(text(1), [None, None]);
}

#[test]
fn values_beyond_the_first_two_hundred_are_taken_together() {
    let mut rows = "customer_id,name\n".to_owned();
    rows = (0..230).fold(rows, |rows, i| rows + &format!("c{i:03},name {i}\n"));
    let config = "[sources.c]\nfiles = \"c.csv\"\n[tables.customers]\nsource = \"c\"\ncolumns = { name = \"name\" }";
    let intake = Base::new(config).file("c.csv", rows).intake();
    let (told, words) = histories(&intake, &["name"]);
    let value = |row: usize| words.text(told[row].descriptors[0].expect("there"));
    assert_eq!((value(199), value(200), value(229)), ("name 199", TOO_MANY_VALUES, TOO_MANY_VALUES));
}

#[test]
fn events_of_service_keep_what_they_say_and_no_name() {
    let intake = base().intake();
    let (told, words) = histories(&intake, &[]);
    let served = &told[0].served;
    let kinds: Vec<ServiceKind> = served.iter().map(|event| event.kind).collect();
    use ServiceKind::{Contact, Refused, SearchedInVain, SelfService};
    assert_eq!(kinds, [Contact, Contact, Refused, SelfService, SearchedInVain], "a visit is none");
    assert!(served[0].complaint && served[0].agent == served[1].agent && served[0].agent.is_some());
    assert_eq!(served[0].team.map(|team| words.text(team)), Some("first line"));
    assert_eq!(served[4].sought.map(|term| words.text(term)), Some("rain jacket"));
    assert_eq!(served[0].element, ElementId::parse("saves_time"));
    let bad = intake.ledger().table(crate::tables::spec::TableName::Interactions).expect("there").bad_cells;
    assert_eq!((served[2].element, bad), (None, 1), "an element that is none is absent, and counted");
    assert_eq!(told[0].posts.len(), 1);
    assert!(told[0].posts[0].answered.is_some());
    // By a promise that names it, and by a play; the control was promised nothing.
    let saves_time = ElementId::parse("saves_time").expect("an element").index();
    assert_eq!((told[0].promised, told[1].promised), (1 << 3 | 1 << saves_time, 0));
}

#[test]
fn the_last_rating_of_a_competitor_counts_and_none_of_it_the_company_s() {
    let intake = base().intake();
    let (told, words) = histories(&intake, &[]);
    let quality = ElementId::parse("quality").expect("an element").index();
    let rivals = &told[0].rivals;
    assert_eq!(rivals.len(), 1);
    assert_eq!((words.text(rivals[0].brand), rivals[0].column), ("Other", RIVAL_RATINGS + 30 + quality));
    assert!((rivals[0].answer - 6.0).abs() < 1e-6);
    assert!((block(&intake).ratings[(0, 30 + quality)] - 8.0).abs() < 1e-6);
}

#[test]
fn one_of_a_household_is_contacted_whoever_agreed_to_most() {
    let config = "[sources.c]\nfiles = \"c.csv\"\n[tables.customers]\nsource = \"c\"";
    let rows = "customer_id,household_id,consent_email,consent_sms,minor\n\
        a,H1,yes,no,no\n\
        b,H1,yes,yes,no\n\
        c,H1,yes,yes,yes\n\
        d,H2,no,no,no\n\
        e,,yes,no,no\n\
        f,H3,yes,no,no\n\
        g,H3,yes,no,no\n";
    let intake = Base::new(config).file("c.csv", rows).intake();
    assert!(intake.descriptor_columns().is_empty(), "a household is no descriptor");
    let got = block(&intake);
    let silent: Vec<bool> = got.flags.iter().map(|flags| flags.household_silent).collect();
    // b agreed to more than a; c is under age; of H3 the first by id.
    assert_eq!(silent, [true, false, true, true, false, false, true]);
    assert_eq!(got.flags[0].household, got.flags[1].household);
    assert_eq!(got.flags[4].household, None);
}
