//! Options that leave out what is too small to be of use.

use crate::sizes;

/// How small files and pictures may be.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Least {
    /// Leave out files smaller than this: bytes, or with K, M, G such as 20K.
    #[arg(long, value_name = "SIZE", default_value = "0", value_parser = sizes::bytes,
        hide_default_value = true, allow_negative_numbers = true)]
    pub min_size: u64,

    /// Leave out pictures with fewer pixels than this, such as 300000 or 1MP. Pictures whose
    /// dimensions are not known are kept.
    #[arg(long, value_name = "N", default_value = "0", value_parser = sizes::pixels,
        hide_default_value = true, allow_negative_numbers = true)]
    pub min_pixels: u64,
}
