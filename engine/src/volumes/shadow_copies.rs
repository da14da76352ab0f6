//! Volume shadow copies of Windows: former states of an NTFS volume, kept in blocks on the volume itself.
//!
//! A [`ShadowCopy`] is a source as the volume was then. Most of its bytes are those of the volume today; what may
//! differ is what a scan looks at.

mod blocks;
mod catalog;
mod record;
mod shadow_copy;
mod store;

use std::sync::Arc;

use afterimage_signatures::verdict::Span;

use crate::source::Source;
use record::VolumeBytes;
pub use shadow_copy::ShadowCopy;
use store::Store;

/// The shadow copies of the volume in `span` of a source, the oldest first; none where the volume has none, or what
/// tells of them is damaged.
///
/// Source: J. Metz, "Volume Shadow Snapshot (VSS) format", documentation of libvshadow. Only volumes made from that
/// documentation were read, none that Windows wrote.
pub fn shadow_copies(source: &Arc<dyn Source>, span: Span) -> Vec<ShadowCopy> {
    let volume = VolumeBytes::new(source.as_ref(), span);
    let mut left = store::MOST_BLOCKS;
    let listed = catalog::read(&volume);
    let stores: Vec<Store> =
        listed.into_iter().map(|entry| Store::read(&volume, entry, &mut left)).collect();
    let stores: Arc<[Store]> = stores.into();
    (0..stores.len()).map(|nth| ShadowCopy::new(source, span, &stores, nth)).collect()
}

#[cfg(test)]
mod tests;
