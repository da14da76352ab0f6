//! The containers that are read.

use super::opening::{Opened, Opening};
use super::qcow2;
use super::refusal::Refusal;
use crate::source::packed::Unpack;

/// A container format.
pub(super) struct Format {
    /// What a file of it is, as after "it is".
    pub what: &'static str,
    /// What makes a raw image of it.
    pub unpack: Unpack,
    /// Whether a file is one, by more than a magic: a raw image may begin with anything.
    pub is: fn(&Opening<'_>) -> bool,
    /// Finds the disk in it.
    pub open: fn(Opening<'_>) -> Result<Opened, Refusal>,
}

/// In the order in which they are tried.
pub(super) const FORMATS: &[Format] = &[Format {
    what: "a QCOW2 disk image",
    unpack: Unpack::Disk("qemu-img convert -f qcow2 -O raw IN OUT"),
    is: qcow2::is,
    open: qcow2::open,
}];
