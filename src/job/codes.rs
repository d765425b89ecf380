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

/// All codes, ascending. E02: configuration; E03: inputs; E04: gates and models; E05: not ready; E06: environment;
/// E07: stored state.
pub const CODES: &[CodeEntry] = &[
    entry("E0201", "There is no configuration where it was looked for.", "make one with `valueseg init`, or name it with --config or -C"),
];
