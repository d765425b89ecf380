//! "What can go wrong, and what is to be done?" Every error that people meet has a code; what it means stands here alone.
//!
//! The table stands left of all layers, so that each can give its errors a code. An error carries facts and its code;
//! meaning, cause, the one thing to do and the exit code are read from the table. `valueseg explain error` prints it.

use std::fmt;

mod table;

pub use table::Code;

/// What the process says to whoever started it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Published, or already published.
    Published = 0,
    /// A bug.
    Bug = 1,
    /// Command line or configuration.
    Config = 2,
    /// Inputs unusable.
    Inputs = 3,
    /// A gate held the night back; yesterday stays live.
    Held = 4,
    /// Not ready, another run holds the lock, or an input changed meanwhile: try again.
    Retry = 5,
    /// Disk, permission, memory.
    Environment = 6,
    /// Stored state damaged.
    State = 7,
    /// Stopped by SIGHUP; nothing was published.
    HungUp = 129,
    /// Stopped by SIGINT; nothing was published.
    Interrupted = 130,
    /// Stopped by SIGQUIT; nothing was published.
    Quit = 131,
    /// Stopped by SIGTERM; nothing was published.
    Terminated = 143,
    /// Stopped by SIGXCPU; nothing was published.
    OutOfTime = 152,
    /// Stopped by a SIGXFSZ that somebody sent; nothing was published.
    TooLarge = 153,
}

/// A row of the table.
struct Entry {
    id: &'static str,
    exit: Exit,
    meaning: &'static str,
    cause: &'static str,
    to_do: &'static str,
}

impl Code {
    /// As people write it, such as `E` and four digits.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.entry().id
    }

    /// What it means.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.entry().meaning
    }

    /// How it comes about.
    #[must_use]
    pub fn cause(self) -> &'static str {
        self.entry().cause
    }

    /// One thing to do.
    #[must_use]
    pub fn to_do(self) -> &'static str {
        self.entry().to_do
    }

    /// Exit code of a process that ends with it.
    #[must_use]
    pub fn exit(self) -> Exit {
        self.entry().exit
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// An error that people meet.
pub trait Coded: std::error::Error {
    /// Its code.
    fn code(&self) -> Code;

    /// What this very case asks for, said in place of the table's advice: the nearest spelling, the key to set.
    fn hint(&self) -> Option<String> {
        None
    }

    /// One thing to do.
    fn to_do(&self) -> String {
        self.hint().unwrap_or_else(|| self.code().to_do().to_owned())
    }
}

/// What the operating system says where it gives no more of something, by its number on Linux.
const LIMITS: [(i32, Code); 5] = [
    (11, Code::MachineLimit),
    (12, Code::MachineLimit),
    (23, Code::MachineLimit),
    (24, Code::MachineLimit),
    (27, Code::FileSizeLimit),
];

/// The limit of the machine that an error comes from, whatever was being done: threads and processes, open files, memory,
/// the size of a file. It is no fault of the file that was at hand.
#[must_use]
pub fn machine_limit(error: &(dyn std::error::Error + 'static)) -> Option<Code> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let own = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::raw_os_error);
        // Libraries hand an error on as text, too; its number stands at the end.
        let text = error.to_string();
        let says = |number: &i32| text.ends_with(&format!("(os error {number})"));
        let limit = LIMITS.iter().find(|(number, _)| own == Some(*number) || says(number));
        if let Some((_, code)) = limit {
            return Some(*code);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_of_the_machine_is_known_through_what_libraries_make_of_it() {
        let wrapped =
            |number| std::io::Error::other(format!("External: {}", std::io::Error::from_raw_os_error(number)));
        for (number, code) in LIMITS {
            assert_eq!(machine_limit(&std::io::Error::from_raw_os_error(number)), Some(code));
            assert_eq!(machine_limit(&wrapped(number)), Some(code));
        }
        assert_eq!(machine_limit(&wrapped(2)), None, "no such file");
        assert_eq!(machine_limit(&std::io::Error::other("(os error 24) is the title")), None);
    }
}
