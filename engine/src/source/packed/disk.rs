//! Disk images of the first version of QCOW.

use super::bytes::starts;
use super::form::{Packed, refused};
use super::unpack::Unpack::Disk;
use crate::source::definition::Source;

/// QCOW of the first version. Source: QEMU, docs/interop/qcow2, and block/qcow.c.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    if !starts(source, 0, b"QFI\xfb\0\0\0\x01") {
        return None;
    }
    let command = Disk("qemu-img convert -f qcow -O raw IN OUT");
    Some(refused("a QCOW disk image of the first version", command.advice(source.path())))
}
