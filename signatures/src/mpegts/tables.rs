//! The tables that say which streams there are.

/// Most streams of a file; cameras write three or four.
const MOST_STREAMS: usize = 64;

/// Streams that need no table: tables themselves, time, and filling.
///
/// Source: ISO/IEC 13818-1, table 2-3; ETSI EN 300 468, table 1.
const KNOWN: [u16; 9] = [0, 1, 2, 0x10, 0x11, 0x12, 0x14, 0x1f, super::packet::NULL_PID];

/// The streams that were declared so far.
#[derive(Default)]
pub(super) struct Tables {
    programs: Vec<u16>,
    streams: Vec<u16>,
    /// Whether some stream is video.
    pub(super) has_video: bool,
}

impl Tables {
    /// Whether a packet may be of this stream.
    pub(super) fn knows(&self, pid: u16) -> bool {
        [&KNOWN[..], &self.programs, &self.streams].iter().any(|list| list.contains(&pid))
    }

    /// Whether the stream holds tables.
    pub(super) fn is_table(&self, pid: u16) -> bool {
        KNOWN.contains(&pid) || self.programs.contains(&pid)
    }

    /// Whether both kinds of table have come.
    pub(super) fn complete(&self) -> bool {
        !self.streams.is_empty()
    }

    /// Takes in the payload of a packet in which a section begins. False when it is a table that
    /// the first packets should hold and that is not sound.
    pub(super) fn take(&mut self, pid: u16, payload: &[u8]) -> bool {
        if pid != 0 && !self.programs.contains(&pid) {
            return true;
        }
        let Some(section) = section(payload) else { return false };
        match (pid, section.first()) {
            (0, Some(0)) => self.association(section),
            (0, _) => return false,
            (_, Some(2)) => self.map(section),
            _ => {}
        }
        true
    }

    /// Source: ISO/IEC 13818-1, 2.4.4.3 "Program association Table".
    fn association(&mut self, section: &[u8]) {
        for program in section.get(8..).unwrap_or_default().chunks_exact(4) {
            add(&mut self.programs, u16::from_be_bytes([program[2], program[3]]));
        }
    }

    /// Source: ISO/IEC 13818-1, 2.4.4.8 "Program Map Table".
    fn map(&mut self, section: &[u8]) {
        let length = |at: usize| match section.get(at..at + 2) {
            Some(&[high, low]) => usize::from(u16::from_be_bytes([high & 0x0f, low])),
            _ => section.len(),
        };
        if let Some(&[high, low]) = section.get(8..10) {
            add(&mut self.streams, u16::from_be_bytes([high, low]));
        }
        let mut at = 12 + length(10);
        while let Some(&[kind, high, low]) = section.get(at..at.saturating_add(3)) {
            // MPEG-1, MPEG-2, MPEG-4, H.264, HEVC, VC-1.
            self.has_video |= matches!(kind, 0x01 | 0x02 | 0x10 | 0x1b | 0x24 | 0xea);
            add(&mut self.streams, u16::from_be_bytes([high, low]));
            at += 5 + length(at + 3);
        }
    }
}

fn add(list: &mut Vec<u16>, pid: u16) {
    let pid = pid & 0x1fff;
    if !list.contains(&pid) && list.len() < MOST_STREAMS {
        list.push(pid);
    }
}

/// The section that begins in this payload, without its CRC, which must hold. Tables of cameras
/// fit in one packet.
fn section(payload: &[u8]) -> Option<&[u8]> {
    let rest = payload.get(1 + usize::from(*payload.first()?)..)?;
    let &[_, high, low] = rest.get(..3)? else { return None };
    let len = 3 + usize::from(u16::from_be_bytes([high & 0x0f, low]));
    let section = rest.get(..len)?;
    (crc(section) == 0).then(|| &section[..len.saturating_sub(4)])
}

/// CRC-32/MPEG-2, which is 0 over data and its CRC. Source: ISO/IEC 13818-1, annex A.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
            if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_known() {
        assert_eq!(crc(b"123456789"), 0x0376_e6e7);
    }

    #[test]
    fn tables_that_are_cut_declare_nothing() {
        let mut tables = Tables::default();
        assert!(!tables.take(0, &[0, 0, 0xb0]));
        assert!(!tables.take(0, &[200]));
        assert!(tables.take(0x100, &[]));
        assert!(!tables.complete() && tables.knows(0) && !tables.knows(0x100));
    }
}
