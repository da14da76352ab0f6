//! From coefficients to the tokens of a scan.

use super::Process;
use super::blocks::{Block, Component};
use super::huffman::Token;
use crate::scene::Picture;

/// What one scan sends. Source: T.81, B.2.3.
pub(super) struct Part {
    /// Indices of its components.
    pub(super) components: Vec<usize>,
    /// First coefficient of the band, `Ss`.
    pub(super) first: u8,
    /// Last coefficient of the band, `Se`.
    pub(super) last: u8,
    /// The bit that was sent before, `Ah`; 0 when this is the band's first scan.
    pub(super) high: u8,
    /// The lowest bit that is sent, `Al`.
    pub(super) low: u8,
}

impl Part {
    /// The scans of a picture of that many components.
    pub(super) fn all(process: Process, count: usize) -> Vec<Part> {
        let part = |components: Vec<usize>, (first, last), (high, low)| Part {
            components,
            first,
            last,
            high,
            low,
        };
        let every: Vec<usize> = (0..count).collect();
        let alone = |band, bits| every.iter().map(move |&one| part(vec![one], band, bits));
        match process {
            Process::Baseline => vec![part(every, (0, 63), (0, 0))],
            Process::Spectral => std::iter::once(part(every.clone(), (0, 0), (0, 0)))
                .chain(alone((1, 5), (0, 0)))
                .chain(alone((6, 63), (0, 0)))
                .collect(),
            Process::Progressive => std::iter::once(part(every.clone(), (0, 0), (0, 1)))
                .chain(std::iter::once(part(vec![0], (1, 5), (0, 2))))
                .chain(alone((1, 63), (0, 1)).skip(1))
                .chain(std::iter::once(part(vec![0], (6, 63), (0, 2))))
                .chain(std::iter::once(part(vec![0], (1, 63), (2, 1))))
                .chain(std::iter::once(part(every.clone(), (0, 0), (1, 0))))
                .chain(alone((1, 63), (1, 0)).skip(1))
                .chain(std::iter::once(part(vec![0], (1, 63), (1, 0))))
                .collect(),
        }
    }
}

/// Where the blocks of a picture lie.
pub(super) struct Layout<'c> {
    components: &'c [Component],
    width: usize,
    height: usize,
    restart: usize,
}

impl<'c> Layout<'c> {
    pub(super) fn new(picture: &Picture, components: &'c [Component], restart: u16) -> Self {
        let (width, height) = (picture.width, picture.height);
        Layout { components, width, height, restart: usize::from(restart) }
    }

    /// The blocks of each MCU of a scan, with their component.
    ///
    /// Source: T.81, A.2 "Order of source image data encoding": a scan of one component has MCUs
    /// of one block and leaves out those that lie outside the picture.
    fn mcus(&self, part: &Part) -> Vec<Vec<(usize, &'c Block)>> {
        let across = self.components.iter().map(|c| c.across).max().unwrap_or(1);
        let down = self.components.iter().map(|c| c.down).max().unwrap_or(1);
        let block = |index: usize, column: usize, row: usize| {
            let component = &self.components[index];
            (index, &component.blocks[row * component.columns + column])
        };
        if let [index] = part.components[..] {
            let component = &self.components[index];
            let columns = (self.width * component.across).div_ceil(across).div_ceil(8);
            let rows = (self.height * component.down).div_ceil(down).div_ceil(8);
            return (0..columns * rows)
                .map(|at| vec![block(index, at % columns, at / columns)])
                .collect();
        }
        let columns = self.width.div_ceil(8 * across);
        let rows = self.height.div_ceil(8 * down);
        let mcu = |column: usize, row: usize| {
            let mut blocks = Vec::new();
            for &index in &part.components {
                let Component { across, down, .. } = self.components[index];
                blocks.extend((0..across * down).map(|at| {
                    block(index, column * across + at % across, row * down + at / across)
                }));
            }
            blocks
        };
        (0..columns * rows).map(|at| mcu(at % columns, at / columns)).collect()
    }
}

/// The tokens of one scan.
pub(super) fn tokens(layout: &Layout<'_>, part: &Part) -> Vec<Token> {
    let mut scan = Scan {
        out: Vec::new(),
        before: [0; 4],
        ends: 0,
        end_bits: Vec::new(),
        table: usize::from(part.components.first().is_some_and(|&index| index > 0)),
    };
    for (number, mcu) in layout.mcus(part).into_iter().enumerate() {
        if layout.restart > 0 && number > 0 && number % layout.restart == 0 {
            scan.send_ends();
            scan.before = [0; 4];
            scan.out.push(Token::Restart(((number / layout.restart - 1) % 8) as u8));
        }
        for (component, block) in mcu {
            scan.block(part, component, block);
        }
    }
    scan.send_ends();
    scan.out
}

struct Scan {
    out: Vec<Token>,
    /// The last DC value of each component.
    before: [i32; 4],
    /// Blocks in a row that are over, not sent yet: the run of end-of-bands.
    ends: u16,
    /// Correction bits that follow that run.
    end_bits: Vec<u8>,
    /// 0 for brightness, 1 for colour.
    table: usize,
}

/// Longest run of end-of-bands. Source: T.81, G.1.2.2.
const MOST_ENDS: u16 = 0x7fff;

/// A run is sent before more correction bits than this wait behind it.
const MOST_END_BITS: usize = 900;

impl Scan {
    fn block(&mut self, part: &Part, component: usize, block: &Block) {
        self.table = usize::from(component > 0);
        match part {
            Part { first: 0, high: 0, .. } => {
                self.dc(component, i32::from(block[0]) >> part.low);
                if part.last > 0 {
                    self.ac_whole(block);
                }
            }
            Part { first: 0, .. } => self.bits((block[0] >> part.low) as u16 & 1, 1),
            Part { high: 0, .. } => self.ac_first(part, block),
            _ => self.ac_refine(part, block),
        }
    }

    /// Source: T.81, F.1.2.1 "Huffman encoding of DC coefficients".
    fn dc(&mut self, component: usize, value: i32) {
        let difference = value - self.before[component];
        self.before[component] = value;
        let size = size_of(difference);
        self.out.push(Token::Symbol { table: self.table, symbol: size });
        self.amplitude(difference, size);
    }

    /// Source: T.81, F.1.2.2 "Huffman encoding of AC coefficients".
    fn ac_whole(&mut self, block: &Block) {
        let mut run = 0;
        for &value in &block[1..] {
            if value == 0 {
                run += 1;
                continue;
            }
            self.zeros(&mut run);
            let size = size_of(value.into());
            self.symbol(run << 4 | size);
            self.amplitude(value.into(), size);
            run = 0;
        }
        if run > 0 {
            self.symbol(0);
        }
    }

    /// Source: T.81, G.1.2.2 "Progressive encoding of AC coefficients with Huffman coding".
    fn ac_first(&mut self, part: &Part, block: &Block) {
        let mut run = 0;
        for &value in &block[usize::from(part.first)..=usize::from(part.last)] {
            let value = i32::from(value) / (1 << part.low);
            if value == 0 {
                run += 1;
                continue;
            }
            self.send_ends();
            self.zeros(&mut run);
            let size = size_of(value);
            self.symbol(run << 4 | size);
            self.amplitude(value, size);
            run = 0;
        }
        if run > 0 {
            self.end_block(&mut Vec::new());
        }
    }

    /// Source: T.81, G.1.2.3 "Coding model for subsequent scans of successive approximation".
    fn ac_refine(&mut self, part: &Part, block: &Block) {
        let band = &block[usize::from(part.first)..=usize::from(part.last)];
        let size = |value: i16| value.unsigned_abs() >> part.low;
        let last_new = band.iter().rposition(|&value| size(value) == 1);
        let (mut run, mut waiting) = (0, Vec::new());
        for (at, &value) in band.iter().enumerate() {
            if size(value) == 0 {
                run += 1;
                continue;
            }
            while run > 15 && last_new.is_some_and(|last| at <= last) {
                self.send_ends();
                self.symbol(0xf0);
                run -= 16;
                self.corrections(&mut waiting);
            }
            if size(value) > 1 {
                waiting.push(size(value) as u8 & 1);
                continue;
            }
            self.send_ends();
            self.symbol(run << 4 | 1);
            self.bits(u16::from(value > 0), 1);
            self.corrections(&mut waiting);
            run = 0;
        }
        if run > 0 || !waiting.is_empty() {
            self.end_block(&mut waiting);
        }
    }

    /// The rest of the band is zero; `waiting` corrects what was sent of it before.
    fn end_block(&mut self, waiting: &mut Vec<u8>) {
        self.ends += 1;
        self.end_bits.append(waiting);
        if self.ends == MOST_ENDS || self.end_bits.len() > MOST_END_BITS {
            self.send_ends();
        }
    }

    fn send_ends(&mut self) {
        if self.ends == 0 {
            return;
        }
        let size = self.ends.ilog2() as u8;
        self.symbol(size << 4);
        self.bits(self.ends & ((1 << size) - 1), size);
        self.ends = 0;
        let mut bits = std::mem::take(&mut self.end_bits);
        self.corrections(&mut bits);
    }

    /// Sends runs of 16 zeros until what is left fits a symbol.
    fn zeros(&mut self, run: &mut u8) {
        while *run > 15 {
            self.symbol(0xf0);
            *run -= 16;
        }
    }

    fn symbol(&mut self, symbol: u8) {
        self.out.push(Token::Symbol { table: 2 + self.table, symbol });
    }

    fn bits(&mut self, value: u16, count: u8) {
        if count > 0 {
            self.out.push(Token::Bits { value, count });
        }
    }

    fn corrections(&mut self, bits: &mut Vec<u8>) {
        for bit in bits.drain(..) {
            self.bits(bit.into(), 1);
        }
    }

    /// Source: T.81, table F.1 and F.1.2.1.1: negative values less one.
    fn amplitude(&mut self, value: i32, size: u8) {
        let value = if value < 0 { value - 1 } else { value };
        self.bits(value as u16, size);
    }
}

/// Bits of the magnitude. Source: T.81, table F.1.
fn size_of(value: i32) -> u8 {
    (32 - value.unsigned_abs().leading_zeros()) as u8
}
