//! The archive or document that a photo was found in, where the bytes before it tell.
//!
//! Archives keep photos as they are, since they do not shrink: each lies whole after a header of
//! its own with its name. Nothing but that header is asked, so the archive may be broken or cut.

use afterimage_signatures::Bytes;
use memchr::memmem;

use crate::model::Enclosure;
use crate::source::TarHeader;

/// How far before a photo its header may begin, in bytes: a name and what archivers add to it.
const REACH: u64 = 2048;

/// The enclosure of the file of `len` bytes at `at`, if one shows.
pub fn around(bytes: &dyn Bytes, at: u64, len: u64) -> Option<Enclosure> {
    let reach = REACH.min(at);
    let mut before = vec![0; reach as usize];
    bytes.read_at(at - reach, &mut before);
    zip(&before, len).or_else(|| tar(&before, len)).or_else(|| pdf(&before))
}

/// A member that ZIP stores without compression: word processors' documents are ZIP too.
///
/// Source: PKWARE APPNOTE.TXT 6.3.10, 4.3.7 "Local file header".
fn zip(before: &[u8], len: u64) -> Option<Enclosure> {
    const SIGNATURE: &[u8] = b"PK\x03\x04";
    const HEADER: usize = 30;
    // Sizes follow the data, or are the 64-bit ones of an extra field.
    const ELSEWHERE: [u32; 2] = [0, u32::MAX];
    memmem::rfind_iter(before, SIGNATURE).find_map(|start| {
        let header = before[start..].first_chunk::<HEADER>()?;
        let u16_at = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let size = u32::from_le_bytes([header[18], header[19], header[20], header[21]]);
        let name_end = start + HEADER + usize::from(u16_at(26));
        let fits = name_end + usize::from(u16_at(28)) == before.len()
            && u16_at(8) == 0
            && (u64::from(size) == len || ELSEWHERE.contains(&size));
        fits.then(|| Enclosure::new("zip", before.get(start + HEADER..name_end)))
    })
}

/// A member of a tape archive.
fn tar(before: &[u8], len: u64) -> Option<Enclosure> {
    let member = TarHeader::read(before.last_chunk()?).filter(|header| header.has_magic)?;
    (member.len? >= len).then(|| Enclosure::new("tar", Some(member.name)))
}

/// An image of a PDF.
///
/// Source: ISO 32000-2:2020, 7.3.8 "Stream objects" and 7.4.8 "DCTDecode filter".
fn pdf(before: &[u8]) -> Option<Enclosure> {
    let dictionary = [&b"stream\r\n"[..], b"stream\n"]
        .into_iter()
        .find_map(|keyword| before.strip_suffix(keyword))?;
    let start = memmem::rfind(dictionary, b" obj")?;
    let dictionary = &dictionary[start..];
    let has = |name: &[u8]| memmem::find(dictionary, name).is_some();
    (has(b"/DCTDecode") || has(b"/JPXDecode")).then(|| Enclosure::new("pdf", None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &[u8], len: u64, expected: Option<(&str, Option<&str>)>) {
        let disk = [before, &[0xff; 100]].concat();
        let found = around(&disk.as_slice(), before.len() as u64, len);
        let found = found.as_ref().map(|found| (found.kind.as_str(), found.name.as_deref()));
        assert_eq!(found, expected);
    }

    fn local_header(method: u8, size: u32, name: &str, extra: &[u8]) -> Vec<u8> {
        let mut out = b"PK\x03\x04\x14\0\0\0".to_vec();
        out.extend([method, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
        out.extend(size.to_le_bytes());
        out.extend(size.to_le_bytes());
        out.extend((name.len() as u16).to_le_bytes());
        out.extend((extra.len() as u16).to_le_bytes());
        [&out, name.as_bytes(), extra].concat()
    }

    #[test]
    fn a_stored_member_of_a_zip_has_a_name() {
        let name = "word/media/image1.jpeg";
        let known = Some(("zip", Some(name)));
        check(&[vec![7; 5000], local_header(0, 100, name, b"")].concat(), 100, known);
        check(&local_header(0, 0, name, b"UT\x05\0\x01abcd"), 100, known);
        check(&local_header(8, 100, name, b""), 100, None);
        check(&local_header(0, 101, name, b""), 100, None);
        check(&[local_header(0, 100, name, b""), vec![0]].concat(), 100, None);
    }

    #[test]
    fn a_member_of_a_tape_archive_has_a_checksum() {
        let mut header = vec![0u8; 512];
        header[..9].copy_from_slice(b"a/pic.jpg");
        header[124..136].copy_from_slice(b"00000000144\0");
        header[148..156].copy_from_slice(b"        ");
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u64 = header.iter().map(|&byte| u64::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        check(&header, 100, Some(("tar", Some("a/pic.jpg"))));
        check(&header, 101, None);
        header[0] = b'b';
        check(&header, 100, None);
    }

    #[test]
    fn an_image_of_a_pdf_stands_behind_its_dictionary() {
        let object = |filter: &str, keyword: &str| {
            format!("7 0 obj\n<< /Type /XObject /Subtype /Image /Filter {filter} >>\n{keyword}")
        };
        check(object("/DCTDecode", "stream\r\n").as_bytes(), 100, Some(("pdf", None)));
        check(object("[/DCTDecode]", "stream\n").as_bytes(), 100, Some(("pdf", None)));
        check(object("/FlateDecode", "stream\n").as_bytes(), 100, None);
        check(object("/DCTDecode", "endstream\n\n").as_bytes(), 100, None);
        check(b"", 100, None);
    }
}
