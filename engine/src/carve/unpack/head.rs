//! What announces deflated data.

use afterimage_signatures::Bytes;
use memchr::memmem;

use crate::scan::Packing;
use crate::source::{GzipHeader, begins_zlib};
use crate::volumes::fields::{le16, le32};

/// So much of a header is read at first, and the longest of any of them: names and comments are short.
const HEADERS: [u64; 2] = [512, 4096];

/// Bytes of a local header of zip without its names.
const ZIP: usize = 30;

/// How far after the name of the filter the data of a stream of a PDF begin at the most.
const PDF: usize = 1024;

/// Deflated data, as they are announced.
#[derive(Debug)]
pub(super) struct Head {
    /// What they lie in, in the word of the report.
    pub(super) kind: &'static str,
    /// The name of what they hold.
    pub(super) name: Option<Vec<u8>>,
    /// Bytes of the header: the data begin after it.
    pub(super) len: u64,
    /// Bytes of the data, where they are told.
    pub(super) packed_len: Option<u64>,
    /// The checksum of what comes out.
    pub(super) sum: Sum,
}

/// Where the checksum of what comes out of deflated data stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// In the header: a CRC-32.
    Told(u32),
    /// After the data, in the record of zip that has it and the lengths.
    Descriptor,
    /// After the data: a CRC-32 and the length.
    Gzip,
    /// After the data: an Adler-32.
    Zlib,
}

impl Head {
    /// What stands at `at`, if it announces deflated data.
    pub(super) fn read(bytes: &dyn Bytes, at: u64, packing: Packing) -> Option<Head> {
        let rest = bytes.len().checked_sub(at)?;
        HEADERS.into_iter().find_map(|most| {
            let mut head = vec![0; rest.min(most) as usize];
            bytes.read_at(at, &mut head);
            match packing {
                Packing::Zip => zip(&head),
                Packing::Gzip => gzip(&head),
                Packing::Pdf => pdf(&head),
            }
        })
    }
}

/// The local header of a member of a zip archive.
///
/// Source: PKWARE APPNOTE.TXT 6.3.10, 4.3.7 "Local file header" and 4.4.4.
fn zip(head: &[u8]) -> Option<Head> {
    const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;
    const FOLLOWS: u16 = 1 << 3;
    /// The lengths are 64-bit ones of an extra field.
    const ELSEWHERE: u32 = u32::MAX;
    /// The newest version of the format, in tenths.
    const VERSION: u16 = 63;
    let flags = le16(head, 6)?;
    let is_known = head.starts_with(b"PK\x03\x04")
        && le16(head, 4)? & 0xff <= VERSION
        && le16(head, 8)? == 8
        && flags & ENCRYPTED == 0;
    let (name_len, extra_len) = (usize::from(le16(head, 26)?), usize::from(le16(head, 28)?));
    let name = head.get(ZIP..ZIP + name_len).filter(|_| is_known)?;
    let (sum, packed_len) = (le32(head, 14)?, le32(head, 18)?);
    let follows = flags & FOLLOWS != 0;
    let told = packed_len != ELSEWHERE && !(follows && packed_len == 0);
    // Archives that are written as a stream tell the checksum after the data, and with 64-bit lengths those of the header
    // are no zeros.
    let is_open = follows && (sum == 0 || packed_len == 0);
    Some(Head {
        kind: "zip",
        name: Some(name.to_vec()),
        len: (ZIP + name_len + extra_len) as u64,
        packed_len: told.then_some(u64::from(packed_len)),
        sum: if is_open { Sum::Descriptor } else { Sum::Told(sum) },
    })
}

/// The header of a stream of gzip.
fn gzip(head: &[u8]) -> Option<Head> {
    let GzipHeader { len, name } = GzipHeader::read(head)?;
    let (len, name) = (len as u64, name.map(<[u8]>::to_vec));
    Some(Head { kind: "gzip", name, len, packed_len: None, sum: Sum::Gzip })
}

/// The rest of the dictionary of a stream of a PDF, and the header of zlib that its data begin with.
///
/// Source: ISO 32000-2:2020, 7.3.8 "Stream objects"; RFC 1950, 2.2.
fn pdf(head: &[u8]) -> Option<Head> {
    let near = &head[..head.len().min(PDF)];
    let keyword = memmem::find(near, b"stream")?;
    let dictionary = near[..keyword].trim_ascii_end();
    let after = &near[keyword + b"stream".len()..];
    let line = [&b"\r\n"[..], b"\n"].into_iter().find(|line| after.starts_with(line))?;
    let data = &after[line.len()..];
    let [method, flags] = *data.first_chunk::<2>()?;
    let is_zlib = begins_zlib([method, flags]) && method >> 4 <= 7 && flags & 0x20 == 0;
    let is_stream = dictionary.ends_with(b">>") && memmem::find(dictionary, b"endobj").is_none();
    let len = (near.len() - data.len() + 2) as u64;
    let head = Head { kind: "pdf", name: None, len, packed_len: None, sum: Sum::Zlib };
    (is_zlib && is_stream).then_some(head)
}
