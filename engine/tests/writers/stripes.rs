//! An AFF4 image in two files, as programs write it that write to two disks at once, with hashes of its chunks.
//!
//! Source: "AFF4 Standard v1.0a", 6.2 and 7.1; what the reference image `Striped/Base-Linear` says of itself.

use afterimage_engine::{Algorithm, Hasher};

use super::archives::{Member, rows, zip_of};
use super::{block, streams};

/// Bytes of a chunk, and chunks in a member.
pub const CHUNK: usize = 4096;
const CHUNKS: usize = 2;

/// A striped image.
pub struct Striped {
    /// The files, each with every other chunk.
    pub volumes: [Vec<u8>; 2],
    pub disk: Vec<u8>,
}

/// Chunks, a gap, and a last one that is not whole.
pub fn striped() -> Striped {
    let parts: Vec<Vec<u8>> = (0..7)
        .map(|number| match number {
            2 | 5 => vec![number as u8; CHUNK],
            3 => streams::text(63, CHUNK),
            _ => block(70 + number, CHUNK),
        })
        .collect();
    let gap = CHUNK;
    let len = parts.len() * CHUNK + gap - 1000;
    let places = |number: usize| {
        let at = number * CHUNK + if number >= 4 { gap } else { 0 };
        ([at as u64, CHUNK.min(len - at) as u64, (number / 2 * CHUNK) as u64], number as u32 % 2)
    };
    let places: Vec<([u64; 3], u32)> = (0..parts.len()).map(places).collect();
    let map: Vec<(&[u64], u32)> = places.iter().map(|(long, short)| (&long[..], *short)).collect();
    let map = rows(&map);
    let mut disk = parts[..4].concat();
    disk.resize(disk.len() + gap, 0);
    disk.extend(parts[4..].concat());
    disk.truncate(len);
    let volumes = [0, 1].map(|own| {
        let chunks: Vec<&[u8]> = parts.iter().skip(own).step_by(2).map(|part| &part[..]).collect();
        volume(own, &chunks, &map, len)
    });
    Striped { volumes, disk }
}

/// What one file says: of the other stream no more than that there is one.
pub fn text(own: usize, len: usize, stream_len: usize) -> String {
    let other = 1 - own;
    format!(
        "@prefix aff4: <http://aff4.org/Schema#> .\n\n\
         <aff4://image> a aff4:DiskImage, aff4:ContiguousImage, aff4:Image ;\n    aff4:dataStream <aff4://map{own}> .\n\n\
         <aff4://map{own}> a aff4:Map ;\n    aff4:size {len} ;\n    aff4:mapGapDefaultStream aff4:Zero ;\n    \
         aff4:dependentStream <aff4://stream0> , <aff4://stream1> .\n\n\
         <aff4://stream{own}> a aff4:ImageStream ;\n    aff4:size {stream_len} ;\n    aff4:chunkSize {CHUNK} ;\n    \
         aff4:chunksInSegment {CHUNKS} ;\n    aff4:compressionMethod <http://code.google.com/p/snappy/> ;\n    \
         aff4:stored <aff4://volume{own}> ;\n    aff4:target <aff4://map{own}> .\n\n\
         <aff4://stream{other}> a aff4:ImageStream ;\n    aff4:stored <aff4://volume{other}> .\n"
    )
}

fn volume(own: usize, chunks: &[&[u8]], map: &[u8], len: usize) -> Vec<u8> {
    let mut members: Vec<(String, Vec<u8>)> = vec![
        ("container.description".into(), format!("aff4://volume{own}").into_bytes()),
        ("version.txt".into(), b"major=1\nminor=0\ntool=test\n".to_vec()),
    ];
    for (number, bevy) in chunks.chunks(CHUNKS).enumerate() {
        let (mut data, mut index, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
        for chunk in bevy {
            let packed = snap::raw::Encoder::new().compress_vec(chunk).unwrap();
            let stored = if packed.len() < CHUNK - 16 { &packed[..] } else { chunk };
            index.extend(rows(&[(&[data.len() as u64], stored.len() as u32)]));
            data.extend(stored);
            // The names of the standard, and those that programs write.
            let algorithm = [Algorithm::Sha1, Algorithm::Md5][own];
            hashes.extend(hash(algorithm, chunk));
        }
        let name = format!("aff4%3A%2F%2Fstream{own}/{number:08}");
        let suffix = [".blockHash.sha1", ".md5"][own];
        members.push((name.clone(), data));
        members.push((format!("{name}.index"), index));
        members.push((format!("{name}{suffix}"), hashes));
    }
    let map_name = format!("aff4%3A%2F%2Fmap{own}");
    members.push((format!("{map_name}/map"), map.to_vec()));
    members.push((format!("{map_name}/idx"), b"aff4://stream0\naff4://stream1\n".to_vec()));
    let text = text(own, len, chunks.len() * CHUNK);
    members.push(("information.turtle".into(), text.into_bytes()));
    let members: Vec<Member<'_>> =
        members.iter().map(|(name, bytes)| (&name[..], &bytes[..], false)).collect();
    zip_of(&members)
}

fn hash(algorithm: Algorithm, bytes: &[u8]) -> Vec<u8> {
    let mut hasher = Hasher::new(&[algorithm]);
    hasher.update(bytes);
    let digests = hasher.finish();
    let digits = digests.sha1.or(digests.md5).unwrap();
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}
