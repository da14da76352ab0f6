//! The first phase: large reads of what nobody has tried, round failures and slow areas.

use std::time::Duration;

use afterimage_signatures::verdict::Span;

use super::passes::SWEEP;
use super::{CLEAN_SHARE, CLUSTER, LARGEST, Next, Request, Step, Strategy};
use crate::source::rescue_map::BlockStatus;

impl Strategy {
    pub(super) fn copy(&mut self) -> Step {
        let Some(block) = self.ahead(BlockStatus::NonTried) else { return Step::PassIsOver };
        let len = self.read_len().min(block.len);
        let span = if self.goes_backward() {
            let at = (block.end() - len).next_multiple_of(self.sector).max(block.at);
            let at = if at < block.end() { at } else { block.at };
            self.cursor = at;
            Span::between(at, block.end())
        } else {
            let end = (block.at + len) / self.sector * self.sector;
            let end = if end > block.at && block.len > len { end } else { block.at + len };
            self.cursor = end;
            Span::between(block.at, end)
        };
        Step::Next(Next::Read(Request { span, is_sector: false, is_probe: false }))
    }

    /// Bytes to read at once.
    fn read_len(&self) -> u64 {
        let earned = self.clean / CLEAN_SHARE / CLUSTER * CLUSTER;
        earned.clamp(CLUSTER, LARGEST).max(self.sector)
    }

    pub(super) fn copied(&mut self, span: Span, failed: Span, took: Duration) {
        self.map.set(failed, BlockStatus::NonTrimmed);
        if failed.len > 0 {
            match self.pass {
                1 => self.jump(span),
                2..SWEEP => self.leave_block(span),
                _ => {}
            }
            return;
        }
        self.clean = self.clean.saturating_add(span.len);
        if self.pass <= 2 && self.pace.is_slow(span.len, took) {
            self.has_slow = true;
            self.clean = 0;
            self.jump(span);
        } else {
            self.skip.reset();
        }
    }

    /// Goes on so far after `span`.
    fn jump(&mut self, span: Span) {
        let jump = self.skip.jump();
        self.cursor = if self.goes_backward() {
            self.cursor.min(span.at.saturating_sub(jump))
        } else {
            self.cursor.max(span.end().saturating_add(jump))
        };
    }

    /// Goes on after the untried block that follows `span`.
    fn leave_block(&mut self, span: Span) {
        let beside = if self.goes_backward() { span.at.checked_sub(1) } else { Some(span.end()) };
        let block = beside.and_then(|at| self.map.block_at(at));
        let Some(block) = block.filter(|block| block.status == BlockStatus::NonTried) else {
            return;
        };
        self.cursor = if self.goes_backward() {
            self.cursor.min(block.span.at)
        } else {
            self.cursor.max(block.span.end())
        };
    }
}
