//! Where a sparse file holds data.

use std::fs::File;

use afterimage_signatures::verdict::Span;

/// The next range at or after `at` of a file of `len` bytes that may hold data.
///
/// Where the file system cannot tell, everything is data. So is what lies after the end of a
/// file that has shrunk: it has to be asked for to be missed.
pub(crate) fn data_after(file: &File, at: u64, len: u64) -> Option<Span> {
    if at >= len {
        return None;
    }
    match allocated(file, at) {
        Allocation::Unknown => Some(Span::between(at, len)),
        Allocation::Data { from, to } if from < len && from >= at => {
            Some(Span::between(from, if to > from { to.min(len) } else { len }))
        }
        Allocation::Data { .. } | Allocation::NoMore => {
            let size = file.metadata().map_or(len, |metadata| metadata.len());
            (size < len).then(|| Span::between(at.max(size), len))
        }
    }
}

/// The first of two ranges that may hold data, or both as one where they meet.
pub(in crate::source) fn first_range(one: Option<Span>, other: Option<Span>) -> Option<Span> {
    match (one, other) {
        (Some(one), Some(other)) if other.at <= one.end() && one.at <= other.end() => {
            Some(Span::between(one.at.min(other.at), one.end().max(other.end())))
        }
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg_attr(
    not(any(
        target_os = "linux",
        target_os = "android",
        target_os = "macos",
        target_os = "freebsd"
    )),
    expect(dead_code, reason = "not every system is asked where the holes are")
)]
enum Allocation {
    /// Data between two offsets, the second one not included.
    Data { from: u64, to: u64 },
    /// Only a sparse hole up to the end of the file.
    NoMore,
    /// The file system does not say.
    Unknown,
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos", target_os = "freebsd"))]
fn allocated(file: &File, at: u64) -> Allocation {
    use rustix::fs::{SeekFrom, seek};
    use rustix::io::Errno;

    let from = match seek(file, SeekFrom::Data(at)) {
        Ok(from) => from,
        Err(Errno::NXIO) => return Allocation::NoMore,
        Err(_) => return Allocation::Unknown,
    };
    let to = seek(file, SeekFrom::Hole(from)).unwrap_or(u64::MAX);
    Allocation::Data { from, to }
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "macos",
    target_os = "freebsd"
)))]
fn allocated(_file: &File, _at: u64) -> Allocation {
    Allocation::Unknown
}
