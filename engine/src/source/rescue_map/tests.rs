use proptest::prelude::*;

use super::*;
use afterimage_signatures::verdict::Span;

/// The example of the manual.
const EXAMPLE: &str = "\
# Mapfile. Created by GNU ddrescue version 1.27
# Command line: ddrescue -d -c18 /dev/fd0 fdimage mapfile
# Copying non-tried blocks... Pass 1 (forwards)
# current_pos  current_status  current_pass
0x00120000     ?               1
#      pos        size  status
0x00000000  0x00117000  +
0x00117000  0x00000200  -
0x00117200  0x00001000  /
0x00118200  0x00007E00  *
0x00120000  0x00048000  ?
";

fn blocks(map: &RescueMap) -> String {
    let said =
        |block: Block| format!("{}-{}{}", block.span.at, block.span.end(), block.status.symbol());
    map.blocks().map(said).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let said = RescueMap::parse(text.as_bytes());
    assert_eq!(said.map(|map| blocks(&map)).unwrap(), expected, "{text}");
}

#[track_caller]
fn check_fault(text: &[u8], line: usize, why: &str) {
    let fault = RescueMap::parse(text).unwrap_err();
    assert_eq!((fault.line, fault.why), (line, why));
}

#[test]
fn the_example_of_the_manual_is_printed_as_it_was_read() {
    let map = RescueMap::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(map.len(), 0x168000);
    assert_eq!(map.standing, Standing { at: 0x120000, phase: Phase::Copying, pass: 1 });
    assert_eq!(map.totals(), [0x48000, 0x7e00, 0x1000, 0x200, 0x117000]);
    let comments: Vec<String> = EXAMPLE.lines().take(3).map(|line| line[2..].to_owned()).collect();
    assert_eq!(map.text(&comments), EXAMPLE);
}

#[test]
fn numbers_are_those_of_c() {
    check("0 +\n0 512 +\n0x200 01000 -\n", "0-512+ 512-1024-");
    check_fault(b"0 +\n0 08 +\n", 2, "the size is no number");
    check_fault(b"0 +\n0 -8 +\n", 2, "the size is no number");
    check_fault(b"0 +\n+0 8 +\n", 2, "the position is no number");
    check_fault(b"0 +\n0x 8 +\n", 2, "the position is no number");
}

#[test]
fn old_and_edited_maps_are_read() {
    check("# Rescue Logfile\n0x200     -\n0 512 +\n512 512 -\n", "0-512+ 512-1024-");
    check("0 F 1\n0 512 + # mine\n# mine\n\n  512  512  -\r\n", "0-512+ 512-1024-");
    check("0 512 +\n512 512 -\n", "0-512+ 512-1024-");
    check("0 G\n0 512 +\n512 512 +\n", "0-1024+");
    check("0 + 1\n", "");
}

#[test]
fn gaps_are_untried_and_of_two_that_overlap_the_less_tried_counts() {
    check("0 +\n512 512 +\n2048 512 -\n", "0-512? 512-1024+ 1024-2048? 2048-2560-");
    check("0 +\n2048 512 -\n0 1024 +\n", "0-1024+ 1024-2048? 2048-2560-");
    check("0 +\n0 1024 -\n512 1024 +\n", "0-1024- 1024-1536+");
    check("0 +\n0 4096 +\n1024 512 *\n2048 0 ?\n", "0-1024+ 1024-1536* 1536-4096+");
}

#[test]
fn a_last_line_that_was_cut_off_is_left_out() {
    for end in EXAMPLE.find("0x00118200").unwrap()..EXAMPLE.len() {
        let map = RescueMap::parse(&EXAMPLE.as_bytes()[..end]).unwrap();
        assert!(map.len() >= 0x118200, "{end}");
        assert_eq!(map.totals()[4], 0x117000);
    }
    check_fault(b"0 +\n0 512\n512 512 +\n", 2, "the status is missing");
}

#[test]
fn what_is_no_map_is_told_with_its_line() {
    check_fault(b"", 0, "there is no block in it");
    check_fault(b"# nothing\n", 0, "there is no block in it");
    check_fault(b"photos\n", 1, "it ends early");
    check_fault(b"0 +\n0 512 x\n\n", 2, "the status is none of ?*/-+");
    check_fault(b"0 + 0\n0 512 +\n", 1, "the pass is no number from 1");
    check_fault(b"0 +\n0 512 + 7\n\n", 2, "it has more than three fields");
    check_fault(b"0 +\n1 0x7fffffffffffffff +\n", 2, "the block ends beyond all devices");
    check_fault(b"0 +\n0 0xffffffffffffffffff +\n", 2, "the size is no number");
    check_fault(b"0 +\n\xff\xfe 1 +\n", 2, "it is not text");
    check_fault(&[b'0'; 8192], 1, "it is too long for a line of a map");
}

#[test]
fn ranges_are_found_in_both_directions() {
    let map = RescueMap::parse(b"0 +\n0 10 +\n10 10 ?\n20 5 -\n25 5 ?\n30 10 +\n").unwrap();
    let (next, last) = (BlockStatus::NonTried, BlockStatus::NonTried);
    let span = |span: Option<Span>| span.map(|span| (span.at, span.end()));
    assert_eq!(span(map.next(next, 0)), Some((10, 20)));
    assert_eq!(span(map.next(next, 13)), Some((13, 20)));
    assert_eq!(span(map.next(next, 20)), Some((25, 30)));
    assert_eq!(span(map.next(next, 30)), None);
    assert_eq!(span(map.last_before(last, 40)), Some((25, 30)));
    assert_eq!(span(map.last_before(last, 27)), Some((25, 27)));
    assert_eq!(span(map.last_before(last, 25)), Some((10, 20)));
    assert_eq!(span(map.last_before(last, 10)), None);
    assert_eq!(span(map.last_before(last, u64::MAX)), Some((25, 30)));
    assert_eq!(map.unfinished().total(), 20);
}

#[test]
fn another_size_cuts_a_map_or_extends_it() {
    let map = RescueMap::parse(b"900 + 1\n0 512 -\n512 512 +\n").unwrap();
    assert_eq!(blocks(&map.resized(600)), "0-512- 512-600+");
    assert_eq!(map.resized(600).standing, Standing { at: 600, phase: Phase::Finished, pass: 1 });
    assert_eq!(blocks(&map.resized(2048)), "0-512- 512-1024+ 1024-2048?");
    assert_eq!(map.resized(2048).standing, Standing::default());
    assert_eq!(blocks(&map.resized(0)), "");
}

#[test]
fn of_several_maps_what_was_read_counts_then_what_was_tried_furthest() {
    let mut map = RescueMap::parse(b"0 +\n0 10 +\n10 10 ?\n20 10 -\n30 10 *\n").unwrap();
    let other = RescueMap::parse(b"0 +\n0 15 -\n15 10 +\n25 100 /\n").unwrap();
    map.merge(&other);
    assert_eq!(blocks(&map), "0-10+ 10-15- 15-25+ 25-30- 30-40/");
}

fn status() -> impl Strategy<Value = BlockStatus> {
    (0usize..5).prop_map(|at| BlockStatus::ALL[at])
}

proptest! {
    /// A map is an array of statuses, whatever order they are set in; and what is printed is read back.
    #[test]
    fn a_map_holds_what_was_set(
        len in 0u64..80,
        set in prop::collection::vec((0u64..90, 0u64..40, status()), 0..24),
        other in prop::collection::vec((0u64..90, 0u64..40, status()), 0..8),
    ) {
        let apply = |set: &[(u64, u64, BlockStatus)]| {
            let mut plain = vec![BlockStatus::NonTried; len as usize];
            let mut map = RescueMap::new(len);
            for &(at, count, status) in set {
                map.set(Span { at, len: count }, status);
                (at..(at + count).min(len)).for_each(|at| plain[at as usize] = status);
            }
            (map, plain)
        };
        let spread = |map: &RescueMap| -> Vec<BlockStatus> {
            map.blocks().flat_map(|block| vec![block.status; block.span.len as usize]).collect()
        };
        let ((mut map, plain), (second, other)) = (apply(&set), apply(&other));
        prop_assert_eq!(spread(&map), &plain[..]);
        let list: Vec<Block> = map.blocks().collect();
        prop_assert!(list.windows(2).all(|pair| pair[0].status != pair[1].status));
        if len > 0 {
            prop_assert_eq!(&RescueMap::parse(map.text(&[]).as_bytes()).unwrap(), &map);
        }
        for at in 0..len {
            prop_assert_eq!(map.block_at(at).unwrap().status, plain[at as usize]);
        }
        map.merge(&second);
        let merged: Vec<_> = plain.iter().zip(&other).map(|(one, other)| *one.max(other)).collect();
        prop_assert_eq!(spread(&map), merged);
    }
}
