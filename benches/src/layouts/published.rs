//! The sector tables of the challenges, as their organisers published them.
//!
//! Source: `file-image-layout.md` of github.com/dfrws/dfrws2006-challenge, and `challenge-layout.txt` of
//! github.com/dfrws/dfrws2007-challenge. A piece of random data is no row: whatever no row names is filler.

use std::collections::BTreeMap;

const OF_2006: &str = include_str!("dfrws2006.tsv");
const OF_2007: &str = include_str!("dfrws2007.tsv");

/// Sectors of the image of 2006. Source: its length of 49,999,872 bytes.
const SECTORS_OF_2006: u64 = 97_656;

/// How much filler stands after the last piece of 2007, in sectors; the length of its image is not
/// in its table.
const AFTER_2007: u64 = 2000;

/// A challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Challenge {
    /// 32 files in 22 scenarios, in random data.
    Dfrws2006,
    /// Files of 88 scenarios, among random data and small pieces of other files.
    Dfrws2007,
}

/// A piece of a file, in sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its first sector in the image.
    pub at: u64,
    /// How many there are.
    pub len: u64,
    /// Name of the file.
    pub file: &'static str,
    /// Its first sector in the file.
    pub from: u64,
    /// Sectors of the whole file, whether they are in the image or not.
    pub of: u64,
}

impl Challenge {
    /// Both of them.
    pub const ALL: [Challenge; 2] = [Challenge::Dfrws2006, Challenge::Dfrws2007];

    /// How it is called in tables and in names of files.
    pub fn name(self) -> &'static str {
        match self {
            Challenge::Dfrws2006 => "dfrws-2006",
            Challenge::Dfrws2007 => "dfrws-2007",
        }
    }

    /// Its pieces, in the order of the image.
    pub fn pieces(self) -> Vec<Piece> {
        let table = match self {
            Challenge::Dfrws2006 => OF_2006,
            Challenge::Dfrws2007 => OF_2007,
        };
        table.lines().skip(1).filter_map(piece).collect()
    }

    /// Sectors from the end of the last piece to the end of the image.
    pub fn after(self, pieces: &[Piece]) -> u64 {
        let end = pieces.last().map_or(0, |piece| piece.at + piece.len);
        match self {
            Challenge::Dfrws2006 => SECTORS_OF_2006.saturating_sub(end),
            Challenge::Dfrws2007 => AFTER_2007,
        }
    }
}

/// One row of a table.
fn piece(row: &'static str) -> Option<Piece> {
    let mut cells = row.split('\t');
    let at = cells.next()?.parse().ok()?;
    let len = cells.next()?.parse().ok()?;
    let file = cells.next()?;
    let from = cells.next()?.parse().ok()?;
    let of = cells.next()?.parse().ok()?;
    Some(Piece { at, len, file, from, of })
}

/// The pieces of each file, in the order of the file.
pub fn by_file(pieces: &[Piece]) -> BTreeMap<&'static str, Vec<Piece>> {
    let mut files: BTreeMap<&str, Vec<Piece>> = BTreeMap::new();
    for piece in pieces {
        files.entry(piece.file).or_default().push(*piece);
    }
    files.values_mut().for_each(|pieces| pieces.sort_by_key(|piece| piece.from));
    files
}

/// Sectors of a file from its start on that are in the image.
pub fn beginning(pieces: &[Piece]) -> u64 {
    pieces.iter().fold(0, |end, piece| if piece.from == end { end + piece.len } else { end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_one_another_and_fit_their_files() {
        for (challenge, rows) in [(Challenge::Dfrws2006, 52), (Challenge::Dfrws2007, 218)] {
            let pieces = challenge.pieces();
            assert_eq!(pieces.len(), rows);
            assert!(pieces.windows(2).all(|two| two[0].at + two[0].len <= two[1].at));
            for pieces in by_file(&pieces).values() {
                assert!(pieces.iter().all(|piece| piece.from + piece.len <= piece.of));
                assert!(pieces.windows(2).all(|two| two[0].from + two[0].len <= two[1].from));
            }
        }
    }

    #[test]
    fn files_are_as_whole_as_the_organisers_say() {
        let whole = |challenge: Challenge| {
            let files = by_file(&challenge.pieces());
            files.values().filter(|pieces| beginning(pieces) == pieces[0].of).count()
        };
        // 32 files and two sectors of traps; 85 files.
        assert_eq!(whole(Challenge::Dfrws2006), 34);
        assert_eq!(whole(Challenge::Dfrws2007), 85);
    }
}
