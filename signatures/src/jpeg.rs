//! jpeg.
