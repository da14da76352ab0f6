//! Thumbnails of Linux desktops.

use md5::{Digest, Md5};

use crate::png::{Png, chunk};
use crate::scene::Picture;

/// The path in a home and the content of the thumbnail of the photo at `path`, an absolute one, whose address is
/// percent-encoded as GLib does it.
pub fn thumbnail(path: &str, modified: i64, seed: u64) -> (String, Vec<u8>) {
    let mut uri = "file://".to_owned();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~!$&'()*+,;=:@".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    let digits: String = Md5::digest(&uri).iter().map(|byte| format!("{byte:02x}")).collect();
    let png = Png::default().encode(&Picture::scene(seed, 128, 96));
    // The header and its checksum end at 33.
    let (head, rest) = png.split_at(33);
    let mut out = head.to_vec();
    for (key, text) in [
        ("Thumb::URI", uri.clone()),
        ("Thumb::MTime", modified.to_string()),
        ("Thumb::Mimetype", "image/jpeg".to_owned()),
        ("Software", "GNOME::ThumbnailFactory".to_owned()),
    ] {
        chunk(&mut out, b"tEXt", &[key.as_bytes(), &[0], text.as_bytes()].concat());
    }
    out.extend_from_slice(rest);
    (format!(".cache/thumbnails/normal/{digits}.png"), out)
}
