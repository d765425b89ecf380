"""Makes 10,000 contacts up from a seed, lets the program bring their addresses into form, and holds the forms and hashes
against those of other people's helpers: Google's and Meta's own, libphonenumber, and email-validator.

    lists_helpers.py PROGRAM FOLDER KEPT      fails where the differences are not those in KEPT (a table)
    lists_helpers.py PROGRAM FOLDER KEPT new  writes KEPT anew, to be read before it is kept

Where a helper and the program agree nothing is told. Every kind of difference stands in KEPT with its number, who is right, and
why. FOLDER has to be empty: addresses are written there, all of them made up.
"""

import collections
import csv
import glob
import hashlib
import os
import random
import subprocess
import sys

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from facebook_business.adobjects.serverside.normalize import Normalize
from google.ads.datamanager_util.format import Formatter

CONTACTS = 10_000
SEED = 17
REGIONS = "US GB DE FR IT ES NL AT CH BE SE PL BR MX AR IN AU JP ZA SG".split()
LATIN = "0123456789"
ARABIC = "٠١٢٣٤٥٦٧٨٩"
WIDE = "０１２３４５６７８９"

# How an address is written, and whether it can be one. `{n}` makes it one of a kind.
EMAILS = {
    "plain": "person{n}@mail.example.com",
    "capitals and blanks around": "  Person{n}@Mail.Example.COM ",
    "dots at gmail.com": "jane.doe.{n}@gmail.com",
    "plus at gmail.com": "janedoe{n}+shop@gmail.com",
    "dots and plus at googlemail.com": "j.doe{n}+shop@googlemail.com",
    "plus elsewhere": "person{n}+shop@mail.example.com",
    "apostrophe": "o'hara{n}@mail.example.com",
    "other signs that may stand": "per_son-{n}!x@mail.example.com",
    "host in other letters": "person{n}@müller{n}.com",
    "host as punycode": "person{n}@xn--mller{n}-65a.com",
    "other letters before the @": "josé{n}@mail.example.com",
    "accent as a sign of its own": "jose\u0301{n}@mail.example.com",
    "64 bytes before the @": "{n:a>64}@mail.example.com",
    "65 bytes before the @": "{n:a>65}@mail.example.com",
    "two @": "person@{n}@mail.example.com",
    "no @": "person{n}.mail.example.com",
    "no dot in the host": "person{n}@localhost{n}",
    "two dots in the host": "person{n}@mail..example.com",
    "host begins with a hyphen": "person{n}@-mail.example.com",
    "underscore in the host": "person{n}@my_mail.example.com",
    "blank inside": "person {n}@mail.example.com",
    "comma": "person,{n}@mail.example.com",
    "quotes": "\"person{n}\"@mail.example.com",
    "begins with a dot": ".person{n}@mail.example.com",
    "ends with a dot": "person{n}.@mail.example.com",
    "two dots before the @": "per..son{n}@mail.example.com",
    "begins with a sign that a spreadsheet runs": "=person{n}@mail.example.com",
    "begins with a plus": "+person{n}@mail.example.com",
    "address of a machine": "person{n}@[192.168.0.1]",
    "no-break space around": "\u00a0person{n}@mail.example.com\u00a0",
}


def national(number):
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def international(number):
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def e164(number):
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def trunk_in_brackets(number, _):
    own = national(number)
    prefix = "(0)" if own.startswith("0") else ""
    return f"+{number.country_code} {prefix}{phonenumbers.national_significant_number(number)}"


# How a number is written.
PHONES = {
    "E.164": lambda number, _: e164(number),
    "international": lambda number, _: international(number),
    "as dialed at home": lambda number, _: national(number),
    "digits as dialed at home": lambda number, _: "".join(c for c in national(number) if c.isdigit()),
    "00 for the plus": lambda number, _: "00" + e164(number)[1:],
    "without its plus": lambda number, _: e164(number)[1:],
    "trunk prefix in brackets": trunk_in_brackets,
    "dots and slashes": lambda number, _: international(number).replace(" ", ".").replace("-", "/"),
    "hyphens of typography": lambda number, _: international(number).replace(" ", "\u2011").replace("-", "\u2011"),
    "no-break spaces": lambda number, _: international(number).replace(" ", "\u00a0"),
    "with an extension": lambda number, _: international(number) + " ext. 9",
    "Arabic digits": lambda number, _: international(number).translate(str.maketrans(LATIN, ARABIC)),
    "wide digits": lambda number, _: international(number).translate(str.maketrans(LATIN, WIDE)),
    "a digit short": lambda number, _: international(number)[:-1],
    "two digits too long": lambda number, _: international(number) + "00",
    "a digit typed wrong": lambda number, rng: international(number)[:-1] + rng.choice(LATIN),
    "four digits": lambda _, rng: f"{rng.randrange(10_000):04}",
    "zeros": lambda _, rng: "+" + "0" * rng.randrange(6, 13),
    "a word": lambda _, rng: rng.choice(["none", "n/a", "unknown", "-", "privat"]),
    "at home, country not told": lambda number, _: national(number),
}


def a_number(rng, region):
    """A valid number of a region that is probably nobody's."""
    kind = rng.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    number = phonenumbers.example_number_for_type(region, kind)
    while True:
        digits = list(phonenumbers.national_significant_number(number))
        for place in range(max(0, len(digits) - 4), len(digits)):
            digits[place] = rng.choice(LATIN)
        other = phonenumbers.parse(f"+{number.country_code}{''.join(digits)}")
        if phonenumbers.is_valid_number(other):
            return other


def contacts():
    rng = random.Random(SEED)
    for n in range(CONTACTS):
        region = rng.choice(REGIONS)
        email, phone = rng.choice(list(EMAILS)), rng.choice(list(PHONES))
        country = "" if phone == "at home, country not told" else region
        raw = PHONES[phone](a_number(rng, region), rng)
        yield f"K{n:05}", EMAILS[email].format(n=n), raw, country, email, phone


TEMPLATE = """
label = "a comparison with helpers"
version = "1"
kind = "warehouse"
tried = true
checked = "2026-11-29"
sources = ["lists_helpers.py"]
key = ["customer_id"]
[file]
[gone]
how = "replace"
[consent]
all = ["consent_email"]
[at_upload]
say = ["Compare."]
remove = ["Compare."]
"""
COLUMNS = {
    "customer_id": ("customer_id", []),
    "email": ("email", ["email"]),
    "phone": ("phone", ["e164"]),
    "google_email": ("email", ["email", "gmail_fold", "sha256_hex"]),
    "google_phone": ("phone", ["e164", "sha256_hex"]),
    "meta_email": ("email", ["email", "sha256_hex"]),
    "meta_phone": ("phone", ["e164", "digits", "sha256_hex"]),
}
CONFIGURATION = """
[project]
name = "contacts"
[sources.customers]
files = "customers.csv"
[sources.survey]
files = "survey.csv"
[tables.customers]
source = "customers"
[tables.ratings]
source = "survey"
wide = { id = "who", aspect = "importance", scale = [1, 5], elements = { saves_time = "time", reduces_cost = "cost", quality = "quality", variety = "variety" } }
[model]
segments = 2
search = "quick"
[holdout]
share = 0
[[audiences]]
name = "forms"
template = "forms"
"""


def ours(program, folder, people):
    """What the program makes of each, by id and column."""
    os.makedirs(os.path.join(folder, "audiences"))
    with open(os.path.join(folder, "valueseg.toml"), "w") as file:
        file.write(CONFIGURATION)
    with open(os.path.join(folder, "audiences", "forms.toml"), "w") as file:
        file.write(TEMPLATE)
        for header, (field, makers) in COLUMNS.items():
            file.write(f'[[column]]\nheader = "{header}"\nfrom = "{field}"\nmake = {makers!r}\n'.replace("'", '"'))
    rng = random.Random(SEED)
    with (
        open(os.path.join(folder, "customers.csv"), "w", newline="") as customers,
        open(os.path.join(folder, "survey.csv"), "w", newline="") as survey,
    ):
        lines, answers = csv.writer(customers, quoting=csv.QUOTE_ALL), csv.writer(survey)
        lines.writerow(["customer_id", "consent_profiling", "consent_email", "email", "phone", "country"])
        answers.writerow(["who", "time", "cost", "quality", "variety"])
        for place, (id, email, phone, country, _, _) in enumerate(people):
            lines.writerow([id, "yes", "yes", email, phone, country])
            wants = [5, 1, 4, 2] if place % 2 else [1, 5, 2, 4]
            answers.writerow([id, *(min(5, max(1, want + rng.randrange(-1, 2))) for want in wants)])
    subprocess.run([program, "run", "-C", folder, "--as-of", "2026-11-20", "--quiet"], check=True, stdout=subprocess.DEVNULL)
    rows = {}
    for path in sorted(glob.glob(os.path.join(folder, "out/latest/audiences/forms/full-*.csv"))):
        with open(path, newline="") as file:
            rows.update((row["customer_id"], row) for row in csv.DictReader(file))
    return rows


def tried(make, *wrong):
    try:
        return make() or ""
    except wrong:
        return ""


def library_email(raw):
    return validate_email(raw.strip(), check_deliverability=False).normalized.lower()


def library_phone(raw, country):
    number = phonenumbers.parse(raw, country or None)
    return e164(number) if phonenumbers.is_valid_number(number) else ""


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


# Why a kind of difference is there: (column, helper, how it was written or "", ours, theirs) → who is right, why. The first that
# fits holds; an empty text fits all.
WHY = [
    ("email", "google", "", "not hashed", "taken", "open", "few hosts take such letters, and helpers disagree about their bytes: the address is sent, its hash is not"),
    ("email", "google", "", "left out", "taken", "we", "checks only that there is one @: no mail reaches this, or no tool takes it"),
    ("email", "meta", "", "not hashed", "taken", "open", "few hosts take such letters, and helpers disagree about their bytes: the address is sent, its hash is not"),
    ("email", "meta", "", "left out", "taken", "we", "checks little more than that there is an @: no mail reaches this, or no tool takes it"),
    ("email", "email-validator", "65 bytes before the @", "left out", "taken", "we", "at most 64 (RFC 5321, 4.5.3.1.1); the library asks so only when it is told to be strict"),
    ("email", "email-validator", "begins with a plus", "left out", "taken", "both", "valid by RFC 5322; a spreadsheet would run the cell, and no mail service gives such addresses out"),
    ("email", "email-validator", "begins with a sign that a spreadsheet runs", "left out", "taken", "both", "valid by RFC 5322; a spreadsheet would run the cell, and no mail service gives such addresses out"),
    ("email", "email-validator", "host as punycode", "taken", "other", "both", "two ways to write one host: it stays as the source wrote it, as both platforms hash it"),
    ("phone", "google", "00 for the plus", "left out", "taken", "we", "00 is not what is dialed there to reach another country: which number is meant is not known"),
    ("phone", "google", "at home, country not told", "left out", "taken", "we", "a number of some country, not known which: whoever has these digits abroad would be found"),
    ("phone", "google", "Arabic digits", "taken", "other", "we", "leaves digits of other scripts as they are: a hash that is nobody's"),
    ("phone", "google", "wide digits", "taken", "other", "we", "leaves digits of other scripts as they are: a hash that is nobody's"),
    ("phone", "google", "without its plus", "taken", "other", "we", "takes the first digits for the code of a country; dialed at home they are a number of that country"),
    ("phone", "google", "with an extension", "taken", "other", "we", "glues the extension on: a number of somebody else, or of nobody"),
    ("phone", "google", "trunk prefix in brackets", "taken", "other", "we", "leaves the (0) in, which is not dialed from abroad"),
    ("phone", "google", "", "taken", "other", "we", "puts a plus before what was dialed at home, or before 00: a number of somebody else"),
    ("phone", "google", "", "left out", "taken", "we", "any digits are a number for it; no phone has this one"),
    ("phone", "meta", "00 for the plus", "left out", "taken", "we", "00 is not what is dialed there to reach another country: which number is meant is not known"),
    ("phone", "meta", "at home, country not told", "left out", "taken", "we", "a number of some country, not known which: whoever has these digits abroad would be found"),
    ("phone", "meta", "Arabic digits", "taken", "other", "we", "leaves digits of other scripts as they are: a hash that is nobody's"),
    ("phone", "meta", "wide digits", "taken", "other", "we", "leaves digits of other scripts as they are: a hash that is nobody's"),
    ("phone", "meta", "without its plus", "taken", "other", "we", "takes the first digits for the code of a country; dialed at home they are a number of that country"),
    ("phone", "meta", "trunk prefix in brackets", "taken", "other", "we", "leaves the 0 in, which is not dialed from abroad"),
    ("phone", "meta", "", "taken", "other", "we", "knows no country: what was dialed at home becomes a number of somebody else"),
    ("phone", "meta", "", "taken", "refused", "we", "does not know dots, slashes, hyphens of typography and extensions; people write them"),
    ("phone", "meta", "", "left out", "taken", "we", "digits of a plausible length are a number for it; no phone has this one"),
]


def kind(mine, theirs, hashable=True):
    if mine == theirs:
        return None
    if not mine:
        return ("left out" if hashable else "not hashed", "taken")
    return ("taken", "other" if theirs else "refused")


def differences(people, rows):
    counts = collections.Counter()
    google = Formatter()
    absent = [id for id, *_ in people if id not in rows]
    if absent:
        raise SystemExit(f"{len(absent)} contacts are not on the list: the comparison is not of all of them")
    for id, email, phone, country, how_email, how_phone in people:
        row = rows[id]

        def tell(column, helper, how, found):
            if found:
                counts[(column, helper, how, *found)] += 1

        # Of the e-mail: Google's form and hash, Meta's form and hash, the library's form.
        hashed = bool(row["meta_email"]) or not row["email"]
        theirs = tried(lambda: google.format_email_address(email), ValueError)
        tell("email", "google", how_email, kind(row["google_email"], sha256(theirs), hashed))
        theirs = tried(lambda: Normalize.normalize_field_skip_hashing("em", email), TypeError, ValueError)
        tell("email", "meta", how_email, kind(row["meta_email"], sha256(theirs), hashed))
        theirs = tried(lambda: library_email(email), EmailNotValidError)
        tell("email", "email-validator", how_email, kind(row["email"], theirs))
        # Of the number the same.
        theirs = tried(lambda: google.format_phone_number(phone), ValueError)
        tell("phone", "google", how_phone, kind(row["google_phone"], sha256(theirs)))
        theirs = tried(lambda: Normalize.normalize_field_skip_hashing("ph", phone), TypeError, ValueError)
        tell("phone", "meta", how_phone, kind(row["meta_phone"], sha256(theirs)))
        theirs = tried(lambda: library_phone(phone, country), phonenumbers.NumberParseException)
        tell("phone", "libphonenumber", how_phone, kind(row["phone"], theirs))
        # Hashes are those of our own forms, whoever makes them.
        for column, form in [("meta_email", row["email"]), ("google_phone", row["phone"]), ("meta_phone", row["phone"][1:])]:
            if row[column] and row[column] != sha256(form):
                counts[(column, "hashlib", "", "taken", "other")] += 1
    return counts


def why(difference):
    for *pattern, right, reason in WHY:
        if all(not own or own == seen for own, seen in zip(pattern, difference)):
            return right, reason
    return "?", "nobody has said yet: look at it"


def main():
    program, folder, kept, *new = sys.argv[1:]
    people = list(contacts())
    counts = differences(people, ours(os.path.abspath(program), folder, people))
    head = ["what", "helper", "how it is written", "we", "the helper", "contacts", "right", "why"]
    rows = [[*difference, str(n), *why(difference)] for difference, n in sorted(counts.items())]
    text = "".join("\t".join(row) + "\n" for row in [head, *rows])
    if new:
        open(kept, "w").write(text)
    before = open(kept).read()
    for line in sorted(set(before.splitlines()) ^ set(text.splitlines())):
        print("<" if line in before.splitlines() else ">", line)
    print(f"{len(people)} contacts, {sum(counts.values())} differences of {len(counts)} kinds, as kept: {text == before}")
    sys.exit(0 if text == before else 1)


if __name__ == "__main__":
    main()
