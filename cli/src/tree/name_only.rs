//! Name-only entries: deleted photos of which only the directory entry is left.

use std::io::{self, Write};

use afterimage_engine::report::{ReportSource, ReportVolume};
use afterimage_engine::words::title;

use crate::text::{bytes, count, plain};

/// Names of one volume that are shown; all are counted.
const MOST_SHOWN: usize = 20;

/// Writes the names that lead to no photo, by volume.
pub(super) fn write(out: &mut dyn Write, sources: &[ReportSource]) -> io::Result<()> {
    let volumes = sources.iter().flat_map(|source| &source.volumes);
    volumes.filter(|volume| volume.gone > 0).try_for_each(|volume| write_one(out, volume))
}

fn write_one(out: &mut dyn Write, volume: &ReportVolume) -> io::Result<()> {
    writeln!(out, "\nDeleted, only the name is left ({}):", title(volume))?;
    for entry in volume.gone_files.iter().take(MOST_SHOWN) {
        let day = entry.modified.as_deref().and_then(|when| when.get(..10)).unwrap_or_default();
        let row = format!("  {}  {}  {day}", plain(&entry.path), bytes(entry.size));
        writeln!(out, "{}", row.trim_end())?;
    }
    let shown = volume.gone_files.len().min(MOST_SHOWN) as u64;
    match volume.gone.saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "  and {}", count(more, "other", "others")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn some_names_are_shown_and_all_are_counted() {
        let entry =
            |index: usize| json!({ "path": format!("DCIM/IMG_{index}.JPG"), "size": 2_000_000 });
        let mut files: Vec<_> = (0..25).map(entry).collect();
        files[0]["modified"] = "2026-05-04T12:00:00".into();
        let volume = serde_json::from_value(json!({
            "type": "fat16", "offset": 0, "length": 1 << 20, "cluster_size": 512, "consistent": true,
            "gone": 40, "gone_files": files
        }));
        let source = ReportSource { volumes: vec![volume.unwrap()], ..ReportSource::default() };
        let mut out = Vec::new();
        write(&mut out, &[source]).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(
            lines[1..3],
            [
                "Deleted, only the name is left (FAT16 volume, 1.0 MB):",
                "  DCIM/IMG_0.JPG  2.0 MB  2026-05-04"
            ]
        );
        assert_eq!((lines.len(), lines[22]), (23, "  and 20 others"));
    }
}
