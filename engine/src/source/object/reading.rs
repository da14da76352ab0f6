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
    let (mut backoff, mut has_moved) = (Backoff::new(client.patience.unit), false);
    let Fetched { version, bytes, .. } = loop {
        let (why, wait) = match client.fetch(Span { at: 0, len: PIECE }, None) {
            Ok(fetched) => break fetched,
            Err(Failure::Lasting(fault)) => return Err(fault),
            Err(Failure::Region(region)) => {
                let why = format!("it lies in the region {region}; name that in AWS_REGION");
                let there = client.in_region(&region).filter(|_| !has_moved);
                client = there.ok_or(Fault::new(FaultKind::Failed, why))?;
                has_moved = true;
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use afterimage_testdata::server::{Misbehaviour, Server};

    use super::*;

    /// A source whose server is not waited for.
    fn impatient(address: &str) -> Result<ObjectSource, Fault> {
        let place = Place::of(Path::new(address)).map_err(|why| Fault::new(FaultKind::Failed, why));
        let patience = Patience {
            connect: Duration::from_secs(2),
            answer: Duration::from_millis(300),
            whole: Duration::from_secs(2),
            unit: Duration::from_millis(1),
        };
        open_at(Path::new(address), Client::new(place?, patience))
    }

    #[test]
    fn a_server_that_falls_silent_is_asked_again_and_given_up() {
        let (server, bytes) = (Server::start(), vec![9; 3_000_000]);
        let address = server.put("/card.img", &bytes);
        let silent = || Misbehaviour::Silent(Duration::from_secs(3));
        server.misbehave("/card", 1, 2, silent());
        let source = impatient(&address).unwrap();
        let mut out = vec![0; bytes.len()];
        source.read_at(0, &mut out);
        assert!(out == bytes && source.fault().is_none());
        server.misbehave("/card", 0, usize::MAX, silent());
        let why = impatient(&address).err().unwrap().why;
        assert!(why.contains("takes too long to answer, 7 times"), "{why}");
    }

    #[test]
    fn what_nobody_reads_any_more_is_let_go() {
        let (server, bytes) = (Server::start(), vec![9; 3_000_000]);
        let source = impatient(&server.put("/card.img", &bytes)).unwrap();
        source.read_at(0, &mut vec![0; bytes.len()]);
        let asked = server.asked();
        source.read_at(0, &mut [0; 1000]);
        assert_eq!(server.asked(), asked, "it is still there");
        std::thread::sleep(Duration::from_secs(5));
        source.read_at(0, &mut [0; 1000]);
        assert_eq!(server.asked(), asked + 1);
    }

    #[test]
    fn a_stop_ends_a_read_soon() {
        let (server, bytes) = (Server::start(), vec![9; 3_000_000]);
        let mut source = impatient(&server.put("/card.img", &bytes)).unwrap();
        let progress = crate::control::progress::Progress::default();
        source.heed(progress.wish());
        server.misbehave("/card", 0, 1, Misbehaviour::Slow(Duration::from_secs(20)));
        server.misbehave(
            "/card",
            0,
            usize::MAX,
            Misbehaviour::Status(503, vec![("Retry-After", "60")]),
        );
        let began = std::time::Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(100));
                progress.stop();
            });
            source.read_at(1_000_000, &mut [0; 1000]);
        });
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(source.unreadable().is_empty() && !source.is_gone(), "nobody waited for it");
    }
}
