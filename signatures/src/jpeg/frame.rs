//! Frame and scan headers, and what they say about the amount of data.
//!
//! Source: ITU-T T.81 (1992), B.2.2 "Frame header syntax" and B.2.3 "Scan header syntax".

/// How samples become coefficients and codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Baseline and extended: each block in one go.
    Sequential,
    /// Blocks in several scans, by bands and bits.
    Progressive,
    /// Differences of samples, without blocks.
    Lossless,
}

/// One component of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Component {
    /// What scans call it.
    pub id: u8,
    /// Horizontal sampling factor.
    pub across: u8,
    /// Vertical sampling factor.
    pub down: u8,
    /// Its quantisation table.
    pub table: u8,
}

/// A frame header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// How it is coded.
    pub coding: Coding,
    /// Whether an arithmetic coder wrote it, rather than Huffman codes.
    pub arithmetic: bool,
    /// Bits of a sample.
    pub precision: u8,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels; 0 until DNL tells it.
    pub height: u32,
    /// One to four.
    pub components: Vec<Component>,
}

/// A component in a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Index into [`Frame::components`].
    pub component: usize,
    /// Its DC table.
    pub dc: u8,
    /// Its AC table.
    pub ac: u8,
}

/// A scan header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// One to four, each for another component.
    pub parts: Vec<Part>,
    /// First coefficient of the band, or the predictor of a lossless scan.
    pub first: u8,
    /// Last coefficient of the band.
    pub last: u8,
    /// Bit position that an earlier scan ended with; 0 in the first scan of a band.
    pub high: u8,
    /// Bit position that this scan ends with.
    pub low: u8,
}

/// Blocks that one interleaved unit may have (T.81, B.2.3).
const MOST_BLOCKS_A_UNIT: u32 = 10;

impl Frame {
    /// The frame header in the content of the segment `code`, or what is wrong with it.
    pub fn parse(code: u8, content: &[u8]) -> Result<Self, &'static str> {
        let (&[precision, h1, h0, w1, w0, count], rest) =
            content.split_first_chunk().ok_or("frame header")?;
        let coding = match code & 3 {
            0 | 1 => Coding::Sequential,
            2 => Coding::Progressive,
            _ => Coding::Lossless,
        };
        let legal = match coding {
            Coding::Lossless => matches!(precision, 2..=16),
            _ => precision == 8 || (precision == 12 && code != 0xc0),
        };
        let width = u32::from(u16::from_be_bytes([w1, w0]));
        let height = u32::from(u16::from_be_bytes([h1, h0]));
        let (entries, tail) = rest.as_chunks::<3>();
        let counted = (1..=4).contains(&count) && entries.len() == usize::from(count);
        if !legal || width == 0 || !counted || !tail.is_empty() {
            return Err("frame header");
        }
        let components = entries.iter().map(Component::parse).collect::<Option<_>>();
        let components = components.ok_or("component of the frame")?;
        Ok(Frame { coding, arithmetic: code & 8 != 0, precision, width, height, components })
    }

    /// The scan header in the content of an SOS segment, or what is wrong with it.
    pub fn scan(&self, content: &[u8]) -> Result<Scan, &'static str> {
        let (&count, rest) = content.split_first().ok_or("scan header")?;
        let count = usize::from(count);
        let Some((entries, &[first, last, bits])) = rest.split_last_chunk::<3>() else {
            return Err("scan header");
        };
        let (entries, tail) = entries.as_chunks::<2>();
        if !(1..=self.components.len()).contains(&count) || entries.len() != count {
            return Err("scan header");
        }
        let parts = self.parts(entries).ok_or("component of the scan")?;
        let scan = Scan { parts, first, last, high: bits >> 4, low: bits & 15 };
        if !tail.is_empty() || !self.allows(&scan) {
            return Err("scan header");
        }
        Ok(scan)
    }

    fn parts(&self, entries: &[[u8; 2]]) -> Option<Vec<Part>> {
        let mut parts: Vec<Part> = Vec::with_capacity(entries.len());
        for &[id, tables] in entries {
            // Some writers give all components the same id: the first that is not taken yet.
            let component = (0..self.components.len()).find(|&index| {
                self.components[index].id == id && parts.iter().all(|part| part.component != index)
            })?;
            let (dc, ac) = (tables >> 4, tables & 15);
            if dc > 3 || ac > 3 {
                return None;
            }
            parts.push(Part { component, dc, ac });
        }
        Some(parts)
    }

    /// Whether band and bits of `scan` can be; sequential scans have no use for them, and some
    /// encoders write nonsense there.
    fn allows(&self, scan: &Scan) -> bool {
        let interleaved = scan.parts.len() > 1;
        let crowded = self.blocks_a_unit(scan) > MOST_BLOCKS_A_UNIT;
        match self.coding {
            Coding::Sequential => !(interleaved && crowded),
            Coding::Progressive => {
                let band = if scan.first == 0 {
                    scan.last == 0 && !(interleaved && crowded)
                } else {
                    scan.first <= scan.last && scan.last < 64 && !interleaved
                };
                band && scan.high <= 13 && scan.low <= 13
            }
            Coding::Lossless => scan.first <= 7 && scan.last == 0 && scan.high == 0,
        }
    }

    /// Blocks (samples, when lossless) of one unit of `scan`.
    pub fn blocks_a_unit(&self, scan: &Scan) -> u32 {
        if scan.parts.len() == 1 {
            return 1;
        }
        let area = |part: &Part| {
            let component = self.components[part.component];
            u32::from(component.across) * u32::from(component.down)
        };
        scan.parts.iter().map(area).sum()
    }

    /// Units (MCU) that `scan` codes, or nothing when the height is not known yet.
    pub fn units(&self, scan: &Scan) -> Option<u64> {
        if self.height == 0 {
            return None;
        }
        let down = |component: &Component| component.down;
        Some(self.columns(scan) * self.along(scan, self.height, down))
    }

    /// Units in a row of `scan`.
    pub fn columns(&self, scan: &Scan) -> u64 {
        self.along(scan, self.width, |component| component.across)
    }

    /// Units along one side of the picture, which has `len` pixels.
    ///
    /// Source: T.81, A.2 "Order of source image data encoding".
    fn along(&self, scan: &Scan, len: u32, factor: fn(&Component) -> u8) -> u64 {
        let most = self.components.iter().map(factor).max().map_or(1, u32::from);
        let edge = if self.coding == Coding::Lossless { 1 } else { 8 };
        if let [part] = scan.parts[..] {
            let samples = len * u32::from(factor(&self.components[part.component]));
            samples.div_ceil(most).div_ceil(edge).into()
        } else {
            len.div_ceil(edge * most).into()
        }
    }

    /// The fewest bytes that can code `scan`: a code has at least one bit, and a sequential block
    /// at least two codes. Nothing is known of arithmetic coding, and later bands of a progressive
    /// picture may be nearly empty.
    pub fn least_bytes(&self, scan: &Scan) -> u64 {
        let bits_a_block = match self.coding {
            _ if self.arithmetic => 0,
            Coding::Sequential => 2,
            Coding::Progressive => u64::from(scan.first == 0),
            Coding::Lossless => 1,
        };
        let blocks = self.units(scan).unwrap_or(0) * u64::from(self.blocks_a_unit(scan));
        blocks * bits_a_block / 8
    }

    /// More bytes than can code `scan`: a coefficient takes at most 32 bits, and stuffing may
    /// double that.
    pub fn most_bytes(&self, scan: &Scan) -> u64 {
        let codes = if self.coding == Coding::Lossless { 1 } else { 64 };
        let unknown = u64::from(u16::MAX) * u64::from(u16::MAX);
        let units = self.units(scan).unwrap_or(unknown);
        (units * u64::from(self.blocks_a_unit(scan)) * codes * 8).max(SMALLEST_LIMIT)
    }
}

/// A tiny picture may still have some fill bytes and restart markers.
const SMALLEST_LIMIT: u64 = 64 << 10;

impl Component {
    fn parse(&[id, factors, table]: &[u8; 3]) -> Option<Self> {
        let (across, down) = (factors >> 4, factors & 15);
        let legal = (1..=4).contains(&across) && (1..=4).contains(&down) && table <= 3;
        legal.then_some(Component { id, across, down, table })
    }
}

impl Scan {
    /// Whether its codes include those of DC differences.
    pub fn reads_dc(&self, frame: &Frame) -> bool {
        match frame.coding {
            Coding::Sequential | Coding::Lossless => true,
            Coding::Progressive => self.first == 0 && self.high == 0,
        }
    }

    /// Whether its codes include those of AC coefficients.
    pub fn reads_ac(&self, frame: &Frame) -> bool {
        match frame.coding {
            Coding::Sequential => true,
            Coding::Progressive => self.last > 0,
            Coding::Lossless => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOUR: &[u8] = &[8, 0, 33, 0, 17, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];

    #[test]
    fn a_frame_knows_its_units() {
        let frame = Frame::parse(0xc0, COLOUR).unwrap();
        let all = frame.scan(&[3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]).unwrap();
        assert_eq!((frame.width, frame.height), (17, 33));
        assert_eq!(frame.units(&all), Some(2 * 3));
        assert_eq!(frame.least_bytes(&all), 6 * 6 * 2 / 8);
        let luma = frame.scan(&[1, 1, 0, 0, 63, 0]).unwrap();
        assert_eq!(frame.units(&luma), Some(3 * 5));
        let chroma = frame.scan(&[1, 3, 0, 0, 63, 0]).unwrap();
        assert_eq!(frame.units(&chroma), Some(2 * 3));
    }

    #[test]
    fn forbidden_values_are_no_frame() {
        for (at, value) in [(0, 9), (0, 12), (4, 0), (5, 0), (5, 2), (7, 0x52), (7, 0x20), (8, 4)] {
            let mut bad = COLOUR.to_vec();
            bad[at] = value;
            assert!(Frame::parse(0xc0, &bad).is_err(), "byte {at} = {value}");
        }
        assert!(Frame::parse(0xc0, &COLOUR[..14]).is_err());
        assert!(Frame::parse(0xc2, COLOUR).is_ok());
    }

    #[test]
    fn a_scan_must_fit_its_frame() {
        let frame = Frame::parse(0xc2, COLOUR).unwrap();
        for (good, scan) in [
            (true, &[3u8, 1, 0, 2, 0, 3, 0, 0, 0, 1][..]),
            (true, &[1, 2, 0x11, 1, 63, 0x10]),
            (false, &[1, 9, 0, 0, 0, 0]),
            (false, &[1, 1, 0x40, 0, 0, 0]),
            (false, &[2, 1, 0, 1, 0, 0, 0, 0]),
            (false, &[2, 1, 0, 2, 0, 1, 5, 0]),
            (false, &[1, 1, 0, 0, 5, 0]),
            (false, &[1, 1, 0, 9, 5, 0]),
            (false, &[1, 1, 0, 1, 64, 0]),
            (false, &[1, 1, 0, 1, 5, 0xe0]),
            (false, &[2, 1, 0, 0, 0, 0]),
            (false, &[]),
        ] {
            assert_eq!(frame.scan(scan).is_ok(), good, "{scan:02x?}");
        }
    }
}
