use proptest::prelude::*;

use super::{
    BlockStatus, Duration, LARGEST, Next, Phase, Request, RescueMap, Span, SpanSet, Standing,
    Wanted,
};

const SECTOR: u64 = 512;

/// A device in memory: what each sector is like, and how often it was asked for.
struct Fake {
    sectors: Vec<Sector>,
    attempts: Vec<u32>,
    /// Delivered, by sector.
    delivered: Vec<u32>,
    len: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sector {
    Good,
    Bad,
    Slow,
    Heals(u32),
}

impl Fake {
    fn new(sectors: Vec<Sector>, tail: u64) -> Self {
        let count = sectors.len();
        let len = (count as u64 * SECTOR).saturating_sub(tail);
        Fake { sectors, attempts: vec![0; count], delivered: vec![0; count], len }
    }

    /// Bytes read from the start of `span`, and the time it took.
    fn read(&mut self, span: Span) -> (u64, Duration) {
        let (first, end) = (span.at / SECTOR, span.end().div_ceil(SECTOR));
        let (mut good, mut took, mut has_failed) =
            (span.len, Duration::from_micros(span.len / 100), false);
        for number in first as usize..end as usize {
            self.attempts[number] += 1;
            let fails = match self.sectors[number] {
                Sector::Bad => true,
                Sector::Heals(after) => self.attempts[number] <= after,
                Sector::Good => false,
                Sector::Slow => {
                    took += Duration::from_millis(20);
                    false
                }
            };
            has_failed |= fails;
        }
        if has_failed {
            good = 0;
        }
        for number in first as usize..end as usize {
            self.delivered[number] += u32::from(!has_failed);
        }
        (good, took)
    }
}

fn wanted(len: u64, retries: u32, is_reverse: bool) -> Wanted {
    let domains = vec![SpanSet::from(vec![Span { at: 0, len }])];
    Wanted { domains, retries, is_reverse, sector: SECTOR }
}

/// Runs until all is done or `events` answers came; answers come in the order that `order` says.
fn run(
    strategy: &mut super::Strategy,
    fake: &mut Fake,
    events: usize,
    order: &mut impl FnMut(usize) -> usize,
) -> bool {
    let mut asked: Vec<Request> = Vec::new();
    for _ in 0..events {
        let next = loop {
            match strategy.advance() {
                Next::Read(request) => asked.push(request),
                next => break next,
            }
        };
        if next == Next::Done {
            assert!(asked.is_empty());
            return true;
        }
        let request = asked.remove(order(asked.len()) % asked.len());
        let (good, took) = fake.read(request.span);
        strategy.done(request, good, took);
    }
    false
}

fn statuses(map: &RescueMap) -> Vec<(u64, u64, BlockStatus)> {
    map.blocks().map(|block| (block.span.at, block.span.len, block.status)).collect()
}

#[track_caller]
fn check_result(map: &RescueMap, fake: &Fake, probes: u32) {
    for (number, sector) in fake.sectors.iter().enumerate() {
        let expected = match sector {
            Sector::Bad | Sector::Heals(2..) => BlockStatus::BadSector,
            _ => BlockStatus::Finished,
        };
        let status = map.block_at(number as u64 * SECTOR).map(|block| block.status);
        if (number as u64 * SECTOR) < fake.len {
            assert_eq!(status, Some(expected), "sector {number}, {sector:?}");
        }
        assert!(fake.attempts[number] <= 2 + probes, "sector {number}: {}", fake.attempts[number]);
        assert!(fake.delivered[number] <= 1 + probes, "sector {number} was read again");
    }
}

fn sectors() -> impl proptest::strategy::Strategy<Value = Vec<Sector>> {
    let kind = prop_oneof![
        6 => Just(Sector::Good), 3 => Just(Sector::Bad), 1 => Just(Sector::Slow), 1 => Just(Sector::Heals(1)),
    ];
    prop::collection::vec((kind, prop_oneof![1usize..4, 1usize..300]), 1..30).prop_map(|runs| {
        runs.into_iter().flat_map(|(kind, count)| vec![kind; count]).collect::<Vec<_>>()
    })
}

#[test]
fn a_large_device_is_read_round_its_bad_areas() {
    let mut sectors = vec![Sector::Good; (200 << 20) / 512];
    let mut at = (50 << 20) / 512;
    for (count, after) in [(1, 20480), (6144, 40960), (1, 80), (1, 0)] {
        sectors[at..at + count].fill(Sector::Bad);
        at += count + after;
    }
    let mut fake = Fake::new(sectors, 0);
    let mut strategy = super::Strategy::new(RescueMap::new(fake.len), wanted(fake.len, 0, false));
    let mut failed_first = 0;
    while let Next::Read(request) = strategy.advance() {
        let (good, took) = fake.read(request.span);
        failed_first += u32::from(strategy.stands() == (Phase::Copying, 1) && good == 0);
        strategy.done(request, good, took);
    }
    // ddrescue fails eight times in its first pass here, as its option --log-reads tells.
    assert!(failed_first <= 8, "{failed_first}");
    check_result(strategy.map(), &fake, 16);
    let sum = |kind: Sector| -> u64 {
        let all = fake.sectors.iter().zip(&fake.attempts).filter(|(sector, _)| **sector == kind);
        all.map(|(_, attempts)| u64::from(*attempts)).sum()
    };
    assert_eq!(sum(Sector::Bad), 2 * 6147);
    assert!(sum(Sector::Good) <= 409_600 * 101 / 100, "{}", sum(Sector::Good));
}

#[test]
fn bad_sectors_are_tried_again_as_often_as_is_wanted() {
    let mut sectors = vec![Sector::Good; 1000];
    sectors[300] = Sector::Bad;
    sectors[500] = Sector::Heals(3);
    for (retries, is_healed) in [(0, false), (1, false), (2, true), (5, true)] {
        let mut fake = Fake::new(sectors.clone(), 0);
        let mut strategy =
            super::Strategy::new(RescueMap::new(fake.len), wanted(fake.len, retries, false));
        assert!(run(&mut strategy, &mut fake, 100_000, &mut |_| 0));
        assert_eq!(fake.attempts[300], 2 + retries);
        let status = strategy.map().block_at(500 * SECTOR).unwrap().status;
        assert_eq!(status == BlockStatus::Finished, is_healed, "{retries} retries");
    }
}

#[test]
fn slow_areas_come_after_the_others() {
    let mut sectors = vec![Sector::Good; 65536];
    sectors[20_000..24_000].fill(Sector::Slow);
    let mut fake = Fake::new(sectors, 0);
    let mut strategy = super::Strategy::new(RescueMap::new(fake.len), wanted(fake.len, 0, false));
    let mut passes = Vec::new();
    while let Next::Read(request) = strategy.advance() {
        if (20_000..24_000).contains(&(request.span.at / SECTOR)) {
            passes.push(strategy.stands().1);
        }
        let (good, took) = fake.read(request.span);
        strategy.done(request, good, took);
    }
    assert!(passes.iter().any(|pass| *pass > 1), "{passes:?}");
    assert!(passes.iter().filter(|pass| **pass == 1).count() < passes.len() / 2, "{passes:?}");
    assert!(strategy.map().unfinished().is_empty());
    assert!(fake.attempts.iter().all(|count| *count == 1));
}

#[test]
fn what_failed_since_a_device_went_is_forgotten() {
    let mut fake = Fake::new(vec![Sector::Good; 65536], 0);
    let mut strategy = super::Strategy::new(RescueMap::new(fake.len), wanted(fake.len, 0, false));
    for _ in 0..100 {
        let Next::Read(request) = strategy.advance() else { panic!("it has more to read") };
        let (good, took) = fake.read(request.span);
        strategy.done(request, good, took);
    }
    fake.sectors.fill(Sector::Bad);
    let mut tried = 0;
    loop {
        let Next::Read(request) = strategy.advance() else { panic!("it was not doubted") };
        let (good, took) = fake.read(request.span);
        if request.is_probe {
            assert_eq!(good, 0);
            break;
        }
        tried += 1;
        strategy.done(request, good, took);
    }
    assert!(tried <= 70, "{tried}");
    strategy.forget_failures();
    let known = statuses(strategy.map());
    assert_eq!(known.len(), 2, "{known:?}");
    assert_eq!((known[0].2, known[1].2), (BlockStatus::Finished, BlockStatus::NonTried));
}

#[test]
fn domains_are_copied_one_after_the_other() {
    let mut fake = Fake::new(vec![Sector::Good; 4096], 0);
    let set = |at: u64, len: u64| SpanSet::from(vec![Span { at: at * SECTOR, len: len * SECTOR }]);
    let all = set(0, 4096);
    let domains = vec![set(2000, 100), set(1000, 1500), all];
    let wanted = Wanted { domains, ..wanted(fake.len, 0, false) };
    let mut strategy = super::Strategy::new(RescueMap::new(fake.len), wanted);
    let mut order = Vec::new();
    while let Next::Read(request) = strategy.advance() {
        order.push(request.span.at / SECTOR);
        let (good, took) = fake.read(request.span);
        strategy.done(request, good, took);
    }
    assert_eq!(order[..2], [2000, 1000]);
    assert!(fake.attempts.iter().all(|count| *count == 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// All that can be read is read once, each bad sector is tried twice at most, in whatever order answers
    /// come; and a rescue that is interrupted at any moment ends with the same map, whoever goes on.
    #[test]
    fn everything_readable_is_rescued_and_nothing_tried_in_vain(
        sectors in sectors(),
        tail in 0u64..512,
        is_reverse: bool,
        kills in prop::collection::vec(0usize..400, 0..4),
        mut seed: usize,
    ) {
        let mut order = |_| { seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407); seed >> 33 };
        let mut fake = Fake::new(sectors, tail);
        let (len, mut map) = (fake.len, RescueMap::new(fake.len));
        prop_assume!(len > 0);
        let mut is_done = false;
        // A request under way is made again by the next run: each interruption may cost one more attempt.
        let mut extra = 0;
        for kill in kills.into_iter().chain([usize::MAX]) {
            let mut strategy = super::Strategy::new(map, wanted(len, 0, is_reverse));
            is_done = run(&mut strategy, &mut fake, kill, &mut order);
            let text = strategy.map().text(&[]);
            map = RescueMap::parse(text.as_bytes()).unwrap();
            if is_done {
                break;
            }
            extra += 1;
        }
        prop_assert!(is_done);
        prop_assert_eq!(map.standing, Standing { at: 0, phase: Phase::Finished, pass: 1 });
        let probes = 16 + extra;
        let fake = Fake { delivered: fake.delivered.iter().map(|count| (*count).min(1 + probes)).collect(), ..fake };
        check_result(&map, &fake, probes);
        let attempts: u64 = fake.attempts.iter().map(|count| u64::from(*count)).sum();
        prop_assert!(attempts <= 2 * fake.sectors.len() as u64 + 64 + u64::from(extra) * 4 * (LARGEST / SECTOR));
    }
}
