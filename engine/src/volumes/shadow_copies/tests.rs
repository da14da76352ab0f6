use std::sync::Arc;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use afterimage_testdata::places::shadow_copies::{ShadowVolume, volume};

use super::{ShadowCopy, shadow_copies};
use crate::source::{MemorySource, Source};

/// The shadow copies of a volume that begins a little into its image.
fn read(image: &[u8]) -> Vec<ShadowCopy> {
    const BEFORE: usize = 1024;
    let bytes = [&vec![0xee; BEFORE], image, &[0xdd; 512]].concat();
    let source: Arc<dyn Source> = Arc::new(MemorySource::new("disk", bytes));
    shadow_copies(&source, Span { at: BEFORE as u64, len: image.len() as u64 })
}

fn content(copy: &ShadowCopy, at: u64, len: usize) -> Vec<u8> {
    let mut out = vec![0x55; len];
    copy.read_at(at, &mut out);
    out
}

#[test]
fn each_shadow_copy_is_the_volume_as_it_was() {
    let ShadowVolume { image, states, ours } = volume();
    let copies = read(&image);
    let made: Vec<String> = copies.iter().map(|copy| copy.made().unwrap().to_string()).collect();
    assert_eq!(made, ["2023-11-14T22:13:20Z", "2023-11-15T22:13:20Z", "2023-11-16T22:13:20Z"]);
    for (copy, state) in copies.iter().zip(&states) {
        assert_eq!(copy.len(), image.len() as u64);
        let whole = content(copy, 0, ours);
        // The header in the boot region is of the volume today.
        assert!(whole[..0x1e00] == state[..0x1e00] && whole[0x2000..] == state[0x2000..ours]);
        for (at, len) in [(0x4000 - 3, 7), (0x8001, 0x9000), (0x2_0000 + 511, 2)] {
            assert_eq!(content(copy, at as u64, len), state[at..at + len]);
            let lent = copy.mapped(at as u64, len);
            assert!(lent.is_none_or(|lent| *lent == state[at..at + len]));
        }
    }
}

#[test]
fn only_what_differs_is_scanned() {
    let ShadowVolume { image, states, ours } = volume();
    for (copy, state) in read(&image).iter().zip(&states) {
        let mut at = 0;
        let mut differing = Vec::new();
        while let Some(span) = copy.data_after(at) {
            differing.push(span);
            at = span.end();
        }
        assert_eq!(differing, copy.differing().as_slice());
        let is_told = |at: u64| copy.differing().contains(at);
        for at in (0x2000..ours).step_by(512) {
            let (then, today) = (&state[at..at + 512], &image[at..at + 512]);
            // What was not in use is known neither then nor today.
            let is_blank = then.iter().all(|byte| *byte == 0);
            assert!(then == today || is_told(at as u64) || is_blank, "{at:#x}");
        }
        assert!(copy.differing().total() < ours as u64 / 2);
    }
}

#[test]
fn a_volume_without_shadow_copies_has_none() {
    assert!(read(&vec![0; 1 << 20]).is_empty());
    let mut image = volume().image;
    image[0x1e00] ^= 1;
    assert!(read(&image).is_empty());
}

#[test]
fn damage_ends_in_time_and_stays_inside() {
    let ShadowVolume { image, ours, .. } = volume();
    bolero::check!().with_type::<Vec<(u32, u8)>>().for_each(|changes| {
        let mut image = image.clone();
        for (at, value) in changes {
            // In the records, which lie after what is the user's.
            let at = ours + *at as usize % (image.len() - ours);
            image[at] = *value;
        }
        for copy in read(&image) {
            assert_eq!(content(&copy, 0, 0x3_0000).len(), 0x3_0000);
            let _any = copy.unreadable_in(Span { at: 0, len: copy.len() });
            assert!(copy.differing().iter().all(|span| span.end() <= copy.len()));
        }
    });
}
