use super::*;
use crate::places::takeout::sidecar::{self, Json};

fn check(names: &[&str], sidecars: &[(&str, &str)], expected: &[Option<(usize, Role)>]) {
    let media: Vec<_> = names.iter().map(|name| Media { node: 0, name, folder: "" }).collect();
    let beside: Vec<_> = sidecars
        .iter()
        .map(|(stem, title)| {
            let json =
                format!("{{\"title\":{title:?},\"photoTakenTime\":{{\"timestamp\":\"1\"}}}}");
            let Some(Json::Photo(sidecar)) = sidecar::read(json.as_bytes()) else {
                panic!("no photo")
            };
            Beside { stem, folder: "", sidecar }
        })
        .collect();
    assert_eq!(pair(&media, &beside).of, expected, "{names:?} {sidecars:?}");
}

const fn own(nth: usize) -> Option<(usize, Role)> {
    Some((nth, Role::Own))
}

#[test]
fn every_length_of_the_suffix_and_the_older_name_fit() {
    for stem in
        ["IMG_1.jpg", "IMG_1.jpg.s", "IMG_1.jpg.supplemental-metadata", "IMG_1.jpg.suppl", "IMG_1"]
    {
        check(&["IMG_1.jpg"], &[(stem, "IMG_1.jpg")], &[own(0)]);
    }
    check(&["IMG_2.jpg"], &[("IMG_1.jpg", "IMG_1.jpg")], &[None]);
}

#[test]
fn counters_move() {
    let title = "IMG.jpg";
    check(
        &["IMG(1).jpg", "IMG.jpg", "IMG(2).jpg"],
        &[
            ("IMG.jpg.supplemental-metadata", title),
            ("IMG.jpg.supplemental-metadata(1)", title),
            ("IMG.jpg(2)", title),
        ],
        &[own(1), own(0), own(2)],
    );
    check(&["IMG(1).jpg"], &[("IMG(1).jpg.suppl", "IMG(1).jpg")], &[own(0)]);
    // Elsewhere than it should be: the title alone tells.
    check(&["IMG(3).jpg"], &[("IMG.jpg.suppl(1)", title)], &[own(0)]);
}

#[test]
fn names_that_were_cut_are_told_apart_by_their_titles() {
    let long = "a".repeat(46);
    let (x, y) = (format!("{long}x.jpg"), format!("{long}y.jpg"));
    let second = format!("{long}(1)");
    check(&[&x, &y], &[(&long, &y), (&second, &x)], &[own(1), own(0)]);
    let title = format!("{}.jpg", "b".repeat(60));
    let name = format!("{}.jpg", "b".repeat(47));
    check(&[&name], &[(&"b".repeat(46), &title)], &[own(0)]);
    let name = "c".repeat(30) + ".jpg";
    check(&[&name], &[(&format!("{name}.supplementa"), &name)], &[own(0)]);
}

#[test]
fn edited_copies_and_videos_have_the_json_of_their_photo() {
    let names = [
        "IMG.HEIC",
        "IMG.MP4",
        "IMG-edited.HEIC",
        "IMG(1).HEIC",
        "IMG-bearbeitet(1).HEIC",
        "x-編集済み.jpg",
    ];
    let jsons = [
        ("IMG.HEIC.supplemental-metadata", "IMG.HEIC"),
        ("IMG.HEIC(1)", "IMG.HEIC"),
        ("x.jpg", "x.jpg"),
    ];
    check(
        &names,
        &jsons,
        &[
            own(0),
            Some((0, Role::VideoOf(0))),
            Some((0, Role::Edited(Some(0)))),
            own(1),
            Some((1, Role::Edited(Some(3)))),
            Some((2, Role::Edited(None))),
        ],
    );
    check(&["a-b.jpg", "a.jpg"], &[("a-b.jpg", "a-b.jpg"), ("a.jpg", "a.jpg")], &[own(0), own(1)]);
    let long = "d".repeat(43);
    let (photo, edited) = (format!("{long}.jpg"), format!("{long}-edi.jpg"));
    let stem = format!("{long}.jp");
    check(&[&photo, &edited], &[(&stem, &photo)], &[own(0), Some((0, Role::Edited(Some(0))))]);
}

#[test]
fn names_as_people_have_them_find_their_json() {
    let one = |name: &str, stem: &str, title: &str| check(&[name], &[(stem, title)], &[own(0)]);
    one(
        "PXL_20230101_000000000.LONG_EXPOSURE-02.ORIGINA.jpg",
        "PXL_20230101_000000000.LONG_EXPOSURE-02.ORIGIN",
        "PXL_20230101_000000000.LONG_EXPOSURE-02.ORIGINAL.jpg",
    );
    one(
        "Party_in_the_garden_of_our_house_2019_xxxxxxx_m(494).jpg",
        "Party_in_the_garden_of_our_house_2019_xxxxxxx_(494)",
        "Party_in_the_garden_of_our_house_2019_xxxxxxx_more.jpg",
    );
    one(
        "11111_222222222222_333333333_4444444_55555_n(1).jpg",
        "11111_222222222222_333333333_4444444_55555_n.j(1)",
        "11111_222222222222_333333333_4444444_55555_n.jpg",
    );
    one(
        "PXL_20210102_000000000.MP~2.jpg",
        "PXL_20210102_000000000.MP~2.jpg.supplemental-m",
        "PXL_20210102_000000000.MP~2.jpg",
    );
    let faces = "😀".repeat(23);
    one(&format!("{}.jpg", "😀".repeat(24)), &faces, &format!("{}.jpg", "😀".repeat(40)));
    one("Bild.jpg", "Bild.jpg", "Bild");
    // The photo of which only the counter differs is another.
    check(&["DSC_1(1).JPG"], &[("DSC_2.JPG(1)", "DSC_2.JPG")], &[None]);
    let names = ["PXL_1.PORTRAIT.jpg", "PXL_1.PORTRAIT-modifié.jpg"];
    check(
        &names,
        &[("PXL_1.PORTRAIT.jpg", "PXL_1.PORTRAIT.jpg")],
        &[own(0), Some((0, Role::Edited(Some(0))))],
    );
}

#[test]
fn any_names_are_paired_with_what_is_there() {
    let kinds = [
        "IMG",
        "IMG(1)",
        "ü",
        "-edited",
        "-",
        ".jpg",
        ".HEIC",
        ".supplemental-metadata",
        "(2)",
        ".",
        "aaaaaaaaaaaaaaa",
    ];
    bolero::check!().with_type::<(Vec<Vec<u8>>, Vec<Vec<u8>>)>().for_each(|(photos, jsons)| {
        let name = |parts: &Vec<u8>| -> String {
            parts.iter().take(9).map(|part| kinds[usize::from(*part) % kinds.len()]).collect()
        };
        let (photos, jsons): (Vec<String>, Vec<String>) =
            (photos.iter().map(name).collect(), jsons.iter().map(name).collect());
        let media: Vec<_> = photos.iter().map(|name| Media { node: 0, name, folder: "" }).collect();
        let beside: Vec<_> = jsons
            .iter()
            .map(|stem| {
                let json = format!("{{\"title\":{stem:?},\"photoTakenTime\":{{}}}}");
                let read = sidecar::read(json.as_bytes());
                let Some(Json::Photo(sidecar)) = read else { panic!("no photo") };
                Beside { stem, folder: "", sidecar }
            })
            .collect();
        let pairs = pair(&media, &beside);
        for (nth, _) in pairs.of.iter().flatten() {
            assert!(pairs.used[*nth]);
        }
    });
}
