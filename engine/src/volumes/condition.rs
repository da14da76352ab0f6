//! Whether a volume was left in order: unmounted, or in use until the end.
//!
//! Where a file system notes whether it was unmounted, that is one bit near its beginning. It tells whether a
//! card was pulled out while it was written to, or is mounted now.

use afterimage_signatures::Bytes;

use super::fields::{array, be32, byte, le16, le32, le64};
use super::filesystem::Contents;
use super::read;

/// How a volume was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Unmounted in order.
    Clean,
    /// Mounted now, or taken away while it was written to.
    Dirty,
    /// Its file system does not note it where it can be read cheaply.
    Unknown,
}

impl Condition {
    /// How the volume was left that `contents` tell of.
    pub fn of(bytes: &dyn Bytes, contents: &Contents) -> Self {
        let at = contents.span.at;
        let is_clean = match contents.kind {
            "fat16" => fat(bytes, at, Width::Narrow),
            "fat32" => fat(bytes, at, Width::Wide),
            "exfat" => exfat(bytes, at),
            "ntfs" => ntfs(bytes, at),
            "ext2" | "ext3" | "ext4" => ext(bytes, at),
            "hfs+" | "hfsx" => hfsplus(bytes, at),
            _ => None,
        };
        match is_clean {
            Some(true) => Condition::Clean,
            Some(false) => Condition::Dirty,
            None => Condition::Unknown,
        }
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Condition::Clean => "clean",
            Condition::Dirty => "dirty",
            Condition::Unknown => "unknown",
        }
    }
}

/// Bits of an entry of an allocation table.
#[derive(Clone, Copy)]
enum Width {
    Narrow,
    Wide,
}

/// The highest free bit of the second entry of the first table is set while the volume is in order.
///
/// Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03, "FAT\[1\]" (ClnShutBitMask).
fn fat(bytes: &dyn Bytes, at: u64, width: Width) -> Option<bool> {
    let boot = read::exact(bytes, at, 512)?;
    let table = u64::from(le16(&boot, 14)?).checked_mul(u64::from(le16(&boot, 11)?))?;
    let start = read::exact(bytes, at.checked_add(table)?, 8)?;
    Some(match width {
        Width::Narrow => le16(&start, 2)? & 0x8000 != 0,
        Width::Wide => le32(&start, 4)? & 0x0800_0000 != 0,
    })
}

/// Source: Microsoft, "exFAT file system specification", 3.1.13 "VolumeFlags", VolumeDirty.
fn exfat(bytes: &dyn Bytes, at: u64) -> Option<bool> {
    let boot = read::exact(bytes, at, 512)?;
    Some(le16(&boot, 106)? & 2 == 0)
}

/// Source: e2fsprogs, `ext2_fs.h`: `s_state` at 58 with EXT2_VALID_FS, and INCOMPAT_RECOVER at 96, which is set
/// while the journal holds something that is to be written again.
fn ext(bytes: &dyn Bytes, at: u64) -> Option<bool> {
    let superblock = read::exact(bytes, at.checked_add(1024)?, 128)?;
    Some(le16(&superblock, 58)? & 1 != 0 && le32(&superblock, 96)? & 4 == 0)
}

/// Source: Apple, TN1150 "HFS Plus Volume Format", kHFSVolumeUnmountedBit of `attributes`.
fn hfsplus(bytes: &dyn Bytes, at: u64) -> Option<bool> {
    let header = read::exact(bytes, at.checked_add(1024)?, 8)?;
    Some(be32(&header, 4)? & 0x100 != 0)
}

/// Attributes of one record that are looked at.
const MOST_ATTRIBUTES: usize = 64;

/// `$Volume` is the fourth record of the table; bit 0 of the flags in its `$VOLUME_INFORMATION` (70h) is set
/// while the volume is in use.
///
/// Source: Linux-NTFS project, "NTFS documentation", `$VOLUME_INFORMATION`.
fn ntfs(bytes: &dyn Bytes, at: u64) -> Option<bool> {
    let boot = read::exact(bytes, at, 512)?;
    let cluster = u64::from(le16(&boot, 11)?).checked_mul(u64::from(byte(&boot, 13)?))?;
    let record_len = match byte(&boot, 64)? as i8 {
        clusters @ 1.. => cluster.checked_mul(clusters as u64)?,
        exponent => 1u64.checked_shl(u32::from(exponent.unsigned_abs()))?,
    };
    let record_len = usize::try_from(record_len).ok().filter(|len| (512..=65536).contains(len))?;
    let table = le64(&boot, 48)?.checked_mul(cluster)?.checked_add(at)?;
    let record = read::exact(bytes, table.checked_add(3 * record_len as u64)?, record_len)?;
    if array(&record, 0)? != *b"FILE" {
        return None;
    }
    let mut attribute = usize::from(le16(&record, 20)?);
    for _ in 0..MOST_ATTRIBUTES {
        let (kind, len) = (le32(&record, attribute)?, le32(&record, attribute + 4)? as usize);
        if kind == 0x70 {
            let value = attribute.checked_add(usize::from(le16(&record, attribute + 20)?))?;
            return Some(le16(&record, value.checked_add(10)?)? & 1 == 0);
        }
        if kind == u32::MAX || len < 16 {
            return None;
        }
        attribute = attribute.checked_add(len)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::volumes::survey::Survey;
    use afterimage_testdata::fat::{Kind, Volume};

    fn of(image: &[u8]) -> Condition {
        let survey = Survey::of(&image);
        Condition::of(&image, &survey.volumes[0].contents)
    }

    #[test]
    fn a_bit_of_the_table_says_that_a_card_was_pulled_out() {
        for (kind, cluster, at, bit) in [(Kind::Fat16, 2048, 3, 0x80), (Kind::Fat32, 1024, 7, 0x08)]
        {
            let volume = Volume::new(kind, 140_000, cluster, "CARD");
            let (mut image, table) = (volume.image().to_vec(), volume.table().start);
            image[table + at] |= bit;
            assert_eq!(of(&image), Condition::Clean);
            image[table + at] &= !bit;
            assert_eq!(of(&image), Condition::Dirty);
        }
    }

    #[test]
    fn a_bit_of_the_boot_sector_or_the_superblock_says_so_too() {
        let mut image = afterimage_testdata::exfat::Volume::new(64, "CARD").image().to_vec();
        assert_eq!(of(&image), Condition::Clean);
        image[106] |= 2;
        assert!(exfat(&image.as_slice(), 0) == Some(false));
        let ext_kind = afterimage_testdata::ext::Kind::Ext4;
        let mut image = afterimage_testdata::ext::Volume::new(ext_kind).image().to_vec();
        (image[1024 + 58], image[1024 + 96]) = (1, image[1024 + 96] & !4);
        assert_eq!(ext(&image.as_slice(), 0), Some(true));
        image[1024 + 96] |= 4;
        assert_eq!(ext(&image.as_slice(), 0), Some(false));
        image[1024 + 96] &= !4;
        image[1024 + 58] = 0;
        assert_eq!(ext(&image.as_slice(), 0), Some(false));
    }

    proptest! {
        /// Whatever the bytes are, an answer comes and nothing panics.
        #[test]
        fn any_bytes_give_an_answer(noise in vec(any::<u8>(), 0..5000), at in 0u64..6000) {
            let bytes = noise.as_slice();
            let _ = (fat(&bytes, at, Width::Wide), fat(&bytes, at, Width::Narrow), exfat(&bytes, at));
            let _ = (ext(&bytes, at), hfsplus(&bytes, at), ntfs(&bytes, at));
        }
    }
}
