//! Versions of photos as File History of Windows keeps them.

use super::kept_photo::{KeptPhoto, photo};

/// 25 photos in two versions each, the former one first.
pub fn versions() -> Vec<KeptPhoto> {
    let dates = [
        ("2023_11_14 22_13_20", "2023-11-14T22:13:20Z"),
        ("2024_02_29 07_00_01", "2024-02-29T07:00:01Z"),
    ];
    let of = |nth: u64| {
        dates.into_iter().enumerate().map(move |(version, (date, copied))| {
            let folder = format!("Users/Anna/Pictures/Urlaub {}", nth % 3);
            let name = format!("IMG_{nth:04} (1)");
            KeptPhoto {
                path: format!("FileHistory/anna/PC-7/Data/C/{folder}/{name} ({date} UTC).jpg"),
                bytes: photo(2000 + 2 * nth + version as u64),
                original: Some(format!("C:/{folder}/{name}.jpg")),
                copied: Some(copied.to_owned()),
                marks: vec![if version == 1 { "newest version" } else { "former version" }],
                ..KeptPhoto::default()
            }
        })
    };
    (0..25).flat_map(of).collect()
}
