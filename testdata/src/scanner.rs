//! TIFF as scanners write it: one directory, one uncompressed strip.

use crate::ifd::{Ifd, Order};
use crate::scene::Picture;

/// The picture as a TIFF; `next` is what its directory names as the offset of the next one.
pub fn tiff(picture: &Picture, next: u32) -> Vec<u8> {
    let (width, height) = (picture.width as u16, picture.height as u16);
    let ifd = |at: usize| {
        Ifd::new(Order::Little)
            .shorts(0x100, &[width])
            .shorts(0x101, &[height])
            .shorts(0x102, &[8, 8, 8])
            .shorts(0x103, &[1])
            .shorts(0x106, &[2])
            .long(0x111, at as u32)
            .shorts(0x115, &[3])
            .shorts(0x116, &[height])
            .long(0x117, picture.rgb.len() as u32)
            .rationals(0x11a, &[(300, 1)])
            .rationals(0x11b, &[(300, 1)])
            .shorts(0x128, &[2])
    };
    let at = 8 + ifd(0).len();
    [Order::Little.header(), ifd(at).at(8, next as usize), picture.rgb.clone()].concat()
}
