//! Opening files that are files: the one door for everything that is read or written under a name somebody else can take.
//!
//! A named pipe makes a reader wait for ever, a device has no end and may do something when it is opened, and what the
//! system makes up while it is read, as below `/proc`, is no data. All of them are refused before a byte is read.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::{OFlags, StatFs};

use crate::codes::{Code, Coded};

/// Something else than a file stands where a file was expected. The source of an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is {what}, not a file")]
pub struct NotAFile {
    /// What it is, with its article.
    pub what: &'static str,
}

impl Coded for NotAFile {
    fn code(&self) -> Code {
        Code::NotAFile
    }
}

/// What an error of this module says of what stands there instead of a file; `None` = the error is another one.
#[must_use]
pub fn not_a_file(error: &io::Error) -> Option<NotAFile> {
    error.get_ref()?.downcast_ref().copied()
}

/// Opens a file to be read; links are followed.
///
/// # Errors
/// [`NotAFile`], or what the system says.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(path, OpenOptions::new().read(true))
}

/// Opens a file as `options` say. What stands there and is no file is neither opened nor emptied, and nothing waits for it.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Of a device not even the opening is tried; what cannot be looked at, the opening itself refuses.
    if let Err(error) = look_at(path)
        && not_a_file(&error).is_some()
    {
        return Err(error);
    }
    // Another may have taken its place since: opening it must not wait, nor make it this process's terminal.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
    check(file.metadata()?.file_type())?;
    check_system(rustix::fs::fstatfs(&file))?;
    Ok(file)
}

/// What the system knows of a file, without opening it.
///
/// # Errors
/// As [`open`].
pub fn look_at(path: &Path) -> io::Result<Metadata> {
    let there = fs::metadata(path)?;
    check(there.file_type())?;
    check_system(rustix::fs::statfs(path))?;
    Ok(there)
}

/// Opens a file to be written from its start, made if need be with the permissions `mode`.
///
/// # Errors
/// As [`open`].
pub fn create(path: &Path, mode: u32) -> io::Result<File> {
    open_with(path, OpenOptions::new().write(true).create(true).truncate(true).mode(mode))
}

/// The bytes of a file.
///
/// # Errors
/// As [`open`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// As [`open`], and [`ErrorKind::InvalidData`] where it is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let invalid = |_| io::Error::new(ErrorKind::InvalidData, "it is not UTF-8 text");
    String::from_utf8(read(path)?).map_err(invalid)
}

/// Writes a file that people may edit: in its place, with the permissions it has, or those of a new one.
///
/// # Errors
/// As [`open`].
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    create(path, 0o666)?.write_all(text.as_bytes())
}

fn check(kind: FileType) -> io::Result<()> {
    let what = match kind {
        _ if kind.is_file() => return Ok(()),
        _ if kind.is_dir() => "a folder",
        _ if kind.is_fifo() => "a named pipe",
        _ if kind.is_socket() => "a socket",
        _ if kind.is_char_device() || kind.is_block_device() => "a device",
        _ => "something else",
    };
    Err(refused(what))
}

fn refused(what: &'static str) -> io::Error {
    io::Error::other(NotAFile { what })
}

/// Refuses the file systems of the kernel's own: `proc`, `sysfs`, `debugfs`, `tracefs` and those of control groups.
#[cfg(target_os = "linux")]
fn check_system(system: rustix::io::Result<StatFs>) -> io::Result<()> {
    const KERNEL: [rustix::fs::FsWord; 6] =
        [rustix::fs::PROC_SUPER_MAGIC, 0x6265_6572, 0x6462_6720, 0x7472_6163, 0x0027_e0eb, 0x6367_7270];
    let made_up = system.is_ok_and(|system| KERNEL.contains(&system.f_type));
    if made_up { Err(refused("made up by the system while it is read")) } else { Ok(()) }
}

#[cfg(not(target_os = "linux"))]
fn check_system(_: rustix::io::Result<StatFs>) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn refused_as(path: &Path) -> Option<&'static str> {
        let read = not_a_file(&open(path).expect_err("refused"));
        let written = not_a_file(&create(path, 0o600).expect_err("refused"));
        assert_eq!(read, written, "{}", path.display());
        read.map(|other| other.what)
    }

    #[test]
    fn pipes_sockets_devices_and_folders_are_refused_without_waiting_for_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).expect("bound");
        assert_eq!(refused_as(&pipe), Some("a named pipe"));
        assert_eq!(refused_as(&socket), Some("a socket"));
        assert_eq!(refused_as(Path::new("/dev/null")), Some("a device"));
        assert_eq!(refused_as(folder.path()), Some("a folder"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_the_kernel_makes_up_is_no_file() {
        let error = open(Path::new("/proc/self/status")).expect_err("refused");
        assert!(not_a_file(&error).is_some(), "{error}");
    }

    #[test]
    fn a_file_is_read_and_written_through_links_and_one_that_is_missing_is_said_to_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a"), folder.path().join("b"));
        write(&path, "ab").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        assert_eq!(read_text(&link).expect("read"), "ab");
        let missing = open(&folder.path().join("c")).expect_err("missing");
        assert_eq!((missing.kind(), not_a_file(&missing)), (ErrorKind::NotFound, None));
    }
}
