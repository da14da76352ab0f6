//! The parts of an E01 file.
//!
//! Source: libewf documentation, "Expert Witness Compression Format (EWF)", sections 3 to 5.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::model::SpanSet;

/// Bytes of a chunk.
pub(super) const CHUNK: usize = 32 << 10;
/// Chunks of one table: older programs take no more.
pub(super) const MOST_CHUNKS: usize = 16_375;
/// Bytes of a segment: offsets in tables have 31 bits.
pub(super) const LONGEST_SEGMENT: u64 = 1_900_000_000;
/// Bytes of a section's descriptor.
pub(super) const DESCRIPTOR: u64 = 76;
/// Bytes of the header of a segment.
pub(super) const FILE_HEADER: u64 = 13;
/// The bit of a table's entry that says that a chunk is compressed.
const COMPRESSED: u32 = 1 << 31;
/// The effort of compression: the least that makes zeros small.
const LEVEL: u8 = 1;

/// The checksum of all parts (RFC 1950).
pub(super) fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    /// Bytes after which the sums would no longer fit.
    const STEP: usize = 5552;
    let (mut low, mut high) = (1u32, 0u32);
    for part in bytes.chunks(STEP) {
        for byte in part {
            low += u32::from(*byte);
            high += low;
        }
        (low, high) = (low % MODULUS, high % MODULUS);
    }
    high << 16 | low
}

/// Bytes with their checksum after them.
fn checked(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = adler32(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// The first bytes of the segment with that number, from 1.
pub(super) fn file_header(segment: u16) -> Vec<u8> {
    let mut bytes = b"EVF\x09\x0d\x0a\xff\x00\x01".to_vec();
    bytes.extend(segment.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// A descriptor, `at` which offset it stands, of a section with so many bytes of data. The last section of a
/// segment points to itself.
pub(super) fn descriptor(kind: &str, at: u64, data: u64, is_last: bool) -> Vec<u8> {
    let mut bytes = kind.as_bytes().to_vec();
    bytes.resize(16, 0);
    let size = if is_last { 0 } else { DESCRIPTOR + data };
    bytes.extend((at + size).to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.resize(72, 0);
    checked(bytes)
}

/// The words about an image: as `header2` has them, in UTF-16, and as `header` has them.
pub(super) fn headers(description: &str, version: &str, when: jiff::Timestamp) -> [Vec<u8>; 2] {
    let clean: String = description.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let seconds = when.as_second();
    let zoned = when.to_zoned(jiff::tz::TimeZone::UTC);
    let civil = zoned.strftime("%Y %-m %-d %-H %-M %-S").to_string();
    let lines = |fields: &str, values: [&str; 10]| {
        format!("1\r\nmain\r\n{fields}\r\n{}\r\n\r\n", values.join("\t"))
    };
    let system = std::env::consts::OS;
    let wide = lines(
        "a\tc\tn\te\tt\tav\tov\tm\tu\tp",
        [&clean, "", "", "", "", version, system, &seconds.to_string(), &seconds.to_string(), ""],
    )
    .replace("\r\n", "\n");
    let narrow = lines(
        "c\tn\ta\te\tt\tav\tov\tm\tu\tp",
        ["", "", &clean, "", "", version, system, &civil, &civil, "0"],
    );
    let units: Vec<u8> =
        [0xfeff].into_iter().chain(wide.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let ascii: Vec<u8> =
        narrow.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect();
    [compress_to_vec_zlib(&units, 6), compress_to_vec_zlib(&ascii, 6)]
}

/// What is said of the medium.
pub(super) struct Volume {
    pub(super) chunks: u32,
    pub(super) sector: u32,
    pub(super) sectors: u64,
    pub(super) is_device: bool,
    pub(super) id: [u8; 16],
}

/// The data of `volume` and `data`.
pub(super) fn volume(volume: &Volume) -> Vec<u8> {
    let mut bytes = vec![0; 1048];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &[u8::from(volume.is_device)]);
    put(4, &volume.chunks.to_le_bytes());
    put(8, &(CHUNK as u32 / volume.sector).to_le_bytes());
    put(12, &volume.sector.to_le_bytes());
    put(16, &volume.sectors.to_le_bytes());
    put(36, &[if volume.is_device { 3 } else { 1 }]);
    put(52, &[1]);
    put(56, &(CHUNK as u32 / volume.sector).to_le_bytes());
    put(64, &volume.id);
    checked(bytes)
}

/// A chunk as it is stored, and whether that is compressed.
pub(super) fn chunk(bytes: &[u8]) -> (Vec<u8>, bool) {
    let packed = compress_to_vec_zlib(bytes, LEVEL);
    if packed.len() < bytes.len() { (packed, true) } else { (checked(bytes.to_vec()), false) }
}

/// The data of `table` and `table2`: where each chunk begins, counted from `base`.
pub(super) fn table(base: u64, entries: &[(u32, bool)]) -> Vec<u8> {
    let mut bytes = (entries.len() as u32).to_le_bytes().to_vec();
    bytes.extend([0; 4]);
    bytes.extend(base.to_le_bytes());
    bytes.extend([0; 4]);
    let mut bytes = checked(bytes);
    let flagged = |(at, packed): &(u32, bool)| at | if *packed { COMPRESSED } else { 0 };
    let entries: Vec<u8> = entries.iter().flat_map(|one| flagged(one).to_le_bytes()).collect();
    bytes.extend(checked(entries));
    bytes
}

/// The data of `error2`: which sectors could not be read. Those beyond what it can tell are left out.
pub(super) fn errors(unreadable: &SpanSet, sector: u64) -> Vec<u8> {
    let ranges: Vec<[u32; 2]> = unreadable
        .iter()
        .filter_map(|span| {
            let (first, end) = (span.at / sector, span.end().div_ceil(sector));
            Some([u32::try_from(first).ok()?, u32::try_from(end - first).ok()?])
        })
        .collect();
    let mut bytes = (ranges.len() as u32).to_le_bytes().to_vec();
    bytes.resize(516, 0);
    let mut bytes = checked(bytes);
    let rows: Vec<u8> = ranges.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
    bytes.extend(checked(rows));
    bytes
}

/// The data of `digest`.
pub(super) fn digest(md5: &[u8; 16], sha1: &[u8; 20]) -> Vec<u8> {
    let mut bytes = [&md5[..], &sha1[..]].concat();
    bytes.resize(76, 0);
    checked(bytes)
}

/// The data of `hash`.
pub(super) fn hash(md5: &[u8; 16]) -> Vec<u8> {
    let mut bytes = md5.to_vec();
    bytes.resize(32, 0);
    checked(bytes)
}

/// The ending of the name of a segment, from 1: E01 to E99, then EAA to ZZZ.
pub(super) fn ending(segment: u32) -> Option<String> {
    if segment < 100 {
        return Some(format!("E{segment:02}"));
    }
    let letter = |n: u32| char::from(b'A' + n as u8);
    let past = segment - 100;
    let first = u32::from(b'E' - b'A') + past / (26 * 26);
    (first < 26).then(|| [first, past / 26 % 26, past % 26].into_iter().map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_named_as_other_programs_name_them() {
        for (segment, name) in
            [(1, "E01"), (99, "E99"), (100, "EAA"), (125, "EAZ"), (126, "EBA"), (776, "FAA")]
        {
            assert_eq!(ending(segment).unwrap(), name);
        }
        assert_eq!(ending(100 + 22 * 676), None);
    }

    #[test]
    fn checksums_are_those_of_zlib() {
        assert_eq!(adler32(b""), 1);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        let long = vec![0xff; 100_000];
        let zlib = compress_to_vec_zlib(&long, 1);
        let sum = u32::from_be_bytes(*zlib.last_chunk().unwrap());
        assert_eq!(adler32(&long), sum);
    }
}
