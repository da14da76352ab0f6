//! The attributes of a file record: its times, its names, its data.

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
        /// The run list.
        runs: &'r [u8],
    },
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
        let header = bytes.get(at..at.checked_add(len)?)?;
        let name_len = usize::from(*header.get(9)?) * 2;
        let name_at = fields::le16(header, 10)? as usize;
        let name = if name_len == 0 { &[] } else { header.get(name_at..name_at + name_len)? };
        let value = if *header.get(8)? == 0 { resident(header, at)? } else { clusters(header)? };
        Some(Attribute {
            kind: fields::le32(header, 0)?,
            name,
            flags: fields::le16(header, 12)?,
            value,
        })
    }
}

fn resident(header: &[u8], at: usize) -> Option<AttributeValue<'_>> {
    let len = usize::try_from(fields::le32(header, 16)?).ok()?;
    let value_at = usize::from(fields::le16(header, 20)?);
    let bytes = header.get(value_at..value_at.checked_add(len)?)?;
    Some(AttributeValue::Resident { at: at + value_at, bytes })
}

fn clusters(header: &[u8]) -> Option<AttributeValue<'_>> {
    Some(AttributeValue::Clusters {
        first: fields::le64(header, 16)?,
        len: fields::le64(header, 48)?,
        allocated: fields::le64(header, 40)?,
        runs: header.get(usize::from(fields::le16(header, 32)?)..)?,
    })
}

/// The attributes of a record, in order, up to the first that cannot be.
pub(crate) fn attributes<'r>(
    record: &FileRecord<'r>,
) -> impl Iterator<Item = Attribute<'r>> + use<'r> {
    let (bytes, mut at) = (record.bytes, record.first);
    std::iter::from_fn(move || {
        let kind = fields::le32(bytes, at)?;
        let len = usize::try_from(fields::le32(bytes, at + 4)?).ok()?;
        if kind == u32::MAX || len < 24 || !len.is_multiple_of(8) {
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
    let removed = !record.in_use && fields::le32(rest, 0)? == u32::MAX && rest[8] == 0;
    match value {
        AttributeValue::Resident { at: 24, bytes } if removed => Some(bytes),
        _ => None,
    }
}
