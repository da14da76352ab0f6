//! Digests of files beside the log.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::line::AuditFile;
use crate::control::error::Error;
use crate::model::hex;
use crate::system::folder::Folder;

/// Bytes that are read at a time.
const PIECE: usize = 128 << 10;

/// The length and the digest of a file in a folder.
///
/// # Errors
///
/// When it cannot be read.
pub(in crate::run) fn digest_of(folder: &Folder, name: &str) -> Result<AuditFile, Error> {
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
    Ok(AuditFile { size, sha256: hex::encode(&hasher.finalize()) })
}
