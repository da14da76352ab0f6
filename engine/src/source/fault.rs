//! Why a source that lies on a server is not read any more.

use std::io;
use std::sync::{Arc, OnceLock};

/// Holds what ends the reading of a source, once that is so.
pub(super) type FaultCell = Arc<OnceLock<Fault>>;

/// What ended the reading of a source on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind of end it is.
    pub kind: FaultKind,
    /// What the server did, as a clause; it holds no secret.
    pub why: String,
}

/// What keeps a server from delivering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It has another version now than the one that was opened.
    Changed,
    /// It has nothing there.
    Missing,
    /// It wants to know who asks, or does not want to tell those who do.
    Denied,
    /// It cannot be reached, is busy for long, or does not do as it must.
    Failed,
}

impl Fault {
    /// A fault of that kind.
    pub fn new(kind: FaultKind, why: impl Into<String>) -> Self {
        Fault { kind, why: why.into() }
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        let kind = match fault.kind {
            FaultKind::Missing => io::ErrorKind::NotFound,
            FaultKind::Denied => io::ErrorKind::PermissionDenied,
            FaultKind::Changed | FaultKind::Failed => io::ErrorKind::Other,
        };
        io::Error::new(kind, fault.why)
    }
}

/// The versions of several files of one image as one; nothing where no server tells any.
pub(super) fn joined(versions: impl Iterator<Item = Option<String>>) -> Option<String> {
    let versions: Vec<String> = versions.flatten().collect();
    (!versions.is_empty()).then(|| versions.join("; "))
}
