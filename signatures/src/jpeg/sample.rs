//! Small JPEGs for tests, built segment by segment.

/// A segment with its marker and length.
pub fn segment(code: u8, content: &[u8]) -> Vec<u8> {
    let len = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, code][..], &len, content].concat()
}

/// What comes before the first scan: a grey baseline picture with `extra` segments.
pub fn headers(width: u16, height: u16, extra: &[u8]) -> Vec<u8> {
    let quantisation = segment(0xdb, &[&[0][..], &[1; 64]].concat());
    let table = |class: u8| [&[class][..], &[0, 2], &[0; 14], &[0, 1]].concat();
    let huffman = segment(0xc4, &[table(0x00), table(0x10)].concat());
    let [w1, w0] = width.to_be_bytes();
    let [h1, h0] = height.to_be_bytes();
    let frame = segment(0xc0, &[8, h1, h0, w1, w0, 1, 1, 0x11, 0]);
    [b"\xff\xd8", extra, &quantisation, &huffman, &frame].concat()
}

/// The header of the only scan.
pub fn scan() -> Vec<u8> {
    segment(0xda, &[1, 1, 0, 0, 63, 0])
}

/// A whole picture of 64 x 64 pixels with `extra` segments and data of `len` bytes.
pub fn picture(extra: &[u8], len: usize) -> Vec<u8> {
    [headers(64, 64, extra), scan(), vec![0x5a; len], b"\xff\xd9".to_vec()].concat()
}

/// The XMP segment with `text`.
pub fn xmp(text: &str) -> Vec<u8> {
    segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", text.as_bytes()].concat())
}

/// The MPF segment of a file of two pictures, at the file's byte `at`, that puts the second of
/// `len` bytes at the file's byte `second`.
pub fn mpf(at: usize, second: usize, len: usize) -> Vec<u8> {
    let base = at + 8;
    let mut content =
        b"MPF\0MM\0*\0\0\0\x08\0\x01\xb0\x02\0\x07\0\0\0\x20\0\0\0\x1a\0\0\0\0".to_vec();
    let [offset, len] = [second - base, len].map(|number| (number as u32).to_be_bytes());
    content.extend_from_slice(&[0x20, 0x03, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    content.extend_from_slice(&[&[0, 0x01, 0, 0x01][..], &len, &offset, &[0; 4]].concat());
    segment(0xe2, &content)
}
