//! First letters that deletion took, inferred from names that kept theirs.
//!
//! A camera counts: between `IMG_0001.JPG` and `IMG_0003.JPG`, `?MG_0002.JPG` began with an `I`.

use std::collections::{BTreeMap, HashMap};

use crate::volumes::filesystem::fat_family::fat::folder::Record;
use crate::volumes::filesystem::fat_family::fat::name;

/// What cameras call their files and folders, where a digit stands for any.
///
/// Source: JEITA CP-3461 (DCF 2.0), 3.2, for the folders; makers' manuals for the rest.
const CAMERAS: &[(&str, bool)] = &[
    ("DCIM", true),
    ("MISC", true),
    ("PRIVATE", true),
    ("AVCHD", true),
    ("IMG_0000", false),
    ("DSC_0000", false),
    ("DSC00000", false),
    ("DSCN0000", false),
    ("DSCF0000", false),
    ("CIMG0000", false),
    ("PICT0000", false),
    ("SAM_0000", false),
    ("MVI_0000", false),
    ("MOV_0000", false),
    ("VID_0000", false),
    ("GOPR0000", false),
    ("DJI_0000", false),
    ("IMGP0000", false),
    ("SDIM0000", false),
];

/// What names have in common that differ in their first letter and in what they count.
type Pattern = (Option<usize>, bool, [u8; 11]);

/// How often names of each pattern begin with which letter.
#[derive(Default)]
pub struct Letters {
    seen: HashMap<Pattern, BTreeMap<u8, u32>>,
}

impl Letters {
    /// Notes that a letter of such a name is wanted, if that is lost. What nobody wants is not
    /// learnt.
    pub fn want(&mut self, folder: usize, record: &Record) {
        if record.short[0] == 0 {
            for pattern in patterns(folder, record) {
                self.seen.entry(pattern).or_default();
            }
        }
    }

    /// Learns from a name of the folder numbered so, if its first letter is known.
    pub fn learn(&mut self, folder: usize, record: &Record) {
        if record.short[0] == 0 {
            return;
        }
        for pattern in patterns(folder, record) {
            if let Some(letters) = self.seen.get_mut(&pattern) {
                *letters.entry(record.short[0]).or_default() += 1;
            }
        }
    }

    /// Gives a name of the folder its first letter, if it has none and one can be inferred.
    pub fn restore(&self, folder: usize, record: &mut Record) {
        if record.short[0] != 0 {
            return;
        }
        let learnt = patterns(folder, record).into_iter().find_map(|pattern| {
            let letters = self.seen.get(&pattern)?;
            letters.iter().max_by_key(|&(letter, count)| (count, u8::MAX - letter)).map(|(&l, _)| l)
        });
        if let Some(letter) = learnt.or_else(|| of_a_camera(record)) {
            record.short[0] = letter;
            record.name = name::short(&record.short, record.case);
        }
    }
}

/// The patterns of a name, the closest first: in its folder, of its kind; in its folder; in the
/// volume, of its kind; in the volume.
fn patterns(folder: usize, record: &Record) -> [Pattern; 4] {
    let mut exact = record.short.map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    exact[0] = 0;
    let mut stem = exact;
    stem[8..].fill(0);
    let kind = record.folder;
    [
        (Some(folder), kind, exact),
        (Some(folder), kind, stem),
        (None, kind, exact),
        (None, kind, stem),
    ]
}

fn of_a_camera(record: &Record) -> Option<u8> {
    let stem = record.short[..8].trim_ascii_end();
    let alike = |known: &&(&str, bool)| {
        known.1 == record.folder
            && known.0.len() == stem.len()
            && known.0.bytes().zip(stem).skip(1).all(|(known, &byte)| match known {
                b'0' => byte.is_ascii_digit(),
                _ => known == byte,
            })
    };
    let known = CAMERAS.iter().find(alike).map(|known| known.0.as_bytes()[0]);
    // Folders of photos are called by three digits, which count from 100, and five letters.
    known.or((record.folder && stem.len() == 8 && is_dcf_tail(stem)).then_some(b'1'))
}

fn is_dcf_tail(stem: &[u8]) -> bool {
    let letter = |&byte: &u8| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit();
    stem[1..3].iter().all(u8::is_ascii_digit) && stem[3..].iter().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(short: &[u8; 11], folder: bool) -> Record {
        let mut short = *short;
        if short[0] == b'?' {
            short[0] = 0;
        }
        Record {
            name: String::new(),
            short,
            case: 0,
            certain: short[0] != 0,
            deleted: short[0] == 0,
            erased: short[0] == 0,
            folder,
            cluster: 0,
            size: 0,
            modified: None,
            at: 0,
        }
    }

    #[track_caller]
    fn check(known: &[(usize, &[u8; 11])], lost: (usize, &[u8; 11]), expected: &str) {
        let mut letters = Letters::default();
        letters.want(lost.0, &record(lost.1, false));
        for (folder, short) in known {
            letters.learn(*folder, &record(short, false));
        }
        let mut lost_record = record(lost.1, false);
        letters.restore(lost.0, &mut lost_record);
        assert_eq!(lost_record.name, expected);
        assert!(!lost_record.certain);
    }

    #[test]
    fn a_name_takes_the_letter_of_its_siblings() {
        check(&[(1, b"_MG_0001JPG"), (2, b"IMG_0001JPG")], (1, b"?MG_0002JPG"), "_MG_0002.JPG");
        check(&[(1, b"_MG_0001CR2"), (2, b"IMG_0001JPG")], (1, b"?MG_0002JPG"), "_MG_0002.JPG");
        check(&[(1, b"XYZ_0001JPG")], (2, b"?YZ_0002JPG"), "XYZ_0002.JPG");
    }

    #[test]
    fn the_letter_of_most_siblings_wins() {
        let known: &[(usize, &[u8; 11])] = &[(1, b"ABC1    "), (1, b"XBC2    "), (1, b"XBC3    ")]
            .map(|(folder, name)| {
                let mut short = [b' '; 11];
                short[..8].copy_from_slice(name);
                (folder, &*Box::leak(Box::new(short)))
            });
        check(known, (1, b"?BC4       "), "XBC4");
    }

    #[test]
    fn without_siblings_what_cameras_write_is_inferred_and_nothing_else() {
        check(&[], (1, b"?SC_0815NEF"), "DSC_0815.NEF");
        let mut lost = record(b"?ETTER  DOC", false);
        Letters::default().restore(1, &mut lost);
        assert_eq!(lost.short[0], 0);
        let mut lost = record(b"?CIM       ", true);
        Letters::default().restore(1, &mut lost);
        assert_eq!(lost.name, "DCIM");
        let mut lost = record(b"?01CANON   ", true);
        Letters::default().restore(1, &mut lost);
        assert_eq!(lost.name, "101CANON");
    }
}
