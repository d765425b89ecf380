//! What can happen to a text file between the system that wrote it and this one.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{FILES, Kind, RIGHT, Random};
use crate::shop::Shop;

const REFUSED: &[i32] = &[3];
const PUBLISHED: &[i32] = &[0];

pub(crate) fn kinds() -> Vec<Kind> {
    let kind = |name, variants, right, spoil| Kind { name, variants, right, spoil };
    vec![
        kind("cut off anywhere", 8, &RIGHT, cut),
        kind("some bytes flipped", 12, &RIGHT, flipped),
        kind("NUL bytes", 4, &RIGHT, nul_bytes),
        kind("another encoding than declared", 6, &RIGHT, other_encoding),
        kind("a byte-order mark", 2, PUBLISHED, marked),
        kind("a quote that is not closed", 6, &RIGHT, open_quote),
        kind("a cell without end", 4, &RIGHT, endless),
        kind("decimal commas", 4, &RIGHT, decimal_commas),
        kind("another delimiter", 4, &RIGHT, other_delimiter),
        kind("other line ends", 2, &RIGHT, other_line_ends),
        kind("a column missing", 6, &RIGHT, column_missing),
        kind("a column more", 4, PUBLISHED, column_more),
        kind("a column renamed", 6, &RIGHT, column_renamed),
        kind("a column twice", 4, REFUSED, column_twice),
        kind("ten thousand columns", 2, &RIGHT, many_columns),
        kind("no header", 2, &RIGHT, no_header),
        kind("the header again and again", 2, &RIGHT, header_again),
        kind("ragged lines", 4, &RIGHT, ragged),
        kind("ids written otherwise", 8, &RIGHT, other_ids),
        kind("ids of odd characters", 8, &RIGHT, odd_ids),
        kind("customers twice", 4, &RIGHT, twice),
        kind("another scale", 8, &RIGHT, other_scale),
        kind("absurd dates", 12, &RIGHT, absurd_dates),
        kind("numbers that are none", 10, &RIGHT, not_numbers),
        kind("odd weights", 6, &RIGHT, odd_weights),
        kind("next to nothing", 8, &RIGHT, nearly_empty),
        kind("gzip that lies", 8, &RIGHT, gzip),
        kind("JSON lines", 12, &RIGHT, json_lines),
    ]
}

fn file(variant: usize) -> &'static str {
    FILES[variant % 2]
}

fn cut(shop: &Shop, variant: usize, random: &mut Random) {
    let text = shop.read(file(variant));
    shop.write(file(variant), &text[..random.below(text.len())]);
}

fn flipped(shop: &Shop, variant: usize, random: &mut Random) {
    let mut bytes = shop.read(file(variant)).into_bytes();
    for _ in 0..=random.below(8 << (variant / 2)) {
        let at = random.below(bytes.len());
        bytes[at] ^= 1 << random.below(8);
    }
    shop.write(file(variant), bytes);
}

fn nul_bytes(shop: &Shop, variant: usize, random: &mut Random) {
    let mut bytes = shop.read(file(variant)).into_bytes();
    // In the head, where it is seen at once, and behind it.
    let from = if variant < 2 { 0 } else { 1000 };
    for _ in 0..20 {
        let at = from + random.below(bytes.len() - from);
        bytes[at] = 0;
    }
    shop.write(file(variant), bytes);
}

fn other_encoding(shop: &Shop, variant: usize, _: &mut Random) {
    let text = shop.read(FILES[0]).replace(",FR", ",K\u{f6}ln \u{20ac}");
    let utf_16 = |swap: bool| {
        let unit = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(unit).collect::<Vec<u8>>()
    };
    let declared = |label: &str| shop.edit("valueseg.toml", "files = \"in/customers.csv\"", label);
    let bytes = match variant {
        0 => text.chars().map(|c| if c == '\u{20ac}' { 0x80 } else { c as u8 }).collect(),
        1 => utf_16(false),
        2 => [b"\xFF\xFE".to_vec(), utf_16(false)].concat(),
        3 => [b"\xFE\xFF".to_vec(), utf_16(true)].concat(),
        4 => {
            declared("files = \"in/customers.csv\"\ncsv = { encoding = \"utf-16le\" }");
            text.into_bytes()
        }
        _ => {
            declared("files = \"in/customers.csv\"\ncsv = { encoding = \"shift_jis\" }");
            text.into_bytes()
        }
    };
    shop.write(FILES[0], bytes);
}

fn marked(shop: &Shop, variant: usize, _: &mut Random) {
    shop.write(file(variant), format!("\u{feff}{}", shop.read(file(variant))));
}

fn open_quote(shop: &Shop, variant: usize, random: &mut Random) {
    let mut text = shop.read(file(variant));
    let at = text.match_indices(',').nth(random.below(200)).expect("many commas").0 + 1;
    text.insert(at, '"');
    if variant >= 4 {
        // More than a record may hold.
        text.push_str(&"K90000,yes,yes,FR\n".repeat(600_000));
    }
    shop.write(file(variant), text);
}

fn endless(shop: &Shop, variant: usize, _: &mut Random) {
    let long = "x".repeat([(1 << 20) + 1, 5 << 20, 9 << 20, 40 << 20][variant]);
    shop.write(FILES[0], format!("{}K90000,yes,yes,{long}\n", shop.read(FILES[0])));
}

fn decimal_commas(shop: &Shop, variant: usize, _: &mut Random) {
    let text = shop.read(FILES[1]);
    let text = match variant {
        0 => text.replace(",4", ",4,0"),
        1 => text.replace(",4", ",\"4,0\""),
        2 => text.replace(",4", ",\"4,5\""),
        _ => {
            shop.edit("valueseg.toml", "in/survey*.csv\"", "in/survey*.csv\"\ncsv = { decimal = \",\" }");
            text.replace(",4", ",4.5")
        }
    };
    shop.write(FILES[1], text);
}

fn other_delimiter(shop: &Shop, variant: usize, _: &mut Random) {
    let to = if variant < 2 { ";" } else { "\t" };
    shop.write(file(variant), shop.read(file(variant)).replace(',', to));
}

fn other_line_ends(shop: &Shop, variant: usize, _: &mut Random) {
    shop.write(FILES[0], shop.read(FILES[0]).replace('\n', if variant == 0 { "\r" } else { "\r\n\r\n" }));
}

/// Changes each line of a file as cells.
fn cells(shop: &Shop, name: &str, change: impl Fn(usize, &mut Vec<String>)) {
    let mut text = String::new();
    for (i, line) in shop.read(name).lines().enumerate() {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        change(i, &mut cells);
        writeln!(text, "{}", cells.join(",")).expect("a String");
    }
    shop.write(name, text);
}

fn column_missing(shop: &Shop, variant: usize, _: &mut Random) {
    cells(shop, file(variant), |_, cells| drop(cells.remove(variant / 2)));
}

fn column_more(shop: &Shop, variant: usize, _: &mut Random) {
    cells(shop, file(variant), |i, cells| {
        let cell = if i == 0 { "is new".to_owned() } else { format!("=cmd|{i}") };
        cells.insert(if variant < 2 { 0 } else { cells.len() }, cell);
    });
}

fn column_renamed(shop: &Shop, variant: usize, _: &mut Random) {
    cells(shop, file(variant), |i, cells| {
        if i == 0 {
            let name = &mut cells[variant / 2];
            *name = if variant < 3 { name.to_uppercase() } else { format!("{name}s") };
        }
    });
}

fn column_twice(shop: &Shop, variant: usize, _: &mut Random) {
    cells(shop, file(variant), |_, cells| cells.push(cells[variant / 2].clone()));
}

fn many_columns(shop: &Shop, variant: usize, _: &mut Random) {
    let more = if variant == 0 { 10_000 } else { 60_000 };
    cells(shop, FILES[0], |i, cells| {
        if i < 30 {
            cells.extend((0..more).map(|column| if i == 0 { format!("c{column}") } else { String::new() }));
        }
    });
}

fn no_header(shop: &Shop, variant: usize, _: &mut Random) {
    let text = shop.read(file(variant));
    shop.write(file(variant), text.split_once('\n').expect("lines").1);
}

fn header_again(shop: &Shop, variant: usize, _: &mut Random) {
    let text = shop.read(file(variant));
    let header = text.lines().next().expect("a header");
    shop.write(file(variant), text.lines().fold(String::new(), |all, line| format!("{all}{line}\n{header}\n")));
}

fn ragged(shop: &Shop, variant: usize, _: &mut Random) {
    cells(shop, file(variant), |i, cells| match i % 7 {
        3 if i > 0 => cells.truncate(2),
        5 if variant > 1 => cells.extend(["a", "b", "c"].map(str::to_owned)),
        _ => {}
    });
}

fn other_ids(shop: &Shop, variant: usize, _: &mut Random) {
    // Yesterday text, today a number, a number with decimals, or in the writing of a spreadsheet; in one file or both.
    let number = |i: usize| match variant / 2 {
        0 => format!("{i}"),
        1 => format!("{i}.0"),
        2 => format!("{i}.5"),
        _ => format!("{}E+05", i as f64 / 10.0),
    };
    for name in &FILES[..=(variant % 2)] {
        cells(shop, name, |i, cells| {
            if i > 0 {
                cells[0] = number(i);
            }
        });
    }
}

fn odd_ids(shop: &Shop, variant: usize, _: &mut Random) {
    let long = "9".repeat(5000);
    let odd = ["", " ", "\u{202e}abc", "=1+1", "../../etc", "\"a\nb\"", "K\u{0}1", &long][variant];
    cells(shop, FILES[0], |i, cells| {
        if i > 0 && i % 10 == 0 {
            cells[0] = if odd.len() > 1 && !odd.starts_with('"') { format!("{odd}{i}") } else { odd.to_owned() };
        }
    });
}

fn twice(shop: &Shop, variant: usize, _: &mut Random) {
    let text = shop.read(file(variant));
    let (_, rows) = text.split_once('\n').expect("lines");
    let again = if variant < 2 { rows.to_owned() } else { rows.replace("yes", "no").replace(",4", ",1") };
    shop.write(file(variant), format!("{text}{again}"));
}

fn other_scale(shop: &Shop, variant: usize, _: &mut Random) {
    cells(shop, FILES[1], |i, cells| {
        for (column, cell) in cells.iter_mut().enumerate().skip(2).filter(|_| i > 0) {
            let Ok(answer) = cell.parse::<i64>() else { continue };
            *cell = match variant {
                0 => format!("{}", answer * 2),
                1 => format!("{}", answer * 20),
                2 => format!("{}", answer - 3),
                3 => ["very low", "low", "so so", "high", "very high"][answer as usize - 1].to_owned(),
                4 => format!("{answer}/5"),
                5 if column % 2 == 0 => format!("{}", answer * 20),
                6 => format!("{}%", answer * 20),
                7 => "3".to_owned(),
                _ => continue,
            };
        }
    });
}

fn absurd_dates(shop: &Shop, variant: usize, _: &mut Random) {
    const DATES: [&str; 12] = [
        "0000-00-00",
        "9999-12-31",
        "31.02.2026",
        "2026-13-01",
        "-271821-04-20",
        "+275760-09-13",
        "99999999999999999999",
        "1e308",
        "20261104",
        "2026-10-04T25:61:61Z",
        "NaT",
        "\u{662}\u{660}\u{662}\u{666}-10-04",
    ];
    cells(shop, FILES[1], |i, cells| {
        if i > 0 && i % (1 + variant % 3) == 0 {
            DATES[variant].clone_into(&mut cells[1]);
        }
    });
}

fn not_numbers(shop: &Shop, variant: usize, random: &mut Random) {
    const CELLS: [&str; 10] = ["NaN", "inf", "-inf", "1e400", "-0", "1e-320", "0x4", "4e0", "\u{664}", "--4"];
    let column = 2 + random.below(8);
    cells(shop, FILES[1], |i, cells| {
        if i > 0 && i % (1 + variant % 4) == 0 {
            CELLS[variant].clone_into(&mut cells[column]);
        }
    });
}

fn odd_weights(shop: &Shop, variant: usize, _: &mut Random) {
    let weight = ["-1", "0", "1e300", "NaN", "1e-300", "18446744073709551616"][variant];
    cells(shop, FILES[0], |i, cells| {
        cells.push(
            if i == 0 {
                "weight"
            } else if i % 3 == 0 {
                weight
            } else {
                "1"
            }
            .to_owned(),
        );
    });
}

fn nearly_empty(shop: &Shop, variant: usize, _: &mut Random) {
    let text = shop.read(file(variant));
    let header = text.lines().next().expect("a header");
    let first = text.lines().nth(1).expect("a row");
    let few = [String::new(), "\n\n\n".to_owned(), format!("{header}\n"), format!("{header}\n{first}\n")];
    shop.write(file(variant), &few[variant / 2]);
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("a Vec");
    packer.finish().expect("a Vec")
}

fn gzip(shop: &Shop, variant: usize, random: &mut Random) {
    let text = shop.read(FILES[0]);
    let whole = packed(text.as_bytes());
    let bytes = match variant {
        0 => [b"\x1F\x8B\x08\x00".to_vec(), (0..500).map(|_| random.next() as u8).collect()].concat(),
        1 => whole[..whole.len() / 2].to_vec(),
        2 => {
            let mut bytes = whole.clone();
            let at = 20 + random.below(whole.len() - 20);
            bytes[at] ^= 0x10;
            bytes
        }
        3 => [whole.clone(), b"some rubbish behind it".to_vec()].concat(),
        4 => packed(&whole),
        // Bombs: a line without end, lines that hold nothing, records that are none.
        5 => packed(&[text.into_bytes(), vec![b'0'; 400 << 20]].concat()),
        6 => packed(&[text.into_bytes(), vec![b'\n'; 400 << 20]].concat()),
        _ => packed(&[text.into_bytes(), b",\n".repeat(10 << 20)].concat()),
    };
    shop.write("in/customers.csv.gz", bytes);
    shop.edit("valueseg.toml", "in/customers.csv", "in/customers.csv.gz");
}

fn json_lines(shop: &Shop, variant: usize, random: &mut Random) {
    let mut text = String::new();
    for i in 0..120 {
        writeln!(text, "{{\"customer_id\":\"K{i:05}\",\"consent_profiling\":true}}").expect("a String");
    }
    let bytes = match variant {
        0 => text[..random.below(text.len())].into(),
        1 => {
            let mut bytes = text.into_bytes();
            for _ in 0..100 {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            bytes
        }
        2 => format!("{text}{}\n", "[".repeat(200_000)).into(),
        3 => format!("{text}{{\"customer_id\":{}{}}}\n", "{\"a\":".repeat(100_000), "}".repeat(100_000)).into(),
        4 => format!("[{}]", text.replace("}\n", "},\n")).into(),
        5 => text.replace("\"K", "1e9999,\"x\":\"").into(),
        6 => text.replace("\"consent", "\"customer_id\":\"K\",\"consent").into(),
        7 => text.replace("true", "\"\\ud800\"").into(),
        8 => text.replace('\n', "").into(),
        9 => format!("{text}{{\"customer_id\":\"{}\"}}\n", "x".repeat(12 << 20)).into(),
        10 => (0..20_000).map(|i| format!("{{\"customer_id\":\"a\",\"k{i}\":1}}\n")).collect::<String>().into(),
        _ => text.replace("\"K", "[\"K").replace("\",", "\"],").into(),
    };
    shop.write("in/customers.jsonl", bytes);
    shop.edit("valueseg.toml", "in/customers.csv", "in/customers.jsonl");
}
