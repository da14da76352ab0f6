//! Media with bad sectors: what is unreadable is unknown, never zeros. Each photo that it hits is damaged, with
//! the offsets; all others are as they are without faults.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "what came of each format is the measurement")]

#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;

use std::collections::BTreeMap;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{End, Grade, ReportFile};
use afterimage_engine::run::Job;
use afterimage_engine::source::{MemorySource, Source};
use afterimage_signatures::verdict::Span;
use afterimage_testdata::random::Random;
use afterimage_testdata::{Sample, samples};

/// Where photos begin, in bytes.
const CLUSTER: usize = 4096;

/// What one bad sector takes, in bytes.
const SECTOR: u64 = 512;

/// A photo of a card without a file system, and where it lies.
struct Laid {
    sample: Sample,
    at: u64,
}

impl Laid {
    fn span(&self) -> Span {
        Span { at: self.at, len: self.sample.bytes.len() as u64 }
    }

    fn sectors(&self) -> u64 {
        self.span().len.div_ceil(SECTOR)
    }
}

/// Photos in clusters, one after the other; what their last clusters hold besides is what was there before.
fn card(samples: Vec<Sample>) -> (Vec<u8>, Vec<Laid>) {
    let (mut image, mut laid, mut random) = (vec![0; CLUSTER], Vec::new(), Random::new(7));
    for (index, sample) in samples.into_iter().enumerate() {
        let at = image.len() as u64;
        image.extend(&sample.bytes);
        let slack = image.len().next_multiple_of(CLUSTER) - image.len();
        match index % 2 {
            0 => image.extend(random.bytes(slack)),
            _ => image.extend(vec![0; slack]),
        }
        laid.push(Laid { sample, at });
    }
    (image, laid)
}

/// The files of their own that a scan lists.
fn scan(source: Box<dyn Source>, options: &Options) -> Vec<ReportFile> {
    let progress = Progress::default();
    let job = Job::open(vec![source], options, &progress).unwrap();
    let settled = job.scan().settled();
    settled.files().map(Result::unwrap).filter(|file| file.parent.is_none()).collect()
}

fn first(file: &ReportFile) -> u64 {
    file.runs.first().and_then(|run| run.offset).unwrap_or(u64::MAX)
}

/// A file without its number, which counts what else was found.
fn apart(file: &ReportFile) -> ReportFile {
    let mut file = file.clone();
    (file.id, file.pair, file.duplicate_of) = Default::default();
    file
}

/// What came of the photos that bad sectors hit.
#[derive(Debug, Default)]
struct Tally {
    hit: usize,
    damaged: usize,
    /// Damaged and of the length that they have.
    exact: usize,
    less: BTreeMap<String, String>,
    /// Photos that were not hit and are others than before.
    changed: Vec<String>,
}

/// Scans a card with bad sectors at `bad`, and compares with what is found without them.
fn check(image: &[u8], laid: &[Laid], healthy: &[ReportFile], bad: &[Span]) -> Tally {
    let mut tally = Tally::default();
    let source = MemorySource::new("card", image.to_vec());
    let source = source.unmapped().with_bad_sectors(bad.to_vec());
    let found = scan(Box::new(source), &Options::default());
    let is_hit = |span: Span| bad.iter().any(|bad| bad.at < span.end() && span.at < bad.end());
    let by_start: BTreeMap<u64, &ReportFile> =
        found.iter().map(|file| (first(file), file)).collect();
    for one in laid {
        let name = format!("{}-{}", one.sample.format, one.sample.name);
        let before = healthy.iter().find(|file| first(file) == one.at);
        let after = by_start.get(&one.at);
        if !is_hit(one.span()) {
            let same = before.map(apart) == after.map(|file| apart(file));
            if !same {
                let holds = |file: &&ReportFile| {
                    first(file) < one.at && one.at < first(file).saturating_add(file.size)
                };
                let holder = found.iter().find(holds).map(|file| {
                    let of =
                        laid.iter().find(|one| one.at == first(file)).map(|one| &one.sample.name);
                    (of, &file.format, file.grade, &file.proof, &file.issues)
                });
                let said = |file: &ReportFile| (file.grade, file.size, file.issues.clone());
                let what = (before.map(said), after.map(|file| said(file)));
                tally.changed.push(format!("{name} is not hit: {what:?} {holder:?}"));
            }
            continue;
        }
        if before.is_none() {
            continue;
        }
        tally.hit += 1;
        let Some(after) = after else {
            let inside = found.iter().filter(|file| {
                let at = first(file);
                one.at <= at && at < one.span().end()
            });
            let inside: Vec<_> = inside.map(|file| (first(file) - one.at, file.grade)).collect();
            tally.less.insert(name, format!("not found; inside {inside:?}"));
            continue;
        };
        // What a file ends before, since only what is lost told that it goes on, is none of it.
        let touches = is_hit(Span { at: one.at, len: after.size });
        if after.grade > Grade::Damaged && touches {
            tally.changed.push(format!(
                "{name}: {:?} {:?} of {}",
                after.grade,
                after.runs,
                one.span().len
            ));
        }
        if after.grade != Grade::Damaged {
            tally.less.insert(
                name,
                format!(
                    "{:?} {} of {}: {:?}",
                    after.grade,
                    after.size,
                    one.span().len,
                    after.issues
                ),
            );
            continue;
        }
        tally.damaged += 1;
        let told = after.issues.iter().any(|issue| {
            let at = one.at + issue.offset;
            bad.iter().any(|bad| bad.at <= at && at < bad.end())
        });
        assert!(told, "{name}: {:?}", after.issues);
        match after.size == one.span().len {
            true => tally.exact += 1,
            false => {
                tally.less.insert(name, format!("damaged, {} of {}", after.size, one.span().len));
            }
        }
    }
    // No photo more than there were.
    for file in &found {
        let at = first(file);
        let known = healthy.iter().any(|before| first(before) == at);
        let owner = laid.iter().find(|one| one.at <= at && at < one.span().end());
        let name = owner.map(|one| format!("{}-{}", one.sample.format, one.sample.name));
        if !known {
            let what = format!(
                "EXTRA {:?} {} at +{}",
                file.grade,
                file.format,
                at - owner.map_or(0, |one| one.at)
            );
            tally.less.insert(format!("{}+", name.unwrap_or_default()), what);
        }
    }
    tally
}

#[test]
fn photos_of_every_format_that_bad_sectors_hit_are_damaged() {
    let (image, laid) = card(samples::all());
    let source = MemorySource::new("card", image.clone()).unmapped();
    let healthy = scan(Box::new(source), &Options::default());
    for (name, sector) in [
        ("second", (|_| 1) as fn(u64) -> u64),
        ("third", |_| 2),
        ("middle", |count| count / 2),
        ("last", |count| count - 1),
    ] {
        let mut all = Tally::default();
        for half in 0..2 {
            let hit = laid.iter().skip(half).step_by(2).filter(|one| one.sectors() > 3);
            let bad: Vec<Span> = hit
                .map(|one| Span { at: one.at + SECTOR * sector(one.sectors()), len: SECTOR })
                .collect();
            let tally = check(&image, &laid, &healthy, &bad);
            all.hit += tally.hit;
            all.damaged += tally.damaged;
            all.exact += tally.exact;
            all.less.extend(tally.less);
            all.changed.extend(tally.changed);
        }
        for what in &all.changed {
            println!("    CHANGED {}", &what[..what.len().min(600)]);
        }
        println!("{name}: {} hit, {} damaged, {} of their length", all.hit, all.damaged, all.exact);
        for (name, what) in &all.less {
            println!("    {name:30} {what}");
        }
        assert_eq!(all.changed, [] as [&str; 0], "what is not hit is as it was");
        assert!(all.damaged * 10 >= all.hit * 8, "{} of {}", all.damaged, all.hit);
    }
}

#[test]
fn where_nothing_more_could_be_read_a_photo_is_a_beginning_and_no_zeros_follow() {
    let (image, laid) = card(samples::all());
    // As an image that was not finished: nobody knows what comes after.
    let rest = 8 << 20;
    for one in laid.iter().filter(|one| one.sectors() > 8) {
        let cut = one.at as usize + (one.sectors() * SECTOR) as usize / 2 / 512 * 512;
        let mut bytes = image[one.at as usize..cut].to_vec();
        let read = bytes.len() as u64;
        bytes.resize(bytes.len() + rest, 0);
        let bad = vec![Span { at: read, len: rest as u64 }];
        let source = MemorySource::new("card", bytes).unmapped().with_bad_sectors(bad);
        let found = scan(Box::new(source), &Options::default());
        for file in &found {
            let name = format!("{}-{}", one.sample.format, one.sample.name);
            // What makes viewers open it may follow.
            let (end, size) = (file.end, file.runs[0].length);
            assert!(end == End::Exact || size <= read, "{name}: {size} of {read}");
            assert!(size <= one.sample.bytes.len() as u64, "{name}: {size} of {read}");
        }
        if one.sample.format == "jpeg" {
            let short = MemorySource::new("card", image[one.at as usize..cut].to_vec());
            let short = scan(Box::new(short), &Options::default());
            let grade = |found: &[ReportFile]| {
                found.iter().find(|file| first(file) == 0).map(|file| file.grade)
            };
            assert_eq!(grade(&found), grade(&short), "{}", one.sample.name);
        }
    }
}

#[test]
fn a_scan_goes_on_when_the_first_sectors_are_unreadable() {
    for card in cards::all() {
        let whole = MemorySource::new("card", card.image.clone()).unmapped();
        let healthy = scan(Box::new(whole), &Options::default());
        let bad = vec![Span { at: 0, len: 2 * SECTOR }];
        let source = MemorySource::new("card", card.image.clone());
        let source = source.unmapped().with_bad_sectors(bad);
        let found = scan(Box::new(source), &Options::default());
        for photo in card.photos.iter().filter(|photo| photo.pieces.len() == 1) {
            let at = photo.pieces[0].start as u64;
            let graded = |files: &[ReportFile]| {
                files.iter().find(|file| first(file) == at).map(|file| (file.grade, file.size))
            };
            assert_eq!(graded(&found), graded(&healthy), "{} {}", card.name, photo.path);
            assert_eq!(graded(&found).map(|one| one.0), Some(Grade::Verified), "{}", photo.path);
        }
    }
}
