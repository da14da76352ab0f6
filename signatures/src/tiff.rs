//! tiff.
