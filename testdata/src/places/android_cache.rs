//! The thumbnails of Android's media store.

/// Bytes of a picture's place in the file.
const SLOT: usize = 10_000;

/// A `.thumbdata3` file: each picture in a slot of equal length, by the number of its photo; every third slot is empty.
///
/// Source: AOSP, `android.media.MiniThumbFile`: status, a magic of eight bytes, length, content.
pub fn thumb_data(pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (nth, picture) in pictures.iter().enumerate() {
        if nth % 3 == 0 {
            out.resize(out.len() + SLOT, 0);
        }
        let end = out.len() + SLOT;
        out.push(1);
        out.extend((nth as u64 + 77).to_be_bytes());
        out.extend((picture.len() as u32).to_be_bytes());
        out.extend_from_slice(&picture[..picture.len().min(SLOT - 13)]);
        out.resize(end, 0);
    }
    out
}
