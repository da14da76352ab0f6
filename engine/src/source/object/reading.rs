//! An object as a source.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::answer::{Failure, Fetched};
use super::client::{Client, Patience};
use super::pieces::{PIECE, pieces_of};
use super::place::Place;
use super::transfer::{Transfer, given_up};
use crate::control::backoff::Backoff;
use crate::control::progress::Stop;
use crate::source::definition::{SECTOR_SIZE, Source, SourceKind};
use crate::source::fault::{Fault, FaultCell, FaultKind};
use crate::source::unreadable::UnreadableRanges;

/// An image on a server.
pub(in crate::source) struct ObjectSource {
    path: PathBuf,
    transfer: Arc<Transfer>,
    unreadable: UnreadableRanges,
    stop: Stop,
}

/// Opens what is at an address.
///
/// # Errors
///
/// What keeps its server from delivering ranges of it.
pub(in crate::source) fn open(path: &Path) -> Result<ObjectSource, Fault> {
    let place = Place::of(path).map_err(|why| Fault::new(FaultKind::Failed, why))?;
    let patience = Patience::with(&place);
    open_at(path, Client::new(place, patience))
}

/// The same by that client.
fn open_at(path: &Path, mut client: Client) -> Result<ObjectSource, Fault> {
    let mut backoff = Backoff::new(client.patience.unit);
    let Fetched { version, bytes, .. } = loop {
        let (why, wait) = match client.fetch(Span { at: 0, len: PIECE }, None) {
            Ok(fetched) => break fetched,
            Err(Failure::Lasting(fault)) => return Err(fault),
            Err(Failure::Region(region)) => {
                let why = format!("it lies in the region {region}; name that in AWS_REGION");
                client = client.in_region(&region).ok_or(Fault::new(FaultKind::Failed, why))?;
                continue;
            }
            Err(Failure::Passing { why, wait }) => (why, wait),
        };
        match backoff.next(wait) {
            Some(wait) => thread::sleep(wait),
            None => return Err(given_up(&why)),
        }
    };
    Ok(ObjectSource {
        path: path.to_path_buf(),
        transfer: Arc::new(Transfer::new(client, version, bytes)),
        unreadable: UnreadableRanges::default(),
        stop: Stop::default(),
    })
}

impl ObjectSource {
    /// Holds why nothing of it is read any more, once that is so.
    pub(in crate::source) fn end(&self) -> FaultCell {
        Arc::clone(self.transfer.end())
    }
}

impl Bytes for ObjectSource {
    fn len(&self) -> u64 {
        self.transfer.version().len
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let inside = self.len().saturating_sub(at).min(out.len() as u64);
        let (mut rest, after) = out.split_at_mut(inside as usize);
        after.fill(0);
        if rest.is_empty() {
            return;
        }
        let mut here = at;
        let mut pieces = pieces_of(Span { at, len: inside });
        self.transfer.announce(pieces.clone());
        while !rest.is_empty() {
            let Some(bytes) = self.transfer.piece(&pieces, &self.stop) else {
                rest.fill(0);
                if self.is_gone() {
                    self.unreadable.add(Span { at: here, len: rest.len() as u64 });
                }
                return;
            };
            let bytes = bytes.get((here % PIECE) as usize..).unwrap_or_default();
            let (now, later) = rest.split_at_mut(bytes.len().min(rest.len()));
            now.copy_from_slice(&bytes[..now.len()]);
            here += now.len() as u64;
            rest = later;
            pieces.start += 1;
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.unreadable.first_in(span)
    }
}

impl Source for ObjectSource {
    fn path(&self) -> &Path {
        &self.path
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Image
    }

    fn sector_size(&self) -> u32 {
        SECTOR_SIZE
    }

    fn unreadable(&self) -> Vec<Span> {
        self.unreadable.list()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        (at < self.len()).then(|| Span::between(at, self.len()))
    }

    fn bytes_read(&self) -> u64 {
        self.transfer.delivered()
    }

    fn is_gone(&self) -> bool {
        self.transfer.end().get().is_some()
    }

    fn fault(&self) -> Option<Fault> {
        self.transfer.end().get().cloned()
    }

    fn version(&self) -> Option<String> {
        self.transfer.version().told()
    }

    fn heed(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }
}

impl Drop for ObjectSource {
    fn drop(&mut self) {
        self.transfer.close();
    }
}
