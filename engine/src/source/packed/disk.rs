//! Forms of disk images of which more must be read than a magic.

use std::path::{Path, PathBuf};

use super::bytes::{read, starts};
use super::form::{Packed, refused};
use super::shell::{free, quoted};
use super::unpack::Unpack::{Disk, DiskRaw, Other};
use super::unpack::{filled, to_scan};
use crate::source::definition::Source;

/// Bytes of the trailer of a VHD, and of that of a DMG.
const TRAILER: u64 = 512;

/// Bytes of a description that are read.
const MOST_TEXT: u64 = 64 << 10;

/// What a disk image is.
pub(super) fn recognise(source: &dyn Source) -> Option<Packed> {
    expert_witness(source)
        .or_else(|| qcow(source))
        .or_else(|| vmdk(source))
        .or_else(|| description(source))
        .or_else(|| vhd(source))
        .or_else(|| dmg(source))
}

/// E01 in all its parts. Source: libewf, "Expert Witness Compression Format", 3.1 "File header".
fn expert_witness(source: &dyn Source) -> Option<Packed> {
    let header = read(source, 0, 11).filter(|header| header.starts_with(b"EVF\x09\r\n\xff\0"))?;
    let part = u16::from_le_bytes([header[9], header[10]]);
    if part > 1 {
        let what = format!("part {part} of an E01 image (Expert Witness)");
        return Some(refused(what, "name its first part, which ends in .E01".to_owned()));
    }
    let advice = DiskRaw("ewfexport -u -f raw -t OUT IN").advice(source.path());
    Some(refused("an E01 image (Expert Witness)", advice))
}

/// QCOW of all versions. Source: QEMU, docs/interop/qcow2.
fn qcow(source: &dyn Source) -> Option<Packed> {
    let header = read(source, 0, 8).filter(|header| header.starts_with(b"QFI\xfb"))?;
    let (what, command) = match header[4..] {
        [0, 0, 0, 1] => ("a QCOW disk image", "qemu-img convert -f qcow -O raw IN OUT"),
        _ => ("a QCOW2 disk image", "qemu-img convert -f qcow2 -O raw IN OUT"),
    };
    Some(refused(what, Disk(command).advice(source.path())))
}

const VMDK: &str = "a VMware disk image (VMDK)";

/// A sparse extent. Source: VMware, "Virtual Disk Format 5.0", "Hosted sparse extents".
fn vmdk(source: &dyn Source) -> Option<Packed> {
    let header = read(source, 0, 36).filter(|header| header.starts_with(b"KDMV"))?;
    if header[28..36] == [0; 8] {
        let advice = "name the small text file beside it that describes the disk".to_owned();
        return Some(refused("a part of a VMware disk image (VMDK)", advice));
    }
    let advice = Disk("qemu-img convert -f vmdk -O raw IN OUT").advice(source.path());
    Some(refused(VMDK, advice))
}

/// The text that describes a VMware disk. Source: the same, "The descriptor file".
fn description(source: &dyn Source) -> Option<Packed> {
    if !starts(source, 0, b"#") {
        return None;
    }
    let text = read(source, 0, source.len().min(MOST_TEXT) as usize)?;
    let text = String::from_utf8_lossy(&text);
    let first = text.lines().next()?.replace(' ', "").to_ascii_lowercase();
    if !first.starts_with("#diskdescriptorfile") {
        return None;
    }
    let what = "the description of a VMware disk (VMDK), not the disk itself";
    let extents: Vec<Extent> = text.lines().filter_map(Extent::parse).collect();
    let advice = match &extents[..] {
        [Extent { is_flat: true, name }] => {
            let extent = beside(source.path(), name);
            format!(
                "the disk is the raw image {}: afterimage scan {} --output DIR",
                extent.display(),
                quoted(&extent)
            )
        }
        _ => Disk("qemu-img convert -f vmdk -O raw IN OUT").advice(source.path()),
    };
    Some(refused(what, advice))
}

/// What a description says of one part of the disk.
struct Extent {
    is_flat: bool,
    name: String,
}

impl Extent {
    /// From a line such as `RW 4192256 FLAT "disk-flat.vmdk" 0`.
    fn parse(line: &str) -> Option<Self> {
        let (access, rest) = line.trim().split_once(' ')?;
        let known = ["RW", "RDONLY", "NOACCESS"].contains(&access);
        let (_, rest) = rest.trim_start().split_once(' ').filter(|_| known)?;
        let (kind, rest) = rest.trim_start().split_once(' ')?;
        let mut quoted = rest.split('"');
        let name = quoted.nth(1)?.to_owned();
        let start = quoted.next().unwrap_or_default().trim();
        let is_flat = ["FLAT", "VMFS"].contains(&kind) && (start.is_empty() || start == "0");
        Some(Extent { is_flat, name })
    }
}

/// A file beside another one, by a name from it.
fn beside(path: &Path, name: &str) -> PathBuf {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    path.with_file_name(name)
}

/// VHD of each kind; a fixed one is a raw image before its trailer. Source: Microsoft, "Virtual Hard
/// Disk Image Format Specification", "Hard Disk Footer Format".
fn vhd(source: &dyn Source) -> Option<Packed> {
    let trailer = source.len().checked_sub(TRAILER)?;
    let at = [0, trailer].into_iter().find(|at| starts(source, *at, b"conectix"))?;
    let kind = read(source, at + 60, 4)?;
    let path = source.path();
    match (kind[..] == [0, 0, 0, 2], kind[..] == [0, 0, 0, 4]) {
        (true, _) => Some(Packed {
            what: "a fixed VHD: a raw image with 512 bytes behind it that describe it".to_owned(),
            is_scannable: true,
            advice: "it is scanned as it is".to_owned(),
        }),
        (_, true) => {
            let advice = Other(
                "it is of use together with that one alone: `VBoxManage clonemedium disk IN OUT.img \
                 --format RAW` joins them",
            );
            let what = "a differencing VHD, which holds what changed since another VHD was made";
            Some(refused(what, advice.advice(path)))
        }
        _ => {
            let advice = Disk("qemu-img convert -f vpc -O raw IN OUT").advice(path);
            Some(refused("a dynamic VHD disk image", advice))
        }
    }
}

/// A disk image of macOS with its trailer, which is big-endian: `koly`, version 4, 512 bytes.
fn dmg(source: &dyn Source) -> Option<Packed> {
    let trailer = source.len().checked_sub(TRAILER)?;
    if !starts(source, trailer, b"koly\0\0\0\x04\0\0\x02\0") {
        return None;
    }
    let path = source.path();
    let mac = Other("on a Mac: hdiutil convert IN -format UDTO -o OUT").advice(path);
    let out = free(path, "img");
    let advice = to_scan(&filled("dmg2img IN OUT", path, &out), &out);
    Some(refused("a disk image of macOS (DMG)", format!("{advice} ({mac})")))
}
