//! JPEG 2000: the codestream, and the boxes of JP2 around it.
//!
//! Source: ITU-T T.800 (2019) | ISO/IEC 15444-1, annexes A "Codestream syntax" and I "JP2 file
//! format".

pub mod boxes;
pub mod codestream;
pub mod data;
pub mod header;
