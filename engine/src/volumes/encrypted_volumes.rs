//! Encrypted volumes that could be opened, by their headers: where a source begins, and where a partition does.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::filesystem::encrypted_at;
use super::partition;
use crate::source::unlock::{EncryptedVolume, SECOND_HEADERS};

/// Volumes that are tried to be opened, of one source.
const MOST_VOLUMES: usize = 64;

/// The encrypted volumes of a source, in order.
pub fn encrypted_volumes(bytes: &dyn Bytes) -> Vec<EncryptedVolume> {
    let whole = Span { at: 0, len: bytes.len() };
    let mut places = vec![(whole, None)];
    for partition in partition::partitions(bytes).list {
        if places.iter().all(|(span, _)| span.at != partition.span.at) {
            places.push((partition.span, Some(partition.number)));
        }
    }
    let volume = |(span, partition): (Span, Option<u32>)| {
        let (kind, span) = at(bytes, span)?;
        Some(EncryptedVolume { kind, span, partition })
    };
    places.into_iter().filter_map(volume).take(MOST_VOLUMES).collect()
}

/// The volume that begins where a range does: by its header, or by the second one where the first is lost.
fn at(bytes: &dyn Bytes, span: Span) -> Option<(&'static str, Span)> {
    let found = encrypted_at(bytes, span.at, span.len, &SECOND_HEADERS)?;
    Some((found.0, Span { at: span.at, len: found.1.min(span.len) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    /// A disk of 8 MiB with a partition of Linux from 1 MiB to 4 MiB, and in it some bytes.
    fn disk(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut disk = vec![0; 8 * MIB];
        disk[510..512].copy_from_slice(&[0x55, 0xaa]);
        disk[446 + 4] = 0x83;
        disk[446 + 8..][..4].copy_from_slice(&2048u32.to_le_bytes());
        disk[446 + 12..][..4].copy_from_slice(&6144u32.to_le_bytes());
        disk[at..at + bytes.len()].copy_from_slice(bytes);
        disk
    }

    #[track_caller]
    fn check(disk: &[u8], expected: &[(&'static str, usize, usize, Option<u32>)]) {
        let found = encrypted_volumes(&disk);
        let said = found.iter().map(|one| (one.kind, one.span.at, one.span.len, one.partition));
        let expected =
            expected.iter().map(|&(kind, at, len, number)| (kind, at as u64, len as u64, number));
        assert!(said.clone().eq(expected), "{:?}", said.collect::<Vec<_>>());
    }

    #[test]
    fn volumes_are_found_at_the_start_and_in_partitions() {
        let header = b"LUKS\xba\xbe\0\x01";
        check(&disk(MIB, header), &[("luks1", MIB, 3 * MIB, Some(1))]);
        check(&disk(MIB + 512, header), &[]);
        let mut whole = vec![0; MIB];
        whole[..8].copy_from_slice(header);
        check(&whole, &[("luks1", 0, MIB, None)]);
    }

    #[test]
    fn a_volume_whose_first_header_is_lost_is_found_by_its_second() {
        for at in SECOND_HEADERS {
            let mut header = [0; 264];
            header[..8].copy_from_slice(b"SKUL\xba\xbe\0\x02");
            header[256..].copy_from_slice(&at.to_be_bytes());
            let place = MIB + at as usize;
            let is_inside = place + 512 <= 4 * MIB;
            let expected = [("luks2", MIB, 3 * MIB, Some(1))];
            check(&disk(place.min(7 * MIB), &header), if is_inside { &expected } else { &[] });
            header[263] ^= 1;
            check(&disk(place.min(7 * MIB), &header), &[]);
        }
    }
}
