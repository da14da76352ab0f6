//! A look at what runs.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use afterimage_engine::progress::Progress;
use afterimage_engine::run::batch::{BatchProgress, BatchSight};

/// What is looked at.
pub enum Seen {
    /// One scan.
    Scan(Arc<Progress>),
    /// Many images.
    Batch(Arc<BatchProgress>),
}

/// How far it has come.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Bytes to scan, over all sources.
    pub total: u64,
    /// Bytes scanned.
    pub scanned: u64,
    /// Photos found so far by name of the format, copies included.
    pub counts: Vec<(&'static str, u64)>,
    /// Whether names, copies and the report are being settled.
    pub is_finishing: bool,
    /// Whether it is to end.
    pub is_stopped: bool,
    /// Of a batch, its images.
    pub batch: Option<BatchSight>,
}

impl Seen {
    /// How far it has come now.
    pub fn look(&self) -> Look {
        match self {
            Seen::Scan(progress) => Look {
                total: progress.total.load(Relaxed),
                scanned: progress.scanned.load(Relaxed),
                counts: progress.counts(),
                is_finishing: progress.finishing.load(Relaxed),
                is_stopped: progress.stopped(),
                batch: None,
            },
            Seen::Batch(progress) => {
                let sight = progress.look();
                Look {
                    total: sight.total.max(sight.scanned),
                    scanned: sight.scanned,
                    counts: sight.counts.iter().map(|(name, count)| (*name, *count)).collect(),
                    is_finishing: sight.images > 0 && sight.ended == sight.images,
                    is_stopped: sight.is_stopped,
                    batch: Some(sight),
                }
            }
        }
    }
}
