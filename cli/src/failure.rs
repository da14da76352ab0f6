//! How failures are told: one line that says what, why, and what to do about it.

use std::error::Error as Cause;
use std::io;
use std::iter::successors;
use std::path::Path;

use afterimage_engine::error::Error;

use crate::system_words::{LISTER, WITH_RIGHTS};
use crate::{again, text};

/// `afterimage: WHAT: WHY; ADVICE`.
pub fn line(error: &(dyn Cause + 'static)) -> String {
    let chain = || successors(Some(error), |error| (*error).source());
    let causes: Vec<String> = chain().map(ToString::to_string).collect();
    let advice = chain().find_map(|error| {
        let error = error.downcast_ref()?;
        going_on(error).or_else(|| opening(error)).or_else(|| advice(error).map(str::to_owned))
    });
    let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    format!("afterimage: {}{advice}", text::plain(&causes.join(": ")))
}

/// How to go on with a run that was not finished.
fn going_on(error: &Error) -> Option<String> {
    Some(match error {
        Error::Unfinished { path, command } => {
            let again = again::resumed(command);
            let resume = again.unwrap_or_else(|| "the same command and --resume".to_owned());
            let recover = again::recover(path);
            format!("go on with `{resume}`, or finish it from what it has with `{recover}`")
        }
        Error::Differs { command, .. } => match again::resumed(command) {
            Some(resume) => {
                format!("go on with `{resume}`, or name another folder with --output")
            }
            None => "use the options and sources of that run, or name another folder".to_owned(),
        },
        _ => return None,
    })
}

/// What to do where macOS keeps backups of phones from programs.
const CLOSED_BY_MACOS: &str = "macOS keeps it closed: in System Settings, Privacy & Security, Full Disk Access, \
                               switch on the program in which you type this, and start it anew";

/// What to do where a source cannot be opened.
fn opening(error: &Error) -> Option<String> {
    let Error::Open { path, source } = error else { return None };
    Some(match source.kind() {
        io::ErrorKind::PermissionDenied if is_of_phones(path) => CLOSED_BY_MACOS.to_owned(),
        io::ErrorKind::PermissionDenied => format!(
            "{WITH_RIGHTS}, or make an image of the device first; recovered files will still belong to you"
        ),
        io::ErrorKind::NotFound => format!("check the path; {LISTER} lists drives and cards"),
        _ => return None,
    })
}

/// What to do about another failure of the engine, where there is something to be done.
fn advice(error: &Error) -> Option<&'static str> {
    let denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    match error {
        Error::NoMedium { .. } => Some("put the card into the reader and try again"),
        Error::NotMappable { .. } => Some("use --io read"),
        Error::NoVolume { known, .. } if known.is_empty() => {
            Some("leave out --volume to scan all of it")
        }
        Error::Destination { .. } => Some("name a folder on another disk with --output"),
        Error::Busy { .. } => Some("wait until that run has ended, or name another folder"),
        Error::NoRoom { .. } => Some(
            "free some space and go on with --resume, or name a folder on a larger disk with \
             --output",
        ),
        Error::Output { source, .. } if denied(source) => {
            Some("name a folder that you may write to with --output")
        }
        Error::Output { doing: "make the folder", .. } => Some("name another folder with --output"),
        Error::Vanished { .. } => Some(
            "connect it again and go on with --resume, or make an image of it first with \
             `afterimage image`",
        ),
        Error::Range { .. } => Some("let --range begin before that"),
        _ => None,
    }
}

/// Whether a path is where macOS keeps backups of phones.
fn is_of_phones(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "MobileSync")
        && path.components().any(|part| part.as_os_str() == "Library")
}

/// A reader that has seen enough, as `head` has, is no failure.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(error: &Error, expected: &str) {
        assert_eq!(line(error), format!("afterimage: {expected}"));
    }

    #[test]
    fn a_line_says_what_and_why_and_what_to_do() {
        let path = || "card.img".into();
        let open = |kind| Error::open("card.img".as_ref(), io::Error::from(kind));
        check(
            &open(io::ErrorKind::NotFound),
            "cannot open card.img: entity not found; check the path; `lsblk` lists drives and cards",
        );
        check(
            &open(io::ErrorKind::PermissionDenied),
            "cannot open card.img: permission denied; run it again with sudo, or make an image of \
             the device first; recovered files will still belong to you",
        );
        let backups = "/Users/a/Library/Application Support/MobileSync/Backup";
        check(
            &Error::open(backups.as_ref(), io::ErrorKind::PermissionDenied.into()),
            &format!(
                "cannot open {backups}: permission denied; macOS keeps it closed: in System Settings, Privacy \
                 & Security, Full Disk Access, switch on the program in which you type this, and start it anew"
            ),
        );
        check(
            &Error::NotMappable { path: path() },
            "cannot scan card.img: a device cannot be mapped; use --io read",
        );
        check(
            &Error::NoVolume { path: path(), number: 2, known: vec![] },
            "cannot find volume 2 on card.img: no file system is known there; leave out --volume to \
             scan all of it",
        );
        check(
            &Error::NoVolume { path: path(), number: 2, known: vec![1] },
            "cannot find volume 2 on card.img: there is only volume 1",
        );
        check(
            &Error::Destination { path: path(), why: "it is full of stars".into() },
            "cannot write to card.img: it is full of stars; name a folder on another disk with \
             --output",
        );
    }

    #[test]
    fn a_path_cannot_speak_to_the_terminal_or_end_the_line() {
        let path = "card\u{1b}[2J\n\u{9b}31m\u{202e}.img";
        let error = Error::open(path.as_ref(), io::Error::from(io::ErrorKind::NotFound));
        let said = line(&error);
        assert!(said.starts_with("afterimage: cannot open card?[2J??31m?.img: "), "{said:?}");
    }

    #[test]
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn an_empty_reader_is_told_apart() {
        const ENOMEDIUM: i32 = 123;
        let error = Error::open("/dev/sdb".as_ref(), io::Error::from_raw_os_error(ENOMEDIUM));
        assert!(line(&error).ends_with("; put the card into the reader and try again"));
    }
}
