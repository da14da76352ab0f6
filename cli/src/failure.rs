//! How failures are told: one line that says what, why, and what to do about it.

use std::error::Error as Cause;
use std::fmt;
use std::io;
use std::iter::successors;
use std::path::Path;

use afterimage_engine::error::Error;
use afterimage_engine::options::ListFailure;
use afterimage_engine::source::is_address;
use afterimage_engine::words;

use crate::system_words::{BEST_LISTER, INSERT, how_to_read, is_root};
use crate::text;
use crate::typed;

/// `afterimage: WHAT: WHY; ADVICE`.
pub fn line(error: &(dyn Cause + 'static)) -> String {
    told(error, is_root())
}

fn told(error: &(dyn Cause + 'static), has_rights: bool) -> String {
    let chain = || successors(Some(error), |error| (*error).source());
    let causes: Vec<String> = chain().map(ToString::to_string).collect();
    let verb = verb();
    let of_engine = |error: &(dyn Cause + 'static)| {
        let error = error.downcast_ref()?;
        going_on(error)
            .or_else(|| opening(error, has_rights))
            .or_else(|| room(error, &verb))
            .or_else(|| writing(error, &verb))
            .or_else(|| advice(error).map(str::to_owned))
    };
    let of_lists = |error: &(dyn Cause + 'static)| {
        let of_known = error.downcast_ref::<Unknown>().map(|_| KNOWN);
        of_known.or_else(|| error.downcast_ref::<ListFailure>().map(|_| LIST)).map(str::to_owned)
    };
    let advice = chain().find_map(of_engine).or_else(|| chain().find_map(of_lists));
    let advice = advice.or_else(|| chain().find_map(of_system).map(str::to_owned));
    let advice = advice.map(|advice| format!("; {advice}")).unwrap_or_default();
    format!("afterimage: {}{advice}", text::plain(&causes.join(": ")))
}

/// What a list of digests is.
const LIST: &str =
    "name a text with a digest a line, a table, or a former report.json with --lost-hashes";

/// Why what is known already cannot be read.
#[derive(Debug)]
pub struct Unknown(pub ListFailure);

impl fmt::Display for Unknown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cannot use {} as what is known: {}", self.0.path.display(), self.0.why)
    }
}

impl Cause for Unknown {}

/// What tells what is known already.
const KNOWN: &str = "name a folder of photos, a list of digests, the text of NSRL, or a former report.json with --known";

/// What to do about a failure of the system of which nothing more is known.
fn of_system(error: &(dyn Cause + 'static)) -> Option<&'static str> {
    match error.downcast_ref::<io::Error>()?.kind() {
        io::ErrorKind::NotFound => Some("check the path"),
        io::ErrorKind::NotADirectory => Some("name a folder"),
        io::ErrorKind::IsADirectory => Some("name a file"),
        io::ErrorKind::PermissionDenied => Some("check who may read or write it"),
        _ => None,
    }
}

/// The command that was typed.
fn verb() -> String {
    let arguments = typed::arguments();
    let first = typed::without_log(&arguments).first();
    first.map(|word| word.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The option of a command that names the folder to write to, as it stands behind "a folder"; nothing where none does.
fn with_option(verb: &str) -> &'static str {
    match verb {
        "recover" | "export" | "report" => " with --to",
        "scan" | "merge" | "find" | "backup" | "cloud" | "manual" => " with --output",
        _ => "",
    }
}

/// What to do where nothing can be written.
fn writing(error: &Error, verb: &str) -> Option<String> {
    let missing = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let (with, what) = (with_option(verb), if verb == "image" { "file" } else { "folder" });
    Some(match error {
        Error::Output { doing: "open" | "open the folder", source, .. } if missing(source) => {
            "name the output folder of a scan".to_owned()
        }
        // Some say themselves what to do.
        Error::Destination { why, .. } if why.contains("; choose another") => return None,
        Error::Destination { .. } => match verb {
            "sign" | "report" if !is_copied() => "copy the folder to another disk first".to_owned(),
            _ => format!("name a {what} on another disk{with}"),
        },
        Error::Output { source, .. } if denied(source) => {
            format!("name a {what} that you may write to{with}")
        }
        Error::Output { doing: "make the folder", .. } => format!("name another {what}{with}"),
        _ => return None,
    })
}

/// Whether a command writes to another folder than the one it is about.
fn is_copied() -> bool {
    typed::words().iter().any(|word| word == "--redact")
}

/// What to do where the disk took no more, or the source is not there any more.
fn room(error: &Error, verb: &str) -> Option<String> {
    let (again, other) = match verb {
        "scan" | "merge" => ("go on with --resume", " with --output"),
        "image" => ("give the same command again", " for the image"),
        "recover" | "export" => ("give the same command again", " with --to"),
        "sign" => ("give the same command again", " by copying it there"),
        "report" | "verify" | "serve" => ("give the same command again", ""),
        _ => ("give the same command again, with another folder", " with --output"),
    };
    Some(match error {
        Error::NoRoom { .. } if other.is_empty() => format!("free some space and {again}"),
        Error::NoRoom { .. } => {
            format!("free some space and {again}, or name a folder on a larger disk{other}")
        }
        Error::Vanished { .. } => format!(
            "connect it again and {again}, or make an image of it first with `afterimage image`"
        ),
        Error::Unavailable { .. } => format!("see to the connection or its server, and {again}"),
        Error::Changed { .. } if verb == "scan" => {
            "scan it anew, into another folder with --output".to_owned()
        }
        Error::Changed { .. } => again.to_owned(),
        _ => return None,
    })
}

/// How to go on with a run that was not finished.
fn going_on(error: &Error) -> Option<String> {
    Some(match error {
        Error::Unfinished { path, command } => {
            let again = words::resumed(command);
            if let Some(resume) = again.as_ref().filter(|_| is_of_shard(command)) {
                return Some(format!(
                    "go on with `{resume}`, which ends at once where nothing is left to do"
                ));
            }
            let resume = again.unwrap_or_else(|| "the same command and --resume".to_owned());
            let recover = words::recover(path);
            format!("go on with `{resume}`, or finish it from what it has with `{recover}`")
        }
        Error::Differs { command, .. } => match words::resumed(command) {
            // The same words again would end here again: it is what they name that differs.
            Some(resume) if words::resumed(&typed::words()).as_ref() == Some(&resume) => {
                "name another folder with --output to scan what is there now".to_owned()
            }
            Some(resume) => {
                format!("go on with `{resume}`, or name another folder with --output")
            }
            None => "use the options and sources of that run, or name another folder".to_owned(),
        },
        _ => return None,
    })
}

/// Whether a command scans a shard: what it leaves is no run that could be finished by itself.
fn is_of_shard(command: &[String]) -> bool {
    command.iter().any(|word| word == "--shard" || word.starts_with("--shard="))
}

/// What to do where macOS keeps backups of phones from programs.
const CLOSED_BY_MACOS: &str = "macOS keeps it closed: in System Settings, Privacy & Security, Full Disk Access, \
                               switch on the program in which you type this, and start it anew";

/// What to do where a source cannot be opened.
fn opening(error: &Error, has_rights: bool) -> Option<String> {
    let Error::Open { path, source } = error else { return None };
    Some(match source.kind() {
        io::ErrorKind::NotFound if is_address(path) => "check the address".to_owned(),
        io::ErrorKind::PermissionDenied if is_address(path) => "check who may read it".to_owned(),
        _ if is_address(path) => return None,
        io::ErrorKind::PermissionDenied if is_of_phones(path) => CLOSED_BY_MACOS.to_owned(),
        io::ErrorKind::PermissionDenied => format!(
            "{}, or make an image of the device first; recovered files will still belong to you",
            how_to_read(has_rights)
        ),
        io::ErrorKind::NotADirectory => "name a folder".to_owned(),
        io::ErrorKind::NotFound if ["recover", "verify"].contains(&verb().as_str()) => {
            "name where the source is now with --source".to_owned()
        }
        io::ErrorKind::NotFound => format!("check the path; {BEST_LISTER} lists drives and cards"),
        _ => return None,
    })
}

/// What to do about another failure of the engine, where there is something to be done.
fn advice(error: &Error) -> Option<&'static str> {
    match error {
        Error::NoMedium { .. } => Some(INSERT),
        Error::NotMappable { .. } => Some("use --io read"),
        Error::NoVolume { known, .. } if known.is_empty() => {
            Some("leave out --volume to scan all of it")
        }
        Error::NoVolume { .. } => Some("name one that is there with --volume, or leave it out"),
        Error::NotASource { .. } => Some(NAMED),
        Error::OtherVersion { .. } => {
            Some("name a copy of the version that was scanned with --source, or scan it anew")
        }
        Error::OtherSource { .. } => Some("name the one that was scanned with --source"),
        Error::SurplusSource { .. } => Some("leave it out"),
        Error::Busy { .. } => Some("wait until that run has ended, or name another folder"),
        Error::Range { .. } => Some("let --range begin before that"),
        Error::OnlyShards { .. } => Some("`afterimage merge` finishes it with the others"),
        Error::ShardNotCarved { .. } => Some("go on with the scan of that shard and --resume"),
        Error::MissingShards { .. } => Some(
            "carve them with `afterimage scan SOURCE --shard I/N`, or join those that are there with --partial",
        ),
        _ => None,
    }
}

/// Where the names of what can be scanned come from.
const NAMED: &str = if cfg!(windows) {
    "`Get-Disk` in PowerShell lists drives and cards"
} else {
    "`afterimage devices` lists drives and cards"
};

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
        assert_eq!(told(error, false), format!("afterimage: {expected}"));
    }

    #[test]
    fn a_line_says_what_and_why_and_what_to_do() {
        let path = || "card.img".into();
        let open = |kind| Error::open("card.img".as_ref(), io::Error::from(kind));
        check(
            &open(io::ErrorKind::NotFound),
            "cannot open card.img: entity not found; check the path; `afterimage devices` lists \
             drives and cards",
        );
        let denied = open(io::ErrorKind::PermissionDenied);
        let advised = |has_rights| opening(&denied, has_rights).unwrap();
        assert_eq!(
            advised(false),
            "run it again with sudo, or make an image of the device first; recovered files will still belong to you"
        );
        assert!(!advised(true).contains("sudo"), "root is not told to become root");
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
            "cannot find volume 2 on card.img: there is only volume 1; name one that is there with \
             --volume, or leave it out",
        );
    }

    #[test]
    fn the_option_of_the_command_at_hand_is_named() {
        let path = || std::path::PathBuf::from("out");
        let destination = Error::Destination { path: path(), why: "it is a source".into() };
        let denied = Error::output("write", &path(), io::ErrorKind::PermissionDenied.into());
        let made = Error::output("make the folder", &path(), io::ErrorKind::AlreadyExists.into());
        let full = Error::output("write", &path(), io::ErrorKind::StorageFull.into());
        for (verb, with) in [
            ("scan", " with --output"),
            ("find", " with --output"),
            ("export", " with --to"),
            ("serve", ""),
        ] {
            let said = |error: &Error| {
                room(error, verb).or_else(|| writing(error, verb)).unwrap_or_default()
            };
            assert_eq!(said(&destination), format!("name a folder on another disk{with}"));
            assert_eq!(said(&denied), format!("name a folder that you may write to{with}"));
            assert_eq!(said(&made), format!("name another folder{with}"));
            assert!(said(&full).ends_with(with), "{verb}: {}", said(&full));
        }
        assert_eq!(writing(&destination, "image").unwrap(), "name a file on another disk");
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
