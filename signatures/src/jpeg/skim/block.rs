//! The blocks of a unit, and the codes that they are read with.

use std::sync::Arc;

use super::code::Code;
use crate::jpeg::tables::Huffman;

/// Where AC coefficients find their code.
#[derive(Debug)]
pub struct Ac {
    /// The code.
    pub code: Code,
    /// The most bits of a coefficient.
    pub most_size: u8,
}

impl Ac {
    /// A table whose coefficients have at most so many bits.
    pub fn new(table: &Huffman, most_size: u8) -> Arc<Self> {
        Arc::new(Ac { code: Code::new(table), most_size })
    }
}

/// One block of a unit, or one sample of a lossless one.
#[derive(Clone, Debug)]
pub struct Block {
    /// Index of its component in the frame.
    pub component: usize,
    /// The code of DC differences, where the scan has any.
    pub dc: Option<Arc<Code>>,
    /// The code of AC coefficients, where the scan has any.
    pub ac: Option<Arc<Ac>>,
    /// The most that DC can be, either way, before quantisation is undone.
    pub most_dc: i32,
}

impl Block {
    /// Whether another block has the same codes.
    pub fn has_codes_of(&self, other: &Block) -> bool {
        let codes = |block: &Block| {
            (block.dc.as_ref().map(Arc::as_ptr), block.ac.as_ref().map(Arc::as_ptr))
        };
        codes(self) == codes(other)
    }
}
