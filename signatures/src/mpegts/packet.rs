//! One packet of a transport stream.

/// Length of a packet. Source: ISO/IEC 13818-1, 2.4.3.2.
pub(super) const LEN: usize = 188;

/// The byte that every packet begins with.
const SYNC: u8 = 0x47;

/// The stream that fills gaps.
pub(super) const NULL_PID: u16 = 0x1fff;

/// What a packet's header says. Source: ISO/IEC 13818-1, 2.4.3.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'b> {
    pub(super) pid: u16,
    /// Whether a section or a PES packet begins in it.
    pub(super) starts: bool,
    pub(super) counter: u8,
    /// Whether the counter may jump here.
    pub(super) jumps: bool,
    /// Empty where the packet carries none.
    pub(super) payload: &'b [u8],
}

impl<'b> Packet<'b> {
    /// The packet in these 188 bytes, if they are one.
    pub(super) fn parse(bytes: &'b [u8]) -> Option<Self> {
        let (&[sync, high, low, control], body) = bytes.get(..LEN)?.split_first_chunk()?;
        let (error, scrambled) = (high & 0x80 != 0, control & 0xc0 != 0);
        if sync != SYNC || error || scrambled || control & 0x30 == 0 {
            return None;
        }
        let (mut payload, mut jumps) = (body, false);
        if control & 0x20 != 0 {
            let (&len, rest) = body.split_first()?;
            let (field, after) = rest.split_at_checked(usize::from(len))?;
            jumps = field.first().is_some_and(|flags| flags & 0x80 != 0);
            payload = after;
        }
        if control & 0x10 == 0 {
            payload = &[];
        }
        Some(Packet {
            pid: u16::from_be_bytes([high & 0x1f, low]),
            starts: high & 0x40 != 0,
            counter: control & 0x0f,
            jumps,
            payload,
        })
    }
}
