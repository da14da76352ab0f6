//! What a recovered file is worth.
//!
//! It is judged by its bytes alone, beside the photos as they were before they were lost; names
//! and places do not count, except that a file handed over as broken is not a photo got back.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Serialize;

use crate::truth::{Lost, Original, sha256};

/// Two files that agree in so many first bytes may be the same photo.
const HEAD: usize = 64;

/// A file with so many first bytes of a photo is a piece of it, not another with the same header.
const SHARED: usize = 1024;

/// A file whose first so many bytes stand somewhere in a photo lies inside it.
const INSIDE: usize = 2048;

/// Begins the search for [`INSIDE`].
const NEEDLE: usize = 32;

/// What of a broken photo's surviving bytes must come back for it to count as kept.
const ENOUGH: f64 = 0.95;

/// How many foreign bytes may follow them: viewers show the photo all the same.
const FOREIGN: u64 = 64 << 10;

/// What a recovered file is, the best last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It has nothing of a lost photo.
    False,
    /// It lies whole inside one, as thumbnails do: neither gain nor error.
    Inner,
    /// It begins as a photo does and departs from it, or ends too early.
    Partial,
    /// It begins with all of a photo and goes on.
    Overlong,
    /// It is a whole photo, handed over as a broken one.
    Misjudged,
    /// It is a photo, to the byte, or that photo without what its camera wrote behind it.
    Exact,
}

/// The best that came back of one photo.
#[derive(Clone, Copy, Debug)]
struct Best {
    kind: Kind,
    /// First bytes that are the photo's own.
    own: u64,
    /// Bytes behind them.
    foreign: u64,
}

/// What all files of one run are worth.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many files of each kind there are.
    pub kinds: BTreeMap<Kind, usize>,
    /// By SHA-256 of the photo.
    best: HashMap<String, Best>,
    /// Files beyond the first of a photo.
    pub copies: usize,
}

impl Tally {
    /// How many files there are.
    pub fn files(&self) -> usize {
        self.kinds.values().sum()
    }

    /// How many files of that kind there are.
    pub fn of(&self, kind: Kind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or(0)
    }

    /// How many photos came back to the byte.
    pub fn photos(&self) -> usize {
        self.best.values().filter(|best| best.kind == Kind::Exact).count()
    }

    /// Whether the photo with that digest came back to the byte.
    pub fn is_exact(&self, sha256: &str) -> bool {
        self.best.get(sha256).is_some_and(|best| best.kind == Kind::Exact)
    }

    /// Whether nearly all that was left of a broken photo came back, with little behind it. Of one
    /// that was damaged in its middle, what lies behind the damage may follow too.
    pub fn is_kept(&self, lost: &Lost) -> bool {
        let (Some(best), Some(kept)) = (self.best.get(&lost.sha256), lost.kept) else {
            return false;
        };
        let beyond = if lost.state == "damaged" { lost.size.saturating_sub(kept) } else { 0 };
        best.kind == Kind::Partial
            && best.own as f64 >= ENOUGH * kept as f64
            && best.foreign <= beyond + FOREIGN
    }

    fn add(&mut self, kind: Kind, original: Option<(&Original, usize)>, len: usize) {
        *self.kinds.entry(kind).or_default() += 1;
        let Some((original, own)) = original else { return };
        let (own, foreign) = (own as u64, (len - own) as u64);
        let rank = |best: &Best| (best.kind, best.own, std::cmp::Reverse(best.foreign));
        let here = Best { kind, own, foreign };
        match self.best.get_mut(&original.sha256) {
            Some(best) => {
                self.copies += 1;
                if rank(&here) > rank(best) {
                    *best = here;
                }
            }
            None => drop(self.best.insert(original.sha256.clone(), here)),
        }
    }
}

/// What one file is, beside the photos of an image.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// What it is, wherever it was handed over. [`Kind::Inner`] means that all of it lies in a photo.
    pub kind: Kind,
    /// The photo that it begins as, if it does.
    pub original: Option<&'a Original>,
    /// First bytes that it shares with that photo; of one that begins as none, those that stand
    /// somewhere in a photo.
    pub own: u64,
}

/// Knows the photos of one image.
pub struct Judge<'a> {
    originals: &'a [Original],
    by_digest: HashMap<&'a str, usize>,
    by_head: HashMap<&'a [u8], Vec<usize>>,
}

impl<'a> Judge<'a> {
    /// A judge who knows these photos.
    pub fn new(originals: &'a [Original]) -> Self {
        let mut by_head: HashMap<&[u8], Vec<usize>> = HashMap::new();
        let mut by_digest = HashMap::new();
        for (index, original) in originals.iter().enumerate() {
            by_digest.insert(original.sha256.as_str(), index);
            by_head.entry(head(&original.bytes)).or_default().push(index);
        }
        Judge { originals, by_digest, by_head }
    }

    /// What the files of `folder` are worth; `files` are paths below it.
    ///
    /// # Errors
    ///
    /// When a file cannot be read.
    pub fn tally(&self, folder: &Path, files: &[PathBuf]) -> io::Result<Tally> {
        let (mut tally, mut unknown) = (Tally::default(), Vec::new());
        for path in files {
            let mut bytes = std::fs::read(folder.join(path))?;
            let as_broken = path.iter().any(|part| part == "partial");
            match self.compare(&bytes) {
                Some((Kind::Exact, original, own)) if as_broken => {
                    tally.add(Kind::Misjudged, Some((original, own)), bytes.len());
                }
                Some((kind, original, own)) => tally.add(kind, Some((original, own)), bytes.len()),
                None => {
                    bytes.truncate(INSIDE);
                    unknown.push(bytes);
                }
            }
        }
        for inside in self.inside(&unknown) {
            tally.add(if inside { Kind::Inner } else { Kind::False }, None, 0);
        }
        Ok(tally)
    }

    /// What the file with these bytes is.
    pub fn standing(&self, bytes: &[u8]) -> Standing<'a> {
        match self.compare(bytes) {
            Some((kind, original, own)) => {
                Standing { kind, original: Some(original), own: own as u64 }
            }
            None => {
                let own = self.within(bytes);
                let whole = own == bytes.len() && own > 0;
                let kind = if whole { Kind::Inner } else { Kind::False };
                Standing { kind, original: None, own: own as u64 }
            }
        }
    }

    /// How many first bytes stand somewhere in a photo, at most.
    fn within(&self, bytes: &[u8]) -> usize {
        let Some(needle) = bytes.get(..NEEDLE) else { return 0 };
        let Ok(search) = AhoCorasick::new([needle]) else { return 0 };
        let every = self.originals.iter().flat_map(|original| {
            search
                .find_iter(&original.bytes)
                .map(|hit| shared(bytes, &original.bytes[hit.start()..]))
        });
        every.max().unwrap_or(0)
    }

    /// The photo that `bytes` begin as, how many bytes they share, and what that makes of them.
    fn compare(&self, bytes: &[u8]) -> Option<(Kind, &'a Original, usize)> {
        if let Some(&index) = self.by_digest.get(sha256(bytes).as_str()) {
            return Some((Kind::Exact, &self.originals[index], bytes.len()));
        }
        let alike = self.by_head.get(head(bytes))?.iter().map(|&index| &self.originals[index]);
        let (own, original) = alike
            .map(|original| (shared(bytes, &original.bytes), original))
            .max_by_key(|&(own, _)| own)
            .filter(|&(own, _)| own >= SHARED || (own == bytes.len() && own > 0))?;
        let is_picture = own == bytes.len() && original.ends.contains(&(own as u64));
        let kind = match own == original.bytes.len() {
            _ if is_picture => Kind::Exact,
            true => Kind::Overlong,
            false => Kind::Partial,
        };
        Some((kind, original, own))
    }

    /// For each beginning of a file, whether it stands anywhere in a photo.
    fn inside(&self, heads: &[Vec<u8>]) -> Vec<bool> {
        let mut found = vec![false; heads.len()];
        let needles: Vec<(usize, &[u8])> = heads
            .iter()
            .enumerate()
            .filter(|(_, head)| !head.is_empty())
            .map(|(index, head)| (index, &head[..head.len().min(NEEDLE)]))
            .collect();
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(needles.iter().map(|&(_, needle)| needle));
        let Ok(search) = search else { return found };
        for original in self.originals {
            for hit in search.find_overlapping_iter(&original.bytes) {
                let index = needles[hit.pattern().as_usize()].0;
                found[index] |= original.bytes[hit.start()..].starts_with(&heads[index]);
            }
        }
        found
    }
}

/// What a photo is looked up by.
fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD)]
}

/// How many first bytes two files share.
fn shared(a: &[u8], b: &[u8]) -> usize {
    const STEP: usize = 4096;
    let same = a.chunks(STEP).zip(b.chunks(STEP)).take_while(|(a, b)| a == b).count() * STEP;
    let at = same.min(a.len()).min(b.len());
    at + a[at..].iter().zip(&b[at..]).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::random::Random;

    #[test]
    fn every_kind_of_file_is_told_from_the_others() {
        let photo = Random::new(1).bytes(90_000);
        let other = Original::new(Random::new(2).bytes(5000), Vec::new());
        let originals = [Original::new(photo.clone(), vec![80_000]), other];
        let cases: [(&str, &[u8]); 8] = [
            ("whole", &photo),
            ("picture", &photo[..80_000]),
            ("partial/whole", &photo),
            ("long", &[&photo[..], b"more"].concat()),
            ("short", &photo[..70_000]),
            ("departs", &[&photo[..9000], &[0; 9000]].concat()),
            ("thumbnail", &photo[700..4000]),
            ("other", &[&photo[..200], &[0; 9000]].concat()),
        ];
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("partial")).unwrap();
        let judge = Judge::new(&originals);
        let kinds = cases.map(|(name, bytes)| {
            std::fs::write(folder.path().join(name), bytes).unwrap();
            let tally = judge.tally(folder.path(), &[PathBuf::from(name)]).unwrap();
            *tally.kinds.keys().next().unwrap()
        });
        use Kind::{Exact, False, Inner, Misjudged, Overlong, Partial};
        assert_eq!(kinds, [Exact, Exact, Misjudged, Overlong, Partial, Partial, Inner, False]);
    }

    #[test]
    fn a_broken_photo_is_kept_when_nearly_all_that_was_left_comes_back() {
        let photo = Random::new(4).bytes(300_000);
        let lost = |state: &str| Lost {
            format: "jpeg".to_owned(),
            sha256: sha256(&photo),
            size: photo.len() as u64,
            state: state.to_owned(),
            recoverable: "partial".to_owned(),
            kept: Some(100_000),
            ..Lost::default()
        };
        let originals = [Original::new(photo.clone(), Vec::new())];
        let judge = Judge::new(&originals);
        let folder = tempfile::tempdir().unwrap();
        let tally = |own: usize, foreign: usize| {
            let bytes = [&photo[..own], &vec![!photo[own]; foreign]].concat();
            std::fs::write(folder.path().join("file"), bytes).unwrap();
            judge.tally(folder.path(), &[PathBuf::from("file")]).unwrap()
        };
        assert!(tally(100_000, 0).is_kept(&lost("truncated")));
        assert!(tally(95_000, 65_536).is_kept(&lost("truncated")));
        assert!(!tally(94_999, 0).is_kept(&lost("truncated")));
        assert!(!tally(100_000, 65_537).is_kept(&lost("truncated")));
        assert!(tally(100_000, 200_000).is_kept(&lost("damaged")));
    }

    #[test]
    fn a_prefix_is_counted_to_the_byte() {
        let bytes = Random::new(3).bytes(10_000);
        let mut other = bytes.clone();
        other[8200] ^= 1;
        assert_eq!(shared(&bytes, &other), 8200);
        assert_eq!(shared(&bytes, &bytes[..5000]), 5000);
        assert_eq!(shared(&bytes, &bytes), 10_000);
    }
}
