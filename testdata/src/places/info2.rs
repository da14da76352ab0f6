//! The index of the Recycle Bin of Windows 95 to XP.
//!
//! Checked by rifiuti2 0.7.0, which reads all of its versions.

use super::recycle_bin::wide;

/// Bytes of the path in the code page of the system.
const NARROW: usize = 260;

/// Bytes of the path in UTF-16, where there is one.
const WIDE: usize = 520;

/// One deleted file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its path, such as `C:\a.jpg`.
    pub path: String,
    /// Its number, which its file is called by.
    pub index: u32,
    /// When it was deleted, as Windows counts.
    pub deleted: u64,
    /// Its size on disk.
    pub size: u32,
    /// Whether it was restored or removed, and its row was left.
    pub removed: bool,
}

impl Row {
    /// What its file is called: `Dc5.jpg`.
    pub fn file(&self) -> String {
        let name = self.path.rsplit('\\').next().unwrap_or_default();
        let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
        let drive = self.path.chars().next().unwrap_or('c').to_ascii_lowercase();
        format!("D{drive}{}{extension}", self.index)
    }
}

/// An `INFO2` file: version 5 with paths in UTF-16 as well, as of Windows 2000 and XP, or version 4 without, as
/// of Windows 98.
pub fn info2(rows: &[Row], version: u32) -> Vec<u8> {
    let len = if version == 5 { 800 } else { 280 };
    let sum = rows.iter().map(|row| row.size).sum();
    let kept = rows.iter().filter(|row| !row.removed).count() as u32;
    let mut out = [version, kept, rows.len() as u32, len, sum].map(u32::to_le_bytes).concat();
    for row in rows {
        let mut path: Vec<u8> = row.path.chars().map(narrow).collect();
        path.resize(NARROW, 0);
        if row.removed {
            path[0] = 0;
        }
        let drive =
            row.path.as_bytes().first().map_or(0, |drive| drive.to_ascii_lowercase() - b'a');
        out.extend(path);
        out.extend([row.index, drive.into()].map(u32::to_le_bytes).concat());
        out.extend(row.deleted.to_le_bytes());
        out.extend(row.size.to_le_bytes());
        if version == 5 {
            let mut path = wide(&row.path);
            path.resize(WIDE, 0);
            out.extend(path);
        }
    }
    out
}

/// A character in the code page of western Europe, as far as that and Latin 1 agree.
fn narrow(c: char) -> u8 {
    match c {
        '€' => 0x80,
        '–' => 0x96,
        c => u8::try_from(c).unwrap_or(b'?'),
    }
}
