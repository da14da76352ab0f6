//! A JPEG encoder for tests: baseline and progressive, as cameras and web exports write them.
//!
//! Source: ITU-T T.81 (1992); the clause stands where it is followed.

mod blocks;
mod huffman;
mod scan;

use crate::scene::Picture;
use blocks::Component;
use huffman::Tables;
use scan::{Layout, Part};

/// How colour is thinned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Brightness only, one component.
    Grey,
    /// Colour as fine as brightness.
    S444,
    /// Half as many columns of colour.
    S422,
    /// Half as many columns and rows of colour.
    S420,
}

/// In which order the coefficients are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// One scan, SOF0.
    Baseline,
    /// DC first, then bands of AC, all bits at once: SOF2 with spectral selection only.
    Spectral,
    /// As web exports do: bands and bits apart, SOF2 with successive approximation.
    Progressive,
}

/// A marker segment to be written in front of the tables.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Second byte of the marker, such as `0xe1` for APP1.
    pub marker: u8,
    /// What follows the length field: at most 65533 bytes.
    pub data: Vec<u8>,
}

impl Segment {
    /// APP0 of a JFIF file without a thumbnail. Source: ITU-T T.871, 10.1.
    pub fn jfif() -> Self {
        Segment { marker: 0xe0, data: b"JFIF\0\x01\x02\x01\0\x48\0\x48\0\0".to_vec() }
    }

    /// An APP segment that begins with a name.
    pub fn app(number: u8, name: &[u8], data: &[u8]) -> Self {
        Segment { marker: 0xe0 + number, data: [name, data].concat() }
    }
}

/// How to encode a picture.
#[derive(Clone, Debug)]
pub struct Jpeg {
    /// From 1 to 100, as in the IJG's library.
    pub quality: u8,
    /// How colour is thinned out.
    pub sampling: Sampling,
    /// In which order the coefficients are sent.
    pub process: Process,
    /// MCUs between restart markers; 0 for none.
    pub restart: u16,
    /// Whether a baseline picture gets Huffman tables of its own instead of the standard's.
    pub optimised: bool,
    /// Whether the height is left to a DNL segment behind the first scan.
    pub late_height: bool,
    /// Written behind SOI, in this order.
    pub segments: Vec<Segment>,
}

impl Default for Jpeg {
    fn default() -> Self {
        Jpeg {
            quality: 85,
            sampling: Sampling::S420,
            process: Process::Baseline,
            restart: 0,
            optimised: false,
            late_height: false,
            segments: Vec::new(),
        }
    }
}

impl Jpeg {
    /// The picture as a JPEG file, from SOI to EOI.
    pub fn encode(&self, picture: &Picture) -> Vec<u8> {
        let quantisers = blocks::quantisers(self.quality);
        let components = blocks::components(picture, self.sampling, &quantisers);
        let mut out = vec![0xff, 0xd8];
        for Segment { marker, data } in &self.segments {
            segment(&mut out, *marker, data);
        }
        for (id, table) in quantisers.iter().enumerate().take(components.len().min(2)) {
            segment(&mut out, 0xdb, &[&[id as u8][..], table].concat());
        }
        self.frame(&mut out, picture, &components);
        if self.restart > 0 {
            segment(&mut out, 0xdd, &self.restart.to_be_bytes());
        }
        self.scans(&mut out, picture, &components);
        out.extend([0xff, 0xd9]);
        out
    }

    /// SOF. Source: T.81, B.2.2 "Frame header syntax".
    fn frame(&self, out: &mut Vec<u8>, picture: &Picture, components: &[Component]) {
        let height = if self.late_height { 0 } else { picture.height as u16 };
        let mut data = vec![8];
        data.extend(height.to_be_bytes());
        data.extend((picture.width as u16).to_be_bytes());
        data.push(components.len() as u8);
        for (index, component) in components.iter().enumerate() {
            let factors = (component.across << 4 | component.down) as u8;
            data.extend([index as u8 + 1, factors, u8::from(index > 0)]);
        }
        segment(out, if self.process == Process::Baseline { 0xc0 } else { 0xc2 }, &data);
    }

    /// Tables and scans. Source: T.81, B.2.3 "Scan header syntax".
    fn scans(&self, out: &mut Vec<u8>, picture: &Picture, components: &[Component]) {
        let layout = Layout::new(picture, components, self.restart);
        let standard = self.process == Process::Baseline && !self.optimised;
        for (index, part) in Part::all(self.process, components.len()).iter().enumerate() {
            let tokens = scan::tokens(&layout, part);
            let tables = match standard {
                true => Tables::standard(components.len() > 1),
                false => Tables::optimised(&tokens),
            };
            tables.write(out);
            let mut data = vec![part.components.len() as u8];
            for &component in &part.components {
                data.extend([component as u8 + 1, if component > 0 { 0x11 } else { 0 }]);
            }
            data.extend([part.first, part.last, part.high << 4 | part.low]);
            segment(out, 0xda, &data);
            huffman::write(out, &tokens, &tables);
            if index == 0 && self.late_height {
                segment(out, 0xdc, &(picture.height as u16).to_be_bytes());
            }
        }
    }
}

/// A marker, the length that counts itself, the data. Source: T.81, B.1.1.4 "Marker segments".
pub(crate) fn segment(out: &mut Vec<u8>, marker: u8, data: &[u8]) {
    out.extend([0xff, marker]);
    out.extend((data.len() as u16 + 2).to_be_bytes());
    out.extend(data);
}

#[cfg(test)]
mod tests {
    use super::*;
    use zune_jpeg::JpegDecoder;
    use zune_jpeg::zune_core::bytestream::ZCursor;
    use zune_jpeg::zune_core::options::DecoderOptions;

    /// Decodes and compares with the picture: the mean difference of a sample stays small.
    #[track_caller]
    fn check(jpeg: &Jpeg, width: usize, height: usize) {
        let picture = Picture::scene(11, width, height);
        let bytes = jpeg.encode(&picture);
        let options = DecoderOptions::default().set_strict_mode(true);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(&bytes), options);
        let pixels = decoder.decode().unwrap();
        let expected: Vec<u8> = if jpeg.sampling == Sampling::Grey {
            (0..width * height).flat_map(|at| [picture.luma(at % width, at / width); 3]).collect()
        } else {
            picture.rgb.clone()
        };
        assert_eq!(pixels.len(), expected.len());
        let wrong: u64 =
            pixels.iter().zip(&expected).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
        let mean = wrong as f64 / pixels.len() as f64;
        assert!(mean < 6.0, "{jpeg:?}: mean difference {mean}");
    }

    #[test]
    fn an_independent_decoder_sees_the_picture() {
        for process in [Process::Baseline, Process::Spectral, Process::Progressive] {
            for sampling in [Sampling::Grey, Sampling::S444, Sampling::S422, Sampling::S420] {
                for optimised in [false, true] {
                    let jpeg = Jpeg { process, sampling, optimised, ..Jpeg::default() };
                    check(&jpeg, 160, 120);
                    check(&jpeg, 77, 51);
                    check(&Jpeg { restart: 3, ..jpeg }, 77, 51);
                }
            }
        }
    }

    #[test]
    fn quality_sets_the_size() {
        let picture = Picture::scene(2, 160, 120);
        let len = |quality| Jpeg { quality, ..Jpeg::default() }.encode(&picture).len();
        assert!(len(30) < len(60) && len(60) < len(95));
    }
}
