//! Who may read what is written: its owner alone, or whom `[run] file_mode` lets in.
//!
//! Everything is made for its owner alone, whatever the process would otherwise allow, and widened when it is whole.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::plain_file;

/// Reading and writing by the owner: without it a night could not be made.
const OWNER: u32 = 0o600;

/// Bits a file may have: all may read, the group may write; a table is no program.
const ALLOWED: u32 = 0o664;

/// Bits that are no permissions: a folder that hands its group on keeps doing so.
const SPECIAL: u32 = 0o7000;

/// Permissions of files, written `"0640"`; those of folders follow: whoever may read may enter. `0600` by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMode(u32);

/// A text that is no permissions a night can have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{seen}` cannot be the permissions of a night's files: write them as in \"0640\"; the owner reads and writes, others \
     do not write, and nobody executes"
)]
pub struct FileModeError {
    /// The text.
    pub seen: String,
}

impl FileMode {
    /// Permissions of files.
    #[must_use]
    pub fn file(self) -> u32 {
        self.0
    }

    /// Permissions of folders.
    #[must_use]
    pub fn folder(self) -> u32 {
        self.0 | (self.0 & 0o444) >> 2
    }
}

impl Default for FileMode {
    fn default() -> Self {
        Self(OWNER)
    }
}

impl FromStr for FileMode {
    type Err = FileModeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || FileModeError { seen: text.to_owned() };
        let digits = text.trim();
        let octal = matches!(digits.len(), 3 | 4) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
        let mode = octal.then(|| u32::from_str_radix(digits, 8).ok()).flatten().ok_or_else(refuse)?;
        if mode & OWNER == OWNER && mode & !ALLOWED == 0 { Ok(Self(mode)) } else { Err(refuse()) }
    }
}

impl<'de> Deserialize<'de> for FileMode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for FileMode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:04o}", self.0))
    }
}

impl schemars::JsonSchema for FileMode {
    fn schema_name() -> Cow<'static, str> {
        "FileMode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Permissions of files, such as \"0640\".",
            "type": "string",
            "pattern": "^0?6[0246][04]$"
        })
    }
}

/// Makes a file for its owner alone. `anew`: it must not be there; else what is there is overwritten.
pub(in crate::tables) fn private_file(path: &Path, anew: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = if anew { options.create_new(true) } else { options.create(true).truncate(true) };
    let file = plain_file::open_with(path, options.write(true).mode(OWNER))?;
    // What the process masks may have taken from the owner, too.
    if file.metadata()?.permissions().mode() & 0o777 != OWNER {
        file.set_permissions(fs::Permissions::from_mode(OWNER))?;
    }
    Ok(file)
}

/// Gives a file or folder these permissions, if it has others; a link is left alone.
pub(in crate::tables) fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    let data = fs::symlink_metadata(path)?;
    let now = data.permissions().mode();
    if data.is_symlink() || now & 0o777 == mode {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(now & SPECIAL | mode))
}

/// Permissions of a file or folder.
pub(in crate::tables) fn mode_of(path: &Path) -> io::Result<u32> {
    Ok(fs::symlink_metadata(path)?.permissions().mode() & 0o777)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_read_a_file_may_enter_its_folder() {
        let modes = |text: &str| text.parse::<FileMode>().map(|mode| (mode.file(), mode.folder()));
        assert_eq!(modes("0600"), Ok((0o600, 0o700)));
        assert_eq!(modes("640"), Ok((0o640, 0o750)));
        assert_eq!(modes("0664"), Ok((0o664, 0o775)));
        assert_eq!(FileMode::default(), "0600".parse().unwrap());
    }

    #[test]
    fn permissions_that_shut_the_owner_out_or_let_everybody_write_are_refused() {
        for bad in ["", "0400", "0666", "0700", "0755", "4640", "rw-r-----", "06400", "0o640", "0689"] {
            assert_eq!(bad.parse::<FileMode>(), Err(FileModeError { seen: bad.to_owned() }));
        }
    }

    #[test]
    fn a_private_file_is_for_its_owner_alone_and_a_folder_keeps_handing_on_its_group() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(private_file(&path, true).is_err());
        private_file(&path, false).unwrap();
        assert_eq!(mode_of(&path).unwrap(), 0o600);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o2700)).unwrap();
        set_mode(folder.path(), 0o750).unwrap();
        assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o7777, 0o2750);
    }
}
