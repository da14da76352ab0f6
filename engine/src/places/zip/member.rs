//! What a record of an archive says of a member.

use jiff::civil;

use super::code_page;
use crate::model::Moment;
use crate::volumes::fields::{le16, le32, le64};
use crate::volumes::filesystem::windows_time;

/// What the bytes of a member were written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::places) enum Method {
    /// As they are.
    Stored,
    /// Deflate.
    Deflated,
    /// A cipher.
    Encrypted,
    /// A method of that number, which is not known here.
    Other(u16),
}

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::places) struct Member {
    /// Its path there.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
    /// How its bytes were written.
    pub method: Method,
    /// Where its local header stands.
    pub header_at: u64,
    /// Bytes that it takes in the archive.
    pub packed_len: u64,
    /// Its own length in bytes, as declared.
    pub len: u64,
    /// When it was last modified.
    pub modified: Option<Moment>,
}

/// The fields that a central row and a local header have in common, in the order of both.
///
/// Source: PKWARE, APPNOTE.TXT 6.3.10, 4.3.7 and 4.3.12.
pub(super) struct Fields<'a> {
    /// From the general purpose flags on.
    pub fixed: &'a [u8],
    pub name: &'a [u8],
    pub extra: &'a [u8],
    /// Where the local header stands, in a central row.
    pub header_at: u32,
}

/// General purpose flag: encrypted.
const ENCRYPTED: u16 = 1;

/// General purpose flag: lengths follow the data.
const LENGTHS_FOLLOW: u16 = 1 << 3;

/// What a length or an offset of 32 bits says when the extra field has it in 64.
const IN_EXTRA: u32 = u32::MAX;

impl Fields<'_> {
    /// Whether lengths were not known when the local header was written.
    pub(super) fn lengths_follow(&self) -> bool {
        le16(self.fixed, 0).is_some_and(|flags| flags & LENGTHS_FOLLOW != 0)
    }

    /// What they say.
    pub(super) fn member(&self) -> Option<Member> {
        let flags = le16(self.fixed, 0)?;
        let method = match le16(self.fixed, 2)? {
            _ if flags & ENCRYPTED != 0 => Method::Encrypted,
            0 => Method::Stored,
            8 => Method::Deflated,
            other => Method::Other(other),
        };
        let (time, date) = (le16(self.fixed, 4)?, le16(self.fixed, 6)?);
        let (packed, len) = (le32(self.fixed, 12)?, le32(self.fixed, 16)?);
        // The longer numbers stand in this order, each only where the shorter one refers to it.
        let mut long = Longer(self.extra(0x0001).unwrap_or(&[]));
        let len = long.number(len)?;
        let packed_len = long.number(packed)?;
        let header_at = long.number(self.header_at)?;
        let text = code_page::decode(self.name);
        let name = path(&text);
        Some(Member {
            is_folder: text.ends_with('/') || text.ends_with('\\'),
            name,
            method,
            header_at,
            packed_len,
            len,
            modified: self.modified().or_else(|| dos_time(date, time)),
        })
    }

    /// The extra field of a kind.
    fn extra(&self, kind: u16) -> Option<&[u8]> {
        let mut rest = self.extra;
        loop {
            let len = usize::from(le16(rest, 2)?);
            let content = rest.get(4..4 + len)?;
            if le16(rest, 0)? == kind {
                return Some(content);
            }
            rest = rest.get(4 + len..)?;
        }
    }

    /// The time that a field of Unix (Info-ZIP, 0x5455) or of NTFS (0x000a) has, in UTC.
    fn modified(&self) -> Option<Moment> {
        let unix = self.extra(0x5455).and_then(|field| {
            let is_there = field.first()? & 1 != 0;
            let seconds = i64::from(le32(field, 1)?.cast_signed());
            if is_there { Moment::utc(seconds, 0) } else { None }
        });
        unix.or_else(|| {
            let field = self.extra(0x000a)?;
            let is_times = le16(field, 4)? == 1;
            if is_times { windows_time(le64(field, 8)?) } else { None }
        })
    }
}

/// Numbers of 64 bits, one after the other.
struct Longer<'a>(&'a [u8]);

impl Longer<'_> {
    fn number(&mut self, short: u32) -> Option<u64> {
        if short != IN_EXTRA {
            return Some(u64::from(short));
        }
        let Some(long) = le64(self.0, 0) else { return Some(u64::from(short)) };
        self.0 = &self.0[8..];
        Some(long)
    }
}

/// A path of names joined by `/` without empty ones, as writers of all systems leave them.
fn path(name: &str) -> String {
    let separators: &[char] = if name.contains('/') { &['/'] } else { &['/', '\\'] };
    let parts: Vec<&str> = name.split(separators).filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// Date and time of DOS, by a clock whose zone is not told.
fn dos_time(date: u16, time: u16) -> Option<Moment> {
    let number = |bits: u16, shift: u16, mask: u16| i8::try_from((bits >> shift) & mask).ok();
    let year = i16::try_from(1980 + (date >> 9)).ok()?;
    let civil = civil::DateTime::new(
        year,
        number(date, 5, 0xf)?,
        number(date, 0, 0x1f)?,
        number(time, 11, 0x1f)?,
        number(time, 5, 0x3f)?,
        number(time, 0, 0x1f)? * 2,
        0,
    );
    // What no clock was set for.
    let is_set = date != 0x21 || time != 0;
    civil.ok().filter(|_| is_set).map(|civil| Moment { civil, offset: None })
}
