//! The log on the disk.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};

use super::chain::{Chain, NONE_BEFORE, digest};
use super::line::{AuditLine, AuditReport};
use crate::control::error::Error;
use crate::model::hex;
use crate::output::destination::REPORT;
use crate::system::folder::Folder;

/// Name of the log in the output folder.
pub const AUDIT: &str = "audit.log";

/// The longest log that is read, in bytes: a hundred thousand lines.
const LONGEST: u64 = 64 << 20;

/// Bytes that are read at a time.
const PIECE: usize = 128 << 10;

/// The log in an output folder, as its bytes and as a chain; empty where there is none.
///
/// # Errors
///
/// When it cannot be read, or is longer than any log.
pub fn read(folder: &Folder) -> Result<(Vec<u8>, Chain), Error> {
    let failed = |error| Error::output("read", &folder.path().join(AUDIT), error);
    match folder.read(AUDIT) {
        Ok(mut file) => {
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
    let failed = |error| Error::output("write", &folder.path().join(AUDIT), error);
    append_to(folder, line).map_err(failed)
}

fn append_to(folder: &Folder, mut line: AuditLine) -> io::Result<AuditLine> {
    let mut file = match folder.create(AUDIT) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => folder.reopen(AUDIT)?,
        made => made?,
    };
    // Two programs that write at once would break the chain.
    file.lock().or_else(|error| match error.kind() {
        ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    })?;
    let log = whole(&mut file)?;
    let mut text = Vec::new();
    let is_cut_off = !log.is_empty() && !log.ends_with(b"\n");
    if is_cut_off {
        // What a crash left stays as it is, on a line of its own.
        text.push(b'\n');
    }
    let is_first = log.is_empty();
    let mut lines = log.strip_suffix(b"\n").unwrap_or(&log).split(|byte| *byte == b'\n');
    line.number = if is_first { 1 } else { lines.clone().count() as u64 + 1 };
    line.previous_sha256 = match lines.next_back() {
        Some(last) if !is_first => digest(last),
        _ => NONE_BEFORE.to_owned(),
    };
    text.extend(serde_json::to_vec(&line)?);
    text.push(b'\n');
    file.seek(SeekFrom::End(0))?;
    file.write_all(&text)?;
    file.sync_all()?;
    folder.sync()?;
    Ok(line)
}

/// Puts on record what was done to the report in an output folder: the line tells of the report as it is now.
///
/// # Errors
///
/// Those of [`append`], and when the report cannot be read.
pub fn record(folder: &Folder, line: AuditLine) -> Result<AuditLine, Error> {
    append(folder, AuditLine { report: Some(digest_of(folder, REPORT)?), ..line })
}

/// A sentence for the user where what was done could not be put on record.
pub(in crate::run) fn unrecorded(recorded: Result<AuditLine, Error>) -> Option<String> {
    let why = recorded.err()?.with_cause();
    Some(format!("What was done could not be put on record in the audit log: {why}."))
}

/// The length and the digest of a file in a folder.
///
/// # Errors
///
/// When it cannot be read.
pub(in crate::run) fn digest_of(folder: &Folder, name: &str) -> Result<AuditReport, Error> {
    let failed = |error| Error::output("read", &folder.path().join(name), error);
    let mut file = folder.read(name).map_err(failed)?;
    let (mut hasher, mut size, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => break,
            read => {
                hasher.update(&piece[..read]);
                size += read as u64;
            }
        }
    }
    Ok(AuditReport { size, sha256: hex::encode(&hasher.finalize()) })
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
        assert_eq!(chain.faults, ["line 3 is no line of an audit log"]);
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
