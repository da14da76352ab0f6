//! The attributes of a file record: its times, its names, its data.

use zerocopy::little_endian::{U16, U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::record::FileRecord;
use crate::volumes::fields;

/// Type of the attribute that holds the times.
pub(crate) const STANDARD_INFORMATION: u32 = 0x10;

/// Type of the attribute that lists where attributes lie, when there are several records.
pub(crate) const ATTRIBUTE_LIST: u32 = 0x20;

/// Type of a name.
pub(crate) const FILE_NAME: u32 = 0x30;

/// Type of the volume's label.
pub(crate) const VOLUME_NAME: u32 = 0x60;

/// Type of the data.
pub(crate) const DATA: u32 = 0x80;

/// Type of the clusters of a folder's index.
pub(crate) const INDEX_ALLOCATION: u32 = 0xa0;

/// One attribute.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "attribute header".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attribute<'r> {
    /// Its type.
    pub(crate) kind: u32,
    /// Its own name in UTF-16, such as that of a stream; most have none.
    pub(crate) name: &'r [u8],
    /// How its data is coded.
    pub(crate) flags: u16,
    /// Its value, or where that lies.
    pub(crate) value: AttributeValue<'r>,
}

/// The value of an attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AttributeValue<'r> {
    /// It stands in the record.
    Resident {
        /// Where, from the start of the record.
        at: usize,
        /// The value.
        bytes: &'r [u8],
    },
    /// It lies in clusters.
    Clusters {
        /// Which of its clusters the list begins with: another record may list others.
        first: u64,
        /// Bytes; only the list that begins with the first cluster says so.
        len: u64,
        /// Bytes of its clusters; only the list that begins with the first cluster says so.
        allocated: u64,
        /// Bytes that were written; only the list that begins with the first cluster says so.
        written: u64,
        /// The run list.
        runs: &'r [u8],
    },
}

/// What every attribute begins with.
///
/// Source: linux-ntfs, "NTFS Documentation", concept "attribute header".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct AttributeHeader {
    kind: U32,
    len: U32,
    non_resident: u8,
    name_units: u8,
    name_at: U16,
    flags: U16,
    _number: U16,
}

/// What follows of one whose value stands in the record.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct ResidentHeader {
    _common: AttributeHeader,
    value_len: U32,
    value_at: U16,
}

/// What follows of one whose value lies in clusters.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct NonResidentHeader {
    _common: AttributeHeader,
    first_cluster: U64,
    _last_cluster: U64,
    runs_at: U16,
    _compression_unit: U16,
    _padding: U32,
    allocated: U64,
    len: U64,
    initialised: U64,
}

impl<'r> Attribute<'r> {
    /// Whether its data is compressed.
    pub(crate) fn compressed(&self) -> bool {
        self.flags & 0xff != 0
    }

    /// Whether its data is encrypted.
    pub(crate) fn encrypted(&self) -> bool {
        self.flags & 0x4000 != 0
    }

    /// Its value, when it stands in the record.
    pub(crate) fn resident(&self) -> Option<&'r [u8]> {
        match self.value {
            AttributeValue::Resident { bytes, .. } => Some(bytes),
            AttributeValue::Clusters { .. } => None,
        }
    }

    fn parse(bytes: &'r [u8], at: usize, len: usize) -> Option<Self> {
        let raw = bytes.get(at..at.checked_add(len)?)?;
        let header: &AttributeHeader = fields::structure(raw)?;
        let name_len = usize::from(header.name_units) * 2;
        let name_at = usize::from(header.name_at);
        let name = if name_len == 0 { &[] } else { raw.get(name_at..name_at + name_len)? };
        let value = if header.non_resident == 0 { resident(raw, at)? } else { clusters(raw)? };
        Some(Attribute { kind: header.kind.get(), name, flags: header.flags.get(), value })
    }
}

fn resident(raw: &[u8], at: usize) -> Option<AttributeValue<'_>> {
    let header: &ResidentHeader = fields::structure(raw)?;
    let (len, value_at) = (header.value_len.get() as usize, usize::from(header.value_at));
    let bytes = raw.get(value_at..value_at.checked_add(len)?)?;
    Some(AttributeValue::Resident { at: at + value_at, bytes })
}

fn clusters(raw: &[u8]) -> Option<AttributeValue<'_>> {
    let header: &NonResidentHeader = fields::structure(raw)?;
    Some(AttributeValue::Clusters {
        first: header.first_cluster.get(),
        len: header.len.get(),
        allocated: header.allocated.get(),
        written: header.initialised.get(),
        runs: raw.get(usize::from(header.runs_at)..)?,
    })
}

/// The attributes of a record, in order, up to the first that cannot be.
pub(crate) fn attributes<'r>(
    record: &FileRecord<'r>,
) -> impl Iterator<Item = Attribute<'r>> + use<'r> {
    let (bytes, mut at) = (record.bytes, record.first);
    std::iter::from_fn(move || {
        let header: &AttributeHeader = fields::structure(bytes.get(at..)?)?;
        let len = header.len.get() as usize;
        if header.kind == u32::MAX || len < 24 || !len.is_multiple_of(8) {
            return None;
        }
        let attribute = Attribute::parse(bytes, at, len)?;
        at += len;
        Some(attribute)
    })
}

/// The value of a name that was taken out of a record which held nothing else.
///
/// When ntfs-3g deletes a file whose name stands in a record of its own, it puts the end of the
/// attributes over the type and the length of that name, and leaves the rest.
pub(crate) fn removed_name<'r>(record: &FileRecord<'r>) -> Option<&'r [u8]> {
    let rest = record.with_slack.get(record.first..)?;
    let value = resident(rest, 0)?;
    let header: &AttributeHeader = fields::structure(rest)?;
    let removed = !record.in_use && header.kind == u32::MAX && header.non_resident == 0;
    match value {
        AttributeValue::Resident { at: 24, bytes } if removed => Some(bytes),
        _ => None,
    }
}
