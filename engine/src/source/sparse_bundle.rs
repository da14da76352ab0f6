//! Sparse bundles of macOS: an image in a folder, in bands of equal length, as Time Machine keeps its backups on a
//! network drive.

mod bands;
mod property;

use std::path::{Path, PathBuf};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::definition::{SECTOR_SIZE, Source, SourceKind};
use crate::control::error::Error;
use bands::Bands;

/// Bytes of a list of properties that are read; it has some hundred.
const MOST_PROPERTIES: u64 = 1 << 20;

/// Bands of other lengths than these no Mac makes: 1 sector to 4 GiB.
const BAND_SIZES: std::ops::RangeInclusive<u64> = 512..=4 << 30;

/// No file is longer.
const LONGEST: u64 = i64::MAX as u64;

/// The list of properties, and the copy of it that macOS keeps.
const PROPERTIES: [&str; 2] = ["Info.plist", "Info.bckup"];

/// What the file `token` of an encrypted bundle begins with.
///
/// Source: documentation of libmodi and VileFault, "encrcdsa" headers of version 2.
const ENCRYPTED: &[u8] = b"encrcdsa";

/// Whether a folder is a sparse bundle, by what is in it.
pub fn is_sparse_bundle(folder: &Path) -> bool {
    folder.join("bands").is_dir() && PROPERTIES.iter().any(|name| folder.join(name).is_file())
}

/// The image in a sparse bundle. A band that is not there is zeros, as is what a short one lacks.
///
/// Source: documentation of libmodi, "Mac OS disk image types", sparse bundles.
pub(super) struct SparseBundle {
    path: PathBuf,
    bands: Bands,
}

impl SparseBundle {
    /// Opens the bundle at `path`.
    ///
    /// # Errors
    ///
    /// When its properties are missing or none of a bundle, when it is encrypted, and when its bands cannot be
    /// listed.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let refused = |why| Error::NotASource { path: path.to_path_buf(), why };
        if is_encrypted(path) {
            return Err(refused(
                "it is an encrypted sparse bundle; open it on a Mac with its password, and scan the disk that appears",
            ));
        }
        let sizes = PROPERTIES.iter().find_map(|name| {
            let file = bands::open_regular(&path.join(name)).ok()?;
            let mut text = Vec::new();
            std::io::Read::read_to_end(&mut std::io::Read::take(file, MOST_PROPERTIES), &mut text)
                .ok()?;
            let number = |key| property::integer(&text, key);
            number("band-size")
                .zip(number("size"))
                .filter(|(band, len)| BAND_SIZES.contains(band) && *len <= LONGEST)
        });
        let (band_len, len) = sizes.ok_or_else(|| {
            refused("it is a sparse bundle whose Info.plist is damaged: it does not tell the size of its bands")
        })?;
        let folder = path.join("bands");
        let bands = Bands::list(&folder, band_len, len);
        let bands = bands.map_err(|error| Error::open(&folder, error))?;
        Ok(SparseBundle { path: path.to_path_buf(), bands })
    }
}

fn is_encrypted(path: &Path) -> bool {
    let begins = |name: &str| {
        let mut head = [0; ENCRYPTED.len()];
        let file = bands::open_regular(&path.join(name));
        file.is_ok_and(|mut file| std::io::Read::read_exact(&mut file, &mut head).is_ok())
            && head == ENCRYPTED
    };
    ["token", "bands/0"].into_iter().any(begins)
}

impl Bytes for SparseBundle {
    fn len(&self) -> u64 {
        self.bands.len()
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.bands.read_at(at, out);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.bands.unreadable.first_in(span)
    }
}

impl Source for SparseBundle {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        SECTOR_SIZE
    }

    fn unreadable(&self) -> Vec<Span> {
        self.bands.unreadable.list()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        self.bands.data_after(at)
    }

    fn bytes_read(&self) -> u64 {
        self.bands.bytes_read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Io, open};
    use std::fs;

    const BAND: u64 = 4096;

    fn bundle(len: u64, bands: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bands")).unwrap();
        let plist = format!(
            "<?xml version=\"1.0\"?><plist><dict><key>band-size</key>\n<integer>{BAND}</integer>\
             <key>size</key><integer>{len}</integer></dict></plist>"
        );
        fs::write(folder.path().join("Info.plist"), plist).unwrap();
        for (name, bytes) in bands {
            fs::write(folder.path().join("bands").join(name), bytes).unwrap();
        }
        folder
    }

    #[test]
    fn missing_and_short_bands_are_zeros_and_left_out() {
        let full: Vec<u8> = (0..BAND).map(|at| (at % 251) as u8 + 1).collect();
        let bands = [
            ("0", full.clone()),
            ("a", full[..100].to_vec()),
            ("b", full.clone()),
            ("x", full.clone()),
        ];
        let folder = bundle(11 * BAND + 500, &bands);
        let source = open(folder.path(), Io::Auto).unwrap();
        assert_eq!((source.len(), source.kind()), (11 * BAND + 500, SourceKind::Image));
        let mut truth = full.clone();
        truth.resize(10 * BAND as usize, 0);
        truth.extend(&full[..100]);
        truth.resize(11 * BAND as usize, 0);
        truth.extend(&full[..500]);
        for (at, len) in
            [(0, truth.len()), (4000, 200), (10 * 4096 - 1, 300), (11 * 4096 + 499, 1), (9000, 10)]
        {
            let mut out = vec![0xee; len];
            source.read_at(at as u64, &mut out);
            assert!(out == truth[at..at + len], "{at} {len}");
        }
        assert!(source.unreadable().is_empty() && source.bytes_read() > 0);
        assert_eq!(source.data_after(0), Some(Span { at: 0, len: BAND }));
        assert_eq!(source.data_after(BAND), Some(Span { at: 10 * BAND, len: BAND + 500 }));
        assert_eq!(source.data_after(11 * BAND + 500), None);
    }

    #[test]
    fn an_encrypted_or_damaged_bundle_is_refused_with_its_reason() {
        let refused = |folder: &Path| open(folder, Io::Auto).err().unwrap().to_string();
        let folder = bundle(BAND, &[]);
        fs::write(folder.path().join("token"), b"encrcdsa\0\0\0\x02").unwrap();
        assert!(refused(folder.path()).contains("encrypted sparse bundle"));
        let folder = bundle(BAND, &[]);
        fs::write(folder.path().join("Info.plist"), b"<key>size</key>").unwrap();
        assert!(refused(folder.path()).contains("damaged"));
        fs::write(
            folder.path().join("Info.bckup"),
            b"<key>size</key><integer>4096</integer><key>band-size</key><integer>4096</integer>",
        )
        .unwrap();
        assert_eq!(open(folder.path(), Io::Auto).unwrap().len(), BAND);
        assert!(!is_sparse_bundle(tempfile::tempdir().unwrap().path()));
    }
}
