//! Directory entries, with long names where a short one does not do.

/// Date and time as FAT keeps them: local, to two seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub(crate) date: u16,
    pub(crate) time: u16,
}

impl Stamp {
    /// That moment.
    pub fn new(year: u16, month: u16, day: u16, hour: u16, minute: u16, second: u16) -> Self {
        Stamp {
            date: (year - 1980) << 9 | month << 5 | day,
            time: hour << 11 | minute << 5 | (second / 2),
        }
    }

    /// The moment of an Exif text such as `2024:05:17 18:03:22`.
    pub fn of_exif(text: &str) -> Self {
        let mut numbers = text.split([':', ' ']).map(|part| part.parse().unwrap_or(1));
        let mut next = || numbers.next().unwrap_or(1);
        Stamp::new(next(), next(), next(), next(), next(), next())
    }
}

/// What an entry stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attributes {
    Label = 0x08,
    Folder = 0x10,
    File = 0x20,
}

/// One entry before it has its place.
pub(super) struct Entry<'n> {
    name: &'n str,
    attributes: Attributes,
    first: u32,
    len: usize,
    stamp: Stamp,
}

impl<'n> Entry<'n> {
    pub(super) fn new(
        name: &'n str,
        attributes: Attributes,
        first: u32,
        len: usize,
        stamp: Stamp,
    ) -> Self {
        Entry { name, attributes, first, len, stamp }
    }

    /// Its records in the order of the disk: those of the long name, then the short one. `number`
    /// makes the short name of a long one unique.
    pub(super) fn records(&self, number: usize) -> Vec<[u8; 32]> {
        if self.attributes == Attributes::Label {
            let mut label = [b' '; 11];
            label.iter_mut().zip(self.name.bytes()).for_each(|(to, from)| *to = from);
            return vec![self.short(label)];
        }
        match short_name(self.name) {
            Some(short) => vec![self.short(short)],
            None => {
                let short = alias(self.name, number);
                let mut records = long(self.name, checksum(&short));
                records.push(self.short(short));
                records
            }
        }
    }

    fn short(&self, name: [u8; 11]) -> [u8; 32] {
        let mut record = [0; 32];
        record[..11].copy_from_slice(&name);
        record[11] = self.attributes as u8;
        let (date, time) = (self.stamp.date.to_le_bytes(), self.stamp.time.to_le_bytes());
        record[14..16].copy_from_slice(&time);
        record[16..18].copy_from_slice(&date);
        record[18..20].copy_from_slice(&date);
        record[20..22].copy_from_slice(&((self.first >> 16) as u16).to_le_bytes());
        record[22..24].copy_from_slice(&time);
        record[24..26].copy_from_slice(&date);
        record[26..28].copy_from_slice(&(self.first as u16).to_le_bytes());
        record[28..32].copy_from_slice(&(self.len as u32).to_le_bytes());
        record
    }
}

/// The name as 8 + 3 characters, if it is one already.
fn short_name(name: &str) -> Option<[u8; 11]> {
    let mut short = [b' '; 11];
    if name == "." || name == ".." {
        short[..name.len()].copy_from_slice(name.as_bytes());
        return Some(short);
    }
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let plain = |text: &str| {
        text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    };
    let fits = (1..=8).contains(&stem.len()) && extension.len() <= 3;
    if !fits || !plain(stem) || !plain(extension) {
        return None;
    }
    short[..stem.len()].copy_from_slice(stem.as_bytes());
    short[8..8 + extension.len()].copy_from_slice(extension.as_bytes());
    Some(short)
}

/// A short name for a long one.
fn alias(name: &str, number: usize) -> [u8; 11] {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let letters = |text: &str, most: usize| {
        let kept = text.bytes().filter(u8::is_ascii_alphanumeric).take(most);
        kept.map(|byte| byte.to_ascii_uppercase()).collect::<Vec<u8>>()
    };
    let tail = format!("~{}", number % 1000);
    let stem = [letters(stem, 8 - tail.len()), tail.into_bytes()].concat();
    let mut short = [b' '; 11];
    short[..stem.len()].copy_from_slice(&stem);
    let extension = letters(extension, 3);
    short[8..8 + extension.len()].copy_from_slice(&extension);
    short
}

/// The records of a long name, the last part first. Source: "Long Directory Entries".
fn long(name: &str, checksum: u8) -> Vec<[u8; 32]> {
    /// Where the 13 characters of a part lie in its record.
    const PLACES: [usize; 13] = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
    let characters: Vec<u16> = name.encode_utf16().collect();
    let parts = characters.chunks(PLACES.len()).enumerate();
    let count = characters.len().div_ceil(PLACES.len());
    let record = |(index, part): (usize, &[u16])| {
        let mut record = [0; 32];
        record[0] = (index as u8 + 1) | if index + 1 == count { 0x40 } else { 0 };
        record[11] = 0x0f;
        record[13] = checksum;
        // A zero ends the name; what follows it is filled with ones.
        let padded = part.iter().copied().chain([0]).chain(std::iter::repeat(0xffff));
        for (place, character) in PLACES.into_iter().zip(padded) {
            record[place..place + 2].copy_from_slice(&character.to_le_bytes());
        }
        record
    };
    let mut records: Vec<_> = parts.map(record).collect();
    records.reverse();
    records
}

/// Ties the parts of a long name to the short one.
fn checksum(short: &[u8; 11]) -> u8 {
    short.iter().fold(0, |sum: u8, &byte| sum.rotate_right(1).wrapping_add(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_fit_stay_short() {
        assert_eq!(short_name("IMG_0001.JPG"), Some(*b"IMG_0001JPG"));
        assert_eq!(short_name("DCIM"), Some(*b"DCIM       "));
        assert_eq!(short_name("PXL_20240517.jpg"), None);
        assert_eq!(alias("PXL_20240517.MP.jpg", 7), *b"PXL202~7JPG");
    }

    #[test]
    fn a_long_name_is_cut_into_thirteens_from_the_end() {
        let records = long("PXL_20240517.jpg", 0x5a);
        assert_eq!(records.len(), 2);
        assert_eq!((records[0][0], records[1][0]), (0x42, 1));
        assert_eq!((records[0][1], records[1][1]), (b'j', b'P'));
        assert!(records.iter().all(|record| record[11] == 0x0f && record[13] == 0x5a));
    }

    #[test]
    fn dates_are_packed() {
        let stamp = Stamp::of_exif("2024:05:17 18:03:22");
        assert_eq!(stamp, Stamp { date: 44 << 9 | 5 << 5 | 17, time: 18 << 11 | 3 << 5 | 11 });
    }
}
