//! A starter configuration from one look at a few files. Guesses are marked `# CHECK`; nothing is guessed again later.

pub mod exports;
mod guess;
pub mod mapped;
mod text;

use std::path::{Path, PathBuf};

use crate::job::error::JobError;
use crate::job::settings::Settings;
use crate::tables::peek::peek;

pub use guess::{Guess, Role};

/// What `init` did.
#[derive(Clone, Debug, PartialEq)]
pub struct Started {
    /// The configuration written.
    pub config: PathBuf,
    /// Questions a person has to answer, in plain words.
    pub questions: Vec<String>,
}

/// Writes `valueseg.toml`, its JSON Schema and a `.gitignore` into `dir`; refuses to overwrite a configuration.
pub fn start(dir: &Path, from: &[PathBuf]) -> Result<Started, JobError> {
    let config = dir.join("valueseg.toml");
    if config.exists() {
        return Err(JobError::Exists { path: config });
    }
    let mut guesses = Vec::new();
    for file in from {
        guesses.push(guess::guess(file, &peek(file)?, &guesses));
    }
    let io = |doing, path: &Path| {
        let path = path.to_owned();
        move |source| JobError::Io { doing, path, source }
    };
    std::fs::create_dir_all(dir).map_err(io("cannot make the folder", dir))?;
    let (text, questions) = text::configuration(dir, &guesses);
    std::fs::write(&config, text).map_err(io("cannot write", &config))?;
    let schema = dir.join("valueseg.schema.json");
    std::fs::write(&schema, config_schema()).map_err(io("cannot write", &schema))?;
    let ignore = dir.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(&ignore, "out/\n").map_err(io("cannot write", &ignore))?;
    }
    Ok(Started { config, questions })
}

/// JSON Schema of `valueseg.toml`, made from the types.
#[must_use]
pub fn config_schema() -> String {
    let schema = schemars::schema_for!(Settings);
    serde_json::to_string_pretty(&schema).expect("a schema is plain data") + "\n"
}
