//! True beginnings of RAW files and whole real TIFF files end where they do end.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic and speak")]

use afterimage_signatures::verdict::End;
use afterimage_signatures::{Buffer, Bytes, Effort, Grade, Runs, Verdict, View, formats};
use std::path::{Path, PathBuf};

/// The formats that `tiff.rs` walks, and RAF.
const NAMES: &[&str] = &[
    "cr2", "iiq", "gpr", "dng", "sr2", "arw", "nrw", "nef", "pef", "srw", "3fr", "erf", "mef",
    "mos", "dcr", "kdc", "rwl", "rw2", "orf", "raf", "tiff",
];

/// No head declares more than this that is not garbage.
const SANE: u64 = 1 << 30;

/// A file's bytes, then noise up to `len`: one does not have 30 MB of noise in memory per head.
struct Padded {
    head: Vec<u8>,
    len: u64,
}

/// The byte of noise at `at`.
fn noise(at: u64) -> u8 {
    let mut x = at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (x ^ (x >> 27)) as u8
}

impl Bytes for Padded {
    fn len(&self) -> u64 {
        self.len
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        for (at, byte) in (at..).zip(out) {
            *byte = self.head.get(at as usize).copied().unwrap_or_else(|| noise(at));
        }
    }
}

/// What the first format that accepts the bytes says, as the scanner would ask them.
fn measure(bytes: &dyn Bytes, effort: Effort) -> Option<(&'static str, Verdict)> {
    let runs = Runs::whole(0, bytes.len());
    let mut buffer = Buffer::default();
    NAMES.iter().find_map(|name| {
        let format = formats::by_name(name).unwrap();
        let mut view = View::new(bytes, &runs, &mut buffer);
        let has_magic = format.signature().magic.iter().any(|magic| {
            view.bytes(u64::from(magic.at), magic.bytes.len()).is_ok_and(|it| it == magic.bytes)
        });
        if !has_magic {
            return None;
        }
        Some((*name, format.measure(&mut view, effort).ok()?))
    })
}

/// The rows of a manifest as its named columns, or nothing when the folder is not there.
fn manifest(folder: &str, columns: &[&str]) -> Option<(PathBuf, Vec<Vec<String>>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(folder);
    let Ok(text) = std::fs::read(root.join("manifest.tsv")) else {
        eprintln!("{} is not there: skipped", root.display());
        return None;
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let names = lines.next().unwrap();
    let at = |name: &&str| names.iter().position(|it| it == name).unwrap();
    let at: Vec<_> = columns.iter().map(at).collect();
    let row = |line: Vec<&str>| at.iter().map(|&at| line[at].to_owned()).collect();
    Some((root, lines.map(row).collect()))
}

#[test]
fn heads_end_where_their_structure_says() {
    let columns = ["path", "format", "size", "structural_end"];
    let Some((root, rows)) = manifest("heads", &columns) else { return };
    let mut wrong = Vec::new();
    for row in rows {
        let [path, format, size, end] = &row[..] else { unreachable!() };
        let wanted = ["arw", "cr2", "dng", "iiq", "nef", "raf", "rw2"].contains(&&format[..]);
        let (Ok(size), Ok(end)) = (size.parse::<u64>(), end.parse::<u64>()) else { continue };
        if !wanted || end > SANE || end < size {
            continue;
        }
        let head = std::fs::read(root.join(path)).unwrap();
        // What follows the file must not matter.
        let padded = Padded { head, len: end + (1 << 22) };
        let found = measure(&padded, Effort::Structure).map(|(name, verdict)| (name, verdict.len));
        if found != Some((&format[..], end)) {
            wrong.push(format!("{path}: {found:?}, not {end}"));
        }
        // Decoded, noise is no picture: then the file is a beginning, or damaged where more of its
        // structure follows.
        match measure(&padded, Effort::Proof) {
            Some((_, verdict)) if verdict.grade <= Grade::Structural && verdict.len <= end => {}
            found => wrong.push(format!("{path}: {found:#?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whole_files_end_where_they_do() {
    let columns = ["path", "format", "size", "structural_end", "width", "height"];
    let Some((root, rows)) = manifest("photos", &columns) else { return };
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| NAMES.contains(&&row[1][..])) {
        let bytes = std::fs::read(root.join(&row[0])).unwrap();
        let ends: Vec<u64> =
            row[2..4].iter().flat_map(|ends| ends.split(',')).flat_map(str::parse).collect();
        let size = bytes.len() as u64;
        let padded = Padded { head: bytes, len: size + (1 << 20) };
        let pixels = row[4].parse().ok().zip(row[5].parse().ok());
        match measure(&padded, Effort::Proof) {
            Some((name, verdict))
                if name == row[1]
                    && ends.contains(&verdict.len)
                    && verdict.grade >= Grade::Structural
                    && verdict.pixels == pixels => {}
            found => wrong.push(format!("{}: {found:#?}, not {ends:?} {pixels:?}", row[0])),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn raf_and_rw2_end_where_their_own_tables_say() {
    let Some((root, rows)) = manifest("heads", &["path", "format", "model"]) else { return };
    // The ends are sums of the header's pairs, done by hand; the S5 Pro's second pair ends its file.
    let wanted = [
        ("raf/6e55147789d5.raf", 0xDE200 + 0x1F6_2800),
        ("raf/e12e30bd0cf5.raf", 38_452),
        // Its StripByteCounts counts 16-bit samples; 14 of them are stored in 16 bytes.
        ("rw2/431a1239713c.rw2", 12_322 + 3724 * 2754 / 14 * 16),
    ];
    for row in rows {
        let Some((path, end)) = wanted.iter().find(|(path, _)| *path == row[0]) else { continue };
        let head = std::fs::read(root.join(path)).unwrap();
        let (name, verdict) =
            measure(&Padded { head, len: end + (1 << 22) }, Effort::Proof).unwrap();
        assert_eq!((name, verdict.len, verdict.end), (&row[1][..], *end, End::Minimum), "{path}");
        assert!(verdict.children.len() == 1 && !verdict.exif.is_empty(), "{path}");
    }
}
