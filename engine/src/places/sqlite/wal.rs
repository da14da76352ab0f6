//! The write-ahead log: versions of pages that are newer than the database file.

use crate::volumes::fields::be32;
const HEADER_LEN: usize = 32;
const FRAME_HEADER_LEN: usize = 24;

/// Frames that are tried to tell the byte order of checksums when the header is damaged.
const SAMPLE: usize = 16;

/// A version of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// Number of the page, from 1.
    pub(super) page: u32,
    /// Pages of the database after the transaction that this frame commits; 0 in the middle of one.
    commit: u32,
    salts: [u32; 2],
    checksum: [u32; 2],
    /// Where the content is, in bytes from the start of the log.
    pub(super) at: usize,
}

/// The frames of a log.
#[derive(Debug, Default)]
pub(super) struct Wal {
    /// Frames of committed transactions, in order: the last of a page counts.
    pub(super) committed: Vec<Frame>,
    /// The other versions of pages: not committed, or left from before the log began anew.
    pub(super) others: Vec<Frame>,
    /// Pages of the database after the last commit.
    pub(super) pages: Option<u32>,
    /// Frames of which bytes are damaged.
    pub(super) damaged: Vec<Frame>,
}

impl Wal {
    /// Reads the log of a database.
    ///
    /// SQLite itself stops at the first frame whose checksum is wrong. A checksum goes on from the one that is
    /// stored in the frame before, so that a frame after a damaged one can still be proven; it counts once a commit
    /// follows it.
    ///
    /// Source: <https://sqlite.org/fileformat2.html>, section 4 "The Write-Ahead Log".
    pub(super) fn read(log: &[u8], page_size: usize) -> Self {
        let mut wal = Wal::default();
        let frames = frames(log, page_size);
        let Some(first) = frames.first() else { return wal };
        let word = |at| be32(log, at).unwrap_or(0);
        let (orders, stored) =
            ([Order::of_magic(word(0)), Order::of_magic(!word(0))], [word(24), word(28)]);
        let of_header = |order: &Order| order.checksum([0; 2], &log[..24]) == stored;
        let is_sound = |order: Order, before: [u32; 2], frame: &Frame| {
            let header = order.checksum(before, &log[frame.at - FRAME_HEADER_LEN..][..8]);
            order.checksum(header, &log[frame.at..][..page_size]) == frame.checksum
        };
        let sound_header = orders.into_iter().find(of_header);
        let order = sound_header.unwrap_or_else(|| {
            let pairs = || frames.windows(2).take(SAMPLE);
            let holds =
                |order: &Order| pairs().any(|pair| is_sound(*order, pair[0].checksum, &pair[1]));
            orders.into_iter().find(holds).unwrap_or(orders[0])
        });
        let salts = if sound_header.is_some() { [word(16), word(20)] } else { first.salts };

        let (mut before, mut pending, mut doubtful) = (stored, Vec::new(), Vec::new());
        for frame in &frames {
            if frame.salts != salts {
                wal.others.push(*frame);
            } else if is_sound(order, before, frame) {
                pending.push(*frame);
            } else {
                doubtful.push(*frame);
            }
            // No frame of a commit is overwritten before the log begins anew: a damaged one still is one.
            if frame.salts == salts && frame.commit > 0 {
                // Nor can what it says be relied on: as many pages as there are frames.
                let is_whole = pending.last() == Some(frame);
                wal.pages = Some(if is_whole { frame.commit } else { u32::MAX });
                wal.committed.append(&mut pending);
                wal.damaged.append(&mut doubtful);
            }
            before = frame.checksum;
        }
        // What no commit follows was taken back, and overwritten in part perhaps.
        wal.others.append(&mut pending);
        wal.others.append(&mut doubtful);
        wal
    }
}

fn frames(log: &[u8], page_size: usize) -> Vec<Frame> {
    let frames = log.get(HEADER_LEN..).unwrap_or(&[]);
    let frames = frames.chunks_exact(FRAME_HEADER_LEN + page_size).enumerate();
    let read = |(nth, frame): (usize, &[u8])| {
        let word = |at| be32(frame, at).unwrap_or(0);
        Frame {
            page: word(0),
            commit: word(4),
            salts: [word(8), word(12)],
            checksum: [word(16), word(20)],
            at: HEADER_LEN + nth * (FRAME_HEADER_LEN + page_size) + FRAME_HEADER_LEN,
        }
    };
    frames.map(read).filter(|frame| frame.page > 0).collect()
}

/// The byte order in which checksums read their words.
#[derive(Clone, Copy, Debug)]
enum Order {
    Big,
    Little,
}

impl Order {
    fn of_magic(magic: u32) -> Self {
        if magic & 1 == 1 { Order::Big } else { Order::Little }
    }

    fn checksum(self, before: [u32; 2], bytes: &[u8]) -> [u32; 2] {
        let word = match self {
            Order::Big => u32::from_be_bytes,
            Order::Little => u32::from_le_bytes,
        };
        let [mut one, mut two] = before;
        for pair in bytes.as_chunks::<8>().0 {
            let [a, b, c, d, e, f, g, h] = *pair;
            one = one.wrapping_add(word([a, b, c, d])).wrapping_add(two);
            two = two.wrapping_add(word([e, f, g, h])).wrapping_add(one);
        }
        [one, two]
    }
}
