//! Real JPEGs of many cameras: where they end, whatever lies after them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use afterimage_signatures::{
    Buffer, Effort, Grade, Reject, Runs, Verdict, View, exif, formats, verdict::End,
};

/// A photo and where it may end.
struct Photo {
    name: String,
    bytes: Vec<u8>,
    ends: Vec<u64>,
    make: String,
    model: String,
}

/// All JPEGs of the shared photos, or none where they are not at hand.
fn photos() -> Vec<Photo> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos");
    let Ok(manifest) = std::fs::read_to_string(folder.join("manifest.tsv")) else {
        complain("shared photos are not here: nothing was tested");
        return Vec::new();
    };
    let mut lines = manifest.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let columns = lines.next().unwrap();
    let column = |name: &str| columns.iter().position(|&column| column == name).unwrap();
    let (path, size, format) = (column("path"), column("size"), column("format"));
    let (end, make, model) = (column("structural_end"), column("make"), column("model"));
    let photo = |row: Vec<&str>| {
        let bytes = std::fs::read(folder.join(row[path])).unwrap();
        let ends = row[end].split(',').chain([row[size]]).map(|end| end.parse().unwrap());
        let (make, model) = (row[make].to_owned(), row[model].to_owned());
        Photo { name: row[path].to_owned(), bytes, ends: ends.collect(), make, model }
    };
    lines.filter(|row| row[format] == "jpeg").map(photo).collect()
}

#[expect(clippy::print_stderr, reason = "a test that tests nothing says so")]
fn complain(what: &str) {
    eprintln!("{what}");
}

fn with_view<T>(bytes: &[u8], see: impl FnOnce(&mut View<'_>) -> T) -> T {
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    see(&mut View::new(&bytes, &runs, &mut buffer))
}

fn measure(bytes: &[u8]) -> Result<Verdict, Reject> {
    let jpeg = formats::by_name("jpeg").unwrap();
    with_view(bytes, |view| jpeg.measure(view, Effort::Proof))
}

/// A generator of bytes that needs no crate: Vigna's splitmix64.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len.div_ceil(8)).flat_map(|_| self.next().to_le_bytes()).take(len).collect()
    }
}

/// Says what is wrong with the first `len` bytes taken as a whole photo.
fn judge(verdict: &Verdict, ends: &[u64]) -> Result<(), String> {
    let whole = verdict.grade >= Grade::Damaged && verdict.end == End::Exact;
    // What was decoded is checked but for what is listed, whatever else is said of it.
    let proven = verdict.proof.starts_with("every scan decoded");
    let mut at = 0;
    for part in &verdict.unchecked {
        if part.span.at < at || part.span.at > at && !proven || part.span.len == 0 {
            return Err(format!("a gap before {at:#x}, or an overlap"));
        }
        at = part.span.end();
    }
    if proven && at <= verdict.len {
        at = verdict.len;
    }
    let inside = verdict.children.iter().all(|child| child.span.end() <= verdict.len);
    let in_order = verdict.children.is_sorted_by_key(|child| child.span.at);
    if !whole || !ends.contains(&verdict.len) || at != verdict.len || !inside || !in_order {
        let Verdict { len, grade, issues, .. } = verdict;
        return Err(format!("{grade:?}, {len} bytes, parts up to {at}; {issues:?}"));
    }
    Ok(())
}

#[test]
fn every_photo_ends_where_it_does_whatever_follows() {
    let photos = photos();
    let noise = Noise(1).bytes(100_000);
    let mut wrong = Vec::new();
    for (index, photo) in photos.iter().enumerate() {
        let next = &photos[(index + 1) % photos.len()].bytes;
        let alone = measure(&photo.bytes).map(|verdict| verdict.len);
        for (what, after) in
            [("alone", &[][..]), ("noise", &noise), ("zeros", &[0; 100_000]), ("photo", next)]
        {
            let verdict = measure(&[&photo.bytes[..], after].concat());
            let judged = match &verdict {
                Ok(verdict) => judge(verdict, &photo.ends),
                Err(reject) => Err(reject.to_string()),
            };
            if let Err(why) = judged {
                wrong.push(format!("{} before {what}: {why}", photo.name));
            } else if verdict.map(|verdict| verdict.len) != alone {
                wrong.push(format!("{} before {what}: another length", photo.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), photos.len(), wrong.join("\n"));
}

#[test]
fn a_cut_photo_is_never_whole() {
    let mut random = Noise(2);
    for photo in photos() {
        let end = photo.ends.iter().min().copied().unwrap();
        for _ in 0..8 {
            let cut = random.next() % end;
            let bytes = &photo.bytes[..cut as usize];
            for junk in [&[][..], &[0; 5000]] {
                if let Ok(verdict) = measure(&[bytes, junk].concat()) {
                    assert_eq!(verdict.grade, Grade::Partial, "{} cut at {cut}", photo.name);
                    // A last 0xff before zeros reads as stuffing.
                    assert!(verdict.len <= cut + 1, "{} cut at {cut}", photo.name);
                }
            }
        }
    }
}

#[test]
fn damage_never_panics() {
    let mut random = Noise(3);
    for photo in photos().iter().filter(|photo| photo.bytes.len() < 200_000) {
        for _ in 0..20 {
            let mut bytes = photo.bytes.clone();
            for _ in 0..=random.next() % 20 {
                let at = random.next() as usize % bytes.len();
                bytes[at] = random.next() as u8;
            }
            for at in [2, 20] {
                bytes[at + random.next() as usize % 300] ^= 1 << (random.next() % 8);
            }
            if let Ok(verdict) = measure(&bytes) {
                assert!(verdict.len <= bytes.len() as u64);
                with_view(&bytes, |view| exif::read(view, &verdict.exif, verdict.pixels));
            }
        }
    }
}

#[test]
fn noise_is_never_a_photo() {
    let mut random = Noise(4);
    let mut bytes = random.bytes(1 << 22);
    for at in (0..bytes.len() - 4).step_by(64) {
        bytes[at..at + 3].copy_from_slice(b"\xff\xd8\xff");
        bytes[at + 3] |= 0xc0;
    }
    for at in (0..bytes.len() - 4).step_by(64) {
        assert!(measure(&bytes[at..]).is_err(), "at {at}");
    }
}

/// Whole photos in programs are drawings: what is found there must at least decode to its end in
/// the eyes of the walk, and the sum stays small.
#[test]
fn programs_hold_hardly_any_photos() {
    let Ok(folder) = std::fs::read_dir("/usr/lib/x86_64-linux-gnu") else {
        complain("no programs are here: nothing was tested");
        return;
    };
    let mut files: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let (mut claims, mut found) = (0, Vec::new());
    for path in files.iter().filter(|path| path.is_file()).take(400) {
        let bytes = std::fs::read(path).unwrap_or_default();
        for at in memchr::memmem::find_iter(&bytes, b"\xff\xd8\xff") {
            claims += 1;
            if let Ok(verdict) = measure(&bytes[at..]) {
                found.push((path.display().to_string(), at, verdict.grade, verdict.len));
            }
        }
    }
    assert!(found.is_empty(), "{} of {claims}: {found:?}", found.len());
}

#[test]
fn exif_tells_the_camera_that_the_manifest_names() {
    let mut wrong = Vec::new();
    for photo in photos().iter().filter(|photo| !photo.make.is_empty()) {
        let verdict = measure(&photo.bytes).unwrap();
        if verdict.exif.is_empty() {
            continue;
        }
        let (found, issues) =
            with_view(&photo.bytes, |view| exif::read(view, &verdict.exif, verdict.pixels));
        let found = found.unwrap_or_default();
        let make = found.make.unwrap_or_default();
        let model = found.model.unwrap_or_default();
        if make != photo.make || model != photo.model {
            wrong.push(format!("{}: {make:?} {model:?} {issues:?}", photo.name));
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
