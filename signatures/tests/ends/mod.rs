//! Real files with known ends, and what may follow them.

use std::path::Path;

use afterimage_signatures::{Buffer, Effort, Runs, Verdict, View, formats};
use afterimage_testdata::random::Random;

/// The verdict of the one format among `names` that accepts the bytes. Holds every verdict to what
/// all of them promise.
pub fn accepted(
    names: &[&'static str],
    data: &[u8],
    effort: Effort,
) -> Option<(&'static str, Verdict)> {
    let measure = |name: &&'static str| {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let format = formats::by_name(name).unwrap();
        let verdict = format.measure(&mut View::new(&data, &runs, &mut buffer), effort).ok()?;
        Some((*name, verdict))
    };
    let mut found: Vec<_> = names.iter().filter_map(measure).collect();
    assert!(found.len() < 2, "claimed by {} and {}", found[0].0, found[1].0);
    let (name, verdict) = found.pop()?;
    assert!(verdict.len <= data.len() as u64, "{name}: the end lies beyond the source");
    let mut at = 0;
    for stretch in &verdict.unchecked {
        assert!(stretch.span.at >= at && stretch.span.len > 0, "{name}: out of order");
        at = stretch.span.end();
    }
    assert!(at <= verdict.len);
    assert!(verdict.children.iter().all(|child| child.span.end() <= verdict.len));
    assert!(verdict.exif.iter().all(|block| block.span.end() <= verdict.len));
    assert!(verdict.share.is_none_or(|share| (0.0..=1.0).contains(&share)));
    Some((name, verdict))
}

/// What may follow a file: nothing, noise, zeros, text, another file, a JPEG.
pub fn tails(other: &[u8]) -> [Vec<u8>; 6] {
    let mut random = Random::new(77);
    let jpeg = afterimage_testdata::samples::jpegs().swap_remove(0).bytes;
    [
        Vec::new(),
        random.bytes(100_000),
        vec![0; 100_000],
        afterimage_testdata::canvas::text(&mut random, 50_000),
        other.to_vec(),
        jpeg,
    ]
}

/// A real file.
pub struct Real {
    /// Where it lies.
    pub path: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// Where it may be said to end.
    pub ends: Vec<u64>,
    /// Width and height.
    pub pixels: Option<(u32, u32)>,
}

/// The real files of these kinds, if they are here.
pub fn real(kinds: &[&str]) -> Option<Vec<Real>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos");
    let Ok(text) = std::fs::read(folder.join("manifest.tsv")) else {
        eprintln!("{} is not here: nothing was measured", folder.display());
        return None;
    };
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    let titles: Vec<_> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| titles.iter().position(|title| *title == name).unwrap();
    let [size, width, height, end] = ["size", "width", "height", "structural_end"].map(column);
    let ours = |path: &str| kinds.iter().any(|kind| path.starts_with(&format!("{kind}/")));
    let rows = lines.map(|line| line.split('\t').collect::<Vec<_>>()).filter(|row| ours(row[0]));
    let file = |row: Vec<&str>| Real {
        path: row[0].to_owned(),
        bytes: std::fs::read(folder.join(row[0])).unwrap(),
        ends: row[end].split(',').chain([row[size]]).filter_map(|end| end.parse().ok()).collect(),
        pixels: row[width].parse().ok().zip(row[height].parse().ok()),
    };
    Some(rows.map(file).collect())
}
