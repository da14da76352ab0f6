use super::*;
use afterimage_testdata::card;

#[test]
fn what_matters_most_comes_first_and_nothing_is_left_out() {
    let image = card::demo().image;
    let priorities = Priorities::of(&image.as_slice(), &Registry::default());
    assert_eq!(priorities.volumes(), 1);
    let order = priorities.photos_first(512);
    let all: SpanSet = order.iter().flat_map(SpanSet::iter).collect();
    assert_eq!(all, vec![Span { at: 0, len: image.len() as u64 }].into());
    assert_eq!(order.iter().map(SpanSet::total).sum::<u64>(), image.len() as u64, "each once");
    // The boot sector and the root directory are among what is read first, and that is little.
    assert!(order[0].contains(0) && order[0].total() < image.len() as u64 / 4);
    assert!(order.len() == 5 && order.iter().all(|set| set.iter().all(|span| span.at % 512 == 0)));
}

#[test]
fn free_and_used_are_all_and_photos_hold_what_was_deleted() {
    let image = card::demo().image;
    let priorities = Priorities::of(&image.as_slice(), &Registry::default());
    let part = |content| priorities.of_content(content, 512);
    let (used, free) = (part(Content::Used), part(Content::Free));
    assert_eq!(used.total() + free.total(), image.len() as u64);
    assert!(!free.is_empty() && used.contains(0) && !used.iter().any(|span| free.meets(span)));
    let photos = part(Content::Photos);
    let headers = memchr::memmem::find_iter(&image, b"\xff\xd8\xff\xe1");
    let deleted = headers.map(|at| at as u64).filter(|at| free.contains(*at));
    assert!(deleted.filter(|at| photos.contains(*at)).count() > 3);
}

#[test]
fn without_a_file_system_nothing_is_known() {
    let priorities = Priorities::of(&[7u8; 100_000].as_slice(), &Registry::default());
    assert_eq!(priorities.volumes(), 0);
    assert!(priorities.of_content(Content::Free, 512).is_empty());
    assert_eq!(priorities.photos_first(512).iter().map(SpanSet::total).sum::<u64>(), 100_000);
}
