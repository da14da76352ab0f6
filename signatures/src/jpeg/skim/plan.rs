//! What a scan header asks for, with the tables it refers to.

use std::sync::{Arc, OnceLock};

use super::band_looks::BandLooks;
use super::block::{Ac, Block};
use super::code::Code;
use super::history::MOST_BLOCKS;
use super::looks::Looks;
use super::standard;
use super::steps::Steps;
use crate::jpeg::frame::{Coding, Frame, Part, Scan};
use crate::jpeg::headers::Headers;

/// What the data of a scan codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole blocks.
    Sequential,
    /// The upper bits of DC.
    DcFirst,
    /// One more bit of DC.
    DcRefine,
    /// The upper bits of a band of AC.
    AcFirst,
    /// One more bit of a band of AC.
    AcRefine,
    /// Differences of samples.
    Lossless,
    /// Something that is not decoded: arithmetic coding, or a picture beyond all limits.
    Opaque,
}

/// A scan before its data.
#[derive(Debug)]
pub struct Plan {
    /// What the data codes.
    pub kind: Kind,
    /// The header.
    pub scan: Scan,
    /// The blocks of one unit, in order.
    pub blocks: Vec<Block>,
    /// Units of the scan; nothing when the height is not known yet.
    pub units: Option<u64>,
    /// Units in a row.
    pub columns: u64,
    /// Units between restart markers, 0 for none.
    pub interval: u64,
    /// The most bits of a DC difference.
    pub most_dc_size: u8,
    /// For each component what one step of DC stands for, in eighths of a grey level of eight bits.
    pub dc_steps: [f32; 4],
    /// Whether no picture gives a long run of zeros.
    pub zeros_wrong: bool,
    looks: OnceLock<Vec<Looks>>,
    band_looks: OnceLock<BandLooks>,
    steps: OnceLock<Steps>,
}

impl Plan {
    /// The plan of `scan`, whose header has just come.
    pub fn new(headers: &Headers, frame: &Frame, scan: Scan) -> Self {
        let kind = kind(headers, frame, &scan);
        let codes = Codes { headers, frame, scan: &scan, kind };
        let blocks = codes.blocks();
        let zeros_wrong = blocks.iter().any(|block| zeros_are_coefficients(kind, block));
        Plan {
            kind,
            units: frame.units(&scan),
            columns: frame.columns(&scan),
            interval: headers.interval.into(),
            most_dc_size: match kind {
                Kind::Lossless => 16,
                _ if frame.precision > 8 => 15,
                _ => 11,
            },
            dc_steps: dc_steps(headers, frame, &scan, kind),
            zeros_wrong,
            looks: OnceLock::new(),
            band_looks: OnceLock::new(),
            steps: OnceLock::new(),
            blocks,
            scan,
        }
    }

    /// Larger tables for the blocks, which take as long to make as a few KiB to decode.
    pub fn looks(&self) -> &[Looks] {
        self.looks.get_or_init(|| Looks::all(&self.blocks, self.most_dc_size))
    }

    /// Larger tables for `ac`, which is the code of the scan's only block.
    pub fn band_looks(&self, ac: &Ac) -> &BandLooks {
        let most_size = if self.kind == Kind::AcRefine { 1 } else { ac.most_size };
        self.band_looks.get_or_init(|| BandLooks::new(&ac.code, most_size))
    }

    /// The table of steps for `ac`, which is the code of the scan's only block.
    pub fn steps(&self, ac: &Ac) -> &Steps {
        self.steps.get_or_init(|| Steps::new(&ac.code))
    }

    /// The fewest bits that a unit takes: no code has less than one.
    pub fn least_bits(&self) -> u64 {
        let codes = |block: &Block| u64::from(block.dc.is_some()) + u64::from(block.ac.is_some());
        self.blocks.iter().map(codes).sum()
    }

    /// Whether the scan is the first to code DC, so that its components can be seen.
    pub fn shows(&self) -> bool {
        !matches!(self.kind, Kind::DcRefine | Kind::AcFirst | Kind::AcRefine)
    }
}

fn kind(headers: &Headers, frame: &Frame, scan: &Scan) -> Kind {
    let blocks = frame.units(scan).unwrap_or(0);
    match frame.coding {
        _ if frame.arithmetic || headers.hierarchical => Kind::Opaque,
        Coding::Sequential => Kind::Sequential,
        Coding::Lossless => Kind::Lossless,
        Coding::Progressive => match (scan.first, scan.high) {
            (0, 0) => Kind::DcFirst,
            (0, _) => Kind::DcRefine,
            (_, 0) => Kind::AcFirst,
            // Each component counts as if it were the largest of four.
            _ if blocks > MOST_BLOCKS / 4 => Kind::Opaque,
            _ => Kind::AcRefine,
        },
    }
}

fn dc_steps(headers: &Headers, frame: &Frame, scan: &Scan, kind: Kind) -> [f32; 4] {
    let mut steps = [1.0; 4];
    let low = if kind == Kind::DcFirst { i32::from(scan.low) } else { 0 };
    let shift = low + 8 - i32::from(frame.precision);
    for part in &scan.parts {
        let table = frame.components[part.component].table;
        let quantiser = headers.tables.quantiser(table).unwrap_or(1).max(1);
        steps[part.component & 3] = f32::from(quantiser) * 2f32.powi(shift);
    }
    steps
}

/// Whether a long run of zeros would be coefficients that are all alike in sign and size, which
/// no picture gives. Where zeros end blocks instead, they are an even surface.
fn zeros_are_coefficients(kind: Kind, block: &Block) -> bool {
    let first = block.ac.as_ref().and_then(|ac| ac.code.of_zeros());
    matches!(kind, Kind::Sequential | Kind::AcFirst) && first.is_some_and(|first| first & 15 > 0)
}

/// The codes that a scan refers to.
struct Codes<'h> {
    headers: &'h Headers,
    frame: &'h Frame,
    scan: &'h Scan,
    kind: Kind,
}

impl Codes<'_> {
    fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        if self.kind == Kind::Opaque {
            return blocks;
        }
        let mut parts: Vec<Block> = Vec::new();
        for (index, part) in self.scan.parts.iter().enumerate() {
            let earlier = |same: fn(&Part) -> u8| {
                self.scan.parts[..index].iter().position(|other| same(other) == same(part))
            };
            let dc = match earlier(|part| part.dc) {
                Some(other) => parts[other].dc.clone(),
                None => self.dc(part),
            };
            let ac = match earlier(|part| part.ac) {
                Some(other) => parts[other].ac.clone(),
                None => self.ac(part),
            };
            let most_dc = self.most_dc(part);
            parts.push(Block { component: part.component, dc, ac, most_dc });
        }
        for block in parts {
            let component = &self.frame.components[block.component];
            let area = usize::from(component.across) * usize::from(component.down);
            let count = if self.scan.parts.len() == 1 { 1 } else { area };
            blocks.extend(std::iter::repeat_n(block, count));
        }
        blocks
    }

    fn dc(&self, part: &Part) -> Option<Arc<Code>> {
        if !self.scan.reads_dc(self.frame) {
            return None;
        }
        let tables = &self.headers.tables;
        if tables.lacks_huffman() {
            return Some(Arc::new(Code::new(&standard::dc(part.dc))));
        }
        tables.dc(part.dc).map(|table| Arc::new(Code::new(table)))
    }

    fn ac(&self, part: &Part) -> Option<Arc<Ac>> {
        if !self.scan.reads_ac(self.frame) {
            return None;
        }
        let tables = &self.headers.tables;
        let most_size = if self.frame.precision > 8 { 14 } else { 10 };
        if tables.lacks_huffman() {
            return Some(Ac::new(&standard::ac(part.ac), most_size));
        }
        tables.ac(part.ac).map(|table| Ac::new(table, most_size))
    }

    /// DC is eight times the mean of samples, quantised; half a quantiser may be lost each way,
    /// and a scan that leaves out low bits rounds down.
    fn most_dc(&self, part: &Part) -> i32 {
        let component = &self.frame.components[part.component];
        let quantiser = self.headers.tables.quantiser(component.table).unwrap_or(1).max(1);
        let range = 4 << self.frame.precision;
        let most = (range + i32::from(quantiser)) / i32::from(quantiser);
        match self.kind {
            Kind::DcFirst => (most >> self.scan.low) + 1,
            _ => most,
        }
    }
}
