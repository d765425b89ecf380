//! Every code. E01: bugs; E02: command line and configuration; E03: inputs and their mapping; E04: gates and models;
//! E05: not ready; E06: environment; E07: stored state.

use super::{Entry, Exit};

/// Writes the codes and their table from one list, so that neither can lack what the other has.
macro_rules! codes {
    ($($id:ident $code:ident $exit:ident: $meaning:literal $cause:literal $to_do:expr;)*) => {
        /// What went wrong. Ascending by id.
        // A meaning may name a section of the configuration in brackets, which is no link.
        #[allow(rustdoc::broken_intra_doc_links)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $meaning] $code,)*
        }

        impl Code {
            /// All codes, ascending.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            pub(super) fn entry(self) -> &'static Entry {
                const TABLE: &[Entry] = &[
                    $(Entry {
                        id: stringify!($id),
                        exit: Exit::$exit,
                        meaning: $meaning,
                        cause: $cause,
                        to_do: $to_do,
                    }),*
                ];
                &TABLE[self as usize]
            }
        }
    };
}

const REPORT_IT: &str = "report it with the command, the version and the code; nothing was published";
const AGAIN: &str = "run the night again with --force";

// Id, name, exit: meaning, cause, one thing to do.
codes! {
    E0100 Unhandled Bug: "The program met a case it does not handle."
        "A bug in the program, or a caller of the library who handed in what does not fit together."
        REPORT_IT;
    E0101 TableMisused Bug: "A table was handed a row, a column or a label it does not know."
        "A bug in the program: what it computed and what its table declares disagree."
        REPORT_IT;
    E0102 Unannounced Bug: "The files of a night are not the ones announced."
        "A bug in the program, or somebody else writes into its folder for unfinished nights."
        REPORT_IT;
    E0103 Report Bug: "The report could not be made from the night's figures."
        "A bug in the program: a page of the report asks for a figure that is not given to it."
        REPORT_IT;

    E0200 CommandLine Config: "The command line cannot be understood."
        "An option or a command is misspelled, or a value is missing or not of the kind that belongs there."
        "see `valueseg --help`";
    E0201 NoConfiguration Config: "There is no configuration where it was looked for."
        "The command was started in another folder, or no project has been made yet."
        "make one with `valueseg init --from FILE`, or name it with --config or -C";
    E0202 ConfigurationUnreadable Config: "The configuration cannot be read."
        "The operating system refuses the file, or it is not UTF-8 text."
        "check the path and its permissions";
    E0203 ConfigurationInvalid Config:
        "The configuration is not valid: not TOML, an unknown key, or a value of the wrong kind."
        "A quote or bracket is missing, a key is misspelled, or a text stands where a number belongs."
        "correct the line; `valueseg schema config` lists every key";
    E0204 Variable Config: "An environment variable starting with VALUESEG_ sets nothing, or not what belongs there."
        "Its name is that of no key (section and key are joined by two underscores), or its value is of the wrong kind."
        "unset the variable or correct it";
    E0205 OutOfBounds Config: "A value of the configuration or the command line is outside its bounds."
        "A share above 1, a limit of memory below what a night needs, a group so small that people could be recognized."
        "correct the key named";
    E0206 Ahead Config: "The night lies after tomorrow in the project's time zone."
        "A date was mistyped, or the clock or [project] timezone is wrong."
        "correct --as-of; with --force the night is run all the same";
    E0207 OutputPlace Config: "The results folder would lie where others keep their files."
        "[run] output is `/`, a folder directly below it, or a link in the project leads out of the project."
        "set [run] output to a folder of the project; if the place is meant, say so once with --allow-output";
    E0210 NotThere Config: "Something was asked for that is not there."
        "A name is misspelled, or belongs to another night or project."
        "check the spelling";
    E0211 AlreadyThere Config: "A configuration is there already and is not overwritten."
        "`init` was asked to start a project in a folder that holds one."
        "edit it, or choose another folder";
    E0212 NeedSetting Config: "A threshold under [needs] cannot be used."
        "It is outside its range."
        "correct the key named";
    E0213 PlanSetting Config: "A threshold under [plan] cannot be used."
        "It is outside its range, or two of them contradict each other."
        "correct the key named";
    E0214 InitFile Config: "A file given to `init` cannot be read, or is not what its name says."
        "It is a workbook, an archive, empty, or in another format than its extension says."
        "name a Parquet, CSV or JSON-lines file";
    E0215 ModelSetting Config: "A setting of the fit or of scoring is outside its range."
        "A number of segments, a share or a probability that cannot be meant."
        "correct the key named";
    E0216 NotAlike Config: "A night and a model were to be compared with each other."
        "`diff` holds like against like."
        "name two nights or two models";
    E0217 SegmentName Config: "A segment cannot be given that name."
        "It is empty, too long, of several lines, or another segment has it."
        "choose a short name on one line that no other segment has";
    E0218 NoIds Config: "A file of customer ids holds none."
        "The file is empty, or holds nothing but a heading."
        "write one customer id a line";
    E0219 RelationshipSetting Config: "A threshold under [relationship] cannot be used."
        "It is outside its range, or names a motivator that the catalogue does not have."
        "correct the key named";
    E0220 DriverSetting Config: "A threshold under [drivers] cannot be used."
        "It is outside its range, or two of them contradict each other."
        "correct the key named";
    E0221 AudienceSetting Config: "A key under [[audiences]] cannot be used."
        "A template, consent or segment is misspelled, two audiences share a name, or a header would subscribe people."
        "correct the key named; `valueseg audiences list` names the templates";
    E0222 AudienceTemplate Config: "A template for lists cannot be used."
        "It is not TOML, lacks a key, names something that nothing can be made of, or would write what could hurt people."
        "correct audiences/NAME.toml; copy one that ships from `valueseg audiences show NAME --template`";
    E0223 AudienceMixed Config: "Two plays on one list, or one play on two, could not be told apart."
        "A list holds several plays and has no column that says who is meant for which, or two lists split one play by lots of other sizes."
        "make a list of each play, add a column from play_id, or give both lists the same `split`";
    E0224 AddressesHashed Inputs: "Lists are wanted, and the addresses they would be made of are hashed already."
        "Half or more of a column of addresses are 32, 40 or 64 hexadecimal digits. Each tool hashes in its own way, or not at all, \
         so another's hashes reach nobody."
        "give plain addresses: each list is hashed as its tool wants it; or set `audiences = []`, and no list is written";
    E0226 NobodyFound Config: "None of the ids of a file is that of a customer of a stored night."
        "The file holds other ids than the results do: of another system, in another form, or of a table with several columns \
         and no header. All of them are kept out of later nights."
        "name the customers as the sources or `tables/customers.parquet` do, one id a line or below a header such as customer_id";
    E0230 DayOrder Config: "A column of dates could be day-first or month-first."
        "Day and month stand before the year, and no `date_format` of the table says which comes first."
        "write `date_format` in the table, such as \"%d/%m/%Y\" or \"%m/%d/%Y\"";
    E0250 Catalogue Config: "A file of the company's own catalogue cannot be used."
        "An entry is misspelled, lacks a key, or contradicts another one."
        "correct the file named, in the catalogue folder";
    E0251 CatalogueUnreadable Config: "A file of the company's own catalogue cannot be read."
        "The operating system refuses it, or it is not UTF-8 text."
        "check the path and its permissions";

    E0301 NoFiles Inputs: "No file matches what a source names."
        "Nothing was delivered, or elsewhere than expected."
        "check the path; it is relative to the configuration file";
    E0302 Pattern Config: "A pattern of files cannot be used."
        "It is no glob, or names an object store, which has to be mounted."
        "give a file, a folder or a glob such as `in/crm/*.parquet`";
    E0303 InputUnreadable Inputs: "An input file cannot be read."
        "It is gone, or the user the command runs as may not read it."
        "check that the file is there and may be read by this user";
    E0304 UnknownExtension Config: "The extension of an input file does not tell what it holds."
        "The file has no extension, or an unusual one."
        "set `format` of the source to \"parquet\", \"csv\" or \"json\"";
    E0305 MixedFormats Config: "A source mixes formats."
        "Its pattern matches files of several kinds."
        "make one source per format";
    E0306 NotTheFormat Inputs: "The first bytes of an input file belong to another format."
        "It was exported in another format than its name or the configuration says."
        "export the data in the format named";
    E0307 EmptyFile Inputs: "An input file is empty."
        "An export was made without data, or broken off at once."
        "deliver the file again, or take it out of the source";
    E0308 DamagedInput Inputs: "An input file is damaged: cut off, overwritten, or never valid."
        "A copy was broken off, or the file was read while it was still written."
        "deliver the file again; the copy is incomplete or altered";
    E0309 Oversized Inputs: "An input file declares, or unpacks to, more than any honest file needs."
        "It is damaged, made to exhaust memory, or written in very large pages."
        "check where the file comes from; if it is meant so, write it in smaller pages or unpacked";
    E0310 CsvSetting Config: "The `csv` settings of a source do not make sense."
        "A delimiter of several characters, an unknown encoding, a quote that is also the delimiter."
        "correct the key named";
    E0311 DoubleHeader Inputs: "Two columns of an input file have one name."
        "The export names them so, or the line with the names is missing and two values of the first row are alike."
        "rename one of the two in the file, or put the line with the names back where it is missing";
    E0312 EndlessRecord Inputs: "A record of a text file has no end, usually because a quote is never closed."
        "A quote in free text was exported without being doubled."
        "look at the line named: close or remove the quote, or set csv.quote";
    E0313 HeaderEncoding Inputs: "The first line of a CSV file is not valid in the encoding."
        "The file is in another encoding than UTF-8, or than the one set."
        "set `encoding` of the source, for instance windows-1252";
    E0314 TooManyDigits Inputs: "A decimal of a Parquet file has more digits than its column declares."
        "The program that wrote the file does not keep to what it declares; other readers cut the number off, so that two ids \
         become one."
        "write the column anew with enough digits, or as text";
    E0315 InputNotAFile Inputs: "Something that is no file stands where an input is read."
        "A named pipe, a device, a socket, or what the system makes up below /proc."
        "write the data into a file first; a night reads its inputs more than once";
    E0320 UnknownSource Config: "A table reads a source that is not there."
        "Its name is misspelled, or [sources] lacks it."
        "add it under [sources], or correct the name";
    E0321 UnknownColumn Inputs: "A source does not have the column named."
        "The name is misspelled, or the export has changed."
        "correct the name; column names are case-sensitive";
    E0322 UnknownCanonical Config: "A canonical table does not have the column named."
        "The name is misspelled, or belongs to another table."
        "correct the name; `valueseg schema tables` lists the columns";
    E0323 MissingColumn Inputs: "A canonical table lacks a column it cannot do without."
        "No column of the source has that name, and none is mapped to it."
        "map a column to the one named";
    E0324 UnknownElement Config: "There is no such element of value."
        "The name is misspelled, or not one of the 30."
        "correct the name; `valueseg explain element NAME` suggests the nearest";
    E0325 UnknownQuestion Config: "There is no such attitude question."
        "The name is misspelled."
        "correct the name; `valueseg schema tables` lists the questions";
    E0326 TableSpec Config: "A table is described in a way that does not fit together."
        "It has both source and query or neither, or a column of a kind that cannot hold what it should."
        "correct the table; `valueseg schema config` shows what it may hold";
    E0327 Query Config: "The SQL of a table cannot be run."
        "A name is misspelled, or a type does not fit: columns of CSV and JSON are text until they are cast, best by `try_cast`."
        "correct the query; it is SQL as Apache DataFusion understands it, which is close to PostgreSQL: identifiers are \
         case-sensitive, quote odd ones with \"\"";
    E0328 SignalSql Config: "The SQL of a signal cannot be run."
        "A signal of the company's own catalogue asks for what its table does not hold."
        "correct the signal in your catalogue folder, or switch it off";
    E0329 TooManySignals Config: "There are more signals than a customer's row can hold."
        "[tables.signals] maps very many columns."
        "map fewer columns of `signals`, or switch catalogue signals off";
    E0330 NoCustomersTable Config: "There is no customers table."
        "[tables.customers] is not mapped; without it nobody knows whom to score."
        "add it; if there are only events, a query can make it: select distinct buyer as customer_id from shop";
    E0331 QueryLimit Config: "The SQL of a table or a signal asks for more than is planned or made in one step."
        "It is very long or very nested, reads itself or many tables, takes rows from a function, or makes huge texts."
        "write it shorter; the limits stand in docs/inputs.md";
    E0332 NoCustomers Inputs: "No customer is left: none was read, or none of them may be used."
        "The customers table is empty, its id is mapped to the wrong column, or every row was rejected."
        "look at the rejected rows and at the mapping of `customers`";
    E0333 Weights Inputs: "The weights of customers cannot be used: a few outweigh all others."
        "A weight was mistyped, or `weight` is mapped to a column that holds something else, such as a turnover."
        "correct the column mapped to `weight`, or take it out of [tables.customers]: then everybody counts the same";
    E0334 QueryCell Config: "A cell does not fit the type that a query casts it to."
        "One dirty cell is enough to end a `cast`."
        "write `try_cast` in place of `cast`: such a cell is then absent";
    E0335 QueryTime Config: "The SQL of a table takes longer than it may."
        "It joins tables without a condition, or there is much more data than [run] query_timeout was set for."
        "give each join a condition, or raise run.query_timeout";
    E0340 Memory Environment: "The memory limit does not suffice."
        "A query joins or sorts more than fits into run.memory_limit."
        "raise run.memory_limit, or make the query's intermediate result smaller";
    E0341 Scratch Environment: "Intermediate files cannot be written."
        "The disk of the results folder is full, or the folder may not be written."
        "check permissions and free space of the output folder";
    E0342 Engine Bug: "The engine that joins and sorts failed."
        "It has no better name for it; most often a bug."
        "run again; if it fails again, report it with the text above";

    E0401 HeldBack Held: "A gate held the night back; the last night stays live."
        "The inputs are so unlike the last ones, or so many were rejected, that somebody should look first."
        "correct the inputs, or raise the limit named under [gates], then run again";
    E0451 NobodyScored Inputs: "No customer may be scored: all are suppressed."
        "Consent is missing for everybody, or a column of protection is mapped the wrong way round."
        "check the consent and protection columns of [tables.customers]";
    E0452 TooLittleEvidence Inputs: "Too few customers gave the ratings that `model.cut_on` pins."
        "That question was not asked yet or of too few, or the night lies long before or after the data."
        "take `cut_on` out of [model], so that the night uses what is there; or map more ratings, or give a night (`--as-of`) \
         near the last of them";
    E0454 NoModel Inputs: "No model could be fitted to the answers."
        "The answers are all alike, or too few differ for any partition to hold."
        "check the ratings with `valueseg check --deep`, or pin model.segments";

    E0501 NoNight Retry: "No night is published yet."
        "The results folder is empty, or another one than the configuration names."
        "run `valueseg run` first";
    E0502 Locked Retry: "Another run works on the same results folder."
        "Two runs were started at once, or the last one is not done yet."
        "wait until it is done and run again; there is no lock file to remove";

    E0503 InputChanged Retry: "An input file changed while the night read it; nothing was published."
        "A delivery was still under way, or a late one took the place of the file."
        "run again when the delivery has ended; deliver by renaming a finished file into its place";

    E0601 FileRefused Environment: "The operating system refused a file."
        "The path does not exist, has no room, or belongs to somebody else."
        "check that the path exists, has room and may be written";
    E0602 Demo Environment: "The demo could not be written."
        "The folder may not be written, holds another project, or the disk is full."
        "choose another folder, or make room on the disk";
    E0603 NotAFile Environment: "Something that is no file stands where a file is read or written."
        "A named pipe, a device, a socket, a folder, or what the system makes up below /proc, under the name of the file."
        "remove what stands there, or name a file";
    E0604 MachineLimit Environment: "The machine gave no more threads, open files or memory."
        "A limit of the user or of the container (ulimit -u, -n, -v) is too small, or other processes use it up."
        "raise the limit, or lower [run] threads, then run again";
    E0605 NotOurs Environment: "Something lies where the program works, and is not its own; it was not touched."
        "Somebody put a file, a folder or a link of that name there, or an earlier version left one after a crash."
        "look at what is named and move it elsewhere, or remove it yourself, then run again";
    E0610 DiskFull Environment: "The disk is full; nothing was published."
        "The disk or the quota of the output folder is exhausted."
        "make room on the disk of the output folder, then run again";
    E0611 ResultNotWritten Environment: "A result could not be written; nothing was published."
        "The output folder does not exist or may not be written."
        "check that the output folder exists and may be written, then run again";
    E0612 FileSizeLimit Environment: "A file would grow beyond the largest size allowed; nothing was published."
        "The limit of the user (ulimit -f), or of the file system, is smaller than a file of the night."
        "raise the limit, then run again";

    E0701 StoredModel State: "A stored model cannot be used."
        "A file of the model was changed or damaged, or another version of the program wrote it."
        "restore the file, or fit anew with `valueseg run --refit`";
    E0702 TableNotOpened State: "A published table cannot be opened."
        "It was removed, or may not be read."
        AGAIN;
    E0703 TableDamaged State: "A published table is damaged."
        "It was changed after it was published."
        AGAIN;
    E0704 Ledger State: "The ledger of segments, `segments.toml`, cannot be used."
        "It was edited by hand and a line does not fit."
        "correct the line named, or restore the file; ids must never be given twice";
    E0710 Manifest State: "A stored manifest cannot be used."
        "The file was changed, cut off or removed."
        "restore the run folder, or make the night again with --force";
    E0711 Altered State: "Files of a stored night are not the bytes that were published."
        "Somebody changed, added or removed a file, or the disk is failing."
        "restore the files from a backup, or run the night again with --force";
    E0712 Forgotten State:
        "The list of customers to be forgotten, `forgotten.json`, cannot be used; no night is run without it."
        "The file was changed or cut off."
        "restore it from a backup, or remove it and run `valueseg forget` with all ids again";
    E0713 ResultsLost State:
        "The configuration has run before, and its results folder is empty, missing or another one; no night is run."
        "A disk is not mounted, the folder was moved or removed, or `[run] output` was changed. Without it, ids and names of \
         segments would be given anew, and people who were to be forgotten would come back."
        "mount or restore the results folder; if results are to begin anew, say so with `valueseg run --first-night`";
    E0714 Edited State: "What is stored about segments and models is not what the program wrote; no night is run on it."
        "Somebody edited, emptied, swapped or removed `segments.toml` or a model, or restored an older one."
        "put back what was there; if the change is meant, say so with `valueseg segments accept`";
    E0715 Later State: "A stored file was written by a later version of the program."
        "The program was replaced by an earlier version, or the results folder comes from a newer installation."
        "run the version that wrote it, or a later one";
    E0716 Confirmations State: "The list of confirmed uploads, `audiences.json`, cannot be used."
        "It was edited or damaged."
        "restore it from a backup, or remove it: deltas are then made against the last published night";
}
