//! The later phases: one sector at a time.

use afterimage_signatures::verdict::Span;

use super::{Next, Request, Step, Strategy};
use crate::source::rescue_map::{BlockStatus, Phase, Standing};

impl Strategy {
    /// Reads a block of failed pieces from one edge until a sector fails, then from the other.
    pub(super) fn trim(&mut self) -> Step {
        if !self.in_flight.is_empty() {
            return Step::Next(Next::Wait);
        }
        while let Some(block) = self.ahead(BlockStatus::NonTrimmed) {
            self.cursor = if self.goes_backward() { block.end() } else { block.at };
            // An edge beside a bad sector is trimmed.
            if !self.is_bad(block.at.checked_sub(1)) {
                return self.sector(first(block, self.sector));
            }
            if !self.is_bad(Some(block.end())) {
                return self.sector(last(block, self.sector));
            }
            self.map.set(block, BlockStatus::NonScraped);
        }
        Step::PassIsOver
    }

    /// Reads what lies between trimmed edges.
    pub(super) fn scrape(&mut self) -> Step {
        self.each(BlockStatus::NonScraped)
    }

    /// Reads bad sectors once more.
    pub(super) fn retry(&mut self) -> Step {
        self.each(BlockStatus::BadSector)
    }

    /// Goes on with the retries that were interrupted, in their direction.
    pub(super) fn first_retry(&mut self, standing: Standing) {
        let is_left = |status| {
            self.domains.iter().any(|domain| {
                let left = self.map.with(status);
                domain.iter().any(|span| left.meets(span))
            })
        };
        let earlier = [BlockStatus::NonTried, BlockStatus::NonTrimmed, BlockStatus::NonScraped];
        if earlier.into_iter().any(is_left) || self.retries < standing.pass {
            return;
        }
        (self.phase, self.pass) = (Phase::Retrying, standing.pass);
        self.begin_pass();
        if self.domains.len() == 1 {
            self.cursor = standing.at;
        }
    }

    fn each(&mut self, status: BlockStatus) -> Step {
        if !self.in_flight.is_empty() {
            return Step::Next(Next::Wait);
        }
        let Some(block) = self.ahead(status) else { return Step::PassIsOver };
        let span = if self.goes_backward() {
            let span = last(block, self.sector);
            self.cursor = span.at;
            span
        } else {
            let span = first(block, self.sector);
            self.cursor = span.end();
            span
        };
        self.sector(span)
    }

    fn sector(&self, span: Span) -> Step {
        Step::Next(Next::Read(Request { span, is_sector: true, is_probe: false }))
    }

    fn is_bad(&self, at: Option<u64>) -> bool {
        let block = at.and_then(|at| self.map.block_at(at));
        block.is_some_and(|block| block.status == BlockStatus::BadSector)
    }
}

/// The first sector of a block, or what of it lies in the block.
fn first(block: Span, sector: u64) -> Span {
    let end = (block.at / sector + 1).saturating_mul(sector);
    Span::between(block.at, end.min(block.end()))
}

/// The last one.
fn last(block: Span, sector: u64) -> Span {
    let at = (block.end() - 1) / sector * sector;
    Span::between(at.max(block.at), block.end())
}
