//! What a worker does with archives in a chunk: unpacks their members, and keeps the photos among them.

use afterimage_signatures::{Buffer, Bytes};

use super::worker::{Worker, is_settled};
use crate::carve::{UnpackLimit, Unpacked};
use crate::control::error::Error;
use crate::control::metrics::Stage;
use crate::ledger::Batch;
use crate::scan::PackedHead;

impl Worker<'_> {
    /// Looks into the deflated members that are announced in one region of a chunk that begins at `start`; tells how many
    /// were left out.
    pub(super) fn unpack(
        &self,
        start: u64,
        heads: &[PackedHead],
        batch: &mut Batch,
    ) -> Result<u64, Error> {
        let (mut limit, mut buffer, mut left_out) = (UnpackLimit::default(), Buffer::default(), 0);
        for &PackedHead { at, packing } in heads {
            if self.scan.progress.stopped() {
                break;
            }
            if !limit.may_ask() {
                left_out += 1;
                continue;
            }
            let head = (start + at as u64, packing);
            let unpacked = self.scan.metrics.measure(Stage::Measure, || {
                let source = (self.index, self.window as &dyn Bytes);
                let unpacked = self.scan.carver.unpack(source, head, &mut limit, &mut buffer);
                let read = unpacked.as_ref().map_or(0, |unpacked| unpacked.span().len);
                (unpacked, read)
            });
            let Some(mut unpacked) = unpacked else { continue };
            left_out += unpacked.left_out;
            for nth in 0..unpacked.len() {
                let outcome = self.keep_unpacked(&mut unpacked, nth);
                // What was read after the stop, or of a device that is gone, may be zeros.
                if self.scan.progress.is_over() || self.source.is_gone() {
                    return outcome.map(|()| left_out);
                }
                self.add(&unpacked.place(nth), batch);
                outcome?;
            }
        }
        Ok(left_out)
    }

    /// The digests of a file that came out of a member, and of the pictures inside it; stores it where it is sound. All
    /// of it is in memory.
    fn keep_unpacked(&self, unpacked: &mut Unpacked, nth: usize) -> Result<(), Error> {
        let (at, keeper) = (unpacked.span().at, &self.scan.keeper);
        let is_live = self.scan.live.is_some_and(|live| live.holds(at));
        let may_keep = !is_live && !self.recent.hold(at);
        let (bytes, found) = unpacked.family(nth);
        let Some((file, inside)) = found.split_first_mut() else { return Ok(()) };
        if !self.is_wanted(&file.record) {
            return Ok(());
        }
        let outcome = if may_keep && is_settled(&file.record) {
            keeper.keep(&bytes, &mut file.record)
        } else {
            keeper.digest(&bytes, &mut file.record);
            Ok(())
        };
        inside.iter_mut().for_each(|file| keeper.digest(&bytes, &mut file.record));
        outcome
    }
}
