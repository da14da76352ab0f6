//! Several maps of one device, and readers that report different sizes of it.

use afterimage_signatures::verdict::Span;

use super::map::{Block, BlockStatus, RescueMap, Standing};

impl RescueMap {
    /// The same map for a device of `len` bytes: cut, or extended by what nobody has tried.
    ///
    /// Card readers disagree about the size of a card by some sectors. A rescue that was done is not done any
    /// more when bytes are added, so it begins again with what is left.
    #[must_use]
    pub fn resized(&self, len: u64) -> Self {
        let mut resized = RescueMap::new(len);
        self.blocks().for_each(|block| resized.set(block.span, block.status));
        let is_longer = len > self.len();
        resized.standing = if is_longer { Standing::default() } else { self.standing };
        resized.standing.at = resized.standing.at.min(len);
        resized
    }

    /// Takes over what another map of the device knows better: what it has read, otherwise what it tried
    /// further. Bytes beyond the end of this map are left out.
    pub fn merge(&mut self, other: &RescueMap) {
        let better: Vec<Block> = self.known_better_by(other);
        better.into_iter().for_each(|block| self.set(block.span, block.status));
        self.standing = Standing::default();
    }

    /// Blocks that another map has tried further than this one.
    fn known_better_by(&self, other: &RescueMap) -> Vec<Block> {
        let mut better = Vec::new();
        for block in other.blocks().filter(|block| block.status > BlockStatus::NonTried) {
            let mut at = block.span.at;
            while let Some(own) = self.block_at(at).filter(|own| own.span.at < block.span.end()) {
                let end = own.span.end().min(block.span.end());
                if own.status < block.status {
                    better.push(Block { span: Span::between(at, end), status: block.status });
                }
                if end == block.span.end() {
                    break;
                }
                at = end;
            }
        }
        better
    }
}
