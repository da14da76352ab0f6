use super::*;
use crate::run::prognosis::medium::{Medium, MediumKind};
use crate::run::prognosis::observed::{Listed, Subject, VolumeState};
use crate::run::prognosis::phone::Phone;
use crate::system::Prospect;
use crate::volumes::condition::Condition;

fn image() -> Observed {
    Observed { size: 1 << 30, ..Observed::new(Subject::Image, None, Access::Read) }
}

fn volume(encrypted: Option<&'static str>) -> VolumeState {
    VolumeState {
        kind: "fat32",
        at: 0,
        len: 1 << 30,
        label: None,
        encrypted,
        condition: Condition::Clean,
        faults: 0,
        free: Some(1 << 29),
        live: 100,
        deleted: 0,
        is_formatted_anew: false,
    }
}

fn free(zeros: u64, noise: u64, photos: u64) -> Option<FreeSpace> {
    let filled = 1000 - zeros - noise;
    Some(FreeSpace {
        len: 1 << 29,
        blocks: 1000,
        zeros,
        noise,
        places: 100,
        filled_anywhere: filled,
        blocks_anywhere: 1000,
        photos,
        ..FreeSpace::default()
    })
}

fn looked(looked: u64, intact: u64, in_use: u64) -> Listed {
    Listed {
        all: looked,
        looked,
        intact,
        in_use,
        other: looked - intact - in_use,
        ..Listed::default()
    }
}

fn with_medium(hope: Hope) -> Option<Medium> {
    Some(Medium {
        drive: "/dev/sda".into(),
        kind: MediumKind::Ssd,
        model: None,
        is_rotational: Some(false),
        discard_granularity: 512,
        discards_at: vec!["/".into()],
        trims_at_times: true,
        written_at: vec!["/".into()],
        health: Vec::new(),
        prospect: Prospect { hope, why: "it erases them" },
    })
}

#[track_caller]
fn check(observed: &Observed, hope: Hope, rule: &str) {
    let verdict = grade(observed);
    assert_eq!((verdict.hope, verdict.rule), (hope, rule), "{}", verdict.because);
    assert!(verdict.because.ends_with('.'), "{}", verdict.because);
}

#[test]
fn what_the_bytes_show_decides() {
    let volumes = vec![volume(None)];
    let on = |listed, free| Observed { volumes: volumes.clone(), listed, free, ..image() };
    check(&on(looked(10, 8, 1), free(0, 0, 0)), Hope::Good, "listed");
    check(&on(looked(10, 2, 8), free(0, 0, 0)), Hope::Possible, "listed");
    check(&on(looked(10, 0, 9), free(0, 0, 0)), Hope::Unlikely, "listed-gone");
    check(&on(looked(0, 0, 0), free(500, 0, 5)), Hope::Good, "photos-in-free-space");
    check(&on(looked(0, 0, 0), free(500, 0, 1)), Hope::Possible, "photos-in-free-space");
    check(&on(looked(3, 0, 3), free(500, 0, 9)), Hope::Possible, "photos-in-free-space");
    check(&on(looked(0, 0, 0), free(950, 0, 9)), Hope::Possible, "photos-in-free-space");
    check(&on(looked(0, 0, 0), free(1000, 0, 0)), Hope::NotPossible, "erased");
    check(&on(looked(0, 0, 0), free(995, 0, 0)), Hope::Unlikely, "erased");
    check(&on(looked(5, 0, 0), free(920, 0, 0)), Hope::Unlikely, "erased");
    check(&on(looked(0, 0, 0), free(10, 980, 0)), Hope::Unlikely, "random-free-space");
    check(&on(looked(0, 0, 0), free(300, 0, 0)), Hope::Possible, "content");
    check(&on(looked(1, 1, 0), free(1000, 0, 0)), Hope::Good, "listed");
}

#[test]
fn a_source_without_a_file_system_is_judged_by_all_of_it() {
    let of = |free| Observed { free, ..image() };
    check(&of(free(0, 1000, 0)), Hope::NotPossible, "random");
    check(&of(free(0, 900, 0)), Hope::Possible, "content");
    check(&of(free(0, 1000, 3)), Hope::Good, "photos-in-free-space");
    check(&of(free(1000, 0, 0)), Hope::NotPossible, "erased");
    let dead = FreeSpace { blocks: 10, unreadable: 10, ..FreeSpace::default() };
    check(&of(Some(dead)), Hope::NotPossible, "not-readable");
    check(&of(None), Hope::Possible, "nothing-known");
}

#[test]
fn what_is_locked_full_or_elsewhere_is_told_by_that() {
    let locked = vec![volume(Some("encrypted by LUKS"))];
    let mut observed = Observed { volumes: locked, free: free(0, 1000, 0), ..image() };
    check(&observed, Hope::NotPossible, "encrypted");
    observed.unlocked.push("/dev/mapper/home".into());
    check(&observed, Hope::Possible, "encrypted");
    assert!(grade(&observed).because.contains("/dev/mapper/home"));
    let part = |free| vec![VolumeState { free: Some(free), ..volume(None) }];
    check(&Observed { volumes: part(1 << 20), ..image() }, Hope::NotPossible, "full");
    check(&Observed { volumes: part(20 << 20), ..image() }, Hope::Unlikely, "full");
    let phone = Observed { phone: Some(Phone::Apple), ..image() };
    check(&phone, Hope::NotPossible, "phone");
    let access = Access::NoDevice("nfs4".to_owned());
    check(&Observed { access, ..image() }, Hope::NotPossible, "no-device");
}

#[test]
fn a_kind_of_medium_decides_only_where_nothing_else_does() {
    let medium = with_medium(Hope::Unlikely);
    let on =
        |free| Observed { medium: medium.clone(), volumes: vec![volume(None)], free, ..image() };
    check(&on(free(300, 0, 0)), Hope::Unlikely, "medium");
    check(&on(free(300, 0, 5)), Hope::Good, "photos-in-free-space");
    assert!(grade(&on(free(300, 0, 5))).because.contains("unmount it now"));
    let access = Access::Denied("permission denied".to_owned());
    let denied = Observed { access, medium, ..image() };
    check(&denied, Hope::Unlikely, "not-looked-at");
}
