//! The containers that are read.

use super::opening::{Opened, Opening};
use super::refusal::Refusal;
use super::{aff4, ewf, ewf2, gzip, qcow2, tar, udif, vdi, vhd, vhdx, vmdk, zip, zstd};
use crate::source::packed::{GZIP, UNTAR, UNZIP, Unpack, ZSTD};

/// A container format.
pub(super) struct Format {
    /// What a file of it is, as after "it is".
    pub what: &'static str,
    /// What makes a raw image of it.
    pub unpack: Unpack,
    /// Whether all of it lies in one file, always: then nobody opens it only to ask for others.
    pub is_alone: bool,
    /// Whether a file is one, by more than a magic: a raw image may begin with anything.
    pub is: fn(&Opening<'_>) -> bool,
    /// Finds the disk in it.
    pub open: fn(Opening<'_>) -> Result<Opened, Refusal>,
}

/// In the order in which they are tried: what is known by its end comes last.
pub(super) const FORMATS: &[Format] = &[
    Format {
        what: "a QCOW2 disk image",
        unpack: Unpack::Disk("qemu-img convert -f qcow2 -O raw IN OUT"),
        is_alone: false,
        is: qcow2::is,
        open: qcow2::open,
    },
    Format {
        what: "an E01 image (Expert Witness)",
        unpack: Unpack::DiskRaw("ewfexport -u -f raw -t OUT IN"),
        is_alone: false,
        is: ewf::is,
        open: ewf::open,
    },
    Format {
        what: "an Ex01 image (Expert Witness)",
        unpack: Unpack::DiskRaw("ewfexport -u -f raw -t OUT IN"),
        is_alone: false,
        is: ewf2::is,
        open: ewf2::open,
    },
    Format {
        what: "a VHDX disk image",
        unpack: Unpack::Disk("qemu-img convert -f vhdx -O raw IN OUT"),
        is_alone: false,
        is: vhdx::is,
        open: vhdx::open,
    },
    Format {
        what: "a VMware disk image (VMDK)",
        unpack: Unpack::Disk("qemu-img convert -f vmdk -O raw IN OUT"),
        is_alone: false,
        is: vmdk::is,
        open: vmdk::open,
    },
    Format {
        what: "a VirtualBox disk image (VDI)",
        unpack: Unpack::Disk("qemu-img convert -f vdi -O raw IN OUT"),
        is_alone: false,
        is: vdi::is,
        open: vdi::open,
    },
    Format {
        what: "compressed with gzip",
        unpack: GZIP,
        is_alone: true,
        is: gzip::is,
        open: gzip::open,
    },
    Format {
        what: "compressed with zstd",
        unpack: ZSTD,
        is_alone: true,
        is: zstd::is,
        open: zstd::open,
    },
    Format {
        what: "an AFF4 image",
        unpack: Unpack::Other(
            "make a raw image of it, with FTK Imager or xmount for example, and scan that",
        ),
        is_alone: false,
        is: aff4::is,
        open: aff4::open,
    },
    Format { what: zip::WHAT, unpack: UNZIP, is_alone: true, is: zip::is, open: zip::open },
    Format { what: tar::WHAT, unpack: UNTAR, is_alone: true, is: tar::is, open: tar::open },
    Format {
        what: "a disk image of macOS (DMG)",
        unpack: Unpack::Disk("dmg2img IN OUT"),
        is_alone: true,
        is: udif::is,
        open: udif::open,
    },
    Format {
        what: "a VHD disk image",
        unpack: Unpack::Disk("qemu-img convert -f vpc -O raw IN OUT"),
        is_alone: false,
        is: vhd::is,
        open: vhd::open,
    },
];
