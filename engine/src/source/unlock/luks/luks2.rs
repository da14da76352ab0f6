//! The headers of LUKS 2: two of them, each with its metadata in JSON and a checksum.
//!
//! Source: "LUKS2 On-Disk Format Specification" 1.1.4, 2 "Binary header"; numbers are big-endian.

mod json;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use sha2::{Digest, Sha256, Sha512};

use super::metadata::{Metadata, text};
use crate::source::unlock::fault::LockedWhy;
use crate::source::unlock::volume::SECOND_HEADERS;

/// Bytes of the binary header; the metadata follows it.
const BINARY_LEN: usize = 4096;

const FIRST: [u8; 6] = *b"LUKS\xba\xbe";
const SECOND: [u8; 6] = *b"SKUL\xba\xbe";

/// Where the checksum stands, which counts as zeros in itself.
const CHECKSUM: std::ops::Range<usize> = 448..512;

/// A header whose checksum holds.
struct Header {
    /// It grows with each change: of two headers the one with the larger number counts.
    sequence: u64,
    len: u64,
    json: Vec<u8>,
}

/// What the headers of the volume that begins at `base` say: the newer one of the two, as far as they are whole.
pub(super) fn read(bytes: &dyn Bytes, base: u64) -> Result<Metadata, LockedWhy> {
    let first = header(bytes, base, 0, FIRST);
    let known = first.as_ref().ok().map(|first| first.len);
    let seconds = SECOND_HEADERS.into_iter().filter(|at| known.is_none_or(|len| len == *at));
    let mut found: Vec<Header> =
        seconds.filter_map(|at| header(bytes, base, at, SECOND).ok()).collect();
    let why = match first {
        Ok(first) => {
            found.insert(0, first);
            None
        }
        Err(why) => Some(why),
    };
    found.sort_by_key(|header| std::cmp::Reverse(header.sequence));
    let mut first_fault = None;
    for header in &found {
        match json::parse(&header.json, header.len) {
            Ok(metadata) => return Ok(metadata),
            Err(why) => {
                first_fault.get_or_insert(why);
            }
        }
    }
    let none = || LockedWhy::Damaged(why.unwrap_or("neither of its two is whole"));
    Err(first_fault.unwrap_or_else(none))
}

/// The header at `at` from the volume's first byte, if it is whole; what is wrong with it otherwise.
fn header(bytes: &dyn Bytes, base: u64, at: u64, magic: [u8; 6]) -> Result<Header, &'static str> {
    let beyond = "it lies beyond the end";
    let place = base.checked_add(at).ok_or(beyond)?;
    let mut all = read_all(bytes, place, BINARY_LEN).ok_or(beyond)?;
    if all[..6] != magic || be16(&all, 6) != 2 {
        return Err("it does not begin as one");
    }
    let (len, offset) = (be64(&all, 8), be64(&all, 256));
    if offset != at || !SECOND_HEADERS.contains(&len) || (at != 0 && len != at) {
        return Err("it says that it lies elsewhere, or has an impossible length");
    }
    let len = usize::try_from(len).map_err(|_| beyond)?;
    all = read_all(bytes, place, len).ok_or(beyond)?;
    let (sequence, algorithm) = (be64(&all, 16), text(&all[72..104]));
    let said = all[CHECKSUM].to_vec();
    all[CHECKSUM].fill(0);
    let digest = match algorithm.as_str() {
        "sha256" => Sha256::digest(&all).to_vec(),
        "sha512" => Sha512::digest(&all).to_vec(),
        _ => return Err("its checksum is of a kind that is not known"),
    };
    if said.get(..digest.len()) != Some(&digest[..]) {
        return Err("its checksum does not hold");
    }
    Ok(Header { sequence, len: len as u64, json: all.split_off(BINARY_LEN) })
}

fn read_all(bytes: &dyn Bytes, at: u64, len: usize) -> Option<Vec<u8>> {
    let span = Span { at, len: len as u64 };
    if at.checked_add(span.len)? > bytes.len() {
        return None;
    }
    let mut out = vec![0; len];
    bytes.read_at(at, &mut out);
    bytes.unreadable_in(span).is_none().then_some(out)
}

fn be16(bytes: &[u8], at: usize) -> u16 {
    let field = bytes.get(at..at + 2).and_then(|field| field.try_into().ok());
    u16::from_be_bytes(field.unwrap_or_default())
}

fn be64(bytes: &[u8], at: usize) -> u64 {
    let field = bytes.get(at..at + 8).and_then(|field| field.try_into().ok());
    u64::from_be_bytes(field.unwrap_or_default())
}
