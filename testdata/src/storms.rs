//! Bytes that look like ten thousand photos and hold nearly none: what hostile or unlucky disks are full of.

mod heads;
mod hidden;
mod systems;

pub use hidden::Hidden;

use crate::random::Random;

/// Bytes that are made at once.
pub const BLOCK: usize = 1 << 20;

/// One kind of storm.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// What it is, in a few words.
    pub name: &'static str,
    /// A false beginning that comes again and again.
    head: Head,
    /// From the start of one to the next, in bytes.
    step: usize,
    /// What lies between them.
    between: Between,
    /// Formats whose photos look alike for longer than anybody can read on at every false beginning: none is hidden in it.
    alike: &'static [&'static str],
    /// Whether it is of what archives and documents begin with, which are looked into on request only.
    pub archives: bool,
}

#[derive(Clone, Copy, Debug)]
enum Head {
    Same(fn() -> Vec<u8>),
    /// One that depends on how many bytes are left.
    Sized(fn(u64) -> Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Zeros,
    Noise,
}

use Between::{Noise, Zeros};
use heads::{
    VP8, VP8L, bmp, chained, ciff, crx, cyclic, empty_boxes, film, gif, gzip, heic, ico, j2k, jfif,
    jp2, jpeg, jxl_boxes, magics, many_entries, many_strips, mpf, mrw, pcx, pdf, png, psd, raf,
    webp, x3f, zip,
};

/// Every storm, noise first: what the others are compared with.
pub static ALL: &[Storm] = &[
    storm("noise", Vec::new, 1 << 16, Noise),
    alike(&["jpeg"], storm("JPEG heads", jfif, 512, Noise)),
    alike(&["jpeg"], storm("JPEG heads up to their scan, 65,535 x 65,535", jpeg, 1024, Noise)),
    alike(&["jpeg"], storm("the same before zeros", jpeg, 1024, Zeros)),
    alike(&["jpeg"], storm("JPEG, nothing but starts", || b"\xff\xd8\xff".to_vec(), 3, Zeros)),
    alike(
        &["jpeg"],
        storm("JPEG, starts before segments", || b"\xff\xd8\xff\xe0\0\x04ab".to_vec(), 8, Zeros),
    ),
    alike(&["jpeg"], storm("nested MPF", mpf, 2048, Zeros)),
    storm("PNG signatures", || b"\x89PNG\r\n\x1a\n".to_vec(), 8, Zeros),
    storm("PNG, chunk of 2 GiB", || png(1000, b"tEXt", 0x7fff_ffff), 512, Zeros),
    alike(&["png"], storm("PNG, IDAT of 2 GiB", || png(1000, b"IDAT", 0x7fff_ffff), 512, Noise)),
    alike(
        &["png"],
        sized("PNG, 65,535 x 65,535, all one IDAT", |left| png(65_535, b"IDAT", left), Noise),
    ),
    storm("TIFF headers", || b"II*\0\x08\0\0\0".to_vec(), 8, Zeros),
    storm("TIFF headers, big-endian", || b"MM\0*".to_vec(), 4, Zeros),
    storm("TIFF, cyclic directories", cyclic, 512, Zeros),
    storm("TIFF, chained directories", chained, 512, Zeros),
    storm("TIFF, 65,535 entries", many_entries, 1 << 16, Zeros),
    storm("TIFF, 30,000 strips", many_strips, 512, Zeros),
    storm("boxes of size 0", || heic(0), 512, Zeros),
    storm("boxes of size 1", || heic(1), 512, Zeros),
    storm("boxes of 8 bytes", empty_boxes, 88, Zeros),
    storm("films of nothing but a header", film, 68, Zeros),
    storm("CR3 heads", crx, 68, Zeros),
    alike(&["gif"], storm("GIF, 65,535 x 65,535", gif, 512, Noise)),
    alike(&["gif"], storm("GIF headers", || b"GIF89a\x10\0\x10\0\0\0\0,\0\0".to_vec(), 16, Zeros)),
    sized("WebP, lossless, 16,384 x 16,384", |left| webp(b"VP8L", VP8L, left), Noise),
    sized("WebP, lossy, 16,383 x 16,383", |left| webp(b"VP8 ", VP8, left), Noise),
    storm("WebP headers", || b"RIFF\0\x10\0\0WEBPVP8 \xf4\x0f\0\0".to_vec(), 20, Zeros),
    storm("BMP in each other", bmp, 64, Zeros),
    storm("BM", || b"BM".to_vec(), 2, Zeros),
    storm("icons", ico, 64, Zeros),
    storm("PCX heads", pcx, 128, Noise),
    storm("PSD, 30,000 x 30,000", psd, 512, Zeros),
    storm("PSD heads side by side", psd, 40, Zeros),
    storm("JPEG XL codestreams", || b"\xff\x0a".to_vec(), 2, Zeros),
    storm("JPEG XL codestreams in noise", || b"\xff\x0a".to_vec(), 16, Noise),
    storm("JPEG XL codestreams at sectors", || b"\xff\x0a".to_vec(), 512, Noise),
    storm("JPEG XL in boxes", jxl_boxes, 64, Noise),
    storm("JPEG 2000 codestreams", j2k, 512, Zeros),
    storm("JPEG 2000 in boxes", jp2, 128, Zeros),
    storm("AVI heads", || b"RIFF\xff\xff\xff\x7fAVI LIST\x10\0\0\0hdrl".to_vec(), 512, Zeros),
    storm("MPEG-TS packets", || vec![0x47, 0x40, 0, 0x10], 188, Zeros),
    storm("MPEG-TS packets with times", || vec![0, 0, 0, 0, 0x47, 0x40, 0, 0x10], 192, Zeros),
    storm("nothing but bytes of MPEG-TS", || vec![0x47, 0x47, 0x47, 0x46], 4, Zeros),
    storm("CRW heads", ciff, 26, Zeros),
    storm("X3F heads", x3f, 40, Zeros),
    storm("RAF heads", raf, 128, Zeros),
    storm("MRW heads", mrw, 16, Zeros),
    storm("magic numbers side by side", magics, 168, Zeros),
    alike(&["jpeg", "gif"], storm("magic numbers in noise", magics, 512, Noise)),
    storm("footers", || b"jxrs\xa1\xb2\xc3\xd4".to_vec(), 8, Zeros),
    packed("zip members", zip, 31),
    packed("gzip headers", gzip, 15),
    packed("PDF streams", pdf, 64),
    storm("partition tables", systems::partitions, 512, Zeros),
    storm("FAT boot sectors", systems::fat_boot, 512, Zeros),
    storm("FAT folders", systems::fat_folder, 512, Zeros),
    storm("exFAT boot sectors", systems::exfat_boot, 512, Zeros),
    storm("exFAT folders", systems::exfat_folder, 512, Zeros),
    storm("NTFS boot sectors", systems::ntfs_boot, 512, Zeros),
    storm("NTFS records", systems::ntfs_record, 1024, Zeros),
    storm("NTFS folders", systems::ntfs_index, 4096, Zeros),
    storm("ext superblocks", systems::ext_superblock, 512, Zeros),
    storm("HFS+ headers", systems::hfs_header, 512, Zeros),
    storm("HFS+ leaves", systems::hfs_leaf, 4096, Zeros),
    storm("APFS superblocks", systems::apfs_superblock, 4096, Zeros),
    storm("LUKS headers", systems::luks, 1024, Zeros),
    storm("BitLocker boot sectors", systems::bitlocker, 512, Zeros),
    storm("SQLite pages", systems::sqlite, 512, Zeros),
    storm("property lists", || b"bplist00\xd1\x01\x02".to_vec(), 512, Zeros),
    storm("a pattern of two bytes", || vec![0x55, 0xaa], 2, Zeros),
    storm("a pattern of a sector", || (0..=255).collect(), 512, Zeros),
];

const fn storm(name: &'static str, head: fn() -> Vec<u8>, step: usize, between: Between) -> Storm {
    Storm { name, head: Head::Same(head), step, between, alike: &[], archives: false }
}

/// One of files that claim all bytes that are left, at every sector.
const fn sized(name: &'static str, head: fn(u64) -> Vec<u8>, between: Between) -> Storm {
    Storm { name, head: Head::Sized(head), step: 512, between, alike: &[], archives: false }
}

/// One in which no photo of that format is hidden.
const fn alike(format: &'static [&'static str], storm: Storm) -> Storm {
    Storm { alike: format, ..storm }
}

/// One of what archives begin with.
const fn packed(name: &'static str, head: fn() -> Vec<u8>, step: usize) -> Storm {
    Storm { archives: true, ..storm(name, head, step, Zeros) }
}

impl Storm {
    /// The `len` bytes of it that come before `left` others.
    pub fn bytes(&self, random: &mut Random, len: usize, left: u64) -> Vec<u8> {
        let mut bytes = match self.between {
            Zeros => vec![0; len],
            Noise => random.bytes(len),
        };
        let mut head = match self.head {
            Head::Same(head) => head(),
            Head::Sized(_) => Vec::new(),
        };
        for at in (0..len).step_by(self.step) {
            if let Head::Sized(sized) = self.head {
                head = sized(left + (len - at) as u64);
            }
            let end = (at + head.len().min(self.step)).min(len);
            bytes[at..end].copy_from_slice(&head[..end - at]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_fills_every_step_and_never_changes() {
        for storm in ALL {
            let bytes = storm.bytes(&mut Random::new(1), 3 << 16, 1 << 30);
            assert_eq!(bytes.len(), 3 << 16, "{}", storm.name);
            assert_eq!(bytes, storm.bytes(&mut Random::new(1), 3 << 16, 1 << 30));
            let steps = bytes.chunks(storm.step).filter(|step| step.len() == storm.step);
            let again = steps.map(|step| &step[..2]).filter(|start| *start == &bytes[..2]).count();
            assert!(again == bytes.len() / storm.step || storm.name == "noise", "{}", storm.name);
        }
    }

    #[test]
    fn every_block_of_an_image_hides_a_photo() {
        let (image, photos) = ALL[0].image(4);
        assert_eq!(image.len(), 4 * BLOCK);
        for (index, photo) in photos.iter().enumerate() {
            assert_eq!(photo.offset / BLOCK as u64, index as u64);
            assert!(photo.offset.is_multiple_of(512) && photo.len > 100, "{photo:?}");
        }
        assert!(image[photos[0].offset as usize..].starts_with(b"\xff\xd8\xff"));
    }
}
