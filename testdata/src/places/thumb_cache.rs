//! Picture caches of the Windows Explorer.

/// A `thumbcache_*.db` of that version (20, 21, or 30 to 32), with a picture for each name; sides are in pixels.
///
/// Source: documentation of libwtcdb, "Windows Explorer Thumbnail Cache database format".
pub fn cache(version: u32, kind: u32, side: u32, pictures: &[(String, Vec<u8>)]) -> Vec<u8> {
    let words =
        |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let header = 24u32;
    let first = if version < 30 { [header, 0, pictures.len() as u32] } else { [0, header, 0] };
    let mut out = [b"CMMM".to_vec(), words(&[version, kind]), words(&first)].concat();
    for (nth, (name, picture)) in pictures.iter().enumerate() {
        let id: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let padding = (8 - (id.len() % 8)) % 8;
        let head = if version == 21 { 48 } else { 56 };
        // The next entry begins at a multiple of eight, by the length of this one.
        let total = (head + id.len() + padding + picture.len()).next_multiple_of(8);
        let mut entry = [b"CMMM".to_vec(), words(&[total as u32])].concat();
        entry.extend((0x1234_5678_0000_0000 + nth as u64).to_le_bytes());
        if version == 20 {
            entry.extend("jpg\0".encode_utf16().flat_map(u16::to_le_bytes));
        }
        entry.extend(words(&[id.len() as u32, padding as u32, picture.len() as u32]));
        if version >= 30 {
            entry.extend(words(&[side, side * 3 / 4]));
        }
        entry.resize(head, 0);
        entry.extend(id);
        entry.resize(entry.len() + padding, 0);
        entry.extend_from_slice(picture);
        entry.resize(total, 0);
        out.extend(entry);
    }
    out
}
