//! Why headers could not be read.

/// Why headers could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// There are not enough bytes.
    Short,
    /// They cannot be.
    Wrong(&'static str),
}

impl From<jxl_bitstream::Error> for Failure {
    fn from(error: jxl_bitstream::Error) -> Self {
        if error.unexpected_eof() { Failure::Short } else { Failure::Wrong("header") }
    }
}

impl From<jxl_coding::Error> for Failure {
    fn from(error: jxl_coding::Error) -> Self {
        if error.unexpected_eof() { Failure::Short } else { Failure::Wrong("entropy code") }
    }
}

impl From<jxl_frame::Error> for Failure {
    fn from(error: jxl_frame::Error) -> Self {
        if error.unexpected_eof() { Failure::Short } else { Failure::Wrong("frame") }
    }
}
