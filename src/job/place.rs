//! Where results may lie: in the project, or where a person said, and never where everybody's files are.

use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use crate::job::error::JobError;
use crate::job::load::Loaded;
use crate::tables::publish::output_identity;

/// Refuses a results folder that is the root of the file system, lies directly below it, or is reached through a link that
/// leads out of the project, unless a person allows it or a night lies there already.
pub(super) fn check(loaded: &Loaded) -> Result<(), JobError> {
    let out = loaded.settings.output(&loaded.base);
    if loaded.allow_output || matches!(output_identity(&out), Ok(Some(_))) {
        return Ok(());
    }
    let unfit = unfit(&loaded.base, &loaded.settings.run.output);
    match unfit.map_err(|source| JobError::Io { doing: "cannot find", path: out.clone(), source })? {
        Some(what) => Err(JobError::OutputPlace { out, what }),
        None => Ok(()),
    }
}

/// What is wrong with `output` of a project in `base`.
fn unfit(base: &Path, output: &Path) -> io::Result<Option<&'static str>> {
    let base = std::path::absolute(if base.as_os_str().is_empty() { Path::new(".") } else { base })?;
    let project = real(&base)?;
    let named = plain(&project.join(output));
    let out = real(&named)?;
    let inside = named.starts_with(&project) || named.starts_with(plain(&base));
    Ok(match out.parent() {
        None => Some("is the root of the file system"),
        Some(above) if above.parent().is_none() => Some("lies directly below the root of the file system"),
        Some(_) if inside && !out.starts_with(&project) => {
            Some("is reached through a link that leads out of the project")
        }
        Some(_) => None,
    })
}

/// The path without links, as far as there is something.
fn real(path: &Path) -> io::Result<PathBuf> {
    let (mut there, mut rest) = (path.to_owned(), Vec::new());
    loop {
        match there.canonicalize() {
            Ok(real) => return Ok(rest.iter().rev().fold(real, |path, name| path.join(name))),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                let Some(name) = there.file_name().map(ToOwned::to_owned) else { return Err(error) };
                rest.push(name);
                there.pop();
            }
            Err(error) => return Err(error),
        }
    }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn results_lie_in_the_project_or_where_they_are_named_without_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["project/in", "elsewhere"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        symlink(at("elsewhere"), at("project/link")).unwrap();
        symlink(at("project/in"), at("project/inner")).unwrap();
        symlink(at("project"), at("door")).unwrap();
        let fit = |base: &str, output: &Path| unfit(&at(base), output).unwrap();
        for output in ["out", "a/b/out", "inner/out", "../elsewhere", "../new/out"] {
            assert_eq!(fit("project", Path::new(output)), None, "{output}");
        }
        assert_eq!(fit("project", &at("elsewhere/out")), None);
        assert_eq!(fit("door", Path::new("out")), None, "the project itself may be reached through a link");
        for output in ["link", "link/out", "in/../link/out"] {
            assert!(fit("project", Path::new(output)).is_some_and(|what| what.contains("link")), "{output}");
        }
        assert!(fit("project", &at("project/link")).is_some());
        assert_eq!(fit("project", Path::new("/")), Some("is the root of the file system"));
        for output in ["/etc", "/home", "/nothing-of-this-name"] {
            assert!(fit("project", Path::new(output)).is_some_and(|what| what.contains("below")), "{output}");
        }
    }
}
