//! The log on the disk.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};

use super::chain::{Chain, NONE_BEFORE, digest};
use super::line::AuditLine;
use crate::control::error::Error;
use crate::system::folder::Folder;

/// Name of the log in the output folder.
pub const AUDIT: &str = "audit.log";

/// The longest log that is read, in bytes: a hundred thousand lines.
const LONGEST: u64 = 64 << 20;

/// The log in an output folder, as its bytes and as a chain; empty where there is none.
///
/// # Errors
///
/// When it cannot be read, or is longer than any log.
pub fn read(folder: &Folder) -> Result<(Vec<u8>, Chain), Error> {
    let failed = |error| Error::output("read", &folder.path().join(AUDIT), error);
    match folder.read(AUDIT) {
        Ok(mut file) => {
            // A line that is being written is not half of one. Where a folder knows no locks, it is read as it is.
            drop(file.lock_shared());
            let log = whole(&mut file).map_err(failed)?;
            let chain = Chain::of(&log);
            Ok((log, chain))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Default::default()),
        Err(error) => Err(failed(error)),
    }
}

fn whole(file: &mut File) -> io::Result<Vec<u8>> {
    let mut log = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut log)?;
    if log.len() as u64 > LONGEST {
        return Err(io::Error::other("it is longer than any audit log"));
    }
    Ok(log)
}

/// Adds a line to the log in an output folder, after all that stand there; gives it as it stands there. It is on
/// the disk itself then.
///
/// # Errors
///
/// When the disk takes no more, fails, or may not be written to.
pub fn append(folder: &Folder, line: AuditLine) -> Result<AuditLine, Error> {
    append_by(folder, |_| Ok(line.clone())).map(|(line, _)| line)
}

/// The same with a line that `make` makes of the chain that stands there, or refuses: nobody else writes in between.
/// Also gives all bytes of the log, which end with that line.
///
/// # Errors
///
/// Those of [`append`], and that of `make`; nothing is written then.
pub(in crate::run) fn append_by(
    folder: &Folder,
    make: impl Fn(&Chain) -> Result<AuditLine, Error>,
) -> Result<(AuditLine, Vec<u8>), Error> {
    let failed = |error| Error::output("write", &folder.path().join(AUDIT), error);
    loop {
        match folder.reopen(AUDIT) {
            Ok(mut file) => {
                lock(&file).map_err(failed)?;
                let log = whole(&mut file).map_err(failed)?;
                let line = make(&Chain::of(&log))?;
                return write_after(&mut file, folder, log, line).map_err(failed);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let line = make(&Chain::default())?;
        match folder.create(AUDIT) {
            // Another program was quicker: its line has to be looked at, too.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => {
                let begun = made.and_then(|mut file| begin(&mut file, folder, line));
                if let Some(begun) = begun.map_err(failed)? {
                    return Ok(begun);
                }
            }
        }
    }
}

/// Writes the first line; nothing where another program was quicker.
fn begin(
    file: &mut File,
    folder: &Folder,
    line: AuditLine,
) -> io::Result<Option<(AuditLine, Vec<u8>)>> {
    lock(file)?;
    let log = whole(file)?;
    if !log.is_empty() {
        return Ok(None);
    }
    write_after(file, folder, log, line).map(Some)
}

/// Two programs that write at once would break the chain.
fn lock(file: &File) -> io::Result<()> {
    file.lock().or_else(|error| match error.kind() {
        ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    })
}

/// Writes a line after `log`, which is all that stands in the file.
fn write_after(
    file: &mut File,
    folder: &Folder,
    mut log: Vec<u8>,
    mut line: AuditLine,
) -> io::Result<(AuditLine, Vec<u8>)> {
    let before = log.len();
    let is_cut_off = !log.is_empty() && !log.ends_with(b"\n");
    if is_cut_off {
        // What a crash left stays as it is, on a line of its own.
        log.push(b'\n');
    }
    let mut lines = log.strip_suffix(b"\n").unwrap_or(&log).split(|byte| *byte == b'\n');
    line.number = if before == 0 { 1 } else { lines.clone().count() as u64 + 1 };
    line.previous_sha256 = match lines.next_back() {
        Some(last) if before > 0 => digest(last),
        _ => NONE_BEFORE.to_owned(),
    };
    log.extend(serde_json::to_vec(&line)?);
    log.push(b'\n');
    file.seek(SeekFrom::End(0))?;
    if let Err(error) = file.write_all(&log[before..]).and_then(|()| file.sync_all()) {
        // Half a line would break the chain for ever.
        drop(file.set_len(before as u64).and_then(|()| file.sync_all()));
        return Err(error);
    }
    folder.sync()?;
    Ok((line, log))
}

/// A sentence for the user where what was done could not be put on record.
pub(in crate::run) fn unrecorded(recorded: Result<AuditLine, Error>) -> Option<String> {
    let why = recorded.err()?.with_cause();
    Some(format!("What was done could not be put on record in the audit log: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    #[test]
    fn lines_follow_on_each_other_also_after_a_crash() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        assert_eq!(read(&folder).unwrap(), Default::default());
        for number in 1..=3 {
            let line = append(&folder, AuditLine::now("scan", &[])).unwrap();
            assert_eq!(line.number, number);
        }
        let (log, chain) = read(&folder).unwrap();
        assert_eq!((chain.lines.len(), chain.faults.len()), (3, 0));
        std::fs::write(path.join(AUDIT), &log[..log.len() - 9]).unwrap();
        assert_eq!(append(&folder, AuditLine::now("verify", &[])).unwrap().number, 4);
        let (_, chain) = read(&folder).unwrap();
        assert_eq!(chain.faults.len(), 1);
        assert_eq!(chain.faults[0].what, "line 3 is no line of an audit log");
        assert_eq!(chain.lines.last().unwrap().line.action, "verify");
    }

    #[test]
    #[cfg(unix)]
    fn a_log_that_is_a_link_is_not_written_to() {
        let (home, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = std::fs::canonicalize(home.path()).unwrap();
        std::fs::write(other.path().join("victim"), "of another").unwrap();
        std::os::unix::fs::symlink(other.path().join("victim"), path.join(AUDIT)).unwrap();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        assert!(append(&folder, AuditLine::now("scan", &[])).is_err());
        assert_eq!(std::fs::read(other.path().join("victim")).unwrap(), b"of another");
    }
}
