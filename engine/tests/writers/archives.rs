//! The smallest archives with a disk image in them.

use miniz_oxide::deflate::compress_to_vec;

use super::{Made, block, no_checksum, put};

/// A file for an archive: its name, its bytes, and whether it is deflated.
pub type Member<'m> = (&'m str, &'m [u8], bool);

/// A zip archive of some files.
pub fn zip_of(members: &[Member<'_>]) -> Vec<u8> {
    let (mut bytes, mut rows) = (Vec::new(), Vec::new());
    for (name, content, is_deflated) in members {
        let stored = if *is_deflated { compress_to_vec(content, 6) } else { content.to_vec() };
        let at = bytes.len() as u32;
        let mut fixed = vec![20, 0, 0, 0, if *is_deflated { 8 } else { 0 }, 0, 0, 0, 0, 0];
        fixed.extend(crc32fast::hash(content).to_le_bytes());
        fixed.extend((stored.len() as u32).to_le_bytes());
        fixed.extend((content.len() as u32).to_le_bytes());
        fixed.extend((name.len() as u16).to_le_bytes());
        fixed.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&fixed);
        bytes.extend(name.as_bytes());
        bytes.extend(stored);
        rows.extend(b"PK\x01\x02\x14\0");
        rows.extend(&fixed);
        rows.extend([0; 10]);
        rows.extend(at.to_le_bytes());
        rows.extend(name.as_bytes());
    }
    let start = bytes.len();
    bytes.extend(&rows);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([(members.len() as u16).to_le_bytes(); 2].concat());
    bytes.extend((rows.len() as u32).to_le_bytes());
    bytes.extend((start as u32).to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u16_at(bytes, at) | u16_at(bytes, at + 2) << 16
}

/// Makes the checksums of what is stored right.
pub fn zip_sums(bytes: &mut [u8]) {
    let end = bytes.len() - 22;
    let mut at = u32_at(bytes, end + 16);
    while bytes.get(at..at + 46).is_some_and(|row| row.starts_with(b"PK\x01\x02")) {
        let header = u32_at(bytes, at + 42);
        if let Some(local) = bytes.get(header..header + 30) {
            let from = header + 30 + u16_at(local, 26) + u16_at(local, 28);
            let len = u32_at(bytes, at + 24);
            if let Some(stored) = bytes.get(from..from.saturating_add(len))
                && u16_at(bytes, at + 10) == 0
            {
                let sum = crc32fast::hash(stored);
                bytes[at + 16..at + 20].copy_from_slice(&sum.to_le_bytes());
            }
        }
        at += 46 + u16_at(bytes, at + 28) + u16_at(bytes, at + 30) + u16_at(bytes, at + 32);
    }
}

/// Numbers of the directory, of the record at its end, and of the headers.
fn zip_fields(bytes: &[u8]) -> Vec<(usize, usize)> {
    let end = bytes.len() - 22;
    let mut fields = vec![(end + 12, 4), (end + 16, 4), (end + 20, 2)];
    let mut at = u32_at(bytes, end + 16);
    while bytes[at..].starts_with(b"PK\x01\x02") {
        fields.extend(
            [(8, 2), (10, 2), (20, 4), (24, 4), (28, 2), (30, 2), (42, 4)]
                .map(|(field, len)| (at + field, len)),
        );
        let header = u32_at(bytes, at + 42);
        fields.extend([(header + 26, 2), (header + 28, 2)]);
        at += 46 + u16_at(bytes, at + 28);
    }
    fields
}

/// A disk that is long enough for one in an archive.
fn disk(seed: usize) -> Vec<u8> {
    let mut disk = [block(seed, 40_000), vec![0; 50_000], block(seed + 1, 8304)].concat();
    disk[510..512].copy_from_slice(b"\x55\xaa");
    disk
}

pub fn zip() -> Made {
    let disk = disk(50);
    let bytes = zip_of(&[("read me.txt", b"a text", true), ("backup/of card", &disk, false)]);
    let fields = zip_fields(&bytes);
    Made { name: "x.zip", bytes, disk, mend: zip_sums, fields }
}

pub fn deflated_zip() -> Made {
    let disk = disk(52);
    let bytes = zip_of(&[("card.img", &disk, true)]);
    let fields = zip_fields(&bytes);
    Made { name: "deflated.zip", bytes, disk, mend: no_checksum, fields }
}

/// A header of a tar archive.
pub fn tar_header(name: &str, len: usize, kind: u8) -> Vec<u8> {
    let mut header = vec![0; 512];
    put(&mut header, 0, name.as_bytes());
    put(&mut header, 124, format!("{len:011o}\0").as_bytes());
    header[156] = kind;
    put(&mut header, 257, b"ustar\0");
    tar_sum(&mut header);
    header
}

fn tar_sum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn tar_sums(bytes: &mut [u8]) {
    for header in bytes.chunks_mut(512).filter(|header| header.len() == 512) {
        if header[257..].starts_with(b"ustar") {
            tar_sum(header);
        }
    }
}

/// An archive of a folder and these files.
pub fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar_header("folder/", 0, b'5');
    for (name, content) in files {
        out.extend(tar_header(name, content.len(), b'0'));
        out.extend(*content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub fn tar() -> Made {
    let disk = disk(54);
    let mut bytes = tar_header("a.txt", 5, b'0');
    put(&mut bytes, 512, b"hello");
    bytes.resize(1024, 0);
    let record = b"21 path=a/long/cd.dd\n";
    bytes.extend(tar_header("pax", record.len(), b'x'));
    bytes.extend(record);
    bytes.resize(2048, 0);
    bytes.extend(tar_header("card", disk.len(), b'0'));
    bytes.extend(&disk);
    bytes.resize(bytes.len().next_multiple_of(512) + 1024, 0);
    let fields = vec![
        (124, 12),
        (156, 1),
        (1024 + 124, 12),
        (1536, 2),
        (2048 + 124, 12),
        (2048 + 156, 1),
        (2048 + 148, 8),
    ];
    let fields = fields.into_iter().map(|(at, len): (usize, usize)| (at, len.min(8))).collect();
    Made { name: "x.tar", bytes, disk, mend: tar_sums, fields }
}

/// What an AFF4 image of one map and one stream says of itself.
pub fn aff4_text(len: usize, stream_len: usize, method: &str) -> String {
    format!(
        "@prefix aff4: <http://aff4.org/Schema#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n\
         <aff4://image> a aff4:Image, aff4:DiskImage ;\n    aff4:dataStream <aff4://map> .\n\n\
         <aff4://map> a aff4:Map ;\n    aff4:size \"{len}\"^^xsd:long ;\n    aff4:dependentStream <aff4://stream> .\n\n\
         <aff4://stream> a aff4:ImageStream ;\n    aff4:chunkSize 4096 ;\n    aff4:chunksInSegment 2 ;\n    \
         aff4:compressionMethod <{method}> ;\n    aff4:size {stream_len} .\n"
    )
}

/// Rows of a map or an index.
pub fn rows(rows: &[(&[u64], u32)]) -> Vec<u8> {
    rows.iter()
        .flat_map(|(long, short)| {
            let long = long.iter().flat_map(|number| number.to_le_bytes());
            long.chain(short.to_le_bytes()).collect::<Vec<u8>>()
        })
        .collect()
}

pub fn aff4() -> Made {
    const CHUNK: usize = 4096;
    let parts = [block(60, CHUNK), vec![7; CHUNK], super::streams::text(61, CHUNK)];
    let packed = parts.each_ref().map(|part| snap::raw::Encoder::new().compress_vec(part).unwrap());
    let lens = packed.each_ref().map(Vec::len);
    let first = [&parts[0][..], &packed[1]].concat();
    let first_index = rows(&[(&[0], CHUNK as u32), (&[CHUNK as u64], lens[1] as u32)]);
    let second_index = rows(&[(&[0], lens[2] as u32)]);
    let map = rows(&[
        (&[0, 5000, 3000], 0),
        (&[5000, 3000, 0], 1),
        (&[8192, 3000, 0], 2),
        (&[11_500, 3000, 0], 0),
    ]);
    let idx =
        b"aff4://stream\nhttp://aff4.org/Schema#Zero\nhttp://aff4.org/Schema#SymbolicStream61\n";
    let text = aff4_text(15_000, 3 * CHUNK, "http://code.google.com/p/snappy/");
    let bytes = zip_of(&[
        ("container.description", b"aff4://volume", false),
        ("version.txt", b"major=1\nminor=0\ntool=test\n", true),
        ("aff4%3A%2F%2Fstream/00000000", &first, false),
        ("aff4%3A%2F%2Fstream/00000000.index", &first_index, true),
        ("aff4%3A%2F%2Fstream/00000001", &packed[2], false),
        ("aff4%3A%2F%2Fstream/00000001.index", &second_index, false),
        ("aff4%3A%2F%2Fmap/map", &map, false),
        ("aff4%3A%2F%2Fmap/idx", idx, false),
        ("information.turtle", text.as_bytes(), false),
    ]);
    let stream = parts.concat();
    let mut disk = stream[3000..8000].to_vec();
    disk.resize(8192, 0);
    disk.extend([0x61; 3000]);
    disk.resize(11_500, 0);
    disk.extend(&stream[..3000]);
    disk.resize(15_000, 0);
    let mut fields = zip_fields(&bytes);
    let map_at = bytes.windows(map.len()).position(|part| part == map).unwrap();
    let index_at = bytes.windows(12).position(|part| part == second_index).unwrap();
    fields.extend((0..4).flat_map(|row| [0, 8, 16].map(|at| (map_at + row * 28 + at, 8))));
    fields.extend([(map_at + 24, 4), (index_at, 8), (index_at + 8, 4)]);
    Made { name: "x.aff4", bytes, disk, mend: zip_sums, fields }
}
