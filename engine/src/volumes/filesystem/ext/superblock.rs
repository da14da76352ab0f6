//! The superblock: the shape of a volume, kept at its beginning and again in some groups.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Super Block.

use afterimage_signatures::Bytes;
use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::checksum;
use super::inode::MAP_LEN;
use crate::volumes::fields::{self, joined};
use crate::volumes::read;

/// Where the first superblock lies in a volume.
pub(super) const AT: u64 = 1024;

/// Bytes of a superblock.
pub(super) const LEN: usize = 1024;

/// `s_magic`.
const MAGIC: u16 = 0xef53;

/// Largest shift of 1024 bytes to the length of a block: 64 KiB.
const MOST_BLOCK_SHIFT: u32 = 6;

/// Blocks of a cluster, at most.
const MOST_RATIO: u64 = 1 << 31;

/// Groups that are counted: 128 TiB at the usual length of a block.
const MOST_GROUPS: u64 = 1 << 20;

/// Features that may be missed without harm, `s_feature_compat`.
mod compat {
    pub(super) const JOURNAL: u32 = 0x4;
    pub(super) const SPARSE_SUPER2: u32 = 0x200;
}

/// Features without which nothing may be read, `s_feature_incompat`.
mod incompat {
    pub(super) const FILE_TYPE: u32 = 0x2;
    pub(super) const JOURNAL_DEVICE: u32 = 0x8;
    pub(super) const META_BG: u32 = 0x10;
    pub(super) const EXTENTS: u32 = 0x40;
    pub(super) const WIDE: u32 = 0x80;
    pub(super) const FLEX_BG: u32 = 0x200;
    pub(super) const CHECKSUM_SEED: u32 = 0x2000;
}

/// Features without which nothing may be written, `s_feature_ro_compat`.
mod ro_compat {
    pub(super) const SPARSE_SUPER: u32 = 0x1;
    pub(super) const GROUP_CHECKSUM: u32 = 0x10;
    pub(super) const BIGALLOC: u32 = 0x200;
    pub(super) const METADATA_CHECKSUM: u32 = 0x400;
}

/// A superblock as it lies there, up to the last field that is used.
///
/// Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Super Block.
#[derive(FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned)]
#[repr(C)]
struct RawSuperblock {
    inodes: U32,
    blocks_low: U32,
    _counts: [U32; 3],
    first_data_block: U32,
    log_block_len: U32,
    log_cluster_len: U32,
    blocks_per_group: U32,
    _clusters_per_group: U32,
    inodes_per_group: U32,
    _mounts: [u8; 12],
    magic: U16,
    _state: [u8; 18],
    revision: U32,
    _default_owners: [U16; 2],
    first_inode: U32,
    inode_len: U16,
    group: U16,
    compat: U32,
    incompat: U32,
    ro_compat: U32,
    uuid: [u8; 16],
    label: [u8; 16],
    _last_mounted: [u8; 64],
    _compression: [u8; 4],
    _preallocated: [u8; 2],
    reserved_descriptors: U16,
    _journal_uuid: [u8; 16],
    journal_inode: U32,
    _journal_device: U32,
    _last_orphan: U32,
    _hash_seed: [u8; 17],
    journal_backup: u8,
    descriptor_len: U16,
    _mount_options: U32,
    first_meta_group: U32,
    _made: U32,
    /// `i_block` of the journal's inode, then the upper and the lower half of its size.
    journal_map: [u8; MAP_LEN],
    journal_len_high: U32,
    journal_len_low: U32,
    blocks_high: U32,
    _unused: [u8; 236],
    user_quota_inode: U32,
    group_quota_inode: U32,
    _overhead: U32,
    backup_groups: [U32; 2],
    _encryption: [u8; 20],
    _lost_and_found: U32,
    project_quota_inode: U32,
    checksum_seed: U32,
    _times_and_encoding: [u8; 12],
    orphan_file_inode: U32,
}

const _: () = {
    assert!(std::mem::offset_of!(RawSuperblock, magic) == 56);
    assert!(std::mem::offset_of!(RawSuperblock, journal_inode) == 224);
    assert!(std::mem::offset_of!(RawSuperblock, journal_map) == 268);
    assert!(std::mem::offset_of!(RawSuperblock, user_quota_inode) == 0x240);
    assert!(std::mem::offset_of!(RawSuperblock, orphan_file_inode) == 0x280);
};

/// What a superblock says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExtSuperblock {
    /// Bytes of a block.
    pub(super) block_len: u64,
    /// Blocks that one bit of a block bitmap stands for.
    pub(super) ratio: u64,
    /// Blocks of the volume.
    pub(super) blocks: u64,
    /// The block that the first group begins with: 1 where a block holds the boot sector alone.
    pub(super) first_block: u64,
    /// Blocks of a group.
    pub(super) group_blocks: u64,
    /// Inodes of the volume.
    pub(super) inodes: u32,
    /// Inodes of a group.
    pub(super) group_inodes: u32,
    /// Bytes of an inode.
    pub(super) inode_len: usize,
    /// The first inode that is not reserved.
    pub(super) first_inode: u32,
    /// Inodes above that belong to the file system: quotas, the file of orphans.
    pub(super) own_inodes: [u32; 4],
    /// The inode of the journal.
    pub(super) journal: u32,
    /// A copy of the journal's block map, and its length in bytes.
    pub(super) journal_map: Option<([u8; MAP_LEN], u64)>,
    /// Bytes of a group descriptor.
    pub(super) descriptor_len: usize,
    /// The first descriptor block that lies in the groups that it describes.
    pub(super) first_meta: u64,
    /// Blocks kept after the descriptors for more of them.
    pub(super) reserved_descriptors: u64,
    /// The group that this copy lies in.
    pub(super) group: u64,
    /// The two groups with copies, where there are just two.
    backups: [u32; 2],
    /// Identity of the volume.
    pub(super) uuid: [u8; 16],
    /// What all its checksums begin with.
    pub(super) seed: u32,
    label: [u8; 16],
    compat: u32,
    incompat: u32,
    ro_compat: u32,
}

impl ExtSuperblock {
    /// The superblock at `at`, when there is one.
    pub(super) fn read(bytes: &dyn Bytes, at: u64) -> Option<Self> {
        Self::parse(&read::array::<LEN>(bytes, at)?)
    }

    /// What the bytes say, when they fit together; half a superblock is enough for most of it.
    pub(super) fn parse(raw: &[u8]) -> Option<Self> {
        let raw: RawSuperblock = fields::padded(raw);
        if raw.magic != MAGIC || raw.log_block_len > MOST_BLOCK_SHIFT {
            return None;
        }
        // Revision 0 knows no features.
        let is_dynamic = raw.revision > 0;
        let feature = |field: U32| if is_dynamic { field.get() } else { 0 };
        let (compat, incompat) = (feature(raw.compat), feature(raw.incompat));
        let ro_compat = feature(raw.ro_compat);
        let is_wide = incompat & incompat::WIDE != 0;
        let log_ratio = raw.log_cluster_len.get().checked_sub(raw.log_block_len.get());
        let superblock = ExtSuperblock {
            block_len: 1024 << raw.log_block_len.get(),
            ratio: if ro_compat & ro_compat::BIGALLOC == 0 {
                1
            } else {
                1u64.checked_shl(log_ratio?).filter(|&ratio| ratio <= MOST_RATIO)?
            },
            blocks: joined(if is_wide { raw.blocks_high.get() } else { 0 }, raw.blocks_low.get()),
            first_block: raw.first_data_block.into(),
            group_blocks: raw.blocks_per_group.into(),
            inodes: raw.inodes.get(),
            group_inodes: raw.inodes_per_group.get(),
            inode_len: if is_dynamic { raw.inode_len.into() } else { 128 },
            first_inode: if is_dynamic { raw.first_inode.get() } else { 11 },
            own_inodes: [
                raw.user_quota_inode.get(),
                raw.group_quota_inode.get(),
                raw.project_quota_inode.get(),
                raw.orphan_file_inode.get(),
            ],
            journal: raw.journal_inode.get(),
            journal_map: (raw.journal_backup == 1).then(|| {
                let len = joined(raw.journal_len_high.get(), raw.journal_len_low.get());
                (raw.journal_map, len)
            }),
            descriptor_len: if is_wide { raw.descriptor_len.into() } else { 32 },
            first_meta: if incompat & incompat::META_BG == 0 {
                u64::MAX
            } else {
                raw.first_meta_group.into()
            },
            reserved_descriptors: raw.reserved_descriptors.into(),
            group: raw.group.into(),
            backups: raw.backup_groups.map(U32::get),
            seed: if incompat & incompat::CHECKSUM_SEED == 0 {
                checksum::of(!0, &raw.uuid)
            } else {
                raw.checksum_seed.get()
            },
            uuid: raw.uuid,
            label: raw.label,
            compat,
            incompat,
            ro_compat,
        };
        superblock.fits().then_some(superblock)
    }

    /// Whether its numbers can all be true, and none is too large to count with.
    fn fits(&self) -> bool {
        let bits = self.block_len * 8;
        let sensible = self.first_block <= 1
            && self.blocks > self.first_block + 1
            && self.blocks < u64::MAX / self.block_len
            && self.group_blocks >= 8
            && self.group_blocks / self.ratio <= bits
            && (8..=bits).contains(&u64::from(self.group_inodes))
            && self.inode_len.is_power_of_two()
            && (128..=self.block_len).contains(&(self.inode_len as u64))
            && self.descriptor_len.is_power_of_two()
            && (32..=1024).contains(&self.descriptor_len);
        sensible
            && self.groups() <= MOST_GROUPS
            && self.groups() * u64::from(self.group_inodes) == u64::from(self.inodes)
            && u64::from(self.inodes) * self.inode_len as u64 <= self.blocks * self.block_len
    }

    /// Groups of the volume.
    pub(super) fn groups(&self) -> u64 {
        (self.blocks - self.first_block).div_ceil(self.group_blocks)
    }

    /// The first block of a group.
    pub(super) fn group_at(&self, group: u64) -> u64 {
        self.first_block.saturating_add(group.saturating_mul(self.group_blocks))
    }

    /// Where the copy in its own group lies, in bytes from the start of the volume.
    pub(super) fn position(&self) -> u64 {
        match self.group {
            0 => AT,
            group => self.group_at(group).saturating_mul(self.block_len),
        }
    }

    /// Whether a group begins with a copy of the superblock.
    pub(super) fn has_copy(&self, group: u64) -> bool {
        if group == 0 {
            return true;
        }
        if self.compat & compat::SPARSE_SUPER2 != 0 {
            return self.backups.iter().any(|&backup| u64::from(backup) == group);
        }
        self.ro_compat & ro_compat::SPARSE_SUPER == 0
            || group == 1
            || [3, 5, 7].iter().any(|&base| is_power(group, base))
    }

    /// Whether there is a journal in the volume.
    pub(super) fn has_journal(&self) -> bool {
        self.compat & compat::JOURNAL != 0 && self.incompat & incompat::JOURNAL_DEVICE == 0
    }

    /// Whether numbers of blocks take 64 bits.
    pub(super) fn wide(&self) -> bool {
        self.incompat & incompat::WIDE != 0
    }

    /// Whether directory entries say what they name.
    pub(super) fn typed_names(&self) -> bool {
        self.incompat & incompat::FILE_TYPE != 0
    }

    /// Whether descriptors say truly what was never used.
    pub(super) fn knows_unused(&self) -> bool {
        self.ro_compat & (ro_compat::GROUP_CHECKSUM | ro_compat::METADATA_CHECKSUM) != 0
    }

    /// Whether inodes and blocks of metadata carry checksums.
    pub(super) fn checks_metadata(&self) -> bool {
        self.ro_compat & ro_compat::METADATA_CHECKSUM != 0
    }

    /// Which of the family it is.
    pub(super) fn kind(&self) -> &'static str {
        let modern = incompat::EXTENTS | incompat::WIDE | incompat::FLEX_BG;
        if self.incompat & modern != 0 {
            "ext4"
        } else if self.compat & compat::JOURNAL != 0 {
            "ext3"
        } else {
            "ext2"
        }
    }

    /// Its label.
    pub(super) fn label(&self) -> Option<String> {
        let len = self.label.iter().position(|&byte| byte == 0).unwrap_or(self.label.len());
        (len > 0).then(|| String::from_utf8_lossy(&self.label[..len]).into_owned())
    }

    /// Whether a file is one of the file system itself.
    pub(super) fn is_own(&self, inode: u32) -> bool {
        inode < self.first_inode || self.own_inodes.contains(&inode)
    }
}

/// Whether a number is a power of a base, the base itself included.
fn is_power(number: u64, base: u64) -> bool {
    let mut power = base;
    while power < number {
        power *= base;
    }
    power == number
}

#[cfg(test)]
mod tests {
    use super::is_power;

    #[test]
    fn copies_lie_in_the_powers_of_three_five_and_seven() {
        let powers = (0..130).filter(|&n| [3, 5, 7].iter().any(|&base| is_power(n, base)));
        assert_eq!(powers.collect::<Vec<_>>(), [3, 5, 7, 9, 25, 27, 49, 81, 125]);
    }
}
