//! `ratings` and `attitudes`: wide, long and SQL; scales; which answer counts.

use datafusion::arrow::array::{Float32Array, StringArray};

use super::fixture::{Base, answers, arc, block, note, ratings};
use crate::codes::{Code, Coded as _};
use crate::model::rows::Aspect::{Fulfillment, Importance};
use crate::model::rows::Question;
use crate::tables::ledger::RejectCode;
use crate::tables::spec::TableName;

fn base(tables: &str) -> Base {
    let config = format!(
        "[sources.crm]\nfiles = \"crm.csv\"\n[sources.survey]\nfiles = \"survey*\"\n[tables.customers]\nsource = \"crm\"\n{tables}"
    );
    Base::new(&config).file("crm.csv", "customer_id\na\nb\nc\n")
}

#[test]
fn a_wide_survey_is_mapped_from_one_to_five_to_nought_to_ten() {
    let tables = "[tables.ratings]\nsource = \"survey\"\nwide = { id = \"no\", aspect = \"importance\", scale = [1, 5], \
                  not_applicable = [9], elements = { quality = \"Q1\", saves_time = \"Q2\" } }";
    let intake = base(tables).file("survey.csv", "no,Q1,Q2\na,1,5\nb,3,9\nc,6,\n").intake();
    let block = block(&intake);
    assert_eq!(ratings(&block, Importance, "quality"), [Some(0.0), Some(5.0), None]);
    assert_eq!(ratings(&block, Importance, "saves_time"), [Some(10.0), None, None]);
    assert_eq!(ratings(&block, Fulfillment, "quality"), [None, None, None]);
    let ledger = intake.ledger().table(TableName::Ratings).expect("there");
    assert_eq!((ledger.read, ledger.rejected, ledger.bad_cells), (3, 0, 1));
    assert_eq!((ledger.faults[0].column.as_str(), ledger.faults[0].code), ("Q1", RejectCode::OffScale));
    assert_eq!(note(&intake, "not_applicable").expect("said").0, 1);
    assert_eq!(intake.coverage().respondents, 2);
}

#[test]
fn long_ratings_know_element_aspect_and_which_answer_is_last() {
    let survey = "customer_id,element,aspect,rating,asked_at,brand,answer\n\
        a,quality,importance,3,2026-01-01,,\n\
        a,quality,importance,8,2026-02-01,own,rated\n\
        a,quality,importance,1,2025-12-01,,\n\
        a,Saves time,fulfillment,4,,,\n\
        b,quality,importance,9,2026-01-01,Acme,\n\
        b,quality,,6,2026-01-01,,\n\
        b,heirloom,importance,,2026-01-01,,not_asked\n\
        b,heirloom,fulfillment,7,2026-01-01,,\n\
        b,heirloom,fulfillment,,2026-03-01,,not_applicable\n\
        c,qualty,importance,5,,,\n\
        c,quality,importance,11,,,\n\
        c,quality,importance,,,,\n\
        c,quality,relevance,5,,,\n\
        c,quality,importance,5,2026-11-22,,\n";
    let intake = base("[tables.ratings]\nsource = \"survey\"").file("survey.csv", survey).intake();
    let block = block(&intake);
    assert_eq!(ratings(&block, Importance, "quality"), [Some(8.0), None, None]);
    assert_eq!(ratings(&block, Fulfillment, "saves_time"), [Some(4.0), None, None]);
    assert_eq!(ratings(&block, Fulfillment, "quality"), [None, Some(6.0), None]);
    assert_eq!(ratings(&block, Fulfillment, "heirloom"), [None, None, None]);
    let ledger = intake.ledger().table(TableName::Ratings).expect("there");
    assert_eq!((ledger.read, ledger.rejected), (14, 4));
    let codes: Vec<_> = ledger.faults.iter().map(|f| f.code).collect();
    for code in [RejectCode::UnknownElement, RejectCode::OffScale, RejectCode::Missing, RejectCode::UnknownAspect] {
        assert!(codes.contains(&code), "{code:?}");
    }
    assert_eq!(ledger.set_aside["other_brand"], 1);
    assert_eq!(ledger.set_aside["after_the_night"], 1);
    assert_eq!(note(&intake, "replaced").expect("said").0, 3);
}

#[test]
fn two_waves_and_two_aspects_meet_in_one_row() {
    let tables = "
        [[tables.ratings]]
        source = \"survey\"
        wide = { id = \"no\", aspect = \"importance\", asked_at = \"at\", elements = { quality = \"I1\" } }
        [[tables.ratings]]
        source = \"survey\"
        wide = { id = \"no\", aspect = \"fulfillment\", asked_at = \"at\", elements = { quality = \"F1\", informs = \"F2\" } }";
    let survey = "no,at,I1,F1,F2\na,2026-02-01,2,3,\na,2026-01-01,9,8,7\nb,2026-01-01,,1,\n";
    let intake = base(tables).file("survey.csv", survey).intake();
    let block = block(&intake);
    assert_eq!(ratings(&block, Importance, "quality"), [Some(2.0), None, None]);
    assert_eq!(ratings(&block, Fulfillment, "quality"), [Some(3.0), Some(1.0), None]);
    assert_eq!(ratings(&block, Fulfillment, "informs"), [Some(7.0), None, None], "the last answer that was given");
}

#[test]
fn wide_and_long_answers_to_the_same_question_compete_by_date() {
    let tables = "
        [[tables.ratings]]
        source = \"survey\"
        wide = { id = \"no\", asked_at = \"at\", elements = { quality = \"Q1\" } }
        [[tables.ratings]]
        query = \"select no as customer_id, 'quality' as element, Q2 as rating, at as asked_at from survey\"
        scale = [0, 100]";
    let survey = "no,at,Q1,Q2\na,2026-01-01,4,\na,2026-02-01,,70\nb,2026-02-01,5,\nb,2026-01-01,,10\n";
    let intake = base(tables).file("survey.csv", survey).intake();
    assert_eq!(ratings(&block(&intake), Fulfillment, "quality"), [Some(7.0), Some(5.0), None]);
    let ledger = intake.ledger().table(TableName::Ratings).expect("there");
    assert_eq!((ledger.read, ledger.rejected), (8, 2), "the query's rows without a rating are rejected");
}

#[test]
fn sql_over_the_sources_may_keep_file_and_row_and_must_not_ask_the_clock() {
    let query = |sql: &str| base(&format!("[tables.ratings]\nquery = \"{sql}\""));
    let sql = "select no as customer_id, 'quality' as element, cast(Q1 as double) * 2 as rating, _file, _row from survey where Q1 <> '4'";
    let intake = query(sql).file("survey.csv", "no,Q1\na,1\nb,4\nc,6\n").intake();
    assert_eq!(ratings(&block(&intake), Fulfillment, "quality"), [Some(2.0), None, None]);
    let ledger = intake.ledger().table(TableName::Ratings).expect("there");
    assert_eq!((ledger.read, ledger.rejected), (2, 1));
    assert_eq!(ledger.files[0].file, "survey.csv");
    let clock = query("select no as customer_id, 'quality' as element, Q1 as rating, now() as asked_at from survey");
    let error = clock.file("survey.csv", "no,Q1\n").error();
    assert!(error.code() == Code::Query && error.to_string().contains("now"), "{error}");
    let slip = query("select no as customer_id, 'quality' as element, q1 as rating from survey");
    let error = slip.file("survey.csv", "no,Q1\n").error();
    assert!(error.to_string().contains("did you mean `Q1`"), "{error}");
    let write = query("create table x as select 1").file("survey.csv", "no,Q1\n").error();
    assert_eq!(write.code(), Code::Query);
}

#[test]
fn attitudes_come_wide_in_words_or_long_in_numbers() {
    let wide = "[tables.attitudes]\nsource = \"survey\"\nwide = { id = \"no\", questions = { satisfaction = \"S\", recommend = \"R\" }, \
                values = { satisfied = 10, dissatisfied = 0 } }\n\
                [tables.ratings]\nsource = \"survey\"\nwide = { id = \"no\", elements = { quality = \"Q1\" } }";
    let survey = "no,S,R,Q1\na,satisfied,9,1\nb,dissatisfied,,1\nc,neutral,11,1\n";
    let intake = base(wide).file("survey.csv", survey).intake();
    let got = block(&intake);
    assert_eq!(answers(&got, Question::Satisfaction), [Some(10.0), Some(0.0), None]);
    assert_eq!(answers(&got, Question::Recommend), [Some(9.0), None, None]);
    assert_eq!(answers(&got, Question::GoodBrand), [None, None, None]);
    assert_eq!(intake.ledger().table(TableName::Attitudes).expect("there").bad_cells, 2);
    let long = "[tables.attitudes]\nquery = \"select no as customer_id, question, value from survey\"\nscale = [1, 7]\n\
                [tables.ratings]\nquery = \"select no as customer_id, 'quality' as element, value as rating from survey\"";
    let survey = "no,question,value\na,good brand,7\nb,want_belonging,4\nc,mood,4\n";
    let intake = base(long).file("survey.csv", survey).intake();
    assert_eq!(answers(&block(&intake), Question::GoodBrand), [Some(10.0), None, None]);
    assert_eq!(intake.ledger().table(TableName::Attitudes).expect("there").rejected, 1);
}

#[test]
fn nan_and_infinity_in_parquet_never_become_answers() {
    let tables = "[tables.ratings]\nsource = \"survey\"\nwide = { id = \"no\", elements = { quality = \"Q1\" } }";
    let answers = Float32Array::from(vec![f32::NAN, f32::INFINITY, -0.0]);
    let columns = vec![("no", arc(StringArray::from(vec!["a", "b", "c"]))), ("Q1", arc(answers))];
    let intake = base(tables).parquet("survey.parquet", columns).intake();
    let got = ratings(&block(&intake), Fulfillment, "quality");
    assert_eq!(got, [None, None, Some(0.0)]);
    assert!(got[2].expect("there").is_sign_positive());
    let ledger = intake.ledger().table(TableName::Ratings).expect("there");
    assert_eq!((ledger.faults[0].code, ledger.faults[0].count), (RejectCode::NotFinite, 2));
}

#[test]
fn a_wrong_scale_is_suspected_aloud() {
    let tables = "[tables.ratings]\nsource = \"survey\"\nwide = { id = \"no\", elements = { quality = \"Q1\" } }";
    let rows: String = (0..60).map(|i| format!("p{i},{}\n", 1 + i % 5)).collect();
    let intake = base(tables).file("survey.csv", format!("no,Q1\n{rows}")).intake();
    let (_, text) = note(&intake, "scale").expect("said");
    assert!(text.contains("Q1") && text.contains("[1, 5]"), "{text}");
}

#[test]
fn answers_without_an_id_are_rejected_in_either_form() {
    let wide = "[tables.ratings]\nsource = \"survey\"\nwide = { id = \"no\", elements = { quality = \"Q1\" } }";
    let intake = base(wide).file("survey.csv", "no,Q1\n,1\na,2\n").intake();
    assert_eq!(intake.ledger().table(TableName::Ratings).expect("there").rejected, 1);
    let long = "[tables.ratings]\nquery = \"select no as customer_id, 'quality' as element, Q1 as rating from survey\"";
    let intake = base(long).file("survey.csv", "no,Q1\n,1\na,2\n").intake();
    assert_eq!(intake.ledger().table(TableName::Ratings).expect("there").rejected, 1);
    assert_eq!(ratings(&block(&intake), Fulfillment, "quality"), [Some(2.0), None, None]);
}
