//! Damage to file systems costs names, never photos: whatever the fields of entries say, nothing is missing
//! that carving finds without asking them.
//!
//! The suite makes some dozen overwrites on each card. `AFTERIMAGE_LAW=10000 cargo test -p afterimage-engine --test law`
//! makes as many as that says, and `AFTERIMAGE_LAW_SEED` begins elsewhere.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::env;
use std::ops::Range;
use std::sync::OnceLock;
use std::thread;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, ReportFile};
use afterimage_engine::run::Job;
use afterimage_engine::source::MemorySource;
use afterimage_engine::volumes::survey::Survey;
use afterimage_testdata::cameras::Shot;
use afterimage_testdata::fat::{Kind, Stamp};
use afterimage_testdata::png::Png;
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;
use afterimage_testdata::{apfs, exfat, ext, fat, hfsplus, ntfs, samples};

/// Overwrites in the suite, on all file systems together.
const OVERWRITES: usize = 200;

/// When every file was written, in seconds since 1970.
const SECONDS: u32 = 1_715_961_802;

/// A field of an entry: where it lies in the image, and its length in bytes.
type Field = (usize, usize);

/// What makes a record fit its checksum again, by where it begins.
type Reseal = fn(&mut [u8], usize);

/// A volume with photos, all in one piece, some of them deleted.
struct Card {
    name: &'static str,
    image: Vec<u8>,
    /// For each entry where it begins, and its fields.
    entries: Vec<(usize, Vec<Field>)>,
    /// Whether numbers begin with their highest byte.
    is_big_endian: bool,
    reseal: Option<Reseal>,
    /// Bytes of a cluster.
    cluster: u64,
}

impl Card {
    fn new(name: &'static str, image: &[u8], cluster: usize, fields: &[Field]) -> Self {
        let records = records(image);
        let at = |record: usize| fields.iter().map(|&(at, len)| (record + at, len)).collect();
        let entries = records.into_iter().map(|record| (record, at(record))).collect();
        let (image, cluster) = (image.to_vec(), cluster as u64);
        Card { name, image, entries, is_big_endian: false, reseal: None, cluster }
    }

    fn get(&self, (at, len): Field) -> u64 {
        let bytes = &self.image[at..at + len];
        let number = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        if self.is_big_endian {
            bytes.iter().fold(0, number)
        } else {
            bytes.iter().rev().fold(0, number)
        }
    }

    fn put(&self, image: &mut [u8], (at, len): Field, value: u64) {
        let bytes = value.to_le_bytes();
        let mut bytes = bytes[..len].to_vec();
        if self.is_big_endian {
            bytes.reverse();
        }
        image[at..at + len].copy_from_slice(&bytes);
    }

    /// The image with some fields overwritten, and what was done to it.
    fn damaged(&self, random: &mut Random) -> (Vec<u8>, String) {
        let (mut image, mut done) = (self.image.clone(), String::new());
        for _ in 0..1 + random.below(3) {
            let (entry, fields) = &self.entries[random.below(self.entries.len())];
            let which = random.below(fields.len());
            let old = self.get(fields[which]);
            let value = self.value(random, which, old);
            self.put(&mut image, fields[which], value);
            if let Some(reseal) = self.reseal.filter(|_| random.below(4) > 0) {
                reseal(&mut image, *entry);
            }
            let (at, len) = fields[which];
            done += &format!(
                "{} bytes at {at:#x} ({} of the entry at {entry:#x}): {old:#x} -> {value:#x}; ",
                len,
                at - entry
            );
        }
        (image, done)
    }

    /// What a field is overwritten with: what entries have, what is near it, or anything.
    fn value(&self, random: &mut Random, which: usize, old: u64) -> u64 {
        let (_, others) = &self.entries[random.below(self.entries.len())];
        match random.below(10) {
            0 => 0,
            1 => 512,
            2 => old.wrapping_sub(1),
            3 => old.wrapping_add(1),
            4 => old.wrapping_add(self.cluster),
            5 => old / 2,
            6 | 7 => self.get(others[which % others.len()]),
            8 => old ^ 1 << random.below(64),
            _ => random.bits() >> random.below(64),
        }
    }
}

/// Where the records lie that say of files.
fn records(image: &[u8]) -> Vec<usize> {
    let survey = Survey::of(&image);
    let mut records: Vec<usize> =
        survey.entries().map(|(_, _, entry)| entry.record as usize).collect();
    records.sort_unstable();
    records.dedup();
    assert!(records.len() > 1 || survey.volumes[0].contents.kind == "apfs", "{records:?}");
    records
}

/// Photos that fit on every volume, with names that say whether they will be deleted.
fn photos() -> Vec<(String, Vec<u8>)> {
    static MADE: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    MADE.get_or_init(make_photos).clone()
}

fn make_photos() -> Vec<(String, Vec<u8>)> {
    let shot = |seed| Shot::new(seed, (160, 120), "Canon EOS 0D", "2024:05:17 18:03:22").canon();
    let png = |seed| Png::default().encode(&Picture::scene(seed, 100, 80));
    let all = samples::all();
    let sample = |format: &str, most: usize| {
        all.iter()
            .filter(|one| one.format == format && one.bytes.len() < most)
            .max_by_key(|one| one.bytes.len())
            .unwrap()
            .bytes
            .clone()
    };
    let photos = [
        ("live1.jpg", shot(1)),
        ("gone1.png", png(2)),
        ("live2.png", png(3)),
        ("gone2.jpg", shot(4)),
        ("live3.bmp", sample("bmp", 60_000)),
        ("gone3.gif", sample("gif", 40_000)),
        ("gone4.bmp", sample("bmp", 15_000)),
        ("live4.webp", sample("webp", 40_000)),
    ];
    photos.map(|(name, bytes)| (name.to_owned(), bytes)).to_vec()
}

fn is_gone(name: &str) -> bool {
    name.starts_with("gone")
}

fn stamp() -> Stamp {
    Stamp::new(2024, 5, 17, 18, 3, 22)
}

/// Name, attributes, both halves of the first cluster, time, date, size.
const FAT: &[Field] =
    &[(0, 1), (11, 1), (20, 2), (26, 2), (26, 2), (22, 2), (24, 2), (28, 4), (28, 4)];

fn fat(name: &'static str, kind: Kind, sectors: usize, cluster: usize) -> Card {
    Card::new(name, fat_volume(kind, sectors, cluster).image(), cluster, FAT)
}

/// A FAT16 volume made shorter, with a table of twelve bits: which of the two it is, the number of clusters
/// tells.
fn fat12() -> Card {
    const CLUSTERS: usize = 4000;
    const CLUSTER: usize = 1024;
    let volume = fat_volume(Kind::Fat16, 5 << 11, CLUSTER);
    let mut image = volume.image()[..volume.clusters_at() + CLUSTERS * CLUSTER].to_vec();
    let sectors = (image.len() / 512) as u32;
    image[19..21].fill(0);
    image[32..36].copy_from_slice(&sectors.to_le_bytes());
    let old = image[volume.table()].to_vec();
    let mut table = vec![0; old.len()];
    for (cluster, entry) in old.chunks_exact(2).take(CLUSTERS + 2).enumerate() {
        let value = u32::from(u16::from_le_bytes([entry[0], entry[1]]) & 0xfff);
        let (at, shift) = (cluster * 3 / 2, cluster % 2 * 4);
        let both = (value << shift).to_le_bytes();
        table[at] |= both[0];
        table[at + 1] |= both[1];
    }
    for copy in 0..2 {
        let at = volume.table().start + copy * table.len();
        image[at..at + table.len()].copy_from_slice(&table);
    }
    let card = Card::new("fat12", &image, CLUSTER, FAT);
    assert_eq!(Survey::of(&image.as_slice()).volumes[0].contents.kind, "fat12");
    card
}

fn fat_volume(kind: Kind, sectors: usize, cluster: usize) -> fat::Volume {
    let mut volume = fat::Volume::new(kind, sectors, cluster, "CARD");
    for (name, bytes) in photos() {
        volume.write(&name.to_uppercase(), &bytes, stamp(), 10);
    }
    for (name, _) in photos().iter().filter(|(name, _)| is_gone(name)) {
        volume.delete(&name.to_uppercase());
    }
    volume
}

/// Type, attributes, flags, lengths and first cluster.
const EXFAT: &[Field] =
    &[(0, 1), (4, 2), (32, 1), (33, 1), (40, 8), (40, 8), (52, 4), (52, 4), (56, 8), (56, 8)];

fn exfat() -> Card {
    let mut volume = exfat::Volume::new(400, "CARD");
    for (name, bytes) in photos() {
        volume.write(&name, &bytes, stamp(), 10);
    }
    for (name, _) in photos().iter().filter(|(name, _)| is_gone(name)) {
        volume.delete(name);
    }
    let card = Card::new("exfat", volume.image(), 4096, EXFAT);
    Card { reseal: Some(exfat::reseal), ..card }
}

fn ntfs() -> Card {
    let mut volume = ntfs::Volume::new(160);
    for (name, bytes) in photos() {
        let clusters = bytes.len().div_ceil(ntfs::CLUSTER) as u64;
        volume.write(&name, &bytes, &[clusters], SECONDS.into());
    }
    for (name, _) in photos().iter().filter(|(name, _)| is_gone(name)) {
        volume.delete(name);
    }
    let mut card = Card::new("ntfs", volume.image(), ntfs::CLUSTER, &[]);
    for (record, fields) in &mut card.entries {
        // Flags of the record, then of its data: sizes, and bytes of the list of runs.
        fields.push((*record + 22, 2));
        let word = |at: usize| u32::from_le_bytes(card.image[at..at + 4].try_into().unwrap());
        let mut at = *record + usize::from(card.image[*record + 20]);
        while !matches!(word(at), 0x80 | u32::MAX) {
            at += word(at + 4) as usize;
        }
        if word(at) == 0x80 && card.image[at + 8] == 1 {
            fields.extend([(at + 12, 2), (at + 16, 8), (at + 40, 8), (at + 48, 8), (at + 48, 8)]);
            fields.extend([(at + 56, 8), (at + 64, 1), (at + 65, 1), (at + 66, 1), (at + 66, 2)]);
        }
    }
    card
}

/// Mode, size, times, links, flags, and the first extent.
const EXT: &[Field] = &[
    (0, 2),
    (4, 4),
    (4, 4),
    (16, 4),
    (20, 4),
    (26, 2),
    (32, 4),
    (42, 2),
    (52, 4),
    (56, 2),
    (58, 2),
    (60, 4),
    (60, 4),
];

fn ext4() -> Card {
    let mut volume = ext::Volume::new(ext::Kind::Ext4);
    for (name, bytes) in photos() {
        volume.write(&name, &bytes, SECONDS, 200);
    }
    for (name, _) in photos().iter().filter(|(name, _)| is_gone(name)) {
        volume.delete(name, SECONDS + 60);
    }
    Card::new("ext4", volume.image(), ext::BLOCK, EXT)
}

fn hfsplus() -> Card {
    let mut volume = hfsplus::Volume::new("CARD");
    for (name, bytes) in photos() {
        volume.write((hfsplus::ROOT, &name), &bytes, SECONDS.into(), 1);
    }
    for (name, _) in photos().iter().filter(|(name, _)| is_gone(name)) {
        volume.delete(hfsplus::ROOT, name);
    }
    let mut card = Card::new("hfs+", volume.image(), hfsplus::BLOCK, &[]);
    for (record, fields) in &mut card.entries {
        // The number of the file and its owner's flags, and of its data the size, blocks and extents.
        let key = usize::from(card.image[*record]) << 8 | usize::from(card.image[*record + 1]);
        let at = *record + 2 + key;
        fields.extend([(at, 2), (at + 8, 4), (at + 41, 1), (at + 42, 2), (at + 88, 8)]);
        fields.extend([(at + 88, 8), (at + 100, 4), (at + 104, 4), (at + 104, 4), (at + 108, 4)]);
    }
    Card { is_big_endian: true, ..card }
}

fn apfs() -> Card {
    let mut container = apfs::Container::new(false);
    for (name, bytes) in photos() {
        container.write(&name, &bytes, u64::from(SECONDS) * 1_000_000_000, 1000);
    }
    container.commit(false);
    for (name, _) in photos().iter().filter(|(name, _)| is_gone(name)) {
        container.delete(name);
    }
    container.commit(false);
    let mut card = Card::new("apfs", container.image(), apfs::BLOCK, &[]);
    for (record, fields) in &mut card.entries {
        // Any number in the node: keys and values of all files.
        let words = (*record + 56..*record + apfs::BLOCK - 40).step_by(4);
        let filled = words.filter(|&at| card.image[at..at + 8] != [0; 8]);
        fields.extend(filled.flat_map(|at| [(at, 4), (at, 8)]));
    }
    Card { reseal: Some(apfs::reseal), ..card }
}

fn cards() -> Vec<Card> {
    vec![
        fat12(),
        fat("fat16", Kind::Fat16, 5 << 11, 1024),
        fat("fat32", Kind::Fat32, 34 << 11, 512),
        exfat(),
        ntfs(),
        ext4(),
        hfsplus(),
        apfs(),
    ]
}

/// The files of their own that a report would list.
fn listed(image: &[u8], filesystems: bool) -> Vec<ReportFile> {
    let options = Options { filesystems, all: true, threads: 1, ..Options::default() };
    let progress = Progress::default();
    let source = MemorySource::new("card", image.to_vec());
    let job = Job::open(vec![Box::new(source)], &options, &progress).unwrap();
    let settled = job.scan().settled();
    let files = settled.files().map(Result::unwrap);
    files.filter(|file| file.parent.is_none() && file.grade >= Grade::Structural).collect()
}

/// Whether a file stands for a photo: it has all of its bytes, and as much is proven; what may follow them
/// only an entry tells. Where no check covers a photo, that it begins there is all that is known.
fn stands_for(file: &ReportFile, photo: &ReportFile) -> bool {
    let same = file.sha256 == photo.sha256;
    let begins =
        file.runs.first().map(|run| run.offset) == photo.runs.first().map(|run| run.offset);
    let first = |file: &ReportFile| file.runs.first().map_or(0, |run| run.length);
    let holds = begins && first(file) >= first(photo);
    let is_unproven = photo.grade < Grade::Verified && begins && file.format == photo.format;
    file.grade >= photo.grade && (same || holds || is_unproven)
}

fn number(name: &str, otherwise: usize) -> usize {
    env::var(name).map_or(otherwise, |value| value.parse().unwrap())
}

/// Which fields are overwritten.
#[derive(Clone, Copy)]
enum Overwritten {
    /// Those of entries.
    Entries,
    /// Any number outside of the photos, in tables and folders too.
    Anything,
}

impl Card {
    /// Numbers outside of the photos, in sectors that are not empty, as if each sector were an entry.
    fn anything(&self, photos: &[Range<usize>]) -> Vec<(usize, Vec<Field>)> {
        const SECTOR: usize = 512;
        let is_photo =
            |at: usize| photos.iter().any(|photo| photo.start < at + SECTOR && at < photo.end);
        let sectors = (0..self.image.len()).step_by(SECTOR).filter(|&at| {
            !is_photo(at) && self.image[at..at + SECTOR].iter().any(|&byte| byte > 0)
        });
        let numbers = |at: usize| (at..at + SECTOR).step_by(2).map(|at| (at, 2)).collect();
        sectors.map(|at| (at, numbers(at))).collect()
    }

    /// What is missing after so many overwrites.
    fn lost(mut self, count: usize, seed: u64, overwritten: Overwritten) -> Vec<String> {
        let before = listed(&self.image, false);
        let (verified, others): (Vec<_>, Vec<_>) =
            before.iter().partition(|file| file.grade == Grade::Verified);
        assert!(verified.len() >= 4 && others.len() >= 2, "{}: {before:#?}", self.name);
        let whole = listed(&self.image, true);
        let named = whole.iter().filter(|file| file.original_path.is_some()).count();
        assert!(named >= before.len() / 2, "{}: {named} of {}", self.name, before.len());
        if matches!(overwritten, Overwritten::Anything) {
            let photos = before.iter().flat_map(|file| &file.runs).map(|run| {
                let at = run.offset.unwrap() as usize;
                at..at + run.length as usize
            });
            self.entries = self.anything(&photos.collect::<Vec<_>>());
            self.reseal = None;
        }
        let (mut random, mut lost) = (Random::new(seed), Vec::new());
        for _ in 0..count {
            let (image, done) = self.damaged(&mut random);
            let after = listed(&image, true);
            let missing =
                before.iter().filter(|photo| !after.iter().any(|file| stands_for(file, photo)));
            for photo in missing {
                let after: Vec<String> = after.iter().map(line).collect();
                lost.push(format!("{} {done}\n  {}\n  {after:#?}", self.name, line(photo)));
            }
        }
        lost
    }
}

/// What matters of a file, in a line.
fn line(file: &ReportFile) -> String {
    let runs: Vec<_> = file.runs.iter().map(|run| (run.offset, run.length)).collect();
    format!("{} {:?} {:?} {runs:?}", file.format, file.grade, file.status)
}

/// Checks that nothing is missing after so many overwrites on all cards together.
fn check(total: usize, overwritten: Overwritten) {
    let seed = number("AFTERIMAGE_LAW_SEED", 1) as u64;
    let cards = cards();
    let each = total.div_ceil(cards.len());
    let lost: Vec<String> = thread::scope(|threads| {
        let started: Vec<_> = cards
            .into_iter()
            .map(|card| threads.spawn(move || card.lost(each, seed, overwritten)))
            .collect();
        started.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    let shown = lost[..lost.len().min(8)].join("\n");
    assert!(lost.is_empty(), "{} photos after {each} overwrites a card:\n{shown}", lost.len());
}

#[test]
fn damaged_entries_cost_names_and_never_photos() {
    check(number("AFTERIMAGE_LAW", OVERWRITES), Overwritten::Entries);
}

#[test]
fn damaged_tables_cost_names_and_never_photos() {
    check(number("AFTERIMAGE_LAW", OVERWRITES) / 2, Overwritten::Anything);
}
