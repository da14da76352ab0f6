//! What the frame of a JPEG says of the memory that decoding it takes.

/// Markers of frames whose scans come one after the other over the whole picture. Source: ITU-T T.81, table B.1.
const PROGRESSIVE: [u8; 6] = [0xc2, 0xc6, 0xca, 0xce, 0xc3, 0xc7];

/// Markers of other frames.
const SEQUENTIAL: [u8; 4] = [0xc0, 0xc1, 0xc5, 0xc9];

/// The marker of a scan.
const SCAN: u8 = 0xda;

/// Whether a decoder has to keep all coefficients of a JPEG until its last scan: it is progressive, or its components
/// come in scans of their own. Also where that cannot be told.
pub fn is_kept_whole(jpeg: &[u8]) -> bool {
    let (mut rest, mut components) = (jpeg.get(2..).unwrap_or_default(), 0);
    while let [0xff, after @ ..] = rest {
        let [marker, segment @ ..] = after else { return true };
        if *marker == 0xff {
            // Any number of them may stand before a marker.
            rest = after;
            continue;
        }
        let [high, low, ..] = segment else { return true };
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        match *marker {
            marker if PROGRESSIVE.contains(&marker) => return true,
            marker if SEQUENTIAL.contains(&marker) => {
                components = segment.get(7).copied().unwrap_or_default();
            }
            SCAN => return segment.get(2).is_none_or(|count| *count != components),
            _ => {}
        }
        match segment.get(len..) {
            Some(next) if len >= 2 => rest = next,
            _ => return true,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jpeg(frame: u8, components: u8, in_scan: u8) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, frame, 0, 8, 8];
        bytes.extend([0, 16, 0, 16, components, 0xff, SCAN, 0, 3, in_scan]);
        bytes
    }

    #[test]
    fn only_one_scan_of_all_components_needs_no_coefficients() {
        assert!(!is_kept_whole(&jpeg(0xc0, 3, 3)) && !is_kept_whole(&jpeg(0xc1, 1, 1)));
        assert!(is_kept_whole(&jpeg(0xc0, 3, 1)) && is_kept_whole(&jpeg(0xc2, 3, 3)));
        let whole = jpeg(0xc0, 3, 3);
        for len in 0..whole.len() {
            assert!(is_kept_whole(&whole[..len]), "{len}");
        }
        assert!(is_kept_whole(b"\xff\xd8\xff\xe0\0\x01") && is_kept_whole(b"II*\0"));
    }
}
