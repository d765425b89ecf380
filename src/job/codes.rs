//! Every error code: what it means and what to do, for `valueseg explain error`.

/// A code in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code.
    pub code: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// One thing to do.
    pub to_do: &'static str,
}

const fn entry(code: &'static str, meaning: &'static str, to_do: &'static str) -> CodeEntry {
    CodeEntry { code, meaning, to_do }
}

const REPORT_IT: &str = "report it with the command, the version and the code; nothing was published";

/// All codes, ascending. E01: bugs; E02: command line and configuration; E03: inputs; E04: gates and models; E05: not
/// ready; E06: environment; E07: stored state.
pub const CODES: &[CodeEntry] = &[
    entry("E0100", "The program met a case it does not handle.", REPORT_IT),
    entry("E0101", "A table was handed a label it does not know.", REPORT_IT),
    entry("E0102", "The files of a night are not the ones announced.", REPORT_IT),
    entry("E0103", "The report could not be made from the night's figures.", REPORT_IT),
    entry(
        "E0201",
        "There is no configuration where it was looked for.",
        "make one with `valueseg init`, or name it with --config or -C",
    ),
    entry("E0202", "The configuration cannot be read.", "check the path and its permissions"),
    entry(
        "E0203",
        "The configuration is not valid: not TOML, an unknown key, or a value of the wrong kind.",
        "correct the line shown; `valueseg schema config` lists every key",
    ),
    entry(
        "E0204",
        "An environment variable starting with VALUESEG_ sets nothing, or not what belongs there.",
        "unset or correct it; section and key are joined by two underscores",
    ),
    entry("E0205", "A value of the configuration is outside its bounds.", "correct the key named"),
    entry("E0206", "A table reads a source that is not there.", "correct the name, or add the source"),
    entry(
        "E0207",
        "The configuration lacks a table without which nothing can be scored.",
        "map `customers` and one of ratings, signals, orders, interactions",
    ),
    entry("E0208", "The configuration asks for something that is not built yet.", "take the section named out"),
    entry("E0210", "Something was asked for that is not there.", "check the spelling"),
    entry("E0211", "A configuration is there already and is not overwritten.", "edit it, or choose another folder"),
    entry("E0212", "A threshold under [needs] cannot be used.", "correct the key named"),
    entry("E0213", "A threshold under [plan] cannot be used.", "correct the key named"),
    entry("E0214", "A file given to `init` is not what its name says.", "name a Parquet, CSV or JSON-lines file"),
    entry(
        "E0215",
        "A setting of the fit or of scoring is outside its range.",
        "correct the key named under [model] or [holdout]",
    ),
    entry("E0216", "A night and a model were to be compared with each other.", "name two nights or two models"),
    entry("E0217", "A segment cannot be given that name.", "choose a short name on one line that no other segment has"),
    entry("E0218", "A file of customer ids holds none.", "write one customer id a line"),
    entry("E0219", "A threshold under [relationship] cannot be used.", "correct the key named"),
    entry("E0220", "A threshold under [drivers] cannot be used.", "correct the key named"),
    entry("E0250", "A file of the company's own catalogue cannot be used.", "correct the file and key named"),
    entry("E0251", "A file of the company's own catalogue cannot be read.", "check the path and its permissions"),
    entry("E0301", "No file matches what a source names.", "check the pattern; it is relative to the configuration"),
    entry(
        "E0302",
        "A pattern of files cannot be used.",
        "write a file, a folder or a glob; object stores have to be mounted",
    ),
    entry("E0303", "An input file cannot be read.", "check the path and its permissions"),
    entry("E0304", "The extension of an input file does not tell what it holds.", "set `format` of the source"),
    entry("E0305", "A source mixes formats.", "make one source per format"),
    entry("E0306", "The first bytes of an input file belong to another format.", "export the data in the format named"),
    entry("E0307", "An input file is empty.", "deliver the file again, or take it out of the source"),
    entry("E0308", "An input file is damaged: cut off, overwritten, or never valid.", "deliver the file again"),
    entry(
        "E0309",
        "An input file declares, or unpacks to, more than any honest file needs.",
        "check where the file comes from; if it is meant so, write it in smaller pages or unpacked",
    ),
    entry("E0310", "The `csv` settings of a source do not make sense.", "correct the key named"),
    entry("E0311", "Two columns of an input file have one name.", "rename one of them in the file"),
    entry(
        "E0312",
        "A record of a text file has no end, usually because a quote is never closed.",
        "look at the line named",
    ),
    entry(
        "E0313",
        "The first line of a CSV file is not valid in the encoding.",
        "set `encoding` of the source, for instance windows-1252",
    ),
    entry("E0320", "A table reads a source that is not there.", "correct the name, or add the source"),
    entry("E0321", "A source does not have the column named.", "correct the name; the nearest is suggested"),
    entry("E0322", "A canonical table does not have the column named.", "correct the name; `check` lists the columns"),
    entry("E0323", "A canonical table lacks a column it cannot do without.", "map the column named"),
    entry("E0324", "There is no such element of value.", "correct the name; the nearest is suggested"),
    entry("E0325", "There is no such attitude question.", "correct the name; the nearest is suggested"),
    entry(
        "E0326",
        "A table is described in a way that does not fit together.",
        "give either source or query, and wide for surveys with a column per question",
    ),
    entry(
        "E0327",
        "The SQL of a table cannot be run.",
        "correct the query; columns of CSV and JSON are text, cast them",
    ),
    entry("E0328", "The SQL of a signal cannot be run.", "correct the signal in the catalogue folder"),
    entry("E0329", "There are more signals than the program can hold.", "keep fewer columns in [tables.signals]"),
    entry("E0330", "There is no customers table.", "map [tables.customers]"),
    entry("E0331", "There is nothing to score customers on.", "map ratings, signals, orders or interactions"),
    entry(
        "E0332",
        "No customer is left: none was read, or none of them may be used.",
        "check the customers table with `valueseg check --deep`",
    ),
    entry("E0340", "The memory limit does not suffice.", "raise run.memory_limit"),
    entry("E0341", "Intermediate files cannot be written.", "make room on the disk of the results folder"),
    entry("E0342", "The engine that joins and sorts failed.", "run again; if it fails again, report it"),
    entry(
        "E0401",
        "A gate held the night back; the last night stays live.",
        "correct the inputs, or raise the limit named under [gates]",
    ),
    entry(
        "E0451",
        "No customer may be scored: all are suppressed.",
        "check the consent and protection columns of [tables.customers]",
    ),
    entry(
        "E0452",
        "There are too few answers to find segments and no signals that could stand in.",
        "map more ratings, orders or interactions, or give a night near the last of them",
    ),
    entry("E0453", "There are more signals than a model can hold.", "keep fewer columns in [tables.signals]"),
    entry(
        "E0454",
        "No model could be fitted to the answers.",
        "check the ratings with `valueseg check --deep`, or pin model.segments",
    ),
    entry("E0501", "No night is published yet.", "run `valueseg run` first"),
    entry("E0502", "Another run works on the same results folder.", "wait for it to end; nothing has to be deleted"),
    entry("E0601", "The operating system refused a file.", "check that the path exists, has room and may be written"),
    entry("E0602", "The demo could not be written.", "choose another folder, or make room on the disk"),
    entry("E0610", "The disk is full; nothing was published.", "make room, then run again"),
    entry(
        "E0611",
        "A result could not be written; nothing was published.",
        "check the permissions of the results folder",
    ),
    entry("E0701", "A stored model cannot be used.", "restore the file, or fit anew with `valueseg run --refit`"),
    entry("E0702", "A published table cannot be opened.", "run the night again with --force"),
    entry("E0703", "A published table is damaged.", "run the night again with --force"),
    entry(
        "E0704",
        "The ledger of segments, `segments.toml`, cannot be used.",
        "correct the line named, or restore the file; ids must never be given twice",
    ),
    entry("E0710", "A stored manifest cannot be used.", "restore the run folder, or run the night again with --force"),
    entry(
        "E0711",
        "Files of a stored night are not the bytes that were published.",
        "restore them from a backup, or run the night again with --force",
    ),
    entry(
        "E0712",
        "The list of customers to be forgotten, `forgotten.json`, cannot be used; no night is run without it.",
        "restore it from a backup, or remove it and run `valueseg forget` with all ids again",
    ),
];
