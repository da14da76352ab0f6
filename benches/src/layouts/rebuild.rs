//! Lays stand-ins at the published places.
//!
//! A stand-in of another length than the file it stands for is cut in the same proportions; the order
//! of all pieces, what lies between them and how many sectors that is, stay as published.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use afterimage_testdata::random::Random;

use super::published::{Challenge, Piece, by_file};
use super::scenarios;
use super::stand_in::{self, Photos, SECTOR};
use crate::truth::{Lost, Original, Truth};

/// Filler of 2007 is cut from other files in pieces of at most so many sectors.
const SNIPPET: usize = 64;

/// What of a file's beginning is in no filler: a piece of a photo without it is nothing to be found.
const HEAD: usize = 8 * SECTOR;

/// An image that was made, and what is in it.
#[derive(Debug)]
pub struct Rebuilt {
    /// What can be recovered.
    pub truth: Truth,
    /// All that lies in it and is not filler.
    pub originals: Vec<Original>,
}

/// A file in the image.
struct Laid {
    original: Original,
    /// Where the published file is cut, and where the stand-in is, in sectors.
    cuts: BTreeMap<u64, u64>,
    /// Its pieces: first byte in the file, first byte in the image, length.
    pieces: Vec<(u64, u64, u64)>,
}

/// Writes the layout of a challenge to `path`. Another seed takes other photos and other filler.
///
/// # Errors
///
/// When the image cannot be written.
pub fn rebuild(
    challenge: Challenge,
    photos: &Photos,
    seed: u64,
    path: &Path,
) -> io::Result<Rebuilt> {
    let mut random = Random::new(seed);
    let pieces = challenge.pieces();
    let mut laid = stand_ins(photos, &mut random, &pieces);
    let snippets = match challenge {
        Challenge::Dfrws2006 => Vec::new(),
        Challenge::Dfrws2007 => snippets(photos, &mut random, &laid),
    };
    let mut out = Image::create(path, random, snippets)?;
    let mut end = 0;
    for piece in &pieces {
        out.filler((piece.at - end) as usize)?;
        end = piece.at + piece.len;
        if let Some(file) = laid.get_mut(piece.file) {
            out.piece(file, piece)?;
        }
    }
    out.filler(challenge.after(&pieces) as usize)?;
    out.file.flush()?;
    Ok(told(challenge, path, laid, out.snippets))
}

/// Something for every file of the table.
fn stand_ins(
    photos: &Photos,
    random: &mut Random,
    pieces: &[Piece],
) -> BTreeMap<&'static str, Laid> {
    let files = by_file(pieces);
    let jpegs: Vec<(&str, usize)> = files
        .iter()
        .filter(|(name, _)| name.ends_with(".jpg"))
        .map(|(name, pieces)| (*name, pieces[0].of as usize * SECTOR))
        .collect();
    let lengths: Vec<usize> = jpegs.iter().map(|&(_, len)| len).collect();
    let mut taken: BTreeMap<&str, Original> =
        jpegs.iter().map(|&(name, _)| name).zip(photos.take(random, &lengths)).collect();
    files
        .into_iter()
        .map(|(name, pieces)| {
            let original = taken.remove(name).unwrap_or_else(|| made(random, name, pieces[0].of));
            let cuts = cuts(&pieces, (original.bytes.len().div_ceil(SECTOR)) as u64);
            (name, Laid { original, cuts, pieces: Vec::new() })
        })
        .collect()
}

/// A file that is no photo.
fn made(random: &mut Random, name: &str, sectors: u64) -> Original {
    let bytes = match name.ends_with(".mp4") || name.ends_with(".mov") {
        true => stand_in::film(random.bits(), sectors as usize * SECTOR),
        false => stand_in::other(random, name, sectors),
    };
    Original::new(bytes, Vec::new())
}

/// Where a stand-in of `sectors` is cut, for every place where the published file is.
fn cuts(pieces: &[Piece], sectors: u64) -> BTreeMap<u64, u64> {
    let of = pieces[0].of;
    let mut places: Vec<u64> =
        pieces.iter().flat_map(|piece| [piece.from, piece.from + piece.len]).collect();
    places.extend([0, of]);
    places.sort_unstable();
    places.dedup();
    let last = places.len() as u64 - 1;
    let mut least = 0;
    let scaled = places.iter().zip(0..).map(|(&place, index)| {
        // No piece vanishes, so long as there are as many sectors as pieces.
        let most = sectors.saturating_sub(last - index);
        let cut = if index == last { sectors } else { (place * sectors / of).max(least).min(most) };
        least = cut + 1;
        (place, cut)
    });
    scaled.collect()
}

/// What the filler of 2007 is cut from, beside random data: files of the kinds that the challenge
/// has, and photos that lie nowhere else in the image.
fn snippets(
    photos: &Photos,
    random: &mut Random,
    laid: &BTreeMap<&'static str, Laid>,
) -> Vec<Original> {
    const NAMES: [&str; 6] = ["0.html", "0.doc", "0.mbox", "0.exe", "0.pdf", "0.zip"];
    let others = NAMES.map(|name| Original::new(stand_in::other(random, name, 512), Vec::new()));
    let known: Vec<&str> = laid.values().map(|file| file.original.sha256.as_str()).collect();
    let photos = photos.take(random, &[200_000; 8]).into_iter();
    let photos = photos.filter(|photo| !known.contains(&photo.sha256.as_str()));
    let every = others.into_iter().chain(photos);
    every.filter(|one| one.bytes.len() >= HEAD + SECTOR * SNIPPET).collect()
}

/// An image in the making.
struct Image {
    file: BufWriter<File>,
    at: u64,
    random: Random,
    snippets: Vec<Original>,
}

impl Image {
    fn create(path: &Path, random: Random, snippets: Vec<Original>) -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, File::create(path)?);
        Ok(Image { file, at: 0, random, snippets })
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Random data, or by turns also small pieces of other files where there are any.
    fn filler(&mut self, sectors: usize) -> io::Result<()> {
        let mut left = sectors * SECTOR;
        while left > 0 {
            let len = left.min(SECTOR * (1 + self.random.below(SNIPPET)));
            let of_files = !self.snippets.is_empty() && self.random.below(2) == 0;
            let bytes = match of_files {
                true => self.snippet(len),
                false => self.random.bytes(len),
            };
            self.put(&bytes)?;
            left -= len;
        }
        Ok(())
    }

    fn snippet(&mut self, len: usize) -> Vec<u8> {
        let which = self.random.below(self.snippets.len());
        let from = &self.snippets[which].bytes[HEAD..];
        let at = self.random.below(from.len() - len + 1);
        from[at..at + len].to_vec()
    }

    /// One piece of a file; what its last sector does not hold of it is random.
    fn piece(&mut self, file: &mut Laid, piece: &Piece) -> io::Result<()> {
        let cut = |sector: u64| file.cuts.get(&sector).copied().unwrap_or(0) as usize * SECTOR;
        let (from, to) = (cut(piece.from), cut(piece.from + piece.len));
        let bytes = &file.original.bytes[from..to.min(file.original.bytes.len())];
        file.pieces.push((from as u64, self.at, bytes.len() as u64));
        self.put(bytes)?;
        let slack = self.random.bytes((to - from) - bytes.len());
        self.put(&slack)
    }
}

/// What lies in the image.
fn told(
    challenge: Challenge,
    path: &Path,
    laid: BTreeMap<&'static str, Laid>,
    snippets: Vec<Original>,
) -> Rebuilt {
    let (mut files, mut originals) = (Vec::new(), snippets);
    for (name, mut file) in laid {
        file.pieces.sort_unstable();
        if let Some(state) = scenarios::of(challenge, name) {
            files.push(file.lost(name, state));
        }
        originals.push(file.original);
    }
    let image = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let truth =
        Truth { scenario: challenge.name().to_owned(), image: image.unwrap_or_default(), files };
    Rebuilt { truth, originals }
}

impl Laid {
    /// What there is to recover of it; its pieces are in the order of the file.
    fn lost(&self, name: &str, state: &str) -> Lost {
        let size = self.original.bytes.len() as u64;
        let goes_on =
            |end, &(from, _, len): &(u64, u64, u64)| if from == end { end + len } else { end };
        let kept = self.pieces.iter().fold(0, goes_on);
        let whole = kept == size;
        Lost {
            name: name.to_owned(),
            format: if name.ends_with(".jpg") { "jpeg" } else { "mp4" }.to_owned(),
            sha256: self.original.sha256.clone(),
            size,
            ends: self.original.ends.clone(),
            state: state.to_owned(),
            recoverable: if whole { "exact" } else { "partial" }.to_owned(),
            kept: (!whole).then_some(kept),
            runs: self.pieces.iter().map(|&(_, at, len)| (at, len)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::sha256;
    use afterimage_testdata::Sample;

    #[test]
    fn runs_joined_are_the_file_and_gaps_are_as_long_as_published() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        let samples = afterimage_testdata::samples::jpegs();
        let photos =
            Photos::given(samples.into_iter().map(|sample: Sample| sample.bytes).collect());
        let rebuilt = rebuild(Challenge::Dfrws2006, &photos, 7, &path).unwrap();
        let image = std::fs::read(path).unwrap();
        let read = |&(at, len): &(u64, u64)| image[at as usize..(at + len) as usize].to_vec();
        for lost in &rebuilt.truth.files {
            let bytes: Vec<u8> = lost.runs.iter().flat_map(read).collect();
            assert_eq!(sha256(&bytes), lost.sha256, "{}", lost.name);
        }
        let of = |name| rebuilt.truth.files.iter().find(|lost| lost.name == name).unwrap();
        // 26 sectors of text lie between the two pieces of 3d.
        let [(first, len), (second, _)] = of("3d.jpg").runs[..] else { panic!("two runs") };
        assert_eq!(second - (first + len).next_multiple_of(512), 26 * 512);
        assert!(of("3b.jpg").is_whole());
    }

    #[test]
    fn no_piece_vanishes_when_a_file_is_shorter() {
        let pieces = &by_file(&Challenge::Dfrws2007.pieces())["7.jpg"];
        let cuts: Vec<u64> = cuts(pieces, 8).into_values().collect();
        assert_eq!(cuts, [0, 1, 8]);
    }
}
