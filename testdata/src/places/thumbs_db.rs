//! `Thumbs.db` as Windows XP and as later ones write it.

use std::io::{Cursor, Write};

use cfb::CompoundFile;

/// The file of a folder in Windows XP: pictures with the names of their photos, all modified at `modified`, a time of
/// Windows.
///
/// Source: documentation of vinetto.
pub fn of_xp(pictures: &[(String, Vec<u8>)], modified: u64) -> Vec<u8> {
    let mut compound = new();
    let mut catalog = [16u16.to_le_bytes(), 7u16.to_le_bytes()].concat();
    catalog.extend([pictures.len() as u32, 96, 96].iter().flat_map(|word| word.to_le_bytes()));
    for (nth, (name, picture)) in pictures.iter().enumerate() {
        let nth = nth as u32 + 1;
        let units: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        catalog.extend((20 + units.len() as u32).to_le_bytes());
        catalog.extend(nth.to_le_bytes());
        catalog.extend(modified.to_le_bytes());
        catalog.extend(units);
        catalog.extend([0; 4]);
        let header: Vec<u8> = [12, 1, picture.len() as u32]
            .iter()
            .flat_map(|word: &u32| word.to_le_bytes())
            .collect();
        let stream: String = nth.to_string().chars().rev().collect();
        add(&mut compound, &stream, &[header, picture.clone()].concat());
    }
    add(&mut compound, "Catalog", &catalog);
    finish(compound)
}

/// The file of a network folder in Windows Vista and later: pictures by the hash of their photo.
pub fn of_vista(pictures: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut compound = new();
    for (hash, picture) in pictures {
        let words = [0x18, 3, picture.len() as u32, 0];
        let mut stream: Vec<u8> = words.iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
        stream.extend(hash.to_le_bytes());
        stream.extend_from_slice(picture);
        add(&mut compound, &format!("256_{hash:016x}"), &stream);
    }
    finish(compound)
}

type Compound = CompoundFile<Cursor<Vec<u8>>>;

fn new() -> Compound {
    // With sectors of 512 bytes, as Windows makes it.
    let version = cfb::Version::V3;
    CompoundFile::create_with_version(version, Cursor::new(Vec::new())).expect("in memory")
}

fn add(compound: &mut Compound, name: &str, content: &[u8]) {
    let mut stream = compound.create_stream(format!("/{name}")).expect("in memory");
    stream.write_all(content).expect("in memory");
}

fn finish(mut compound: Compound) -> Vec<u8> {
    compound.flush().expect("in memory");
    compound.into_inner().into_inner()
}
