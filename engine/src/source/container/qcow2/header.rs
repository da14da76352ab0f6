//! The header of an image.

use afterimage_signatures::verdict::Span;

use crate::source::container::files::{u32_be, u64_be};
use crate::source::container::opening::Opening;
use crate::source::container::refusal::Refusal;

pub(super) const MAGIC: &[u8] = b"QFI\xfb";

/// Clusters of 512 bytes to 2 MiB, by their exponent.
const CLUSTER_BITS: std::ops::RangeInclusive<u32> = 9..=21;

/// No disk is longer, in bytes: a file that could hold it would not be either.
const LONGEST: u64 = 1 << 62;

/// Bytes of the header of version 2, and of what is read of one of version 3 besides.
const V2: u64 = 72;
const V3: u64 = 104;

/// Bytes of the first cluster that are looked through for extensions of the header.
const MOST_EXTENSIONS: u64 = 64 << 10;

/// The longest name of another file, in bytes.
const MOST_NAME: u32 = 1023;

/// Incompatible features, by their bits.
const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const DATA_FILE: u64 = 1 << 2;
const COMPRESSION: u64 = 1 << 3;
const SUBCLUSTERS: u64 = 1 << 4;

/// Extensions of the header, by their type.
const BACKING_FORMAT: u32 = 0xE279_2ACA;
const DATA_FILE_NAME: u32 = 0x4441_5441;

/// What the header says.
pub(super) struct Header {
    pub(super) version: u32,
    pub(super) cluster_bits: u32,
    /// Bytes of the disk.
    pub(super) len: u64,
    pub(super) l1_len: u32,
    pub(super) l1_at: u64,
    /// Whether compressed clusters are zstd rather than deflate.
    pub(super) is_zstd: bool,
    /// Whether each cluster has 32 parts of its own state.
    pub(super) has_subclusters: bool,
    /// Whether the clusters lie in another file.
    pub(super) has_data_file: bool,
    /// The name of that file.
    pub(super) data_file: Option<String>,
    /// The name of the image that this one is a difference to.
    pub(super) backing: Option<String>,
    /// Whether that one is raw whatever it begins with.
    pub(super) is_backing_raw: bool,
}

impl Header {
    /// Whether the fields behind the magic are those of an image.
    pub(super) fn is_plausible(opening: &Opening<'_>) -> bool {
        let Some(bytes) = opening.read(0, V2) else {
            // Nothing else is that short and begins so.
            return opening.len() < V2;
        };
        let version = u32_be(&bytes, 4);
        matches!(version, Some(2 | 3))
            && u32_be(&bytes, 20).is_some_and(|bits| CLUSTER_BITS.contains(&bits))
            && u64_be(&bytes, 24).is_some_and(|len| len <= LONGEST)
    }

    /// Reads the header of an image that looks like one.
    pub(super) fn read(opening: &Opening<'_>) -> Result<Self, Refusal> {
        let cut = || Refusal::damaged("header");
        let bytes = opening.read(0, V2).ok_or_else(cut)?;
        let number = |at| u32_be(&bytes, at).ok_or_else(cut);
        let long = |at| u64_be(&bytes, at).ok_or_else(cut);
        let version = number(4)?;
        let mut header = Header {
            version,
            cluster_bits: number(20)?,
            len: long(24)?,
            l1_len: number(36)?,
            l1_at: long(40)?,
            is_zstd: false,
            has_subclusters: false,
            has_data_file: false,
            data_file: None,
            backing: None,
            is_backing_raw: false,
        };
        match number(32)? {
            0 => {}
            2 => return Err(encrypted("LUKS")),
            _ => return Err(encrypted("AES")),
        }
        let mut header_len = V2;
        if version >= 3 {
            header_len = header.features(opening)?;
        }
        header.extensions(opening, header_len)?;
        header.backing = match (long(8)?, number(16)?) {
            (0, _) | (_, 0) => None,
            (at, len) => Some(name(opening, at, len).ok_or_else(|| Refusal::damaged("header"))?),
        };
        Ok(header)
    }

    /// What version 3 added; tells the length of the header.
    fn features(&mut self, opening: &Opening<'_>) -> Result<u64, Refusal> {
        let bytes = opening.read(0, V3).ok_or_else(|| Refusal::damaged("header"))?;
        let features = u64_be(&bytes, 72).unwrap_or_default();
        let len = u64::from(u32_be(&bytes, 100).unwrap_or_default());
        if !(V3..=self.cluster_len()).contains(&len) {
            return Err(Refusal::damaged("header"));
        }
        let unknown = features & !(DIRTY | CORRUPT | DATA_FILE | COMPRESSION | SUBCLUSTERS);
        if unknown != 0 {
            return Err(Refusal::new(format!("with features that are not known ({unknown:#x})")));
        }
        self.has_data_file = features & DATA_FILE != 0;
        self.has_subclusters = features & SUBCLUSTERS != 0;
        if features & COMPRESSION != 0 && len > V3 {
            self.is_zstd = match opening.read(V3, 1).as_deref() {
                Some([0]) => false,
                Some([1]) => true,
                _ => return Err(Refusal::new("compressed in a way that is not known")),
            };
        }
        Ok(len)
    }

    /// Looks through the extensions behind the header: each is a type, a length and data in units of 8 bytes.
    fn extensions(&mut self, opening: &Opening<'_>, header_len: u64) -> Result<(), Refusal> {
        let end = self.cluster_len().min(MOST_EXTENSIONS).min(opening.len());
        let mut at = header_len;
        while at.checked_add(8).is_some_and(|data| data <= end) {
            let Some(head) = opening.read(at, 8) else { break };
            let (kind, len) = (u32_be(&head, 0), u32_be(&head, 4).unwrap_or_default());
            if matches!(kind, None | Some(0)) || at + 8 + u64::from(len) > end {
                break;
            }
            match kind {
                Some(BACKING_FORMAT) => {
                    self.is_backing_raw =
                        name(opening, at + 8, len).is_some_and(|name| name == "raw");
                }
                Some(DATA_FILE_NAME) => self.data_file = name(opening, at + 8, len),
                _ => {}
            }
            at += 8 + u64::from(len.next_multiple_of(8));
        }
        Ok(())
    }

    pub(super) fn cluster_len(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// The cluster of that number.
    pub(super) fn cluster(&self, number: u64) -> Span {
        Span { at: number * self.cluster_len(), len: self.cluster_len() }
    }

    /// Bytes of an entry of a second table.
    pub(super) fn l2_entry_len(&self) -> u64 {
        if self.has_subclusters { 16 } else { 8 }
    }

    /// Entries of a second table, which takes one cluster.
    pub(super) fn l2_entries(&self) -> u64 {
        self.cluster_len() / self.l2_entry_len()
    }

    /// Bytes of the disk that a second table tells.
    pub(super) fn l2_reach(&self) -> u64 {
        self.l2_entries() * self.cluster_len()
    }
}

fn encrypted(how: &str) -> Refusal {
    Refusal::with(
        format!("encrypted with {how}"),
        "make a raw image of it with `qemu-img convert` and its password (--object secret, --image-opts), and scan that",
    )
}

fn name(opening: &Opening<'_>, at: u64, len: u32) -> Option<String> {
    let bytes = opening.read(at, u64::from(len)).filter(|_| len <= MOST_NAME)?;
    String::from_utf8(bytes).ok()
}
