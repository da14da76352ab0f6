//! exif (stub)
use crate::verdict::{ExifBlock, Issue};
use crate::view::View;
/// Exif.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "stub")]
pub struct Exif {
    pub make: Option<String>,
    pub model: Option<String>,
    pub taken: Option<String>,
    pub utc_offset: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub orientation: Option<u16>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}
/// read
pub fn read(
    _: &mut View<'_>,
    _: &[ExifBlock],
    _: Option<(u32, u32)>,
) -> (Option<Exif>, Vec<Issue>) {
    (None, Vec::new())
}
