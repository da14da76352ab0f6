//! exif.
