//! Free clusters of a volume, as spans of its source.

use afterimage_signatures::verdict::Span;

/// Whether one of these spans, which are in order and apart, holds the byte at `at`; all bytes are
/// free where nothing is known.
pub fn is_free(free: Option<&[Span]>, at: u64) -> bool {
    free.is_none_or(|free| {
        let next = free.partition_point(|span| span.at <= at);
        next.checked_sub(1).is_some_and(|index| at < free[index].end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_free_where_a_span_holds_it() {
        let free = [Span { at: 1000, len: 512 }, Span { at: 2024, len: 876 }];
        let holds = [999, 1000, 1511, 1512, 2024].map(|at| is_free(Some(&free), at));
        assert_eq!(holds, [false, true, true, false, true]);
        assert!(is_free(None, 999));
    }
}
