//! Files that hold a disk or photos in another form than a raw image, and are not read as the disk in them (those are
//! containers, see there): compressed, in an archive, in a form that is seldom met. They are known by their content, and
//! named with the command that unpacks them. Only whether something compressed that is not read holds an archive of files is
//! told by its name.
//!
//! What is compressed shows no photo to anybody, and a virtual disk keeps its blocks in an order of its own: to
//! scan either would find nothing, or pieces. What holds files or a disk as they are can be scanned all the same,
//! and so can a raw image that merely begins with such a file.

mod archive_name;
mod bytes;
mod cut_dmg;
mod disk;
mod first_file;
mod form;
pub mod shell;
mod tar;
mod unpack;
mod zip;

pub use form::{ArchiveList, Packed};

use archive_name::is_of_archive;
use bytes::starts;
pub(super) use disk::is_start_of_disk;
pub(super) use first_file::HEAD as HEAD_OF_DISK;
pub(crate) use first_file::begins_as_disk;
pub(super) use first_file::{begins_raw_image, is_head_of_disk, may_be_raw};
use form::refused;
pub(super) use tar::{Member as TarMember, UNTAR, members as tar_members};
pub(super) use unpack::Unpack;
pub(super) use zip::{
    NoRows as NoZipRows, Row as ZipRow, UNZIP, begins as begins_zip, comment as zip_comment,
    first as first_in_zip, rows as zip_rows,
};

use crate::source::definition::Source;
use crate::source::gzip_header::MAGIC as GZIP_MAGIC;

/// What a file of a known form has, and what unpacks it.
struct Form {
    what: &'static str,
    at: Place,
    magic: &'static [u8],
    unpack: Unpack,
    /// What files of that form are called, of which a raw image may hold one in its first sector; of other forms none.
    extensions: &'static [&'static str],
}

/// Where a magic stands, in bytes.
#[derive(Clone, Copy)]
enum Place {
    FromStart(u64),
    FromEnd(u64),
}

use Place::{FromEnd, FromStart};
use Unpack::{Archive, Compressed, Damaged, Disk, Other};

/// What those begin with that are read as containers wherever their first bytes unpack.
const READ: [&[u8]; 2] = [GZIP_MAGIC, ZSTD_MAGIC];
const ZSTD_MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";

const FORMS: &[Form] = &[
    file("compressed with gzip", GZIP_MAGIC, GZIP, GZIP_NAMES),
    Form {
        at: FromStart(4),
        ..file("compressed with bzip2", b"1AY&SY", BZIP2, &["bz2", "tbz2", "tbz"])
    },
    file("compressed with xz", b"\xfd7zXZ\0", XZ, &["xz", "txz"]),
    file("compressed with zstd", ZSTD_MAGIC, ZSTD, ZSTD_NAMES),
    file("compressed with lz4", b"\x04\x22\x4d\x18", Disk("lz4 -d IN OUT"), &["lz4"]),
    file("compressed with lzip", b"LZIP\x01", Disk("lzip -dc IN > OUT"), &["lz"]),
    file("compressed with lzop", b"\x89LZO\0\r\n\x1a\n", Disk("lzop -dc IN > OUT"), &["lzo"]),
    file("compressed with compress", b"\x1f\x9d\x90", Disk("gzip -dc IN > OUT"), &["z"]),
    file("a 7z archive", b"7z\xbc\xaf\x27\x1c", Archive("7z x IN -oOUT"), &["7z"]),
    file("a RAR archive", b"Rar!\x1a\x07", Archive("7z x IN -oOUT"), &["rar"]),
    file("a Windows cabinet", b"MSCF\0\0\0\0", Archive("cabextract -d OUT IN"), &["cab"]),
    form(
        "a Windows image (WIM)",
        b"MSWIM\0\0\0",
        Archive("wimlib-imagex extract IN 1 --dest-dir=OUT"),
    ),
    form("a compressed file system (SquashFS)", b"hsqs", Archive("unsquashfs -d OUT IN")),
    form("an L01 image (logical evidence)", b"LVF\x09\r\n\xff\0", L01),
    form("an Lx01 image (logical evidence)", b"LEF2\r\n\x81\0", L01),
    form("an AFF image", b"AFF10\r\n\0", Disk("affcat IN > OUT")),
    form(
        "a QCOW disk image of the first version",
        b"QFI\xfb\0\0\0\x01",
        Disk("qemu-img convert -f qcow -O raw IN OUT"),
    ),
    form(
        "a part of a VMware disk image (SESPARSE)",
        b"\xbe\xba\xfe\xca\0\0\0\0",
        Other(
            "make a raw image of the disk with `qemu-img convert -f vmdk -O raw` and the small text file beside it",
        ),
    ),
    form("a QED disk image", b"QED\0", Disk("qemu-img convert -f qed -O raw IN OUT")),
    form("a Parallels disk image", b"WithoutFreeSpace", PARALLELS),
    form("a Parallels disk image", b"WithouFreSpacExt", PARALLELS),
    form(
        "a sparse image of macOS",
        b"sprs",
        Other("on a Mac: hdiutil convert IN -format UDTO -o OUT"),
    ),
    form("a sparse image of Android", b"\x3a\xff\x26\xed\x01\0", Disk("simg2img IN OUT")),
    form("a Partclone image", b"partclone-image", Disk("partclone.restore -C -W -s IN -O OUT")),
    form("a Partimage image", b"PaRtImAgE-VoLuMe", Other("restore it with partimage")),
    broken("a QCOW2 disk image", FromStart(0), b"QFI\xfb", &["qcow2", "qcow"]),
    broken("an E01 image (Expert Witness)", FromStart(0), b"EVF\x09\r\n\xff\0", &["e01", "s01"]),
    broken("an Ex01 image (Expert Witness)", FromStart(0), b"EVF2\r\n\x81\0", &["ex01"]),
    broken("a VHDX disk image", FromStart(0), b"vhdxfile", &["vhdx", "avhdx"]),
    broken("a VMware disk image (VMDK)", FromStart(0), b"KDMV", &["vmdk"]),
    broken("a VMware disk image (VMDK)", FromStart(0), b"COWD", &["vmdk"]),
    broken("a VirtualBox disk image (VDI)", FromStart(0x40), b"\x7f\x10\xda\xbe", &["vdi"]),
    broken("a VHD disk image", FromStart(0), b"conectix", VHD_NAMES),
    broken("a VHD disk image", FromEnd(512), b"conectix", VHD_NAMES),
    broken("a VHD disk image", FromEnd(511), b"conectix", VHD_NAMES),
    broken("an encrypted disk image of macOS", FromStart(0), b"encrcdsa", DMG_NAMES),
    broken("a disk image of macOS (DMG)", FromEnd(512), b"koly", DMG_NAMES),
    broken("an AFF4 image", FromStart(30), b"container.description", &["aff4", "af4"]),
];

/// What files of these forms are called.
const VHD_NAMES: &[&str] = &["vhd", "avhd", "vpc"];
const DMG_NAMES: &[&str] = &["dmg", "sparseimage"];

/// What files of these forms are called.
pub(super) const GZIP_NAMES: &[&str] = &["gz", "tgz"];
pub(super) const ZSTD_NAMES: &[&str] = &["zst", "tzst", "zstd"];

pub(super) const GZIP: Unpack =
    Compressed { tool: "gunzip -k IN", extensions: &["gz", "tgz"], other: "gzip -dc IN > OUT" };
const BZIP2: Unpack = Compressed {
    tool: "bunzip2 -k IN",
    extensions: &["bz2", "tbz2", "tbz"],
    other: "bzip2 -dc IN > OUT",
};
const XZ: Unpack =
    Compressed { tool: "unxz -k IN", extensions: &["xz", "txz"], other: "xz -dc IN > OUT" };
pub(super) const ZSTD: Unpack =
    Compressed { tool: "unzstd IN", extensions: &["zst", "tzst"], other: "zstd -dc IN > OUT" };
const L01: Unpack = Archive("ewfexport -u -f files -t OUT IN");
const PARALLELS: Unpack = Disk("qemu-img convert -f parallels -O raw IN OUT");

const fn form(what: &'static str, magic: &'static [u8], unpack: Unpack) -> Form {
    file(what, magic, unpack, &[])
}

/// A container that has its magic, and could not be told by more than that: its header makes no sense.
const fn broken(
    what: &'static str,
    at: Place,
    magic: &'static [u8],
    extensions: &'static [&'static str],
) -> Form {
    Form { what, at, magic, unpack: Damaged, extensions }
}

const fn file(
    what: &'static str,
    magic: &'static [u8],
    unpack: Unpack,
    extensions: &'static [&'static str],
) -> Form {
    Form { what, at: FromStart(0), magic, unpack, extensions }
}

/// What form a file has that is no container, if it is none of a raw image.
pub fn recognise(source: &dyn Source) -> Option<Packed> {
    let known = FORMS.iter().find(|form| form.is(source));
    known
        .map(|form| form.of(source))
        .or_else(|| zip::recognise(source))
        .or_else(|| tar::recognise(source))
        .or_else(|| cut_dmg::recognise(source))
}

/// What is known of the files in an archive, as a zip or a tar archive is one.
pub fn archive_list(source: &dyn Source) -> ArchiveList {
    recognise(source).map_or(ArchiveList::None, |packed| packed.archive)
}

impl Form {
    /// Whether a source has its magic.
    fn is(&self, source: &dyn Source) -> bool {
        let at = match self.at {
            FromStart(at) => Some(at),
            FromEnd(back) => source.len().checked_sub(back),
        };
        at.is_some_and(|at| starts(source, at, self.magic))
    }

    /// What is said of a source that has its magic.
    fn of(&self, source: &dyn Source) -> Packed {
        if !begins_raw_image(source, self.extensions) {
            return self.of_packed(source);
        }
        let advice = self.unpack.advice(source.path());
        let damage = if matches!(self.unpack, Damaged) { ", damaged or cut short" } else { "" };
        let begins = if matches!(self.at, FromEnd(_)) { "ends" } else { "begins" };
        let what = format!(
            "taken for a raw image, since it is whole sectors and its name says nothing else, although it {begins} as \
             what is {}{damage} does",
            self.what
        );
        let advice = format!("if it is no raw image, {advice}");
        let archive = self.archive(source);
        Packed { what, is_scannable: true, shows_in_archives: true, archive, advice }
    }

    /// Whether it is an archive of files. Of what is compressed in a form that is not read here, its name tells.
    fn archive(&self, source: &dyn Source) -> ArchiveList {
        let is_archive = match self.unpack {
            Archive(_) => true,
            Compressed { .. } => !READ.contains(&self.magic) && is_of_archive(source.path()),
            _ => false,
        };
        if is_archive { ArchiveList::Whole } else { ArchiveList::None }
    }

    /// The same of one that is no raw image. What is whole of some forms is read as a container, and never comes here.
    fn of_packed(&self, source: &dyn Source) -> Packed {
        let is_read_when_whole = matches!(self.unpack, Damaged) || READ.contains(&self.magic);
        match is_read_when_whole {
            true => refused(
                format!("{}, damaged or cut short", self.what),
                self.unpack.advice_for_damaged(source.path()),
            ),
            false => Packed {
                archive: self.archive(source),
                ..refused(self.what, self.unpack.advice(source.path()))
            },
        }
    }
}

#[cfg(test)]
mod tests;
