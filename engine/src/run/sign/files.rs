//! The files of signatures.

use std::io::{Read, Write};

use ed25519_dalek::Signature;

use crate::control::error::Error;
use crate::system::folder::Folder;

/// Name of the report's signature in the output folder.
pub(super) const REPORT_SIGNATURE: &str = "report.sig";

/// Name of the audit log's.
pub(super) const AUDIT_SIGNATURE: &str = "audit.sig";

/// What a line of the audit log says was done that tells of a signature.
pub(super) const ACTION: &str = "sign";

/// The longest report that is signed, in bytes: it is signed as a whole.
const LONGEST: u64 = 1 << 30;

/// The bytes of a file that is signed.
pub(super) fn whole(folder: &Folder, name: &str) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::output("read", &folder.path().join(name), error);
    let mut bytes = Vec::new();
    let file = folder.read(name).map_err(failed)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(failed(std::io::Error::other("it is longer than 1 GiB")));
    }
    Ok(bytes)
}

/// Writes a signature in place of the one that is there.
pub(super) fn write(folder: &Folder, name: &str, signature: &Signature) -> Result<(), Error> {
    let failed = |error| Error::output("write", &folder.path().join(name), error);
    let unfinished = format!("{name}.new");
    let written = folder.replace(&unfinished).and_then(|mut file| {
        file.write_all(&signature.to_bytes())?;
        file.sync_all()?;
        folder.rename(&unfinished, folder, name)?;
        folder.sync()
    });
    written.map_err(failed)
}

/// A signature in a file; nothing where it is none.
pub(super) fn read(folder: &Folder, name: &str) -> Option<Signature> {
    let mut bytes = Vec::new();
    folder.read(name).ok()?.take(Signature::BYTE_SIZE as u64 + 1).read_to_end(&mut bytes).ok()?;
    Signature::from_slice(&bytes).ok()
}
